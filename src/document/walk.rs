//! Turns a node into what hangs below it: the entries of a mapping, merge keys applied.

use std::collections::HashSet;

use super::tree::Dialect;
use super::tree::MERGE_DEPTH;
use super::tree::NodeKind;
use super::tree::NodeRef;
use crate::text::Span;

impl<'t> NodeRef<'t> {
    /// Where the key `key` stands, through merge keys.
    pub(crate) fn key_span(self, key: &str) -> Option<Span> {
        self.entry(key).map(|(name, _)| name.span())
    }

    /// The entries of a mapping with merge keys applied, each key once with the value that [`NodeRef::get`] gives: own
    /// entries as written, then merged ones in the order of their places. Keys that are collections are left out.
    pub(crate) fn entries_merged(self) -> Vec<(NodeRef<'t>, NodeRef<'t>)> {
        let (mut own, mut merged) = (Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        for (key, value) in self.entries_from_last() {
            if key.is_merge() {
                value
                    .merge_sources()
                    .for_each(|source| source.collect_merged(MERGE_DEPTH - 1, &mut seen, &mut merged));
            } else if key.text().is_some_and(|text| seen.insert(text)) {
                own.push((key, value));
            }
        }
        own.reverse();
        merged.sort_by_key(|(key, _)| key.span());
        own.append(&mut merged);
        own
    }

    /// Adds the entries of a merged mapping whose keys were not seen yet. Recursion ends at `depth`.
    fn collect_merged(
        self,
        depth: u32,
        seen: &mut HashSet<&'t str>,
        merged: &mut Vec<(NodeRef<'t>, NodeRef<'t>)>,
    ) {
        for (key, value) in self.entries_from_last() {
            if key.is_merge() {
                if let Some(depth) = depth.checked_sub(1) {
                    value.merge_sources().for_each(|source| source.collect_merged(depth, seen, merged));
                }
            } else if key.text().is_some_and(|text| seen.insert(text)) {
                merged.push((key, value));
            }
        }
    }

    /// Calls `visit` for this node and all below it, keys before their values, through aliases, parents first. Each
    /// visit takes one from `budget`. Gives whether all nodes were visited: where it is `false`, aliases make the
    /// document larger than the budget, and what was not seen is not known.
    #[must_use]
    pub(crate) fn walk(self, budget: &mut u32, mut visit: impl FnMut(NodeRef<'t>)) -> bool {
        let mut rest = vec![self];
        while let Some(node) = rest.pop() {
            let Some(left) = budget.checked_sub(1) else { return false };
            *budget = left;
            visit(node);
            let node = node.resolved();
            match &node.raw().kind {
                NodeKind::Mapping(entries) => {
                    let children = entries.iter().rev().flat_map(|entry| [entry.value, entry.key]);
                    rest.extend(children.map(|id| node.tree.node(id)));
                }
                NodeKind::Sequence(items) => rest.extend(items.iter().rev().map(|id| node.tree.node(*id))),
                NodeKind::Scalar { .. } | NodeKind::Alias(_) => {}
            }
        }
        true
    }

    /// Whether this is the key `<<`, unquoted, in a dialect that has merge keys.
    pub(crate) fn is_merge(self) -> bool {
        use super::tree::Style::Plain;
        self.tree.dialect == Dialect::GoYaml
            && matches!(self.raw().kind, NodeKind::Scalar { style: Plain, .. })
            && self.text() == Some("<<")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::document::NodeRef;
    use crate::document::Tree;
    use crate::document::parse_yaml;

    fn tree(text: &str) -> Tree {
        let stream = parse_yaml(&Arc::from(text));
        assert!(stream.errors.iter().all(|error| !error.is_fatal()), "{:?}", stream.errors);
        stream.documents.into_iter().next().unwrap()
    }

    fn pairs(node: NodeRef<'_>) -> Vec<String> {
        let pair = |(key, value): (NodeRef<'_>, NodeRef<'_>)| {
            format!("{}={}", key.text().unwrap(), value.text().unwrap_or("-"))
        };
        node.entries_merged().into_iter().map(pair).collect()
    }

    #[test]
    fn merged_entries_are_those_that_kubectl_gives() {
        // Checked with kubectl 1.32 (`annotate --local`).
        let source = concat!(
            "a: &a {x: 1, y: 1}\nc: &c {x: 3, y: 3, z: 3}\nown_first: {x: 9, <<: *a}\nown_last: {<<: *a, x: 9}\n",
            "two: {<<: *a, <<: *c}\nlist: {<<: [*a, *c]}\nquoted: {'<<': 7}\ndup: {k: 1, k: 2}\n",
            "nested: {<<: {<<: *a, y: 7}}\n",
        );
        let tree = tree(source);
        let expected: [(&str, &[&str]); 7] = [
            ("own_first", &["x=1", "y=1"]),
            ("own_last", &["x=9", "y=1"]),
            ("two", &["x=3", "y=3", "z=3"]),
            ("list", &["x=1", "y=1", "z=3"]),
            ("quoted", &["<<=7"]),
            ("dup", &["k=2"]),
            ("nested", &["x=1", "y=7"]),
        ];
        for (name, entries) in expected {
            let node = tree.root().unwrap().get(name).unwrap();
            assert_eq!(pairs(node), entries, "{name}");
            for (key, value) in node.entries_merged() {
                let text = key.text().unwrap();
                assert_eq!(node.get(text).unwrap().span(), value.span(), "`get` agrees on {text} of {name}");
                assert_eq!(node.key_span(text), Some(key.span()));
            }
        }
        let list = tree.root().unwrap().get("list").unwrap();
        assert_eq!(list.get("<<").map(NodeRef::is_sequence), Some(true), "the entry itself can be asked for");
    }

    #[test]
    fn walk_follows_aliases_and_says_when_the_budget_ends() {
        let tree = tree("a: &a [1, 2]\nb: *a\n");
        let root = tree.root().unwrap();
        let mut texts = Vec::new();
        let mut budget = 100;
        assert!(root.walk(&mut budget, |node| texts.extend(node.text())));
        assert_eq!(texts, ["a", "1", "2", "b", "1", "2"]);
        assert_eq!(budget, 91, "nine nodes");
        let mut count = 0;
        assert!(!root.walk(&mut 8, |_| count += 1));
        assert_eq!(count, 8);
        assert!(root.walk(&mut 9, |_| ()));
    }
}
