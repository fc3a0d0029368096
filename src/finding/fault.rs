//! Turns a finding into what it says, wherever it was seen: findings of several clusters that say the same are one.

use super::Finding;
use crate::document::Place;

/// What a finding says. Its line in the folder is a part of it: two stacks with the same fault are mended in two places.
/// `P` is a place as the run or as a report has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fault<'f, P> {
    /// The rule's id.
    pub(crate) rule: &'f str,
    /// Hash of rule, subject and meaning.
    pub(crate) fingerprint: &'f str,
    /// What is wrong, in words.
    pub(crate) message: &'f str,
    /// The name of the severity.
    pub(crate) severity: &'f str,
    /// The id of the state in the folder, and the place there.
    pub(crate) git: Option<(&'f str, Option<P>)>,
    /// Who accepted it, why, and until when: what one cluster accepts counts in the others.
    pub(crate) accepted: Option<(&'f str, &'f str, Option<&'f str>)>,
}

impl<'f> Fault<'f, Place> {
    /// What a finding of the run says.
    pub(crate) fn of(finding: &'f Finding) -> Self {
        Self {
            rule: &finding.rule,
            fingerprint: &finding.fingerprint,
            message: &finding.message,
            severity: finding.severity.name(),
            git: finding.seen.git.as_ref().map(|git| (git.state.id(), git.place)),
            accepted: finding
                .accepted
                .as_ref()
                .map(|own| (own.by.id(), own.reason.as_str(), own.until.as_deref())),
        }
    }
}

/// A line of the folder with a fault, by rule, fingerprint and place: a cluster that has the fault tells of the line too.
pub(crate) type FolderLine<'f, P> = (&'f str, &'f str, P);
