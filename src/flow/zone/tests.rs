use super::*;
use crate::document::DocId;
use crate::text::Span;

fn somewhere(start: u32) -> Place {
    Place { doc: DocId { file: 0, index: 0 }, span: Span::new(start, start + 1) }
}

fn service(target: ServiceTarget) -> Service {
    Service { target, place: Some(somewhere(7)), headless: false, ports: None }
}

fn surroundings() -> Surroundings {
    let mut services = BTreeMap::new();
    let mut add = |namespace: &str, name: &str, target| {
        services.insert((namespace.to_owned(), name.to_owned()), service(target));
    };
    add("monitoring", "loki", ServiceTarget::Pods(Vec::new()));
    add("alloy", "relay", ServiceTarget::Pods(Vec::new()));
    add("monitoring", "alias", ServiceTarget::ExternalName("logs.example.net".to_owned()));
    add("monitoring", "inner", ServiceTarget::ExternalName("loki.monitoring.svc.cluster.local".to_owned()));
    add("monitoring", "circle", ServiceTarget::ExternalName("circle.monitoring.svc".to_owned()));
    add(
        "monitoring",
        "hands",
        ServiceTarget::Addresses(vec![Address { text: "203.0.113.9".to_owned(), pod: None }]),
    );
    add("monitoring", "nothing", ServiceTarget::Addresses(Vec::new()));
    Surroundings {
        services,
        covered_namespaces: ["monitoring", "alloy"].map(str::to_owned).into(),
        control_room: Some("cr.example.com".to_owned()),
        allowed: vec![("*.partner.example.org".to_owned(), "contract 12".to_owned())],
        ..Surroundings::default()
    }
    .with_platform_endpoints()
}

fn zone(text: &str, syntax: Syntax) -> Zone {
    place(text, syntax, &surroundings(), Some("alloy")).zone
}

#[test]
fn urls_are_placed() {
    for (text, wanted) in [
        // The workload.
        ("http://loki.monitoring.svc.cluster.local/loki/api/v1/push", "workload"),
        ("http://LOKI.Monitoring.SVC.Cluster.Local.:3100/x", "workload"),
        ("http://loki.monitoring.svc:3100", "workload"),
        ("http://loki.monitoring:3100", "workload"),
        ("http://loki-0.loki.monitoring.svc.cluster.local", "workload"),
        ("http://relay:4318/", "workload"),
        ("http://inner.monitoring/", "workload"),
        ("http://localhost:3100/", "workload"),
        ("http://127.0.0.1:3100/", "workload"),
        ("http://127.8.9.10/", "workload"),
        ("http://0.0.0.0:3100/", "workload"),
        ("http://[::1]:3100/", "workload"),
        ("http://[::ffff:127.0.0.1]/", "workload"),
        ("http://user:word@loki.monitoring.svc/", "workload"),
        ("http://evil.example.com@loki.monitoring.svc/", "workload"),
        ("http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push", "workload"),
        ("http://mimir-gateway.mimir/api/v1/push", "workload"),
        ("http://ｌoki.monitoring.svc/", "workload"),
        // The control room.
        ("https://cr.example.com/", "control-room"),
        ("https://mimir.cr.example.com/api/v1/push", "control-room"),
        ("https://MIMIR.CR.example.com.:443/api/v1/push", "control-room"),
        // Allowed.
        ("https://in.partner.example.org/", "allowed"),
        // Outside.
        ("https://evilcr.example.com/", "external"),
        ("https://cr.example.com.evil.net/", "external"),
        ("https://partner.example.org/", "external"),
        ("https://logs.grafana.net/loki/api/v1/push", "external"),
        ("https://grafana.com/", "external"),
        ("http://loki-gateway.loki.svc.cluster.local@evil.example.com/", "external"),
        ("http://loki-gateway.loki.svc.cluster.local:80@evil.example.com/", "external"),
        ("http://loki-gateway.loki.svc.cluster.local.evil.example.com/", "external"),
        ("http://loki.monitoring.svc.evil.com/", "external"),
        ("http://alias.monitoring.svc.cluster.local/", "external"),
        ("http://hands.monitoring/", "external"),
        ("http://8.8.8.8/", "external"),
        ("http://192.168.7.7:3100/", "external"),
        ("http://[2001:db8::1]/", "external"),
        ("http://[::ffff:8.8.8.8]/", "external"),
        ("http://134744072/", "external"),
        ("http://0x08080808/", "external"),
        ("http://evil.example.com\\@loki.monitoring.svc/", "external"),
        ("http://evil.example.com#@loki.monitoring.svc/", "external"),
        ("http://evil.example.com?@loki.monitoring.svc/", "external"),
        ("evil.example.com/loki/api/v1/push", "external"),
        ("http://lökí.example.com/", "external"),
        ("http://host.docker.internal/", "external"),
        // Not known.
        ("http://loki.absent.svc.cluster.local/", "unknown"),
        ("http://gone.monitoring.svc.cluster.local/", "unknown"),
        ("http://gone/", "unknown"),
        ("http://logs.localhost/", "unknown"),
        ("http://something.logging/", "unknown"),
        ("http://10-1-2-3.monitoring.pod.cluster.local/", "unknown"),
        ("http://nothing.monitoring/", "unknown"),
        ("http://circle.monitoring.svc/", "unknown"),
        ("http://10.100.3.4/", "unknown"),
        ("http://172.20.3.4/", "unknown"),
        ("http://2130706433/", "unknown"),
        ("http://0x7f.1/", "unknown"),
        ("http://loki.monitoring.svc%2eevil.com/", "unknown"),
        ("http://loki.monitoring.svc\\.evil.com/", "unknown"),
        ("http:// loki.monitoring.svc/", "unknown"),
        ("http://loki.monitoring.svc:port/", "unknown"),
        ("http://[::1/", "unknown"),
        ("http:///loki/api/v1/push", "unknown"),
        ("http://mimir./api/v1/push", "external"),
        ("https://", "unknown"),
        ("", "unknown"),
        ("loki.monitoring.svc:3100", "unknown"),
        ("/loki/api/v1/push", "unknown"),
    ] {
        assert_eq!(zone(text, Syntax::Url).name(), wanted, "{text}: {:?}", zone(text, Syntax::Url));
    }
}

#[test]
fn grpc_targets_are_placed() {
    for (text, wanted) in [
        ("loki.monitoring:4317", "workload"),
        ("http://loki.monitoring.svc:4317", "workload"),
        ("grpc://loki.monitoring.svc:4317", "workload"),
        ("dns:///loki.monitoring.svc.cluster.local:4317", "workload"),
        ("dns://8.8.8.8/loki.monitoring.svc:4317", "workload"),
        ("unix:///run/otel.sock", "workload"),
        ("unix:/run/otel.sock", "workload"),
        ("localhost:4317", "workload"),
        ("[::1]:4317", "workload"),
        ("collector.example.com:4317", "external"),
        ("grpc://collector.example.com:4317", "external"),
        ("dns:///collector.example.com:4317", "external"),
        ("dns://loki.monitoring.svc/collector.example.com", "external"),
        ("passthrough:///collector.example.com:4317", "external"),
        ("https://collector.example.com", "external"),
        ("dns:///a.example.com,loki.monitoring", "unknown"),
        ("absent:4317", "unknown"),
    ] {
        assert_eq!(zone(text, Syntax::Grpc).name(), wanted, "{text}: {:?}", zone(text, Syntax::Grpc));
    }
}

#[test]
fn other_forms_are_placed() {
    assert_eq!(zone("loki.monitoring", Syntax::Service).name(), "workload");
    assert_eq!(zone("kafka.example.com:9092", Syntax::HostPort).name(), "external");
    assert_eq!(zone("127.0.0.1:9092", Syntax::HostPort).name(), "workload");
    assert_eq!(zone("syslog.example.com", Syntax::Host).name(), "external");
    assert_eq!(zone("some-bucket", Syntax::Vendor).name(), "external");
    assert_eq!(zone("attribute", Syntax::Data).name(), "unknown");
    assert_eq!(zone("/var/lib", Syntax::Path).name(), "workload");
}

#[test]
fn platform_endpoint_outside_the_input_is_an_assumption() {
    let Zone::Workload { assumption: Some(text) } =
        zone("http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push", Syntax::Url)
    else {
        panic!("not assumed")
    };
    assert_eq!(text, "loki-gateway.loki is this workload's Loki (not in the input)");
}

#[test]
fn covered_namespace_without_the_service_beats_the_assumption() {
    let mut around = surroundings();
    around.covered_namespaces.insert("loki".to_owned());
    let zone = place("http://loki-gateway.loki/", Syntax::Url, &around, None).zone;
    let reason = "namespace loki is in the input, but no Service loki-gateway".to_owned();
    assert_eq!(zone, Zone::Unknown { reason });
    let alias = service(ServiceTarget::ExternalName("evil.example.com".to_owned()));
    around.services.insert(("loki".to_owned(), "loki-gateway".to_owned()), alias);
    let placed = place("http://loki-gateway.loki/", Syntax::Url, &around, None);
    assert_eq!(placed.zone, Zone::External);
    assert_eq!(
        placed.via,
        [("Service loki/loki-gateway is an alias of evil.example.com".to_owned(), somewhere(7))]
    );
}

#[test]
fn bare_name_without_a_namespace_is_unknown() {
    let zone = place("http://relay:4318", Syntax::Url, &surroundings(), None).zone;
    assert_eq!(zone.name(), "unknown");
}

#[test]
fn control_room_without_a_domain_is_external() {
    let around = Surroundings::default();
    assert_eq!(place("https://mimir.cr.example.com/", Syntax::Url, &around, None).zone, Zone::External);
    let empty = Surroundings { control_room: Some(String::new()), ..Surroundings::default() };
    assert_eq!(place("https://mimir.cr.example.com/", Syntax::Url, &empty, None).zone, Zone::External);
}

#[test]
fn passwords_are_not_shown() {
    assert_eq!(host::redacted("https://me:word@host/x@y"), "https://me:(secret)@host/x@y");
    assert_eq!(host::redacted("https://me@host/x"), "https://me@host/x");
    assert_eq!(host::redacted("me:word@host:1"), "me:(secret)@host:1");
    assert_eq!(host::redacted("https://host/a:b@c"), "https://host/a:b@c");
}

#[test]
fn addresses_that_services_usually_have_are_not_known() {
    for (address, inside) in [
        ("10.0.0.10", true),
        ("10.43.7.7", true),
        ("10.96.0.1", true),
        ("10.100.3.4", true),
        ("10.111.255.255", true),
        ("172.20.0.10", true),
        ("10.95.0.1", false),
        ("10.112.0.1", false),
        ("10.1.0.1", false),
        ("172.21.0.10", false),
        ("100.64.0.1", false),
    ] {
        let reason = format!("{address} may be the address of a Service of this cluster; name the Service");
        let expected = if inside { Zone::Unknown { reason } } else { Zone::External };
        assert_eq!(zone(&format!("http://{address}/"), Syntax::Url), expected, "{address}");
    }
}

#[test]
fn what_data_chooses_is_not_known() {
    let reason = "the data that passes chooses the destination".to_owned();
    assert_eq!(zone("http://localhost/", Syntax::Data), Zone::Unknown { reason });
}

#[test]
fn a_name_of_two_labels_is_one_of_the_cluster_where_the_input_says_so() {
    let mut around = surroundings();
    let pods = || service(ServiceTarget::Pods(Vec::new()));
    around.services.insert(("io".to_owned(), "loki".to_owned()), pods());
    around.assumed.insert(("com".to_owned(), "mimir".to_owned()), "Mimir".to_owned());
    around.covered_namespaces.insert("dev".to_owned());
    around.covered_namespaces.insert("net".to_owned());
    around.services.insert(("alloy".to_owned(), "hub".to_owned()), Service { headless: true, ..pods() });
    let zone = |text: &str| place(text, Syntax::Url, &around, Some("alloy")).zone.name();
    for (text, expected) in [
        ("http://loki.io/", "workload"),
        ("http://mimir.com/", "workload"),
        ("http://other.net/", "unknown"),
        ("http://other.org/", "external"),
        ("http://other.io/", "external"),
        // A pod behind a Service of the own namespace.
        ("http://hub-0.hub/", "workload"),
        ("http://hub-0.hub.alloy/", "workload"),
    ] {
        assert_eq!(zone(text), expected, "{text}");
    }
}

#[test]
fn an_address_of_the_node_behind_a_service_is_outside() {
    let mut around = surroundings();
    let addresses = vec![Address { text: "127.0.0.1".to_owned(), pod: None }];
    around
        .services
        .insert(("alloy".to_owned(), "node".to_owned()), service(ServiceTarget::Addresses(addresses)));
    assert_eq!(place("http://node/", Syntax::Url, &around, Some("alloy")).zone, Zone::External);
}

#[test]
fn of_two_services_of_a_name_the_one_with_a_namespace_counts_unless_it_leads_to_pods() {
    let alias = || service(ServiceTarget::ExternalName("logs.example.net".to_owned()));
    let mut around = surroundings();
    around.services.insert(("alloy".to_owned(), "out".to_owned()), alias());
    around.unplaced.insert("out".to_owned(), alias());
    around.unplaced.insert("relay".to_owned(), alias());
    let zone = |text: &str| place(text, Syntax::Url, &around, Some("alloy")).zone;
    assert_eq!(zone("http://out/"), Zone::External);
    let reason =
        "there are two Services relay in the input, and the one that names no namespace leads elsewhere";
    assert_eq!(zone("http://relay/"), Zone::Unknown { reason: reason.to_owned() });
}
