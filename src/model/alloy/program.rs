//! Turns the files of one collector into one program: all files of a folder share one scope, and what modules and
//! `foreach` make of their texts stands beside what was written at the top level.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::Entry;
use super::Environment;
use super::Inputs;
use super::frame::Frame;
use super::frame::Origin;
use super::values::Memo;
use crate::document::DocId;
use crate::document::Place;
use crate::document::alloy::Attribute;
use crate::document::alloy::Block;
use crate::document::alloy::Expr;
use crate::document::alloy::File;
use crate::text::Span;

/// The program of one collector.
#[derive(Debug)]
pub(crate) struct Program<'a> {
    /// The files, in the order given; imported ones last.
    pub(crate) files: Vec<(DocId, &'a File)>,
    /// How many of them were given; the rest is imported.
    pub(super) given: usize,
    /// What its `import` blocks name, as far as it is in the input; also what they refuse.
    pub(super) imports: Vec<Import<'a>>,
    /// Components and config blocks: first those of the top level in order of appearance, then those of modules.
    pub(crate) components: Vec<Component<'a>>,
    /// Ids that are given twice. The collector refuses to start with one.
    pub(crate) duplicates: Vec<Duplicate>,
    /// What `sys.env` sees.
    pub(crate) environment: Environment,
    /// What else the process can read.
    pub(super) inputs: &'a dyn Inputs<'a>,
    /// Scopes: the top level first, then one for each instance of a module and each item of a `foreach`.
    pub(super) frames: Vec<Frame<'a>>,
    /// Component ids, with the index of the first component of that id.
    pub(super) ids: HashMap<Arc<str>, usize>,
    /// Arguments and exports of modules that were evaluated.
    pub(super) memo: RefCell<Memo>,
    /// How many evaluations are under way inside each other.
    pub(super) nesting: Cell<u32>,
    /// How many such evaluations there were.
    pub(super) steps: Cell<u32>,
    /// Whether the evaluation under way met something that may be known later.
    pub(super) early: Cell<bool>,
    /// Whether the evaluation under way read what must not be shown.
    pub(super) secret: Cell<bool>,
}

/// A component or config block.
#[derive(Debug, Clone)]
pub(crate) struct Component<'a> {
    /// Name and label with a dot: `loki.write.local`. In a module behind the instance's id: `logs.all/loki.write.out`.
    /// Unique unless the program is refused.
    pub(crate) id: Arc<str>,
    /// The dotted name: `loki.write`.
    pub(crate) name: Arc<str>,
    /// The label.
    pub(crate) label: Option<Arc<str>>,
    /// The document that it stands in.
    pub(crate) doc: DocId,
    /// That document's content.
    pub(crate) file: &'a File,
    /// For a text that was computed: the expression that stands for all of it.
    pub(crate) computed: Option<Place>,
    /// Its block.
    pub(crate) block: &'a Block,
    /// What is known of it.
    pub(crate) kind: Kind,
    /// Index of the scope that it stands in.
    pub(super) frame: usize,
    /// Indices of the scopes that it makes: one for an instance of a module, one for each item of a `foreach`.
    pub(crate) inner: Vec<usize>,
    /// Why what it stands for is not followed.
    pub(crate) hidden: Option<Hidden>,
}

/// The texts of one `import`.
#[derive(Debug)]
pub(super) struct Import<'a> {
    /// Index of the block's component.
    pub(super) component: usize,
    /// The texts, which share a scope.
    pub(super) texts: Vec<Origin<'a>>,
}

/// Why something is not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hidden {
    /// `import`, `remote-code`, `module-instance`, `foreach`.
    pub(crate) kind: &'static str,
    /// Words for the user: why, and what would settle it.
    pub(crate) reason: String,
    /// For an instance of an imported module: the import that is to blame, which says why. Index of a component.
    pub(crate) by: Option<usize>,
    /// The text that is to blame, where that is not the component's own.
    pub(crate) place: Option<Place>,
}

/// What is known of a component.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// A built-in component.
    Known(Arc<Entry>),
    /// A config or service block of the language, such as `logging`.
    Config(Arc<Entry>),
    /// An instance of a module that the program declares or imports under this label.
    Custom(Arc<str>),
    /// Not in the table.
    Unknown,
}

/// An id that is given twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Duplicate {
    /// The id.
    pub(crate) id: Arc<str>,
    /// Where it is given first.
    pub(crate) first: Place,
    /// Where it is given again.
    pub(crate) again: Place,
}

impl<'a> Program<'a> {
    /// The index of the component with that id, which is one of the whole program. Config blocks have none that an
    /// expression can name.
    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.ids.get(id).copied()
    }

    /// The scopes that a component stands in, from the innermost outwards.
    pub(super) fn frames_around(&self, component: &Component<'_>) -> impl Iterator<Item = &Frame<'a>> {
        // What makes a scope stands in one that was made before.
        std::iter::successors(self.frames.get(component.frame), |frame| {
            self.frames.get(self.components.get(frame.maker?)?.frame)
        })
    }

    /// The instances that a component stands in, from the outermost inwards.
    pub(crate) fn around(&self, component: &Component<'_>) -> Vec<usize> {
        let mut found: Vec<_> = self.frames_around(component).filter_map(|frame| frame.maker).collect();
        found.reverse();
        found
    }
}

impl<'a> Component<'a> {
    /// Where the name stands; with the label, for a component that has one.
    pub(crate) fn name_place(&self) -> Place {
        // One more byte: the closing quote of the label.
        let span = match self.block.label {
            Some(label) => self.block.name.to(Span::new(label.start, label.end + 1)),
            None => self.block.name,
        };
        self.place(span)
    }

    /// A place in this component's document.
    pub(crate) fn place(&self, span: Span) -> Place {
        self.computed.unwrap_or(Place { doc: self.doc, span })
    }

    /// The table's entry, for a built-in component or a config block.
    pub(crate) fn entry(&self) -> Option<&Arc<Entry>> {
        match &self.kind {
            Kind::Known(entry) | Kind::Config(entry) => Some(entry),
            Kind::Custom(_) | Kind::Unknown => None,
        }
    }

    /// Whether the block is part of the language and no component.
    pub(crate) fn is_config(&self) -> bool {
        matches!(self.kind, Kind::Config(_))
    }

    /// Whether it is known what it does: it is in the table, or a module whose text is followed.
    pub(crate) fn is_followed(&self) -> bool {
        self.entry().is_some() || !self.inner.is_empty()
    }

    /// An argument of its own body; the last one if it is written twice.
    pub(crate) fn attribute(&self, name: &str) -> Option<&'a Attribute> {
        self.file.attribute(&self.block.body, name)
    }

    /// The expression of an argument of its own body.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Expr> {
        self.attribute(name).map(|attribute| &attribute.value)
    }
}
