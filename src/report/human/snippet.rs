//! Turns one finding into its message, the source lines of all its places, and the remedy.

use std::fmt::Write as _;

use miette::GraphicalReportHandler;
use miette::LabeledSpan;
use miette::SourceCode;

use super::Style;
use super::clean;
use super::clusters;
use super::excerpt::Excerpt;
use super::excerpt::Mark;
use super::mask::Masks;
use crate::document::Documents;
use crate::document::Place;
use crate::document::Resolved;
use crate::finding::Coverage;
use crate::finding::Finding;
use crate::finding::Label;
use crate::finding::Severity;
use crate::report::Outcome;

/// How many further places are shown with their source lines. The rest are named in one line each: a leak that every
/// source of a large stack feeds would fill the screen.
const MARKED: usize = 12;

/// The finding as text.
pub(super) fn render(
    Outcome { documents, report }: Outcome<'_>,
    secrets: &mut Masks<'_>,
    finding: &Finding,
    handler: &GraphicalReportHandler,
    style: Style,
) -> String {
    let split = finding.related.len().min(MARKED);
    let (marked, rest) = finding.related.split_at(split);
    let marks: Vec<Mark<'_>> = marks(finding).collect();
    let excerpt = Excerpt::new(documents, secrets, &marks);
    let unseen: Vec<&Label> = marked
        .iter()
        .zip(usize::from(finding.place.is_some())..)
        .filter(|(_, index)| excerpt.left_out.contains(index))
        .map(|(label, _)| label)
        .chain(rest)
        .collect();

    let diagnostic = Diagnostic { finding, excerpt };
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = handler.render_report(&mut text, &diagnostic);
    if let Some(place) = finding.place
        && let Some(within) = within_resolved(&documents.resolve(place))
    {
        let _ = writeln!(text, "  in {within}");
    }
    for label in marked.iter().filter(|label| is_elsewhere(documents, finding.place, label.place)) {
        text.push_str(&note(documents, label));
    }
    for label in unseen {
        text.push_str(&note(documents, label));
    }
    text.push_str(&of_clusters(documents, finding, &report.coverage, style));
    wrap(&mut text, "  help: ", &clean::lines(&finding.help), style.width);
    text
}

/// The places of a finding that are shown with their source lines: its own, and the first of the others.
pub(super) fn marks(finding: &Finding) -> impl Iterator<Item = Mark<'_>> {
    let own = finding.place.map(|place| Mark { place, text: &finding.label, primary: true });
    let others = finding.related.iter().take(MARKED);
    own.into_iter().chain(others.map(|label| Mark { place: label.place, text: &label.text, primary: false }))
}

/// Which clusters have the finding, and how it stands in Git.
fn of_clusters(documents: &Documents, finding: &Finding, coverage: &Coverage, style: Style) -> String {
    let shown = |place: Option<Place>| place.map(|place| documents.resolve(place).shown());
    let having: Vec<&str> = finding.seen.clusters.iter().map(|own| own.cluster.as_str()).collect();
    let places = finding.seen.clusters.iter().map(|own| shown(own.place).unwrap_or_default());
    let git = finding.seen.git.as_ref();
    let at = git.and_then(|git| shown(git.place));
    let git = git.map(|git| (git.state.words(), git.reason.as_str(), at.as_deref()));
    clusters::lines(&having, &places.collect::<Vec<_>>(), git, coverage, style)
}

/// Whether a place lies in another embedded text than the finding's own: its source lines then do not say in which.
fn is_elsewhere(documents: &Documents, primary: Option<Place>, place: Place) -> bool {
    primary.is_none_or(|primary| primary.doc != place.doc)
        && documents
            .opened(place.doc.file)
            .get(place.doc.index as usize)
            .is_some_and(|own| own.host.is_some())
}

fn note(documents: &Documents, label: &Label) -> String {
    let place = documents.resolve(label.place);
    let within = within_resolved(&place).map(|within| format!(" (in {within})")).unwrap_or_default();
    format!("  note: {}{within}: {}\n", clean::line(&place.shown()), clean::line(&label.text))
}

/// `ConfigMap alloy/x, data.config.alloy, line 12 column 3`. The name of a place in a running cluster says that itself.
fn within_resolved(place: &Resolved) -> Option<String> {
    let layers = place.layers.iter();
    let layers = layers.map(|layer| (layer.field.as_str(), layer.start.line, layer.start.column));
    within(place.object.as_deref(), layers).filter(|_| place.route.is_none())
}

/// The same of an object and the texts in it: field, line, column.
pub(in crate::report) fn within<'l>(
    object: Option<&str>,
    layers: impl Iterator<Item = (&'l str, u32, u32)>,
) -> Option<String> {
    let mut parts: Vec<String> = object.into_iter().map(clean::line).collect();
    for (field, line, column) in layers {
        parts.push(clean::line(field));
        parts.push(format!("line {line} column {column}"));
    }
    if parts.is_empty() { None } else { Some(parts.join(", ")) }
}

/// Appends `text` behind `head`, wrapped between words, continued under its own beginning.
pub(super) fn wrap(out: &mut String, head: &str, text: &str, width: usize) {
    let indent = " ".repeat(head.len());
    for (index, line) in text.lines().enumerate() {
        let mut column = head.len();
        out.push_str(if index == 0 { head } else { &indent });
        for (index, word) in line.split(' ').enumerate() {
            let length = word.chars().count();
            if index > 0 && column + 1 + length > width {
                out.push('\n');
                out.push_str(&indent);
                column = indent.len();
            } else if index > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += length;
        }
        out.push('\n');
    }
}

/// What miette prints: message and marked lines. The rest is written above.
#[derive(Debug)]
struct Diagnostic<'f> {
    finding: &'f Finding,
    excerpt: Excerpt,
}

impl std::fmt::Display for Diagnostic<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Finding { severity, rule, message, .. } = self.finding;
        write!(f, "{}[{}]: {}", severity.name(), clean::line(rule), clean::line(message))
    }
}

impl std::error::Error for Diagnostic<'_> {}

impl miette::Diagnostic for Diagnostic<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.excerpt.labels.is_empty() {
            return None;
        }
        Some(Box::new(self.excerpt.labels.iter().cloned()))
    }
}
