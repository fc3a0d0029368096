//! Answers whether one pod reaches a port of another: what network policies let out of the one and into the other.

use super::policy::Action;
use super::policy::Peer;
use super::policy::Policy;
use super::policy::PortMatch;
use super::policy::Rule;
use super::selector::Labels;
use super::selector::Selector;
use crate::document::Place;

/// A pod, or those of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pod {
    /// Its namespace.
    pub(crate) namespace: String,
    /// Its labels.
    pub(crate) labels: Labels,
    /// The ports that its containers name.
    pub(crate) ports: Vec<(String, u16)>,
    /// Whether it uses its node's network, which policies do not touch.
    pub(crate) shares_node: bool,
}

/// An end of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// A pod.
    Pod(Pod),
    /// Something outside of the cluster's pods, at an address that nobody knows.
    Outside,
}

/// A port of the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Port {
    /// The number; `None` where it is not known.
    pub(crate) number: Option<u16>,
    /// `TCP` or `UDP`.
    pub(crate) protocol: &'static str,
}

impl Port {
    /// A TCP port.
    pub(crate) const fn tcp(number: u16) -> Self {
        Self { number: Some(number), protocol: "TCP" }
    }
}

/// A policy that decides, by its index.
pub(crate) type Decider = usize;

/// Whether a connection is let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is; by which policy, where one has a say.
    Allowed(Option<Decider>),
    /// It is not, because of this policy.
    Denied(Decider),
    /// That hangs on what this policy asks for, which is not known.
    Unknown(Decider),
}

/// The policies of a cluster.
#[derive(Debug, Default)]
pub(crate) struct Network {
    /// In the order in which they are asked.
    pub(crate) policies: Vec<Policy>,
    /// Policies of kinds that are not read.
    pub(crate) unread: Vec<(String, Place)>,
    /// Labels of the namespaces that the input shows.
    pub(crate) namespaces: Vec<(String, Labels)>,
}

/// A direction of traffic, as seen from the pod that policies are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

impl Network {
    /// Whether `from` reaches that port of `to`.
    pub(crate) fn reaches(&self, from: &End, to: &End, port: Port) -> Answer {
        let out = match from {
            End::Pod(pod) => self.decide(Way::Out, pod, (from, to), port),
            End::Outside => Answer::Allowed(None),
        };
        let into = match to {
            End::Pod(pod) => self.decide(Way::In, pod, (from, to), port),
            End::Outside => Answer::Allowed(None),
        };
        match (out, into) {
            (Answer::Denied(policy), _) | (_, Answer::Denied(policy)) => Answer::Denied(policy),
            (Answer::Unknown(policy), _) | (_, Answer::Unknown(policy)) => Answer::Unknown(policy),
            (Answer::Allowed(out), Answer::Allowed(into)) => Answer::Allowed(into.or(out)),
        }
    }

    /// Whether any policy is, or may be, for what comes into a pod.
    pub(crate) fn has_say(&self, pod: &Pod) -> bool {
        self.policies.iter().any(|policy| policy.ingress.is_some() && self.is_for(policy, pod) != Some(false))
    }

    /// What the policies of one pod say of a connection. Tiers are asked in turn; within one the first rule that matches
    /// decides, and what none matches is refused if the tier has any policy for the pod.
    fn decide(&self, way: Way, pod: &Pod, (from, to): (&End, &End), port: Port) -> Answer {
        if pod.shares_node {
            return Answer::Allowed(None);
        }
        let (mut may_allow, mut may_deny) = (None, None);
        let mut tiers: Vec<&str> = self.policies.iter().map(|policy| policy.tier.as_str()).collect();
        tiers.dedup();
        for tier in tiers {
            let mut blamed: Option<Decider> = None;
            let mut passed = false;
            let own = self.policies.iter().enumerate().filter(|(_, policy)| policy.tier == tier);
            'tier: for (index, policy) in own {
                let rules = match way {
                    Way::In => policy.ingress.as_ref(),
                    Way::Out => policy.egress.as_ref(),
                };
                let (Some(rules), is_for) = (rules, self.is_for(policy, pod)) else { continue };
                if is_for == Some(false) {
                    continue;
                }
                if is_for.is_none() {
                    may_deny = may_deny.or(Some(index));
                } else if blamed.is_none() || rules.is_empty() {
                    // The one that closes by itself is what people have to look at.
                    blamed = Some(index);
                }
                for rule in rules {
                    let matches = match (is_for, self.matches(policy, rule, (from, to), port)) {
                        (_, Some(false)) => continue,
                        (Some(true), Some(true)) => true,
                        _ => false,
                    };
                    match (rule.action, matches) {
                        (Action::Allow, true) => {
                            return match may_deny {
                                Some(doubt) => Answer::Unknown(doubt),
                                None => Answer::Allowed(Some(index)),
                            };
                        }
                        (Action::Deny, true) => {
                            return match may_allow {
                                Some(doubt) => Answer::Unknown(doubt),
                                None => Answer::Denied(index),
                            };
                        }
                        (Action::Pass, true) => {
                            passed = true;
                            break 'tier;
                        }
                        (Action::Allow | Action::Pass, false) => may_allow = may_allow.or(Some(index)),
                        (Action::Deny, false) => may_deny = may_deny.or(Some(index)),
                        (Action::Log, _) => {}
                    }
                }
            }
            if let Some(blamed) = blamed.filter(|_| !passed) {
                return match may_allow {
                    Some(doubt) => Answer::Unknown(doubt),
                    None => Answer::Denied(blamed),
                };
            }
        }
        may_deny.map_or(Answer::Allowed(None), Answer::Unknown)
    }

    /// Whether a policy is for a pod.
    pub(crate) fn is_for(&self, policy: &Policy, pod: &Pod) -> Option<bool> {
        if policy.namespace.as_ref().is_some_and(|namespace| *namespace != pod.namespace) {
            return Some(false);
        }
        let namespace = self.namespace(&pod.namespace);
        both(policy.namespaces.takes(&namespace), policy.pods.takes(&self.labels(pod)))
    }

    fn matches(&self, policy: &Policy, rule: &Rule, (from, to): (&End, &End), port: Port) -> Option<bool> {
        let protocol = rule.protocols.is_empty() || rule.protocols.iter().any(|own| own == port.protocol);
        if !protocol {
            return Some(false);
        }
        let ports = Self::port_matches(rule, to, port);
        let sources = self.one_of(policy, &rule.sources, from);
        let destinations = self.one_of(policy, &rule.destinations, to);
        let all = both(both(ports, sources), destinations);
        if rule.narrowed && all == Some(true) { None } else { all }
    }

    fn port_matches(rule: &Rule, to: &End, port: Port) -> Option<bool> {
        if rule.ports.is_empty() {
            return Some(true);
        }
        let mut any = Some(false);
        for own in &rule.ports {
            let matches = match (own, port.number, to) {
                (_, None, _) => None,
                (PortMatch::Range(first, last), Some(number), _) => Some((*first..=*last).contains(&number)),
                (PortMatch::Name(name), Some(number), End::Pod(pod)) if !pod.ports.is_empty() => {
                    Some(pod.ports.iter().any(|(own, port)| own == name && *port == number))
                }
                (PortMatch::Name(_), Some(_), _) => None,
            };
            match matches {
                Some(true) => return Some(true),
                None => any = None,
                Some(false) => {}
            }
        }
        any
    }

    fn one_of(&self, policy: &Policy, peers: &[Peer], end: &End) -> Option<bool> {
        if peers.is_empty() {
            return Some(true);
        }
        let mut any = Some(false);
        for peer in peers {
            match self.is_peer(policy, peer, end) {
                Some(true) => return Some(true),
                None => any = None,
                Some(false) => {}
            }
        }
        any
    }

    fn is_peer(&self, policy: &Policy, peer: &Peer, end: &End) -> Option<bool> {
        let nets = if peer.nets.is_empty() || peer.nets.iter().any(|net| is_everything(net)) {
            Some(true)
        } else {
            // Addresses of pods and of hosts outside are not known before they are there.
            None
        };
        let pods = match (&peer.pods, end) {
            (None, _) => Some(true),
            (Some(pods), End::Pod(pod)) if !pod.shares_node => {
                let own = match (&peer.namespaces, &policy.namespace) {
                    (Some(namespaces), _) => namespaces.takes(&self.namespace(&pod.namespace)),
                    (None, Some(namespace)) => Some(*namespace == pod.namespace),
                    (None, None) => Some(true),
                };
                both(own, pods.takes(&self.labels(pod)))
            }
            (Some(_), _) => Some(false),
        };
        let all = both(nets, pods);
        if peer.narrowed && all == Some(true) { None } else { all }
    }

    /// The labels of a namespace; those that its name gives it are always known.
    fn namespace(&self, name: &str) -> Labels {
        let known = self.namespaces.iter().find(|(own, _)| own == name).map(|(_, labels)| labels.clone());
        let mut labels = known.unwrap_or_default();
        for key in ["kubernetes.io/metadata.name", "projectcalico.org/name"] {
            labels.known.insert(key.to_owned(), name.to_owned());
        }
        labels
    }

    /// The labels of a pod, with those that Calico adds.
    fn labels(&self, pod: &Pod) -> Labels {
        let mut labels = pod.labels.clone();
        labels.known.insert("projectcalico.org/namespace".to_owned(), pod.namespace.clone());
        labels.known.insert("projectcalico.org/orchestrator".to_owned(), "k8s".to_owned());
        for (key, value) in self.namespace(&pod.namespace).known {
            labels.known.insert(format!("pcns.{key}"), value);
        }
        labels
    }
}

fn both(one: Option<bool>, two: Option<bool>) -> Option<bool> {
    match (one, two) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn is_everything(net: &str) -> bool {
    matches!(net, "0.0.0.0/0" | "::/0")
}

/// A pod of a namespace of which only some labels are known.
pub(crate) fn some_pod(namespace: &str, labels: &[(&str, &str)]) -> Pod {
    Pod {
        namespace: namespace.to_owned(),
        labels: Labels::new(labels.iter().copied(), false),
        ports: Vec::new(),
        shares_node: false,
    }
}

/// A pod of a namespace that no selector means in particular: it has no labels.
pub(crate) fn bare_pod(namespace: &str) -> Pod {
    Pod { labels: Labels { complete: true, ..Labels::default() }, ..some_pod(namespace, &[]) }
}

/// A selector that is not for everything: used by what asks whether a policy is meant for all pods.
pub(crate) fn takes_everything(policy: &Policy) -> bool {
    policy.pods == Selector::all()
}
