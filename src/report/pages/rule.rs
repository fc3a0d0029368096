//! Turns one rule into its page.

use std::fmt::Write as _;

use super::MADE;
use super::Printed;
use super::markdown;
use crate::finding::RuleDoc;

/// How many findings of the example are shown as they are printed; of the others the first line.
const SHOWN: usize = 4;

/// The page; `about` says what the rule's subject is.
pub(super) fn page(rule: &RuleDoc, printed: &Printed, about: &str) -> String {
    let mut text = format!("{MADE}\n# {}\n\n{}.\n\n", rule.id, capital(&markdown::inline(&rule.summary)));
    facts(rule, about, &mut text);
    part("Why", &markdown::prose(&rule.why), &mut text);
    part("How to mend it", &markdown::prose(&rule.help), &mut text);
    part("What `ptd-lint fix` does", &fixes(rule), &mut text);
    part("Settings", &settings(rule), &mut text);
    part("An example", &example(rule, printed), &mut text);
    part("Where this comes from", &origin(rule), &mut text);
    text
}

fn facts(rule: &RuleDoc, about: &str, text: &mut String) {
    let invariant = rule.invariant;
    let other: Vec<&str> = rule.severities.iter().map(|severity| severity.name()).collect();
    let other =
        if other.is_empty() { String::new() } else { format!(" (in some cases {})", other.join(" or ")) };
    let _ = writeln!(text, "- Severity: **{}**{other}", rule.severity.name());
    let effect = if rule.advisory { " (a finding leaves the verdict alone)" } else { "" };
    let page = format!("../../{}.md", invariant.page());
    let promise = markdown::inline(invariant.promise());
    let _ = writeln!(text, "- Promise: [{}]({page}): {promise}{effect}", invariant.id());
    let about = if about.is_empty() { String::new() } else { format!(": {}", markdown::inline(about)) };
    let _ = writeln!(text, "- Looks at each {}{about}", markdown::code(&rule.subject));
}

fn fixes(rule: &RuleDoc) -> String {
    let lines = rule.fixes.iter().map(|(title, is_safe)| {
        let condition = if *is_safe { "" } else { " (only with `--unsafe`)" };
        format!("- {}{condition}\n", markdown::inline(title))
    });
    lines.collect()
}

/// A table, and what to write into `ptd-lint.yaml`.
fn settings(rule: &RuleDoc) -> String {
    if rule.settings.is_empty() {
        return String::new();
    }
    let mut text = "| setting | type | default | meaning |\n| --- | --- | --- | --- |\n".to_owned();
    for setting in &rule.settings {
        let default = match (setting.default.as_str(), setting.unit.as_str()) {
            ("", _) => "empty".to_owned(),
            (default, "") => markdown::code(default).replace('|', "\\|"),
            (default, unit) => format!("{} {unit}", markdown::code(default)),
        };
        let name = markdown::code(&setting.name);
        let _ = writeln!(
            text,
            "| {name} | {} | {default} | {} |",
            setting.kind,
            markdown::cell(&setting.meaning)
        );
    }
    let names: Vec<String> = rule.settings.iter().map(|setting| format!("{}: ...", setting.name)).collect();
    let lines = format!("rules:\n  settings:\n    {}: {{ {} }}\n", rule.id, names.join(", "));
    let _ = write!(text, "\nIn `ptd-lint.yaml`:\n\n{}", markdown::block("yaml", &lines));
    text
}

/// Inputs that break the rule, what is said of them, and the same mended.
fn example(rule: &RuleDoc, printed: &Printed) -> String {
    let mut text = String::new();
    if !rule.failing.is_empty() {
        text.push_str("Wrong:\n\n");
        files(&rule.failing, &mut text);
    }
    if !printed.findings.is_empty() {
        let (shown, rest) = printed.findings.split_at(printed.findings.len().min(SHOWN));
        let _ = write!(text, "What is printed:\n\n{}\n", markdown::block("text", &shown.join("\n")));
        if !rest.is_empty() {
            let _ = writeln!(text, "and {} more of the kind.\n", rest.len());
        }
    }
    if !rule.mended.is_empty() {
        text.push_str("Right:\n\n");
        files(&rule.mended, &mut text);
    }
    text
}

fn files(files: &[(String, String)], text: &mut String) {
    for (name, content) in files {
        let block = markdown::block(markdown::language(name), content);
        let _ = write!(text, "{}\n\n{block}\n", markdown::code(name));
    }
}

fn origin(rule: &RuleDoc) -> String {
    let mut text = String::new();
    if !rule.source.is_empty() {
        let _ = writeln!(text, "The values: {}.\n", markdown::inline(rule.source.trim_end_matches('.')));
    }
    for reference in &rule.references {
        let is_address = reference.starts_with("https://") && !reference.contains([' ', '<', '>']);
        let shown = if is_address { format!("<{reference}>") } else { markdown::inline(reference) };
        let _ = writeln!(text, "- {shown}");
    }
    text
}

fn part(title: &str, content: &str, text: &mut String) {
    if !content.trim().is_empty() {
        let _ = write!(text, "\n## {title}\n\n{}\n", content.trim_end());
    }
}

/// With a large first letter, unless it is code.
pub(super) fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}
