//! Random programs: the graph's answers against a slow reading of the same edges.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

/// Who sends to whom, among sources, processors and writers.
#[derive(Debug, Clone)]
struct Shape {
    sources: Vec<BTreeSet<usize>>,
    processors: Vec<BTreeSet<usize>>,
    writers: usize,
}

impl Shape {
    /// Target numbers: processors first, then writers.
    fn name(&self, target: usize) -> String {
        if target < self.processors.len() {
            format!("loki.process.p{target}")
        } else {
            format!("loki.write.w{}", target - self.processors.len())
        }
    }

    fn program(&self) -> String {
        let mut text = String::new();
        let list = |targets: &BTreeSet<usize>| {
            targets
                .iter()
                .map(|target| format!("{}.receiver", self.name(*target)))
                .collect::<Vec<_>>()
                .join(", ")
        };
        for (index, targets) in self.sources.iter().enumerate() {
            let _ = writeln!(text, "loki.source.journal \"s{index}\" {{ forward_to = [{}] }}", list(targets));
        }
        for (index, targets) in self.processors.iter().enumerate() {
            let _ = writeln!(text, "loki.process \"p{index}\" {{ forward_to = [{}] }}", list(targets));
        }
        for index in 0..self.writers {
            let url = format!("https://w{index}.example.net/push");
            let _ = writeln!(text, "loki.write \"w{index}\" {{\n  endpoint {{ url = \"{url}\" }}\n}}");
        }
        text
    }

    /// Everything that a set of targets leads to, by passing over all edges until nothing new turns up.
    fn closure(&self, start: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut known = start.clone();
        loop {
            let more: BTreeSet<usize> =
                known.iter().filter_map(|target| self.processors.get(*target)).flatten().copied().collect();
            if more.is_subset(&known) {
                return known;
            }
            known.extend(more);
        }
    }
}

fn shapes() -> impl Strategy<Value = Shape> {
    (1..6usize, 0..7usize, 1..4usize).prop_flat_map(|(sources, processors, writers)| {
        let targets = prop::collection::btree_set(0..processors + writers, 0..4);
        (
            prop::collection::vec(targets.clone(), sources),
            prop::collection::vec(targets, processors),
            Just(writers),
        )
            .prop_map(|(sources, processors, writers)| Shape { sources, processors, writers })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn reach_agrees_with_a_slow_closure(shape in shapes()) {
        let program = shape.program();
        let case = analyse_text(&program);
        prop_assert!(case.opaque().is_empty(), "{:?}\n{program}", case.opaque());
        for writer in 0..shape.writers {
            let number = shape.processors.len() + writer;
            let wanted: BTreeSet<String> = shape
                .sources
                .iter()
                .enumerate()
                .filter(|(_, targets)| shape.closure(targets).contains(&number))
                .map(|(index, _)| format!("loki.source.journal.s{index}"))
                .collect();
            let exit = case.exit(&format!("loki.write.w{writer}"));
            let found: BTreeSet<String> = case.sources_of(exit).into_iter().map(str::to_owned).collect();
            prop_assert_eq!(&found, &wanted, "writer {}\n{}", writer, program);
            prop_assert_eq!(exit.fed.meets(Signals::LOGS), !wanted.is_empty());
            // The way is one: it starts at a source, hangs together, and ends at the writer.
            if let (Some(first), Some(last)) = (exit.path.first(), exit.path.last()) {
                prop_assert_eq!(case.id(first.from), case.id(case.flow.sources[exit.sources[0]].component));
                prop_assert_eq!(case.id(last.to), format!("loki.write.w{writer}"));
                prop_assert!(exit.path.windows(2).all(|pair| pair[0].to == pair[1].from));
                for hop in &exit.path {
                    prop_assert_eq!(case.slice(hop.place), format!("{}.receiver", case.id(hop.to)));
                }
            }
        }
    }
}

/// Scrapes, relabels of which some drop, and one writer for each kind of end: local, control room, outside, unknown,
/// and local behind a filter of its own.
#[derive(Debug, Clone)]
struct Metrics {
    scrapes: Vec<BTreeSet<usize>>,
    relabels: Vec<(bool, BTreeSet<usize>)>,
}

const ENDS: [(&str, &str); 5] = [
    ("local", "url = \"http://mimir-gateway.mimir.svc.cluster.local/api/v1/push\""),
    ("control", "url = \"https://mimir.cr.example.com/api/v1/push\""),
    ("outside", "url = \"https://mimir.example.net/api/v1/push\""),
    ("unknown", "url = sys.env(\"URL\")"),
    (
        "narrow",
        "url = \"http://mimir-gateway.mimir.svc.cluster.local/x\"\n write_relabel_config {\n action = \"keep\"\n }",
    ),
];

impl Metrics {
    fn program(&self) -> String {
        let mut text = String::new();
        let name = |target: usize| match target.checked_sub(self.relabels.len()) {
            Some(end) => format!("prometheus.remote_write.{}.receiver", ENDS[end].0),
            None => format!("prometheus.relabel.r{target}.receiver"),
        };
        let list = |targets: &BTreeSet<usize>| {
            targets.iter().map(|target| name(*target)).collect::<Vec<_>>().join(", ")
        };
        for (index, targets) in self.scrapes.iter().enumerate() {
            let _ = writeln!(
                text,
                "prometheus.scrape \"s{index}\" {{\n targets = []\n forward_to = [{}]\n}}",
                list(targets)
            );
        }
        for (index, (drops, targets)) in self.relabels.iter().enumerate() {
            let action = if *drops { "drop" } else { "replace" };
            let _ = writeln!(
                text,
                "prometheus.relabel \"r{index}\" {{\n forward_to = [{}]\n rule {{\n action = \"{action}\"\n }}\n}}",
                list(targets)
            );
        }
        for (end, endpoint) in ENDS {
            let _ =
                writeln!(text, "prometheus.remote_write \"{end}\" {{\n endpoint {{\n {endpoint}\n }}\n}}");
        }
        text
    }

    /// Which ends are reached, by number; `whole` passes no relabel that drops.
    fn closure(&self, start: &BTreeSet<usize>, whole: bool) -> BTreeSet<usize> {
        let mut known = start.clone();
        loop {
            let more: BTreeSet<usize> = known
                .iter()
                .filter_map(|target| self.relabels.get(*target))
                .filter(|(drops, _)| !(whole && *drops))
                .flat_map(|(_, targets)| targets)
                .copied()
                .collect();
            if more.is_subset(&known) {
                return known.iter().filter_map(|target| target.checked_sub(self.relabels.len())).collect();
            }
            known.extend(more);
        }
    }
}

fn metric_shapes() -> impl Strategy<Value = Metrics> {
    (1..5usize, 0..6usize).prop_flat_map(|(scrapes, relabels)| {
        let targets = prop::collection::btree_set(0..relabels + ENDS.len(), 0..4);
        let relabel = (any::<bool>(), targets.clone());
        (prop::collection::vec(targets, scrapes), prop::collection::vec(relabel, relabels))
            .prop_map(|(scrapes, relabels)| Metrics { scrapes, relabels })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn metric_reach_agrees_with_a_slow_closure(shape in metric_shapes()) {
        let program = shape.program();
        let case = analyse_text(&program);
        prop_assert!(case.opaque().is_empty(), "{:?}\n{program}", case.opaque());
        let mut grouped = BTreeSet::new();
        for (index, targets) in shape.scrapes.iter().enumerate() {
            let ends = shape.closure(targets, false);
            let whole = shape.closure(targets, true);
            let unknown = ends.contains(&3);
            let known = |reached: bool| if reached || !unknown { Some(reached) } else { None };
            let local = ends.contains(&0) || ends.contains(&4);
            let source = case
                .flow
                .sources
                .iter()
                .position(|source| case.id(source.component) == format!("prometheus.scrape.s{index}"))
                .unwrap();
            let reach = case.flow.source_reach[source].clone().unwrap();
            prop_assert_eq!(reach.local, known(local), "{}", program);
            prop_assert_eq!(reach.control_room, known(ends.contains(&1)), "{}", program);
            prop_assert_eq!(reach.external, ends.contains(&2), "{}", program);
            prop_assert_eq!(reach.local_filtered, local && !whole.contains(&0), "{}", program);
            prop_assert_eq!(reach.unknown.is_some(), unknown, "{}", program);
            let paths: Vec<_> = case.flow.metric_paths.iter().filter(|path| path.sources.contains(&source)).collect();
            prop_assert_eq!(paths.len(), 1, "{}", program);
            prop_assert_eq!((paths[0].reach.local, paths[0].reach.control_room), (reach.local, reach.control_room));
            if reach.local_filtered {
                let cut = case.flow.filters.iter().filter(|filter| filter.sources.contains(&source)).count();
                prop_assert_eq!(cut, 1, "{}", program);
            }
            grouped.insert(source);
        }
        let total: usize = case.flow.metric_paths.iter().map(|path| path.sources.len()).sum();
        prop_assert_eq!(total, grouped.len());
    }
}

#[test]
fn twenty_thousand_components_are_analysed_in_seconds() {
    let mut program = String::from(LOCAL);
    for index in 0..10_000 {
        let next =
            if index == 0 { "loki.write.local".to_owned() } else { format!("loki.process.p{}", index / 2) };
        let _ = writeln!(program, "loki.process \"p{index}\" {{ forward_to = [{next}.receiver] }}");
        let _ = writeln!(
            program,
            "loki.source.journal \"s{index}\" {{ forward_to = [loki.process.p{index}.receiver] }}"
        );
    }
    let case = analyse_text(&program);
    assert_eq!(case.exit("loki.write.local").sources.len(), 10_000);
}

#[test]
fn many_writers_behind_one_hub_share_the_search() {
    let mut program = String::new();
    let writers = 2_000;
    let all: Vec<_> = (0..writers).map(|index| format!("loki.write.w{index}.receiver")).collect();
    let _ = writeln!(program, "loki.process \"hub\" {{ forward_to = [{}] }}", all.join(", "));
    for index in 0..writers {
        let _ = writeln!(
            program,
            "loki.write \"w{index}\" {{\n  endpoint {{ url = \"https://x.example.net\" }}\n}}"
        );
        let _ = writeln!(
            program,
            "loki.source.journal \"s{index}\" {{ forward_to = [loki.process.hub.receiver] }}"
        );
    }
    let case = analyse_text(&program);
    let exit = case.exit("loki.write.w1999");
    assert_eq!(exit.sources.len(), writers);
    assert_eq!(case.hops_of(exit), ["loki.process.hub.receiver", "loki.write.w1999.receiver"]);
    assert_eq!(case.exit("loki.write.w0").sources.len(), writers);
}

#[test]
fn long_chains_of_relabels_are_linear() {
    let mut program = String::from(LOCAL);
    for index in 0..5_000 {
        let next =
            if index == 0 { "remote_write.workload".to_owned() } else { format!("relabel.r{}", index - 1) };
        let _ = writeln!(
            program,
            "prometheus.relabel \"r{index}\" {{ forward_to = [prometheus.{next}.receiver] }}"
        );
        let _ = writeln!(
            program,
            "prometheus.scrape \"s{index}\" {{\n  targets = []\n  forward_to = [prometheus.relabel.r{index}.receiver]\n}}"
        );
    }
    let case = analyse_text(&program);
    assert_eq!(case.flow.metric_paths.len(), 1);
    assert_eq!(case.flow.metric_paths[0].sources.len(), 5_000);
    assert_eq!(case.id(case.flow.metric_paths[0].component), "prometheus.relabel.r0");
}
