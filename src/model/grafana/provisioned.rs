//! Turns what Grafana's alerting is provisioned with into subjects: contact points, notification policies, alert rules.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::known_sources::KnownSources;
use super::secrets;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::fact::Fact;
use crate::model::fact::Subject;
use crate::model::piece::Chart;
use crate::model::piece::Home;
use crate::model::stack::Stack;
use crate::model::stack::stands_alone;
use crate::model::values::fact_of;
use crate::text::nearest;

/// Routes of a notification policy lie at most this deep.
const DEPTH: u32 = 32;

/// So many alert rules of a stack are looked at. Aliases can repeat one without end.
const MOST: usize = 20_000;

/// The contact point that every Grafana has.
const BUILT_IN: &str = "grafana-default-email";

/// The subjects `contact_point`, `notification_policy` and `alert_rule` of a stack.
pub(super) fn subjects(stack: &Stack<'_>, sources: &KnownSources) -> Vec<Subject> {
    let files = files(stack);
    let mut found = Vec::new();
    let mut points = BTreeSet::new();
    for (content, plain) in &files {
        for point in content.reach("contactPoints").items() {
            if let Some(name) = point.reach("name").text() {
                points.insert(name.to_owned());
            }
            found.push(contact_point(point, *plain));
        }
    }
    for (content, _) in &files {
        for policy in content.reach("policies").items() {
            receivers(policy, &points, DEPTH, &mut found);
        }
    }
    alert_rules(stack, sources, &points, &mut found);
    found
}

/// Files for Grafana's alerting in values of the chart and in ConfigMaps and Secrets, with whether their texts can be
/// read by whoever may read ConfigMaps.
fn files(stack: &Stack<'_>) -> Vec<(Fact, bool)> {
    let mut files = Vec::new();
    for (at, home) in &stack.config_texts {
        let Some(root) = at.in_documents(stack.documents) else { continue };
        let is_list = |key: &str| root.get(key).is_some_and(NodeRef::is_sequence);
        if is_list("contactPoints") || is_list("policies") {
            let plain = home.object.as_ref().is_none_or(|object| &*object.kind != "Secret");
            files.push((fact_of(root, at.doc), plain));
        }
    }
    for at in &stack.notifications {
        files.extend(at.in_documents(stack.documents).map(|root| (fact_of(root, at.doc), true)));
    }
    let rendered: BTreeSet<Option<&str>> = stack
        .grafana_inis
        .iter()
        .map(|(_, home)| home.object.as_ref().map(|object| &*object.namespace))
        .collect();
    for release in stack.releases_of(Chart::Grafana) {
        let namespace = release.release.namespace.as_deref();
        if namespace.is_some() && rendered.contains(&namespace) {
            continue;
        }
        for (_, file) in release.values.reach("alerting").entries() {
            let secret = file.at("secret");
            files.push((secret.unwrap_or(file).clone(), secret.is_none()));
        }
    }
    files
}

fn contact_point(point: &Fact, plain: bool) -> Subject {
    let name = point.reach("name");
    let place = name.place.or(point.place);
    let mut given_away = Vec::new();
    for receiver in point.reach("receivers").items().iter().filter(|_| plain) {
        let settings = receiver.reach("settings");
        for (key, fact) in settings.entries() {
            let Some(holds) = fact.text().and_then(|text| secrets::under_name(key, text)) else { continue };
            let entries = [("name", Fact::new(key, fact.place)), ("holds", Fact::new(holds, fact.place))];
            given_away.push(Fact::map(entries, fact.place));
        }
    }
    let entries = [("name", name.clone()), ("secrets", Fact::list(given_away, place))];
    let key = format!("contact point {}", name.text().unwrap_or("without a name"));
    Subject { kind: "contact_point", key, facts: Fact::map(entries, place) }
}

/// One subject for each receiver that a policy or a route below it names.
fn receivers(policy: &Fact, points: &BTreeSet<String>, depth: u32, found: &mut Vec<Subject>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let receiver = policy.reach("receiver");
    if let Some(name) = receiver.text().filter(|name| !secrets::is_filled_in(name)) {
        let key = format!("notification policy to {name}");
        found.push(Subject { kind: "notification_policy", key, facts: sent_to(&receiver, name, points) });
    }
    for route in policy.reach("routes").items() {
        receivers(route, points, depth, found);
    }
}

/// Whether a contact point is provisioned. Where none is, people make them by hand, and nothing is known.
fn sent_to(receiver: &Fact, name: &str, points: &BTreeSet<String>) -> Fact {
    let known = points.is_empty() || name == BUILT_IN || points.contains(name);
    let near = nearest(name, points.iter().map(String::as_str));
    let entries = [
        ("receiver", receiver.clone()),
        ("known", Fact::new(known, receiver.place)),
        ("near", Fact::new(near, receiver.place)),
    ];
    Fact::map(entries, receiver.place)
}

fn alert_rules(
    stack: &Stack<'_>,
    sources: &KnownSources,
    points: &BTreeSet<String>,
    found: &mut Vec<Subject>,
) {
    let mut seen: BTreeMap<(String, String), Place> = BTreeMap::new();
    let mut budget = MOST;
    for (at, home) in &stack.rule_groups {
        let Some(root) = at.in_documents(stack.documents) else { continue };
        for group in root.get("groups").into_iter().flat_map(NodeRef::items) {
            for rule in group.get("rules").into_iter().flat_map(NodeRef::items) {
                if budget == 0 {
                    return;
                }
                budget -= 1;
                if rule.get("data").is_some_and(NodeRef::is_sequence) {
                    let mut subject = alert_rule(rule, group, at.doc, sources);
                    repeats(&mut subject, rule, at.doc, home, &mut seen);
                    found.push(subject);
                    let settings = rule.get("notification_settings").map(|node| fact_of(node, at.doc));
                    if let Some(settings) = settings {
                        receivers(&settings, points, 1, found);
                    }
                }
            }
        }
    }
}

fn alert_rule(rule: NodeRef<'_>, group: NodeRef<'_>, doc: DocId, sources: &KnownSources) -> Subject {
    let place_of = |node: NodeRef<'_>| Place { doc, span: node.span() };
    let first_key = rule.entries().next().map_or(rule, |(key, _)| key);
    let place = place_of(rule.get("title").or_else(|| rule.get("uid")).unwrap_or(first_key));
    let title = rule.text_at("title").or_else(|| rule.text_at("uid")).unwrap_or("without a title");
    let mut unknown = Vec::new();
    for data in rule.get("data").into_iter().flat_map(NodeRef::items) {
        if let Some(node) = data.get("datasourceUid")
            && let Some(uid) = node.text().filter(|uid| !sources.may_be_uid(uid))
        {
            unknown.push(Fact::new(uid, place_of(node)));
        }
    }
    let fault = fault(rule, group).map(|(words, node)| Fact::new(words, place_of(node.unwrap_or(first_key))));
    let entries = [
        ("title", Fact::new(title, place)),
        ("unknown_sources", Fact::list(unknown, place)),
        ("fault", fault.unwrap_or(Fact::absent(place))),
    ];
    Subject { kind: "alert_rule", key: format!("alert rule {title}"), facts: Fact::map(entries, place) }
}

/// Why Grafana refuses a rule of a file when it starts, with what is at fault.
/// Source: Grafana, `pkg/services/provisioning/alerting/rules_types.go`.
fn fault<'d>(rule: NodeRef<'d>, group: NodeRef<'d>) -> Option<(String, Option<NodeRef<'d>>)> {
    for key in ["uid", "title", "condition"] {
        if rule.text_at(key).is_none_or(str::is_empty) {
            return Some((format!("it has no `{key}`"), None));
        }
    }
    for key in ["name", "folder", "interval"] {
        if group.text_at(key).is_none_or(str::is_empty) {
            return Some((format!("its group has no `{key}`"), None));
        }
    }
    let states: [(&str, &[&str]); 2] = [
        ("noDataState", &["Alerting", "NoData", "OK", "KeepLast"]),
        ("execErrState", &["Alerting", "Error", "OK", "KeepLast"]),
    ];
    for (key, words) in states {
        if let Some(node) = rule.get(key)
            && let Some(text) = node.text().filter(|text| !text.is_empty() && !secrets::is_filled_in(text))
            && !words.contains(&text)
        {
            return Some((format!("`{key}` can be {}", words.join(", ")), Some(node)));
        }
    }
    let condition = rule.get("condition")?;
    let mut asked = rule.get("data").into_iter().flat_map(NodeRef::items);
    let refers = asked.any(|data| data.text_at("refId") == condition.text());
    (!refers).then(|| ("its `condition` names no `refId` of its `data`".to_owned(), Some(condition)))
}

/// Notes the uid of a rule, and tells the subject where an earlier rule of the same Grafana has it.
fn repeats(
    subject: &mut Subject,
    rule: NodeRef<'_>,
    doc: DocId,
    home: &Home,
    seen: &mut BTreeMap<(String, String), Place>,
) {
    let mut repeated = Fact::absent(subject.facts.place);
    // Nothing says which Grafana reads a file by itself.
    if let Some(node) = rule.get("uid").filter(|_| !stands_alone(home))
        && let Some(uid) = node.text().filter(|uid| !uid.is_empty())
    {
        let namespace = home.object.as_ref().map(|object| object.namespace.to_string()).unwrap_or_default();
        let place = Place { doc, span: node.span() };
        match seen.get(&(namespace.clone(), uid.to_owned())) {
            Some(first) => {
                let entries = [("uid", Fact::new(uid, place)), ("first", Fact::new(true, *first))];
                repeated = Fact { value: Fact::map(entries, place).value, place: Some(place) };
            }
            None => {
                seen.insert((namespace, uid.to_owned()), place);
            }
        }
    }
    subject.facts.insert("repeats", repeated);
}
