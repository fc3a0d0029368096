//! Turns comments and annotations of the inputs into what somebody accepted, and into what is wrong with them.
//!
//! A suppression meets findings of its rule: at the end of a line those that start there; alone on a line those in what
//! follows (an entry with its value, an item, an attribute, a block); on an object those in the object. What is nested in a
//! text belongs to it. A finding of a rule that is not named is never met.

mod annotations;
mod baseline;
mod directive;
mod index;
mod programs;
mod reach;
mod strays;
mod terms;
mod trees;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::annotations::Annotations;
pub(crate) use self::baseline::BASELINES;
pub(crate) use self::baseline::Baseline;
pub(crate) use self::baseline::Entry;
pub(crate) use self::baseline::Key;
pub(crate) use self::baseline::Listed;
pub(crate) use self::baseline::ListedFault;
pub(crate) use self::baseline::StackName;
pub(crate) use self::baseline::gone;
pub(crate) use self::baseline::met;
pub(crate) use self::baseline::pruned;
pub(crate) use self::baseline::read as read_baseline;
pub(crate) use self::baseline::rewritten;
pub(crate) use self::baseline::write as write_baseline;
use self::directive::Directive;
use self::directive::directives;
pub(crate) use self::index::Index;
use self::programs::Program;
use self::reach::Astray;
use self::reach::Commented;
pub(crate) use self::reach::Reach;
pub(crate) use self::terms::Terms;
pub(crate) use self::terms::Trouble;
use self::trees::Stream;
use crate::document::DocId;
use crate::document::Document;
use crate::document::Documents;
use crate::document::File;
use crate::document::Language;
use crate::document::Place;
use crate::finding::AcceptedBy;

/// The word that every comment of ours holds, however it is misspelt: texts without it are not looked at.
const WORD: &str = "lint";

/// What is wrong with a comment in a file that is not linted, and what to do.
const NOT_LINTED: (&str, &str) = (
    "nothing in this file is linted",
    "remove it; ptd-lint knows by content what it reads: Kubernetes objects, values of charts, programs, configurations",
);

/// One rule that somebody accepts somewhere.
#[derive(Debug)]
pub(crate) struct Suppression {
    /// What says so.
    pub(crate) by: AcceptedBy,
    /// The rule's id, as it is written.
    pub(crate) rule: String,
    /// Where the rule is named. No two have the same, but for one that is read through several aliases.
    pub(crate) place: Place,
    /// The comment or annotation.
    pub(crate) whole: Place,
    /// Why, and until when. The rules of one list share it.
    pub(crate) terms: Arc<Terms>,
    /// What it is about.
    pub(crate) reach: Reach,
    /// Whether it was copied to where it is: nothing is said of it.
    pub(crate) is_copied: bool,
}

/// What can be wrong with a suppression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// It cannot be read.
    Malformed,
    /// There is no such rule.
    UnknownRule,
    /// What the rule finds cannot be accepted.
    NotAcceptable,
    /// It stands where it is about nothing.
    Misplaced,
    /// Its last day is over.
    Expired,
    /// It meets nothing.
    Unused,
}

impl FaultKind {
    /// The name in rules.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnknownRule => "unknown-rule",
            Self::NotAcceptable => "not-acceptable",
            Self::Misplaced => "misplaced",
            Self::Expired => "expired",
            Self::Unused => "unused",
        }
    }
}

/// Something that is wrong with a suppression.
#[derive(Debug)]
pub(crate) struct Fault {
    /// What.
    pub(crate) kind: FaultKind,
    /// Where.
    pub(crate) place: Place,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do.
    pub(crate) help: String,
}

impl Fault {
    /// What is wrong with the words of one.
    pub(crate) fn new(kind: FaultKind, doc: DocId, trouble: Trouble) -> Self {
        let place = Place { doc, span: trouble.span };
        Self { kind, place, message: trouble.message, help: trouble.help }
    }
}

/// What the inputs say.
#[derive(Debug, Default)]
pub(crate) struct Read {
    /// What is accepted, in order of place.
    pub(crate) all: Vec<Suppression>,
    /// What is wrong, file by file.
    pub(crate) faults: Vec<Fault>,
}

/// What is known of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing in it can be a suppression ([`is_marked`]).
    Silent,
    /// It is linted.
    Linted,
    /// It is linted, and could not be read as a whole: what is missing may be what a comment is about.
    Broken,
    /// Nothing in it is linted.
    PassedOver,
}

/// Whether a file may hold a suppression.
pub(crate) fn is_marked(file: &File) -> bool {
    // Documents of one text follow each other and share its lines.
    let mut texts = file.documents.chunk_by(|one, two| Arc::ptr_eq(&one.lines, &two.lines));
    texts.any(|stream| stream.first().is_some_and(|document| document.text.contains(WORD)))
}

/// Reads the first files of the documents, of which each has its standing.
pub(crate) fn read(documents: &Documents, standings: impl Iterator<Item = Standing>) -> Read {
    let mut read = Read::default();
    for ((number, file), standing) in (0..).zip(&documents.files).zip(standings) {
        if standing == Standing::Silent {
            continue;
        }
        let mut rest = (0..).map(|index| DocId { file: number, index }).zip(&file.documents).peekable();
        let (is_live, documents) = (file.live, &file.documents);
        let mut reader = Reader { read: &mut read, standing, is_live, opened: None, documents };
        while let Some((id, document)) = rest.next() {
            let mut stream = vec![(id, document)];
            // Documents of one text follow each other and share its lines.
            while let Some(next) = rest.next_if(|(_, next)| Arc::ptr_eq(&next.lines, &document.lines)) {
                stream.push(next);
            }
            if document.text.contains(WORD) {
                reader.text(&stream);
            }
        }
    }
    read.all.sort_by_key(|suppression| suppression.place);
    read
}

/// Reads one file.
struct Reader<'r> {
    read: &'r mut Read,
    standing: Standing,
    /// Whether the file is an object of a running cluster.
    is_live: bool,
    documents: &'r [Document],
    /// Scalars whose text is a document of its own, once somebody asked.
    opened: Option<strays::Opened>,
}

impl Reader<'_> {
    /// Reads the documents of one text.
    fn text(&mut self, stream: &[(DocId, &Document)]) {
        let Some((id, document)) = stream.first() else { return };
        if let Some(file) = document.alloy() {
            return self.comments(*id, &document.text, &Program::new(*id, file));
        }
        if document.language == Language::Yaml {
            let trees = stream.iter().filter_map(|(id, document)| Some((*id, document.tree()?)));
            self.comments(*id, &document.text, &Stream::new(&document.text, trees));
        }
        for (id, document) in stream {
            self.annotations(*id, document);
            if self.standing == Standing::Linted {
                let opened = self.opened.get_or_insert_with(|| strays::opened(self.documents));
                let strays = strays::strays(*id, document, opened).into_iter();
                let faults = strays.map(|trouble| Fault::new(FaultKind::Misplaced, *id, trouble));
                self.read.faults.extend(faults);
            }
        }
    }

    /// Reads the comments of a text, of which `first` is the first document.
    fn comments(&mut self, first: DocId, text: &str, commented: &dyn Commented) {
        for comment in commented.comments(WORD) {
            let found = directives(text, comment);
            if found.is_empty() {
                continue;
            }
            let reach = commented.reach(comment);
            let doc = reach.map_or(first, Reach::doc);
            for found in found {
                match found {
                    Ok(directive) if directive.is_of_file => {
                        self.directive(doc, directive, commented.all(comment));
                    }
                    Ok(directive) => self.directive(doc, directive, reach),
                    Err(trouble) => self.read.faults.push(Fault::new(FaultKind::Malformed, doc, trouble)),
                }
            }
        }
    }

    /// Takes in what a comment asks for.
    fn directive(&mut self, doc: DocId, directive: Directive, reach: Result<Reach, Astray>) {
        let Directive { span, rules, terms, .. } = directive;
        let terms = Arc::new(terms);
        let reach = match reach {
            _ if self.standing == Standing::PassedOver => Err(NOT_LINTED),
            reach => reach.map_err(Astray::words),
        };
        match reach {
            Ok(reach) => self.read.all.extend(rules.into_iter().map(|(rule_span, rule)| Suppression {
                by: AcceptedBy::Comment,
                rule,
                place: Place { doc, span: rule_span },
                whole: Place { doc, span },
                terms: Arc::clone(&terms),
                reach,
                is_copied: false,
            })),
            Err(_) if self.standing == Standing::Broken => {}
            Err((message, help)) => {
                let trouble = Trouble { span, message: message.to_owned(), help: help.to_owned() };
                self.read.faults.push(Fault::new(FaultKind::Misplaced, doc, trouble));
            }
        }
    }

    /// Reads the annotations of a document.
    fn annotations(&mut self, doc: DocId, document: &Document) {
        let Some(tree) = document.tree() else { return };
        let Annotations { all, malformed, misplaced } = Annotations::of(tree, self.is_live);
        self.read.all.extend(all.into_iter().map(|annotation| {
            let place = Place { doc, span: annotation.key };
            Suppression {
                by: AcceptedBy::Annotation,
                rule: annotation.rule,
                place,
                whole: place,
                terms: Arc::new(annotation.terms),
                reach: Reach::Within(doc, annotation.object),
                is_copied: annotation.is_copied,
            }
        }));
        for (kind, troubles) in [(FaultKind::Malformed, malformed), (FaultKind::Misplaced, misplaced)] {
            self.read.faults.extend(troubles.into_iter().map(|trouble| Fault::new(kind, doc, trouble)));
        }
    }
}
