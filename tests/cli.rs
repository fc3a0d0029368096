//! Runs of the real program: arguments in, streams and exit codes out.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;

/// An object with nothing to object to.
const HARMLESS: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: b\ndata:\n  c: d\n";

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::File::create(&path).and_then(|mut file| file.write_all(content)).unwrap();
    }
    folder
}

/// The program in that folder, apart from the environment of whoever runs the tests.
fn program(folder: &Path, arguments: &[&str]) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the tests start the program")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_ptd-lint"));
    let of_servers = ["GITHUB_ACTIONS", "GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY", "CI_PROJECT_DIR"];
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "COLUMNS", "PTD_LINT_CONFIG"]
        .iter()
        .chain(&of_servers)
    {
        command.env_remove(variable);
    }
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder, arguments).output().unwrap()
}

fn run_with_input(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut command = program(folder, arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("killed: {output:?}"))
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// Paths and messages of what made the run incomplete.
fn errors(output: &Output) -> Vec<(String, String)> {
    let report = report(output);
    let errors = report["coverage"]["errors"].as_array().unwrap().iter();
    errors
        .map(|error| {
            (error["path"].as_str().unwrap().to_owned(), error["message"].as_str().unwrap().to_owned())
        })
        .collect()
}

#[test]
fn harmless_input_gives_0_and_nothing_on_stderr() {
    let folder = folder(&[("a.yaml", HARMLESS.as_bytes())]);
    for arguments in [&["a.yaml"][..], &["check", "a.yaml"], &["-o", "json", "check", "a.yaml"], &["."]] {
        let output = run(folder.path(), arguments);
        assert_eq!((code(&output), text(&output.stderr)), (0, ""), "{arguments:?}");
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn bad_usage_gives_2_and_words_on_stderr() {
    let folder = folder(&[("a.yaml", HARMLESS.as_bytes()), ("docs/a.json", b"{}")]);
    for (arguments, words) in [
        (&[][..], "nothing to check"),
        (&["check"], "nothing to check"),
        (&["--nonsense", "a.yaml"], "--nonsense"),
        (&["-o", "xml", "a.yaml"], "known formats: human, concise, html, json, sarif"),
        (&["-o", "json", "-o", "human", "a.yaml"], "two reports cannot share standard output"),
        (&["--control-room", "x.example.com", "--no-control-room", "a.yaml"], "cannot be used with"),
        (&["--control-room", "https://x.example.com", "a.yaml"], "a domain is expected here"),
        (&["--config", "gone.yaml", "a.yaml"], "gone.yaml: no such file or folder"),
        (&["--rules", "gone", "a.yaml"], "gone: no such folder of rules"),
        (&["--rules", "docs", "a.yaml"], "docs: the folder holds no"),
        (&["--select", "no-such-rule", "a.yaml"], "unknown rule `no-such-rule`"),
        (&["--ignore", "no-such-rule", "a.yaml"], "unknown rule `no-such-rule`"),
        (&["explain", "no-such-rule"], "there is no rule `no-such-rule`"),
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(text(&output.stderr).contains(words), "{arguments:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
    }
}

#[test]
fn help_and_version_give_0_on_stdout() {
    let folder = folder(&[]);
    for (arguments, words) in [
        (&["--help"][..], "Exit codes:"),
        (&["check", "--help"], "Exit codes:"),
        (&["--version"], concat!("ptd-lint ", env!("CARGO_PKG_VERSION"))),
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!((code(&output), text(&output.stderr)), (0, ""), "{arguments:?}");
        assert!(text(&output.stdout).contains(words), "{}", text(&output.stdout));
    }
}

#[test]
fn unreadable_input_gives_2_in_every_format_and_the_rest_is_read() {
    let folder = folder(&[
        ("in/binary.yaml", b"a\0b"),
        ("in/latin.yaml", b"a: \xe9\n"),
        ("in/empty.yaml", b""),
        ("in/notes.txt", b"x"),
        ("in/fine.yaml", HARMLESS.as_bytes()),
    ]);
    let output = run(folder.path(), &["-o", "json", "in", "gone.yaml", "*.json"]);
    assert_eq!(code(&output), 2);
    let expected = [
        ("*.json", "the pattern matches no file or folder"),
        ("gone.yaml", "no such file or folder"),
        ("in/binary.yaml", "a binary file (a NUL byte at offset 1); leave it out"),
        ("in/empty.yaml", "an empty file; write what it should hold, or leave it out"),
        ("in/latin.yaml", "not UTF-8: byte 0xe9 at offset 3, on line 1; save the file as UTF-8"),
    ];
    assert_eq!(errors(&output), expected.map(|(path, message)| (path.to_owned(), message.to_owned())));
    let report = report(&output);
    assert_eq!(report["coverage"]["files"], json!(1));
    let passed = report["coverage"]["passedOver"].as_array().unwrap();
    let notes = json!({"path": "in/notes.txt", "reason": "not a YAML, JSON, Alloy or INI file"});
    assert!(passed.contains(&notes), "{passed:?}");

    let human = run(folder.path(), &["-q", "in", "gone.yaml"]);
    assert_eq!(code(&human), 2);
    assert!(text(&human.stdout).contains("  in/latin.yaml:1: not UTF-8"), "{}", text(&human.stdout));
}

#[test]
fn folder_leaves_out_hidden_and_ignored_files_unless_named() {
    let folder = folder(&[
        (".git/HEAD", b"ref: refs/heads/main\n"),
        (".gitignore", b"out.yaml\n"),
        (".hidden.yaml", b"\0"),
        ("out.yaml", b"\0"),
        ("kept.yaml", HARMLESS.as_bytes()),
    ]);
    let output = run(folder.path(), &["-o", "json", "."]);
    assert_eq!((code(&output), report(&output)["coverage"]["files"].clone()), (0, json!(1)));
    let named = run(folder.path(), &["-o", "json", ".", ".hidden.yaml", "out.yaml"]);
    let paths: Vec<_> = errors(&named).into_iter().map(|(path, _)| path).collect();
    assert_eq!((code(&named), paths), (2, vec![".hidden.yaml".to_owned(), "out.yaml".to_owned()]));
}

#[test]
fn glob_is_followed_by_the_program_itself() {
    let folder = folder(&[("a/b/x.yml", HARMLESS.as_bytes()), ("a/y.yaml", b"\0"), ("a/z.json", b"\0")]);
    let output = run(folder.path(), &["-o", "json", "**/*.{yml,yaml}"]);
    assert_eq!(code(&output), 2);
    assert_eq!(errors(&output).len(), 1);
    assert_eq!(errors(&output)[0].0, "a/y.yaml");
    assert_eq!(report(&output)["coverage"]["files"], json!(1));
}

#[test]
fn standard_input_is_read_under_its_given_name() {
    let folder = folder(&[]);
    let output = run_with_input(folder.path(), &["-o", "json", "-"], HARMLESS.as_bytes());
    assert_eq!((code(&output), report(&output)["coverage"]["files"].clone()), (0, json!(1)));
    let broken = run_with_input(folder.path(), &["-o", "json", "--stdin-filename", "r.yaml", "-"], b"\xff");
    assert_eq!((code(&broken), errors(&broken)[0].0.as_str()), (2, "r.yaml"));
    let empty = run_with_input(folder.path(), &["-o", "json", "-"], b"");
    assert_eq!((code(&empty), errors(&empty)[0].0.as_str()), (2, "<stdin>"));
}

#[test]
fn reports_go_to_files_and_leave_stdout_alone() {
    let folder = folder(&[("a.yaml", HARMLESS.as_bytes())]);
    let output = run(folder.path(), &["-o", "json=r.json", "-o", "human", "a.yaml"]);
    assert!(text(&output.stdout).ends_with("0 errors, 0 warnings, 0 infos\n"), "{output:?}");
    let file = std::fs::OpenOptions::new().read(true).open(folder.path().join("r.json")).unwrap();
    let written: Value = serde_json::from_reader(file).unwrap();
    assert_eq!(written["schema"], json!("ptd-lint/report/v1"));
    let output = run(folder.path(), &["-o", "json", "--output-file", "s.json", "a.yaml"]);
    assert_eq!((code(&output), text(&output.stdout)), (0, ""));
    let output = run(folder.path(), &["-o", "json=no/such/folder.json", "a.yaml"]);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).contains("cannot write to no/such/folder.json"), "{output:?}");
}

#[test]
fn colour_is_written_only_where_it_is_wanted() {
    let folder = folder(&[("a.yaml", b"\0")]);
    let colored = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = program(folder.path(), arguments);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        text(&output.stdout).contains('\u{1b}')
    };
    assert!(!colored(&["a.yaml"], &[]));
    assert!(colored(&["--color", "always", "a.yaml"], &[]));
    assert!(colored(&["a.yaml"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&["a.yaml"], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!colored(&["--color", "never", "a.yaml"], &[("FORCE_COLOR", "1")]));
}

#[test]
fn settings_file_is_found_upwards_and_can_be_declined() {
    let folder = folder(&[("ptd-lint.yaml", b"\xff"), ("a/b/x.yaml", HARMLESS.as_bytes())]);
    let below = folder.path().join("a/b");
    let output = run(&below, &["-o", "json", "x.yaml"]);
    assert_eq!((code(&output), errors(&output)[0].0.as_str()), (2, "../../ptd-lint.yaml"));
    assert_eq!(report(&output)["coverage"]["files"], json!(1), "the rest is checked");
    assert_eq!(code(&run(&below, &["--no-config", "x.yaml"])), 0);
}

#[cfg(unix)]
#[test]
fn reader_that_goes_away_is_no_error() {
    // Enough output to fill the pipe: a line for each missing path.
    let folder = folder(&[]);
    let names: Vec<String> = (0..5000).map(|number| format!("missing-file-number-{number}.yaml")).collect();
    let mut command = program(folder.path(), &[]);
    let mut child = command.args(&names).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), text(&output.stderr)), (2, ""));
}

#[cfg(unix)]
#[test]
fn named_pipe_is_refused_instead_of_waited_for() {
    let folder = folder(&[]);
    #[expect(clippy::disallowed_methods, reason = "the standard library makes no named pipes")]
    let made = Command::new("mkfifo").arg(folder.path().join("p.yaml")).status();
    assert!(made.unwrap().success());
    let output = run(folder.path(), &["-o", "json", "."]);
    assert_eq!(code(&output), 2);
    assert!(errors(&output)[0].1.starts_with("a named pipe, not a file"), "{output:?}");
}

/// Values of the alloy chart with a warning: clustering is off.
const UNCLUSTERED: &str = "controller:\n  type: daemonset\nalloy:\n  clustering:\n    enabled: false\n";

#[test]
fn settings_file_sets_the_threshold_and_the_command_line_beats_it() {
    let folder = folder(&[
        ("alloy.yaml", UNCLUSTERED.as_bytes()),
        ("a.yaml", HARMLESS.as_bytes()),
        ("plain.yaml", b"version: 1\n"),
        ("warning.yaml", b"version: 1\nfail_on: warning\n"),
        ("open.yaml", b"version: 1\nignore: [mimir-volume-differs]\n"),
        ("strict.yaml", b"version: 1\nignore: [mimir-volume-differs]\nstrict: true\n"),
    ]);
    let code_of = |arguments: &[&str]| code(&run(folder.path(), arguments));
    assert_eq!(code_of(&["--config", "plain.yaml", "alloy.yaml"]), 0);
    assert_eq!(code_of(&["--config", "warning.yaml", "alloy.yaml"]), 1);
    assert_eq!(code_of(&["--config", "warning.yaml", "--fail-on", "error", "alloy.yaml"]), 0);
    // A rule that is left out leaves its promise undecided.
    assert_eq!(code_of(&["--config", "open.yaml", "a.yaml"]), 0);
    assert_eq!(code_of(&["--config", "strict.yaml", "a.yaml"]), 1);
}

#[test]
fn settings_file_among_the_inputs_governs_its_own_stack() {
    let program = b"prometheus.scrape \"a\" {\n  targets = []\n  forward_to = [prometheus.remote_write.b.receiver]\n}\n\
        prometheus.remote_write \"b\" {\n  endpoint { url = \"https://mimir.cr.example.com/api/v1/push\" }\n}\n";
    let folder = folder(&[
        ("one/ptd-lint.yaml", b"version: 1\nworkload: first\ncontrol_room: false\n"),
        ("one/a.alloy", program),
        ("two/ptd-lint.yaml", b"version: 1\nworkload: second\ncontrol_room: cr.example.com\n"),
        ("two/a.alloy", program),
    ]);
    let report = report(&run(folder.path(), &["-o", "json", "."]));
    let findings = report["findings"].as_array().unwrap().iter();
    let alone: Vec<&Value> = findings
        .filter(|finding| finding["rule"] == "second-write-without-control-room")
        .map(|finding| &finding["location"]["path"])
        .collect();
    assert_eq!(alone, ["one/a.alloy"], "{report:#}");
    let verdicts = report["verdicts"].as_array().unwrap().iter();
    let subjects: Vec<&Value> = verdicts
        .filter(|verdict| verdict["invariant"] == "dual-write")
        .map(|verdict| &verdict["subject"])
        .collect();
    assert_eq!(subjects, ["first", "second"]);
}

#[test]
fn strictness_of_a_settings_file_among_the_inputs_counts_for_the_run() {
    let folder = folder(&[
        ("one/ptd-lint.yaml", b"version: 1\ncontrol_room: false\nfail_on: warning\n"),
        ("one/alloy.yaml", UNCLUSTERED.as_bytes()),
    ]);
    assert_eq!(code(&run(folder.path(), &["one/alloy.yaml"])), 0);
    assert_eq!(code(&run(folder.path(), &["one"])), 1);
}

#[test]
fn slip_in_a_settings_file_among_the_inputs_makes_the_run_incomplete() {
    let folder = folder(&[
        ("one/ptd-lint.yaml", b"version: 1\ncontrol_room: false\nalowed: []\n"),
        ("one/a.yaml", HARMLESS.as_bytes()),
    ]);
    let output = run(folder.path(), &["-o", "json", "."]);
    assert_eq!(code(&output), 2);
    let (path, message) = &errors(&output)[0];
    assert_eq!(path, "one/ptd-lint.yaml");
    assert!(message.contains("no key `alowed`"), "{message}");
}

#[test]
fn secrets_are_not_printed_with_their_lines() {
    let program = "prometheus.remote_write \"control_room\" {\n  endpoint {\n    url = \"http://heron:hidden-1@mimir.ops.example.com/\"\n    basic_auth {\n      username = \"heron\"\n      password = \"hidden-2\"\n    }\n  }\n}\n";
    let indented = program.replace('\n', "\n    ");
    let manifest = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: alloy\ndata:\n  config.alloy: |\n    {indented}\n"
    );
    // A program by itself, one in a block scalar, one in JSON behind escapes.
    let json = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "b", "namespace": "alloy" },
        "data": { "config.alloy": program },
    });
    for (name, text) in [("a.alloy", program.to_owned()), ("a.yaml", manifest), ("a.json", json.to_string())]
    {
        let folder = folder(&[(name, text.as_bytes())]);
        for format in ["human", "json"] {
            let output = run(folder.path(), &["--control-room", "ops.example.com", "-o", format, name]);
            let told = text_of_both(&output);
            assert!(told.contains("control-room-password-not-from-secret"), "{told}");
            assert!(told.contains("control-room-write-without-tls"), "{told}");
            assert!(!told.contains("hidden"), "{name} as {format}: {told}");
            assert!(format == "json" || told.contains("password = \"******\""), "{told}");
        }
    }
}

/// Both streams.
fn text_of_both(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| text(bytes)).concat()
}

#[test]
fn program_that_nobody_names_is_that_of_the_collector_without_one() {
    let daemon_set = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: alloy\n  namespace: alloy\nspec:\n  template:\n    spec:\n      containers:\n      - name: alloy\n        image: grafana/alloy:v1.11.3\n        args: [run, /etc/alloy/config.alloy]\n        volumeMounts:\n        - {name: config, mountPath: /etc/alloy}\n      volumes:\n      - name: config\n        configMap: {name: gone}\n";
    let program = "loki.source.kubernetes \"pods\" {\n  targets    = []\n  forward_to = [loki.write.own.receiver]\n}\nloki.write \"own\" {\n  endpoint { url = \"http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push\" }\n}\n";
    let folder = folder(&[("alloy.yaml", daemon_set.as_bytes()), ("config.alloy", program.as_bytes())]);
    let report = report(&run(folder.path(), &["-o", "json", "."]));
    let verdicts = report["verdicts"].as_array().unwrap().iter();
    let logs = verdicts.clone().find(|verdict| verdict["invariant"] == "log-boundary").unwrap();
    assert_eq!(logs["verdict"], "holds", "{report:#}");
    let assumed = "alloy/alloy runs config.alloy (its program is `config.alloy` of ConfigMap alloy/gone, which is not in the input)";
    assert!(logs["assumptions"].as_array().unwrap().contains(&Value::from(assumed)), "{logs:#}");
}

#[test]
fn report_of_a_part_of_the_contexts_says_which_part_it_is() {
    let kubeconfig = json!({
        "apiVersion": "v1", "kind": "Config", "users": [{"name": "u", "user": {}}],
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
        "contexts": [{"name": "only", "context": {"cluster": "c", "user": "u"}}],
    });
    let folder = folder(&[("kubeconfig", kubeconfig.to_string().as_bytes())]);
    let live =
        ["--live", "--all-contexts", "--kubeconfig", "kubeconfig", "--shard", "1/2", "-o", "json=part.json"];
    let output = run(folder.path(), &live);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let output = run(folder.path(), &["merge", "part.json", "-o", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let coverage = serde_json::from_slice::<Value>(&output.stdout).unwrap()["coverage"].clone();
    assert_eq!(coverage["shards"], json!([{ "index": 1, "count": 2 }]));
    assert_eq!(coverage["errors"][0]["path"], "--shard /2");
}
