//! Turns collectors that are not Alloy into plans: what they take in, and where they send it.
//!
//! Read are the configurations of the OpenTelemetry Collector, Promtail, Grafana Agent (static), Prometheus, Fluent Bit,
//! Fluentd and Vector. What each plugin does stands in `schemas/relays.json`. What is not read leaves the collector
//! unknown, with the reason.

mod expand;
mod files;
mod fluentbit;
mod fluentd;
mod otel;
mod outputs;
mod plan;
mod released;
mod table;
mod vector;
mod vmagent;
mod writers;

pub(crate) use plan::Output;
pub(crate) use plan::Part;
pub(crate) use plan::Plan;

use super::alloy::Environment;
use super::cluster::PodSet;
use super::collector::RunsIn;
use super::fact::Fact;
use super::piece::NodeAt;
use super::pod;
use super::shippers::Shipper;
use super::shippers::ShipperHome;
use super::shippers::shippers;
use super::stack::Stack;
use super::values::fact_of;
use crate::document::NodeRef;
use crate::document::Place;
use crate::text::Span;

/// A collector that is not Alloy.
#[derive(Debug)]
pub(crate) struct Relay {
    /// Who it is: `DaemonSet logging/fluent-bit`.
    pub(crate) name: String,
    /// What it is, by its image or chart: `fluent-bit`.
    pub(crate) program: String,
    /// Its image, or its chart.
    pub(crate) place: Place,
    /// The namespace of its pods.
    pub(crate) namespace: Option<String>,
    /// Environment variables of its container.
    pub(crate) environment: Environment,
    /// What runs it.
    pub(crate) runs_in: RunsIn,
    /// Whether a program of its kind ships logs.
    pub(crate) logs: bool,
    /// Whether a program of its kind ships metrics.
    pub(crate) metrics: bool,
    /// What it does, or why that is not known, in words that follow its name.
    pub(crate) plan: Result<Plan, String>,
}

/// Why nothing is known of a collector.
type Unread = String;

/// All of them, in a stable order.
pub(crate) fn relays(stack: &Stack<'_>) -> Vec<Relay> {
    let found = shippers(stack);
    let rendered: Vec<_> = found
        .iter()
        .filter(|shipper| matches!(shipper.home, ShipperHome::Container(..)))
        .filter_map(|shipper| shipper.object.clone())
        .collect();
    let mut relays = Vec::new();
    for shipper in found {
        if let ShipperHome::Release(index) = &shipper.home
            && (released::is_rendered(stack, *index, &rendered) || released::is_flow_mode(stack, *index))
        {
            continue;
        }
        relays.push(relay(stack, shipper));
    }
    relays.extend(stack.relay_configs.iter().filter_map(|(language, at)| alone(stack, language, *at)));
    relays
}

/// A configuration that is a file by itself: nothing is known of how it runs. The text of a ConfigMap is that of its
/// workload.
fn alone(stack: &Stack<'_>, language: &str, at: NodeAt) -> Option<Relay> {
    let text = &stack.documents.document(at.doc).text;
    if stack.config_texts.iter().any(|(other, _)| stack.documents.document(other.doc).text == *text) {
        return None;
    }
    let config = fact_of(at.in_documents(stack.documents)?, at.doc);
    let path = stack.documents.files.get(at.doc.file as usize)?.path.clone();
    let place = Place { doc: at.doc, span: Span::at(0) };
    let environment = Environment::default();
    let plan = plan_of(language, vec![(path.clone(), config)], None, &environment, place);
    Some(Relay {
        name: path,
        program: language.to_owned(),
        place,
        namespace: None,
        environment,
        runs_in: RunsIn::Unseen,
        logs: true,
        metrics: true,
        plan,
    })
}

fn relay(stack: &Stack<'_>, shipper: Shipper) -> Relay {
    let mut environment = Environment::default();
    let namespace = shipper.object.as_ref().map(|object| object.namespace.to_string());
    let mut relay = Relay {
        name: shipper.name,
        program: shipper.program,
        place: shipper.place,
        namespace: namespace.filter(|namespace| !namespace.is_empty()),
        environment: Environment::default(),
        runs_in: RunsIn::Unseen,
        logs: shipper.logs,
        metrics: shipper.metrics,
        plan: Err("whose configuration is not read".to_owned()),
    };
    match shipper.home {
        ShipperHome::Container(at, index) => {
            let root = at.in_documents(stack.documents);
            let pod = root.and_then(|root| pod::Pod::of(root, at.doc));
            if let Some((pod, container)) = pod.and_then(|pod| Some((pod, pod.containers().nth(index)?))) {
                environment = pod.environment(stack, container);
                let name = container.text_at("name").unwrap_or_default().to_owned();
                relay.runs_in =
                    shipper.object.map_or(RunsIn::Unseen, |object| RunsIn::Container(object, name));
                relay.plan = of_container(stack, &relay, &pod, container, &environment);
                if let Some((reason, _)) = pod.names_redirected() {
                    relay.plan = Err(format!("and {reason}"));
                }
            }
        }
        ShipperHome::Release(index) => {
            relay.runs_in = RunsIn::Release(index);
            relay.namespace = stack
                .releases
                .get(index)
                .and_then(|release| release.release.namespace.as_deref().map(str::to_owned));
            relay.plan = released::plan(stack, index, relay.place);
        }
        ShipperHome::Object(at) => {
            relay.runs_in =
                shipper.object.map_or(RunsIn::Unseen, |object| RunsIn::Container(object, String::new()));
            if let Some((found, plan)) = of_object(stack, at, relay.place) {
                (environment, relay.plan) = (found, plan);
            }
        }
        ShipperHome::Added => {}
    }
    relay.environment = environment;
    relay
}

/// The plan of a container, by the files that its command line names.
fn of_container(
    stack: &Stack<'_>,
    relay: &Relay,
    pod: &pod::Pod<'_>,
    container: NodeRef<'_>,
    environment: &Environment,
) -> Result<Plan, Unread> {
    if relay.program == "vmagent" {
        return Ok(vmagent::plan(pod, container, environment, relay.place));
    }
    let language = table::table().languages.get(&relay.program);
    let language = language.ok_or_else(|| "whose configuration is not read".to_owned())?;
    let program = table::program(language).ok_or_else(|| "whose configuration is not read".to_owned())?;
    let mounts = pod.mounts(container);
    let namespace = relay.namespace.as_deref().unwrap_or_default();
    let paths = files::paths(&program.config, container, &mounts, environment)?;
    let files = files::Files { stack, namespace, mounts: &mounts };
    let configs = files.open_all(paths)?;
    plan_of(language, configs, Some(&files), environment, relay.place)
}

/// The plan of an object of an operator, with the environment of its container; `None` for those that are not read.
fn of_object(stack: &Stack<'_>, at: NodeAt, home: Place) -> Option<(Environment, Result<Plan, Unread>)> {
    let root = at.in_documents(stack.documents)?;
    if root.text_at("kind") != Some("OpenTelemetryCollector") {
        return None;
    }
    let spec = root.get("spec")?;
    let environment = pod::Pod::of(root, at.doc)?.environment(stack, spec);
    if spec.get("args").is_some_and(|arguments| arguments.entries().next().is_some()) {
        return Some((environment, Err("whose `args` are not followed".to_owned())));
    }
    let node = spec.get("config")?;
    let config = if node.is_mapping() {
        Some(fact_of(node, at.doc))
    } else {
        let nested = stack.config_texts.iter().find(|(text, home)| {
            text.doc.file == at.doc.file
                && home.key.as_deref() == Some("spec.config")
                && home
                    .object
                    .as_ref()
                    .is_some_and(|object| Some(&*object.name) == root.text_at("metadata.name"))
        });
        nested.and_then(|(text, _)| Some(fact_of(text.in_documents(stack.documents)?, text.doc)))
    };
    let config = config?;
    let plan = plan_of("otel", vec![(String::new(), config)], None, &environment, home);
    Some((environment, plan))
}

/// The plan of files of that language. `files` opens those that they include.
fn plan_of(
    language: &str,
    configs: Vec<(String, Fact)>,
    files: Option<&files::Files<'_, '_>>,
    environment: &Environment,
    home: Place,
) -> Result<Plan, Unread> {
    let program = table::program(language).ok_or_else(|| "whose configuration is not read".to_owned())?;
    if matches!(language, "fluent-bit" | "fluentd") {
        let (all, lost) = files::with_includes(configs, files);
        let mut plan = match language {
            "fluentd" => fluentd::plan(&all, program, environment, home),
            _ => fluentbit::plan(&all, program, environment, home),
        };
        for (reason, place) in lost {
            let place = place.unwrap_or(home);
            plan.hide("include", "include", reason, place, super::alloy::Signals::TELEMETRY);
        }
        return Ok(plan.keep_what_arrives());
    }
    let mut configs = configs.into_iter().map(|(_, config)| config);
    let mut config = configs.next().ok_or_else(|| "whose configuration is not in the input".to_owned())?;
    for other in configs {
        super::values::merge(&mut config, other);
    }
    let plan = match language {
        "otel" => otel::plan(&config, program, environment, home),
        "vector" => vector::plan(&config, program, environment, home),
        _ => writers::plan(&config, program, environment, home),
    };
    Ok(plan.keep_what_arrives())
}

/// What a container can be that no collector runs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ImageRole {
    /// A store: the end of the way.
    Store(String),
    /// Something that takes no data.
    Aside,
    /// Anything else, by its name.
    Other(String),
}

/// What an image is, in pods like these.
pub(crate) fn role_of_image(image: &str, pods: &PodSet) -> ImageRole {
    /// What builds of one program are told apart by.
    const BUILDS: [&str; 5] = ["alpine", "debug", "distroless", "fips", "slim"];
    let name = pod::image_name(image);
    let table = table::table();
    if table.aside.iter().any(|own| own == name) {
        return ImageRole::Aside;
    }
    let build = |own: &str| {
        name.strip_prefix(own).is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix('-').is_some_and(|build| BUILDS.contains(&build))
        })
    };
    if let Some((_, store)) = table.stores.iter().find(|(own, _)| build(own)) {
        return ImageRole::Store(store.clone());
    }
    // The gateways of the stores' own charts are servers that everybody uses, told by the charts' labels.
    let of_chart = pods
        .label("app.kubernetes.io/name")
        .and_then(|name| table.stores.get(name.strip_suffix("-distributed").unwrap_or(name)));
    let gateway = matches!(pods.label("app.kubernetes.io/component"), Some("gateway" | "nginx"));
    match of_chart.filter(|_| gateway && name.contains("nginx")) {
        Some(store) => ImageRole::Store(store.clone()),
        None => ImageRole::Other(name.to_owned()),
    }
}

/// A Service that is not in the input, but made by what is.
#[derive(Debug)]
pub(crate) struct RelayService {
    /// What its pods run.
    pub(crate) runs_in: RunsIn,
    /// Where what makes it stands.
    pub(crate) place: Place,
}

/// The Services that charts and operators make for collectors, by namespace and name.
pub(crate) fn relay_services(stack: &Stack<'_>) -> Vec<((String, String), RelayService)> {
    let mut found = released::services(stack);
    for (resource, _) in stack.objects(&["OpenTelemetryCollector"]) {
        let object = &resource.object;
        // Source: naming of the OpenTelemetry operator.
        for suffix in ["-collector", "-collector-headless"] {
            let key = (object.namespace.to_string(), format!("{}{suffix}", object.name));
            let runs_in = RunsIn::Container(object.clone(), String::new());
            found.push((key, RelayService { runs_in, place: resource.place }));
        }
    }
    found
}
