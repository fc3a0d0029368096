//! What is not followed: every such thing makes the verdicts undecided for the signals that may pass it.
//!
//! Kinds: `unresolved-reference`, `unknown-component`, `import` (its text is not in the input), `remote-code` (it is fetched
//! when the collector starts), `module-instance` (of no module that is followed), `foreach`, `remotecfg`, `duplicate`,
//! `syntax-error`, and from the graph `receiver` (a receiver that cannot be told), `wrong-receiver` and `file-text` (text of a log
//! file in the arguments of a component that does not send it itself).

use std::collections::HashSet;

use super::Opaque;
use super::receivers::collect_expressions;
use crate::document::Place;
use crate::model::alloy::Component;
use crate::model::alloy::Kind;
use crate::model::alloy::Program;
use crate::model::alloy::Signals;
use crate::model::eval::Value;
use crate::model::eval::is_library_name;
use crate::model::eval::references;

/// Everything in the program that hides flows.
pub(super) fn of_program(program: &Program<'_>) -> Vec<Opaque> {
    let mut found = Vec::new();
    for (doc, file) in &program.files {
        if let Some(error) = file.errors.first() {
            found.push(Opaque {
                kind: "syntax-error",
                name: "the program".to_owned(),
                reason: format!("the program cannot be read ({}), so its flows are not known", error.message),
                place: Place { doc: *doc, span: error.span },
                signals: Signals::TELEMETRY,
            });
        }
    }
    for duplicate in &program.duplicates {
        found.push(Opaque {
            kind: "duplicate",
            name: duplicate.id.to_string(),
            reason: format!("`{}` is declared twice, so the collector refuses the program", duplicate.id),
            place: duplicate.again,
            signals: Signals::TELEMETRY,
        });
    }
    let mut seen = HashSet::new();
    for component in &program.components {
        found.extend(of_component(program, component));
        unresolved(program, component, &mut seen, &mut found);
    }
    // A module that is used several times is wrong once. What is not followed has a name of its own in each instance.
    let mut told = HashSet::new();
    found.retain(|opaque| {
        !matches!(opaque.kind, "duplicate" | "unknown-component")
            || told.insert((opaque.kind, opaque.place, opaque.signals))
    });
    found
}

/// Why a component or config block is not followed, if it is not.
fn of_component(program: &Program<'_>, component: &Component<'_>) -> Option<Opaque> {
    let (kind, reason, signals) = match &component.kind {
        Kind::Known(_) => return None,
        Kind::Unknown => (
            "unknown-component",
            format!(
                "`{}` is not a component that is known here; which data it takes and where it sends it is not known",
                component.name
            ),
            signals_by_name(&component.name),
        ),
        Kind::Custom(_) | Kind::Config(_) => {
            let (kind, reason) = match &component.hidden {
                // The import says why.
                Some(hidden) if hidden.by.is_some() => return None,
                Some(hidden) => (hidden.kind, hidden.reason.clone()),
                None => ("remotecfg", remote_configuration(program, component)?),
            };
            (kind, reason, Signals::TELEMETRY)
        }
    };
    let blamed = component.hidden.as_ref().and_then(|hidden| hidden.place);
    let place = blamed.unwrap_or_else(|| component.name_place());
    Some(Opaque { kind, name: component.id.to_string(), reason, place, signals })
}

/// References to nothing in the arguments of a component. The collector refuses a program that has one.
fn unresolved(
    program: &Program<'_>,
    component: &Component<'_>,
    seen: &mut HashSet<Place>,
    found: &mut Vec<Opaque>,
) {
    let signals = component.entry().map_or(Signals::TELEMETRY, |entry| {
        let sent = entry.receivers.iter().map(|(_, signals)| *signals);
        let taken = entry.accepts.values().copied();
        let left = entry.egress.iter().map(|egress| egress.signals);
        sent.chain(taken).chain(left).fold(Signals::NONE, Signals::or).and(Signals::TELEMETRY)
    });
    let mut expressions = Vec::new();
    if component.is_config() && matches!(component.name.as_ref(), "declare" | "foreach") {
        // Bodies of modules and templates have scopes of their own.
        expressions.extend(component.block.body.attributes().map(|attribute| &attribute.value));
    } else {
        collect_expressions(&component.block.body, &mut expressions, 32);
    }
    let scope = program.scope(component);
    for expression in expressions {
        references(component.file, expression, &mut |parts, span| {
            let first = parts.first().copied().unwrap_or_default();
            // A module that is used several times is wrong once.
            if is_library_name(first) || scope.names(parts) || !seen.insert(component.place(span)) {
                return;
            }
            let chain = parts.join(".");
            found.push(Opaque {
                kind: "unresolved-reference",
                name: component.id.to_string(),
                reason: format!("`{chain}` does not exist, so the collector refuses the program"),
                place: component.place(span),
                signals,
            });
        });
    }
}

/// Why the rest of the configuration is not known, where a server may send one.
fn remote_configuration(program: &Program<'_>, component: &Component<'_>) -> Option<String> {
    if &*component.name != "remotecfg" {
        return None;
    }
    let value = program.evaluate(component, &component.attribute("url")?.value);
    let off = matches!(&value, Ok(Value::Null)) || matches!(&value, Ok(Value::Text(text)) if text.is_empty());
    (!off).then(|| {
        "a server can send another configuration at any time; remove `remotecfg` to have the flows judged"
            .to_owned()
    })
}

/// What a component can carry, by the family that its name puts it in.
fn signals_by_name(name: &str) -> Signals {
    match name.split('.').next().unwrap_or_default() {
        "loki" => Signals::LOGS,
        "prometheus" | "mimir" => Signals::METRICS,
        "otelcol" => Signals::OTEL.or(Signals::LOGS).or(Signals::METRICS),
        "pyroscope" => Signals::PROFILES,
        "discovery" => Signals::NONE,
        _ => Signals::TELEMETRY,
    }
}

#[cfg(test)]
mod tests;
