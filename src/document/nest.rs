//! Documents in files and documents in documents; resolves a place at any depth to the outermost file.

use std::sync::Arc;
use std::sync::OnceLock;

use super::Held;
use super::NodeId;
use super::Opened;
use super::Tree;
use super::alloy;
use super::route::Route;
use crate::text::Embedding;
use crate::text::LineColumn;
use crate::text::LineIndex;
use crate::text::Span;

/// Names a document: which file of the run, which document in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct DocId {
    /// Index into [`Documents::files`].
    pub(crate) file: u32,
    /// Index into [`File::documents`].
    pub(crate) index: u32,
}

/// A run of text in one document; what findings point at. Becomes a line and column only when it is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The document whose text is meant.
    pub(crate) doc: DocId,
    /// The bytes in that document's text.
    pub(crate) span: Span,
}

/// What a document's text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Language {
    /// YAML.
    Yaml,
    /// JSON.
    Json,
    /// Alloy configuration syntax.
    Alloy,
    /// INI, as in `grafana.ini`.
    Ini,
    /// TOML, as Vector takes it.
    Toml,
    /// The classic format of Fluent Bit.
    FluentBit,
    /// The format of Fluentd.
    Fluentd,
}

impl Language {
    /// The name that reports use.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Alloy => "alloy",
            Self::Ini => "ini",
            Self::Toml => "toml",
            Self::FluentBit => "fluent-bit",
            Self::Fluentd => "fluentd",
        }
    }
}

/// A document's content.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// YAML, JSON or INI.
    Tree(Tree),
    /// An Alloy program.
    Alloy(alloy::File),
}

/// Where an embedded document stands in its container.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    /// The container: a document of the same file.
    pub(crate) index: u32,
    /// The field that holds the text, as a route in the container or its object: `data.config.alloy`.
    pub(crate) field: String,
    /// The object that the field belongs to, as `Kind namespace/name`, where the container holds objects.
    pub(crate) object: Option<String>,
    /// From this document's text to the container's text.
    pub(crate) map: HostMap,
}

/// The map from an embedded text to its container.
#[derive(Debug, Clone)]
pub(crate) enum HostMap {
    /// Made already.
    Made(Embedding),
    /// That of a scalar of the container, made when a place is first asked for: most texts have no finding.
    Scalar(NodeId, OnceLock<Embedding>),
}

impl HostMap {
    /// The map of a scalar of the container.
    pub(crate) const fn of_scalar(node: NodeId) -> Self {
        Self::Scalar(node, OnceLock::new())
    }

    /// The range in the container that `guest` was made from.
    pub(crate) fn to_host(&self, container: &Document, guest: Span) -> Span {
        let map = match self {
            Self::Made(map) => map,
            Self::Scalar(node, map) => map.get_or_init(|| {
                container.tree().map(|tree| tree.node(*node).embedding()).unwrap_or_default()
            }),
        };
        map.to_host(guest).unwrap_or_default()
    }

    /// The offset in the embedded text of a byte of the container; `None` where it was not made from there.
    fn to_guest(&self, container: &Document, host: u32) -> Option<u32> {
        match self {
            Self::Made(map) => map.to_guest(host),
            Self::Scalar(node, map) => {
                let node = container.tree()?.node(*node);
                // Most scalars lie elsewhere: no map is made for them.
                let around = node.resolved().span();
                if host < around.start || around.end < host {
                    return None;
                }
                map.get_or_init(|| node.embedding()).to_guest(host)
            }
        }
    }
}

/// One parsed document.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// The text that spans refer to: the file's, or the decoded text of the field that it stands in.
    pub(crate) text: Arc<str>,
    /// What it is written in.
    pub(crate) language: Language,
    /// The container, for an embedded document.
    pub(crate) host: Option<Host>,
    /// The content.
    pub(crate) body: Body,
    /// The line table of `text`.
    pub(crate) lines: Arc<LineIndex>,
    /// Parts of the text that have a name (`Kind namespace/name` of the object there), sorted, not overlapping.
    pub(crate) regions: Vec<(Span, Arc<str>)>,
}

impl Document {
    /// The name of the region that holds `offset`.
    fn region_at(&self, offset: u32) -> Option<&str> {
        let index = self.regions.partition_point(|(span, _)| span.start <= offset).checked_sub(1)?;
        let (span, name) = &self.regions[index];
        (offset <= span.end).then_some(name.as_ref())
    }

    /// The objects that the text holds or is a part of, by their names in reports.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &str> {
        let own = self.regions.iter().map(|(_, name)| &**name);
        own.chain(self.host.as_ref().and_then(|host| host.object.as_deref()))
    }

    /// The tree of a YAML, JSON or INI document.
    pub(crate) fn tree(&self) -> Option<&Tree> {
        match &self.body {
            Body::Tree(tree) => Some(tree),
            Body::Alloy(_) => None,
        }
    }

    /// The program of an Alloy document.
    pub(crate) fn alloy(&self) -> Option<&alloy::File> {
        match &self.body {
            Body::Alloy(file) => Some(file),
            Body::Tree(_) => None,
        }
    }
}

/// One input file with its documents: those of its stream first, then embedded ones, containers before contents.
#[derive(Debug, Clone, Default)]
pub(crate) struct File {
    /// As given on the command line, with `/`.
    pub(crate) path: String,
    /// Whether the text is a rendering of an object of a running cluster: no person typed it, so its own lines mean nothing.
    pub(crate) live: bool,
    /// All documents.
    pub(crate) documents: Held,
}

/// All files of a run, in a stable order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Documents {
    /// In a stable order.
    pub(crate) files: Vec<File>,
}

/// A layer of nesting, from the outermost embedded text inwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layer {
    /// The field of the container, such as `data.config.alloy`.
    pub(crate) field: String,
    /// The language of the embedded text.
    pub(crate) language: Language,
    /// The place in the embedded text.
    pub(crate) start: LineColumn,
    /// Its end (exclusive) there.
    pub(crate) end: LineColumn,
}

/// A place for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// The file's path as given.
    pub(crate) path: String,
    /// Bytes of the outermost text.
    pub(crate) outer: Span,
    /// Start in the outermost file.
    pub(crate) start: LineColumn,
    /// End (exclusive) in the outermost file.
    pub(crate) end: LineColumn,
    /// The object, as `Kind namespace/name`, where known.
    pub(crate) object: Option<String>,
    /// Nesting, outermost first; empty for a place in the file's own text.
    pub(crate) layers: Vec<Layer>,
    /// The way to the place in an object of a running cluster, where lines mean nothing; `None` for files.
    pub(crate) route: Option<Route>,
}

impl Resolved {
    /// Where people look: `alloy.yaml:12:3` in a file, `prod/alloy/ConfigMap/alloy#data.config.alloy:12` in a running
    /// cluster. There each `#` leads into the text of a field, and a line is one of that text.
    pub(crate) fn shown(&self) -> String {
        let Some(route) = &self.route else {
            return format!("{}:{}:{}", self.path, self.start.line, self.start.column);
        };
        let mut text = self.path.clone();
        for layer in &self.layers {
            text.push('#');
            text.push_str(&layer.field);
            text.push(':');
            text.push_str(&layer.start.line.to_string());
        }
        if self.layers.is_empty() && !route.0.is_empty() {
            text.push('#');
            text.push_str(&route.field());
        }
        text
    }

    /// The field of an object of a running cluster: the one that holds the embedded text, or the place itself.
    pub(crate) fn field(&self) -> Option<String> {
        let route = self.route.as_ref()?;
        Some(self.layers.first().map_or_else(|| route.field(), |layer| layer.field.clone()))
    }
}

impl Documents {
    /// The document of that name.
    pub(crate) fn document(&self, id: DocId) -> &Document {
        &self.files[id.file as usize].documents[id.index as usize]
    }

    /// The text at a place.
    #[cfg(test)]
    pub(crate) fn slice(&self, place: Place) -> &str {
        place.span.slice(&self.document(place.doc).text)
    }

    /// The innermost place of a byte of a file: the reverse of [`Documents::resolve`]. What an alias repeats is its first
    /// document.
    pub(crate) fn innermost(&self, file: u32, offset: u32) -> Option<Place> {
        let documents = &self.files.get(file as usize)?.documents;
        let at = |index: usize, offset| {
            let index = u32::try_from(index).ok()?;
            Some(Place { doc: DocId { file, index }, span: Span::at(offset) })
        };
        let begins = |document: &Document| {
            let root = document.tree().and_then(Tree::root);
            root.map_or(0, |root| root.span().start)
        };
        let own = documents.iter().enumerate().filter(|(_, document)| document.host.is_none());
        let mut found = own
            .clone()
            .filter(|(_, document)| begins(document) <= offset)
            .last()
            .or_else(|| own.clone().next())
            .and_then(|(index, _)| at(index, offset))?;
        // Contents stand behind their containers, so one pass leads to the innermost.
        for (index, document) in documents.iter().enumerate() {
            let Some(host) = document.host.as_ref().filter(|host| host.index == found.doc.index) else {
                continue;
            };
            let Some(container) = documents.get(host.index as usize) else { continue };
            if let Some(guest) = host.map.to_guest(container, found.span.start) {
                found = at(index, guest)?;
            }
        }
        Some(found)
    }

    /// The documents of a file, for a look at what may be folded; none where there is no such file.
    pub(crate) fn opened(&self, file: u32) -> Opened<'_> {
        self.files.get(file as usize).map_or(Opened::Here(&[]), |file| file.documents.opened())
    }

    /// The outermost line and column of a place, and the layers on the way.
    pub(crate) fn resolve(&self, place: Place) -> Resolved {
        let file = &self.files[place.doc.file as usize];
        let documents = file.documents.opened();
        let mut document = &documents[place.doc.index as usize];
        let mut span = place.span;
        let mut layers = Vec::new();
        let mut object = None;
        while let Some(host) = &document.host {
            layers.push(Layer {
                field: host.field.clone(),
                language: document.language,
                start: document.lines.position(&document.text, span.start),
                end: document.lines.position(&document.text, span.end),
            });
            if host.object.is_some() {
                object.clone_from(&host.object);
            }
            document = &documents[host.index as usize];
            span = host.map.to_host(document, span);
        }
        layers.reverse();
        if object.is_none() {
            object = document.region_at(span.start).map(str::to_owned);
        }
        Resolved {
            path: file.path.clone(),
            outer: span,
            start: document.lines.position(&document.text, span.start),
            end: document.lines.position(&document.text, span.end),
            object,
            layers,
            route: file.live.then(|| document.tree().map(|tree| tree.route_to(span)).unwrap_or_default()),
        }
    }
}
