//! `--watch` by the real program: files are edited as editors edit them, and each report is waited for.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod program;

use std::io::BufRead as _;
use std::io::BufReader;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use program::folder;
use program::run;
use program::write;

/// How long a report may take on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long is waited for what should not come. Some looks fit in.
const QUIET: Duration = Duration::from_millis(1500);

const SOUND: &[u8] = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\ndata: {c: d}\n";
const OTHER: &[u8] = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\ndata: {c: e}\n";
const BROKEN: &[u8] = b"a: [\n";

/// A rule that finds objects which occur twice once more.
const OWN: &str = "id: own-conflict
title: an object occurs twice
invariant: coherence
severity: warning
over: problem
when: problem.kind == \"conflicting-object\"
at: problem.kind
message: \"{problem.message}\"
why: It is a test.
help: Leave one out.
source: this test
";

/// A program that watches; killed when the test is over.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the tests start the program")]
        let mut command = Command::new(env!("CARGO_BIN_EXE_ptd-lint"));
        command.current_dir(folder).args(["--watch"]).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let (sender, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                if sender.send(line.unwrap()).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The last line of the next report: how many findings it has.
    fn report(&self) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|error| panic!("no report: {error}"));
            if line.ends_with(" infos") || line.ends_with(" 1 info") {
                return line;
            }
        }
    }

    /// Nothing is printed for a while.
    fn is_quiet(&self) {
        assert_eq!(self.lines.recv_timeout(QUIET), Err(RecvTimeoutError::Timeout));
    }

    #[cfg(unix)]
    fn signal(&mut self, name: &str) -> Option<i32> {
        #[expect(clippy::disallowed_methods, reason = "the tests send signals")]
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
        self.ended()
    }

    fn ended(&mut self) -> Option<i32> {
        let mut waited = Duration::ZERO;
        while waited < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
            waited += Duration::from_millis(20);
        }
        panic!("the watch does not end");
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const CLEAN: &str = "0 errors, 0 warnings, 0 infos";
const FOUND: &str = "1 error, 0 warnings, 0 infos";

#[test]
fn each_change_is_reported_once() {
    let folder = folder(&[("m/a.yaml", SOUND)]);
    let watch = Watch::start(folder.path(), &["m"]);
    assert_eq!(watch.report(), CLEAN);
    // A new file, in a new folder.
    write(folder.path(), "m/deep/er/b.yaml", OTHER);
    assert_eq!(watch.report(), FOUND);
    // As editors save: a new file takes the place of the old one.
    write(folder.path(), "m/.b.yaml.swp", SOUND);
    std::fs::rename(folder.path().join("m/.b.yaml.swp"), folder.path().join("m/deep/er/b.yaml")).unwrap();
    assert_eq!(watch.report(), CLEAN);
    // What changes nothing that is read: the same text again, other files.
    write(folder.path(), "m/a.yaml", SOUND);
    write(folder.path(), "m/.hidden.yaml", OTHER);
    write(folder.path(), "notes.yaml", OTHER);
    watch.is_quiet();
    write(folder.path(), "m/a.yaml", OTHER);
    assert_eq!(watch.report(), FOUND);
    std::fs::rename(folder.path().join("m/deep/er/b.yaml"), folder.path().join("m/b.txt")).unwrap();
    assert_eq!(watch.report(), CLEAN);
    std::fs::remove_file(folder.path().join("m/b.txt")).unwrap();
    write(folder.path(), "m/c.yaml", SOUND);
    assert_eq!(watch.report(), FOUND);
    std::fs::remove_file(folder.path().join("m/c.yaml")).unwrap();
    assert_eq!(watch.report(), CLEAN);
    watch.is_quiet();
}

#[test]
fn settings_and_rules_are_watched_too() {
    let folder = folder(&[("m/a.yaml", SOUND), ("m/b.yaml", OTHER)]);
    write(folder.path(), "rules/own.yaml", OWN.as_bytes());
    let watch = Watch::start(folder.path(), &["m", "--rules", "rules", "--no-control-room"]);
    assert_eq!(watch.report(), "1 error, 1 warning, 0 infos");
    write(folder.path(), "ptd-lint.yaml", b"version: 1\nignore: [conflicting-object]\n");
    assert_eq!(watch.report(), "0 errors, 1 warning, 0 infos");
    write(folder.path(), "rules/own.yaml", OWN.replace("severity: warning", "severity: info").as_bytes());
    assert_eq!(watch.report(), "0 errors, 0 warnings, 1 info");
    std::fs::remove_file(folder.path().join("ptd-lint.yaml")).unwrap();
    assert_eq!(watch.report(), "1 error, 0 warnings, 1 info");
    std::fs::remove_file(folder.path().join("rules/own.yaml")).unwrap();
    // Without the rules that were asked for the run is incomplete, and the watch goes on.
    assert_eq!(watch.report(), "1 error, 0 warnings, 0 infos");
    watch.is_quiet();
    write(folder.path(), "rules/own.yaml", OWN.as_bytes());
    assert_eq!(watch.report(), "1 error, 1 warning, 0 infos");
}

#[test]
#[cfg(unix)]
fn a_signal_ends_it_with_the_exit_code_of_the_last_run() {
    let folder = folder(&[("m/a.yaml", SOUND)]);
    let mut watch = Watch::start(folder.path(), &["m"]);
    assert_eq!(watch.report(), CLEAN);
    assert_eq!(watch.signal("INT"), Some(0));

    let mut watch = Watch::start(folder.path(), &["m"]);
    assert_eq!(watch.report(), CLEAN);
    write(folder.path(), "m/b.yaml", OTHER);
    assert_eq!(watch.report(), FOUND);
    assert_eq!(watch.signal("TERM"), Some(1));

    write(folder.path(), "m/b.yaml", BROKEN);
    let mut watch = Watch::start(folder.path(), &["m"]);
    watch.report();
    std::fs::remove_dir_all(folder.path().join("m")).unwrap();
    watch.report();
    assert_eq!(watch.signal("INT"), Some(2));
}

#[test]
#[cfg(unix)]
fn a_reader_that_goes_away_ends_it() {
    let folder = folder(&[("m/a.yaml", SOUND)]);
    let mut watch = Watch::start(folder.path(), &["m"]);
    assert_eq!(watch.report(), CLEAN);
    // The thread that reads ends with its next line, and the pipe with it.
    watch.lines = std::sync::mpsc::channel().1;
    let mut number = 0;
    while watch.child.try_wait().unwrap().is_none() {
        number += 1;
        assert!(number < 60, "the watch does not end");
        write(folder.path(), "m/a.yaml", format!("a{number}: 1\n").as_bytes());
        std::thread::sleep(Duration::from_secs(1));
    }
    assert_eq!(watch.ended(), Some(0));
}

#[test]
fn reports_that_it_writes_itself_are_no_change() {
    let folder = folder(&[("a.yaml", SOUND)]);
    let watch = Watch::start(folder.path(), &[".", "-o", "json=out.json", "-o", "human"]);
    assert_eq!(watch.report(), CLEAN);
    watch.is_quiet();
    assert!(folder.path().join("out.json").exists());
    write(folder.path(), "b.yaml", OTHER);
    assert_eq!(watch.report(), FOUND);
    watch.is_quiet();
}

#[test]
fn what_cannot_be_read_again_is_refused() {
    let folder = folder(&[("a.yaml", SOUND)]);
    for (arguments, words) in [
        (&["--watch", "-"][..], "standard input cannot be read again"),
        (&["--watch", "--live"], "cannot be used with"),
        (&["--watch", "--fix", "a.yaml"], "cannot be used with"),
        (&["--watch"], "nothing to check"),
    ] {
        let ran = run(folder.path(), arguments, None);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.contains(words), "{arguments:?}: {}", ran.stderr);
    }
}
