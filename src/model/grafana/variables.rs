//! Turns the environment of a Grafana, rendered or in a chart's values, into its variables with their places.

use std::collections::BTreeMap;

use super::settings::as_text;
use crate::document::Place;
use crate::model::environment::environment;
use crate::model::eval::Value;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::objects::NOT_ASKED_FOR;
use crate::model::stack::Stack;

/// The variables of one process.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// Those of Grafana's own (`GF_...`) by name: text, a secret, or unknown with the reason.
    pub(super) all: BTreeMap<String, Fact>,
    /// Others, which settings may name.
    others: BTreeMap<String, Fact>,
    /// Whether all is known that may set one.
    pub(super) complete: bool,
}

impl Variables {
    /// The variables that `env` and `env_from` (lists as Kubernetes has them) give a container.
    pub(super) fn of_lists(stack: &Stack<'_>, namespace: Option<&str>, env: &Fact, env_from: &Fact) -> Self {
        let mut places: BTreeMap<String, Option<Place>> = BTreeMap::new();
        let texts = env.items().iter().map(|item| {
            let mut item = item.clone();
            let value = item.reach("value");
            let name = item.reach("name");
            if let Some(name) = name.text() {
                let place = if value.is_null() { name_place(&item) } else { value.place };
                places.insert(name.to_owned(), place);
            }
            if !value.is_null() {
                item.insert("value", as_text(&value));
            }
            item
        });
        let env = Fact::list(texts, env.place);
        let found = environment(stack, namespace.unwrap_or_default(), &env, env_from);
        let from = env_from.items().first().and_then(|item| item.place).or(env_from.place);
        let mut variables = Self { complete: found.complete, ..Self::default() };
        for (name, value) in found.values {
            let place = places.get(&name).copied().flatten().or(from);
            let fact = match value {
                Value::Text(text) => Fact { value: FactValue::Text(text), place },
                Value::Secret(text) => Fact { value: FactValue::Secret(text), place },
                Value::Unknown(reason) => Fact { value: FactValue::Unknown(reason), place },
                _ => continue,
            };
            let own = if name.starts_with("GF_") { &mut variables.all } else { &mut variables.others };
            own.insert(name, fact);
        }
        variables
    }

    /// The variables that values of Grafana's chart give it.
    pub(super) fn of_values(stack: &Stack<'_>, namespace: Option<&str>, values: &Fact) -> Self {
        let env = values.reach("env");
        let plain = env.entries().map(|(name, value)| {
            let entries = [("name", Fact::new(name, value.place)), ("value", value.clone())];
            Fact::map(entries, value.place)
        });
        let elsewhere = values.reach("envValueFrom");
        let elsewhere = elsewhere.entries().map(|(name, from)| {
            let entries = [("name", Fact::new(name, from.place)), ("valueFrom", from.clone())];
            Fact::map(entries, from.place)
        });
        let env = Fact::list(plain.chain(elsewhere).collect::<Vec<_>>(), values.place);
        let reference = |kind: &str, name: &Fact| {
            Fact::map([(kind, Fact::map([("name", name.clone())], name.place))], name.place)
        };
        let mut from = Vec::new();
        let one = values.reach("envFromSecret");
        if one.text().is_some_and(|name| !name.is_empty()) {
            from.push(reference("secretRef", &one));
        }
        for (route, kind) in [("envFromSecrets", "secretRef"), ("envFromConfigMaps", "configMapRef")] {
            from.extend(values.reach(route).items().iter().map(|item| reference(kind, &item.reach("name"))));
        }
        let mut variables = Self::of_lists(stack, namespace, &env, &Fact::list(from, values.place));
        // The chart makes a Secret of these.
        for (name, value) in values.reach("envRenderSecret").entries() {
            if let Some(text) = as_text(value).text().filter(|_| name.starts_with("GF_")) {
                let fact = Fact { value: FactValue::Secret(text.into()), place: value.place };
                variables.all.insert(name.to_owned(), fact);
            }
        }
        variables
    }

    /// A text of a setting with the variables in it filled in, as Grafana does: `${NAME}` and `$__env{NAME}`.
    pub(super) fn filled_in(&self, text: &str, place: Option<Place>) -> Fact {
        let mut out = String::with_capacity(text.len());
        let mut secret = false;
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let (plain, tail) = rest.split_at(at);
            out.push_str(plain);
            if tail.starts_with("$__file{") || tail.starts_with("$__vault{") {
                return Fact::unknown("it is read from a file or vault when Grafana starts", place);
            }
            let inner = ["$__env{", "${"].iter().find_map(|open| tail.strip_prefix(open)?.split_once('}'));
            let Some((name, behind)) = inner else {
                out.push('$');
                rest = tail.get(1..).unwrap_or_default();
                continue;
            };
            match self.others.get(name).or_else(|| self.all.get(name)).map(|fact| &fact.value) {
                Some(FactValue::Text(text)) => out.push_str(text),
                Some(FactValue::Secret(text)) => {
                    secret = true;
                    out.push_str(text);
                }
                Some(FactValue::Unknown(reason)) if reason.ends_with(NOT_ASKED_FOR) => {
                    return Fact::unknown(reason.clone(), place);
                }
                _ => return Fact::unknown(format!("variable {name} is not in the input"), place),
            }
            rest = behind;
        }
        out.push_str(rest);
        let value = if secret { FactValue::Secret(out.into()) } else { FactValue::Text(out.into()) };
        Fact { value, place }
    }
}

fn name_place(item: &Fact) -> Option<Place> {
    item.reach("name").place
}
