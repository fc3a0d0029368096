//! Runs the real program while the world falls apart around it: files vanish, change, become folders, links, pipes; disks are
//! full, readers go away, signals come. What was read keeps its findings, exit codes are true, and files are old or new.
//!
//! `PTD_LINT_CHAOS_ROUNDS` is the number of rounds (1,000 for a long run), `PTD_LINT_CHAOS_SEED` the seed of the first. A round
//! that fails names its own seed, with which it is made again; when something happens is a matter of the machine's speed too.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]
#![expect(clippy::disallowed_methods, reason = "the tests make and break files, and start programs")]

mod judge;
#[path = "../program/mod.rs"]
mod program;
mod round;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use judge::is_whole;
use judge::judge;
use round::Round;
use round::SWAPPED;
use round::Task;
use round::Trouble;
use round::inputs;
use round::tasks;

/// How many rounds an ordinary run has.
const ROUNDS: u64 = 24;

/// A run that takes longer hangs.
const HANGS: Duration = Duration::from_secs(120);

/// What a run left.
struct Left {
    status: ExitStatus,
    stdout: Vec<u8>,
    stderr: String,
}

/// A folder with all inputs and an old report.
fn world(base: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::TempDir::new().unwrap();
    for (name, text) in inputs() {
        program::write(folder.path(), &name, text.as_bytes());
    }
    program::write(folder.path(), "out/report", OLD);
    if !base.is_empty() {
        program::write(folder.path(), "base.yaml", base);
    }
    folder
}

/// A report that was there before.
const OLD: &[u8] = b"the old report\n";

/// The command, through a shell where the disk is to be full.
fn command(folder: &Path, round: &Round) -> Command {
    let program = program::command(folder, &round.task.words);
    let Trouble::DiskFull(blocks) = round.trouble else { return program };
    let mut shell = Command::new("sh");
    // A write beyond the limit is an error, as on a full disk, and no signal.
    shell.args(["-c", "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"", &blocks.to_string()]);
    shell.arg(program.get_program()).args(program.get_args()).current_dir(folder);
    shell
}

/// Runs a round in its folder.
fn run(folder: &Path, round: &Round, took: Duration) -> Left {
    let outside = Path::new("/etc/passwd");
    for (path, damage) in &round.before {
        damage.happen(&folder.join(path), outside);
    }
    let mut command = command(folder, round);
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    if round.trouble == Trouble::StdoutFull {
        command.stdout(fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    } else {
        command.stdout(Stdio::piped());
    }
    let start = Instant::now();
    let mut child = command.spawn().unwrap();
    let until = |share: f32| {
        std::thread::sleep(took.mul_f32(share).saturating_sub(start.elapsed()));
    };
    let (stdout, mut stderr) = (child.stdout.take(), child.stderr.take().unwrap());
    let id = child.id().to_string();
    let (stdout, stderr) = std::thread::scope(|scope| {
        let out = scope.spawn(move || {
            let mut bytes = Vec::new();
            let most = if let Trouble::ReaderLeaves(after) = round.trouble { after as u64 } else { u64::MAX };
            // The pipe is closed when it is dropped.
            let _ = stdout.map(|pipe| pipe.take(most).read_to_end(&mut bytes).unwrap());
            bytes
        });
        let err = scope.spawn(move || {
            let mut bytes = Vec::new();
            stderr.read_to_end(&mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        });
        scope.spawn(|| {
            for (share, path, damage) in &round.during {
                until(*share);
                damage.happen(&folder.join(path), outside);
            }
        });
        scope.spawn(|| {
            if let Some(share) = round.swapped {
                until(share);
                let _ = fs::rename(folder.join(SWAPPED), folder.join("away"));
                let _ = fs::write(folder.join(SWAPPED), "a: 1\n");
            }
        });
        scope.spawn(|| {
            if let Trouble::Signal(name, _) = round.trouble {
                until(round.at);
                // Nobody has waited for the process yet, so its number is its own.
                let _ = Command::new("kill").args([&format!("-{name}"), &id]).stderr(Stdio::null()).status();
            }
        });
        // Readers end with the process; one that hangs is ended here.
        while !(out.is_finished() && err.is_finished()) {
            if start.elapsed() > HANGS {
                let _ = Command::new("kill").args(["-KILL", &id]).status();
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        (out.join().unwrap(), err.join().unwrap())
    });
    Left { status: child.wait().unwrap(), stdout, stderr }
}

/// What runs do that nothing disturbs.
struct Known {
    /// A baseline of the inputs.
    base: Vec<u8>,
    /// What each command makes of the files, and how long it takes; made when it is first asked for.
    tasks: BTreeMap<Vec<&'static str>, (BTreeMap<String, String>, Duration)>,
}

impl Known {
    fn of_inputs() -> Self {
        let first = world(b"");
        let made = program::run(first.path(), &["-o", "json", "--write-baseline", "base.yaml", "in"], None);
        assert_eq!(made.stderr.matches("error").count(), 0, "{}", made.stderr);
        Self { base: fs::read(first.path().join("base.yaml")).unwrap(), tasks: BTreeMap::new() }
    }

    /// Runs the command where nothing disturbs it, once.
    fn learn(&mut self, task: &Task) {
        if self.tasks.contains_key(&task.words) {
            return;
        }
        let folder = world(&self.base);
        let start = Instant::now();
        let ran = program::run(folder.path(), &task.words, None);
        let took = start.elapsed();
        assert!([0, 1].contains(&ran.code), "{task:?}: {} {}", ran.code, ran.stderr);
        let made = fs::read_dir(folder.path().join("out/made")).into_iter().flatten();
        let made = made.map(|entry| format!("out/made/{}", entry.unwrap().file_name().to_string_lossy()));
        let text = |name: String| {
            let text = fs::read_to_string(folder.path().join(&name)).unwrap();
            (name, text)
        };
        let texts: BTreeMap<String, String> = inputs().into_keys().chain(made).map(text).collect();
        if let Some((name, form)) = task.file {
            let report = fs::read(folder.path().join(name)).unwrap();
            assert!(is_whole(form, &report), "{task:?}: {}", String::from_utf8_lossy(&report));
        }
        // What nothing would change proves nothing.
        let changes = inputs().iter().any(|(name, old)| texts[name] != *old);
        assert_eq!(
            changes,
            ["fix", "fmt"].contains(&task.words[0]) || task.words.contains(&"--fix"),
            "{task:?}"
        );
        self.tasks.insert(task.words.clone(), (texts, took));
    }
}

#[test]
fn what_was_read_keeps_its_findings_whatever_happens_around() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let rounds = number("PTD_LINT_CHAOS_ROUNDS").unwrap_or(ROUNDS);
    let first = number("PTD_LINT_CHAOS_SEED").unwrap_or(1);
    let tasks = tasks();
    let mut known = Known::of_inputs();
    let mut failed = Vec::new();
    let mut ends = BTreeMap::<String, u64>::new();
    for seed in first..first.saturating_add(rounds) {
        let round = Round::of(seed, &tasks);
        known.learn(&round.task);
        let folder = world(&known.base);
        let left = run(folder.path(), &round, known.tasks[&round.task.words].1);
        *ends.entry(left.status.to_string()).or_default() += 1;
        if let Err(why) = judge(&round, folder.path(), &left, &known) {
            failed.push(format!("PTD_LINT_CHAOS_SEED={}: {why}\n{round:#?}", round.seed));
        }
        // What nobody may read can be removed all the same.
        drop(folder);
    }
    assert!(failed.is_empty(), "{} of {rounds} rounds failed\n{}", failed.len(), failed.join("\n\n"));
    // Shown by `--nocapture`.
    println!("{rounds} rounds from seed {first}: {ends:?}");
}
