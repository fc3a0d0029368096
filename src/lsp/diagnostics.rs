//! Turns checks into what an editor underlines, and sends what changed of it.
//!
//! All files of the workspace with findings are told, open or not: a list of problems that lacks the file next door would look like a
//! clean stack. `--open-files-only` narrows that. A finding that has no place of its own is told at the first line of the stack's
//! first file.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value;
use serde_json::json;

use super::buffers::Buffers;
use super::client::Client;
use super::outbox::Outbox;
use super::outbox::Weight;
use super::paths;
use super::position::Position;
use super::position::Range;
use super::workspace::Round;
use super::workspace::Rounds;
use crate::check;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::report;
use crate::source::SourceProblem;
use crate::text::Span;

/// Who tells.
const SOURCE: &str = "ptd-lint";

/// What was sent, by URI.
#[derive(Debug, Default)]
pub(super) struct Published {
    sent: BTreeMap<String, (Option<i64>, Vec<Value>)>,
    /// The lines on verdicts that were noted last.
    verdicts: Vec<String>,
}

impl Published {
    /// Sends what is not as it was sent last.
    pub(super) fn publish(&mut self, rounds: &Rounds, buffers: &Buffers, client: &Client, outbox: &Outbox) {
        let mut now = listed(rounds, buffers, client);
        for buffer in buffers.all() {
            now.entry(buffer.uri.clone()).or_default();
        }
        let uris: BTreeSet<&String> = now.keys().chain(self.sent.keys()).collect();
        for uri in uris {
            let version = buffers.get(uri).map(|buffer| buffer.version);
            let list = now.get(uri).cloned().unwrap_or_default();
            if self.sent.get(uri).is_none_or(|sent| *sent != (version, list.clone())) {
                let mut params = json!({"uri": uri, "diagnostics": list});
                if let Some(version) = version {
                    params["version"] = version.into();
                }
                outbox.notify("textDocument/publishDiagnostics", &params);
            }
        }
        let with_version = |(uri, list): (String, Vec<Value>)| {
            let version = buffers.get(&uri).map(|buffer| buffer.version);
            (uri, (version, list))
        };
        // What is empty and not open needs no clearing any more.
        let kept = now.into_iter().filter(|(uri, list)| !list.is_empty() || buffers.get(uri).is_some());
        self.sent = kept.map(with_version).collect();
        self.note_verdicts(rounds, outbox);
    }

    /// Notes the verdicts where they are not what they were.
    fn note_verdicts(&mut self, rounds: &Rounds, outbox: &Outbox) {
        let verdicts = rounds.iter().flat_map(|round| &round.checked.report.verdicts).map(|verdict| {
            let (invariant, subject) = (verdict.invariant.id(), &verdict.subject);
            format!("{invariant} of {subject}: {} ({})", verdict.verdict.name(), verdict.summary)
        });
        let verdicts: Vec<String> = verdicts.collect();
        if verdicts != self.verdicts {
            outbox.log(Weight::Info, &verdicts.join("\n"));
            self.verdicts = verdicts;
        }
    }
}

/// What a finding or problem is known by when several folders have it: path, bytes, severity, rule, fingerprint, message.
type Known<'r> = (&'r str, Span, Severity, [&'r str; 3]);

/// What is to be underlined, by URI.
fn listed<'r>(rounds: &'r Rounds, buffers: &Buffers, client: &Client) -> BTreeMap<String, Vec<Value>> {
    let mut lists: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for round in rounds {
        let mut add = |known: Known<'r>, diagnostic: &dyn Fn() -> Value| {
            let path = known.0;
            let open = buffers.at_path(path).map(|buffer| buffer.uri.clone());
            let shown = open.is_some() || !round.governed.open_files_only;
            if let Some(uri) = open.or_else(|| paths::uri_of(path)).filter(|_| shown)
                // A file in two folders of the editor is told of once.
                && told.insert(known)
            {
                lists.entry(uri).or_default().push(diagnostic());
            }
        };
        // What somebody accepted is not underlined; hovers tell of it.
        for finding in round.checked.report.findings.iter().filter(|finding| finding.is_open()) {
            let (file, span) = finding.place.map_or((0, Span::at(0)), |place| round.outer(place));
            let words = [&finding.rule, &finding.fingerprint, &finding.message].map(String::as_str);
            add((round.path(file), span, finding.severity, words), &|| {
                diagnostic(round, finding, client, buffers)
            });
        }
        for problem in round.sources.problems.iter().chain(&round.governed.problems) {
            let line = Span::at(problem.line.unwrap_or_default());
            add((&problem.path, line, Severity::Error, ["", "", &problem.message]), &|| unread(problem));
        }
    }
    lists
}

/// The range of a finding in its file.
pub(super) fn range(round: &Round, finding: &Finding, client: &Client) -> Range {
    match finding.place {
        Some(place) => {
            let (file, span) = round.outer(place);
            round.text(file).range(span, client.encoding)
        }
        None => line(0),
    }
}

/// A finding in the editor's words.
pub(super) fn diagnostic(round: &Round, finding: &Finding, client: &Client, buffers: &Buffers) -> Value {
    let severity = match finding.severity {
        Severity::Error => 1,
        Severity::Warning => 2,
        Severity::Info => 3,
    };
    let message = if finding.help.is_empty() {
        finding.message.clone()
    } else {
        format!("{}\nhelp: {}", finding.message, finding.help)
    };
    let mut told = json!({
        "range": range(round, finding, client),
        "severity": severity,
        "code": finding.rule,
        "source": SOURCE,
        "message": report::printable(&message),
        "data": identity(finding),
    });
    if let Some(page) = check::rule_address(&finding.rule).filter(|_| client.links) {
        told["codeDescription"] = json!({"href": page});
    }
    if client.tags && finding.rule.starts_with("deprecated") {
        told["tags"] = json!([2]);
    }
    let related = related(round, finding, client, buffers);
    if client.related && !related.is_empty() {
        told["relatedInformation"] = related.into();
    }
    told
}

/// By what a finding is known when the editor asks about it later.
pub(super) fn identity(finding: &Finding) -> Value {
    json!({"rule": finding.rule, "fingerprint": finding.fingerprint, "message": finding.message})
}

/// The further places of a finding.
fn related(round: &Round, finding: &Finding, client: &Client, buffers: &Buffers) -> Vec<Value> {
    let label = |label: &crate::finding::Label| {
        let (file, span) = round.outer(label.place);
        let range = round.text(file).range(span, client.encoding);
        Some(
            json!({"location": {"uri": uri(round.path(file), buffers)?, "range": range}, "message": report::printable(&label.text)}),
        )
    };
    finding.related.iter().filter_map(label).collect()
}

/// The name of a file, as the editor writes it where it is open.
pub(super) fn uri(path: &str, buffers: &Buffers) -> Option<String> {
    let open = buffers.at_path(path).map(|buffer| buffer.uri.clone());
    open.or_else(|| paths::uri_of(path))
}

/// An input that could not be read.
fn unread(problem: &SourceProblem) -> Value {
    let range = line(problem.line.unwrap_or(1).saturating_sub(1));
    json!({"range": range, "severity": 1, "source": SOURCE, "message": problem.message})
}

/// The start of a line.
const fn line(line: u32) -> Range {
    let at = Position { line, character: 0 };
    Range { start: at, end: at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::Governed;
    use crate::lsp::workspace::Workspace;
    use std::path::Path;

    #[test]
    #[expect(
        clippy::disallowed_methods,
        clippy::format_collect,
        reason = "the test makes the folder that it reads"
    )]
    fn file_in_two_folders_is_told_of_once_with_all_its_findings() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("inner");
        let inner = folder.as_path();
        std::fs::create_dir(inner).unwrap();
        let lines: String = (0..300).map(|index| format!("loki.rite \"c{index}\" {{ }}\n")).collect();
        std::fs::write(inner.join("a.alloy"), lines).unwrap();
        std::fs::write(inner.join("b.yaml"), b"a: \xff").unwrap();
        let listed = |folders: &[&Path]| {
            let folders: Vec<_> = folders.iter().map(|folder| folder.to_path_buf()).collect();
            let mut workspace = Workspace::default();
            workspace.set_folders(&folders);
            let govern = |_: &Value, _: &Path| Ok(Governed::default());
            assert!(workspace.check(&Buffers::default(), &Value::Null, &govern).is_empty());
            assert_eq!(workspace.rounds().len(), folders.len());
            super::listed(&workspace.rounds(), &Buffers::default(), &Client::default())
        };
        let one = listed(&[inner]);
        let of = |name: &str| one.iter().find(|(uri, _)| uri.ends_with(name)).unwrap().1.iter();
        assert_eq!(of("a.alloy").filter(|own| own["code"] == "unknown-component").count(), 300);
        assert_eq!(of("b.yaml").count(), 1);
        for folders in [[outer.path(), inner], [inner, outer.path()]] {
            let both = listed(&folders);
            for (uri, list) in &one {
                assert_eq!(both.get(uri), Some(list), "{uri}");
            }
        }
    }
}
