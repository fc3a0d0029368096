//! Turns Kubernetes objects and Pulumi exports into pieces, and finds the texts nested in them.

use std::collections::HashSet;

use super::answers;
use super::found::Found;
use super::kubernetes;
use super::kubernetes::KindFault;
use super::piece::Declaration;
use super::piece::Home;
use super::piece::ObjectName;
use super::piece::Piece;
use super::piece::ProblemKind;
use super::piece::Resource;
use super::queries::may_be_dashboard;
use super::reader::Encoding;
use super::reader::Nested;
use super::reader::Purpose;
use super::reader::language_of_key;
use super::releases;
use super::shape::holds_alloy;
use super::shape::is_alloy;
use super::shape::language_of_collector;
use crate::document::Language;
use crate::document::NodeId;
use crate::document::NodeRef;
use crate::text::Limit;

/// An object, or a list of objects. `namespace` is the one that an object gets when it names none.
pub(crate) fn object(root: NodeRef<'_>, namespace: Option<&str>, found: &mut Found) {
    object_of(root, (None, None), namespace, found);
}

/// An object, whose API version and kind may be those of the list that it stands in.
fn object_of(
    root: NodeRef<'_>,
    (list_version, list_kind): (Option<&str>, Option<&str>),
    namespace: Option<&str>,
    found: &mut Found,
) {
    if !found.is_new_object(root) {
        return;
    }
    if !root.is_mapping() {
        return found.malformed(
            root,
            "not a Kubernetes object",
            "an object is a mapping with `apiVersion` and `kind`",
        );
    }
    let text = |key: &str| root.get(key).filter(|node| !node.is_null()).and_then(NodeRef::text);
    let (api_version, kind) = match (text("apiVersion").or(list_version), text("kind").or(list_kind)) {
        (Some(api_version), Some(kind)) => (api_version, kind),
        (None, Some(kind)) => {
            let message = format!("{kind} has no `apiVersion`");
            return found.malformed(first_key(root), message, "add `apiVersion`, as in `apiVersion: v1`");
        }
        (Some(_), None) => {
            let message = "object has `apiVersion` but no `kind`";
            return found.malformed(first_key(root), message, "add `kind`, as in `kind: ConfigMap`");
        }
        (None, None) => {
            let message = "object has neither `apiVersion` nor `kind`";
            return found.malformed(
                first_key(root),
                message,
                "add both, as in `apiVersion: v1` and `kind: ConfigMap`",
            );
        }
    };
    let items = root.get("items");
    if kind == "List" || kind.ends_with("List") && items.is_some_and(NodeRef::is_sequence) {
        // The API server gives the items of a `ConfigMapList` without what the list says already.
        let of_items = kind.strip_suffix("List").filter(|kind| !kind.is_empty());
        return list(root, items, (of_items.map(|_| api_version), of_items), namespace, found);
    }
    let kind_node = root.get("kind").unwrap_or(root);
    match kubernetes::check_kind(api_version, kind) {
        None => {}
        Some(KindFault::Kind(nearest)) => {
            let message = format!("`{api_version}` has no kind `{kind}`");
            let hint = match nearest {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "check `apiVersion` and `kind`; the API server would refuse this object".to_owned(),
            };
            found.problem(ProblemKind::UnknownKind, kind_node, message, hint);
        }
        Some(KindFault::Group(nearest)) => {
            let node = root.get("apiVersion").unwrap_or(root);
            let message = format!("there is no API group `{}`", kubernetes::group_of(api_version));
            let hint = match nearest {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "check `apiVersion`; the API server would refuse this object".to_owned(),
            };
            found.problem(ProblemKind::UnknownKind, node, message, hint);
        }
    }
    known_object(root, api_version, kind, namespace, found);
}

/// The objects of a list.
fn list(
    root: NodeRef<'_>,
    items: Option<NodeRef<'_>>,
    of_items: (Option<&str>, Option<&str>),
    namespace: Option<&str>,
    found: &mut Found,
) {
    let hint = "write each object below `items:`, behind a `-`";
    let Some(items) = items else {
        return found.malformed(first_key(root), "List has no `items`", hint);
    };
    if !items.is_sequence() && !items.is_null() {
        return found.malformed(items, "`items` of a List is not a list", hint);
    }
    for item in items.items() {
        if item.is_mapping() {
            object_of(item, of_items, namespace, found);
        } else {
            found.malformed(item, "item of a list is not an object", "each item is a mapping with `kind`");
        }
    }
}

fn first_key(root: NodeRef<'_>) -> NodeRef<'_> {
    root.entries().next().map_or(root, |(key, _)| key)
}

fn known_object(
    root: NodeRef<'_>,
    api_version: &str,
    kind: &str,
    namespace: Option<&str>,
    found: &mut Found,
) {
    let group = kubernetes::group_of(api_version);
    if group == "posit.team" && kind.ends_with("Config") {
        let at = found.at(root);
        found.pieces.push(Piece::Declaration(Declaration { kind: kind.into(), at }));
        return;
    }
    if (api_version, kind) == (answers::VERSION, answers::KIND) {
        return answers::open(root, found);
    }
    let name = root
        .get("metadata")
        .and_then(|metadata| metadata.get("name").or_else(|| metadata.get("generateName")));
    if group == "core.posit.team" && kind == "Site" && name.is_none() {
        let at = found.at(root);
        found.pieces.push(Piece::Site(at));
        return;
    }
    let Some((name_node, name)) = name.and_then(|node| Some((node, node.text()?))) else {
        let node = root.get("kind").unwrap_or(root);
        return found.malformed(node, format!("{kind} has no `metadata.name`"), "give the object a name");
    };
    let namespace = root.text_at("metadata.namespace").or(namespace).unwrap_or_default();
    let object =
        ObjectName { group: group.into(), kind: kind.into(), namespace: namespace.into(), name: name.into() };
    let resource = Resource {
        object: object.clone(),
        at: found.at(root),
        place: found.place(name_node),
        cluster: found.cluster.clone(),
    };
    found.regions.push((root.resolved().span(), object.to_string().into()));
    found.pieces.push(Piece::Resource(resource));
    match (group, kind) {
        ("", "ConfigMap") => config_data(root, &object, false, found),
        ("", "Secret") => config_data(root, &object, true, found),
        ("helm.cattle.io", "HelmChart" | "HelmChartConfig") => {
            releases::helm_chart(root, &object, name_node, found);
        }
        ("monitoring.coreos.com", "PrometheusRule")
        | ("grafana.integreatly.org", "GrafanaAlertRuleGroup") => {
            if let Some(spec) = root.get("spec") {
                let home = Home { object: Some(object), cluster: found.cluster.clone(), ..Home::default() };
                let at = found.at(spec);
                found.pieces.push(Piece::RuleGroups(at, home));
            }
        }
        ("grafana.integreatly.org", "GrafanaDashboard") => {
            if let Some(json) = root.at("spec.json").filter(|json| json.text().is_some_and(may_be_dashboard))
            {
                let home =
                    Home { object: Some(object.clone()), cluster: found.cluster.clone(), ..Home::default() };
                found.nested.push(Nested {
                    node: json.resolved().id,
                    field: "spec.json".to_owned(),
                    object: Some(object.to_string()),
                    encoding: Encoding::Plain,
                    language: Language::Json,
                    purpose: Purpose::ConfigData(home),
                });
            }
        }
        ("helm.sh", "Release") => releases::recorded(root, &object, name_node, found),
        ("helm.toolkit.fluxcd.io", "HelmRelease") => releases::helm_release(root, &object, name_node, found),
        ("argoproj.io", "Application") => releases::application(root, &object, name_node, found),
        ("opentelemetry.io", "OpenTelemetryCollector") => {
            collector_text(root, "spec.config", &object, found);
            programs_below(root, Some(&object), &[], found);
        }
        // Objects of operators and templates of other objects hold programs at places of their own.
        _ if group.contains('.') && !group.ends_with("k8s.io") => {
            programs_below(root, Some(&object), &[], found);
        }
        _ => {}
    }
}

/// The texts of a ConfigMap or Secret.
fn config_data(root: NodeRef<'_>, object: &ObjectName, secret: bool, found: &mut Found) {
    for (section, base64) in [("data", secret), ("stringData", false), ("binaryData", true)] {
        let Some(data) = root.get(section) else { continue };
        if data.is_null() {
            continue;
        }
        if !data.is_mapping() {
            let message = format!("`{section}` of {object} is not a mapping of keys to texts");
            found.malformed(data, message, "write each key on its own line below it: `config.alloy: |`");
            continue;
        }
        for (key, value) in data.entries_merged() {
            let (key_node, Some(key)) = (key, key.text()) else { continue };
            let field = format!("{section}.{key}");
            let Some(text) = value.text() else {
                // What is secret may be shown as a mapping that tells nothing of it.
                if !is_withheld(value) && !is_withheld(data) {
                    let message = format!("`{field}` of {object} is not text");
                    found.malformed(key_node, message, "write `|` after the key: each value is a text");
                }
                continue;
            };
            let dashboard = || (!base64 && may_be_dashboard(text)).then_some(Language::Json);
            let of_collector = || language_of_collector(key, text).filter(|_| !base64);
            let language = language_of_key(key).or_else(dashboard).or_else(of_collector);
            // A plain text says by itself whether it is a program; an encoded one does when it is opened.
            let certain = language.is_some() || (!base64 && is_alloy(text));
            if !certain && !base64 {
                continue;
            }
            let home = Home {
                object: Some(object.clone()),
                key: Some(key.into()),
                release: None,
                cluster: found.cluster.clone(),
            };
            found.nested.push(Nested {
                node: value.resolved().id,
                field,
                object: Some(object.to_string()),
                encoding: match (base64, certain) {
                    (false, _) => Encoding::Plain,
                    (true, true) => Encoding::Base64,
                    (true, false) => Encoding::PerhapsBase64,
                },
                language: language.unwrap_or(Language::Alloy),
                purpose: Purpose::ConfigData(home),
            });
        }
    }
}

/// The configuration of a collector that an object holds as text.
fn collector_text(root: NodeRef<'_>, route: &str, object: &ObjectName, found: &mut Found) {
    let Some(node) = root.at(route).filter(|node| node.is_scalar() && !node.is_null()) else { return };
    let home = Home {
        object: Some(object.clone()),
        key: Some(route.into()),
        release: None,
        cluster: found.cluster.clone(),
    };
    found.nested.push(Nested {
        node: node.resolved().id,
        field: route.to_owned(),
        object: Some(object.to_string()),
        encoding: Encoding::Plain,
        language: Language::Yaml,
        purpose: Purpose::ConfigData(home),
    });
}

/// Texts at any place below `root` that are programs, but for those in `known`.
pub(super) fn programs_below(
    root: NodeRef<'_>,
    object: Option<&ObjectName>,
    known: &[NodeId],
    found: &mut Found,
) {
    let mut budget = u32::try_from(Limit::Parts.get()).unwrap_or(u32::MAX);
    let mut seen = HashSet::new();
    let cluster = found.cluster.clone();
    let complete = root.walk(&mut budget, |node| {
        let id = node.resolved().id;
        let Some(text) = node.text().filter(|text| text.len() > 8 && !known.contains(&id)) else { return };
        let own = is_alloy(text);
        if (own || holds_alloy(text)) && seen.insert(id) {
            let home = Home { object: object.cloned(), key: None, release: None, cluster: cluster.clone() };
            let (language, purpose) = if own {
                (Language::Alloy, Purpose::AlloyProgram(home))
            } else {
                (Language::Yaml, Purpose::Search(home))
            };
            found.nested.push(Nested {
                node: id,
                field: "a text of this object".to_owned(),
                object: object.map(ToString::to_string),
                encoding: Encoding::Plain,
                language,
                purpose,
            });
        }
    });
    if !complete {
        found.malformed(
            root,
            format!(
                "this has more than {}, of which no more are searched for programs",
                Limit::Parts.shown()
            ),
            format!("write it without aliases, or {}", Limit::Parts.remedy()),
        );
    }
}

/// The keys of a mapping that stands for a value that is there and not shown: Pulumi's mark of ciphertext in an export, and
/// our own of values of Secrets that were not asked for.
const WITHHELD: [&str; 2] = ["4dabf18193072939515e22adb298388d", "ptd-lint/withheld"];

/// How a reason ends that names a value which is there and was not read, with what makes it known.
pub(super) const NOT_ASKED_FOR: &str = "was not asked for (--read-secret-values)";

/// Why a value of an object is not known that is there, where it was not asked for; `shown` is the object's namespace and name.
pub(super) fn not_asked_for(node: NodeRef<'_>, kind: &str, shown: &str) -> Option<String> {
    let [_, own] = WITHHELD;
    node.get(own).map(|_| format!("the value of {kind} {shown} {NOT_ASKED_FOR}"))
}

/// Whether the node stands for a value that is there and not shown.
pub(super) fn is_withheld(node: NodeRef<'_>) -> bool {
    WITHHELD.iter().any(|key| node.get(key).is_some())
}

/// The resources of `pulumi stack export`: Kubernetes objects as their inputs, and Helm releases.
pub(crate) fn pulumi_export(root: NodeRef<'_>, found: &mut Found) {
    for resource in root.at("deployment.resources").into_iter().flat_map(NodeRef::items) {
        let Some(kind) = resource.text_at("type") else { continue };
        let inputs = resource.get("inputs").filter(|inputs| inputs.is_mapping());
        let Some(inputs) = inputs.or_else(|| resource.get("outputs").filter(|outputs| outputs.is_mapping()))
        else {
            continue;
        };
        // `urn:pulumi:STACK::PROJECT::pulumi:providers:kubernetes::NAME::ID`: one provider per cluster.
        found.cluster = resource.text_at("provider").and_then(|provider| {
            let mut parts = provider.rsplit("::");
            parts.next();
            parts.next().map(Into::into)
        });
        if kind.starts_with("kubernetes:helm.sh/") && kind.ends_with(":Release") {
            releases::pulumi_release(inputs, found);
        } else if kind.starts_with("kubernetes:") && inputs.get("kind").is_some() {
            object(inputs, None, found);
        }
    }
    found.cluster = None;
}
