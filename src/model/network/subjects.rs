//! Turns the answers of network policies into what rules read: what each policy closes, and what none guards.

use std::collections::BTreeMap;

use super::members::Member;
use super::members::Members;
use super::members::Role;
use super::reach::Answer;
use super::reach::End;
use super::reach::Network;
use super::reach::Port;
use super::reach::bare_pod;
use super::reach::some_pod;
pub(crate) use super::ways::Asked;
use super::ways::Purpose;
use super::ways::Way;
use super::ways::ways;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::fact::Subject;
use crate::model::piece::Chart;
use crate::model::stack::Stack;
use crate::model::workload::Workload;

/// The namespace of a workload's products and of its users' sessions.
const TEAM: &str = "posit-team";

/// A namespace that nobody selects in particular.
const ELSEWHERE: &str = "default";

/// How many connections a subject lists.
const LISTED: usize = 5;

/// The subjects `network_policy`, `pod_guard` and `network_trust`.
pub(crate) fn subjects(
    stack: &Stack<'_>,
    network: &Network,
    members: &Members,
    workload: &Workload,
    asked: &Asked,
) -> Vec<Subject> {
    let mut found = Vec::new();
    if !network.policies.is_empty() {
        found.extend(policies(stack, network, &ways(members, asked)));
    }
    found.extend(guards(stack, network, members));
    found.extend(trust(network, workload));
    found
}

/// What one policy does to the monitoring.
#[derive(Default)]
struct Effects<'w> {
    closed: Vec<&'w Way<'w>>,
    scrapes: Vec<&'w Way<'w>>,
    unsure: Vec<&'w Way<'w>>,
}

fn policies(stack: &Stack<'_>, network: &Network, ways: &[Way<'_>]) -> Vec<Subject> {
    let every = (0..network.policies.len()).map(|index| (index, Effects::default()));
    let mut effects: BTreeMap<usize, Effects<'_>> = every.collect();
    for way in ways {
        let (policy, closed) = match network.reaches(&way.from, &way.to, way.port) {
            Answer::Allowed(_) => continue,
            // Another one, that was not seen, may let it through.
            Answer::Denied(policy) => (policy, [&way.from, &way.to].iter().all(|end| all_came(stack, end))),
            Answer::Unknown(policy) => (policy, false),
        };
        let own = effects.entry(policy).or_default();
        let list = match (closed, way.purpose) {
            (true, Purpose::Scrape) => &mut own.scrapes,
            (true, _) => &mut own.closed,
            // What the input does not show is open by nature.
            (false, Purpose::Scrape) => continue,
            (false, _) => &mut own.unsure,
        };
        if list.iter().all(|other| other.words != way.words) {
            list.push(way);
        }
    }
    let subjects = effects.into_iter().filter_map(|(index, effects)| {
        let policy = network.policies.get(index)?;
        let place = policy.place;
        let list = |ways: &[&Way<'_>]| {
            let facts = ways.iter().take(LISTED).map(|way| {
                let place = way.member.place;
                Fact::map([("words", Fact::new(way.words.as_str(), place))], place)
            });
            Fact::list(facts.collect::<Vec<_>>(), place)
        };
        let metrics = |ways: &[&Way<'_>]| ways.iter().any(|way| way.purpose == Purpose::Metrics);
        let entries = [
            ("name", Fact::new(policy.name.as_str(), place)),
            ("closed", list(&effects.closed)),
            ("closed_count", Fact::bare(effects.closed.len())),
            ("closes_metrics", Fact::bare(metrics(&effects.closed))),
            ("closed_scrapes", list(&effects.scrapes)),
            ("unsure", list(&effects.unsure)),
            ("unsure_metrics", Fact::bare(metrics(&effects.unsure))),
        ];
        let facts = Fact::map(entries, place);
        Some(Subject { kind: "network_policy", key: policy.name.clone(), facts })
    });
    subjects.collect()
}

impl Network {
    /// Whether the input shows the policies of a namespace: a chart by itself says nothing of those beside it. Of a running
    /// cluster all must have come, those of the whole cluster too.
    fn covers(&self, stack: &Stack<'_>, namespace: &str) -> bool {
        if let Some(unseen) = &stack.unseen {
            let whole = stack.covered.contains(&("Namespace".to_owned(), None));
            return whole && policies_came(stack, unseen, namespace);
        }
        !self.policies.is_empty()
            || !self.unread.is_empty()
            || stack.objects(&["Namespace"]).any(|(resource, _)| *resource.object.name == *namespace)
    }

    /// The same as [`Network::guards`] of the port at which a member is asked, with words for what is not known.
    fn guarded(&self, member: &Member) -> Fact {
        match self.guards(member, member.port) {
            Some(guarded) => Fact::new(guarded, member.place),
            None => Fact::unknown(
                "whether network policies keep others out hangs on what is not known: labels, addresses, or policies \
                 that are not read",
                member.place,
            ),
        }
    }

    /// Whether pods of users and of other namespaces are kept from a port: `Some(true)` where policies keep others out, `Some(false)` where anyone gets in.
    pub(crate) fn guards(&self, member: &Member, port: u16) -> Option<bool> {
        let session = End::Pod(some_pod(TEAM, &[("posit.team/component", "workbench-session")]));
        let other = End::Pod(bare_pod(ELSEWHERE));
        let to = End::Pod(member.pod.clone());
        let mut guarded = Some(true);
        for from in [session, other] {
            match self.reaches(&from, &to, Port::tcp(port)) {
                Answer::Denied(_) => {}
                Answer::Allowed(_) if self.unread.is_empty() && !member.chart_has_policies => {
                    return Some(false);
                }
                Answer::Allowed(_) | Answer::Unknown(_) => guarded = None,
            }
        }
        guarded
    }
}

/// Whether all policies that are for an end came, as far as they were asked for.
fn all_came(stack: &Stack<'_>, end: &End) -> bool {
    match (end, &stack.unseen) {
        (End::Pod(pod), Some(unseen)) => policies_came(stack, unseen, &pod.namespace),
        _ => true,
    }
}

/// Whether a running cluster kept back none of its policies for a namespace.
fn policies_came(stack: &Stack<'_>, unseen: &[(String, Option<String>)], namespace: &str) -> bool {
    let covered = |in_namespace: bool| {
        let place = in_namespace.then(|| namespace.to_owned());
        stack.covered.contains(&("NetworkPolicy".to_owned(), place))
    };
    // What is refused in the whole cluster is asked for once more in each namespace of the stack.
    let is_hole = |(resource, place): &(String, Option<String>)| {
        resource.contains("networkpolicies")
            && match place {
                Some(place) => place == namespace,
                None => !(resource.starts_with("networkpolicies.") && covered(true)),
            }
    };
    (covered(false) || covered(true)) && !unseen.iter().any(is_hole)
}

/// The subject `pod_guard` for each store, and for Grafana.
fn guards(stack: &Stack<'_>, network: &Network, members: &Members) -> Vec<Subject> {
    let mut found: Vec<Subject> = Vec::new();
    let roles: [(&str, &[Role]); 3] = [
        ("mimir", &[Role::MimirGateway, Role::Mimir]),
        ("loki", &[Role::LokiGateway, Role::Loki]),
        ("grafana", &[Role::Grafana]),
    ];
    for (name, roles) in roles {
        let asked: Vec<&Member> = roles.iter().flat_map(|role| members.all(*role)).collect();
        let mut namespaces: Vec<&str> = asked.iter().map(|member| member.pod.namespace.as_str()).collect();
        namespaces.sort_unstable();
        namespaces.dedup();
        for namespace in namespaces {
            let mut own = asked.iter().filter(|member| member.pod.namespace == namespace);
            // The gateway is what others ask, and without one it is the pods themselves. What is open behind a gateway that is
            // guarded is told too.
            let Some(first) = own.next() else { continue };
            let is_open = |member: &&&Member| network.guards(member, member.port) == Some(false);
            let behind = own.find(is_open).filter(|_| network.guards(first, first.port) == Some(true));
            found.push(guard(stack, network, name, behind.unwrap_or(first)));
        }
    }
    found
}

/// Who reaches one of them.
fn guard(stack: &Stack<'_>, network: &Network, name: &str, member: &Member) -> Subject {
    let place = member.place;
    let entries = [
        ("name", Fact::new(name, place)),
        ("role", Fact::new(member.role.words(), place)),
        ("namespace", Fact::new(member.pod.namespace.as_str(), place)),
        ("covered", Fact::bare(network.covers(stack, &member.pod.namespace))),
        ("selected", Fact::bare(network.has_say(&member.pod))),
        ("guarded", network.guarded(member)),
    ];
    let key = format!("guard of {name} in {}", member.pod.namespace);
    Subject { kind: "pod_guard", key, facts: Fact::map(entries, place) }
}

/// Whether network policies keep others from the Grafana of a namespace, whose pods the input may not show; null where it
/// shows nothing of policies.
pub(crate) fn grafana_guard(
    stack: &Stack<'_>,
    network: &Network,
    members: &Members,
    grafana: &Subject,
) -> Fact {
    let (namespace, place) = (grafana.facts.reach("namespace"), grafana.facts.place);
    // Values do not say where they are installed.
    let name = namespace.text().unwrap_or(Chart::Grafana.home());
    let Some(place) = place else { return Fact::absent(place) };
    if !network.covers(stack, name) {
        return Fact::absent(place);
    }
    let own = members.all(Role::Grafana).find(|member| member.pod.namespace == name);
    own.map_or_else(
        || network.guarded(&Member::unseen(Role::Grafana, name, place)),
        |own| network.guarded(own),
    )
}

/// The subject `network_trust`: how far the policies of the input trust pods, to be held against the declaration.
fn trust(network: &Network, workload: &Workload) -> Option<Subject> {
    let concerns = |namespace: &Option<String>| namespace.as_deref().is_none_or(|name| name == TEAM);
    let first = network.policies.iter().find(|policy| concerns(&policy.namespace))?;
    let declared = workload.facts.reach("network_trust");
    let place =
        |index: Option<usize>| index.and_then(|index| network.policies.get(index)).unwrap_or(first).place;
    let reached = |namespace: &str| {
        let to = End::Pod(bare_pod(namespace));
        let port = Port { number: None, protocol: "TCP" };
        match network.reaches(&End::Pod(bare_pod(ELSEWHERE)), &to, port) {
            Answer::Allowed(index) => Fact::new(true, place(index)),
            Answer::Denied(index) => Fact::new(false, place(Some(index))),
            Answer::Unknown(index) => Fact { value: FactValue::Null, place: Some(place(Some(index))) },
        }
    };
    let entries = [("declared", declared), ("team_open", reached(TEAM)), ("others_open", reached(ELSEWHERE))];
    let facts = Fact::map(entries, first.place);
    Some(Subject { kind: "network_trust", key: "network trust".to_owned(), facts })
}
