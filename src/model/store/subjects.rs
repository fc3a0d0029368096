//! Turns the stores of a stack into what rules read: `mimir`, `loki`, `part`, `override`, `option_fault`.

use std::collections::BTreeSet;

use super::Assumed;
use super::directories;
use super::effective::Effective;
use super::effective::Layer;
use super::effective::Origin;
use super::exits::Exits;
use super::faults::FaultKind;
use super::faults::Judge;
use super::faults::OptionFault;
use super::gossip;
use super::leaves;
use super::overrides;
use super::overrides::Tenant;
use super::processes::Group;
use super::processes::modules;
use super::storage::storage;
use super::stores;
use super::stores::Found;
use super::stores::second_document;
use super::written::Written;
use super::written::written;
use crate::document::DocId;
use crate::document::NodeKind;
use crate::document::NodeRef;
use crate::document::Place;
use crate::document::is_secret_name;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::fact::Subject;
use crate::model::piece::Store;
use crate::model::stack::Stack;
use crate::model::values::fact_of;
use crate::model::values::merge;
use crate::text::units::duration_seconds;

/// The subjects of both stores.
pub(crate) fn subjects(stack: &Stack<'_>, assumed: &Assumed) -> Vec<Subject> {
    let mut subjects = Vec::new();
    let of_both = [Store::Mimir, Store::Loki].map(|store| stores::find(stack, store, assumed));
    let unlabelled = gossip::unlabelled(of_both.iter().flatten());
    for (store, found) in Store::ALL.into_iter().zip(&of_both) {
        let kind = store.name();
        let tenants = overrides::tenants(stack, store);
        subjects.extend(tenants.iter().flat_map(|tenant| override_subjects(store, tenant, found.first())));
        subjects.extend(runtime_faults(stack, store, found.first(), assumed));
        let several = found.len() > 1;
        for store in found {
            // The path of a file is nobody's name: files are renamed.
            let is_named = several && store.form != "file";
            let key = if is_named { format!("{kind} {}", store.name) } else { kind.to_owned() };
            subjects.extend(parts(kind, &key, store));
            subjects.extend(option_faults(kind, store));
            subjects.extend(changed_defaults(kind, store));
            subjects.extend(exits(kind, &key, store, &tenants));
            for group in &store.groups {
                subjects.extend(directories::pairs(&effective(store, group, None), &group.targets));
                subjects.push(subject(kind, &key, store, group, None, (assumed, &unlabelled)));
                for tenant in &tenants {
                    subjects.push(subject(kind, &key, store, group, Some(tenant), (assumed, &unlabelled)));
                }
            }
        }
    }
    subjects
}

/// The ways by which data leaves a store by itself.
fn exits(kind: &'static str, key: &str, store: &Found<'_>, tenants: &[Tenant]) -> Vec<Subject> {
    let mut exits = Exits::new(kind, key, store.namespace.as_deref());
    if let Some((reason, place)) = &store.unseen {
        exits.unseen(&Fact::new(reason.as_str(), *place));
    }
    for group in &store.groups {
        let running = running(store.store, group);
        exits.add(&effective(store, group, None), &running, None);
        for tenant in tenants {
            let limits = Fact::map([(limits(store.store), tenant.limits.clone())], tenant.limits.place);
            exits.add(&effective(store, group, Some(&limits)), &running, Some(&tenant.name));
        }
    }
    exits.subjects
}

/// The modules that the processes of a group run.
fn running(store: Store, group: &Group) -> BTreeSet<String> {
    group.targets.iter().flat_map(|target| modules(store, target.text().unwrap_or("all"))).collect()
}

/// The section of the configuration that a tenant's limits replace.
const fn limits(store: Store) -> &'static str {
    match store {
        Store::Mimir => "limits",
        Store::Loki => "limits_config",
    }
}

/// The subjects of the limits of one tenant: all of them together, and each beside what it is for all tenants.
fn override_subjects(store: Store, tenant: &Tenant, found: Option<&Found<'_>>) -> Vec<Subject> {
    let names: Vec<Fact> = tenant.limits.entries().map(|(name, fact)| Fact::new(name, fact.place)).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let place = tenant.limits.place;
    let name = store.name();
    let facts = Fact::map(
        [
            ("store", Fact::bare(name)),
            ("tenant", Fact::new(tenant.name.as_str(), place)),
            ("limits", Fact::list(names, place)),
            ("only_tenant", found.map_or(Fact::absent(place), only_tenant)),
        ],
        place,
    );
    let mut subjects =
        vec![Subject { kind: "override", key: format!("{name} overrides of {}", tenant.name), facts }];
    let Some((found, group)) = found.and_then(|found| Some((found, found.groups.first()?))) else {
        subjects.push(limits_without_base(name, tenant));
        return subjects;
    };
    let tree = Fact::map([(store.limits(), tenant.limits.clone())], place);
    let (base, own) = (effective(found, group, None), effective(found, group, Some(&tree)));
    for (limit, written) in tenant.limits.entries() {
        let path = format!("{}.{limit}", store.limits());
        let Some(spec) = found.options().spec(&path).filter(|spec| spec.is_in(found.version)) else {
            continue;
        };
        let (base, (value, _)) = (base.value(&path, spec).0, own.value(&path, spec));
        let is = match spec.type_in(found.version) {
            "int" | "uint" | "float" | "bytes" | "bytesize" => "number",
            "go_duration" | "prom_duration" => "duration",
            "bool" => "switch",
            _ => "other",
        };
        let unknown = match (&base.value, &found.unseen) {
            (FactValue::Unknown(reason), _) => Fact::new(&**reason, place),
            (_, Some((reason, at))) => Fact::new(reason.as_str(), *at),
            _ => Fact::absent(written.place),
        };
        let seconds =
            |fact: &Fact| Fact { value: fact.text().and_then(duration_seconds).into(), place: fact.place };
        let facts = Fact::map(
            [
                ("store", Fact::bare(name)),
                ("tenant", Fact::new(tenant.name.as_str(), place)),
                ("name", Fact::new(limit, written.place)),
                ("is", Fact::bare(is)),
                ("base_seconds", seconds(&base)),
                ("value_seconds", seconds(&value)),
                ("base_unknown", unknown),
                ("base", base),
                ("value", value),
            ],
            written.place,
        );
        let key = format!("{name} {limit} of {}", tenant.name);
        subjects.push(Subject { kind: "override_limit", key, facts });
    }
    subjects
}

/// What stands for the limits of a tenant where nobody knows what the others have.
fn limits_without_base(store: &'static str, tenant: &Tenant) -> Subject {
    let place = tenant.limits.place;
    let facts = Fact::map(
        [
            ("store", Fact::bare(store)),
            ("tenant", Fact::new(tenant.name.as_str(), place)),
            ("name", Fact::new("the limits", place)),
            ("base_unknown", Fact::new("the configuration of the store is not in the input", place)),
        ],
        place,
    );
    Subject { kind: "override_limit", key: format!("{store} limits of {}", tenant.name), facts }
}

/// The tenant that all data belongs to, where the store knows no others.
fn only_tenant(found: &Found<'_>) -> Fact {
    let Some(group) = found.groups.first() else { return Fact::absent(found.place) };
    let effective = effective(found, group, None);
    let value = |path: &str| {
        let spec = found.options().spec(path).filter(|spec| spec.is_in(found.version));
        spec.map(|spec| effective.value(path, spec).0).unwrap_or_default()
    };
    match found.store {
        Store::Mimir if value("multitenancy_enabled").bool() == Some(false) => value("no_auth_tenant"),
        Store::Loki if value("auth_enabled").bool() == Some(false) => {
            let named = value("no_auth_tenant");
            // Older versions have no option for it.
            if named.text().is_some() { named } else { Fact::bare("fake") }
        }
        _ => Fact::absent(found.place),
    }
}

/// The parts of a store, each a subject of its own.
fn parts(store: &'static str, key: &str, found: &Found<'_>) -> Vec<Subject> {
    let subject = |(name, fact): (&str, &Fact)| {
        let mut facts = fact.clone();
        facts.insert("store", Fact::new(store, fact.place));
        facts.insert("name", Fact::new(name, fact.place));
        facts.insert("values", found.values.clone());
        Subject { kind: "part", key: format!("{key} {name}"), facts }
    };
    found.parts.entries().map(subject).collect()
}

/// What a process of the store runs with, for one tenant where it has limits of its own.
pub(super) fn effective<'e>(
    store: &'e Found<'_>,
    group: &'e Group,
    tenant: Option<&'e Fact>,
) -> Effective<'e> {
    let mut layers: Vec<Layer<'e>> = Vec::new();
    layers.extend(store.made.as_ref().map(|tree| Layer { origin: Origin::Chart, tree }));
    layers.push(Layer { origin: Origin::Written, tree: store.own.as_ref().unwrap_or(&store.config) });
    // Nothing is set where no command line is seen, and that is not the same as null.
    if !group.flags.is_null() {
        layers.push(Layer { origin: Origin::Flag, tree: &group.flags });
    }
    layers.extend(tenant.map(|tree| Layer { origin: Origin::Tenant, tree }));
    let variables = (group.expands != Some(false)).then(|| group.variables.clone());
    Effective { store: store.store, options: store.options(), version: store.version, layers, variables }
}

fn subject(
    kind: &'static str,
    key: &str,
    store: &Found<'_>,
    group: &Group,
    tenant: Option<&Tenant>,
    (assumed, unlabelled): (&Assumed, &[(Place, Fact)]),
) -> Subject {
    let unseen = match &store.unseen {
        Some((reason, place)) => Fact::new(reason.as_str(), *place),
        None => Fact::absent(store.place),
    };
    let of_tenant =
        tenant.map(|tenant| Fact::map([(store.store.limits(), tenant.limits.clone())], tenant.limits.place));
    let mut config = store.config.clone();
    let place = config.place;
    let section = config.at(store.store.limits()).and_then(|section| section.place);
    for over in std::iter::once(&group.flags).chain(&of_tenant) {
        if matches!(over.value, FactValue::Map(_)) {
            merge(&mut config, over.clone());
        }
    }
    // What is not set would have to stand in the file, not in the runtime file.
    config.place = place;
    if let (Some(_), FactValue::Map(entries)) = (section, &mut config.value)
        && let Some(own) = entries.get_mut(store.store.limits())
    {
        own.place = section;
    }
    let running_with = effective(store, group, of_tenant.as_ref());
    let schema = match store.store {
        Store::Loki => super::periods::facts(&running_with, &config, store.place),
        Store::Mimir => Fact::absent(store.place),
    };
    let Written { mut options, at_defaults } = written(&running_with, &config, store.in_secret);
    if let (Some(tenant), Some(own)) = (tenant, &of_tenant) {
        options = written(&running_with, own, tenant.in_secret).options;
    }
    let processes: Vec<Fact> = group.targets.iter().map(|target| process(store.store, target)).collect();
    let running = running(store.store, group);
    let neighbours = unlabelled
        .iter()
        .filter(|(place, _)| store.form == "rendered" && *place != store.place)
        .map(|(_, name)| name.clone());
    let facts = Fact::map(
        [
            ("unlabelled_neighbours", Fact::list(neighbours, store.place)),
            ("name", Fact::new(store.name.as_str(), store.place)),
            ("namespace", Fact::new(store.namespace.clone(), store.namespace_place.unwrap_or(store.place))),
            ("form", Fact::bare(store.form)),
            ("in_cluster", Fact::bare(store.form != "file")),
            ("version", Fact::new(store.version.to_string(), store.written_version.place)),
            ("version_known", Fact::bare(store.version_known)),
            (
                "tenant",
                Fact::new(
                    tenant.map(|tenant| tenant.name.as_str()),
                    tenant.and_then(|tenant| tenant.limits.place),
                ),
            ),
            ("storage", storage(kind, &config)),
            ("config", config),
            ("effective", running_with.tree(assumed.asked.iter().map(String::as_str))),
            ("schema", schema),
            ("written", options),
            ("at_defaults", Fact::bare(at_defaults)),
            ("modules", Fact::map(running.into_iter().map(|name| (name, Fact::bare(true))), store.place)),
            ("processes", Fact::list(processes, store.place)),
            ("parts", store.parts.clone()),
            ("values", store.values.clone()),
            ("config_at", store.config_at.clone()),
            ("unseen", unseen),
        ],
        store.place,
    );
    Subject { kind, key: key.to_owned(), facts }
}

fn process(store: Store, target: &Fact) -> Fact {
    let names = modules(store, target.text().unwrap_or("all"));
    let running = Fact::map(names.into_iter().map(|name| (name, Fact::bare(true))), target.place);
    Fact::map([("target", target.clone()), ("modules", running)], target.place)
}

/// What the store's version refuses or passes over in what people wrote.
fn option_faults(kind: &'static str, store: &Found<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (node, doc, prefix) in &store.written {
        let group = store.groups.first();
        let expands = group.and_then(|group| group.expands) != Some(false);
        let judge = Judge { store: store.store, options: store.options(), version: store.version, expands };
        let variables = group.filter(|_| expands).map(|group| &group.variables);
        let mut faults = judge.faults(*node, prefix);
        faults.extend(leaves::faults(&judge, *node, prefix, variables));
        let faults =
            faults.into_iter().map(|fault| fault_subject(kind, *doc, store, "configuration", &fault));
        subjects.extend(faults);
        if let Some(span) = second_document(*node).filter(|_| prefix.is_empty() && store.form != "values") {
            subjects.push(second_document_subject(kind, Place { doc: *doc, span }, store));
        }
    }
    subjects
}

/// Faults of the runtime file: what it may hold is strict too.
fn runtime_faults(
    stack: &Stack<'_>,
    kind: Store,
    store: Option<&Found<'_>>,
    assumed: &Assumed,
) -> Vec<Subject> {
    let mut nodes = overrides::nodes(stack, kind).peekable();
    // The table is half a megabyte of text: most inputs have nothing that it has to be read for.
    if nodes.peek().is_none() {
        return Vec::new();
    }
    let table = super::options::table(kind);
    let version = store.map_or_else(
        || assumed.versions.get(&kind).map_or(table.newest, |wanted| table.nearest(*wanted)),
        |store| store.version,
    );
    let name = kind.name();
    let judge = Judge { store: kind, options: table, version, expands: false };
    let mut subjects = Vec::new();
    for (root, doc) in nodes {
        for (_, tenant) in root.get("overrides").into_iter().flat_map(NodeRef::entries_merged) {
            let mut faults = judge.faults(tenant, kind.limits());
            faults.extend(leaves::faults(&judge, tenant, kind.limits(), None));
            subjects.extend(faults.into_iter().map(|fault| {
                let facts = fault_facts(name, doc, version.to_string(), "runtime file", &fault);
                Subject { kind: "option_fault", key: format!("{name} overrides {}", fault.path), facts }
            }));
        }
    }
    subjects
}

/// How messages name the store of that kind of subject.
fn product(kind: &str) -> &'static str {
    Store::named(kind).map_or("", Store::product)
}

/// What an upgrade to the assumed version changes for options that nobody sets.
fn changed_defaults(kind: &'static str, store: &Found<'_>) -> Vec<Subject> {
    let Some(before) = store.input_version.map(|version| store.options().nearest(version)) else {
        return Vec::new();
    };
    let Some(group) = store.groups.first().filter(|_| before != store.version) else { return Vec::new() };
    let effective = effective(store, group, None);
    let mut subjects = Vec::new();
    for (path, spec) in store.options().below("") {
        if spec.dynamic || path.contains(['[', '<']) || !spec.is_in(before) || !spec.is_in(store.version) {
            continue;
        }
        let (old, new) = (spec.default_in(before), spec.default_in(store.version));
        if old == new || effective.value(path, spec).1 != Origin::Default {
            continue;
        }
        let fact = Fact { value: path.into(), place: effective.nearest(path) };
        let shown = |value: &serde_json::Value| match value {
            serde_json::Value::Null => "not set".to_owned(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let facts = Fact::map(
            [
                ("store", Fact::bare(kind)),
                ("product", Fact::bare(product(kind))),
                ("option", fact.clone()),
                ("old", Fact::bare(shown(old))),
                ("new", Fact::bare(shown(new))),
                ("from", Fact::bare(before.to_string())),
                ("version", Fact::bare(store.version.to_string())),
            ],
            fact.place,
        );
        subjects.push(Subject { kind: "changed_default", key: format!("{kind} {path}"), facts });
    }
    subjects
}

/// What says that a store passes over the rest of a file.
fn second_document_subject(kind: &'static str, place: Place, store: &Found<'_>) -> Subject {
    let name = FaultKind::SecondDocument.name();
    let facts = Fact::map(
        [
            ("store", Fact::bare(kind)),
            ("product", Fact::bare(product(kind))),
            ("kind", Fact::new(name, place)),
            ("path", Fact::new("", place)),
            ("reason", Fact::bare("another document begins here")),
            ("help", Fact::bare("put all options into one document")),
            ("version", Fact::bare(store.version.to_string())),
            ("part", Fact::bare("configuration")),
        ],
        place,
    );
    Subject { kind: "option_fault", key: format!("{kind} {name}"), facts }
}

fn fault_subject(
    kind: &'static str,
    doc: DocId,
    store: &Found<'_>,
    part: &'static str,
    fault: &OptionFault<'_>,
) -> Subject {
    let mut facts = fault_facts(kind, doc, store.version.to_string(), part, fault);
    let root = store.written.iter().find(|(_, _, prefix)| prefix.is_empty());
    let root = root.map(|(node, doc, _)| Fact::new(true, Place { doc: *doc, span: node.span() }));
    facts.insert("root", root.unwrap_or_default());
    Subject { kind: "option_fault", key: format!("{kind} {} {}", fault.kind.name(), fault.path), facts }
}

/// What is written where a fault is about a single value, or about the key of one.
fn value_of(node: NodeRef<'_>, path: &str, doc: DocId) -> Fact {
    let entries = node.tree.nodes.iter().filter_map(|other| match &other.kind {
        NodeKind::Mapping(entries) => entries.iter().find(|entry| entry.key == node.id),
        _ => None,
    });
    let value = entries.map(|entry| node.tree.node(entry.value)).next().unwrap_or(node);
    let fact = fact_of(value, doc);
    match fact.value {
        FactValue::Text(text) if is_secret_name(path.rsplit('.').next().unwrap_or_default()) => {
            Fact { value: FactValue::Secret(text), ..fact }
        }
        _ => fact,
    }
}

fn fault_facts(
    store: &'static str,
    doc: DocId,
    version: String,
    part: &'static str,
    fault: &OptionFault<'_>,
) -> Fact {
    let place = Place { doc, span: fault.node.span() };
    Fact::map(
        [
            ("store", Fact::bare(store)),
            ("product", Fact::bare(product(store))),
            ("kind", Fact::new(fault.kind.name(), place)),
            ("path", Fact::new(fault.path.as_str(), place)),
            ("reason", Fact::bare(fault.reason.as_str())),
            ("help", Fact::bare(fault.help.as_str())),
            ("version", Fact::bare(version)),
            ("part", Fact::bare(part)),
            ("value", value_of(fault.node, &fault.path, doc)),
        ],
        place,
    )
}
