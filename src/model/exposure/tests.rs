use super::*;
use crate::model::collectors;
use crate::model::stack::tests::with_stack;

const POD: &str = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: alloy, namespace: alloy}\nspec:\n  template:\n    metadata: {labels: {app: alloy, tier: edge}}\n    spec:\n      containers:\n        - name: alloy\n          image: grafana/alloy:v1.7.5\n          args: [run, /etc/alloy/config.alloy]\n          ports: [{name: faro, containerPort: 12347}]\n";

/// The doors of the only collector of a text, as `from port guarded`.
fn doors(text: &str) -> Vec<String> {
    exposure(text)
        .doors
        .iter()
        .map(|door| {
            let port = door.port.map_or("all".to_owned(), |port| port.to_string());
            let from = if door.from == Distance::Internet { "internet" } else { "network" };
            format!("{from} {port}{}", if door.guarded { " guarded" } else { "" })
        })
        .collect()
}

fn exposure(text: &str) -> Exposure {
    with_stack(&[("x.yaml", text)], |stack, _| {
        let mut found = collectors(stack);
        assert_eq!(found.len(), 1);
        found.remove(0).exposure
    })
}

fn service(kind: &str, rest: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: in, namespace: alloy{rest}}}\nspec:\n  type: {kind}\n  selector: {{app: alloy}}\n  ports: [{{name: web, port: 80, targetPort: faro}}, {{port: 12345}}]\n"
    )
}

#[test]
fn a_pod_alone_is_reached_from_its_cluster_only() {
    let alone = exposure(POD);
    assert!(alone.known && alone.doors.is_empty());
    assert_eq!(alone.server.unwrap().0, "127.0.0.1:12345");
    assert_eq!(doors(&format!("{POD}{}", service("ClusterIP", ""))), Vec::<String>::new());
}

#[test]
fn types_of_services_say_from_where() {
    let with = |kind: &str, rest: &str| doors(&format!("{POD}{}", service(kind, rest)));
    assert_eq!(with("LoadBalancer", ""), ["internet 12347", "internet 12345"]);
    assert_eq!(with("NodePort", ""), ["network 12347", "network 12345"]);
    for annotation in [
        "service.beta.kubernetes.io/aws-load-balancer-scheme: internal",
        "service.beta.kubernetes.io/azure-load-balancer-internal: 'true'",
    ] {
        let rest = format!(", annotations: {{{annotation}}}");
        assert_eq!(with("LoadBalancer", &rest), ["network 12347", "network 12345"], "{annotation}");
    }
    let public = ", annotations: {service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing}";
    assert_eq!(with("LoadBalancer", public), ["internet 12347", "internet 12345"]);
    let other = service("LoadBalancer", "").replace("app: alloy", "app: grafana");
    assert_eq!(doors(&format!("{POD}{other}")), Vec::<String>::new());
    let elsewhere = service("LoadBalancer", "").replace("namespace: alloy", "namespace: other");
    assert_eq!(doors(&format!("{POD}{elsewhere}")), Vec::<String>::new());
}

#[test]
fn ports_of_nodes_lead_to_the_pod() {
    let host = POD.replace("containerPort: 12347", "containerPort: 12347, hostPort: 80");
    assert_eq!(doors(&host), ["network 12347"]);
    let all =
        POD.replace("    spec:\n      containers", "    spec:\n      hostNetwork: true\n      containers");
    assert_eq!(doors(&all), ["network all"]);
}

#[test]
fn routes_of_every_kind_lead_through_the_service_they_name() {
    let with = |route: &str| doors(&format!("{POD}{}---\n{route}", service("ClusterIP", "")));
    let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: x, namespace: alloy}\nspec:\n  rules: [{host: a.example.com, http: {paths: [{backend: {service: {name: in, port: {name: web}}}}]}}]\n";
    assert_eq!(with(ingress), ["internet 12347"]);
    assert_eq!(with(&ingress.replace("name: in,", "name: other,")), Vec::<String>::new());
    assert_eq!(with(&ingress.replace("namespace: alloy", "namespace: other")), Vec::<String>::new());
    assert_eq!(with(&ingress.replace("name: web", "number: 12345")), ["internet 12345"]);
    let class = |name: &str, more: &str| {
        let meta = format!("namespace: alloy, annotations: {{kubernetes.io/ingress.class: {name}{more}}}");
        with(&ingress.replace("namespace: alloy", &meta))
    };
    assert_eq!(class("alb", ""), ["network 12347"]);
    assert_eq!(class("alb", ", alb.ingress.kubernetes.io/scheme: internet-facing"), ["internet 12347"]);
    assert_eq!(
        class("nginx", ", nginx.ingress.kubernetes.io/auth-url: https://a"),
        ["internet 12347 guarded"]
    );
    let route = "apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {name: x, namespace: traefik}\nspec:\n  routes: [{match: Host(`a`), middlewares: [{name: login}], services: [{name: in, namespace: alloy, port: 80}]}]\n";
    assert_eq!(with(route), ["internet 12347 guarded"]);
    assert_eq!(with(&route.replace("middlewares: [{name: login}], ", "")), ["internet 12347"]);
    let gateway = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: x, namespace: alloy}\nspec:\n  rules: [{backendRefs: [{name: in, port: 80}]}]\n";
    assert_eq!(with(gateway), ["internet 12347"]);
    let fallback = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: x, namespace: alloy}\nspec: {defaultBackend: {service: {name: in, port: {number: 80}}}}\n";
    assert_eq!(with(fallback), ["internet 12347"]);
}

#[test]
fn values_of_the_chart_say_the_same() {
    let release = |values: &str| {
        format!(
            "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {{name: alloy, namespace: charts}}\nspec:\n  chart: alloy\n  targetNamespace: alloy\n  valuesContent: |\n    alloy: {{extraPorts: [{{name: faro, port: 80, targetPort: 12347}}]}}\n{values}"
        )
    };
    let plain = exposure(&release(""));
    assert_eq!((plain.doors.len(), plain.server.unwrap().0), (0, "0.0.0.0:12345".to_owned()));
    assert_eq!(doors(&release("    ingress: {enabled: true, faroPort: 80}\n")), ["internet 12347"]);
    assert_eq!(doors(&release("    ingress: {enabled: true, faroPort: 12345}\n")), ["internet 12345"]);
    let guard = "    ingress: {enabled: true, faroPort: 80, annotations: {traefik.ingress.kubernetes.io/router.middlewares: a@b}}\n";
    assert_eq!(doors(&release(guard)), ["internet 12347 guarded"]);
    assert_eq!(doors(&release("    service: {type: LoadBalancer}\n")), ["internet 12345", "internet 12347"]);
    assert_eq!(doors(&release("    controller: {hostNetwork: true}\n")), ["network all"]);
    let beside = "---\napiVersion: v1\nkind: Service\nmetadata: {name: in, namespace: alloy}\nspec:\n  type: NodePort\n  selector: {app.kubernetes.io/name: alloy, app.kubernetes.io/instance: alloy}\n  ports: [{port: 80, targetPort: faro}]\n";
    assert_eq!(doors(&format!("{}{beside}", release(""))), ["network 12347"]);
}

#[test]
fn the_flag_sets_the_address_of_the_server() {
    let with = |arguments: &str| {
        exposure(&POD.replace("args: [run, ", &format!("args: [run, {arguments}"))).server.unwrap().0
    };
    assert_eq!(with("--server.http.listen-addr=0.0.0.0:80, "), "0.0.0.0:80");
    assert_eq!(with("--server.http.listen-addr, '0.0.0.0:81', "), "0.0.0.0:81");
}
