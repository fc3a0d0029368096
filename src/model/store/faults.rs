//! Turns a store's configuration and the table of its options into faults: what that version refuses when it loads the
//! file, or passes over.

use super::options::Options;
use super::options::Spec;
use super::scalars;
use super::shape::Form;
use super::shape::Misfit;
use super::shape::MisfitKind;
use super::shape::Shape;
use crate::document::NodeRef;
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
            // One section at a time: few of them occur in a file, and all of them are thousands of options.
            let Some(shape) = Shape::of_section((self.store, self.options), self.version, &path) else {
                faults.push(self.unknown(&path, key));
                continue;
            };
            let misfits = shape.misfits(value, self.store, self.expands);
            faults.extend(misfits.into_iter().map(|misfit| self.fault(&path, key, misfit)));
        }
        faults
    }

    /// The fault that a misfit in the section at `path` stands for.
    fn fault<'t>(&self, path: &str, key: NodeRef<'t>, misfit: Misfit<'t>) -> OptionFault<'t> {
        let own = if misfit.path.is_empty() { path.to_owned() } else { format!("{path}.{}", misfit.path) };
        let key = misfit.key.unwrap_or(key);
        match misfit.kind {
            MisfitKind::UnknownKey => self.unknown(&own, key),
            MisfitKind::Scalar(reason) => {
                let help =
                    format!("write {}", scalars::name(self.type_at(&own).as_deref().unwrap_or_default()));
                OptionFault { kind: FaultKind::Type, path: own, node: misfit.node, reason, help }
            }
            MisfitKind::Form(wanted) => {
                let (reason, help) = self.wrong_shape(&own, wanted);
                let node = if misfit.node.is_scalar() { misfit.node } else { key };
                OptionFault { kind: FaultKind::Type, path: own, node, reason, help }
            }
        }
    }

    /// What is wrong where a list stands for a scalar and the like.
    fn wrong_shape(&self, path: &str, wanted: Form) -> (String, String) {
        let wanted = match (wanted, self.type_at(path)) {
            (Form::List, _) => "a list, such as `[a, b]`",
            (Form::Mapping, _) => "a mapping of names to values",
            (Form::Scalar, Some(kind)) => scalars::name(&kind),
            (Form::Scalar, None) => "a single value",
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
    pub(crate) fn spec_at(&self, path: &str) -> Option<&Spec> {
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
