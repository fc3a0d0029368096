//! Turns pictures of flows into the languages in which they are drawn: SVG, DOT and Mermaid.

mod dot;
mod layered;
mod layout;
mod mermaid;
mod ranks;
mod svg;
mod words;

pub(super) use svg::STYLE;
pub(super) use svg::escape;
pub(super) use svg::legend_part;
pub(super) use svg::part;
#[cfg(test)]
pub(super) use tests::CANARY;
#[cfg(test)]
pub(super) use tests::sample;
pub(super) use words::name;
pub(super) use words::of_edge;
pub(super) use words::of_node;
pub(super) use words::of_picture;

use super::Outcome;
use crate::finding::EdgeState;
use crate::finding::Report;
use crate::finding::Signal;

/// A language in which flows are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PictureForm {
    /// A picture for browsers, by itself.
    Svg,
    /// For Graphviz.
    Dot,
    /// For Mermaid, which code hosts draw in Markdown.
    Mermaid,
}

impl PictureForm {
    /// All of them, as help names them.
    pub(crate) const ALL: [Self; 3] = [Self::Svg, Self::Dot, Self::Mermaid];

    /// The name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Dot => "dot",
            Self::Mermaid => "mermaid",
        }
    }

    /// The form of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }

    /// The names of all forms, for people.
    pub(crate) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// The pictures of all stacks as one text.
    pub(crate) fn draw(self, outcome: Outcome<'_>) -> String {
        let Report { pictures, findings, .. } = outcome.report;
        match self {
            Self::Svg => svg::file(pictures, findings),
            Self::Dot => dot::file(pictures, findings),
            Self::Mermaid => mermaid::file(pictures, findings),
        }
    }

    /// Why what [`Self::draw`] made is not drawn by those that it is for, and what is instead.
    pub(crate) fn refused(self, outcome: Outcome<'_>, text: &str) -> Option<String> {
        match self {
            Self::Svg | Self::Dot => None,
            Self::Mermaid => {
                let edges = outcome.report.pictures.iter().map(|picture| picture.edges.len()).sum();
                mermaid::refused(edges, text)
            }
        }
    }
}

/// The colour and the width of an edge, for languages without style sheets; as in `picture.css`.
const fn stroke(state: EdgeState, signal: Signal) -> (&'static str, &'static str) {
    let color = match (state, signal) {
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
    (color, if matches!(state, EdgeState::Leaks) { "3" } else { "1.5" })
}

#[cfg(test)]
mod tests;
