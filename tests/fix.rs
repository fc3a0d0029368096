//! Runs `ptd-lint fix` on files as people keep them.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod program;

use std::path::Path;

use program::Ran;
use program::folder;
use program::run;
use program::write;
use tempfile::TempDir;

/// A rule with a fix, apart from those of the program.
const RULE: &str = r#"
id: test-series
title: Too few series
invariant: store-limits
severity: error
over: mimir
when: mimir.config.limits.max_global_series_per_user == 1000
message: "few series"
at: mimir.config.limits.max_global_series_per_user
why: it is a test
help: "Set it to {settings.series}."
fix:
  title: "set it to {settings.series}"
  changes:
    - set: mimir.config.limits.max_global_series_per_user
      value: settings.series
settings:
  series: { default: 1200, about: series, unit: series }
"#;

/// A rule whose fix is not safe.
const UNSAFE: &str = r#"
id: test-rate
title: Too low a rate
invariant: store-limits
severity: info
over: mimir
when: mimir.config.limits.ingestion_rate == 200000
message: "low rate"
at: mimir.config.limits.ingestion_rate
why: it is a test
help: Raise it.
fix:
  title: "raise it"
  safe: false
  changes:
    - set: mimir.config.limits.ingestion_rate
      literal: 300000
"#;

/// The configuration of a Mimir of that number, with comments and spaces by hand.
fn mimir(number: usize, series: usize, rate: usize) -> String {
    format!(
        "apiVersion: v1\nkind:   ConfigMap # by hand\nmetadata: {{name: mimir-config, namespace: mimir-{number}}}\n\
         data:\n  mimir.yaml: |\n    limits:\n      # how many\n      max_global_series_per_user:  {series} # series\n      \
         ingestion_rate: {rate}\n      ingestion_burst_size: 400000"
    )
}

fn old(number: usize) -> String {
    mimir(number, 1000, 200_000)
}

fn new(number: usize) -> String {
    mimir(number, 1200, 200_000)
}

/// A folder with rules and so many files below `in`, each in a folder of its own.
fn stack(files: usize) -> TempDir {
    let folder = folder(&[("rules/a.yaml", RULE.as_bytes()), ("rules/b.yaml", UNSAFE.as_bytes())]);
    for number in 0..files {
        write(folder.path(), &name(number), old(number).as_bytes());
    }
    folder
}

fn name(number: usize) -> String {
    format!("in/{number:03}/m.yaml")
}

fn read(folder: &Path, name: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "the tests look at what the program wrote")]
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// Mends, only what the rules of the test find.
fn fix(folder: &Path, words: &[&str], stdin: &str) -> Ran {
    let all = ["fix", "--rules", "rules", "--select", "test-series,test-rate"];
    run(folder, &[&all, words].concat(), Some(stdin.as_bytes()))
}

#[test]
fn files_are_mended_in_place_and_then_left_alone() {
    let folder = stack(2);
    let ran = fix(folder.path(), &["in"], "");
    let told = "\
fixed in/000/m.yaml (1 finding)
  in/000/m.yaml:8 test-series: set it to 1200
fixed in/001/m.yaml (1 finding)
  in/001/m.yaml:8 test-series: set it to 1200
2 findings fixed in 2 files, 2 with a fix that needs --unsafe
";
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (0, "", told));
    assert_eq!([read(folder.path(), &name(0)), read(folder.path(), &name(1))], [new(0), new(1)]);
    let again = fix(folder.path(), &["in"], "");
    let told = "0 findings fixed in 0 files, 2 with a fix that needs --unsafe\n";
    assert_eq!((again.code, &*again.stderr), (0, told));
    let ran = fix(folder.path(), &["--unsafe", "-q", "in/000", "in/001"], "");
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (0, "", ""));
    assert_eq!(read(folder.path(), &name(1)), mimir(1, 1200, 300_000));
}

#[test]
fn check_changes_nothing_and_fails() {
    let folder = stack(1);
    let ran = fix(folder.path(), &["--check", "in"], "");
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.starts_with("would fix in/000/m.yaml (1 finding)\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains("\n1 finding to be fixed in 1 file, 1 with"), "{}", ran.stderr);
    assert_eq!(read(folder.path(), &name(0)), old(0));
    assert_eq!(fix(folder.path(), &["--check", "--ignore", "test-series", "in"], "").code, 0);
    assert_eq!(fix(folder.path(), &["--check", "-q", "-"], &old(0)).code, 1);
    assert_eq!(fix(folder.path(), &["--check", "-q", "-"], &new(0)).code, 0);
}

#[test]
fn diff_shows_what_would_change_and_changes_nothing() {
    let folder = stack(2);
    let ran = fix(folder.path(), &["--diff", "-q", "in/001"], "");
    let expected = "\
--- a/in/001/m.yaml
+++ b/in/001/m.yaml
@@ -5,6 +5,6 @@
   mimir.yaml: |
     limits:
       # how many
-      max_global_series_per_user:  1000 # series
+      max_global_series_per_user:  1200 # series
       ingestion_rate: 200000
       ingestion_burst_size: 400000
\\ No newline at end of file
";
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (0, expected, ""));
    assert_eq!(read(folder.path(), &name(1)), old(1));
    let both = fix(folder.path(), &["--diff", "--check", "in"], "");
    assert_eq!((both.code, both.stdout.matches("@@ -5,6 +5,6 @@").count()), (1, 2));
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = stack(0);
    let ran = fix(folder.path(), &["-"], &old(3));
    assert_eq!((ran.code, &*ran.stdout), (0, &*new(3)));
    let ran = fix(folder.path(), &["-q", "-"], &new(3));
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (0, &*new(3), ""));
    let ran = fix(folder.path(), &["--stdin-filename", "x.yaml", "-"], &old(3));
    assert!(ran.stderr.contains("\n  x.yaml:8 test-series: set it to 1200\n"), "{}", ran.stderr);
}

#[test]
fn what_is_left_is_listed_when_asked_for() {
    let folder = stack(1);
    let words = ["fix", "--rules", "rules", "-v", "in"];
    let ran = run(folder.path(), &words, None);
    let line = "needs --unsafe in/000/m.yaml:9 test-rate: raise it\n";
    assert!(ran.stderr.contains(line), "{}", ran.stderr);
    let line = "needs a person in/000/m.yaml:3 mimir-outside-its-namespace: Mimir runs in namespace";
    assert!(ran.stderr.contains(line), "{}", ran.stderr);
}

#[test]
fn check_with_fix_reports_what_is_left() {
    let folder = stack(1);
    let lint = |words: &[&str]| {
        let all = ["check", "-o", "json", "--rules", "rules", "--select", "test-series,test-rate"];
        run(folder.path(), &[&all, words].concat(), Some(b""))
    };
    let before = lint(&["in"]);
    assert_eq!((before.code, before.findings("test-series").len()), (1, 1));
    let after = lint(&["--fix", "in"]);
    assert_eq!((after.findings("test-series").len(), after.findings("test-rate").len()), (0, 1));
    assert_eq!(after.report(), lint(&["in"]).report(), "what is reported is what is there");
    assert!(after.stderr.starts_with("fixed in/000/m.yaml (1 finding)\n"), "{}", after.stderr);
    assert_eq!(read(folder.path(), &name(0)), new(0));
    let all = lint(&["--fix", "--unsafe", "-q", "in"]);
    assert_eq!((all.findings("test-rate").len(), &*all.stderr), (0, ""));
    let ran = lint(&["--fix", "-"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("`ptd-lint fix -`"), "{}", ran.stderr);
    // What could not be written is still there, and makes the run incomplete.
    write(folder.path(), &name(0), old(0).as_bytes());
    protect(&folder.path().join(name(0)));
    let ran = lint(&["--fix", "in"]);
    assert_eq!((ran.code, ran.findings("test-series").len()), (2, 1));
    let why = "in/000/m.yaml: the file may not be written to; change its permissions";
    assert_eq!(ran.errors(), [why]);
}

fn protect(path: &Path) {
    let mut permissions = path.metadata().unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(path, permissions).unwrap();
}

#[test]
fn what_cannot_be_read_or_written_is_told_and_the_rest_is_mended() {
    let folder = stack(3);
    protect(&folder.path().join(name(1)));
    write(folder.path(), "in/broken.yaml", b"a: [\n");
    let ran = fix(folder.path(), &["in", "missing.yaml"], "");
    assert_eq!(ran.code, 2);
    let told: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(told[0], "error: missing.yaml: no such file or folder");
    assert!(told[1].starts_with("error: in/broken.yaml:"), "{told:?}");
    assert_eq!(told[2], "error: in/001/m.yaml: the file may not be written to; change its permissions");
    assert_eq!(told[3], "fixed in/000/m.yaml (1 finding)");
    assert!(told.last().unwrap().starts_with("2 findings fixed in 2 files"), "{told:?}");
    let texts = [0, 1, 2].map(|number| read(folder.path(), &name(number)));
    assert_eq!(texts, [new(0), old(1), new(2)]);
}

#[test]
fn nothing_is_mended_by_settings_or_rules_that_are_not_understood() {
    let folder = stack(1);
    write(folder.path(), "in/ptd-lint.yaml", b"settings: [\n");
    write(folder.path(), "bad.yaml", b"rules: {test-series: {}}\nunknown: 1\n");
    let ran = fix(folder.path(), &["--config", "bad.yaml", "in/000"], "");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.ends_with("nothing was changed: mend settings and rules first\n"), "{}", ran.stderr);
    assert_eq!(read(folder.path(), &name(0)), old(0));
    let ran = fix(folder.path(), &["--select", "no-such-rule", "in"], "");
    assert_eq!(ran.code, 2);
}

#[cfg(unix)]
#[test]
fn file_given_twice_or_by_a_link_is_mended_once() {
    let folder = stack(1);
    std::os::unix::fs::symlink("000/m.yaml", folder.path().join("in/link.yaml")).unwrap();
    let ran = fix(folder.path(), &["in/link.yaml", "in/000/m.yaml", "in/../in"], "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("fixed in/link.yaml (1 finding)\n"), "{}", ran.stderr);
    assert!(folder.path().join("in/link.yaml").symlink_metadata().unwrap().is_symlink());
    assert_eq!(read(folder.path(), &name(0)), new(0));
}

#[test]
fn one_go_and_one_by_one_threads_and_order_give_the_same() {
    let texts = |words: &[&[&str]]| {
        let folder = stack(3);
        for words in words {
            let ran = fix(folder.path(), words, "");
            assert_eq!(ran.code, 0, "{}", ran.stderr);
        }
        [0, 1, 2].map(|number| read(folder.path(), &name(number)))
    };
    let expected = [new(0), new(1), new(2)];
    assert_eq!(texts(&[&["in"]]), expected);
    assert_eq!(texts(&[&["in/002"], &["in/000/m.yaml"], &["in/001"]]), expected);
    assert_eq!(texts(&[&["in/002", "in/000", "in/001"]]), expected);
    assert_eq!(texts(&[&["--threads", "1", "in"]]), expected);
    assert_eq!(texts(&[&["--threads", "7", "in/**/*.yaml"]]), expected);
}

/// What the producer really renders, where that is at hand.
mod corpus {
    use std::collections::BTreeMap;
    use std::io::Write as _;
    use std::path::Path;

    use serde_json::Value;
    use tempfile::TempDir;

    use super::program::run;

    /// Copies what lies in a folder; the originals may be write-protected.
    #[expect(clippy::disallowed_methods, reason = "the tests read what the program is given")]
    fn copy(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                copy(&entry.path(), &target);
            } else {
                std::fs::write(target, std::fs::read(entry.path()).unwrap()).unwrap();
            }
        }
    }

    fn counts(report: &Value) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for finding in report["findings"].as_array().unwrap() {
            *counts.entry(finding["rule"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        counts
    }

    fn verdicts(report: &Value) -> Vec<(String, String)> {
        let verdicts = report["verdicts"].as_array().unwrap().iter();
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        verdicts.map(|verdict| (word(&verdict["invariant"]), word(&verdict["verdict"]))).collect()
    }

    #[test]
    fn every_case_has_fewer_findings_none_new_and_none_to_fix_again() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/ptd");
        if !corpus.is_dir() {
            let _ = writeln!(std::io::stderr(), "not run: ../shared/corpus/ptd is not there");
            return;
        }
        let mut cases: Vec<_> =
            std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
        cases.sort();
        let mut seen = 0;
        for (number, case) in cases.iter().filter(|case| case.join("manifests").is_dir()).enumerate() {
            // Each case in one form, and each form in some cases.
            let forms: [&[&str]; 4] =
                [&["manifests", "inputs"], &["helm-values"], &["kubectl/applied-list.json"], &["pulumi"]];
            let form: Vec<&str> =
                forms[number % 4].iter().copied().filter(|name| case.join(name).exists()).collect();
            for mode in [&[][..], &["--unsafe"]] {
                let folder = TempDir::new().unwrap();
                copy(case, folder.path());
                let lint = || {
                    run(folder.path(), &[&["-o", "json", "--no-config"], &form[..]].concat(), None).report()
                };
                let fix = |more: &[&str]| {
                    run(folder.path(), &[&["fix", "--no-config"], more, mode, &form[..]].concat(), None)
                };
                let before = lint();
                let fixed = fix(&[]);
                let after = lint();
                let name = format!("{} {form:?} {mode:?}: {}", case.display(), fixed.stderr);
                assert_eq!(fixed.code, 0, "{name}");
                assert_eq!(after["coverage"]["errors"], serde_json::json!([]), "{name}");
                let (old, new) = (counts(&before), counts(&after));
                for (rule, count) in &new {
                    assert!(old.get(rule) >= Some(count), "{rule} is new: {name}");
                }
                assert!(new.values().sum::<usize>() < old.values().sum(), "{name}");
                for (old, new) in verdicts(&before).into_iter().zip(verdicts(&after)) {
                    let better = old.0 == new.0 && (old.1 == new.1 || old.1 == "violated");
                    assert!(better, "{old:?} became {new:?}: {name}");
                }
                let again = fix(&["--check", "--diff"]);
                assert_eq!((again.code, &*again.stdout), (0, ""), "{name}");
                seen += 1;
            }
        }
        assert!(seen > 20, "{seen} runs");
    }
}

/// What only some systems can do to a run.
#[cfg(target_os = "linux")]
mod breaks {
    use std::io::Write as _;
    use std::path::Path;
    use std::process::Child;
    use std::process::Command;
    use std::process::Stdio;
    use std::time::Duration;
    use std::time::Instant;

    use super::name;
    use super::new;
    use super::old;
    use super::read;
    use super::stack;

    const WORDS: [&str; 6] = ["fix", "--rules", "rules", "--select", "test-series", "in"];

    #[expect(clippy::disallowed_methods, reason = "the tests start the program")]
    fn command(program: &str) -> Command {
        Command::new(program)
    }

    fn program(folder: &Path) -> Command {
        let mut command = command(env!("CARGO_BIN_EXE_ptd-lint"));
        command
            .current_dir(folder)
            .args(WORDS)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// How many files are new; each of them is old or new. And how many other files lie beside them.
    fn counted(folder: &Path, files: usize) -> (usize, usize) {
        let (mut changed, mut others) = (0, 0);
        for number in 0..files {
            let text = read(folder, &name(number));
            assert!(text == old(number) || text == new(number), "half a file: {text:?}");
            changed += usize::from(text == new(number));
            let beside = folder.join(name(number));
            others += std::fs::read_dir(beside.parent().unwrap()).unwrap().count() - 1;
        }
        (changed, others)
    }

    /// Waits until the first new file lies beside an old one, or the first has taken its place, or the run has ended.
    fn wait_until(replaced: bool, folder: &Path, child: &mut Child) {
        let first = folder.join(name(0));
        let is_there = || {
            if replaced {
                read(folder, &name(0)) == new(0)
            } else {
                std::fs::read_dir(first.parent().unwrap()).unwrap().count() > 1
            }
        };
        // Replacing a hundred files takes some milliseconds: there is no time for sleep.
        while !is_there() && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
    }

    /// How long a run takes from there to its end.
    fn measured(replaced: bool, files: usize) -> Duration {
        let folder = stack(files);
        let mut child = program(folder.path()).spawn().unwrap();
        wait_until(replaced, folder.path(), &mut child);
        let start = Instant::now();
        assert!(child.wait().unwrap().success());
        start.elapsed()
    }

    /// Ends runs while they write, each after another time.
    fn ended(rounds: u32, leaves: bool, end: impl Fn(&mut Child)) {
        #[expect(clippy::disallowed_methods, reason = "nightly runs ask for more")]
        let more = std::env::var_os("PTD_LINT_KILLS").is_some();
        let (files, rounds) = if more { (300, 10 * rounds) } else { (10, rounds) };
        let spans = [measured(false, files), measured(true, files)];
        let (mut before, mut within, mut after) = (0, 0, 0);
        for round in 0..rounds {
            let folder = stack(files);
            let mut child = program(folder.path()).spawn().unwrap();
            // Writing takes long, and replacing does not: every other run ends in the one, the others in the other.
            let replaced = round % 2 == 1;
            wait_until(replaced, folder.path(), &mut child);
            std::thread::sleep(
                spans[usize::from(replaced)].mul_f64(f64::from(round) / f64::from(2 * rounds)),
            );
            end(&mut child);
            child.wait().unwrap();
            let (changed, others) = counted(folder.path(), files);
            assert!(leaves || others == 0, "{others} files were left behind");
            match changed {
                0 => before += 1,
                changed if changed == files => after += 1,
                _ => within += 1,
            }
            // The next run is always the same, and takes most of the time.
            if round % 3 > 0 {
                continue;
            }
            assert!(program(folder.path()).status().unwrap().success());
            let (changed, others) = counted(folder.path(), files);
            // What was left beside a file that needs no change any more stays, and is no input.
            assert_eq!(changed, files);
            assert!(leaves || others == 0, "{others} files were left behind");
        }
        let _ = writeln!(
            std::io::stderr(),
            "{before} ended before, {within} while, {after} after files were replaced; writing took {spans:?}"
        );
    }

    fn signal(name: &'static str) -> impl Fn(&mut Child) {
        move |child| {
            assert!(command("kill").args([name, &child.id().to_string()]).status().unwrap().success());
        }
    }

    #[test]
    fn killed_run_leaves_each_file_old_or_new_and_the_next_completes() {
        ended(30, true, |child| child.kill().unwrap());
    }

    #[test]
    fn run_that_is_asked_to_end_leaves_nothing_behind() {
        ended(8, false, signal("-TERM"));
        ended(4, false, signal("-INT"));
    }

    /// The files of a run that was refused room: all old, nothing beside, and told.
    fn nothing_changed(folder: &Path, files: usize, output: &std::process::Output, why: &str) {
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(why) && stderr.contains("; nothing was changed\n"), "{stderr}");
        assert_eq!(counted(folder, files), (0, 0));
    }

    #[test]
    fn files_beyond_the_allowed_size_change_nothing() {
        let folder = stack(3);
        // Longer than the 1024 bytes that the program may write to one file, and behind shorter ones.
        let long = format!("{}\n# {}\n", old(2), "x".repeat(4096));
        super::write(folder.path(), &name(2), long.as_bytes());
        let program = env!("CARGO_BIN_EXE_ptd-lint");
        let script = format!("trap '' XFSZ; ulimit -f 2; exec {program} {}", WORDS.join(" "));
        let output = command("sh").current_dir(folder.path()).args(["-c", &script]).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains("nothing was changed"), "{stderr}");
        assert_eq!(counted(folder.path(), 2), (0, 0));
        assert_eq!(read(folder.path(), &name(2)), long);
    }

    /// Takes a disk away again, also where a test fails.
    struct Unmount(std::path::PathBuf);

    impl Drop for Unmount {
        fn drop(&mut self) {
            let _ = command("umount").arg(&self.0).status();
        }
    }

    #[test]
    fn full_disk_changes_nothing() {
        let files = 12;
        let folder = stack(files);
        let disk = folder.path().join("in");
        let kept = stack(files);
        let mount = command("mount")
            .args(["-t", "tmpfs", "-o", "size=80k,mode=755", "tmpfs"])
            .arg(&disk)
            .stderr(Stdio::null())
            .status();
        if !mount.is_ok_and(|status| status.success()) {
            let _ = writeln!(
                std::io::stderr(),
                "not run: full_disk_changes_nothing: only root may mount a small disk"
            );
            return;
        }
        let _unmount = Unmount(disk);
        // Each file takes a page of 4096 bytes: there is room for eight more.
        for number in 0..files {
            super::write(folder.path(), &name(number), read(kept.path(), &name(number)).as_bytes());
        }
        let output = command(env!("CARGO_BIN_EXE_ptd-lint")).current_dir(folder.path()).args(WORDS).output();
        nothing_changed(folder.path(), files, &output.unwrap(), "the disk is full");
    }
}
