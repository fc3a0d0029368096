//! Turns the files of one collector into one program: all files of a folder share one scope.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;

use super::Entry;
use super::Environment;
use super::catalog;
use crate::document::DocId;
use crate::document::Place;
use crate::document::alloy::Block;
use crate::document::alloy::File;
use crate::text::Span;

/// The program of one collector.
#[derive(Debug)]
pub(crate) struct Program<'a> {
    /// The files, in the order given.
    pub(crate) files: Vec<(DocId, &'a File)>,
    /// Components and config blocks, in order of appearance.
    pub(crate) components: Vec<Component<'a>>,
    /// Ids that are given twice. The collector refuses to start with one.
    pub(crate) duplicates: Vec<Duplicate>,
    /// What `sys.env` sees.
    pub(crate) environment: Environment,
    /// Component ids, with the index of the first component of that id.
    ids: HashMap<Arc<str>, usize>,
}

/// A component or config block.
#[derive(Debug, Clone)]
pub(crate) struct Component<'a> {
    /// Name and label with a dot: `loki.write.local`. Unique unless the program is refused.
    pub(crate) id: Arc<str>,
    /// The dotted name: `loki.write`.
    pub(crate) name: Arc<str>,
    /// The label.
    pub(crate) label: Option<Arc<str>>,
    /// The document that it stands in.
    pub(crate) doc: DocId,
    /// That document's content.
    pub(crate) file: &'a File,
    /// Its block.
    pub(crate) block: &'a Block,
    /// What is known of it.
    pub(crate) kind: Kind,
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

/// Blocks of the language that are no components.
const CONFIG: [&str; 13] = [
    "argument",
    "declare",
    "export",
    "foreach",
    "http",
    "import.file",
    "import.git",
    "import.http",
    "import.string",
    "livedebugging",
    "logging",
    "remotecfg",
    "tracing",
];

impl<'a> Program<'a> {
    /// Collects the blocks of `files`.
    pub(crate) fn new(files: Vec<(DocId, &'a File)>, environment: Environment) -> Self {
        let mut components = Vec::new();
        let modules = module_labels(&files);
        for (doc, file) in &files {
            for block in file.body.blocks() {
                components.push(component(*doc, file, block, &modules));
            }
        }
        let mut ids = HashMap::with_capacity(components.len());
        let mut seen: HashMap<Arc<str>, usize> = HashMap::with_capacity(components.len());
        let mut duplicates = Vec::new();
        for (index, component) in components.iter().enumerate() {
            if let Some(first) = seen.get(&component.id).and_then(|first| components.get(*first)) {
                let (first, again) = (first.name_place(), component.name_place());
                duplicates.push(Duplicate { id: component.id.clone(), first, again });
                continue;
            }
            seen.insert(component.id.clone(), index);
            if !matches!(component.kind, Kind::Config(_)) {
                ids.insert(component.id.clone(), index);
            }
        }
        Self { files, components, duplicates, environment, ids }
    }

    /// The index of the component with that id. Config blocks have none that an expression can name.
    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.ids.get(id).copied()
    }
}

impl Component<'_> {
    /// Where the name stands; with the label, for a component that has one.
    pub(crate) fn name_place(&self) -> Place {
        // One more byte: the closing quote of the label.
        let span = match self.block.label {
            Some(label) => self.block.name.to(Span::new(label.start, label.end + 1)),
            None => self.block.name,
        };
        Place { doc: self.doc, span }
    }

    /// A place in this component's document.
    pub(crate) fn place(&self, span: Span) -> Place {
        Place { doc: self.doc, span }
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
}

/// Joins the identifiers of a block's name, whatever blanks stand between.
fn dotted(file: &File, block: &Block) -> String {
    let parts: Vec<_> = block.parts.iter().map(|part| file.str(*part)).collect();
    parts.join(".")
}

/// The labels that `declare` and `import` blocks give: they come before built-in names.
fn module_labels(files: &[(DocId, &File)]) -> BTreeMap<String, Arc<str>> {
    let mut labels = BTreeMap::new();
    for (_, file) in files {
        for block in file.body.blocks() {
            let first = block.parts.first().map(|part| file.str(*part));
            let Some(label) = block.label else { continue };
            if matches!(first, Some("declare" | "import")) {
                let label = file.str(label);
                labels.insert(label.to_owned(), label.into());
            }
        }
    }
    labels
}

/// Makes a component of a block.
fn component<'a>(
    doc: DocId,
    file: &'a File,
    block: &'a Block,
    modules: &BTreeMap<String, Arc<str>>,
) -> Component<'a> {
    let name = dotted(file, block);
    let label: Option<Arc<str>> = block.label.map(|label| file.str(label).into());
    let id = label.as_ref().map_or_else(|| name.clone(), |label| format!("{name}.{label}"));
    let first = name.split('.').next().unwrap_or_default();
    let kind = if CONFIG.contains(&name.as_str()) {
        catalog::entry(&name).map_or(Kind::Unknown, Kind::Config)
    } else if let Some(module) = modules.get(first) {
        Kind::Custom(module.clone())
    } else {
        catalog::entry(&name).map_or(Kind::Unknown, Kind::Known)
    };
    Component { id: id.into(), name: name.into(), label, doc, file, block, kind }
}
