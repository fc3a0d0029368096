//! Puts the pieces of the inputs together into one stack: what one cluster's monitoring consists of.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;

use super::cluster::Cluster;
use super::fact::Fact;
use super::piece::Chart;
use super::piece::Declaration;
use super::piece::Home;
use super::piece::NodeAt;
use super::piece::ObjectName;
use super::piece::Piece;
use super::piece::Problem;
use super::piece::ProblemKind;
use super::piece::Release;
use super::piece::Resource;
use super::piece::Store;
use super::pod::WORKLOADS;
use super::values;
use crate::document::DocId;
use crate::document::Documents;
use crate::document::NodeRef;
use crate::document::Place;
use crate::document::Scalar;

/// A release with the values that its chart will see.
#[derive(Debug)]
pub(crate) struct ReleasedChart<'d> {
    /// The release.
    pub(crate) release: &'d Release,
    /// Its position among the pieces of its file, for matching the texts in its values.
    pub(crate) piece: (u32, usize),
    /// Its values, all layers merged.
    pub(crate) values: Fact,
    /// What objects beside the release add to its values that is not in the input.
    added_unseen: Vec<(String, Place)>,
}

impl ReleasedChart<'_> {
    /// What goes into its values and is not in the input, with the place that names it.
    pub(crate) fn unseen(&self) -> impl Iterator<Item = &(String, Place)> {
        self.release.unseen.iter().chain(&self.added_unseen)
    }

    /// What the chart calls its objects, where the release's name is known.
    pub(crate) fn full_name(&self) -> Option<String> {
        let name = self.release.name.as_deref()?;
        let chart = self.release.chart?;
        Some(match self.values.at("fullnameOverride").and_then(Fact::text) {
            Some(name) => name.to_owned(),
            None => match self.values.at("nameOverride").and_then(Fact::text) {
                Some(over) if name.contains(over) => name.to_owned(),
                Some(over) => format!("{name}-{over}"),
                None => chart.full_name(name),
            },
        })
    }
}

/// An Alloy program of the input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AlloyText<'d> {
    /// The document.
    pub(crate) doc: DocId,
    /// Where it was found.
    pub(crate) home: &'d Home,
}

/// One cluster's monitoring stack, as far as the input shows it.
#[derive(Debug)]
pub(crate) struct Stack<'d> {
    /// The documents of the run.
    pub(crate) documents: &'d Documents,
    /// Kubernetes objects, each once.
    pub(crate) resources: Vec<&'d Resource>,
    /// Releases of charts.
    pub(crate) releases: Vec<ReleasedChart<'d>>,
    /// Alloy programs.
    pub(crate) programs: Vec<AlloyText<'d>>,
    /// Configurations of the stores.
    pub(crate) store_configs: Vec<(Store, NodeAt, &'d Home)>,
    /// Texts of ConfigMaps, Secrets and releases that are trees, whatever they are for.
    pub(crate) config_texts: Vec<(NodeAt, &'d Home)>,
    /// Configurations of other collectors as files by themselves, with their languages.
    pub(crate) relay_configs: Vec<(&'static str, NodeAt)>,
    /// `grafana.ini` documents.
    pub(crate) grafana_inis: Vec<(NodeAt, &'d Home)>,
    /// Files of provisioned data sources.
    pub(crate) data_sources: Vec<(NodeAt, &'d Home)>,
    /// Files by themselves with contact points or notification policies for Grafana.
    pub(crate) notifications: Vec<NodeAt>,
    /// Limits of single tenants that the stores read while they run.
    pub(crate) runtime_overrides: Vec<(NodeAt, &'d Home)>,
    /// What running processes said of themselves.
    pub(crate) answers: Vec<(NodeAt, &'d ObjectName)>,
    /// The texts of these.
    pub(crate) answer_texts: Vec<(NodeAt, &'d Home)>,
    /// Groups of alerting and recording rules.
    pub(crate) rule_groups: Vec<(NodeAt, &'d Home)>,
    /// Dashboards.
    pub(crate) dashboards: Vec<(NodeAt, &'d Home)>,
    /// Declarations (`ptd.yaml`) that govern this stack.
    pub(crate) declarations: Vec<&'d Declaration>,
    /// Declarations of sites (`site.yaml`).
    pub(crate) sites: Vec<NodeAt>,
    /// The cluster that is judged, where the inputs tell several apart.
    pub(crate) cluster: Option<String>,
    /// Kinds, and the namespace or `None` for all, of which every object of the cluster is in the input.
    pub(crate) covered: Vec<(String, Option<String>)>,
    /// Of a running cluster the resources, as rights name them, of which not all objects came, each in that namespace or, with
    /// `None`, anywhere; `None` for files.
    pub(crate) unseen: Option<Vec<(String, Option<String>)>>,
    /// What contradicts itself.
    pub(crate) problems: Vec<Problem>,
    /// What the names of its cluster stand for; made when that is first asked.
    pub(super) names: OnceCell<Cluster>,
    by_name: BTreeMap<&'d ObjectName, usize>,
    /// Indices into `resources` by kind and name, in their order.
    by_kind_and_name: HashMap<(&'d str, &'d str), Vec<usize>>,
}

/// The pieces of one file of the run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FilePieces<'d> {
    /// The file's index in the run.
    pub(crate) file: u32,
    /// Its pieces.
    pub(crate) pieces: &'d [Piece],
}

impl<'d> Stack<'d> {
    /// Assembles the pieces that belong to `cluster` (or name none).
    pub(crate) fn assemble(
        documents: &'d Documents,
        files: &[FilePieces<'d>],
        cluster: Option<&str>,
    ) -> Self {
        let mut stack = Self {
            documents,
            resources: Vec::new(),
            releases: Vec::new(),
            programs: Vec::new(),
            store_configs: Vec::new(),
            config_texts: Vec::new(),
            relay_configs: Vec::new(),
            grafana_inis: Vec::new(),
            data_sources: Vec::new(),
            notifications: Vec::new(),
            runtime_overrides: Vec::new(),
            answers: Vec::new(),
            answer_texts: Vec::new(),
            rule_groups: Vec::new(),
            dashboards: Vec::new(),
            declarations: Vec::new(),
            sites: Vec::new(),
            cluster: cluster.map(str::to_owned),
            covered: Vec::new(),
            unseen: None,
            problems: Vec::new(),
            names: OnceCell::new(),
            by_name: BTreeMap::new(),
            by_kind_and_name: HashMap::new(),
        };
        let here = |own: &Option<Arc<str>>| match (cluster, own) {
            (Some(cluster), Some(other)) => **other == *cluster,
            _ => true,
        };
        let mut repeated = BTreeSet::new();
        for file in files {
            for piece in file.pieces {
                if let Piece::Resource(resource) = piece
                    && here(&resource.cluster)
                {
                    stack.add_resource(file.file, resource, &mut repeated);
                }
            }
        }
        let first = |file: u32, object: Option<&ObjectName>| {
            object.is_none_or(|object| !repeated.contains(&(file, object)))
        };
        let configs = files.iter().flat_map(|file| file.pieces).filter_map(|piece| match piece {
            Piece::ReleaseConfig(config) => Some(config),
            _ => None,
        });
        let configs: Vec<&Release> = configs.collect();
        let mut texts = BTreeSet::new();
        for file in files {
            for (index, piece) in file.pieces.iter().enumerate() {
                let kept = |home: &Home| here(&home.cluster) && first(file.file, home.object.as_ref());
                match piece {
                    Piece::Release(release)
                        if here(&release.cluster) && first(file.file, release.object.as_ref()) =>
                    {
                        stack.add_release(release, (file.file, index), &configs);
                    }
                    // The same program as a file and in a ConfigMap is one program.
                    Piece::Alloy(doc, home)
                        if kept(home)
                            && (texts.insert(documents.document(*doc).text.clone())
                                || !stands_alone(home)) =>
                    {
                        stack.programs.push(AlloyText { doc: *doc, home });
                    }
                    Piece::StoreConfig(store, at, home) if kept(home) => {
                        stack.store_configs.push((*store, *at, home));
                    }
                    Piece::ConfigText(at, home) if kept(home) => stack.config_texts.push((*at, home)),
                    Piece::RelayConfig(language, at) => stack.relay_configs.push((language, *at)),
                    Piece::GrafanaIni(at, home) if kept(home) => stack.grafana_inis.push((*at, home)),
                    Piece::DataSources(at, home) if kept(home) => stack.data_sources.push((*at, home)),
                    Piece::Notifications(at) => stack.notifications.push(*at),
                    Piece::RuleGroups(at, home) if kept(home) => stack.rule_groups.push((*at, home)),
                    Piece::Dashboard(at, home) if kept(home) => stack.dashboards.push((*at, home)),
                    Piece::RuntimeOverrides(at, home) if kept(home) => {
                        stack.runtime_overrides.push((*at, home));
                    }
                    Piece::Answer(at, object) => stack.answers.push((*at, object)),
                    Piece::AnswerText(at, home) => stack.answer_texts.push((*at, home)),
                    Piece::Declaration(declaration) => stack.add_declaration(declaration),
                    Piece::Site(at) => stack.sites.push(*at),
                    _ => {}
                }
            }
        }
        stack.drop_repeated_programs();
        stack
    }

    fn add_resource(
        &mut self,
        file: u32,
        resource: &'d Resource,
        repeated: &mut BTreeSet<(u32, &'d ObjectName)>,
    ) {
        let Some(&index) = self.by_name.get(&resource.object) else {
            self.by_name.insert(&resource.object, self.resources.len());
            self.keep(resource);
            return;
        };
        let other = self.resources[index];
        let nodes = (other.at.in_documents(self.documents), resource.at.in_documents(self.documents));
        let same = matches!(nodes, (Some(one), Some(two)) if same_object(&resource.object, one, two));
        if same {
            if other.at.doc.file != file {
                repeated.insert((file, &resource.object));
            }
            return;
        }
        self.keep(resource);
        self.problems.push(Problem {
            kind: ProblemKind::ConflictingObject,
            place: resource.place,
            message: format!("{} occurs twice in this stack with different content", resource.object),
            hint: "keep one of them, or lint the folders of different clusters as stacks of their own \
                   (each path given is a stack; `stacks:` in ptd-lint.yaml lists folders)"
                .to_owned(),
            related: Some((other.place, "the other one".to_owned())),
        });
    }

    fn keep(&mut self, resource: &'d Resource) {
        let key = (&*resource.object.kind, &*resource.object.name);
        self.by_kind_and_name.entry(key).or_default().push(self.resources.len());
        self.resources.push(resource);
    }

    /// The first declaration governs the stack.
    fn add_declaration(&mut self, declaration: &'d Declaration) {
        let first = self.declarations.first().and_then(|first| first.at.in_documents(self.documents));
        if let (Some(first), Some(own)) = (first, declaration.at.in_documents(self.documents))
            && !same_entries(first, own, 64, &[])
        {
            let place = |declaration: &Declaration, root: NodeRef<'_>| {
                declaration.at.place_of(root.get("kind").unwrap_or(root))
            };
            self.problems.push(Problem {
                kind: ProblemKind::ConflictingObject,
                place: place(declaration, own),
                message: "this stack is declared twice, and not alike".to_owned(),
                hint: "keep one of them; only the first is read".to_owned(),
                related: Some((place(self.declarations[0], first), "the first one".to_owned())),
            });
        }
        self.declarations.push(declaration);
    }

    fn add_release(&mut self, release: &'d Release, piece: (u32, usize), configs: &[&'d Release]) {
        let mut merged = values::merged(release, self.documents);
        let mut added_unseen = Vec::new();
        // HelmChartConfig objects add to the HelmChart of their name.
        for config in configs.iter().filter(|config| config.cluster == release.cluster) {
            if let (Some(one), Some(two)) = (&config.object, &release.object)
                && one.name == two.name
                && one.namespace == two.namespace
            {
                values::merge(&mut merged, values::merged(config, self.documents));
                added_unseen.extend(config.unseen.iter().cloned());
            }
        }
        // The values of a HelmChart written out as a file beside it are the same release.
        let twin = self.releases.iter_mut().find(|other| {
            other.release.chart == release.chart
                && (release.name.is_none() || other.release.name.is_none())
                && same_value(&other.values, &merged)
        });
        let released = ReleasedChart { release, piece, values: merged, added_unseen };
        match twin {
            // The one that says where the release goes speaks for both.
            Some(other) if other.release.name.is_none() => *other = released,
            Some(_) => {}
            None => self.releases.push(released),
        }
    }

    /// Keeps a program that stands alone only if no ConfigMap and no release holds the same text.
    fn drop_repeated_programs(&mut self) {
        let documents = self.documents;
        let held: BTreeSet<_> = self
            .programs
            .iter()
            .filter(|program| !stands_alone(program.home))
            .map(|program| documents.document(program.doc).text.clone())
            .collect();
        self.programs.retain(|program| {
            !stands_alone(program.home) || !held.contains(&documents.document(program.doc).text)
        });
    }

    /// The object of that kind, namespace and name. Objects that name no namespace match any.
    pub(crate) fn object(
        &self,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Option<(&'d Resource, NodeRef<'d>)> {
        let resource = self.named(kind, name).find(|resource| {
            *resource.object.namespace == *namespace || resource.object.namespace.is_empty()
        })?;
        Some((resource, resource.at.in_documents(self.documents)?))
    }

    /// The first object of that kind, namespace and name, word by word.
    pub(crate) fn resource(&self, object: &ObjectName) -> Option<&'d Resource> {
        self.resources.get(*self.by_name.get(object)?).copied()
    }

    /// Whether the input has several objects of that kind, namespace and name, so that it is open which one is applied.
    pub(crate) fn is_contested(&self, kind: &str, namespace: &str, name: &str) -> bool {
        self.named(kind, name).filter(|resource| *resource.object.namespace == *namespace).count() > 1
    }

    /// The objects of that kind and name in all namespaces.
    pub(crate) fn named<'s>(
        &'s self,
        kind: &'s str,
        name: &'s str,
    ) -> impl Iterator<Item = &'d Resource> + 's {
        let indices = self.by_kind_and_name.get(&(kind, name)).map_or(&[][..], Vec::as_slice);
        indices.iter().filter_map(|index| self.resources.get(*index).copied())
    }

    /// Where it is written in which namespace an object, or what a release makes, is to be.
    pub(crate) fn namespace_place(&self, object: Option<&ObjectName>) -> Option<Place> {
        let resource = self.resource(object?)?;
        let root = resource.at.in_documents(self.documents)?;
        ["spec.targetNamespace", "spec.destination.namespace", "metadata.namespace"]
            .into_iter()
            .find_map(|route| root.at(route))
            .map(|node| resource.at.place_of(node))
    }

    /// All objects of these kinds.
    pub(crate) fn objects<'s>(
        &'s self,
        kinds: &'s [&str],
    ) -> impl Iterator<Item = (&'d Resource, NodeRef<'d>)> + 's {
        self.resources
            .iter()
            .filter(|resource| kinds.contains(&&*resource.object.kind))
            .filter_map(|resource| Some((*resource, resource.at.in_documents(self.documents)?)))
    }

    /// Objects that run pods: those of the kinds that Kubernetes has, and of any other kind that holds a template of
    /// pods (a rollout, a set of clones), which operators follow.
    pub(crate) fn workloads(&self) -> impl Iterator<Item = (&'d Resource, NodeRef<'d>)> {
        let objects = self.resources.iter();
        let objects =
            objects.filter_map(|resource| Some((*resource, resource.at.in_documents(self.documents)?)));
        objects.filter(|(resource, root)| {
            WORKLOADS.contains(&&*resource.object.kind)
                || root.at("spec.template.spec.containers").is_some_and(NodeRef::is_sequence)
        })
    }

    /// Whether every object of a kind of a namespace was seen, so that what is not in the input is not there.
    pub(crate) fn covers(&self, kind: &str, namespace: &str) -> bool {
        self.covered
            .iter()
            .any(|(own, place)| own == kind && place.as_deref().is_none_or(|place| place == namespace))
    }

    /// The releases of a chart.
    pub(crate) fn releases_of(&self, chart: Chart) -> impl Iterator<Item = &ReleasedChart<'d>> {
        self.releases.iter().filter(move |release| release.release.chart == Some(chart))
    }
}

/// Whether a program is a file of its own. One in a ConfigMap or in a release's values belongs to that collector, however
/// many others run the same text.
pub(super) const fn stands_alone(home: &Home) -> bool {
    home.object.is_none() && home.release.is_none()
}

/// Annotations that clients and controllers add by themselves; they say nothing of what was applied.
const ADDED_ANNOTATIONS: [&str; 4] =
    ["kubectl.kubernetes.io/", "deployment.kubernetes.io/", "meta.helm.sh/", "objectset.rio.cattle.io/"];

/// Whether two objects of one name were applied from the same content.
fn same_object(object: &ObjectName, one: NodeRef<'_>, two: NodeRef<'_>) -> bool {
    // Items of a `ConfigMapList` have neither kind nor version; both kinds are that of the name.
    let versions = (one.text_at("apiVersion"), two.text_at("apiVersion"));
    if matches!(versions, (Some(one), Some(two)) if one != two) {
        return false;
    }
    // The API server fills in a namespace's own label and finalizer.
    if &*object.kind == "Namespace" {
        return true;
    }
    if &*object.kind == "Secret" {
        return same_secret(one, two);
    }
    // Of the metadata only what people write: the rest is the server's.
    let named = |object: NodeRef<'_>, section: &str| -> Vec<(String, String)> {
        let entries = object.at(section).into_iter().flat_map(NodeRef::entries_merged);
        let texts =
            entries.filter_map(|(key, value)| Some((key.text()?.to_owned(), value.text()?.to_owned())));
        let mut texts: Vec<_> = texts
            .filter(|(key, _)| !ADDED_ANNOTATIONS.iter().any(|prefix| key.starts_with(prefix)))
            .collect();
        texts.sort();
        texts
    };
    ["metadata.labels", "metadata.annotations"]
        .iter()
        .all(|section| named(one, section) == named(two, section))
        && same_entries(one, two, 64, &["metadata", "status", "kind", "apiVersion"])
}

/// Whether no key of two Secrets has two texts. Their texts come encoded or plain, or as ciphertext, which tells nothing.
fn same_secret(one: NodeRef<'_>, two: NodeRef<'_>) -> bool {
    fn texts(secret: NodeRef<'_>) -> BTreeMap<&str, Vec<u8>> {
        let entries = |section| secret.get(section).into_iter().flat_map(NodeRef::entries_merged);
        let encoded = entries("data")
            .filter_map(|(key, value)| Some((key.text()?, crate::document::decode_base64(value)?.0)));
        let plain = entries("stringData")
            .filter_map(|(key, value)| Some((key.text()?, value.text()?.as_bytes().to_vec())));
        encoded.chain(plain).collect()
    }
    let (ones, twos) = (texts(one), texts(two));
    ones.iter().all(|(key, text)| twos.get(key).is_none_or(|other| other == text))
}

fn same_entries(one: NodeRef<'_>, two: NodeRef<'_>, depth: u32, skip: &[&str]) -> bool {
    // Looked up key by key, two ConfigMaps of a thousand keys would take a million steps.
    fn entries<'n>(node: NodeRef<'n>, skip: &[&str]) -> BTreeMap<&'n str, NodeRef<'n>> {
        let entries = node.entries_merged().into_iter();
        let entries = entries.filter_map(|(key, value)| Some((key.text()?, value)));
        // Templates of pods carry a time of creation that is always null.
        entries.filter(|(key, _)| !skip.contains(key) && *key != "creationTimestamp").collect()
    }
    let (ones, twos) = (entries(one, skip), entries(two, skip));
    ones.len() == twos.len()
        && ones.iter().zip(&twos).all(|((one_key, one), (two_key, two))| {
            one_key == two_key && same_node(*one, *two, depth.saturating_sub(1))
        })
}

fn same_node(one: NodeRef<'_>, two: NodeRef<'_>, depth: u32) -> bool {
    if depth == 0 {
        return false;
    }
    if one.is_mapping() && two.is_mapping() {
        return same_entries(one, two, depth, &[]);
    }
    if one.is_sequence() && two.is_sequence() {
        let (mut ones, mut twos) = (one.items(), two.items());
        loop {
            match (ones.next(), twos.next()) {
                (None, None) => return true,
                (Some(one), Some(two)) if same_node(one, two, depth - 1) => {}
                _ => return false,
            }
        }
    }
    match (one.scalar(), two.scalar()) {
        // One client writes a port as 80, another as 80.0.
        (Some(Scalar::Int(int)), Some(Scalar::Float(float)))
        | (Some(Scalar::Float(float)), Some(Scalar::Int(int))) => float.to_string() == int.to_string(),
        (Some(one_value), Some(two_value)) => one_value == two_value || one.text() == two.text(),
        _ => false,
    }
}

/// Whether two facts have the same value, wherever they were written.
pub(crate) fn same_value(one: &Fact, two: &Fact) -> bool {
    use super::fact::FactValue;
    match (&one.value, &two.value) {
        (FactValue::Map(ones), FactValue::Map(twos)) => {
            ones.len() == twos.len()
                && ones
                    .iter()
                    .zip(twos)
                    .all(|((one_key, one), (two_key, two))| one_key == two_key && same_value(one, two))
        }
        (FactValue::List(ones), FactValue::List(twos)) => {
            ones.len() == twos.len() && ones.iter().zip(twos).all(|(one, two)| same_value(one, two))
        }
        (one, two) => one == two,
    }
}

#[cfg(test)]
#[path = "stack_tests.rs"]
pub(crate) mod tests;
