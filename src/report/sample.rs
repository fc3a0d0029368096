//! A hand-made outcome with everything that a report can hold; the tests of all formats print this one.

use std::sync::Arc;

use super::Outcome;
use crate::document::Body;
use crate::document::Dialect;
use crate::document::DocId;
use crate::document::Document;
use crate::document::Documents;
use crate::document::File;
use crate::document::Host;
use crate::document::HostMap;
use crate::document::Language;
use crate::document::Place;
use crate::document::Tree;
use crate::document::alloy;
use crate::finding::Accepted;
use crate::finding::AcceptedBy;
use crate::finding::Coverage;
use crate::finding::Finding;
use crate::finding::Invariant;
use crate::finding::InvariantVerdict;
use crate::finding::Label;
use crate::finding::PassedOver;
use crate::finding::Profile;
use crate::finding::Report;
use crate::finding::RuleDoc;
use crate::finding::RunError;
use crate::finding::Severity;
use crate::finding::Verdict;
use crate::text::Embedding;
use crate::text::LineIndex;
use crate::text::Span;

/// A program with a leak, as it stands in both files of the sample.
pub(super) const PROGRAM: &str = "\
loki.source.kubernetes \"pods\" {
  targets    = discovery.kubernetes.pods.targets
  forward_to = [loki.write.local.receiver]
}

// Öffentlich, and far from its source.
// One more line.
// And another.

loki.write \"local\" {
  endpoint { url = \"https://logs.example.com/push\" }
}
";

/// The sample: texts and report.
pub(super) struct Sample {
    pub(super) documents: Documents,
    pub(super) report: Report,
}

impl Sample {
    pub(super) fn outcome(&self) -> Outcome<'_> {
        Outcome { documents: &self.documents, report: &self.report }
    }

    /// Has a finding accepted, for as long as January 2027 lasts.
    pub(super) fn accept(&mut self, finding: usize, reason: &str) {
        self.report.findings[finding].accepted = Some(Accepted {
            by: AcceptedBy::Comment,
            reason: reason.to_owned(),
            until: Some("2027-01-31".to_owned()),
            place: None,
        });
    }
}

/// A YAML or JSON text of a file.
pub(super) fn root(text: &str, language: Language, regions: &[(&str, &str)]) -> Document {
    let text: Arc<str> = text.into();
    let regions = regions.iter().map(|(start, name)| {
        let end = u32::try_from(text.len()).unwrap();
        (Span::new(span_of(&text, start).start, end), Arc::from(*name))
    });
    Document {
        regions: regions.collect(),
        lines: Arc::new(LineIndex::new(&text)),
        body: Body::Tree(Tree {
            text: text.clone(),
            nodes: Vec::new(),
            root: None,
            dialect: Dialect::GoYaml,
        }),
        text,
        language,
        host: None,
    }
}

/// An Alloy program inside the first document of a file.
pub(super) fn embedded(text: &str, field: &str, object: &str, embedding: Embedding) -> Document {
    let text: Arc<str> = text.into();
    let host = Host {
        index: 0,
        field: field.to_owned(),
        object: Some(object.to_owned()),
        map: HostMap::Made(embedding),
    };
    let file = alloy::File {
        text: text.clone(),
        body: alloy::Body::default(),
        comments: Vec::new(),
        errors: Vec::new(),
    };
    Document {
        lines: Arc::new(LineIndex::new(&text)),
        text,
        language: Language::Alloy,
        host: Some(host),
        body: Body::Alloy(file),
        regions: Vec::new(),
    }
}

/// The first occurrence of `part`.
pub(super) fn span_of(text: &str, part: &str) -> Span {
    let start = text.find(part).unwrap_or_else(|| panic!("no `{part}` in the sample"));
    Span::new(u32::try_from(start).unwrap(), u32::try_from(start + part.len()).unwrap())
}

/// `PROGRAM` in the block scalar of a `ConfigMap`.
fn block_scalar() -> (String, Embedding) {
    let mut text = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: alloy-config
  namespace: alloy
data:
  config.alloy: |
"
    .to_owned();
    let mut map = Embedding::new();
    let mut guest = 0;
    for line in PROGRAM.split_inclusive('\n') {
        let indent = if line == "\n" { "" } else { "    " };
        text.push_str(indent);
        let length = u32::try_from(line.len()).unwrap();
        let host = u32::try_from(text.len()).unwrap();
        map.push(Span::new(guest, guest + length), Span::new(host, host + length));
        guest += length;
        text.push_str(line);
    }
    (text, map)
}

/// `PROGRAM` in JSON on one line.
fn one_liner() -> (String, Embedding) {
    let mut text = "{\"kind\":\"ConfigMap\",\"data\":{\"config.alloy\":\"".to_owned();
    let mut map = Embedding::new();
    for (offset, character) in PROGRAM.char_indices() {
        let guest = u32::try_from(offset).unwrap();
        let host = u32::try_from(text.len()).unwrap();
        match character {
            '\n' => text.push_str("\\n"),
            '"' => text.push_str("\\\""),
            other => text.push(other),
        }
        let guest_end = guest + u32::try_from(character.len_utf8()).unwrap();
        map.push(Span::new(guest, guest_end), Span::new(host, u32::try_from(text.len()).unwrap()));
    }
    text.push_str("\"}}\n");
    (text, map)
}

/// Two files with the same leak in two forms, and a values file.
fn documents() -> Documents {
    let object = "ConfigMap alloy/alloy-config";
    let (block, block_map) = block_scalar();
    let (line, line_map) = one_liner();
    let values = "loki:\n  limits_config:\n    retention_period: 24h\n";
    Documents {
        files: vec![
            File {
                path: "manifests/alloy.yaml".to_owned(),
                live: false,
                documents: vec![
                    root(&block, Language::Yaml, &[("apiVersion", object)]),
                    embedded(PROGRAM, "data.config.alloy", object, block_map),
                ]
                .into(),
            },
            File {
                path: "kubectl/all.json".to_owned(),
                live: false,
                documents: vec![
                    root(&line, Language::Json, &[("{", object)]),
                    embedded(PROGRAM, "data.config.alloy", object, line_map),
                ]
                .into(),
            },
            File {
                path: "values/loki.yaml".to_owned(),
                live: false,
                documents: vec![root(values, Language::Yaml, &[])].into(),
            },
        ],
    }
}

/// A place in the sample's texts, by the words that stand there.
pub(super) fn place(documents: &Documents, file: u32, index: u32, part: &str) -> Place {
    let doc = DocId { file, index };
    Place { doc, span: span_of(&documents.document(doc).text, part) }
}

/// What is known of the rule of the sample's leaks.
pub(super) fn leak_rule() -> RuleDoc {
    RuleDoc {
        id: "log-sink-outside".to_owned(),
        family: "flow".to_owned(),
        profile: Profile::Ptd,
        severity: Severity::Error,
        severities: Vec::new(),
        advisory: false,
        invariant: Invariant::LogBoundary,
        subject: "log_exit".to_owned(),
        summary: "logs leave the workload".to_owned(),
        why: "What has left cannot be called back.".to_owned(),
        help: "Send them to the workload's own Loki.".to_owned(),
        fixes: Vec::new(),
        settings: Vec::new(),
        source: String::new(),
        references: vec!["https://grafana.com/docs/loki/latest/".to_owned()],
        failing: Vec::new(),
        mended: Vec::new(),
    }
}

fn leak(documents: &Documents, file: u32) -> Finding {
    Finding {
        rule: "log-sink-outside".to_owned(),
        invariant: Invariant::LogBoundary,
        severity: Severity::Error,
        message: "logs of `loki.source.kubernetes.pods` leave the workload".to_owned(),
        help: "Send them to the workload's own Loki.\nAsk before you allow a destination.".to_owned(),
        place: Some(place(documents, file, 1, "\"https://logs.example.com/push\"")),
        label: "outside the workload".to_owned(),
        related: vec![
            Label {
                place: place(documents, file, 1, "loki.source.kubernetes \"pods\""),
                text: "logs enter here".to_owned(),
            },
            Label { place: place(documents, 2, 0, "24h"), text: "kept this long".to_owned() },
        ],
        fingerprint: "00112233445566778899aabbccddeeff".to_owned(),
        fixes: Vec::new(),
        seen: crate::finding::Seen::default(),
        accepted: None,
        undecided: false,
    }
}

fn other(severity: Severity, place: Option<Place>) -> Finding {
    Finding {
        rule: "retention-short".to_owned(),
        invariant: Invariant::StoreRetention,
        severity,
        message: "Loki keeps logs for 24h".to_owned(),
        help: String::new(),
        place,
        label: String::new(),
        related: Vec::new(),
        fingerprint: "ffeeddccbbaa99887766554433221100".to_owned(),
        fixes: Vec::new(),
        seen: crate::finding::Seen::default(),
        accepted: None,
        undecided: false,
    }
}

fn verdict(
    invariant: Invariant,
    verdict: Verdict,
    summary: &str,
    assumptions: &[&str],
    findings: &[usize],
) -> InvariantVerdict {
    InvariantVerdict {
        invariant,
        subject: "manifests".to_owned(),
        cluster: None,
        verdict,
        summary: summary.to_owned(),
        assumptions: assumptions.iter().map(|text| (*text).to_owned()).collect(),
        findings: findings.to_vec(),
        accepted: 0,
        not_shown: 0,
        before: None,
    }
}

/// All severities, all verdicts, places at every depth, a finding without a place, an error of the run.
pub(super) fn mixed() -> Sample {
    let documents = documents();
    let short = place(&documents, 2, 0, "24h");
    let findings = vec![
        leak(&documents, 0),
        leak(&documents, 1),
        other(Severity::Warning, Some(short)),
        other(Severity::Info, None),
    ];
    let assumed = "loki-gateway.loki is this workload's Loki (not in the input)";
    let report = Report {
        pictures: Vec::new(),
        verdicts: vec![
            verdict(Invariant::LogBoundary, Verdict::Violated, "1 of 3 sinks is outside", &[], &[0, 1]),
            verdict(Invariant::DualWrite, Verdict::Undecided, "REMOTE_URL is set nowhere", &[], &[]),
            verdict(Invariant::StoreLimits, Verdict::Holds, "12 limits as agreed", &[assumed], &[]),
            verdict(Invariant::GrafanaAccess, Verdict::NotApplicable, "no Grafana here", &[], &[]),
        ],
        findings,
        coverage: Coverage {
            files: 4,
            documents: 7,
            collectors: 1,
            components: 12,
            passed_over: vec![
                PassedOver { path: "README.md".to_owned(), reason: "not a YAML file".to_owned() },
                PassedOver { path: "empty.yaml".to_owned(), reason: "an empty file".to_owned() },
            ],
            clusters: Vec::new(),
            not_seen: Vec::new(),
            shards: Vec::new(),
            not_shown: Vec::new(),
            errors: vec![
                RunError {
                    path: "broken.yaml".to_owned(),
                    line: Some(3),
                    message: "not YAML: `[` is not closed".to_owned(),
                },
                RunError {
                    path: "gone.yaml".to_owned(),
                    line: None,
                    message: "no such file or folder".to_owned(),
                },
            ],
        },
        ..Report::default()
    };
    Sample { documents, report }
}
