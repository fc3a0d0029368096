//! Turns what was looked at, and what was not, into the end of the page.

use super::Markup;
use super::counted;
use crate::report::contract::ReportJson;

/// What was looked at, what was passed over, and what made the run incomplete.
pub(super) fn section(report: &ReportJson) -> String {
    let mut out = Markup::default();
    let coverage = &report.coverage;
    let looked = format!(
        "Looked at {}, {}, {}, {}.",
        counted(coverage.files, "file"),
        counted(coverage.documents, "document"),
        counted(coverage.collectors, "collector"),
        counted(coverage.components, "component")
    );
    out.element("p", &looked);
    let errors = coverage.errors.iter().map(|error| {
        let line = error.line.map(|line| format!(":{line}")).unwrap_or_default();
        format!("{}{line}: {}", error.path, error.message)
    });
    let unseen = coverage.not_seen.iter().map(|own| {
        let asked: Vec<&str> =
            [own.verb.as_str(), &own.resource].into_iter().filter(|own| !own.is_empty()).collect();
        let home = own.namespace.as_ref().map(|home| format!(" in {home}")).unwrap_or_default();
        format!("{}: {}{home}: {}: {}", own.cluster, asked.join(" "), own.cause, own.message)
    });
    list(&mut out, ("incomplete", "What made the run incomplete"), errors.chain(unseen).collect(), true);
    let left_out =
        coverage.not_shown.iter().map(|own| format!("{} {}", counted(own.findings, "finding"), own.reason));
    list(&mut out, ("not-shown", "Left out of this report"), left_out.collect(), true);
    let clusters = coverage.clusters.iter().map(|own| {
        let same = own.same_as.as_ref().map(|same| format!(", the same as {same}")).unwrap_or_default();
        let notes = own.notes.iter().flat_map(|note| ["; ", note]).collect::<String>();
        format!("{}: {}{same}{notes}", own.name, counted(own.objects, "object"))
    });
    list(&mut out, ("clusters", "Clusters that were read"), clusters.collect(), false);
    let passed = coverage.passed_over.iter().map(|own| format!("{}: {}", own.path, own.reason));
    list(&mut out, ("passed-over", "Passed over"), passed.collect(), false);
    out.0
}

/// A list that can be opened; nothing for an empty one.
fn list(out: &mut Markup, (class, heading): (&str, &str), items: Vec<String>, open: bool) {
    if items.is_empty() {
        return;
    }
    let open = if open { " open" } else { "" };
    out.raw(&format!("<details class=\"{class}\"{open}><summary>"))
        .text(&format!("{heading} ({})", items.len()));
    out.raw("</summary><ul>");
    for item in items {
        out.lines("li", &item);
    }
    out.raw("</ul></details>\n");
}
