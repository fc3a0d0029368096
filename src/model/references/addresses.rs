//! What addresses in the configurations of stores, and of Grafana's data sources, name: Services and their ports.

use super::Named;
use super::known::TELLS;
use super::known::chart_of;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::cluster::Cluster;
use crate::model::cluster::PodSet;
use crate::model::piece::Chart;
use crate::model::stack::Stack;

/// How many nodes of a configuration are searched. Real ones have some thousand.
const SEARCHED: u32 = 100_000;

/// What addresses inside the cluster name.
pub(super) fn named(stack: &Stack<'_>, cluster: &Cluster) -> Vec<Named> {
    let mut found = Vec::new();
    let runs_ruler = std::cell::OnceCell::new();
    for (store, at, home) in &stack.store_configs {
        let (Some(root), Some(object)) = (at.in_documents(stack.documents), &home.object) else { continue };
        let by = format!("{store:?} of {object}");
        let home = stack.object(&object.kind, &object.namespace, &object.name);
        let chart = home.and_then(|(_, root)| chart_of(root));
        let alertmanager =
            root.get("ruler").and_then(|ruler| ruler.get("alertmanager_url")).map(|node| node.resolved().id);
        let mut budget = SEARCHED;
        // What aliases repeat beyond the budget names nothing new.
        let _complete = root.walk(&mut budget, |node| {
            let is_alertmanager = Some(node.resolved().id) == alertmanager;
            // Charts name the alertmanager whether a ruler asks for it or not.
            let idle = is_alertmanager && !*runs_ruler.get_or_init(|| has_ruler(cluster));
            if let Some(text) = node.text().filter(|text| text.contains(".svc") && !idle) {
                let verb = if is_alertmanager { TELLS } else { "asks" };
                let named = of_text(&by, text, at.place_of(node)).into_iter();
                found.extend(named.map(|named| Named { verb, chart: chart.map(str::to_owned), ..named }));
            }
        });
    }
    for (at, _) in &stack.data_sources {
        let Some(root) = at.in_documents(stack.documents) else { continue };
        for source in root.get("datasources").into_iter().flat_map(NodeRef::items) {
            if let Some((url, text)) = source.get("url").and_then(|url| Some((url, url.text()?))) {
                let by = format!("data source {}", source.text_at("name").unwrap_or_default());
                found.extend(of_text(&by, text, at.place_of(url)));
            }
        }
    }
    for release in stack.releases_of(Chart::Grafana) {
        for (_, file) in release.values.reach("datasources").entries() {
            for source in file.reach("datasources").items() {
                let url = source.reach("url");
                if let Some(text) = url.text() {
                    let name = source.reach("name");
                    let by = format!("data source {}", name.text().unwrap_or_default());
                    found.extend(of_text(&by, text, url.place.unwrap_or(release.release.place)));
                }
            }
        }
    }
    found
}

/// Whether a ruler runs in the input.
fn has_ruler(cluster: &Cluster) -> bool {
    let is_ruler = |pods: &PodSet| pods.label("app.kubernetes.io/component") == Some("ruler");
    cluster.pods.iter().any(is_ruler)
}

/// The Services that a text of addresses names, by their names within the cluster.
pub(super) fn of_text(by: &str, text: &str, place: Place) -> Vec<Named> {
    text.split(',').filter_map(|address| of_address(by, address.trim(), place)).collect()
}

fn of_address(by: &str, address: &str, place: Place) -> Option<Named> {
    // `dns+host:port`, `dnssrvnoa+http://_port._tcp.host/path`, `dns:///host:port`, `http://user:word@host:port/path`.
    let address =
        address.split_once('+').filter(|(how, _)| how.starts_with("dns")).map_or(address, |(_, rest)| rest);
    let address = address.split_once("://").map_or(address, |(_, rest)| rest.trim_start_matches('/'));
    let authority = address.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = host.rsplit_once(':').map_or((host, None), |(host, port)| (host, Some(port)));
    let (inside, _) = host
        .trim_end_matches('.')
        .split_once(".svc")
        .filter(|(_, rest)| rest.is_empty() || *rest == ".cluster.local")?;
    let labels: Vec<&str> = inside.split('.').collect();
    // The name of a port of the Service stands before it in records of services; that of a pod too.
    let (service, namespace, before) = match labels[..] {
        [port, protocol, service, namespace] if port.starts_with('_') && protocol.starts_with('_') => {
            (service, namespace, port.strip_prefix('_'))
        }
        [service, namespace] | [_, service, namespace] => (service, namespace, None),
        _ => return None,
    };
    let mut named = Named::new(by, "asks", "Service", namespace, (service, place));
    let item = before.or(port.filter(|port| port.parse::<u16>().is_ok()));
    named.items.extend(item.map(|item| (item.to_owned(), place)));
    Some(named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::DocId;
    use crate::text::Span;

    #[test]
    fn service_and_port_are_told_from_every_form_of_address() {
        let place = Place { doc: DocId { file: 0, index: 0 }, span: Span::at(0) };
        for (text, wanted) in [
            (
                "dns+mimir-gossip-ring.mimir.svc.cluster.local.:7946",
                Some(("mimir", "mimir-gossip-ring", Some("7946"))),
            ),
            (
                "dnssrvnoa+http://_http-metrics._tcp.am-headless.mimir.svc.cluster.local./alertmanager",
                Some(("mimir", "am-headless", Some("http-metrics"))),
            ),
            ("mimir-query-scheduler.mimir.svc:9095", Some(("mimir", "mimir-query-scheduler", Some("9095")))),
            ("http://a:b@loki-gateway.loki.svc/loki", Some(("loki", "loki-gateway", None))),
            ("http://pod-0.loki-write.loki.svc:3100", Some(("loki", "loki-write", Some("3100")))),
            ("mimir.example.com:80", None),
            ("a.svc.example.com", None),
        ] {
            let found = of_text("a", text, place).into_iter().next();
            let found = found
                .map(|one| (one.namespace, one.name, one.items.into_iter().next().map(|(item, _)| item)));
            let wanted = wanted.map(|(namespace, name, port)| {
                (namespace.to_owned(), name.to_owned(), port.map(str::to_owned))
            });
            assert_eq!(found, wanted, "{text}");
        }
    }
}
