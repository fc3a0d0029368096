//! Turns changes of a tree into what becomes of each of its nodes, so that changes of one collection are made together.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashSet;
use std::sync::Arc;

use super::Change;
use super::NewValue;
use super::Refused;
use super::nodes::Nodes;
use super::nodes::Role;
use super::refuse;
use crate::document::NodeId;
use crate::document::NodeKind;
use crate::document::Scalar;
use crate::document::plain_scalar;
use crate::text::Span;

/// New entries of a mapping, in order.
pub(super) type Entries = Vec<(Arc<str>, NewValue)>;

/// What becomes of the nodes of a tree.
#[derive(Debug, Default)]
pub(super) struct Plan<'c> {
    /// Nodes that are written anew.
    pub(super) replaced: BTreeMap<NodeId, Cow<'c, NewValue>>,
    /// Entries that mappings get.
    pub(super) added: BTreeMap<NodeId, Entries>,
    /// Items that lists get.
    pub(super) appended: BTreeMap<NodeId, Vec<&'c NewValue>>,
    /// Children that collections lose, by their numbers.
    pub(super) removed: BTreeMap<NodeId, BTreeSet<usize>>,
    /// Keys that get another name.
    pub(super) renamed: BTreeMap<NodeId, &'c str>,
    /// What the document gets that is empty so far.
    pub(super) root: Entries,
}

/// What all of the changes of one tree come to.
pub(super) fn plan<'c>(nodes: &Nodes<'_>, changes: &[&'c Change]) -> Result<Plan<'c>, Refused> {
    let mut planner = Planner { nodes, plan: Plan::default() };
    for change in changes {
        planner.change(change)?;
    }
    planner.finish()
}

struct Planner<'n, 't, 'c> {
    nodes: &'n Nodes<'t>,
    plan: Plan<'c>,
}

/// What is said of text that aliases share.
const SHARED: &str = "aliases use this text in other places too, where it would change as well; write the value out in place \
     of the alias, or change it by hand";

impl<'c> Planner<'_, '_, 'c> {
    fn change(&mut self, change: &'c Change) -> Result<(), Refused> {
        let span = change.place().span;
        match change {
            Change::Replace { value, .. } => {
                let node = self.value_at(span)?;
                self.replace(node, value)
            }
            Change::Put { route, value, .. } => match self.nodes.tree.root {
                Some(_) => {
                    let mapping = self.value_at(span)?;
                    self.put(mapping, route, value)
                }
                None => put_new(&mut self.plan.root, route, value, span, false),
            },
            Change::Append { value, .. } => {
                let list = self.value_at(span)?;
                self.append(list, value)
            }
            Change::Remove { .. } => {
                let node = self.found(span)?;
                self.remove(node)
            }
            Change::Rename { name, .. } => {
                let node = self.found(span)?;
                self.rename(node, name)
            }
            Change::AddComponent { .. } => {
                refuse(span, "components stand in Alloy programs, and this is none")
            }
        }
    }

    fn found(&self, span: Span) -> Result<NodeId, Refused> {
        match self.nodes.at(span) {
            Some(node) => Ok(node),
            // A fact of a whole document may point at its start.
            None if span == Span::at(0) => {
                self.nodes.tree.root.map_or_else(|| refuse(span, "the document is empty"), Ok)
            }
            None => refuse(span, "no key or value stands at exactly this place; change it by hand"),
        }
    }

    /// The value at a place; a key stands for its value.
    fn value_at(&self, span: Span) -> Result<NodeId, Refused> {
        let node = self.found(span)?;
        match self.nodes.role(node) {
            Role::Key(mapping, number) => {
                Ok(self.nodes.child(mapping, number).map_or(node, |(_, value)| value))
            }
            _ => Ok(node),
        }
    }

    /// Refuses to change the inside of what aliases share.
    fn unshared(&self, node: NodeId) -> Result<(), Refused> {
        if self.nodes.is_shared(node) { refuse(self.nodes.raw(node).span, SHARED) } else { Ok(()) }
    }

    fn replace(&mut self, node: NodeId, value: &'c NewValue) -> Result<(), Refused> {
        self.replace_within(node, value, super::MAX_DEPTH)
    }

    /// A collection that becomes another of its kind changes child by child.
    fn replace_within(&mut self, node: NodeId, value: &'c NewValue, depth: u32) -> Result<(), Refused> {
        if self.is_same(node, value, depth) {
            return Ok(());
        }
        let (Some(depth), children) = (depth.checked_sub(1), self.nodes.children(node)) else {
            return refuse(self.nodes.raw(node).span, "the value is too deep");
        };
        match (&self.nodes.raw(node).kind, value) {
            (NodeKind::Mapping(_), NewValue::Map(entries) | NewValue::Block(entries))
                if !entries.is_empty() && self.is_simple(&children) && !self.is_pair(node) =>
            {
                self.replace_entries(node, &children, entries, depth)
            }
            (NodeKind::Sequence(_), NewValue::List(items)) if !items.is_empty() && !children.is_empty() => {
                for ((child, _), item) in children.iter().zip(items) {
                    self.replace_within(*child, item, depth)?;
                }
                for number in items.len()..children.len() {
                    self.remove_child(node, number)?;
                }
                items.iter().skip(children.len()).try_for_each(|item| self.append(node, item))
            }
            _ => self.write_anew(node, Cow::Borrowed(value)),
        }
    }

    fn replace_entries(
        &mut self,
        node: NodeId,
        children: &[(NodeId, NodeId)],
        entries: &'c [(Arc<str>, NewValue)],
        depth: u32,
    ) -> Result<(), Refused> {
        for (number, (key, old)) in children.iter().enumerate() {
            let name = self.nodes.node(*key).text();
            match entries.iter().rev().find(|(key, _)| Some(&**key) == name) {
                Some((_, value)) => self.replace_within(*old, value, depth)?,
                None => self.remove_child(node, number)?,
            }
        }
        let known: HashSet<_> = children.iter().filter_map(|(key, _)| self.nodes.node(*key).text()).collect();
        for (key, value) in entries.iter().filter(|(key, _)| !known.contains(&**key)) {
            self.unshared(node)?;
            let span = self.nodes.raw(node).span;
            put_new(self.plan.added.entry(node).or_default(), std::slice::from_ref(key), value, span, false)?;
        }
        Ok(())
    }

    /// Whether a mapping has entries, each key once and as a text, and none that are merged in.
    fn is_simple(&self, children: &[(NodeId, NodeId)]) -> bool {
        let mut seen = HashSet::new();
        !children.is_empty()
            && children.iter().all(|(key, _)| {
                let key = self.nodes.node(*key);
                !key.is_merge() && key.text().is_some_and(|text| seen.insert(text))
            })
    }

    /// Whether it is `a: b` in `[a: b]`, which can have no second entry.
    fn is_pair(&self, node: NodeId) -> bool {
        self.nodes.is_in_brackets(node)
            && !self.nodes.is_bracketed(node)
            && matches!(self.nodes.raw(node).kind, NodeKind::Mapping(_))
    }

    fn write_anew(&mut self, node: NodeId, value: Cow<'c, NewValue>) -> Result<(), Refused> {
        let span = self.nodes.raw(node).span;
        let is_alias = matches!(self.nodes.raw(node).kind, NodeKind::Alias(_));
        let above =
            if is_alias { self.nodes.role(node).parent().map(|(above, _)| above) } else { Some(node) };
        if let Some(above) = above {
            self.unshared(above)?;
        }
        if self.nodes.holds_shared(node) {
            return refuse(span, SHARED);
        }
        match self.plan.replaced.get(&node) {
            Some(other) if *other != value => {
                refuse(span, "two changes give this value different values; make one, then the other")
            }
            _ => {
                self.plan.replaced.insert(node, value);
                Ok(())
            }
        }
    }

    /// Whether the node has that value already.
    fn is_same(&self, id: NodeId, value: &NewValue, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let node = self.nodes.node(id);
        match value {
            NewValue::Text(text) => node.scalar() == Some(Scalar::Text(text)),
            NewValue::Plain(text) => is_same_plain(node.scalar(), node.text(), text),
            NewValue::List(items) => {
                let resolved = node.resolved().id;
                let children = self.nodes.children(resolved);
                node.is_sequence()
                    && children.len() == items.len()
                    && children.iter().zip(items).all(|((child, _), item)| self.is_same(*child, item, depth))
            }
            NewValue::Map(entries) | NewValue::Block(entries) => {
                let merged = node.entries_merged();
                let is_sound = |(key, value): &(NodeId, NodeId)| {
                    let value = self.nodes.node(*value);
                    !self.nodes.node(*key).is_merge() || value.is_mapping() || value.is_sequence()
                };
                node.is_mapping()
                    // What merges a scalar is no mapping at all to those who read it.
                    && self.nodes.children(node.resolved().id).iter().all(is_sound)
                    && merged.len() == entries.len()
                    && merged.iter().all(|(key, child)| {
                        let new = entries.iter().rev().find(|(name, _)| Some(&**name) == key.text());
                        new.is_some_and(|(_, value)| self.is_same(child.id, value, depth))
                    })
            }
        }
    }

    fn put(
        &mut self,
        mut node: NodeId,
        mut route: &'c [Arc<str>],
        value: &'c NewValue,
    ) -> Result<(), Refused> {
        loop {
            let here = self.nodes.node(node);
            let span = here.span();
            let [key, rest @ ..] = route else { return refuse(span, "the route to the new value is empty") };
            match &here.raw().kind {
                NodeKind::Mapping(_) => {}
                NodeKind::Sequence(_) => {
                    return refuse(span, "a list stands here, and not a mapping; change it by hand");
                }
                NodeKind::Alias(_) => return refuse(span, SHARED),
                NodeKind::Scalar { .. } if here.is_null() => return self.add(node, route, value),
                NodeKind::Scalar { .. } => {
                    return refuse(span, "a single value stands here, and not a mapping; change it by hand");
                }
            }
            let own = self.nodes.children(node).into_iter().rev().find(|(name, _)| {
                self.nodes.node(*name).text() == Some(key) && !self.nodes.node(*name).is_merge()
            });
            let effective = here.entry(key).map(|(name, _)| name.id);
            match (own, effective) {
                (None, None) => return self.add(node, route, value),
                // An own entry behind the merged ones beats them.
                (None, Some(_)) if rest.is_empty() => {
                    if let Some(merged) = here.get(key)
                        && self.is_same(merged.id, value, super::MAX_DEPTH)
                    {
                        return Ok(());
                    }
                    return self.add(node, route, value);
                }
                (None, Some(_)) => {
                    return refuse(
                        span,
                        format!(
                            "`{key}` comes from another mapping, by a merge key; write it out here, then change it"
                        ),
                    );
                }
                (Some((own, _)), Some(counts)) if own != counts => {
                    return refuse(
                        span,
                        format!("a merge key below `{key}` replaces it; move the merge key up"),
                    );
                }
                (Some((_, child)), _) => {
                    if rest.is_empty() {
                        return self.replace(child, value);
                    }
                    (node, route) = (child, rest);
                }
            }
        }
    }

    /// New entries of a mapping, or of a value that is null so far.
    fn add(&mut self, node: NodeId, route: &'c [Arc<str>], value: &'c NewValue) -> Result<(), Refused> {
        let span = self.nodes.raw(node).span;
        self.unshared(node)?;
        if self.is_pair(node) {
            return refuse(span, "this entry stands in a list without braces; put `{}` around it");
        }
        put_new(self.plan.added.entry(node).or_default(), route, value, span, false)
    }

    fn append(&mut self, node: NodeId, value: &'c NewValue) -> Result<(), Refused> {
        let here = self.nodes.node(node);
        match &here.raw().kind {
            NodeKind::Sequence(_) => {}
            NodeKind::Scalar { .. } if here.is_null() => {}
            NodeKind::Alias(_) => return refuse(here.span(), SHARED),
            _ => return refuse(here.span(), "no list stands here; change it by hand"),
        }
        self.unshared(node)?;
        self.plan.appended.entry(node).or_default().push(value);
        Ok(())
    }

    fn remove(&mut self, node: NodeId) -> Result<(), Refused> {
        match self.nodes.role(node).parent() {
            Some((collection, number)) => self.remove_child(collection, number),
            None => refuse(self.nodes.raw(node).span, "this is the whole document; remove it by hand"),
        }
    }

    fn remove_child(&mut self, collection: NodeId, number: usize) -> Result<(), Refused> {
        self.unshared(collection)?;
        if let Some((key, value)) = self.nodes.children(collection).get(number)
            && (self.nodes.has_alias_outside(*key) || self.nodes.has_alias_outside(*value))
        {
            return refuse(self.nodes.raw(*value).span, SHARED);
        }
        if self.is_pair(collection) {
            return refuse(
                self.nodes.raw(collection).span,
                "this entry is an item of a list; remove the item",
            );
        }
        self.plan.removed.entry(collection).or_default().insert(number);
        Ok(())
    }

    fn rename(&mut self, node: NodeId, name: &'c str) -> Result<(), Refused> {
        let span = self.nodes.raw(node).span;
        let (Role::Key(mapping, number) | Role::Value(mapping, number)) = self.nodes.role(node) else {
            return refuse(span, "no key stands here");
        };
        let children = self.nodes.children(mapping);
        let Some((key, _)) = children.get(number).copied() else { return refuse(span, "no key stands here") };
        let old = self.nodes.node(key);
        if old.raw().scalar_text(&self.nodes.tree.text) == Some(name) {
            return Ok(());
        }
        if !matches!(old.raw().kind, NodeKind::Scalar { .. }) || old.is_merge() {
            return refuse(old.span(), "an alias or a merge key has no name of its own; change it by hand");
        }
        self.unshared(key)?;
        if children.iter().any(|(key, _)| self.nodes.node(*key).text() == Some(name)) {
            return refuse(old.span(), format!("the key `{name}` is there already; remove one of both"));
        }
        match self.plan.renamed.insert(key, name) {
            Some(other) if other != name => {
                refuse(old.span(), "two changes rename this key; make one, then the other")
            }
            _ => Ok(()),
        }
    }

    /// Makes whole values of what is left of collections that lose all they have, and of values that are null so far.
    fn finish(mut self) -> Result<Plan<'c>, Refused> {
        let is_collection =
            |id: NodeId| matches!(self.nodes.raw(id).kind, NodeKind::Mapping(_) | NodeKind::Sequence(_));
        let emptied: Vec<NodeId> = self
            .plan
            .removed
            .iter()
            .filter(|(id, removed)| removed.len() == self.nodes.children(**id).len())
            .filter(|(id, _)| {
                // Brackets can stay as they are.
                let gets_more = self.plan.added.contains_key(*id) || self.plan.appended.contains_key(*id);
                gets_more || !self.nodes.is_bracketed(**id)
            })
            .map(|(id, _)| *id)
            .collect();
        let started: Vec<NodeId> = (self.plan.added.keys().chain(self.plan.appended.keys()))
            .filter(|id| !is_collection(**id))
            .copied()
            .collect();
        for id in emptied.into_iter().chain(started) {
            self.plan.removed.remove(&id);
            let is_list = matches!(self.nodes.raw(id).kind, NodeKind::Sequence(_));
            let value = match (self.plan.added.remove(&id), self.plan.appended.remove(&id)) {
                (Some(_), Some(_)) => {
                    let span = self.nodes.raw(id).span;
                    return refuse(span, "one change makes a mapping of this, another a list");
                }
                (Some(entries), None) => NewValue::Map(entries),
                (None, Some(items)) => NewValue::List(items.into_iter().cloned().collect()),
                (None, None) if is_list => NewValue::List(Vec::new()),
                (None, None) => NewValue::Map(Vec::new()),
            };
            self.write_anew(id, Cow::Owned(value))?;
        }
        Ok(self.plan)
    }
}

impl Nodes<'_> {
    /// Whether the node carries an anchor that is used, or holds one that is used outside of it.
    fn has_alias_outside(&self, id: NodeId) -> bool {
        self.is_shared(id) || self.holds_shared(id)
    }
}

/// Whether a scalar with that type and text is what `plain`, written without quotes, would be.
fn is_same_plain(scalar: Option<Scalar<'_>>, text: Option<&str>, plain: &str) -> bool {
    match (scalar, plain_scalar(plain)) {
        (Some(Scalar::Float(_)), Scalar::Float(new)) if new.is_nan() => text == Some(plain),
        (Some(old), new) => old == new,
        (None, _) => false,
    }
}

/// Puts a value below a route of new mappings, or blocks, together with those that other changes put there.
pub(super) fn put_new(
    entries: &mut Entries,
    route: &[Arc<str>],
    value: &NewValue,
    span: Span,
    blocks: bool,
) -> Result<(), Refused> {
    let [key, rest @ ..] = route else { return refuse(span, "the route to the new value is empty") };
    let number = entries.iter().position(|(name, _)| name == key);
    let is_new = number.is_none();
    let number = number.unwrap_or_else(|| {
        let empty = if blocks { NewValue::Block(Vec::new()) } else { NewValue::Map(Vec::new()) };
        entries.push((key.clone(), empty));
        entries.len() - 1
    });
    let Some((_, slot)) = entries.get_mut(number) else { return Ok(()) };
    if rest.is_empty() {
        if is_new {
            *slot = value.clone();
            return Ok(());
        }
        return if slot == value {
            Ok(())
        } else {
            refuse(span, format!("two changes give `{key}` different values; make one, then the other"))
        };
    }
    match slot {
        NewValue::Map(below) | NewValue::Block(below) => put_new(below, rest, value, span, blocks),
        _ => refuse(span, format!("one change makes a mapping of `{key}`, another a single value")),
    }
}
