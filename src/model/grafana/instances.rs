//! Finds the Grafanas of a stack (rendered, in values of the chart, as a file) and turns each into its subjects.

use super::addresses;
use super::door::door;
use super::door::is_grafana;
use super::settings::Settings;
use super::summary;
use super::table;
use super::variables::Variables;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::charts;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::fact::Subject;
use crate::model::piece::Chart;
use crate::model::piece::Home;
use crate::model::piece::NodeAt;
use crate::model::piece::ObjectName;
use crate::model::pod;
use crate::model::stack::ReleasedChart;
use crate::model::stack::Stack;
use crate::model::values::fact_of;
use crate::model::values::root_of;
use crate::text::Span;

/// One Grafana.
struct Instance {
    /// `values`, `rendered` or `file`.
    form: &'static str,
    namespace: Option<String>,
    namespace_place: Option<Place>,
    settings: Settings,
    variables: Variables,
    replicas: Fact,
    door: Fact,
    alerts_sidecar: Fact,
    /// Whether what it writes to its disk is there after a restart; null where the input does not say.
    keeps_disk: Fact,
    version: Option<String>,
    /// Its values, where the chart makes it.
    values: Fact,
    /// The whole of its file, where the input has it.
    file: Option<Place>,
    place: Place,
}

/// The subjects of all Grafanas.
pub(super) fn subjects(stack: &Stack<'_>) -> Vec<Subject> {
    let mut found: Vec<Instance> =
        stack.grafana_inis.iter().filter_map(|(at, home)| rendered(stack, *at, home)).collect();
    let seen: Vec<Option<String>> = found.iter().map(|grafana| grafana.namespace.clone()).collect();
    for release in stack.releases_of(Chart::Grafana) {
        let namespace = release.release.namespace.as_deref().map(str::to_owned);
        if namespace.is_none() || !seen.contains(&namespace) {
            found.push(of_values(stack, release, namespace));
        }
    }
    found.iter().flat_map(Instance::subjects).collect()
}

/// A Grafana by its `grafana.ini`, with the workload that reads it.
fn rendered(stack: &Stack<'_>, at: NodeAt, home: &Home) -> Option<Instance> {
    let root = at.in_documents(stack.documents)?;
    let place = Place { doc: at.doc, span: Span::at(root.span().start) };
    let object = home.object.as_ref();
    let namespace = object.map(|object| object.namespace.to_string());
    let mut ini = fact_of(root, at.doc);
    ini.place = Some(place);
    let plain = object.is_none_or(|object| &*object.kind != "Secret");
    let workload = Running::of(stack, namespace.as_deref());
    let closed =
        || Fact::map([("exposed", Fact::new(false, place)), ("middlewares", Fact::absent(place))], place);
    Some(Instance {
        form: if object.is_some() { "rendered" } else { "file" },
        namespace_place: stack.namespace_place(object),
        settings: Settings::new(&ini, plain, &workload.variables),
        replicas: workload.replicas.unwrap_or(Fact::absent(place)),
        door: door(stack, namespace.as_deref()).unwrap_or_else(closed),
        alerts_sidecar: alerts_sidecar(stack, object, place),
        keeps_disk: workload.keeps_disk.unwrap_or(Fact::absent(place)),
        version: workload.version,
        variables: workload.variables,
        values: Fact::default(),
        file: Some(Place { doc: at.doc, span: root.span() }),
        namespace,
        place,
    })
}

/// A Grafana by the values of its chart.
fn of_values(stack: &Stack<'_>, release: &ReleasedChart<'_>, namespace: Option<String>) -> Instance {
    let values = &release.values;
    let place = release.release.place;
    let ini = entry(values, "grafana.ini").cloned().unwrap_or(Fact::absent(values.place));
    let variables = Variables::of_values(stack, namespace.as_deref(), values);
    let annotations = values.reach("ingress.annotations");
    let middlewares = entry(&annotations, "traefik.ingress.kubernetes.io/router.middlewares").cloned();
    let exposed = values.reach("ingress.enabled").or_default(false);
    let door = match door(stack, namespace.as_deref()).filter(|_| exposed.bool() == Some(false)) {
        Some(door) => door,
        None => Fact::map(
            [("exposed", exposed), ("middlewares", middlewares.unwrap_or(Fact::absent(annotations.place)))],
            annotations.place,
        ),
    };
    let tag = values.reach("image.tag");
    Instance {
        form: "values",
        namespace_place: stack.namespace_place(release.release.object.as_ref()),
        settings: Settings::new(&ini, true, &variables),
        variables,
        replicas: values.reach("replicas").or_default(1_i64),
        door,
        alerts_sidecar: values.reach("sidecar.alerts.enabled").or_default(false),
        keeps_disk: values.reach("persistence.enabled").or_default(false),
        version: tag.text().filter(|tag| charts::number(tag).is_some()).map(str::to_owned),
        values: root_of(release.release, stack.documents),
        file: None,
        namespace,
        place,
    }
}

impl Instance {
    fn subjects(&self) -> Vec<Subject> {
        let place = self.place;
        let namespace = Fact::new(
            self.namespace.clone().filter(|namespace| !namespace.is_empty()),
            self.namespace_place.unwrap_or(place),
        );
        let facts = Fact::map(
            [
                ("form", Fact::bare(self.form)),
                ("namespace", namespace),
                ("ini", self.settings.ini()),
                ("ini_at", self.ini_at()),
                ("values", self.values.clone()),
                ("effective", self.settings.all_effective(&self.variables)),
                ("default_secrets", self.default_secrets()),
                ("calls_home", summary::calls_home(&self.settings, &self.variables)),
                ("contacts", summary::contacts(&self.settings, &self.variables)),
                ("other_logins", summary::other_logins(&self.settings, &self.variables)),
                ("on_sqlite", summary::on_sqlite(&self.settings, &self.variables)),
                ("replicas", self.replicas.clone()),
                ("door", self.door.clone()),
                ("alerts_sidecar", self.alerts_sidecar.clone()),
                ("keeps_disk", self.keeps_disk.clone()),
                ("version", Fact::new(self.version.clone(), place)),
            ],
            place,
        );
        let mut subjects = vec![Subject { kind: "grafana", key: "grafana".to_owned(), facts }];
        subjects.extend(self.settings.subjects(self.version.as_deref()));
        let namespace = self.namespace.as_deref();
        subjects.extend(addresses::subjects(&self.settings, &self.variables, namespace));
        subjects
    }

    /// Where sections of the file are written that are not there, from the place of the values or of the file on.
    fn ini_at(&self) -> Fact {
        let (place, above) = match self.values.place {
            Some(values) => (Some(values), Some("grafana.ini")),
            None => (self.file, None),
        };
        let keys = |section: Option<&str>| Fact::list(above.into_iter().chain(section).map(Fact::bare), None);
        let named = |name: &String| (name.replace(['.', '-'], "_"), keys(Some(name)));
        let sections = table::table().into_iter().flat_map(|table| table.sections.keys());
        let sections = sections.filter(|name| name.contains(['.', '-'])).map(named);
        Fact::map(sections.chain([("other".to_owned(), keys(None))]), place)
    }

    /// Secrets that stay at what everyone knows, because nobody sets them and nothing unseen can.
    fn default_secrets(&self) -> Fact {
        let written = self.settings.written("security", "secret_key");
        let unset = written.is_null() && self.variables.complete && self.form != "file";
        Fact::map([("secret_key", Fact::new(unset, written.place))], written.place)
    }
}

/// A value under a key that itself holds dots.
fn entry<'f>(fact: &'f Fact, key: &str) -> Option<&'f Fact> {
    match &fact.value {
        FactValue::Map(entries) => entries.get(key),
        _ => None,
    }
}

/// What the workload says that runs a rendered Grafana.
#[derive(Default)]
struct Running {
    replicas: Option<Fact>,
    variables: Variables,
    keeps_disk: Option<Fact>,
    version: Option<String>,
}

impl Running {
    fn of(stack: &Stack<'_>, namespace: Option<&str>) -> Self {
        let here = |other: &str| namespace.is_none_or(|namespace| namespace == other);
        let mut running = Self::default();
        for (resource, root) in stack.objects(&["Deployment", "StatefulSet"]) {
            if !here(&resource.object.namespace) || !is_grafana(root) {
                continue;
            }
            let doc = resource.at.doc;
            let replicas = root.at("spec.replicas").map(|node| fact_of(node, doc));
            running.replicas = Some(replicas.unwrap_or(Fact::absent(resource.place)));
            let Some(container) = container(root) else { continue };
            let list = |key: &str| {
                container.get(key).map_or(Fact::absent(resource.place), |node| fact_of(node, doc))
            };
            running.variables = Variables::of_lists(stack, namespace, &list("env"), &list("envFrom"));
            running.version = version(root, container);
            running.keeps_disk = Some(keeps_disk(resource.at.place_of(root), root, doc));
        }
        running
    }
}

/// The container that runs Grafana itself; the only one where none is called so.
fn container(root: NodeRef<'_>) -> Option<NodeRef<'_>> {
    let containers: Vec<_> =
        root.at("spec.template.spec.containers").into_iter().flat_map(NodeRef::items).collect();
    let named = |container: &&NodeRef<'_>| {
        container.text_at("name") == Some("grafana")
            || container.text_at("image").is_some_and(|image| pod::image_name(image).starts_with("grafana"))
    };
    containers.iter().find(named).or_else(|| containers.first()).copied()
}

fn version(root: NodeRef<'_>, container: NodeRef<'_>) -> Option<String> {
    let tag = container.text_at("image").and_then(pod::image_tag);
    let label = root.at("metadata.labels").and_then(|labels| labels.get("app.kubernetes.io/version"));
    let versions = [tag, label.and_then(NodeRef::text)];
    versions.into_iter().flatten().find(|text| charts::number(text).is_some()).map(str::to_owned)
}

/// Whether the volume that holds Grafana's data outlives its pod. The chart calls it `storage`.
fn keeps_disk(place: Place, root: NodeRef<'_>, doc: crate::document::DocId) -> Fact {
    let claims = root.at("spec.volumeClaimTemplates").is_some_and(|claims| claims.items().next().is_some());
    if claims {
        return Fact::new(true, place);
    }
    let mut volumes = root.at("spec.template.spec.volumes").into_iter().flat_map(NodeRef::items);
    match volumes.find(|volume| volume.text_at("name") == Some("storage")) {
        Some(volume) => {
            let span = volume.get("name").unwrap_or(volume).span();
            Fact::new(volume.get("emptyDir").is_none(), Place { doc, span })
        }
        None => Fact::absent(place),
    }
}

/// Whether a container beside Grafana loads alert rules from ConfigMaps. The chart calls it `<name>-sc-alerts`.
fn alerts_sidecar(stack: &Stack<'_>, home: Option<&ObjectName>, place: Place) -> Fact {
    let here = |namespace: &str| home.is_none_or(|home| &*home.namespace == namespace);
    for (resource, root) in stack.objects(&["Deployment", "StatefulSet"]) {
        if !here(&resource.object.namespace) || !is_grafana(root) {
            continue;
        }
        for name in root.at("spec.template.spec.containers").into_iter().flat_map(NodeRef::items) {
            let name = name.get("name");
            if let Some(name) =
                name.filter(|name| name.text().is_some_and(|name| name.ends_with("-sc-alerts")))
            {
                return Fact::new(true, Place { doc: resource.at.doc, span: name.span() });
            }
        }
    }
    Fact::new(false, place)
}
