//! Turns all rules into the page that leads to them.

use std::fmt::Write as _;

use super::MADE;
use super::families;
use super::markdown;
use super::promise::table;
use crate::finding::Invariant;
use crate::finding::RuleDoc;
use crate::finding::Severity;

/// The page: by promise, then by what rules are about.
pub(super) fn page(rules: &[RuleDoc]) -> String {
    let mut text = format!("{MADE}\n# All rules\n\n{} rules.\n\n## By promise\n\n", rules.len());
    text.push_str("| promise | | errors | warnings | infos |\n| --- | --- | --- | --- | --- |\n");
    for invariant in Invariant::ALL {
        let count = |severity: Severity| {
            rules.iter().filter(|rule| rule.invariant == invariant && rule.severity == severity).count()
        };
        let [errors, warnings, infos] = [Severity::Error, Severity::Warning, Severity::Info].map(count);
        let promise = markdown::cell(invariant.promise());
        let (id, page) = (invariant.id(), invariant.page());
        let _ = writeln!(text, "| [{id}](../{page}.md) | {promise} | {errors} | {warnings} | {infos} |");
    }
    for (family, members) in families(rules) {
        let _ = write!(text, "\n## {}\n\n{}", super::about_family(family), table(&members, "../"));
    }
    text
}
