use super::*;
use crate::finding::Area;
use crate::finding::NodeKind;
use crate::finding::Picture;
use crate::finding::PictureEdge;
use crate::finding::PictureNode;

/// What would do harm where it was not escaped, in each of the languages.
pub(in crate::report) const CANARY: &str = "<script>alert(1)</script>\"'`&#x\\N]-->%%{\u{202e}\u{7}";

fn node(kind: NodeKind, area: Area, title: &str, components: &[&str]) -> PictureNode {
    PictureNode {
        kind,
        area,
        title: title.to_owned(),
        detail: "detail".to_owned(),
        components: components.iter().map(|&own| own.to_owned()).collect(),
        notes: Vec::new(),
        places: Vec::new(),
        findings: Vec::new(),
    }
}

fn edge(from: usize, to: usize, signal: Signal, state: EdgeState) -> PictureEdge {
    PictureEdge { from, to, signal, state, notes: Vec::new(), places: Vec::new(), findings: Vec::new() }
}

/// One of each kind, state and zone; every text is `text`.
pub(in crate::report) fn sample(text: &str) -> Picture {
    let inside = Area::Collector(0);
    Picture {
        subject: text.to_owned(),
        cluster: Some(text.to_owned()),
        collectors: vec![text.to_owned()],
        nodes: vec![
            node(NodeKind::Source, inside, text, &[text]),
            node(NodeKind::Step, inside, text, &["one", "two", text]),
            node(NodeKind::Sink, inside, text, &[text]),
            node(NodeKind::Aside, inside, text, &["discovery.kubernetes.pods", text]),
            node(NodeKind::Hidden, inside, text, &[]),
            node(NodeKind::Store, Area::Workload, text, &[]),
            node(NodeKind::Program, Area::Workload, text, &[]),
            node(NodeKind::Host, Area::ControlRoom, text, &[]),
            node(NodeKind::Host, Area::Allowed, text, &[]),
            node(NodeKind::Host, Area::External, text, &[]),
            node(NodeKind::Host, Area::Unknown, text, &[]),
        ],
        edges: vec![
            edge(0, 1, Signal::Logs, EdgeState::Feeds),
            edge(1, 2, Signal::Logs, EdgeState::Feeds),
            edge(1, 2, Signal::Metrics, EdgeState::Fine),
            edge(1, 4, Signal::Logs, EdgeState::Undecided),
            edge(2, 5, Signal::Metrics, EdgeState::Fine),
            edge(2, 7, Signal::Metrics, EdgeState::Faulty),
            edge(2, 8, Signal::Traces, EdgeState::Fine),
            edge(2, 9, Signal::Logs, EdgeState::Leaks),
            edge(2, 10, Signal::Profiles, EdgeState::Idle),
            edge(5, 6, Signal::Other, EdgeState::Accepted),
        ],
    }
}

fn all(picture: &Picture) -> [String; 3] {
    let pictures = std::slice::from_ref(picture);
    [svg::file(pictures, &[]), dot::file(pictures, &[]), mermaid::file(pictures, &[])]
}

#[test]
fn texts_of_inputs_are_only_text_in_every_language() {
    let [svg, dot, mermaid] = all(&sample(CANARY));
    for text in [&svg, &mermaid] {
        assert!(!text.contains("<script"), "{text}");
    }
    assert!(svg.contains("&lt;script&gt;"));
    for text in [&svg, &dot, &mermaid] {
        assert!(!text.contains('\u{202e}') && !text.contains('\u{7}'));
    }
    // In DOT a quote ends a string only without a backslash; in Mermaid nothing but letters stays as it is.
    assert!(dot.contains("alert(1)</script>\\\"'`&amp;#x\\\\N]"), "{dot}");
    assert!(
        mermaid
            .contains("#60;script#62;alert(1)#60;/script#62;#34;'#96;#38;#35;x#92;N#93;--#62;#37;#37;#123;"),
        "{mermaid}"
    );
    for line in dot.lines().filter(|line| line.contains("label=")) {
        let bare = line.replace("\\\\", "").replace("\\\"", "");
        assert_eq!(bare.matches('"').count() % 2, 0, "{line}");
    }
}

#[test]
fn every_leak_is_red_and_says_so_without_colour() {
    let [svg, dot, mermaid] = all(&sample("a"));
    let leak = svg.lines().find(|line| line.contains("id=\"p0-e7\"")).unwrap();
    assert!(leak.contains("class=\"edge logs leaks\"") && leak.contains(">!</text>"), "{leak}");
    assert!(svg::STYLE.contains(".edge.leaks, .picture .edge.accepted { --stroke: var(--leak); }"));
    let leak = dot.lines().find(|line| line.contains("p0n2 -> p0n9")).unwrap();
    assert!(leak.contains("color=\"#c8102e\"") && leak.contains("logs: leaks"), "{leak}");
    assert!(mermaid.contains("p0n2 ==>|\"logs: leaks\"| p0n9"));
    assert!(mermaid.contains("linkStyle 7 stroke:#c8102e,stroke-width:3px"));
}

#[test]
fn every_component_is_named_in_every_language() {
    let all = all(&sample("a"));
    for name in ["one", "two", "discovery.kubernetes.pods"] {
        for text in &all {
            assert!(text.contains(name), "{name} in {text}");
        }
    }
}

#[test]
fn pictures_are_the_same_bytes_each_time() {
    assert_eq!(all(&sample("a")), all(&sample("a")));
}

#[test]
fn a_picture_names_itself_for_those_who_do_not_see_it() {
    let [svg, ..] = all(&sample("a"));
    assert!(svg.contains("role=\"img\" aria-labelledby=\"title description\""));
    assert!(svg.contains("<desc id=\"description\">a: 1 collector, 1 source, 1 store, 4 destinations outside, 1 leak of logs, 1 accepted leak, 1 way that is undecided</desc>"), "{svg}");
}

#[test]
fn nothing_overlaps_and_all_is_inside_of_its_region() {
    let picture = sample("a");
    let layout = layout::layout(&picture);
    let inside = |outer: layout::Rect, own: layout::Rect| {
        own.x >= outer.x
            && own.y >= outer.y
            && own.x + own.width <= outer.x + outer.width
            && own.y + own.height <= outer.y + outer.height
    };
    let whole = layout::Rect { x: 0.0, y: 0.0, width: layout.width, height: layout.height };
    let workload = layout.workload.unwrap();
    for (node, rect) in picture.nodes.iter().zip(&layout.nodes) {
        let region = layout.regions.iter().find(|(area, _)| *area == node.area).map(|(_, rect)| *rect);
        assert!(inside(region.unwrap_or(workload), *rect), "{:?} {rect:?}", node.kind);
        assert!(inside(whole, *rect));
        let is_inner = matches!(node.area, Area::Collector(_) | Area::Workload);
        assert_eq!(inside(workload, *rect), is_inner, "{:?}", node.area);
    }
    for (index, one) in layout.nodes.iter().enumerate() {
        for two in &layout.nodes[..index] {
            let apart = one.x + one.width <= two.x
                || two.x + two.width <= one.x
                || one.y + one.height <= two.y
                || two.y + two.height <= one.y;
            assert!(apart, "{one:?} {two:?}");
        }
    }
    assert!(layout.edges.iter().all(|line| line.len() >= 2));
}

#[test]
fn mermaid_beyond_what_code_hosts_draw_is_told() {
    assert_eq!(mermaid::refused(500, &"ü".repeat(50_000)), None);
    let told = |edges: usize, characters: usize| mermaid::refused(edges, &"ü".repeat(characters)).unwrap();
    assert_eq!(
        told(501, 7),
        "the Mermaid picture has 501 edges and 7 characters: code hosts draw at most 500 and 50000; `-o svg` and `-o dot` \
         have no such limit"
    );
    assert!(told(1, 50_001).contains("50001 characters"));
}

#[test]
fn nothing_to_draw_is_a_picture_too() {
    for text in all(&Picture::default()) {
        assert!(!text.is_empty());
    }
    assert!(svg::file(&[], &[]).contains("No stack in the input"));
}
