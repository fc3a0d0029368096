//! What was recognised in the inputs, before it is put together into stacks.

use std::sync::Arc;

use crate::document::DocId;
use crate::document::Documents;
use crate::document::NodeId;
use crate::document::NodeRef;
use crate::document::Place;

/// A node of a document of this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeAt {
    /// The document.
    pub(crate) doc: DocId,
    /// The node in its tree.
    pub(crate) node: NodeId,
}

impl NodeAt {
    /// The node itself; `None` only if the document is no tree.
    pub(crate) fn in_documents(self, documents: &Documents) -> Option<NodeRef<'_>> {
        documents.document(self.doc).tree().map(|tree| tree.node(self.node))
    }

    /// The place of another node of the same document.
    pub(crate) fn place_of(self, node: NodeRef<'_>) -> Place {
        Place { doc: self.doc, span: node.span() }
    }
}

/// The identity of a Kubernetes object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ObjectName {
    /// API group, empty for the core group.
    pub(crate) group: Arc<str>,
    /// Kind, as in `ConfigMap`.
    pub(crate) kind: Arc<str>,
    /// Namespace; empty where the object names none.
    pub(crate) namespace: Arc<str>,
    /// Name.
    pub(crate) name: Arc<str>,
}

impl std::fmt::Display for ObjectName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{} {}", self.kind, self.name)
        } else {
            write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
        }
    }
}

/// A Kubernetes object of the input.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    /// Who it is.
    pub(crate) object: ObjectName,
    /// The object's mapping.
    pub(crate) at: NodeAt,
    /// The place of its name.
    pub(crate) place: Place,
    /// The cluster that it belongs to, where the input says so (the provider of a Pulumi export).
    pub(crate) cluster: Option<Arc<str>>,
}

/// The charts that the linter knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Chart {
    /// `alloy`.
    Alloy,
    /// `mimir-distributed`.
    Mimir,
    /// `loki`.
    Loki,
    /// `grafana`.
    Grafana,
}

impl Chart {
    /// All charts.
    pub(crate) const ALL: [Self; 4] = [Self::Alloy, Self::Mimir, Self::Loki, Self::Grafana];

    /// The chart's name in its repository.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Alloy => "alloy",
            Self::Mimir => "mimir-distributed",
            Self::Loki => "loki",
            Self::Grafana => "grafana",
        }
    }

    /// The namespace that the platform puts its release into. Source: monitoring guide, topology.
    pub(crate) const fn home(self) -> &'static str {
        match self {
            Self::Mimir => "mimir",
            other => other.name(),
        }
    }

    /// The chart that a reference such as `loki`, `grafana/loki`, `oci://host/charts/loki` or
    /// `https://host/loki-5.42.0.tgz` names.
    pub(crate) fn from_reference(reference: &str) -> Option<Self> {
        let name = reference.rsplit('/').next().unwrap_or(reference);
        let name = name.split(['@', ':']).next().unwrap_or(name);
        let packed = name.strip_suffix(".tgz");
        Self::ALL.into_iter().find(|chart| {
            let version = packed.and_then(|name| name.strip_prefix(chart.name())?.strip_prefix('-'));
            chart.name() == name
                || version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
        })
    }

    /// What the chart's objects are called when the release has this name (the charts' own naming rule).
    pub(crate) fn full_name(self, release: &str) -> String {
        let short = match self {
            Self::Mimir => "mimir",
            other => other.name(),
        };
        if release.contains(short) { release.to_owned() } else { format!("{release}-{short}") }
    }
}

/// How strong a layer of values is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// Values as an object beside values as text (newer HelmChart controllers).
    Base,
    /// Values as text, or the only values there are.
    Text,
    /// Argo's `valuesObject`, which beats its `values`.
    Object,
    /// Single values.
    Set,
}

/// One layer of a release's values.
#[derive(Debug, Clone)]
pub(crate) enum ValuesLayer {
    /// A mapping of values.
    Tree(NodeAt),
    /// Single values by dotted route, as `helm --set` takes them.
    Set(Vec<(String, NodeAt)>),
}

/// A release of a chart: a HelmChart, HelmRelease, Application, Pulumi Release, or a values file by itself.
#[derive(Debug, Clone)]
pub(crate) struct Release {
    /// The chart, where it is one that the linter knows.
    pub(crate) chart: Option<Chart>,
    /// The chart's reference as written.
    pub(crate) chart_name: Arc<str>,
    /// The release's name; `None` for a values file by itself.
    pub(crate) name: Option<Arc<str>>,
    /// The namespace that the chart's objects go to; `None` for a values file by itself.
    pub(crate) namespace: Option<Arc<str>>,
    /// The chart's version and its place.
    pub(crate) version: Option<(Arc<str>, Place)>,
    /// Values with their rank, weakest first. Helm gives `set` the last word, whatever is written first.
    pub(crate) layers: Vec<(Rank, ValuesLayer)>,
    /// Where the release stands (the chart's name, or the file's start).
    pub(crate) place: Place,
    /// The object that makes the release.
    pub(crate) object: Option<ObjectName>,
    /// The cluster that it belongs to, where the input says so.
    pub(crate) cluster: Option<Arc<str>>,
    /// Values that the input names but does not hold (`valuesFrom`, `valueFiles`), with the place.
    pub(crate) unseen: Vec<(String, Place)>,
}

/// Where a configuration text was found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Home {
    /// The ConfigMap or Secret, or the object that makes the release whose values hold the text.
    pub(crate) object: Option<ObjectName>,
    /// The key in the ConfigMap or Secret.
    pub(crate) key: Option<Arc<str>>,
    /// The release (index into the file's pieces) whose values hold the text.
    pub(crate) release: Option<usize>,
    /// The cluster, where the input says so.
    pub(crate) cluster: Option<Arc<str>>,
}

/// The two stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Store {
    /// Metrics.
    Mimir,
    /// Logs.
    Loki,
}

impl Store {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Mimir, Self::Loki];

    /// How settings and kinds of subjects name it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Mimir => "mimir",
            Self::Loki => "loki",
        }
    }

    /// The store of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|store| store.name() == name)
    }

    /// How messages name it.
    pub(crate) const fn product(self) -> &'static str {
        match self {
            Self::Mimir => "Mimir",
            Self::Loki => "Loki",
        }
    }

    /// The section of its configuration that holds what a tenant may have of its own.
    pub(crate) const fn limits(self) -> &'static str {
        match self {
            Self::Mimir => "limits",
            Self::Loki => "limits_config",
        }
    }
}

/// The workload's own declaration: `ptd.yaml`.
#[derive(Debug, Clone)]
pub(crate) struct Declaration {
    /// Its kind, as in `AWSWorkloadConfig`.
    pub(crate) kind: Arc<str>,
    /// The document's mapping.
    pub(crate) at: NodeAt,
}

/// Something recognised in a file.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    /// A Kubernetes object.
    Resource(Resource),
    /// A release of a chart.
    Release(Release),
    /// A HelmChartConfig: further values for the HelmChart of the same name and namespace.
    ReleaseConfig(Release),
    /// An Alloy program.
    Alloy(DocId, Home),
    /// A Mimir or Loki configuration.
    StoreConfig(Store, NodeAt, Home),
    /// Mimir's or Loki's runtime overrides.
    RuntimeOverrides(NodeAt, Home),
    /// Any text of a ConfigMap, Secret or release that is a tree: collectors of any make may read it.
    ConfigText(NodeAt, Home),
    /// The configuration of another collector, as a file by itself; the language is one of `schemas/relays.json`.
    RelayConfig(&'static str, NodeAt),
    /// A `grafana.ini`.
    GrafanaIni(NodeAt, Home),
    /// Provisioned Grafana data sources.
    DataSources(NodeAt, Home),
    /// A file by itself with contact points or notification policies for Grafana.
    Notifications(NodeAt),
    /// A mapping with groups of alerting and recording rules.
    RuleGroups(NodeAt, Home),
    /// A Grafana dashboard.
    Dashboard(NodeAt, Home),
    /// A `ptd.yaml`.
    Declaration(Declaration),
    /// A `site.yaml`.
    Site(NodeAt),
    /// A `ptd-lint.yaml`.
    Settings(NodeAt),
    /// What a running process said of itself when it was asked.
    Answer(NodeAt, ObjectName),
    /// A text of an answer: the configuration that the process runs with.
    AnswerText(NodeAt, Home),
}

/// What is wrong with an input, before any rule has run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum ProblemKind {
    /// The text does not parse; the run is incomplete.
    Syntax,
    /// A mapping has a key twice.
    DuplicateKey,
    /// An object of a known API group has a kind that the group does not have.
    UnknownKind,
    /// An object or embedded text has a shape that cannot be read; the run is incomplete.
    Malformed,
    /// An object occurs twice in one stack with different content.
    ConflictingObject,
    /// The settings file has a fault; the run is incomplete.
    Settings,
    /// A user's rule file has a fault, so its rule did not run; the run is incomplete.
    RuleFile,
    /// The baseline has a fault, so that nothing is accepted by it; the run is incomplete.
    Baseline,
    /// The baseline lists a finding that does not occur.
    BaselineEntry,
}

/// Something wrong with an input.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    /// What kind of fault.
    pub(crate) kind: ProblemKind,
    /// Where.
    pub(crate) place: Place,
    /// What is wrong, in one sentence.
    pub(crate) message: String,
    /// What to do.
    pub(crate) hint: String,
    /// A further place, with words.
    pub(crate) related: Option<(Place, String)>,
}

#[cfg(test)]
mod tests {
    use super::Chart;

    #[test]
    fn charts_are_told_by_every_way_to_name_them() {
        for reference in
            ["loki", "grafana/loki", "oci://ghcr.io/charts/loki", "https://example.org/loki-5.42.0.tgz"]
        {
            assert_eq!(Chart::from_reference(reference), Some(Chart::Loki), "{reference}");
        }
        for reference in ["loki-stack", "loki-distributed", "https://example.org/loki-stack-2.1.0.tgz", ""] {
            assert_eq!(Chart::from_reference(reference), None, "{reference}");
        }
    }

    #[test]
    fn objects_are_called_as_the_charts_call_them() {
        assert_eq!(Chart::Mimir.full_name("mimir"), "mimir");
        assert_eq!(Chart::Mimir.full_name("metrics"), "metrics-mimir");
        assert_eq!(Chart::Alloy.full_name("my-alloy"), "my-alloy");
    }
}
