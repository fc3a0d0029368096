//! Turns the text of one file into documents, nested ones included, and the pieces recognised in them.

use std::sync::Arc;

use super::alloy_texts::nested_texts;
use super::found::Found;
use super::objects;
use super::piece::Home;
use super::piece::NodeAt;
use super::piece::Piece;
use super::piece::Problem;
use super::piece::ProblemKind;
use super::releases;
use super::shape::Expected;
use super::shape::Shape;
use super::shape::is_alloy;
use super::shape::looks_like_alloy;
use super::shape::shape_of;
use crate::document::Body;
use crate::document::DocId;
use crate::document::Document;
use crate::document::File;
use crate::document::Host;
use crate::document::HostMap;
use crate::document::Language;
use crate::document::NodeId;
use crate::document::NodeRef;
use crate::document::ParseFault;
use crate::document::ParseProblem;
use crate::document::Place;
use crate::document::alloy;
use crate::document::parse_ini;
use crate::document::parse_json;
use crate::document::parse_trees;
use crate::document::parse_yaml;
use crate::text::Limit;
use crate::text::LineIndex;
use crate::text::Span;

/// The name of a settings file.
const SETTINGS: &str = "ptd-lint.yaml";

/// What one file holds.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// The documents.
    pub(crate) file: File,
    /// What was recognised in them.
    pub(crate) pieces: Vec<Piece>,
    /// What is wrong with them.
    pub(crate) problems: Vec<Problem>,
    /// Why documents of this file are not linted.
    pub(crate) passed_over: Vec<String>,
}

/// Reads one file. `index` is its place in the run's list of files.
pub(crate) fn read(index: u32, path: &str, text: &Arc<str>, expected: Expected) -> Reading {
    // Each level can hold the whole file but for a few bytes; what is beyond comes of aliases.
    let written = text.len().saturating_mul(Limit::EmbeddedDepth.count());
    let budget = written.saturating_add(Limit::EmbeddedSize.count());
    let mut reader = Reader { index, reading: Reading::default(), budget };
    path.clone_into(&mut reader.reading.file.path);
    let text = text.clone();
    let is_settings = path == SETTINGS || path.ends_with(&format!("/{SETTINGS}"));
    let expected = if is_settings { Expected::Settings } else { expected };
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let extension = extension.as_deref().unwrap_or_default();
    let first = text.trim_start_matches('\u{feff}').trim_start().bytes().next();
    if expected == Expected::Alloy
        || extension == "alloy"
        || (expected == Expected::Any && first != Some(b'{') && looks_like_alloy(&text))
    {
        reader.open_alloy(text, None, Home::default(), 0);
    } else if expected == Expected::GrafanaIni || extension == "ini" {
        reader.open_ini(text, None, Home::default());
    } else {
        // YAML is nearly a superset of JSON; what is named so is held to JSON. What starts like it and is called
        // anything else (standard input) may also be YAML in brackets, or a stream of such documents.
        let bracket = matches!(first, Some(b'{' | b'['));
        let json = match extension {
            "json" => bracket,
            "yaml" | "yml" => false,
            _ => bracket && (parse_json(&text).is_ok() || !parse_yaml(&text).errors.is_empty()),
        };
        let purpose = Purpose::TopLevel(expected);
        reader.open_tree(&text, if json { Language::Json } else { Language::Yaml }, None, &purpose, 0);
    }
    reader.reading
}

/// How deep texts in texts are followed.
fn max_depth() -> u32 {
    u32::try_from(Limit::EmbeddedDepth.get()).unwrap_or(u32::MAX)
}

/// What an embedded text is for.
#[derive(Debug, Clone)]
pub(crate) enum Purpose {
    /// A file's own text.
    TopLevel(Expected),
    /// A value of a ConfigMap or Secret: recognised by its content.
    ConfigData(Home),
    /// Values of the release with this index among the file's pieces.
    ChartValues(usize),
    /// An Alloy program.
    AlloyProgram(Home),
    /// A text of an object or of values that holds programs somewhere below, such as values in a template of a release.
    Search(Home),
    /// A text of a process' answer: what it runs with, and no configuration of the input.
    Answer(Home),
    /// Text that only has to parse, such as the YAML that a component takes in a string.
    OnlyParse,
}

/// A text that stands in a scalar of a document and is a document itself.
#[derive(Debug, Clone)]
pub(crate) struct Nested {
    /// The scalar.
    pub(crate) node: NodeId,
    /// Its route, as users write it: `data.config.alloy`.
    pub(crate) field: String,
    /// The object that the scalar belongs to.
    pub(crate) object: Option<String>,
    /// How the text stands there.
    pub(crate) encoding: Encoding,
    /// What to read it as.
    pub(crate) language: Language,
    /// What it is for.
    pub(crate) purpose: Purpose,
}

/// How an embedded text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Not at all.
    Plain,
    /// Base64 (a Secret's `data`, `binaryData`).
    Base64,
    /// Base64 of anything: what is no Alloy program is none of our business, whatever it is.
    PerhapsBase64,
}

struct Reader {
    index: u32,
    reading: Reading,
    /// How many bytes of embedded text may still be opened. Without aliases each level of nesting holds less than the
    /// one around it; with aliases one text can stand in ten thousand ConfigMaps.
    budget: usize,
}

impl Reader {
    fn id(&self, index: u32) -> DocId {
        DocId { file: self.index, index }
    }

    fn push(
        &mut self,
        text: Arc<str>,
        language: Language,
        host: Option<Host>,
        body: Body,
        lines: Arc<LineIndex>,
    ) -> u32 {
        let index = u32::try_from(self.reading.file.documents.len()).unwrap_or(u32::MAX);
        let document = Document { text, language, host, body, lines, regions: Vec::new() };
        self.reading.file.documents.push(document);
        index
    }

    fn problem(&mut self, kind: ProblemKind, index: u32, span: Span, message: String, hint: String) {
        let place = Place { doc: self.id(index), span };
        self.reading.problems.push(Problem { kind, place, message, hint, related: None });
    }

    /// Opens a program, which is a piece of its own.
    fn open_alloy(&mut self, text: Arc<str>, host: Option<Host>, home: Home, depth: u32) {
        let index = self.open_module(text, host, depth);
        self.reading.pieces.push(Piece::Alloy(self.id(index), home));
    }

    /// Opens the text of a module, which runs only where a program uses it.
    fn open_module(&mut self, text: Arc<str>, host: Option<Host>, depth: u32) -> u32 {
        let file = alloy::parse(text.clone());
        // The parser reports as the reference does, several faults at one spot: a person needs the first of a line.
        let mut errors = file.errors.clone();
        errors.sort_by_key(|error| error.span.start);
        let mut last = None;
        let lines = Arc::new(LineIndex::new(&text));
        let index = self.push(text, Language::Alloy, host, Body::Alloy(file), lines);
        let lines = self.reading.file.documents[index as usize].lines.clone();
        for error in errors {
            let line =
                lines.position(&self.reading.file.documents[index as usize].text, error.span.start).line;
            if last.replace(line) == Some(line) {
                continue;
            }
            let hint = error.hint.map_or_else(
                || "Alloy would not start with this configuration; mend the syntax at this place".to_owned(),
                str::to_owned,
            );
            self.problem(ProblemKind::Syntax, index, error.span, error.message, hint);
        }
        let nested =
            self.reading.file.documents[index as usize].alloy().map(nested_texts).unwrap_or_default();
        for nested in nested {
            if depth >= max_depth() {
                self.too_deep(index, nested.span, &nested.field);
                break;
            }
            let map = HostMap::Made(nested.map);
            let host = Some(Host { index, field: nested.field, object: None, map });
            if nested.language == Language::Alloy {
                self.open_module(nested.text.into(), host, depth + 1);
            } else {
                self.open_tree(&nested.text.into(), nested.language, host, &Purpose::OnlyParse, depth + 1);
            }
        }
        index
    }

    fn open_ini(&mut self, text: Arc<str>, host: Option<Host>, home: Home) {
        let (tree, problems) = parse_ini(&text);
        let root = tree.root;
        let lines = Arc::new(LineIndex::new(&text));
        let index = self.push(text, Language::Ini, host, Body::Tree(tree), lines);
        self.parse_problems(index, problems);
        if let Some(node) = root {
            self.reading.pieces.push(Piece::GrafanaIni(NodeAt { doc: self.id(index), node }, home));
        }
    }

    fn parse_problems(&mut self, index: u32, problems: Vec<ParseProblem>) {
        for problem in problems {
            let doc = self.id(index);
            let (kind, related) = match problem.kind {
                ParseFault::DuplicateKey { first } => (
                    ProblemKind::DuplicateKey,
                    Some((Place { doc, span: first }, "first written here".to_owned())),
                ),
                ParseFault::ComplexKey | ParseFault::BadAlias => (ProblemKind::Malformed, None),
                ParseFault::Syntax | ParseFault::Limit => (ProblemKind::Syntax, None),
            };
            let place = Place { doc, span: problem.span };
            let hint = problem.hint.unwrap_or_else(|| "mend the syntax at this place".to_owned());
            self.reading.problems.push(Problem { kind, place, message: problem.message, hint, related });
        }
    }

    /// Parses YAML or JSON and examines each document of the stream.
    fn open_tree(
        &mut self,
        text: &Arc<str>,
        language: Language,
        host: Option<Host>,
        purpose: &Purpose,
        depth: u32,
    ) {
        let (trees, problems) = parse_trees(text, language);
        // A program whose first statement is damaged reads as one long YAML text. To pass that over would hide it.
        if matches!(purpose, Purpose::TopLevel(Expected::Any))
            && problems.is_empty()
            && let [tree] = &trees[..]
            && tree.root().and_then(NodeRef::text).is_some_and(|text| text.contains('{'))
        {
            return self.open_alloy(text.clone(), host, Home::default(), depth);
        }
        let lines = Arc::new(LineIndex::new(text));
        let mut first = None;
        let mut opened = Vec::new();
        for tree in trees {
            let index = self.push(text.clone(), language, host.clone(), Body::Tree(tree), lines.clone());
            first.get_or_insert(index);
            opened.push(index);
        }
        let anchor = match first {
            Some(index) => index,
            // Nothing could be parsed: an empty document carries the places of the errors.
            None if problems.is_empty() => return,
            None => {
                self.push(text.clone(), language, host, Body::Tree(crate::document::Tree::empty(text)), lines)
            }
        };
        self.parse_problems(anchor, problems);
        let many = opened.len() > 1;
        for index in opened {
            let reasons = self.reading.passed_over.len();
            self.examine(index, purpose, depth);
            if many && let Some(start) = self.start_of(index) {
                let line = self.reading.file.documents[index as usize].lines.position(text, start).line;
                for reason in self.reading.passed_over.iter_mut().skip(reasons) {
                    *reason = format!("the document at line {line}: {reason}");
                }
            }
        }
    }

    fn start_of(&self, index: u32) -> Option<u32> {
        let tree = self.reading.file.documents.get(index as usize)?.tree()?;
        Some(tree.root()?.span().start)
    }

    /// Finds out what a document is, notes its pieces, and opens what is nested in it.
    fn examine(&mut self, index: u32, purpose: &Purpose, depth: u32) {
        let id = self.id(index);
        let document = std::mem::replace(
            &mut self.reading.file.documents[index as usize].body,
            Body::Tree(crate::document::Tree::empty(&"".into())),
        );
        let mut found = Found::new(id, self.reading.pieces.len());
        if let Body::Tree(tree) = &document
            && let Some(root) = tree.root()
            && !root.is_null()
        {
            examine_root(root, purpose, &mut found, &mut self.reading.passed_over);
        }
        self.reading.file.documents[index as usize].body = document;
        let Found { pieces, nested, problems, regions, layers, .. } = found;
        self.reading.pieces.extend(pieces);
        self.reading.problems.extend(problems);
        for (release, rank, layer) in layers {
            if let Some(Piece::Release(release) | Piece::ReleaseConfig(release)) =
                self.reading.pieces.get_mut(release)
            {
                release.layers.push((rank, layer));
                release.layers.sort_by_key(|(rank, _)| *rank);
            }
        }
        self.reading.file.documents[index as usize].regions = Found::flat_regions(regions);
        for nested in nested {
            self.open_nested(index, nested, depth + 1);
        }
    }

    /// Tells that an embedded text is not read since it stands too deep.
    fn too_deep(&mut self, container: u32, span: Span, field: &str) {
        let message = format!("text in `{field}` is nested more than {} deep", Limit::EmbeddedDepth.shown());
        let hint = format!("flatten the configuration, or {}", Limit::EmbeddedDepth.remedy());
        self.problem(ProblemKind::Malformed, container, span, message, hint);
    }

    fn open_nested(&mut self, container: u32, nested: Nested, depth: u32) {
        let document = &self.reading.file.documents[container as usize];
        let Some(tree) = document.tree() else { return };
        let node = tree.node(nested.node);
        if depth > max_depth() {
            let span = node.span();
            return self.too_deep(container, span, &nested.field);
        }
        let Some(bytes) = node.text().map(str::len) else { return };
        let Some(budget) = self.budget.checked_sub(bytes) else {
            if self.budget > 0 {
                let limit = Limit::EmbeddedSize;
                let message = format!(
                    "aliases make the texts in this file more than {} larger than it is",
                    limit.shown()
                );
                let hint = format!("write fewer objects with the same text, or {}", limit.remedy());
                let span = node.span();
                self.problem(ProblemKind::Malformed, container, span, message, hint);
            }
            self.budget = 0;
            return;
        };
        self.budget = budget;
        let decoded = match nested.encoding {
            Encoding::Plain => {
                node.text().map(|text| (text.into(), HostMap::of_scalar(nested.node))).ok_or("")
            }
            Encoding::Base64 | Encoding::PerhapsBase64 => text_of_base64(node),
        };
        let (text, map): (Arc<str>, _) = match decoded {
            Ok(decoded) => decoded,
            Err(_) if nested.encoding == Encoding::PerhapsBase64 => return,
            Err(fault) => {
                let message = format!("`{}` is not {fault}", nested.field);
                let hint = "encode the text of the file, or put it as it is under `stringData` or `data`";
                let span = node.span();
                return self.problem(ProblemKind::Malformed, container, span, message, hint.to_owned());
            }
        };
        if nested.encoding == Encoding::PerhapsBase64 && !is_alloy(&text) {
            return;
        }
        let language = match (&nested.purpose, nested.language) {
            (Purpose::ConfigData(_), _) if is_alloy(&text) => Language::Alloy,
            (_, language) => language,
        };
        let host = Some(Host { index: container, field: nested.field, object: nested.object, map });
        match (language, nested.purpose) {
            (Language::Alloy, Purpose::AlloyProgram(home) | Purpose::ConfigData(home)) => {
                self.open_alloy(text, host, home, depth);
            }
            (Language::Ini, Purpose::ConfigData(home)) => self.open_ini(text, host, home),
            (language, purpose) => self.open_tree(&text, language, host, &purpose, depth),
        }
    }
}

/// The text in a scalar of base64, or what it is not.
fn text_of_base64(node: NodeRef<'_>) -> Result<(Arc<str>, HostMap), &'static str> {
    let (bytes, embedding) = crate::document::decode_base64(node).ok_or("base64")?;
    let text = String::from_utf8(bytes).map_err(|_| "text in UTF-8")?;
    Ok((text.into(), HostMap::Made(embedding)))
}

fn examine_root(root: NodeRef<'_>, purpose: &Purpose, found: &mut Found, passed_over: &mut Vec<String>) {
    match purpose {
        Purpose::TopLevel(expected) => match shape_of(root, *expected) {
            Shape::Object => objects::object(root, None, found),
            Shape::PulumiExport => objects::pulumi_export(root, found),
            Shape::Values(chart) => releases::values_file(root, chart, found),
            Shape::Store(store) => {
                let at = found.at(root);
                found.pieces.push(Piece::StoreConfig(store, at, Home::default()));
            }
            Shape::RuntimeOverrides => {
                let at = found.at(root);
                found.pieces.push(Piece::RuntimeOverrides(at, Home::default()));
            }
            Shape::DataSources => {
                let at = found.at(root);
                found.pieces.push(Piece::DataSources(at, Home::default()));
            }
            Shape::Notifications => {
                let at = found.at(root);
                found.pieces.push(Piece::Notifications(at));
            }
            Shape::RuleGroups => {
                let at = found.at(root);
                found.pieces.push(Piece::RuleGroups(at, Home::default()));
            }
            Shape::Dashboard => {
                let at = found.at(root);
                found.pieces.push(Piece::Dashboard(at, Home::default()));
            }
            Shape::Relay(language) => {
                let at = found.at(root);
                found.pieces.push(Piece::RelayConfig(language, at));
            }
            Shape::Settings => {
                let at = found.at(root);
                found.pieces.push(Piece::Settings(at));
            }
            Shape::Other(reason) => passed_over.push(reason),
        },
        // What stands in a ConfigMap and is no configuration that we read is not worth a word: nginx.conf and the like.
        Purpose::ConfigData(home) => {
            let at = found.at(root);
            found.pieces.push(Piece::ConfigText(at, home.clone()));
            match shape_of(root, Expected::Any) {
                Shape::Store(store) => found.pieces.push(Piece::StoreConfig(store, at, home.clone())),
                Shape::RuntimeOverrides => found.pieces.push(Piece::RuntimeOverrides(at, home.clone())),
                Shape::DataSources => found.pieces.push(Piece::DataSources(at, home.clone())),
                Shape::RuleGroups => found.pieces.push(Piece::RuleGroups(at, home.clone())),
                Shape::Dashboard => found.pieces.push(Piece::Dashboard(at, home.clone())),
                _ => {}
            }
        }
        Purpose::ChartValues(release) => releases::values_document(root, *release, found),
        Purpose::Search(home) => objects::programs_below(root, home.object.as_ref(), &[], found),
        Purpose::Answer(home) => {
            let at = found.at(root);
            found.pieces.push(Piece::AnswerText(at, home.clone()));
        }
        Purpose::AlloyProgram(_) | Purpose::OnlyParse => {}
    }
}

/// Which language a ConfigMap key is read as by its name; the content may still decide otherwise.
pub(crate) fn language_of_key(key: &str) -> Option<Language> {
    let (_, extension) = key.rsplit_once('.')?;
    match extension {
        "alloy" | "river" => Some(Language::Alloy),
        "yaml" | "yml" => Some(Language::Yaml),
        "ini" => Some(Language::Ini),
        _ => None,
    }
}
