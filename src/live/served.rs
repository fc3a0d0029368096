//! Tells which kinds a server knows, and in which version they are asked for.

use std::collections::BTreeMap;

use serde_json::Value;

use super::call::Accept;
use super::call::Call;
use super::cause::Cause;
use super::cause::Refusal;
use super::connection::Connection;
use super::kinds::Kind;

/// The API groups of a server with their versions; `None` where it would not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Served(Option<BTreeMap<String, Vec<String>>>);

/// What there is of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Serving {
    /// It is asked for in these versions, the first that is known counts.
    In(Vec<String>),
    /// There can be none.
    Absent,
    /// The group is served in these versions, of which none is read: there may be some of the kind.
    Doubtful(Vec<String>),
    /// There may be some that cannot be read.
    Unreadable(Refusal),
}

impl Served {
    /// Asks the server.
    pub(super) async fn by(connection: &Connection) -> Result<Self, Refusal> {
        let answer = connection.send(&Call::get("/apis", Accept::Objects)).await?;
        let value: Value = serde_json::from_slice(&answer.body)
            .map_err(|_| Refusal::new(Cause::NotUnderstood, "the list of API groups is no JSON"))?;
        let groups = value.get("groups").and_then(Value::as_array);
        let groups =
            groups.ok_or_else(|| Refusal::new(Cause::NotUnderstood, "the answer lists no API groups"))?;
        let group = |group: &Value| {
            let name = group.get("name")?.as_str()?.to_owned();
            let versions = group.get("versions")?.as_array()?.iter();
            let versions = versions.filter_map(|version| Some(version.get("version")?.as_str()?.to_owned()));
            Some((name, versions.collect()))
        };
        Ok(Self(Some(groups.iter().filter_map(group).collect())))
    }

    /// Whether there is a group; `None` where the server would not tell.
    pub(super) fn has(&self, group: &str) -> Option<bool> {
        Some(self.0.as_ref()?.contains_key(group))
    }

    /// Whether a group is there in that version.
    pub(super) fn has_version(&self, group: &str, version: &str) -> bool {
        let versions = self.0.as_ref().and_then(|groups| groups.get(group));
        versions.is_some_and(|versions| versions.iter().any(|own| own == version))
    }

    /// What there is of a kind.
    pub(super) fn of(&self, kind: &Kind) -> Serving {
        let Some(groups) = self.0.as_ref().filter(|_| !kind.group.is_empty()) else {
            return Serving::In(kind.versions.clone());
        };
        if kind.unless.as_ref().is_some_and(|other| groups.contains_key(other)) {
            return Serving::Absent;
        }
        let Some(versions) = groups.get(&kind.group) else {
            if kind.optional {
                return Serving::Absent;
            }
            let message = format!("the server does not know the API group {}", kind.group);
            return Serving::Unreadable(Refusal::new(Cause::MissingKind, message));
        };
        let both: Vec<String> = kind.versions.iter().filter(|own| versions.contains(own)).cloned().collect();
        if both.is_empty() { Serving::Doubtful(versions.clone()) } else { Serving::In(both) }
    }

    /// The versions of a kind's group that are served and not read.
    pub(super) fn unread(&self, kind: &Kind) -> Vec<String> {
        let versions = self.0.as_ref().and_then(|groups| groups.get(&kind.group)).into_iter().flatten();
        versions.filter(|own| !kind.versions.contains(own)).cloned().collect()
    }
}

/// Whether the server has a kind in one of these versions of its group, none of which is read: then there may be objects
/// that are not seen.
pub(super) async fn elsewhere(
    connection: &Connection,
    kind: &Kind,
    versions: &[String],
) -> Result<(), Refusal> {
    for version in versions {
        let path = format!("/apis/{}/{version}", kind.group);
        let answer = connection.send(&Call::get(path, Accept::Objects)).await?;
        let value: Value = serde_json::from_slice(&answer.body)
            .map_err(|_| Refusal::new(Cause::NotUnderstood, "the list of an API group's kinds is no JSON"))?;
        let resources = value.get("resources").and_then(Value::as_array).into_iter().flatten();
        let mut names = resources.filter_map(|resource| resource.get("name").and_then(Value::as_str));
        if names.any(|name| name == kind.plural) {
            let read = kind.versions.join(", ");
            let message = format!("the server has {} in {version}, and we read {read}", kind.resource());
            return Err(Refusal::new(Cause::MissingKind, message));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::kinds::kinds;

    fn of(group: &str, kind: &str, served: &[(&str, &[&str])]) -> Serving {
        let groups = served.iter().map(|(group, versions)| {
            ((*group).to_owned(), versions.iter().map(|version| (*version).to_owned()).collect())
        });
        let kind = kinds().iter().find(|own| own.kind == kind && own.group == group).unwrap();
        Served(Some(groups.collect())).of(kind)
    }

    #[test]
    fn a_kind_without_its_group_is_absent_or_a_hole() {
        assert_eq!(of("helm.cattle.io", "HelmChart", &[]), Serving::Absent);
        assert!(
            matches!(of("apps", "DaemonSet", &[]), Serving::Unreadable(refusal) if refusal.cause == Cause::MissingKind)
        );
        assert_eq!(of("", "ConfigMap", &[]), Serving::In(vec!["v1".to_owned()]));
    }

    #[test]
    fn a_group_in_versions_that_are_not_read_is_a_hole() {
        let other = of("helm.cattle.io", "HelmChart", &[("helm.cattle.io", &["v9"])]);
        assert_eq!(other, Serving::Doubtful(vec!["v9".to_owned()]));
        let two =
            of("helm.toolkit.fluxcd.io", "HelmRelease", &[("helm.toolkit.fluxcd.io", &["v2beta1", "v2"])]);
        assert_eq!(two, Serving::In(vec!["v2".to_owned(), "v2beta1".to_owned()]));
    }

    #[test]
    fn one_form_of_calicos_kinds_is_asked_for() {
        let served: &[(&str, &[&str])] =
            &[("projectcalico.org", &["v3"]), ("crd.projectcalico.org", &["v1"])];
        assert_eq!(of("crd.projectcalico.org", "NetworkPolicy", served), Serving::Absent);
        assert!(matches!(of("projectcalico.org", "NetworkPolicy", served), Serving::In(_)));
    }
}
