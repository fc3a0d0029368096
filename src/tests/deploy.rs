//! Holds the manifests of `deploy/` to the program: rights, switches, settings.

use std::path::Path;

use crate::check;
use crate::check::CheckOptions;
use crate::finding::Severity;
use crate::source::Source;
use crate::source::Sources;

const CRON_JOB: &str = include_str!("../../deploy/base/cronjob.yaml");
const FLEET_JOB: &str = include_str!("../../deploy/fleet/job.yaml");

#[test]
fn roles_are_what_the_program_prints() {
    let cases = [
        (include_str!("../../deploy/cronjob/rbac.yaml"), false),
        (include_str!("../../deploy/cronjob-with-reports/rbac.yaml"), true),
    ];
    for (written, write_report) in cases {
        let errand = crate::live::Errand { write_report, ..crate::live::Errand::default() };
        let account = ("ptd-lint".to_owned(), "ptd-lint".to_owned());
        let grant = crate::live::Grant { account, namespaces: Vec::new() };
        let printed = crate::live::roles(&errand, &grant);
        assert_eq!(
            written, printed,
            "write the output of `ptd-lint live-rbac` to it; write_report: {write_report}"
        );
    }
}

#[test]
fn manifests_and_settings_have_no_faults() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    let mut texts = Vec::new();
    for part in ["base", "cronjob", "cronjob-with-reports", "fleet"] {
        for entry in std::fs::read_dir(folder.join(part)).unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with("kustomization.yaml") {
                continue;
            }
            #[expect(clippy::disallowed_methods, reason = "the test reads the project's own files")]
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(&folder).unwrap().display().to_string();
            let argument = texts.len();
            texts.push(Source { path: format!("deploy/{name}"), argument, text: text.into() });
        }
    }
    assert!(texts.len() >= 11, "{}", texts.len());
    for source in texts {
        let sources = Sources { texts: vec![Source { argument: 0, ..source }], ..Sources::default() };
        let path = sources.texts[0].path.clone();
        let report = check::check(&sources, std::slice::from_ref(&path), &CheckOptions::default()).report;
        let found: Vec<&String> = report
            .findings
            .iter()
            .filter(|finding| finding.severity > Severity::Info)
            .map(|finding| &finding.message)
            .collect();
        assert!(
            found.is_empty() && report.coverage.errors.is_empty(),
            "{path}: {found:?} {:?}",
            report.coverage
        );
    }
}

/// The number behind a word of a manifest.
fn number(manifest: &str, word: &str) -> u64 {
    let rest = manifest.split_once(word).unwrap().1;
    rest.split(|letter: char| !letter.is_ascii_digit()).next().unwrap().parse().unwrap()
}

#[test]
fn a_job_has_time_for_all_its_tries() {
    for (manifest, tries, writes) in
        [(CRON_JOB, "backoffLimit: ", 60), (FLEET_JOB, "backoffLimitPerIndex: ", 0)]
    {
        let run = number(manifest, "--timeout=") * 60 + writes;
        let starts = 60;
        let tries = 1 + number(manifest, tries);
        assert!(number(manifest, "activeDeadlineSeconds: ") >= tries * (run + starts), "{manifest}");
        assert!(manifest.contains(&format!("--timeout={}m", number(manifest, "--timeout="))));
    }
}

#[test]
fn words_of_the_manifests_are_words_of_the_program() {
    // `[--a, --b=c]`, or one to a line.
    let of = |manifest: &str| -> Vec<String> {
        let from = manifest.find("args:").unwrap();
        let to = from + manifest[from..].find("resources:").unwrap();
        let words = manifest[from + 5..to].split([',', '[', ']', '\n', ' ']);
        words.filter(|word| word.starts_with("--")).map(str::to_owned).collect()
    };
    let (own, mut with_reports, fleet) = (of(CRON_JOB), of(CRON_JOB), of(FLEET_JOB));
    with_reports.push("--write-report".to_owned());
    for words in [own, with_reports, fleet] {
        assert!(words.len() >= 4, "{words:?}");
        let parsed = crate::cli::understands(words.iter().map(String::as_str));
        assert!(parsed, "{words:?}");
    }
    let shard = FLEET_JOB.split_once("--shard=/").unwrap().1;
    let count = FLEET_JOB.split_once("completions: ").unwrap().1;
    assert_eq!(shard.lines().next(), count.lines().next());
}
