//! Turns pictures into a flowchart of Mermaid, which code hosts draw in Markdown.

use std::fmt::Write as _;

use super::words;
use crate::finding::Area;
use crate::finding::EdgeState;
use crate::finding::Finding;
use crate::finding::NodeKind;
use crate::finding::Picture;
use crate::finding::PictureNode;
use crate::finding::Signal;
use crate::report::clean;

/// More edges than this Mermaid refuses, unless a page sets its `maxEdges` higher; code hosts do not.
const MOST_EDGES: usize = 500;

/// More characters than this, counted as JavaScript does, it refuses too: its `maxTextSize`.
const MOST_CHARACTERS: usize = 50_000;

/// Why code hosts do not draw a flowchart, if they do not, and what to use instead.
pub(super) fn refused(edges: usize, text: &str) -> Option<String> {
    let characters = text.encode_utf16().count();
    (edges > MOST_EDGES || characters > MOST_CHARACTERS).then(|| {
        format!(
            "the Mermaid picture has {edges} edges and {characters} characters: code hosts draw at most {MOST_EDGES} and \
             {MOST_CHARACTERS}; `-o svg` and `-o dot` have no such limit"
        )
    })
}

/// One flowchart with a subgraph for each stack and zone.
pub(super) fn file(pictures: &[Picture], findings: &[Finding]) -> String {
    let mut out = String::from("flowchart LR\n");
    // Styles of edges go by their number in the file.
    let mut styles = Vec::new();
    for (index, picture) in pictures.iter().enumerate() {
        stack(&mut out, picture, index, findings, &mut styles);
    }
    out.push_str(
        "  classDef aside stroke-dasharray:2 3\n  classDef hidden stroke:#a86400,stroke-dasharray:5 4\n",
    );
    for (number, style) in styles.iter().enumerate() {
        let _ = writeln!(out, "  linkStyle {number} {style}");
    }
    out
}

fn stack(out: &mut String, picture: &Picture, index: usize, findings: &[Finding], styles: &mut Vec<String>) {
    let _ = writeln!(out, "  subgraph p{index}[{}]", quoted(&picture.heading()));
    let _ = writeln!(out, "    subgraph p{index}workload[\"Workload\"]");
    for number in 0..picture.collectors.len() {
        let name = picture.collectors.get(number).map_or("", String::as_str);
        let _ = writeln!(out, "      subgraph p{index}c{number}[{}]", quoted(&format!("Collector {name}")));
        nodes(out, picture, index, Area::Collector(number));
        out.push_str("      end\n");
    }
    nodes(out, picture, index, Area::Workload);
    out.push_str("    end\n");
    for area in Area::OUTSIDE {
        if picture.nodes.iter().any(|node| node.area == area) {
            let id = area.id().replace('-', "");
            let _ = writeln!(out, "    subgraph p{index}{id}[{}]", quoted(area.words()));
            nodes(out, picture, index, area);
            out.push_str("    end\n");
        }
    }
    out.push_str("  end\n");
    for edge in &picture.edges {
        let state = edge.judged(|index| findings.get(index));
        let arrow = match (state, edge.signal) {
            (EdgeState::Leaks, _) => "==>",
            (_, Signal::Logs) => "-->",
            _ => "-.->",
        };
        let label = match state {
            EdgeState::Fine | EdgeState::Feeds => edge.signal.name().to_owned(),
            state => format!("{}: {}", edge.signal.name(), state.words()),
        };
        let (from, to) = (edge.from, edge.to);
        let _ = writeln!(out, "  p{index}n{from} {arrow}|{}| p{index}n{to}", quoted(&label));
        let (color, width) = super::stroke(state, edge.signal);
        styles.push(format!("stroke:{color},stroke-width:{width}px"));
    }
}

fn nodes(out: &mut String, picture: &Picture, index: usize, area: Area) {
    for (own, node) in picture.nodes.iter().enumerate().filter(|(_, node)| node.area == area) {
        let (open, close) = match node.kind {
            NodeKind::Source | NodeKind::Host => ("([", "])"),
            NodeKind::Store => ("[(", ")]"),
            _ => ("[", "]"),
        };
        let class = match node.kind {
            NodeKind::Aside => ":::aside",
            NodeKind::Hidden => ":::hidden",
            _ => "",
        };
        let _ = writeln!(out, "        p{index}n{own}{open}{}{close}{class}", quoted(&label(node)));
    }
}

/// All components by name.
fn label(node: &PictureNode) -> String {
    match node.components.as_slice() {
        [] => [node.title.as_str(), node.detail.as_str()].join("\n").trim_end().to_owned(),
        [_] => words::name(node),
        several => several.join("\n"),
    }
}

/// A string of the language. It is read as Markdown and HTML, and knows entities by number with `#`.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in clean::lines(text).chars() {
        match character {
            '\n' => out.push_str("<br/>"),
            own if own.is_alphanumeric() || " .,:;/_-()'…✓".contains(own) => out.push(own),
            other => {
                let _ = write!(out, "#{};", u32::from(other));
            }
        }
    }
    out.push('"');
    out
}
