//! Runs of the real program on the example stacks, which the README shows.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Lines by which the leaking stack differs from the sound one, in `alloy.yaml`.
const LEAK: &str = r#"
      endpoint {
        url = "https://loki.ops.tern.example.com/loki/api/v1/push"
      }
"#;

/// Exit code and JSON report of a stack.
fn check(stack: &str) -> (Option<i32>, Value) {
    #[expect(clippy::disallowed_methods, reason = "the tests start the program")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_ptd-lint"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.args(["-o", "json", &format!("fixtures/stacks/{stack}")]).output().unwrap();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

/// Verdicts as `invariant verdict`, with what they take for granted.
fn verdicts(report: &Value) -> Vec<String> {
    let verdicts = report["verdicts"].as_array().unwrap().iter();
    let text = |verdict: &Value| {
        let words = ["invariant", "verdict"].map(|key| verdict[key].as_str().unwrap());
        let assumptions = verdict["assumptions"].as_array().unwrap();
        format!("{}{}", words.join(" "), assumptions.iter().map(Value::to_string).collect::<String>())
    };
    verdicts.map(text).collect()
}

/// All promises kept, without assumptions.
const SOUND: [&str; 8] = [
    "log-boundary holds",
    "dual-write holds",
    "store-limits holds",
    "store-retention holds",
    "store-storage holds",
    "grafana-access holds",
    "collector-placement holds",
    "coherence holds",
];

#[test]
fn sound_stack_keeps_every_promise() {
    let (code, report) = check("sound");
    assert_eq!(report["findings"], Value::Array(Vec::new()));
    assert_eq!(verdicts(&report), SOUND);
    assert_eq!(code, Some(0));
}

#[test]
fn leaking_stack_breaks_the_log_boundary_at_one_line() {
    let (code, report) = check("leaking");
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    let finding = &findings[0];
    assert_eq!(finding["rule"], "logs-leave-workload");
    let location = &finding["location"];
    assert_eq!(location["path"], "fixtures/stacks/leaking/alloy.yaml");
    assert_eq!((&location["line"], &location["column"]), (&208.into(), &16.into()));
    assert_eq!(location["object"], "ConfigMap alloy/heron-alloy");
    let related = finding["related"].as_array().unwrap().iter();
    let labels: Vec<_> = related.map(|label| label["label"].as_str().unwrap()).collect();
    assert!(labels.contains(&"logs of `loki.source.kubernetes.pods` take this way"), "{labels:?}");
    assert!(labels.contains(&"logs of `faro.receiver.frontend` take this way"), "{labels:?}");
    let mut expected = SOUND;
    expected[0] = "log-boundary violated";
    assert_eq!(verdicts(&report), expected);
    assert_eq!(code, Some(1));
}

#[test]
fn stacks_differ_in_the_leak_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stacks");
    #[expect(clippy::disallowed_methods, reason = "a test reads its inputs")]
    let read = |stack: &str, name: &str| std::fs::read_to_string(root.join(stack).join(name)).unwrap();
    for name in ["alloy.yaml", "grafana.yaml", "loki.yaml", "mimir.yaml", "ptd.yaml"] {
        let leaking = read("leaking", name);
        assert_eq!(leaking.replacen(LEAK, "", 1), read("sound", name), "{name}");
        assert_eq!(leaking.contains(LEAK), name == "alloy.yaml", "{name}");
    }
}

#[test]
fn readme_shows_what_the_leaking_stack_gives() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    #[expect(clippy::disallowed_methods, reason = "a test reads its inputs")]
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let call = "```text\n$ ptd-lint fixtures/stacks/leaking\n";
    let shown = readme.split_once(call).unwrap().1.split_once("```").unwrap().0;
    #[expect(clippy::disallowed_methods, reason = "the tests start the program")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_ptd-lint"));
    command.current_dir(root).args(["--color", "never", "fixtures/stacks/leaking"]);
    let output = command.env_remove("COLUMNS").output().unwrap();
    let given = String::from_utf8(output.stdout).unwrap();
    // Editors take away spaces at the ends of lines.
    let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(lines(shown), lines(&given), "put this into README.md:\n{given}");
}
