//! What values of charts name: the same fields as in pods, at any depth, and those by which the known charts take names.

use super::Named;
use super::known::Found;
use super::known::NO_ALERTMANAGER;
use super::known::TELLS;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::piece::Chart;
use crate::model::stack::ReleasedChart;
use crate::model::stack::Stack;

/// How deep values are searched. Those of pods stand at depth six or so.
const DEPTH: u32 = 24;

/// Volumes that the alloy chart makes by itself. Source: `templates/controllers/_pod.yaml`, 0.1 to 1.11.
const OF_ALLOY_CHART: [&str; 3] = ["config", "dockercontainers", "varlog"];

/// What the values of all releases name, but for those of which the input has what the chart made.
pub(super) fn named(stack: &Stack<'_>) -> Vec<Named> {
    let mut found = Vec::new();
    for release in &stack.releases {
        // Of values by themselves nobody knows the namespace: what they name elsewhere stays open.
        let namespace = release.release.namespace.as_deref().unwrap_or_default();
        if is_rendered(stack, release, namespace) {
            continue;
        }
        let object = release.release.object.as_ref().map(ToString::to_string);
        let by = object.unwrap_or_else(|| format!("chart {}", release.release.chart_name));
        let mut reader = Reader { by, namespace, place: release.release.place, found: &mut found };
        reader.anywhere(&release.values, DEPTH);
        match release.release.chart {
            Some(Chart::Alloy) => reader.alloy(release),
            Some(Chart::Grafana) => reader.grafana(&release.values),
            Some(Chart::Mimir) => reader.mimir(release),
            Some(Chart::Loki) | None => {}
        }
    }
    found
}

/// Whether the input has workloads that the release made.
fn is_rendered(stack: &Stack<'_>, release: &ReleasedChart<'_>, namespace: &str) -> bool {
    let Some(name) = release.release.name.as_deref() else { return false };
    stack.workloads().any(|(resource, root)| {
        let labels = root.at("metadata.labels");
        let instance = labels.and_then(|labels| labels.get("app.kubernetes.io/instance"));
        *resource.object.namespace == *namespace && instance.and_then(NodeRef::text) == Some(name)
    })
}

/// Reads the values of one release.
struct Reader<'r> {
    by: String,
    namespace: &'r str,
    /// The release's own place.
    place: Place,
    found: &'r mut Vec<Named>,
}

impl Reader<'_> {
    fn add(&mut self, verb: &'static str, kind: &'static str, name: &Fact) -> Option<&mut Named> {
        let text = name.text().filter(|text| !text.is_empty() && !text.contains("{{"))?;
        let place = name.place.unwrap_or(self.place);
        self.found.push(Named::new(&self.by, verb, kind, self.namespace, (text, place)));
        self.found.last_mut()
    }

    /// Fields as pods have them, wherever the chart takes them.
    fn anywhere(&mut self, value: &Fact, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for item in value.items() {
            self.anywhere(item, depth);
        }
        for (key, inner) in value.entries() {
            let kind = match key {
                "configMapKeyRef" | "configMapRef" => Some("ConfigMap"),
                "secretKeyRef" | "secretRef" => Some("Secret"),
                _ => None,
            };
            match kind {
                Some(kind) => self.reference(kind, inner),
                None => self.anywhere(inner, depth),
            }
        }
        // A volume has a name beside its source.
        if value.at("name").is_some() {
            for (field, name, kind) in [
                ("configMap", "name", "ConfigMap"),
                ("secret", "secretName", "Secret"),
                ("persistentVolumeClaim", "claimName", "PersistentVolumeClaim"),
            ] {
                self.volume(&value.reach(field), name, kind);
            }
        }
    }

    fn reference(&mut self, kind: &'static str, source: &Fact) {
        let key = source.reach("key");
        let items = key.text().map(|text| (text.to_owned(), key.place.unwrap_or(self.place)));
        let optional = source.reach("optional").bool() == Some(true);
        if let Some(named) = self.add("reads", kind, &source.reach("name")) {
            named.items.extend(items);
            named.optional = optional;
        }
    }

    fn volume(&mut self, source: &Fact, name: &str, kind: &'static str) {
        let items = source.reach("items");
        let keys = items.items().iter().map(|item| item.reach("key"));
        let keys: Vec<_> =
            keys.filter_map(|key| Some((key.text()?.to_owned(), key.place.unwrap_or(self.place)))).collect();
        let optional = source.reach("optional").bool() == Some(true);
        if let Some(named) = self.add("mounts", kind, &source.reach(name)) {
            named.items = keys;
            named.optional = optional;
        }
    }

    fn alloy(&mut self, release: &ReleasedChart<'_>) {
        let values = &release.values;
        let extra = values.reach("controller.volumes.extra");
        let claims = values.reach("controller.volumeClaimTemplates");
        let mut volumes: Vec<String> = OF_ALLOY_CHART.map(str::to_owned).to_vec();
        let names = extra.items().iter().map(|volume| volume.reach("name"));
        let names = names.chain(claims.items().iter().map(|claim| claim.reach("metadata.name")));
        volumes.extend(names.filter_map(|name| name.text().map(str::to_owned)));
        // A list that is not known may hold any volume.
        let known = [&extra, &claims].iter().all(|list| !matches!(list.value, FactValue::Unknown(_)));
        for mount in values.reach("alloy.mounts.extra").items().iter().filter(|_| known) {
            let name = mount.reach("name");
            let answer = match name.text() {
                Some(text) if !volumes.iter().any(|own| own == text) => {
                    let near = crate::text::nearest(text, volumes.iter().map(String::as_str));
                    let hint = "add the volume to `controller.volumes.extra`".to_owned();
                    Found::Missing(Some(near.map_or(hint, |near| format!("did you mean `{near}`?"))))
                }
                _ => Found::There,
            };
            if let Some(named) = self.add("mounts", "volume", &name) {
                named.answer = Some(answer);
            }
        }
        if values.reach("serviceAccount.create").bool() == Some(false) {
            self.add("runs as", "ServiceAccount", &values.reach("serviceAccount.name"));
        }
        if values.reach("ingress.enabled").bool() == Some(true)
            && values.reach("service.enabled").bool() != Some(false)
            && let Some(name) = release.full_name()
        {
            let port = values.reach("ingress.faroPort").or_default(12_347_i64);
            let place = port.place.unwrap_or(self.place);
            if let (FactValue::Int(number), Some(named)) =
                (&port.value, self.add("leads by its ingress to", "Service", &Fact::new(name, place)))
            {
                named.items.push((number.to_string(), place));
            }
        }
    }

    /// The chart tells the ruler of its own alertmanager, also where that one is switched off.
    fn mimir(&mut self, release: &ReleasedChart<'_>) {
        let values = &release.values;
        let alertmanager = values.reach("alertmanager.enabled");
        let (true, Some(place)) = (alertmanager.bool() == Some(false), alertmanager.place) else { return };
        let name = release.full_name().unwrap_or_else(|| "mimir".to_owned());
        let own = ["mimir.config", "mimir.structuredConfig.ruler.alertmanager_url"];
        let is_told = own.iter().any(|route| !values.reach(route).is_null());
        if values.reach("ruler.enabled").bool() != Some(false) && !is_told {
            let name = format!("{name}-alertmanager-headless");
            let mut named = Named::new(&self.by, TELLS, "Service", self.namespace, (&name, place));
            named.answer = Some(Found::Likely(NO_ALERTMANAGER.to_owned()));
            self.found.push(named);
        }
    }

    fn grafana(&mut self, values: &Fact) {
        self.with_keys(values, "admin", &[("userKey", "admin-user"), ("passwordKey", "admin-password")]);
        self.with_keys(values, "smtp", &[("userKey", "user"), ("passwordKey", "password")]);
        self.add("reads", "Secret", &values.reach("envFromSecret"));
        for (list, field, kind) in [
            ("envFromSecrets", "name", "Secret"),
            ("envFromConfigMaps", "name", "ConfigMap"),
            ("extraSecretMounts", "secretName", "Secret"),
            ("extraConfigmapMounts", "configMap", "ConfigMap"),
        ] {
            for item in values.reach(list).items() {
                let optional = item.reach("optional").bool() == Some(true);
                if let Some(named) = self.add("reads", kind, &item.reach(field)) {
                    named.optional = optional;
                }
            }
        }
    }

    /// A Secret that a section names, with the keys that the chart takes from it.
    fn with_keys(&mut self, values: &Fact, section: &str, keys: &[(&str, &str)]) {
        let section = values.reach(section);
        let fallback = self.place;
        let secret = section.reach("existingSecret");
        let Some(named) = self.add("reads", "Secret", &secret) else { return };
        for (key, default) in keys {
            let key = section.reach(key).or_default(*default);
            let place =
                if section.reach("existingSecret").place == key.place { secret.place } else { key.place };
            named.items.extend(key.text().map(|text| (text.to_owned(), place.unwrap_or(fallback))));
        }
    }
}
