//! Runs of the real program on some files of a tree, as hooks make them: the rest is context.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod program;

use std::path::Path;

use program::Ran;
use program::folder;
use program::run;
use program::write;
use serde_json::Value;
use tempfile::TempDir;

const STACKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/stacks");

/// A repository with the example stacks `leaking` and `sound`, each with a declaration of its own.
fn repository() -> TempDir {
    let repository = folder(&[(".git/HEAD", b"ref: refs/heads/main\n")]);
    for stack in ["leaking", "sound"] {
        for entry in std::fs::read_dir(Path::new(STACKS).join(stack)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{stack}/{}", path.file_name().unwrap().to_str().unwrap());
            std::fs::create_dir_all(repository.path().join(stack)).unwrap();
            std::fs::copy(&path, repository.path().join(name)).unwrap();
        }
    }
    repository
}

/// Rules of the findings, and `invariant verdict` of what does not hold.
fn told(ran: &Ran) -> (Vec<String>, Vec<String>) {
    let report = ran.report();
    let text = |value: &Value, key: &str| value[key].as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    let verdicts = report["verdicts"].as_array().unwrap().iter();
    let broken = verdicts.filter(|verdict| verdict["verdict"] != "holds");
    let words = |verdict: &Value| {
        format!("{} {} {}", text(verdict, "subject"), text(verdict, "invariant"), text(verdict, "verdict"))
    };
    (findings.map(|finding| text(finding, "rule")).collect(), broken.map(words).collect())
}

#[test]
fn a_file_is_judged_with_its_tree_and_findings_elsewhere_are_counted() {
    let repository = repository();
    let ran = run(repository.path(), &["-o", "json", "--tree", "leaking/loki.yaml"], None);
    assert_eq!(told(&ran), (vec![], vec!["leaking log-boundary violated".to_owned()]), "{}", ran.stdout);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let report = ran.report();
    assert_eq!(report["coverage"]["notShown"][0]["findings"], 1);
    assert_eq!(report["coverage"]["notShown"][0]["reason"], "in files that were not given");
    assert_eq!(report["verdicts"][0]["notShown"], 1);
    assert!(ran.passed_over().contains(&"sound: a stack of which no file was given".to_owned()));

    let ran = run(repository.path(), &["--tree", "leaking/loki.yaml"], None);
    assert!(ran.stdout.contains("Not shown: 1 finding in files that were not given\n"), "{}", ran.stdout);
}

#[test]
fn a_leak_in_a_file_that_was_passed_blocks() {
    let repository = repository();
    let ran =
        run(repository.path(), &["-o", "json", "--tree", "leaking/alloy.yaml", "sound/alloy.yaml"], None);
    assert_eq!(told(&ran).0, ["logs-leave-workload"]);
    assert_eq!(ran.code, 1);
    // Context: alone, neither store would be in the input.
    let stores = ran.report()["verdicts"].as_array().unwrap().clone();
    let checked = |verdict: &&Value| verdict["summary"] == "checked Mimir and Loki";
    assert_eq!(stores.iter().filter(checked).count(), 6);
}

#[test]
fn a_file_takes_part_in_what_is_found_elsewhere_for_its_sake() {
    let object = |value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: b}}\ndata: {{c: {value}}}\n"
        )
    };
    let (one, two, other) = (object("d"), object("e"), object("d").replace("name: a", "name: z"));
    let files =
        [("m/one.yaml", one.as_bytes()), ("m/two.yaml", two.as_bytes()), ("m/z.yaml", other.as_bytes())];
    let folder = folder(&files);
    for (passed, found, code) in [("m/one.yaml", 1, 1), ("m/two.yaml", 1, 1), ("m/z.yaml", 0, 0)] {
        let ran = run(folder.path(), &["-o", "json", "--tree=m", passed], None);
        assert_eq!((ran.findings("conflicting-object").len(), ran.code), (found, code), "{passed}");
    }
}

#[test]
fn what_governs_a_stack_tells_all_of_it() {
    let repository = repository();
    let ran = run(repository.path(), &["-o", "json", "--tree", "leaking/ptd.yaml"], None);
    assert_eq!((told(&ran).0, ran.code), (vec!["logs-leave-workload".to_owned()], 1));

    // Settings of the run govern each stack.
    write(repository.path(), "ptd-lint.yaml", b"version: 1\n");
    let ran = run(repository.path(), &["-o", "json", "--tree", "ptd-lint.yaml"], None);
    assert_eq!((told(&ran).0, ran.code), (vec!["logs-leave-workload".to_owned()], 1), "{}", ran.stdout);
    assert!(ran.passed_over().iter().all(|passed| !passed.contains("no file was given")));
}

#[test]
fn baseline_governs_each_stack_and_a_declaration_beside_objects_its_own() {
    let repository = repository();
    let ran = run(repository.path(), &["--write-baseline", "baseline.yaml", "."], None);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    write(repository.path(), "baseline.yaml", b"schema: ptd-lint/baseline/v1\nstacks: []\n");
    let words = ["-o", "json", "--baseline", "baseline.yaml", "--tree", "baseline.yaml"];
    let ran = run(repository.path(), &words, None);
    assert_eq!((told(&ran).0, ran.code), (vec!["logs-leave-workload".to_owned()], 1), "{}", ran.stdout);

    let leaking = repository.path().join("leaking");
    #[expect(clippy::disallowed_methods, reason = "the test reads what it copied")]
    let declared = std::fs::read_to_string(leaking.join("ptd.yaml")).unwrap();
    std::fs::remove_file(leaking.join("ptd.yaml")).unwrap();
    let both = format!("{declared}\n---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: other\n");
    write(repository.path(), "leaking/both.yaml", both.as_bytes());
    let ran = run(repository.path(), &["-o", "json", "--tree", "leaking/both.yaml"], None);
    assert_eq!((told(&ran).0, ran.code), (vec!["logs-leave-workload".to_owned()], 1), "{}", ran.stdout);
}

#[test]
fn files_that_are_deleted_or_have_another_name_tell_all_of_their_stack() {
    let repository = repository();
    std::fs::remove_file(repository.path().join("leaking/grafana.yaml")).unwrap();
    let ran = run(repository.path(), &["-o", "json", "--tree", "leaking/grafana.yaml"], None);
    assert_eq!((told(&ran).0, ran.code), (vec!["logs-leave-workload".to_owned()], 1), "{}", ran.stdout);

    std::fs::rename(repository.path().join("leaking/alloy.yaml"), repository.path().join("leaking/new.yaml"))
        .unwrap();
    for passed in
        [&["leaking/alloy.yaml"][..], &["leaking/new.yaml"], &["leaking/alloy.yaml", "leaking/new.yaml"]]
    {
        let ran = run(repository.path(), &[&["-o", "json", "--tree"], passed].concat(), None);
        assert_eq!((told(&ran).0, ran.code), (vec!["logs-leave-workload".to_owned()], 1), "{passed:?}");
    }
    // The other stack had nothing to do with it.
    let ran = run(repository.path(), &["-o", "json", "--tree", "sound/gone.yaml"], None);
    assert_eq!((told(&ran), ran.code), ((vec![], vec![]), 0));
}

#[test]
fn broken_files_count_in_the_stacks_that_are_judged() {
    let repository = repository();
    write(repository.path(), "sound/broken.yaml", b"a: [\n");
    write(repository.path(), "leaking/empty.yaml", b"");
    let ran = run(repository.path(), &["-o", "json", "--tree", "sound/loki.yaml"], None);
    assert_eq!(ran.code, 2);
    assert!(ran.errors().iter().all(|error| error.starts_with("sound/broken.yaml")), "{:?}", ran.errors());
    assert!(ran.passed_over().iter().any(|passed| passed.starts_with("leaking/empty.yaml: cannot be read")));

    std::fs::remove_file(repository.path().join("sound/broken.yaml")).unwrap();
    let ran = run(repository.path(), &["-o", "json", "--tree", "sound/loki.yaml"], None);
    assert_eq!((ran.errors(), ran.code), (vec![], 0));
    let ran = run(repository.path(), &["-o", "json", "--tree", "leaking/empty.yaml"], None);
    assert_eq!((ran.errors().len(), ran.code), (1, 2));
}

#[test]
fn the_tree_is_found_upwards_and_files_beside_it_are_read_too() {
    let repository = repository();
    let inside = repository.path().join("leaking");
    let ran = run(&inside, &["-o", "json", "--tree", "loki.yaml"], None);
    assert_eq!((ran.code, ran.report()["coverage"]["files"].as_u64()), (0, Some(10)), "{}", ran.stderr);
    assert_eq!(told(&ran).1, ["../leaking log-boundary violated"]);
    // Settings are nearer than the repository's root.
    write(&inside, "ptd-lint.yaml", b"version: 1\n");
    let ran = run(&inside, &["-o", "json", "--tree", "loki.yaml"], None);
    assert_eq!(ran.report()["coverage"]["files"], 6, "{}", ran.stdout);

    // As a hook and who uses it say it.
    let ran = run(repository.path(), &["-o", "json", "--tree", "--tree=sound", "leaking/alloy.yaml"], None);
    assert_eq!(ran.report()["coverage"]["files"], 6);
    assert_eq!((told(&ran).0, ran.code), (vec!["logs-leave-workload".to_owned()], 1));
}

#[test]
fn what_accepts_findings_of_stacks_that_are_not_judged_is_not_unused() {
    let repository = repository();
    let accepted = b"version: 1\naccepted:\n  - rule: logs-leave-workload\n    reason: known\n";
    write(repository.path(), "ptd-lint.yaml", accepted);
    let ran = run(repository.path(), &["-o", "json", "--tree", "sound/loki.yaml"], None);
    assert_eq!((told(&ran), ran.code), ((vec![], vec![]), 0), "{}", ran.stdout);
    // It does accept something: the whole tree and the stack itself say nothing of it either.
    let ran = run(repository.path(), &["-o", "json", "--tree", "leaking/alloy.yaml"], None);
    assert_eq!((told(&ran).0, ran.code), (vec!["logs-leave-workload".to_owned()], 0), "{}", ran.stdout);

    // A baseline of both stacks is not in vain where one is judged.
    std::fs::remove_file(repository.path().join("ptd-lint.yaml")).unwrap();
    let ran = run(repository.path(), &["--write-baseline", "baseline.yaml", "."], None);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let words = ["-o", "json", "--baseline", "baseline.yaml", "--tree"];
    let ran = run(repository.path(), &[&words[..], &["sound/loki.yaml"]].concat(), None);
    assert_eq!((told(&ran), ran.code), ((vec![], vec![]), 0), "{}", ran.stdout);
    // Nor does judging one take the other out of it.
    #[expect(clippy::disallowed_methods, reason = "the test reads what the program wrote")]
    let baseline = || std::fs::read_to_string(repository.path().join("baseline.yaml")).unwrap();
    let before = baseline();
    let words = ["--baseline", "baseline.yaml", "--prune-baseline", "--tree", "sound/loki.yaml"];
    let ran = run(repository.path(), &words, None);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(baseline(), before);
}

#[test]
fn what_makes_no_sense_with_a_tree_is_refused() {
    let repository = repository();
    for (arguments, words) in [
        (&["--tree"][..], "nothing to check"),
        (&["--tree", "-"], "standard input is no file of a tree"),
        (&["--tree=gone", "sound"], "gone: no such folder"),
        (&["--tree=sound/loki.yaml", "sound"], "sound/loki.yaml: no such folder"),
        (&["--tree", "--fix", "sound"], "cannot be used with"),
        (&["--tree", "--live"], "cannot be used with"),
    ] {
        let ran = run(repository.path(), arguments, None);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.contains(words), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn a_joined_report_ends_as_its_parts() {
    let repository = repository();
    let ran = run(repository.path(), &["-o", "json=part.json", "--tree", "leaking/loki.yaml"], None);
    assert_eq!(ran.code, 0);
    let ran = run(repository.path(), &["merge", "part.json"], None);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("Not shown: 1 finding in files that were not given"), "{}", ran.stdout);
}
