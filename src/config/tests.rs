//! The configuration file: what is read, and each mistake at its place.

use std::sync::Arc;

use super::*;
use crate::document::Body;
use crate::document::DocId;
use crate::document::Document;
use crate::document::Language;
use crate::document::parse_yaml;
use crate::model::FactValue;
use crate::model::Store;
use crate::text::LineIndex;

fn parse(text: &str) -> (Config, Vec<String>) {
    let text: Arc<str> = Arc::from(text);
    let mut stream = parse_yaml(&text);
    let document = Document {
        lines: Arc::new(LineIndex::new(&text)),
        text,
        language: Language::Yaml,
        host: None,
        body: Body::Tree(stream.documents.remove(0)),
        regions: Vec::new(),
    };
    let (config, problems) = Config::parse(DocId { file: 0, index: 0 }, &document);
    let told = problems.into_iter().map(|problem| {
        let at = document.lines.position(&document.text, problem.place.span.start);
        format!("{}:{} {} ({})", at.line, at.column, problem.message, problem.help)
    });
    (config, told.collect())
}

#[test]
fn reads_every_key_with_its_place() {
    let (config, problems) = parse(
        "version: 1\nworkload: demo\ncontrol_room: CR.example.com\ndomain: demo.example.com\n\
         allowed:\n  - { destination: '*.Status.example.com', reason: uptime page }\n\
         endpoints:\n  - { service: logs.loki, is: loki }\n\
         rules:\n  settings:\n    some-rule: { series: 5, names: [a, b] }\n\
         select: [a-rule]\nignore: [b-rule]\nfail_on: error\nstrict: true\nstacks: [one, two]\n",
    );
    assert_eq!(problems, Vec::<String>::new());
    let text =
        |value: &Option<Spanned<String>>| value.as_ref().map(|value| value.value.clone()).unwrap_or_default();
    assert_eq!(text(&config.workload), "demo");
    assert_eq!(config.workload.map(|value| value.place.span.start), Some(21));
    assert_eq!(config.control_room.map(|c| c.value), Some(ControlRoom::Domain("cr.example.com".to_owned())));
    assert_eq!(text(&config.domain), "demo.example.com");
    assert_eq!(config.allowed[0].destination.value, "*.status.example.com");
    assert_eq!(config.allowed[0].reason.value, "uptime page");
    assert_eq!(config.endpoints[0].service.value, "logs.loki");
    assert_eq!(config.endpoints[0].role.value, EndpointRole::Loki);
    assert_eq!(config.settings[0].value.value, SettingValue::Int(5));
    let names = ["a", "b"].map(|name| SettingValue::Text(name.to_owned())).to_vec();
    assert_eq!(config.settings[1].value.value, SettingValue::List(names));
    assert_eq!(config.fail_on.map(|value| value.value), Some(Severity::Error));
    assert_eq!(config.strict.map(|value| value.value), Some(true));
    assert_eq!(config.stacks.len() + config.select.len() + config.ignore.len(), 4);
}

#[test]
fn what_is_declared_becomes_facts_of_the_workload() {
    let (config, problems) = parse(
        "version: 1\ndeclared:\n  account: 012345678901\n  system_logs: true\n  sites: { main: A.example.com }\n  \
         clusters: { '20260115': { loki_version: 5.40, loki_replicas: 3 } }\n",
    );
    assert_eq!(problems, Vec::<String>::new());
    let fact = |name: &str| config.declared.iter().find(|(own, _)| *own == name).unwrap().1.clone();
    assert_eq!(fact("account").text(), Some("012345678901"));
    assert_eq!(fact("account").place.map(|place| place.span.start), Some(32));
    assert_eq!(fact("system_logs").bool(), Some(true));
    assert_eq!(fact("sites").items()[0].reach("domain").text(), Some("a.example.com"));
    assert_eq!(fact("clusters").reach("20260115.loki_version").text(), Some("5.40"));
    assert_eq!(fact("clusters").reach("20260115.loki_replicas").value, FactValue::Int(3));
}

#[test]
fn bounds_have_the_type_of_their_option() {
    let (config, problems) = parse(
        "version: 1\nlimits:\n  mimir:\n    max_global_series_per_user: { max: 800000, reason: memory }\n  loki:\n    \
         limits_config.per_stream_rate_limit: { max: 3MB, min: 1MB }\n",
    );
    assert_eq!(problems, Vec::<String>::new());
    let told: Vec<_> = config
        .limits
        .iter()
        .map(|limit| (limit.store, limit.path.text().unwrap(), limit.kind, limit.bound.value.clone()))
        .collect();
    assert_eq!(
        told,
        [
            (Store::Mimir, "limits.max_global_series_per_user", "max", FactValue::Int(800_000)),
            (Store::Loki, "limits_config.per_stream_rate_limit", "max", FactValue::Int(3 << 20)),
            (Store::Loki, "limits_config.per_stream_rate_limit", "min", FactValue::Int(1 << 20)),
        ]
    );
    assert_eq!(config.limits[0].reason.as_deref(), Some("memory"));
}

#[test]
fn control_room_false_is_said_and_not_left_out() {
    assert_eq!(parse("version: 1\n").0.control_room, None);
    assert_eq!(
        parse("version: 1\ncontrol_room: false\n").0.control_room.map(|room| room.value),
        Some(ControlRoom::None)
    );
}

#[test]
fn mistakes_have_a_place_and_a_remedy() {
    for (text, problem) in [
        (
            "version: 1\nworklaod: x\n",
            "2:1 the configuration has no key `worklaod` (did you mean `workload`?)",
        ),
        ("workload: x\n", "1:1 the configuration has no `version` (add `version: 1` at its top)"),
        ("version: 2\n", "1:10 this version of the file is not known (write `version: 1`)"),
        ("version: 1\nstrict: maybe\n", "2:9 true or false is expected here (write `true` or `false`)"),
        (
            "version: 1\nworkload: y\n",
            "2:11 the workload's name is expected here (write `y` in quotes: without them it is no text)",
        ),
        (
            "version: 1\nworkload: \"\"\n",
            "2:11 the workload's name is expected here (write a text that is not empty)",
        ),
        ("version: 1\nfail_on: errors\n", "2:10 unknown severity `errors` (did you mean `error`?)"),
        (
            "version: 1\nselect: main\n",
            "2:9 a list of ids of rules is expected here (write each after a `- `)",
        ),
        ("version: 1\nstrict: true\nstrict: false\n", "3:1 `strict` is given twice (remove one of the two)"),
        (
            "version: 1\ncontrol_room: https://cr.example.com\n",
            "2:15 the control room is a domain or `false` (write its domain, such as `cr.example.com`, or `false` where there is none)",
        ),
        (
            "version: 1\ncontrol_room: true\n",
            "2:15 the control room is a domain or `false` (write its domain, such as `cr.example.com`, or `false` where there is none)",
        ),
        (
            "version: 1\nallowed:\n  - destination: a.example.com\n",
            "3:5 the allowed destination has no `reason` (say why data may go there: `reason: ...`)",
        ),
        (
            "version: 1\nallowed:\n  - { destination: '*', reason: x }\n",
            "3:20 `*` allows every destination (name the host, or a domain as `*.example.com`)",
        ),
        (
            "version: 1\nallowed:\n  - { destination: '*.com', reason: x }\n",
            "3:20 `*.com` allows domains of anyone (write the last two parts of the name without `*`, such as `*.example.com`)",
        ),
        (
            "version: 1\nallowed:\n  - { destination: 'e*', reason: x }\n",
            "3:20 `e*` allows domains of anyone (write the last two parts of the name without `*`, such as `*.example.com`)",
        ),
        (
            "version: 1\nallowed:\n  - { destination: 'https://a/b', reason: x }\n",
            "3:20 `https://a/b` is no host (write the host alone, such as `logs.example.com` or `*.example.com`)",
        ),
        (
            "version: 1\nendpoints: [{ service: loki, is: loki }]\n",
            "2:24 `loki` is no Service (write `name.namespace`, such as `loki-gateway.loki`)",
        ),
        (
            "version: 1\nendpoints: [{ service: a.b, is: lok }]\n",
            "2:33 unknown kind of endpoint `lok` (did you mean `loki`?)",
        ),
        (
            "version: 1\nstacks: [a, ../b]\n",
            "2:13 `../b` does not lie below this file (name a folder beside or below this file)",
        ),
        (
            "version: 1\ndeclared: { third_party_telemetri: false }\n",
            "2:13 `declared` has no key `third_party_telemetri` (did you mean `third_party_telemetry`?)",
        ),
        (
            "version: 1\ndeclared: { network_trust: zero }\n",
            "2:28 `zero` cannot stand here (it can be one of `FULL`, `SAMESITE`, `ZERO`)",
        ),
        (
            "version: 1\nlimits: { mimir: { max_global_series_per_usr: { max: 1 } } }\n",
            "2:54 Mimir has no option `limits.max_global_series_per_usr` (did you mean `limits.max_global_series_per_user`?)",
        ),
        (
            "version: 1\nlimits: { loki: { retention_period: { max: 30 days } } }\n",
            "2:44 this is no value of `limits_config.retention_period`: a duration such as `30d` or `1h30m` is wanted, in whole numbers (write a duration such as `30d` or `1h30m`)",
        ),
        (
            "version: 1\nlimits: { loki: { retention_period: { reason: cost } } }\n",
            "2:19 the limit has no bound (add `max`, `min` or `equal`)",
        ),
        ("version: 1\nselect: [a, a]\n", "2:13 `a` is given twice (remove one of the two)"),
        (
            "version: 1\nrules: { settings: { r: { s: { a: 1 } } } }\n",
            "2:30 a setting is a scalar or a list of scalars (write one value, or a list of values)",
        ),
        (
            "- a\n",
            "1:1 the configuration is a mapping (its keys are `version`, `workload`, `control_room`, `domain`, `declared`, `limits`, `allowed`, `accepted`, `endpoints`, `rules`, `profile`, `select`, `extend_select`, `ignore`, `baseline`, `fail_on`, `strict`, `stacks`, `assume`)",
        ),
    ] {
        assert_eq!(parse(text).1, [problem], "{text}");
    }
}

#[test]
fn reads_what_is_said_of_rules() {
    let (config, problems) = parse(
        "version: 1\nprofile: stack\nselect: [ALL]\nextend_select: [loki]\nrules:\n  severities: { loki-*: off, \
         log-boundary: warning }\n",
    );
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(config.profile.as_ref().map(|profile| profile.value), Some(Profile::Stack));
    assert_eq!(config.profile.map(|profile| profile.place.span.start), Some(20));
    assert_eq!((config.select[0].value.as_str(), config.extend_select[0].value.as_str()), ("ALL", "loki"));
    let severities: Vec<_> =
        config.severities.iter().map(|(selector, own)| (selector.value.as_str(), *own)).collect();
    assert_eq!(severities, [("loki-*", None), ("log-boundary", Some(Severity::Warning))]);
    assert_eq!(
        config.keys.keys().copied().collect::<Vec<_>>(),
        ["extend_select", "profile", "rules", "select", "version"]
    );
}

#[test]
fn empty_list_of_allowed_destinations_is_a_declaration() {
    assert!(parse("version: 1\nallowed: []\n").0.declares("allowed"));
    assert!(!parse("version: 1\n").0.declares("allowed"));
    assert!(parse("version: 1\ndeclared: { system_logs: false }\n").0.declares("system_logs"));
}

#[test]
fn mistakes_in_what_is_said_of_rules_have_a_place_and_a_remedy() {
    for (text, problem) in [
        ("version: 1\nprofile: ptds\n", "2:10 unknown profile `ptds` (did you mean `ptd`?)"),
        (
            "version: 1\nselect: []\n",
            "2:9 an empty `select` chooses no rule (write `[ALL]` for all rules of the profile, or remove the key)",
        ),
        (
            "version: 1\nextend_select: loki\n",
            "2:16 a list of ids of rules is expected here (write each after a `- `)",
        ),
        (
            "version: 1\nrules: { severities: { loki: warn } }\n",
            "2:30 unknown severity `warn` (it can be one of `error`, `warning`, `info`, `off`)",
        ),
        (
            "version: 1\nrules: { severities: [loki] }\n",
            "2:22 `severities` is a mapping (write `RULE: warning`)",
        ),
        (
            "version: 1\nrules:\n  severities:\n    loki: off\n    loki: info\n",
            "5:5 `loki` is given twice (remove one of the two)",
        ),
    ] {
        assert_eq!(parse(text).1, [problem], "{text}");
    }
}
