//! Turns a report into an exit code, the same for every format.

use crate::finding::Invariant;
use crate::finding::InvariantVerdict;
use crate::finding::Report;
use crate::finding::Severity;
use crate::finding::Verdict;

/// Nothing at or above the threshold.
pub(super) const CLEAN: u8 = 0;
/// Findings at or above the threshold, or a promise that could not be decided and must be.
pub(super) const FINDINGS: u8 = 1;
/// The run is incomplete, or could not start.
pub(super) const INCOMPLETE: u8 = 2;

/// Whether promises that could not be decided fail the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Undecided {
    /// Only the log boundary does: what may have left cannot be called back.
    FailsLogBoundary,
    /// Each does.
    FailsAll,
}

/// The exit code of a report, by the threshold that it carries.
pub(super) fn of_report(report: &Report) -> u8 {
    let undecided = if report.threshold.strict { Undecided::FailsAll } else { Undecided::FailsLogBoundary };
    exit_code(report, report.threshold.fail_on, undecided)
}

/// The exit code of a run.
pub(super) fn exit_code(report: &Report, fail_on: Severity, undecided: Undecided) -> u8 {
    if !report.coverage.errors.is_empty() || !report.coverage.not_seen.is_empty() {
        return INCOMPLETE;
    }
    let fails = |verdict: &InvariantVerdict| {
        undecided == Undecided::FailsAll || verdict.invariant == Invariant::LogBoundary
    };
    let found = report.findings.iter().any(|finding| finding.is_open() && finding.severity >= fail_on);
    let open = report.verdicts.iter().any(|verdict| match verdict.verdict {
        // Against a commit only what came since fails.
        Verdict::Undecided => verdict.is_news() && fails(verdict),
        // A counterexample is a finding, and the threshold is about that. Without one, nothing else would fail. What is left
        // out of the report may be why it is violated: an open question beside it is one all the same.
        Verdict::Violated => {
            verdict.findings.is_empty() && verdict.not_shown == 0 || fails(verdict) && asks(report, verdict)
        }
        Verdict::Holds | Verdict::NotApplicable => false,
    });
    if found || open { FINDINGS } else { CLEAN }
}

/// Whether the report shows something that leaves the promise open, which nobody accepted.
fn asks(report: &Report, verdict: &InvariantVerdict) -> bool {
    let mut shown = verdict.findings.iter().filter_map(|index| report.findings.get(*index));
    shown.any(|finding| finding.undecided && finding.is_open())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Accepted;
    use crate::finding::AcceptedBy;
    use crate::finding::Finding;
    use crate::finding::RunError;

    fn finding(severity: Severity) -> Report {
        let finding = Finding {
            rule: "x".to_owned(),
            invariant: Invariant::Coherence,
            severity,
            message: "x".to_owned(),
            help: String::new(),
            place: None,
            label: String::new(),
            related: Vec::new(),
            fingerprint: String::new(),
            fixes: Vec::new(),
            seen: crate::finding::Seen::default(),
            accepted: None,
            undecided: false,
        };
        Report { findings: vec![finding], ..Report::default() }
    }

    fn verdict(invariant: Invariant, verdict: Verdict, findings: Vec<usize>) -> Report {
        let (subject, summary) = (String::new(), String::new());
        let assumptions = Vec::new();
        let verdict = InvariantVerdict {
            invariant,
            subject,
            cluster: None,
            verdict,
            summary,
            assumptions,
            findings,
            accepted: 0,
            not_shown: 0,
            before: None,
        };
        Report { verdicts: vec![verdict], ..Report::default() }
    }

    fn code(report: &Report, fail_on: Severity) -> u8 {
        exit_code(report, fail_on, Undecided::FailsLogBoundary)
    }

    #[test]
    fn finding_fails_from_the_threshold_on() {
        assert_eq!(code(&Report::default(), Severity::Info), 0);
        let table = [
            (Severity::Error, Severity::Error, 1),
            (Severity::Warning, Severity::Error, 0),
            (Severity::Warning, Severity::Warning, 1),
            (Severity::Info, Severity::Warning, 0),
            (Severity::Info, Severity::Info, 1),
            (Severity::Error, Severity::Info, 1),
        ];
        for (severity, fail_on, expected) in table {
            assert_eq!(code(&finding(severity), fail_on), expected, "{severity:?} at {fail_on:?}");
        }
    }

    #[test]
    fn accepted_finding_fails_nothing() {
        let mut report = finding(Severity::Error);
        for finding in &mut report.findings {
            finding.accepted = Some(Accepted {
                by: AcceptedBy::Comment,
                reason: "moved in May".to_owned(),
                until: None,
                place: None,
            });
        }
        assert_eq!(code(&report, Severity::Info), 0);
    }

    #[test]
    fn what_the_report_was_asked_to_leave_out_fails_nothing() {
        let mut report = verdict(Invariant::DualWrite, Verdict::Violated, vec![0]);
        report.findings = finding(Severity::Error).findings;
        report.leave_out("elsewhere", |_| false);
        assert_eq!(code(&report, Severity::Info), 0);
        assert_eq!(report.coverage.not_shown[0].findings, 1);
        assert_eq!(report.verdicts[0].findings, Vec::<usize>::new());
    }

    #[test]
    fn open_question_fails_beside_a_leak_that_is_not_shown() {
        let mut report = finding(Severity::Warning);
        report.findings[0].undecided = true;
        let mut violated = verdict(Invariant::LogBoundary, Verdict::Violated, vec![0]).verdicts;
        violated[0].not_shown = 1;
        report.verdicts = violated;
        assert_eq!(code(&report, Severity::Error), 1);
        report.findings[0].undecided = false;
        assert_eq!(code(&report, Severity::Error), 0);
        report.findings[0].undecided = true;
        report.verdicts[0].invariant = Invariant::DualWrite;
        assert_eq!(code(&report, Severity::Error), 0);
        assert_eq!(exit_code(&report, Severity::Error, Undecided::FailsAll), 1);
        report.leave_out("elsewhere", |_| false);
        assert_eq!(exit_code(&report, Severity::Error, Undecided::FailsAll), 0, "nor is the question");
    }

    #[test]
    fn undecided_fails_for_the_log_boundary_and_for_all_when_strict() {
        let boundary = verdict(Invariant::LogBoundary, Verdict::Undecided, Vec::new());
        let other = verdict(Invariant::DualWrite, Verdict::Undecided, Vec::new());
        assert_eq!(code(&boundary, Severity::Error), 1);
        assert_eq!(code(&other, Severity::Error), 0);
        assert_eq!(exit_code(&other, Severity::Error, Undecided::FailsAll), 1);
        let none = verdict(Invariant::LogBoundary, Verdict::NotApplicable, Vec::new());
        assert_eq!(exit_code(&none, Severity::Error, Undecided::FailsAll), 0);
    }

    #[test]
    fn violated_without_a_finding_is_not_a_pass() {
        assert_eq!(code(&verdict(Invariant::DualWrite, Verdict::Violated, Vec::new()), Severity::Error), 1);
        assert_eq!(code(&verdict(Invariant::StoreLimits, Verdict::Violated, vec![0]), Severity::Error), 0);
    }

    #[test]
    fn error_of_the_run_beats_findings() {
        let mut report = finding(Severity::Error);
        let (path, message) = ("a.yaml".to_owned(), "broken".to_owned());
        report.coverage.errors.push(RunError { path, line: None, message });
        assert_eq!(code(&report, Severity::Error), 2);
    }
}
