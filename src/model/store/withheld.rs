//! Finds stores whose configuration is in a Secret whose values were not asked for: they are there, and nothing is known of
//! what they run with.

use super::Assumed;
use super::options;
use super::parts::rendered_parts;
use super::processes;
use super::stores::Found;
use super::stores::chart_of;
use super::stores::version_of;
use crate::document::NodeRef;
use crate::model::fact::Fact;
use crate::model::objects::not_asked_for;
use crate::model::piece::Resource;
use crate::model::piece::Store;
use crate::model::pod::Pod;
use crate::model::pod::image_name;
use crate::model::pod::is_made_by_another;
use crate::model::stack::Stack;
use crate::model::version::Minor;

/// The stores of one kind whose configuration is withheld.
pub(super) fn find<'s>(stack: &'s Stack<'_>, store: Store, assumed: &Assumed) -> Vec<Found<'s>> {
    let mut found = Vec::new();
    for (resource, root) in stack.objects(&["Secret"]) {
        let shown = format!("{}/{}", resource.object.namespace, resource.object.name);
        let values = root.get("data").into_iter().flat_map(NodeRef::entries);
        let mut reasons = values.filter_map(|(_, value)| not_asked_for(value, "Secret", &shown));
        let Some(reason) = reasons.next().filter(|_| is_mounted_by(stack, store, resource)) else { continue };
        let table = options::table(store);
        let groups = processes::of_object(stack, store, &resource.object, table);
        if groups.is_empty() {
            continue;
        }
        let place = resource.place;
        let namespace = Some(resource.object.namespace.to_string()).filter(|name| !name.is_empty());
        let (parts, label) = rendered_parts(stack, chart_of(store), namespace.as_deref(), place);
        let written_version = groups.iter().find_map(|group| group.version.clone()).unwrap_or(label);
        let minor = written_version.text().and_then(Minor::parse);
        let (version, version_known) = version_of(store, assumed, minor);
        found.push(Found {
            store,
            form: "rendered",
            name: resource.object.name.to_string(),
            namespace,
            namespace_place: stack.namespace_place(Some(&resource.object)),
            written_version,
            version,
            input_version: minor,
            version_known,
            config: Fact::map::<String>([], place),
            made: None,
            own: None,
            parts,
            place,
            unseen: Some((reason, place)),
            groups,
            in_secret: true,
            values: Fact::default(),
            config_at: Fact::default(),
            written: Vec::new(),
        });
    }
    found
}

/// Whether a pod of that store mounts an object.
fn is_mounted_by(stack: &Stack<'_>, store: Store, secret: &Resource) -> bool {
    stack.workloads().any(|(resource, root)| {
        if resource.object.namespace != secret.object.namespace || is_made_by_another(stack, root) {
            return false;
        }
        let Some(pod) = Pod::of(root, resource.at.doc) else { return false };
        pod.containers().any(|container| {
            let image = image_name(container.text_at("image").unwrap_or_default());
            image.split(['-', '_', '.']).any(|part| part == store.name())
                && pod.mounts(container).iter().any(|mount| {
                    mount.texts().is_some_and(|(kind, texts)| {
                        *kind == *secret.object.kind && *texts.name == *secret.object.name
                    })
                })
        })
    })
}
