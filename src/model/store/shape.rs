//! Turns the options of a section into the shape that it may have, and what is written of it into misfits.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;

use super::options::Options;
use super::scalars;
use super::scalars::Raw;
use crate::document::NodeRef;
use crate::document::Scalar;
use crate::model::piece::Store;
use crate::model::version::Minor;

/// What may stand somewhere.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    /// Whether a scalar other than null, a list, a mapping. Null may stand anywhere: it is judged elsewhere.
    scalar: bool,
    list: bool,
    mapping: bool,
    /// The type of a scalar in the words of the table, where any scalar has to fit it.
    kind: Option<Box<str>>,
    /// The keys of a mapping.
    fields: BTreeMap<Box<str>, Shape>,
    /// Other keys of a mapping.
    others: Others,
    /// The items of a list; `None` for anything.
    items: Option<Box<Shape>>,
}

/// Which keys a mapping may have beside those that are known.
#[derive(Debug, Clone)]
enum Others {
    Any,
    None,
    Each(Box<Shape>),
}

/// Where something does not fit.
#[derive(Debug)]
pub(super) struct Misfit<'t> {
    /// The keys and positions that lead to `node`, with dots between them; empty for the section itself.
    pub(super) path: String,
    /// The key under which the fault lies, if it lies under one.
    pub(super) key: Option<NodeRef<'t>>,
    /// The value that does not fit; of an unknown key its value.
    pub(super) node: NodeRef<'t>,
    /// What is wrong.
    pub(super) kind: MisfitKind,
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MisfitKind {
    /// The key is not known; it is the last part of the path.
    UnknownKey,
    /// Something else than a scalar is wanted, or no list or mapping.
    Form(Form),
    /// The scalar does not fit, for that reason.
    Scalar(String),
}

/// What is wanted in place of what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    List,
    Mapping,
    Scalar,
}

impl Shape {
    /// The shape of the section at `path` (or of the option there) in that version; `None` if it has no option in it. Made
    /// once: a run over many stacks asks for the same ones.
    pub(super) fn of_section(
        (store, options): (Store, &Options),
        version: Minor,
        path: &str,
    ) -> Option<Arc<Self>> {
        type Known = HashMap<(Store, Minor), HashMap<Box<str>, Arc<Shape>>>;
        static KNOWN: OnceLock<Mutex<Known>> = OnceLock::new();
        let mut known = KNOWN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.entry((store, version)).or_default();
        if let Some(shape) = known.get(path) {
            return Some(Arc::clone(shape));
        }
        // Names come from the input: only those that the table has are kept.
        let shape = Arc::new(Self::read(options, version, path)?);
        known.insert(path.into(), Arc::clone(&shape));
        Some(shape)
    }

    fn read(options: &Options, version: Minor, path: &str) -> Option<Self> {
        if let Some(spec) = options.spec(path).filter(|spec| spec.is_in(version)) {
            return Some(Self::of_type(spec.type_in(version)));
        }
        let mut section = Self::empty();
        for (own, spec) in options.below(path).filter(|(_, spec)| spec.is_in(version)) {
            let rest = own.get(path.len()..).unwrap_or_default().trim_start_matches('.');
            if !rest.is_empty() {
                section.put(rest, Self::of_type(spec.type_in(version)));
            }
        }
        (!section.fields.is_empty()).then_some(section)
    }

    /// A mapping without a key.
    const fn empty() -> Self {
        Self {
            scalar: false,
            list: false,
            mapping: true,
            kind: None,
            fields: BTreeMap::new(),
            others: Others::None,
            items: None,
        }
    }

    /// What an option of that type takes.
    fn of_type(kind: &str) -> Self {
        let inner = |prefix: &str| kind.strip_prefix(prefix).and_then(|rest| rest.strip_suffix('>'));
        let any = Self { mapping: false, others: Others::Any, ..Self::empty() };
        if let Some(inner) = inner("list<") {
            // The fields of these are options of their own.
            let is_open = matches!(inner, "block" | "relabel_config");
            let items = (!is_open).then(|| Box::new(Self::of_type(inner)));
            return Self { list: true, items, ..any };
        }
        if let Some(inner) = inner("map<string,") {
            let is_open = matches!(inner, "block" | "any" | "list<block>");
            let others = if is_open { Others::Any } else { Others::Each(Box::new(Self::of_type(inner))) };
            return Self { mapping: true, others, ..any };
        }
        match kind {
            "block" => Self { mapping: true, ..any },
            "list<string>|csv" => Self { list: true, scalar: true, ..any },
            kind => Self { scalar: true, kind: Some(kind.into()), ..any },
        }
    }

    /// Puts the shape of an option at its route below a section.
    fn put(&mut self, route: &str, leaf: Self) {
        let (name, rest) = match route.find(['.', '[']) {
            Some(at) => route.split_at(at),
            None => (route, ""),
        };
        let rest = rest.trim_start_matches('.');
        if rest.is_empty() {
            self.fields.insert(name.into(), leaf);
        } else {
            self.fields.entry(name.into()).or_insert_with(Self::empty).insert(rest, leaf);
        }
    }

    /// The same below a section, a list or a map.
    fn insert(&mut self, rest: &str, leaf: Self) {
        if let Some(rest) = rest.strip_prefix("[]") {
            let items = self.items.get_or_insert_with(|| Box::new(Self::empty()));
            return items.insert(rest.trim_start_matches('.'), leaf);
        }
        if let Some(rest) = rest.strip_prefix("<name>") {
            let rest = rest.trim_start_matches('.');
            if rest.is_empty() {
                self.others = Others::Each(Box::new(leaf));
                return;
            }
            if !matches!(self.others, Others::Each(_)) {
                self.others = Others::Each(Box::new(Self::empty()));
            }
            if let Others::Each(values) = &mut self.others {
                values.insert(rest, leaf);
            }
            return;
        }
        if !rest.is_empty() {
            if matches!(self.others, Others::Any) {
                self.others = Others::None;
            }
            self.put(rest, leaf);
        }
    }

    /// Everything in which `node` does not fit. References to the environment are judged elsewhere, where they are replaced
    /// (`expands`).
    pub(super) fn misfits<'t>(&self, node: NodeRef<'t>, store: Store, expands: bool) -> Vec<Misfit<'t>> {
        let mut walk = Walk { store, expands, path: String::new(), found: Vec::new() };
        walk.value(self, node, None);
        walk.found
    }
}

/// A walk through a section. It goes no deeper than its shape.
struct Walk<'t> {
    store: Store,
    expands: bool,
    path: String,
    found: Vec<Misfit<'t>>,
}

impl<'t> Walk<'t> {
    fn value(&mut self, shape: &Shape, node: NodeRef<'t>, key: Option<NodeRef<'t>>) {
        let (scalar, is_list) = (node.scalar(), node.is_sequence());
        let fits = match scalar {
            Some(Scalar::Null) => true,
            Some(_) => shape.scalar,
            None if is_list => shape.list,
            None => shape.mapping,
        };
        if !fits {
            let form = match shape {
                Shape { list: true, .. } => Form::List,
                Shape { mapping: true, .. } => Form::Mapping,
                _ => Form::Scalar,
            };
            self.tell(key, node, MisfitKind::Form(form));
        }
        if let (Some(scalar), Some(kind)) = (scalar, &shape.kind)
            && let Err(reason) = self.scalar(kind, node, scalar)
        {
            self.tell(key, node, MisfitKind::Scalar(reason));
        }
        if is_list && let Some(items) = &shape.items {
            for (index, item) in node.items().enumerate() {
                self.below(&index.to_string(), |walk| walk.value(items, item, key));
            }
        }
        for (key, value) in node.entries_merged() {
            let Some(name) = key.text() else { continue };
            let inner = shape.fields.get(name).or(match &shape.others {
                Others::Each(shape) => Some(&**shape),
                Others::Any | Others::None => None,
            });
            self.below(name, |walk| match inner {
                Some(inner) => walk.value(inner, value, Some(key)),
                None if matches!(shape.others, Others::None) => {
                    walk.tell(Some(key), value, MisfitKind::UnknownKey);
                }
                None => {}
            });
        }
    }

    fn below(&mut self, part: &str, inner: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(part);
        inner(self);
        self.path.truncate(length);
    }

    fn scalar(&self, kind: &str, node: NodeRef<'t>, scalar: Scalar<'t>) -> Result<(), String> {
        let written = node.text().unwrap_or_default();
        if scalar == Scalar::Null || self.expands && written.contains('$') {
            return Ok(());
        }
        scalars::read(self.store, kind, Raw { text: written, scalar }).map(|_| ())
    }

    fn tell(&mut self, key: Option<NodeRef<'t>>, node: NodeRef<'t>, kind: MisfitKind) {
        self.found.push(Misfit { path: self.path.clone(), key, node, kind });
    }
}

#[cfg(test)]
#[path = "shape_tests.rs"]
mod tests;
