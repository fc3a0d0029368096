//! Which rules run, what is promised, and what the program tells of its settings: by the real program.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod program;

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use program::Ran;
use program::run;
use program::write;
use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;

/// A folder with copies of the example stacks in folders of their names.
fn with_stacks(names: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in names {
        let files: &[&str] = match *name {
            "anyone" => &["alloy.yaml", "grafana.yaml", "logs.yaml", "metrics.yaml"],
            _ => &["alloy.yaml", "grafana.yaml", "loki.yaml", "mimir.yaml", "ptd.yaml"],
        };
        for file in files {
            write(folder.path(), &format!("{name}/{file}"), original(name, file).as_bytes());
        }
    }
    folder
}

#[expect(clippy::disallowed_methods, reason = "a test reads its inputs")]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn original(stack: &str, file: &str) -> String {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stacks");
    read(&root.join(stack).join(file))
}

/// `promise verdict` of each verdict.
fn verdicts(ran: &Ran) -> Vec<String> {
    let report = ran.report();
    let verdicts = report["verdicts"].as_array().unwrap().iter();
    let words = verdicts
        .map(|own| format!("{} {}", own["invariant"].as_str().unwrap(), own["verdict"].as_str().unwrap()));
    words.collect()
}

fn summary(ran: &Ran, promise: &str) -> String {
    let report = ran.report();
    let verdicts = report["verdicts"].as_array().unwrap();
    let own = verdicts.iter().find(|own| own["invariant"] == promise).unwrap();
    own["summary"].as_str().unwrap().to_owned()
}

/// `rule severity` of each finding.
fn findings(ran: &Ran) -> Vec<String> {
    let report = ran.report();
    let findings = report["findings"].as_array().unwrap().iter();
    let words = findings
        .map(|own| format!("{} {}", own["rule"].as_str().unwrap(), own["severity"].as_str().unwrap()));
    words.collect()
}

const OF_STACK: [&str; 8] = [
    "log-boundary not-applicable",
    "dual-write not-applicable",
    "store-limits holds",
    "store-retention holds",
    "store-storage holds",
    "grafana-access holds",
    "collector-placement holds",
    "coherence holds",
];

#[test]
fn stack_of_nobody_in_particular_is_clean_in_its_profile_and_not_in_the_default() {
    let folder = with_stacks(&["anyone"]);
    let ran = run(folder.path(), &["-o", "json", "--profile", "stack", "anyone"], None);
    assert_eq!(
        (ran.code, findings(&ran), verdicts(&ran)),
        (0, Vec::new(), OF_STACK.map(str::to_owned).to_vec())
    );
    assert_eq!(
        summary(&ran, "log-boundary"),
        "profile `stack` has no boundary of its own; `allowed` in ptd-lint.yaml says where logs may go"
    );
    assert_eq!(summary(&ran, "dual-write"), "profile `stack` wants no second store for metrics");
    let ran = run(folder.path(), &["-o", "json", "anyone"], None);
    assert_eq!((ran.code, verdicts(&ran)[0].as_str()), (1, "log-boundary violated"));
}

#[test]
fn stack_of_nobody_in_particular_shows_real_faults() {
    for (file, from, to, rule) in [
        (
            "alloy.yaml",
            "[loki.process.pods.receiver]",
            "[loki.process.pod.receiver]",
            "unknown-reference error",
        ),
        ("alloy.yaml", "stage.cri {}", "stage.cry {}", "unknown-argument error"),
        (
            "alloy.yaml",
            "secretName: vendor-token",
            "secretName: vendor-tokens",
            "named-object-perhaps-missing warning",
        ),
        ("logs.yaml", "        delete_request_store: s3\n", "", "loki-retention-refused error"),
        ("logs.yaml", "chunks: harbour-logs-chunks", "chunks: chunks", "loki-bucket-not-named warning"),
        ("metrics.yaml", "per_user: 1500000", "per_user: 0", "mimir-series-unlimited error"),
        ("metrics.yaml", "max_global_series_per_user", "max_global_series_per_usr", "unknown-option error"),
        ("metrics.yaml", "harbour-metrics-rules", "harbour-metrics-blocks", "mimir-refuses-storage error"),
        ("grafana.yaml", "uid: logs", "uid: metrics", "data-source-repeated error"),
        ("grafana.yaml", "$__file{/etc/secrets/oauth}", "hunter2", "grafana-secret-in-plain-text error"),
    ] {
        let folder = with_stacks(&["anyone"]);
        let text = original("anyone", file);
        assert_eq!(text.matches(from).count(), 1, "{file} {from}");
        write(folder.path(), &format!("anyone/{file}"), text.replace(from, to).as_bytes());
        let ran = run(folder.path(), &["-o", "json", "--profile", "stack", "anyone"], None);
        assert_eq!(findings(&ran), [rule], "{file}: {from}");
        assert_eq!(ran.code, i32::from(rule.ends_with("error")), "{file}: {from}");
    }
}

#[test]
fn in_profile_stack_declared_destinations_draw_the_boundary() {
    let folder = with_stacks(&["anyone"]);
    let verdict = |settings: &str| {
        write(folder.path(), "ptd-lint.yaml", settings.as_bytes());
        let ran = run(folder.path(), &["-o", "json", "anyone"], None);
        (ran.code, verdicts(&ran)[0].clone(), findings(&ran))
    };
    let leak = vec!["logs-leave-workload error".to_owned()];
    let none = "version: 1\nprofile: stack\nallowed: []\n";
    assert_eq!(verdict(none), (1, "log-boundary violated".to_owned(), leak));
    let vendor = "version: 1\nprofile: stack\nallowed:\n  - { destination: '*.observability-vendor.example.net', reason: contract }\n";
    assert_eq!(verdict(vendor), (0, "log-boundary holds".to_owned(), Vec::new()));
}

#[test]
fn what_is_asked_for_by_id_runs_whatever_the_profile() {
    let folder = with_stacks(&["anyone"]);
    let arguments = ["-o", "json", "--profile", "stack", "--extend-select", "logs-leave-workload", "anyone"];
    let ran = run(folder.path(), &arguments, None);
    assert_eq!((ran.code, findings(&ran)), (1, vec!["logs-leave-workload error".to_owned()]));
    let ran = run(folder.path(), &["--profile", "stack", "--select", "declaration", "anyone"], None);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            2,
            "error: profile `stack` has no rule that `declaration` takes: name a rule by its id, or choose another profile\n"
        )
    );
}

#[test]
fn strict_fails_on_warnings_and_on_doubts() {
    let folder = with_stacks(&["sound"]);
    let code = |arguments: &[&str]| run(folder.path(), &[&["-o", "json"], arguments].concat(), None).code;
    assert_eq!(code(&["--profile", "strict", "sound"]), 0);
    let text = original("sound", "mimir.yaml");
    let from = "max_global_series_per_user: 800000";
    assert_eq!(text.matches(from).count(), 1);
    let to = "max_global_series_per_user: 700000";
    write(folder.path(), "sound/mimir.yaml", text.replace(from, to).as_bytes());
    assert_eq!((code(&["sound"]), code(&["--profile", "strict", "sound"])), (0, 1), "a warning");
    assert_eq!(code(&["--profile", "strict", "--fail-on", "error", "sound"]), 0, "the command line beats it");
    write(folder.path(), "ptd-lint.yaml", b"version: 1\nprofile: strict\nfail_on: error\n");
    assert_eq!(code(&["sound"]), 0, "settings beat the profile");
    write(folder.path(), "ptd-lint.yaml", b"version: 1\nprofile: strict\n");
    assert_eq!(
        (code(&["sound"]), code(&["--profile", "ptd", "sound"])),
        (1, 0),
        "the command line beats settings"
    );
    write(folder.path(), "sound/mimir.yaml", text.as_bytes());
    let doubt = &["--ignore", "series-limit-differs", "sound"];
    assert_eq!(code(doubt), 1, "an undecided promise");
    write(folder.path(), "ptd-lint.yaml", b"version: 1\nprofile: strict\nstrict: false\n");
    assert_eq!(code(doubt), 0);
}

#[test]
fn selectors_of_every_kind_choose_rules_and_what_is_left_out_is_undecided() {
    let folder = with_stacks(&["sound"]);
    let decided = |arguments: &[&str]| {
        let ran = run(folder.path(), &[&["-o", "json", "sound"], arguments].concat(), None);
        let held = verdicts(&ran).into_iter().filter(|verdict| verdict.ends_with(" holds"));
        (ran.code, held.map(|verdict| verdict.replace(" holds", "")).collect::<Vec<_>>().join(" "))
    };
    let all = "log-boundary dual-write store-limits store-retention store-storage grafana-access collector-placement coherence";
    let but = |name: &str| all.split(' ').filter(|own| *own != name).collect::<Vec<_>>().join(" ");
    for (arguments, code, held) in [
        (vec!["--select", "ALL"], 0, all.to_owned()),
        (vec!["--select", "log-boundary"], 0, "log-boundary".to_owned()),
        (vec!["--select", "log-boundary,dual-write"], 0, "log-boundary dual-write".to_owned()),
        (
            vec!["--select", "log-boundary", "--extend-select", "dual-write"],
            0,
            "log-boundary dual-write".to_owned(),
        ),
        (vec!["--select", "grafana"], 1, "grafana-access".to_owned()),
        (vec!["--ignore", "store-retention"], 0, but("store-retention")),
        (vec!["--ignore", "*-kept-for-ever"], 0, but("store-retention")),
        (vec!["--ignore", "logs-leave-workload"], 1, but("log-boundary")),
        (vec!["--select", "ALL", "--ignore", "log-boundary"], 1, but("log-boundary")),
    ] {
        assert_eq!(decided(&arguments), (code, held), "{arguments:?}");
    }
    let ran = run(folder.path(), &["-o", "json", "--ignore", "*-kept-for-ever", "sound"], None);
    assert_eq!(
        summary(&ran, "store-retention"),
        "2 of its rules were left out of this run (`--select`, `--ignore`, or the settings)"
    );
}

#[test]
fn command_line_beats_the_settings_file() {
    let folder = with_stacks(&["leaking"]);
    write(
        folder.path(),
        "ptd-lint.yaml",
        b"version: 1\nselect: [store-limits]\nignore: [logs-leave-workload]\n",
    );
    let found = |arguments: &[&str]| {
        findings(&run(folder.path(), &[&["-o", "json", "leaking"], arguments].concat(), None))
    };
    let leak = ["logs-leave-workload error".to_owned()];
    assert_eq!(found(&[]), [""; 0]);
    assert_eq!(found(&["--select", "log-boundary"]), [""; 0], "what the settings ignore by id stays ignored");
    assert_eq!(found(&["--select", "logs-leave-workload"]), leak);
    assert_eq!(found(&["--extend-select", "logs-leave-workload"]), leak);
    assert_eq!(found(&["--no-config"]), leak);
}

#[test]
fn settings_give_rules_another_severity() {
    let folder = with_stacks(&["leaking"]);
    let said = |severities: &str| {
        let settings = format!("version: 1\nrules: {{ severities: {{ {severities} }} }}\n");
        write(folder.path(), "ptd-lint.yaml", settings.as_bytes());
        let ran = run(folder.path(), &["-o", "json", "leaking"], None);
        (ran.code, findings(&ran).join(" "), verdicts(&ran)[0].clone())
    };
    let violated = "log-boundary violated".to_owned();
    assert_eq!(
        said("log-boundary: warning"),
        (0, "logs-leave-workload warning".to_owned(), violated.clone()),
        "less harm, and still broken"
    );
    assert_eq!(said("ALL: info, logs-*: error"), (1, "logs-leave-workload error".to_owned(), violated));
    assert_eq!(
        said("logs-leave-workload: off"),
        (1, String::new(), "log-boundary undecided".to_owned()),
        "what is not looked at does not hold"
    );
}

#[test]
fn mistakes_in_settings_are_told_at_their_places() {
    let folder = with_stacks(&["sound"]);
    for (line, told) in [
        ("select: [logs-leave-worklod]", "ptd-lint.yaml:2:10 unknown rule `logs-leave-worklod`"),
        ("extend_select: [lokki]", "ptd-lint.yaml:2:17 unknown rule `lokki`"),
        ("ignore: [loki, xyz-*]", "ptd-lint.yaml:2:16 no rule fits `xyz-*`"),
        ("rules: { severities: { lok: info } }", "ptd-lint.yaml:2:24 unknown rule `lok`"),
        ("rules: { severities: { loki: fatal } }", "ptd-lint.yaml:2:30 unknown severity `fatal`"),
        ("profile: stak", "ptd-lint.yaml:2:10 unknown profile `stak`"),
        ("profile: [stack]", "ptd-lint.yaml:2:10 unknown profile ``"),
        ("select: []", "ptd-lint.yaml:2:9 an empty `select` chooses no rule"),
    ] {
        write(folder.path(), "ptd-lint.yaml", format!("version: 1\n{line}\n").as_bytes());
        let ran = run(folder.path(), &["-o", "json", "sound"], None);
        assert_eq!(ran.code, 2, "{line}");
        let faults: Vec<String> = ran
            .findings("settings-fault")
            .iter()
            .map(|own| {
                let start = &own["location"];
                let place =
                    format!("{}:{}:{}", start["path"].as_str().unwrap(), start["line"], start["column"]);
                format!("{place} {}", own["message"].as_str().unwrap())
            })
            .collect();
        let errors = ran.errors();
        let (at, message) = told.split_once(' ').unwrap();
        let line_of = at.rsplit_once(':').unwrap().0;
        assert!(
            errors.iter().any(|error| error.starts_with(&format!("{line_of}: {message}"))),
            "{line}: {errors:?}"
        );
        assert_eq!(faults, [told], "{line}");
    }
}

#[test]
fn unknown_selectors_on_the_command_line_name_what_is_near() {
    let folder = with_stacks(&["sound"]);
    for option in ["--select", "--extend-select", "--ignore"] {
        let ran = run(folder.path(), &[option, "log-boundry", "sound"], None);
        assert_eq!(
            (ran.code, ran.stderr.as_str(), ran.stdout.as_str()),
            (2, "error: unknown rule `log-boundry`: did you mean `log-boundary`?\n", ""),
            "{option}"
        );
    }
    let ran = run(folder.path(), &["--select", "loki", "--ignore", "loki", "sound"], None);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (2, "error: the selectors leave no rule: what is selected is ignored too\n")
    );
    let ran = run(folder.path(), &["--profile", "stak", "sound"], None);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("a similar value exists: 'stack'"), "{}", ran.stderr);
}

/// The program with a variable of the environment.
fn run_with(folder: &Path, variable: &str, arguments: &[&str]) -> (i32, String) {
    #[expect(clippy::disallowed_methods, reason = "the tests start the program")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_ptd-lint"));
    command.current_dir(folder).args(arguments).env("PTD_LINT_CONFIG", variable);
    let output = command.output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn environment_names_a_settings_file_and_empty_means_unset() {
    let folder = with_stacks(&["sound"]);
    write(folder.path(), "ptd-lint.yaml", b"version: 1\nworkload: found\n");
    write(folder.path(), "named.yaml", b"version: 1\nworkload: by-variable\n");
    write(folder.path(), "other.yaml", b"version: 1\nworkload: by-option\n");
    let workload = |variable: &str, arguments: &[&str]| {
        let (code, out) = run_with(folder.path(), variable, &[&["config", "show"], arguments].concat());
        assert_eq!(code, 0, "{out}");
        out.lines().find(|line| line.contains("workload:")).unwrap().to_owned()
    };
    assert_eq!(workload("", &[]), "workload: found  # ptd-lint.yaml:2");
    assert_eq!(workload("named.yaml", &[]), "workload: by-variable  # named.yaml:2");
    assert_eq!(workload("named.yaml", &["--config", "other.yaml"]), "workload: by-option  # other.yaml:2");
    assert_eq!(workload("named.yaml", &["--workload", "x"]), "workload: x  # command line");
    let unset = "# workload:  # not set: named by its declaration or its folder";
    assert_eq!(workload("named.yaml", &["--no-config"]), unset);
    let (code, out) = run_with(folder.path(), "gone.yaml", &["sound"]);
    assert_eq!(code, 2);
    assert!(out.contains("gone.yaml"), "{out}");
}

#[test]
fn init_writes_settings_that_change_nothing_and_never_overwrites() {
    let folder = with_stacks(&["sound", "anyone"]);
    for stack in ["sound", "anyone"] {
        let before = run(folder.path(), &["-o", "json", stack], None);
        let ran = run(folder.path(), &["init", stack], None);
        let path = format!("{stack}/ptd-lint.yaml");
        assert_eq!(
            (ran.code, ran.stdout, ran.stderr),
            (0, String::new(), format!("wrote {path}; `ptd-lint config show` prints what is in effect\n"))
        );
        let after = run(folder.path(), &["-o", "json", stack], None);
        assert_eq!((after.code, findings(&after)), (before.code, findings(&before)), "{stack}");
        assert_eq!(verdicts(&after), verdicts(&before), "{stack}");
        let text = read(&folder.path().join(&path));
        assert_eq!(
            text.contains("\ncontrol_room: ops.tern.example.com  # as sound/ptd.yaml declares\n"),
            stack == "sound"
        );
        assert_eq!(text.contains("`stack` may be what you want"), stack == "anyone");
        let ran = run(folder.path(), &["init", stack], None);
        let refused = format!(
            "error: {path}: there is one already, and it stays as it is; `ptd-lint config show` tells what it says\n"
        );
        assert_eq!((ran.code, ran.stderr), (2, refused));
        assert_eq!(read(&folder.path().join(&path)), text);
    }
    let ran = run(folder.path(), &["init", "nowhere"], None);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (2, "error: nowhere/ptd-lint.yaml: the folder is not there\n")
    );
}

/// Every example that stands as a comment in the file is one that loads.
#[test]
fn init_in_an_empty_folder_says_the_defaults_and_its_examples_load() {
    let folder = TempDir::new().unwrap();
    let values = || {
        let ran = run(folder.path(), &["config", "show", "-o", "json"], None);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
        let settings = shown["settings"].as_object().unwrap().iter();
        let settings: Vec<_> = settings.map(|(key, own)| (key.clone(), own["value"].clone())).collect();
        let rules = shown["rules"].as_array().unwrap().iter();
        let rules: Vec<_> =
            rules.map(|own| [&own["id"], &own["runs"], &own["severity"]].map(Value::clone)).collect();
        (settings, rules)
    };
    let before = values();
    assert_eq!(run(folder.path(), &["init", "-q"], None).stderr, "");
    assert_eq!(values(), before);
    let path = folder.path().join("ptd-lint.yaml");
    // Lines of settings, not of prose: `# key: ...`, and those further in.
    let is_setting = |line: &str| {
        line.starts_with("#  ")
            || line.split_once(": ").map_or(line.ends_with(':'), |_| true)
                && line.strip_prefix("# ").is_some_and(|rest| {
                    let key = rest.split(':').next().unwrap();
                    key.chars().all(|c| c.is_ascii_lowercase() || c == '_') && rest.contains(':')
                })
    };
    let opened: Vec<String> = read(&path)
        .lines()
        .map(|line| if is_setting(line) { line.replacen("# ", "", 1) } else { line.to_owned() })
        .filter(|line| !["extend_select: []", "ignore: []"].contains(&line.as_str()))
        .collect();
    let keys = [
        "workload",
        "control_room",
        "domain",
        "declared",
        "limits",
        "allowed",
        "endpoints",
        "select",
        "rules",
        "fail_on",
        "strict",
        "stacks",
        "assume",
    ];
    for key in keys {
        assert!(opened.iter().any(|line| line.starts_with(&format!("{key}:"))), "{key} is not shown");
    }
    write(folder.path(), "ptd-lint.yaml", opened.join("\n").as_bytes());
    let ran = run(folder.path(), &["config", "show"], None);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", opened.join("\n"));
}

const MANY: &str = "version: 1\nworkload: \"0815\"\ncontrol_room: false\ndomain: heron.example.com\n\
    declared:\n  cloud: aws\n  sites: { main: heron.example.com }\n  clusters: { '20260115': { mimir_replicas: 3 } }\n\
    limits: { mimir: { max_global_series_per_user: { max: 800000, reason: 'a: b' } } }\n\
    allowed:\n  - { destination: '*.a.example.com', reason: 'no # comment' }\n\
    endpoints: [{ service: logs.x, is: loki }]\nprofile: strict\nextend_select: [loki-*]\nignore: [collector]\n\
    rules:\n  severities: { grafana: off, log-boundary: info }\n  settings: { series-limit-differs: { series: 5 } }\n\
    fail_on: info\nstrict: false\nstacks: [a, b]\nassume: { mimir: 2.10, loki: \"3.4\" }\n";

#[test]
fn what_is_shown_is_a_settings_file_that_says_the_same() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "ptd-lint.yaml", MANY.as_bytes());
    let values = |arguments: &[&str]| {
        let ran = run(folder.path(), &[&["config", "show", "-o", "json"], arguments].concat(), None);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{arguments:?}");
        let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
        let rules = shown["rules"].as_array().unwrap().iter();
        let rules: Vec<_> =
            rules.map(|own| [&own["id"], &own["runs"], &own["severity"]].map(Value::clone)).collect();
        (shown["settings"].clone(), rules)
    };
    for arguments in [
        vec![],
        vec!["--no-config"],
        vec![
            "--profile",
            "stack",
            "--control-room",
            "cr.example.com",
            "--assume",
            "mimir=3.0",
            "--fail-on",
            "warning",
            "--strict",
        ],
        vec!["--no-config", "--select", "loki", "--ignore", "loki-schema-refused"],
        vec!["--select", "ALL", "--ignore", "loki-*"],
        vec!["--extend-select", "anonymous-access-on"],
    ] {
        for verbose in [&["-v"][..], &[]] {
            let ran = run(folder.path(), &[&["config", "show"], &arguments[..], verbose].concat(), None);
            assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
            write(folder.path(), "again.yaml", ran.stdout.as_bytes());
        }
        let (settings, rules) = values(&arguments);
        let (again, rules_again) = values(&["--config", "again.yaml"]);
        assert_eq!(rules, rules_again, "{arguments:?}");
        for (key, own) in settings.as_object().unwrap() {
            assert_eq!(own["value"], again[key]["value"], "{key} under {arguments:?}");
        }
    }
}

#[test]
fn each_setting_says_where_it_comes_from() {
    let folder = with_stacks(&["sound"]);
    write(folder.path(), "ptd-lint.yaml", b"version: 1\nprofile: strict\nignore: [loki-*]\n");
    write(folder.path(), "sound/ptd-lint.yaml", b"version: 1\nselect: [store-limits]\n");
    let ran = run(folder.path(), &["config", "show", "--strict"], None);
    for line in [
        "# Settings file: ptd-lint.yaml",
        "profile: strict  # ptd-lint.yaml:2",
        "ignore: [\"loki-*\"]  # ptd-lint.yaml:3",
        "fail_on: warning  # profile strict",
        "strict: true  # command line",
        "extend_select: []  # default",
        "# domain:  # not set: that of ptd.yaml",
    ] {
        assert!(ran.stdout.lines().any(|own| own == line), "{line} in\n{}", ran.stdout);
    }
    let ran = run(folder.path(), &["config", "show", "sound", "-v"], None);
    for line in [
        "# Stack sound is governed by: sound/ptd-lint.yaml",
        "select: [store-limits]  # sound/ptd-lint.yaml:2",
    ] {
        assert!(ran.stdout.lines().any(|own| own == line), "{line} in\n{}", ran.stdout);
    }
    let of_rule = |id: &str| {
        let line = ran.stdout.lines().find(|line| line.starts_with(&format!("#   {id} "))).unwrap();
        line.split_whitespace().skip(2).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        of_rule("series-limit-differs"),
        "warning store-limits mimir ptd `store-limits`, sound/ptd-lint.yaml:2"
    );
    assert_eq!(
        of_rule("logs-leave-workload"),
        "error log-boundary flow stack not selected, sound/ptd-lint.yaml:2"
    );
}

#[test]
fn faults_of_settings_are_told_beside_what_is_shown() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "ptd-lint.yaml", b"version: 1\nfail_on: warnin\nselect: [lokki]\n");
    let ran = run(folder.path(), &["config", "show"], None);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.stderr,
        "error: ptd-lint.yaml:2: unknown severity `warnin`: did you mean `warning`?\n\
         error: ptd-lint.yaml:3: unknown rule `lokki`: did you mean `loki`?\n"
    );
}

#[test]
fn schema_is_the_published_one_and_knows_every_key() {
    let folder = TempDir::new().unwrap();
    let ran = run(folder.path(), &["config", "schema"], None);
    let published = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/config.schema.json"));
    assert_eq!((ran.code, ran.stdout.as_str()), (0, published.as_str()));
    let schema: Value = serde_json::from_str(&published).unwrap();
    let shown = run(folder.path(), &["config", "show", "-o", "json"], None);
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    for key in shown["settings"].as_object().unwrap().keys() {
        assert!(schema["properties"][key].is_object(), "{key}");
    }
    assert_eq!(schema["properties"]["profile"]["enum"], json!(["ptd", "strict", "stack"]));
}

#[test]
fn list_of_rules_honours_selectors_and_profiles() {
    let folder = TempDir::new().unwrap();
    let ids = |arguments: &[&str]| {
        let ran = run(folder.path(), &[&["rules"], arguments].concat(), None);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        let words =
            ran.stdout.lines().map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        words.collect::<Vec<_>>()
    };
    let all = ids(&[]);
    let of_stack = ids(&["--profile", "stack"]);
    assert!(all.len() > of_stack.len() && of_stack.iter().all(|line| line[4] == "stack"), "{of_stack:?}");
    let loki = ids(&["--select", "loki", "--ignore", "loki-*"]);
    assert!(
        !loki.is_empty() && loki.iter().all(|line| line[3] == "loki" && !line[0].starts_with("loki-")),
        "{loki:?}"
    );
    assert_eq!(
        ids(&["--select", "series-limit-differs"])[0][..5],
        ["series-limit-differs", "warning", "store-limits", "mimir", "ptd"]
    );
}

#[test]
fn only_what_selectors_take_is_mended() {
    let folder = with_stacks(&["sound"]);
    let text = original("sound", "mimir.yaml");
    let limit = "max_global_series_per_user: 800000";
    assert_eq!(text.matches(limit).count(), 1);
    write(
        folder.path(),
        "sound/mimir.yaml",
        text.replace(limit, "max_global_series_per_user: 700000").as_bytes(),
    );
    let mends = |arguments: &[&str]| {
        run(folder.path(), &[&["fix", "--check", "sound"], arguments].concat(), None).code
    };
    assert_eq!((mends(&["--select", "store-limits"]), mends(&["--select", "series-*"])), (1, 1));
    assert_eq!((mends(&["--select", "loki"]), mends(&["--ignore", "mimir"])), (0, 0));
    assert_eq!(
        mends(&["--ignore", "mimir", "--select", "series-limit-differs"]),
        1,
        "the more specific one wins"
    );
}
