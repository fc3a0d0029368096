//! Holds what a finding is known by to its meaning: a stack that is written in any other way has the same findings, and one
//! with another value has not.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value;

use super::Random;
use super::fixtures;
use crate::accept::Key;
use crate::check;
use crate::check::CheckOptions;
use crate::document::NodeRef;
use crate::document::Scalar;
use crate::document::alloy;
use crate::document::parse_yaml;
use crate::document::plain_scalar;
use crate::source::Source;
use crate::source::Sources;

/// The example that leaks, with further faults: what stands in it, and what takes its place.
const FAULTS: &[(&str, &str, &str)] = &[
    ("loki.yaml", "split_queries_by_interval: 15m", "split_queries_by_interval: 1h"),
    ("loki.yaml", "max_cache_freshness_per_query: 10m", "max_cache_freshness_per_query: 30m"),
    ("loki.yaml", "volume_enabled: true", "volume_enabled: false"),
    ("loki.yaml", "replicas: 3", "replicas: 2"),
    ("mimir.yaml", "max_global_series_per_user: 800000", "max_global_series_per_user: 150000"),
    ("mimir.yaml", "enabled: false\n    minio", "enabled: true\n    minio"),
    (
        "alloy.yaml",
        "external_labels = { tenant_name = \"heron\" }",
        "external_labels = { tenant = \"heron\" }",
    ),
];

/// How a stack is written.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a way of writing of its own")]
pub(super) struct Manner {
    pub(super) seed: u64,
    /// Blanks of a level.
    pub(super) indent: usize,
    /// Documents of files, keys of mappings and components of programs change places.
    pub(super) reorders: bool,
    pub(super) requotes: bool,
    pub(super) comments: bool,
    pub(super) renames: bool,
    pub(super) json: bool,
}

fn manner() -> impl Strategy<Value = Manner> {
    (any::<u64>(), 1..6_usize, any::<[bool; 5]>()).prop_map(
        |(seed, indent, [reorders, requotes, comments, renames, json])| Manner {
            seed: seed.max(1),
            indent,
            reorders,
            requotes,
            comments,
            renames,
            json: json && seed % 3 == 0,
        },
    )
}

fn base() -> Vec<(String, String)> {
    let folder = fixtures::root().join("fixtures/stacks/leaking");
    let names = ["alloy.yaml", "grafana.yaml", "loki.yaml", "mimir.yaml", "ptd.yaml"];
    let mut files: Vec<(String, String)> = names
        .iter()
        .map(|name| ((*name).to_owned(), fixtures::read(&folder.join(Path::new(name)))))
        .collect();
    for (file, from, to) in FAULTS {
        let (_, text) = files.iter_mut().find(|(name, _)| name == file).unwrap();
        assert!(text.contains(from), "{from}");
        *text = text.replacen(from, to, 1);
    }
    files
}

/// What is found in a stack, and what by each finding is known.
fn keys(files: &[(String, String)]) -> Vec<Key> {
    let text = |(path, text): &(String, String)| Source {
        path: path.clone(),
        argument: 0,
        text: text.as_str().into(),
    };
    let sources = Sources { texts: files.iter().map(text).collect(), ..Sources::default() };
    let options = CheckOptions { inventory: true, folder: "/x".to_owned(), ..CheckOptions::default() };
    let checked = check::check(&sources, &[".".to_owned()], &options);
    assert_eq!(checked.report.coverage.errors, [], "{files:?}");
    let mut keys: Vec<Key> =
        checked.stacks.iter().flat_map(|own| &own.faults).map(|fault| fault.key.clone()).collect();
    keys.sort();
    keys
}

/// The same stack, written in another manner.
pub(super) fn rewritten(files: &[(String, String)], manner: Manner) -> Vec<(String, String)> {
    let mut random = Random(manner.seed);
    let mut all: Vec<(String, String)> = Vec::new();
    for (name, text) in files {
        let mut documents: Vec<Value> = parse_yaml(&Arc::from(text.as_str()))
            .documents
            .iter()
            .map(|tree| value(tree.root().unwrap()))
            .collect();
        if manner.reorders {
            shuffle(&mut documents, &mut random);
        }
        let is_declaration = name == "ptd.yaml";
        let (ending, text) = if manner.json && !is_declaration {
            let list = serde_json::json!({ "apiVersion": "v1", "kind": "List", "items": documents });
            (
                "json",
                if manner.comments {
                    serde_json::to_string(&list)
                } else {
                    serde_json::to_string_pretty(&list)
                }
                .unwrap(),
            )
        } else {
            let mut text = String::new();
            for document in &documents {
                text.push_str("---\n");
                write_block(document, 0, manner, &mut random, &mut text);
            }
            ("yaml", text)
        };
        let name = if manner.renames && !is_declaration {
            format!("{}-{}.{ending}", random.below(1000), name.trim_end_matches(".yaml"))
        } else {
            name.replace(".yaml", &format!(".{ending}"))
        };
        all.push((name, text));
    }
    if manner.renames {
        all.sort();
    }
    all
}

pub(super) fn shuffle<T>(items: &mut [T], random: &mut Random) {
    for index in (1..items.len()).rev() {
        items.swap(index, random.below(index + 1));
    }
}

fn value(node: NodeRef<'_>) -> Value {
    let node = node.resolved();
    if node.is_mapping() {
        return node.entries().map(|(key, own)| (key.text().unwrap().to_owned(), value(own))).collect();
    }
    if node.is_sequence() {
        return node.items().map(value).collect();
    }
    match node.scalar().unwrap() {
        Scalar::Null => Value::Null,
        Scalar::Bool(own) => own.into(),
        Scalar::Int(own) => own.into(),
        Scalar::Float(own) => own.into(),
        Scalar::Text(own) => own.into(),
    }
}

/// A mapping or list, a line for each entry.
fn write_block(own: &Value, level: usize, manner: Manner, random: &mut Random, text: &mut String) {
    let blank = " ".repeat(level * manner.indent);
    let comment = |text: &mut String, random: &mut Random| {
        if manner.comments && random.below(4) == 0 {
            let _ = writeln!(text, "{blank}# a word: [of] {{no}} \"meaning");
        }
    };
    match own {
        Value::Object(entries) if !entries.is_empty() => {
            let mut entries: Vec<_> = entries.iter().collect();
            if manner.reorders {
                shuffle(&mut entries, random);
            }
            for (key, own) in entries {
                comment(text, random);
                let key = scalar(key, manner, random);
                let _ = write!(text, "{blank}{key}:");
                write_value(own, level, manner, random, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                comment(text, random);
                let _ = write!(text, "{blank}-");
                write_value(item, level, manner, random, text);
            }
        }
        other => {
            let _ = writeln!(text, "{blank}{other}");
        }
    }
}

fn write_value(own: &Value, level: usize, manner: Manner, random: &mut Random, text: &mut String) {
    let is_flow = manner.requotes && random.below(6) == 0 && !own.is_string();
    match own {
        Value::Object(entries) if !entries.is_empty() && !is_flow => {
            text.push('\n');
            write_block(own, level + 1, manner, random, text);
        }
        Value::Array(items) if !items.is_empty() && !is_flow => {
            text.push('\n');
            write_block(own, level + 1, manner, random, text);
        }
        Value::String(own) if own.ends_with('\n') => {
            let own = embedded(own, manner, random);
            if manner.requotes && random.below(2) == 0 {
                let _ = writeln!(text, " {}", Value::from(own));
                return;
            }
            text.push_str(" |\n");
            let blank = " ".repeat((level + 1) * manner.indent);
            for line in own.lines() {
                let _ = if line.is_empty() { writeln!(text) } else { writeln!(text, "{blank}{line}") };
            }
        }
        Value::String(own) => {
            let _ = writeln!(text, " {}", scalar(own, manner, random));
        }
        // JSON is YAML.
        other => {
            let _ = writeln!(text, " {other}");
        }
    }
}

/// A text of one line in any style that holds it.
fn scalar(own: &str, manner: Manner, random: &mut Random) -> String {
    let is_plain = plain_scalar(own) == Scalar::Text(own)
        && own.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_' | '-'))
        && own.starts_with(|c: char| c.is_ascii_alphabetic());
    match if manner.requotes { random.below(3) } else { 0 } {
        0 if is_plain => own.to_owned(),
        1 if !own.contains('\n') => format!("'{}'", own.replace('\'', "''")),
        _ => Value::from(own).to_string(),
    }
}

/// A text in a text: values of a chart, or a program.
fn embedded(own: &str, manner: Manner, random: &mut Random) -> String {
    let stream = parse_yaml(&Arc::from(own));
    if let [tree] = &stream.documents[..]
        && stream.errors.is_empty()
        && let Some(root) = tree.root().filter(|root| root.is_mapping())
    {
        let mut text = String::new();
        write_block(&value(root), 0, manner, random, &mut text);
        return text;
    }
    let own = if manner.reorders { &*reordered(own, random) } else { own };
    let mut text = String::new();
    for line in own.lines() {
        if manner.comments && line.is_empty() {
            text.push_str("// a word of no meaning\n");
        }
        let deep = line.len() - line.trim_start().len();
        let _ = writeln!(text, "{}{}", " ".repeat(deep / 2 * manner.indent), line.trim_start());
    }
    text
}

/// A program whose components stand in another order, without the comments between them; any other text as it is.
fn reordered(own: &str, random: &mut Random) -> String {
    let file = alloy::parse(Arc::from(own));
    let mut parts: Vec<&str> = file.body.blocks().map(|block| file.str(block.span)).collect();
    if !file.errors.is_empty() || parts.is_empty() || parts.len() < file.body.statements.len() {
        return own.to_owned();
    }
    shuffle(&mut parts, random);
    format!("{}\n", parts.join("\n\n"))
}

#[test]
fn components_of_programs_change_places() {
    let text = "a \"x\" {\n  k = 1\n}\n// of b\nb \"y\" { }\nc { }\n";
    let orders: std::collections::BTreeSet<String> =
        (1..50).map(|seed| reordered(text, &mut Random(seed))).collect();
    assert!(orders.len() >= 4, "{orders:?}");
    assert!(orders.contains("c { }\n\nb \"y\" { }\n\na \"x\" {\n  k = 1\n}\n"), "{orders:?}");
    assert_eq!(reordered("just: text", &mut Random(1)), "just: text");
}

#[test]
fn the_stack_has_many_kinds_of_findings() {
    let keys = keys(&base());
    let rules: std::collections::BTreeSet<&str> = keys.iter().map(|key| key.rule.as_str()).collect();
    for rule in [
        "logs-leave-workload",
        "log-volume-off",
        "query-split-differs",
        "cache-freshness-differs",
        "series-limit-differs",
    ] {
        assert!(rules.contains(rule), "{rule} is not in {rules:?}");
    }
    assert!(keys.len() >= 7, "{keys:#?}");
}

#[test]
fn another_value_is_another_finding() {
    let before = keys(&base());
    for (file, from, to, rule) in [
        (
            "loki.yaml",
            "split_queries_by_interval: 1h",
            "split_queries_by_interval: 2h",
            "query-split-differs",
        ),
        (
            "mimir.yaml",
            "max_global_series_per_user: 150000",
            "max_global_series_per_user: 150001",
            "series-limit-differs",
        ),
        (
            "alloy.yaml",
            "https://loki.ops.tern.example.com/",
            "https://loki.dev.tern.example.com/",
            "logs-leave-workload",
        ),
    ] {
        let mut files = base();
        let (_, text) = files.iter_mut().find(|(name, _)| name == file).unwrap();
        assert!(text.contains(from), "{from}");
        *text = text.replacen(from, to, 1);
        let after = keys(&files);
        let of = |keys: &[Key]| -> Vec<Key> { keys.iter().filter(|key| key.rule == rule).cloned().collect() };
        assert_eq!(of(&before).len(), of(&after).len(), "{rule}");
        assert_ne!(of(&before), of(&after), "{rule}");
        let others =
            |keys: &[Key]| -> Vec<Key> { keys.iter().filter(|key| key.rule != rule).cloned().collect() };
        assert_eq!(others(&before), others(&after), "{rule}");
    }
}

/// Findings of a collector that lets out logs by two blocks, beside a Service that is an alias.
fn leaks(endpoints: [&str; 2], alias: &str) -> Vec<Key> {
    let blocks = endpoints.map(|url| format!("  endpoint {{\n    url = \"{url}\"\n  }}\n")).concat();
    let program = format!(
        "loki.source.file \"own\" {{\n  targets = [{{ __path__ = \"/var/log/x\" }}]\n  \
         forward_to = [loki.write.out.receiver]\n}}\n\nloki.write \"out\" {{\n{blocks}}}\n"
    );
    let service = format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{ name: out, namespace: loki }}\n\
         spec: {{ type: ExternalName, externalName: {alias} }}\n"
    );
    let files =
        [("config.alloy", program), ("service.yaml", service)].map(|(name, text)| (name.to_owned(), text));
    keys(&files).into_iter().filter(|key| key.rule == "logs-leave-workload").collect()
}

#[test]
fn blocks_that_change_places_are_the_same_leaks() {
    let (one, two) = ("https://a.example.net/push", "https://b.example.net/push");
    let before = leaks([one, two], "a.example.net");
    assert_eq!(before.len(), 2, "{before:?}");
    assert_ne!(before[0], before[1]);
    assert_eq!(leaks([two, one], "a.example.net"), before);
}

#[test]
fn alias_that_leads_elsewhere_is_another_leak() {
    let urls = ["http://out.loki.svc.cluster.local/push", "https://b.example.net/push"];
    let (before, after) = (leaks(urls, "a.example.net"), leaks(urls, "evil.example.org"));
    assert_eq!((before.len(), after.len()), (2, 2), "{before:?}");
    assert_eq!(before.iter().filter(|key| !after.contains(key)).count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_manner_of_writing_plays_no_part(manner in manner()) {
        let files = base();
        prop_assert_eq!(keys(&rewritten(&files, manner)), keys(&files));
    }
}
