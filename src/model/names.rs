//! Tells which names of objects the API server refuses.

use super::fact::Fact;
use super::fact::Subject;
use super::stack::Stack;

/// API groups with kinds whose names may hold other characters.
const FREE: [&str; 4] =
    ["rbac.authorization.k8s.io", "certificates.k8s.io", "user.openshift.io", "authorization.openshift.io"];

/// The subject `object` for each Kubernetes object.
pub(crate) fn subjects(stack: &Stack<'_>) -> Vec<Subject> {
    let objects = stack.resources.iter().map(|resource| {
        let (object, place) = (&resource.object, resource.place);
        let one_label = object.group.is_empty() && matches!(&*object.kind, "Namespace" | "Service");
        let free = FREE.contains(&&*object.group);
        let fault = if free { None } else { fault(&object.name, one_label) };
        let entries = [
            ("kind", Fact::new(&*object.kind, place)),
            ("name", Fact::new(&*object.name, place)),
            ("namespace", Fact::new(Some(&*object.namespace).filter(|name| !name.is_empty()), place)),
            ("name_fault", Fact::new(fault, place)),
        ];
        Subject { kind: "object", key: object.to_string(), facts: Fact::map(entries, place) }
    });
    objects.collect()
}

/// Why a name is refused, in words that follow "it"; `one_label` for kinds whose names are a single label of a host.
/// Source: Kubernetes' rules for object names (RFC 1123, RFC 1035).
pub(super) fn fault(name: &str, one_label: bool) -> Option<String> {
    let allowed =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.' && !one_label;
    if let Some(wrong) = name.chars().find(|c| !allowed(*c)) {
        return Some(format!("has {wrong:?} in it"));
    }
    let limit = if one_label { 63 } else { 253 };
    if name.len() > limit {
        return Some(format!("has {} characters, {limit} are allowed", name.len()));
    }
    let edge = |part: &str| part.is_empty() || part.starts_with('-') || part.ends_with('-');
    name.split('.').any(edge).then(|| "begins or ends with `-` or `.`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn names_are_lower_case_with_dashes_and_dots_inside() {
        for name in ["alloy.posit.team", "a", "0-a.b", &"a".repeat(253)] {
            assert_eq!(fault(name, false), None, "{name}");
        }
        assert_eq!(fault("grafana_alerts", false).as_deref(), Some("has '_' in it"));
        assert_eq!(fault("Grafana", false).as_deref(), Some("has 'G' in it"));
        for name in ["-a", "a-", "a..b", ".a", "a.-b"] {
            assert_eq!(fault(name, false).as_deref(), Some("begins or ends with `-` or `.`"), "{name}");
        }
        assert_eq!(fault(&"a".repeat(254), false).as_deref(), Some("has 254 characters, 253 are allowed"));
    }

    #[test]
    fn namespaces_and_services_have_one_label() {
        assert_eq!(fault("posit.team", true).as_deref(), Some("has '.' in it"));
        assert_eq!(fault(&"a".repeat(64), true).as_deref(), Some("has 64 characters, 63 are allowed"));
        assert_eq!(fault(&"a".repeat(63), true), None);
    }
}
