//! Rules and programs that mean harm: they end in time and in little memory, and reach nothing outside what was given.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]
#![expect(clippy::disallowed_methods, reason = "the tests start the program through a shell")]

mod program;

use std::fmt::Write as _;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use program::Ran;
use program::command;
use program::folder;
use program::run;

/// The most that a run may take here; a build without optimisation on a busy machine needs a part of it.
const TIME: Duration = Duration::from_secs(60);

/// The most memory, in KiB of addresses: what multiplies needs more at once.
const MEMORY: &str = "4000000";

const STORE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: loki, namespace: loki}\ndata:\n  config.yaml: |\n    \
                     auth_enabled: false\n    limits_config:\n      ingestion_rate_mb: 8\n    schema_config:\n      configs: []\n";

/// Runs with little memory to be had.
fn bounded(folder: &std::path::Path, words: &[&str]) -> Ran {
    let program = command(folder, &[]);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "ulimit -v \"$0\" && exec \"$@\"", MEMORY]).arg(program.get_program()).args(words);
    shell.current_dir(folder).stdin(Stdio::null());
    let start = Instant::now();
    let ran = program::ran(&mut shell);
    assert!(start.elapsed() < TIME, "{:?} {words:?}", start.elapsed());
    assert!(!ran.stderr.contains("memory allocation") && !ran.stderr.contains("panicked"), "{}", ran.stderr);
    ran
}

/// A rule whose parts mean harm.
fn rule(when: &str, message: &str) -> String {
    let text = |text: &str| serde_json::to_string(text).unwrap();
    format!(
        "id: own\ntitle: A test\ninvariant: store-limits\nseverity: warning\nprofile: stack\nover: loki\n\
         when: {}\nat: loki.config\nmessage: {}\nwhy: a test\nhelp: none\n",
        text(when),
        text(message)
    )
}

#[test]
fn conditions_that_multiply_texts_and_lists_end_in_time() {
    let tens = ".replace('a', 'aaaaaaaaaa')".repeat(14);
    let list = format!("[{}]", vec!["1"; 300].join(","));
    let numbers: Vec<String> = (0..400).map(|number| number.to_string()).collect();
    let numbers = format!("[{}]", numbers.join(","));
    let flat = ".map(x, l).flatten()".repeat(2);
    for (when, message) in [
        (format!("size('a'{tens}) > 0"), "found".to_owned()),
        (format!("size(''{}) > 0", ".replace('', 'aaaaaaaaaa')".repeat(14)), "found".to_owned()),
        (format!("[{list}].exists(l, size(l{flat}{flat}) > 0)"), "found".to_owned()),
        (format!("{list}.all(x, {list}.all(y, {list}.all(z, {list} == {list})))"), "found".to_owned()),
        (format!("{list}.all(x, {list}.all(y, {list}.all(z, 2 in {list} || true)))"), "found".to_owned()),
        (format!("['a'{tens}].exists(l, size(l + l + l + l) < 0)"), "found".to_owned()),
        ("true".to_owned(), format!("{{'a'{tens}}}")),
        (format!("{list}.map(x, {list}).map(x, x.map(y, {list})).size() > 0"), "found".to_owned()),
        (format!("'{}'.matches('(a*)*b')", "a".repeat(2000)), "found".to_owned()),
        (format!("'x'.matches('{}')", "(((a{50}){50}){50})".repeat(20)), "found".to_owned()),
        // Patterns that are computed, each another and large.
        (
            format!("{numbers}.all(x, 'a'.matches('(\\\\w{{20}}){{9}}' + string(x)) || true)"),
            "found".to_owned(),
        ),
        (format!("is_slip('{0}', '{0}b')", "a".repeat(1500)), "found".to_owned()),
    ] {
        let folder = folder(&[
            ("rules/own.yaml", rule(&when, &message).as_bytes()),
            ("in/loki.yaml", STORE.as_bytes()),
        ]);
        let words = ["-o", "json", "--rules", "rules", "--select", "own", "--profile", "stack", "in"];
        let ran = bounded(folder.path(), &words);
        assert!([0, 1, 2].contains(&ran.code), "{when}: {}", ran.stderr);
    }
}

#[test]
fn text_that_multiplies_itself_is_undecided_and_says_why() {
    let when = format!("size('a'{}) > 0", ".replace('a', 'aaaaaaaaaa')".repeat(14));
    let folder =
        folder(&[("rules/own.yaml", rule(&when, "found").as_bytes()), ("in/loki.yaml", STORE.as_bytes())]);
    let words = ["-o", "json", "--strict", "--rules", "rules", "--select", "own", "--profile", "stack", "in"];
    let ran = bounded(folder.path(), &words);
    let told = "it takes more than 2000000 steps; raise it with `--limit rule-steps=4000000`";
    assert!(ran.stdout.contains(told), "{}", ran.stdout);
    assert_ne!(ran.code, 0);
}

#[test]
fn rules_reach_no_file_no_program_and_no_network() {
    let folder = folder(&[("in/loki.yaml", STORE.as_bytes()), ("secret.txt", b"canary")]);
    for call in [
        "file('secret.txt')",
        "read('secret.txt')",
        "env('HOME')",
        "exec('touch x')",
        "http('http://127.0.0.1:1')",
    ] {
        program::write(
            folder.path(),
            "rules/own.yaml",
            rule(&format!("{call} != null"), &format!("{{{call}}}")).as_bytes(),
        );
        let ran = run(folder.path(), &["-o", "json", "--rules", "rules", "in"], None);
        assert_eq!(ran.code, 2, "{call}: {}", ran.stdout);
        let name = call.split('(').next().unwrap();
        let error = format!("unknown function `{name}`");
        assert!(ran.errors().iter().any(|told| told.contains(&error)), "{call}: {:?}", ran.errors());
        assert!(!ran.stdout.contains("canary"));
    }
    // A rule file is data: tags of YAML that other readers obey make nothing.
    program::write(folder.path(), "rules/own.yaml", b"!!python/object/apply:os.system [\"touch made\"]\n");
    assert_eq!(run(folder.path(), &["-o", "json", "--rules", "rules", "in"], None).code, 2);
    assert!(!folder.path().join("made").exists());
}

#[test]
fn labels_that_double_with_each_rule_are_not_followed_to_the_end() {
    let rules = |rule: &str| rule.repeat(60);
    for own in [
        "  rule {\n    source_labels = [\"x\"]\n    target_label = \"x\"\n    regex = \"(.*)\"\n    replacement = \"$1$1\"\n  }\n",
        "  rule {\n    source_labels = [\"x\", \"x\", \"x\"]\n    target_label = \"x\"\n  }\n",
        "  rule {\n    action = \"labelmap\"\n    regex = \"(.*)\"\n    replacement = \"$1$1\"\n  }\n",
    ] {
        let mut text = format!(
            "discovery.relabel \"r\" {{\n  targets = [{{ __address__ = \"a:1\", x = \"https://evil.example.net\" }}]\n{}}}\n",
            rules(own)
        );
        let _ = write!(
            text,
            "loki.source.journal \"j\" {{\n  forward_to = [loki.write.out.receiver]\n}}\n\
             loki.write \"out\" {{\n  endpoint {{\n    url = discovery.relabel.r.output[0][\"x\"]\n  }}\n}}\n"
        );
        let folder = folder(&[("a.alloy", text.as_bytes())]);
        let ran = bounded(folder.path(), &["-o", "json", "."]);
        // Where the logs go is not known: the boundary is undecided, not kept.
        assert_ne!(ran.code, 0, "{own}: {}", ran.stdout);
        assert!(ran.stdout.contains("larger than what is followed"), "{own}: {}", ran.stdout);
    }
}
