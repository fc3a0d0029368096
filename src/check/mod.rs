//! Turns texts into findings and verdicts. PLACEHOLDER: it counts files and looks at nothing yet.

mod options;

pub(crate) use options::CheckOptions;
pub(crate) use options::ControlRoom;
pub(crate) use options::Kind;

use crate::document::Documents;
use crate::finding::Coverage;
use crate::finding::Report;
use crate::finding::RuleDoc;
use crate::finding::RunError;
use crate::source::Source;

/// The outcome of a run: findings point into the documents.
#[derive(Debug, Clone, Default)]
pub(crate) struct Checked {
    /// What was read.
    pub(crate) documents: Documents,
    /// What was found.
    pub(crate) report: Report,
}

/// Checks all texts of a run.
#[expect(clippy::needless_pass_by_value, reason = "placeholder: the texts move into the documents")]
pub(crate) fn check(sources: Vec<Source>, _options: &CheckOptions) -> Checked {
    let coverage = Coverage { files: sources.len(), ..Coverage::default() };
    Checked { documents: Documents::default(), report: Report { coverage, ..Report::default() } }
}

/// All rules, built-in ones and those of `sources`, sorted by id; and what is wrong with the files of the others.
pub(crate) fn rule_docs(_sources: &[Source]) -> (Vec<RuleDoc>, Vec<RunError>) {
    (Vec::new(), Vec::new())
}
