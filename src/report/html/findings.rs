//! Turns findings into the list of the page, with what chooses among them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Markup;
use super::board;
use super::counted;
use super::markup::attribute;
use crate::finding::Label;
use crate::finding::Picture;
use crate::finding::Report;
use crate::finding::RuleDoc;
use crate::finding::Severity;
use crate::report::Outcome;
use crate::report::contract::FindingJson;
use crate::report::contract::LocationJson;
use crate::report::contract::ReportJson;
use crate::report::human::Frame;
use crate::report::human::FrameLine;
use crate::report::human::Frames;
use crate::report::told;

/// The source lines of a run.
pub(super) struct Lines<'r> {
    frames: Frames<'r>,
    report: &'r Report,
}

impl<'r> Lines<'r> {
    /// Nothing was shown yet.
    pub(super) fn new(outcome: Outcome<'r>) -> Self {
        Self { frames: Frames::new(outcome.documents), report: outcome.report }
    }

    /// The lines of a finding.
    fn of_finding(&mut self, index: usize) -> String {
        let finding = self.report.findings.get(index);
        finding.map(|finding| drawn(&self.frames.of_finding(finding))).unwrap_or_default()
    }

    /// The lines of some places.
    pub(super) fn of_places(&mut self, places: &[Label]) -> String {
        drawn(&self.frames.of_places(places))
    }
}

/// Frames as markup.
fn drawn(frames: &[Frame]) -> String {
    let mut out = Markup::default();
    for frame in frames {
        out.raw("<figure class=\"frame\">").element("figcaption", &frame.name);
        let label = attribute("aria-label", &format!("Lines of {}", frame.name));
        let _ = write!(out.0, "<pre tabindex=\"0\" role=\"group\"{label}>");
        for line in &frame.lines {
            draw_line(&mut out, line);
        }
        out.raw("</pre></figure>");
    }
    out.0
}

fn draw_line(out: &mut Markup, line: &FrameLine) {
    let marked = if line.marks.is_empty() { "" } else { " marked" };
    let _ = write!(out.0, "<span class=\"line{marked}\" data-n=\"{}\">", line.number);
    let mut at = 0;
    for mark in &line.marks {
        // Marks may lie in one another; the first one is drawn.
        if mark.range.start < at {
            continue;
        }
        let (Some(before), Some(inside)) =
            (line.text.get(at..mark.range.start), line.text.get(mark.range.clone()))
        else {
            continue;
        };
        out.text(before);
        let class = if mark.primary { "mark class=\"primary\"" } else { "mark" };
        out.element(class, if inside.is_empty() { " " } else { inside });
        at = mark.range.end;
    }
    out.text(line.text.get(at..).unwrap_or_default()).raw("\n");
    for mark in line.marks.iter().filter(|mark| !mark.text.is_empty()) {
        // Tabs stay tabs, so that the words begin below what they are about.
        let before = line.text.get(..mark.range.start).unwrap_or_default();
        let blank: String = before.chars().map(|own| if own == '\t' { '\t' } else { ' ' }).collect();
        let class = if mark.primary { "span class=\"note primary\"" } else { "span class=\"note\"" };
        out.element(class, &format!("{blank}╰ {}", mark.text));
    }
    out.raw("</span>");
}

/// The filters and the list.
pub(super) fn section(
    report: &ReportJson,
    rules: &[RuleDoc],
    pictures: &[Picture],
    mut lines: Option<&mut Lines<'_>>,
) -> String {
    let mut out = Markup::default();
    if report.findings.is_empty() {
        out.element("p", "No finding.");
        return out.0;
    }
    filters(&mut out, report);
    let rules: BTreeMap<&str, &RuleDoc> = rules.iter().map(|rule| (rule.id.as_str(), rule)).collect();
    let mut stacks: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (number, block) in blocks(report).into_iter().enumerate() {
        for index in block.iter().flat_map(|verdict| &verdict.findings) {
            stacks.entry(*index).or_default().insert(number);
        }
    }
    let drawn: BTreeSet<usize> = pictures
        .iter()
        .flat_map(|picture| {
            let nodes = picture.nodes.iter().flat_map(|node| &node.findings);
            nodes.chain(picture.edges.iter().flat_map(|edge| &edge.findings))
        })
        .copied()
        .collect();
    // What does harm first, as far as it counts; else the order of the report.
    let mut order: Vec<usize> = (0..report.findings.len()).collect();
    let rank = |finding: &FindingJson| {
        let severity = Severity::from_name(&finding.severity).unwrap_or(Severity::Error);
        (finding.accepted.is_some(), core::cmp::Reverse(severity))
    };
    order.sort_by_key(|index| rank(&report.findings[*index]));
    out.raw("<div class=\"findings\">\n");
    for index in order {
        let finding = &report.findings[index];
        let frames = lines.as_mut().map(|lines| lines.of_finding(index));
        let own: Vec<String> = stacks.get(&index).into_iter().flatten().map(usize::to_string).collect();
        let place = Place { index, stacks: own.join(" "), is_drawn: drawn.contains(&index), frames };
        article(&mut out, finding, rules.get(finding.rule.as_str()).copied(), &place);
    }
    out.raw("</div>\n");
    out.0
}

/// The verdicts of each stack.
fn blocks(report: &ReportJson) -> Vec<&[crate::report::contract::VerdictJson]> {
    report.verdicts.chunk_by(|a, b| (&a.subject, &a.cluster) == (&b.subject, &b.cluster)).collect()
}

fn filters(out: &mut Markup, report: &ReportJson) {
    out.raw("<form class=\"filters\" role=\"search\" aria-label=\"Choose findings\">\n<fieldset><legend>Severity</legend>");
    for severity in ["error", "warning", "info"] {
        let _ = write!(
            out.0,
            "<label><input type=\"checkbox\" name=\"severity\" value=\"{severity}\" checked> {severity}</label>"
        );
    }
    out.raw("</fieldset>\n");
    let of =
        |name: fn(&FindingJson) -> &str| -> BTreeSet<&str> { report.findings.iter().map(name).collect() };
    select(out, "promise", "Promise", of(|finding| &finding.invariant).into_iter().map(|own| (own, own)));
    select(out, "rule", "Rule", of(|finding| &finding.rule).into_iter().map(|own| (own, own)));
    let names: Vec<(String, String)> = blocks(report)
        .into_iter()
        .enumerate()
        .filter_map(|(number, block)| Some((number.to_string(), board::name(block.first()?))))
        .collect();
    if names.len() > 1 {
        select(out, "stack", "Stack", names.iter().map(|(number, name)| (number.as_str(), name.as_str())));
    }
    if report.findings.iter().any(|finding| finding.accepted.is_some()) {
        select(out, "accepted", "Accepted", [("no", "hide"), ("only", "only these")].into_iter());
    }
    out.raw("<label class=\"words\">Text <input type=\"search\" name=\"text\" placeholder=\"message, path, rule\"></label>\n");
    out.raw("<button type=\"reset\">Reset</button>\n<output role=\"status\" aria-live=\"polite\">");
    out.text(&counted(report.findings.len(), "finding")).raw("</output>\n</form>\n");
}

fn select<'t>(out: &mut Markup, name: &str, label: &str, options: impl Iterator<Item = (&'t str, &'t str)>) {
    let all = if name == "accepted" { "show" } else { "all" };
    let _ = write!(out.0, "<label>{label} <select name=\"{name}\"><option value=\"\">{all}</option>");
    for (value, words) in options {
        out.element(&format!("option{}", attribute("value", value)), words);
    }
    out.raw("</select></label>\n");
}

/// What is known of a finding besides itself.
struct Place {
    index: usize,
    /// Numbers of the stacks that have it.
    stacks: String,
    /// Whether the picture shows it.
    is_drawn: bool,
    /// Its source lines, where there are texts.
    frames: Option<String>,
}

fn article(out: &mut Markup, finding: &FindingJson, rule: Option<&RuleDoc>, place: &Place) {
    let index = place.index;
    let severity = Severity::from_name(&finding.severity).unwrap_or(Severity::Error).name();
    let accepted = if finding.accepted.is_some() { " accepted" } else { "" };
    let _ = write!(
        out.0,
        "<article class=\"finding {severity}{accepted}\" id=\"f{index}\" tabindex=\"-1\" aria-labelledby=\"f{index}-head\" data-severity=\"{severity}\"{}{}{}>",
        attribute("data-promise", &finding.invariant),
        attribute("data-rule", &finding.rule),
        attribute("data-stack", &place.stacks)
    );
    let _ = write!(out.0, "<header><span class=\"badge {severity}\">{severity}</span> ");
    out.element("code class=\"rule\"", &finding.rule)
        .raw(" ")
        .element("span class=\"promise\"", &finding.invariant);
    if finding.accepted.is_some() {
        out.raw(" <span class=\"badge accepted\">accepted</span>");
    }
    out.raw("</header>");
    out.prose(&format!("h3 id=\"f{index}-head\""), &finding.message);
    if let Some(location) = &finding.location {
        out.element("p class=\"where\"", &shown(location));
    }
    if let Some(accepted) = &finding.accepted {
        let until = accepted.until.as_ref().map(|until| format!(", until {until}")).unwrap_or_default();
        let words = format!("Accepted by {}{until}: {}", accepted.by, accepted.reason);
        out.element("p class=\"reason\"", &words);
        if let Some(location) = &accepted.location {
            out.element("p class=\"where\"", &shown(location));
        }
    }
    if !finding.clusters.is_empty() {
        out.element("p class=\"clusters\"", &format!("In {}", finding.clusters.join(", ")));
    }
    if let Some(git) = &finding.git {
        out.element("p class=\"clusters\"", &format!("{}: {}", git.state, git.reason));
    }
    match &place.frames {
        Some(frames) => {
            out.raw(frames);
        }
        None => related(out, finding),
    }
    out.raw("<p class=\"help\"><strong>How to mend it:</strong> ").prose("span", &finding.help).raw("</p>");
    for fix in &finding.fixes {
        let option = if fix.safe { "--fix" } else { "--fix --unsafe" };
        out.raw("<p class=\"fix\">Fix: ").text(&fix.title).raw(" (<code>").text(option).raw("</code>)</p>");
    }
    if let Some(rule) = rule.filter(|rule| !rule.why.is_empty()) {
        out.raw("<details class=\"why\"><summary>Why this is a rule</summary>").prose("p", &rule.why);
        for reference in &rule.references {
            out.element("p class=\"reference\"", reference);
        }
        out.raw("</details>");
    }
    if place.is_drawn {
        let _ = write!(
            out.0,
            "<button type=\"button\" class=\"link draw\" data-finding=\"{index}\">Show in the flow</button>"
        );
    }
    out.raw("</article>\n");
}

/// Further places without their lines.
fn related(out: &mut Markup, finding: &FindingJson) {
    if finding.related.is_empty() {
        return;
    }
    out.raw("<ul class=\"related\">");
    for own in &finding.related {
        out.element("li", &format!("{}: {}", shown(&own.place()), own.label));
    }
    out.raw("</ul>");
}

/// Where people look: `alloy.yaml:12:3, in ConfigMap alloy/x, data.config.alloy, line 12 column 3`.
fn shown(location: &LocationJson) -> String {
    let within = told::within(location).map(|within| format!(", in {within}")).unwrap_or_default();
    told::place_name(location) + &within
}
