//! All forms at once: what each must show, what none may let through, and their texts to the character.

use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;

use super::Around;
use super::Detail;
use super::Format;
use super::Style;
use super::Telling;
use super::harmless;
use super::sample;
use super::sample::Sample;
use super::told::place_name;
use crate::finding::AcceptedBy;
use crate::finding::NotSeen;
use crate::finding::RuleDoc;
use crate::finding::RunError;
use crate::finding::Severity;
use crate::finding::Sighting;

const PLAIN: Style = Style { color: false, width: 100, detail: Detail::Normal };

/// The rule of the sample's leaks, as far as reports show it. That of its other findings is not known here.
fn rules() -> Vec<RuleDoc> {
    vec![sample::leak_rule()]
}

fn written(sample: &Sample, format: Format) -> String {
    let telling = Telling::of_run(sample.outcome(), rules);
    let telling = telling.within(Around { exit: Some(2), ..Around::default() });
    let mut out = Vec::new();
    telling.write(format, PLAIN, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Everything at once: one leak accepted, another in a running cluster, findings left out.
fn full() -> Sample {
    let mut sample = sample::mixed();
    sample.accept(2, "moved in May, see #12");
    if let Some(accepted) = &mut sample.report.findings[2].accepted {
        accepted.by = AcceptedBy::Settings;
    }
    let path = "arn:aws:eks:x/prod/alloy/ConfigMap/alloy-config";
    sample.documents.files[1].path = path.to_owned();
    sample.documents.files[1].live = true;
    let place = sample.report.findings[1].place;
    sample.report.findings[1].seen.clusters =
        vec![Sighting { cluster: "arn:aws:eks:x/prod".to_owned(), place }];
    sample.report.verdicts[0].accepted = 1;
    sample.report.coverage.not_seen.push(NotSeen {
        cluster: "arn:aws:eks:x/prod".to_owned(),
        verb: "list".to_owned(),
        resource: "nodes".to_owned(),
        namespace: None,
        name: None,
        cause: "forbidden".to_owned(),
        message: "the rights are missing".to_owned(),
        promises: Vec::new(),
    });
    let mut extra = sample.report.findings[3].clone();
    extra.message = "to be left out".to_owned();
    sample.report.findings.push(extra);
    sample.report.leave_out("in files that were not given", |own| own.message != "to be left out");
    sample
}

/// The texts of a form as its readers see them: without what escapes them, and without marks for code.
fn decoded(format: Format, text: &str) -> String {
    let plain = match format {
        Format::Human | Format::Concise | Format::Github => text.to_owned(),
        Format::Json | Format::Sarif | Format::Gitlab => {
            strings(&serde_json::from_str(text).unwrap()).join("\n")
        }
        Format::Junit | Format::Checkstyle => text
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&amp;", "&"),
        Format::Markdown => {
            let mut plain = text.replace("<code>", "").replace("</code>", "");
            for byte in 33..127_u8 {
                plain = plain.replace(&format!("&#{byte};"), &char::from(byte).to_string());
            }
            plain
        }
        Format::Html => {
            let mut plain = String::new();
            for part in text.split('<') {
                plain.push_str(part.split_once('>').map_or(part, |(_, rest)| rest));
            }
            plain
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&")
        }
        Format::OpenReports | Format::PolicyReport => {
            let value = |line: &str| {
                let (_, value) = line.split_once(": ")?;
                Some(serde_json::from_str(value).unwrap_or_else(|_| value.to_owned()))
            };
            text.lines().filter_map(value).collect::<Vec<String>>().join("\n")
        }
    };
    plain.replace('`', "")
}

/// All texts and numbers in a value.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(entries) => {
            entries.iter().flat_map(|(key, value)| [vec![key.clone()], strings(value)].concat()).collect()
        }
        other => vec![other.to_string()],
    }
}

/// Forms but that for terminals, which wraps lines.
fn forms() -> impl Iterator<Item = Format> {
    Format::ALL.into_iter().filter(|format| *format != Format::Human)
}

#[test]
fn every_form_shows_every_finding_and_what_is_none() {
    let sample = full();
    let telling = Telling::of_run(sample.outcome(), rules);
    for format in forms() {
        let text = decoded(format, &written(&sample, format));
        let shows = |part: &str| assert!(text.contains(part), "{}: no `{part}` in\n{text}", format.name());
        for finding in &telling.contract().findings {
            shows(&finding.message.replace('`', ""));
            shows(&finding.rule);
            if let Some(place) = &finding.location {
                shows(&place.path.replace(':', if format == Format::Sarif { "%3A" } else { ":" }));
                shows(&place.line.to_string());
            }
        }
        // Accepted, and why; left out, and why; what ended the run; what is open; what is out of scope; what is assumed.
        for part in [
            "moved in May, see #12",
            "2027-01-31",
            "in files that were not given",
            "broken.yaml",
            "not YAML: [ is not closed",
            "no such file or folder",
            "the rights are missing",
            "forbidden",
            "REMOTE_URL is set nowhere",
            "no Grafana here",
            "loki-gateway.loki is this workload's Loki (not in the input)",
        ] {
            shows(part);
        }
    }
}

#[test]
fn places_in_clusters_are_named_in_full() {
    let sample = full();
    let telling = Telling::of_run(sample.outcome(), rules);
    let place = telling.contract().findings[1].location.as_ref().map(place_name).unwrap();
    assert_eq!(place, "arn:aws:eks:x/prod/alloy/ConfigMap/alloy-config#data.config.alloy:11");
    for format in forms().filter(|format| *format != Format::Json) {
        let text = decoded(format, &written(&sample, format));
        assert!(text.contains(&place), "{}: {text}", format.name());
    }
}

#[test]
fn reports_that_were_read_back_are_told_alike() {
    let sample = full();
    let telling = Telling::of_run(sample.outcome(), rules);
    let own = super::report_of(telling.contract()).unwrap();
    let again = Telling::of_read(telling.contract(), &own, rules)
        .within(Around { exit: Some(2), ..Around::default() });
    // Labels of the finding's own place are not in the contract, nor are pictures and source lines.
    for format in forms().filter(|format| !matches!(format, Format::Sarif | Format::Html)) {
        let mut out = Vec::new();
        again.write(format, PLAIN, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), written(&sample, format), "{}", format.name());
    }
}

/// A sample in which every text from outside is this one.
fn hostile(text: &str) -> Sample {
    let mut sample = full();
    let path = format!("x{}", text.replace('\0', "x"));
    for file in &mut sample.documents.files {
        file.path.clone_from(&path);
    }
    for finding in &mut sample.report.findings {
        text.clone_into(&mut finding.message);
        text.clone_into(&mut finding.help);
        text.clone_into(&mut finding.label);
        for label in &mut finding.related {
            text.clone_into(&mut label.text);
        }
        if let Some(accepted) = &mut finding.accepted {
            text.clone_into(&mut accepted.reason);
        }
    }
    for verdict in &mut sample.report.verdicts {
        text.clone_into(&mut verdict.subject);
        text.clone_into(&mut verdict.summary);
        verdict.assumptions = vec![text.to_owned()];
    }
    let error = RunError { path: path.clone(), line: Some(1), message: text.to_owned() };
    sample.report.coverage.errors = vec![error];
    sample
}

/// Holds for every text from outside.
fn is_harmless(text: &str) {
    let sample = hostile(text);
    for format in Format::ALL {
        let out = written(&sample, format);
        harmless::report(format, &out);
        if format == Format::Github {
            // Our own commands alone: ten annotations at most, a group.
            let commands = out.lines().filter(|line| line.trim_start().starts_with("::"));
            assert_eq!(commands.count(), 8, "{out}");
        }
    }
}

#[test]
fn texts_from_outside_are_texts_in_every_form() {
    for text in [
        "\u{1b}]0;x\u{7}\u{1b}[31m\r\n::error::x\n::set-output name=a::b\n##[add-mask]x",
        "\u{202e}\u{2066}\u{85}\u{2028}\u{feff}\u{9b}\0\u{8}",
        "]]></system-out></testcase><x y='\"&amp;",
        "a | b\n\n# x\n<script>alert(1)</script> [x](javascript:y) ![z](https://evil) @team www.evil #1",
        "\"}, {\"x\": [",
        "- a\n  b: c\n... \n---\n{{ x }}",
        "%0A%25 ::warning file=x::",
    ] {
        is_harmless(text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_is_harmless(text in any::<String>()) {
        is_harmless(&text);
    }

    #[test]
    fn any_markup_is_harmless(text in "[-`<>&|:#@%!*_~\\[\\]()\"'\\\\ \n\t\r.0-9a-c\u{202e}]{0,40}") {
        is_harmless(&text);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test reads what it expects")]
fn forms_are_what_they_were() {
    let sample = full();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/formats");
    for format in forms() {
        let ending = match format {
            Format::Json | Format::Sarif | Format::Gitlab => "json",
            Format::Junit | Format::Checkstyle => "xml",
            Format::OpenReports | Format::PolicyReport => "yaml",
            Format::Markdown => "md",
            Format::Human | Format::Concise | Format::Github => "txt",
            // Held by what browsers make of it, and by `html/tests.rs`.
            Format::Html => continue,
        };
        let path = folder.join(format!("{}.{ending}", format.name()));
        // The version changes with each release.
        let text = written(&sample, format).replace(env!("CARGO_PKG_VERSION"), "VERSION");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, &text)).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(text == expected, "{}: run with UPDATE=1 and read the difference\n{text}", path.display());
    }
}

#[test]
fn the_worst_ten_are_annotated_and_the_rest_is_counted() {
    let mut sample = sample::mixed();
    sample.report.coverage.errors.clear();
    let (worst, least) = (sample.report.findings[0].clone(), sample.report.findings[2].clone());
    sample.report.findings = [vec![least; 20], vec![worst; 4]].concat();
    sample.report.verdicts.clear();
    let telling = |summary| {
        let telling = Telling::of_run(sample.outcome(), Vec::new);
        telling.within(Around { summary, ..Around::default() })
    };
    let told = |summary| {
        let mut out = Vec::new();
        telling(summary).write(Format::Github, PLAIN, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let lines = told(Some(1_000_000));
    let commands: Vec<&str> = lines.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(commands.len(), 10);
    assert_eq!(commands.iter().position(|line| line.starts_with("::warning")), Some(4), "{lines}");
    assert_eq!(
        commands[0],
        "::error file=manifests/alloy.yaml,line=18,endLine=18,col=24,endColumn=55,title=log-sink-outside::\
         logs of `loki.source.kubernetes.pods` leave the workload%0ASend them to the workload's own Loki.%0A\
         Ask before you allow a destination."
    );
    let end = "ptd-lint: 4 errors, 20 warnings, 0 infos; 10 of 24 annotated, all in the summary of the job";
    assert_eq!(lines.lines().last(), Some(end));
    for room in [None, Some(2_000)] {
        let group = told(room);
        assert_eq!(group.lines().filter(|line| line.starts_with("- ")).count(), 24, "{group}");
    }
    let rows = telling(Some(1_000_000)).summary(1_000_000);
    assert_eq!(
        rows.lines().filter(|line| line.starts_with("| error |") || line.starts_with("| warning |")).count(),
        24
    );
}

#[test]
fn fingerprints_of_code_quality_are_unique_and_stay() {
    let mut sample = sample::mixed();
    let twin = sample.report.findings[0].clone();
    sample.report.findings.push(twin);
    let prints = |sample: &Sample| -> Vec<String> {
        let issues: Vec<Value> = serde_json::from_str(&written(sample, Format::Gitlab)).unwrap();
        issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    let first = prints(&sample);
    let mut unique = first.clone();
    unique.sort();
    unique.dedup();
    assert_eq!((unique.len(), first.len()), (10, 10));
    assert_eq!(first[0], "00112233445566778899aabbccddeeff");
    assert_eq!(prints(&sample), first);
}

#[test]
fn issues_of_code_quality_have_what_the_server_asks_for() {
    let issues: Vec<Value> = serde_json::from_str(&written(&full(), Format::Gitlab)).unwrap();
    for issue in &issues {
        for key in ["description", "check_name", "fingerprint", "severity"] {
            assert!(issue[key].as_str().is_some_and(|text| !text.is_empty()), "{issue}");
        }
        let severity = issue["severity"].as_str().unwrap();
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity), "{issue}");
        let path = issue["location"]["path"].as_str().unwrap();
        assert!(!path.is_empty() && !path.starts_with("./"), "{issue}");
        assert!(issue["location"]["lines"]["begin"].as_u64().is_some_and(|line| line > 0), "{issue}");
    }
    let severities: Vec<&str> =
        issues.iter().take(4).map(|issue| issue["severity"].as_str().unwrap()).collect();
    assert_eq!(
        severities,
        ["blocker", "blocker", "info", "info"],
        "a leak, a leak, an accepted one, one worth knowing"
    );
}

#[test]
fn counts_of_suites_are_those_of_their_tests() {
    let text = written(&full(), Format::Junit);
    let number = |line: &str, name: &str| -> usize {
        let value = line.split(&format!(" {name}=\"")).nth(1).unwrap().split('"').next().unwrap();
        value.parse().unwrap()
    };
    let whole = text.lines().find(|line| line.starts_with("<testsuites")).unwrap();
    assert_eq!(number(whole, "tests"), text.matches("<testcase ").count());
    assert_eq!(number(whole, "failures"), text.matches("</failure>").count());
    assert_eq!(number(whole, "errors"), text.matches("</error>").count());
    let suites: Vec<&str> = text.lines().filter(|line| line.contains("<testsuite ")).collect();
    for name in ["tests", "failures", "errors"] {
        assert_eq!(suites.iter().map(|suite| number(suite, name)).sum::<usize>(), number(whole, name));
    }
    assert!(!text.contains(" time") && !text.contains("timestamp"), "{text}");
}

#[test]
fn more_results_than_an_object_holds_are_spread_over_several() {
    let mut sample = sample::mixed();
    let one = sample.report.findings[3].clone();
    sample.report.findings = vec![one; 2_500];
    let text = written(&sample, Format::OpenReports);
    let names: Vec<&str> = text.lines().filter(|line| line.starts_with("  name: ")).collect();
    assert_eq!(names, ["  name: \"ptd-lint\"", "  name: \"ptd-lint-2\"", "  name: \"ptd-lint-3\""]);
    assert_eq!(text.matches("Loki keeps logs for 24h").count(), 2_500);
    assert_eq!(sample.report.findings[0].severity, Severity::Info);
}
