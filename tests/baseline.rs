//! Runs the real program with baselines: what was there before is accepted, what is new is not, and the file never grows by
//! itself.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod program;

use std::path::Path;

use program::folder;
use program::run;
use program::write;
use serde_json::Value;

const LOKI: &str = "loki:\n  auth_enabled: true\n  limits_config:\n    volume_enabled: false\n";

#[expect(clippy::disallowed_methods, reason = "the test reads what the program wrote")]
fn text(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Rules of findings that count, sorted.
fn open(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let open = findings.filter(|finding| finding["accepted"].is_null() && finding["severity"] != "info");
    let mut rules: Vec<String> = open.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect();
    rules.sort();
    rules
}

#[test]
fn what_was_there_before_is_accepted_and_what_is_new_is_not() {
    let folder = folder(&[("in/loki.yaml", LOKI.as_bytes())]);
    let before = run(folder.path(), &["-o", "json", "--fail-on", "warning", "in"], None);
    assert_eq!(before.code, 1);
    let found = before.report()["findings"].as_array().unwrap().len();
    assert!(found >= 2, "{found}");

    let wrote = run(
        folder.path(),
        &["-o", "json", "--fail-on", "warning", "--write-baseline", "base.yaml", "in"],
        None,
    );
    assert_eq!(wrote.code, 0, "{}", wrote.stderr);
    assert_eq!(wrote.stderr, format!("wrote base.yaml: {found} findings ({found} added, 0 removed)\n"));
    assert_eq!(open(&wrote.report()), [""; 0]);

    // Written in another way, in a file of another name.
    std::fs::remove_file(folder.path().join("in/loki.yaml")).unwrap();
    let other =
        "# why\n---\n{\"loki\": {\"limits_config\": {\"volume_enabled\": false}, \"auth_enabled\": true}}\n";
    write(folder.path(), "in/values.json", other.split_once("---\n").unwrap().1.as_bytes());
    let again = ["-o", "json", "--fail-on", "warning", "--baseline", "base.yaml", "in"];
    let after = run(folder.path(), &again, None);
    assert_eq!((after.code, open(&after.report())), (0, Vec::new()), "{}", after.stdout);
    let report = after.report();
    let accepted =
        report["findings"].as_array().unwrap().iter().find(|own| own["rule"] == "log-volume-off").unwrap();
    assert_eq!(accepted["accepted"]["by"], "baseline");
    assert_eq!(accepted["accepted"]["location"]["path"], "base.yaml");
    let held =
        report["verdicts"].as_array().unwrap().iter().find(|own| own["invariant"] == "store-limits").unwrap();
    assert_eq!(held["verdict"], "holds");
    assert!(held["summary"].as_str().unwrap().contains("accepted exception"), "{held}");

    let more =
        LOKI.replace("volume_enabled: false", "volume_enabled: false\n    split_queries_by_interval: 1h");
    std::fs::remove_file(folder.path().join("in/values.json")).unwrap();
    write(folder.path(), "in/loki.yaml", more.as_bytes());
    let worse = run(folder.path(), &again, None);
    assert_eq!(worse.code, 1);
    assert_eq!(open(&worse.report()), ["query-split-differs"]);
}

#[test]
fn baseline_shrinks_on_request_and_grows_only_when_told() {
    let folder = folder(&[("in/loki.yaml", LOKI.as_bytes())]);
    let wrote = run(folder.path(), &["--write-baseline", "base.yaml", "in"], None);
    assert_eq!(wrote.code, 0, "{}", wrote.stderr);
    let first = text(folder.path(), "base.yaml");
    assert!(first.contains("rule: log-volume-off"), "{first}");

    write(
        folder.path(),
        "in/loki.yaml",
        LOKI.replace("volume_enabled: false", "volume_enabled: true").as_bytes(),
    );
    let told = run(folder.path(), &["-o", "json", "--baseline", "base.yaml", "in"], None);
    let gone = told.findings("baseline-entry-gone");
    assert_eq!(gone.len(), 1, "{}", told.stdout);
    assert_eq!(gone[0]["message"], "`log-volume-off` no longer occurs");
    assert_eq!(gone[0]["location"]["path"], "base.yaml");
    let line = first.lines().position(|line| line.contains("rule: log-volume-off")).unwrap() + 1;
    assert_eq!(gone[0]["location"]["line"], line);
    assert_eq!(text(folder.path(), "base.yaml"), first, "reading changes nothing");

    let pruned =
        run(folder.path(), &["-o", "json", "--baseline", "base.yaml", "--prune-baseline", "in"], None);
    assert!(pruned.stderr.contains("(0 added, 1 removed)"), "{}", pruned.stderr);
    assert_eq!(pruned.findings("baseline-entry-gone").len(), 0);
    let second = text(folder.path(), "base.yaml");
    assert!(!second.contains("log-volume-off") && second.len() < first.len(), "{second}");
    let same = run(folder.path(), &["--baseline", "base.yaml", "--prune-baseline", "in"], None);
    assert!(same.stderr.starts_with("base.yaml stays as it is"), "{}", same.stderr);

    // It comes back: pruning adds nothing, and writing refuses.
    write(folder.path(), "in/loki.yaml", LOKI.as_bytes());
    run(folder.path(), &["--baseline", "base.yaml", "--prune-baseline", "in"], None);
    assert_eq!(text(folder.path(), "base.yaml"), second);
    let refused = run(folder.path(), &["--write-baseline", "base.yaml", "in"], None);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.starts_with("error: base.yaml would grow by 1 finding"), "{}", refused.stderr);
    assert!(refused.stderr.contains("log-volume-off"), "{}", refused.stderr);
    assert_eq!(text(folder.path(), "base.yaml"), second);
    let grown = run(folder.path(), &["--write-baseline", "base.yaml", "--allow-growth", "in"], None);
    assert_eq!(grown.code, 0, "{}", grown.stderr);
    assert_eq!(text(folder.path(), "base.yaml"), first);
}

#[test]
fn baseline_that_is_not_understood_accepts_nothing() {
    let folder = folder(&[("in/loki.yaml", LOKI.as_bytes())]);
    run(folder.path(), &["--write-baseline", "base.yaml", "in"], None);
    let whole = text(folder.path(), "base.yaml");
    for (broken, said) in [
        (
            whole.replace("baseline/v1", "baseline/v2"),
            "this form of a baseline (`ptd-lint/baseline/v2`) is not known here",
        ),
        (whole.replace("    findings:", "    findings: ["), ""),
        (whole.replacen("rule: log", "rul: log", 1), "a finding of a baseline has no key `rul`"),
        (format!("<<<<<<< ours\n{whole}"), ""),
        ("# nothing\n".to_owned(), "this is no baseline of ptd-lint"),
        (format!("{whole}---\n{whole}"), "a baseline is one document, and this file has 2"),
    ] {
        write(folder.path(), "base.yaml", broken.as_bytes());
        let ran = run(folder.path(), &["-o", "json", "--baseline", "base.yaml", "in"], None);
        assert_eq!(ran.code, 2, "{broken}");
        assert!(!open(&ran.report()).is_empty(), "{broken}");
        let errors = ran.errors();
        assert!(
            errors.iter().any(|error| error.starts_with("base.yaml") && error.contains(said)),
            "{errors:?}"
        );
        // Nor is it written over, or taken for an empty one.
        let ran = run(folder.path(), &["--write-baseline", "base.yaml", "--allow-growth", "in"], None);
        assert_eq!((ran.code, text(folder.path(), "base.yaml")), (2, broken));
    }
    let missing = run(folder.path(), &["--baseline", "none.yaml", "in"], None);
    assert_eq!(missing.code, 2);
    assert_eq!(missing.stderr, "error: none.yaml: no such file or folder; `--write-baseline` writes it\n");
    write(folder.path(), "base.yaml", b"");
    assert_eq!(run(folder.path(), &["--baseline", "base.yaml", "in"], None).code, 2);
    let manifest = run(folder.path(), &["--write-baseline", "in/loki.yaml", "--allow-growth", "in"], None);
    assert_eq!(
        (manifest.code, text(folder.path(), "in/loki.yaml")),
        (2, LOKI.to_owned()),
        "no manifest is lost"
    );
}

#[test]
fn run_that_did_not_see_all_changes_no_baseline() {
    let folder = folder(&[("in/loki.yaml", LOKI.as_bytes())]);
    run(folder.path(), &["--write-baseline", "base.yaml", "in"], None);
    let whole = text(folder.path(), "base.yaml");
    write(folder.path(), "in/broken.yaml", b"a: [\n");
    write(folder.path(), "in/loki.yaml", b"loki:\n  auth_enabled: false\n");
    for words in [&["--baseline", "base.yaml", "--prune-baseline"][..], &["--write-baseline", "base.yaml"]] {
        let ran = run(folder.path(), &[words, &["-o", "json", "in"]].concat(), None);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("base.yaml is left as it is"), "{}", ran.stderr);
        assert_eq!(text(folder.path(), "base.yaml"), whole);
        assert_eq!(ran.findings("baseline-entry-gone").len(), 0);
    }
}

#[test]
fn settings_name_the_baseline_from_where_they_lie() {
    let folder = folder(&[
        ("repo/in/loki.yaml", LOKI.as_bytes()),
        ("repo/ptd-lint.yaml", b"version: 1\nbaseline: lint/base.yaml\n"),
    ]);
    let repo = folder.path().join("repo");
    assert_eq!(run(&repo, &["in"], None).code, 2, "it is not there yet");
    let wrote = run(&repo, &["--write-baseline", "lint/base.yaml", "in"], None);
    assert_eq!(wrote.code, 0, "{}", wrote.stderr);
    for (here, path) in [(&*repo, "in"), (&repo.join("in"), ".")] {
        let ran = run(here, &["-o", "json", path], None);
        assert_eq!(open(&ran.report()), [""; 0], "{path}: {}", ran.stdout);
    }
    for without in ["--no-baseline", "--no-suppressions", "--no-config"] {
        let ran = run(&repo, &["-o", "json", without, "in"], None);
        assert_ne!(open(&ran.report()), [""; 0], "{without}");
    }
    let given = ["-o", "json", "--no-suppressions", "--baseline", "lint/base.yaml", "in"];
    assert_eq!(open(&run(&repo, &given, None).report()), [""; 0], "what the command line names stays");
}

#[test]
fn settings_among_the_inputs_name_no_baseline() {
    let settings = b"version: 1\nbaseline: base.yaml\n";
    let folder = folder(&[
        ("sites/a/loki.yaml", b"loki:\n  auth_enabled: false\n"),
        ("sites/a/ptd-lint.yaml", settings),
        ("sites/b/loki.yaml", LOKI.as_bytes()),
        ("sites/b/ptd-lint.yaml", b"version: 1\n"),
    ]);
    run(folder.path(), &["--write-baseline", "sites/a/base.yaml", "sites"], None);
    let ran = run(folder.path(), &["-o", "json", "sites"], None);
    assert!(open(&ran.report()).contains(&"log-volume-off".to_owned()), "{}", ran.stdout);
    assert_eq!(
        ran.stderr,
        "note: sites/a/ptd-lint.yaml: `baseline: base.yaml` accepts nothing: only settings of the run name one; give it \
         with `--baseline`\n"
    );
}

#[test]
fn settings_name_no_file_outside_and_none_of_it_is_shown() {
    let secret = b"root:$6$SEKRIT\n";
    let folder =
        folder(&[("repo/in/loki.yaml", LOKI.as_bytes()), ("outside", secret), ("repo/inside", secret)]);
    let repo = folder.path().join("repo");
    let outside = folder.path().join("outside");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, repo.join("link")).unwrap();
    for name in [outside.to_str().unwrap(), "../outside", "link", "in/../../outside"] {
        write(&repo, "ptd-lint.yaml", format!("version: 1\nbaseline: {name}\n").as_bytes());
        let ran = run(&repo, &["in"], None);
        assert_eq!(
            (ran.code, ran.stdout, ran.stderr),
            (
                2,
                String::new(),
                format!(
                    "error: ptd-lint.yaml: `baseline: {name}` leads out of the folder of the settings; give the file with \
                     `--baseline`\n"
                )
            )
        );
    }
    write(&repo, "ptd-lint.yaml", b"version: 1\nbaseline: inside\n");
    for words in [&["in"][..], &["-o", "json", "in"], &["--no-config", "--baseline", "../outside", "in"]] {
        let ran = run(&repo, words, None);
        assert_eq!(ran.code, 2);
        assert!(ran.stdout.contains("this is no baseline of ptd-lint"), "{}", ran.stdout);
        assert!(!ran.stdout.contains("SEKRIT") && !ran.stderr.contains("SEKRIT"), "{}", ran.stdout);
    }
}

#[test]
fn part_of_a_stack_says_nothing_of_the_rest() {
    let folder = folder(&[("in/a/loki.yaml", LOKI.as_bytes()), ("in/b/object.yaml", b"a: 1\n")]);
    run(folder.path(), &["--write-baseline", "base.yaml", "in"], None);
    let whole = text(folder.path(), "base.yaml");
    assert!(whole.contains("log-volume-off"), "{whole}");
    for part in ["in/b", "in/b/object.yaml"] {
        let ran = run(folder.path(), &["-o", "json", "--baseline", "base.yaml", part], None);
        assert_eq!(ran.findings("baseline-entry-gone").len(), 0, "{part}: {}", ran.stdout);
        for words in
            [&["--baseline", "base.yaml", "--prune-baseline"][..], &["--write-baseline", "base.yaml"]]
        {
            run(folder.path(), &[words, &[part]].concat(), None);
            assert!(text(folder.path(), "base.yaml").contains("log-volume-off"), "{words:?} {part}");
        }
        write(folder.path(), "base.yaml", whole.as_bytes());
    }
}

#[test]
fn secrets_in_addresses_are_not_written() {
    let program = "loki.source.kubernetes \"p\" {\n  targets    = []\n  forward_to = [loki.write.l.receiver]\n}\n\
                   loki.write \"l\" {\n  endpoint {\n    url = \"https://u:SEKRIT1@logs.example.org/push?token=SEKRIT2&api_key=SEKRIT3&id=1\"\n  }\n}\n";
    let folder = folder(&[("in/config.alloy", program.as_bytes())]);
    for words in
        [&["in"][..], &["-o", "json", "in"], &["-o", "sarif", "in"], &["--write-baseline", "base.yaml", "in"]]
    {
        let ran = run(folder.path(), words, None);
        assert!(
            !ran.stdout.contains("SEKRIT") && !ran.stderr.contains("SEKRIT"),
            "{words:?}: {}",
            ran.stdout
        );
    }
    let base = text(folder.path(), "base.yaml");
    assert!(base.contains("logs.example.org") && !base.contains("SEKRIT"), "{base}");
    write(folder.path(), "base.yaml", b"schema: ptd-lint/baseline/v1\nstacks: []\n");
    let refused = run(folder.path(), &["--write-baseline", "base.yaml", "in"], None);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("would grow") && !refused.stderr.contains("SEKRIT"),
        "{}",
        refused.stderr
    );
}

#[test]
fn same_finding_of_another_stack_is_new() {
    let declared = b"version: 1\nworkload: x\n";
    let folder = folder(&[("all/a/loki.yaml", LOKI.as_bytes()), ("all/a/ptd-lint.yaml", declared)]);
    write(folder.path(), "all/b/ptd-lint.yaml", declared);
    write(folder.path(), "all/b/loki.yaml", b"loki:\n  auth_enabled: true\n");
    run(folder.path(), &["--write-baseline", "base.yaml", "all"], None);
    let base = text(folder.path(), "base.yaml");
    assert!(base.contains("stack: \"all/a\"") && base.contains("stack: \"all/b\""), "{base}");
    write(folder.path(), "all/b/loki.yaml", LOKI.as_bytes());
    let ran = run(folder.path(), &["-o", "json", "--baseline", "base.yaml", "all"], None);
    assert_eq!(open(&ran.report()), ["log-volume-off"]);
    let path = &ran.findings("log-volume-off").into_iter().find(|own| own["accepted"].is_null()).unwrap()["location"]
        ["path"];
    assert_eq!(path, "all/b/loki.yaml");
    // A part of the stacks says nothing of the others.
    let part = run(folder.path(), &["-o", "json", "--baseline", "base.yaml", "all/b"], None);
    assert_eq!(part.findings("baseline-entry-gone").len(), 0, "{}", part.stdout);
}

#[test]
fn fix_mends_what_the_baseline_accepts() {
    let folder = folder(&[("in/loki.yaml", LOKI.as_bytes())]);
    run(folder.path(), &["--write-baseline", "base.yaml", "in"], None);
    let ran = run(folder.path(), &["-o", "json", "--fix", "--baseline", "base.yaml", "in"], None);
    assert!(text(folder.path(), "in/loki.yaml").contains("volume_enabled: true"), "{}", ran.stderr);
    assert!(!ran.findings("baseline-entry-gone").is_empty());
}

#[test]
fn schema_accepts_what_is_written() {
    let folder = folder(&[("in/loki.yaml", LOKI.as_bytes())]);
    run(folder.path(), &["--write-baseline", "base.yaml", "in"], None);
    let base = text(folder.path(), "base.yaml");
    assert!(base.contains("schema: ptd-lint/baseline/v1\n"), "{base}");
}
