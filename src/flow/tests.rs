//! Whole small programs through the analysis. Random graphs against a slow reading stand in `oracle`.

use std::sync::Arc;

use super::*;
use crate::document::DocId;
use crate::document::Place;
use crate::document::alloy;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::Subject;
use crate::model::alloy::Computed;
use crate::model::alloy::Environment;
use crate::model::alloy::ProgramOnly;
use crate::model::alloy::Signals;
use crate::model::alloy::types::Running;
use crate::model::eval::Value;

mod asked;
mod beside;
mod collected;
mod collectors;
mod corpus;
mod exits;
mod filters;
mod log_metrics;
mod logs;
mod metrics;
mod modules;
mod oracle;
mod parts;
mod ports;
mod signals;
mod told;
mod ways;

/// The text before `{` here is all that most tests need of a local store.
const LOCAL: &str = r#"
loki.write "local" {
  endpoint { url = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push" }
}
prometheus.remote_write "workload" {
  endpoint { url = "http://mimir-gateway.mimir.svc.cluster.local/api/v1/push" }
}
prometheus.remote_write "control_room" {
  endpoint { url = "https://mimir.cr.example.com/api/v1/push" }
}
"#;

/// A program of one file.
struct Case {
    text: String,
    flow: CollectorFlow,
}

fn surroundings() -> Surroundings {
    Surroundings { control_room: Some("cr.example.com".to_owned()), ..Surroundings::default() }
        .with_platform_endpoints()
}

fn analyse_text(text: &str) -> Case {
    analyse_with(text, &surroundings(), Environment::default())
}

fn analyse_with(text: &str, surroundings: &Surroundings, environment: Environment) -> Case {
    let file = alloy::parse(Arc::from(text));
    let computed = Computed::default();
    let inputs = ProgramOnly(&computed);
    let input = CollectorInput {
        name: "alloy/alloy".to_owned(),
        files: vec![(DocId { file: 0, index: 0 }, &file)],
        environment,
        inputs: &inputs,
        running: Running::default(),
        namespace: Some("alloy".to_owned()),
        place: None,
    };
    let flow = super::analyse(&[input], &[], surroundings, &super::Wanted::All).remove(0);
    Case { text: text.to_owned(), flow }
}

impl Case {
    fn slice(&self, place: Place) -> &str {
        place.span.slice(&self.text)
    }

    /// The place of a text that occurs once.
    fn place_of(&self, text: &str) -> Place {
        let at = u32::try_from(self.text.find(text).expect("no such text")).unwrap();
        let span = crate::text::Span::new(at, at + u32::try_from(text.len()).unwrap());
        Place { doc: DocId { file: 0, index: 0 }, span }
    }

    fn id(&self, component: usize) -> &str {
        &self.flow.components[component].id
    }

    /// Ways out that carry logs, as `component zone destination`.
    fn log_exits(&self) -> Vec<String> {
        let fed = self.flow.exits.iter().filter(|exit| exit.fed.meets(Signals::LOGS));
        fed.map(|exit| format!("{} {} {}", self.id(exit.component), exit.zone.name(), self.slice(exit.place)))
            .collect()
    }

    /// The one way out of a component.
    fn exit(&self, component: &str) -> &Exit {
        self.flow.exits.iter().find(|exit| self.id(exit.component) == component).expect("no such exit")
    }

    /// The names of the sources of a way out, sorted.
    fn sources_of(&self, exit: &Exit) -> Vec<&str> {
        let mut names: Vec<_> =
            exit.sources.iter().map(|index| self.id(self.flow.sources[*index].component)).collect();
        names.sort_unstable();
        names
    }

    /// The steps of a way out, as the text of the receivers' expressions.
    fn hops_of(&self, exit: &Exit) -> Vec<&str> {
        exit.path.iter().map(|hop| self.slice(hop.place)).collect()
    }

    /// What was not followed, as `kind signals`.
    fn opaque(&self) -> Vec<String> {
        self.flow.opaque.iter().map(|opaque| format!("{} {}", opaque.kind, opaque.signals.words())).collect()
    }

    /// Subjects of a kind.
    fn subjects(&self, kind: &str) -> Vec<Subject> {
        subjects(&self.flow).into_iter().filter(|subject| subject.kind == kind).collect()
    }

    /// The one subject of a kind with that key.
    fn subject(&self, kind: &str, key: &str) -> Subject {
        let all = self.subjects(kind);
        let keys: Vec<_> = all.iter().map(|subject| subject.key.clone()).collect();
        all.into_iter().find(|subject| subject.key == key).unwrap_or_else(|| panic!("{keys:?} lack {key}"))
    }
}

/// A field of a subject as text.
fn text(subject: &Subject, route: &str) -> String {
    match subject.facts.at(route).map(|fact| &fact.value) {
        Some(FactValue::Text(text)) => text.to_string(),
        Some(FactValue::Bool(flag)) => flag.to_string(),
        Some(FactValue::Int(number)) => number.to_string(),
        Some(FactValue::Unknown(reason)) => format!("unknown: {reason}"),
        Some(FactValue::Secret(_)) => "(secret)".to_owned(),
        Some(FactValue::Null) => "null".to_owned(),
        other => format!("{other:?}"),
    }
}

/// A field of a subject, which has to be there.
fn fact<'s>(subject: &'s Subject, route: &str) -> &'s Fact {
    subject.facts.at(route).unwrap_or_else(|| panic!("no {route} in {:?}", subject.facts))
}
