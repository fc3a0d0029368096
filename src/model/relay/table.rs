//! What is known of collectors that are not Alloy: `schemas/relays.json`, parsed at its first use.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::model::alloy::Signals;
use crate::model::alloy::Syntax;

/// The table's text.
const TABLE: &str = include_str!("../../../schemas/relays.json");

/// The table.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Table {
    /// Images of stores, with what they are.
    pub(super) stores: BTreeMap<String, String>,
    /// Images of programs that stand beside others and take no data.
    pub(super) aside: Vec<String>,
    /// The language of each program's configuration.
    pub(super) languages: BTreeMap<String, String>,
    /// Charts that install one of them.
    pub(super) charts: BTreeMap<String, RelayChart>,
}

/// The rest of the table, which only inputs with such collectors need.
#[derive(Debug, Default, Deserialize)]
struct Programs {
    /// Collectors, by the language of their configuration.
    programs: BTreeMap<String, Program>,
}

/// A program, or several that read one language.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Program {
    /// Where its configuration is.
    pub(super) config: Config,
    /// Plugins that take data in.
    #[serde(default)]
    pub(super) inputs: BTreeMap<String, Input>,
    /// Plugins that let data out.
    #[serde(default)]
    pub(super) outputs: BTreeMap<String, Exporter>,
    /// Settings of outputs by which data goes elsewhere than their destinations say, in ways that are not followed.
    #[serde(default)]
    pub(super) elsewhere: Vec<String>,
    /// What stands between.
    #[serde(default)]
    pub(super) steps: Steps,
    /// Whether it is a store of its own where it writes to no other.
    #[serde(default)]
    pub(super) keeps: bool,
    /// Lists of writers, in languages that have lists of them instead of plugins.
    #[serde(default)]
    pub(super) writes: Vec<Writer>,
    /// Sections whose presence means that something is collected.
    #[serde(default)]
    pub(super) reads: Vec<Section>,
    /// Sections that are not understood.
    #[serde(default)]
    pub(super) unread: Vec<Section>,
}

/// A chart that installs a collector.
#[derive(Debug, Default, Deserialize)]
pub(super) struct RelayChart {
    /// The language of its configuration.
    pub(super) language: String,
    /// The value that holds it.
    pub(super) at: String,
    /// Values that change it in ways that are not followed.
    pub(super) unread: Vec<String>,
    /// What the chart has there by itself, as far as it matters.
    pub(super) defaults: serde_json::Value,
}

/// How a program is told its configuration.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Config {
    /// Flags that name the file.
    pub(super) flags: Vec<String>,
    /// The files that are read without one, in the images that are known.
    pub(super) files: Vec<String>,
    /// Whether several files make one configuration.
    #[serde(default)]
    pub(super) several: bool,
    /// Beginnings of flags that add to the configuration.
    pub(super) refused: Vec<String>,
    /// Environment variables that name another configuration.
    #[serde(default)]
    pub(super) variables: Vec<String>,
}

/// A plugin that takes data in.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Input {
    /// What comes of it; empty where the pipeline says so.
    #[serde(default)]
    pub(super) signals: Signals,
    /// Settings that hold the address or the port, with the port when they are absent.
    #[serde(default)]
    pub(super) listens: BTreeMap<String, Option<u16>>,
}

/// A plugin that lets data out.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Exporter {
    /// What can leave.
    pub(super) signals: Signals,
    /// Settings that hold the destination; each that is there counts.
    #[serde(default)]
    pub(super) to: Vec<Destination>,
    /// The setting beside it that holds the port.
    #[serde(default)]
    pub(super) port: Option<String>,
    /// How the destination is written.
    #[serde(default)]
    pub(super) syntax: Syntax,
    /// The destination where no setting gives it.
    #[serde(default)]
    pub(super) default: Option<String>,
    /// The kind of the way out; `telemetry` where it says nothing.
    #[serde(default)]
    pub(super) kind: Option<String>,
    /// Whether it only lets others fetch the data.
    #[serde(default)]
    pub(super) offers: bool,
    /// The setting of a proxy.
    #[serde(default)]
    pub(super) proxy: Option<String>,
}

/// A setting that holds a destination.
#[derive(Debug, Deserialize)]
#[serde(from = "AnyDestination")]
pub(super) struct Destination {
    /// The route of the setting; `*` stands for all items of a list.
    pub(super) at: String,
    /// The signals for which it replaces those behind it; none for one that stands beside them.
    pub(super) only: Option<Signals>,
    /// How it is written, where that differs from the others of its plugin.
    pub(super) syntax: Option<Syntax>,
}

/// Both ways of writing a destination.
#[derive(Deserialize)]
#[serde(untagged)]
enum AnyDestination {
    Plain(String),
    Own {
        at: String,
        #[serde(default)]
        signals: Option<Signals>,
        #[serde(default)]
        syntax: Option<Syntax>,
    },
}

impl From<AnyDestination> for Destination {
    fn from(any: AnyDestination) -> Self {
        match any {
            AnyDestination::Plain(at) => Self { at, only: None, syntax: None },
            AnyDestination::Own { at, signals, syntax } => Self { at, only: signals, syntax },
        }
    }
}

/// What stands between inputs and outputs.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Steps {
    /// Plugins that may drop metrics.
    #[serde(default)]
    pub(super) drop_metrics: Vec<String>,
    /// Plugins that make another signal of what they get.
    #[serde(default)]
    pub(super) convert: Vec<String>,
    /// Plugins that show others what passes.
    #[serde(default)]
    pub(super) offers: Vec<String>,
}

/// A list of writers.
#[derive(Debug, Deserialize)]
pub(super) struct Writer {
    /// The route of the list, or of one writer.
    pub(super) at: String,
    /// The setting that holds the destination.
    pub(super) url: String,
    /// What is written.
    pub(super) signals: Signals,
}

/// A section.
#[derive(Debug, Deserialize)]
pub(super) struct Section {
    /// Its route.
    pub(super) at: String,
    /// What it is about.
    pub(super) signals: Signals,
}

/// The table.
pub(super) fn table() -> &'static Table {
    static PARSED: OnceLock<Table> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(TABLE).unwrap_or_default())
}

/// What is known of the programs that read a language.
pub(super) fn program(language: &str) -> Option<&'static Program> {
    static PARSED: OnceLock<Programs> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(TABLE).unwrap_or_default()).programs.get(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_parses_and_every_output_says_where_data_goes() {
        let _: Table = serde_json::from_str(TABLE).unwrap();
        let table: Programs = serde_json::from_str(TABLE).unwrap();
        assert_eq!(table.programs.len(), 7);
        for (language, program) in &table.programs {
            for (name, output) in &program.outputs {
                let nothing = output.signals.is_empty() || output.offers;
                let told = !output.to.is_empty() || output.default.is_some();
                assert!(nothing || told, "{language} {name}");
                assert!(nothing || output.syntax != Syntax::Other, "{language} {name}");
            }
        }
    }

    #[test]
    fn an_endpoint_of_one_signal_replaces_the_common_one_for_it() {
        let http = &program("otel").unwrap().outputs["otlphttp"];
        let only: Vec<_> = http.to.iter().map(|to| (to.at.as_str(), to.only)).collect();
        assert_eq!(only[0], ("logs_endpoint", Some(Signals::LOKI_LOGS)));
        assert_eq!(only[3], ("endpoint", None));
    }
}
