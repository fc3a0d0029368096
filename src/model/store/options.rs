//! Turns the tables of `schemas/stores/` into answers: which options a version of a store has, of what type, with what
//! default.
//!
//! A table has one option a line, sorted by path. Only the lines that are asked for are parsed, so that a run over one
//! small file pays for what it holds; and each once, however many stacks ask.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::model::piece::Store;
use crate::model::version::Minor;

/// One option of a store's configuration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    /// What it takes now; [`Spec::type_in`] says what it took.
    #[serde(rename = "type", default = "text")]
    kind: Box<str>,
    #[serde(default)]
    default: serde_json::Value,
    #[serde(default)]
    defaults: BTreeMap<Box<str>, serde_json::Value>,
    #[serde(default)]
    types: BTreeMap<Box<str>, Box<str>>,
    since: Option<Box<str>>,
    last: Option<Box<str>>,
    #[serde(default)]
    absent: Vec<Box<str>>,
    /// Its command-line flag, without the dash.
    pub(crate) flag: Option<Box<str>>,
    #[serde(default)]
    values: Vec<Box<str>>,
    #[serde(default)]
    enums: BTreeMap<Box<str>, Option<Vec<Box<str>>>>,
    /// When a value that is none of [`Spec::values_in`] is refused: `load`, `s3`, `start`, `never`.
    pub(crate) refused: Option<Box<str>>,
    /// Whether one tenant may have its own, in the runtime file.
    #[serde(default)]
    pub(crate) tenant: bool,
    #[serde(default)]
    secret: bool,
    /// Whether the default is worked out when the process starts.
    #[serde(default)]
    pub(crate) dynamic: bool,
    deprecated: Option<Box<str>>,
    /// What to set instead: it is deprecated or gone.
    #[serde(rename = "use")]
    pub(crate) instead: Option<Box<str>>,
}

fn text() -> Box<str> {
    "string".into()
}

/// The entry that is in force at a version: the one with the greatest version that is not above it.
fn in_force<T>(changes: &BTreeMap<Box<str>, T>, at: Minor) -> Option<&T> {
    let mut found: Option<(Minor, &T)> = None;
    for (from, value) in changes {
        let from = Minor::parse(from)?;
        if from <= at && found.is_none_or(|(best, _)| best < from) {
            found = Some((from, value));
        }
    }
    found.map(|(_, value)| value)
}

impl Spec {
    /// What it takes in that version.
    pub(crate) fn type_in(&self, version: Minor) -> &str {
        in_force(&self.types, version).map_or(&*self.kind, |kind| &**kind)
    }

    /// The default in that version; null for the zero value of its type.
    pub(crate) fn default_in(&self, version: Minor) -> &serde_json::Value {
        in_force(&self.defaults, version).unwrap_or(&self.default)
    }

    /// What an enum takes in that version; none where anything is taken or nobody knows.
    pub(crate) fn values_in(&self, version: Minor) -> &[Box<str>] {
        match in_force(&self.enums, version) {
            Some(values) => values.as_deref().unwrap_or_default(),
            None => &self.values,
        }
    }

    /// Whether that version calls it deprecated.
    pub(crate) fn is_deprecated(&self, version: Minor) -> bool {
        self.deprecated.as_deref().and_then(Minor::parse).is_some_and(|since| since <= version)
    }

    /// Whether its value must not be printed.
    pub(crate) fn is_secret(&self) -> bool {
        self.secret || self.kind.contains("secret")
    }

    /// Whether that version has it.
    pub(crate) fn is_in(&self, version: Minor) -> bool {
        let at = |text: &Option<Box<str>>| text.as_deref().and_then(Minor::parse);
        at(&self.since).is_none_or(|since| since <= version)
            && at(&self.last).is_none_or(|last| version <= last)
            && !self.absent.iter().any(|absent| Minor::parse(absent) == Some(version))
    }

    /// The first version that has it, where older ones are known to lack it.
    pub(crate) fn since(&self) -> Option<&str> {
        self.since.as_deref()
    }

    /// The last version that has it, where newer ones are known to lack it.
    pub(crate) fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }
}

/// The options of one store.
#[derive(Debug)]
pub(crate) struct Options {
    /// The versions that the table knows, oldest first.
    pub(crate) versions: Vec<Minor>,
    /// The newest version that was released.
    pub(crate) newest: Minor,
    /// Sorted by path.
    lines: Vec<Line>,
    /// The first line of each flag; made when a flag is first asked for.
    flags: OnceLock<HashMap<&'static str, usize>>,
}

/// One option of a table.
#[derive(Debug)]
struct Line {
    path: &'static str,
    /// JSON.
    text: &'static str,
    /// What it says; nothing in it for a line that is broken, which a test rules out.
    spec: OnceLock<Option<Box<Spec>>>,
}

impl Line {
    fn spec(&self) -> Option<&Spec> {
        self.spec.get_or_init(|| serde_json::from_str(self.text).ok()).as_deref()
    }
}

/// The table of a store.
pub(crate) fn table(store: Store) -> &'static Options {
    static MIMIR: OnceLock<Options> = OnceLock::new();
    static LOKI: OnceLock<Options> = OnceLock::new();
    match store {
        Store::Mimir => {
            MIMIR.get_or_init(|| Options::read(include_str!("../../../schemas/stores/mimir.json")))
        }
        Store::Loki => LOKI.get_or_init(|| Options::read(include_str!("../../../schemas/stores/loki.json"))),
    }
}

impl Options {
    fn read(text: &'static str) -> Self {
        let mut table = Self {
            versions: Vec::new(),
            newest: Minor::default(),
            lines: Vec::new(),
            flags: OnceLock::new(),
        };
        for line in text.lines() {
            let line = line.strip_suffix(',').unwrap_or(line);
            let Some((name, value)) = line.strip_prefix('"').and_then(|rest| rest.split_once("\":")) else {
                continue;
            };
            match (name, value) {
                ("product" | "options", _) => {}
                ("versions", list) => {
                    let names: Vec<Box<str>> = serde_json::from_str(list).unwrap_or_default();
                    table.versions = names.iter().filter_map(|name| Minor::parse(name)).collect();
                }
                ("newest", name) => {
                    table.newest = Minor::parse(name.trim().trim_matches('"')).unwrap_or_default();
                }
                (path, text) => table.lines.push(Line { path, text, spec: OnceLock::new() }),
            }
        }
        table
    }

    /// The option at a path, whatever version has it. Items of lists are `[]`, keys of the user's `<name>`.
    pub(crate) fn spec(&self, path: &str) -> Option<&Spec> {
        let at = self.lines.binary_search_by(|line| line.path.cmp(path)).ok()?;
        self.lines.get(at)?.spec()
    }

    /// All options at and below a path, in order.
    pub(crate) fn below<'o>(&'o self, path: &str) -> impl Iterator<Item = (&'static str, &'o Spec)> {
        let start = self.lines.partition_point(|line| line.path < path);
        let lines = self.lines.get(start..).unwrap_or_default().iter();
        lines
            .take_while(move |line| line.path.starts_with(path))
            .filter(move |line| is_below(line.path, path))
            .filter_map(|line| Some((line.path, line.spec()?)))
    }

    /// Whether anything lies below a path.
    pub(crate) fn is_section(&self, path: &str) -> bool {
        let start = self.lines.partition_point(|line| line.path <= path);
        let lines = self.lines.get(start..).unwrap_or_default().iter();
        lines.take_while(|line| line.path.starts_with(path)).any(|line| is_below(line.path, path))
    }

    /// Every path, in order.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.lines.iter().map(|line| line.path)
    }

    /// The option that a command-line flag sets.
    pub(crate) fn of_flag(&self, flag: &str) -> Option<(&'static str, &Spec)> {
        let flags = self.flags.get_or_init(|| {
            let mut flags = HashMap::new();
            for (index, line) in self.lines.iter().enumerate() {
                let name = line.text.split_once("\"flag\":\"").and_then(|(_, rest)| rest.split_once('"'));
                if let Some((name, _)) = name {
                    flags.entry(name).or_insert(index);
                }
            }
            flags
        });
        let line = self.lines.get(*flags.get(flag)?)?;
        Some((line.path, line.spec()?))
    }

    /// The version of the table that a version is judged by: itself, or the nearest one that is known.
    pub(crate) fn nearest(&self, version: Minor) -> Minor {
        let older = self.versions.iter().copied().filter(|known| *known <= version).max();
        older.or(self.versions.first().copied()).unwrap_or(version)
    }
}

/// Whether a path is `above` or lies below it.
fn is_below(path: &str, above: &str) -> bool {
    above.is_empty()
        || path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
