//! What a collector's process can read besides its program: files of its mounts, ConfigMaps, Secrets, nested programs.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use crate::document::DocId;
use crate::document::alloy;
use crate::document::alloy::File;
use crate::text::Span;

/// A text that the process reads.
#[derive(Debug, Clone)]
pub(crate) struct Content<'a> {
    /// The text.
    pub(crate) text: Arc<str>,
    /// The document that the text is, where it is an Alloy program of the input.
    pub(crate) program: Option<(DocId, &'a File)>,
    /// Whether it comes from a Secret.
    pub(crate) secret: bool,
}

/// The data of a ConfigMap or Secret by key; a key whose value is not known has the reason.
pub(crate) type Data<'a> = BTreeMap<Arc<str>, Result<Content<'a>, String>>;

/// What a collector's process can read. Everything that is not in the input is an error with the reason in words.
pub(crate) trait Inputs<'a>: Debug {
    /// The file at an absolute path, or at one that is relative to the folder that the process runs in.
    fn file(&self, path: &str) -> Result<Content<'a>, String>;

    /// The `*.alloy` files directly in a folder, sorted by name; `None` if the path names no folder.
    fn folder(&self, path: &str) -> Option<Vec<Content<'a>>>;

    /// The data of a ConfigMap or Secret. Without a namespace it is the collector's own.
    fn object(&self, kind: &str, namespace: Option<&str>, name: &str) -> Result<Data<'a>, String>;

    /// The program that stands in a string of a program.
    fn nested(&self, doc: DocId, string: Span) -> Option<(DocId, &'a File)>;

    /// The folder of the program itself, as expressions see it in `module_path`.
    fn module_path(&self) -> Option<String>;

    /// Parses a text that is no document of the input and keeps the result.
    fn keep(&self, text: Arc<str>) -> &'a File;
}

/// Programs that were computed. They live as long as the analysis.
#[derive(Debug, Default)]
pub(crate) struct Computed(OnceCell<Box<(File, Computed)>>);

impl Computed {
    /// Parses a text and keeps the result.
    pub(crate) fn keep(&self, text: Arc<str>) -> &File {
        let mut last = self;
        while let Some(next) = last.0.get() {
            last = &next.1;
        }
        &last.0.get_or_init(|| Box::new((alloy::parse(text), Self::default()))).0
    }
}

/// Nothing but the program.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProgramOnly<'a>(pub(crate) &'a Computed);

impl<'a> Inputs<'a> for ProgramOnly<'a> {
    fn file(&self, path: &str) -> Result<Content<'a>, String> {
        Err(format!("the file `{path}` is not in the input"))
    }

    fn folder(&self, _: &str) -> Option<Vec<Content<'a>>> {
        None
    }

    fn object(&self, kind: &str, namespace: Option<&str>, name: &str) -> Result<Data<'a>, String> {
        let namespace = namespace.map(|namespace| format!("{namespace}/")).unwrap_or_default();
        Err(format!("{kind} {namespace}{name} is not in the input"))
    }

    fn nested(&self, _: DocId, _: Span) -> Option<(DocId, &'a File)> {
        None
    }

    fn module_path(&self) -> Option<String> {
        None
    }

    fn keep(&self, text: Arc<str>) -> &'a File {
        self.0.keep(text)
    }
}
