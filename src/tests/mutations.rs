//! Whole runs over damaged inputs: never a panic, never a place outside its text, never silence about what was not read.

use crate::check;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::document::Document;
use crate::document::Place;
use crate::document::alloy;
use crate::document::parse_json;
use crate::document::parse_yaml;
use crate::report;
use crate::source::Source;
use crate::source::Sources;
use crate::tests::Random;

const PROGRAM: &str = r#"// A collector.
discovery.kubernetes "pods" { role = "pod" }
loki.source.kubernetes "pods" {
  targets    = discovery.kubernetes.pods.targets
  forward_to = [loki.process.all.receiver]
}
loki.process "all" {
  forward_to = [loki.write.local.receiver]
  stage.drop { expression = `^\s*$` }
}
loki.write "local" {
  endpoint {
    url = "https://loki." + sys.env("DOMAIN") + "/loki/api/v1/push"
    basic_auth { password = "secret" }
  }
}
prometheus.scrape "self" {
  targets    = array.concat([{"__address__" = "127.0.0.1:12345"}], [])
  forward_to = [prometheus.remote_write.mimir.receiver]
}
prometheus.remote_write "mimir" {
  endpoint { url = "http://mimir-gateway.mimir.svc.cluster.local/api/v1/push" }
}
"#;

/// How often inputs are damaged and checked.
const RUNS: usize = 250;

/// How many damaged inputs one run has, each a stack of its own: the rules are read once for all of them.
const TOGETHER: usize = 8;

/// Small inputs of every form.
fn samples() -> Vec<(&'static str, String)> {
    let moved = |text: &str, by: usize| {
        let indent = " ".repeat(by);
        format!("{indent}{}\n", text.trim_end().replace('\n', &format!("\n{indent}")))
    };
    let block = |by: usize| moved(PROGRAM, by);
    let quoted = serde_json::to_string(PROGRAM).unwrap();
    let map = |value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: alloy, namespace: alloy}}\ndata:\n  config.alloy: {value}\n"
        )
    };
    let values =
        format!("alloy:\n  clustering: {{enabled: true}}\n  configMap:\n    content: |-\n{}", block(6));
    let inner = moved(&values, 4);
    let chart = format!(
        "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {{name: alloy, namespace: kube-system}}\nspec:\n  chart: alloy\n  targetNamespace: alloy\n  set: {{controller.type: daemonset}}\n  valuesContent: |\n{inner}"
    );
    let json = format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{{\"name\":\"a\"}},\"data\":{{\"config.alloy\":{quoted}}}}}]}}"
    );
    let export = format!(
        "{{\"version\":3,\"deployment\":{{\"resources\":[{{\"type\":\"kubernetes:helm.sh/v3:Release\",\"provider\":\"urn:pulumi:s::p::pulumi:providers:kubernetes::a::b\",\"inputs\":{{\"chart\":\"alloy\",\"name\":\"a\",\"values\":{{\"alloy\":{{\"configMap\":{{\"content\":{quoted}}}}}}}}}}}]}}}}"
    );
    let stack = "x: &x {name: loki, namespace: loki}\napiVersion: v1\nkind: Secret\nmetadata: *x\nstringData:\n  loki.yaml: |\n    auth_enabled: false\n    schema_config: {configs: [{store: tsdb}]}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: g}\ndata:\n  grafana.ini: |\n    [auth.anonymous]\n    enabled = true\n  datasources.yaml: \"datasources:\\n- {name: Loki, type: loki}\\n\"\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: alloy, namespace: alloy}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: alloy, image: grafana/alloy:v1, args: [run, /etc/alloy/config.alloy], env: [{name: DOMAIN, value: a}]}\n      volumes: []\n";
    let mimir = "mimir:\n  structuredConfig: &c\n    limits: {max_global_series_per_user: 800000}\n    blocks_storage: {backend: s3}\ningester:\n  <<: {replicas: 3}\n  persistentVolume: {size: 50Gi}\nloki: null\n";
    vec![
        ("a.alloy", PROGRAM.to_owned()),
        ("literal.yaml", map(&format!("|\n{}", block(4)))),
        ("quoted.yaml", map(&quoted).replace('\n', "\r\n")),
        ("chart.yaml", chart),
        ("list.json", json),
        ("export.json", export),
        ("stack.yaml", stack.to_owned()),
        ("mimir.yaml", mimir.to_owned()),
        ("grafana.ini", "[auth.anonymous]\nenabled = true\n[database]\npassword = x\n".to_owned()),
    ]
}

/// The text with a few bytes changed, left out, repeated or put in.
fn damaged(text: &str, random: &mut Random) -> String {
    const BYTES: &[u8] = b"{}[]\"'`:,-#|>&*!?%@=/\\.\n\r\t \x00\x1b\xff\xc3a0<~";
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        let byte = BYTES.get(random.below(BYTES.len())).copied().unwrap_or(b'x');
        match random.below(6) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..(at + random.below(40)).min(bytes.len()))),
            2 => {
                let part = bytes[at..(at + random.below(40)).min(bytes.len())].to_vec();
                let at = random.below(bytes.len());
                bytes.splice(at..at, part);
            }
            3 => bytes.insert(at, byte),
            _ => {
                if let Some(old) = bytes.get_mut(at) {
                    *old = byte;
                }
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Checks texts as stacks of their own: `0/name`, `1/name`.
fn checked(texts: &[(&str, String)]) -> Checked {
    let arguments: Vec<String> = (0..texts.len()).map(|index| index.to_string()).collect();
    let texts = texts.iter().enumerate().map(|(index, (path, text))| Source {
        path: format!("{index}/{path}"),
        argument: index,
        text: text.as_str().into(),
    });
    let sources = Sources { texts: texts.collect(), ..Sources::default() };
    check::check(&sources, &arguments, &CheckOptions::default())
}

fn is_inside(checked: &Checked, place: Place) -> bool {
    let fits =
        |document: &Document| document.text.get(place.span.start as usize..place.span.end as usize).is_some();
    let resolved = checked.documents.resolve(place);
    let file = checked.documents.files.get(place.doc.file as usize);
    let outer = file.and_then(|file| file.documents.iter().find(|document| document.host.is_none()));
    fits(checked.documents.document(place.doc))
        && resolved.start <= resolved.end
        && outer.is_some_and(|outer| {
            outer.text.get(resolved.outer.start as usize..resolved.outer.end as usize).is_some()
        })
}

/// Whether a parser alone says that the text cannot be read.
fn does_not_parse(path: &str, text: &str) -> bool {
    match path.rsplit('.').next() {
        Some("alloy") => !alloy::parse(text.into()).errors.is_empty(),
        Some("json") if text.starts_with(['{', '[']) => parse_json(&text.into()).is_err(),
        Some("yaml") => {
            !crate::model::looks_like_alloy(text)
                && parse_yaml(&text.into()).errors.iter().any(crate::document::ParseProblem::is_fatal)
        }
        _ => false,
    }
}

#[test]
fn damaged_inputs_never_break_a_run() {
    let samples = samples();
    for sample in &samples {
        let whole = checked(std::slice::from_ref(sample));
        assert_eq!(whole.report.coverage.errors, [], "{} is sound before it is damaged", sample.0);
        assert!(!whole.report.findings.is_empty(), "{} has something to find", sample.0);
    }
    let mut random = Random(0x5eed);
    let mut unread = 0;
    for run in 0..RUNS {
        let texts: Vec<(&str, String)> = (0..TOGETHER)
            .map(|_| {
                let (path, text) = &samples[random.below(samples.len())];
                (*path, damaged(text, &mut random))
            })
            .collect();
        let checked = checked(&texts);
        let places = checked.report.findings.iter().flat_map(|finding| {
            finding.place.into_iter().chain(finding.related.iter().map(|label| label.place))
        });
        for place in places {
            let text = &texts[place.doc.file as usize];
            assert!(is_inside(&checked, place), "run {run}: {place:?} in {}:\n{}", text.0, text.1);
        }
        for (index, (path, text)) in texts.iter().enumerate() {
            if does_not_parse(path, text) {
                unread += 1;
                let path = format!("{index}/{path}");
                let told = checked.report.coverage.errors.iter().any(|error| error.path == path);
                assert!(told, "run {run}: silent about {path}:\n{text}");
            }
        }
        let outcome = report::Outcome { documents: &checked.documents, report: &checked.report };
        let style = report::Style { color: false, width: 80, detail: report::Detail::Verbose };
        let telling = report::Telling::of_run(outcome, Vec::new);
        for format in report::Format::ALL {
            telling.write(format, style, &mut Vec::new()).unwrap();
        }
    }
    assert!(unread > RUNS * TOGETHER / 4, "only {unread} were unreadable: the damage is too small");
}
