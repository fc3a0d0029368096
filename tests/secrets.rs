//! No value of a secret comes out again, in no format, however close to a fault it stands.
mod program;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use program::folder;
use program::indented;
use program::run;

/// A value that no output may hold.
const CANARY: &str = "Canary7Q";

/// Its beginning, encoded as it comes in `data`: from the first byte of a value.
fn encoded(value: &str) -> String {
    STANDARD.encode(value)
}

/// A leaking program with every kind of secret beside the leak, and with faults on secret lines.
fn alloy() -> String {
    format!(
        r#"prometheus.remote_write "control_room" {{
	endpoint {{
		bearer_token = "{CANARY}01"
		url = "https://me:{CANARY}02@mimir.evil.example.net/api/v1/push"
		headers = {{"X-Any" = "{CANARY}03", "Authorization" = "Bearer {CANARY}04"}}
	}}
}}
prometheus.scrape "self" {{
	targets = []
	forward_to = [prometheus.remote_write.control_room.receiver]
}}
loki.source.kubernetes "pods" {{
	targets    = []
	forward_to = [loki.write.local.receiver]
}}
loki.write "local" {{
	endpoint {{
		basic_auth {{
			password = "{CANARY}05"
			username = "me"
		}}
		url = "https://me:{CANARY}06@loki.evil.example.net/loki/api/v1/push"
		no_such_password = "{CANARY}07"
		bearer_token = "{CANARY}08" + nothing.here
	}}
	endpoint {{
		oauth2 {{ client_secret = "{CANARY}09" }} url = "https://logs.evil.example.net/x?y"
	}}
	// password = "{CANARY}10"
	no_such_secret {{ token = "{CANARY}11" }}
}}
no.such.component "x" {{ api_key = "{CANARY}12" }}
loki.write "local" {{ external_labels = {{"token" = "{CANARY}13"}} }}
"#
    )
}

#[expect(clippy::too_many_lines, reason = "one input, to be read as one")]
fn manifests() -> String {
    let program = indented(&alloy(), 4);
    let encoded_value = encoded(&format!("{CANARY}20"));
    let program_base64 = encoded(&alloy());
    format!(
        r#"apiVersion: v1
kind: ConfigMap
metadata:
  name: alloy
  namespace: alloy
data:
  config.alloy: |
{program}  app.conf: |
    password = {CANARY}14
  app.conf: |
    password = {CANARY}15
  grafana.ini: |
    [security]
    admin_password = {CANARY}16
    admin_password = {CANARY}17
    [database]
    password = {CANARY}18
    url = postgres://me:{CANARY}19@db/x
    [auth.anonymous]
    enabled = true
    [auth.generic_oauth]
    client_secret = {CANARY}21
  datasources.yaml: |
    datasources:
    - name: Loki
      type: loki
      url: http://me:{CANARY}22@x.example.com
      basicAuthPassword: {CANARY}23
      secureJsonData:
        httpHeaderValue1: {CANARY}24
---
apiVersion: v1
kind: Secret
metadata:
  name: "a\u001b"
  namespace: b
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{{"stringData":{{"any":"{CANARY}25"}}}}'
stringData:
  any: {CANARY}26
  any: {CANARY}27
  block: |
    {CANARY}28
data:
  any: {encoded_value}
  any: {encoded_value}
---
apiVersion: v1
kind: Secret
metadata:
  name: program
stringData:
  config.alloy: |
{program}data:
  other.alloy: {program_base64}
---
apiVersion: v1
kind: Secrte
metadata: {{name: c}}
stringData: {{password: {CANARY}29}}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: alloy
  namespace: alloy
spec:
  template:
    spec:
      containers:
      - name: alloy
        image: grafana/alloy:v1
        env:
        - name: REMOTE_PASSWORD
          value: {CANARY}30
          value: {CANARY}31
        - {{name: API_TOKEN, value: {CANARY}32, value: {CANARY}33}}
---
apiVersion: helm.cattle.io/v1
kind: HelmChart
metadata:
  name: grafana
  namespace: kube-system
spec:
  chart: grafana
  set:
    adminPassword: {CANARY}34
    adminPassword: {CANARY}35
  valuesContent: |
    adminPassword: {CANARY}36
    adminPassword: {CANARY}37
    grafana.ini:
      auth.anonymous:
        enabled: true
      security: {{secret_key: {CANARY}38}}
      remote_cache: {{connstr: "addr=a:1,password={CANARY}48"}}
      smtp: {{enabled: true, host: "smtp://me:{CANARY}49@mail.evil.example.net", cert_pass: {CANARY}50}}
    env:
      GF_SMTP_PASSWORD: {CANARY}51
    datasources:
      d.yaml:
        datasources:
        - name: T
          type: tempo
          url: https://me:{CANARY}52@tempo.evil.example.net
          jsonData: {{httpHeaderName1: Authorization, httpHeaderValue1: {CANARY}53, tlsSkipVerify: true}}
          secureJsonData: {{any: {CANARY}54}}
    alerting:
      c.yaml:
        contactPoints:
        - name: team
          receivers:
          - {{type: slack, settings: {{url: "https://hooks.slack.com/services/{CANARY}55"}}}}
          - {{type: pagerduty, settings: {{integrationKey: {CANARY}56}}}}
        policies: [{{receiver: none}}]
"#
    )
}

#[test]
fn no_secret_comes_out_in_any_format() {
    let broken_secret = format!(
        "kind: Secret\napiVersion: v1\nmetadata: {{name: x}}\nstringData:\n  password: {CANARY}40\n  token: [{CANARY}41\n  any: {CANARY}46\n  secret: \"{CANARY}42\n"
    );
    let broken_json = format!(
        "{{\"kind\":\"Secret\",\"stringData\":{{\"password\":\"{CANARY}43\",\"token\":\"{CANARY}44\",\"any\":\"{CANARY}47\",}}}}"
    );
    let broken_alloy = alloy().replace("username = \"me\"", "username = = \"me\"");
    let manifests = manifests();
    let settings = format!("version: 1\nno_such_token: {CANARY}45\n");
    let files: &[(&str, &[u8])] = &[
        ("in/all.yaml", manifests.as_bytes()),
        ("broken/secret.yaml", broken_secret.as_bytes()),
        ("broken/secret.json", broken_json.as_bytes()),
        ("broken/config.alloy", broken_alloy.as_bytes()),
        ("ptd-lint.yaml", settings.as_bytes()),
    ];
    let folder = folder(files);
    let canaries = [CANARY.to_owned(), encoded(&format!("{CANARY}20")).trim_end_matches('=').to_owned()];
    for arguments in [
        &["-v"][..],
        &["-q"],
        &["-o", "json"],
        &["--color", "always"],
        &["-o", "concise", "-v"],
        &["-o", "sarif"],
        &["-o", "junit"],
        &["-o", "github"],
        &["-o", "gitlab"],
        &["-o", "checkstyle"],
        &["-o", "markdown"],
        &["-o", "openreports"],
    ] {
        for input in ["in", "broken/secret.yaml", "broken/secret.json", "broken/config.alloy"] {
            let found = run(folder.path(), &[arguments, &[input]].concat(), None);
            assert!(found.code > 0, "{input}: there is something to report");
            for canary in &canaries {
                for output in [&found.stdout, &found.stderr] {
                    let lines: Vec<&str> =
                        output.lines().filter(|line| line.contains(canary.as_str())).collect();
                    assert!(lines.is_empty(), "{arguments:?} {input}:\n{}", lines.join("\n"));
                }
            }
        }
    }
    // Lines with secrets were really shown, or this would prove nothing.
    let human = run(folder.path(), &["in", "broken"], None).stdout;
    assert!(human.matches("******").count() > 10, "{human}");
    assert!(human.contains("password = \"******\""), "{human}");
}

/// A program reads its destination from what a Secret names: the reason why that is not known does not quote the name.
#[test]
fn names_and_paths_that_a_secret_gives_are_not_quoted() {
    let named = format!("{CANARY}21");
    for reading in [
        "local.file \"x\" { filename = sys.env(\"NAMED\") }",
        "local.file \"x\" { filename = \"/etc/\" + sys.env(\"NAMED\") }",
        "remote.kubernetes.configmap \"x\" {\n  name = string.format(\"a-%s\", sys.env(\"NAMED\"))\n  namespace = \"alloy\"\n}",
        "remote.kubernetes.secret \"x\" {\n  name = \"a\"\n  namespace = sys.env(\"NAMED\")\n}",
        "import.file \"x\" { filename = sys.env(\"NAMED\") }",
    ] {
        let value = if reading.starts_with("local") {
            "local.file.x.content"
        } else {
            "remote.kubernetes.secret.x.data.u"
        };
        let value =
            if reading.contains("configmap") { "remote.kubernetes.configmap.x.data.u" } else { value };
        let value = if reading.starts_with("import") { "\"https://logs.example.net\"" } else { value };
        let program = format!(
            "{reading}\nloki.source.journal \"j\" {{ forward_to = [loki.write.w.receiver] }}\nloki.write \"w\" {{\n  endpoint {{ url = {value} }}\n}}\n"
        );
        let text = format!(
            "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: alloy, namespace: alloy}}\nspec:\n  template:\n    spec:\n      containers:\n        - name: alloy\n          image: grafana/alloy:v1.7.5\n          args: [run, /etc/alloy/config.alloy]\n          env: [{{name: NAMED, valueFrom: {{secretKeyRef: {{name: s, key: named}}}}}}]\n          volumeMounts: [{{name: c, mountPath: /etc/alloy}}]\n      volumes: [{{name: c, configMap: {{name: c}}}}]\n---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: alloy}}\nstringData: {{named: {named}}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c, namespace: alloy}}\ndata:\n  config.alloy: |\n{}",
            indented(&program, 4)
        );
        let folder = folder(&[("stack.yaml", text.as_bytes())]);
        for arguments in [&["."][..], &["-v", "."], &["-o", "json", "."]] {
            let ran = run(folder.path(), arguments, None);
            assert!(ran.stdout.contains("a secret names it"), "{program}\n{}", ran.stdout);
            assert!(
                !ran.stdout.contains(CANARY) && !ran.stderr.contains(CANARY),
                "{program}\n{}",
                ran.stdout
            );
        }
    }
}
