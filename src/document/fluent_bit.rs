//! Turns the classic configuration format of Fluent Bit into the tree that its YAML format has:
//! `pipeline.inputs`, `pipeline.filters`, `pipeline.outputs`, `service`, `env`, `includes`.
//!
//! Lines are `[SECTION]`, `Key  value`, `@INCLUDE path`, `@SET name=value` and comments behind `#` at a line's start.
//! Names of sections and keys are alike in any case; keys are given in lower case.

use std::sync::Arc;

use super::grow::Grower;
use super::lines::lines;
use super::lines::word_and_rest;
use super::tree::Dialect;
use super::tree::NodeId;
use super::tree::Style;
use super::tree::Tree;
use crate::text::Span;

/// A section of the text.
struct Section {
    name: String,
    span: Span,
    entries: Vec<(NodeId, NodeId)>,
}

/// Parses the text. Lines that are none of the above are kept below `unread`.
pub(crate) fn parse_fluent_bit(text: &Arc<str>) -> Tree {
    let mut grower = Grower::default();
    let mut sections: Vec<Section> = Vec::new();
    let (mut includes, mut env, mut unread) = (Vec::new(), Vec::new(), Vec::new());
    for line in lines(text) {
        let (trimmed, span) = (line.text, |part: &str| line.span(part));
        let (word, rest) = word_and_rest(trimmed);
        let rest = rest.trim();
        if let Some(name) = trimmed.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            let name = name.trim().to_ascii_lowercase();
            sections.push(Section { name, span: span(trimmed), entries: Vec::new() });
        } else if word.eq_ignore_ascii_case("@include") {
            includes.push(grower.scalar(span(rest), Style::Plain, None));
        } else if let Some((name, value)) = rest.split_once('=').filter(|_| word.eq_ignore_ascii_case("@set"))
        {
            let key = grower.scalar(span(name.trim()), Style::Plain, None);
            let value = grower.scalar(span(value.trim()), Style::Plain, None);
            env.push((key, value));
        } else if let Some(section) = sections.last_mut().filter(|_| !word.starts_with('@')) {
            // `Header Authorization Bearer ...`: the name of the header says whether it is a secret.
            let inner = if word.eq_ignore_ascii_case("header") { word_and_rest(rest).0.len() } else { 0 };
            let (name, value) = rest.split_at(inner);
            let key = format!("{word} {name}").trim_end().to_ascii_lowercase();
            let key = grower.named(span(word), &key);
            let value = grower.scalar(span(value.trim()), Style::Plain, None);
            section.entries.push((key, value));
        } else {
            unread.push(grower.scalar(span(trimmed), Style::Plain, None));
        }
    }
    let root = assemble(&mut grower, sections, &[("includes", includes), ("unread", unread)], env);
    grower.finish(root, text, Dialect::Ini)
}

fn assemble(
    grower: &mut Grower,
    sections: Vec<Section>,
    lists: &[(&str, Vec<NodeId>)],
    env: Vec<(NodeId, NodeId)>,
) -> NodeId {
    let nowhere = Span::at(0);
    let mut pipeline = [("inputs", Vec::new()), ("filters", Vec::new()), ("outputs", Vec::new())];
    let mut entries = Vec::new();
    for section in sections {
        let at = match section.name.as_str() {
            "input" => 0,
            "filter" => 1,
            "output" => 2,
            name => {
                let key = grower.named(section.span, name);
                let value = grower.mapping(section.span, section.entries);
                entries.push((key, value));
                continue;
            }
        };
        let plugin = grower.mapping(section.span, section.entries);
        if let Some((_, list)) = pipeline.get_mut(at) {
            list.push(plugin);
        }
    }
    let mut inner = Vec::new();
    for (name, list) in pipeline {
        let key = grower.named(nowhere, name);
        let list = grower.sequence(nowhere, list);
        inner.push((key, list));
    }
    let key = grower.named(nowhere, "pipeline");
    let pipeline = grower.mapping(nowhere, inner);
    entries.push((key, pipeline));
    for (name, list) in lists {
        let key = grower.named(nowhere, name);
        let list = grower.sequence(nowhere, list.clone());
        entries.push((key, list));
    }
    let key = grower.named(nowhere, "env");
    let env = grower.mapping(nowhere, env);
    entries.push((key, env));
    grower.mapping(nowhere, entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_is_called_by_its_name() {
        let text: Arc<str> = "[OUTPUT]\n  Header Authorization Bearer word\n  Header X-A b\n".into();
        let tree = parse_fluent_bit(&text);
        let output = tree.root().unwrap().at("pipeline.outputs").unwrap().items().next().unwrap();
        assert_eq!(output.text_at("header authorization"), Some("Bearer word"));
        assert_eq!(output.text_at("header x-a"), Some("b"));
    }

    #[test]
    fn sections_become_the_lists_of_the_yaml_format() {
        let text: Arc<str> =
            "@SET a=b\n[SERVICE]\n    Flush 1\n# c\n[INPUT]\n    Name  tail\n[OUTPUT]\n    Name http\n    Host  logs.example.net\n@INCLUDE more.conf\nstray\n"
                .into();
        let tree = parse_fluent_bit(&text);
        let root = tree.root().unwrap();
        let output = root.at("pipeline.outputs").unwrap().items().next().unwrap();
        assert_eq!(output.text_at("host"), Some("logs.example.net"));
        assert_eq!(output.get("host").unwrap().span().slice(&text), "logs.example.net");
        assert_eq!(root.at("pipeline.inputs").unwrap().items().next().unwrap().text_at("name"), Some("tail"));
        assert_eq!(root.text_at("service.flush"), Some("1"));
        assert_eq!(root.text_at("env.a"), Some("b"));
        assert_eq!(root.get("includes").unwrap().items().next().unwrap().text(), Some("more.conf"));
    }
}
