//! Holds the documentation in `docs/src`: what is made of the rules, the command line and the schemas is up to date, and all
//! links lead somewhere.
//!
//! `UPDATE=1 cargo test --lib book` writes what is made. `docs/build` makes the site of it.

mod command_line;
mod fields;
mod links;
mod schema;
mod summary;

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use super::fixtures::read;
use super::fixtures::root;
use super::fixtures::update;
use super::fixtures::write;
use crate::cli;
use crate::report::Page;

/// Above texts that are made by this test.
const MADE: &str = "<!-- Made by `UPDATE=1 cargo test --lib book`: what is changed here is lost. -->";

/// Folders that hold nothing but pages that are made.
const MADE_FOLDERS: &[&str] = &["rules", "promises"];

#[test]
fn pages_are_what_rules_command_line_and_schemas_make_of_them() {
    let rules = cli::rule_pages();
    let mut made: BTreeMap<String, String> = BTreeMap::new();
    made.insert("SUMMARY.md".to_owned(), summary::page(&read(&source().join("SUMMARY.md"))));
    made.insert("reference/command-line.md".to_owned(), command_line::page());
    made.insert("reference/fields.md".to_owned(), fields::page());
    for (name, schema) in [
        ("settings-file", include_str!("../../../schemas/config.schema.json")),
        ("report", include_str!("../../../schemas/report.schema.json")),
    ] {
        let path = format!("reference/{name}.md");
        let text = schema::page(name, schema);
        made.insert(path, text);
    }
    made.extend(rules.into_iter().map(|Page { path, text }| (path, text)));
    let mut stale: Vec<String> = Vec::new();
    for (path, text) in &made {
        let file = source().join(path);
        if file.is_file() && read(&file) == *text {
            continue;
        }
        if update() {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            write(&file, text);
        } else {
            stale.push(format!("{path}: differs from what is made"));
        }
    }
    for path in pages() {
        let is_made = MADE_FOLDERS.iter().any(|folder| path.starts_with(&format!("{folder}/")));
        if is_made && !made.contains_key(&path) {
            if update() {
                std::fs::remove_file(source().join(&path)).unwrap();
            } else {
                stale.push(format!("{path}: nothing makes this page"));
            }
        }
    }
    assert!(
        stale.is_empty(),
        "docs/src is stale; `UPDATE=1 cargo test --lib book` mends it:\n{}",
        stale.join("\n")
    );
}

/// The folder of all pages.
fn source() -> PathBuf {
    root().join("docs/src")
}

/// The paths of all pages below [`source`], sorted.
fn pages() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![source()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(below(&path));
            }
        }
    }
    found.sort();
    found
}

fn below(path: &Path) -> String {
    path.strip_prefix(source()).unwrap().to_string_lossy().replace('\\', "/")
}

/// A text for a cell of a table: on one line, with nothing in it that is taken for markup outside of backticks.
fn cell(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(index, part)| {
        if index % 2 == 1 { part.to_owned() } else { part.replace('<', "&lt;").replace('*', "\\*") }
    });
    parts.collect::<Vec<_>>().join("`").replace('|', "\\|")
}
