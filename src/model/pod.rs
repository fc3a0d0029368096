//! Reads what matters of a pod: images, arguments, mounts, environment, privileges, tolerations.
//!
//! The same facts are read from a rendered workload and from values of the alloy chart, since rules judge the effect.

mod released;

use self::released::NODE_NAMES;
pub(crate) use self::released::facts_of_values;
pub(crate) use self::released::format_of_values;
pub(crate) use self::released::ignored_values;
pub(crate) use self::released::mounts_of_values;
pub(crate) use self::released::names_redirected_by_values;
pub(crate) use self::released::note_ignored;
use super::alloy::Environment;
use super::environment::environment;
use super::fact::Fact;
use super::mounts::Mount;
use super::mounts::Texts;
use super::mounts::Volume;
use super::mounts::plain;
use super::stack::Stack;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Place;

/// Kinds of objects that run pods.
pub(crate) const WORKLOADS: [&str; 8] = [
    "DaemonSet",
    "Deployment",
    "StatefulSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "CronJob",
    "Pod",
];

/// The pod template of a workload.
#[derive(Clone, Copy)]
pub(crate) struct Pod<'d> {
    workload: NodeRef<'d>,
    spec: NodeRef<'d>,
    doc: DocId,
}

/// Whether another object of the stack made this one: `kubectl get` lists a DaemonSet and its pods, and one is enough. Of a
/// ReplicaSet in a running cluster only the metadata is asked for: one that nobody made says nothing of its pods.
pub(crate) fn is_made_by_another(stack: &Stack<'_>, root: NodeRef<'_>) -> bool {
    let namespace = root.text_at("metadata.namespace").unwrap_or_default();
    let says_all =
        |owner: NodeRef<'_>| owner.get("spec").is_some() || owner.at("metadata.ownerReferences").is_some();
    root.at("metadata.ownerReferences").into_iter().flat_map(NodeRef::items).any(|owner| {
        let (kind, name) = (owner.text_at("kind"), owner.text_at("name"));
        kind.zip(name).is_some_and(|(kind, name)| {
            let behind = || stack.object("Deployment", namespace, deployment_of(root, name)?);
            let found = stack.object(kind, namespace, name);
            found.is_some_and(|(_, owner)| says_all(owner)) || kind == "ReplicaSet" && behind().is_some()
        })
    })
}

/// The name of the Deployment whose `ReplicaSet` of that name made a pod, where the pod's label says so: the set is called after
/// both. So the set itself need not be in the input.
pub(crate) fn deployment_of<'n>(pod: NodeRef<'_>, replica_set: &'n str) -> Option<&'n str> {
    let hash = pod.at("metadata.labels")?.get("pod-template-hash")?.text()?;
    replica_set.strip_suffix(hash)?.strip_suffix('-')
}

impl<'d> Pod<'d> {
    /// The pod of a workload of any kind, or the pod itself.
    pub(crate) fn of(workload: NodeRef<'d>, doc: DocId) -> Option<Self> {
        let templates = ["spec.template.spec", "spec.jobTemplate.spec.template.spec"];
        let template = templates.into_iter().find_map(|route| workload.at(route));
        Some(Self { workload, spec: template.or_else(|| workload.get("spec"))?, doc })
    }

    /// The object that makes the pod.
    pub(crate) fn workload(&self) -> NodeRef<'d> {
        self.workload
    }

    /// The specification of the pod.
    pub(crate) fn spec(&self) -> NodeRef<'d> {
        self.spec
    }

    /// All containers, sidecars among the init containers too.
    pub(crate) fn containers(&self) -> impl Iterator<Item = NodeRef<'d>> + use<'d> {
        let spec = self.spec;
        ["containers", "initContainers"]
            .into_iter()
            .filter_map(move |key| spec.get(key))
            .flat_map(NodeRef::items)
    }

    /// The containers that run beside each other: init containers only where they go on running.
    pub(crate) fn running(&self) -> impl Iterator<Item = NodeRef<'d>> + use<'d> {
        let stays = |container: &NodeRef<'_>| container.text_at("restartPolicy") == Some("Always");
        let own = self.spec.get("containers").into_iter().flat_map(NodeRef::items);
        own.chain(self.spec.get("initContainers").into_iter().flat_map(NodeRef::items).filter(stays))
    }

    /// Whether the pod uses the network of its node.
    pub(crate) fn shares_node(&self) -> bool {
        self.spec.get("hostNetwork").and_then(NodeRef::bool) == Some(true)
    }

    /// What makes names lead elsewhere in this pod than in the cluster, with its place.
    pub(crate) fn names_redirected(&self) -> Option<(String, Place)> {
        for (route, what) in [
            ("hostAliases", "`hostAliases` give names addresses of their own"),
            ("dnsConfig.nameservers", "`dnsConfig` asks another name server"),
        ] {
            let node = self.spec.at(route).filter(|node| node.items().next().is_some());
            if let Some(node) = node {
                return Some((
                    format!("{what}, so that the names in its program may lead anywhere"),
                    self.place(node),
                ));
            }
        }
        let policy = self.spec.get("dnsPolicy");
        let kept = match policy.and_then(NodeRef::text) {
            Some("ClusterFirstWithHostNet" | "None") => true,
            Some("Default") => false,
            _ => !self.shares_node(),
        };
        let node = policy.or_else(|| self.spec.get("hostNetwork")).filter(|_| !kept)?;
        Some((format!("{NODE_NAMES}, so that the names in its program may lead anywhere"), self.place(node)))
    }

    /// The place of a node of this object.
    pub(crate) fn place(&self, node: NodeRef<'_>) -> Place {
        Place { doc: self.doc, span: node.span() }
    }

    /// The place of a key of this object, where it is there.
    pub(crate) fn key_place(&self, node: NodeRef<'_>, key: &str) -> Option<Place> {
        node.key_span(key).map(|span| Place { doc: self.doc, span })
    }

    /// The place of a container: its name.
    pub(crate) fn container_place(&self, container: NodeRef<'_>) -> Place {
        self.place(container.get("name").unwrap_or(container))
    }

    /// The place of the workload's `kind`.
    pub(crate) fn kind_place(&self) -> Place {
        self.place(self.workload.get("kind").unwrap_or(self.workload))
    }

    fn volume(&self, name: &str) -> Volume {
        let volumes = self.spec.get("volumes").into_iter().flat_map(NodeRef::items);
        let mut named = volumes.filter(|volume| volume.text_at("name") == Some(name));
        // Of two with one name either may be meant: a merge takes the last one, the API server neither.
        let (Some(volume), None) = (named.next(), named.next()) else { return Volume::Other };
        let texts = |key: &str, name: &str| {
            let volume = volume.get(key)?;
            let name = volume.get(name)?;
            let items = volume.get("items").filter(|items| items.is_sequence());
            let items = items.map(|items| {
                let pair = |item: NodeRef<'_>| {
                    Some((item.text_at("key")?.to_owned(), item.text_at("path")?.to_owned()))
                };
                items.items().filter_map(pair).collect()
            });
            Some(Texts { name: name.text().unwrap_or_default().to_owned(), place: self.place(name), items })
        };
        if let Some(texts) = texts("configMap", "name") {
            return Volume::ConfigMap(texts);
        }
        if let Some(texts) = texts("secret", "secretName") {
            return Volume::Secret(texts);
        }
        if let Some(path) = volume.text_at("hostPath.path") {
            return Volume::HostPath(path.to_owned());
        }
        Volume::Other
    }

    /// The environment of a container, ConfigMaps and Secrets of the input read.
    pub(crate) fn environment(&self, stack: &Stack<'_>, container: NodeRef<'d>) -> Environment {
        let namespace = self.workload.text_at("metadata.namespace").unwrap_or_default();
        let list = |key: &str| {
            container.get(key).map_or_else(Fact::default, |node| super::values::fact_of(node, self.doc))
        };
        environment(stack, namespace, &list("env"), &list("envFrom"))
    }

    /// The mounts of a container.
    pub(crate) fn mounts(&self, container: NodeRef<'d>) -> Vec<Mount> {
        container
            .get("volumeMounts")
            .into_iter()
            .flat_map(NodeRef::items)
            .map(|mount| Mount {
                path: plain(mount.text_at("mountPath").unwrap_or_default()),
                sub_path: mount.text_at("subPath").map(str::to_owned),
                // What the expression stands for chooses what is mounted.
                source: match mount.get("subPathExpr") {
                    Some(_) => Volume::Other,
                    None => self.volume(mount.text_at("name").unwrap_or_default()),
                },
                read_only: mount.at("readOnly").and_then(NodeRef::bool).unwrap_or(false),
                place: self.place(mount.get("mountPath").unwrap_or(mount)),
            })
            .collect()
    }

    /// The lists that others are added to, where they are there.
    fn lists(&self, container: NodeRef<'d>) -> Fact {
        let list = |node: NodeRef<'_>, key: &str| match self.key_place(node, key) {
            Some(place) if node.get(key).is_some_and(NodeRef::is_sequence) => Fact::new(true, place),
            _ => Fact::default(),
        };
        let items = |node: NodeRef<'d>, key: &str| node.get(key).into_iter().flat_map(NodeRef::items);
        let volumes = items(self.spec, "volumes").filter_map(|volume| volume.text_at("name"));
        let paths = items(container, "volumeMounts").filter_map(|mount| mount.text_at("mountPath"));
        Fact::map(
            [
                ("arguments", list(container, "args")),
                ("mounts", list(container, "volumeMounts")),
                ("tolerations", list(self.spec, "tolerations")),
                ("volumes", list(self.spec, "volumes")),
                ("taken", Fact::list(volumes.chain(paths).map(taken), None)),
            ],
            None,
        )
    }

    /// Where the item of a list stands that mounts something.
    fn item_of(&self, container: NodeRef<'_>, mount: &Mount) -> Option<Place> {
        let items = container.get("volumeMounts").into_iter().flat_map(NodeRef::items);
        let mut places = items.map(|item| self.place(item));
        places.find(|place| {
            place.span.start <= mount.place.span.start && mount.place.span.end <= place.span.end
        })
    }

    /// Where the one volume stands that is a Secret of that name; `None` where several mounts need it.
    fn volume_of_secret(&self, secret: &str) -> Option<Place> {
        let is_it = |volume: &NodeRef<'_>| {
            volume.get("secret").and_then(|source| source.text_at("secretName")) == Some(secret)
        };
        let volume = self.spec.get("volumes")?.items().find(is_it)?;
        let name = volume.text_at("name")?;
        let containers = ["initContainers", "containers"].into_iter();
        let containers = containers.filter_map(|key| self.spec.get(key)).flat_map(NodeRef::items);
        let mounts = containers.filter_map(|one| one.get("volumeMounts")).flat_map(NodeRef::items);
        (mounts.filter(|mount| mount.text_at("name") == Some(name)).count() == 1).then(|| self.place(volume))
    }

    /// The facts of a collector that are read from its pod.
    pub(crate) fn facts(&self, container: NodeRef<'d>) -> Vec<(&'static str, Fact)> {
        let mounts = self.mounts(container);
        let container_place = self.container_place(container);
        let mounts_place = self.key_place(container, "volumeMounts").unwrap_or(container_place);
        let secret = mounts
            .iter()
            .find(|mount| matches!(&mount.source, Volume::Secret(texts) if texts.name == "mimir-auth"));
        // The narrowest that holds it: the root is mounted for other reasons too.
        let varlog = mounts
            .iter()
            .filter_map(|mount| match &mount.source {
                Volume::HostPath(path) if holds_the_journal(path) => Some((path.len(), mount)),
                _ => None,
            })
            .max_by_key(|(length, _)| *length)
            .map(|(_, mount)| mount);
        let of_root = varlog.is_some_and(
            |mount| matches!(&mount.source, Volume::HostPath(path) if path.trim_end_matches('/').is_empty()),
        );
        let security = |key: &str| {
            let own = container.get("securityContext").and_then(|context| context.get(key));
            let node = own.or_else(|| self.spec.get("securityContext").and_then(|context| context.get(key)));
            match node {
                Some(node) => super::values::fact_of(node, self.doc),
                None => Fact::absent(container_place),
            }
        };
        let tolerations = match self.spec.get("tolerations") {
            Some(node) => {
                let place = self.key_place(self.spec, "tolerations");
                Fact { place, ..super::values::fact_of(node, self.doc) }
            }
            None => Fact::absent(container_place),
        };
        vec![
            ("tolerations", tolerations),
            (
                "mimir_auth",
                mount_fact(
                    secret,
                    secret.and_then(|mount| self.item_of(container, mount)),
                    self.volume_of_secret("mimir-auth"),
                    mounts_place,
                ),
            ),
            ("varlog", Fact::new(varlog.is_some(), varlog.map_or(mounts_place, |mount| mount.place))),
            ("varlog_of_root", Fact::new(of_root, mounts_place)),
            ("privileged", security("privileged").or_default(false)),
            ("run_as_user", security("runAsUser")),
            ("lists", self.lists(container)),
            ("pod", Fact::new(true, self.place(self.spec))),
            ("container", Fact::new(true, self.place(container))),
            ("ignored", Fact::map::<&str>([], container_place)),
        ]
    }
}

/// Whether a path of the node has its journal below it, or is the journal.
fn holds_the_journal(path: &str) -> bool {
    matches!(path.trim_end_matches('/'), "" | "/var" | "/var/log" | "/var/log/journal")
}

/// A mount, where the whole of it stands, and where its volume does if nothing else needs that.
fn mount_fact(mount: Option<&Mount>, item: Option<Place>, volume: Option<Place>, place: Place) -> Fact {
    let at = |place: Option<Place>| place.map_or_else(Fact::default, |place| Fact::new(true, place));
    match mount {
        Some(mount) => Fact::map(
            [
                ("mounted", Fact::new(true, mount.place)),
                ("path", Fact::new(mount.path.as_str(), mount.place)),
                ("read_only", Fact::new(mount.read_only, mount.place)),
                ("item", at(item)),
                ("volume", at(volume)),
            ],
            mount.place,
        ),
        None => Fact::map(
            [
                ("mounted", Fact::new(false, place)),
                ("path", Fact::absent(place)),
                ("read_only", Fact::absent(place)),
            ],
            place,
        ),
    }
}

/// The last part of an image's name, without tag and digest: `alloy` of `docker.io/grafana/alloy:v1.7.5`.
pub(crate) fn image_name(image: &str) -> &str {
    name_and_tag(image).0
}

/// The tag of an image: `v1.7.5`.
pub(crate) fn image_tag(image: &str) -> Option<&str> {
    name_and_tag(image).1
}

fn name_and_tag(image: &str) -> (&str, Option<&str>) {
    let image = image.split('@').next().unwrap_or(image);
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split_once(':').map_or((last, None), |(name, tag)| (name, Some(tag)))
}

/// The texts of a list of a container.
pub(crate) fn texts(container: NodeRef<'_>, key: &str) -> Vec<String> {
    let items = container.get(key).into_iter().flat_map(NodeRef::items);
    items.filter_map(NodeRef::text).map(str::to_owned).collect()
}

/// The arguments of a container, commands first.
pub(crate) fn arguments(container: NodeRef<'_>) -> Vec<String> {
    let mut arguments = texts(container, "command");
    arguments.extend(texts(container, "args"));
    arguments
}

/// The name of a volume, or the path of a mount without a slash at its end: neither may be there twice.
fn taken(text: &str) -> Fact {
    Fact::bare(if text.len() > 1 { text.trim_end_matches('/') } else { text })
}
