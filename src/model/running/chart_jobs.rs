//! Tells which `HelmChart`s of the stack could not be installed: by their own status, or by that of the job that installs them.

use super::items;
use super::number;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::fact::Fact;
use crate::model::fact::Subject;
use crate::model::stack::Stack;

/// The subjects `chart_job`: one for each HelmChart of a known chart that has a status.
pub(super) fn subjects(stack: &Stack<'_>) -> Vec<Subject> {
    let mut found = Vec::new();
    for release in stack.releases.iter().filter(|release| release.release.chart.is_some()) {
        let Some(object) = release.release.object.as_ref().filter(|object| &*object.kind == "HelmChart")
        else {
            continue;
        };
        let Some((resource, root)) = stack.object("HelmChart", &object.namespace, &object.name) else {
            continue;
        };
        let Some(status) = root.get("status").filter(|status| status.is_mapping()) else { continue };
        let place = resource.place;
        let failed = items(root, "status.conditions")
            .find(|own| own.text_at("type") == Some("Failed") && own.text_at("status") == Some("True"));
        let at = |node: NodeRef<'_>| resource.at.place_of(node);
        let job = status.text_at("jobName").filter(|name| !name.is_empty());
        let of_job = job.and_then(|job| stuck(stack, &object.namespace, job));
        let entries = [
            ("words", Fact::new(resource.object.to_string(), place)),
            (
                "failed",
                failed
                    .map_or_else(Fact::default, |node| Fact::new(true, at(node.get("type").unwrap_or(node)))),
            ),
            (
                "reason",
                Fact::bare(failed.and_then(|node| node.text_at("message").or(node.text_at("reason")))),
            ),
            ("job", Fact::new(job, status.get("jobName").map(at))),
            ("tries", of_job.map_or_else(|| Fact::bare(0_i64), |(count, place)| Fact::new(count, place))),
        ];
        let key = format!("{} job", resource.object);
        found.push(Subject { kind: "chart_job", key, facts: Fact::map(entries, place) });
    }
    found
}

/// How often a job failed that has not succeeded, and where it says so.
fn stuck(stack: &Stack<'_>, namespace: &str, name: &str) -> Option<(i64, Place)> {
    let (resource, root) = stack.object("Job", namespace, name)?;
    let failed = number(root, "status.failed");
    let node = root.at("status.failed")?;
    (failed > 0 && number(root, "status.succeeded") == 0).then(|| (failed, resource.at.place_of(node)))
}
