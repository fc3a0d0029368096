//! Turns the contents that people wrote, with all rules, into the table of contents of the site.

use std::fmt::Write as _;

use crate::check;
use crate::finding::Invariant;
use crate::report;

/// What people write ends here; below stand promises and rules.
const MARK: &str = "# Promises and rules\n";

/// `SUMMARY.md`, with the part of the rules as it has to be.
pub(super) fn page(written: &str) -> String {
    let own = written.split(MARK).next().unwrap().trim_end();
    let mut text = format!("{own}\n\n{MARK}\n");
    for invariant in Invariant::ALL {
        let _ = writeln!(text, "- [Promise: {}]({}.md)", invariant.id(), invariant.page());
    }
    text.push_str("- [All rules](rules/index.md)\n");
    let (rules, _) = check::rule_docs(&[]);
    for (family, members) in report::families(&rules) {
        let _ = writeln!(text, "  - [{}]()", report::about_family(family));
        for rule in members {
            let _ = writeln!(text, "    - [{}]({}.md)", rule.id, rule.page());
        }
    }
    text
}
