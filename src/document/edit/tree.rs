//! Turns changes of a tree of YAML or JSON into edits of its text.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Change;
use super::Edit;
use super::Edits;
use super::NewValue;
use super::Refused;
use super::layout::Layout;
use super::layout::edit;
use super::nodes::Nodes;
use super::plan::Entries;
use super::plan::plan;
use super::print::Lines;
use super::refuse;
use super::scalar;
use super::scalar::Context;
use crate::document::Dialect;
use crate::document::NodeId;
use crate::document::NodeKind;
use crate::document::Style;
use crate::document::Tree;
use crate::text::Span;

/// The edits that make all these changes.
pub(super) fn edits(tree: &Tree, changes: &[&Change]) -> Edits {
    let nodes = Nodes::new(tree);
    let plan = plan(&nodes, changes)?;
    let mut writer = Writer { habits: Habits::of(&nodes), nodes: &nodes, edits: Vec::new() };
    if !plan.root.is_empty() {
        writer.fill_empty_document(plan.root)?;
    }
    for (node, value) in &plan.replaced {
        writer.replace(*node, value)?;
    }
    let kept = |id: &NodeId| {
        let removed = plan.removed.get(id);
        let children = nodes.children(*id);
        (0..children.len()).rev().find(|number| removed.is_none_or(|removed| !removed.contains(number)))
    };
    let mut more: Vec<(NodeId, Option<usize>, NewValue)> = Vec::new();
    for (node, entries) in &plan.added {
        let mut slots = BTreeMap::<Option<usize>, Entries>::new();
        for (key, value) in entries {
            let number = in_order(&nodes, *node, plan.removed.get(node), key).or_else(|| kept(node));
            slots.entry(number).or_default().push((key.clone(), value.clone()));
        }
        more.extend(slots.into_iter().map(|(number, entries)| (*node, number, NewValue::Map(entries))));
    }
    for (node, items) in &plan.appended {
        let items = items.iter().map(|item| (*item).clone()).collect();
        more.push((*node, kept(node), NewValue::List(items)));
    }
    // Where two end in one line, what goes into the inner one comes first.
    more.sort_by_key(|(node, ..)| std::cmp::Reverse(*node));
    for (node, number, value) in &more {
        writer.add(*node, *number, value)?;
    }
    for (node, numbers) in &plan.removed {
        writer.remove(*node, numbers)?;
    }
    for (key, name) in &plan.renamed {
        writer.rename(*key, name)?;
    }
    Ok(untangled(nodes.layout, writer.edits))
}

/// The child that a new key stands behind where a mapping is in alphabetical order; `None` where it is not, or where the
/// key would be the first.
fn in_order(nodes: &Nodes<'_>, id: NodeId, removed: Option<&BTreeSet<usize>>, key: &str) -> Option<usize> {
    /// Fewer keys are in order by chance.
    const LEAST: usize = 4;
    let stays = |number: &usize| removed.is_none_or(|removed| !removed.contains(number));
    let children = nodes.children(id);
    let names: Option<Vec<(usize, &str)>> = (0..children.len())
        .filter(stays)
        .map(|number| {
            let key = nodes.tree.node(children.get(number)?.0);
            Some((number, key.text().filter(|_| !key.is_merge())?))
        })
        .collect();
    let names = names.filter(|names| names.len() >= LEAST && names.is_sorted_by(|a, b| a.1 < b.1))?;
    names.iter().rev().find(|(_, name)| *name < key).map(|(number, _)| *number)
}

/// Lines that go overlap with none, and what is put behind such lines is put behind those before them.
fn untangled(layout: Layout<'_>, mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort_by_key(|edit| edit.span);
    let mut gone = Span::at(0);
    for edit in &mut edits {
        let Edit { span, text } = edit;
        if text.is_empty() {
            if gone.end > span.start {
                span.start = gone.end.min(span.end);
                gone.end = gone.end.max(span.end);
            } else {
                gone = *span;
            }
        } else if span.is_empty()
            && gone.start < span.start
            && span.start < gone.end
            && text.starts_with(['\n', '\r'])
        {
            let start = gone.start as usize;
            let at = start - if layout.before(start).is_empty() { layout.break_before(start) } else { 0 };
            *span = super::layout::span(at, at);
        }
    }
    edits.retain(|edit| !edit.span.is_empty() || !edit.text.is_empty());
    edits
}

/// How a document lays out its lines.
pub(super) struct Habits {
    /// How lines end.
    pub(super) line_break: &'static str,
    /// How far nested mappings stand in, each with the node that shows it.
    steps: Vec<(NodeId, usize)>,
    /// The same for the dashes of lists.
    dashes: Vec<(NodeId, usize)>,
    /// One level of JSON, where it goes over several lines.
    pub(super) level: Option<String>,
    /// Whether JSON has no blank behind `:`.
    pub(super) is_tight: bool,
}

impl Habits {
    fn of(nodes: &Nodes<'_>) -> Self {
        let (mut steps, mut dashes, mut level) = (Vec::new(), Vec::new(), None);
        let layout = nodes.layout;
        for (id, node) in (0..).map(NodeId).zip(&nodes.tree.nodes) {
            let is_mapping = matches!(node.kind, NodeKind::Mapping(_));
            if nodes.is_bracketed(id) {
                if level.is_none() && !nodes.children(id).is_empty() {
                    level = own_level(nodes, id);
                }
            } else if is_mapping {
                let column = layout.column(nodes.start(id));
                for (_, value) in nodes.children(id) {
                    let further = layout.column(nodes.start(value)).checked_sub(column);
                    match (&nodes.raw(value).kind, further) {
                        _ if nodes.is_bracketed(value) => {}
                        (NodeKind::Mapping(_), Some(step @ 1..)) => steps.push((value, step)),
                        (NodeKind::Sequence(_), Some(dash)) => dashes.push((value, dash)),
                        _ => {}
                    }
                }
            }
        }
        // Children of a mapping come one after the other, and their own children between them.
        steps.sort_unstable();
        dashes.sort_unstable();
        let is_tight = !layout.text.contains("\": ") && layout.text.contains("\":");
        Self { line_break: layout.line_break(), steps, dashes, level, is_tight }
    }

    /// How lines near a node are laid out.
    pub(super) fn near(&self, id: NodeId, blamed: Span) -> Lines {
        let nearest = |all: &[(NodeId, usize)]| {
            let behind = all.partition_point(|(node, _)| *node <= id);
            all.get(behind.saturating_sub(1)).map(|(_, columns)| *columns)
        };
        let step = nearest(&self.steps).unwrap_or(2);
        let dash = nearest(&self.dashes).unwrap_or(step);
        Lines { line_break: self.line_break, step, dash, blocks: true, blamed }
    }
}

/// One level of indentation in a collection in brackets whose first child stands on a line of its own.
pub(super) fn own_level(nodes: &Nodes<'_>, id: NodeId) -> Option<String> {
    let layout = nodes.layout;
    let before = layout.only_blanks_before(nodes.child_start(id, 0))?;
    let outer = layout.indentation(nodes.start(id));
    before.strip_prefix(outer).map(str::to_owned).filter(|level| !level.is_empty())
}

/// Writes edits of one tree.
pub(super) struct Writer<'n, 't> {
    /// The tree.
    pub(super) nodes: &'n Nodes<'t>,
    /// How it is laid out.
    pub(super) habits: Habits,
    /// What is written so far.
    pub(super) edits: Vec<Edit>,
}

impl Writer<'_, '_> {
    /// Adds an edit.
    pub(super) fn push(&mut self, start: usize, end: usize, text: impl Into<String>) {
        self.edits.push(edit(start, end, text));
    }

    /// The first entries of a document that is empty or all comments.
    fn fill_empty_document(&mut self, entries: Entries) -> Result<(), Refused> {
        let layout = self.nodes.layout;
        let at = layout.text.len();
        let is_mark = |line: &&str| line.starts_with("---") || line.starts_with("...");
        let is_rest = |line: &str| {
            let rest = line.strip_prefix("---").unwrap_or(line).trim_start_matches('\u{feff}').trim();
            rest.is_empty() || rest.starts_with('#')
        };
        let is_only = layout.text.lines().filter(is_mark).count() <= 1 && layout.text.lines().all(is_rest);
        if self.nodes.tree.dialect == Dialect::Json || !is_only {
            return refuse(
                Span::at(0),
                "this document is empty and one of several; write its first key by hand",
            );
        }
        let lines = self.habits.near(NodeId(0), Span::at(0));
        let mut text = String::new();
        if !layout.before(at).is_empty() {
            text.push_str(lines.line_break);
        }
        lines.in_place(&NewValue::Map(entries), 0, &mut text)?;
        text.push_str(lines.line_break);
        self.push(at, at, text);
        Ok(())
    }

    /// A collection gets what `more` holds behind its child of that number.
    fn add(&mut self, id: NodeId, behind: Option<usize>, more: &NewValue) -> Result<(), Refused> {
        if self.nodes.is_bracketed(id) || self.nodes.is_in_brackets(id) {
            self.add_in_brackets(id, behind, more)
        } else {
            self.add_in_block(id, behind, more)
        }
    }

    fn remove(&mut self, id: NodeId, numbers: &std::collections::BTreeSet<usize>) -> Result<(), Refused> {
        if self.nodes.is_bracketed(id) || self.nodes.is_in_brackets(id) {
            self.remove_in_brackets(id, numbers);
            Ok(())
        } else {
            self.remove_in_block(id, numbers)
        }
    }

    fn rename(&mut self, key: NodeId, name: &str) -> Result<(), Refused> {
        let node = self.nodes.raw(key);
        let span = node.span;
        let NodeKind::Scalar { style, .. } = node.kind else { return refuse(span, "no key stands here") };
        if span.is_empty() || matches!(style, Style::Literal | Style::Folded) || node.tag().is_some() {
            return refuse(span, "this key has no name of its own, or a tag; change it by hand");
        }
        let context = if self.nodes.is_in_brackets(key) { Context::Flow } else { Context::Block };
        let text = match self.nodes.tree.dialect {
            Dialect::Json => scalar::double_quoted(name),
            _ => scalar::text_in_line(name, style, context),
        };
        self.push(span.start as usize, span.end as usize, text);
        Ok(())
    }
}
