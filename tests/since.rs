//! Runs the real program with `--since` in real repositories of Git.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod program;

use std::path::Path;
use std::process::Command;

use program::Ran;
use program::folder;
use program::run;
use program::write;
use tempfile::TempDir;

const LOKI: &str = "loki:\n  auth_enabled: false\n  limits_config:\n    volume_enabled: false\n";

/// Runs git, apart from the settings of whoever runs the tests.
fn git(folder: &Path, words: &[&str]) -> String {
    #[expect(clippy::disallowed_methods, reason = "the test makes a repository")]
    let mut command = Command::new("git");
    command.current_dir(folder).args(words);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "n").env(format!("GIT_{role}_EMAIL"), "n@example.com");
    }
    let done = command.output().unwrap();
    assert!(done.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// A repository with these files in its first commit.
fn repository(files: &[(&str, &[u8])]) -> TempDir {
    let folder = folder(files);
    git(folder.path(), &["init", "-q", "-b", "main"]);
    commit(folder.path());
    folder
}

fn commit(folder: &Path) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "--allow-empty", "-m", "x"]);
}

/// Rules of what is reported, sorted.
fn rules(ran: &Ran) -> Vec<String> {
    let report = ran.report();
    let findings = report["findings"].as_array().unwrap().iter();
    let mut rules: Vec<String> = findings.map(|own| own["rule"].as_str().unwrap().to_owned()).collect();
    rules.sort();
    rules
}

fn since(folder: &Path, words: &[&str]) -> Ran {
    run(folder, &[&["-o", "json", "--fail-on", "info"], words].concat(), None)
}

#[test]
fn only_what_changed_in_effect_is_reported() {
    let folder = repository(&[("in/loki.yaml", LOKI.as_bytes()), ("in/object.yaml", &object("d"))]);
    let here = folder.path();
    let all = rules(&since(here, &["in"]));
    assert!(all.contains(&"log-volume-off".to_owned()), "{all:?}");
    let none = since(here, &["--since", "HEAD", "in"]);
    assert_eq!((none.code, rules(&none)), (0, Vec::new()), "{}", none.stderr);
    let left_out = &none.report()["coverage"]["notShown"][0];
    assert_eq!(left_out["reason"], "unchanged since HEAD");
    assert_eq!(left_out["findings"], all.len());

    // Layout, order, comments, name.
    std::fs::remove_file(here.join("in/loki.yaml")).unwrap();
    write(
        here,
        "in/a.yaml",
        b"# x\nloki:\n    limits_config: { volume_enabled: false }\n    auth_enabled: false\n",
    );
    let none = since(here, &["--since", "HEAD", "in"]);
    assert_eq!((none.code, rules(&none)), (0, Vec::new()), "{}", none.stdout);

    // What makes the difference is in another file, which nobody committed.
    write(here, "in/more.yaml", &object("e"));
    let one = since(here, &["--since", "HEAD", "in"]);
    assert_eq!((one.code, rules(&one)), (1, vec!["conflicting-object".to_owned()]), "{}", one.stdout);
}

/// An object that conflicts with one of another value.
fn object(value: &str) -> Vec<u8> {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: b}}\ndata: {{c: {value}}}\n")
        .into_bytes()
}

#[test]
fn commits_are_named_as_git_names_them() {
    let folder = repository(&[("in/loki.yaml", LOKI.as_bytes())]);
    let here = folder.path();
    git(here, &["tag", "-a", "-m", "x", "v1"]);
    git(here, &["commit", "-q", "--amend", "-m", "the second word of it"]);
    git(here, &["tag", "-f", "-a", "-m", "x", "v1"]);
    git(here, &["checkout", "-q", "-b", "work"]);
    write(
        here,
        "in/loki.yaml",
        LOKI.replace("volume", "split_queries_by_interval: 1h\n    volume").as_bytes(),
    );
    commit(here);
    git(here, &["checkout", "-q", "main"]);
    write(here, "in/loki.yaml", LOKI.replace("false\n  limits", "true\n  limits").as_bytes());
    commit(here);
    git(here, &["checkout", "-q", "work"]);
    for (reference, found) in [
        ("v1", vec!["query-split-differs"]),
        ("HEAD~1", vec!["query-split-differs"]),
        ("main...", vec!["query-split-differs"]),
        (":/second", vec!["query-split-differs"]),
        ("HEAD", vec![]),
    ] {
        let ran = since(here, &["--since", reference, "in"]);
        assert_eq!(rules(&ran), found, "{reference}: {}", ran.stderr);
    }
    // From a folder below, and for a path from the root.
    let below = since(&here.join("in"), &["--since", "HEAD~1", "."]);
    assert_eq!(rules(&below), ["query-split-differs"], "{}", below.stderr);
    let absolute = here.join("in").to_str().unwrap().to_owned();
    assert_eq!(
        rules(&since(&std::env::temp_dir(), &["--since", "HEAD~1", &absolute])),
        ["query-split-differs"]
    );
    let pattern = since(here, &["--since", "HEAD~1", "in/*.{yaml,json}"]);
    assert_eq!(rules(&pattern), ["query-split-differs"], "{}", pattern.stderr);
    let file = since(here, &["--since", "HEAD~1", "in/loki.yaml"]);
    assert_eq!(rules(&file), ["query-split-differs"], "{}", file.stderr);
}

#[test]
fn what_is_asked_in_vain_ends_with_the_reason() {
    let folder = repository(&[("in/loki.yaml", LOKI.as_bytes())]);
    let here = folder.path();
    let said = |folder: &Path, words: &[&str]| {
        let ran = run(folder, words, None);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{words:?}");
        ran.stderr
    };
    assert_eq!(
        said(here, &["--since", "nowhere", "in"]),
        "error: --since nowhere: there is no commit `nowhere`\n"
    );
    assert_eq!(
        said(here, &["--since=--all", "in"]),
        "error: --since --all: `--all` is no name of a commit\n"
    );
    for no_commit in ["^HEAD", "HEAD:in/loki.yaml", "HEAD:in", "HEAD^@"] {
        let told = format!("error: --since {no_commit}: there is no commit `{no_commit}`\n");
        assert_eq!(said(here, &["--since", no_commit, "in"]), told);
    }
    assert!(said(here, &["--since", "HEAD", "-"]).contains("standard input"), "standard input");
    let bare = program::folder(&[("in/loki.yaml", LOKI.as_bytes())]);
    assert_eq!(
        said(bare.path(), &["--since", "HEAD", "in"]),
        "error: --since HEAD: in is in no Git repository\n"
    );
    let outside = bare.path().join("in");
    let both = said(here, &["--since", "HEAD", "in", outside.to_str().unwrap()]);
    assert!(both.contains("is not in the Git repository"), "{both}");

    commit(here);
    let clone = TempDir::new().unwrap();
    let url = format!("file://{}", here.display());
    git(clone.path(), &["clone", "-q", "--depth", "1", &url, "c"]);
    let shallow = said(&clone.path().join("c"), &["--since", "HEAD~1", "in"]);
    assert!(shallow.contains("shallow; fetch the history (`git fetch --unshallow`"), "{shallow}");
}

#[test]
fn files_of_the_commit_are_chosen_as_those_of_the_folder() {
    let hidden = &object("e");
    let folder = repository(&[
        ("in/loki.yaml", LOKI.as_bytes()),
        ("in/object.yaml", &object("d")),
        (".gitignore", b"# x\nbuild/\n*.tmp.yaml\n!keep.tmp.yaml\n"),
        ("in/.hidden/a.yaml", hidden),
        ("in/notes.txt", b"hello"),
        ("in/empty.txt", b""),
        ("in/sp ace \"q\"\n\u{e4}.yaml", b"a: 1\n"),
    ]);
    let here = folder.path();
    for ignored in ["in/build/a.yaml", "in/x.tmp.yaml"] {
        write(here, ignored, hidden);
        git(here, &["add", "-f", ignored]);
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("loki.yaml", here.join("in/linked.yaml")).unwrap();
        std::os::unix::fs::symlink(".", here.join("in/loop")).unwrap();
    }
    commit(here);
    let none = since(here, &["--since", "HEAD", "in"]);
    assert_eq!(rules(&none), [""; 0], "{}", none.stderr);
    assert_eq!(none.stderr, "");
    // What was left out then is new when it is not any more.
    std::fs::rename(here.join("in/.hidden"), here.join("in/shown")).unwrap();
    assert_eq!(rules(&since(here, &["--since", "HEAD", "in"])), ["conflicting-object"]);
    std::fs::rename(here.join("in/shown"), here.join("in/.hidden")).unwrap();
    write(here, ".gitignore", b"build/\n");
    assert_eq!(rules(&since(here, &["--since", "HEAD", "in"])), ["conflicting-object"]);
}

#[test]
fn settings_of_then_judge_the_files_of_then() {
    let folder = repository(&[
        ("in/loki.yaml", LOKI.as_bytes()),
        ("ptd-lint.yaml", b"version: 1\nignore: [log-volume-off]\n"),
    ]);
    let here = folder.path();
    assert_eq!(rules(&since(here, &["--since", "HEAD", "in"])), [""; 0]);
    write(here, "ptd-lint.yaml", b"version: 1\n");
    let ran = since(here, &["--since", "HEAD", "in"]);
    assert_eq!(rules(&ran), ["log-volume-off"], "{}", ran.stdout);
}

#[test]
fn promise_that_ends_worse_is_told_and_one_that_does_not_fails_nothing() {
    let sound = "prometheus.exporter.self \"a\" { }\nloki.source.kubernetes \"p\" {\n  targets    = []\n  forward_to = [loki.write.l.receiver]\n}\n\
                 loki.write \"l\" {\n  endpoint {\n    url = \"http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push\"\n  }\n}\n";
    let open = sound
        .replace("\"http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push\"", "sys.env(\"WHERE\")");
    let folder = repository(&[("in/config.alloy", open.as_bytes())]);
    let here = folder.path();
    let boundary = |ran: &Ran| {
        let report = ran.report();
        report["verdicts"]
            .as_array()
            .unwrap()
            .iter()
            .find(|own| own["invariant"] == "log-boundary")
            .unwrap()
            .clone()
    };
    let all = run(here, &["-o", "json", "in"], None);
    assert_eq!((all.code, &boundary(&all)["verdict"]), (1, &"undecided".into()), "{}", all.stdout);
    let same = run(here, &["-o", "json", "--since", "HEAD", "in"], None);
    assert_eq!(same.code, 0, "{}", same.stdout);
    assert_eq!(boundary(&same)["before"], "undecided");

    write(here, "in/config.alloy", sound.as_bytes());
    commit(here);
    write(here, "in/config.alloy", open.as_bytes());
    let worse = run(here, &["-o", "json", "--since", "HEAD", "in"], None);
    assert_eq!(worse.code, 1);
    assert_ne!(boundary(&worse)["before"], "undecided");
    assert!(!rules(&worse).is_empty());
}

#[test]
fn fault_that_nobody_accepts_any_more_is_news() {
    let accepted = LOKI.replace(
        "volume_enabled: false",
        "volume_enabled: false # ptd-lint: ignore[log-volume-off] moved in May",
    );
    let folder = repository(&[("in/loki.yaml", accepted.as_bytes())]);
    let here = folder.path();
    if run(here, &["-o", "json", "in"], None).report()["summary"]["accepted"] == 1 {
        write(here, "in/loki.yaml", LOKI.as_bytes());
        assert!(rules(&since(here, &["--since", "HEAD", "in"])).contains(&"log-volume-off".to_owned()));
    }
}

/// Against the comparison of two whole runs, for every pair of states.
#[test]
fn it_is_the_difference_of_two_runs() {
    let states = [
        LOKI.to_owned(),
        LOKI.replace("false\n  limits", "true\n  limits"),
        LOKI.replace("volume_enabled: false", "split_queries_by_interval: 1h"),
        LOKI.replace("volume_enabled: false", "split_queries_by_interval: 2h"),
        format!("{LOKI}write:\n  replicas: 1\n"),
        "a: 1\n".to_owned(),
    ];
    let found = |ran: &Ran| -> Vec<(String, String)> {
        let report = ran.report();
        let all = report["findings"].as_array().unwrap().iter();
        let mut all: Vec<_> = all
            .map(|own| {
                (own["rule"].as_str().unwrap().to_owned(), own["fingerprint"].as_str().unwrap().to_owned())
            })
            .collect();
        all.sort();
        all
    };
    let folder = repository(&[("in/loki.yaml", states[0].as_bytes())]);
    let here = folder.path();
    let mut whole = Vec::new();
    for state in &states {
        write(here, "in/loki.yaml", state.as_bytes());
        commit(here);
        whole.push(found(&since(here, &["in"])));
    }
    for (now, state) in states.iter().enumerate() {
        write(here, "in/loki.yaml", state.as_bytes());
        for then in 0..states.len() {
            let reference = format!("HEAD~{}", states.len() - 1 - then);
            let mut expected = whole[now].clone();
            for old in &whole[then] {
                if let Some(at) = expected.iter().position(|own| own == old) {
                    expected.remove(at);
                }
            }
            assert_eq!(found(&since(here, &["--since", &reference, "in"])), expected, "{then} to {now}");
        }
    }
    assert!(whole.windows(2).all(|pair| pair[0] != pair[1]), "{whole:?}");
}

/// A bare repository can be committed as plain files: it would bring commits and commands of its own.
#[test]
fn repository_among_the_inputs_is_not_asked() {
    let folder = repository(&[("manifests/loki.yaml", b"loki: {}\n")]);
    let here = folder.path();
    let inside = here.join("manifests");
    git(&inside, &["init", "-q", "--bare", "."]);
    for (name, value) in [("core.bare", "false"), ("core.worktree", "..")] {
        git(&inside, &["config", "--file", "config", name, value]);
    }
    write(here, "manifests/loki.yaml", LOKI.as_bytes());
    let ran = run(here, &["--since", "HEAD", "manifests"], None);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("error: --since HEAD: "), "{}", ran.stderr);
    // Where it is but a part of what is given, the repository around it is asked.
    let whole = run(here, &["-o", "json", "--since", "HEAD", "."], None);
    assert!(rules(&whole).contains(&"log-volume-off".to_owned()), "{}", whole.stderr);
}

#[test]
fn content_that_is_missing_is_not_fetched_and_no_command_is_run() {
    let folder = repository(&[("in/loki.yaml", LOKI.as_bytes())]);
    let here = folder.path();
    let id = git(here, &["rev-parse", "HEAD:in/loki.yaml"]);
    let (begin, rest) = id.trim().split_at(2);
    std::fs::remove_file(here.join(".git/objects").join(begin).join(rest)).unwrap();
    let touched = here.join("touched");
    for (name, value) in [
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.url", "file:///nowhere"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.uploadpack", &format!("touch {};:", touched.display())),
    ] {
        git(here, &["config", name, value]);
    }
    let ran = since(here, &["--since", "HEAD", "in"]);
    assert!(!touched.exists(), "a command of the repository was run");
    assert!(ran.stderr.contains("its content is not in this repository"), "{}", ran.stderr);
    assert!(rules(&ran).contains(&"log-volume-off".to_owned()), "{}", ran.stdout);
}

#[test]
fn one_stack_of_several_is_none_of_the_others_where_the_rest_is_not_judged() {
    let declared: &[u8] = b"version: 1\nworkload: x\n";
    let folder =
        repository(&[("sites/old/loki.yaml", LOKI.as_bytes()), ("sites/old/ptd-lint.yaml", declared)]);
    let here = folder.path();
    write(here, "sites/new/loki.yaml", LOKI.as_bytes());
    write(here, "sites/new/ptd-lint.yaml", declared);
    let whole = since(here, &["--since", "HEAD", "sites"]);
    assert!(rules(&whole).contains(&"log-volume-off".to_owned()), "{}", whole.stdout);
    let part = since(here, &["--since", "HEAD", "--tree=sites", "sites/new"]);
    assert_eq!(part.code, 1, "{}", part.stdout);
    assert!(rules(&part).contains(&"log-volume-off".to_owned()), "{}", part.stdout);
}

#[test]
fn patterns_of_folders_in_folders_find_each_file_once() {
    let folder = repository(&[
        ("m/a/b/loki.yaml", LOKI.as_bytes()),
        ("m/a/.h/c/object.yaml", &object("d")),
        ("m/object.yaml", &object("e")),
    ]);
    let here = folder.path();
    for pattern in ["m/**", "m/*", "m/a/.h/**", "m/a/.h/c"] {
        let ran = since(here, &["--since", "HEAD", pattern]);
        assert_eq!((ran.code, rules(&ran)), (0, Vec::new()), "{pattern}: {}", ran.stdout);
    }
}

/// What an old leak hides from the word of the verdict is a question nevertheless.
#[test]
fn question_beside_an_old_leak_fails() {
    let with = |more: &str| {
        format!(
            "loki.source.kubernetes \"p\" {{\n  targets    = []\n  forward_to = [loki.write.l.receiver]\n}}\n\
             loki.write \"l\" {{\n  endpoint {{\n    url = \"https://logs.example.org/loki/api/v1/push\"\n  }}\n{more}}}\n"
        )
    };
    let folder = repository(&[("in/config.alloy", with("").as_bytes())]);
    let here = folder.path();
    let same = run(here, &["-o", "json", "--since", "HEAD", "in"], None);
    assert_eq!((same.code, rules(&same)), (0, Vec::new()), "{}", same.stdout);
    let more = with("  endpoint {\n    url = sys.env(\"WHERE\")\n  }\n");
    write(here, "in/config.alloy", more.as_bytes());
    let ran = run(here, &["-o", "json", "--since", "HEAD", "in"], None);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    let report = ran.report();
    assert_eq!(report["verdicts"][0]["verdict"], "violated");
    assert!(report["findings"].as_array().unwrap().iter().any(|own| own["undecided"] == true), "{report}");
    // Parts of a report end as it does.
    let ran = run(here, &["-o", "json=part.json", "--since", "HEAD", "in"], None);
    assert_eq!((ran.code, run(here, &["merge", "part.json"], None).code), (1, 1));
}
