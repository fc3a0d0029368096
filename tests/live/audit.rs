//! Runs the program against clusters, and reads what it says.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;

use super::cluster::Cluster;
use super::kubeconfig::Address;
use super::kubeconfig::Credential;
use super::kubeconfig::Kubeconfig;
use super::lab::Lab;
use super::load::install_kinds;
use super::load::load_many;

/// How much longer than it was given a run may take: to start, to judge and to print, on a machine that does much else.
const SLACK: Duration = Duration::from_secs(10);

/// Variables of whoever runs the tests that would change what is tested.
const OF_OTHERS: [&str; 8] =
    ["KUBECONFIG", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "CI"];

/// A run in the making.
#[derive(Debug)]
pub(crate) struct Audit {
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Audited {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
    /// The most memory that it had, in MiB; zero where the system does not tell.
    pub(crate) peak: u64,
}

impl Audit {
    /// A run over the contexts of that kubeconfig, with a report in JSON.
    pub(crate) fn new(kubeconfig: &Path) -> Self {
        Self::bare().and(&["--kubeconfig", kubeconfig.to_str().unwrap()])
    }

    /// A run that is not told where its kubeconfig is.
    pub(crate) fn bare() -> Self {
        Self { arguments: Vec::new(), variables: Vec::new() }.and(&["--live", "-o", "json", "--no-config"])
    }

    /// A run over files. An undecided promise fails it, as it fails a run over clusters.
    pub(crate) fn of_file(path: &Path) -> Self {
        let none = Self { arguments: Vec::new(), variables: Vec::new() };
        none.and(&["-o", "json", "--no-config", "--strict", path.to_str().unwrap()])
    }

    /// Any other words to the program.
    pub(crate) fn with_words(words: &[&str]) -> Self {
        Self { arguments: Vec::new(), variables: Vec::new() }.and(words)
    }

    /// The same run with a report for people.
    #[must_use]
    pub(crate) fn for_people(mut self) -> Self {
        let json = self.arguments.iter().position(|argument| argument == "json").unwrap();
        "human".clone_into(&mut self.arguments[json]);
        self
    }

    /// A run over one cluster, by the name `here`.
    pub(crate) fn of(folder: &Path, address: &Address, credential: &Credential) -> Self {
        Self::new(&Kubeconfig::one("here", address, credential).write(folder, "here.kubeconfig"))
    }

    #[must_use]
    pub(crate) fn and(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    #[must_use]
    pub(crate) fn with(mut self, variable: &str, value: &str) -> Self {
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// Starts it.
    pub(crate) fn start(&self) -> Running {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ptd-lint"));
        for variable in OF_OTHERS {
            command.env_remove(variable);
        }
        command.args(&self.arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Running { child: command.spawn().unwrap(), begun: Instant::now() }
    }

    /// Runs it to its end.
    pub(crate) fn run(&self) -> Audited {
        self.start().wait(Duration::from_secs(180))
    }
}

/// A run that is under way.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    begun: Instant,
}

impl Running {
    /// Sends it a signal, as `kill` names it.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    /// Waits for its end, which has to come in that time.
    pub(crate) fn wait(mut self, at_most: Duration) -> Audited {
        let (mut stdout, mut stderr) = (self.child.stdout.take().unwrap(), self.child.stderr.take().unwrap());
        let reading = thread::spawn(move || {
            let mut text = String::new();
            stdout.read_to_string(&mut text).unwrap();
            text
        });
        let reading_errors = thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        let mut peak = 0;
        let status = loop {
            peak = peak.max(memory(self.child.id()));
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if self.begun.elapsed() > at_most {
                let _ = self.child.kill();
                panic!("it does not end: {}", reading_errors.join().unwrap());
            }
            thread::sleep(Duration::from_millis(10));
        };
        Audited {
            took: self.begun.elapsed(),
            stdout: reading.join().unwrap(),
            stderr: reading_errors.join().unwrap(),
            code: status.code().unwrap_or_else(|| panic!("killed: {status}")),
            peak,
        }
    }
}

/// The most memory that a process had so far, in MiB.
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: u64 = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default();
    kib / 1024
}

impl Audited {
    pub(crate) fn report(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stderr))
    }

    /// `verb resource cause` of what was not seen of a cluster, each once.
    pub(crate) fn not_seen(&self, cluster: &str) -> Vec<String> {
        let mut all: Vec<String> = self
            .entries(cluster)
            .iter()
            .map(|entry| {
                let text = |field: &str| entry[field].as_str().unwrap_or_default().to_owned();
                [text("verb"), text("resource"), text("cause")].join(" ").replace("  ", " ")
            })
            .collect();
        all.sort();
        all.dedup();
        all
    }

    /// What was not seen of a cluster, as the report has it.
    pub(crate) fn entries(&self, cluster: &str) -> Vec<Value> {
        let report = self.report();
        let all = report["coverage"]["notSeen"].as_array().unwrap().iter();
        all.filter(|entry| entry["cluster"] == cluster).cloned().collect()
    }

    /// `invariant verdict` of a stack. Any where no name is given.
    pub(crate) fn verdicts(&self, stack: &str) -> Vec<String> {
        verdicts(&self.report(), stack)
    }

    /// `rule fingerprint` of all findings.
    pub(crate) fn findings(&self) -> BTreeSet<String> {
        let report = self.report();
        let all = report["findings"].as_array().unwrap().iter();
        let text = |finding: &Value, field: &str| finding[field].as_str().unwrap().to_owned();
        all.map(|finding| [text(finding, "rule"), text(finding, "fingerprint")].join(" ")).collect()
    }

    /// The findings of a rule.
    pub(crate) fn of_rule(&self, rule: &str) -> Vec<Value> {
        let report = self.report();
        let all = report["findings"].as_array().unwrap().iter();
        all.filter(|finding| finding["rule"] == rule).cloned().collect()
    }

    /// What else is said of a cluster.
    pub(crate) fn notes(&self, cluster: &str) -> Vec<String> {
        let report = self.report();
        let own =
            report["coverage"]["clusters"].as_array().unwrap().iter().find(|own| own["name"] == cluster);
        let notes =
            own.unwrap_or_else(|| panic!("no cluster {cluster}: {}", self.stdout))["notes"].as_array();
        notes.into_iter().flatten().map(|note| note.as_str().unwrap().to_owned()).collect()
    }

    /// How a promise to a cluster ended.
    pub(crate) fn verdict(&self, stack: &str, invariant: &str) -> String {
        let all = self.verdicts(stack);
        let found = all.iter().find_map(|verdict| verdict.strip_prefix(&format!("{invariant} ")));
        found.unwrap_or_else(|| panic!("no {invariant} of {stack}: {all:?}: {}", self.stdout)).to_owned()
    }

    /// Holds the run to its time.
    pub(crate) fn ended_within(&self, time: Duration) -> &Self {
        assert!(self.took <= time + SLACK, "{:?} instead of {time:?}", self.took);
        self
    }

    /// Holds all that was printed to be without these words.
    pub(crate) fn never_says(&self, words: &[&str]) {
        for word in words {
            for (stream, text) in [("output", &self.stdout), ("error output", &self.stderr)] {
                assert!(!text.contains(word), "{word} in the {stream}: {text}");
            }
        }
    }
}

/// `invariant verdict` of a stack; of the only one where the name is empty.
pub(crate) fn verdicts(report: &Value, stack: &str) -> Vec<String> {
    let all = report["verdicts"].as_array().unwrap().iter();
    let own = all.filter(|verdict| stack.is_empty() || verdict["cluster"] == stack);
    own.map(|verdict| {
        [verdict["invariant"].as_str().unwrap(), verdict["verdict"].as_str().unwrap()].join(" ")
    })
    .collect()
}

/// A cluster with the example stack of that name (`fixtures/stacks`), which all tests may read.
pub(crate) fn example(name: &str) -> Option<&'static Cluster> {
    Some(Lab::find()?.shared(name, |cluster| fill(cluster, name)))
}

/// Applies the example stack of that name, and the Secret that it names and does not bring. Each cluster has its own buckets:
/// those of two in one would be a fault.
pub(crate) fn fill(cluster: &Cluster, name: &str) {
    install_kinds(cluster);
    for namespace in ["helm-controller", "alloy"] {
        cluster.apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stacks").join(name);
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    let texts = ["alloy.yaml", "grafana.yaml", "loki.yaml", "mimir.yaml"].map(read).join("---\n");
    let texts = texts.replace("ptd-heron-", &format!("ptd-heron-{}-", cluster.port()));
    cluster.kubectl(&["apply", "--server-side", "-f", "-"], Some(&texts));
    cluster.apply(&json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "alloy-pages", "namespace": "alloy"},
        "stringData": {"password": "placeholder"},
    }));
}

/// A sound cluster in which a list of ConfigMaps takes three pages.
pub(crate) fn paged(cluster: &Cluster) {
    fill(cluster, "sound");
    load_many(cluster, "configmaps", (0..1_201).map(|number| super::load::config_map("alloy", number)));
}
