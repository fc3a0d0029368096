//! Turns pictures into the part of the page in which nodes and ways can be chosen.

use std::fmt::Write as _;

use super::Markup;
use super::findings::Lines;
use super::markup::attribute;
use crate::finding::Finding;
use crate::finding::Label;
use crate::finding::Picture;
use crate::report::Outcome;
use crate::report::picture;

/// All pictures, each with its details and as a table.
pub(super) fn section(
    pictures: &[Picture],
    outcome: Option<Outcome<'_>>,
    mut lines: Option<&mut Lines<'_>>,
) -> String {
    let mut out = Markup::default();
    let Some(outcome) = outcome else {
        out.element("p class=\"none\"", "Reports that were joined have no pictures.");
        return out.0;
    };
    let findings = &outcome.report.findings;
    if pictures.iter().all(|picture| picture.nodes.is_empty()) {
        out.element("p class=\"none\"", "No collector in the input: there is no flow to draw.");
        return out.0;
    }
    out.raw(&picture::legend_part(pictures, findings));
    for (index, own) in pictures.iter().enumerate().filter(|(_, own)| !own.nodes.is_empty()) {
        let heading = own.heading();
        let _ = write!(
            out.0,
            "<section class=\"flow\" data-picture=\"{index}\"{}>",
            attribute("aria-label", &heading)
        );
        if pictures.len() > 1 {
            out.element("h3 class=\"stack\"", &heading);
        }
        out.element("p class=\"summary\"", &picture::of_picture(own, findings));
        out.raw("<div class=\"zoom\" role=\"group\" aria-label=\"Size of the picture\"><button type=\"button\" data-zoom=\"out\" aria-label=\"Smaller\">−</button><button type=\"button\" data-zoom=\"fit\">Fit</button><button type=\"button\" data-zoom=\"in\" aria-label=\"Larger\">+</button></div>");
        out.raw("<div class=\"canvas\">").raw(&picture::part(own, index, findings)).raw("</div>");
        out.raw("<div class=\"details\" role=\"region\" aria-live=\"polite\" aria-label=\"What is chosen\"><p class=\"hint\">Choose a part or a line: by mouse, or with Tab, arrow keys and Enter. Escape chooses nothing.</p></div>\n");
        table(&mut out, own, index, findings);
        templates(&mut out, own, index, findings, lines.as_deref_mut());
        out.raw("</section>\n");
    }
    out.0
}

/// The same as a table, for readers, printers and searches.
fn table(out: &mut Markup, own: &Picture, index: usize, findings: &[Finding]) {
    let name = |node: usize| own.nodes.get(node).map(picture::name).unwrap_or_default();
    out.raw("<details class=\"table\"><summary>The same as a table</summary><div class=\"wide\" tabindex=\"0\" role=\"region\"");
    out.raw(&attribute("aria-label", &format!("Ways of telemetry in {}", own.heading())));
    out.raw("><table><thead><tr><th scope=\"col\">From</th><th scope=\"col\">Signal</th><th scope=\"col\">To</th><th scope=\"col\">State</th><th scope=\"col\">Findings</th></tr></thead><tbody>\n");
    for (number, edge) in own.edges.iter().enumerate() {
        let state = edge.judged(|index| findings.get(index));
        let label = attribute("aria-label", &format!("Show {}", picture::of_edge(own, edge, findings)));
        let _ = write!(out.0, "<tr class=\"{}\">", state.id());
        out.element("td", &name(edge.from)).element("td", edge.signal.name()).element("td", &name(edge.to));
        let _ = write!(
            out.0,
            "<td><button type=\"button\" class=\"link show\" data-chosen=\"p{index}-e{number}\"{label}>{}</button></td><td>",
            state.words()
        );
        links(out, &edge.findings, findings);
        out.raw("</td></tr>\n");
    }
    out.raw("</tbody></table></div></details>\n");
}

fn links(out: &mut Markup, indices: &[usize], findings: &[Finding]) {
    for index in indices {
        let Some(finding) = findings.get(*index) else { continue };
        let _ = write!(out.0, "<a class=\"{}\" href=\"#f{index}\">", finding.severity.name());
        out.text(&finding.rule).raw("</a> ");
    }
}

/// What is shown of each node and edge when it is chosen.
fn templates(
    out: &mut Markup,
    own: &Picture,
    index: usize,
    findings: &[Finding],
    mut lines: Option<&mut Lines<'_>>,
) {
    let mut template = |out: &mut Markup, id: &str, parts: Parts<'_>| {
        let _ = write!(out.0, "<template id=\"about-{id}\">");
        out.element("h3", &parts.words);
        for note in parts.notes {
            out.element("p", note);
        }
        out.raw("<div class=\"way\"></div>");
        if !parts.findings.is_empty() {
            out.raw("<div class=\"about\"><h4>Findings</h4><ul>");
            for number in parts.findings {
                let Some(finding) = findings.get(*number) else { continue };
                let severity = finding.severity.name();
                let accepted = if finding.is_open() { "" } else { " (accepted)" };
                let _ = write!(out.0, "<li><span class=\"badge {severity}\">{severity}{accepted}</span> ");
                out.prose(&format!("a href=\"#f{number}\""), &finding.message);
                out.prose("p class=\"help\"", &finding.help).raw("</li>");
            }
            out.raw("</ul></div>");
        }
        let frames = lines.as_mut().map(|lines| lines.of_places(parts.places)).unwrap_or_default();
        if !frames.is_empty() {
            out.raw("<div class=\"lines\"><h4>Configuration</h4>").raw(&frames).raw("</div>");
        }
        out.raw("</template>\n");
    };
    for (number, node) in own.nodes.iter().enumerate() {
        let words = picture::of_node(node, findings);
        let parts = Parts { words, notes: &node.notes, places: &node.places, findings: &node.findings };
        template(out, &format!("p{index}-n{number}"), parts);
    }
    for (number, edge) in own.edges.iter().enumerate() {
        let words = picture::of_edge(own, edge, findings);
        let parts = Parts { words, notes: &edge.notes, places: &edge.places, findings: &edge.findings };
        template(out, &format!("p{index}-e{number}"), parts);
    }
}

/// What there is to say of a part of a picture.
struct Parts<'p> {
    words: String,
    notes: &'p [String],
    places: &'p [Label],
    findings: &'p [usize],
}

/// The graph for the script: names of nodes, and edges as `[from, to, signal, state, findings]`.
pub(super) fn data(pictures: &[Picture], outcome: Option<Outcome<'_>>) -> String {
    let findings = outcome.map(|own| own.report.findings.as_slice()).unwrap_or_default();
    let graphs: Vec<serde_json::Value> = pictures
        .iter()
        .map(|own| {
            let nodes: Vec<_> = own
                .nodes
                .iter()
                .map(|node| serde_json::json!([picture::name(node), node.findings]))
                .collect();
            let edges = own.edges.iter().map(|edge| {
                let state = edge.judged(|index| findings.get(index)).id();
                serde_json::json!([edge.from, edge.to, edge.signal.name(), state, edge.findings])
            });
            serde_json::json!({ "nodes": nodes, "edges": edges.collect::<Vec<_>>() })
        })
        .collect();
    // Nothing in it can end the element that it stands in.
    serde_json::Value::from(graphs)
        .to_string()
        .replace('&', "\\u0026")
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
}
