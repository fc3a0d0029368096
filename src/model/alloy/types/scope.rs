//! Turns the blocks of one body of a program into what its expressions and block names can refer to.
//!
//! There are four kinds of body: the root, a text that is imported, the body of a `declare`, and the `template` of a
//! `foreach`. Each is looked at once, as it is written, however often it is instantiated: so arguments of a module and
//! items of a collection are unknown here; `instances.rs` looks at what they are in each instance. Rules of visibility: sections 5, 6 and 9 of the language's reference behaviour, that is
//! - a module sees its own nodes only, a template those around it too;
//! - modules that are declared or imported further out can be instantiated everywhere inside.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;

use super::known::Known;
use super::known::Library;
use super::table;
use super::table::Entry;
use crate::document::Place;
use crate::document::alloy::Block;
use crate::document::alloy::Body;
use crate::document::alloy::ExprKind;
use crate::document::alloy::File;
use crate::model::alloy::frame::Origin;
use crate::model::eval::Capsule;
use crate::model::eval::Lookup;
use crate::model::eval::Scope;
use crate::model::eval::TypeName;
use crate::model::eval::Value;
use crate::model::eval::chain;
use crate::text::Span;

/// No node's id has more parts than this; chains come from the input.
const LONGEST_ID: usize = 8;

/// A block of a body, with its name put together.
#[derive(Debug, Clone)]
pub(super) struct Site<'a> {
    /// The text that it stands in.
    pub(super) origin: Origin<'a>,
    /// That text's tree.
    pub(super) file: &'a File,
    /// The block.
    pub(super) block: &'a Block,
    /// Its dotted name.
    pub(super) name: String,
    /// Its label.
    pub(super) label: Option<&'a str>,
    /// Name and label.
    pub(super) id: Arc<str>,
}

impl<'a> Site<'a> {
    /// The blocks of a body.
    pub(super) fn of_body(origin: Origin<'a>, body: &'a Body) -> impl Iterator<Item = Site<'a>> {
        let file = origin.file;
        body.blocks().map(move |block| {
            let name = block_name(file, block);
            let label = block.label.map(|label| file.str(label));
            let id = label.map_or_else(|| name.clone(), |label| format!("{name}.{label}"));
            Site { origin, file, block, name, label, id: id.into() }
        })
    }

    /// Where name and label stand.
    pub(super) fn name_place(&self) -> Place {
        // One more byte: the closing quote of the label.
        let span = match self.block.label {
            Some(label) => self.block.name.to(Span::new(label.start, label.end + 1)),
            None => self.block.name,
        };
        self.place(span)
    }

    /// A place in its document; for a text that is computed the expression that computes it.
    pub(super) fn place(&self, span: Span) -> Place {
        place_in(&self.origin, span)
    }

    /// The first part of its name.
    pub(super) fn first_part(&self) -> &str {
        self.name.split('.').next().unwrap_or_default()
    }
}

/// A place in a text.
pub(super) fn place_in(origin: &Origin<'_>, span: Span) -> Place {
    origin.computed.unwrap_or(Place { doc: origin.doc, span })
}

/// The dotted name of a block, whatever blanks stand between.
pub(super) fn block_name(file: &File, block: &Block) -> String {
    let parts: Vec<_> = block.parts.iter().map(|part| file.str(*part)).collect();
    parts.join(".")
}

/// What can be asked of a module from outside.
#[derive(Debug, Default)]
pub(super) struct Interface {
    /// Its arguments; `true` for one that must be given.
    pub(super) arguments: BTreeMap<String, bool>,
    /// Its exports, with the type of those that only hand on a built-in component's.
    pub(super) exports: BTreeMap<String, Option<&'static str>>,
}

/// A name that stands before the built-in ones.
#[derive(Debug, Clone)]
pub(super) enum Module {
    /// Declared in the program.
    Declared(Arc<Interface>),
    /// Imported under this name, with what it holds; `None` where that is not known.
    Imported(Option<Arc<Library>>),
}

/// Something that a chain can name.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// A built-in component.
    Known(Arc<Entry>),
    /// An instance of a module.
    Instance(Arc<Interface>),
    /// An argument of the module around it.
    Argument,
    /// A component that is not known, or comes with an import: its exports may be anything.
    Opaque,
}

/// The kind of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// The program itself.
    Root,
    /// A text that is imported: it may hold modules only.
    Library,
    /// The body of a `declare`.
    Module,
    /// The `template` of a `foreach`.
    Template,
}

/// What a body's expressions and block names can refer to.
pub(super) struct Level<'a, 'p> {
    /// The body around it.
    parent: Option<&'p Level<'a, 'p>>,
    /// What it is.
    pub(super) holder: Holder,
    /// The item's name, in a template.
    variable: Option<&'a str>,
    /// Nodes by id, with the index of their block in the body.
    nodes: HashMap<Arc<str>, (Node, usize)>,
    /// Modules by label, with the index of their block in the body.
    modules: HashMap<&'a str, (Module, usize)>,
    /// The index, in the body around it, of the block that this is the body of.
    maker: Option<usize>,
    /// Blocks of this body whose bodies use modules of this body: the user, the module, and where.
    uses: RefCell<Vec<(usize, usize, Place)>>,
}

/// A node that a chain names.
pub(super) struct Resolved<'l> {
    /// How many parts of the chain are the node's id.
    pub(super) used: usize,
    /// The node.
    pub(super) node: &'l Node,
    /// How many bodies further out its block stands; 0 for the body that was asked.
    pub(super) out: usize,
    /// The index of its block in that body.
    pub(super) site: usize,
}

impl<'a, 'p> Level<'a, 'p> {
    /// What the blocks of a body make visible.
    pub(super) fn new(
        sites: &[Site<'a>],
        holder: Holder,
        parent: Option<(&'p Level<'a, 'p>, usize)>,
        variable: Option<&'a str>,
        known: &Known,
    ) -> Self {
        let mut modules = HashMap::new();
        for (index, site) in sites.iter().enumerate() {
            let Some(label) = site.label else { continue };
            if site.name == "declare" {
                modules.insert(label, (Module::Declared(Arc::new(interface(site))), index));
            } else if site.name.starts_with("import.") && table::component(&site.name).is_some() {
                modules.insert(label, (Module::Imported(known.library(site.block).cloned()), index));
            }
        }
        let mut level = Self {
            parent: parent.map(|(level, _)| level),
            maker: parent.map(|(_, maker)| maker),
            uses: RefCell::default(),
            holder,
            variable,
            nodes: HashMap::with_capacity(sites.len()),
            modules,
        };
        for (index, site) in sites.iter().enumerate() {
            if let Some(node) = level.node_of(site) {
                level.nodes.entry(site.id.clone()).or_insert((node, index));
            }
        }
        level
    }

    /// What a chain can name of a block; nothing of most blocks of the language.
    fn node_of(&self, site: &Site<'_>) -> Option<Node> {
        if site.name == "argument" {
            return Some(Node::Argument);
        }
        let entry = table::component(&site.name);
        if entry.as_ref().is_some_and(|entry| entry.config) {
            return None;
        }
        Some(match (self.module(site.first_part()), entry) {
            (Some(Module::Declared(interface)), _) => Node::Instance(interface.clone()),
            (None, Some(entry)) => Node::Known(entry),
            (Some(Module::Imported(Some(library))), _) => match site.name.split_once('.') {
                Some((_, name)) => {
                    library.get(name).map_or(Node::Opaque, |found| Node::Instance(found.clone()))
                }
                None => Node::Opaque,
            },
            (Some(Module::Imported(None)), _) | (None, None) => Node::Opaque,
        })
    }

    /// The module of that label, here or further out.
    pub(super) fn module(&self, label: &str) -> Option<&Module> {
        let mut level = Some(self);
        while let Some(here) = level {
            if let Some((module, _)) = here.modules.get(label) {
                return Some(module);
            }
            level = here.parent;
        }
        None
    }

    /// Where the block that makes a module known stands: how many bodies further out, and its index there.
    pub(super) fn module_site(&self, label: &str) -> Option<(usize, usize)> {
        let levels = std::iter::successors(Some(self), |level| level.parent);
        levels.enumerate().find_map(|(out, level)| Some((out, level.modules.get(label)?.1)))
    }

    /// Notes that a module is used here. Its block then hangs on the one of the same body that the use stands in: a module
    /// that holds an instance of itself never ends.
    pub(super) fn uses(&self, label: &str, place: Place) {
        let (mut level, mut user) = (Some(self), None);
        while let Some(here) = level {
            if let Some((_, module)) = here.modules.get(label) {
                here.uses.borrow_mut().extend(user.map(|user| (user, *module, place)));
                return;
            }
            (level, user) = (here.parent, here.maker);
        }
    }

    /// What blocks of this body use of its modules.
    pub(super) fn into_uses(self) -> Vec<(usize, usize, Place)> {
        self.uses.into_inner()
    }

    /// This body and those around it whose nodes it sees, from the inside out.
    fn seen(&self) -> impl Iterator<Item = &Level<'a, 'p>> {
        std::iter::successors(Some(self), |level| level.parent.filter(|_| level.holder == Holder::Template))
    }

    /// Whether a bare name is the item of a template.
    pub(super) fn is_variable(&self, name: &str) -> bool {
        self.seen().any(|level| level.variable == Some(name))
    }

    /// The node that a chain begins with: the shortest prefix that is one.
    pub(super) fn resolve(&self, parts: &[&str]) -> Option<Resolved<'_>> {
        let mut id = String::new();
        for (index, part) in parts.iter().take(LONGEST_ID).enumerate() {
            if index > 0 {
                id.push('.');
            }
            id.push_str(part);
            for (depth, level) in self.seen().enumerate() {
                if let Some((node, site)) = level.nodes.get(id.as_str()) {
                    return Some(Resolved { used: index + 1, node, out: depth, site: *site });
                }
            }
        }
        None
    }

    /// The ids that can be named here.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.nodes().map(|(id, _)| id)
    }

    /// The nodes that can be named here, by id, in no order.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.seen().flat_map(|level| level.nodes.iter().map(|(id, (node, _))| (&**id, node)))
    }

    /// The labels of modules that can be instantiated here.
    pub(super) fn module_labels(&self) -> impl Iterator<Item = &'a str> {
        std::iter::successors(Some(self), |level| level.parent)
            .flat_map(|level| level.modules.keys().copied())
    }

    /// The type of what a chain names, where it is known: an export, or an element of one.
    pub(super) fn type_of(&self, parts: &[&str]) -> Option<TypeName> {
        let resolved = self.resolve(parts)?;
        let export = parts.get(resolved.used)?;
        let kind = resolved.node.export(export)?;
        let mut found = TypeName::parse(kind);
        for _ in parts.get(resolved.used + 1..).unwrap_or_default() {
            found = match found {
                TypeName::Map(inner) => *inner,
                TypeName::Target => TypeName::Text,
                _ => return None,
            };
        }
        Some(found)
    }

    /// The type of a receiver or another opaque export.
    pub(super) fn type_of_capsule(&self, capsule: &Capsule) -> Option<TypeName> {
        let node = self.seen().find_map(|level| level.nodes.get(&capsule.node))?;
        node.0.export(&capsule.export).map(TypeName::parse)
    }
}

impl Node {
    /// The type of an export, where it is known.
    pub(super) fn export(&self, name: &str) -> Option<&'static str> {
        match self {
            Self::Known(entry) => entry.exports.get(name).copied(),
            Self::Instance(interface) => interface.exports.get(name).copied().flatten(),
            Self::Argument | Self::Opaque => None,
        }
    }

    /// The names of its exports; `None` where they may be anything.
    pub(super) fn exports(&self) -> Option<Vec<&str>> {
        match self {
            Self::Known(entry) => Some(entry.exports.keys().copied().collect()),
            Self::Instance(interface) => Some(interface.exports.keys().map(String::as_str).collect()),
            Self::Argument => Some(vec!["value"]),
            Self::Opaque => None,
        }
    }

    /// The value of an export, as far as it can be known before anything runs.
    fn value(&self, id: &str, export: &str) -> Value {
        let opaque =
            self.export(export).is_some_and(|kind| matches!(TypeName::parse(kind), TypeName::Capsule(_)));
        if opaque {
            return Value::Capsule(Capsule { node: id.into(), export: export.into() });
        }
        Value::Unknown(format!("{id}.{export} is known only when the collector runs").into())
    }
}

impl Scope for Level<'_, '_> {
    fn lookup(&self, parts: &[&str]) -> Lookup {
        let first = parts.first().copied().unwrap_or_default();
        let Some(Resolved { used, node, .. }) = self.resolve(parts) else {
            if first == "module_path" || self.is_variable(first) {
                return Lookup::Found {
                    used: 1,
                    value: Value::Unknown(format!("`{first}` is known only at run time").into()),
                };
            }
            return Lookup::Missing;
        };
        let id = parts.get(..used).unwrap_or_default().join(".");
        match (node.exports(), parts.get(used)) {
            (None, _) => Lookup::Found {
                used: parts.len(),
                value: Value::Unknown(format!("{id} is not known here").into()),
            },
            (Some(exports), Some(export)) if exports.contains(export) => {
                Lookup::Found { used: used + 1, value: node.value(&id, export) }
            }
            (Some(exports), _) => {
                let fields = exports.into_iter().map(|export| (export.into(), node.value(&id, export)));
                Lookup::Found { used, value: Value::Object(fields.collect()) }
            }
        }
    }

    fn env(&self, name: &str) -> Value {
        // Looked up where the block's instances are, by the program: it keeps what must not be shown.
        Value::Unknown(format!("the environment variable {name} is looked up later").into())
    }
}

/// What a `declare` asks for and gives.
pub(super) fn interface(site: &Site<'_>) -> Interface {
    let file = site.file;
    let inside: Vec<Site<'_>> = Site::of_body(site.origin, &site.block.body).collect();
    let built_in: HashMap<&str, &str> = inside
        .iter()
        .filter(|site| site.label.is_some())
        .map(|site| (&*site.id, site.name.as_str()))
        .collect();
    let mut found = Interface::default();
    for inner in &inside {
        let Some(label) = inner.label else { continue };
        let value_of = |name: &str| file.attribute(&inner.block.body, name);
        match inner.name.as_str() {
            "argument" => {
                // Anything but a plain `false` may make it optional.
                let required = value_of("optional").is_none_or(|optional| {
                    matches!(optional.value.kind, ExprKind::Bool) && file.str(optional.value.span) == "false"
                });
                found.arguments.insert(label.to_owned(), required);
            }
            "export" => {
                let parts = value_of("value").and_then(|value| chain(file, &value.value));
                // What only hands on an export of a built-in component beside it has that one's type.
                let kind = parts.and_then(|(parts, _)| {
                    let (export, id) = parts.split_last()?;
                    let name = built_in.get(id.join(".").as_str())?;
                    table::component(name)?.exports.get(export).copied()
                });
                found.exports.insert(label.to_owned(), kind);
            }
            _ => {}
        }
    }
    found
}
