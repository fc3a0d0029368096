//! Tells selectors of Services and disruption budgets that take no pods of the input, though some nearly fit.

use super::known::is_slip;
use crate::document::NodeRef;
use crate::model::cluster::Cluster;
use crate::model::fact::Fact;
use crate::model::fact::Subject;
use crate::model::stack::Stack;

/// The subjects `selector`.
pub(super) fn subjects(stack: &Stack<'_>, cluster: &Cluster) -> Vec<Subject> {
    let mut found = Vec::new();
    let services = stack.objects(&["Service"]).map(|(resource, root)| (resource, root.at("spec.selector")));
    let budgets = stack.objects(&["PodDisruptionBudget"]);
    let budgets = budgets.map(|(resource, root)| (resource, root.at("spec.selector.matchLabels")));
    for (resource, selector) in services.chain(budgets) {
        let Some(selector) = selector else { continue };
        let labels: Vec<(&str, &str, NodeRef<'_>)> = selector
            .entries_merged()
            .into_iter()
            .filter_map(|(key, value)| Some((key.text()?, value.text()?, value)))
            .collect();
        let place = resource.at.place_of(labels.first().map_or(selector, |(.., value)| *value));
        let namespace = &*resource.object.namespace;
        let here = || cluster.pods.iter().filter(|pods| *pods.object.namespace == *namespace);
        if labels.is_empty() || here().next().is_none() {
            continue;
        }
        let takes = here().any(|pods| labels.iter().all(|(key, value, _)| pods.label(key) == Some(value)));
        // Those that are meant have all labels but one, and that one with a slip.
        let slip = here().filter(|_| !takes).find_map(|pods| {
            let mut wrong = labels.iter().filter(|(key, value, _)| pods.label(key) != Some(value));
            let (key, wanted, node) = wrong.next()?;
            let own = pods.label(key).filter(|own| is_slip(wanted, own) && wrong.next().is_none())?;
            Some((*node, format!("the pods of {} have `{key}: {own}`", pods.object)))
        });
        let at = slip.as_ref().map_or(place, |(node, _)| resource.at.place_of(*node));
        let hint = slip.map(|(_, hint)| hint);
        let entries = [
            ("by", Fact::new(resource.object.to_string(), at)),
            ("takes", Fact::new(takes, at)),
            ("hint", Fact::new(hint, at)),
        ];
        let key = format!("{} selector", resource.object);
        found.push(Subject { kind: "selector", key, facts: Fact::map(entries, at) });
    }
    found
}
