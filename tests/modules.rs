//! Programs whose parts lie in other objects: modules, variables, files and Secrets, followed to the line they are on.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod program;

use program::Ran;
use program::check;
use program::indented;
use program::only_place;
use program::run;

/// The collector: its program and modules are mounted, its environment comes from objects.
const WORKLOAD: &str = "apiVersion: apps/v1
kind: DaemonSet
metadata: {name: alloy, namespace: alloy}
spec:
  template:
    spec:
      containers:
        - name: alloy
          image: grafana/alloy:v1.7.5
          args: [run, /etc/alloy/config.alloy]
          envFrom: [{configMapRef: {name: env}}, {secretRef: {name: hidden}}]
          env:
            - {name: FULL_URL, value: \"https://$(PUSH_HOST)/push\"}
          volumeMounts:
            - {name: config, mountPath: /etc/alloy}
            - {name: modules, mountPath: /etc/modules}
      volumes:
        - {name: config, configMap: {name: alloy-config}}
        - {name: modules, configMap: {name: modules}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: env, namespace: alloy}
data: {PUSH_HOST: env.example.net}
---
apiVersion: v1
kind: Secret
metadata: {name: hidden, namespace: alloy}
stringData: {SECRET_HOST: canary-host.example.org}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: modules, namespace: alloy}
data:
  ship.alloy: |
    declare \"ship\" {
      argument \"url\" {
        optional = true
        default  = \"https://file.example.net/push\"
      }
      loki.write \"out\" {
        endpoint {
          url = argument.url.value
        }
      }
      export \"receiver\" { value = loki.write.out.receiver }
    }
  address.txt: https://text.example.net/push
---
apiVersion: v1
kind: ConfigMap
metadata: {name: alloy-config, namespace: alloy}
data:
  config.alloy: |
";

/// The whole input with a program.
fn input(program: &str) -> String {
    format!("{WORKLOAD}{}", indented(program, 4))
}

/// Leaks as `line:column message`.
fn leaks(ran: &Ran) -> Vec<String> {
    let found = ran.findings("logs-leave-workload");
    let place = |finding: &serde_json::Value| {
        let start = &finding["location"];
        (start["line"].as_u64().unwrap(), start["column"].as_u64().unwrap())
    };
    found
        .iter()
        .map(|finding| {
            let (line, column) = place(finding);
            format!("{line}:{column} {}", finding["message"].as_str().unwrap())
        })
        .collect()
}

/// What a leak at that text reads like.
fn leak(text: &str, at: &str, component: &str, destination: &str) -> String {
    let (line, column) = only_place(text, at);
    format!(
        "{line}:{column} logs leave the workload: `{component}` sends the logs of `loki.source.journal.j` to {destination}"
    )
}

/// Checks that a program has the one leak at `at`, and that nothing shows a secret.
fn has_leak(program: &str, at: &str, component: &str, destination: &str) {
    let text = input(program);
    let ran = check(&[("stack.yaml", text.as_bytes())]);
    assert_eq!(leaks(&ran), [leak(&text, at, component, destination)], "{program}\n{}", ran.stdout);
    assert!(!ran.stdout.contains("canary"), "{}", ran.stdout);
    let folder = program::folder(&[("stack.yaml", text.as_bytes())]);
    let human = run(folder.path(), &["."], None);
    assert!(!human.stdout.contains("canary"), "{}", human.stdout);
    assert_eq!(human.code, 1);
}

/// The module in `ship.alloy`, imported in one of the ways there are.
fn ships(import: &str) {
    let program = format!(
        "{import}
lib.ship \"all\" {{ }}
loki.source.journal \"j\" {{ forward_to = [lib.ship.all.receiver] }}
"
    );
    let url = "https://file.example.net/push";
    has_leak(&program, url, "lib.ship.all/loki.write.out", url);
}

#[test]
fn module_of_a_mounted_file_or_folder_is_followed_to_its_line() {
    ships("import.file \"lib\" { filename = \"/etc/modules/ship.alloy\" }");
    ships("import.file \"lib\" { filename = \"/etc/alloy/../modules\" }");
}

#[test]
fn module_of_a_config_map_is_followed_to_its_line() {
    ships(
        "remote.kubernetes.configmap \"m\" {
  namespace = \"alloy\"
  name      = \"modules\"
}
import.string \"lib\" { content = remote.kubernetes.configmap.m.data[\"ship.alloy\"] }",
    );
}

#[test]
fn module_of_a_local_file_is_followed_to_its_line() {
    ships(
        "local.file \"m\" { filename = \"/etc/modules/ship.alloy\" }
import.string \"lib\" { content = local.file.m.content }",
    );
}

#[test]
fn module_in_a_string_is_followed_to_its_line() {
    has_leak(
        r#"import.string "lib" {
  content = `
declare "ship" {
  loki.write "w" {
    endpoint { url = "https://string.example.net/push" }
  }
  export "receiver" { value = loki.write.w.receiver }
}`
}
lib.ship "all" { }
loki.source.journal "j" { forward_to = [lib.ship.all.receiver] }
"#,
        "https://string.example.net/push",
        "lib.ship.all/loki.write.w",
        "https://string.example.net/push",
    );
}

/// A program that writes to a destination given by an expression.
fn writes_to(before: &str, expression: &str) -> String {
    format!(
        "{before}loki.source.journal \"j\" {{ forward_to = [loki.write.w.receiver] }}
loki.write \"w\" {{
  endpoint {{ url = {expression} }}
}}
"
    )
}

#[test]
fn variables_of_the_container_are_read_from_their_objects() {
    let direct = "\"https://\" + sys.env(\"PUSH_HOST\") + \"/push\"";
    has_leak(&writes_to("", direct), direct, "loki.write.w", "https://env.example.net/push");
    let made = "sys.env(\"FULL_URL\")";
    has_leak(&writes_to("", made), made, "loki.write.w", "https://env.example.net/push");
}

#[test]
fn file_of_a_mount_is_read_as_text() {
    let before = "local.file \"a\" { filename = \"/etc/modules/address.txt\" }\n";
    let expression = "string.trim_space(local.file.a.content)";
    has_leak(&writes_to(before, expression), expression, "loki.write.w", "https://text.example.net/push");
}

#[test]
fn a_secret_decides_where_data_goes_and_is_never_shown() {
    let before = "remote.kubernetes.secret \"s\" {
  namespace = \"alloy\"
  name      = \"hidden\"
}
";
    for expression in [
        "\"https://\" + convert.nonsensitive(remote.kubernetes.secret.s.data.SECRET_HOST) + \"/push\"",
        "string.format(\"https://%s/push\", convert.nonsensitive(remote.kubernetes.secret.s.data[\"SECRET_HOST\"]))",
        "string.format(\"https://%s/push\", sys.env(\"SECRET_HOST\"))",
        "coalesce(\"\", string.join([\"https://\", convert.nonsensitive(remote.kubernetes.secret.s.data.SECRET_HOST)], \"\"))",
    ] {
        has_leak(&writes_to(before, expression), expression, "loki.write.w", "(secret)");
    }
}

#[test]
fn what_is_not_in_the_input_is_told_with_its_reason() {
    for (before, expression, reason) in [
        (
            "local.file \"a\" { filename = \"/etc/other/address.txt\" }\n",
            "local.file.a.content",
            "it is not known where `loki.write.w` sends logs: local.file.a.content is known only when the collector \
             runs: no volume of the input is mounted where the file `/etc/other/address.txt` is",
        ),
        (
            "remote.kubernetes.configmap \"m\" {\n  namespace = \"else\"\n  name = \"where\"\n}\n",
            "remote.kubernetes.configmap.m.data[\"url\"]",
            "it is not known where `loki.write.w` sends logs: remote.kubernetes.configmap.m.data is known only when \
             the collector runs: ConfigMap else/where is not in the input",
        ),
    ] {
        let text = input(&writes_to(before, expression));
        let ran = check(&[("stack.yaml", text.as_bytes())]);
        let [finding] = &ran.findings("logs-leave-workload")[..] else { panic!("{}", ran.stdout) };
        assert_eq!(finding["message"], format!("cannot be decided: {reason}"));
        let (line, column) = only_place(&text, expression);
        assert_eq!(finding["location"]["line"], line);
        assert_eq!(finding["location"]["column"], column);
        assert_eq!(ran.code, 1);
    }
}

#[test]
fn a_program_by_itself_imports_files_that_lie_beside_it() {
    let program = "import.file \"lib\" { filename = file.path_join(module_path, \"lib/ship.alloy\") }
lib.ship \"all\" { }
loki.source.journal \"j\" { forward_to = [lib.ship.all.receiver] }
";
    let module = "declare \"ship\" {
  loki.write \"w\" {
    endpoint { url = \"https://beside.example.net/push\" }
  }
  export \"receiver\" { value = loki.write.w.receiver }
}
";
    let ran = check(&[("config.alloy", program.as_bytes()), ("lib/ship.alloy", module.as_bytes())]);
    let [finding] = &ran.findings("logs-leave-workload")[..] else { panic!("{}", ran.stdout) };
    assert_eq!(finding["location"]["path"], "lib/ship.alloy");
    assert_eq!(finding["location"]["line"], 3);
    // The module is no collector of its own.
    assert_eq!(ran.report()["coverage"]["collectors"], 1);
}
