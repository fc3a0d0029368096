//! Turns one promise into its page.

use std::fmt::Write as _;

use super::MADE;
use super::families;
use super::markdown;
use super::rule::capital;
use crate::finding::Invariant;
use crate::finding::RuleDoc;

/// The page, with the rules that guard the promise.
pub(super) fn page(invariant: Invariant, rules: &[RuleDoc]) -> String {
    let promise = capital(&markdown::inline(invariant.promise()));
    let mut text = format!("{MADE}\n# {}\n\n**{promise}.**\n", invariant.id());
    for (title, content) in [("Why", invariant.why()), ("What is looked at", invariant.scope())] {
        let _ = write!(text, "\n## {title}\n\n{}\n", markdown::prose(content));
    }
    let guards: Vec<RuleDoc> = rules.iter().filter(|rule| rule.invariant == invariant).cloned().collect();
    let (advisory, guards): (Vec<RuleDoc>, Vec<RuleDoc>) = guards.into_iter().partition(|rule| rule.advisory);
    if !guards.is_empty() {
        text.push_str("\n## Rules that guard it\n\nA finding of any of these breaks the promise.\n");
        lists(&guards, &mut text);
    }
    if !advisory.is_empty() {
        text.push_str("\n## Rules that only advise\n\nTheir findings leave the verdict alone.\n");
        lists(&advisory, &mut text);
    }
    text
}

/// A table for each family.
fn lists(rules: &[RuleDoc], text: &mut String) {
    for (family, members) in families(rules) {
        let _ = write!(text, "\n{}:\n\n", super::about_family(family));
        text.push_str(&table(&members, "../"));
    }
}

/// A table of rules; `up` leads to the folder of all pages.
pub(super) fn table(rules: &[&RuleDoc], up: &str) -> String {
    let mut text = "| rule | severity | what it finds |\n| --- | --- | --- |\n".to_owned();
    for rule in rules {
        let (page, severity) = (rule.page(), rule.severity.name());
        let _ = writeln!(
            text,
            "| [{}]({up}{page}.md) | {severity} | {} |",
            rule.id,
            markdown::cell(&rule.summary)
        );
    }
    text
}
