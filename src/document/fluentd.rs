//! Turns the configuration format of Fluentd into a tree: parameters by name, and below the name of each kind of
//! directive (`match`, `source`, `store` ...) the list of those that there are.
//!
//! Lines are `<name argument>`, `</name>`, `key value`, `@include path` and comments behind `#` at a line's start.
//! A directive's argument stands below `@argument`, paths of includes below `includes`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::grow::Grower;
use super::lines::lines;
use super::lines::word_and_rest;
use super::problem::ParseProblem;
use super::problem::ProblemKind;
use super::tree::Dialect;
use super::tree::NodeId;
use super::tree::Style;
use super::tree::Tree;
use crate::text::Span;

/// Deeper nesting than this is refused.
const DEPTH: usize = 64;

/// A directive that is still open.
#[derive(Default)]
struct Open {
    name: String,
    span: Span,
    entries: Vec<(NodeId, NodeId)>,
    inner: BTreeMap<String, Vec<NodeId>>,
    includes: Vec<NodeId>,
}

/// Parses the text.
pub(crate) fn parse_fluentd(text: &Arc<str>) -> Result<Tree, ParseProblem> {
    let mut grower = Grower::default();
    let mut open = vec![Open::default()];
    for line in lines(text) {
        let (trimmed, span) = (line.text, |part: &str| line.span(part));
        let fault = |message: &str| Err(ParseProblem::new(ProblemKind::Syntax, span(trimmed), message));
        if let Some(name) = trimmed.strip_prefix("</") {
            let name = name.trim_end_matches('>').trim();
            let Some(closed) = open.pop().filter(|closed| closed.name == name && !open.is_empty()) else {
                return fault("this closes a directive that is not open");
            };
            close(&mut grower, closed, open.last_mut());
        } else if let Some(inner) = trimmed.strip_prefix('<') {
            let inner = inner.strip_suffix('>').unwrap_or(inner).trim();
            let (name, argument) = word_and_rest(inner);
            let mut directive = Open { name: name.to_owned(), span: span(name), ..Open::default() };
            let key = grower.named(span(name), "@argument");
            let value = grower.scalar(span(argument.trim()), Style::Plain, None);
            directive.entries.push((key, value));
            open.push(directive);
            if open.len() > DEPTH {
                return fault("directives are nested too deeply");
            }
        } else if let Some(around) = open.last_mut() {
            let (key, value) = word_and_rest(trimmed);
            let value = value.trim();
            let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            let value = grower.scalar(span(quoted.unwrap_or(value)), Style::Plain, None);
            if key.eq_ignore_ascii_case("@include") || key == "include" {
                around.includes.push(value);
            } else {
                let key = grower.scalar(span(key), Style::Plain, None);
                around.entries.push((key, value));
            }
        }
    }
    match (open.pop(), open.last()) {
        (Some(root), None) => {
            let root = mapping(&mut grower, root);
            Ok(grower.finish(root, text, Dialect::Ini))
        }
        (Some(left), _) => {
            Err(ParseProblem::new(ProblemKind::Syntax, left.span, "this directive is never closed"))
        }
        (None, _) => Ok(Tree::empty(text)),
    }
}

fn close(grower: &mut Grower, closed: Open, around: Option<&mut Open>) {
    let name = closed.name.clone();
    let node = mapping(grower, closed);
    if let Some(around) = around {
        around.inner.entry(name).or_default().push(node);
    }
}

fn mapping(grower: &mut Grower, directive: Open) -> NodeId {
    let span = directive.span;
    let mut entries = directive.entries;
    let includes = ("includes".to_owned(), directive.includes);
    for (name, items) in directive.inner.into_iter().chain([includes]).filter(|(_, items)| !items.is_empty())
    {
        let key = grower.named(span, &name);
        let list = grower.sequence(span, items);
        entries.push((key, list));
    }
    grower.mapping(span, entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_listed_by_their_names() {
        let text: Arc<str> = "@include conf.d/a.conf\n<source>\n  @type tail\n</source>\n<match **>\n  @type copy\n  <store>\n    @type http\n    endpoint \"https://logs.example.net\"\n  </store>\n</match>\n".into();
        let tree = parse_fluentd(&text).unwrap();
        let root = tree.root().unwrap();
        let found = root.get("match").unwrap().items().next().unwrap();
        assert_eq!(found.text_at("@argument"), Some("**"));
        let store = found.get("store").unwrap().items().next().unwrap();
        assert_eq!(store.get("endpoint").unwrap().span().slice(&text), "https://logs.example.net");
        assert_eq!(root.get("includes").unwrap().items().next().unwrap().text(), Some("conf.d/a.conf"));
        assert_eq!(root.get("source").unwrap().items().next().unwrap().text_at("@type"), Some("tail"));
    }

    #[test]
    fn what_is_not_closed_has_a_place() {
        for text in ["<match **>\n", "</match>\n", "<a>\n</b>\n"] {
            let text: Arc<str> = text.into();
            assert!(parse_fluentd(&text).is_err(), "{text}");
        }
        let deep: Arc<str> = "<a>\n".repeat(1000).into();
        assert!(parse_fluentd(&deep).is_err());
    }
}
