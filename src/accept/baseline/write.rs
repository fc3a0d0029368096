//! Turns a baseline into its file: sorted, a line for each fact, nothing but words that reports show anyway.

use std::fmt::Write as _;

use super::Baseline;
use super::Entry;
use super::SCHEMA;
use super::StackName;

/// What is said at the top of the file.
const HEAD: &str = "\
# Findings that were there before, and are accepted until somebody mends them. Written by `ptd-lint --write-baseline`.
# `--prune-baseline` takes out what no longer occurs. A `reason` may be added to an entry; other words do not count.
";

/// The longest message that is kept, in characters: it is there to be recognised.
const LONGEST: usize = 200;

/// The text of the file. `folder` is the one that the file lies in, absolute: stacks are named from there.
pub(crate) fn write(baseline: &Baseline, folder: &str) -> String {
    let mut text = format!("{HEAD}schema: {SCHEMA}\n");
    if baseline.stacks.is_empty() {
        text.push_str("stacks: []\n");
        return text;
    }
    text.push_str("stacks:\n");
    let mut stacks: Vec<_> =
        baseline.stacks.iter().map(|known| (shown(&known.stack, folder), known)).collect();
    stacks.sort_by(|(one, _), (two, _)| one.cmp(two));
    for ((kind, name), known) in stacks {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  - {kind}: {}", quoted(&name));
        if known.entries.is_empty() {
            text.push_str("    findings: []\n");
            continue;
        }
        text.push_str("    findings:\n");
        let mut entries: Vec<&Entry> = known.entries.iter().collect();
        entries.sort_by(|one, two| order(one).cmp(&order(two)));
        for entry in entries {
            write_entry(entry, &mut text);
        }
    }
    text
}

/// By what entries are sorted: what people look for first.
fn order(entry: &Entry) -> (&str, Option<&str>, &str, &str) {
    (&entry.key.rule, entry.key.object.as_deref(), &entry.path, &entry.key.fingerprint)
}

fn write_entry(entry: &Entry, text: &mut String) {
    let mut line = |mark: &str, key: &str, value: &str| {
        let _ = writeln!(text, "      {mark} {key}: {value}");
    };
    line("-", "rule", &entry.key.rule);
    if let Some(object) = &entry.key.object {
        line(" ", "object", &quoted(object));
    }
    if !entry.path.is_empty() {
        line(" ", "path", &quoted(&entry.path));
    }
    if !entry.message.is_empty() {
        line(" ", "message", &quoted(&short(&entry.message)));
    }
    if !entry.reason.is_empty() {
        line(" ", "reason", &quoted(&entry.reason));
    }
    line(" ", "fingerprint", &quoted(&entry.key.fingerprint));
    if entry.count > 1 {
        line(" ", "count", &entry.count.to_string());
    }
}

fn short(message: &str) -> String {
    match message.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", message.get(..end).unwrap_or_default()),
        None => message.to_owned(),
    }
}

/// The key and the name of a stack in the file.
fn shown(stack: &StackName, folder: &str) -> (&'static str, String) {
    match stack {
        StackName::Folder(path) => ("stack", relative(path, folder)),
        StackName::Cluster(name) => ("cluster", name.clone()),
    }
}

/// A path as seen from a folder; both absolute, without `/` at their ends.
fn relative(path: &str, folder: &str) -> String {
    let parts = |text: &'_ str| -> Vec<String> {
        text.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let (path, folder) = (parts(path), parts(folder));
    let shared = path.iter().zip(&folder).take_while(|(one, two)| one == two).count();
    let up = std::iter::repeat_n("..", folder.len() - shared);
    let down = path.iter().skip(shared).map(String::as_str);
    let all: Vec<&str> = up.chain(down).collect();
    if all.is_empty() { ".".to_owned() } else { all.join("/") }
}

/// A text in double quotes, as YAML and JSON read it.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            // Not printable, or a break of lines for YAML.
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
