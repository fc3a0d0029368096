//! Tells which names inside an object the API server refuses: of labels, keys, containers, volumes and ports.

use super::check::Fault;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::names;

/// Where templates of pods stand in an object; the object may be a pod itself.
const TEMPLATES: [&str; 3] = ["spec.template", "spec.jobTemplate.spec.template", ""];

/// The names of an object that are refused, in no particular order.
pub(super) fn faults(root: NodeRef<'_>, doc: DocId, kind: &str) -> Vec<Fault> {
    let mut names = Names { doc, found: Vec::new() };
    if let Some(namespace) = root.at("metadata.namespace") {
        names.hold(namespace, "metadata.namespace", |text| names::fault(text, true));
    }
    for route in ["metadata", "spec.template.metadata", "spec.jobTemplate.spec.template.metadata"] {
        if let Some(metadata) = root.at(route) {
            names.labels(metadata, route);
        }
    }
    if matches!(kind, "ConfigMap" | "Secret") {
        for section in ["data", "stringData", "binaryData"] {
            for (key, _) in root.get(section).into_iter().flat_map(NodeRef::entries_merged) {
                names.hold(key, &format!("a key of `{section}`"), file_fault);
            }
        }
    }
    if kind == "Service" {
        for port in root.at("spec.ports").into_iter().flat_map(NodeRef::items) {
            names.name_of(port, "the name of a port", |text| names::fault(text, true));
        }
    }
    let pods =
        TEMPLATES.into_iter().filter_map(|route| if route.is_empty() { Some(root) } else { root.at(route) });
    if let Some(spec) =
        pods.filter_map(|template| template.get("spec")).find(|spec| spec.get("containers").is_some())
    {
        names.pod(spec);
    }
    names.found
}

/// The names that are refused, as they are found.
struct Names {
    doc: DocId,
    found: Vec<Fault>,
}

impl Names {
    fn pod(&mut self, spec: NodeRef<'_>) {
        let one_label = |text: &str| names::fault(text, true);
        for volume in spec.get("volumes").into_iter().flat_map(NodeRef::items) {
            self.name_of(volume, "the name of a volume", one_label);
        }
        let containers = ["containers", "initContainers"].into_iter().filter_map(|list| spec.get(list));
        for container in containers.flat_map(NodeRef::items) {
            self.name_of(container, "the name of a container", one_label);
            for port in container.get("ports").into_iter().flat_map(NodeRef::items) {
                self.name_of(port, "the name of a port", port_fault);
            }
        }
    }

    fn labels(&mut self, metadata: NodeRef<'_>, route: &str) {
        for section in ["labels", "annotations"] {
            for (key, value) in metadata.get(section).into_iter().flat_map(NodeRef::entries_merged) {
                self.hold(key, &format!("a key of `{route}.{section}`"), key_fault);
                if section == "labels" && !value.is_null() {
                    let name = key.text().unwrap_or_default();
                    self.hold(value, &format!("the label `{name}`"), value_fault);
                }
            }
        }
    }

    fn name_of(&mut self, node: NodeRef<'_>, what: &str, fault: impl Fn(&str) -> Option<String>) {
        if let Some(name) = node.get("name").filter(|name| !name.is_null()) {
            self.hold(name, what, fault);
        }
    }

    /// Holds a name against its grammar. Places for values of templates are none.
    fn hold(&mut self, node: NodeRef<'_>, what: &str, fault: impl Fn(&str) -> Option<String>) {
        let Some(text) = node.text().filter(|text| !text.contains("{{")) else { return };
        if let Some(reason) = fault(text) {
            let place = Place { doc: self.doc, span: node.span() };
            self.found.push(Fault::name(what, &reason, place));
        }
    }
}

/// Letters of either case, digits, and what may stand between them.
fn is_inner(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// Why a name with a letter or digit at both ends is refused. Source: Kubernetes, labels and selectors.
fn value_fault(text: &str) -> Option<String> {
    let edge = |c: Option<char>| c.is_some_and(|c| !c.is_ascii_alphanumeric());
    match text.chars().find(|c| !is_inner(*c)) {
        Some(wrong) => Some(format!("has {wrong:?} in it")),
        None if text.len() > 63 => Some(format!("has {} characters, 63 are allowed", text.len())),
        None if edge(text.chars().next()) || edge(text.chars().next_back()) => {
            Some("does not begin and end with a letter or digit".to_owned())
        }
        None => None,
    }
}

/// Why the key of a label or annotation is refused: `prefix/name`, the prefix a name of a host.
fn key_fault(text: &str) -> Option<String> {
    let (prefix, name) = text.split_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    match prefix {
        _ if name.is_empty() => Some("has no name".to_owned()),
        Some(prefix) => names::fault(prefix, false).or_else(|| value_fault(name)),
        None => value_fault(name),
    }
}

/// Why the key of a ConfigMap or Secret is refused. Source: Kubernetes, `IsConfigMapKey`.
fn file_fault(text: &str) -> Option<String> {
    match text.chars().find(|c| !is_inner(*c)) {
        Some(wrong) => Some(format!("has {wrong:?} in it")),
        None if text.len() > 253 => Some(format!("has {} characters, 253 are allowed", text.len())),
        None if text.is_empty() || text == "." || text.starts_with("..") => Some("names no file".to_owned()),
        None => None,
    }
}

/// Why the name of a container's port is refused. Source: Kubernetes, `IsValidPortName`.
fn port_fault(text: &str) -> Option<String> {
    if text.len() > 15 {
        return Some(format!("has {} characters, 15 are allowed", text.len()));
    }
    if !text.contains(|c: char| c.is_ascii_lowercase()) {
        return Some("has no small letter".to_owned());
    }
    if text.contains("--") {
        return Some("has two dashes together".to_owned());
    }
    names::fault(text, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_name_has_its_own_grammar() {
        for text in ["", "a", "A_b.c-1", &"a".repeat(63)] {
            assert_eq!(value_fault(text), None, "{text}");
        }
        assert_eq!(value_fault("acme east").as_deref(), Some("has ' ' in it"));
        assert_eq!(value_fault("-a").as_deref(), Some("does not begin and end with a letter or digit"));
        assert_eq!(value_fault(&"a".repeat(64)).as_deref(), Some("has 64 characters, 63 are allowed"));
        assert_eq!(key_fault("app.kubernetes.io/name"), None);
        assert_eq!(key_fault("App.io/name").as_deref(), Some("has 'A' in it"));
        assert_eq!(key_fault("a/b/c").as_deref(), Some("has '/' in it"));
        assert_eq!(key_fault("a/").as_deref(), Some("has no name"));
        for text in ["config.alloy", "_x", ".dockerconfigjson", "A-b"] {
            assert_eq!(file_fault(text), None, "{text}");
        }
        assert_eq!(file_fault("my key").as_deref(), Some("has ' ' in it"));
        assert_eq!(file_fault("..").as_deref(), Some("names no file"));
        assert_eq!(port_fault("http-metrics"), None);
        assert_eq!(port_fault("http-memberlist1").as_deref(), Some("has 16 characters, 15 are allowed"));
        assert_eq!(port_fault("8080").as_deref(), Some("has no small letter"));
        assert_eq!(port_fault("a--b").as_deref(), Some("has two dashes together"));
        assert_eq!(port_fault("gRPC").as_deref(), Some("has 'R' in it"));
    }
}
