//! Turns the table of what rules may read into its page.

use std::fmt::Write as _;

use super::MADE;
use super::cell;
use crate::rule::FIELDS;

/// A part for each kind of subject.
pub(super) fn page() -> String {
    let mut text = format!(
        "{MADE}\n# What rules may read\n\n\
         The facts of each kind of subject, by their names in conditions. `ptd-lint rules --fields` prints the same. `[]` are the \
         items of a list, and `.*` stands for keys that people chose. Every field may also be null (there is no such thing) or \
         unknown, which makes what hangs on it *undecided*. Besides its own subject every rule may read `workload` and its own \
         `settings`.\n"
    );
    for field in FIELDS {
        if field.path.is_empty() {
            let _ = write!(text, "\n## {}\n\n{}\n\n", field.subject, super::cell(field.doc));
            text.push_str("| field | type | what it says |\n| --- | --- | --- |\n");
        }
        let _ = writeln!(text, "| `{}` | {} | {} |", field.route(), field.kind.name(), cell(field.doc));
    }
    text
}
