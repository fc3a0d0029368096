//! Reads what a rule file says of how its findings can be mended.

use super::check;
use super::check::Scope;
use super::fix::Action;
use super::fix::Literal;
use super::fix::Made;
use super::fix::Remedy;
use super::fix::Step;
use super::fix::is_open;
use super::fix::step_up;
use super::load::Keyed;
use super::load::Loader;
use super::load::start_of;
use super::syntax::Expression;
use super::template::Template;
use crate::document::NodeRef;
use crate::document::Scalar;

/// The keys of a fix.
pub(super) const FIX_KEYS: &[&str] = &["title", "safe", "given", "changes"];

/// The keys of a change, whatever it does.
const SHARED_KEYS: &[&str] = &["each", "when"];

/// Where a value comes from; one of them.
const VALUE_KEYS: &[&str] = &["value", "literal", "code"];

/// What a change can do: the key that says so, the others that it takes, and whether it writes a value.
pub(super) const ACTIONS: &[(&str, &[&str], bool)] = &[
    ("set", &[], true),
    ("replace", &[], true),
    ("put", &["under"], true),
    ("append_to", &[], true),
    ("remove", &[], false),
    ("rename", &["to"], false),
    ("add_component", &["after"], false),
];

/// Deepest value in a rule file.
const MAX_DEPTH: u32 = 16;

/// All keys of changes.
#[cfg(test)]
pub(super) fn change_keys() -> impl Iterator<Item = &'static str> {
    let own =
        ACTIONS.iter().flat_map(|(name, others, _)| std::iter::once(*name).chain(others.iter().copied()));
    own.chain(SHARED_KEYS.iter().copied()).chain(VALUE_KEYS.iter().copied())
}

impl Loader {
    /// What stands under `fix` or `fixes`.
    pub(super) fn remedies(&mut self, keys: &Keyed<'_>, scope: Option<&Scope<'_>>) -> Vec<Remedy> {
        if let (Some(_), Some(node)) = (keys.get("fix"), keys.get("fixes")) {
            self.report(node.span(), "`fixes` stands beside `fix`", "make `fix` the first of the list");
        }
        let mut nodes: Vec<NodeRef<'_>> = keys.get("fix").copied().into_iter().collect();
        if let Some(list) = keys.get("fixes") {
            let before = nodes.len();
            nodes.extend(list.items());
            if nodes.len() == before {
                self.report(list.span(), "`fixes` is a list", "write `- title: ...` for each, or use `fix`");
            }
        }
        nodes.into_iter().filter_map(|node| self.remedy(node, scope)).collect()
    }

    fn remedy(&mut self, node: NodeRef<'_>, scope: Option<&Scope<'_>>) -> Option<Remedy> {
        let keys = self.keyed(node, FIX_KEYS, "a fix");
        for key in ["title", "changes"] {
            if node.is_mapping() && !keys.contains_key(key) {
                self.report(start_of(node), format!("the fix has no `{key}`"), format!("add `{key}: ...`"));
            }
        }
        let title = keys.get("title").and_then(|node| self.template(*node, scope));
        let safe = keys.get("safe").map(|node| self.flag(*node));
        let given = keys.get("given").map(|node| self.expression(*node, scope));
        let changes = *keys.get("changes")?;
        if changes.items().next().is_none() {
            let help = "write `- set: ...` and `value: ...`, or another change, for each";
            self.report(changes.span(), "`changes` is a list that is not empty", help);
        }
        let items: Vec<NodeRef<'_>> = changes.items().collect();
        let steps = items.into_iter().map(|item| self.step(item, scope)).collect::<Option<_>>()?;
        // What was wrong with a condition is reported; without it the fix would be offered too often.
        Some(Remedy {
            title: title?,
            is_safe: safe.unwrap_or(Some(true))?,
            given: given.map_or(Some(None), |it| it.map(Some))?,
            steps,
        })
    }

    fn step(&mut self, node: NodeRef<'_>, scope: Option<&Scope<'_>>) -> Option<Step> {
        let names = || ACTIONS.iter().map(|(name, ..)| *name);
        let own: Vec<_> = ACTIONS.iter().filter(|(name, ..)| node.get(name).is_some()).collect();
        let [(name, others, writes)] = own[..] else {
            let message = if own.is_empty() {
                "the change says not what it does"
            } else {
                "the change does two things"
            };
            let names = names().collect::<Vec<_>>().join("`, `");
            self.report(start_of(node), message, format!("give it one of the keys `{names}`"));
            return None;
        };
        let values = if *writes { VALUE_KEYS } else { &[] };
        let allowed: Vec<&str> = [&[*name][..], others, SHARED_KEYS, values].concat();
        let keys = self.keyed(node, &allowed, &format!("the change `{name}`"));
        for key in *others {
            if !keys.contains_key(key) {
                self.report(
                    start_of(node),
                    format!("the change has no `{key}`"),
                    format!("add `{key}: ...`"),
                );
            }
        }
        let each = keys.get("each").map(|node| self.shaped(*node, scope));
        let inner = each.as_ref().zip(scope).map(|(each, scope)| {
            let shape =
                each.as_ref().map_or(check::Shape::Any, |(_, shape)| check::item_shape(shape.clone()));
            scope.with("item", shape)
        });
        let scope = inner.as_ref().or(scope);
        let when = keys.get("when").map(|node| self.expression(*node, scope));
        let action = self.action(name, &keys, start_of(node), scope);
        Some(Step {
            each: each.map_or(Some(None), |it| it.map(|(expression, _)| Some(expression)))?,
            when: when.map_or(Some(None), |it| it.map(Some))?,
            action: action?,
        })
    }

    fn action(
        &mut self,
        name: &str,
        keys: &Keyed<'_>,
        start: crate::text::Span,
        scope: Option<&Scope<'_>>,
    ) -> Option<Action> {
        let main = *keys.get(name)?;
        match name {
            "set" => {
                let fact = self.set_route(main, scope);
                let value = self.made(keys, start, scope);
                Some(Action::Set { fact: fact?, value: value? })
            }
            "replace" => {
                let at = self.route(main, scope);
                let value = self.made(keys, start, scope);
                Some(Action::Replace { at: at?, value: value? })
            }
            "put" => {
                let put = self.put_keys(main, scope);
                let under = keys.get("under").and_then(|node| self.route(*node, scope));
                let value = self.made(keys, start, scope);
                Some(Action::Put { keys: put?, under: under?, value: value? })
            }
            "append_to" => {
                let list = self.route(main, scope);
                let value = self.made(keys, start, scope);
                Some(Action::Append { list: list?, value: value? })
            }
            "remove" => Some(Action::Remove { at: self.route(main, scope)? }),
            "rename" => {
                let at = self.route(main, scope);
                let name = keys.get("to").and_then(|node| self.expression(*node, scope));
                Some(Action::Rename { at: at?, name: name? })
            }
            _ => {
                let text = self.template(main, scope);
                let after = keys.get("after").and_then(|node| self.route(*node, scope));
                Some(Action::AddComponent { text: text?, after: after? })
            }
        }
    }

    /// A fact that is named as it is written: the last part of its route is a key.
    fn set_route(&mut self, node: NodeRef<'_>, scope: Option<&Scope<'_>>) -> Option<Expression> {
        let before = self.problems.len();
        let expression = self.expression(node, scope)?;
        if self.thorough
            && self.problems.len() == before
            && expression.placed_tree().is_ok_and(|tree| !names_a_key(tree, scope))
        {
            let help = "write a chain such as `mimir.config.limits.some_limit`, or use `put` and `under`";
            self.report(node.span(), "this names no key that could be set", help);
        }
        Some(expression)
    }

    /// Keys with dots between them, or a list of keys that may have dots themselves; each is a template.
    fn put_keys(&mut self, node: NodeRef<'_>, scope: Option<&Scope<'_>>) -> Option<Vec<Template>> {
        if node.is_sequence() {
            return node.items().map(|item| self.template(item, scope)).collect();
        }
        let whole = self.template(node, scope)?;
        Some(key_texts(whole.source()).into_iter().filter_map(|key| Template::new(key).ok()).collect())
    }

    fn made(
        &mut self,
        keys: &Keyed<'_>,
        start: crate::text::Span,
        scope: Option<&Scope<'_>>,
    ) -> Option<Made> {
        let given: Vec<&str> = VALUE_KEYS.iter().copied().filter(|key| keys.contains_key(key)).collect();
        let [key] = given[..] else {
            let message =
                if given.is_empty() { "the change has no value" } else { "the change has two values" };
            self.report(start, message, "give it `value` (an expression), `literal` (YAML) or `code`");
            return None;
        };
        let node = *keys.get(key)?;
        Some(match key {
            "value" => Made::Value(self.expression(node, scope)?),
            "code" => Made::Code(self.template(node, scope)?),
            _ => Made::Literal(self.literal(node, scope, MAX_DEPTH)?),
        })
    }

    fn literal(&mut self, node: NodeRef<'_>, scope: Option<&Scope<'_>>, depth: u32) -> Option<Literal> {
        let Some(depth) = depth.checked_sub(1) else {
            self.report(node.span(), "the value is nested too deeply", "write a simpler one");
            return None;
        };
        if node.is_sequence() {
            return Some(Literal::List(
                node.items().map(|item| self.literal(item, scope, depth)).collect::<Option<_>>()?,
            ));
        }
        if node.is_mapping() {
            let entries = node
                .entries()
                .map(|(key, value)| Some((key.text()?.into(), self.literal(value, scope, depth)?)));
            return Some(Literal::Map(entries.collect::<Option<_>>()?));
        }
        match node.scalar() {
            Some(Scalar::Text("")) => Some(Literal::Text(Template::default())),
            Some(Scalar::Text(_)) => Some(Literal::Text(self.template(node, scope)?)),
            Some(Scalar::Null) | None => Some(Literal::Plain("null".into())),
            Some(_) => Some(Literal::Plain(node.text()?.into())),
        }
    }
}

/// Whether a chain of fields ends below a map whose keys are those of a text.
fn names_a_key(tree: &cel::parser::Expression, scope: Option<&Scope<'_>>) -> bool {
    let Some(subject) = scope.map(|scope| scope.subject) else { return true };
    let mut above = step_up(tree).map(|(above, _)| above);
    while let Some(tree) = above {
        if is_open(tree, subject) {
            return true;
        }
        above = step_up(tree).map(|(above, _)| above);
    }
    false
}

/// The keys between the dots of a text; dots in expressions part nothing.
fn key_texts(text: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    let parts = text.split(|c: char| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == '.' && depth == 0
    });
    parts.collect()
}
