//! Several collectors of one input: data that one sends to another is followed, as far as it goes.

use super::*;
use crate::flow::End;
use crate::flow::RelayInput;
use crate::flow::Service;
use crate::flow::ServiceTarget;
use crate::flow::Taker;
use crate::flow::Zone;
use crate::flow::types::MetricReach;
use crate::model::Output;
use crate::model::Part;
use crate::model::Plan;
use crate::model::alloy::Inputs;
use crate::model::alloy::Syntax;

/// Programs that are analysed together, and what came of it.
struct Together {
    texts: Vec<String>,
    flows: Vec<CollectorFlow>,
}

/// Analyses programs, then plans. The Service `c0` of the namespace `alloy` leads to the first of all, and so on.
fn together(programs: &[&str], relays: &[RelayInput<'_>]) -> Together {
    let files: Vec<_> = programs.iter().map(|text| alloy::parse(Arc::from(*text))).collect();
    let computed: Vec<_> = files.iter().map(|_| Computed::default()).collect();
    let readable: Vec<_> = computed.iter().map(ProgramOnly).collect();
    let readable = readable.iter().map(|own| own as &dyn Inputs<'_>);
    let input = |((index, file), inputs)| CollectorInput {
        name: format!("alloy/c{index}"),
        files: vec![(DocId { file: u32::try_from(index).unwrap(), index: 0 }, file)],
        environment: Environment::default(),
        inputs,
        running: Running::default(),
        namespace: Some("alloy".to_owned()),
        place: None,
    };
    let inputs: Vec<_> = files.iter().enumerate().zip(readable).map(input).collect();
    let mut surroundings = surroundings();
    for index in 0..programs.len() + relays.len() {
        let name = format!("c{index}");
        let end = End { name: name.clone(), what: Taker::Collector(index), ports: Vec::new() };
        let target = ServiceTarget::Pods(vec![end]);
        let service = Service { target, place: None, headless: false, ports: None };
        surroundings.services.insert(("alloy".to_owned(), name), service);
    }
    let flows = super::super::analyse(&inputs, relays, &surroundings, &super::super::Wanted::All);
    Together { texts: programs.iter().map(|text| (*text).to_owned()).collect(), flows }
}

impl Together {
    /// The one subject of a kind with that key, of one collector.
    fn subject(&self, collector: usize, kind: &str, key: &str) -> Subject {
        let all = subjects(&self.flows[collector]);
        all.into_iter().find(|one| one.kind == kind && one.key == key).expect("no such subject")
    }

    /// How far the metrics of the scrape `s` of a collector get: the workload's store, the control room, elsewhere.
    fn reach(&self, collector: usize) -> [String; 3] {
        let source = self.subject(collector, "metric_source", "prometheus.scrape.s");
        ["reaches_local", "reaches_control_room", "reaches_external"].map(|field| text(&source, field))
    }

    /// How data of others gets to a component of a collector: words, and the text that each step points at.
    fn upstream(&self, collector: usize, component: &str) -> Vec<(&str, &str)> {
        let flow = &self.flows[collector];
        let index = flow.components.iter().position(|note| note.id == component).unwrap();
        let steps = flow.upstream.get(&index).into_iter().flatten();
        let slice = |place: &Place| place.span.slice(&self.texts[place.doc.file as usize]);
        steps.map(|(words, place)| (words.as_str(), slice(place))).collect()
    }
}

/// A scrape whose metrics go to port 9999 of the collector `c2`.
const SENDER: &str = r#"
prometheus.scrape "s" {
  targets    = []
  forward_to = [prometheus.remote_write.on.receiver]
}
prometheus.remote_write "on" {
  endpoint { url = "http://c2.alloy.svc:9999/api/v1/metrics/write" }
}
"#;

/// A collector that hands what it takes in at port 9999 to some receivers.
fn hub(receivers: &str, rest: &str) -> String {
    format!(
        r#"{LOCAL}
prometheus.remote_write "away" {{
  endpoint {{ url = "https://metrics.example.net/push" }}
}}
prometheus.receive_http "in" {{
  http {{ listen_port = 9999 }}
  forward_to = [{receivers}]
}}
{rest}"#
    )
}

#[test]
fn metrics_of_each_sender_get_as_far_as_the_collector_behind_it_sends_them() {
    for (receivers, local, control_room, external) in [
        ("prometheus.remote_write.workload.receiver", true, false, false),
        ("prometheus.remote_write.control_room.receiver", false, true, false),
        ("prometheus.remote_write.away.receiver", false, false, true),
        ("", false, false, false),
    ] {
        let found = together(&[SENDER, SENDER, &hub(receivers, "")], &[]);
        for sender in [0, 1] {
            let expected = [local, control_room, external].map(|reached| reached.to_string());
            assert_eq!(found.reach(sender), expected, "sender {sender} through {receivers}");
            let reach = MetricReach {
                local: Some(local),
                control_room: Some(control_room),
                external,
                ..MetricReach::default()
            };
            assert_eq!(found.flows[sender].exits[0].onward, Some(reach), "sender {sender}: {receivers}");
        }
    }
}

#[test]
fn what_a_collector_on_the_way_filters_is_not_all_that_the_store_gets() {
    let few = r#"
prometheus.relabel "few" {
  forward_to = [prometheus.remote_write.workload.receiver]
  rule {
    source_labels = ["__name__"]
    regex         = "go_.*"
    action        = "drop"
  }
}
"#;
    let filtering =
        hub("prometheus.relabel.few.receiver, prometheus.remote_write.control_room.receiver", few);
    let beside = SENDER.replace("on.receiver]", "on.receiver, prometheus.remote_write.workload.receiver]");
    let filtered = |found: &Together, sender: usize| {
        text(&found.subject(sender, "metric_source", "prometheus.scrape.s"), "local_filtered")
    };
    let found = together(&[SENDER, &format!("{LOCAL}{beside}"), &filtering], &[]);
    assert_eq!(filtered(&found, 0), "true");
    assert_eq!(filtered(&found, 1), "false", "a way beside the filter brings all");
    let filter = found.subject(2, "metric_filter", "prometheus.relabel.few rule 1");
    assert_eq!(text(&filter, "cuts_local"), "true");
    let whole = hub("prometheus.remote_write.workload.receiver", "");
    assert_eq!(filtered(&together(&[SENDER, SENDER, &whole], &[]), 0), "false");
}

#[test]
fn what_a_collector_does_that_is_not_understood_leaves_open_how_far_the_metrics_get() {
    let found = together(&[SENDER, "", "prometheus.magic \"m\" { }\n"], &[]);
    let reason = "unknown: where `prometheus.remote_write.on` sends them is not known: what collector alloy/c2 does with it is not known";
    assert_eq!(found.reach(0), [reason, reason, "false"]);
}

#[test]
fn nobody_waits_at_a_port_that_no_component_listens_on() {
    let send = |port: u16| {
        let exporter = "otelcol.exporter.otlp \"out\" {\n  client { endpoint = \"c1.alloy.svc:PORT\" }\n}\n";
        let taker = "otelcol.receiver.otlp \"in\" {\n  grpc { }\n  output { }\n}\n";
        let found = together(&[&exporter.replace("PORT", &port.to_string()), taker], &[]);
        found.flows[0].exits[0].zone.clone()
    };
    // What a component takes in and hands to nobody stays where it is.
    assert_eq!(send(4317), Zone::Workload { assumption: None });
    let reason = "collector alloy/c1 takes no logs, metrics, traces in at port 4318".to_owned();
    assert_eq!(send(4318), Zone::Unknown { reason });
}

#[test]
fn the_steps_before_a_port_are_those_of_the_ways_out_that_lead_to_it_and_carry_something() {
    let sender = r#"
loki.source.journal "j" { forward_to = [loki.write.one.receiver, loki.process.p.receiver] }
loki.process "p" { forward_to = [loki.write.two.receiver] }
loki.write "one" {
  endpoint { url = "http://c1.alloy.svc:3101/push" }
}
loki.write "two" {
  endpoint { url = "http://c1.alloy.svc:3102/push" }
}
loki.write "idle" {
  endpoint { url = "http://c1.alloy.svc:3102/push?idle" }
}
"#;
    let taker = r#"
loki.source.api "first" {
  http { listen_port = 3101 }
  forward_to = [loki.write.away.receiver]
}
loki.source.api "second" {
  http { listen_port = 3102 }
  forward_to = [loki.write.away.receiver]
}
loki.write "away" {
  endpoint { url = "https://logs.example.net/push" }
}
"#;
    let found = together(&[sender, taker], &[]);
    let born = ("logs of `loki.source.journal.j` begin here", "loki.source.journal \"j\"");
    assert_eq!(
        found.upstream(1, "loki.source.api.first"),
        [
            ("`loki.write.one` of alloy/c0 sends to alloy/c1", "http://c1.alloy.svc:3101/push"),
            ("loki.source.journal.j forwards to loki.write.one", "loki.write.one.receiver"),
            born,
        ]
    );
    assert_eq!(
        found.upstream(1, "loki.source.api.second"),
        [
            ("`loki.write.two` of alloy/c0 sends to alloy/c1", "http://c1.alloy.svc:3102/push"),
            ("loki.process.p forwards to loki.write.two", "loki.write.two.receiver"),
            ("loki.source.journal.j forwards to loki.process.p", "loki.process.p.receiver"),
            born,
        ]
    );
    let leak = found.subject(1, "log_exit", "loki.write.away telemetry to https://logs.example.net/push");
    assert_eq!(text(&leak, "upstream.3.text"), "`loki.write.two` of alloy/c0 sends to alloy/c1");
    let arrival = &found.flows[0].exits[1].arrivals[0];
    let entrances = crate::flow::entrances(&found.flows[1], arrival, &found.flows[0].exits[1]);
    let entrances: Vec<_> =
        entrances.iter().map(|index| found.flows[1].components[*index].id.as_str()).collect();
    assert_eq!(entrances, ["loki.source.api.second"]);
}

/// A part of a plan in which metrics and logs are born, with these ways out.
fn part(outputs: Vec<Output>) -> Part {
    Part {
        id: "input cpu".to_owned(),
        place: somewhere(),
        arguments: Fact::default(),
        born: Signals::PROMETHEUS_METRICS.or(Signals::LOKI_LOGS),
        origin: "what the node does".to_owned(),
        listens: Vec::new(),
        outputs,
    }
}

fn somewhere() -> Place {
    Place { doc: DocId { file: 9, index: 0 }, span: crate::text::Span::new(3, 7) }
}

/// A way out of a plan.
fn output(kind: &str, destination: &str, syntax: Syntax) -> Output {
    Output {
        signals: Signals::PROMETHEUS_METRICS.or(Signals::LOKI_LOGS),
        kind: kind.to_owned(),
        destination: Value::Text(destination.into()),
        syntax,
        proxy: None,
        place: somewhere(),
    }
}

/// The flow of a plan with these parts, among collectors with these programs.
fn relayed(programs: &[&str], parts: Vec<Part>, environment: Environment) -> CollectorFlow {
    let mut plan = Plan::default();
    plan.parts = parts;
    let relay = RelayInput {
        name: "DaemonSet logging/relay".to_owned(),
        namespace: Some("logging".to_owned()),
        environment,
        place: somewhere(),
        plan: Some(&plan),
    };
    together(programs, &[relay]).flows.pop().unwrap()
}

#[test]
fn ways_out_of_a_plan_are_numbered_by_part_and_kind_and_files_are_no_store() {
    let room = || output("telemetry", "https://mimir.cr.example.com/api/v1/push", Syntax::Url);
    let file = output("filesystem", "/var/log/out", Syntax::Path);
    let parts = vec![part(vec![room(), file, room()]), part(vec![room()])];
    let flow = relayed(&[], parts, Environment::default());
    let numbered: Vec<_> =
        flow.exits.iter().map(|exit| (exit.component, exit.kind.as_str(), exit.endpoint)).collect();
    assert_eq!(
        numbered,
        [(0, "telemetry", 1), (0, "filesystem", 1), (0, "telemetry", 2), (1, "telemetry", 1)]
    );
    let reach = flow.source_reach.iter().flatten().next().unwrap();
    assert_eq!((reach.local, reach.control_room, reach.local_filtered), (Some(false), Some(true), false));
}

#[test]
fn what_a_collector_behind_a_plan_filters_is_not_all_that_the_store_gets() {
    let rule = "  rule {\n    regex  = \"x\"\n    action = \"drop\"\n  }\n";
    let few = format!(
        "prometheus.relabel \"few\" {{\n  forward_to = [prometheus.remote_write.workload.receiver]\n{rule}}}\n"
    );
    let filtered = |receiver: &str, outputs: &[&str]| {
        let program = hub(receiver, &few);
        let outputs = outputs.iter().map(|url| output("telemetry", url, Syntax::Url)).collect();
        let flow = relayed(&[&program], vec![part(outputs)], Environment::default());
        flow.source_reach.iter().flatten().next().unwrap().local_filtered
    };
    let on = "http://c0.alloy.svc:9999/api/v1/metrics/write";
    let store = "http://mimir-gateway.mimir.svc.cluster.local/api/v1/push";
    assert!(filtered("prometheus.relabel.few.receiver", &[on]));
    assert!(!filtered("prometheus.relabel.few.receiver", &[on, store]));
    assert!(!filtered("prometheus.remote_write.workload.receiver", &[on]));
}

#[test]
fn a_proxy_of_its_own_gets_the_bytes_of_a_way_out_and_else_that_of_the_environment() {
    let of_environment = ("HTTPS_PROXY".to_owned(), Value::Text("http://env.example.net:3128".into()));
    let environment = Environment { values: [of_environment].into(), complete: true };
    for (own, environment, via) in [
        (Some("http://own.example.net:3128"), Environment::default(), Some("own.example.net:3128")),
        (Some("http://own.example.net:3128"), environment.clone(), Some("own.example.net:3128")),
        (Some(""), environment.clone(), Some("env.example.net:3128")),
        (Some(""), Environment::default(), None),
        (None, environment, Some("env.example.net:3128")),
    ] {
        let store = "http://mimir-gateway.mimir.svc.cluster.local/api/v1/push";
        let proxy = own.map(|url| (Value::Text(url.into()), somewhere()));
        let way_out = Output { proxy, ..output("telemetry", store, Syntax::Url) };
        let flow = relayed(&[], vec![part(vec![way_out])], environment);
        let found: Vec<_> = flow.exits[0].via.iter().map(|(words, _)| words.clone()).collect();
        let expected = via.map(|host| format!("sent through the proxy http://{host}"));
        assert_eq!(found, Vec::from_iter(expected), "{own:?}");
        assert_eq!(flow.exits[0].zone.name(), if via.is_some() { "external" } else { "workload" });
    }
}
