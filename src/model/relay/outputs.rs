//! Turns the settings of a plugin into its ways out and in, by what the table says of it.

use super::expand;
use super::plan::Output;
use super::table::Exporter;
use super::table::Input;
use super::table::Program;
use crate::document::Place;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::alloy::Environment;
use crate::model::alloy::Signals;
use crate::model::alloy::Syntax;
use crate::model::eval::Value;

/// The ways out of a plugin with these settings. `place` is that of its name.
pub(super) fn outputs(
    exporter: &Exporter,
    settings: &Fact,
    place: Place,
    environment: &Environment,
) -> Vec<Output> {
    if exporter.signals.is_empty() || exporter.offers {
        return Vec::new();
    }
    let kind = exporter.kind.as_deref().unwrap_or("telemetry");
    let proxy = exporter.proxy.as_ref().and_then(|route| {
        let fact = settings.at(route).filter(|fact| !fact.is_null())?;
        Some((expand::value(fact, environment), fact.place.unwrap_or(place)))
    });
    let output = |signals: Signals, destination: Value, syntax: Syntax, place: Place| Output {
        signals,
        kind: kind.to_owned(),
        destination,
        syntax,
        proxy: proxy.clone(),
        place,
    };
    let mut found = Vec::new();
    let mut left = exporter.signals;
    // The first setting that is given counts, for each signal.
    for to in &exporter.to {
        let signals = to.only.map_or(left, |only| only.and(left));
        let given = all_at(settings, &to.at);
        if signals.is_empty() || given.is_empty() {
            continue;
        }
        left = left.without(signals);
        for (around, fact) in given {
            let place = fact.place.unwrap_or(place);
            let items = match &fact.value {
                FactValue::List(items) => items.iter().collect(),
                _ => vec![fact],
            };
            for item in items {
                let port = exporter.port.as_ref().and_then(|port| around.at(port));
                let value = with_port(expand::value(item, environment), port, environment);
                let syntax = to.syntax.unwrap_or_else(|| syntax_of(exporter, &to.at, &value));
                let values = pieces(value, syntax).into_iter();
                found.extend(values.map(|value| output(signals, value, syntax, item.place.unwrap_or(place))));
            }
        }
    }
    if !left.is_empty() {
        let destination = match &exporter.default {
            Some(default) => Value::Text(default.as_str().into()),
            None => Value::Unknown("its destination is missing".into()),
        };
        found.push(output(left, destination, exporter.syntax, place));
    }
    found
}

/// Why the destinations of an output do not tell where it sends, if a setting has it send elsewhere; `word` and `name` say
/// who it is. With the setting and its place.
pub(super) fn elsewhere<'p>(
    program: &'p Program,
    settings: &Fact,
    word: &str,
    name: &str,
    place: Place,
) -> Option<(&'p str, String, Place)> {
    program.elsewhere.iter().find_map(|setting| {
        let fact = settings.at(setting).filter(|fact| !fact.is_null())?;
        let reason =
            format!("{word} `{name}` sends elsewhere by its setting `{setting}`, which is not followed");
        Some((setting.as_str(), reason, fact.place.unwrap_or(place)))
    })
}

/// How a destination is written: among the settings of vendors some are addresses, which may be one's own.
fn syntax_of(exporter: &Exporter, route: &str, value: &Value) -> Syntax {
    let address = ["endpoint", "host", "url"].iter().any(|word| route.ends_with(word));
    match (exporter.syntax, value) {
        (Syntax::Vendor | Syntax::HostPort, Value::Text(text)) if text.contains("://") => Syntax::Url,
        (Syntax::Vendor, Value::Text(text)) if address && text.contains(['.', ':']) => Syntax::HostPort,
        (syntax, _) => syntax,
    }
}

/// The destinations in one text: brokers and hosts may stand in a row.
fn pieces(value: Value, syntax: Syntax) -> Vec<Value> {
    match &value {
        Value::Text(text) if text.contains(',') && matches!(syntax, Syntax::HostPort | Syntax::Host) => {
            text.split(',').map(|one| Value::Text(one.trim().into())).collect()
        }
        _ => vec![value],
    }
}

/// A host with the port that stands beside it.
fn with_port(value: Value, port: Option<&Fact>, environment: &Environment) -> Value {
    let port = port.map(|port| expand::value(port, environment));
    match (value, port) {
        (Value::Text(host), Some(Value::Text(port))) if !host.contains([':', ',']) => {
            Value::Text(format!("{host}:{port}").into())
        }
        (value, _) => value,
    }
}

/// The settings at a route, each with the mapping around it; `*` stands for all items of a list or entries of a mapping.
pub(super) fn all_at<'f>(fact: &'f Fact, route: &str) -> Vec<(&'f Fact, &'f Fact)> {
    let mut found = vec![(fact, fact)];
    for part in route.split('.') {
        found = found
            .into_iter()
            .flat_map(|(_, fact)| match (&fact.value, part) {
                (FactValue::List(items), "*") => items.iter().map(|item| (fact, item)).collect(),
                (FactValue::Map(entries), "*") => entries.values().map(|item| (fact, item)).collect(),
                (FactValue::Map(entries), part) => {
                    entries.get(part).map(|item| (fact, item)).into_iter().collect::<Vec<_>>()
                }
                _ => Vec::new(),
            })
            .filter(|(_, fact)| !fact.is_null())
            .collect();
    }
    found
}

/// The ports that a plugin listens at; `None` for one that is not known.
pub(super) fn ports(input: &Input, settings: &Fact, environment: &Environment) -> Vec<Option<u16>> {
    let mut found = Vec::new();
    for (route, default) in &input.listens {
        // A server of several protocols opens those that it names.
        let parent = route.rsplit_once('.').map(|(parent, _)| parent);
        if parent.is_some_and(|parent| !is_written(settings, parent)) {
            continue;
        }
        found.push(match settings.at(route) {
            Some(fact) if !fact.is_null() => match expand::value(fact, environment) {
                Value::Text(text) => {
                    text.rsplit_once(':').map_or(&*text, |(_, port)| port).parse().ok().or(*default)
                }
                _ => None,
            },
            _ => *default,
        });
    }
    found
}

/// Whether a section is there, be it empty.
fn is_written(settings: &Fact, route: &str) -> bool {
    settings.at(route).is_some()
}
