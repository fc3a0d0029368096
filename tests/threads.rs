//! The same input gives the same bytes, however many threads there are.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]
#![expect(clippy::disallowed_methods, reason = "the tests write files and start the program")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// Forms that are written beside the JSON report. That for terminals is left out: it has no other content.
const FORMS: [&str; 9] = [
    "concise",
    "sarif",
    "junit",
    "github",
    "gitlab",
    "checkstyle",
    "markdown",
    "openreports",
    "policyreport",
];

/// What a run over these paths writes, in all forms behind each other.
fn run(folder: &Path, threads: usize, paths: &[String]) -> Vec<u8> {
    let out = TempDir::new().unwrap();
    let file = |form: &str| out.path().join(form);
    let mut command = Command::new(env!("CARGO_BIN_EXE_ptd-lint"));
    for variable in ["GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY", "CI_PROJECT_DIR"] {
        command.env_remove(variable);
    }
    command.current_dir(folder).args(["-o", "json", "--threads", &threads.to_string()]).args(paths);
    for form in FORMS {
        command.arg("-o").arg(format!("{form}={}", file(form).display()));
    }
    let output = command.output().unwrap();
    assert!(output.stdout.len() > 1000 && output.stderr.is_empty(), "{output:?}");
    FORMS.iter().fold(output.stdout, |all, form| [all, std::fs::read(file(form)).unwrap()].concat())
}

fn is_the_same_on_all(counts: &[usize], folder: &Path, paths: &[String]) {
    let one = run(folder, 1, paths);
    for threads in counts {
        assert!(run(folder, *threads, paths) == one, "{threads} threads give another report than one");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_report() {
    // More than a megabyte and more than 512 files: below that there is but one thread. Five stacks, with findings in
    // each: a key that comes twice, an object that differs from its namesake, syntax errors.
    let folder = TempDir::new().unwrap();
    let paths: Vec<String> = (0..5).map(|stack| format!("stack-{stack}")).collect();
    for path in &paths {
        std::fs::create_dir(folder.path().join(path)).unwrap();
        for number in 0..130 {
            let mut text = format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-{}\n  namespace: mimir\ndata:\n",
                number / 2
            );
            for line in 0..70 {
                writeln!(text, "  key-{line}: value {line} of settings number {number}").unwrap();
            }
            match number % 13 {
                3 => text.push_str("  key-1: again\n"),
                7 => text.push_str("  broken: [\n"),
                _ => {}
            }
            std::fs::write(folder.path().join(format!("{path}/{number}.yaml")), text).unwrap();
        }
    }
    let counts: Vec<usize> = (2..=16).collect();
    is_the_same_on_all(&counts, folder.path(), &paths);
}

#[test]
fn real_stacks_give_the_same_report() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/ptd");
    if !corpus.is_dir() {
        // Past the test harness, which keeps what passing tests print to itself.
        let _ = writeln!(std::io::stderr(), "not run: ../shared/corpus/ptd is not there");
        return;
    }
    is_the_same_on_all(&[2, 5, 16], &corpus, &[".".to_owned()]);
}
