//! What rules are told of ways out, sources and metrics: the fields of subjects.

use super::*;
use crate::flow::End;
use crate::flow::Service;
use crate::flow::ServiceTarget;
use crate::flow::Taker;
use crate::flow::Wanted;
use crate::flow::coverage;
use crate::model::queries::Needs;
use crate::model::queries::Use;

#[test]
fn a_way_out_for_logs_tells_what_it_takes_for_granted_its_block_and_what_is_behind_it() {
    let mut surroundings = surroundings();
    let end = End { name: "loki/loki".to_owned(), what: Taker::Store("loki".to_owned()), ports: Vec::new() };
    let target = ServiceTarget::Pods(vec![end]);
    let service = Service { target, place: None, headless: false, ports: None };
    surroundings.services.insert(("logs".to_owned(), "loki".to_owned()), service);
    let program = r#"
loki.write "w" {
  endpoint { url = "http://loki-gateway.loki.svc.cluster.local/push" }
  endpoint { url = "http://loki.logs.svc.cluster.local:3100/push" }
}
loki.echo "e" { }
"#;
    let case = analyse_with(program, &surroundings, Environment::default());
    let exits = case.subjects("log_exit");
    let told: Vec<_> = exits
        .iter()
        .map(|exit| {
            ["collector", "kind", "block", "assumption", "behind", "behind_name"]
                .map(|field| text(exit, field))
                .join(", ")
        })
        .collect();
    assert_eq!(
        told,
        [
            "alloy/alloy, telemetry, endpoint.0, loki-gateway.loki is this workload's Loki (not in the input), null, null",
            "alloy/alloy, telemetry, endpoint.1, null, loki, loki/loki",
            "alloy/alloy, process_log, null, null, null, null",
        ]
    );
    assert_eq!(
        case.slice(fact(&exits[1], "assumption").place.unwrap()),
        "http://loki.logs.svc.cluster.local:3100/push"
    );
    assert!(fact(&exits[1], "block").place.is_some() && fact(&exits[2], "block").place.is_none());
}

#[test]
fn logs_that_get_out_on_one_way_are_not_lost_whatever_the_other_does() {
    let case = analyse_text(&format!(
        "{LOCAL}loki.invented \"x\" {{ }}\nloki.source.journal \"j\" {{ forward_to = [loki.write.local.receiver, loki.invented.x.receiver] }}\n"
    ));
    assert_eq!(case.opaque(), ["unknown-component logs"]);
    assert_eq!(text(&case.subject("log_source", "loki.source.journal.j"), "reaches_exit"), "true");
}

#[test]
fn what_the_settings_allow_is_named_in_the_words_of_the_verdicts() {
    let mut surroundings = surroundings();
    surroundings.allowed = vec![("*.partner.example.org".to_owned(), "contract 12".to_owned())];
    let program = r#"
loki.source.journal "j" { forward_to = [loki.write.w.receiver] }
loki.write "w" {
  endpoint { url = "https://in.partner.example.org/push" }
}
"#;
    let case = analyse_with(program, &surroundings, Environment::default());
    let words = "https://in.partner.example.org/push may have this data, as `allowed` in the settings says (contract 12)";
    assert_eq!(case.flow.summary.log_assumptions, [words]);
    assert_eq!(case.flow.summary.metric_assumptions, Vec::<String>::new());
    let [exit] = &case.subjects("log_exit")[..] else { panic!("one way out") };
    assert_eq!((text(exit, "zone"), text(exit, "zone_reason")), ("allowed".into(), "contract 12".into()));
}

#[test]
fn all_collectors_together_are_one_subject() {
    let of = |text: &str| {
        let mut case = analyse_text(text);
        case.flow.place = Some(case.place_of("loki.write.local.receiver"));
        case.flow
    };
    let program = format!(
        "{LOCAL}loki.source.journal \"j\" {{ forward_to = [loki.write.local.receiver] }}\nprometheus.scrape \"s\" {{\n  targets    = []\n  forward_to = []\n}}\n"
    );
    let known = coverage(&[of(&program), of(&program)]).unwrap();
    for (field, wanted) in [
        ("name", "alloy/alloy, alloy/alloy"),
        ("metric_sources", "2"),
        ("log_sources", "2"),
        ("opaque", "false"),
    ] {
        assert_eq!(text(&known, field), wanted, "{field}");
    }
    let hidden = format!("{program}acme.invented \"x\" {{ }}\n");
    let partly = coverage(&[of(&program), of(&hidden)]).unwrap();
    assert_eq!(text(&partly, "opaque"), "true");
    assert_eq!(coverage(&[]), None);
}

#[test]
fn only_components_that_somebody_asks_for_are_subjects() {
    let mut case = analyse_text("loki.echo \"e\" { }\nlogging { }\n");
    let ids = |case: &Case| -> Vec<String> {
        case.subjects("component").iter().map(|subject| text(subject, "id")).collect()
    };
    assert_eq!(ids(&case), ["loki.echo.e", "logging"]);
    case.flow.wanted = Wanted::Named(["logging".to_owned()].into());
    assert_eq!(ids(&case), ["logging"]);
}

#[test]
fn the_writers_of_a_way_for_metrics_are_those_that_nothing_stands_before() {
    // None of the first ones is a writer of metrics to the store of the workload, or to the control room.
    let case = analyse_text(&format!(
        r#"
otelcol.exporter.file "f" {{ path = "/tmp/x" }}
prometheus.remote_write "away" {{
  endpoint {{
    url       = "http://mimir-gateway.mimir.svc.cluster.local/api/v1/push"
    proxy_url = "http://proxy.example.net:3128"
  }}
}}
{LOCAL}
prometheus.scrape "s" {{
  targets    = []
  forward_to = [prometheus.remote_write.workload.receiver]
}}
prometheus.scrape "t" {{
  targets    = []
  forward_to = [prometheus.remote_write.workload.receiver, prometheus.remote_write.control_room.receiver]
}}
"#
    ));
    for (key, complete) in [("through prometheus.scrape.s", "false"), ("from prometheus.scrape.t", "true")] {
        let path = case.subject("metric_path", key);
        assert_eq!(text(&path, "complete"), complete, "{key}");
        assert_eq!(text(&path, "local_writer"), "prometheus.remote_write.workload", "{key}");
        assert_eq!(text(&path, "control_room_writer"), "prometheus.remote_write.control_room", "{key}");
    }
}

#[test]
fn what_the_writers_agree_on_is_known() {
    let known = |tenants: &[&str]| {
        let writer = |(index, tenant): (usize, &&str)| {
            format!(
                "prometheus.remote_write \"w{index}\" {{\n  external_labels = {{tenant_name = \"{tenant}\"}}\n}}\n"
            )
        };
        let writers: String = tenants.iter().enumerate().map(writer).collect();
        // What is no writer is not asked.
        let rest = "prometheus.scrape \"s\" {\n  targets    = []\n  forward_to = []\n}\nacme.invented \"x\" {\n  external_labels = {tenant_name = \"other\"}\n}\n";
        let program = format!("{rest}{writers}");
        text(&analyse_text(&program).subjects("metric_path")[0], "known_tenant")
    };
    assert_eq!(known(&[]), "null");
    assert_eq!(known(&["acme01"]), "acme01");
    assert_eq!(known(&["", "acme01", "acme01"]), "acme01");
    assert_eq!(known(&["acme01", "acme02"]), "null");
}

#[test]
fn a_filter_tells_what_it_takes_from_alerts_and_from_panels() {
    let program = format!(
        r#"{LOCAL}
prometheus.scrape "s" {{
  targets    = []
  forward_to = [prometheus.relabel.few.receiver]
}}
prometheus.relabel "few" {{
  forward_to = [prometheus.remote_write.workload.receiver, prometheus.remote_write.control_room.receiver]
  rule {{
    source_labels = ["__name__"]
    regex         = "up|volume"
    action        = "keep"
  }}
  rule {{
    source_labels = ["__name__"]
    regex         = "9a|8b"
    action        = "keep"
  }}
}}
"#
    );
    let place = |start: u32| Place {
        doc: DocId { file: 1, index: 0 },
        span: crate::text::Span::new(start, start + 1),
    };
    let user = |alert: bool, words: &str, start: u32| Use { alert, words: words.into(), place: place(start) };
    let (alert, panel) = (user(true, "alert `A`", 1), user(false, "panel `P`", 2));
    let metrics = [
        ("a".to_owned(), vec![alert.clone(), panel.clone()]),
        ("b".to_owned(), vec![panel.clone()]),
        ("up".to_owned(), vec![alert, panel]),
    ];
    let mut surroundings = surroundings();
    surroundings.needs = Needs { metrics: metrics.into(), ..Needs::default() };
    let case = analyse_with(&program, &surroundings, Environment::default());
    let filter = case.subject("metric_filter", "prometheus.relabel.few rule 1");
    let told = |list: &str, field: &str| -> Vec<String> {
        let items = fact(&filter, list).items().iter();
        items.map(|item| item.at(field).and_then(Fact::text).unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(told("lost_alerted", ""), ["a"]);
    assert_eq!(told("alerts", "words"), ["alert `A`"]);
    assert_eq!(fact(&filter, "alerts.0.place").place, Some(place(1)));
    assert_eq!(told("lost_shown", ""), ["b"]);
    assert_eq!(told("panels", "words"), ["panel `P`"]);
    assert_eq!(told("unused", ""), ["volume"]);
    for (field, wanted) in [
        ("collector", "alloy/alloy"),
        ("keeps_nothing", "false"),
        ("lost_alerted_count", "1"),
        ("lost_shown_count", "1"),
        ("unused_count", "1"),
    ] {
        assert_eq!(text(&filter, field), wanted, "{field}");
    }
    let nothing = case.subject("metric_filter", "prometheus.relabel.few rule 2");
    assert_eq!(text(&nothing, "keeps_nothing"), "true");
}
