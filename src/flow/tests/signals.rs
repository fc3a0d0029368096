//! Random programs over all signals, with conversions, modules in modules, `foreach` and receivers in all spellings:
//! the graph's answers against a slow reading of the shape that the program was written from.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

/// What a node of a shape does. Signals are numbered as in [`SIGNALS`].
struct Form {
    component: &'static str,
    /// The export that takes data; empty for a source.
    export: &'static str,
    /// Signals that are born here.
    born: &'static [usize],
    /// Signals that come in, what they leave as, and by which output.
    passes: &'static [(usize, usize, usize)],
    /// Arguments that name receivers, with the signals that leave there.
    outputs: &'static [(&'static str, &'static [usize])],
    /// Signals that leave the process here.
    leaves: &'static [usize],
    rest: &'static str,
}

const LOGS: usize = 0;
const METRICS: usize = 1;
const OTEL_LOGS: usize = 2;
const OTEL_METRICS: usize = 3;
const TRACES: usize = 4;

const SIGNALS: [Signals; 5] = [
    Signals::LOKI_LOGS,
    Signals::PROMETHEUS_METRICS,
    Signals::OTEL_LOGS,
    Signals::OTEL_METRICS,
    Signals::TRACES,
];

const OTEL: &[(&str, &[usize])] =
    &[("output.logs", &[OTEL_LOGS]), ("output.metrics", &[OTEL_METRICS]), ("output.traces", &[TRACES])];

const FORMS: [Form; 13] = [
    Form {
        component: "loki.source.journal",
        export: "",
        born: &[LOGS],
        passes: &[],
        outputs: &[("forward_to", &[LOGS])],
        leaves: &[],
        rest: "",
    },
    Form {
        component: "prometheus.scrape",
        export: "",
        born: &[METRICS],
        passes: &[],
        outputs: &[("forward_to", &[METRICS])],
        leaves: &[],
        rest: "targets = []",
    },
    Form {
        component: "otelcol.receiver.otlp",
        export: "",
        born: &[OTEL_LOGS, OTEL_METRICS, TRACES],
        passes: &[],
        outputs: OTEL,
        leaves: &[],
        rest: "",
    },
    Form {
        component: "loki.process",
        export: "receiver",
        born: &[],
        passes: &[(LOGS, LOGS, 0)],
        outputs: &[("forward_to", &[LOGS])],
        leaves: &[],
        rest: "",
    },
    Form {
        component: "prometheus.relabel",
        export: "receiver",
        born: &[],
        passes: &[(METRICS, METRICS, 0)],
        outputs: &[("forward_to", &[METRICS])],
        leaves: &[],
        rest: "",
    },
    Form {
        component: "otelcol.processor.batch",
        export: "input",
        born: &[],
        passes: &[(OTEL_LOGS, OTEL_LOGS, 0), (OTEL_METRICS, OTEL_METRICS, 1), (TRACES, TRACES, 2)],
        outputs: OTEL,
        leaves: &[],
        rest: "",
    },
    Form {
        component: "otelcol.receiver.loki",
        export: "receiver",
        born: &[],
        passes: &[(LOGS, OTEL_LOGS, 0)],
        outputs: &[("output.logs", &[OTEL_LOGS])],
        leaves: &[],
        rest: "",
    },
    Form {
        component: "otelcol.receiver.prometheus",
        export: "receiver",
        born: &[],
        passes: &[(METRICS, OTEL_METRICS, 0)],
        outputs: &[("output.metrics", &[OTEL_METRICS])],
        leaves: &[],
        rest: "",
    },
    Form {
        component: "otelcol.exporter.loki",
        export: "input",
        born: &[],
        passes: &[(OTEL_LOGS, LOGS, 0)],
        outputs: &[("forward_to", &[LOGS])],
        leaves: &[],
        rest: "",
    },
    Form {
        component: "otelcol.exporter.prometheus",
        export: "input",
        born: &[],
        passes: &[(OTEL_METRICS, METRICS, 0)],
        outputs: &[("forward_to", &[METRICS])],
        leaves: &[],
        rest: "",
    },
    Form {
        component: "loki.write",
        export: "receiver",
        born: &[],
        passes: &[],
        outputs: &[],
        leaves: &[LOGS],
        rest: "endpoint { url = \"https://logs.example.net/push\" }",
    },
    Form {
        component: "prometheus.remote_write",
        export: "receiver",
        born: &[],
        passes: &[],
        outputs: &[],
        leaves: &[METRICS],
        rest: "endpoint { url = \"https://metrics.example.net/push\" }",
    },
    Form {
        component: "otelcol.exporter.otlphttp",
        export: "input",
        born: &[],
        passes: &[],
        outputs: &[],
        leaves: &[OTEL_LOGS, OTEL_METRICS, TRACES],
        rest: "client { endpoint = \"https://otel.example.net\" }",
    },
];

/// How many of the forms are sources.
const SOURCES: usize = 3;

/// Items of the `foreach` that holds some sources.
const ITEMS: usize = 2;

/// A node as drawn; numbers are taken modulo what is possible.
#[derive(Debug, Clone)]
struct Drawn {
    form: usize,
    group: usize,
    repeated: bool,
    targets: Vec<(usize, usize, usize)>,
    spelling: usize,
}

/// A random program.
#[derive(Debug, Clone)]
struct Shape {
    nodes: Vec<Drawn>,
    /// The group around each group; 0 is the top level, its own parent.
    parents: Vec<usize>,
}

impl Shape {
    fn form(&self, node: usize) -> &'static Form {
        &FORMS[self.nodes[node].form % FORMS.len()]
    }

    fn group(&self, node: usize) -> usize {
        self.nodes[node].group % self.parents.len()
    }

    /// The group around another one, which has a smaller number.
    fn parent(&self, group: usize) -> usize {
        if group == 0 { 0 } else { self.parents[group] % group }
    }

    fn is_repeated(&self, node: usize) -> bool {
        self.nodes[node].repeated && self.nodes[node].form % FORMS.len() < SOURCES
    }

    /// Whether a node takes a signal by the type of its receiver; what it has no use for is lost there.
    fn fits(&self, node: usize, signal: usize) -> bool {
        let form = self.form(node);
        let otel = |signal: usize| signal >= OTEL_LOGS;
        let taken: Vec<usize> =
            form.passes.iter().map(|pass| pass.0).chain(form.leaves.iter().copied()).collect();
        if form.export == "input" { otel(signal) } else { taken.contains(&signal) }
    }

    /// The receivers of each output of a node.
    fn receivers(&self, node: usize, output: usize) -> BTreeSet<usize> {
        let signals = self.form(node).outputs[output].1;
        let drawn = self.nodes[node].targets.iter();
        drawn
            .filter(|(own, ..)| own % self.form(node).outputs.len() == output)
            .map(|(_, target, _)| target % self.nodes.len())
            .filter(|target| signals.iter().all(|signal| self.fits(*target, *signal)))
            .collect()
    }

    /// Every signal at every node that the data of `source` gets to, by passing over all nodes until nothing new turns
    /// up.
    fn closure(&self, source: usize, signal: usize) -> BTreeSet<(usize, usize)> {
        let mut known = BTreeSet::new();
        let start = self.form(source).outputs.iter().position(|(_, signals)| signals.contains(&signal));
        known.extend(self.receivers(source, start.unwrap()).into_iter().map(|target| (target, signal)));
        loop {
            let mut more = known.clone();
            for (node, signal) in &known {
                for (_, out, output) in self.form(*node).passes.iter().filter(|pass| pass.0 == *signal) {
                    more.extend(self.receivers(*node, *output).into_iter().map(|target| (target, *out)));
                }
            }
            if more == known {
                return known;
            }
            known = more;
        }
    }

    /// What ids in a group begin with.
    fn prefix(&self, group: usize) -> String {
        if group == 0 {
            return String::new();
        }
        format!("{}m{group}.i{group}/", self.prefix(self.parent(group)))
    }

    /// The ids of a node: one, or one for each item.
    fn ids(&self, node: usize) -> Vec<String> {
        let own = format!("{}.n{node}", self.form(node).component);
        let prefix = self.prefix(self.group(node));
        if self.is_repeated(node) {
            (0..ITEMS).map(|item| format!("{prefix}foreach.f{node}[{item}]/{own}")).collect()
        } else {
            vec![format!("{prefix}{own}")]
        }
    }
}

/// Writes a shape as a program.
struct Writer<'s> {
    shape: &'s Shape,
    arguments: Vec<BTreeMap<String, String>>,
    exports: Vec<BTreeMap<String, String>>,
}

impl Writer<'_> {
    /// How a group names the receiver of a node, through the arguments and exports of the groups in between.
    fn reference(&mut self, group: usize, node: usize) -> String {
        let home = self.shape.group(node);
        if home == group {
            return format!("{}.n{node}.{}", self.shape.form(node).component, self.shape.form(node).export);
        }
        let mut below = home;
        while below != 0 && self.shape.parent(below) != group {
            below = self.shape.parent(below);
        }
        if below != 0 {
            let inner = self.reference(below, node);
            self.exports[below].insert(format!("e{node}"), inner);
            return format!("m{below}.i{below}.e{node}");
        }
        let outer = self.reference(self.shape.parent(group), node);
        self.arguments[group].insert(format!("a{node}"), outer);
        format!("argument.a{node}.value")
    }

    /// A list of receivers in one of many spellings.
    fn list(&mut self, group: usize, targets: &BTreeSet<usize>, spelling: usize) -> String {
        let items: Vec<String> = targets.iter().map(|target| self.reference(group, *target)).collect();
        let spelled: Vec<String> = items
            .iter()
            .enumerate()
            .map(|(index, item)| match (spelling / 5 + index) % 4 {
                0 => item.clone(),
                1 => format!("({item})"),
                2 => format!("[{item}][0]"),
                _ => format!("{{x = {item}}}[\"x\"]"),
            })
            .collect();
        let (head, tail) = spelled.split_at(spelled.len() / 2);
        match spelling % 5 {
            0 | 1 => format!("[{}]", spelled.join(", ")),
            2 => format!("array.concat([{}], [{}])", head.join(", "), tail.join(", ")),
            3 => format!("coalesce([], [{}])", spelled.join(", ")),
            _ => format!("array.concat(coalesce(null, [{}]), [], ([{}]))", head.join(", "), tail.join(", ")),
        }
    }

    fn node(&mut self, node: usize) -> String {
        let (form, group) = (self.shape.form(node), self.shape.group(node));
        let spelling = self.shape.nodes[node].spelling;
        let mut body = format!("{}\n", form.rest);
        let mut output = String::new();
        for (index, (path, _)) in form.outputs.iter().enumerate() {
            let targets = self.shape.receivers(node, index);
            let list = self.list(group, &targets, spelling);
            match path.strip_prefix("output.") {
                Some(name) => {
                    let _ = writeln!(output, "{name} = {list}");
                }
                None => {
                    let _ = writeln!(body, "{path} = {list}");
                }
            }
        }
        if !output.is_empty() {
            let _ = writeln!(body, "output {{\n{output}}}");
        }
        let block = format!("{} \"n{node}\" {{\n{body}}}\n", form.component);
        if self.shape.is_repeated(node) {
            format!(
                "foreach \"f{node}\" {{\ncollection = [1, \"two\"]\nvar = \"item\"\ntemplate {{\n{block}}}\n}}\n"
            )
        } else {
            block
        }
    }

    fn program(mut self) -> String {
        let groups = self.shape.parents.len();
        let mut bodies = vec![String::new(); groups];
        for node in 0..self.shape.nodes.len() {
            let text = self.node(node);
            bodies[self.shape.group(node)].push_str(&text);
        }
        let mut text = String::new();
        for group in 1..groups {
            let mut instance = format!("m{group} \"i{group}\" {{\n");
            for (name, value) in &self.arguments[group] {
                let _ = writeln!(instance, "{name} = {value}");
            }
            instance.push_str("}\n");
            bodies[self.shape.parent(group)].push_str(&instance);
        }
        for (group, body) in bodies.iter().enumerate().skip(1) {
            let _ = writeln!(text, "declare \"m{group}\" {{");
            for name in self.arguments[group].keys() {
                let _ = writeln!(text, "argument \"{name}\" {{ }}");
            }
            text.push_str(body);
            for (name, value) in &self.exports[group] {
                let _ = writeln!(text, "export \"{name}\" {{\nvalue = {value}\n}}");
            }
            text.push_str("}\n");
        }
        text + &bodies[0]
    }
}

fn shapes() -> impl Strategy<Value = Shape> {
    let node = (
        0..FORMS.len(),
        0..4usize,
        any::<bool>(),
        prop::collection::vec((0..3usize, 0..64usize, 0..8usize), 0..5),
        0..40usize,
    );
    let node = node.prop_map(|(form, group, repeated, targets, spelling)| Drawn {
        form,
        group,
        repeated,
        targets,
        spelling,
    });
    (prop::collection::vec(node, 2..14), prop::collection::vec(0..4usize, 1..4))
        .prop_map(|(nodes, parents)| Shape { nodes, parents })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn every_signal_gets_where_a_slow_reading_says_and_nowhere_else(shape in shapes()) {
        let groups = shape.parents.len();
        let empty = || vec![BTreeMap::new(); groups];
        let program = Writer { shape: &shape, arguments: empty(), exports: empty() }.program();
        let case = analyse_text(&program);
        prop_assert!(case.opaque().is_empty(), "{:?}\n{program}", case.flow.opaque);
        // What reaches each sink: signals, and the sources of logs.
        let mut wanted: BTreeMap<usize, (Signals, BTreeSet<String>)> = BTreeMap::new();
        for source in 0..shape.nodes.len() {
            for signal in shape.form(source).born {
                for (node, arrived) in shape.closure(source, *signal) {
                    if shape.form(node).leaves.contains(&arrived) {
                        let entry = wanted.entry(node).or_default();
                        entry.0 = entry.0.or(SIGNALS[arrived]);
                        if SIGNALS[arrived].meets(Signals::LOGS) {
                            entry.1.extend(shape.ids(source));
                        }
                    }
                }
            }
        }
        for node in (0..shape.nodes.len()).filter(|node| !shape.form(*node).leaves.is_empty()) {
            let (signals, sources) = wanted.remove(&node).unwrap_or_default();
            let exit = case.exit(&shape.ids(node)[0]);
            prop_assert_eq!(exit.fed, signals, "n{}\n{}", node, program);
            let found: BTreeSet<String> = case.sources_of(exit).into_iter().map(str::to_owned).collect();
            prop_assert_eq!(found, sources, "n{}\n{}", node, program);
            if let (Some(first), Some(last)) = (exit.path.first(), exit.path.last()) {
                let source = case.flow.sources[exit.sources[0]].component;
                prop_assert_eq!((first.from, last.to), (source, exit.component), "{}", program);
                prop_assert!(exit.path.windows(2).all(|pair| pair[0].to == pair[1].from), "{}", program);
            }
        }
    }
}
