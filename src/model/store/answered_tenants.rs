//! Turns the limits that stores loaded while they run into subjects: each tenant, held against the runtime file.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::answers::Told;
use super::answers::is_compared;
use super::answers::shown;
use super::same::same;
use super::stores::Found;
use super::subjects::effective;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::fact::Subject;
use crate::model::listed::listed;
use crate::model::mounts::mount_of;
use crate::model::stack::Stack;
use crate::model::values::merge;

/// One subject for each tenant that has limits of its own, declared or loaded.
pub(super) fn subjects(stack: &Stack<'_>, key: &str, found: &Found<'_>, told: &[Told<'_>]) -> Vec<Subject> {
    let mut tenants: BTreeMap<String, Tenant<'_>> = BTreeMap::new();
    for told in told {
        let (Some(loaded), Some(to_load)) = (loaded(told), to_load(stack, found, told)) else { continue };
        for (name, limits) in &to_load {
            let tenant = tenants.entry(name.clone()).or_default();
            tenant.declared = Some(limits.clone());
            // Without limits a tenant is as all others.
            if limits.entries().next().is_none() {
                continue;
            }
            let Some(running) = loaded.get(name.as_str()) else {
                tenant.not_loaded = true;
                tenant.pods.insert(told.process.pod);
                tenant.loaded = Some(Fact::absent(told.process.runtime.place));
                continue;
            };
            tenant.loaded = Some((*running).clone());
            let differing = limits_that_differ(found, told, limits, running);
            if !differing.is_empty() {
                tenant.pods.insert(told.process.pod);
                tenant.differing.extend(differing);
            }
        }
        for (name, running) in loaded.iter().filter(|(name, _)| !to_load.contains_key(**name)) {
            let tenant = tenants.entry((*name).to_owned()).or_default();
            tenant.not_declared = true;
            tenant.loaded = Some((*running).clone());
            tenant.pods.insert(told.process.pod);
        }
    }
    let subject = |(name, tenant): (String, Tenant<'_>)| {
        let place = tenant.differing.values().next().and_then(|fact| fact.place);
        let place = place.or(tenant.declared.as_ref().and_then(|fact| fact.place)).unwrap_or(found.place);
        let answered = tenant.loaded.as_ref().and_then(|fact| fact.place);
        let words: Vec<&str> = tenant.differing.values().filter_map(Fact::text).collect();
        let pods: Vec<&str> = tenant.pods.into_iter().collect();
        let facts = Fact::map(
            [
                ("store", Fact::bare(found.store.product())),
                ("tenant", Fact::new(name.as_str(), place)),
                ("differing", Fact::new((!words.is_empty()).then(|| words.join(", ")), place)),
                ("not_loaded", Fact::new(tenant.not_loaded, place)),
                ("not_declared", Fact::new(tenant.not_declared, answered)),
                ("processes", Fact::new(listed(&pods), answered)),
            ],
            place,
        );
        Subject { kind: "running_tenant", key: format!("{key} {name}"), facts }
    };
    tenants.into_iter().map(subject).collect()
}

/// The limits that a process loaded, tenant by tenant.
fn loaded<'p>(told: &Told<'p>) -> Option<BTreeMap<&'p str, &'p Fact>> {
    let runtime = &told.process.runtime;
    if runtime.is_null() {
        return None;
    }
    Some(runtime.at("overrides").map(|tenants| tenants.entries().collect()).unwrap_or_default())
}

/// The tenants whose limits a process is to load, from the files that it mounts; `None` where one of them is not seen.
fn to_load(stack: &Stack<'_>, found: &Found<'_>, told: &Told<'_>) -> Option<BTreeMap<String, Fact>> {
    let effective = effective(found, &told.group, None);
    let path = "runtime_config.file";
    let spec = found.options().spec(path).filter(|spec| spec.is_in(found.version))?;
    let (files, _) = effective.value(path, spec);
    let mut tenants = BTreeMap::new();
    for file in files.text()?.split(',').map(str::trim).filter(|file| !file.is_empty()) {
        let mount = mount_of(&told.mounts, file)?;
        let (kind, texts) = mount.texts().filter(|(kind, _)| *kind == "ConfigMap")?;
        let (resource, root) = stack.object(kind, told.process.namespace, &texts.name)?;
        let name = mount.file(file)?;
        let key = texts.keys(&name).next()?;
        // A mount may wait for a key that never comes; what is loaded then is not ours to guess.
        root.get("data").and_then(|data| data.get(key))?;
        let own = stack.runtime_overrides.iter().filter(|(_, home)| {
            home.object.as_ref() == Some(&resource.object) && home.key.as_deref() == Some(key)
        });
        for (at, _) in own {
            let node = at.in_documents(stack.documents)?;
            let limits = crate::model::values::fact_of(node, at.doc).reach("overrides");
            // What two files say of one tenant is merged, the later one wins. Source: dskit, runtimeconfig.
            for (tenant, limits) in limits.entries() {
                merge(tenants.entry(tenant.to_owned()).or_default(), limits.clone());
            }
        }
    }
    Some(tenants)
}

/// What is found out about one tenant, over all processes.
#[derive(Default)]
struct Tenant<'p> {
    declared: Option<Fact>,
    loaded: Option<Fact>,
    differing: BTreeMap<String, Fact>,
    pods: BTreeSet<&'p str>,
    not_loaded: bool,
    not_declared: bool,
}

/// The limits of a tenant that a process loaded with other values than its file has, in words; then those that it loaded
/// and the file does not have.
fn limits_that_differ(
    found: &Found<'_>,
    told: &Told<'_>,
    limits: &Fact,
    running: &Fact,
) -> BTreeMap<String, Fact> {
    let section = found.store.limits();
    let tree = Fact::map([(section, limits.clone())], limits.place);
    let effective = effective(found, &told.group, Some(&tree));
    let mut differing = BTreeMap::new();
    for (limit, loaded) in running.entries() {
        let path = format!("{section}.{limit}");
        let Some(spec) = found.options().spec(&path).filter(|spec| is_compared(&path, spec, found.version))
        else {
            continue;
        };
        let kind = spec.type_in(found.version);
        let is = plain(&shown(loaded, false));
        let (words, place) = if let Some(written) = limits.at(limit) {
            let (declared, _) = effective.value(&path, spec);
            if same(found.store, kind, &declared, loaded) != Some(false) {
                continue;
            }
            let declared = plain(&shown(&declared, false));
            (format!("{limit} is {is}, declared is {declared}"), written.place)
        } else {
            // What the file does not set is what the process has for all.
            let Some(base) = told.process.config.at(&path) else { continue };
            if same_answers(base, loaded) != Some(false) {
                continue;
            }
            (format!("{limit} is {is}, which the file does not set"), limits.place)
        };
        differing.insert(limit.to_owned(), Fact::new(words, place));
    }
    differing
}

/// Whether two values of one process are the same: it spells both alike.
fn same_answers(one: &Fact, two: &Fact) -> Option<bool> {
    let scalar = |fact: &Fact| {
        matches!(
            fact.value,
            FactValue::Bool(_) | FactValue::Int(_) | FactValue::Float(_) | FactValue::Text(_)
        )
    };
    (scalar(one) && scalar(two)).then(|| one.value == two.value)
}

/// A value in a message.
fn plain(fact: &Fact) -> String {
    match &fact.value {
        FactValue::Bool(value) => value.to_string(),
        FactValue::Int(value) => value.to_string(),
        FactValue::Float(value) => value.to_string(),
        FactValue::Text(text) => text.to_string(),
        _ => "something else".to_owned(),
    }
}
