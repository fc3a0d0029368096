//! Tells which queries are PromQL: by the type of the data source that they name, where the input says it.

use std::collections::HashMap;

use crate::document::NodeRef;
use crate::model::Fact;
use crate::model::piece::Chart;
use crate::model::stack::Stack;

/// The data sources of a stack.
#[derive(Debug, Default)]
pub(super) struct Languages {
    /// Types by uid and by name.
    types: HashMap<String, String>,
}

/// What names of data sources of other languages have in them, for those that the input does not hold.
const OTHERS: [&str; 7] = ["loki", "tempo", "pyroscope", "postgres", "elastic", "influx", "graphite"];

impl Languages {
    /// Those that the stack provisions.
    pub(super) fn of_stack(stack: &Stack<'_>) -> Self {
        let mut languages = Self::default();
        for (at, _) in &stack.data_sources {
            let Some(root) = at.in_documents(stack.documents) else { continue };
            for source in root.get("datasources").into_iter().flat_map(NodeRef::items) {
                let names = ["uid", "name"].map(|key| source.text_at(key));
                languages.add(names, source.text_at("type"));
            }
        }
        for release in stack.releases_of(Chart::Grafana) {
            let files = release.values.reach("datasources");
            for source in files.entries().filter_map(|(_, file)| file.at("datasources")).flat_map(Fact::items)
            {
                let text = |key: &str| source.at(key).and_then(Fact::text);
                languages.add([text("uid"), text("name")], text("type"));
            }
        }
        languages
    }

    fn add(&mut self, names: [Option<&str>; 2], kind: Option<&str>) {
        let Some(kind) = kind else { return };
        for name in names.into_iter().flatten() {
            self.types.insert(name.to_owned(), kind.to_owned());
        }
    }

    /// Whether data sources of this type speak PromQL: Prometheus itself, and those that clouds offer.
    pub(super) fn is_of_prometheus(kind: &str) -> bool {
        kind.contains("prometheus")
    }

    /// Whether a query with an `expr` is PromQL. `source` is its `datasource`, as a mapping or a name; `uid` stands
    /// beside it in alert rules.
    pub(super) fn is_promql(&self, source: Option<NodeRef<'_>>, uid: Option<&str>) -> bool {
        let text = |key: &str| source.and_then(|source| source.text_at(key));
        let name = uid.or_else(|| text("uid")).or_else(|| source.and_then(NodeRef::text));
        let known = name.and_then(|name| self.types.get(name)).map(String::as_str);
        if let Some(kind) = known.or_else(|| text("type")) {
            return Self::is_of_prometheus(kind);
        }
        let name = name.unwrap_or_default().to_ascii_lowercase();
        !OTHERS.iter().any(|other| name.contains(other))
    }
}
