//! Every way to name a Service, and what it leads to.

use super::alloy;
use super::events_to;
use super::holds;
use super::leaks;
use super::loki;
use super::service;
use super::undecided;
use super::workload;

/// A collector in the namespace `alloy` that sends to that URL, and the Loki of the namespace `logs`.
fn sends_to(url: &str, more: &str) -> String {
    format!("{}{}{more}", alloy("alloy", &events_to(url)), loki())
}

#[test]
fn every_way_to_name_a_service_leads_to_the_store_behind_it() {
    for host in [
        "loki.logs",
        "loki.logs.svc",
        "loki.logs.svc.cluster.local",
        "loki.logs.svc.cluster.local.",
        "LOKI.logs.svc",
    ] {
        holds(&sends_to(&format!("http://{host}:3100/loki/api/v1/push"), ""));
    }
}

#[test]
fn network_policies_alone_do_not_show_a_namespace() {
    let url = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push";
    let policy = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: store, namespace: loki}\nspec: {podSelector: {}, ingress: [{}]}\n";
    holds(&sends_to(url, policy));
    let namespace = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: loki}\n";
    undecided(&sends_to(url, namespace), "namespace loki is in the input, but no Service loki-gateway");
}

#[test]
fn short_name_means_the_collectors_own_namespace() {
    let url = "http://loki:3100/loki/api/v1/push";
    undecided(&sends_to(url, ""), "namespace alloy is in the input, but no Service loki");
    holds(&sends_to(url, &loki().replace("namespace: logs", "namespace: alloy")));
}

#[test]
fn name_that_ends_in_a_dot_is_no_service() {
    leaks(&sends_to("http://loki.:3100/push", ""), "http://loki.:3100/push");
}

#[test]
fn alias_leads_where_it_says() {
    let alias = |host: &str| {
        format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: alias, namespace: alloy}}\nspec: {{type: ExternalName, externalName: {host}}}\n"
        )
    };
    holds(&sends_to("http://alias:3100/push", &alias("loki.logs.svc.cluster.local")));
    leaks(&sends_to("http://alias:3100/push", &alias("logs.example.net")), "http://alias:3100/push");
    undecided(&sends_to("http://alias:3100/push", &alias("alias.alloy.svc")), "aliases of each other");
    // The alias keeps the port that is dialled.
    undecided(&sends_to("http://alias/push", &alias("loki.logs.svc")), "has no port 80");
}

#[test]
fn port_that_the_service_does_not_have_is_told() {
    undecided(
        &sends_to("http://loki.logs.svc:9999/push", ""),
        "Service logs/loki has no port 9999 (it has 3100), so nothing arrives",
    );
    undecided(&sends_to("http://loki.logs.svc/push", ""), "has no port 80");
}

/// A Service without selector, and slices or endpoints for it.
fn by_hand(more: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: hands, namespace: alloy}}\nspec: {{ports: [{{port: 80}}]}}\n---\n{more}"
    )
}

fn slice(endpoints: &str) -> String {
    by_hand(&format!(
        "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {{name: hands-1, namespace: alloy, labels: {{kubernetes.io/service-name: hands}}}}\naddressType: IPv4\nendpoints: {endpoints}\n"
    ))
}

#[test]
fn addresses_given_by_hand_are_placed() {
    let url = "http://hands/push";
    leaks(&sends_to(url, &slice("[{addresses: [203.0.113.7]}]")), url);
    leaks(&sends_to(url, &slice("[{addresses: [logs.example.net]}]")), url);
    undecided(
        &sends_to(url, &slice("[{addresses: [10.100.3.4]}]")),
        "10.100.3.4 may be the address of a Service",
    );
    undecided(
        &sends_to(url, &by_hand("kind: Namespace\napiVersion: v1\nmetadata: {name: alloy}\n")),
        "no selector and no addresses",
    );
    let endpoints = "apiVersion: v1\nkind: Endpoints\nmetadata: {name: hands, namespace: alloy}\nsubsets: [{addresses: [{ip: 203.0.113.7}], ports: [{port: 80}]}]\n";
    leaks(&sends_to(url, &by_hand(endpoints)), url);
}

#[test]
fn address_of_a_pod_counts_only_for_a_pod_of_the_input() {
    let url = "http://hands/push";
    let endpoint =
        |name: &str| slice(&format!("[{{addresses: [10.9.8.7], targetRef: {{kind: Pod, name: {name}}}}}]"));
    let store = loki().replace("namespace: logs", "namespace: alloy");
    let with = |name: &str| sends_to(url, &format!("{store}{}", endpoint(name)));
    holds(&with("loki-7d9f-x2"));
    undecided(&with("other-0"), "10.9.8.7 is said to be pod other-0, which is not in the input");
}

#[test]
fn service_is_known_by_its_address() {
    let with_address = sends_to("http://10.43.0.9:3100/push", "")
        .replace("selector: {app: loki}", "clusterIP: 10.43.0.9\n  selector: {app: loki}");
    holds(&with_address);
    undecided(&sends_to("http://10.43.0.9:3100/push", ""), "name the Service");
}

#[test]
fn headless_service_gives_pods_names_and_its_ports_say_nothing() {
    let headless = |url: &str| {
        sends_to(url, "").replace("selector: {app: loki}", "clusterIP: None\n  selector: {app: loki}")
    };
    for host in
        ["loki-0.loki.logs.svc.cluster.local", "loki-0.loki.logs.svc", "loki-0.loki.logs", "loki.logs"]
    {
        holds(&headless(&format!("http://{host}:3100/push")));
        holds(&headless(&format!("http://{host}:9095/push")));
    }
    // Without a headless Service the same name is one of the public name system.
    leaks(&sends_to("http://loki-0.loki.logs:3100/push", ""), "http://loki-0.loki.logs:3100/push");
}

#[test]
fn program_behind_a_service_that_nobody_knows_is_told() {
    let front = |image: &str| {
        format!(
            "{}{}",
            workload("edge", "front", image, "/etc/x", ""),
            service("edge", "front", "[{port: 80}]")
        )
    };
    let url = "http://front.edge/push";
    undecided(
        &sends_to(url, &front("docker.io/library/nginx:1.27")),
        "what Deployment edge/front (nginx) does with them is not known",
    );
    undecided(&sends_to(url, &front("registry.example.com/loki-proxy:1")), "(loki-proxy)");
    holds(&sends_to(url, &front("registry.example.com/mirror/loki:3.5.0")));
}

#[test]
fn gateway_of_the_stores_own_chart_is_the_end_of_the_way() {
    let labels =
        "labels: {app: loki-gateway, app.kubernetes.io/name: loki, app.kubernetes.io/component: gateway}";
    let gateway = format!(
        "{}{}",
        workload("logs", "loki-gateway", "docker.io/nginxinc/nginx-unprivileged:1.27", "/etc/nginx", "")
            .replace("labels: {app: loki-gateway}", labels),
        service("logs", "loki-gateway", "[{port: 80}]")
    );
    holds(&sends_to("http://loki-gateway.logs/push", &gateway));
}

#[test]
fn selector_decides_between_workloads() {
    let two = |own: &str| {
        format!(
            "{}{}{}",
            workload("edge", "front", "docker.io/library/nginx:1.27", "/etc/x", ""),
            workload("edge", "store", "docker.io/grafana/loki:3.5.0", "/etc/x", ""),
            service("edge", own, "[{port: 80}]")
        )
    };
    holds(&sends_to("http://store.edge/push", &two("store")));
    undecided(&sends_to("http://front.edge/push", &two("front")), "(nginx)");
    // Pods of another namespace are none of its own.
    holds(&sends_to(
        "http://front.logs/push",
        &two("front").replace(
            "kind: Service\nmetadata: {name: front, namespace: edge}",
            "kind: Service\nmetadata: {name: front, namespace: logs}",
        ),
    ));
}

#[test]
fn port_tells_containers_of_one_pod_apart() {
    let pod = workload("edge", "front", "docker.io/grafana/loki:3.5.0", "/etc/x", "ports: [{name: push, containerPort: 3100}]\n")
        .replace("      containers:\n", "      containers:\n        - name: proxy\n          image: docker.io/library/nginx:1.27\n          ports: [{name: web, containerPort: 8080}]\n");
    let with = |target: &str| {
        sends_to(
            "http://front.edge/push",
            &format!("{pod}{}", service("edge", "front", &format!("[{{port: 80, targetPort: {target}}}]"))),
        )
    };
    holds(&with("push"));
    holds(&with("3100"));
    undecided(&with("web"), "(nginx)");
    undecided(&with("9999"), "(nginx)");
}

#[test]
fn of_two_services_of_one_name_either_may_be_the_one() {
    let url = "http://loki.logs:3100/loki/api/v1/push";
    let unknown = workload("logs", "forward", "registry.example.com/forward:1", "/conf", "");
    let second = "---\napiVersion: v1\nkind: Service\nmetadata: {name: loki, namespace: logs}\nspec: {selector: {app: forward}, ports: [{port: 3100}]}\n";
    let says = "(forward)";
    undecided(&sends_to(url, &format!("{unknown}{second}")), says);
    undecided(&format!("{second}{unknown}{}", sends_to(url, "")), says);
    let alias = "---\napiVersion: v1\nkind: Service\nmetadata: {name: loki}\nspec: {type: ExternalName, externalName: logs.example.net}\n";
    undecided(&sends_to(url, alias), "the one that names no namespace leads elsewhere");
}

#[test]
fn store_that_a_shell_starts_may_be_anything() {
    let url = "http://loki.logs:3100/loki/api/v1/push";
    let shell = sends_to(url, "").replace(
        "image: docker.io/grafana/loki:",
        "command: [/bin/sh, -c, run]\n          image: docker.io/grafana/loki:",
    );
    undecided(&shell, "loki, started by a shell");
}
