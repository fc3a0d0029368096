//! Turns pictures into SVG: one file by itself, or a part of a page in which nodes and edges can be chosen.
//!
//! No colour stands here: classes say what each thing is, and `picture.css` how that looks, in light and in dark.

use std::fmt::Write as _;

use super::layout::HEIGHT;
use super::layout::Layout;
use super::layout::Point;
use super::layout::Rect;
use super::layout::layout;
use super::words;
use crate::finding::Area;
use crate::finding::EdgeState;
use crate::finding::Finding;
use crate::finding::Picture;
use crate::finding::PictureEdge;
use crate::finding::PictureNode;
use crate::finding::Signal;
use crate::report::clean;

/// How pictures look.
pub(crate) const STYLE: &str = include_str!("picture.css");

/// Between two stacks of one file.
const BETWEEN: f64 = 36.0;

/// Height of a stack's heading.
const HEADING: f64 = 34.0;

/// How many letters of a name fit a node, in a wide font.
const NAME: usize = 20;

/// How many letters of its smaller line fit.
const DETAIL: usize = 26;

/// Height of the legend.
const LEGEND: f64 = 34.0;

/// One file with the pictures of all stacks below each other.
pub(crate) fn file(pictures: &[Picture], findings: &[Finding]) -> String {
    let mut body = String::new();
    let (mut width, mut y): (f64, f64) = (320.0, 0.0);
    for (index, picture) in pictures.iter().enumerate() {
        let layout = layout(picture);
        if index > 0 {
            y += BETWEEN;
        }
        let heading = escape(&words::short(&picture.heading(), 120));
        let _ = writeln!(body, "<text class=\"stack\" x=\"14\" y=\"{}\">{heading}</text>", length(y + 22.0));
        let _ = writeln!(body, "<g transform=\"translate(0 {})\">", length(y + HEADING));
        draw(&mut body, picture, &layout, index, findings, Part::Shown);
        body.push_str("</g>\n");
        y += HEADING + layout.height;
        width = width.max(layout.width);
    }
    let _ = writeln!(body, "<g transform=\"translate(0 {})\">", length(y));
    legend(&mut body, pictures, findings);
    body.push_str("</g>\n");
    let height = y + LEGEND;
    let words: Vec<String> = pictures
        .iter()
        .map(|picture| format!("{}: {}", picture.heading(), words::of_picture(picture, findings)))
        .collect();
    let words = if words.is_empty() { "No stack in the input".to_owned() } else { words.join(". ") };
    let size = format!("{} {}", length(width.max(660.0)), length(height));
    let (wide, high) = size.split_once(' ').unwrap_or_default();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"picture file\" viewBox=\"0 0 {size}\" width=\"{wide}\" height=\"{high}\" role=\"img\" aria-labelledby=\"title description\">\n\
         <title id=\"title\">Flow of telemetry</title>\n\
         <desc id=\"description\">{}</desc>\n\
         <style>\n{STYLE}</style>\n\
         <rect class=\"sheet\" width=\"100%\" height=\"100%\"/>\n{body}</svg>\n",
        escape(&clean::line(&words))
    )
}

/// A picture as a part of a page. Its nodes and edges are buttons, `p0-n3` and `p0-e1` by id.
pub(crate) fn part(picture: &Picture, index: usize, findings: &[Finding]) -> String {
    let layout = layout(picture);
    let mut body = String::new();
    draw(&mut body, picture, &layout, index, findings, Part::Chosen);
    let size = format!("{} {}", length(layout.width), length(layout.height));
    let (wide, high) = size.split_once(' ').unwrap_or_default();
    format!(
        "<svg class=\"picture\" id=\"p{index}\" viewBox=\"0 0 {size}\" width=\"{wide}\" height=\"{high}\" role=\"group\" aria-label=\"{}\">\n{body}</svg>\n",
        escape(&format!(
            "Flow of telemetry of {}: {}",
            clean::line(&picture.heading()),
            words::of_picture(picture, findings)
        ))
    )
}

/// The legend as a part of a page: a list, so that it wraps.
pub(crate) fn legend_part(pictures: &[Picture], findings: &[Finding]) -> String {
    let mut out = String::from("<ul class=\"legend\">\n");
    for Meaning { signal, state, words } in meanings(pictures, findings) {
        let mut line = String::new();
        sample(&mut line, 0.0, 10.0, signal, state);
        let _ = writeln!(
            out,
            "<li><svg class=\"picture\" viewBox=\"0 0 52 20\" width=\"52\" height=\"20\" aria-hidden=\"true\">{line}</svg> {words}</li>"
        );
    }
    out.push_str("</ul>\n");
    out
}

/// What a node or an edge is for whoever uses it.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// Only to look at.
    Shown,
    /// A button.
    Chosen,
}

impl Part {
    /// The attributes of a button with that name.
    fn attributes(self, words: &str) -> String {
        match self {
            Self::Shown => String::new(),
            Self::Chosen => {
                format!(
                    " role=\"button\" tabindex=\"-1\" aria-pressed=\"false\" aria-label=\"{}\"",
                    escape(words)
                )
            }
        }
    }
}

fn draw(
    out: &mut String,
    picture: &Picture,
    layout: &Layout,
    index: usize,
    findings: &[Finding],
    part: Part,
) {
    if let Some(rect) = layout.workload {
        region(out, "workload", "Workload", rect);
    }
    for (area, rect) in &layout.regions {
        let heading = match area {
            Area::Collector(own) => picture.collectors.get(*own).map_or("", String::as_str),
            other => other.words(),
        };
        let heading = match area {
            Area::Collector(_) => format!("Collector {heading}"),
            _ => heading.to_owned(),
        };
        region(out, area.id(), &heading, *rect);
    }
    // What matters is drawn last, so that nothing lies upon it.
    let mut order: Vec<usize> = (0..picture.edges.len()).collect();
    let state = |edge: &PictureEdge| edge.judged(|index| findings.get(index));
    order.sort_by_key(|own| (state(&picture.edges[*own]), *own));
    for own in order {
        let edge = &picture.edges[own];
        let words = words::of_edge(picture, edge, findings);
        draw_edge(out, (edge, state(edge)), &layout.edges[own], (index, own), (&words, part));
    }
    for (own, (node, rect)) in picture.nodes.iter().zip(&layout.nodes).enumerate() {
        draw_node(out, node, *rect, (index, own), (findings, part));
    }
}

fn region(out: &mut String, class: &str, heading: &str, rect: Rect) {
    let Rect { x, y, width, height } = rect;
    let (x, y, width, height) = (length(x), length(y), length(width), length(height));
    let _ = writeln!(
        out,
        "<g class=\"region {class}\"><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"10\"/><text x=\"{}\" y=\"{}\">{}</text></g>",
        length(rect.x + 14.0),
        length(rect.y + 20.0),
        escape(&words::short(heading, 60))
    );
}

fn draw_edge(
    out: &mut String,
    (edge, state): (&PictureEdge, EdgeState),
    points: &[Point],
    (picture, own): (usize, usize),
    (words, part): (&str, Part),
) {
    let line = curve(points);
    let (x, y) = points.last().copied().unwrap_or_default();
    let _ = write!(
        out,
        "<g class=\"edge {} {}\" id=\"p{picture}-e{own}\"{}><title>{}</title><path class=\"hit\" d=\"{line}\"/><path class=\"line\" d=\"{line}\"/><path class=\"head\" d=\"M{} {} l-9 -4.5 v9 z\"/>",
        edge.signal.name(),
        state.id(),
        part.attributes(words),
        escape(words),
        length(x),
        length(y)
    );
    if let (Some(mark), Some(point)) = (mark(state), middle(points)) {
        draw_mark(out, point, mark);
    }
    out.push_str("</g>\n");
}

/// A point on a line where a sign can stand: the middle of its last stretch from left to right.
fn middle(points: &[Point]) -> Option<Point> {
    let mut stretches = points.windows(2).filter_map(|pair| match pair {
        [one, two] if two.0 > one.0 => Some((*one, *two)),
        _ => None,
    });
    let (one, two) = stretches.next_back()?;
    Some((f64::midpoint(one.0, two.0), f64::midpoint(one.1, two.1)))
}

/// The sign of a state: colours alone are not enough for everyone.
const fn mark(state: EdgeState) -> Option<&'static str> {
    match state {
        EdgeState::Leaks | EdgeState::Faulty => Some("!"),
        EdgeState::Undecided => Some("?"),
        EdgeState::Accepted => Some("✓"),
        EdgeState::Idle | EdgeState::Fine | EdgeState::Feeds => None,
    }
}

/// A line through points, level at each of them.
fn curve(points: &[Point]) -> String {
    let mut line = String::new();
    let Some(first) = points.first() else { return line };
    let _ = write!(line, "M{} {}", length(first.0), length(first.1));
    for pair in points.windows(2) {
        let [(x, y), (to_x, to_y)] = pair else { continue };
        let reach = if to_x > x { (to_x - x) / 2.0 } else { 60.0 };
        let _ = write!(
            line,
            " C{} {} {} {} {} {}",
            length(x + reach),
            length(*y),
            length(to_x - reach),
            length(*to_y),
            length(*to_x),
            length(*to_y)
        );
    }
    line
}

fn draw_node(
    out: &mut String,
    node: &PictureNode,
    rect: Rect,
    (picture, own): (usize, usize),
    (findings, part): (&[Finding], Part),
) {
    let Rect { x, y, width, height } = rect;
    let words = words::of_node(node, findings);
    let kind = node.kind.id();
    let worst = words::worst(&node.findings, findings);
    let (name, detail) = (words::short_middle(&node.title, NAME), words::short_middle(&node.detail, DETAIL));
    // Whoever speaks to a browser says what is to be seen: the name begins with that.
    let seen =
        [name.clone(), detail.clone(), worst.map(|_| node.findings.len().to_string()).unwrap_or_default()];
    let seen: Vec<String> = seen.into_iter().filter(|text| !text.is_empty()).collect();
    let label = format!("{}, {words}", seen.join(" "));
    let _ = write!(
        out,
        "<g class=\"node {kind}\" id=\"p{picture}-n{own}\"{}><title>{}</title><rect class=\"body\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
        part.attributes(&label),
        escape(&words),
        length(x),
        length(y),
        length(width),
        length(height),
        if kind == "source" || kind == "host" { 16 } else { 6 }
    );
    let _ = write!(
        out,
        "<path class=\"sign\" transform=\"translate({} {})\" d=\"{}\"/>",
        length(x + 9.0),
        length(y + HEIGHT / 2.0 - 8.0),
        sign(kind)
    );
    let text = |class: &str, dy: f64, words: &str| {
        format!(
            " <text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>",
            length(x + 31.0),
            length(y + dy),
            escape(words)
        )
    };
    if node.detail.is_empty() {
        out.push_str(&text("name", 27.5, &name));
    } else {
        out.push_str(&text("name", 20.0, &name));
        out.push_str(&text("detail", 35.5, &detail));
    }
    if let Some(severity) = worst {
        let _ = write!(
            out,
            " <g class=\"count {}\"><circle cx=\"{2}\" cy=\"{3}\" r=\"9\"/><text x=\"{2}\" y=\"{4}\">{1}</text></g>",
            severity.name(),
            node.findings.len(),
            length(x + width - 6.0),
            length(y + 2.0),
            length(y + 6.0)
        );
    }
    out.push_str("</g>\n");
}

/// What a kind of node is, drawn in 16 by 16.
fn sign(kind: &str) -> &'static str {
    match kind {
        // A point from which rays go out.
        "source" => "M3 8 a3 3 0 1 0 6 0 a3 3 0 1 0 -6 0 M11 4 l3 -2 M12 8 h4 M11 12 l3 2",
        // An arrow in a frame.
        "step" => "M2 3 h12 v10 h-12 z M5 8 h6 M8.5 5.5 l2.5 2.5 l-2.5 2.5",
        // An arrow that leaves its frame.
        "sink" => "M9 3 h-7 v10 h7 M6 8 h9 M12 5 l3 3 l-3 3",
        // A drum.
        "store" => "M2 4 a6 2.4 0 1 0 12 0 a6 2.4 0 1 0 -12 0 v8 a6 2.4 0 0 0 12 0 v-8",
        // A globe.
        "host" => {
            "M1.5 8 a6.5 6.5 0 1 0 13 0 a6.5 6.5 0 1 0 -13 0 h13 M8 1.5 c-4 4 -4 9 0 13 c4 -4 4 -9 0 -13"
        }
        // A window.
        "program" => "M2 3 h12 v10 h-12 z M2 6 h12",
        // A question.
        "hidden" => "M5 5.5 a3 3 0 1 1 4 3 q-1 .6 -1 2 M8 13 v.6",
        // Three dots.
        _ => "M3 8 h.6 M8 8 h.6 M13 8 h.6",
    }
}

/// What a kind of line means.
struct Meaning {
    signal: Signal,
    state: EdgeState,
    words: &'static str,
}

/// What lines mean: those that occur.
fn meanings(pictures: &[Picture], findings: &[Finding]) -> Vec<Meaning> {
    let edges = || pictures.iter().flat_map(|picture| &picture.edges);
    let signals = [Signal::Logs, Signal::Metrics, Signal::Traces, Signal::Profiles, Signal::Other];
    let signals = signals.into_iter().filter(|signal| edges().any(|edge| edge.signal == *signal));
    let states = [
        EdgeState::Leaks,
        EdgeState::Feeds,
        EdgeState::Accepted,
        EdgeState::Undecided,
        EdgeState::Faulty,
        EdgeState::Idle,
    ];
    let occurs = |state: &EdgeState| edges().any(|edge| edge.judged(|index| findings.get(index)) == *state);
    let states = states.into_iter().filter(occurs);
    let signals = signals.map(|signal| Meaning { signal, state: EdgeState::Fine, words: signal.name() });
    signals.chain(states.map(|state| Meaning { signal: Signal::Logs, state, words: state.words() })).collect()
}

/// A short line of that kind.
fn sample(out: &mut String, x: f64, y: f64, signal: Signal, state: EdgeState) {
    let _ = write!(
        out,
        "<g class=\"edge {} {}\"><path class=\"line\" d=\"M{} {} h42\"/><path class=\"head\" d=\"M{} {} l-9 -4.5 v9 z\"/>",
        signal.name(),
        state.id(),
        length(x),
        length(y),
        length(x + 50.0),
        length(y)
    );
    if let Some(sign) = mark(state) {
        draw_mark(out, (x + 20.0, y), sign);
    }
    out.push_str("</g>");
}

/// The sign of a state on its line.
fn draw_mark(out: &mut String, (x, y): Point, sign: &str) {
    let _ = write!(
        out,
        "<circle class=\"mark\" cx=\"{0}\" cy=\"{1}\" r=\"8\"/><text class=\"mark\" x=\"{0}\" y=\"{2}\">{sign}</text>",
        length(x),
        length(y),
        length(y + 4.0)
    );
}

/// The legend of a file, in one row.
fn legend(out: &mut String, pictures: &[Picture], findings: &[Finding]) {
    let mut x = 14.0;
    for Meaning { signal, state, words } in meanings(pictures, findings) {
        sample(out, x, 17.0, signal, state);
        let _ = writeln!(out, "<text class=\"legend\" x=\"{}\" y=\"21\">{words}</text>", length(x + 58.0));
        x += 78.0 + 6.6 * f64::from(u32::try_from(words.len()).unwrap_or_default());
    }
}

/// A length without needless digits: the same bytes on every machine.
fn length(value: f64) -> String {
    let tenths = (value * 10.0).round() / 10.0;
    if tenths.fract() == 0.0 { format!("{tenths:.0}") } else { format!("{tenths:.1}") }
}

/// A text as it stands in markup.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Not allowed in XML 1.0.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}
