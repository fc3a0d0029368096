//! Turns the components of a program into notes for rules: what they are called, and their arguments where somebody reads them.

use super::ComponentNote;
use super::Wanted;
use crate::model::Fact;
use crate::model::alloy::Component;
use crate::model::alloy::Program;

/// The components of a program with their arguments, as far as they are read.
pub(super) fn notes(program: &Program<'_>, wanted: &Wanted) -> Vec<ComponentNote> {
    let note = |component: &Component<'_>| {
        let entry = component.entry();
        let place = component.name_place();
        ComponentNote {
            id: component.id.to_string(),
            name: component.name.to_string(),
            label: component.label.as_deref().unwrap_or_default().to_owned(),
            known: component.is_followed(),
            config: component.is_config(),
            since: entry.and_then(|entry| entry.since.clone()),
            gone: entry.and_then(|entry| entry.gone.clone()),
            stability: entry.and_then(|entry| entry.stability.clone()),
            place,
            extent: component.place(component.block.span),
            arguments: if wanted.holds(&component.name) || read_here(component) {
                program.arguments(component)
            } else {
                Fact::absent(place)
            },
        }
    };
    program.components.iter().map(note).collect()
}

/// Components whose arguments the flow analysis itself reads: writers of metrics, what [`super::Collected`] is
/// made from, and what guards the HTTP server.
fn read_here(component: &Component<'_>) -> bool {
    const READ: [&str; 10] = [
        "discovery.kubernetes",
        "discovery.relabel",
        "http",
        "local.file_match",
        "loki.source.file",
        "prometheus.exporter.azure",
        "prometheus.exporter.cloudwatch",
        "prometheus.exporter.unix",
        "prometheus.relabel",
        "prometheus.scrape",
    ];
    READ.contains(&&*component.name)
        || component.entry().is_some_and(|entry| entry.egress.iter().any(|egress| egress.kind == "telemetry"))
}
