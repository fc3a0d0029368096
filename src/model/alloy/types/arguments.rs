//! Checks the attributes and blocks of a body against what the table says of it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Arc;

use super::bodies::Checker;
use super::fault::Kind;
use super::scope::Level;
use super::scope::Site;
use super::scope::block_name;
use super::table;
use super::table::Attribute;
use super::table::BlockRule;
use super::table::Entry;
use super::version::Version;
use crate::document::Place;
use crate::document::alloy;
use crate::document::alloy::Block;
use crate::document::alloy::Body;
use crate::document::alloy::Statement;
use crate::text::Span;
use crate::text::nearest;

/// Blocks nested more deeply are not looked at; only `stage.match` has no limit of its own.
const DEEPEST: u32 = 64;

/// The component that is looked at, and what it refers to.
pub(super) struct Where<'a, 'p> {
    /// What its expressions can see.
    pub(super) level: &'p Level<'a, 'p>,
    /// Its block.
    pub(super) site: &'p Site<'a>,
    /// The block's index in its body.
    pub(super) index: usize,
    /// The blocks of the same body that it refers to, each with the place of the reference.
    edges: RefCell<Vec<(usize, Place)>>,
}

impl<'a, 'p> Where<'a, 'p> {
    pub(super) fn new(level: &'p Level<'a, 'p>, site: &'p Site<'a>, index: usize) -> Self {
        Self { level, site, index, edges: RefCell::default() }
    }

    /// Notes that it refers to a block of its body.
    pub(super) fn refers_to(&self, block: usize, place: Place) {
        self.edges.borrow_mut().push((block, place));
    }

    /// What it refers to.
    pub(super) fn into_edges(self) -> Vec<(usize, Place)> {
        self.edges.into_inner()
    }

    /// The text of a span.
    pub(super) fn str(&self, span: Span) -> &'a str {
        self.site.file.str(span)
    }
}

/// One body: of the component, or of a block in it.
struct Inside<'c> {
    /// What it takes.
    entry: &'c Entry,
    /// The name of the block; empty for the component's own body.
    block: &'c str,
    /// What lacks a missing argument: the name of the block.
    name: Place,
    /// Whether the collector's version has the component at all: what it lacks is then worth telling.
    versions: bool,
    depth: u32,
}

/// What is in a body, as far as it was looked at.
#[derive(Default)]
struct Seen<'a> {
    /// Names of attributes and blocks with their first places.
    names: HashMap<&'a str, Place>,
    /// Names of blocks, which may have dots.
    blocks: HashMap<String, Place>,
    /// Names that wrong ones were probably meant to be: they are not missing too.
    meant: HashSet<String>,
}

impl<'a> Checker<'a, '_> {
    /// The arguments of a component. `versions`: whether what its version lacks is told.
    pub(super) fn arguments(&mut self, at: &Where<'a, '_>, entry: &Arc<Entry>, versions: bool) {
        let name = at.site.name_place();
        self.inside(at, &at.site.block.body, &Inside { entry, block: "", name, versions, depth: 0 });
    }

    fn inside(&mut self, at: &Where<'a, '_>, body: &'a Body, inside: &Inside<'_>) {
        let mut seen = Seen::default();
        for statement in &body.statements {
            match statement {
                Statement::Attribute(attribute) => self.attribute(at, attribute, inside, &mut seen),
                Statement::Block(block) => self.block(at, block, inside, &mut seen),
            }
        }
        self.missing(at, inside, &seen);
        self.conflicts(at, body, inside.block);
    }

    fn attribute(
        &mut self,
        at: &Where<'a, '_>,
        attribute: &'a alloy::Attribute,
        inside: &Inside<'_>,
        seen: &mut Seen<'a>,
    ) {
        let (name, place) = (at.str(attribute.name), at.site.place(attribute.name));
        let id = &at.site.id;
        if let Some(first) = seen.names.get(name).copied() {
            let message = format!("attribute \"{name}\" may only be provided once");
            self.fault(Kind::RepeatedArgument, id, place, message, "remove one of them".to_owned());
            if let Some(fault) = self.last() {
                fault.related = Some((first, "first given here".to_owned()));
            }
            self.references(at, &attribute.value);
            return;
        }
        seen.names.insert(name, place);
        if let Some(words) = inside.entry.attributes.get(name) {
            let wanted = Attribute::parse(words);
            self.not_yet(at, inside, name, place, wanted.since);
            self.value(at, name, &attribute.value, wanted);
            return;
        }
        self.references(at, &attribute.value);
        if inside.entry.blocks.contains_key(name) {
            let message = format!("\"{name}\" must be a block, but is used as an attribute");
            let help = format!("write `{name} {{ ... }}` without `=`");
            self.fault(Kind::AttributeForBlock, id, place, message, help);
            seen.meant.insert(name.to_owned());
        } else if !self.removed(at, inside, name, place) {
            let message = format!("unrecognized attribute name \"{name}\"");
            self.unrecognized(at, inside, name, place, message, seen);
        }
    }

    fn block(&mut self, at: &Where<'a, '_>, block: &'a Block, inside: &Inside<'_>, seen: &mut Seen<'a>) {
        let name = block_name(at.site.file, block);
        let place = at.site.place(block.name);
        let id = &at.site.id;
        let Some(words) = inside.entry.blocks.get(name.as_str()) else {
            self.references_below(at, &block.body, inside.depth);
            if inside.entry.attributes.contains_key(name.as_str()) {
                let message = format!("\"{name}\" must be an attribute, but is used as a block");
                self.fault(Kind::AttributeForBlock, id, place, message, format!("write `{name} = ...`"));
                seen.meant.insert(name);
            } else if !self.removed(at, inside, &name, place) {
                let message = format!("unrecognized block name \"{name}\"");
                self.unrecognized(at, inside, &name, place, message, seen);
            }
            return;
        };
        let rule = BlockRule::parse(words);
        if let Some(first) = seen.blocks.get(&name).copied().filter(|_| !rule.repeated) {
            let message = format!("block \"{name}\" may only be specified once");
            self.fault(
                Kind::RepeatedArgument,
                id,
                place,
                message,
                "put both into one block, or remove one".to_owned(),
            );
            if let Some(fault) = self.last() {
                fault.related = Some((first, "first given here".to_owned()));
            }
        }
        match block.label {
            None if rule.label => {
                let message = format!("block \"{name}\" requires non-empty label");
                self.fault(Kind::WrongLabel, id, place, message, format!("write `{name} \"name\" {{`"));
            }
            Some(label) if !rule.label => {
                let message = format!("block \"{name}\" does not support specifying labels");
                self.fault(
                    Kind::WrongLabel,
                    id,
                    at.site.place(label),
                    message,
                    "remove the label".to_owned(),
                );
            }
            _ => {}
        }
        let versions = inside.versions && !self.not_yet(at, inside, &name, place, rule.since);
        seen.blocks.entry(name.clone()).or_insert(place);
        let entry = rule.body.map_or_else(|| Some(Arc::default()), table::entry);
        let Some(entry) = entry.filter(|entry| !entry.holds_program() && inside.depth < DEEPEST) else {
            return;
        };
        self.inside(
            at,
            &block.body,
            &Inside { entry: &entry, block: &name, name: place, versions, depth: inside.depth + 1 },
        );
    }

    /// A name that the body does not have.
    fn unrecognized(
        &mut self,
        at: &Where<'a, '_>,
        inside: &Inside<'_>,
        name: &str,
        place: Place,
        message: String,
        seen: &mut Seen<'a>,
    ) {
        let entry = inside.entry;
        let names = || entry.attributes.keys().chain(entry.blocks.keys()).copied();
        let some: Vec<&str> = names().take(13).collect();
        let otherwise = match some.len() {
            0 => "nothing can stand here; remove it".to_owned(),
            1..=12 => format!("it can be `{}`", some.join("`, `")),
            _ => "remove it, or correct the name".to_owned(),
        };
        let help = match nearest(name, names()) {
            Some(meant) => {
                seen.meant.insert(meant.to_owned());
                format!("did you mean `{meant}`?")
            }
            None => otherwise,
        };
        self.fault(Kind::UnknownArgument, &at.site.id, place, message, help);
    }

    /// Whether a name is one that the body had once. Told if the collector's version no longer has it; where the version
    /// is not known, it may be one that has.
    fn removed(&mut self, at: &Where<'a, '_>, inside: &Inside<'_>, name: &str, place: Place) -> bool {
        let Some(last) = inside.entry.removed.get(name) else { return false };
        if let Some(version) = self.running.after(last).filter(|_| inside.versions) {
            let (message, help) = no_longer(name, last, version);
            self.fault(Kind::NoLonger, &at.site.id, place, message, help);
        }
        true
    }

    /// Tells what the collector's version does not have yet; whether it did.
    fn not_yet(
        &mut self,
        at: &Where<'a, '_>,
        inside: &Inside<'_>,
        name: &str,
        place: Place,
        since: Option<&'static str>,
    ) -> bool {
        let Some(since) = since.filter(|_| inside.versions) else { return false };
        let Some(version) = self.running.before(since) else { return false };
        let (message, help) = not_yet(name, since, version);
        self.fault(Kind::NotYet, &at.site.id, place, message, help);
        true
    }

    /// What must be there and is not.
    fn missing(&mut self, at: &Where<'a, '_>, inside: &Inside<'_>, seen: &Seen<'a>) {
        let is_there = |name: &str| {
            seen.names.contains_key(name) || seen.blocks.contains_key(name) || seen.meant.contains(name)
        };
        for (name, words) in &inside.entry.attributes {
            let wanted = Attribute::parse(words);
            let there_yet = wanted.since.is_none_or(|since| self.running.before(since).is_none());
            if wanted.required && there_yet && !is_there(name) {
                let message = format!("missing required attribute \"{name}\"");
                let some: Vec<&str> = wanted.texts().collect();
                let help = match some.as_slice() {
                    [] => format!("add `{name} = ...`, a value of type {}", wanted.kind),
                    _ => format!("add `{name} = ...`, one of \"{}\"", some.join("\", \"")),
                };
                self.fault(Kind::MissingArgument, &at.site.id, inside.name, message, help);
            }
        }
        for (name, words) in &inside.entry.blocks {
            let rule = BlockRule::parse(words);
            let there_yet = rule.since.is_none_or(|since| self.running.before(since).is_none());
            if rule.required && there_yet && !is_there(name) {
                let message = format!("missing required block \"{name}\"");
                self.fault(
                    Kind::MissingArgument,
                    &at.site.id,
                    inside.name,
                    message,
                    format!("add `{name} {{ ... }}`"),
                );
            }
        }
    }
}

/// Words for what a version does not have yet, and what to do.
pub(super) fn not_yet(name: &str, since: &str, version: &Version) -> (String, String) {
    let text = &version.text;
    if since == "main" {
        let message = format!("`{name}` is in no release of Alloy yet, and the collector runs {text}");
        return (message, "remove it until a release has it".to_owned());
    }
    let message = format!("`{name}` came with Alloy {since}, and the collector runs {text}");
    (message, format!("run Alloy {since} or later, or remove it"))
}

/// Words for what a version no longer has, and what to do.
pub(super) fn no_longer(name: &str, last: &str, version: &Version) -> (String, String) {
    let message =
        format!("Alloy {last} was the last to have `{name}`, and the collector runs {}", version.text);
    (message, "remove it; the release notes of Alloy say what stands in for it".to_owned())
}
