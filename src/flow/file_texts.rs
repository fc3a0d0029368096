//! Finds the text of logs that a component reads as a file or an answer and that arguments of others carry away.

use std::collections::BTreeSet;
use std::collections::HashMap;

use super::Opaque;
use super::exits::is_carried;
use super::exits::sends_arguments;
use super::graph::Edge;
use super::graph::Graph;
use super::graph::born;
use super::graph::entering;
use crate::document::Place;
use crate::document::alloy::Body;
use crate::document::alloy::Expr;
use crate::model::alloy::Component;
use crate::model::alloy::Kind;
use crate::model::alloy::Program;
use crate::model::alloy::Signals;
use crate::model::alloy::slots;
use crate::model::eval::Value;

/// A component that puts the text of a file into what it sends.
#[derive(Debug, Clone)]
pub(super) struct Carrier {
    /// The components that read it.
    pub(super) files: BTreeSet<usize>,
    /// The argument that names the first of them.
    place: Place,
    /// Why it is not certain that the file holds logs.
    pub(super) doubt: Option<String>,
}

/// What a file can hold, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Logs,
    Settings,
    Unknown,
}

/// Nesting of blocks that is still read.
const DEPTH: u32 = 32;

/// Where programs keep what they are set up with.
const SETTINGS: [&str; 5] = ["/etc/", "/run/secrets/", "/var/run/secrets/", "/secrets/", "/mnt/secrets"];

/// The components whose arguments hold the text of a file that may hold logs, by index.
pub(super) fn carriers(program: &Program<'_>) -> HashMap<usize, Carrier> {
    let mut found = HashMap::new();
    let files: HashMap<usize, Holds> = program
        .components
        .iter()
        .enumerate()
        .filter_map(|(index, component)| Some((index, content(program, component)?)))
        .filter(|(_, holds)| *holds != Holds::Settings)
        .collect();
    if files.is_empty() {
        return found;
    }
    for (index, component) in program.components.iter().enumerate() {
        let named = component.is_config() && matches!(&*component.name, "declare" | "foreach");
        if named {
            continue;
        }
        let mut arguments = Vec::new();
        collect(component, &component.block.body, "", DEPTH, &mut arguments);
        for (path, expr) in arguments {
            for (file, place) in program.named(component, expr) {
                let Some(read) = program.components.get(file).filter(|_| files.contains_key(&file)) else {
                    continue;
                };
                let doubtful = files.get(&file) != Some(&Holds::Logs);
                // What a file of unknown content says in a header or a label is most often a name or a token.
                if doubtful && !is_body(component, &path) {
                    continue;
                }
                let doubt =
                    doubtful.then(|| format!("whether what `{}` reads holds logs is not known", read.id));
                let one = found.entry(index).or_insert_with(|| Carrier {
                    files: BTreeSet::new(),
                    place,
                    doubt: doubt.clone(),
                });
                one.files.insert(file);
                if doubt.is_none() {
                    one.doubt = None;
                }
            }
        }
    }
    found
}

/// Adds the ways of such texts to the graph, and what cannot be followed of them to `opaque`.
pub(super) fn connect(
    program: &Program<'_>,
    carriers: &HashMap<usize, Carrier>,
    graph: &mut Graph,
    opaque: &mut Vec<Opaque>,
) {
    let logs = Signals::LOKI_LOGS;
    let mut sorted: Vec<_> = carriers.iter().collect();
    sorted.sort_by_key(|(index, _)| **index);
    for (index, carrier) in sorted {
        for file in &carrier.files {
            graph.born.push(born(*file, logs.index()));
            // What takes logs in sends the text on with them, and a source with those that are born in it.
            for to in [entering(*index, logs.index()), born(*index, logs.index())] {
                graph.edges.push(Edge { from: born(*file, logs.index()), to, place: carrier.place });
            }
        }
        let Some(component) = program.components.get(*index) else { continue };
        let followed = match (&component.kind, component.entry()) {
            (Kind::Unknown, _) => false,
            (_, Some(entry)) if !component.is_config() => {
                let sends = entry.egress.iter().any(sends_arguments);
                // What it is added to are logs that take a way of their own.
                let hands_on = entry.receivers.iter().any(|(_, signals)| signals.meets(logs))
                    || entry.accepts.values().any(|signals| signals.meets(logs));
                sends || hands_on
            }
            _ => true,
        };
        if !followed {
            opaque.push(Opaque {
                kind: "file-text",
                name: component.id.to_string(),
                reason: format!(
                    "`{}` takes the text of logs into its arguments, and where that text goes is not followed",
                    component.id
                ),
                place: carrier.place,
                signals: Signals::LOGS,
            });
        }
    }
}

/// What the text can hold that a component reads; `None` for one that reads none.
fn content(program: &Program<'_>, component: &Component<'_>) -> Option<Holds> {
    let value = |path: &str| {
        let found = slots(component.file, &component.block.body, path);
        let attribute = found.iter().find_map(|slot| slot.attribute)?;
        Some(program.evaluate(component, &attribute.value))
    };
    match &*component.name {
        "local.file" => Some(match value("filename")? {
            Ok(Value::Text(path)) => by_name(&path),
            _ => Holds::Unknown,
        }),
        // Answers of Loki are logs; what else an address gives is not.
        "remote.http" => {
            let asks_loki = matches!(value("url")?, Ok(Value::Text(url)) if url.contains("/loki/api/"));
            asks_loki.then_some(Holds::Logs)
        }
        _ => None,
    }
}

fn by_name(path: &str) -> Holds {
    let path = path.to_ascii_lowercase();
    let mut folders = path.split('/').rev();
    let name = folders.next().unwrap_or_default();
    let is_log = |part: &str| matches!(part, "log" | "logs" | "journal");
    let of_runtime = path.starts_with("/var/lib/docker/containers/");
    if of_runtime || name.split('.').skip(1).any(|part| part == "log") || folders.any(is_log) {
        Holds::Logs
    } else if SETTINGS.iter().any(|folder| path.starts_with(folder)) {
        Holds::Settings
    } else {
        Holds::Unknown
    }
}

/// Whether the table has an argument as one that is sent whole.
fn is_body(component: &Component<'_>, path: &str) -> bool {
    let entry = component.entry();
    path != "headers"
        && entry.is_some_and(|entry| {
            entry.egress.iter().any(|egress| is_carried(egress) && egress.path.as_deref() == Some(path))
        })
}

/// All arguments below a body, with their paths.
fn collect<'a>(
    component: &Component<'a>,
    body: &'a Body,
    path: &str,
    depth: u32,
    found: &mut Vec<(String, &'a Expr)>,
) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for attribute in body.attributes() {
        found.push((join(component.file.str(attribute.name)), &attribute.value));
    }
    for block in body.blocks() {
        let parts: Vec<_> = block.parts.iter().map(|part| component.file.str(*part)).collect();
        collect(component, &block.body, &join(&parts.join(".")), depth, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_tell_logs_from_settings() {
        for (path, wanted) in [
            ("/var/log/pods/x/0.log", Holds::Logs),
            ("/var/log/syslog", Holds::Logs),
            ("/data/app.log.1", Holds::Logs),
            ("/var/lib/docker/containers/1/1-json", Holds::Logs),
            ("/etc/mimir/password", Holds::Settings),
            ("/var/lib/kubelet/pods/1/volumes/secret/token", Holds::Unknown),
            ("/var/run/secrets/kubernetes.io/serviceaccount/token", Holds::Settings),
            ("/data/out.txt", Holds::Unknown),
        ] {
            assert_eq!(by_name(path), wanted, "{path}");
        }
    }
}
