//! Turns a report that was read back into text: findings in words, since the texts that they point into are not here.

use std::io::Write;

use super::Style;
use super::clean;
use super::clusters;
use super::snippet::wrap;
use super::write_end;
use crate::finding::GitState;
use crate::finding::Report;
use crate::report::contract::FindingJson;
use crate::report::contract::LocationJson;
use crate::report::contract::ReportJson;
use crate::report::told::place_name as name;

/// Writes the report; `own` is the same one without places.
pub(crate) fn write(
    report: &ReportJson,
    own: &Report,
    style: Style,
    out: &mut impl Write,
) -> std::io::Result<()> {
    clusters::write_table(own, style, out)?;
    for finding in report.findings.iter().filter(|finding| finding.accepted.is_none()) {
        writeln!(out, "{}", finding_text(finding, own, style))?;
    }
    let shown = |index: usize| report.findings.get(index)?.location.as_ref().map(name);
    write_end(own, shown, style, out)
}

fn finding_text(finding: &FindingJson, own: &Report, style: Style) -> String {
    let head = format!("{}[{}]: {}\n", finding.severity, finding.rule, finding.message);
    let mut text = clean::lines(&head);
    if let Some(place) = &finding.location {
        text.extend(["  at ", &shown(place), "\n"]);
    }
    for label in &finding.related {
        text.extend(["  note: ", &shown(&label.place()), ": ", &clean::line(&label.label), "\n"]);
    }
    let having: Vec<&str> = finding.clusters.iter().map(String::as_str).collect();
    let first = finding.location.as_ref();
    let further = finding.also_at.iter().map(|own| own.location.as_ref());
    let places = std::iter::once(first).chain(further).map(|place| place.map(name).unwrap_or_default());
    let git = finding.git.as_ref().map(|git| {
        let words = GitState::from_id(&git.state).map_or(git.state.as_str(), |state| state.words());
        (words, git.reason.as_str(), git.location.as_ref().map(name))
    });
    let git = git.as_ref().map(|(state, reason, place)| (*state, *reason, place.as_deref()));
    let places: Vec<String> = places.collect();
    text.push_str(&clusters::lines(&having, &places, git, &own.coverage, style));
    wrap(&mut text, "  help: ", &clean::lines(&finding.help), style.width);
    text
}

fn shown(place: &LocationJson) -> String {
    clean::line(&name(place))
}
