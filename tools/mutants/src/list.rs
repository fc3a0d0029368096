//! Turns what cargo-mutants lists into changes with names that stay when lines move.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

/// One change, as cargo-mutants tells it.
#[derive(Deserialize, Clone)]
pub(crate) struct Mutant {
    /// `src/flow/zone.rs:12:5: replace == with != in inside`; after `named` without line and column, and with ` #2` where
    /// there is a second of this name.
    pub(crate) name: String,
    /// `src/flow/zone.rs`.
    pub(crate) file: String,
    /// What kind of change.
    pub(crate) genre: String,
    /// What is put there.
    pub(crate) replacement: String,
    span: Span,
    /// Line and column in the text, for people.
    #[serde(skip)]
    pub(crate) place: String,
}

#[derive(Deserialize, Clone, Copy)]
struct Span {
    start: Point,
}

#[derive(Deserialize, Clone, Copy)]
struct Point {
    line: usize,
    column: usize,
}

impl Mutant {
    /// Line and column of its start, both from 1.
    pub(crate) fn start(&self) -> (usize, usize) {
        (self.span.start.line, self.span.start.column)
    }
}

/// Asks cargo-mutants, which reads `.cargo/mutants.toml`, for all changes of the project.
pub(crate) fn listed(root: &Path) -> Result<Vec<Mutant>, String> {
    let program = std::env::var_os("CARGO_MUTANTS").unwrap_or_else(|| "cargo-mutants".into());
    let output = Command::new(program)
        .args(["mutants", "--list", "--json", "--no-shuffle"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo-mutants does not run ({error}); `tools/mutants/run` installs it"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    serde_json::from_slice(&output.stdout).map(named).map_err(|error| format!("what cargo-mutants lists: {error}"))
}

/// Gives changes names without lines and columns.
fn named(mut mutants: Vec<Mutant>) -> Vec<Mutant> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for mutant in &mut mutants {
        let (line, column) = mutant.start();
        mutant.place = format!("{}:{line}:{column}", mutant.file);
        let what = mutant.name.strip_prefix(&format!("{}: ", mutant.place)).unwrap_or(&mutant.name);
        let name = format!("{}: {what}", mutant.file);
        let times = seen.entry(name.clone()).or_default();
        *times += 1;
        mutant.name = if *times == 1 { name } else { format!("{name} #{times}") };
    }
    mutants
}
