//! Turns nodes and edges into words, the same for every language of pictures.

use crate::finding::EdgeState;
use crate::finding::Finding;
use crate::finding::NodeKind;
use crate::finding::Picture;
use crate::finding::PictureEdge;
use crate::finding::PictureNode;
use crate::finding::Severity;
use crate::report::clean;

/// What a node is called: `loki.write local`, `Loki`.
pub(crate) fn name(node: &PictureNode) -> String {
    let name = match (node.kind, node.components.as_slice()) {
        (_, [component]) => component.clone(),
        _ => node.title.clone(),
    };
    clean::line(&name)
}

/// All of a node in one sentence.
pub(crate) fn of_node(node: &PictureNode, findings: &[Finding]) -> String {
    let mut words = format!("{}: {}", node.kind.words(), name(node));
    if node.components.is_empty() && !node.detail.is_empty() {
        words.extend([format!(" ({})", clean::line(&node.detail))]);
    }
    if node.components.len() > 1 {
        words.extend([format!(": {}", clean::line(&node.components.join(", ")))]);
    }
    words + &found(&node.findings, findings)
}

/// All of an edge in one sentence: `logs from a to b: leaks`.
pub(crate) fn of_edge(picture: &Picture, edge: &PictureEdge, findings: &[Finding]) -> String {
    let end = |index: usize| picture.nodes.get(index).map(name).unwrap_or_default();
    let state = match edge.judged(|index| findings.get(index)) {
        EdgeState::Fine => String::new(),
        state => format!(": {}", state.words()),
    };
    let found = found(&edge.findings, findings);
    format!("{} from {} to {}{state}{found}", edge.signal.name(), end(edge.from), end(edge.to))
}

/// `; 2 findings, the worst an error`.
fn found(indices: &[usize], findings: &[Finding]) -> String {
    match (indices.len(), worst(indices, findings)) {
        (0, _) | (_, None) => String::new(),
        (1, Some(severity)) => format!("; 1 finding ({})", severity.name()),
        (count, Some(severity)) => format!("; {count} findings (worst: {})", severity.name()),
    }
}

/// The worst severity among some findings.
pub(crate) fn worst(indices: &[usize], findings: &[Finding]) -> Option<Severity> {
    indices.iter().filter_map(|index| findings.get(*index)).map(|finding| finding.severity).max()
}

/// What a picture shows, in one sentence.
pub(crate) fn of_picture(picture: &Picture, findings: &[Finding]) -> String {
    let count = |kind: NodeKind| picture.nodes.iter().filter(|node| node.kind == kind).count();
    let judged = |edge: &PictureEdge| edge.judged(|index| findings.get(index));
    let in_state = |state: EdgeState| picture.edges.iter().filter(|edge| judged(edge) == state).count();
    let mut parts = vec![
        counted(picture.collectors.len(), "collector", "collectors"),
        counted(count(NodeKind::Source), "source", "sources"),
        counted(count(NodeKind::Store), "store", "stores"),
        counted(count(NodeKind::Host), "destination outside", "destinations outside"),
        counted(in_state(EdgeState::Leaks), "leak of logs", "leaks of logs"),
    ];
    for (state, one, more) in [
        (EdgeState::Accepted, "accepted leak", "accepted leaks"),
        (EdgeState::Undecided, "way that is undecided", "ways that are undecided"),
    ] {
        if in_state(state) > 0 {
            parts.push(counted(in_state(state), one, more));
        }
    }
    parts.join(", ")
}

fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// At most so many characters, with `…` for the rest.
pub(super) fn short(text: &str, most: usize) -> String {
    let text = clean::line(text);
    if text.chars().count() <= most {
        return text;
    }
    let head: String = text.chars().take(most.saturating_sub(1)).collect();
    head + "…"
}

/// As [`short`], but the end is kept: what tells hosts and labels apart often stands there.
pub(super) fn short_middle(text: &str, most: usize) -> String {
    let text = clean::line(text);
    let count = text.chars().count();
    if count <= most || most < 4 {
        return short(&text, most);
    }
    let (head, tail) = (most - 1 - most / 2, most / 2);
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    format!("{start}…{end}")
}
