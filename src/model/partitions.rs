//! Finds the roles and endpoints of AWS that a stack names, with the partition that each belongs to.

use super::fact::Fact;
use super::fact::Subject;
use super::stack::Stack;
use super::values::fact_of;
use crate::document::Place;

/// The annotation with which AWS gives a service account a role.
const ROLE: &str = "eks.amazonaws.com/role-arn";

/// How deep values are searched.
const DEPTH: u32 = 24;

/// The subjects `aws_name`. `told` are places that another subject speaks of: the collectors' own roles.
pub(crate) fn subjects(stack: &Stack<'_>, told: &[Place]) -> Vec<Subject> {
    let mut names = Names { by: String::new(), told, found: Vec::new() };
    for (resource, root) in stack.objects(&["ServiceAccount"]) {
        if let Some(annotations) = root.at("metadata.annotations") {
            names.by = resource.object.to_string();
            names.search(&fact_of(annotations, resource.at.doc), DEPTH);
        }
    }
    for release in &stack.releases {
        let object = release.release.object.as_ref().map(ToString::to_string);
        names.by = object.unwrap_or_else(|| format!("chart {}", release.release.chart_name));
        names.search(&release.values, DEPTH);
    }
    for (store, at, home) in &stack.store_configs {
        let (Some(root), None) = (at.in_documents(stack.documents), home.release) else { continue };
        names.by = format!("{store:?}");
        names.search(&fact_of(root, at.doc), DEPTH);
    }
    names.found
}

/// The names, as they are found.
struct Names<'n> {
    by: String,
    told: &'n [Place],
    found: Vec<Subject>,
}

impl Names<'_> {
    fn search(&mut self, fact: &Fact, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for item in fact.items() {
            self.search(item, depth);
        }
        for (key, value) in fact.entries() {
            self.search(value, depth);
            let Some((text, place)) = value.text().zip(value.place) else { continue };
            let found = match key {
                ROLE => partition_of_arn(text).map(|partition| ("role", partition)),
                "endpoint" => partition_of_endpoint(text).map(|partition| ("endpoint", partition)),
                _ => None,
            };
            if let Some((kind, partition)) = found.filter(|_| !self.told.contains(&place)) {
                self.add(kind, text, partition, place);
            }
        }
    }

    fn add(&mut self, kind: &'static str, text: &str, partition: &str, place: Place) {
        let number =
            self.found.iter().filter(|own| own.key.starts_with(&format!("{} {kind}", self.by))).count();
        let entries = [
            ("by", Fact::new(self.by.as_str(), place)),
            ("kind", Fact::new(kind, place)),
            ("name", Fact::new(text, place)),
            ("partition", Fact::new(partition, place)),
        ];
        let key = format!("{} {kind} {}", self.by, number + 1);
        self.found.push(Subject { kind: "aws_name", key, facts: Fact::map(entries, place) });
    }
}

/// The partition in `arn:PARTITION:iam::...`.
fn partition_of_arn(text: &str) -> Option<&str> {
    text.strip_prefix("arn:")?.split(':').next().filter(|partition| !partition.is_empty())
}

/// The partition of the region in `s3.REGION.amazonaws.com`, which in China ends in `.cn`.
pub(super) fn partition_of_endpoint(text: &str) -> Option<&'static str> {
    let host = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or_default();
    let (inside, china) = match host.strip_suffix(".amazonaws.com.cn") {
        Some(inside) => (inside, true),
        None => (host.strip_suffix(".amazonaws.com")?, false),
    };
    let of_government = inside.split('.').any(|label| label.starts_with("us-gov-"));
    // A region of China below the other domain is a name that does not exist.
    Some(match (china, of_government) {
        (true, _) => "aws-cn",
        (false, true) => "aws-us-gov",
        (false, false) => "aws",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partition_is_in_the_arn_and_behind_the_region() {
        assert_eq!(partition_of_arn("arn:aws-us-gov:iam::1:role/loki"), Some("aws-us-gov"));
        assert_eq!(partition_of_arn("loki"), None);
        for (text, wanted) in [
            ("s3.us-east-2.amazonaws.com", Some("aws")),
            ("https://s3.us-gov-west-1.amazonaws.com:443/x", Some("aws-us-gov")),
            ("bucket.s3.cn-north-1.amazonaws.com.cn", Some("aws-cn")),
            ("s3.cn-north-1.amazonaws.com", Some("aws")),
            ("minio.minio.svc:9000", None),
        ] {
            assert_eq!(partition_of_endpoint(text), wanted, "{text}");
        }
    }
}
