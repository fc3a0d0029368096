//! Turns a seed into a round: what is run, on which inputs, and what goes wrong when.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

/// How many files have a finding each that hangs on nothing else.
const FILES: usize = 24;

/// Numbers that look random and are the same for the same seed (xorshift64*).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % end
    }

    pub(super) fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
}

/// What is run.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) words: Vec<&'static str>,
    /// The report that is written to a file, and its form.
    pub(super) file: Option<(&'static str, &'static str)>,
}

/// All that is run. `in` is the folder of inputs; `out` is not among them.
pub(super) fn tasks() -> Vec<Task> {
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
pub(super) enum Damage {
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

pub(super) const DAMAGES: [Damage; 13] = [
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
    pub(super) fn is_told(self) -> bool {
        let reads = [Self::Vanishes, Self::Changes, Self::IsCutOff, Self::BecomesFolder, Self::IsReplaced];
        !reads.contains(&self) && self != Self::IsUnreadable
    }

    /// Does it, to a file: what is none any more stays as it is.
    pub(super) fn happen(self, path: &Path, outside: &Path) {
        // To what became a pipe, writing waits for ever.
        if !path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
            return;
        }
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
                let _ = fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o0));
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
pub(super) enum Trouble {
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
pub(super) struct Round {
    pub(super) seed: u64,
    pub(super) task: Task,
    pub(super) trouble: Trouble,
    /// When the trouble comes, where that is of its own choosing.
    pub(super) at: f32,
    /// Before the run begins.
    pub(super) before: Vec<(PathBuf, Damage)>,
    pub(super) during: Vec<(f32, PathBuf, Damage)>,
    /// A whole folder that becomes a file during the run.
    pub(super) swapped: Option<f32>,
}

impl Round {
    pub(super) fn of(seed: u64, tasks: &[Task]) -> Self {
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
    pub(super) fn untouched(&self) -> BTreeSet<String> {
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
pub(super) const SWAPPED: &str = "in/three";

/// All inputs: a stack with leaks and faults that can be mended, and files with a finding each.
pub(super) fn inputs() -> BTreeMap<String, String> {
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
