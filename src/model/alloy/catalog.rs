//! Turns a component's name into what is known of it: exports, receivers, flows, ways out.
//!
//! The table is `schemas/alloy/components.json`, made by `regenerate.py` beside it. It has one entry a line, sorted by
//! name, so a lookup is a binary search over the text and only components that occur are ever parsed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;

use serde::Deserialize;
use serde::Deserializer;

use super::Signals;
use crate::model::lines;

/// The table's text.
const TABLE: &str = include_str!("../../../schemas/alloy/components.json");

/// What is known of one component or config block. The table knows more (role, ports of destinations): what nothing asks for
/// is not parsed.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Entry {
    /// The first minor version that has it; `main` for one that no release has.
    #[serde(default)]
    pub(crate) since: Option<String>,
    /// The last version that had it, for a removed one.
    #[serde(default)]
    pub(crate) gone: Option<String>,
    /// `generally-available` and lower.
    #[serde(default)]
    pub(crate) stability: Option<String>,
    /// Export names with their types.
    #[serde(default)]
    pub(crate) exports: BTreeMap<String, String>,
    /// Receiver exports with the signals that really pass.
    #[serde(default)]
    pub(crate) accepts: BTreeMap<String, Signals>,
    /// Argument paths that name receivers, with the signals sent there.
    #[serde(default)]
    pub(crate) receivers: Vec<(String, Signals)>,
    /// In, out, and the argument path in between.
    #[serde(default)]
    pub(crate) flows: Vec<Flow>,
    /// Ways out.
    #[serde(default)]
    pub(crate) egress: Vec<Egress>,
    /// Where it takes data, or requests, from outside.
    #[serde(default)]
    pub(crate) listens: Vec<Listen>,
    /// Argument paths that hold secrets.
    #[serde(default)]
    pub(crate) secrets: Vec<String>,
    /// Whether it has a block `clustering`, by which collectors divide its work.
    #[serde(default)]
    pub(crate) divides: bool,
    /// Whether what it gives or fetches lies on the collector's own node.
    #[serde(default)]
    pub(crate) own_node: bool,
    /// For an exporter whose targets carry the host's name as `instance`: `always`, or the first version in which they no
    /// longer do.
    #[serde(default)]
    pub(crate) host_label: Option<String>,
}

/// How data passes a component, or is born in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "(String, Signals, String)")]
pub(crate) struct Flow {
    /// The signal that comes in; `None` where the data is born here.
    pub(crate) input: Option<Signals>,
    /// Where it is born, in words: `network`, `pod logs by API`. The signal's name otherwise.
    pub(crate) origin: String,
    /// The signal that leaves.
    pub(crate) output: Signals,
    /// The receivers' argument path.
    pub(crate) via: String,
}

impl From<(String, Signals, String)> for Flow {
    fn from((origin, output, via): (String, Signals, String)) -> Self {
        Self { input: Signals::from_name(&origin), origin, output, via }
    }
}

/// One way out of the process.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Egress {
    /// The argument path of the destination; `None` when no argument holds it.
    #[serde(default)]
    pub(crate) path: Option<String>,
    /// `telemetry`, `filesystem`, `process_log`, `debug_http`, `content`, `control` ...
    pub(crate) kind: String,
    /// What can leave.
    #[serde(default)]
    pub(crate) signals: Signals,
    /// How the destination is written.
    #[serde(default)]
    pub(crate) syntax: Syntax,
    /// The destination when the argument is absent.
    #[serde(default)]
    pub(crate) default: Option<OneOrMany>,
    /// Whether the argument must be there.
    #[serde(default)]
    pub(crate) required: bool,
    /// Whether every instance of the block is a destination of its own.
    #[serde(default)]
    pub(crate) repeated: bool,
    /// What must hold for this way to be open.
    #[serde(default)]
    pub(crate) when: Option<When>,
    /// The paths of the ways out that this one replaces for its signals.
    #[serde(default)]
    pub(crate) overrides: Option<OneOrMany>,
    /// The argument path of a proxy that gets the bytes.
    #[serde(default)]
    pub(crate) proxy: Option<String>,
    /// The argument path of the switch that takes the proxy from the environment.
    #[serde(default)]
    pub(crate) proxy_env: Option<String>,
    /// The argument path of the hosts that the proxy is not asked for.
    #[serde(default)]
    pub(crate) proxy_off: Option<String>,
    /// Whether the client takes the environment's proxy unless it is told another one.
    #[serde(default)]
    pub(crate) env_proxy: bool,
}

/// A port that a component opens.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Listen {
    /// The argument path of the address; `None` when no argument holds it.
    #[serde(default)]
    pub(crate) path: Option<String>,
    /// The argument path of the port, where the address does not hold it.
    #[serde(default)]
    pub(crate) port: Option<String>,
    /// What comes in there.
    #[serde(default)]
    pub(crate) signals: Signals,
    /// `host:port` where the arguments are absent; empty for none.
    #[serde(default)]
    pub(crate) default: String,
    /// What must hold for it to be open.
    #[serde(default)]
    pub(crate) when: Option<When>,
    /// The argument path of what guards it; `None` where nothing can.
    #[serde(default)]
    pub(crate) auth: Option<String>,
}

/// A text or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OneOrMany(pub(crate) Vec<String>);

/// How a destination is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Syntax {
    /// A URL.
    Url,
    /// `host:port`, port optional.
    HostPort,
    /// `host:port`, a URL, or a gRPC target.
    Grpc,
    /// A host name.
    Host,
    /// A Kubernetes Service, as `name` or `name.namespace`.
    Service,
    /// A name at a vendor: a bucket, a topic, a site.
    Vendor,
    /// Environment variables of the process.
    Env,
    /// A path on the pod.
    Path,
    /// Chosen by the data that passes.
    Data,
    /// Anything else.
    #[default]
    Other,
}

/// A condition on arguments.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum When {
    /// The block of that path is there.
    Block(String),
    /// The argument of that path has that value.
    Equals {
        /// The path.
        path: String,
        /// The wanted value.
        wanted: serde_json::Value,
        /// The value of an absent argument.
        default: serde_json::Value,
    },
}

/// The entry of a component or config block, parsed at its first use.
pub(crate) fn entry(name: &str) -> Option<Arc<Entry>> {
    static PARSED: OnceLock<Mutex<BTreeMap<String, Option<Arc<Entry>>>>> = OnceLock::new();
    let parsed = PARSED.get_or_init(Mutex::default);
    let mut parsed = parsed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = parsed.get(name) {
        return known.clone();
    }
    let entry = lines::find(TABLE, name).and_then(|text| serde_json::from_str(text).ok()).map(Arc::new);
    // Names come from the input: only those that the table has are kept.
    if entry.is_some() {
        parsed.insert(name.to_owned(), entry.clone());
    }
    entry
}

/// Every name in the table, in order.
#[cfg(test)]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    lines::names(TABLE)
}

impl<'de> Deserialize<'de> for Signals {
    /// One name, or a list of names; words that are no signal count as none.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let OneOrMany(names) = OneOrMany::deserialize(deserializer)?;
        Ok(names.iter().filter_map(|name| Self::from_name(name)).fold(Self::NONE, Self::or))
    }
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(one) => Ok(Self(vec![one])),
            serde_json::Value::Array(many) => {
                Ok(Self(many.into_iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()))
            }
            _ => Err(D::Error::custom("wanted a text or a list of texts")),
        }
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let parts = Vec::<serde_json::Value>::deserialize(deserializer)?;
        match parts.as_slice() {
            [serde_json::Value::String(block), serde_json::Value::String(path)] if block == "block" => {
                Ok(Self::Block(path.clone()))
            }
            [serde_json::Value::String(path), wanted, default] => {
                Ok(Self::Equals { path: path.clone(), wanted: wanted.clone(), default: default.clone() })
            }
            _ => Err(D::Error::custom("wanted [path, value, default] or [\"block\", path]")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_name_and_parses_every_entry() {
        let all: Vec<_> = names().collect();
        assert!(all.len() > 190, "{}", all.len());
        assert!(all.is_sorted());
        for name in all {
            let text = lines::find(TABLE, name).unwrap_or_else(|| panic!("{name} is not found"));
            let entry: Entry = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(super::entry(name).is_some(), "{name}");
            for flow in &entry.flows {
                let internal = flow.via.starts_with("exports.") || !flow.output.meets(Signals::TELEMETRY);
                let known = entry.receivers.iter().any(|(path, _)| *path == flow.via);
                let words = matches!(flow.via.as_str(), "stage.metrics" | "targets");
                assert!(internal || known || words, "{name}: flow via {}", flow.via);
            }
        }
    }

    #[test]
    fn names_beside_the_table_are_not_found() {
        for name in ["", "a", "loki.writ", "loki.write ", "zzz", "{", "loki.write\":"] {
            assert!(entry(name).is_none(), "{name}");
        }
    }

    #[test]
    fn loki_write_sends_logs_to_each_endpoint() {
        let entry = entry("loki.write").unwrap();
        assert_eq!(entry.accepts["receiver"], Signals::LOKI_LOGS);
        let endpoint = &entry.egress[0];
        assert_eq!(endpoint.path.as_deref(), Some("endpoint.url"));
        assert!(endpoint.repeated && endpoint.required);
        assert_eq!(endpoint.syntax, Syntax::Url);
        assert_eq!(endpoint.proxy.as_deref(), Some("endpoint.proxy_url"));
        let wal = &entry.egress[1];
        assert_eq!(
            wal.when,
            Some(When::Equals { path: "wal.enabled".into(), wanted: true.into(), default: false.into() })
        );
    }

    #[test]
    fn data_of_a_scrape_is_born_there_and_a_relabel_hands_it_on() {
        let scrape = entry("prometheus.scrape").unwrap();
        assert_eq!(scrape.flows[0].input, Some(Signals::TARGETS));
        assert_eq!(scrape.flows[0].output, Signals::PROMETHEUS_METRICS);
        let faro = entry("faro.receiver").unwrap();
        assert_eq!((faro.flows[0].input, faro.flows[0].origin.as_str()), (None, "network"));
    }
}
