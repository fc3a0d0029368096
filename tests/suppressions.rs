//! What somebody accepted, in runs of the real program: each place where that can be said, and each way to get it wrong.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod program;

use std::fmt::Write as _;

use program::Ran;
use program::folder;
use program::only_place;
use program::run;
use serde_json::Value;

/// The day of these runs.
const TODAY: &str = "2026-07-01";

/// A program whose logs leave the workload, with words for a comment above the address, at its end, and above the block.
fn leak(above: &str, behind: &str, block: &str) -> String {
    format!(
        "loki.source.journal \"node\" {{\n  forward_to = [loki.write.out.receiver]\n}}\n\n{block}loki.write \"out\" {{\n  endpoint {{\n{above}    url = \"https://logs.example.net/loki/api/v1/push\"{behind}\n  }}\n}}\n"
    )
}

/// A configuration of Loki with tenants, in a ConfigMap; with words above the option, and annotations.
fn tenants(above: &str, annotations: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: loki\n  namespace: loki-east\n{annotations}data:\n  config.yaml: |\n{above}    auth_enabled: true\n    schema_config:\n      configs: []\n"
    )
}

fn check(files: &[(&str, &str)], more: &[&str]) -> Ran {
    let bytes: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let folder = folder(&bytes);
    let mut arguments = vec![
        "-o",
        "json",
        "--today",
        TODAY,
        "--ignore",
        "loki-not-in-object-storage,loki-schema-refused",
        ".",
    ];
    arguments.extend(more);
    run(folder.path(), &arguments, None)
}

/// Findings of the rules that these tests are about, one a line: `file:line:column-column rule: message`, and `accepted by`
/// what, instead of the message, where they are.
fn told(ran: &Ran) -> String {
    let mut told = String::new();
    for finding in ran.report()["findings"].as_array().unwrap() {
        let rule = finding["rule"].as_str().unwrap();
        if !rule.starts_with("suppression-")
            && !["logs-leave-workload", "loki-tenancy-on", "settings-fault"].contains(&rule)
        {
            continue;
        }
        let place = &finding["location"];
        let path = place["path"].as_str().unwrap();
        write!(told, "{path}:{}:{}-{} {rule}", place["line"], place["column"], place["endColumn"]).unwrap();
        match &finding["accepted"] {
            Value::Null if rule.starts_with('s') => {
                writeln!(told, ": {}", finding["message"].as_str().unwrap()).unwrap();
            }
            Value::Null => told.push('\n'),
            accepted => {
                let until =
                    accepted["until"].as_str().map(|until| format!(" until {until}")).unwrap_or_default();
                let place = &accepted["location"];
                let at = format!("{}:{}", place["path"].as_str().unwrap(), place["line"]);
                let (by, reason) = (accepted["by"].as_str().unwrap(), accepted["reason"].as_str().unwrap());
                writeln!(told, " accepted by {by} at {at}: {reason}{until}").unwrap();
            }
        }
    }
    sorted(&told)
}

/// The lines of a text in an order of their own.
fn sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    lines.sort_unstable();
    lines.concat()
}

/// The verdict on a promise.
fn verdict(ran: &Ran, invariant: &str) -> (String, String) {
    let report = ran.report();
    let verdicts = report["verdicts"].as_array().unwrap();
    let verdict = verdicts.iter().find(|verdict| verdict["invariant"] == invariant).unwrap();
    (verdict["verdict"].as_str().unwrap().to_owned(), verdict["summary"].as_str().unwrap().to_owned())
}

#[test]
fn an_accepted_leak_is_shown_and_does_not_count() {
    let program =
        leak("", " // ptd-lint: ignore[logs-leave-workload] moved in May, ticket 7 until=2027-01-31", "");
    let ran = check(&[("a.alloy", &program)], &[]);
    assert_eq!(
        told(&ran),
        "a.alloy:7:12-53 logs-leave-workload accepted by comment at a.alloy:7: moved in May, ticket 7 until 2027-01-31\n"
    );
    let (verdict, summary) = verdict(&ran, "log-boundary");
    assert_eq!(verdict, "holds", "{summary}");
    assert_eq!(summary, "1 log source, 1 sink, 1 outside, with 1 accepted exception");
    assert_eq!(ran.code, 0);
    let folder = folder(&[("a.alloy", program.as_bytes())]);
    let ran = run(folder.path(), &["--today", TODAY, "."], None);
    let line =
        "error[logs-leave-workload] at a.alloy:7:12: moved in May, ticket 7 (comment, until 2027-01-31)";
    assert!(ran.stdout.contains(line), "{}", ran.stdout);
    assert!(ran.stdout.contains("with 1 accepted exception"), "{}", ran.stdout);
    assert_eq!(ran.code, 0);
}

#[test]
fn whoever_runs_it_may_heed_no_suppression() {
    let files = [
        ("a.alloy", leak("", " // ptd-lint: ignore[logs-leave-workload] ticket 7 until=2026-01-31", "")),
        (
            "b.yaml",
            tenants(
                "    # ptd-lint: ignore[nonsense]\n",
                "  annotations:\n    ptd-lint.dev/ignore.loki-tenancy-on: ticket 8\n",
            ),
        ),
        (
            "ptd-lint.yaml",
            "version: 1\naccepted:\n  - {rule: logs-leave-workload, reason: ticket 9}\n".to_owned(),
        ),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let ran = check(&files, &["--no-suppressions"]);
    assert_eq!(
        told(&ran),
        "a.alloy:7:12-53 logs-leave-workload\nb.yaml:8:19-23 loki-tenancy-on\n".replace("8:19", "11:19")
    );
    assert_eq!(ran.code, 1);
}

/// One case: the files, what is told, and the exit code.
type Case<'c> = (&'c [(&'c str, &'c str)], &'c str, i32);

fn holds(cases: &[Case<'_>]) {
    for (files, expected, code) in cases {
        let ran = check(files, &[]);
        assert_eq!(told(&ran), sorted(expected), "{files:?}");
        assert_eq!(ran.code, *code, "{files:?}\n{}", ran.stdout);
    }
}

#[test]
fn comments_in_yaml_are_used_unused_expired_or_malformed() {
    let above = |words: &str| tenants(&format!("    # ptd-lint: {words}\n"), "");
    let unused = above("ignore[loki-tenancy-on] x").replace("auth_enabled: true", "auth_enabled: false");
    holds(&[
        (
            &[("a.yaml", &above("ignore[loki-tenancy-on] ticket 7 until=2026-07-01"))],
            "a.yaml:9:19-23 loki-tenancy-on accepted by comment at a.yaml:8: ticket 7 until 2026-07-01\n",
            0,
        ),
        (
            &[("a.yaml", &unused)],
            "a.yaml:8:24-39 suppression-unused: nothing is accepted by this: `loki-tenancy-on` finds nothing that it is about\n",
            0,
        ),
        (
            &[("a.yaml", &above("ignore[loki-tenancy-on] ticket 7 until=2026-06-30"))],
            "a.yaml:8:50-66 suppression-expired: this was accepted until 2026-06-30; 1 finding counts again\na.yaml:9:19-23 loki-tenancy-on\n",
            1,
        ),
        (
            &[("a.yaml", &above("ignore[loki-tenancy-on]"))],
            "a.yaml:8:7-40 suppression-malformed: the suppression has no reason\na.yaml:9:19-23 loki-tenancy-on\n",
            1,
        ),
        (
            &[("a.yaml", &above("ignore[loki-tenency-on] ticket 7"))],
            "a.yaml:8:24-39 suppression-of-unknown-rule: there is no rule `loki-tenency-on`, so this accepts nothing\na.yaml:9:19-23 loki-tenancy-on\n",
            1,
        ),
    ]);
}

#[test]
fn comments_in_alloy_are_used_unused_expired_or_malformed() {
    let above = |words: &str| leak(&format!("    // ptd-lint: {words}\n"), "", "");
    let block = |words: &str| leak("", "", &format!("/* ptd-lint: {words} */\n"));
    let unused = "loki.write \"out\" { // ptd-lint: ignore[logs-leave-workload] ticket 7\n}\n";
    holds(&[
        (
            &[("a.alloy", &above("ignore[logs-leave-workload] ticket 7"))],
            "a.alloy:8:12-53 logs-leave-workload accepted by comment at a.alloy:7: ticket 7\n",
            0,
        ),
        (
            &[("a.alloy", &block("ignore[logs-leave-workload] ticket 7"))],
            "a.alloy:8:12-53 logs-leave-workload accepted by comment at a.alloy:5: ticket 7\n",
            0,
        ),
        (
            &[("a.alloy", unused)],
            "a.alloy:1:40-59 suppression-unused: nothing is accepted by this: `logs-leave-workload` finds nothing that it is about\n",
            0,
        ),
        (
            &[("a.alloy", &above("ignore[logs-leave-workload] ticket 7 until=2020-02-29"))],
            "a.alloy:7:55-71 suppression-expired: this was accepted until 2020-02-29; 1 finding counts again\na.alloy:8:12-53 logs-leave-workload\n",
            1,
        ),
        (
            &[("a.alloy", &above("ignore logs-leave-workload"))],
            "a.alloy:7:8-44 suppression-malformed: the suppression names no rule\na.alloy:8:12-53 logs-leave-workload\n",
            1,
        ),
        (
            &[(
                "a.alloy",
                &format!("{}// ptd-lint: ignore[logs-leave-workload] ticket 7\n", leak("", "", "")),
            )],
            "a.alloy:10:4-50 suppression-misplaced: nothing follows that this could be about\na.alloy:7:12-53 logs-leave-workload\n",
            1,
        ),
    ]);
}

#[test]
fn annotations_are_used_unused_expired_or_malformed() {
    let with = |annotation: &str| tenants("", &format!("  annotations:\n    ptd-lint.dev/{annotation}\n"));
    let unused =
        with("ignore.loki-tenancy-on: ticket 7").replace("auth_enabled: true", "auth_enabled: false");
    holds(&[
        (
            &[("a.yaml", &with("ignore.loki-tenancy-on: ticket 7, until=2026-12-31"))],
            "a.yaml:10:19-23 loki-tenancy-on accepted by annotation at a.yaml:7: ticket 7 until 2026-12-31\n",
            0,
        ),
        (
            &[("a.yaml", &unused)],
            "a.yaml:7:5-40 suppression-unused: nothing is accepted by this: `loki-tenancy-on` finds nothing that it is about\n",
            0,
        ),
        (
            &[("a.yaml", &with("ignore.loki-tenancy-on: ticket 7 until=2026-01-01"))],
            "a.yaml:7:42-67 suppression-expired: this was accepted until 2026-01-01; 1 finding counts again\na.yaml:10:19-23 loki-tenancy-on\n",
            1,
        ),
        (
            &[("a.yaml", &with("ignore.loki-tenancy-on: \"until=2026-12-31\""))],
            "a.yaml:7:42-60 suppression-malformed: the suppression has no reason\na.yaml:10:19-23 loki-tenancy-on\n",
            1,
        ),
        (
            &[("a.yaml", &with("ignor.loki-tenancy-on: ticket 7"))],
            "a.yaml:7:5-39 suppression-malformed: this is nearly a suppression, and none\na.yaml:10:19-23 loki-tenancy-on\n",
            1,
        ),
    ]);
}

#[test]
fn entries_of_the_settings_are_used_unused_expired_or_malformed() {
    let loki = tenants("", "");
    let entry = |rest: &str| format!("version: 1\naccepted:\n  - rule: loki-tenancy-on\n    {rest}\n");
    let accepted = |line: u32| {
        format!(
            "deep/a.yaml:8:19-23 loki-tenancy-on accepted by settings at ptd-lint.yaml:{line}: ticket 7\n"
        )
    };
    for narrowed in
        ["object: ConfigMap loki-*/loki", "path: deep/*.yaml", "path: '**/a.yaml'", "path: ./deep/a.yaml"]
    {
        let settings = entry(&format!("{narrowed}\n    reason: ticket 7"));
        holds(&[(&[("deep/a.yaml", &loki), ("ptd-lint.yaml", &settings)], &accepted(3), 0)]);
    }
    let unused =
        "suppression-unused: nothing is accepted by this: `loki-tenancy-on` finds nothing that it is about\n";
    for elsewhere in ["object: ConfigMap loki-west/*", "path: a.yaml", "path: '*.yaml'"] {
        let settings = entry(&format!("{elsewhere}\n    reason: ticket 7"));
        let expected = format!("ptd-lint.yaml:3:11-26 {unused}deep/a.yaml:8:19-23 loki-tenancy-on\n");
        holds(&[(&[("deep/a.yaml", &loki), ("ptd-lint.yaml", &settings)], &expected, 1)]);
    }
    holds(&[
        (
            &[("a.yaml", &loki), ("ptd-lint.yaml", &entry("reason: ticket 7\n    until: 2026-06-30"))],
            "ptd-lint.yaml:5:12-22 suppression-expired: this was accepted until 2026-06-30; 1 finding counts again\na.yaml:8:19-23 loki-tenancy-on\n",
            1,
        ),
        (
            &[("a.yaml", &loki), ("ptd-lint.yaml", &entry("until: 2026-12-31"))],
            "ptd-lint.yaml:3:5-22 settings-fault: the accepted finding has no `reason`\na.yaml:8:19-23 loki-tenancy-on\n",
            2,
        ),
        (
            &[("a.yaml", &loki), ("ptd-lint.yaml", &entry("reason: x\n    until: soon"))],
            "ptd-lint.yaml:5:12-16 settings-fault: `soon` is no date\na.yaml:8:19-23 loki-tenancy-on\n",
            2,
        ),
    ]);
}

#[test]
fn an_entry_reaches_no_folder_whose_name_only_begins_like_its_own() {
    let settings = "version: 1\naccepted:\n  - {rule: loki-tenancy-on, path: '**', reason: ticket 7}\n";
    let loki = tenants("", "");
    let folder = folder(&[
        ("a/ptd-lint.yaml", settings.as_bytes()),
        ("a/a.yaml", loki.as_bytes()),
        ("ab/a.yaml", loki.as_bytes()),
    ]);
    let of = |stack: &str| {
        let arguments = ["-o", "json", "--today", TODAY, "--config", "a/ptd-lint.yaml", stack];
        let found = told(&run(folder.path(), &arguments, None));
        found.lines().filter(|line| line.contains("loki-tenancy-on")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        of("a"),
        ["a/a.yaml:8:19-23 loki-tenancy-on accepted by settings at a/ptd-lint.yaml:3: ticket 7"]
    );
    assert_eq!(of("ab"), ["ab/a.yaml:8:19-23 loki-tenancy-on"]);
}

#[test]
fn a_comment_that_lost_its_entry_is_about_nothing_further_out() {
    let text = tenants("", "").replace(
        "  namespace: loki-east\n",
        "  namespace: loki-east\n  # ptd-lint: ignore[loki-tenancy-on] ticket 7\n",
    );
    holds(&[(
        &[("a.yaml", &text)],
        "a.yaml:6:5-47 suppression-misplaced: what follows is indented less than this, so it is about something else\na.yaml:9:19-23 loki-tenancy-on\n",
        1,
    )]);
}

#[test]
fn an_ended_suppression_counts_only_what_nothing_else_accepts() {
    let inner = "    # ptd-lint: ignore[loki-tenancy-on] ticket 7 until=2026-06-30\n";
    let annotation = "  annotations:\n    ptd-lint.dev/ignore.loki-tenancy-on: ticket 8\n";
    let over = "a.yaml:10:50-66 suppression-expired: this was accepted until 2026-06-30\n";
    holds(&[(
        &[("a.yaml", &tenants(inner, annotation))],
        &format!("{over}a.yaml:11:19-23 loki-tenancy-on accepted by annotation at a.yaml:7: ticket 8\n"),
        0,
    )]);
    let settings = "version: 1\naccepted:\n  - {rule: loki-tenancy-on, reason: ticket 9}\n";
    let over = over.replace(":10:", ":8:");
    holds(&[(
        &[("a.yaml", &tenants(inner, "")), ("ptd-lint.yaml", settings)],
        &format!("{over}a.yaml:9:19-23 loki-tenancy-on accepted by settings at ptd-lint.yaml:3: ticket 9\n"),
        0,
    )]);
}

#[test]
fn owners_that_somebody_wrote_silence_nothing() {
    let owned = |annotation: &str| {
        tenants(
            "",
            &format!(
                "  ownerReferences: [{{apiVersion: v1, kind: ConfigMap, name: x, uid: u7}}]\n  annotations:\n    ptd-lint.dev/{annotation}\n"
            ),
        )
    };
    let unused =
        owned("ignore.loki-tenancy-on: ticket 7").replace("auth_enabled: true", "auth_enabled: false");
    holds(&[
        (
            &[("a.yaml", &unused)],
            "a.yaml:8:5-40 suppression-unused: nothing is accepted by this: `loki-tenancy-on` finds nothing that it is about\n",
            0,
        ),
        (
            &[("a.yaml", &owned("ignore.loki-tenancy-on: ticket 7 until=2026-01-01"))],
            "a.yaml:8:42-67 suppression-expired: this was accepted until 2026-01-01; 1 finding counts again\na.yaml:11:19-23 loki-tenancy-on\n",
            1,
        ),
        (
            &[("a.yaml", &owned("ignore.loki-tenancy-on: until=2026-12-31"))],
            "a.yaml:8:42-58 suppression-malformed: the suppression has no reason\na.yaml:11:19-23 loki-tenancy-on\n",
            1,
        ),
    ]);
}

#[test]
fn what_is_nested_belongs_to_what_it_is_nested_in() {
    let program = program::indented(&leak("", "", ""), 10);
    let values = format!("    alloy:\n      configMap:\n        content: |\n{program}");
    let chart = |above: &str, annotations: &str| {
        format!(
            "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata:\n  name: alloy\n  namespace: kube-system\n{annotations}spec:\n  chart: alloy\n  version: 1.11.1\n  targetNamespace: alloy\n{above}  valuesContent: |\n{values}"
        )
    };
    let rule = "ignore[logs-leave-workload] ticket 7";
    for (text, by, line) in [
        (chart(&format!("  # ptd-lint: {rule}\n"), ""), "comment", 10),
        (
            chart("", "  annotations:\n    ptd-lint.dev/ignore.logs-leave-workload: ticket 7\n"),
            "annotation",
            7,
        ),
        (
            chart("", "")
                .replace("        content: |", &format!("        # ptd-lint: {rule}\n        content: |")),
            "comment",
            13,
        ),
        (
            chart("", "")
                .replace("            url", &format!("            // ptd-lint: {rule}\n              url")),
            "comment",
            20,
        ),
        (format!("# ptd-lint: ignore-file[logs-leave-workload] ticket 7\n{}", chart("", "")), "comment", 1),
    ] {
        let ran = check(&[("a.yaml", &text)], &[]);
        let (at, _) = only_place(&text, "https://logs.example.net");
        let expected = format!("logs-leave-workload accepted by {by} at a.yaml:{line}: ticket 7\n");
        let found = told(&ran);
        assert!(found.ends_with(&expected) && found.starts_with(&format!("a.yaml:{at}:")), "{found}{text}");
        assert_eq!(found.lines().count(), 1, "{found}");
    }
    // At the header of a text a comment is about the line of the header.
    let text = chart("", "").replace("valuesContent: |", &format!("valuesContent: | # ptd-lint: {rule}"));
    let found = told(&check(&[("a.yaml", &text)], &[]));
    assert!(found.contains("suppression-unused") && found.contains("logs-leave-workload\n"), "{found}");
}

#[test]
fn comments_in_vain_are_told_where_they_stand() {
    let note = "    # ptd-lint: ignore[loki-tenancy-on] ticket 7\n";
    let stray = format!("{}  notes: |\n{note}", tenants("", ""));
    holds(&[
        (
            &[("a.yaml", &stray)],
            "a.yaml:8:19-23 loki-tenancy-on\na.yaml:12:7-49 suppression-misplaced: this text is not read as a program\n",
            1,
        ),
        (
            &[
                ("a.yaml", &tenants("", "")),
                ("other.yaml", "# ptd-lint: ignore[loki-tenancy-on] ticket 7\nsteps: [lint]\n"),
            ],
            "a.yaml:8:19-23 loki-tenancy-on\nother.yaml:1:3-45 suppression-misplaced: nothing in this file is linted\n",
            1,
        ),
    ]);
}

#[test]
fn a_run_that_does_not_see_all_calls_nothing_unused() {
    let text = tenants("    # ptd-lint: ignore[loki-tenancy-on] x\n", "")
        .replace("auth_enabled: true", "auth_enabled: false");
    let folder = folder(&[("a.yaml", text.as_bytes()), ("b.yaml", b"a: [\n"), ("c/a.yaml", text.as_bytes())]);
    let unused = |arguments: &[&str]| {
        let mut all = vec!["-o", "json", "--today", TODAY];
        all.extend(arguments);
        told(&run(folder.path(), &all, None)).matches("suppression-unused").count()
    };
    assert_eq!(unused(&["c"]), 1);
    assert_eq!(unused(&["c/a.yaml"]), 0, "a file by itself");
    assert_eq!(unused(&["c/*.yaml"]), 0, "some files");
    assert_eq!(unused(&["."]), 0, "one cannot be read");
    assert_eq!(unused(&["c", "--ignore", "loki-tenancy-on"]), 0, "the rule did not run");
    assert_eq!(unused(&["c", "--select", "loki-limits-lifted"]), 0);
    assert_eq!(unused(&["c", "--assume", "loki=next"]), 0, "another version than the inputs'");
}

#[test]
fn several_suppressions_on_one_line_are_each_told() {
    let words = "ptd-lint: ignore[loki-tenancy-on] one";
    let twice = tenants(&format!("    # {words} # ptd-lint: ignore[loki-tenancy-on] two\n"), "");
    let found = told(&check(&[("a.yaml", &twice)], &[]));
    assert_eq!(found.matches("accepted by comment").count(), 1, "{found}");
    assert_eq!(found.matches("suppression-unused").count(), 1, "{found}");
    let named = tenants("    # ptd-lint: ignore[loki-tenancy-on, loki-tenancy-on] one\n", "");
    let found = told(&check(&[("a.yaml", &named)], &[]));
    assert!(
        found.contains("a.yaml:8:41-56 suppression-malformed: `loki-tenancy-on` is named twice\n"),
        "{found}"
    );
}

#[test]
fn what_cannot_be_read_cannot_be_accepted() {
    let text =
        format!("# ptd-lint: ignore-file[duplicate-key] ticket 7\n{}  config.yaml: x\n", tenants("", ""));
    let ran = check(&[("a.yaml", &text)], &[]);
    assert_eq!(ran.code, 2);
    let found = told(&ran);
    assert!(found.contains("a.yaml:1:25-38 suppression-not-possible: `duplicate-key` cannot be accepted: what cannot be read cannot be judged\n"), "{found}");
}

#[test]
fn aliases_line_ends_and_flow_style_change_nothing() {
    let text = tenants("    # ptd-lint: ignore[loki-tenancy-on] ticket 7\n", "").replace('\n', "\r\n");
    let found = told(&check(&[("a.yaml", &text)], &[]));
    assert_eq!(found, "a.yaml:9:19-23 loki-tenancy-on accepted by comment at a.yaml:8: ticket 7\n");
    let flow = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: loki, namespace: loki-east, annotations: {ptd-lint.dev/ignore.loki-tenancy-on: ticket 7}}\ndata: {config.yaml: \"auth_enabled: true\\nschema_config: {configs: []}\\n\"}\n";
    let found = told(&check(&[("a.yaml", flow)], &[]));
    assert!(found.contains("accepted by annotation at a.yaml:3: ticket 7"), "{found}");
    let behind = flow
        .replace(", annotations: {ptd-lint.dev/ignore.loki-tenancy-on: ticket 7}", "")
        .replace("\"}\n", "\"} # ptd-lint: ignore[loki-tenancy-on] ticket 7\n");
    let found = told(&check(&[("a.yaml", &behind)], &[]));
    assert!(found.contains("accepted by comment at a.yaml:4: ticket 7"), "{found}");
    let alias = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: &meta\n    name: loki\n    namespace: loki-east\n    annotations:\n      ptd-lint.dev/ignore.loki-tenancy-on: ticket 7\n  data: {}\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    <<: *meta\n    name: loki-two\n  data:\n    config.yaml: |\n      auth_enabled: true\n      schema_config: {configs: []}\n";
    let found = told(&check(&[("a.yaml", alias)], &[]));
    assert!(
        found.contains("accepted by annotation at a.yaml:10: ticket 7") && !found.contains("suppression-"),
        "{found}"
    );
}

#[test]
fn an_open_question_can_be_accepted() {
    let program = |comment: &str| {
        format!(
            "loki.source.journal \"node\" {{\n  forward_to = [loki.write.out.receiver]\n}}\n\nloki.write \"out\" {{\n  endpoint {{\n    url = sys.env(\"WHERE\"){comment}\n  }}\n}}\n"
        )
    };
    let ran = check(&[("a.alloy", &program(""))], &[]);
    assert_eq!(verdict(&ran, "log-boundary").0, "undecided");
    let report = ran.report();
    let findings = report["findings"].as_array().unwrap();
    let open = findings.iter().filter(|finding| finding["invariant"] == "log-boundary");
    let mut rules: Vec<&str> = open.map(|finding| finding["rule"].as_str().unwrap()).collect();
    rules.dedup();
    let ran = check(
        &[("a.alloy", &program(&format!(" // ptd-lint: ignore[{}] set by hand", rules.join(", "))))],
        &[],
    );
    let (verdict, summary) = verdict(&ran, "log-boundary");
    assert_eq!(verdict, "holds", "{summary}");
    assert!(summary.contains("accepted exception"), "{summary}");
}

#[test]
fn a_time_without_a_day_is_refused() {
    let program = leak("", " // ptd-lint: ignore[logs-leave-workload] ticket 7 until=2026-01-31", "");
    let folder = folder(&[("a.alloy", program.as_bytes())]);
    let at = |time: &str, arguments: &[&str]| {
        let mut command = program::command(folder.path(), arguments);
        program::ran(command.env("SOURCE_DATE_EPOCH", time))
    };
    for none in ["999999999999999", "99999999999999999999999", "-1", "soon", "1e9"] {
        let ran = at(none, &["-o", "json", "."]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{none}: {}", ran.stderr);
        assert!(ran.stderr.contains("`SOURCE_DATE_EPOCH` gives no day"), "{none}: {}", ran.stderr);
    }
    // Whoever names the day needs no clock.
    assert_eq!(at("999999999999999", &["--today", "2026-01-31", "."]).code, 0);
    assert_eq!(at("999999999999999", &["--today", "2026-02-01", "."]).code, 1);
    assert_eq!(at("1769817600", &["."]).code, 0, "2026-01-31");
    assert_eq!(at("1769904000", &["."]).code, 1, "2026-02-01");
    assert_eq!(at("", &["."]).code, 1, "empty means unset");
}

#[test]
fn fixes_leave_alone_what_is_accepted() {
    let text = tenants("    # ptd-lint: ignore[loki-tenancy-on] ticket 7\n", "");
    let folder = folder(&[("a.yaml", text.as_bytes())]);
    let ran = run(folder.path(), &["fix", "--unsafe", "--diff", "--today", TODAY, "."], None);
    assert!(!ran.stdout.contains("-    auth_enabled"), "{}{}", ran.stdout, ran.stderr);
    let ran = run(folder.path(), &["fix", "--unsafe", "--diff", "--no-suppressions", "."], None);
    assert!(ran.stdout.contains("+    auth_enabled: false"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn many_comments_take_time_that_grows_with_their_number_only() {
    let mut program = leak("", "", "");
    let mut yaml = tenants("", "");
    yaml.push_str("  more: |\n    x\n");
    let mut comments = String::new();
    for number in 0..10_000 {
        writeln!(program, "// ptd-lint: ignore[logs-leave-workload] number {number}\nlogging {{ }}").unwrap();
        writeln!(comments, "    # ptd-lint: ignore[loki-tenancy-on] number {number}").unwrap();
    }
    let yaml = tenants(&comments, "");
    let start = std::time::Instant::now();
    let ran = check(
        &[("a.alloy", &program), ("b.yaml", &yaml)],
        &["--select", "loki-tenancy-on,logs-leave-workload"],
    );
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    let found = told(&ran);
    assert!(found.contains("b.yaml:10008:19-23 loki-tenancy-on accepted by comment"), "{found}");
}

#[test]
fn many_rules_over_many_documents_take_no_room_for_each_pair() {
    let ids = vec!["loki-tenancy-on"; 20_000].join(",");
    let reason = "x".repeat(200_000);
    let mut text = format!("# ptd-lint: ignore-file[{ids}] {reason}\n");
    for number in 0..2_000 {
        writeln!(text, "# ptd-lint: ignore-file[loki-tenancy-on] number {number}").unwrap();
    }
    text.push_str(&tenants("", ""));
    text.push_str(&"---\na: 1\n".repeat(4_000));
    let start = std::time::Instant::now();
    let found = told(&check(&[("a.yaml", &text)], &[]));
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    assert!(found.contains("suppression-malformed: a list names at most 100 rules\n"), "{found}");
    assert!(found.contains(" loki-tenancy-on accepted by comment at a.yaml:2: number 0\n"), "{found}");
}
