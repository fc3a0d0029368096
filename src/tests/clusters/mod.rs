//! Running clusters, as texts: what the engine makes of them, without any network.

mod against;
mod merged;
mod network;
mod reports;
mod same;
mod several;
mod states;

use serde_json::Value;

use crate::check::CheckOptions;
use crate::check::Checked;
use crate::check::check;
use crate::report::Detail;
use crate::report::Format;
use crate::report::Outcome;
use crate::report::Style;
use crate::report::Telling;
use crate::source::Cluster;
use crate::source::Source;
use crate::source::Sources;

/// The sources of running clusters: each a name and its objects.
pub(super) fn live(clusters: &[(&str, &[Value])]) -> Sources {
    let mut sources = Sources::default();
    for (argument, (name, objects)) in clusters.iter().enumerate() {
        sources.clusters.push(Cluster { name: (*name).to_owned(), ..Cluster::default() });
        let texts = objects.iter().map(|object| Source {
            path: path_of(name, object),
            argument,
            text: serde_json::to_string_pretty(object).unwrap().into(),
        });
        sources.texts.extend(texts);
    }
    sources
}

/// How texts of running clusters are called.
fn path_of(cluster: &str, object: &Value) -> String {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let namespace = text("/metadata/namespace").unwrap_or_else(|| "-".to_owned());
    let (kind, name) = (text("/kind").unwrap(), text("/metadata/name").unwrap());
    format!("{cluster}/{namespace}/{kind}/{name}")
}

/// The objects of a list, as `kubectl get -o json` writes it.
pub(super) fn objects(list: &str) -> Vec<Value> {
    let list: Value = serde_json::from_str(list).unwrap();
    list["items"].as_array().unwrap().clone()
}

/// The objects of a small cluster that leaks logs.
pub(super) fn fixture() -> Vec<Value> {
    objects(include_str!("../../../fixtures/live/leaking.json"))
}

/// A run over these sources, without arguments.
pub(super) fn checked(sources: &Sources) -> Checked {
    check(sources, &[], &CheckOptions::default())
}

impl Checked {
    /// The report as JSON.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.told(Format::Json, Detail::Normal)).unwrap()
    }

    /// The report for people.
    pub(super) fn human(&self, detail: Detail) -> String {
        self.told(Format::Human, detail)
    }

    fn told(&self, format: Format, detail: Detail) -> String {
        let mut out = Vec::new();
        let outcome = Outcome { documents: &self.documents, report: &self.report };
        let style = Style { color: false, width: 100, detail };
        Telling::of_run(outcome, Vec::new).write(format, style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }
}
