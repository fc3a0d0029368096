//! Turns source lines into lines that may be shown: what is secret in them is covered.
//!
//! What the trees know as secret is covered wherever it is shown, also in the text around an embedded document. Beside
//! that each line is read as text, since a document that does not parse has no tree, comments are in none, and a
//! ConfigMap holds texts that nobody parses.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use super::clean;
use crate::document::COVER;
use crate::document::Document;
use crate::document::Documents;
use crate::document::NodeRef;
use crate::document::is_record;
use crate::document::is_secret_name;
use crate::document::secret_spans;
use crate::document::unparsed_secrets;
use crate::document::url_secrets;
use crate::document::values_of_record;
use crate::text::Span;

/// The texts of a run with their secret parts, found when they are first shown.
pub(in crate::report) struct Masks<'d> {
    documents: &'d Documents,
    files: BTreeMap<u32, FileMasks>,
    texts: BTreeMap<TextKey, Rc<Covers>>,
    /// What words say of long lines, by their text and start: texts of machines are one line, in which all findings lie.
    words: BTreeMap<(TextKey, u32), Rc<[Span]>>,
}

/// Names a text: a file, and the embedded document in it that is meant, if any.
type TextKey = (u32, Option<u32>);

/// Lines up to this many bytes are read anew each time that they are shown.
const SHORT: usize = 300;

/// What of a text is not to be shown: in order, apart.
#[derive(Debug, Default)]
pub(in crate::report) struct Covers {
    /// Ever.
    secret: Vec<Span>,
    /// Unless something points at it.
    values: Vec<Span>,
}

impl Covers {
    /// What is to be covered where these places are pointed at.
    pub(in crate::report) fn beside(&self, marks: impl Fn(Span) -> bool) -> Vec<Span> {
        let values = self.values.iter().copied().filter(|value| !marks(*value));
        apart(self.secret.iter().copied().chain(values).collect())
    }
}

/// The secret parts of each document of a file, in its own text, and the documents that stand in it.
struct FileMasks {
    own: Vec<Covers>,
    inner: Vec<Vec<usize>>,
}

impl<'d> Masks<'d> {
    /// Nothing was shown yet.
    pub(in crate::report) fn new(documents: &'d Documents) -> Self {
        Self { documents, files: BTreeMap::new(), texts: BTreeMap::new(), words: BTreeMap::new() }
    }

    /// What looks like a secret in the line of a text that starts at this byte.
    pub(super) fn words(&mut self, key: TextKey, offset: u32, line: &str) -> Rc<[Span]> {
        if line.len() <= SHORT {
            return by_words(line).into();
        }
        self.words.entry((key, offset)).or_insert_with(|| by_words(line).into()).clone()
    }

    /// What not to show of the text of that file, or of that embedded document in it.
    pub(in crate::report) fn of(&mut self, key: TextKey) -> Rc<Covers> {
        if let Some(known) = self.texts.get(&key) {
            return known.clone();
        }
        let file = &*self.documents.opened(key.0);
        let masks = self.files.entry(key.0).or_insert_with(|| FileMasks::new(file));
        let roots: Vec<usize> = match key.1 {
            Some(index) => vec![index as usize],
            None => (0..file.len()).filter(|index| file[*index].host.is_none()).collect(),
        };
        let of = |part: fn(&Covers) -> &Vec<Span>| {
            apart(roots.iter().flat_map(|root| masks.below(file, *root, part)).collect())
        };
        let covers = Rc::new(Covers { secret: of(|own| &own.secret), values: of(|own| &own.values) });
        self.texts.insert(key, covers.clone());
        covers
    }
}

impl FileMasks {
    fn new(file: &[Document]) -> Self {
        let mut inner = vec![Vec::new(); file.len()];
        let mut held = vec![Vec::new(); file.len()];
        for (index, document) in file.iter().enumerate() {
            let Some(host) = &document.host else { continue };
            inner[host.index as usize].push(index);
            let whole = Span::new(0, u32::try_from(document.text.len()).unwrap_or(u32::MAX));
            held[host.index as usize].push(host.map.to_host(&file[host.index as usize], whole));
        }
        let in_record = file.iter().any(is_record);
        let mut own: Vec<Covers> = file
            .iter()
            .zip(held)
            .map(|(document, mut held)| {
                held.sort_unstable();
                let holds_document = |span: Span| {
                    let next = held.partition_point(|held| held.start < span.start);
                    held.get(next).is_some_and(|held| span.contains(*held))
                };
                let secret = secret_spans(document, holds_document);
                let values = if in_record { values_of_record(document, holds_document) } else { Vec::new() };
                Covers { secret, values }
            })
            .collect();
        // The text of a file is that of each document of its stream; some of them may have no tree.
        let roots = || file.iter().filter(|document| document.host.is_none());
        if let (Some(own), Some(root)) = (own.first_mut(), roots().next()) {
            let parsed: Vec<Span> = roots().filter_map(extent).collect();
            own.secret.extend(unparsed_secrets(&root.text, &parsed));
        }
        for (document, own) in file.iter().zip(&mut own) {
            if document.host.is_some() && document.tree().is_some() && extent(document).is_none() {
                own.secret.extend(unparsed_secrets(&document.text, &[]));
            }
        }
        Self { own, inner }
    }

    /// That part of what is covered in a document and in all that stands in it, in its text.
    fn below(&self, file: &[Document], root: usize, part: fn(&Covers) -> &Vec<Span>) -> Vec<Span> {
        let mut spans = part(&self.own[root]).clone();
        // Documents nest a few levels deep, which the reader enforces.
        for inner in &self.inner[root] {
            let Some(host) = &file[*inner].host else { continue };
            spans.extend(
                self.below(file, *inner, part).into_iter().map(|span| host.map.to_host(&file[root], span)),
            );
        }
        spans
    }
}

/// What of the document's text is in its tree.
fn extent(document: &Document) -> Option<Span> {
    match document.tree() {
        Some(tree) => tree.root().map(NodeRef::span),
        None => Some(Span::new(0, u32::try_from(document.text.len()).unwrap_or(u32::MAX))),
    }
}

/// The same bytes, in order and apart.
fn apart(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

/// A line of a text, with what is secret in it.
pub(in crate::report) struct Line<'l> {
    text: &'l str,
    /// In bytes of `text`, in order, apart.
    covered: Vec<Range<usize>>,
}

impl<'l> Line<'l> {
    /// The line that starts at byte `offset` of a text with these secret parts.
    pub(in crate::report) fn new(text: &'l str, offset: u32, secret: &[Span]) -> Self {
        Self::with(text, offset, secret, &by_words(text))
    }

    /// The same, where it is known what looks like a secret in the line.
    pub(super) fn with(text: &'l str, offset: u32, secret: &[Span], words: &[Span]) -> Self {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let first = secret.partition_point(|span| span.end <= offset);
        let here = secret.iter().skip(first).take_while(|span| span.start < offset.saturating_add(length));
        let mut spans: Vec<Span> = here
            .map(|span| {
                let within = |at: u32| at.saturating_sub(offset).min(length);
                Span::new(within(span.start), within(span.end))
            })
            .collect();
        spans.extend(words);
        let covered = apart(spans).into_iter().map(|span| {
            // Layout is no secret, and covering it would move the line.
            let (start, end) = (floor(text, span.start as usize), ceil(text, span.end as usize));
            let part = &text[start..end];
            start + (part.len() - part.trim_start().len())..end
        });
        Self { text, covered: covered.filter(|range| !range.is_empty()).collect() }
    }

    /// Part of the line as it may be shown. A secret that is only touched is covered.
    pub(in crate::report) fn shown(&self, part: Range<usize>) -> String {
        self.show(part, |covered, part| covered.start < part.end)
    }

    /// How many bytes stand before `end` in what [`Self::shown`] gives for a part that starts at `start`. A place in
    /// a secret is at its beginning.
    pub(super) fn length(&self, start: usize, end: usize) -> usize {
        self.show(start..end, |covered, part| covered.end <= part.end).len()
    }

    fn show(&self, part: Range<usize>, take: impl Fn(&Range<usize>, &Range<usize>) -> bool) -> String {
        let mut out = String::new();
        let mut at = part.start;
        for covered in self.covered.iter().filter(|covered| part.start < covered.end) {
            if covered.start >= part.end {
                break;
            }
            out.push_str(&clean::line(&self.text[at.min(covered.start)..covered.start]));
            if take(covered, &part) {
                out.push_str(COVER);
            }
            at = covered.end;
        }
        if at < part.end {
            out.push_str(&clean::line(&self.text[at..part.end]));
        }
        out
    }
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn ceil(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// What looks like a secret in any language: the value behind a secret's name and `:` or `=`, and the password in a URL.
fn by_words(line: &str) -> Vec<Span> {
    let span = |start: usize, end: usize| {
        Span::new(u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX))
    };
    let mut spans = url_secrets(line);
    for (at, _) in line.match_indices([':', '=']) {
        let before = line[..at].trim_end_matches([' ', '\t', '"', '\'', '\\']);
        let is_name = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.');
        let name = before.rsplit(|character| !is_name(character)).next().unwrap_or_default();
        if !is_secret_name(name) {
            continue;
        }
        let value = &line[at + 1..];
        let start = value.len() - value.trim_start_matches([' ', '\t', '\\', '"', '\'', '`']).len();
        let value = &value[start..];
        // What opens a collection or block, and nothing behind it, is no value yet.
        if value.trim_start_matches(['{', '[', '(', '|', '>', '-', '+', '&', '*', ' ']).is_empty() {
            continue;
        }
        // An escaped line end is a line end of the embedded text.
        let end = value.find("\\n").unwrap_or(value.len());
        let value = value[..end].trim_end_matches([' ', ',', ';', '"', '\'', '\\', '`', '}', ']']);
        spans.push(span(at + 1 + start, at + 1 + start + value.len()));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Line::new(text, 0, &[]).shown(0..text.len())
    }

    #[test]
    fn values_of_secret_names_are_covered_in_every_notation() {
        assert_eq!(shown("  password: hunter2"), "  password: ******");
        assert_eq!(shown("# admin_password = hunter2"), "# admin_password = ******");
        assert_eq!(shown("\tbearer_token = \"hunter2\""), "\tbearer_token = \"******\"");
        assert_eq!(shown("{\"clientSecret\":\"hunter2\"}"), "{\"clientSecret\":\"******\"}");
        assert_eq!(
            shown("x: \"password = \\\"hunter2\\\"\\nurl = 1\""),
            "x: \"password = \\\"******\\\"\\nurl = 1\""
        );
        assert_eq!(shown("url: postgres://me:hunter2@db:5432/x"), "url: postgres://me:******@db:5432/x");
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "url: http://a:80/b",
            "password_file: /etc/x",
            "secretName: {",
            "a == b",
            "existingSecret:",
            "token: |-",
        ] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn places_behind_a_cover_are_counted_in_what_is_shown() {
        let text = "a: sécret b: c";
        let line = Line::new(text, 100, &[Span::new(103, 110)]);
        assert_eq!(line.shown(0..text.len()), "a: ****** b: c");
        let places = |at| line.length(0, at);
        assert_eq!((places(3), places(5), places(10), places(14)), (3, 3, 9, 13));
        assert_eq!(line.shown(5..text.len()), "****** b: c");
        assert_eq!(line.shown(0..4), "a: ******");
    }
}
