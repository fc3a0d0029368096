//! Turns verdicts into the board at the top of the page.

use std::fmt::Write as _;

use super::Markup;
use super::counted;
use super::markup::attribute;
use crate::finding::Invariant;
use crate::report::contract::ReportJson;
use crate::report::contract::VerdictJson;

/// The line under the heading: how many findings count, and whether all was seen.
pub(super) fn summary(report: &ReportJson) -> String {
    let mut out = Markup::default();
    out.raw("<ul class=\"tally\">");
    for (class, count, word) in [
        ("error", report.summary.error, "error"),
        ("warning", report.summary.warning, "warning"),
        ("info", report.summary.info, "info"),
    ] {
        let empty = if count == 0 { " none" } else { "" };
        out.element(&format!("li class=\"{class}{empty}\""), &counted(count, word));
    }
    if report.summary.accepted > 0 {
        out.element("li class=\"accepted\"", &format!("{} accepted", report.summary.accepted));
    }
    out.raw("</ul>");
    let coverage = &report.coverage;
    if !coverage.errors.is_empty() || !coverage.not_seen.is_empty() {
        let missing = coverage.errors.len() + coverage.not_seen.len();
        let words = format!("The run is incomplete: {} could not be read.", counted(missing, "part"));
        out.raw("<p class=\"incomplete\" role=\"note\">")
            .text(&words)
            .raw(" <a href=\"#coverage\">What</a></p>");
    }
    out.0
}

/// All verdicts: one block for each stack, and a table of all where there are several.
pub(super) fn verdicts(report: &ReportJson) -> String {
    let mut out = Markup::default();
    let mut blocks: Vec<&[VerdictJson]> = Vec::new();
    blocks.extend(report.verdicts.chunk_by(|a, b| (&a.subject, &a.cluster) == (&b.subject, &b.cluster)));
    if blocks.is_empty() {
        out.element("p", "No verdict: nothing was judged.");
    }
    if blocks.len() > 1 {
        matrix(&mut out, &blocks);
    }
    for block in &blocks {
        let Some(first) = block.first() else { continue };
        let violated = block.iter().any(|own| matches!(own.verdict.as_str(), "violated" | "undecided"));
        if blocks.len() > 1 {
            out.raw(if violated && blocks.len() < 6 { "<details open>" } else { "<details>" });
            out.raw("<summary>").element("span class=\"stack\"", &name(first)).raw("</summary>");
        } else {
            out.element("h3 class=\"stack\"", &name(first));
        }
        out.raw("<ul class=\"board\">\n");
        for verdict in *block {
            card(&mut out, verdict);
        }
        out.raw("</ul>\n");
        if blocks.len() > 1 {
            out.raw("</details>");
        }
    }
    out.0
}

fn card(out: &mut Markup, verdict: &VerdictJson) {
    let promise = Invariant::from_id(&verdict.invariant).map_or("", Invariant::promise);
    let class = class(&verdict.verdict);
    let _ = write!(
        out.0,
        "<li class=\"card {class}\"><span class=\"sign\" aria-hidden=\"true\">{}</span>",
        sign(class)
    );
    out.element("h4", &verdict.invariant).element("span class=\"word\"", &verdict.verdict.replace('-', " "));
    out.element("p class=\"promise\"", promise).prose("p class=\"summary\"", &verdict.summary);
    if verdict.accepted > 0 {
        out.element(
            "p class=\"exceptions\"",
            &format!("with {}", counted(verdict.accepted, "accepted exception")),
        );
    }
    if verdict.not_shown > 0 {
        let words = format!("{} left out of this report", counted(verdict.not_shown, "finding"));
        out.element("p class=\"exceptions\"", &words);
    }
    if !verdict.assumptions.is_empty() {
        out.raw("<details><summary>").text(&format!("Assumed ({})", verdict.assumptions.len()));
        out.raw("</summary><ul>");
        for assumption in &verdict.assumptions {
            out.element("li", assumption);
        }
        out.raw("</ul></details>");
    }
    if !verdict.findings.is_empty() {
        let label =
            format!("Show {} about {}", counted(verdict.findings.len(), "finding"), verdict.invariant);
        let (promise, label) =
            (attribute("data-promise", &verdict.invariant), attribute("aria-label", &label));
        let words = counted(verdict.findings.len(), "finding");
        out.element(&format!("button type=\"button\" class=\"link only\"{promise}{label}"), &words);
    }
    out.raw("</li>\n");
}

/// How each promise ended in each stack.
fn matrix(out: &mut Markup, blocks: &[&[VerdictJson]]) {
    out.raw("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Verdicts of all stacks\"><table class=\"matrix\"><thead><tr><th scope=\"col\">Stack</th>");
    for invariant in Invariant::ALL {
        out.element("th scope=\"col\"", invariant.id());
    }
    out.raw("</tr></thead><tbody>");
    for block in blocks {
        let Some(first) = block.first() else { continue };
        out.raw("<tr>").element("th scope=\"row\"", &name(first));
        for invariant in Invariant::ALL {
            match block.iter().find(|own| own.invariant == invariant.id()) {
                Some(own) => {
                    let class = class(&own.verdict);
                    let words = format!("{} {}", sign(class), own.verdict.replace('-', " "));
                    out.element(&format!("td class=\"{class}\""), &words);
                }
                None => {
                    out.raw("<td></td>");
                }
            }
        }
        out.raw("</tr>");
    }
    out.raw("</tbody></table></div>");
}

/// What was judged.
pub(super) fn name(verdict: &VerdictJson) -> String {
    match &verdict.cluster {
        Some(cluster) if *cluster != verdict.subject => format!("{cluster} ({})", verdict.subject),
        _ => verdict.subject.clone(),
    }
}

/// The class of a verdict: one of our own words, whatever a report that was read back says.
fn class(verdict: &str) -> &'static str {
    match verdict {
        "holds" => "holds",
        "violated" => "violated",
        "not-applicable" => "not-applicable",
        _ => "undecided",
    }
}

fn sign(class: &str) -> &'static str {
    match class {
        "holds" => "✓",
        "violated" => "✗",
        "not-applicable" => "–",
        _ => "?",
    }
}
