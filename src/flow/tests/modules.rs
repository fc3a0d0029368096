//! Flows through modules: `declare`, imported texts, `foreach`.

use std::fmt::Write as _;

use super::*;

/// A module that sends what it is given to the store of the workload, and to a second place.
const FORK: &str = r#"
declare "fork" {
  argument "also" { }
  argument "url" {
    optional = true
    default  = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push"
  }
  loki.process "mark" {
    forward_to = [loki.write.own.receiver, argument.also.value]
  }
  loki.write "own" {
    endpoint { url = argument.url.value }
  }
  export "receiver" { value = loki.process.mark.receiver }
}
"#;

fn with_fork(rest: &str) -> Case {
    analyse_text(&format!("{FORK}{rest}"))
}

#[test]
fn logs_are_followed_into_a_module_and_out_again() {
    let case = with_fork(
        r#"
loki.source.journal "j" { forward_to = [fork.all.receiver] }
fork "all" { also = loki.write.far.receiver }
loki.write "far" {
  endpoint { url = "https://logs.example.net/push" }
}
"#,
    );
    assert_eq!(case.opaque(), [""; 0]);
    assert_eq!(
        case.log_exits(),
        [
            "loki.write.far external https://logs.example.net/push",
            "fork.all/loki.write.own workload http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push",
        ]
    );
    let far = case.exit("loki.write.far");
    // What a module is given is pointed at where it is given.
    assert_eq!(case.hops_of(far), ["fork.all.receiver", "loki.write.far.receiver"]);
    assert_eq!(far.path[1].place, case.place_of("loki.write.far.receiver"));
    let hops: Vec<_> = far.path.iter().map(|hop| (case.id(hop.from), case.id(hop.to))).collect();
    assert_eq!(
        hops,
        [
            ("loki.source.journal.j", "fork.all/loki.process.mark"),
            ("fork.all/loki.process.mark", "loki.write.far"),
        ]
    );
}

#[test]
fn instances_of_one_module_are_told_apart() {
    let case = with_fork(
        r#"
loki.source.journal "j" { forward_to = [fork.near.receiver] }
loki.write "far" {
  endpoint { url = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push" }
}
fork "near" { also = loki.write.far.receiver }
fork "idle" {
  also = loki.write.far.receiver
  url  = "https://logs.example.net/push"
}
"#,
    );
    assert_eq!(
        case.log_exits(),
        [
            "loki.write.far workload http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push",
            "fork.near/loki.write.own workload http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push",
        ],
        "nothing feeds the idle instance"
    );
    let idle = case.exit("fork.idle/loki.write.own");
    assert_eq!((idle.zone.name(), idle.fed), ("external", Signals::NONE));
    assert_eq!(idle.place, case.place_of("https://logs.example.net/push"), "where it is given");
    assert_eq!(idle.within, [("fork.idle".to_owned(), case.place_of("fork \"idle\""))]);
}

#[test]
fn a_text_in_a_string_is_a_module_with_places_of_its_own_or_that_of_its_expression() {
    // Without documents of the input a string has no document of its own: its expression stands for it.
    let case = analyse_text(
        r#"
import.string "lib" {
  content = string.format("declare \"out\" {\n loki.write \"w\" {\n endpoint { url = \"https://%s/push\" }\n}\n export \"receiver\" { value = loki.write.w.receiver }\n}\n", "logs.example.net")
}
lib.out "x" { }
loki.source.journal "j" { forward_to = [lib.out.x.receiver] }
"#,
    );
    assert_eq!(case.opaque(), [""; 0]);
    let exit = case.exit("lib.out.x/loki.write.w");
    assert_eq!(exit.destination.as_deref(), Ok("https://logs.example.net/push"));
    assert!(case.slice(exit.place).starts_with("string.format("), "{}", case.slice(exit.place));
    assert_eq!(case.sources_of(exit), ["loki.source.journal.j"]);
}

#[test]
fn each_item_of_a_foreach_is_followed() {
    let case = analyse_text(
        r#"
foreach "target" {
  collection = [{url = "https://a.example.net/push"}, {url = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push"}]
  var        = "item"
  template {
    loki.source.journal "j" { forward_to = [loki.write.w.receiver] }
    loki.write "w" {
      endpoint { url = item.url }
    }
  }
}
"#,
    );
    assert_eq!(case.opaque(), [""; 0]);
    assert_eq!(
        case.log_exits(),
        [
            "foreach.target[0]/loki.write.w external item.url",
            "foreach.target[1]/loki.write.w workload item.url",
        ]
    );
}

#[test]
fn items_that_are_not_known_stand_for_any() {
    let case = analyse_text(
        r#"
discovery.http "urls" { url = "http://x" }
loki.write "local" {
  endpoint { url = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push" }
}
foreach "target" {
  collection = discovery.http.urls.targets
  var        = "item"
  template {
    loki.source.journal "j" { forward_to = [loki.write.w.receiver, loki.write.local.receiver] }
    loki.write "w" {
      endpoint { url = item["url"] }
    }
  }
}
"#,
    );
    assert_eq!(
        case.log_exits(),
        [
            "loki.write.local workload http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push",
            "foreach.target[0]/loki.write.w unknown item[\"url\"]",
        ]
    );
}

#[test]
fn a_module_sees_its_arguments_and_nothing_of_what_is_around_it() {
    let case = analyse_text(
        r#"
loki.write "w" {
  endpoint { url = "https://logs.example.net/push" }
}
declare "m" {
  loki.source.journal "j" { forward_to = [loki.write.w.receiver] }
}
m "one" { }
m "two" { }
"#,
    );
    assert_eq!(case.opaque(), ["unresolved-reference logs"], "told once, although it is there twice");
    assert_eq!(case.slice(case.flow.opaque[0].place), "loki.write.w.receiver");
    assert!(case.log_exits().is_empty());
}

#[test]
fn modules_in_modules_are_found_from_the_inside_out() {
    let case = analyse_text(
        r#"
declare "sink" {
  loki.write "w" {
    endpoint { url = "https://outer.example.net/push" }
  }
  export "receiver" { value = loki.write.w.receiver }
}
declare "m" {
  declare "sink" {
    loki.write "w" {
      endpoint { url = "https://inner.example.net/push" }
    }
    export "receiver" { value = loki.write.w.receiver }
  }
  sink "own" { }
  export "receiver" { value = sink.own.receiver }
}
m "x" { }
sink "y" { }
loki.source.journal "j" { forward_to = [m.x.receiver, sink.y.receiver] }
"#,
    );
    assert_eq!(case.opaque(), [""; 0]);
    let mut exits: Vec<_> = case
        .flow
        .exits
        .iter()
        .filter(|exit| exit.fed.meets(Signals::LOGS))
        .map(|exit| (case.id(exit.component), exit.destination.clone().unwrap()))
        .collect();
    exits.sort();
    assert_eq!(
        exits,
        [
            ("m.x/sink.own/loki.write.w", "https://inner.example.net/push".to_owned()),
            ("sink.y/loki.write.w", "https://outer.example.net/push".to_owned()),
        ]
    );
}

#[test]
fn metrics_reach_both_stores_through_a_module() {
    let case = analyse_text(&format!(
        r#"{LOCAL}
declare "both" {{
  argument "stores" {{ }}
  prometheus.relabel "r" {{ forward_to = argument.stores.value }}
  export "receiver" {{ value = prometheus.relabel.r.receiver }}
}}
both "x" {{
  stores = [prometheus.remote_write.workload.receiver, prometheus.remote_write.control_room.receiver]
}}
prometheus.exporter.unix "node" {{ }}
prometheus.scrape "node" {{
  targets    = prometheus.exporter.unix.node.targets
  forward_to = [both.x.receiver]
}}
"#
    ));
    assert_eq!(case.opaque(), [""; 0]);
    let [path] = case.flow.metric_paths.as_slice() else { panic!("{:?}", case.flow.metric_paths) };
    assert_eq!((path.reach.local, path.reach.control_room), (Some(true), Some(true)));
    assert!(case.slice(path.place).starts_with("[prometheus.remote_write.workload.receiver, "));
    assert!(case.flow.collected.metric_kinds.contains("node"));
}

#[test]
fn targets_are_traced_through_arguments_and_exports() {
    let case = analyse_text(&format!(
        r#"{LOCAL}
declare "scrape" {{
  argument "targets" {{ }}
  prometheus.scrape "s" {{
    targets    = argument.targets.value
    forward_to = []
  }}
}}
declare "node" {{
  prometheus.exporter.unix "n" {{ }}
  export "targets" {{ value = prometheus.exporter.unix.n.targets }}
}}
node "x" {{ }}
scrape "y" {{ targets = node.x.targets }}
"#
    ));
    assert!(case.flow.collected.metric_kinds.contains("node"), "{:?}", case.flow.collected);
}

#[test]
fn modules_that_double_at_each_level_end() {
    let mut text = String::from("declare \"m0\" {\n loki.echo \"e\" { }\n}\n");
    for level in 1..16 {
        let below = level - 1;
        let _ = write!(
            text,
            "declare \"m{level}\" {{\n m{below} \"a\" {{ }}\n m{below} \"b\" {{ }}\n m{below} \"c\" {{ }}\n}}\n"
        );
    }
    text += "m15 \"x\" { }\n";
    let case = analyse_text(&text);
    assert!(case.flow.components.len() < 30_000, "{}", case.flow.components.len());
    assert!(case.flow.opaque.iter().any(|opaque| opaque.kind == "module-instance"));
}

#[test]
fn values_that_go_in_circles_are_not_known() {
    let case = analyse_text(
        r#"
declare "pass" {
  argument "in" { }
  export "out" { value = argument.in.value }
}
pass "a" { in = pass.b.out }
pass "b" { in = pass.a.out }
loki.source.journal "j" { forward_to = [pass.a.out] }
"#,
    );
    assert_eq!(case.opaque(), ["receiver logs"]);
    assert!(case.flow.opaque[0].reason.contains("handed through too many modules"), "{:?}", case.flow.opaque);
}

#[test]
fn values_that_double_at_each_step_and_end_in_a_circle_are_given_up_soon() {
    let mut text = String::new();
    for step in 0..40 {
        let next = (step + 1) % 40;
        let _ = writeln!(
            text,
            "local.file \"f{step}\" {{ filename = local.file.f{next}.content + local.file.f{next}.content }}"
        );
    }
    text.push_str("loki.source.journal \"j\" { forward_to = [loki.write.w.receiver] }\n");
    text.push_str("loki.write \"w\" {\n  endpoint { url = local.file.f0.content }\n}\n");
    let case = analyse_text(&text);
    assert_eq!(case.log_exits(), ["loki.write.w unknown local.file.f0.content"]);
}

#[test]
fn targets_that_are_written_out_are_relabelled() {
    let case = analyse_text(
        r#"
discovery.relabel "r" {
  targets = [
    {"__address__" = "a.example.net", "keep" = "yes", "__meta_zone" = "north"},
    {"__address__" = "b.example.net", "keep" = "no"},
  ]
  rule {
    source_labels = ["keep"]
    regex         = "yes"
    action        = "keep"
  }
  rule {
    source_labels = ["__address__", "__meta_zone"]
    separator     = "/"
    regex         = "([^.]+)[.](.*)"
    replacement   = "https://$1-logs.$2"
    target_label  = "url"
  }
  rule {
    action      = "labelmap"
    regex       = "__meta_(.+)"
  }
  rule {
    action = "labeldrop"
    regex  = "keep|__.*"
  }
}
loki.source.journal "j" { forward_to = [loki.write.w.receiver] }
loki.write "w" {
  endpoint { url = discovery.relabel.r.output[0]["url"] + "/" + discovery.relabel.r.output[0].zone + "/" + encoding.to_json(discovery.relabel.r.output[0]) }
}
"#,
    );
    assert_eq!(
        case.exit("loki.write.w").destination.as_deref(),
        Ok(
            "https://a-logs.example.net/north/north/{\"url\":\"https://a-logs.example.net/north\",\"zone\":\"north\"}"
        )
    );
}
