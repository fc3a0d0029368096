//! Tells whether what a component fetches is its own node's, or the same for all collectors that run the program.
//!
//! Collectors that run one program each fetch what it names, unless a `clustering` block divides the targets among them.
//! Targets are divided by a hash of their labels, so that those of an exporter which carry the host's name never meet.

use std::collections::BTreeSet;

use crate::document::Place;
use crate::document::alloy::Block;
use crate::model::alloy::Component;
use crate::model::alloy::Program;
use crate::model::alloy::blocks_at;
use crate::model::eval::Value;

/// A component that can divide its work among collectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fetcher {
    /// Its id.
    pub(crate) component: String,
    /// Its name and label.
    pub(crate) place: Place,
    /// Whether its targets are divided, with the place that says so; `None` where that cannot be told.
    pub(crate) divided: Option<bool>,
    /// Where `divided` is written.
    pub(crate) divided_at: Place,
    /// What it fetches.
    pub(crate) work: Work,
    /// An exporter whose targets carry the name of the collector's host, and the first version of Alloy in which they no
    /// longer do.
    pub(crate) own_labels: Option<(String, Option<String>)>,
}

/// What a component fetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// What its own node has.
    OwnNode,
    /// The same on every node.
    Same,
    /// That cannot be told.
    Unknown,
}

impl Work {
    /// The name in rules; unknown has none.
    pub(crate) const fn name(self) -> Option<&'static str> {
        match self {
            Self::OwnNode => Some("own-node"),
            Self::Same => Some("same"),
            Self::Unknown => None,
        }
    }
}

/// Parts of the names of those labels of discovered targets that tell the node: `__meta_kubernetes_pod_node_name`.
const NODE_LABELS: [&str; 3] = ["node_name", "host_ip", "hostname"];

/// Whether a component can divide its work among collectors.
pub(super) fn divides(component: &Component<'_>) -> bool {
    component.entry().is_some_and(|entry| entry.divides)
}

/// Looks at a component, and at those that its targets come from.
pub(super) fn fetcher(
    program: &Program<'_>,
    component: &Component<'_>,
    origins: &BTreeSet<usize>,
) -> Option<Fetcher> {
    if !divides(component) {
        return None;
    }
    let place = component.name_place();
    let (divided, divided_at) = divided(program, component);
    let renamed = renames_instance(program, origins);
    let origins: Vec<&Component<'_>> =
        origins.iter().filter_map(|index| program.components.get(*index)).collect();
    let own_labels = origins.iter().filter(|_| !renamed).find_map(|origin| {
        let until = origin.entry()?.host_label.clone()?;
        Some((origin.id.to_string(), Some(until).filter(|until| until != "always")))
    });
    Some(Fetcher {
        component: component.id.to_string(),
        place,
        divided,
        divided_at,
        work: work(component, &origins),
        own_labels,
    })
}

/// Whether one of the components that targets come from gives them an `instance`.
pub(super) fn renames_instance(program: &Program<'_>, origins: &BTreeSet<usize>) -> bool {
    let mut origins = origins.iter().filter_map(|index| program.components.get(*index));
    origins.any(|origin| rules(origin).any(|rule| sets_instance(program, origin, rule)))
}

/// Whether a `clustering` block switches division on.
fn divided(program: &Program<'_>, component: &Component<'_>) -> (Option<bool>, Place) {
    let blocks = blocks_at(component.file, &component.block.body, "clustering");
    let Some(block) = blocks.last() else { return (Some(false), component.name_place()) };
    let enabled = component.file.attribute(&block.body, "enabled");
    let Some(enabled) = enabled else { return (Some(false), component.place(block.name)) };
    let value = match program.evaluate(component, &enabled.value) {
        Ok(Value::Bool(value)) => Some(value),
        _ => None,
    };
    (value, component.place(enabled.value.span))
}

fn work(component: &Component<'_>, origins: &[&Component<'_>]) -> Work {
    let narrowed = origins.iter().any(|origin| {
        rules(origin).any(|rule| keeps_a_node(origin, rule))
            || blocks_at(origin.file, &origin.block.body, "selectors").iter().any(|selectors| {
                let field = text_of(origin, selectors, "field");
                field.contains("spec.nodeName") || field.contains("metadata.name")
            })
    });
    let own = |component: &Component<'_>| {
        component.value("targets").is_some_and(|targets| {
            let text = component.file.str(targets.span);
            ["localhost", "127.0.0.1", "env(", "constants.hostname"].iter().any(|mark| text.contains(mark))
        })
    };
    let filters = blocks_at(component.file, &component.block.body, "node_filter");
    let filtered = filters.iter().any(|filter| text_of(component, filter, "enabled") == "true");
    let of_node = |origin: &Component<'_>| origin.entry().is_some_and(|entry| entry.own_node);
    if narrowed || filtered || own(component) || origins.iter().any(|origin| own(origin) || of_node(origin)) {
        return Work::OwnNode;
    }
    // A file may be the node's or everyone's; what a component of a module yields is not looked into.
    let closed = |origin: &&Component<'_>| origin.entry().is_none() || &*origin.name == "discovery.file";
    // Targets that come from no component are written here; where nothing is said at all, the component looks by itself.
    let unexplained = origins.is_empty()
        && component
            .value("targets")
            .is_some_and(|targets| !component.file.str(targets.span).contains("__address__"));
    if origins.iter().any(closed) || unexplained { Work::Unknown } else { Work::Same }
}

/// The rules of a component that relabels targets.
fn rules<'a>(component: &Component<'a>) -> impl Iterator<Item = &'a Block> + use<'a> {
    let is_relabel = &*component.name == "discovery.relabel";
    blocks_at(component.file, &component.block.body, "rule").into_iter().filter(move |_| is_relabel)
}

/// Whether a rule keeps the targets of some node only.
fn keeps_a_node(component: &Component<'_>, rule: &Block) -> bool {
    let sources = text_of(component, rule, "source_labels");
    text_of(component, rule, "action").trim_matches('"').starts_with("keep")
        && NODE_LABELS.iter().any(|label| sources.contains(label))
}

/// Whether a rule gives targets an `instance` that does not come from the collector's host.
fn sets_instance(program: &Program<'_>, component: &Component<'_>, rule: &Block) -> bool {
    let target = component.file.attribute(&rule.body, "target_label");
    target.is_some_and(|target| {
        matches!(program.evaluate(component, &target.value), Ok(Value::Text(text)) if &*text == "instance")
    })
}

/// The text of an attribute as it is typed; empty for none.
fn text_of<'a>(component: &Component<'a>, block: &Block, name: &str) -> &'a str {
    let attribute = component.file.attribute(&block.body, name);
    attribute.map_or("", |attribute| component.file.str(attribute.value.span))
}
