//! Turns TOML into the same tree as YAML and JSON.

use std::sync::Arc;

use toml_edit::Item;
use toml_edit::TableLike;
use toml_edit::Value;

use super::grow::Grower;
use super::problem::ParseProblem;
use super::problem::ProblemKind;
use super::problem::offset;
use super::problem::too_large;
use super::tree::Dialect;
use super::tree::NodeId;
use super::tree::Style;
use super::tree::Tree;
use crate::text::Span;

/// Deeper nesting than this is refused; the parser's own limit is lower.
const DEPTH: u32 = 128;

/// Parses TOML text.
pub(crate) fn parse_toml(text: &Arc<str>) -> Result<Tree, ParseProblem> {
    if let Some(problem) = too_large(text) {
        return Err(problem);
    }
    let document = toml_edit::Document::parse(&**text).map_err(|error| {
        let span = error.span().map_or(Span::at(0), span_of);
        ParseProblem::new(ProblemKind::Syntax, span, format!("this is not TOML: {}", error.message()))
    })?;
    let mut reader = Reader { grower: Grower::default() };
    let root = reader.table(document.as_table(), Span::at(0), DEPTH);
    Ok(reader.grower.finish(root, text, Dialect::Json))
}

fn span_of(range: std::ops::Range<usize>) -> Span {
    Span::new(offset(range.start), offset(range.end))
}

struct Reader {
    grower: Grower,
}

impl Reader {
    fn table(&mut self, table: &dyn TableLike, span: Span, depth: u32) -> NodeId {
        let mut entries = Vec::new();
        for (name, item) in table.iter() {
            let key = table.key(name).and_then(toml_edit::Key::span).map_or(span, span_of);
            let key_node = self.grower.named(key, name);
            let value = self.item(item, key, depth);
            entries.push((key_node, value));
        }
        self.grower.mapping(span, entries)
    }

    fn item(&mut self, item: &Item, key: Span, depth: u32) -> NodeId {
        let span = item.span().map_or(key, span_of);
        let Some(depth) = depth.checked_sub(1) else { return self.grower.named(span, "") };
        match item {
            Item::None => self.grower.named(span, ""),
            Item::Value(value) => self.value(value, key, depth),
            Item::Table(table) => self.table(table, span, depth),
            Item::ArrayOfTables(tables) => {
                let items = tables.iter().map(|table| {
                    let span = table.span().map_or(key, span_of);
                    self.table(table, span, depth)
                });
                let items = items.collect();
                self.grower.sequence(span, items)
            }
        }
    }

    fn value(&mut self, value: &Value, key: Span, depth: u32) -> NodeId {
        let span = value.span().map_or(key, span_of);
        let Some(depth) = depth.checked_sub(1) else { return self.grower.named(span, "") };
        match value {
            Value::String(text) => self.grower.scalar(span, Style::DoubleQuoted, Some(text.value().clone())),
            Value::Integer(number) => self.grower.named(span, &number.value().to_string()),
            Value::Float(number) => self.grower.named(span, &number.value().to_string()),
            Value::Boolean(flag) => self.grower.named(span, &flag.value().to_string()),
            Value::Datetime(time) => {
                self.grower.scalar(span, Style::DoubleQuoted, Some(time.value().to_string()))
            }
            Value::Array(items) => {
                let items = items.iter().map(|item| self.value(item, span, depth)).collect();
                self.grower.sequence(span, items)
            }
            Value::InlineTable(table) => self.table(table, span, depth),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_they_are_written() {
        let text: Arc<str> =
            "[sinks.out]\ntype = \"loki\"\ninputs = [\"a\", \"b\"]\nsize = 1_000\n\n[[x]]\ny = { z = true }\n".into();
        let tree = parse_toml(&text).unwrap();
        let root = tree.root().unwrap();
        assert_eq!(root.text_at("sinks.out.type"), Some("loki"));
        assert_eq!(root.at("sinks.out.type").unwrap().span().slice(&text), "\"loki\"");
        let second = root.at("sinks.out.inputs").unwrap().items().nth(1).unwrap();
        assert_eq!(second.span().slice(&text), "\"b\"");
        assert_eq!(root.at("sinks.out.size").unwrap().int(), Some(1000));
        assert_eq!(root.get("x").unwrap().items().next().unwrap().at("y.z").unwrap().bool(), Some(true));
    }

    #[test]
    fn what_is_no_toml_has_a_place() {
        let text: Arc<str> = "a = 1\nb = [\n".into();
        let problem = parse_toml(&text).unwrap_err();
        assert!(problem.span.start > 5, "{problem:?}");
        let deep: Arc<str> = format!("a = {}", "[".repeat(5000)).into();
        assert!(parse_toml(&deep).is_err());
    }
}
