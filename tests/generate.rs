//! Runs `ptd-lint generate` as users do: in pipes, into folders, with flags that are wrong.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]
#![expect(clippy::disallowed_methods, reason = "the tests look at what was written")]

mod program;

use std::path::Path;

use program::Ran;
use program::folder;
use program::run;

/// The least that has to be said.
const WORKLOAD: &[&str] =
    &["--cloud", "aws", "--workload", "acme01-production", "--domain", "acme.example.com"];

/// Runs `ptd-lint generate` for the workload.
fn generate(folder: &Path, words: &[&str]) -> Ran {
    let all: Vec<&str> = ["generate"].iter().chain(WORKLOAD).chain(words).copied().collect();
    run(folder, &all, None)
}

/// The names and contents of a folder's files.
fn contents(folder: &Path) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    found.sort();
    found
}

#[test]
fn what_is_piped_into_check_keeps_all_promises() {
    let folder = folder(&[]);
    for cloud in ["aws", "azure"] {
        for room in [&["--control-room", "cr.example.com"][..], &[]] {
            for form in ["values", "helmchart", "manifests", "alloy"] {
                let words = [
                    "generate",
                    "--cloud",
                    cloud,
                    "--workload",
                    "acme01-production",
                    "--domain",
                    "acme.example.com",
                    "--as",
                    form,
                ];
                let words: Vec<&str> = words.iter().chain(room).copied().collect();
                let made = run(folder.path(), &words, None);
                assert_eq!(made.code, 0, "{words:?}: {}", made.stderr);
                let checked = run(
                    folder.path(),
                    &["check", "--strict", "--fail-on", "info", "-"],
                    Some(made.stdout.as_bytes()),
                );
                assert_eq!(checked.code, 0, "{words:?}: {}{}", checked.stdout, checked.stderr);
            }
        }
    }
}

#[test]
fn same_words_give_the_same_bytes() {
    let folder = folder(&[]);
    let words = ["--as", "helmchart", "--control-room", "cr.example.com"];
    let (one, two) = (generate(folder.path(), &words), generate(folder.path(), &words));
    assert_eq!(one.code, 0, "{}", one.stderr);
    assert_eq!(one.stdout, two.stdout);
    assert!(one.stdout.starts_with("# namespaces.yaml: "), "{}", one.stdout);
    assert!(one.stderr.contains("assumed: the region is us-east-2 (`--region`)"), "{}", one.stderr);
    assert!(
        one.stderr.contains("has to be there: Secret mimir-auth in namespace alloy, with password"),
        "{}",
        one.stderr
    );
    let quiet = generate(folder.path(), &["--as", "alloy", "-q"]);
    assert_eq!((quiet.code, &*quiet.stderr), (0, ""));
}

#[test]
fn what_is_written_is_formatted() {
    let folder = folder(&[]);
    for form in ["values", "helmchart", "alloy"] {
        let made = generate(folder.path(), &["--as", form, "--out", form]);
        assert_eq!(made.code, 0, "{}", made.stderr);
        let checked = run(folder.path(), &["fmt", "--check", form], None);
        assert_eq!(checked.code, 0, "{form}: {}", checked.stderr);
    }
}

#[test]
fn a_second_run_into_a_folder_changes_nothing() {
    let folder = folder(&[]);
    let words = ["--as", "values", "--out", "new/stack"];
    let first = generate(folder.path(), &words);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert!(first.stderr.contains("wrote new/stack/mimir.yaml"), "{}", first.stderr);
    let stack = folder.path().join("new/stack");
    let before = contents(&stack);
    assert!(before.iter().any(|(name, _)| name == "grafana.yaml"), "{before:?}");
    let modified = std::fs::metadata(stack.join("mimir.yaml")).unwrap().modified().unwrap();
    let second = generate(folder.path(), &words);
    assert_eq!((second.code, &*second.stdout), (0, ""));
    assert!(!second.stderr.contains("wrote") && second.stderr.contains("unchanged"), "{}", second.stderr);
    assert_eq!(contents(&stack), before);
    assert_eq!(std::fs::metadata(stack.join("mimir.yaml")).unwrap().modified().unwrap(), modified);
}

#[test]
fn changed_files_are_shown_and_kept_unless_forced() {
    let folder = folder(&[]);
    let words = ["--as", "values", "--out", "s"];
    assert_eq!(generate(folder.path(), &words).code, 0);
    let file = folder.path().join("s/mimir.yaml");
    let own = std::fs::read_to_string(&file).unwrap().replace("800000", "900000");
    let own = format!("{own}adminPassword: hunter2-hunter2\n");
    std::fs::write(&file, &own).unwrap();
    std::fs::remove_file(folder.path().join("s/loki.yaml")).unwrap();
    let before = contents(&folder.path().join("s"));

    let refused = generate(folder.path(), &words);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(refused.stdout.contains("--- a/s/mimir.yaml\n+++ b/s/mimir.yaml\n"), "{}", refused.stdout);
    assert!(refused.stdout.contains("-      max_global_series_per_user: 900000"), "{}", refused.stdout);
    assert!(refused.stdout.contains("+      max_global_series_per_user: 800000"), "{}", refused.stdout);
    assert!(!refused.stdout.contains("hunter2"), "{}", refused.stdout);
    assert!(refused.stderr.contains("1 of the files in s differ"), "{}", refused.stderr);
    assert_eq!(contents(&folder.path().join("s")), before, "all files or none");

    let forced = generate(folder.path(), &["--as", "values", "--out", "s", "--force"]);
    assert_eq!(forced.code, 0, "{}", forced.stderr);
    assert!(forced.stderr.contains("replaced s/mimir.yaml") && forced.stderr.contains("wrote s/loki.yaml"));
    assert!(std::fs::read_to_string(&file).unwrap().contains("800000"));
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_leaves_all_as_they_were() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder(&[("s/mimir.yaml", b"a: 1\n"), ("s/alloy.yaml", b"b: 1\n")]);
    let locked = folder.path().join("s/mimir.yaml");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o444)).unwrap();
    let before = contents(&folder.path().join("s"));
    let ran = generate(folder.path(), &["--as", "values", "--out", "s", "--force"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("s/mimir.yaml: the file may not be written to"), "{}", ran.stderr);
    assert_eq!(contents(&folder.path().join("s")), before);
}

#[test]
fn wrong_words_are_told_with_their_flags() {
    let folder = folder(&[]);
    for (words, told) in [
        (&["--region", "us east"][..], "--region: `us east` is not a region"),
        (&["--account-id", "12"], "--account-id: `12` is not an AWS account: 12 digits"),
        (
            &["--control-room", "https://cr.example.com"],
            "--control-room: `https://cr.example.com` is not a domain",
        ),
        (&["--site", "main"], "--site: `main` is not of the form NAME=DOMAIN"),
        (&["--site", "Main=x.example.com"], "--site: `Main` is not a site's name"),
        (&["--site", "a=x.example.com", "--site", "a=y.example.com"], "--site: site `a` is given twice"),
        (&["--product", "main.rstudio=x"], "--product: `rstudio` is no product"),
        (&["--product", "lab.connect=x"], "--product: site `lab` has no domain: say `--site lab=DOMAIN`"),
        (&["--tenant-name", "a{{ b }}"], "--tenant-name: `a{{ b }}` is not a label's value"),
        (&["--tenant-name", "a\nb"], "--tenant-name: "),
        (&["--tenant-name", "%q"], "--tenant-name: `%q` is not a label's value"),
        (&["--log-retention", "forever"], "--log-retention: `forever` is not a length of time"),
        (&["--tolerate", "a b"], "--tolerate: `a b` is not a taint"),
        (&["--replicas", "0"], "--replicas: 0 pods are not enough"),
        (
            &["--subscription-id", "00000000-0000-4000-8000-0000000000a1"],
            "--subscription-id: subscriptions are Azure's",
        ),
        (&["--client-id", "grafana=1"], "--client-id: `grafana=1` is not an identity"),
        (&["--network-trust", "SOME"], "--network-trust: `SOME` is not a level of trust"),
        (&["--filter-control-room-metrics"], "--filter-from"),
        (&["--filter-from", "none.yaml"], "none.yaml: no such file or folder"),
        (&["--force"], "--out"),
        (&["nothing.yaml"], "nothing.yaml: no such file or folder"),
    ] {
        let words: Vec<&str> = ["--as", "alloy"].iter().chain(words).copied().collect();
        let ran = generate(folder.path(), &words);
        assert_eq!((ran.code, &*ran.stdout), (2, ""), "{words:?}");
        assert!(ran.stderr.contains(told), "{words:?}: {}", ran.stderr);
    }
    let ran = run(folder.path(), &["generate", "--as", "alloy"], None);
    assert_eq!(ran.code, 2);
    for told in [
        "the cloud is not known: say --cloud aws",
        "the workload's name is not known",
        "the domain is not known",
    ] {
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
    }
}

#[test]
fn nobody_is_asked_without_a_terminal() {
    let folder = folder(&[]);
    let ran = generate(folder.path(), &["--as", "alloy", "--interactive"]);
    assert_eq!((ran.code, &*ran.stdout), (2, ""));
    assert!(ran.stderr.contains("--interactive: there is nobody to ask"), "{}", ran.stderr);
}

/// A declaration of a workload with two sites.
const DECLARATION: &str = "\
apiVersion: posit.team/v1
kind: AWSWorkloadConfig
spec:
  account_id: '111122223333'
  region: eu-west-1
  control_room_domain: cr.example.com
  clusters:
    '20260115':
      spec: {}
  sites:
    main:
      spec: { domain: acme.example.com, use_traefik_forward_auth: true }
    lab:
      spec: { domain: lab.example.org }
";

#[test]
fn declarations_are_read_and_flags_beat_them() {
    let site = "apiVersion: core.posit.team/v1beta1\nkind: Site\nspec:\n  connect: { replicas: 0 }\n  workbench: { domainPrefix: dev }\n  enableFqdnHealthChecks: false\n";
    let folder = folder(&[
        ("__work__/acme02-staging/ptd.yaml", DECLARATION.as_bytes()),
        ("__work__/acme02-staging/site_lab/site.yaml", site.as_bytes()),
    ]);
    let words = ["generate", "__work__/acme02-staging", "--as", "helmchart", "--region", "eu-west-2"];
    let ran = run(folder.path(), &words, None);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for expected in [
        "\"default_acme02-staging-20260115-control-plane\"",
        "arn:aws:iam::111122223333:role/alloy.acme02-staging.posit.team",
        "regions     = [\"eu-west-2\"]",
        "\"X-Scope-OrgID\" = \"111122223333\"",
        "http://lab-workbench.posit-team.svc.cluster.local/health-check",
        "https://connect.acme.example.com/__ping__",
        "\"https://lab.example.org\"",
    ] {
        assert!(ran.stdout.contains(expected), "{expected}:\n{}", ran.stdout);
    }
    for other in ["lab-connect", "dev.lab.example.org", "eu-west-1"] {
        assert!(!ran.stdout.contains(other), "{other}");
    }
    // With its declaration beside it, nothing is found.
    let out = run(
        folder.path(),
        &["generate", "__work__/acme02-staging", "--as", "helmchart", "--out", "__work__/acme02-staging"],
        None,
    );
    assert_eq!(out.code, 0, "{}", out.stderr);
    let checked = run(folder.path(), &["check", "--strict", "--fail-on", "info", "__work__"], None);
    assert_eq!(checked.code, 0, "{}", checked.stdout);
}

#[test]
fn one_of_several_declared_clusters_is_chosen() {
    let both = DECLARATION.replace(
        "    '20260115':\n      spec: {}\n",
        "    '20260115':\n      spec: { components: { loki_replicas: 4 } }\n    '20260401':\n      spec: { components: { loki_version: 5.42.0, mimir_replicas: 2 } }\n",
    );
    let folder = folder(&[("w/ptd.yaml", both.as_bytes())]);
    let words = ["generate", "w", "--as", "values"];
    let ran = run(folder.path(), &words, None);
    assert_eq!(ran.code, 2);
    let told =
        "which of the declared clusters is meant (20260115, 20260401) is not known: say --release RELEASE";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    let ran = run(folder.path(), &[&words[..], &["--release", "20270101"]].concat(), None);
    assert!(
        ran.stderr.contains("--release: no such cluster is declared; there is 20260115, 20260401"),
        "{}",
        ran.stderr
    );
    let ran = run(folder.path(), &[&words[..], &["--release", "20260401"]].concat(), None);
    assert!(ran.code == 2 && ran.stderr.contains("w/ptd.yaml:11: 2 pods are not enough"), "{}", ran.stderr);
    let ran = run(folder.path(), &[&words[..], &["--release", "20260401", "--replicas", "3"]].concat(), None);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let told =
        "assumed: the chart loki is 18.11.0, where w/ptd.yaml:11 declares 5.42.0: it has to be declared anew";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    assert!(ran.stdout.contains("ptd-w-20260401-mimir"), "{}", ran.stdout);
    let ran = run(folder.path(), &[&words[..], &["--release", "20260115"]].concat(), None);
    assert_eq!((ran.code, ran.stdout.matches("  replicas: 4\n").count()), (0, 3), "{}", ran.stderr);
}

#[test]
fn faults_of_declarations_name_file_and_line() {
    let broken = DECLARATION.replace("111122223333", "12").replace("lab.example.org", "lab example");
    let folder = folder(&[
        ("w/ptd.yaml", broken.as_bytes()),
        (
            "room/ptd.yaml",
            b"apiVersion: posit.team/v1\nkind: AWSControlRoomConfig\nspec: { domain: cr.example.com }\n",
        ),
        ("x.yaml", b"a: 1\n"),
    ]);
    let ran = run(folder.path(), &["generate", "w/ptd.yaml", "--as", "alloy"], None);
    assert_eq!((ran.code, &*ran.stdout), (2, ""));
    assert!(ran.stderr.contains("w/ptd.yaml:4: `12` is not an AWS account"), "{}", ran.stderr);
    assert!(ran.stderr.contains("w/ptd.yaml:14: `lab example` is not a domain"), "{}", ran.stderr);
    let ran = run(folder.path(), &["generate", "room", "--as", "alloy"], None);
    assert!(ran.code == 2 && ran.stderr.contains("declares a control room"), "{}", ran.stderr);
    let ran = run(folder.path(), &["generate", "x.yaml", "--as", "alloy"], None);
    assert!(ran.code == 2 && ran.stderr.contains("x.yaml: declares nothing"), "{}", ran.stderr);
}

#[test]
fn settings_of_rules_change_what_is_written() {
    let settings = b"version: 1\nrules:\n  settings:\n    series-limit-differs: { series: 123456 }\n    metrics-kept-for-ever: { period: 2y }\n";
    let folder = folder(&[("ptd-lint.yaml", settings)]);
    let made = generate(folder.path(), &["--as", "values"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(made.stdout.contains("max_global_series_per_user: 123456\n"), "{}", made.stdout);
    assert!(made.stdout.contains("compactor_blocks_retention_period: 2y\n"), "{}", made.stdout);
    let own = generate(folder.path(), &["--as", "values", "--no-config"]);
    assert!(own.stdout.contains("max_global_series_per_user: 800000\n"), "{}", own.stdout);
    let broken = b"version: 1\nrules:\n  settings:\n    series-limit-differs: { serie: 1 }\n";
    program::write(folder.path(), "ptd-lint.yaml", broken);
    let told = generate(folder.path(), &["--as", "values"]);
    assert_eq!(told.code, 2);
    assert!(
        told.stderr.contains("ptd-lint.yaml:4: rule `series-limit-differs` has no setting `serie`"),
        "{}",
        told.stderr
    );
}

#[test]
fn the_filter_keeps_what_alerts_and_dashboards_read() {
    let rules = b"groups:\n  - name: g\n    rules:\n      - alert: Down\n        expr: up == 0\n      - alert: Full\n        expr: node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1\n";
    let open = b"groups:\n  - name: g\n    rules:\n      - alert: Any\n        expr: '{job=\"x\"} == 0'\n";
    let folder = folder(&[("cr/rules.yaml", rules), ("open/rules.yaml", open)]);
    let words = ["--control-room", "cr.example.com", "--filter-control-room-metrics", "--filter-from"];
    let with = |path: &'static str| [&words[..], &[path, "--as", "alloy"]].concat();
    let made = generate(folder.path(), &with("cr"));
    assert_eq!(made.code, 0, "{}", made.stderr);
    let kept = "\"node_filesystem_avail_bytes|node_filesystem_size_bytes|up\"";
    assert!(made.stdout.contains(kept), "{}", made.stdout);
    assert_eq!(made.stdout.matches("action        = \"keep\"").count(), 1);
    let refused = generate(folder.path(), &with("open"));
    assert_eq!((refused.code, &*refused.stdout), (2, ""));
    assert!(
        refused.stderr.contains("it cannot be told which metrics alert `Any` reads"),
        "{}",
        refused.stderr
    );
}
