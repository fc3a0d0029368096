//! Lists the connections that the monitoring lives by.

use super::members::Member;
use super::members::Members;
use super::members::Role;
use super::reach::End;
use super::reach::Port;
use super::reach::bare_pod;
use super::reach::some_pod;

/// A port that members of a memberlist talk on, and that of gRPC. Sources: defaults of both stores.
const MEMBERLIST: u16 = 7946;
const GRPC: u16 = 9095;

/// The port at which collectors take in logs of front-ends. Source: PTD producer.
const FARO: u16 = 12_347;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Metrics on their way to a store.
    Metrics,
    /// Anything else that the monitoring lives by.
    Monitoring,
    /// The scrape of pods that the input does not show.
    Scrape,
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Way<'m> {
    /// What it is for.
    pub(crate) purpose: Purpose,
    /// Who to whom, in words.
    pub(crate) words: String,
    /// Whose pods connect, or are connected to.
    pub(crate) member: &'m Member,
    pub(crate) from: End,
    pub(crate) to: End,
    pub(crate) port: Port,
}

/// What is known of the stack beside its pods.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// Whether metrics go to a control room.
    pub(crate) control_room: bool,
    /// Namespaces whose pods are scraped.
    pub(crate) scraped: Vec<String>,
    /// Whether an ingress leads to a collector.
    pub(crate) front_end: bool,
}

/// All connections that the monitoring of a stack needs.
pub(crate) fn ways<'m>(members: &'m Members, asked: &Asked) -> Vec<Way<'m>> {
    let mut all = Vec::new();
    let mut push = |purpose, words: String, member: &'m Member, from: End, to: End, port| {
        all.push(Way { purpose, words, member, from, to, port });
    };
    let pod = |member: &Member| End::Pod(member.pod.clone());
    let first = |roles: [Role; 2]| roles.into_iter().find_map(|role| members.all(role).next());
    let stores = [first([Role::MimirGateway, Role::Mimir]), first([Role::LokiGateway, Role::Loki])];
    let https = Port::tcp(443);
    let dns = Port { number: Some(53), protocol: "UDP" };
    let name_server = || End::Pod(some_pod("kube-system", &[("k8s-app", "kube-dns")]));
    for alloy in members.all(Role::Alloy) {
        for (store, purpose) in stores.into_iter().zip([Purpose::Metrics, Purpose::Monitoring]) {
            let Some(store) = store else { continue };
            let words = format!("Alloy to {}", store.role.words());
            push(purpose, words, alloy, pod(alloy), pod(store), Port::tcp(store.port));
        }
        if asked.control_room {
            push(
                Purpose::Metrics,
                "Alloy to the control room".to_owned(),
                alloy,
                pod(alloy),
                End::Outside,
                https,
            );
        }
        let words = "Alloy to the Kubernetes API".to_owned();
        push(Purpose::Monitoring, words, alloy, pod(alloy), End::Outside, https);
        let words = "Alloy to the other pods of Alloy".to_owned();
        push(Purpose::Monitoring, words, alloy, pod(alloy), pod(alloy), Port::tcp(alloy.port));
        for namespace in &asked.scraped {
            let shown = members.0.iter().find(|member| member.pod.namespace == *namespace);
            let (purpose, to) = match shown {
                Some(member) => (Purpose::Monitoring, pod(member)),
                None => (Purpose::Scrape, End::Pod(bare_pod(namespace))),
            };
            let words = format!("Alloy to the pods of {namespace}");
            let number = shown.map(|member| member.port);
            push(purpose, words, alloy, pod(alloy), to, Port { number, protocol: "TCP" });
        }
        if asked.front_end {
            let from = front_door(members);
            let words = "Traefik to Alloy's receiver of front-end logs".to_owned();
            push(Purpose::Monitoring, words, alloy, from, pod(alloy), Port::tcp(FARO));
        }
    }
    for grafana in members.all(Role::Grafana) {
        for store in stores.into_iter().flatten() {
            let words = format!("Grafana to {}", store.role.words());
            push(Purpose::Monitoring, words, grafana, pod(grafana), pod(store), Port::tcp(store.port));
        }
        let from = front_door(members);
        push(
            Purpose::Monitoring,
            "Traefik to Grafana".to_owned(),
            grafana,
            from,
            pod(grafana),
            Port::tcp(grafana.port),
        );
    }
    for (gateway, store) in [(Role::MimirGateway, Role::Mimir), (Role::LokiGateway, Role::Loki)] {
        let carries = if store == Role::Mimir { Purpose::Metrics } else { Purpose::Monitoring };
        for to in members.all(store) {
            for from in members.all(gateway) {
                let words = format!("{} to {}", gateway.words(), store.words());
                push(carries, words, from, pod(from), pod(to), Port::tcp(to.port));
            }
            for from in members.all(store) {
                for port in [GRPC, MEMBERLIST] {
                    let words = format!("{} to each other", store.words());
                    push(carries, words, from, pod(from), pod(to), Port::tcp(port));
                }
            }
            let words = format!("{} to object storage", store.words());
            push(carries, words, to, pod(to), End::Outside, https);
        }
    }
    for member in members.0.iter().filter(|member| member.role != Role::Traefik) {
        let carries = match member.role {
            Role::Alloy | Role::MimirGateway | Role::Mimir => Purpose::Metrics,
            _ => Purpose::Monitoring,
        };
        let words = format!("{} to the cluster's DNS", member.role.words());
        push(carries, words, member, pod(member), name_server(), dns);
    }
    all
}

/// The pods through which people come in: those of the input, or those of the namespace where the platform has them.
fn front_door(members: &Members) -> End {
    match members.all(Role::Traefik).next() {
        Some(traefik) => End::Pod(traefik.pod.clone()),
        None => End::Pod(some_pod("traefik", &[("app.kubernetes.io/name", "traefik")])),
    }
}
