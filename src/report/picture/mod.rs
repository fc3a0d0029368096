//! Turns pictures of flows into the languages in which they are drawn: SVG, DOT and Mermaid.

mod dot;
mod layered;
mod layout;
mod mermaid;
mod ranks;
mod svg;
mod words;

use std::io::Write;

use super::Outcome;
use crate::finding::EdgeState;
use crate::finding::PictureEdge;
use crate::finding::Signal;

/// Writes the pictures of all stacks as one SVG.
pub(crate) fn write_svg(outcome: Outcome<'_>, out: &mut impl Write) -> std::io::Result<()> {
    out.write_all(svg::file(&outcome.report.pictures, &outcome.report.findings).as_bytes())
}

/// Writes the pictures of all stacks as one graph in the language of Graphviz.
pub(crate) fn write_dot(outcome: Outcome<'_>, out: &mut impl Write) -> std::io::Result<()> {
    out.write_all(dot::file(&outcome.report.pictures, &outcome.report.findings).as_bytes())
}

/// Writes the pictures of all stacks as one flowchart of Mermaid.
pub(crate) fn write_mermaid(outcome: Outcome<'_>, out: &mut impl Write) -> std::io::Result<()> {
    out.write_all(mermaid::file(&outcome.report.pictures, &outcome.report.findings).as_bytes())
}

/// The colour and the width of an edge, for languages without style sheets; as in `picture.css`.
const fn stroke(edge: &PictureEdge) -> (&'static str, &'static str) {
    let color = match (edge.state, edge.signal) {
        (EdgeState::Leaks | EdgeState::Accepted, _) => "#c8102e",
        (EdgeState::Feeds, _) => "#d9606f",
        (EdgeState::Undecided | EdgeState::Faulty, _) => "#a86400",
        (EdgeState::Idle, _) => "#9aa4b2",
        (EdgeState::Fine, Signal::Logs) => "#0b7285",
        (EdgeState::Fine, Signal::Metrics) => "#5a46b5",
        (EdgeState::Fine, Signal::Traces) => "#2b7a3d",
        (EdgeState::Fine, Signal::Profiles) => "#8a4b08",
        (EdgeState::Fine, Signal::Other) => "#5b6675",
    };
    (color, if matches!(edge.state, EdgeState::Leaks) { "3" } else { "1.5" })
}

#[cfg(test)]
mod tests;
