//! Checks what arguments of one body are together: some exclude each other, some are limits of others.
//!
//! The table is `schemas/alloy/conflicts.json`. Only what is written as it stands is judged: a text that is not known may be
//! empty, which is as good as absent.

use std::sync::OnceLock;

use serde::Deserialize;

use super::arguments::Where;
use super::bodies::Checker;
use super::fault::Kind;
use super::scope::block_name;
use crate::document::Place;
use crate::document::alloy::Body;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::model::alloy::content_span;
use crate::model::eval::Value;
use crate::model::eval::duration;
use crate::model::eval::evaluate;

/// The table's text.
const TABLE: &str = include_str!("../../../../schemas/alloy/conflicts.json");

/// The table.
#[derive(Debug, Default, Deserialize)]
struct Table {
    at_most_one: Vec<Exclusive>,
    not_above: Vec<NotAbove>,
}

/// Arguments and blocks that exclude each other.
#[derive(Debug, Deserialize)]
struct Exclusive {
    /// The components that have them.
    components: Vec<String>,
    /// The innermost block that they stand in; empty for the component's own body.
    block: String,
    /// Their names.
    names: Vec<String>,
}

/// A duration that another one is not longer than.
#[derive(Debug, Deserialize)]
struct NotAbove {
    components: Vec<String>,
    block: String,
    /// The one that is limited, and what it is where it is absent.
    name: String,
    default: String,
    /// The one that limits it, and what that is where it is absent.
    limit: String,
    limit_default: String,
}

fn table() -> &'static Table {
    static READ: OnceLock<Table> = OnceLock::new();
    READ.get_or_init(|| serde_json::from_str(TABLE).unwrap_or_default())
}

impl<'a> Checker<'a, '_> {
    /// Checks a body of a component; `block` is the name of the innermost block around it, empty for the component's own.
    pub(super) fn conflicts(&mut self, at: &Where<'a, '_>, body: &'a Body, block: &str) {
        let component = at.site.name.as_str();
        let concerns =
            |components: &[String], own: &str| own == block && components.iter().any(|own| own == component);
        for rule in table().at_most_one.iter().filter(|rule| concerns(&rule.components, &rule.block)) {
            let found = present(at, body, &rule.names);
            let [(first, place), (second, again), ..] = found.as_slice() else { continue };
            // Two of one name are told as such.
            if first == second {
                continue;
            }
            let message = format!("at most one of {} must be configured", rule.names.join(", "));
            let help = format!("remove `{first}` or `{second}`");
            self.fault(Kind::Conflict, &at.site.id, *again, message, help);
            if let Some(fault) = self.last() {
                fault.related = Some((*place, "the other one".to_owned()));
            }
        }
        for rule in table().not_above.iter().filter(|rule| concerns(&rule.components, &rule.block)) {
            self.limit(at, body, rule);
        }
    }

    fn limit(&mut self, at: &Where<'a, '_>, body: &'a Body, rule: &NotAbove) {
        let find = |name: &str| body.attributes().find(|own| at.str(own.name) == name);
        let (own, limit) = (find(&rule.name), find(&rule.limit));
        let Some(blamed) = own.or(limit) else { return };
        let text = |found: Option<&'a crate::document::alloy::Attribute>, default: &str| match found {
            Some(found) => written(at, &found.value),
            None => Some(default.to_owned()),
        };
        let (Some(value), Some(most)) = (text(own, &rule.default), text(limit, &rule.limit_default)) else {
            return;
        };
        let (Ok(long), Ok(longest)) = (duration(value.as_bytes()), duration(most.as_bytes())) else { return };
        if long <= longest {
            return;
        }
        let by_default = |there: bool| if there { "" } else { ", by default" };
        let message = format!(
            "{} ({value}{}) greater than {} ({most}{})",
            rule.name,
            by_default(own.is_some()),
            rule.limit,
            by_default(limit.is_some())
        );
        let help = format!("write `{} = \"{most}\"` or less, or a longer `{}`", rule.name, rule.limit);
        let place = at.site.place(content_span(&blamed.value));
        self.fault(Kind::Conflict, &at.site.id, place, message, help);
        if let (Some(_), Some(limit), Some(fault)) = (own, limit, self.last()) {
            let place = at.site.place(content_span(&limit.value));
            fault.related = Some((place, "longer than this".to_owned()));
        }
    }
}

/// Which of the names are surely given, in order of appearance, each with its place.
fn present<'n>(at: &Where<'_, '_>, body: &Body, names: &'n [String]) -> Vec<(&'n str, Place)> {
    let meant = |name: &str| names.iter().map(String::as_str).find(|own| *own == name);
    let attributes = body.attributes().filter_map(|own| {
        let name = meant(at.str(own.name))?;
        written(at, &own.value).filter(|text| !text.is_empty())?;
        Some((name, own.name))
    });
    let blocks = body.blocks().filter_map(|own| Some((meant(&block_name(at.site.file, own))?, own.name)));
    let mut found: Vec<_> = attributes.chain(blocks).collect();
    found.sort_by_key(|(_, span)| span.start);
    let mut found: Vec<_> = found.into_iter().map(|(name, span)| (name, at.site.place(span))).collect();
    found.dedup_by_key(|(name, _)| *name);
    found
}

/// The text of a string that stands as it is.
fn written(at: &Where<'_, '_>, expr: &Expr) -> Option<String> {
    if !matches!(expr.kind, ExprKind::String) {
        return None;
    }
    match evaluate(at.site.file, expr, at.level) {
        Ok(Value::Text(text)) if !text.contains("{{") => Some(text.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::table as arguments;
    use super::*;

    #[test]
    fn every_name_is_one_that_the_component_takes() {
        let table: Table = serde_json::from_str(TABLE).unwrap();
        let rules = table.at_most_one.iter().map(|rule| (&rule.components, &rule.block, rule.names.clone()));
        let limits = table
            .not_above
            .iter()
            .map(|rule| (&rule.components, &rule.block, vec![rule.name.clone(), rule.limit.clone()]));
        let mut count = 0;
        for (components, block, names) in rules.chain(limits) {
            for component in components {
                let mut bodies = vec![arguments::component(component).unwrap()];
                let mut found = false;
                let mut path = vec![""];
                while let (Some(body), Some(own)) = (bodies.pop(), path.pop()) {
                    let has = |name: &String| {
                        body.attributes.contains_key(name.as_str()) || body.blocks.contains_key(name.as_str())
                    };
                    found |= own == block && names.iter().all(has);
                    for (name, words) in &body.blocks {
                        if let Some(inner) = arguments::BlockRule::parse(words).body {
                            bodies.push(arguments::entry(inner).unwrap());
                            path.push(name);
                        }
                    }
                }
                assert!(found, "{component} {block} {names:?}");
                count += 1;
            }
        }
        assert!(count > 25, "{count}");
    }
}
