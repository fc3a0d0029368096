//! Turns a mapping of which every key must be known into its entries.

use crate::document::NodeRef;
use crate::text::Span;
use crate::text::suggest;

/// The entries of a mapping whose keys are known, each the first of its name. Whatever else is there is reported, with
/// a message and what to do.
pub(crate) fn known_entries<'t>(
    node: NodeRef<'t>,
    allowed: &[&str],
    what: &str,
    mut report: impl FnMut(Span, String, String),
) -> Vec<(&'t str, NodeRef<'t>)> {
    let mut found: Vec<(&str, NodeRef<'_>)> = Vec::new();
    if !node.is_mapping() {
        report(
            node.span(),
            format!("{what} is a mapping"),
            format!("its keys are `{}`", allowed.join("`, `")),
        );
    }
    for (key, value) in node.entries() {
        let name = key.text().unwrap_or_default();
        if !allowed.contains(&name) {
            report(key.span(), format!("{what} has no key `{name}`"), suggest(name, allowed.iter().copied()));
        } else if found.iter().any(|(other, _)| *other == name) {
            report(key.span(), format!("`{name}` is given twice"), "remove one of the two".to_owned());
        } else {
            found.push((name, value));
        }
    }
    found
}
