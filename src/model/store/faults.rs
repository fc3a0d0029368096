//! Turns a store's configuration and the table of its options into faults: what that version refuses when it loads the
//! file, or passes over.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::options::Options;
use super::options::Spec;
use super::scalars;
use super::scalars::Raw;
use crate::document::Misfit;
use crate::document::MisfitKind;
use crate::document::NodeRef;
use crate::document::Scalar;
use crate::document::Schema;
use crate::model::piece::Store;
use crate::model::version::Minor;
use crate::text::nearest;

/// One fault of a configuration.
#[derive(Debug)]
pub(crate) struct OptionFault<'t> {
    /// Its kind, by which rules tell it.
    pub(crate) kind: FaultKind,
    /// The option's path.
    pub(crate) path: String,
    /// What is underlined.
    pub(crate) node: NodeRef<'t>,
    /// What is wrong, in words.
    pub(crate) reason: String,
    /// What to do.
    pub(crate) help: String,
}

/// The kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// No version has the option there.
    Unknown,
    /// Older versions have it.
    Removed,
    /// Newer versions have it.
    NotYet,
    /// The value has another type, or no unit that the option knows.
    Type,
    /// The value is none of those that the option takes.
    Choice,
    /// Content of the runtime file.
    Runtime,
    /// The version calls it deprecated.
    Deprecated,
    /// Loki: null sets it to nothing, not to its default.
    Nulled,
    /// A bare number is one of nanoseconds.
    Nanoseconds,
    /// The value is taken and then not understood: it fails later, or something else is used.
    Misunderstood,
    /// What stands behind the first document of the file.
    SecondDocument,
    /// References to environment variables that do not do what they seem to.
    Reference,
}

impl FaultKind {
    /// Its name in rules.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Removed => "removed",
            Self::NotYet => "not-yet",
            Self::Type => "type",
            Self::Choice => "choice",
            Self::Runtime => "runtime",
            Self::Deprecated => "deprecated",
            Self::Nulled => "nulled",
            Self::Nanoseconds => "nanoseconds",
            Self::Misunderstood => "misunderstood",
            Self::SecondDocument => "second-document",
            Self::Reference => "reference",
        }
    }
}

/// The table that a configuration is held against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judge<'o> {
    /// The store.
    pub(crate) store: Store,
    /// Its options.
    pub(crate) options: &'o Options,
    /// The version that runs, one of the table's.
    pub(crate) version: Minor,
    /// Whether references to environment variables may be replaced: scalars that hold one are judged elsewhere.
    pub(crate) expands: bool,
}

/// What a text at the top of a file is no option of, and where it belongs.
const RUNTIME: &[&str] =
    &["overrides", "configs", "multi_kv_config", "ingester_limits", "distributor_limits"];

impl Judge<'_> {
    /// The faults of the mapping `node`, which stands at `prefix` (empty for a whole file).
    pub(crate) fn faults<'t>(&self, node: NodeRef<'t>, prefix: &str) -> Vec<OptionFault<'t>> {
        let mut faults = Vec::new();
        if !node.is_mapping() {
            if !node.is_null() {
                faults.push(OptionFault {
                    kind: FaultKind::Type,
                    path: prefix.to_owned(),
                    node,
                    reason: "a mapping of options is wanted here".to_owned(),
                    help: "write options by name, as in `server:`".to_owned(),
                });
            }
            return faults;
        }
        for (key, value) in node.entries_merged() {
            let Some(name) = key.text() else { continue };
            let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
            let schema = self.options.spec(&path).map(|spec| self.leaf(&spec));
            let schema = schema.flatten().or_else(|| self.section(&path));
            let Some(schema) = schema else {
                faults.push(self.unknown(&path, key));
                continue;
            };
            // One section at a time: few of them occur in a file, and all of them are thousands of options.
            let Ok(schema) = Schema::new(&schema, check) else { continue };
            let misfits = schema.misfits(value);
            faults.extend(misfits.into_iter().map(|misfit| self.fault(&path, key, misfit)));
        }
        faults
    }

    /// The schema of a section, if the version has any option in it.
    fn section(&self, path: &str) -> Option<Value> {
        let mut root = Map::new();
        for (own, spec) in self.options.below(path) {
            let rest = own.get(path.len()..).unwrap_or_default().trim_start_matches('.');
            if let Some(leaf) = self.leaf(&spec).filter(|_| !rest.is_empty()) {
                put(&mut root, rest, leaf);
            }
        }
        (!root.is_empty()).then(|| mapping(&root))
    }

    /// The schema of one option; `None` where the version lacks it.
    fn leaf(&self, spec: &Spec) -> Option<Value> {
        if !spec.is_in(self.version) {
            return None;
        }
        Some(self.typed(spec.type_in(self.version)))
    }

    fn typed(&self, kind: &str) -> Value {
        if let Some(inner) = kind.strip_prefix("list<").and_then(|rest| rest.strip_suffix('>')) {
            return match inner {
                // Their fields are options of their own.
                "block" | "relabel_config" => json!({"type": ["array", "null"]}),
                inner => json!({"type": ["array", "null"], "items": self.typed(inner)}),
            };
        }
        if let Some(inner) = kind.strip_prefix("map<string,").and_then(|rest| rest.strip_suffix('>')) {
            return match inner {
                "block" | "any" | "list<block>" => json!({"type": ["object", "null"]}),
                inner => {
                    json!({"type": ["object", "null"], "additionalProperties": self.typed(inner)})
                }
            };
        }
        match kind {
            "block" => json!({"type": ["object", "null"]}),
            "list<string>|csv" => json!({"type": ["array", "string", "number", "boolean", "null"]}),
            kind => {
                json!({"type": ["string", "number", "boolean", "null"],
                       "scalar": {"store": self.store.name(), "type": kind, "expands": self.expands}})
            }
        }
    }

    /// The fault that a misfit in the section at `path` stands for.
    fn fault<'t>(&self, path: &str, key: NodeRef<'t>, misfit: Misfit<'t>) -> OptionFault<'t> {
        let mut own = path.to_owned();
        for part in &misfit.path {
            own.push('.');
            own.push_str(part);
        }
        let key = misfit.key.unwrap_or(key);
        match misfit.kind {
            MisfitKind::UnknownKey => self.unknown(&own, key),
            MisfitKind::Scalar(reason) => {
                let help =
                    format!("write {}", scalars::name(self.type_at(&own).as_deref().unwrap_or_default()));
                OptionFault { kind: FaultKind::Type, path: own, node: misfit.node, reason, help }
            }
            MisfitKind::Type(wanted) => {
                let (reason, help) = self.wrong_shape(&own, &wanted);
                let node = if misfit.node.is_scalar() { misfit.node } else { key };
                OptionFault { kind: FaultKind::Type, path: own, node, reason, help }
            }
            MisfitKind::MissingKey(reason) | MisfitKind::Other(reason) => OptionFault {
                kind: FaultKind::Type,
                path: own,
                node: misfit.node,
                reason,
                help: "mend it as the message says".to_owned(),
            },
        }
    }

    /// What is wrong where a list stands for a scalar and the like.
    fn wrong_shape(&self, path: &str, wanted: &[String]) -> (String, String) {
        let kind = self.type_at(path);
        let wants = |name: &str| wanted.iter().any(|one| one == name);
        let wanted = match kind.as_deref() {
            _ if wants("array") => "a list, such as `[a, b]`",
            _ if wants("object") => "a mapping of names to values",
            Some(kind) => scalars::name(kind),
            None => "a single value",
        };
        (format!("{wanted} is wanted"), format!("write {wanted}"))
    }

    /// The type of the option at a path as it is written, with names and positions in it.
    fn type_at(&self, path: &str) -> Option<String> {
        let spec = self.spec_at(path)?;
        let kind = spec.type_in(self.version);
        let inner = kind.strip_prefix("list<").and_then(|rest| rest.strip_suffix('>'));
        Some(inner.unwrap_or(kind).to_owned())
    }

    /// The option at a path as it is written: positions stand for `[]`, and names may be the user's.
    pub(crate) fn spec_at(&self, path: &str) -> Option<Spec> {
        self.route_at(path).and_then(|route| self.options.spec(&route))
    }

    /// The path of the table for a path as it is written.
    pub(crate) fn route_at(&self, path: &str) -> Option<String> {
        let mut route = String::new();
        for part in path.split('.') {
            let own = if route.is_empty() { part.to_owned() } else { format!("{route}.{part}") };
            if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
                let item = format!("{route}[]");
                if self.options.is_section(&item) {
                    route = item;
                }
                continue;
            }
            let named = format!("{route}.<name>");
            route = if self.options.spec(&own).is_some() || self.options.is_section(&own) {
                own
            } else if self.options.spec(&named).is_some() || self.options.is_section(&named) {
                named
            } else if self.options.spec(&route).is_some() {
                // A key of the user's in a map.
                continue;
            } else {
                return None;
            };
        }
        Some(route)
    }

    /// A key that the version does not have there: why, and what to do.
    fn unknown<'t>(&self, path: &str, key: NodeRef<'t>) -> OptionFault<'t> {
        let name = path.rsplit('.').next().unwrap_or_default().to_owned();
        let parent = path.strip_suffix(&name).unwrap_or_default().trim_end_matches('.').to_owned();
        let product = self.store.product();
        let fault = |kind, reason, help| OptionFault { kind, path: path.to_owned(), node: key, reason, help };
        let mut known = self
            .route_at(path)
            .map(|route| self.options.below(&route).map(|(_, spec)| spec).collect::<Vec<_>>())
            .unwrap_or_default();
        if !known.is_empty() {
            known.sort_by_key(|spec| spec.last().and_then(Minor::parse));
            let instead = known.iter().find_map(|spec| spec.instead.as_deref());
            let last = known.iter().map(|spec| spec.last().and_then(Minor::parse)).max().flatten();
            let since = known.iter().filter_map(|spec| spec.since().and_then(Minor::parse)).min();
            if let Some(since) = since.filter(|since| *since > self.version) {
                let reason = format!("{product} knows it from {since} on, not in {}", self.version);
                return fault(FaultKind::NotYet, reason, "take it out, or run a newer version".to_owned());
            }
            let reason = match last {
                Some(last) => format!("{product} {last} was the last version that had it"),
                None => format!("{product} {} does not have it", self.version),
            };
            let help = match instead {
                Some(instead) => format!("use `{instead}`"),
                None => "take it out".to_owned(),
            };
            return fault(FaultKind::Removed, reason, help);
        }
        let limits = self.store.limits();
        if RUNTIME.contains(&name.as_str())
            && (parent.is_empty() || parent == limits || parent == "runtime_config")
        {
            let reason = "it belongs into the runtime file, which `runtime_config.file` names".to_owned();
            return fault(FaultKind::Runtime, reason, "move it into the runtime file".to_owned());
        }
        let place = if parent.is_empty() { "the top".to_owned() } else { format!("`{parent}`") };
        let reason = format!("{product} {} has no such option in {place}", self.version);
        let help = self
            .meant(&parent, &name)
            .unwrap_or_else(|| "take it out, or put it where it belongs".to_owned());
        fault(FaultKind::Unknown, reason, help)
    }

    /// What was meant by a key that is not known.
    fn meant(&self, parent: &str, name: &str) -> Option<String> {
        let route = if parent.is_empty() { Some(String::new()) } else { self.route_at(parent) }?;
        let inside = |path: &'static str| -> Option<&'static str> {
            let rest = path.strip_prefix(route.as_str())?.trim_start_matches("[]").trim_start_matches('.');
            rest.split(['.', '[']).next()
        };
        let siblings: Vec<&str> = if route.is_empty() {
            self.options.paths().filter_map(|path| path.split(['.', '[']).next()).collect()
        } else {
            self.options
                .below(&route)
                .filter(|(_, spec)| spec.is_in(self.version))
                .filter_map(|(path, _)| inside(path))
                .collect()
        };
        if let Some(near) = nearest(name, siblings.iter().copied()) {
            return Some(format!("did you mean `{near}`?"));
        }
        let elsewhere: Vec<&str> = self
            .options
            .paths()
            .filter(|path| path.rsplit('.').next() == Some(name) && !path.contains(['[', '<']))
            .take(3)
            .collect();
        match elsewhere.as_slice() {
            [only] => Some(format!("it belongs to `{only}`")),
            [one, two] => Some(format!("did you mean `{one}` or `{two}`?")),
            _ => None,
        }
    }
}

/// Puts the schema of an option at its route into the schema of its section.
fn put(root: &mut Map<String, Value>, route: &str, leaf: Value) {
    let (name, rest) = match route.find(['.', '[']) {
        Some(at) => route.split_at(at),
        None => (route, ""),
    };
    let rest = rest.trim_start_matches('.');
    if rest.is_empty() {
        root.insert(name.to_owned(), leaf);
        return;
    }
    let entry = root.entry(name).or_insert_with(|| mapping(&Map::new()));
    insert(entry, rest, leaf);
}

/// Puts the schema of an option below the one of a section, a list or a map.
fn insert(entry: &mut Value, rest: &str, leaf: Value) {
    let Some(entry) = entry.as_object_mut() else { return };
    if let Some(rest) = rest.strip_prefix("[]") {
        let items = entry.entry("items").or_insert_with(|| mapping(&Map::new()));
        insert(items, rest.trim_start_matches('.'), leaf);
        return;
    }
    if let Some(rest) = rest.strip_prefix("<name>") {
        let rest = rest.trim_start_matches('.');
        if rest.is_empty() {
            entry.insert("additionalProperties".to_owned(), leaf);
            return;
        }
        let values = entry.entry("additionalProperties").or_insert_with(|| mapping(&Map::new()));
        if values.is_boolean() {
            *values = mapping(&Map::new());
        }
        insert(values, rest, leaf);
        return;
    }
    if rest.is_empty() {
        return;
    }
    entry.entry("additionalProperties").or_insert(Value::Bool(false));
    let properties = entry.entry("properties").or_insert_with(|| Value::Object(Map::new()));
    if let Some(properties) = properties.as_object_mut() {
        put(properties, rest, leaf);
    }
}

fn mapping(properties: &Map<String, Value>) -> Value {
    json!({"type": ["object", "null"], "properties": properties, "additionalProperties": false})
}

/// Whether a scalar fits what the keyword `scalar` describes.
fn check(wanted: &Value, node: NodeRef<'_>) -> Result<(), String> {
    let text = |key: &str| wanted.get(key).and_then(Value::as_str).unwrap_or_default();
    let (Some(written), Some(scalar)) = (node.text(), node.scalar()) else { return Ok(()) };
    if wanted.get("expands").and_then(Value::as_bool) == Some(true) && written.contains('$') {
        return Ok(());
    }
    let Some(store) = Store::named(text("store")).filter(|_| scalar != Scalar::Null) else { return Ok(()) };
    scalars::read(store, text("type"), Raw { text: written, scalar }).map(|_| ())
}
