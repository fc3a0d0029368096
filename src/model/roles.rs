//! Finds the cloud's roles that service accounts of the stack take on.

use super::fact::Fact;
use super::fact::Subject;
use super::stack::Stack;
use super::values::fact_of;

/// The annotation with which AWS gives a service account a role.
pub(super) const ROLE: &str = "eks.amazonaws.com/role-arn";

/// The subject `cloud_role` for each service account with a role: of the objects, and of the values of charts.
pub(crate) fn subjects(stack: &Stack<'_>) -> Vec<Subject> {
    let objects = stack.objects(&["ServiceAccount"]).filter_map(|(resource, root)| {
        let role = root.at("metadata.annotations")?.get(ROLE)?;
        Some((resource.object.name.to_string(), fact_of(role, resource.at.doc)))
    });
    let mut found: Vec<(String, Fact)> = objects.collect();
    for release in &stack.releases {
        let annotations = release.values.reach("serviceAccount.annotations");
        let Some((_, role)) = annotations.entries().find(|(name, _)| *name == ROLE) else { continue };
        let who = release.release.name.as_deref().unwrap_or(&release.release.chart_name);
        // What the chart rendered says it again.
        if found.iter().all(|(_, other)| other.value != role.value) {
            found.push((who.to_owned(), role.clone()));
        }
    }
    let subject = |(who, role): (String, Fact)| {
        let account = role.text().and_then(|arn| arn.split(':').nth(4)).filter(|account| !account.is_empty());
        let entries = [
            ("name", Fact::bare(who.as_str())),
            ("account", Fact::new(account, role.place)),
            ("role", role.clone()),
        ];
        Subject { kind: "cloud_role", key: format!("role of {who}"), facts: Fact::map(entries, role.place) }
    };
    found.into_iter().map(subject).collect()
}
