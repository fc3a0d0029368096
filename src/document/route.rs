//! Turns a span into the way from the root of its tree: `spec.template.spec.containers[0].image`.

use std::fmt::Write as _;

use super::tree::NodeRef;
use super::tree::Tree;
use crate::text::Span;

/// One step on the way to a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Into the entry of that key.
    Key(String),
    /// Into the item of that number, from 0.
    Item(usize),
}

/// The way from a tree's root to a node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Route(pub(crate) Vec<Step>);

impl Route {
    /// For people, as other fields are written: `spec.containers[0].image`. Keys with dots are not told apart.
    pub(crate) fn field(&self) -> String {
        let mut text = String::new();
        for step in &self.0 {
            match step {
                Step::Key(key) if text.is_empty() => text.push_str(key),
                Step::Key(key) => {
                    text.push('.');
                    text.push_str(key);
                }
                Step::Item(index) => {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "[{index}]");
                }
            }
        }
        text
    }

    /// For programs, exact: a JSON Pointer (RFC 6901), such as `/spec/containers/0/image`.
    pub(crate) fn pointer(&self) -> String {
        let step = |step: &Step| match step {
            Step::Key(key) => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Step::Item(index) => format!("/{index}"),
        };
        self.0.iter().map(step).collect()
    }
}

impl Tree {
    /// The way to the smallest node that holds a span; where the span lies in a key, to its value.
    pub(crate) fn route_to(&self, span: Span) -> Route {
        let mut steps = Vec::new();
        let mut next = self.root();
        while let Some(node) = next {
            next = step_to(node, span, &mut steps);
        }
        Route(steps)
    }
}

/// The child that holds the span. Children are nodes as written, so the way is as long as the tree is deep.
fn step_to<'t>(node: NodeRef<'t>, span: Span, steps: &mut Vec<Step>) -> Option<NodeRef<'t>> {
    let entry = node.entries().find(|(key, value)| key.span().to(value.span()).contains(span));
    if let Some((key, value)) = entry {
        steps.push(Step::Key(key.text().unwrap_or_default().to_owned()));
        return value.span().contains(span).then_some(value);
    }
    let (index, item) = node.items().enumerate().find(|(_, item)| item.span().contains(span))?;
    steps.push(Step::Item(index));
    Some(item)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::document::parse_json;

    const TEXT: &str = r#"{"a": {"b/c": [1, {"d.e": "found", "f": {}}]}, "g": true}"#;

    fn tree(text: &str) -> Tree {
        parse_json(&Arc::from(text)).unwrap().tree
    }

    fn of(part: &str) -> (String, String) {
        let start = u32::try_from(TEXT.find(part).unwrap()).unwrap();
        let end = start + u32::try_from(part.len()).unwrap();
        let route = tree(TEXT).route_to(Span::new(start, end));
        (route.field(), route.pointer())
    }

    #[test]
    fn way_to_a_value_or_its_key_is_the_same() {
        let expected = ("a.b/c[1].d.e".to_owned(), "/a/b~1c/1/d.e".to_owned());
        assert_eq!(of("\"found\""), expected);
        assert_eq!(of("found"), expected, "a part of a value is in it");
        assert_eq!(of("\"d.e\""), expected);
        assert_eq!(of("{}"), ("a.b/c[1].f".to_owned(), "/a/b~1c/1/f".to_owned()));
        assert_eq!(of("1, {"), ("a.b/c".to_owned(), "/a/b~1c".to_owned()), "what spans two items");
        assert_eq!(of("\"g\""), ("g".to_owned(), "/g".to_owned()));
    }

    #[test]
    fn the_whole_text_has_no_way() {
        assert_eq!(of(TEXT), (String::new(), String::new()));
    }
}
