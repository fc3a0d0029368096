//! Tests of what templates make of values, and of the templates by themselves.

use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::Value;
use proptest::prelude::*;

use super::agreed::Agreed;
use super::charts::CHARTS;
use super::given::Given;
use super::given::Said;
use super::quote::Tongue;
use super::render::TEMPLATES;
use super::wanted::Wanted;
use super::words;
use crate::document::NodeRef;
use crate::document::Scalar;
use crate::document::alloy;
use crate::document::parse_yaml;
use crate::model::FactValue;
use crate::rule::Overrides;
use crate::rule::RuleSet;

/// A text as YAML prints it, alone and inside a list and a map.
fn in_yaml(text: &str) -> [String; 3] {
    let value = Value::from(text);
    let list: Value = [value.clone(), Value::from(1)].into_iter().collect();
    let map = Value::from(
        [(text.to_owned(), value.clone())].into_iter().collect::<std::collections::BTreeMap<_, _>>(),
    );
    [value, list, map].map(|value| Tongue::Yaml.write(&value).unwrap())
}

fn yaml_keeps(text: &str) {
    let [alone, list, map] = in_yaml(text);
    let stream = parse_yaml(&Arc::from(format!("a: {alone} # b\nc: {list}\nd: {map}\ne: 1\n")));
    assert!(stream.errors.is_empty(), "{text:?}: {alone} {:?}", stream.errors);
    let root = stream.documents[0].root().unwrap();
    let same = |node: NodeRef<'_>| assert_eq!(node.scalar(), Some(Scalar::Text(text)), "{text:?}");
    same(root.get("a").unwrap());
    same(root.get("c").unwrap().items().next().unwrap());
    let (key, value) = root.get("d").unwrap().entries().next().unwrap();
    assert_eq!((key.text(), value.text()), (Some(text), Some(text)));
    assert_eq!(root.entries().count(), 4, "{text:?}");
}

fn alloy_keeps(text: &str) {
    let written = Tongue::Alloy.write(&Value::from(text)).unwrap();
    let all = crate::text::Span::new(0, u32::try_from(written.len()).unwrap());
    let decoded = alloy::decode_string(&written, all).map(|(decoded, _)| decoded);
    assert_eq!(decoded.as_deref(), Some(text), "{written}");
}

#[test]
fn texts_that_look_like_something_else_stay_texts() {
    for text in [
        "",
        " ",
        "a b",
        "yes",
        "no",
        "On",
        "n",
        "y",
        "null",
        "~",
        "true",
        "1",
        "0",
        "0644",
        "1e3",
        "5e",
        "0x1f",
        "1_000",
        ".5",
        "-1",
        "+1",
        "1:30",
        "12:30:45",
        "2024-01-01",
        "5m",
        "20Gi",
        "300s",
        "1y",
        "a: b",
        "a:",
        "a #b",
        "#a",
        "- a",
        "-",
        "*a",
        "&a",
        "!a",
        "{a}",
        "[a]",
        "a,b",
        "%a",
        "@a",
        "`a`",
        "'a'",
        "\"a\"",
        "a\"b",
        "a\\b",
        "a\nb",
        "a\tb",
        "\u{0}",
        "\u{85}",
        "\u{a0}",
        "\u{2028}",
        "\u{feff}",
        "\u{202e}",
        "é",
        "漢",
        "😀",
        "$x",
        "${x}",
        "a${x}",
        "|",
        ">",
        "?",
        "? a",
        "=",
        "<<",
        "---",
        "...",
        "arn:aws:iam::1:role/x",
        "https://x.example.com/y",
        "1.11.1",
        "http://a:80",
        "a@b",
        "/",
        "/x",
        "NaN",
        ".nan",
        ".inf",
    ] {
        yaml_keeps(text);
        alloy_keeps(text);
    }
}

#[test]
fn plain_is_what_needs_no_quotes() {
    let written = |text: &str| Tongue::Yaml.write(&Value::from(text)).unwrap();
    for text in
        ["main", "s3.us-east-2.amazonaws.com", "5m", "20Gi", "/etc/mimir/", "https://x.example.com", "${X}"]
    {
        let plain = !text.starts_with('$');
        assert_eq!(written(text) == text, plain, "{text}");
    }
    assert_eq!(written("1.5"), "\"1.5\"");
    assert_eq!(Tongue::Yaml.write(&Value::from(true)), Some("true".to_owned()));
    assert_eq!(Tongue::Yaml.write(&Value::from(())), Some("null".to_owned()));
    assert_eq!(Tongue::Alloy.write(&Value::from(())), None, "Alloy has no such value in attributes");
    assert_eq!(Tongue::Yaml.write(&Value::UNDEFINED), None);
}

proptest! {
    #[test]
    fn no_text_breaks_out_of_yaml(text in any::<String>()) {
        yaml_keeps(&text);
    }

    #[test]
    fn no_text_breaks_out_of_short_yaml(text in "[-+.:0-9a-fxoTZ_ #'\"{}\\[\\],&*!|>%@`~=?\\\\\n]{0,8}") {
        yaml_keeps(&text);
    }

    #[test]
    fn no_text_breaks_out_of_alloy(text in any::<String>()) {
        alloy_keeps(&text);
    }

    /// What is taken is harmless where it stands: in hosts, paths, filters, names of buckets.
    #[test]
    fn what_is_taken_has_no_marks_of_any_language(text in any::<String>()) {
        for word in [words::WORKLOAD, words::RELEASE, words::REGION, words::ACCOUNT, words::TENANT, words::SUBSCRIPTION, words::DOMAIN, words::SITE, words::PREFIX, words::PERIOD] {
            if let Ok(taken) = word.read(&text) {
                prop_assert!(taken.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.')), "{taken}");
            }
        }
        if let Ok(taken) = words::LABEL.read(&text) {
            prop_assert!(!taken.contains("{{") && !taken.contains("}}") && !taken.chars().any(char::is_control));
        }
    }
}

#[test]
fn faults_are_told_all_at_once() {
    let said = |value: &str, by: &str| Some(Said { value: value.to_owned(), by: by.to_owned() });
    let given =
        Given { cloud: said("gcp", "--cloud"), workload: said("A", "ptd.yaml:1"), ..Given::default() };
    let told: Vec<String> = Wanted::new(&given).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[0], "--cloud: `gcp` is not a cloud: `aws` or `azure`");
    assert!(told[1].starts_with("ptd.yaml:1: `A` is not a workload's name"), "{told:?}");
    assert_eq!(told[2], "the domain is not known: say --domain DOMAIN");
}

#[test]
fn stronger_sources_beat_weaker_ones_value_by_value() {
    let said = |value: &str, by: &str| Some(Said { value: value.to_owned(), by: by.to_owned() });
    let strong = Given { region: said("a", "--region"), system_logs: Some(false), ..Given::default() };
    let weak = Given {
        region: said("b", "file"),
        domain: said("d", "file"),
        system_logs: Some(true),
        ..Given::default()
    };
    let both = strong.over(weak);
    assert_eq!(
        (both.region, both.domain, both.system_logs),
        (said("a", "--region"), said("d", "file"), Some(false))
    );
}

#[test]
fn templates_name_rules_and_settings_that_are_there() {
    let agreed = Agreed::new(Overrides::new());
    let pattern = regex::Regex::new(r#"agreed\("([a-z0-9-]+)", "([a-z_]+)"\)"#).unwrap();
    let mut seen = BTreeSet::new();
    for (name, text) in TEMPLATES {
        for found in pattern.captures_iter(text) {
            let value = agreed.value(&found[1], &found[2]);
            assert!(value.is_ok(), "{name}: {value:?}");
            seen.insert((found[1].to_owned(), found[2].to_owned()));
        }
    }
    assert!(seen.len() > 20, "{seen:?}");
}

#[test]
fn rules_in_comments_are_there() {
    let rules = RuleSet::builtin();
    let ids: BTreeSet<&str> = rules.ids().collect();
    // In brackets, or a whole comment of nothing but rules.
    let pattern = regex::Regex::new(r"\(([a-z]+(?:-[a-z]+){1,}(?:, [a-z]+(?:-[a-z]+){1,})*)\)|(?m)^\s*(?:#|//) ([a-z]+(?:-[a-z]+){1,}(?:, [a-z]+(?:-[a-z]+){1,})*)$").unwrap();
    let mut count = 0;
    for (name, text) in TEMPLATES {
        for found in pattern.captures_iter(text) {
            let list = found.get(1).or(found.get(2)).unwrap().as_str();
            for id in list.split(", ") {
                assert!(ids.contains(id), "{name}: there is no rule `{id}`");
                count += 1;
            }
        }
    }
    assert!(count > 50, "{count}");
}

/// What was agreed is typed in rules alone. Texts and numbers that mean something by themselves; `3` and `10m` do not.
#[test]
fn no_agreed_value_is_typed_in_a_template() {
    let rules = RuleSet::builtin();
    let told = |value: &FactValue| match value {
        FactValue::Text(text) if text.len() >= 4 && text.contains(|c: char| !c.is_ascii_alphabetic()) => {
            Some(text.to_string())
        }
        FactValue::Int(number) if *number >= 1000 => Some(number.to_string()),
        _ => None,
    };
    let settings = rules
        .rules()
        .into_iter()
        .flat_map(|rule| rule.settings.iter().map(move |setting| (rule.id.as_str(), setting)));
    let values: Vec<(&str, String)> =
        settings.filter_map(|(id, setting)| Some((id, told(&setting.default.value)?))).collect();
    assert!(values.len() > 15, "{values:?}");
    for (name, text) in TEMPLATES {
        for (id, value) in &values {
            let typed = text.match_indices(value.as_str()).any(|(start, _)| {
                let whole = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-');
                whole(text[..start].chars().last()) && whole(text[start + value.len()..].chars().next())
            });
            // `workload-type` and the like stand in names of rules.
            assert!(!typed, "{name}: `{value}` is typed; ask `agreed(\"{id}\", ...)`");
        }
    }
}

#[test]
fn charts_are_those_that_the_tables_know() {
    let releases: serde_json::Value =
        serde_json::from_str(include_str!("../../schemas/charts/releases.json")).unwrap();
    for chart in &CHARTS {
        let Some(known) = releases.get(chart.chart) else {
            assert_eq!(chart.chart, "kube-state-metrics");
            continue;
        };
        let number =
            |text: &str| text.split('.').map(|part| part.parse::<u32>().unwrap()).collect::<Vec<_>>();
        let newest = number(known["newest"].as_str().unwrap());
        assert!(number(chart.version) <= newest, "{chart:?}");
        let runs = known["runs"].as_array().unwrap();
        assert!(
            runs.iter().any(|run| number(run[0].as_str().unwrap()) <= number(chart.version)),
            "{chart:?}"
        );
    }
}
