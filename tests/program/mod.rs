//! Runs the real program in a folder of its own and reads its JSON report.
#![allow(dead_code, reason = "each test binary uses its own part of this")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;

/// The names of all forms of report.
pub(crate) const FORMS: [&str; 12] = [
    "human",
    "concise",
    "html",
    "json",
    "sarif",
    "junit",
    "github",
    "gitlab",
    "checkstyle",
    "markdown",
    "openreports",
    "policyreport",
];

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        write(folder.path(), name, content);
    }
    folder
}

/// Writes a file of a folder.
pub(crate) fn write(folder: &Path, name: &str, content: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::File::create(&path).and_then(|mut file| file.write_all(content)).unwrap();
}

/// What a run left behind.
pub(crate) struct Ran {
    /// The exit code.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Ran {
    fn of(output: std::process::Output) -> Self {
        Self {
            code: output.status.code().unwrap_or_else(|| panic!("killed: {output:?}")),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The JSON report on standard output.
    pub(crate) fn report(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stderr))
    }

    /// `path:line: message` of what made the run incomplete.
    pub(crate) fn errors(&self) -> Vec<String> {
        let report = self.report();
        let errors = report["coverage"]["errors"].as_array().unwrap().iter();
        errors
            .map(|error| {
                let (path, message) = (error["path"].as_str().unwrap(), error["message"].as_str().unwrap());
                match error["line"].as_u64() {
                    Some(line) => format!("{path}:{line}: {message}"),
                    None => format!("{path}: {message}"),
                }
            })
            .collect()
    }

    /// `path: reason` of what was passed over.
    pub(crate) fn passed_over(&self) -> Vec<String> {
        let report = self.report();
        let passed = report["coverage"]["passedOver"].as_array().unwrap().iter();
        passed
            .map(|passed| {
                format!("{}: {}", passed["path"].as_str().unwrap(), passed["reason"].as_str().unwrap())
            })
            .collect()
    }

    /// The findings of one rule.
    pub(crate) fn findings(&self, rule: &str) -> Vec<Value> {
        let report = self.report();
        let findings = report["findings"].as_array().unwrap().iter();
        findings.filter(|finding| finding["rule"] == rule).cloned().collect()
    }
}

/// The program in that folder, apart from the environment of whoever runs the tests.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the tests start the program")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_ptd-lint"));
    for variable in ENVIRONMENT {
        command.env_remove(variable);
    }
    command.current_dir(folder).args(arguments);
    command
}

/// The same as a user who may not read everything: root's own permissions are given up. `None` where that takes a program
/// that is not there.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the tests start the program")]
pub(crate) fn command_of_nobody(folder: &Path, arguments: &[&str]) -> Option<Command> {
    use std::os::unix::fs::MetadataExt as _;
    let plain = command(folder, arguments);
    // A file that this process makes is its user's.
    if tempfile::NamedTempFile::new().ok()?.as_file().metadata().ok()?.uid() != 0 {
        return Some(plain);
    }
    let mut wrapped = Command::new("setpriv");
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    let there = Command::new("setpriv").args(nobody).arg("true").status();
    if !there.is_ok_and(|status| status.success()) {
        return None;
    }
    wrapped.args(nobody).arg(plain.get_program()).args(plain.get_args()).current_dir(folder);
    for variable in ENVIRONMENT {
        wrapped.env_remove(variable);
    }
    Some(wrapped)
}

/// What the program reads of the environment for the sake of reports.
const ENVIRONMENT: [&str; 11] = [
    "GITHUB_ACTIONS",
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "FORCE_COLOR",
    "COLUMNS",
    "PTD_LINT_CONFIG",
    "GITHUB_WORKSPACE",
    "GITHUB_STEP_SUMMARY",
    "CI_PROJECT_DIR",
    "SOURCE_DATE_EPOCH",
];

/// Runs the program in that folder.
pub(crate) fn run(folder: &Path, arguments: &[&str], input: Option<&[u8]>) -> Ran {
    let mut command = command(folder, arguments);
    let Some(input) = input else { return ran(command.stdin(Stdio::null())) };
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

/// Runs a command to its end.
pub(crate) fn ran(command: &mut Command) -> Ran {
    Ran::of(command.output().unwrap())
}

/// The JSON report on these files, in the order of their names.
pub(crate) fn check(files: &[(&str, &[u8])]) -> Ran {
    let folder = folder(files);
    run(folder.path(), &["-o", "json", "."], None)
}

/// Text with every line moved to the right.
pub(crate) fn indented(text: &str, by: usize) -> String {
    let indent = " ".repeat(by);
    text.lines()
        .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{indent}{line}\n") })
        .collect()
}

/// Line and column (from 1, in characters) of the only place of `needle`.
pub(crate) fn only_place(text: &str, needle: &str) -> (u64, u64) {
    assert_eq!(text.matches(needle).count(), 1, "{needle} in {text}");
    let before = text.split(needle).next().unwrap();
    let line = before.rsplit('\n').next().unwrap();
    let line = line.strip_prefix('\u{feff}').unwrap_or(line);
    (before.matches('\n').count() as u64 + 1, line.chars().count() as u64 + 1)
}
