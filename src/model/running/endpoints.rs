//! Tells which Services of the stack have no endpoint though pods behind them serve.

use std::collections::HashMap;

use super::items;
use super::members::Member;
use super::members::Members;
use crate::document::NodeRef;
use crate::model::fact::Fact;
use crate::model::fact::Subject;
use crate::model::listed::listed;
use crate::model::piece::Resource;
use crate::model::stack::Stack;

/// The label by which a slice names its Service.
const SERVICE: &str = "kubernetes.io/service-name";

/// Slices by the namespace and the name of their Service.
type Slices<'d> = HashMap<(&'d str, &'d str), Vec<(&'d Resource, NodeRef<'d>)>>;

/// The subjects `endpoints`: one for each Service whose selector takes pods of workloads of the stack that serve.
pub(super) fn subjects(stack: &Stack<'_>, members: &Members<'_>) -> Vec<Subject> {
    let mut slices = Slices::new();
    for (resource, root) in stack.objects(&["EndpointSlice"]) {
        let service =
            root.at("metadata.labels").and_then(|labels| labels.get(SERVICE)).and_then(NodeRef::text);
        if let Some(service) = service {
            slices.entry((&*resource.object.namespace, service)).or_default().push((resource, root));
        }
    }
    let by_label = by_label(members);
    let mut found = Vec::new();
    for (resource, root) in stack.objects(&["Service"]) {
        let namespace = &*resource.object.namespace;
        let Some(selector) = root.at("spec.selector").filter(|own| own.entries().next().is_some()) else {
            continue;
        };
        let own = slices.get(&(namespace, &*resource.object.name));
        if own.is_none() && !stack.covers("EndpointSlice", namespace) {
            continue;
        }
        let labels = selector.entries_merged().into_iter();
        let labels: Vec<_> = labels.filter_map(|(key, value)| Some((key.text()?, value.text()?))).collect();
        // All that have the rarest of its labels.
        let having = labels.iter().map(|(key, value)| by_label.get(&(namespace, *key, *value)));
        let having = having.map(|having| having.map_or(&[][..], Vec::as_slice));
        let having = having.min_by_key(|having| having.len()).unwrap_or_default();
        let behind: Vec<_> = having.iter().filter(|member| takes(&labels, member)).collect();
        // Where nothing serves, that is told at the workload.
        let available = behind.iter().map(|member| member.available());
        let serving = available.fold(0, i64::saturating_add);
        if serving == 0 {
            continue;
        }
        // A port that is called by a name which no pod has is left out of the slices.
        let ported = items(root, "spec.ports").next().is_some();
        let leads = |slice: NodeRef<'_>| !ported || items(slice, "ports").next().is_some();
        let own = own.map(Vec::as_slice).unwrap_or_default();
        let (own, portless): (Vec<_>, Vec<_>) = own.iter().partition(|(_, slice)| leads(*slice));
        let ready_of = |slices: &[(&Resource, NodeRef<'_>)]| -> usize {
            slices.iter().map(|(_, slice)| ready(*slice)).sum()
        };
        let place = resource.at.place_of(selector);
        let place = root
            .get("spec")
            .and_then(|spec| spec.key_span("selector"))
            .map_or(place, |span| crate::document::Place { doc: place.doc, span });
        let backing: Vec<String> = behind.iter().map(|member| member.words()).collect();
        let backing: Vec<&str> = backing.iter().map(String::as_str).collect();
        let entries = [
            ("words", Fact::new(resource.object.to_string(), place)),
            ("ready", Fact::bare(ready_of(&own))),
            ("portless", Fact::bare(ready_of(&portless))),
            ("serving", Fact::bare(serving)),
            ("behind", Fact::bare(listed(&backing))),
        ];
        let key = format!("{} endpoints", resource.object);
        found.push(Subject { kind: "endpoints", key, facts: Fact::map(entries, place) });
    }
    found
}

/// Workloads by their namespace and a label of their pods.
fn by_label<'m, 'd>(members: &'m Members<'d>) -> HashMap<(&'d str, &'d str, &'d str), Vec<&'m Member<'d>>> {
    let mut found: HashMap<_, Vec<&Member<'d>>> = HashMap::new();
    for member in &members.all {
        let labels = member.root.at("spec.template.metadata.labels").into_iter().flat_map(NodeRef::entries);
        for (key, value) in labels.filter_map(|(key, value)| Some((key.text()?, value.text()?))) {
            found.entry((member.namespace(), key, value)).or_default().push(member);
        }
    }
    found
}

/// Whether a selector takes the pods of a template.
fn takes(selector: &[(&str, &str)], member: &Member<'_>) -> bool {
    let labels = member.root.at("spec.template.metadata.labels");
    selector
        .iter()
        .all(|(key, value)| labels.and_then(|labels| labels.get(key)).and_then(NodeRef::text) == Some(*value))
}

/// How many endpoints of a slice take requests. One that does not say is ready. Source: Kubernetes, `EndpointSlice` conditions.
fn ready(slice: NodeRef<'_>) -> usize {
    let each = items(slice, "endpoints");
    each.filter(|own| own.at("conditions.ready").and_then(NodeRef::bool) != Some(false)).count()
}
