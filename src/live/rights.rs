//! Turns what a run is to do into the rights that it needs, each with what it is for. Roles are written from them, and
//! `--preflight` asks for them.

use super::kinds::Kind;
use super::kinds::kinds;
use super::kinds::needed;
use super::probe::OF_COLLECTORS;
use super::probe::OF_STORES;
use super::probe::RESOURCE;

/// What the reports are called that a run writes.
pub(crate) const REPORT: &str = "ptd-lint";

/// The kinds of reports, each by its group and resource, and whether it lies in a namespace. Sources: the OpenReports API
/// and the policy working group's PolicyReport, in the order in which they are preferred.
pub(crate) const REPORTS: [(&str, &str, bool); 4] = [
    ("openreports.io", "clusterreports", false),
    ("openreports.io", "reports", true),
    ("wgpolicyk8s.io", "clusterpolicyreports", false),
    ("wgpolicyk8s.io", "policyreports", true),
];

/// What a run is to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Errand {
    /// The rules that are asked, each as the id of its promise and the kind of its subject; `None` for all.
    pub(crate) rules: Option<Vec<(String, String)>>,
    /// Whether Secrets are left alone altogether.
    pub(crate) without_secrets: bool,
    /// Whether values of Secrets are read.
    pub(crate) secret_values: bool,
    /// Whether the programs are asked what they run with.
    pub(crate) probe: bool,
    /// Whether reports are written into the cluster.
    pub(crate) write_report: bool,
}

/// A right: one verb on one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Right {
    /// The API group.
    pub(crate) group: String,
    /// The resource, with a subresource behind `/`.
    pub(crate) resource: String,
    /// The verb.
    pub(crate) verb: String,
    /// The object's name, where the right is for one.
    pub(crate) name: Option<String>,
    /// Whether its objects lie in namespaces.
    pub(crate) namespaced: bool,
    /// Whether a cluster may do without the kind.
    pub(crate) optional: bool,
    /// A group in whose presence the right is not needed.
    pub(crate) unless: Option<String>,
    /// What it is for.
    pub(crate) purpose: String,
    /// The ids of the promises that end undecided without it; `None` where none does, empty for all.
    pub(crate) promises: Option<Vec<String>>,
}

impl Right {
    /// The resource as messages name it: `helmcharts.helm.cattle.io`.
    pub(crate) fn shown(&self) -> String {
        if self.group.is_empty() {
            self.resource.clone()
        } else {
            format!("{}.{}", self.resource, self.group)
        }
    }
}

impl Errand {
    /// The kinds that are asked for.
    pub(crate) fn kinds(&self) -> Vec<&'static Kind> {
        let all = match &self.rules {
            None => kinds().iter().collect(),
            Some(rules) => {
                let rules: Vec<_> =
                    rules.iter().map(|(promise, subject)| (promise.as_str(), subject.as_str())).collect();
                needed(&rules)
            }
        };
        let is_left =
            |kind: &&Kind| !(self.without_secrets && kind.group.is_empty() && kind.kind == "Secret");
        all.into_iter().filter(is_left).collect()
    }

    /// All rights that a run over the whole cluster needs, in a stable order.
    pub(crate) fn rights(&self) -> Vec<Right> {
        let mut rights: Vec<Right> =
            self.kinds().into_iter().flat_map(|kind| of_kind(kind, self.secret_values)).collect();
        if self.probe {
            rights.push(of_probes());
        }
        if self.write_report {
            rights.extend(REPORTS.into_iter().flat_map(of_report));
        }
        rights
    }

    /// The rights that a run over these namespaces needs; all where there are none. Where only namespaces are read, nothing
    /// that lies in none is asked for, but for the report of the cluster.
    pub(crate) fn rights_in(&self, namespaces: &[String]) -> Vec<Right> {
        let is_asked = |right: &Right| namespaces.is_empty() || right.namespaced || right.name.is_some();
        self.rights().into_iter().filter(is_asked).collect()
    }
}

/// What `--probe` asks goes through pods, each by its name.
fn of_probes() -> Right {
    let mut promises: Vec<String> =
        OF_STORES.iter().chain(&OF_COLLECTORS).map(|id| (*id).to_owned()).collect();
    promises.sort();
    promises.dedup();
    Right {
        group: String::new(),
        resource: RESOURCE.to_owned(),
        verb: "get".to_owned(),
        name: None,
        namespaced: true,
        optional: false,
        unless: None,
        purpose: "what the stores and collectors say they run with (--probe)".to_owned(),
        promises: Some(promises),
    }
}

fn of_kind(kind: &Kind, values: bool) -> impl Iterator<Item = Right> {
    kind.verbs_of(values).map(|verb| Right {
        group: kind.group.clone(),
        resource: kind.plural.clone(),
        verb: verb.to_owned(),
        name: None,
        namespaced: kind.namespaced,
        optional: kind.optional,
        unless: kind.unless.clone(),
        purpose: kind.purpose.clone(),
        promises: Some(kind.promises.clone()),
    })
}

/// Server-side apply needs `create` for what is not there yet; earlier reports are found by their name.
fn of_report((group, resource, namespaced): (&str, &str, bool)) -> impl Iterator<Item = Right> {
    ["create", "list", "patch"].into_iter().map(move |verb| Right {
        group: group.to_owned(),
        resource: resource.to_owned(),
        verb: verb.to_owned(),
        name: Some(REPORT.to_owned()),
        namespaced,
        optional: true,
        // Where a cluster takes both forms, what was written in the older one is to be found and marked as old.
        unless: None,
        purpose: "the run's own reports (--write-report)".to_owned(),
        promises: None,
    })
}
