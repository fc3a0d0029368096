//! Problems of inputs as subjects that rules range over, and as what makes a run incomplete.

use crate::document::Documents;
use crate::document::Place;
use crate::finding::RunError;
use crate::model::Fact;
use crate::model::Problem;
use crate::model::ProblemKind;
use crate::model::Reading;
use crate::model::Subject;

/// The name of a kind of problem in rules.
const fn name(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Syntax => "syntax",
        ProblemKind::DuplicateKey => "duplicate-key",
        ProblemKind::UnknownKind => "unknown-kind",
        ProblemKind::Malformed => "malformed",
        ProblemKind::ConflictingObject => "conflicting-object",
        ProblemKind::Settings => "settings",
        ProblemKind::RuleFile => "rule-file",
        ProblemKind::Baseline => "baseline",
        ProblemKind::BaselineEntry => "baseline-entry",
    }
}

/// Whether something was not understood, so that the run is incomplete.
pub(super) const fn is_incomplete(kind: ProblemKind) -> bool {
    !matches!(kind, ProblemKind::UnknownKind | ProblemKind::ConflictingObject | ProblemKind::BaselineEntry)
}

/// The subject `problem` for rules.
pub(crate) fn subject(problem: &Problem) -> Subject {
    let related = problem
        .related
        .as_ref()
        .map(|(place, text)| Fact::map([("text", Fact::bare(text.as_str()))], *place));
    let facts = Fact::map(
        [
            ("kind", Fact::new(name(problem.kind), problem.place)),
            ("message", Fact::bare(problem.message.as_str())),
            ("hint", Fact::bare(problem.hint.as_str())),
            ("related", Fact::list(related, None)),
        ],
        problem.place,
    );
    Subject { kind: "problem", key: format!("{} {}", name(problem.kind), problem.message), facts }
}

/// What could not be read, with the lines of the outermost files; sorted, each once. `counts` is asked of the place of
/// each.
pub(crate) fn run_errors<'p>(
    problems: impl Iterator<Item = &'p Problem>,
    documents: &Documents,
    counts: impl Fn(Place) -> bool,
) -> Vec<RunError> {
    let mut errors: Vec<RunError> = problems
        .filter(|problem| is_incomplete(problem.kind) && counts(problem.place))
        .map(|problem| {
            let place = documents.resolve(problem.place);
            let message = format!("{}: {}", problem.message, problem.hint);
            if place.route.is_some() {
                return RunError { path: place.shown(), line: None, message };
            }
            RunError { path: place.path, line: Some(place.start.line), message }
        })
        .collect();
    errors.sort();
    errors.dedup();
    errors
}

/// Whether the file could not be read as a whole: it may hold anything.
pub(crate) fn is_unread(reading: &Reading) -> bool {
    reading
        .problems
        .iter()
        .any(|problem| matches!(problem.kind, ProblemKind::Syntax | ProblemKind::Malformed))
}
