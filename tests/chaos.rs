//! Runs the real program while the world falls apart around it: files vanish, change, become folders, links, pipes; disks are
//! full, readers go away, signals come. What was read keeps its findings, exit codes are true, and files are old or new.
//!
//! `PTD_LINT_CHAOS_ROUNDS` is the number of rounds (1,000 for a long run), `PTD_LINT_CHAOS_SEED` the seed of the first. A round
//! that fails names its own seed, with which it is made again; when something happens is a matter of the machine's speed too.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]
#![expect(clippy::disallowed_methods, reason = "the tests make and break files, and start programs")]

mod program;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

/// How many rounds an ordinary run has.
const ROUNDS: u64 = 24;

/// A run that takes longer hangs.
const HANGS: Duration = Duration::from_secs(120);

/// How many files have a finding each that hangs on nothing else.
const FILES: usize = 24;

/// Numbers that look random and are the same for the same seed (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % end
    }

    fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
}

/// What is run.
#[derive(Debug, Clone)]
struct Task {
    words: Vec<&'static str>,
    /// The report that is written to a file, and its form.
    file: Option<(&'static str, &'static str)>,
}

/// All that is run. `in` is the folder of inputs; `out` is not among them.
fn tasks() -> Vec<Task> {
    let task = |words: &[&'static str], file| Task { words: words.to_vec(), file };
    let mut all = vec![
        task(&["check", "-o", "json", "in"], None),
        task(&["check", "-o", "json", "--threads", "2", "in"], None),
        task(&["check", "-o", "json", "--output-file", "out/report", "in"], Some(("out/report", "json"))),
        task(&["check", "-o", "json", "--tree=in", "in/one/f3.yaml", "in/two/f4.yaml"], None),
        task(
            &["check", "-o", "json", "--write-baseline", "out/base.yaml", "in"],
            Some(("out/base.yaml", "baseline")),
        ),
        task(&["check", "-o", "json", "--baseline", "base.yaml", "in"], None),
        task(
            &["check", "-o", "json", "--baseline", "base.yaml", "--prune-baseline", "in"],
            Some(("base.yaml", "baseline")),
        ),
        task(&["check", "--fix", "-o", "json", "in"], None),
        task(&["fix", "in"], None),
        task(&["fix", "--unsafe", "in"], None),
        task(&["fmt", "in"], None),
        task(
            &[
                "generate",
                "--cloud",
                "aws",
                "--workload",
                "acme01-production",
                "--domain",
                "acme.example.com",
                "--out",
                "out/made",
            ],
            None,
        ),
        task(&["graph", "-o", "svg=out/report", "in"], Some(("out/report", "svg"))),
        task(&["graph", "-o", "mermaid", "in"], None),
    ];
    for (form, words) in [
        ("human", ["check", "-o", "human=out/report", "in"]),
        ("concise", ["check", "-o", "concise=out/report", "in"]),
        ("html", ["check", "-o", "html=out/report", "in"]),
        ("sarif", ["check", "-o", "sarif=out/report", "in"]),
        ("junit", ["check", "-o", "junit=out/report", "in"]),
        ("github", ["check", "-o", "github=out/report", "in"]),
        ("gitlab", ["check", "-o", "gitlab=out/report", "in"]),
        ("checkstyle", ["check", "-o", "checkstyle=out/report", "in"]),
        ("markdown", ["check", "-o", "markdown=out/report", "in"]),
        ("openreports", ["check", "-o", "openreports=out/report", "in"]),
        ("policyreport", ["check", "-o", "policyreport=out/report", "in"]),
    ] {
        all.push(Task { words: words.to_vec(), file: Some(("out/report", form)) });
    }
    all
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    Vanishes,
    Changes,
    IsCutOff,
    IsEmptied,
    IsNoText,
    IsUnreadable,
    BecomesFolder,
    BecomesPipe,
    BecomesSocket,
    BecomesLoop,
    DanglesNow,
    LeadsOut,
    IsReplaced,
}

const DAMAGES: [Damage; 13] = [
    Damage::Vanishes,
    Damage::Changes,
    Damage::IsCutOff,
    Damage::IsEmptied,
    Damage::IsNoText,
    Damage::IsUnreadable,
    Damage::BecomesFolder,
    Damage::BecomesPipe,
    Damage::BecomesSocket,
    Damage::BecomesLoop,
    Damage::DanglesNow,
    Damage::LeadsOut,
    Damage::IsReplaced,
];

impl Damage {
    /// Whether the file cannot be read by anybody, so that a run that meets it so from its beginning is incomplete.
    fn is_told(self) -> bool {
        let reads = [Self::Vanishes, Self::Changes, Self::IsCutOff, Self::BecomesFolder, Self::IsReplaced];
        !reads.contains(&self) && self != Self::IsUnreadable
    }

    /// Does it. What is not there any more stays so.
    fn happen(self, path: &Path, outside: &Path) {
        let write = |text: &[u8]| drop(fs::write(path, text));
        let gone = || drop(fs::remove_file(path));
        match self {
            Self::Vanishes => gone(),
            Self::Changes => write(b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: changed\n"),
            Self::IsCutOff => {
                if let Ok(file) = fs::OpenOptions::new().write(true).open(path) {
                    let _ = file.set_len(30);
                }
            }
            Self::IsEmptied => write(b""),
            Self::IsNoText => write(b"a: \xff\xfe\x00\n"),
            Self::IsUnreadable => {
                let _ = fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0));
            }
            Self::BecomesFolder => {
                gone();
                let _ = fs::create_dir(path);
            }
            Self::BecomesPipe => {
                gone();
                let _ = Command::new("mkfifo").arg(path).stderr(Stdio::null()).status();
            }
            Self::BecomesSocket => {
                gone();
                let _ = std::os::unix::net::UnixListener::bind(path);
            }
            Self::BecomesLoop => {
                gone();
                let _ = symlink(path, path);
            }
            Self::DanglesNow => {
                gone();
                let _ = symlink("nowhere", path);
            }
            Self::LeadsOut => {
                gone();
                let _ = symlink(outside, path);
            }
            Self::IsReplaced => {
                let beside = path.with_extension("new");
                let _ = fs::write(&beside, "apiVersion: v1\nkind: Secret\nmetadata:\n  name: other\n");
                let _ = fs::rename(beside, path);
            }
        }
    }
}

/// What goes wrong around the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    None,
    /// The reader of standard output goes away after so many bytes.
    ReaderLeaves(usize),
    /// Standard output is a full disk.
    StdoutFull,
    /// No file can grow beyond so many blocks.
    DiskFull(usize),
    /// A signal comes.
    Signal(&'static str, i32),
}

/// One round: what is run and what goes wrong when, in shares of the time that the run takes undisturbed.
#[derive(Debug)]
struct Round {
    seed: u64,
    task: Task,
    trouble: Trouble,
    /// When the trouble comes, where that is of its own choosing.
    at: f32,
    /// Before the run begins.
    before: Vec<(PathBuf, Damage)>,
    during: Vec<(f32, PathBuf, Damage)>,
    /// A whole folder that becomes a file during the run.
    swapped: Option<f32>,
}

impl Round {
    fn of(seed: u64, tasks: &[Task]) -> Self {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..4 {
            random.next();
        }
        let moment = |random: &mut Random| f32::from(u16::try_from(random.below(1200)).unwrap()) / 1000.0;
        let task = random.one(tasks).clone();
        let trouble = match random.below(10) {
            0 => Trouble::ReaderLeaves(*random.one(&[0, 1, 100, 5000])),
            1 => Trouble::StdoutFull,
            2 => Trouble::DiskFull(*random.one(&[0, 1, 4, 16])),
            3 | 4 => Trouble::Signal("INT", 2),
            5 | 6 => Trouble::Signal("TERM", 15),
            7 => Trouble::Signal("HUP", 1),
            _ => Trouble::None,
        };
        let at = moment(&mut random);
        let names: Vec<String> = inputs().into_keys().filter(|name| name.contains("/f")).collect();
        let name = |random: &mut Random| PathBuf::from(random.one(&names));
        let before =
            (0..random.below(4)).map(|_| (name(&mut random), *random.one(&DAMAGES))).collect::<Vec<_>>();
        let mut during = (0..random.below(5))
            .map(|_| (moment(&mut random), name(&mut random), *random.one(&DAMAGES)))
            .collect::<Vec<_>>();
        during.sort_by(|a, b| a.0.total_cmp(&b.0));
        let swapped = (random.below(8) == 0).then(|| moment(&mut random));
        Self { seed, task, trouble, at, before, during, swapped }
    }

    /// The files that nothing happens to.
    fn untouched(&self) -> BTreeSet<String> {
        let touched: BTreeSet<&Path> = self
            .before
            .iter()
            .map(|(path, _)| &**path)
            .chain(self.during.iter().map(|(_, path, _)| &**path))
            .collect();
        let swapped = |name: &str| self.swapped.is_some() && name.starts_with(SWAPPED);
        inputs().into_keys().filter(|name| !touched.contains(Path::new(name)) && !swapped(name)).collect()
    }
}

/// The folder that becomes a file.
const SWAPPED: &str = "in/three";

/// All inputs: a stack with leaks and faults that can be mended, and files with a finding each.
fn inputs() -> BTreeMap<String, String> {
    let stacks = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stacks");
    let mut all = BTreeMap::new();
    for name in ["alloy.yaml", "grafana.yaml", "loki.yaml", "mimir.yaml", "ptd.yaml"] {
        let text = fs::read_to_string(stacks.join("leaking").join(name)).unwrap();
        let text = text.replace("volume_enabled: true", "volume_enabled: false");
        let text = text.replace("split_queries_by_interval: 15m", "split_queries_by_interval: 1h");
        all.insert(format!("in/one/{name}"), text);
    }
    all.insert("in/two/own.alloy".to_owned(), "logging   {\n level=\"info\"\n}\n".to_owned());
    for number in 0..FILES {
        let folder = ["in/one", "in/two", SWAPPED][number % 3];
        let mut text = format!("apiVersion: apps/v1\nkind: Deploymnet\nmetadata:\n  name: own-{number}\n");
        for line in 0..number * 20 {
            let _ = writeln!(text, "# {line}");
        }
        all.insert(format!("{folder}/f{number}.yaml"), text);
    }
    all
}

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

/// Whether a report of that form is whole.
fn is_whole(form: &str, bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    match form {
        "json" | "sarif" | "gitlab" => serde_json::from_str::<Value>(text).is_ok(),
        "html" => text.trim_end().ends_with("</html>"),
        "svg" => text.trim_end().ends_with("</svg>"),
        "junit" => text.trim_end().ends_with("</testsuites>"),
        "checkstyle" => text.trim_end().ends_with("</checkstyle>"),
        "baseline" => text.starts_with('#') || text.starts_with("version") || text.starts_with('{'),
        _ => text.ends_with('\n'),
    }
}

/// Holds a round to its promises; what is wrong comes as text.
fn judge(round: &Round, folder: &Path, left: &Left, known: &Known) -> Result<(), String> {
    let told = &left.stderr;
    let fail = |why: String| Err(format!("{why}\n{:?}\nstderr: {told}", left.status));
    if left.stdout.windows(5).any(|bytes| bytes == b"root:") {
        return fail("it shows a file outside".to_owned());
    }
    for word in ["panicked", "overflow", "memory allocation", "RUST_BACKTRACE"] {
        if told.contains(word) {
            return fail(format!("it says `{word}`"));
        }
    }
    let ended = match (left.status.code(), left.status.signal(), round.trouble) {
        (Some(code @ 0..=2), None, _) => Some(code),
        (None, Some(came), Trouble::Signal(_, sent)) if came == sent => None,
        _ => return fail("it ends in no way that is agreed".to_owned()),
    };
    let checks = round.task.words[0] == "check";
    // Files without faults are among the inputs in no round.
    if checks && ended == Some(0) && !round.task.words.contains(&"--write-baseline") && !is_accepted(round) {
        return fail("it says that all is well".to_owned());
    }
    let unwritten = match round.trouble {
        Trouble::StdoutFull => checks && round.task.file.is_none(),
        _ => false,
    };
    let unread = round
        .before
        .iter()
        .any(|(path, damage)| damage.is_told() && !later(round, path) && is_damaged_once(round, path));
    // A tree is told in part, and `generate` reads nothing.
    let reads = !round.task.words.iter().any(|word| *word == "generate" || word.starts_with("--tree"));
    if let Some(code) = ended
        && (unwritten || unread && reads)
        && code != 2
    {
        return fail(format!("{code} is no truth: something was not read or not written"));
    }
    if checks && round.task.file.is_none_or(|(_, form)| form == "baseline") {
        report_on_stdout(round, left, ended).or_else(fail)?;
    }
    files(round, folder, ended, known).or_else(fail)
}

/// Whether what is found may all be accepted.
fn is_accepted(round: &Round) -> bool {
    round.task.words.contains(&"--baseline")
}

/// Whether something else happens to a file while the program runs.
fn later(round: &Round, path: &Path) -> bool {
    round.during.iter().any(|(_, other, _)| other == path)
        || round.swapped.is_some() && path.starts_with(SWAPPED)
}

/// Whether nothing else that was done to the file before hides the damage.
fn is_damaged_once(round: &Round, path: &Path) -> bool {
    round.before.iter().filter(|(other, _)| other == path).count() == 1
}

/// The JSON report on standard output: whole, unless its reader went away or a signal came, and with all findings.
fn report_on_stdout(round: &Round, left: &Left, ended: Option<i32>) -> Result<(), String> {
    let whole = !matches!(round.trouble, Trouble::ReaderLeaves(_) | Trouble::StdoutFull);
    let Some(code) = ended else { return Ok(()) };
    let report: Value = match serde_json::from_slice(&left.stdout) {
        Ok(report) => report,
        Err(_) if !whole || left.stdout.is_empty() && code == 2 => return Ok(()),
        Err(error) => return Err(format!("the report is not whole: {error}")),
    };
    all_findings(round, &report)?;
    let errors = report["coverage"]["errors"].as_array().unwrap().len();
    if errors > 0 && code != 2 {
        return Err(format!("{errors} errors, and the code is {code}"));
    }
    Ok(())
}

/// Each file that nothing happened to has its finding.
fn all_findings(round: &Round, report: &Value) -> Result<(), String> {
    let narrowed = round.task.words.iter().any(|word| word.starts_with("--tree"));
    let found: BTreeSet<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "unknown-kind")
        .filter_map(|finding| finding["location"]["path"].as_str())
        .collect();
    for name in round.untouched().iter().filter(|name| name.contains("/f")) {
        if !narrowed && !found.contains(&**name) {
            return Err(format!("the finding in {name} is lost; found: {found:?}"));
        }
    }
    for (path, kind) in [("in/one/f3.yaml", "one"), ("in/two/f4.yaml", "two")] {
        if narrowed && round.untouched().contains(path) && !found.contains(path) {
            return Err(format!("the finding in {path} ({kind}) is lost; found: {found:?}"));
        }
    }
    Ok(())
}

/// Files are old or new, and nothing lies beside them.
fn files(round: &Round, folder: &Path, ended: Option<i32>, known: &Known) -> Result<(), String> {
    let writes = |word: &str| round.task.words.contains(&word);
    let mut todo = vec![folder.to_path_buf()];
    while let Some(path) = todo.pop() {
        for entry in fs::read_dir(path).unwrap().map(Result::unwrap) {
            if entry.file_name().to_string_lossy().contains(".ptd-lint-") {
                return Err(format!("{} is left behind", entry.path().display()));
            }
            if entry.file_type().unwrap().is_dir() {
                todo.push(entry.path());
            }
        }
    }
    let undisturbed = &known.tasks[&round.task.words].0;
    for (name, old) in inputs().iter().filter(|(name, _)| round.untouched().contains(*name)) {
        let now = fs::read_to_string(folder.join(name)).unwrap_or_default();
        let new = undisturbed.get(name).unwrap();
        if now != *old && (now != *new || !(writes("fix") || writes("--fix") || writes("fmt"))) {
            return Err(format!("{name} is neither old nor new:\n{now}"));
        }
    }
    if writes("generate") {
        for (name, new) in undisturbed.iter().filter(|(name, _)| name.starts_with("out/made")) {
            match fs::read_to_string(folder.join(name)) {
                Ok(now) if now == *new => {}
                Ok(now) => return Err(format!("{name} is half written:\n{now}")),
                Err(_) if ended == Some(0) => return Err(format!("{name} is not written")),
                Err(_) => {}
            }
        }
    }
    let Some((name, form)) = round.task.file else { return Ok(()) };
    let Ok(now) = fs::read(folder.join(name)) else {
        return if form == "baseline" && ended != Some(0) { Ok(()) } else { Err(format!("{name} is gone")) };
    };
    let is_old = now == OLD || now == known.base;
    if !is_old && !is_whole(form, &now) {
        return Err(format!("{name} is half written:\n{}", String::from_utf8_lossy(&now)));
    }
    if form == "json" && !is_old {
        all_findings(round, &serde_json::from_slice(&now).unwrap())?;
    }
    // A run that ends well has written its report.
    if is_old && form != "baseline" && matches!(ended, Some(0 | 1)) {
        return Err(format!("{name} is old, and the code says that all was written"));
    }
    Ok(())
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
