//! Runs of `ptd-lint rules`: a user begins a rule, is led to a right one, and gets pages of it.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod program;

use std::fmt::Write as _;
use std::path::Path;

use program::folder;
use program::run;
use program::write;

#[expect(clippy::disallowed_methods, reason = "a test reads what the program wrote")]
fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The lines of the rule that are an author's to write.
fn with(rule: &str, keys: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for line in rule.lines() {
        let own = keys.iter().find(|(key, _)| line.starts_with(&format!("{key}: ")));
        match own {
            Some((key, value)) => writeln!(text, "{key}: {value}").unwrap(),
            None => writeln!(text, "{line}").unwrap(),
        }
    }
    text
}

#[test]
fn a_rule_is_begun_led_to_be_right_and_used() {
    let folder = folder(&[]);
    let path = folder.path();
    let begun = run(path, &["rules", "new", "tenancy-on", "--over", "mimir", "--dir", "my"], None);
    assert_eq!((begun.code, begun.stdout.as_str()), (0, ""), "{}", begun.stderr);
    assert!(begun.stderr.contains("wrote my/tenancy-on.yaml\n"), "{}", begun.stderr);
    let again = run(path, &["rules", "new", "tenancy-on", "--dir", "my"], None);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("my/tenancy-on.yaml: is there already; nothing is written"));

    // What it loads and finds: nothing.
    let listed = run(path, &["rules", "list", "--rules", "my"], None);
    assert_eq!((listed.code, listed.stderr.as_str()), (0, ""));
    assert!(listed.stdout.lines().any(|line| line.starts_with("tenancy-on ")), "{}", listed.stdout);

    let tried = run(path, &["rules", "test", "my"], None);
    assert_eq!((tried.code, tried.stderr.as_str()), (1, ""));
    let fixtures = path.join("my/fixtures/tenancy-on");
    let inputs: Vec<_> = std::fs::read_dir(fixtures.join("pass")).unwrap().map(Result::unwrap).collect();
    assert!(!inputs.is_empty());
    assert_eq!(
        tried.stdout,
        "\
wrong  tenancy-on  (fail, pass)
       `title` is still to be written
       `message` is still to be written
       `why` is still to be written
       `help` is still to be written
       my/fixtures/tenancy-on/fail: the rule says nothing, and has to: these inputs break it; write its condition `when`
1 rule tried, 1 wrong
"
    );

    for input in inputs {
        for outcome in ["fail", "pass"] {
            let path = fixtures.join(outcome).join(input.file_name());
            // Examples of several stacks are folders.
            if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }.unwrap();
        }
    }
    let mimir =
        |tenancy: &str| format!("multitenancy_enabled: {tenancy}\nblocks_storage: {{ backend: s3 }}\n");
    write(path, "my/fixtures/tenancy-on/fail/mimir.yaml", mimir("true").as_bytes());
    write(path, "my/fixtures/tenancy-on/pass/mimir.yaml", mimir("false").as_bytes());
    let rule = with(
        &read(path, "my/tenancy-on.yaml"),
        &[
            ("title", "tenancy is on"),
            ("when", "mimir.config.multitenancy_enabled == true"),
            ("message", "tenancy is on"),
            ("why", "nobody asked for it"),
            ("help", "switch it off"),
        ],
    );
    let rule = rule.replace("# at: [mimir]", "at: mimir.config.multitenancy_enabled");
    write(path, "my/tenancy-on.yaml", rule.as_bytes());
    let tried = run(path, &["rules", "test", "my", "--update", "--mutants"], None);
    assert_eq!((tried.code, tried.stderr.as_str()), (0, ""), "{}", tried.stdout);
    assert_eq!(tried.stdout, "ok     tenancy-on  (fail, pass)\n1 rule tried, all are right\n");
    let expected = read(path, "my/fixtures/tenancy-on/fail/expected.txt");
    assert_eq!(expected, "mimir.yaml:1:23-1:27 warning tenancy is on\n");

    // Another outcome than expected.
    write(path, "my/fixtures/tenancy-on/fail/expected.txt", b"else\n");
    let tried = run(path, &["rules", "test", "my"], None);
    assert_eq!(tried.code, 1);
    assert!(tried.stdout.contains("fail/expected.txt: differs. Expected\n       else\n"), "{}", tried.stdout);

    // Inputs of rules are no rules, and the rule is used.
    let input = path.join("my/fixtures/tenancy-on/fail/mimir.yaml");
    let checked = run(path, &["--rules", "my", "-o", "json", &input.to_string_lossy()], None);
    assert_eq!(checked.findings("tenancy-on").len(), 1);
    assert_eq!(checked.errors(), Vec::<String>::new());
}

#[test]
fn faults_of_rules_and_inputs_are_told() {
    let rule = "\
id: tenancy-on
invariant: coherence
severity: warning
over: mimir
when: mimir.config.multitenancy_enabled == true
message: tenancy is on
why: nobody asked for it
help: switch it off
";
    let bad = rule.replace("mimir.config.multi", "mimir.configs.multi");
    let folder = folder(&[
        ("good/tenancy-on.yaml", rule.as_bytes()),
        ("good/fixtures/other/fail/mimir.yaml", b"multitenancy_enabled: true\n"),
        ("good/fixtures/stray.yaml", b"a: 1\n"),
        ("bad/tenancy-on.yaml", bad.as_bytes()),
    ]);
    let tried = run(folder.path(), &["rules", "test", "good"], None);
    assert_eq!((tried.code, tried.stderr.as_str()), (1, ""));
    for line in [
        "       no inputs in fail: add a small stack that breaks the rule",
        "wrong  good/fixtures/stray.yaml: inputs of a rule lie in fixtures/RULE/fail, pass or undecided",
        "wrong  good/fixtures/other/fail: no rule of this folder is called `other`",
        "1 rule tried, 3 wrong",
    ] {
        assert!(tried.stdout.lines().any(|told| told == line), "{line}\n{}", tried.stdout);
    }
    let tried = run(folder.path(), &["rules", "test", "bad"], None);
    assert_eq!((tried.code, tried.stderr.as_str()), (1, ""));
    assert!(tried.stdout.starts_with("wrong  bad/tenancy-on.yaml:5: "), "{}", tried.stdout);
    assert!(tried.stdout.contains("`mimir.configs` does not exist") || tried.stdout.contains("configs"));
    for words in [&["rules", "test", "gone"][..], &["rules", "test", "--update"], &["rules", "new", "No"]] {
        assert_eq!(run(folder.path(), words, None).code, 2, "{words:?}");
    }
    let known = run(folder.path(), &["rules", "new", "logs-leave-workload"], None);
    assert_eq!(known.code, 2);
    assert!(known.stderr.contains("`logs-leave-workload` is a built-in rule"), "{}", known.stderr);
}

#[test]
fn pages_are_written_also_of_rules_of_ones_own_and_never_over_what_a_person_wrote() {
    let rule = "\
id: tenancy-on
title: tenancy is on
invariant: coherence
severity: warning
over: mimir
when: mimir.config.multitenancy_enabled == true
at: mimir.config.multitenancy_enabled
message: tenancy is on
why: nobody asked for <it>
help: switch it off
";
    let folder = folder(&[
        ("my/tenancy-on.yaml", rule.as_bytes()),
        (
            "my/fixtures/tenancy-on/fail/mimir.yaml",
            b"multitenancy_enabled: true\nblocks_storage: { backend: s3 }\n",
        ),
    ]);
    let path = folder.path();
    let made = run(path, &["rules", "docs", "out", "--rules", "my"], None);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let page = read(path, "out/rules/own/tenancy-on.md");
    for part in [
        "# tenancy-on\n\nTenancy is on.\n",
        "nobody asked for &lt;it&gt;",
        "`mimir.yaml`\n\n```yaml\nmultitenancy_enabled: true\n",
        "warning[tenancy-on]: tenancy is on\n",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(read(path, "out/promises/coherence.md").contains("[tenancy-on](../rules/own/tenancy-on.md)"));
    let again = run(path, &["rules", "docs", "out", "--rules", "my"], None);
    assert_eq!((again.code, again.stderr.as_str()), (0, "wrote 0 pages below out\n"));
    write(path, "out/rules/index.md", b"# Mine\n");
    let refused = run(path, &["rules", "docs", "out"], None);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("out/rules/index.md: is no page that was made by this program"));
    assert_eq!(read(path, "out/rules/index.md"), "# Mine\n");
}

#[test]
fn promises_are_explained_with_their_rules() {
    let folder = folder(&[]);
    let explained = run(folder.path(), &["explain", "log-boundary"], None);
    assert_eq!((explained.code, explained.stderr.as_str()), (0, ""));
    assert!(explained.stdout.starts_with("log-boundary: logs never leave the workload\n"));
    assert!(explained.stdout.contains("\n  logs-leave-workload "), "{}", explained.stdout);
    assert!(explained.stdout.ends_with("\nIts page:\n  https://ptd-lint.dev/promises/log-boundary.html\n"));
}
