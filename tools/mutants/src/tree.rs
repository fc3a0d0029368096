//! Turns the project and its changes into a copy in which all changes are compiled in, and that into test programs.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::list::Mutant;
use crate::sites::sites;
use crate::weave::changes_at;
use crate::weave::weave;

/// The copy of the project.
pub(crate) struct Tree {
    /// The project itself.
    pub(crate) root: PathBuf,
    /// Where the copy is.
    pub(crate) copy: PathBuf,
    /// Where cargo builds it.
    pub(crate) target: PathBuf,
}

/// A program that runs tests.
pub(crate) struct TestProgram {
    /// `lib`, or the name of a file in `tests/`.
    pub(crate) name: String,
    /// The program.
    pub(crate) path: PathBuf,
}

/// What becomes of changes before any test runs.
#[derive(Default)]
pub(crate) struct Sorted {
    /// Those that do not compile.
    pub(crate) unviable: BTreeSet<usize>,
    /// Operators that compile only with their sides written twice.
    pub(crate) twice: BTreeSet<usize>,
    /// What the compiler says of those that it refused in this run.
    pub(crate) reasons: BTreeMap<usize, String>,
    /// Those that cannot be put behind a switch.
    pub(crate) left: BTreeSet<usize>,
}

impl Tree {
    /// Copies what git knows, or would know, of the project. `src/` stays as it is, for tests that read it; the woven text stands
    /// beside it.
    pub(crate) fn make(&self, mutants: &[Mutant]) -> Result<(), String> {
        let output = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&self.root)
            .output()
            .map_err(|error| format!("git: {error}"))?;
        let listed = String::from_utf8_lossy(&output.stdout).into_owned();
        let files: BTreeSet<&str> = listed.split('\0').filter(|name| !name.is_empty()).collect();
        // Written below, or by `weave`: to write them twice would make cargo build them again.
        let mut written: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.file.as_str()).collect();
        written.insert("src/lib.rs");
        for name in files.iter().copied().filter(|name| self.root.join(name).is_file()) {
            let from = self.root.join(name);
            if name != "Cargo.toml" {
                copy(&from, &self.copy.join(name))?;
            }
            if let Some(rest) = name.strip_prefix("src/").filter(|_| !written.contains(name)) {
                copy(&from, &self.copy.join("woven").join(rest))?;
            }
        }
        // What is gone from the project is gone from the copy: rules and examples are found by looking into folders.
        for folder in ["rules", "fixtures", "templates", "schemas"] {
            remove_gone(&self.root.join(folder), &self.copy.join(folder))?;
        }
        // Inputs that lie beside the project.
        let (beside, link) = (self.root.join("../shared"), self.copy.join("../shared"));
        if let Ok(beside) = beside.canonicalize() && !link.exists() {
            std::os::unix::fs::symlink(beside, &link).map_err(|error| format!("{}: {error}", link.display()))?;
        }
        let manifest = read(&self.root.join("Cargo.toml"))?;
        let (before, after) = manifest.split_once("\n[lints.rust]").ok_or("Cargo.toml has no [lints.rust]")?;
        let after = after.split_once("\n[profile.dev]").ok_or("Cargo.toml has no [profile.dev] after its lints")?.1;
        let before = before
            .replace("\n[lib]\n", "\n[lib]\npath = \"woven/lib.rs\"\n")
            .replace("path = \"src/main.rs\"", "path = \"woven/main.rs\"");
        write(&self.copy.join("Cargo.toml"), &format!("{before}\n[profile.dev]{after}"))?;
        let lib = read(&self.root.join("src/lib.rs"))?;
        let lib = lib.replace("#![forbid(unsafe_code)]", "#![allow(warnings)]\n#[doc(hidden)]\npub mod mutants;");
        write(&self.copy.join("woven/lib.rs"), &lib)?;
        write(&self.copy.join("woven/mutants.rs"), include_str!("switch.rs"))
    }

    /// Weaves all changes that are not dropped.
    fn weave(&self, mutants: &[Mutant], sorted: &mut Sorted) -> Result<(), String> {
        let mut by_file: BTreeMap<&str, Vec<(usize, &Mutant)>> = BTreeMap::new();
        for (number, mutant) in mutants.iter().enumerate() {
            by_file.entry(&mutant.file).or_default().push((number, mutant));
        }
        for (file, mutants) in by_file {
            let text = read(&self.root.join(file))?;
            let sites = sites(&text).map_err(|error| format!("{file}: {error}"))?;
            let woven = weave(&text, &sites, &mutants, &sorted.unviable, &sorted.twice);
            sorted.left.extend(woven.left);
            sorted.unviable.extend(woven.unviable);
            let rest = file.strip_prefix("src/").ok_or_else(|| format!("{file} is not below src/"))?;
            write(&self.copy.join("woven").join(rest), &woven.text)?;
        }
        Ok(())
    }

    /// Weaves, builds the tests of the library, drops what the compiler refuses, and does so again until it takes all. `sorted`
    /// may know some of what it refuses already.
    /// After each round `keep` is given what is known.
    pub(crate) fn settle(
        &self,
        mutants: &[Mutant],
        sorted: &mut Sorted,
        keep: impl Fn(&Sorted) -> Result<(), String>,
    ) -> Result<(), String> {
        for round in 1..=30 {
            self.weave(mutants, sorted)?;
            // `check` would want the dependencies once more in another form.
            let messages = self.cargo(&["test", "--no-run", "--lib"])?;
            let mut refused = BTreeSet::new();
            let mut strange = Vec::new();
            for message in messages.iter().filter(|message| message["message"]["level"] == "error") {
                let found = self.blamed(&message["message"]);
                let words = message["message"]["message"].as_str().unwrap_or_default();
                for number in &found {
                    sorted.reasons.entry(*number).or_insert_with(|| words.to_owned());
                }
                if found.is_empty() && !message["message"]["spans"].as_array().is_none_or(Vec::is_empty) {
                    strange.push(message["message"]["rendered"].as_str().unwrap_or_default().to_owned());
                }
                refused.extend(found);
            }
            if refused.is_empty() && strange.is_empty() {
                return Ok(());
            }
            eprintln!("round {round}: the compiler refuses {} changes", refused.len());
            if refused.is_empty() {
                return Err(format!("errors that belong to no change:\n{}", strange[..strange.len().min(3)].concat()));
            }
            for number in refused {
                if mutants[number].genre == "BinaryOperator" && sorted.twice.insert(number) {
                    continue;
                }
                sorted.unviable.insert(number);
            }
            keep(sorted)?;
        }
        Err("the compiler still refuses changes after 30 rounds".to_owned())
    }

    /// The changes that an error is about: those of its main places, else of the others.
    fn blamed(&self, message: &Value) -> Vec<usize> {
        let spans: Vec<&Value> = message["spans"].as_array().into_iter().flatten().collect();
        for primary in [true, false] {
            for span in spans.iter().filter(|span| span["is_primary"] == primary) {
                let file = span["file_name"].as_str().unwrap_or_default();
                let text = fs::read_to_string(self.copy.join(file)).unwrap_or_default();
                let at = span["byte_start"].as_u64().and_then(|at| usize::try_from(at).ok()).unwrap_or(0);
                let found = changes_at(&text, at);
                if !found.is_empty() {
                    return found;
                }
            }
        }
        Vec::new()
    }

    /// Builds the tests: of the library, and where `programs`, those that run the program too.
    pub(crate) fn tests(&self, programs: bool) -> Result<Vec<TestProgram>, String> {
        let arguments: &[&str] = if programs { &["test", "--no-run", "--lib", "--tests", "--bins"] } else { &["test", "--no-run", "--lib"] };
        let messages = self.cargo(arguments)?;
        let mut tests = Vec::new();
        for message in &messages {
            if message["message"]["level"] == "error" {
                return Err(message["message"]["rendered"].as_str().unwrap_or_default().to_owned());
            }
            if let Some(path) = message["executable"].as_str() && message["profile"]["test"] == true {
                let kind = message["target"]["kind"][0].as_str().unwrap_or_default();
                let name = if kind == "lib" { "lib" } else { message["target"]["name"].as_str().unwrap_or_default() };
                tests.push(TestProgram { name: name.to_owned(), path: path.into() });
            }
        }
        if tests.is_empty() { Err("no test program was built".to_owned()) } else { Ok(tests) }
    }

    /// Runs cargo in the copy and gives what it said.
    fn cargo(&self, arguments: &[&str]) -> Result<Vec<Value>, String> {
        let output = Command::new("cargo")
            .args(arguments)
            .args(["--locked", "--message-format=json"])
            .current_dir(&self.copy)
            .env("CARGO_TARGET_DIR", &self.target)
            // Tests run thousands of times.
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_TEST_OPT_LEVEL", "1")
            .output()
            .map_err(|error| format!("cargo: {error}"))?;
        let messages: Vec<Value> =
            String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        if !output.status.success() && !messages.iter().any(|message| message["message"]["level"] == "error") {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(messages)
    }
}

/// Removes from `copy` what `folder` does not have.
fn remove_gone(folder: &Path, copy: &Path) -> Result<(), String> {
    let entries = fs::read_dir(copy).map_err(|error| format!("{}: {error}", copy.display()))?;
    for entry in entries.flatten() {
        let (at, original) = (entry.path(), folder.join(entry.file_name()));
        if at.is_dir() && original.is_dir() {
            remove_gone(&original, &at)?;
        } else if at.is_dir() {
            fs::remove_dir_all(&at).map_err(|error| format!("{}: {error}", at.display()))?;
        } else if !original.is_file() {
            fs::remove_file(&at).map_err(|error| format!("{}: {error}", at.display()))?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let bytes = fs::read(from).map_err(|error| format!("{}: {error}", from.display()))?;
    let modes = fs::metadata(from).map_err(|error| format!("{}: {error}", from.display()))?.permissions();
    put(to, &bytes)?;
    fs::set_permissions(to, modes).map_err(|error| format!("{}: {error}", to.display()))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    put(path, text.as_bytes())
}

/// Writes a file where it differs, so that cargo builds no more than it must.
fn put(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}
