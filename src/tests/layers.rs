//! Holds the directions of imports: data flows one way, and the folders show it.

use std::path::Path;
use std::path::PathBuf;

/// A folder of `src` and the folders that it may import from. `cli` wires everything and may import all.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("source", &["text"]),
    ("live", &["text", "source", "document"]),
    ("document", &["text", "source"]),
    ("model", &["text", "document"]),
    ("flow", &["text", "document", "model"]),
    ("finding", &["text", "document"]),
    ("config", &["text", "source", "document", "model", "finding"]),
    ("rule", &["text", "document", "model", "flow", "finding", "config"]),
    ("accept", &["text", "document", "finding", "config"]),
    ("check", &["text", "source", "document", "model", "flow", "finding", "config", "rule", "accept"]),
    ("fix", &["text", "source", "document", "finding", "check"]),
    ("format", &["text", "document", "model"]),
    ("generate", &["text", "document", "model", "config", "rule"]),
    // Tries rules on inputs: a check, with rules that are changed between.
    ("trial", &["text", "source", "document", "finding", "rule", "check"]),
    ("report", &["text", "source", "document", "flow", "finding"]),
    // A server beside `cli`: it checks, mends and formats texts that an editor holds. Files are read through `source`; `cli` hands it
    // the streams, and says what governs a folder.
    ("lsp", &["text", "source", "document", "model", "finding", "check", "fix", "format", "report"]),
    // Feeds all of them.
    (
        "fuzzing",
        &[
            "text", "source", "live", "document", "model", "flow", "finding", "config", "rule", "accept",
            "check", "fix", "format", "report", "lsp",
        ],
    ),
    (
        "cli",
        &[
            "text", "source", "live", "document", "model", "flow", "finding", "config", "rule", "accept",
            "check", "fix", "format", "generate", "trial", "report", "lsp",
        ],
    ),
];

/// Folders that touch the world: files, environment, processes, the clock.
const EDGES: &[&str] = &["source", "live", "cli"];

/// What touching the world looks like.
const WORLD: &[&str] =
    &["std::fs", "std::env", "std::process", "std::net::Tcp", "std::net::Udp", "SystemTime", "Instant::now"];

#[test]
fn imports_point_upstream() {
    let mut files = 0;
    for (folder, allowed) in MAY_IMPORT {
        for (path, code) in rust_files(folder) {
            files += 1;
            assert!(!code.contains("crate::{"), "{path}: one path per `use`, so that this test can read it");
            for (other, _) in MAY_IMPORT {
                let crossing = imports(&code, other);
                assert!(!crossing || other == folder || allowed.contains(other), "{path}: not {other}");
            }
        }
    }
    assert!(files > 20, "the folders were not found: {files} files");
}

#[test]
fn only_the_edges_touch_the_world() {
    for (folder, _) in MAY_IMPORT.iter().filter(|(folder, _)| !EDGES.contains(folder)) {
        for (path, code) in rust_files(folder) {
            // Tests may read inputs.
            let code = code.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            if is_test(&path) {
                continue;
            }
            for call in WORLD {
                assert!(!code.contains(call), "{path}: `{call}` belongs in {EDGES:?}");
            }
        }
    }
}

#[test]
fn every_folder_is_in_the_table() {
    for entry in std::fs::read_dir(root()).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        let listed = MAY_IMPORT.iter().any(|(folder, _)| *folder == name);
        assert!(!entry.path().is_dir() || listed || name == "tests", "src/{name} is not in the table");
    }
}

#[test]
fn imports_are_told_from_names_that_begin_alike() {
    assert!(imports("use crate::rule::Rule;", "rule"));
    assert!(imports("crate::rule;", "rule"));
    assert!(!imports("use crate::rules_of_thumb;", "rule"));
}

/// Whether the code names that folder.
fn imports(code: &str, folder: &str) -> bool {
    let path = format!("crate::{folder}");
    code.match_indices(&path).any(|(start, _)| {
        let next = code[start + path.len()..].chars().next();
        next.is_none_or(|next| !next.is_alphanumeric() && next != '_')
    })
}

fn is_test(path: &str) -> bool {
    path.ends_with("tests.rs") || path.ends_with("robustness.rs") || path.contains("/tests/")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Paths and texts of the Rust files below `src/{folder}`; none if there is no such folder.
#[expect(clippy::disallowed_methods, reason = "the test reads the project's own code")]
pub(super) fn rust_files(folder: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push((path.display().to_string(), std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    files
}
