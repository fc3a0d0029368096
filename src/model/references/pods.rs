//! What rendered pods name: volumes, ConfigMaps, Secrets, claims, service accounts.

use std::collections::BTreeMap;

use super::Named;
use super::known::Found;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::piece::Resource;
use crate::model::pod::Pod;
use crate::model::pod::is_made_by_another;
use crate::model::stack::Stack;

/// What the pods of all workloads name.
pub(super) fn named(stack: &Stack<'_>) -> Vec<Named> {
    let mut found = Vec::new();
    for (resource, root) in stack.workloads() {
        if is_made_by_another(stack, root) {
            continue;
        }
        if let Some(pod) = Pod::of(root, resource.at.doc) {
            let by = resource.object.to_string();
            Reader { resource, by, found: &mut found }.pod(root, &pod);
        }
    }
    found
}

/// Reads one pod.
struct Reader<'r> {
    resource: &'r Resource,
    by: String,
    found: &'r mut Vec<Named>,
}

/// Sources of volumes: the field, the field that names the object, and its kind.
const SOURCES: [(&str, &str, &str); 3] = [
    ("configMap", "name", "ConfigMap"),
    ("secret", "secretName", "Secret"),
    ("persistentVolumeClaim", "claimName", "PersistentVolumeClaim"),
];

impl Reader<'_> {
    fn pod(&mut self, root: NodeRef<'_>, pod: &Pod<'_>) {
        let spec = pod.spec();
        let mut volumes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for volume in spec.get("volumes").into_iter().flat_map(NodeRef::items) {
            let before = self.found.len();
            self.volume(volume);
            if let Some(name) = volume.text_at("name") {
                volumes.entry(name).or_default().extend(before..self.found.len());
            }
        }
        for claim in root.at("spec.volumeClaimTemplates").into_iter().flat_map(NodeRef::items) {
            volumes.entry(claim.text_at("metadata.name").unwrap_or_default()).or_default();
        }
        for container in pod.containers() {
            self.environment(container);
            for mount in container.get("volumeMounts").into_iter().flat_map(NodeRef::items) {
                self.mount(mount, &volumes);
            }
        }
        if let Some(account) = spec.get("serviceAccountName").filter(|name| !name.is_null()) {
            self.add("runs as", "ServiceAccount", account);
        }
        if &*self.resource.object.kind == "StatefulSet"
            && let Some(service) = root.at("spec.serviceName").filter(|name| name.text() != Some(""))
        {
            self.add("is named by", "Service", service);
        }
    }

    fn place(&self, node: NodeRef<'_>) -> Place {
        self.resource.at.place_of(node)
    }

    fn add(&mut self, verb: &'static str, kind: &'static str, name: NodeRef<'_>) -> Option<&mut Named> {
        let text = name.text()?;
        let named =
            Named::new(&self.by, verb, kind, &self.resource.object.namespace, (text, self.place(name)));
        self.found.push(named);
        self.found.last_mut()
    }

    /// What a volume is made of.
    fn volume(&mut self, volume: NodeRef<'_>) {
        for (field, name, kind) in SOURCES {
            if let Some(source) = volume.get(field) {
                self.source(source, name, kind);
            }
        }
        for source in volume.at("projected.sources").into_iter().flat_map(NodeRef::items) {
            for (field, kind) in [("configMap", "ConfigMap"), ("secret", "Secret")] {
                if let Some(source) = source.get(field) {
                    self.source(source, "name", kind);
                }
            }
        }
    }

    fn source(&mut self, source: NodeRef<'_>, name: &str, kind: &'static str) {
        let keys =
            source.get("items").into_iter().flat_map(NodeRef::items).filter_map(|item| item.get("key"));
        let items: Vec<_> = keys.filter_map(|key| Some((key.text()?.to_owned(), self.place(key)))).collect();
        if let Some(named) = source.get(name).and_then(|name| self.add("mounts", kind, name)) {
            named.items = items;
            named.optional = is_optional(source);
        }
    }

    /// A mount of a volume; `volumes` are those of the pod, with what each names.
    fn mount(&mut self, mount: NodeRef<'_>, volumes: &BTreeMap<&str, Vec<usize>>) {
        let Some(name) = mount.get("name") else { return };
        let text = name.text().unwrap_or_default();
        let near = || crate::text::nearest(text, volumes.keys().copied());
        let answer = if volumes.contains_key(text) {
            Found::There
        } else {
            Found::Missing(near().map(|near| format!("did you mean `{near}`?")))
        };
        if let Some(named) = self.add("mounts", "volume", name) {
            named.answer = Some(answer);
        }
        // One file of the volume: a key, where keys become files of their names. What is missing becomes an empty folder.
        let (Some(sub), Some([source])) = (mount.get("subPath"), volumes.get(text).map(Vec::as_slice)) else {
            return;
        };
        let place = self.place(sub);
        let file = sub.text().and_then(|path| path.split('/').next()).unwrap_or_default().to_owned();
        let known = self.found.get_mut(*source).filter(|named| matches!(named.kind, "ConfigMap" | "Secret"));
        if let Some(named) = known.filter(|named| named.items.is_empty() && !file.is_empty()) {
            let (name, at) = (named.name.clone(), named.place);
            let mut part =
                Named::new(&named.by, "mounts a file of", named.kind, &named.namespace, (&name, at));
            part.optional = named.optional;
            // Whether the whole is there is asked for the volume.
            part.answer = Some(Found::There);
            part.items.push((file, place));
            self.found.push(part);
        }
    }

    fn environment(&mut self, container: NodeRef<'_>) {
        for source in container.get("envFrom").into_iter().flat_map(NodeRef::items) {
            for (field, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
                let Some(source) = source.get(field) else { continue };
                if let Some(named) = source.get("name").and_then(|name| self.add("reads", kind, name)) {
                    named.optional = is_optional(source);
                }
            }
        }
        for variable in container.get("env").into_iter().flat_map(NodeRef::items) {
            for (field, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
                let Some(source) = variable.get("valueFrom").and_then(|from| from.get(field)) else {
                    continue;
                };
                let key = source.get("key").and_then(|key| Some((key.text()?.to_owned(), self.place(key))));
                if let Some(named) = source.get("name").and_then(|name| self.add("reads", kind, name)) {
                    named.items.extend(key);
                    named.optional = is_optional(source);
                }
            }
        }
    }
}

fn is_optional(source: NodeRef<'_>) -> bool {
    source.get("optional").and_then(NodeRef::bool) == Some(true)
}
