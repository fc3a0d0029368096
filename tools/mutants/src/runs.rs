//! Turns tests and a switched change into whether they notice it; and tests alone into what they come across.

use std::collections::BTreeSet;
use std::io::BufRead as _;
use std::io::BufReader;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;
use std::time::Instant;

use crate::tree::TestProgram;

/// One test, and what it came across when no change was on.
pub(crate) struct Test {
    /// Which program has it.
    pub(crate) program: usize,
    /// Its name there.
    pub(crate) name: String,
    /// How long it runs by itself.
    pub(crate) takes: Duration,
    /// Numbers of the changes that it comes across.
    pub(crate) reached: BTreeSet<usize>,
}

/// How a run ended.
#[derive(PartialEq, Eq)]
pub(crate) enum Ended {
    /// All tests passed.
    Passed,
    /// This test failed.
    Failed(String),
    /// The program ended without a word of a test that failed.
    Died,
    /// It took too long.
    Hung,
}

/// What no test needs longer than.
const LONGEST: Duration = Duration::from_secs(300);

/// The names of a program's tests.
pub(crate) fn names(program: &TestProgram, copy: &Path) -> Result<Vec<String>, String> {
    let output = command(program, copy)
        .args(["--list", "--format", "terse"])
        .output()
        .map_err(|error| format!("{}: {error}", program.path.display()))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}

/// Runs one test by itself and notes what it comes across in `note`, a file. `None` where it fails as it is.
pub(crate) fn record(programs: &[TestProgram], program: usize, name: &str, copy: &Path, note: &Path) -> Option<Test> {
    let _ = std::fs::remove_file(note);
    let start = Instant::now();
    let mut command = command(&programs[program], copy);
    command.args(["--exact", name, "--test-threads=1"]).env("MUTANTS_REACHED", note);
    let ended = run(command, LONGEST);
    let takes = start.elapsed();
    let noted = std::fs::read_to_string(note).unwrap_or_default();
    let reached = noted.lines().filter_map(|line| line.parse().ok()).collect();
    (ended == Ended::Passed).then(|| Test { program, name: name.to_owned(), takes, reached })
}

/// Runs tests with a change on, the most telling first, until one fails.
pub(crate) fn try_change(programs: &[TestProgram], tests: &[&Test], copy: &Path, number: usize) -> Ended {
    let mut rest = tests;
    // Small runs first: most changes fail one of the first few tests, and a start costs little.
    let mut budget = Duration::from_millis(300);
    while let Some(first) = rest.first() {
        let mut total = first.takes;
        let mut count = 1;
        while let Some(next) = rest.get(count).filter(|next| next.program == first.program && total + next.takes <= budget) {
            total += next.takes;
            count += 1;
        }
        let mut command = command(&programs[first.program], copy);
        command.args(["--exact", "--test-threads=1"]).env("MUTANT", number.to_string());
        command.args(rest[..count].iter().map(|test| &test.name));
        let ended = run(command, total * 5 + Duration::from_secs(5));
        if ended != Ended::Passed {
            return ended;
        }
        rest = &rest[count..];
        budget = (budget * 4).min(Duration::from_secs(8));
    }
    Ended::Passed
}

/// A program that runs tests, as cargo would run it.
fn command(program: &TestProgram, copy: &Path) -> Command {
    let mut command = Command::new(&program.path);
    command.current_dir(copy).env("CARGO_MANIFEST_DIR", copy).env_remove("UPDATE").env_remove("RUST_BACKTRACE");
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command
}

/// Runs a test program until it ends, a test fails or time is over.
fn run(mut command: Command, longest: Duration) -> Ended {
    let Ok(mut child) = command.stdout(Stdio::piped()).spawn() else { return Ended::Died };
    let Some(out) = child.stdout.take() else { return Ended::Died };
    let (send, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    let end = Instant::now() + longest;
    let ended = loop {
        match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
                    break Ended::Failed(name.to_owned());
                }
            }
            Err(mpsc::RecvTimeoutError::Timeout) => break Ended::Hung,
            Err(mpsc::RecvTimeoutError::Disconnected) => break finished(&mut child),
        }
    };
    // Of a test that has failed, the others need not run.
    let _ = child.kill();
    let _ = child.wait();
    drop(lines);
    ended
}

/// How a program ended that has closed its output.
fn finished(child: &mut Child) -> Ended {
    match child.wait() {
        Ok(status) if status.success() => Ended::Passed,
        _ => Ended::Died,
    }
}
