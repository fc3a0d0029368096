//! Turns pictures into a graph of Graphviz: `ptd-lint graph -o dot . | dot -Tsvg`.

use std::fmt::Write as _;

use super::words;
use crate::finding::Area;
use crate::finding::EdgeState;
use crate::finding::Finding;
use crate::finding::NodeKind;
use crate::finding::Picture;
use crate::finding::PictureEdge;
use crate::finding::PictureNode;
use crate::finding::Signal;
use crate::report::clean;

/// One graph with a cluster for each stack and zone.
pub(super) fn file(pictures: &[Picture], findings: &[Finding]) -> String {
    let mut out = String::from(
        "digraph \"ptd-lint\" {\n  rankdir=LR;\n  fontname=\"sans-serif\";\n  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11];\n  edge [fontname=\"sans-serif\", fontsize=9];\n",
    );
    for (index, picture) in pictures.iter().enumerate() {
        stack(&mut out, picture, index, findings);
    }
    out.push_str("}\n");
    out
}

fn stack(out: &mut String, picture: &Picture, index: usize, findings: &[Finding]) {
    let _ = writeln!(out, "  subgraph cluster_{index} {{");
    let _ = writeln!(out, "    label={};", quoted(&picture.heading()));
    let collectors = (0..picture.collectors.len()).map(Area::Collector);
    let _ = writeln!(
        out,
        "    subgraph cluster_{index}_workload {{\n      label=\"Workload\";\n      style=rounded;"
    );
    for area in collectors {
        let Area::Collector(number) = area else { continue };
        let name = picture.collectors.get(number).map_or("", String::as_str);
        let _ = writeln!(out, "      subgraph cluster_{index}_c{number} {{");
        let _ = writeln!(out, "        label={};", quoted(&format!("Collector {name}")));
        nodes(out, picture, index, area, findings);
        out.push_str("      }\n");
    }
    nodes(out, picture, index, Area::Workload, findings);
    out.push_str("    }\n");
    for area in Area::OUTSIDE {
        if picture.nodes.iter().any(|node| node.area == area) {
            let _ = writeln!(out, "    subgraph cluster_{index}_{} {{", area.id().replace('-', "_"));
            let _ = writeln!(out, "      label={};\n      style=\"rounded,dashed\";", quoted(area.words()));
            nodes(out, picture, index, area, findings);
            out.push_str("    }\n");
        }
    }
    for edge in &picture.edges {
        draw_edge(out, picture, index, edge, findings);
    }
    out.push_str("  }\n");
}

fn nodes(out: &mut String, picture: &Picture, index: usize, area: Area, findings: &[Finding]) {
    for (own, node) in picture.nodes.iter().enumerate().filter(|(_, node)| node.area == area) {
        let _ = writeln!(
            out,
            "        p{index}n{own} [label={}, tooltip={}{}];",
            quoted(&label(node)),
            quoted(&words::of_node(node, findings)),
            shape(node.kind)
        );
    }
}

/// All components by name: nothing is left out of a text.
fn label(node: &PictureNode) -> String {
    match node.components.as_slice() {
        [] => [node.title.as_str(), node.detail.as_str()].join("\n").trim_end().to_owned(),
        [component] => component.clone(),
        several => several.join("\n"),
    }
}

const fn shape(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Source => ", shape=oval",
        NodeKind::Step | NodeKind::Sink => "",
        NodeKind::Aside => ", style=dotted",
        NodeKind::Hidden => ", style=dashed, color=\"#a86400\"",
        NodeKind::Store => ", shape=cylinder, style=solid",
        NodeKind::Program => ", shape=component, style=solid",
        NodeKind::Host => ", shape=oval, peripheries=2",
    }
}

fn draw_edge(out: &mut String, picture: &Picture, index: usize, edge: &PictureEdge, findings: &[Finding]) {
    let style = match edge.signal {
        Signal::Logs => "solid",
        Signal::Metrics => "dashed",
        Signal::Traces | Signal::Profiles | Signal::Other => "dotted",
    };
    let state = edge.judged(|index| findings.get(index));
    let (color, width) = super::stroke(state, edge.signal);
    let label = match state {
        EdgeState::Fine | EdgeState::Feeds => edge.signal.name().to_owned(),
        state => format!("{}: {}", edge.signal.name(), state.words()),
    };
    let _ = writeln!(
        out,
        "    p{index}n{} -> p{index}n{} [label={}, style={style}, color=\"{color}\", fontcolor=\"{color}\", penwidth={width}, tooltip={}];",
        edge.from,
        edge.to,
        quoted(&label),
        quoted(&words::of_edge(picture, edge, findings))
    );
}

/// A string of the language. Graphviz reads `\n` as a line end and `\N`, `\G` and others as names of its own, so that a
/// backslash stands for itself only behind another one.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in clean::lines(text).chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            // Entities of HTML are read in strings too.
            '&' => out.push_str("&amp;"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
