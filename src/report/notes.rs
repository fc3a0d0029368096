//! Turns what a report says beside its findings into notes, for forms that know nothing but findings: a run that is silent
//! about what it did not understand looks like one that found nothing.

use super::human;
use crate::finding::Invariant;
use crate::finding::InvariantVerdict;
use crate::finding::Report;
use crate::finding::Severity;
use crate::finding::Verdict;

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// An input that could not be read or understood.
    Incomplete,
    /// A request to a running cluster that brought nothing, or not all.
    NotSeen,
    /// A verdict.
    Verdict(Verdict),
    /// Findings that were left out of the report.
    NotShown,
    /// What verdicts take for granted.
    Assumed,
}

impl Kind {
    /// All of them.
    pub(super) const ALL: [Self; 8] = [
        Self::Incomplete,
        Self::NotSeen,
        Self::Verdict(Verdict::Violated),
        Self::Verdict(Verdict::Undecided),
        Self::Verdict(Verdict::NotApplicable),
        Self::Verdict(Verdict::Holds),
        Self::NotShown,
        Self::Assumed,
    ];

    /// The name in reports.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::NotSeen => "not-seen",
            Self::Verdict(verdict) => verdict.name(),
            Self::NotShown => "not-shown",
            Self::Assumed => "assumed",
        }
    }

    /// What it means, in one sentence.
    pub(super) const fn meaning(self) -> &'static str {
        match self {
            Self::Incomplete => "An input could not be read or understood, so the run is incomplete.",
            Self::NotSeen => "Not all of a running cluster was seen, so the run is incomplete.",
            Self::Verdict(Verdict::Violated) => "A promise is broken; its findings say where.",
            Self::Verdict(Verdict::Undecided) => "Whether a promise is kept could not be told.",
            Self::Verdict(Verdict::NotApplicable) => "Nothing in the input is in the scope of a promise.",
            Self::Verdict(Verdict::Holds) => "A promise is kept.",
            Self::NotShown => "Findings were left out of the report, as the run was asked to.",
            Self::Assumed => "Something that the input does not show was taken for granted.",
        }
    }
}

/// One thing that is no finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note<'r> {
    /// What it is about.
    pub(super) kind: Kind,
    /// The promise, for a verdict.
    pub(super) promise: Option<Invariant>,
    /// How bad it is: what fails the run is an error.
    pub(super) severity: Severity,
    /// The file, folder, stack or cluster; empty for the whole run. Not clean.
    pub(super) place: String,
    /// The line of a file.
    pub(super) line: Option<u32>,
    /// In words. Not clean.
    pub(super) text: std::borrow::Cow<'r, str>,
}

impl Note<'_> {
    /// Whether forms that list what is wrong list it too: not what is well, nor what findings say already.
    pub(super) fn is_issue(&self) -> bool {
        match self.kind {
            Kind::Verdict(Verdict::Holds) => false,
            Kind::Verdict(Verdict::Violated) => self.severity > Severity::Info,
            _ => true,
        }
    }

    /// `undecided[dual-write]`, `incomplete`.
    pub(super) fn name(&self) -> String {
        match self.promise {
            Some(promise) => format!("{}[{}]", self.kind.id(), promise.id()),
            None => self.kind.id().to_owned(),
        }
    }
}

/// The notes of a report, the worst kinds first.
pub(super) fn notes(report: &Report) -> Vec<Note<'_>> {
    let coverage = &report.coverage;
    let about_run = |kind, severity, place: &str, line, text| Note {
        kind,
        promise: None,
        severity,
        place: place.to_owned(),
        line,
        text,
    };
    let mut notes = Vec::new();
    for error in &coverage.errors {
        let text = error.message.as_str().into();
        notes.push(about_run(Kind::Incomplete, Severity::Error, &error.path, error.line, text));
    }
    for unseen in &coverage.not_seen {
        let text = format!("`{}` was {}: {}", unseen.request(), unseen.cause, unseen.message).into();
        notes.push(about_run(Kind::NotSeen, Severity::Error, &unseen.cluster, None, text));
    }
    let mut verdicts: Vec<Note<'_>> = report.verdicts.iter().map(|own| of_verdict(own, report)).collect();
    // What is worth knowing behind what fails the run; else in the order of the report.
    verdicts.sort_by_key(|own| (std::cmp::Reverse(own.severity), order(own.kind)));
    notes.extend(verdicts);
    for left_out in &coverage.not_shown {
        let text = format!("{} {}", human::counted(left_out.findings, "finding"), left_out.reason).into();
        notes.push(about_run(Kind::NotShown, Severity::Info, "", None, text));
    }
    let mut assumed: Vec<&str> = Vec::new();
    for assumption in report.verdicts.iter().flat_map(|verdict| &verdict.assumptions) {
        if !assumed.contains(&assumption.as_str()) {
            assumed.push(assumption);
        }
    }
    notes.extend(
        assumed.into_iter().map(|text| about_run(Kind::Assumed, Severity::Info, "", None, text.into())),
    );
    notes
}

/// Kinds of verdicts in the order in which they matter.
fn order(kind: Kind) -> usize {
    Kind::ALL.iter().position(|known| *known == kind).unwrap_or_default()
}

fn of_verdict<'r>(own: &'r InvariantVerdict, report: &Report) -> Note<'r> {
    let severity = match own.verdict {
        // As `exit_code` has it: a counterexample is a finding, and that says how bad it is.
        Verdict::Violated if own.findings.is_empty() && own.not_shown == 0 => Severity::Error,
        Verdict::Undecided if report.threshold.strict || own.invariant == Invariant::LogBoundary => {
            Severity::Error
        }
        Verdict::Undecided => Severity::Warning,
        Verdict::Violated | Verdict::Holds | Verdict::NotApplicable => Severity::Info,
    };
    let text = match own.not_shown {
        0 => own.summary.as_str().into(),
        left_out => format!("{} ({} not shown)", own.summary, human::counted(left_out, "finding")).into(),
    };
    Note {
        kind: Kind::Verdict(own.verdict),
        promise: Some(own.invariant),
        severity,
        place: human::judged(own),
        line: None,
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn notes_say_all_that_no_finding_says_and_the_worst_first() {
        let mut sample = sample::mixed();
        sample.report.leave_out("elsewhere", |finding| finding.severity != Severity::Info);
        let notes = notes(&sample.report);
        let lines: Vec<String> =
            notes.iter().map(|note| format!("{:?} {}", note.severity, note.name())).collect();
        assert_eq!(
            lines,
            [
                "Error incomplete",
                "Error incomplete",
                "Warning undecided[dual-write]",
                "Info violated[log-boundary]",
                "Info not-applicable[grafana-access]",
                "Info holds[store-limits]",
                "Info not-shown",
                "Info assumed",
            ]
        );
        assert_eq!((notes[0].place.as_str(), notes[0].line), ("broken.yaml", Some(3)));
        assert_eq!(notes[6].text, "1 finding elsewhere");
    }

    #[test]
    fn undecided_is_as_bad_as_it_is_for_the_exit_code() {
        let mut sample = sample::mixed();
        sample.report.threshold.strict = true;
        let undecided = |report: &Report| {
            let notes = notes(report);
            notes.iter().find(|note| note.kind == Kind::Verdict(Verdict::Undecided)).unwrap().severity
        };
        assert_eq!(undecided(&sample.report), Severity::Error);
        sample.report.threshold.strict = false;
        sample.report.verdicts[1].invariant = Invariant::LogBoundary;
        assert_eq!(undecided(&sample.report), Severity::Error);
    }
}
