//! That somebody accepted a finding: who says so, why, and for how long.

use super::Finding;
use super::Report;
use super::Severity;
use crate::document::Place;

/// A finding that is known and accepted. It stays in the report, and neither breaks a promise nor fails a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// What says so.
    pub(crate) by: AcceptedBy,
    /// Why, in the words of whoever accepted it. Never empty, but for a baseline, which says what it is.
    pub(crate) reason: String,
    /// The last day on which it counts, as `2027-01-31`.
    pub(crate) until: Option<String>,
    /// Where that is written, in a text of the run.
    pub(crate) place: Option<Place>,
}

/// What can say that a finding is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum AcceptedBy {
    /// A comment at the line, in YAML or Alloy.
    Comment,
    /// An annotation of the object.
    Annotation,
    /// An entry of the settings file.
    Settings,
    /// A list of what was there before.
    Baseline,
}

impl AcceptedBy {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Comment, Self::Annotation, Self::Settings, Self::Baseline];

    /// The id in reports.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Annotation => "annotation",
            Self::Settings => "settings",
            Self::Baseline => "baseline",
        }
    }

    /// The one with that id.
    pub(crate) fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.id() == id)
    }
}

impl Finding {
    /// Whether it counts: nobody accepted it.
    pub(crate) const fn is_open(&self) -> bool {
        self.accepted.is_none()
    }
}

impl Report {
    /// How many findings of that severity count.
    pub(crate) fn open(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.is_open() && finding.severity == severity).count()
    }

    /// How many findings somebody accepted.
    pub(crate) fn accepted(&self) -> usize {
        self.findings.iter().filter(|finding| !finding.is_open()).count()
    }

    /// Leaves findings out of the report, and says how many and why. Verdicts stay what they are: each knows how many
    /// of its findings are not shown.
    pub(crate) fn leave_out(&mut self, reason: &str, mut is_shown: impl FnMut(&Finding) -> bool) {
        let mut now = Vec::with_capacity(self.findings.len());
        let mut kept = 0;
        self.findings.retain(|finding| {
            let shown = is_shown(finding);
            now.push(shown.then_some(kept));
            kept += usize::from(shown);
            shown
        });
        let findings = now.len() - kept;
        if findings == 0 {
            return;
        }
        for verdict in &mut self.verdicts {
            let before = verdict.findings.len();
            verdict.findings =
                verdict.findings.iter().filter_map(|old| now.get(*old).copied().flatten()).collect();
            verdict.not_shown += before - verdict.findings.len();
        }
        for picture in &mut self.pictures {
            picture.renumber(|old| now.get(old).copied().flatten());
        }
        self.coverage.not_shown.push(NotShown { reason: reason.to_owned(), findings });
    }
}

/// Findings that a run left out of its report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NotShown {
    /// Why, to follow their number: `in files that were not given`.
    pub(crate) reason: String,
    /// How many.
    pub(crate) findings: usize,
}
