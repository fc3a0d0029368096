//! Tells which programs of the stack ask for no memory: their pods are the first to be put out when a node runs short.

use super::fact::Fact;
use super::fact::FactValue;
use super::fact::Subject;
use super::piece::Chart;
use super::pod::Pod;
use super::pod::image_name;
use super::pod::is_made_by_another;
use super::stack::ReleasedChart;
use super::stack::Stack;
use crate::document::NodeRef;
use crate::document::Place;

/// The programs, by the names of their images.
const PROGRAMS: [(&str, Chart); 4] =
    [("alloy", Chart::Alloy), ("grafana", Chart::Grafana), ("loki", Chart::Loki), ("mimir", Chart::Mimir)];

/// The label by which charts tell the parts of a program.
const COMPONENT: &str = "app.kubernetes.io/component";

/// A part of a program, and whether it asks for memory.
type Part = (String, bool, Place);

/// The subjects `sizing`: one for each program of the stack, with its parts.
pub(crate) fn subjects(stack: &Stack<'_>) -> Vec<Subject> {
    let of_program = |(image, chart): (&'static str, Chart)| {
        let mut parts = rendered(stack, image);
        if parts.is_empty() {
            parts = stack.releases_of(chart).flat_map(of_values).collect();
        }
        parts.sort();
        let first = parts.iter().find(|(_, asks, _)| !asks).or(parts.first())?;
        let place = first.2;
        let unsized_parts = parts.iter().filter(|(_, asks, _)| !asks);
        let unsized_parts = unsized_parts.map(|(name, _, place)| Fact::new(name.as_str(), *place));
        let entries =
            [("program", Fact::new(image, place)), ("without_memory", Fact::list(unsized_parts, place))];
        let key = format!("sizing of {image}");
        Some(Subject { kind: "sizing", key, facts: Fact::map(entries, place) })
    };
    PROGRAMS.into_iter().filter_map(of_program).collect()
}

/// The containers of the input that run a program.
fn rendered(stack: &Stack<'_>, image: &str) -> Vec<Part> {
    let mut found = Vec::new();
    for (resource, root) in stack.workloads() {
        if is_made_by_another(stack, root) || &*resource.object.kind == "Job" {
            continue;
        }
        let Some(pod) = Pod::of(root, resource.at.doc) else { continue };
        // The pod as a whole may be given memory, from Kubernetes 1.32 on.
        let whole = asks(pod.spec());
        for container in pod.running() {
            if container.text_at("image").is_some_and(|own| image_name(own) == image) {
                let place = pod.container_place(container);
                // As values call it, where the chart says which part it is.
                let component = root.at("metadata.labels").and_then(|labels| labels.get(COMPONENT));
                let name = component.and_then(NodeRef::text).unwrap_or(&resource.object.name);
                found.push((name.to_owned(), whole || asks(container), place));
            }
        }
    }
    found
}

/// Whether a container asks for memory: a limit is a request too.
fn asks(container: NodeRef<'_>) -> bool {
    ["resources.requests.memory", "resources.limits.memory"]
        .iter()
        .any(|route| container.at(route).is_some_and(|memory| !memory.is_null()))
}

/// The parts that a chart makes of its values, for those that have no requests by default. Mimir's chart has some.
fn of_values(release: &ReleasedChart<'_>) -> Vec<Part> {
    let values = &release.values;
    let part = |name: &str, route: &str| {
        let resources = values.reach(route);
        let memory = ["requests.memory", "limits.memory"].iter().any(|own| !resources.reach(own).is_null());
        let unknown = matches!(resources.value, FactValue::Unknown(_));
        (name.to_owned(), memory || unknown, resources.place.unwrap_or(release.release.place))
    };
    let name = |program: &str| release.full_name().unwrap_or_else(|| program.to_owned());
    match release.release.chart {
        Some(Chart::Alloy) => vec![part(&name("alloy"), "alloy.resources")],
        Some(Chart::Grafana) => vec![part(&name("grafana"), "resources")],
        Some(Chart::Loki) => {
            let mode = values.reach("deploymentMode");
            let simple = matches!(mode.text(), None | Some("SimpleScalable"));
            let runs = |part: &str| values.reach(&format!("{part}.replicas")).value != FactValue::Int(0);
            // What newer charts give to all parts.
            let all = part("loki", "defaults.resources").1;
            let parts = ["backend", "read", "write"].into_iter().filter(|part| simple && !all && runs(part));
            parts.map(|name| part(name, &format!("{name}.resources"))).collect()
        }
        Some(Chart::Mimir) | None => Vec::new(),
    }
}
