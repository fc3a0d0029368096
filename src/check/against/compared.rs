//! Turns a finding of a running cluster into how it stands in the folder.

use serde_json::Value;

use super::super::stack::Run;
use super::Faults;
use super::applied::Applied;
use super::applied::applied;
use super::folder::Made;
use super::key;
use super::owners::Owned;
use super::owners::is_by_hand;
use super::owners::owners;
use super::release_of;
use crate::document::Place;
use crate::document::Route;
use crate::document::Step;
use crate::finding::Finding;
use crate::finding::GitState;
use crate::finding::InGit;
use crate::model::Piece;
use crate::model::Release;

/// A cluster and the stack of the folder that it runs.
pub(super) struct Compared<'c> {
    pub(super) run: &'c Run<'c>,
    /// What the cluster has.
    pub(super) own: Made<'c>,
    /// What the folder makes.
    pub(super) git: Made<'c>,
    pub(super) in_git: &'c Faults,
    /// What is wrong with what the cluster was given.
    pub(super) declared: &'c Faults,
}

/// Kinds of subjects that are what runs; with those that start with `running_`.
const WHAT_RUNS: &[&str] = &["chart_job", "claim", "endpoints", "kept_out", "older_configuration", "rollout"];

/// The writer of what `kubectl apply` sends, and of what the server filled in as it came.
const APPLYING: &str = "kubectl-client-side-apply";

impl Compared<'_> {
    /// How the `nth` finding of its kind stands; `object` is that of its place.
    pub(super) fn state(&self, finding: &Finding, nth: usize, object: &Value) -> InGit {
        if let Some(places) = self.in_git.get(&key(finding)) {
            let reason = "the folder has the same fault: mend it there, then deploy".to_owned();
            let place = places.get(nth).or(places.last()).copied().flatten();
            return InGit { state: GitState::Both, reason, place };
        }
        let route = finding.place.and_then(|place| self.run.documents.resolve(place).route);
        let route = route.unwrap_or_default();
        if self.is_of_what_runs(finding, &route) {
            let reason = "it is about what runs, which no folder holds".to_owned();
            return InGit { state: GitState::OnlyLive, reason, place: None };
        }
        let Some(place) = finding.place else {
            let reason = "the folder does not have it, and it has no place to compare".to_owned();
            return InGit { state: GitState::Unclear, reason, place: None };
        };
        let release = release_of(object);
        let Some(made) = self.made(place, &route, release) else {
            let reason = "the folder makes no such object, nor a release that would".to_owned();
            return InGit { state: GitState::OnlyLive, reason, place: None };
        };
        let (state, reason) = self.deployed(finding, &route, object, release);
        InGit { state, reason, place: Some(made) }
    }

    fn is_of_what_runs(&self, finding: &Finding, route: &Route) -> bool {
        let over = self.run.policy.rules.rule(&finding.rule).map(|rule| rule.over.as_str());
        over.is_some_and(is_what_runs)
            || matches!(route.0.first(), Some(Step::Key(first)) if first == "status")
    }

    /// Whether what the cluster was given has the fault, or only what it runs.
    fn deployed(
        &self,
        finding: &Finding,
        route: &Route,
        object: &Value,
        release: Option<&str>,
    ) -> (GitState, String) {
        let drifted = |reason: String| (GitState::Drifted, reason);
        let waiting = |reason: &str| (GitState::NotDeployed, reason.to_owned());
        let unclear = |reason: String| (GitState::Unclear, reason);
        let owners = owners(object, &route.0);
        let mut hands = owners.iter().filter(|(who, _)| is_by_hand(who));
        if let Some((hand, _)) = hands.clone().find(|(_, owned)| *owned == Owned::Whole) {
            return drifted(format!("`{}` was last written by `{hand}`", route.field()));
        }
        let partly = hands.next();
        match (applied(object, &route.0), partly) {
            (Some(Applied::Same), Some((hand, _))) => {
                let field = route.field();
                return unclear(format!("`{hand}` wrote a part of `{field}`, which may be what is wrong"));
            }
            (Some(Applied::Same), None) => {
                return waiting("what was applied last has it, and the folder has it no more");
            }
            (Some(Applied::Absent), _) if owners.iter().any(|(who, _)| *who == APPLYING) => {
                let field = route.field();
                return unclear(format!("`{field}` was filled in by the server as the object was applied"));
            }
            (Some(Applied::Other | Applied::Absent), _) => {
                return drifted(format!("`{}` is not what was applied last", route.field()));
            }
            (None, _) => {}
        }
        if self.declared.contains_key(&key(finding)) {
            return waiting("what the cluster was given has it, and the folder has it no more");
        }
        match release {
            Some(name) if self.own.release(name).is_some() => drifted(format!(
                "the cluster's release `{name}` was given nothing that makes it, nor does the folder"
            )),
            None if !owners.is_empty() && partly.is_none() => {
                waiting("it runs as it was deployed, and the folder has it no more")
            }
            _ => unclear("the folder does not have it; whether that was deployed cannot be told".to_owned()),
        }
    }

    /// The place in the folder's form of the same object, or of the release that makes it.
    fn made(&self, place: Place, route: &Route, release: Option<&str>) -> Option<Place> {
        let name = self.run.documents.resolve(place).object;
        let same = name.and_then(|name| self.git.object(&name, &route.0));
        same.or_else(|| self.release_in_git(release, place))
    }

    /// The place of the release in the folder that makes an object.
    fn release_in_git(&self, release: Option<&str>, place: Place) -> Option<Place> {
        let own: &Release = if let Some(name) = release {
            self.own.release(name)?
        } else {
            let pieces = &self.run.readings.get(place.doc.file as usize)?.pieces;
            let mut releases = pieces.iter().filter_map(|piece| match piece {
                Piece::Release(own) => Some(own),
                _ => None,
            });
            releases.next()?
        };
        let alike =
            |other: &&Release| other.name.is_none() && other.chart.is_some() && other.chart == own.chart;
        let found = match own.name.as_deref() {
            Some(name) => self.git.release(name),
            None => self.git.releases().next(),
        };
        Some(found.or_else(|| self.git.releases().find(alike))?.place)
    }
}

fn is_what_runs(kind: &str) -> bool {
    kind.starts_with("running_") || WHAT_RUNS.contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_about_what_runs_ranges_over_what_runs() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/running");
        let mut rules = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = crate::source::read_one(&entry.unwrap().path()).unwrap().text;
            let over = text.lines().find_map(|line| line.strip_prefix("over: ")).unwrap();
            assert!(is_what_runs(over), "{over} is not in the list");
            rules += 1;
        }
        assert!(rules > 10, "{rules} rules");
        assert!(!is_what_runs("collector") && !is_what_runs("object"));
    }
}
