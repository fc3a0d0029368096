//! What pods reach under policies of both kinds.

use super::network;
use super::reach::Answer;
use super::reach::End;
use super::reach::Network;
use super::reach::Pod;
use super::reach::Port;
use super::reach::bare_pod;
use super::reach::some_pod;
use super::selector::Labels;
use crate::model::stack::tests::with_stack;

fn pod(namespace: &str, labels: &[(&'static str, &'static str)]) -> End {
    End::Pod(Pod {
        labels: Labels::new(labels.iter().copied(), true),
        ports: vec![("http".to_owned(), 8080)],
        ..some_pod(namespace, &[])
    })
}

/// Asks in words: `allowed`, or which policy denies or leaves open.
fn asked(manifests: &str, from: &End, to: &End, port: Port) -> String {
    with_stack(&[("policies.yaml", manifests)], |stack, _| told(&network(stack), from, to, port))
}

fn told(network: &Network, from: &End, to: &End, port: Port) -> String {
    let name = |index: usize| network.policies[index].name.rsplit([' ', '/']).next().unwrap().to_owned();
    match network.reaches(from, to, port) {
        Answer::Allowed(_) => "allowed".to_owned(),
        Answer::Denied(index) => format!("denied by {}", name(index)),
        Answer::Unknown(index) => format!("open: {}", name(index)),
    }
}

const WEB: Port = Port::tcp(8080);

/// A Kubernetes policy for the pods `app: web` of the namespace `shop`.
fn kubernetes(rules: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: web, namespace: shop}}\n\
         spec:\n  podSelector: {{matchLabels: {{app: web}}}}\n{rules}"
    )
}

fn calico(kind: &str, name: &str, spec: &str) -> String {
    let namespace = if kind == "NetworkPolicy" { ", namespace: shop" } else { "" };
    format!(
        "---\napiVersion: projectcalico.org/v3\nkind: {kind}\nmetadata: {{name: {name}{namespace}}}\nspec: {spec}\n"
    )
}

#[test]
fn without_a_policy_for_it_a_pod_is_open() {
    let (web, other) = (pod("shop", &[("app", "web")]), pod("shop", &[("app", "cart")]));
    assert_eq!(asked("", &other, &web, WEB), "allowed");
    assert_eq!(asked(&kubernetes("  ingress: []\n"), &web, &other, WEB), "allowed");
    assert_eq!(asked(&kubernetes("  ingress: []\n"), &other, &web, WEB), "denied by web");
}

#[test]
fn kubernetes_policies_allow_by_pods_namespaces_and_ports() {
    let web = pod("shop", &[("app", "web")]);
    let (cart, stranger) = (pod("shop", &[("app", "cart")]), pod("bank", &[("app", "cart")]));
    for (rules, from, port, expected) in [
        ("  ingress: [{from: [{podSelector: {matchLabels: {app: cart}}}]}]\n", &cart, WEB, "allowed"),
        (
            "  ingress: [{from: [{podSelector: {matchLabels: {app: cart}}}]}]\n",
            &stranger,
            WEB,
            "denied by web",
        ),
        ("  ingress: [{from: [{podSelector: {}, namespaceSelector: {}}]}]\n", &stranger, WEB, "allowed"),
        (
            "  ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: bank}}}]}]\n",
            &stranger,
            WEB,
            "allowed",
        ),
        (
            "  ingress: [{from: [{namespaceSelector: {matchLabels: {team: bank}}}]}]\n",
            &stranger,
            WEB,
            "open: web",
        ),
        ("  ingress: [{ports: [{port: http}]}]\n", &cart, WEB, "allowed"),
        ("  ingress: [{ports: [{port: 8000, endPort: 9000}]}]\n", &cart, WEB, "allowed"),
        ("  ingress: [{ports: [{port: 9090}]}]\n", &cart, WEB, "denied by web"),
        ("  ingress: [{ports: [{port: 8080, protocol: UDP}]}]\n", &cart, WEB, "denied by web"),
        ("  ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]\n", &cart, WEB, "allowed"),
        ("  ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]\n", &cart, WEB, "open: web"),
        (
            "  ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]\n",
            &cart,
            WEB,
            "open: web",
        ),
        ("  policyTypes: [Egress]\n", &cart, WEB, "allowed"),
        (
            "  ingress: [{from: [{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [cart]}]}}]}]\n",
            &cart,
            WEB,
            "denied by web",
        ),
    ] {
        assert_eq!(asked(&kubernetes(rules), from, &web, port), expected, "{rules}");
    }
}

#[test]
fn what_goes_out_is_asked_of_the_policies_of_the_sender() {
    let web = pod("shop", &[("app", "web")]);
    let none = kubernetes("  policyTypes: [Egress]\n");
    assert_eq!(asked(&none, &web, &End::Outside, Port::tcp(443)), "denied by web");
    let all = kubernetes("  policyTypes: [Egress]\n  egress: [{}]\n");
    assert_eq!(asked(&all, &web, &End::Outside, Port::tcp(443)), "allowed");
    let dns = kubernetes("  policyTypes: [Egress]\n  egress: [{ports: [{port: 53, protocol: UDP}]}]\n");
    let server = pod("kube-system", &[("k8s-app", "kube-dns")]);
    assert_eq!(asked(&dns, &web, &server, Port { number: Some(53), protocol: "UDP" }), "allowed");
    assert_eq!(asked(&dns, &web, &server, Port::tcp(53)), "denied by web");
}

#[test]
fn calico_asks_in_order_and_the_first_rule_that_matches_decides() {
    let (web, cart) = (pod("shop", &[("app", "web")]), pod("shop", &[("app", "cart")]));
    let deny = calico("GlobalNetworkPolicy", "deny", "{selector: all(), types: [Ingress, Egress]}");
    assert_eq!(asked(&deny, &cart, &web, WEB), "denied by deny");
    let both = "{selector: all(), order: 5, ingress: [{action: Allow}], egress: [{action: Allow}]}";
    let allow = calico("GlobalNetworkPolicy", "allow", both);
    assert_eq!(asked(&format!("{deny}{allow}"), &cart, &web, WEB), "allowed");
    let late = format!("{}{allow}", calico("NetworkPolicy", "no", "{order: 9, ingress: [{action: Deny}]}"));
    assert_eq!(asked(&late, &cart, &web, WEB), "allowed");
    let early = format!("{}{allow}", calico("NetworkPolicy", "no", "{order: 1, ingress: [{action: Deny}]}"));
    assert_eq!(asked(&early, &cart, &web, WEB), "denied by no");
    let logged =
        "{selector: all(), order: 5, ingress: [{action: Log}, {action: Allow}], egress: [{action: Allow}]}";
    assert_eq!(asked(&calico("GlobalNetworkPolicy", "a", logged), &cart, &web, WEB), "allowed");
    let tiers = format!(
        "{}{}",
        calico("GlobalNetworkPolicy", "first", "{tier: platform, ingress: [{action: Pass}]}"),
        calico("GlobalNetworkPolicy", "second", "{ingress: [{action: Deny}]}")
    );
    assert_eq!(asked(&tiers, &cart, &web, WEB), "denied by second");
    let host = calico(
        "GlobalNetworkPolicy",
        "host",
        "{preDNAT: true, applyOnForward: true, ingress: [{action: Deny}]}",
    );
    assert_eq!(asked(&host, &cart, &web, WEB), "allowed");
}

#[test]
fn calico_selects_by_pods_namespaces_networks_and_ports() {
    let (web, cart) = (pod("shop", &[("app", "web")]), pod("shop", &[("app", "cart")]));
    let stranger = pod("bank", &[("app", "cart")]);
    for (rule, from, expected) in [
        ("{action: Allow, source: {selector: app == 'cart'}}", &cart, "allowed"),
        ("{action: Allow, source: {selector: app == 'cart'}}", &stranger, "denied by web"),
        (
            "{action: Allow, source: {namespaceSelector: projectcalico.org/name == 'bank'}}",
            &stranger,
            "allowed",
        ),
        (
            "{action: Allow, source: {selector: app == 'cart', namespaceSelector: all()}}",
            &stranger,
            "allowed",
        ),
        ("{action: Allow, source: {namespaceSelector: team == 'bank'}}", &stranger, "open: web"),
        ("{action: Allow, source: {notSelector: app == 'cart'}}", &cart, "denied by web"),
        ("{action: Allow, source: {nets: [10.0.0.0/8]}}", &cart, "open: web"),
        ("{action: Allow, source: {nets: [0.0.0.0/0]}}", &cart, "allowed"),
        ("{action: Allow, destination: {ports: [80, '8000:9000']}}", &cart, "allowed"),
        ("{action: Allow, protocol: UDP}", &cart, "denied by web"),
        ("{action: Allow, source: {serviceAccounts: {names: [x]}}}", &cart, "open: web"),
        ("{action: Allow, http: {methods: [GET]}}", &cart, "open: web"),
    ] {
        let policy =
            calico("NetworkPolicy", "web", &format!("{{selector: app == 'web', ingress: [{rule}]}}"));
        assert_eq!(asked(&policy, from, &web, WEB), expected, "{rule}");
    }
    let narrow =
        calico("GlobalNetworkPolicy", "narrow", "{namespaceSelector: projectcalico.org/name == 'bank'}");
    assert_eq!(asked(&narrow, &cart, &web, WEB), "allowed");
    assert_eq!(asked(&narrow, &cart, &stranger, WEB), "denied by narrow");
}

#[test]
fn what_a_policy_asks_for_and_nobody_knows_is_left_open_where_it_matters() {
    let web = pod("shop", &[("app", "web")]);
    let unseen = End::Pod(some_pod("shop", &[]));
    let only_cart =
        calico("NetworkPolicy", "web", "{ingress: [{action: Allow, source: {selector: app == 'cart'}}]}");
    assert_eq!(asked(&only_cart, &unseen, &web, WEB), "open: web");
    let of_web = calico("NetworkPolicy", "web", "{selector: app == 'web', types: [Ingress]}");
    assert_eq!(asked(&of_web, &web, &unseen, WEB), "open: web");
    // Whether the first lets it in does not matter where the second does anyway.
    let sure = format!("{only_cart}{}", calico("NetworkPolicy", "yes", "{ingress: [{action: Allow}]}"));
    assert_eq!(asked(&sure, &unseen, &web, WEB), "allowed");
    let bare = End::Pod(bare_pod("shop"));
    assert_eq!(asked(&of_web, &web, &bare, WEB), "allowed");
}

#[test]
fn pods_of_their_node_are_beyond_policies() {
    let deny = calico("GlobalNetworkPolicy", "deny", "{selector: all(), types: [Ingress]}");
    let node = End::Pod(Pod { shares_node: true, ..some_pod("shop", &[]) });
    assert_eq!(asked(&deny, &bare(), &node, WEB), "allowed");
    assert_eq!(asked(&deny, &node, &bare(), WEB), "denied by deny");
}

fn bare() -> End {
    End::Pod(bare_pod("shop"))
}
