//! Asks clusters what the account may do (`SelfSubjectAccessReview`), for each right that a run needs.

use std::sync::Arc;

use serde_json::Value;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Audit;
use super::CLUSTERS;
use super::call::Accept;
use super::call::Action;
use super::call::Call;
use super::cause::Cause;
use super::cause::Refusal;
use super::connect;
use super::connection::Connection;
use super::contexts::Target;
use super::rights::Right;
use super::served::Served;
use super::stop::Stop;
use super::targets;
use crate::source::Access;
use crate::source::AccessRight;
use crate::source::AccessState;

/// Where reviews are asked for.
const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/// The access table of each cluster that is meant, sorted by name. `Err` where it cannot be told which clusters are meant.
pub(crate) fn preflight(audit: &Audit) -> Result<Vec<Access>, String> {
    super::run(async {
        let start = Instant::now();
        let rights: Arc<[Right]> = audit.errand.rights_in(&audit.namespaces).into();
        let namespaces: Arc<[String]> = audit.namespaces.as_slice().into();
        let together = Arc::new(Semaphore::new(CLUSTERS));
        let mut asked = JoinSet::new();
        for Target { name, config } in targets(audit).await? {
            let (rights, namespaces) = (Arc::clone(&rights), Arc::clone(&namespaces));
            let (together, limits, interactive) = (Arc::clone(&together), audit.limits, audit.interactive);
            asked.spawn(async move {
                let _permit = together.acquire().await;
                match connect(config, limits, start, Arc::new(Stop::default()), interactive).await {
                    Ok(connection) => access(&Arc::new(connection), name, &rights, &namespaces).await,
                    Err(refusal) => unreached(name, refusal),
                }
            });
        }
        let mut found: Vec<Access> = asked.join_all().await;
        found.sort_by(|one, other| one.cluster.cmp(&other.cluster));
        Ok(found)
    })?
}

fn unreached(cluster: String, refusal: Refusal) -> Access {
    Access { cluster, unreached: Some((refusal.cause.name(), refusal.message)), rights: Vec::new() }
}

/// The access table of one cluster.
async fn access(
    connection: &Arc<Connection>,
    cluster: String,
    rights: &[Right],
    namespaces: &[String],
) -> Access {
    let mut found: Vec<Vec<AccessRight>> = Vec::new();
    let served = match Served::by(connection).await {
        Ok(served) => served,
        Err(refusal) if refusal.cause.is_of_the_cluster() => {
            return unreached(cluster, refusal);
        }
        // Whatever the kinds are, the rights can be asked for.
        Err(refusal) => {
            found.push(vec![untold(&refusal)]);
            Served::default()
        }
    };
    let mut asked = JoinSet::new();
    for right in rights {
        let instead = right.unless.as_deref();
        if instead.is_some_and(|instead| served.has(instead) == Some(true)) {
            continue;
        }
        let index = found.len();
        found.push(Vec::new());
        if right.optional && served.has(&right.group) == Some(false) {
            found[index].push(row(right, None, AccessState::NotServed, String::new()));
            continue;
        }
        let (connection, right, namespaces) = (Arc::clone(connection), right.clone(), namespaces.to_vec());
        asked.spawn(async move { (index, of_right(&connection, &right, &namespaces).await) });
    }
    for (index, rows) in asked.join_all().await {
        if let Some(slot) = found.get_mut(index) {
            *slot = rows;
        }
    }
    Access { cluster, unreached: None, rights: found.into_iter().flatten().collect() }
}

/// That the server would not tell which kinds there are, which a run asks first of all.
fn untold(refusal: &Refusal) -> AccessRight {
    let denied = refusal.cause == Cause::Forbidden;
    AccessRight {
        verb: "get".to_owned(),
        resource: "apis".to_owned(),
        namespace: None,
        state: if denied { AccessState::Missing } else { AccessState::Unknown },
        message: format!("{}: {}", refusal.cause.name(), refusal.message),
        purpose: "which kinds there are".to_owned(),
        promises: Some(Vec::new()),
    }
}

/// A right in the whole cluster, or, where it is not there and namespaces are meant, in each of these.
async fn of_right(connection: &Connection, right: &Right, namespaces: &[String]) -> Vec<AccessRight> {
    let (state, message) = review(connection, right, None).await;
    if state != AccessState::Missing || namespaces.is_empty() || !right.namespaced {
        return vec![row(right, None, state, message)];
    }
    let mut rows = Vec::new();
    for namespace in namespaces {
        let (state, message) = review(connection, right, Some(namespace)).await;
        rows.push(row(right, Some(namespace), state, message));
    }
    rows
}

async fn review(connection: &Connection, right: &Right, namespace: Option<&str>) -> (AccessState, String) {
    let call = Call {
        action: Action::Review(question(right, namespace).to_string().into_bytes()),
        path: REVIEWS.to_owned(),
        query: Vec::new(),
        accept: Accept::Objects,
    };
    match connection.send(&call).await {
        Ok(answer) => {
            let value: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            match value.pointer("/status/allowed").and_then(Value::as_bool) {
                Some(true) => (AccessState::Granted, String::new()),
                Some(false) => (AccessState::Missing, String::new()),
                None => (AccessState::Unknown, "the answer is no access review".to_owned()),
            }
        }
        Err(refusal) => (AccessState::Unknown, format!("{}: {}", refusal.cause.name(), refusal.message)),
    }
}

fn question(right: &Right, namespace: Option<&str>) -> Value {
    let (resource, subresource) = right.resource.split_once('/').unwrap_or((&right.resource, ""));
    json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": { "resourceAttributes": {
            "group": right.group,
            "resource": resource,
            "subresource": subresource,
            "verb": right.verb,
            "namespace": namespace.unwrap_or_default(),
            "name": right.name.as_deref().unwrap_or_default(),
        } },
    })
}

fn row(right: &Right, namespace: Option<&str>, state: AccessState, message: String) -> AccessRight {
    AccessRight {
        verb: right.verb.clone(),
        resource: right.shown(),
        namespace: namespace.map(str::to_owned),
        state,
        message,
        purpose: right.purpose.clone(),
        promises: right.promises.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::rights::Errand;

    #[test]
    fn question_names_what_the_right_is_about() {
        let errand = Errand { probe: true, ..Errand::default() };
        let right = errand.rights().into_iter().find(|right| right.resource == "pods/proxy").unwrap();
        let asked = &question(&right, Some("mimir"))["spec"]["resourceAttributes"];
        let expected = json!({
            "group": "", "resource": "pods", "subresource": "proxy", "verb": "get",
            "namespace": "mimir", "name": "",
        });
        assert_eq!(*asked, expected);
    }

    #[test]
    fn a_server_that_does_not_tell_its_kinds_is_no_server_without_them() {
        let broken = untold(&Refusal::new(Cause::NotUnderstood, "no JSON"));
        assert_eq!((broken.state, broken.promises), (AccessState::Unknown, Some(Vec::new())));
        let denied = untold(&Refusal::new(Cause::Forbidden, "no"));
        assert_eq!(denied.state, AccessState::Missing);
        assert_eq!(Served::default().has("traefik.io"), None);
    }
}
