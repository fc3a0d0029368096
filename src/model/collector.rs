//! Finds the collectors of a stack: rendered Alloy workloads, releases of the alloy chart, programs by themselves.

mod programs;

use std::collections::BTreeSet;

use self::programs::adopt_programs;
pub(crate) use self::programs::libraries;
use self::programs::program_at;
use self::programs::program_in;
use super::alloy::Environment;
use super::alloy::types::Running;
use super::alloy_version;
use super::environment::environment;
use super::eval::Value;
use super::exposure;
use super::exposure::Exposure;
use super::fact::Fact;
use super::mounts::Mount;
use super::piece::Chart;
use super::piece::ObjectName;
use super::placing;
use super::pod;
use super::stack::ReleasedChart;
use super::stack::Stack;
use super::start;
use super::start::Start;
use super::values::root_of;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Place;

/// One collector.
#[derive(Debug)]
pub(crate) struct Collector {
    /// `namespace/name` of the workload or release; the program's file for one that stands alone.
    pub(crate) name: String,
    /// The namespace that its pods run in.
    pub(crate) namespace: Option<String>,
    /// Its program: one document, or several that share a scope.
    pub(crate) programs: Vec<DocId>,
    /// Why the program is not known, and where it is named.
    pub(crate) missing: Option<(String, Place)>,
    /// What else hides where its data goes, each with its place.
    pub(crate) hidden: Vec<(String, Place)>,
    /// Environment variables of its container.
    pub(crate) environment: Environment,
    /// What is mounted into its container.
    pub(crate) mounts: Vec<Mount>,
    /// Where in the container its program is.
    pub(crate) program_path: Option<String>,
    /// Who can reach its ports.
    pub(crate) exposure: Exposure,
    /// Which Alloy it runs, as far as the input says.
    pub(crate) running: Running,
    /// What was taken for granted to find its program.
    pub(crate) assumption: Option<String>,
    /// The place to point at when nothing better is known.
    pub(crate) place: Place,
    /// What runs it.
    pub(crate) runs_in: RunsIn,
    /// What rules read of how it runs.
    pub(crate) facts: Fact,
}

/// What runs a collector: that is how data finds it that is sent to its pods.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum RunsIn {
    /// The container of that name in a workload.
    Container(ObjectName, String),
    /// A release of a chart, by its index in the stack.
    Release(usize),
    /// Nothing that the input shows.
    #[default]
    Unseen,
}

impl Collector {
    /// Takes for its program files that nobody names, as long as it lacks one.
    fn adopt(&mut self, programs: &[DocId], path: &str) {
        let Some((reason, place)) = self.missing.take() else { return };
        self.programs = programs.to_vec();
        self.running.alone = true;
        self.facts.insert("program_known", Fact::new(true, place));
        self.assumption = Some(format!("{} runs {path} ({reason})", self.name));
    }

    /// Notes which Alloy it runs, and the place that says the version or would.
    fn runs(&mut self, running: Running, place: Place) {
        let version = running.version.as_ref().map(|version| version.text.to_string());
        self.facts.insert("version", Fact::new(version, place));
        self.running = running;
    }

    /// Notes why this collector cannot be judged, whatever program is found for it.
    fn hide(&mut self, (reason, place): (String, Place)) {
        self.facts.insert("program_known", Fact::new(false, place));
        self.hidden.push((reason, place));
    }
}

/// All collectors of a stack, in a stable order.
pub(crate) fn collectors(stack: &Stack<'_>) -> Vec<Collector> {
    let mut claimed = BTreeSet::new();
    let mut collectors = Vec::new();
    let mut rendered = BTreeSet::new();
    for (resource, root) in stack.workloads() {
        let Some(pod) = pod::Pod::of(root, resource.at.doc).filter(|_| !pod::is_made_by_another(stack, root))
        else {
            continue;
        };
        let containers: Vec<_> = alloy_containers(root, &pod).collect();
        let several = containers.len() > 1;
        for container in containers {
            rendered.insert((resource.object.namespace.to_string(), resource.object.name.to_string()));
            let own = if several { container.text_at("name") } else { None };
            let mut collector = from_workload(stack, resource, &pod, (container, own), &mut claimed);
            let namespace = &resource.object.namespace;
            collector.exposure = exposure::of_container(stack, (root, resource.at.doc), container, namespace);
            // Values that the chart passes over are not to be seen in what it rendered.
            let of_chart = stack.releases_of(Chart::Alloy).find(|release| {
                release.full_name().as_deref() == Some(&*resource.object.name)
                    && release.release.namespace.as_deref() == Some(&*resource.object.namespace)
            });
            if let Some(release) = of_chart {
                pod::note_ignored(&mut collector.facts, pod::ignored_values(release));
            }
            collectors.push(collector);
        }
    }
    for (index, release) in stack.releases.iter().enumerate() {
        let namespace = release.release.namespace.as_deref().unwrap_or_default().to_owned();
        let is_rendered = release.full_name().is_some_and(|name| rendered.contains(&(namespace, name)));
        if release.release.chart == Some(Chart::Alloy) && !is_rendered {
            let collector = from_release(stack, release, &mut claimed);
            let exposure = exposure::of_release(stack, release);
            collectors.push(Collector { exposure, runs_in: RunsIn::Release(index), ..collector });
        }
    }
    adopt_programs(stack, &mut collectors, &mut claimed);
    collectors
}

/// The containers that run Alloy: by their images, by their commands, or in a workload that is labelled as Alloy by
/// their name.
fn alloy_containers<'d>(
    root: NodeRef<'d>,
    pod: &pod::Pod<'d>,
) -> impl Iterator<Item = NodeRef<'d>> + use<'d> {
    let labelled = is_labelled(root);
    pod.containers()
        .filter(move |container| is_of_alloy(*container, labelled) && start::start(*container) != Start::Tool)
}

/// Whether a container of that workload is one of Alloy, whatever it does.
pub(super) fn runs_alloy(root: NodeRef<'_>, container: NodeRef<'_>) -> bool {
    is_of_alloy(container, is_labelled(root))
}

/// Whether a workload is labelled as Alloy.
fn is_labelled(root: NodeRef<'_>) -> bool {
    let label = root.at("metadata.labels").and_then(|labels| labels.get("app.kubernetes.io/name"));
    label.and_then(NodeRef::text) == Some("alloy")
}

fn is_of_alloy(container: NodeRef<'_>, labelled: bool) -> bool {
    let named = container.text_at("image").is_some_and(|image| is_alloy(pod::image_name(image)));
    named
        || labelled && container.text_at("name") == Some("alloy")
        || start::runs_alloy(container)
        || start::is_flow_mode(container)
}

/// Whether an image of that name runs Alloy: `alloy`, or a build of one's own such as `grafana-alloy` or `alloy-fips`.
pub(super) fn is_alloy(image: &str) -> bool {
    let has = |part: &str| image.split(['-', '_', '.']).any(|own| own == part);
    has("alloy") && !has("operator") && !has("reloader")
}

fn from_workload(
    stack: &Stack<'_>,
    resource: &super::piece::Resource,
    pod: &pod::Pod<'_>,
    (container, own_name): (NodeRef<'_>, Option<&str>),
    claimed: &mut BTreeSet<DocId>,
) -> Collector {
    let namespace = resource.object.namespace.to_string();
    let arguments = pod::arguments(container);
    let command_place = pod.place(container.get("args").or(container.get("command")).unwrap_or(container));
    let start = start::start(container);
    let found = match &start {
        Start::Program(path) => program_at(stack, &namespace, &pod.mounts(container), path),
        // No program of the input can be the one that is meant.
        Start::Unclear(_) | Start::Tool => Ok(Vec::new()),
    };
    let (programs, missing) = match found {
        Ok(programs) => (programs, None),
        Err((reason, place)) => (Vec::new(), Some((reason, place.unwrap_or_else(|| pod.place(container))))),
    };
    claimed.extend(programs.iter().copied());
    let has =
        |flag: &str| arguments.iter().any(|argument| argument == flag || *argument == format!("{flag}=true"));
    let argument_place = pod.key_place(container, "args").unwrap_or_else(|| pod.container_place(container));
    let flag = |flag: &str| {
        let item = container.get("args").into_iter().flat_map(NodeRef::items).find(|item| {
            item.text().is_some_and(|text| text == flag || text.starts_with(&format!("{flag}=")))
        });
        item.map_or(argument_place, |item| pod.place(item))
    };
    let mut facts = pod.facts(container);
    if let Some(root) = resource.at.in_documents(stack.documents) {
        let mounts = pod.mounts(container);
        facts.extend(placing::facts_of_workload(stack, (root, resource.at.doc), &mounts, resource.place));
    }
    facts.extend([
        ("form", Fact::bare("workload")),
        ("kind", Fact::new(resource.object.kind.to_lowercase(), pod.kind_place())),
        ("clustering", Fact::new(has("--cluster.enabled"), flag("--cluster.enabled"))),
        ("reporting", Fact::new(!has("--disable-reporting"), flag("--disable-reporting"))),
    ]);
    let name = match own_name {
        Some(own) => format!("{}/{own}", resource.object.name),
        None => resource.object.name.to_string(),
    };
    let mut collector = finish(
        name,
        (Some(namespace), stack.namespace_place(Some(&resource.object))),
        programs,
        missing,
        pod.environment(stack, container),
        resource.place,
        facts,
    );
    let container_name = container.text_at("name").unwrap_or_default().to_owned();
    collector.runs_in = RunsIn::Container(resource.object.clone(), container_name);
    let root = pod.workload();
    let (running, says) = alloy_version::of_container(root, container, matches!(start, Start::Program(_)));
    collector.runs(running, says.map_or_else(|| pod.container_place(container), |says| pod.place(says)));
    collector.mounts = pod.mounts(container);
    match start {
        Start::Unclear(reason) => collector.hide((format!("it {reason}"), command_place)),
        Start::Program(path) => collector.program_path = Some(path),
        Start::Tool => {}
    }
    if let Some(redirected) = pod.names_redirected() {
        collector.hide(redirected);
    }
    collector
}

fn from_release(stack: &Stack<'_>, release: &ReleasedChart<'_>, claimed: &mut BTreeSet<DocId>) -> Collector {
    let values = &release.values;
    let namespace = release.release.namespace.as_deref().map(str::to_owned);
    let create = values.reach("alloy.configMap.create").or_default(true);
    // The chart passes over the text of a ConfigMap that it does not make.
    let makes = create.bool() != Some(false);
    let mut programs: Vec<DocId> = stack
        .programs
        .iter()
        .filter(|program| {
            makes && program.home.release == Some(release.piece.1) && program.doc.file == release.piece.0
        })
        .map(|program| program.doc)
        .collect();
    let mut missing = None;
    if !makes {
        let name = values.reach("alloy.configMap.name");
        let config_map = name.text().map(str::to_owned).or_else(|| release.full_name()).unwrap_or_default();
        let key = values.reach("alloy.configMap.key");
        let key = key.text().unwrap_or("config.alloy").to_owned();
        let object = ("ConfigMap", config_map.as_str());
        programs.extend(program_in(stack, namespace.as_deref().unwrap_or_default(), object, Some(&key)));
        if programs.is_empty() {
            let shown =
                namespace.as_ref().map_or_else(|| config_map.clone(), |ns| format!("{ns}/{config_map}"));
            let reason = format!("its program is `{key}` of ConfigMap {shown}, which is not in the input");
            missing = Some((reason, name.place.unwrap_or(release.release.place)));
        }
    }
    let format = pod::format_of_values(values);
    if format.is_some() {
        programs.clear();
        missing = None;
    }
    claimed.extend(programs.iter().copied());
    let mut facts = pod::facts_of_values(release);
    facts.extend(placing::facts_of_values(release));
    facts.push(("values", root_of(release.release, stack.documents)));
    let ignored = pod::ignored_values(release);
    let own = namespace.as_deref().unwrap_or_default();
    let (env, env_from) = (values.reach("alloy.extraEnv"), values.reach("alloy.envFrom"));
    let mut environment = environment(stack, own, &env, &env_from);
    // What the chart itself sets, before all others.
    let chart = [
        ("ALLOY_DEPLOY_MODE", Value::Text("helm".into())),
        ("HOSTNAME", Value::Unknown("the node's name is known only when it runs".into())),
    ];
    for (name, value) in chart {
        environment.values.entry(name.to_owned()).or_insert(value);
    }
    environment.complete &= release.unseen().next().is_none();
    let name = release.full_name().unwrap_or_else(|| "alloy".to_owned());
    let namespace = (namespace, stack.namespace_place(release.release.object.as_ref()));
    let mut collector = finish(name, namespace, programs, missing, environment, release.release.place, facts);
    collector.mounts = pod::mounts_of_values(release);
    let key = values.reach("alloy.configMap.key").text().unwrap_or("config.alloy").to_owned();
    collector.program_path = Some(format!("/etc/alloy/{key}"));
    let (running, version) = alloy_version::of_release(release);
    collector.runs(running, version.place.unwrap_or(release.release.place));
    pod::note_ignored(&mut collector.facts, ignored);
    if let Some(format) = format {
        collector.hide(format);
    }
    // Source: templates/configmap.yaml of the chart, all versions: `tpl .Values.alloy.configMap.content`.
    let content = values.reach("alloy.configMap.content");
    if makes && content.text().is_some_and(|content| content.contains("{{")) {
        collector.running.templated = true;
        let reason = "the chart fills in its program as a template (`{{`), and what comes out is not known";
        collector.hide((reason.to_owned(), content.place.unwrap_or(release.release.place)));
    }
    if let Some(redirected) = pod::names_redirected_by_values(release) {
        collector.hide(redirected);
    }
    if let Some((what, place)) = release.unseen().next() {
        collector.hide((format!("values come from `{what}`, which is not in the input"), *place));
    }
    collector
}

fn finish(
    name: String,
    (namespace, namespace_place): (Option<String>, Option<Place>),
    programs: Vec<DocId>,
    missing: Option<(String, Place)>,
    environment: Environment,
    place: Place,
    facts: Vec<(&'static str, Fact)>,
) -> Collector {
    let full = match &namespace {
        Some(namespace) if !namespace.is_empty() => format!("{namespace}/{name}"),
        _ => name.clone(),
    };
    let mut entries = facts;
    entries.push(("name", Fact::new(name, place)));
    // An object that names none goes wherever it is applied.
    let told = namespace.clone().filter(|namespace| !namespace.is_empty());
    entries.push(("namespace", Fact::new(told, namespace_place.unwrap_or(place))));
    entries.push((
        "program_known",
        Fact::new(missing.is_none(), missing.as_ref().map_or(place, |(_, place)| *place)),
    ));
    let facts = Fact::map(entries, place);
    Collector {
        name: full,
        namespace,
        programs,
        missing,
        hidden: Vec::new(),
        environment,
        mounts: Vec::new(),
        program_path: None,
        exposure: Exposure::default(),
        running: Running::default(),
        assumption: None,
        place,
        runs_in: RunsIn::Unseen,
        facts,
    }
}
