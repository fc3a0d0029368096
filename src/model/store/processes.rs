//! Turns pods into the processes of a store: what each runs, with which flags, in which environment.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::env::Variables;
use super::options::Options;
use super::scalars;
use super::scalars::Raw;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Scalar;
use crate::document::plain_scalar;
use crate::model::eval::Value;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::objects::NOT_ASKED_FOR;
use crate::model::piece::ObjectName;
use crate::model::piece::Store;
use crate::model::pod::Pod;
use crate::model::pod::image_tag;
use crate::model::stack::Stack;
use crate::model::version::Minor;

/// Processes that share their flags, targets aside.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// What `-target` says, one for each kind of process; `all` without it.
    pub(super) targets: Vec<Fact>,
    /// Options that flags set, as a tree.
    pub(super) flags: Fact,
    /// Whether references to the environment are replaced; `None` where nobody knows.
    pub(super) expands: Option<bool>,
    /// The environment.
    pub(super) variables: Variables,
    /// The version that an image's tag or a label names.
    pub(super) version: Option<Fact>,
}

/// The modules that each target runs, by the names that rules use.
pub(super) fn modules(store: Store, target: &str) -> Vec<String> {
    const MIMIR: &[&str] = &[
        "distributor",
        "ingester",
        "querier",
        "query_frontend",
        "query_scheduler",
        "store_gateway",
        "compactor",
        "ruler",
    ];
    const LOKI: &[&str] = &[
        "distributor",
        "ingester",
        "querier",
        "query_frontend",
        "query_scheduler",
        "compactor",
        "ruler",
        "index_gateway",
        "pattern_ingester",
        "bloom_gateway",
    ];
    let of = |name: &str| -> Vec<String> {
        let list: &[&str] = match (store, name) {
            (Store::Mimir, "all") => MIMIR,
            (_, "read") => &["query_frontend", "querier"],
            (Store::Mimir, "write") => &["distributor", "ingester"],
            (Store::Mimir, "backend") => &[
                "query_scheduler",
                "ruler",
                "alertmanager",
                "store_gateway",
                "compactor",
                "overrides_exporter",
            ],
            (Store::Loki, "all") => LOKI,
            (Store::Loki, "write") => &["distributor", "ingester", "pattern_ingester"],
            (Store::Loki, "backend") => {
                &["query_scheduler", "ruler", "compactor", "index_gateway", "bloom_gateway"]
            }
            _ => return vec![name.replace('-', "_")],
        };
        list.iter().map(|name| (*name).to_owned()).collect()
    };
    target.split(',').flat_map(|name| of(name.trim())).collect()
}

/// The processes that read the configuration in an object, in groups.
pub(super) fn of_object(
    stack: &Stack<'_>,
    store: Store,
    object: &ObjectName,
    options: &Options,
) -> Vec<Group> {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for (resource, root) in stack.workloads() {
        if resource.object.namespace != object.namespace || super::super::pod::is_made_by_another(stack, root)
        {
            continue;
        }
        let Some(pod) = Pod::of(root, resource.at.doc) else { continue };
        for container in pod.containers() {
            let reads = pod.mounts(container).iter().any(|mount| {
                mount
                    .texts()
                    .is_some_and(|(kind, texts)| *kind == *object.kind && *texts.name == *object.name)
            });
            if !reads {
                continue;
            }
            let process = Process { store, root, doc: resource.at.doc, pod, container };
            let Some((key, own)) = process.group(stack, options) else { continue };
            let group = groups.entry(key).or_default();
            let version = group.version.take().or(own.version);
            let targets = std::mem::take(&mut group.targets).into_iter().chain(own.targets);
            *group = Group { targets: targets.collect(), version, ..own };
        }
    }
    groups.into_values().collect()
}

/// The process of a store that a workload runs: its container, and a group of it alone. `None` where it runs none.
pub(super) fn of_workload<'d>(
    stack: &Stack<'_>,
    store: Store,
    (root, doc): (NodeRef<'d>, DocId),
    options: &Options,
) -> Option<(Pod<'d>, NodeRef<'d>, Group)> {
    let pod = Pod::of(root, doc)?;
    pod.running().find_map(|container| {
        let process = Process { store, root, doc, pod, container };
        Some((pod, container, process.group(stack, options)?.1))
    })
}

/// A container that may be one of a store.
struct Process<'d> {
    store: Store,
    root: NodeRef<'d>,
    doc: DocId,
    pod: Pod<'d>,
    container: NodeRef<'d>,
}

impl Process<'_> {
    /// What it runs with, and what tells its flags from those of others. `None` where it is no store.
    fn group(&self, stack: &Stack<'_>, options: &Options) -> Option<(String, Group)> {
        let place = |node: NodeRef<'_>| crate::document::Place { doc: self.doc, span: node.span() };
        let mut flags = Flags::new(self.store, options);
        let items: Vec<(&str, Fact)> = ["command", "args"]
            .into_iter()
            .flat_map(|key| self.container.get(key).into_iter().flat_map(NodeRef::items))
            .filter_map(|node| Some((node.text()?, Fact::new(node.text()?, place(node)))))
            .collect();
        // Gateways, sidecars and jobs mount the configuration too, but are no store.
        if !items.iter().any(|(text, _)| text.trim_start_matches('-').starts_with("config.file")) {
            return None;
        }
        flags.read(&items);
        let environment = self.pod.environment(stack, self.container);
        let key = flags.key();
        let group = Group {
            targets: vec![flags.target.unwrap_or(Fact::bare("all"))],
            expands: Some(flags.expands),
            flags: flags.tree,
            version: version(self.root, self.container, &place),
            variables: variables(&environment.values, environment.complete),
        };
        Some((key, group))
    }
}

/// The variables of a process as its configuration sees them.
fn variables(values: &BTreeMap<String, Value>, complete: bool) -> Variables {
    let known = |value: &Value| match value {
        Value::Text(text) => Some((text.to_string(), false)),
        Value::Secret(text) => Some((text.to_string(), true)),
        _ => None,
    };
    let reason = |(name, value): (&String, &Value)| match value {
        Value::Unknown(reason) if reason.ends_with(NOT_ASKED_FOR) => Some((name.clone(), reason.clone())),
        _ => None,
    };
    let reasons = values.iter().filter_map(reason).collect();
    let values = values.iter().map(|(name, value)| (name.clone(), known(value))).collect();
    Variables { values, reasons, complete }
}

/// The version of a process: its image's tag, else the labels that the charts set.
fn version(
    workload: NodeRef<'_>,
    container: NodeRef<'_>,
    place: &dyn Fn(NodeRef<'_>) -> crate::document::Place,
) -> Option<Fact> {
    let image = container.get("image");
    let tag = image.and_then(NodeRef::text).and_then(image_tag).filter(|tag| Minor::parse(tag).is_some());
    if let (Some(tag), Some(image)) = (tag, image) {
        return Some(Fact::new(tag, place(image)));
    }
    let label = workload.at("metadata.labels")?.get("app.kubernetes.io/version")?;
    let text = label.text().filter(|text| Minor::parse(text).is_some())?;
    Some(Fact::new(text, place(label)))
}

/// Reads the command line of a process.
pub(super) struct Flags<'o> {
    /// The store.
    store: Store,
    /// Its options.
    options: &'o Options,
    /// The options that are set.
    pub(super) tree: Fact,
    /// What `-target` says.
    target: Option<Fact>,
    /// Whether references to the environment are replaced.
    pub(super) expands: bool,
}

impl<'o> Flags<'o> {
    /// A command line without arguments.
    pub(super) fn new(store: Store, options: &'o Options) -> Self {
        Self { store, options, tree: Fact::map::<String>([], None), target: None, expands: false }
    }

    /// Reads arguments: the text of each, and a fact with its place.
    pub(super) fn read(&mut self, items: &[(&str, Fact)]) {
        let mut items = items.iter().peekable();
        while let Some((text, fact)) = items.next() {
            let Some(flag) = text.strip_prefix('-') else { continue };
            let flag = flag.strip_prefix('-').unwrap_or(flag);
            let (name, value) = flag.split_once('=').unwrap_or_else(|| {
                // `-name value`; a flag that is followed by another one is a switch.
                let next = items.peek().filter(|(next, _)| !next.starts_with('-') && !is_switch(flag));
                (flag, next.map_or("true", |(value, _)| value))
            });
            match name {
                "target" => self.target = Some(Fact { value: value.into(), place: fact.place }),
                "config.expand-env" => self.expands = value != "false",
                "config.file" => {}
                name => self.set(name, value, fact),
            }
        }
    }

    fn set(&mut self, name: &str, value: &str, fact: &Fact) {
        let Some((path, spec)) = self.options.of_flag(name) else { return };
        let mut scalar = plain_scalar(value);
        // A flag is text; what it means hangs on the option.
        if spec.type_in(self.options.newest).contains("duration") {
            scalar = Scalar::Text(value);
        }
        let kind = spec.type_in(self.options.newest).to_owned();
        let value = scalars::read(self.store, &kind, Raw { text: value, scalar }).unwrap_or(FactValue::Null);
        let mut target = &mut self.tree;
        for part in path.split('.') {
            let FactValue::Map(entries) = &mut target.value else { return };
            target = entries.entry(part.to_owned()).or_insert_with(|| Fact::map::<String>([], fact.place));
        }
        *target = Fact { value, place: fact.place };
    }

    /// What tells this process's flags from those of others, places aside.
    pub(super) fn key(&self) -> String {
        fn put(fact: &Fact, out: &mut String) {
            match &fact.value {
                FactValue::Map(entries) => {
                    for (name, fact) in entries {
                        out.push_str(name);
                        out.push('{');
                        put(fact, out);
                        out.push('}');
                    }
                }
                value => {
                    let _ = write!(out, "{value:?}");
                }
            }
        }
        let mut key = format!("{} ", self.expands);
        put(&self.tree, &mut key);
        key
    }
}

/// Whether a flag is known to take no value behind it.
fn is_switch(flag: &str) -> bool {
    flag == "config.expand-env" || flag.ends_with(".enabled") || flag.ends_with("-enabled")
}
