//! Tells which Traefik middlewares an ingress names that the input should hold and does not.

use std::collections::BTreeSet;

use super::cluster::cluster;
use super::fact::Fact;
use super::pod;
use super::stack::Stack;
use crate::document::NodeRef;

/// What follows the name of a middleware that is an object of the cluster: `NAMESPACE-NAME@kubernetescrd`.
const OF_CLUSTER: &str = "@kubernetescrd";

/// The middlewares of a comma-separated list that are nowhere in the input, although it holds Traefik itself and
/// something of their namespace. Where it holds other middlewares of that namespace (`beside`), this one is forgotten;
/// else all of them may be made by what was not given.
pub(super) fn missing(stack: &Stack<'_>, named: &Fact) -> Fact {
    let Some(text) = named.text().filter(|_| holds_traefik(stack)) else { return Fact::default() };
    let made: BTreeSet<String> = stack
        .objects(&["Middleware"])
        .map(|(resource, _)| format!("{}-{}", resource.object.namespace, resource.object.name))
        .collect();
    let namespaces = &cluster(stack).namespaces;
    let missing = text.split(',').filter_map(|name| {
        let name = name.trim().strip_suffix(OF_CLUSTER).filter(|name| !made.contains(*name))?;
        let mut prefixes = namespaces.iter().map(|namespace| format!("{namespace}-"));
        let prefix = prefixes.find(|prefix| name.starts_with(prefix))?;
        let beside = made.iter().any(|other| other.starts_with(&prefix));
        let entries = [("name", Fact::new(name, named.place)), ("beside", Fact::new(beside, named.place))];
        Some(Fact::map(entries, named.place))
    });
    Fact::list(missing, named.place)
}

/// Whether Traefik is in the input, as a release of its chart or as what that renders.
fn holds_traefik(stack: &Stack<'_>) -> bool {
    let is_traefik = |name: &str| name.rsplit('/').next() == Some("traefik");
    let mut releases = stack.releases.iter();
    releases.any(|release| is_traefik(&release.release.chart_name))
        || stack.objects(&["DaemonSet", "Deployment"]).any(|(resource, root)| {
            let pod = pod::Pod::of(root, resource.at.doc);
            let mut images = pod.iter().flat_map(pod::Pod::containers).filter_map(image);
            images.any(|image| pod::image_name(image) == "traefik")
        })
}

fn image(container: NodeRef<'_>) -> Option<&str> {
    container.text_at("image")
}
