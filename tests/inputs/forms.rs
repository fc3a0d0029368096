//! The forms in which inputs hold the program, and where the leak is found in each.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::json;

use super::EVIL;
use super::INNER;
use super::META;
use super::PROGRAM;
use super::config_map;
use super::config_map_json;
use super::literal;
use super::meaning;
use super::program::check;
use super::program::indented;
use super::program::only_place;

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

/// What a form must come to.
pub(super) struct Form<'f> {
    /// How failures name it.
    pub(super) name: &'f str,
    path: &'f str,
    pub(super) text: String,
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
    pub(super) fn fault(&self, plain: &Value) -> Option<String> {
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

pub(super) const CONFIG: &str = "ConfigMap alloy/alloy-config";

const DATA: &str = "data.config.alloy";

fn yaml(name: &str, text: String) -> Form<'_> {
    Form::new(name, "a.yaml", text)
}

pub(super) fn programs_by_themselves() -> Vec<Form<'static>> {
    let text = || PROGRAM.to_owned();
    vec![
        Form::new("in a file of its own", "config.alloy", text()),
        Form::new("in a file called .yaml", "config.yaml", text()),
        Form::new("in a file called .json", "config.json", text()),
        Form::new("with CRLF", "config.alloy", PROGRAM.replace('\n', "\r\n")),
        Form::new("with a byte order mark", "config.alloy", format!("\u{feff}{PROGRAM}")),
    ]
}

pub(super) fn config_maps() -> Vec<Form<'static>> {
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

pub(super) fn json_forms() -> Vec<Form<'static>> {
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

pub(super) fn secrets() -> Vec<Form<'static>> {
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
pub(super) fn values(by: usize) -> String {
    let text = format!("alloy:\n  configMap:\n    content: {}\n", literal(4));
    indented(&text, by)
}

#[expect(clippy::too_many_lines, reason = "one entry for each form")]
pub(super) fn releases() -> Vec<Form<'static>> {
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
