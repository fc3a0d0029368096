//! Finds the collectors of a stack: rendered Alloy workloads, releases of the alloy chart, programs by themselves.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::alloy::Environment;
use super::eval::Value;
use super::fact::Fact;
use super::piece::Chart;
use super::pod;
use super::stack::AlloyText;
use super::stack::ReleasedChart;
use super::stack::Stack;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Place;
use crate::text::Span;

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
    /// Environment variables of its container.
    pub(crate) environment: Environment,
    /// The place to point at when nothing better is known.
    pub(crate) place: Place,
    /// What rules read of how it runs.
    pub(crate) facts: Fact,
}

/// All collectors of a stack, in a stable order.
pub(crate) fn collectors(stack: &Stack<'_>) -> Vec<Collector> {
    let mut claimed = BTreeSet::new();
    let mut collectors = Vec::new();
    let mut rendered = BTreeSet::new();
    for (resource, root) in stack.objects(&["DaemonSet", "Deployment", "StatefulSet"]) {
        if let Some(pod) = pod::Pod::of(root, resource.at.doc)
            && let Some(container) = alloy_container(root, &pod)
        {
            rendered.insert((resource.object.namespace.to_string(), resource.object.name.to_string()));
            let mut collector = from_workload(stack, resource, &pod, container, &mut claimed);
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
    for release in stack.releases_of(Chart::Alloy) {
        let namespace = release.release.namespace.as_deref().unwrap_or_default().to_owned();
        let is_rendered = release.full_name().is_some_and(|name| rendered.contains(&(namespace, name)));
        if !is_rendered {
            collectors.push(from_release(stack, release, &mut claimed));
        }
    }
    adopt_programs(stack, &mut collectors, &mut claimed);
    collectors
}

/// The container that runs Alloy: by its image, or in a workload that is labelled as Alloy by its name.
fn alloy_container<'d>(root: NodeRef<'d>, pod: &pod::Pod<'d>) -> Option<NodeRef<'d>> {
    let labelled = || {
        let label = root.at("metadata.labels")?.get("app.kubernetes.io/name")?.text()?;
        if label == "alloy" { pod.container_named("alloy") } else { None }
    };
    pod.container_of_image("alloy").or_else(labelled)
}

/// Programs that nobody names: the only collector without a program takes them, else each stands alone.
fn adopt_programs(stack: &Stack<'_>, collectors: &mut Vec<Collector>, claimed: &mut BTreeSet<DocId>) {
    let free: Vec<&AlloyText<'_>> =
        stack.programs.iter().filter(|program| !claimed.contains(&program.doc)).collect();
    let alone: Vec<DocId> =
        free.iter().filter(|program| program.home.object.is_none()).map(|program| program.doc).collect();
    let mut lacking = collectors.iter_mut().filter(|collector| collector.missing.is_some());
    if let (Some(collector), None, [only]) =
        (lacking.next(), lacking.next(), &alloy_of_one_folder(stack, &alone)[..])
    {
        collector.missing = None;
        collector.programs.clone_from(only);
        claimed.extend(only.iter().copied());
    }
    for program in free {
        if claimed.contains(&program.doc) {
            continue;
        }
        let place = Place { doc: program.doc, span: Span::at(0) };
        let name = match &program.home.object {
            Some(object) => object.to_string(),
            None => stack.documents.files[program.doc.file as usize].path.clone(),
        };
        let namespace = program.home.object.as_ref().map(|object| object.namespace.to_string());
        let facts = Fact::map(
            [
                ("name", Fact::bare(name.as_str())),
                ("form", Fact::bare("program")),
                ("place", Fact::absent(place)),
            ],
            place,
        );
        collectors.push(Collector {
            name,
            namespace: namespace.filter(|namespace| !namespace.is_empty()),
            programs: vec![program.doc],
            missing: None,
            environment: Environment::default(),
            place,
            facts,
        });
    }
}

/// Programs by folder: Alloy merges all files of the folder that it is given.
fn alloy_of_one_folder(stack: &Stack<'_>, programs: &[DocId]) -> Vec<Vec<DocId>> {
    let folder = |doc: &DocId| {
        let path = &stack.documents.files[doc.file as usize].path;
        path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()
    };
    let mut folders = std::collections::BTreeMap::<String, Vec<DocId>>::new();
    for doc in programs {
        folders.entry(folder(doc)).or_default().push(*doc);
    }
    folders.into_values().collect()
}

/// The program in a ConfigMap; `key` of `None` takes every Alloy text in it.
fn program_in<'s>(
    stack: &'s Stack<'_>,
    namespace: &'s str,
    config_map: &'s str,
    key: Option<&'s str>,
) -> impl Iterator<Item = DocId> + 's {
    stack
        .programs
        .iter()
        .filter(move |program| {
            let Some(object) = &program.home.object else { return false };
            program.home.release.is_none()
                && *object.name == *config_map
                && (*object.namespace == *namespace || object.namespace.is_empty())
                && key.is_none_or(|key| program.home.key.as_deref() == Some(key))
        })
        .map(|program| program.doc)
}

fn from_workload(
    stack: &Stack<'_>,
    resource: &super::piece::Resource,
    pod: &pod::Pod<'_>,
    container: NodeRef<'_>,
    claimed: &mut BTreeSet<DocId>,
) -> Collector {
    let namespace = resource.object.namespace.to_string();
    let arguments = pod::arguments(container);
    // `alloy run [flags] PATH`: the path is the argument without dashes.
    let path = arguments
        .iter()
        .skip_while(|argument| *argument != "run")
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let path = path.map_or("/etc/alloy/config.alloy", String::as_str);
    let mounts = pod.mounts(container);
    let mut programs = Vec::new();
    let mut missing = None;
    let mount = mounts
        .iter()
        .filter(|mount| {
            path == mount.path.trim_end_matches('/')
                || path.starts_with(&format!("{}/", mount.path.trim_end_matches('/')))
        })
        .max_by_key(|mount| mount.path.len());
    match mount.map(|mount| (mount, &mount.source)) {
        Some((mount, pod::Volume::ConfigMap { name, place })) => {
            let inner = path
                .strip_prefix(mount.path.trim_end_matches('/'))
                .unwrap_or_default()
                .trim_start_matches('/');
            let key = if inner.is_empty() { mount.sub_path.clone() } else { Some(inner.to_owned()) };
            programs.extend(program_in(stack, &namespace, name, key.as_deref()));
            if programs.is_empty() {
                let key = key.unwrap_or_else(|| "*.alloy".to_owned());
                missing = Some((
                    format!(
                        "its program is `{key}` of ConfigMap {namespace}/{name}, which is not in the input"
                    ),
                    *place,
                ));
            }
        }
        _ => {
            missing = Some((
                format!("its program `{path}` comes from no ConfigMap of the input"),
                pod.place(container),
            ));
        }
    }
    // Another format is converted when Alloy starts, and `alloy otel` runs another program altogether.
    let format = arguments.iter().find_map(|argument| argument.strip_prefix("--config.format="));
    let other =
        format.filter(|format| *format != "alloy").map(|format| format!("a `{format}` configuration"));
    let other = other
        .or_else(|| arguments.iter().any(|argument| argument == "otel").then(|| "`alloy otel`".to_owned()));
    if let Some(other) = other {
        programs.clear();
        let place = pod.place(container.get("args").unwrap_or(container));
        missing = Some((format!("it runs {other}, which is not read"), place));
    }
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
    facts.extend([
        ("form", Fact::bare("workload")),
        ("kind", Fact::new(resource.object.kind.to_lowercase(), pod.kind_place())),
        ("clustering", Fact::new(has("--cluster.enabled"), flag("--cluster.enabled"))),
        ("reporting", Fact::new(!has("--disable-reporting"), flag("--disable-reporting"))),
    ]);
    finish(
        resource.object.name.to_string(),
        (Some(namespace), stack.namespace_place(Some(&resource.object))),
        programs,
        missing,
        pod::environment(stack, pod, container),
        resource.place,
        facts,
    )
}

fn from_release(stack: &Stack<'_>, release: &ReleasedChart<'_>, claimed: &mut BTreeSet<DocId>) -> Collector {
    let values = &release.values;
    let namespace = release.release.namespace.as_deref().map(str::to_owned);
    let mut programs: Vec<DocId> = stack
        .programs
        .iter()
        .filter(|program| {
            program.home.release == Some(release.piece.1) && program.doc.file == release.piece.0
        })
        .map(|program| program.doc)
        .collect();
    let mut missing = None;
    let create = values.reach("alloy.configMap.create").or_default(true);
    if programs.is_empty() && create.bool() == Some(false) {
        let name = values.reach("alloy.configMap.name");
        let config_map = name.text().map(str::to_owned).or_else(|| release.full_name()).unwrap_or_default();
        let key = values.reach("alloy.configMap.key");
        let key = key.text().unwrap_or("config.alloy").to_owned();
        programs.extend(program_in(stack, namespace.as_deref().unwrap_or_default(), &config_map, Some(&key)));
        if programs.is_empty() {
            let shown =
                namespace.as_ref().map_or_else(|| config_map.clone(), |ns| format!("{ns}/{config_map}"));
            let reason = format!("its program is `{key}` of ConfigMap {shown}, which is not in the input");
            missing = Some((reason, name.place.unwrap_or(release.release.place)));
        }
    }
    if let Some((what, place)) = release.release.unseen.first() {
        missing.get_or_insert((format!("values come from `{what}`, which is not in the input"), *place));
    }
    claimed.extend(programs.iter().copied());
    let facts = pod::facts_of_values(release);
    let ignored = pod::ignored_values(release);
    let mut environment = Environment::default();
    // What the chart itself sets.
    environment.values.insert("ALLOY_DEPLOY_MODE".to_owned(), Value::Text("helm".into()));
    environment
        .values
        .insert("HOSTNAME".to_owned(), Value::Unknown("the node's name is known only when it runs".into()));
    for variable in values.reach("alloy.extraEnv").items() {
        let Some(name) = variable.reach("name").text().map(str::to_owned) else { continue };
        let value = match variable.reach("value").text() {
            Some(text) => Value::Text(Arc::from(text)),
            None => {
                Value::Unknown(format!("environment variable {name} comes from outside the values").into())
            }
        };
        environment.values.insert(name, value);
    }
    let name = release.full_name().unwrap_or_else(|| "alloy".to_owned());
    let namespace = (namespace, stack.namespace_place(release.release.object.as_ref()));
    let mut collector = finish(name, namespace, programs, missing, environment, release.release.place, facts);
    pod::note_ignored(&mut collector.facts, ignored);
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
    entries.push(("namespace", Fact::new(namespace.clone(), namespace_place.unwrap_or(place))));
    entries.push((
        "program_known",
        Fact::new(missing.is_none(), missing.as_ref().map_or(place, |(_, place)| *place)),
    ));
    let facts = Fact::map(entries, place);
    Collector { name: full, namespace, programs, missing, environment, place, facts }
}
