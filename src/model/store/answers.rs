//! Turns what stores say that they run with into subjects: each option and each tenant, held against what is declared.
//!
//! What is declared is what the workload would start today: its ConfigMap, flags and environment. Options that somebody
//! wrote are all compared. Of those that nobody wrote, only the ones of `schemas/stores/answers.json` are, since a process
//! works out many others by itself; and only where the version that answers is the one whose defaults are known.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::Assumed;
use super::answered_tenants;
use super::effective::Effective;
use super::effective::Origin;
use super::options::Options;
use super::options::Spec;
use super::processes;
use super::processes::Group;
use super::same::same;
use super::stores;
use super::stores::Found;
use super::subjects::effective;
use crate::document::is_secret_name;
use crate::model::answers::Process;
use crate::model::answers::processes as answering;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::fact::Subject;
use crate::model::listed::listed;
use crate::model::mounts::Mount;
use crate::model::piece::Store;
use crate::model::stack::Stack;
use crate::model::version::Minor;

/// The subjects `running_option`, `running_tenant` and `running_version` of all stores that answered.
pub(crate) fn subjects(stack: &Stack<'_>, assumed: &Assumed) -> Vec<Subject> {
    let answered = answering(stack);
    let mut subjects = Vec::new();
    for store in Store::ALL {
        let own: Vec<&Process<'_>> = answered.iter().filter(|process| process.store == Some(store)).collect();
        if own.is_empty() {
            continue;
        }
        let found = stores::find(stack, store, assumed);
        let mut told: Vec<Vec<Told<'_>>> = found.iter().map(|_| Vec::new()).collect();
        for process in own {
            match declared(stack, store, &found, process) {
                Ok((index, group, mounts)) => {
                    told[index].push(Told::new(process, &found[index], group, mounts));
                }
                Err(reason) => subjects.push(not_known(store, process, &reason)),
            }
        }
        let several = told.iter().filter(|told| !told.is_empty()).count() > 1;
        for (found, told) in found.iter().zip(&told).filter(|(_, told)| !told.is_empty()) {
            let key =
                if several { format!("{} {}", store.name(), found.name) } else { store.name().to_owned() };
            subjects.extend(options(&key, found, told));
            subjects.extend(answered_tenants::subjects(stack, &key, found, told));
            subjects.extend(versions(&key, found, told));
        }
    }
    subjects
}

/// A process that answered, with what it was to run with.
pub(super) struct Told<'s> {
    pub(super) process: &'s Process<'s>,
    pub(super) group: Group,
    pub(super) mounts: Vec<Mount>,
    /// Whether the defaults that are known are those of the version that answered.
    same_version: bool,
}

impl<'s> Told<'s> {
    fn new(process: &'s Process<'s>, found: &Found<'_>, group: Group, mounts: Vec<Mount>) -> Self {
        let version = process.version.text().and_then(Minor::parse);
        let same_version = version.is_some_and(|version| found.options().versions.contains(&version))
            && version == Some(found.version);
        Self { process, group, mounts, same_version }
    }
}

/// Which of the stores a process is, and its own flags and mounts; or why that is not known.
fn declared(
    stack: &Stack<'_>,
    store: Store,
    found: &[Found<'_>],
    process: &Process<'_>,
) -> Result<(usize, Group, Vec<Mount>), String> {
    let (resource, root) = process.workload.ok_or("what runs it is not in the input")?;
    let table = super::options::table(store);
    let of_workload = processes::of_workload(stack, store, (root, resource.at.doc), table);
    let (pod, container, mut group) = of_workload.ok_or("its command line names no configuration")?;
    // A label tells the version that the chart was made for, whatever image it was given.
    let image = container.get("image").map(|image| pod.place(image));
    group.version = group.version.filter(|version| version.place == image);
    let mounts = pod.mounts(container);
    let here = |own: &Found<'_>| own.namespace.as_deref() == Some(process.namespace);
    let reads = |own: &Found<'_>| {
        mounts
            .iter()
            .filter_map(Mount::texts)
            .any(|(_, texts)| own.form == "rendered" && texts.name == own.name)
    };
    let candidates = |is: &dyn Fn(&Found<'_>) -> bool| -> Vec<usize> {
        found.iter().enumerate().filter(|(_, own)| is(own)).map(|(index, _)| index).collect()
    };
    let mounted = candidates(&|own| here(own) && reads(own));
    let of_values = candidates(&|own| here(own) && own.form == "values");
    match (&mounted[..], &of_values[..]) {
        ([one], _) | ([], [one]) => Ok((*one, group, mounts)),
        ([], _) => Err("the configuration that it mounts is not in the input".to_owned()),
        _ => Err("it mounts several configurations".to_owned()),
    }
}

/// A process of which nobody knows what it should run with.
fn not_known(store: Store, process: &Process<'_>, reason: &str) -> Subject {
    let name = format!("{}/{}", process.namespace, process.pod);
    let facts = Fact::map(
        [
            ("store", Fact::bare(store.product())),
            ("part", Fact::bare("other")),
            ("processes", Fact::new(name.as_str(), process.place)),
            (
                "unknown",
                Fact::new(format!("what {name} should run with is not known: {reason}"), process.place),
            ),
        ],
        process.place,
    );
    Subject { kind: "running_option", key: format!("{} {name}", store.name()), facts }
}

/// Whether an option that nobody wrote is compared.
fn default_counts(store: Store, path: &str) -> bool {
    static TABLE: OnceLock<BTreeMap<Box<str>, Vec<Box<str>>>> = OnceLock::new();
    let text = include_str!("../../../schemas/stores/answers.json");
    let table = TABLE.get_or_init(|| serde_json::from_str(text).unwrap_or_default());
    let routes = table.get(store.name()).map_or(&[][..], Vec::as_slice);
    let is_below =
        |route: &str| path.strip_prefix(route).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    routes.iter().any(|route| is_below(route))
}

/// The promise that an option belongs to.
fn part_of(store: Store, path: &str) -> &'static str {
    let sections = [
        "blocks_storage.",
        "ruler_storage.",
        "alertmanager_storage.",
        "common.storage.",
        "storage_config.",
        "schema_config.",
    ];
    if path.contains("retention") || path == "compactor.deletion_delay" {
        "retention"
    } else if path.strip_prefix(store.limits()).is_some_and(|rest| rest.starts_with('.')) {
        "limits"
    } else if sections.iter().any(|section| path.starts_with(section)) {
        "storage"
    } else {
        "other"
    }
}

/// A value that differs, as a process gave it.
struct Difference<'s> {
    declared: Fact,
    running: Fact,
    pods: Vec<&'s str>,
}

/// One subject for each option that was compared.
fn options(key: &str, found: &Found<'_>, told: &[Told<'_>]) -> Vec<Subject> {
    let table: &Options = found.options();
    let mut subjects = Vec::new();
    let runs: Vec<(&Told<'_>, Effective<'_>)> = told
        .iter()
        .filter(|told| !told.process.config.is_null())
        .map(|told| (told, effective(found, &told.group, None)))
        .collect();
    if runs.is_empty() {
        return subjects;
    }
    for (path, spec) in table.below("") {
        if !is_compared(path, spec, found.version) {
            continue;
        }
        let mut compared = None;
        let mut differences: Option<Difference<'_>> = None;
        for (told, effective) in &runs {
            let Some(running) = told.process.config.at(path) else { continue };
            let (declared, origin) = effective.value(path, spec);
            let written = matches!(origin, Origin::Written | Origin::Flag);
            let by_default =
                origin == Origin::Default && told.same_version && default_counts(found.store, path);
            // Whether its section is inherited hangs on more than the option itself.
            if !written && !by_default {
                continue;
            }
            match same(found.store, spec.type_in(found.version), &declared, running) {
                Some(true) if written => compared = Some(declared),
                None | Some(true) => {}
                Some(false) => {
                    let difference = differences.get_or_insert_with(|| Difference {
                        declared: declared.clone(),
                        running: running.clone(),
                        pods: Vec::new(),
                    });
                    difference.pods.push(told.process.pod);
                }
            }
        }
        if differences.is_some() || compared.is_some() {
            subjects.push(option(key, found, path, differences, compared));
        }
    }
    subjects
}

/// Whether an option is one that a process tells in full: not a part of a list, not a secret.
pub(super) fn is_compared(path: &str, spec: &Spec, version: Minor) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path);
    !path.contains(['[', '<'])
        && path != "target"
        && spec.is_in(version)
        && !spec.is_secret()
        && !is_secret_name(name)
}

fn option(
    key: &str,
    found: &Found<'_>,
    path: &str,
    differences: Option<Difference<'_>>,
    compared: Option<Fact>,
) -> Subject {
    let differs = differences.is_some();
    let Difference { declared, running, pods } = differences.unwrap_or_else(|| Difference {
        running: Fact::default(),
        declared: compared.unwrap_or_default(),
        pods: Vec::new(),
    });
    let place = declared.place.unwrap_or(found.place);
    let facts = Fact::map(
        [
            ("store", Fact::bare(found.store.product())),
            ("path", Fact::new(path, place)),
            ("part", Fact::bare(part_of(found.store, path))),
            ("declared", shown(&declared, found.in_secret)),
            ("running", shown(&running, found.in_secret)),
            ("differs", Fact::new(differs, place)),
            ("processes", Fact::new(listed(&pods), running.place)),
        ],
        place,
    );
    Subject { kind: "running_option", key: format!("{key} {path}"), facts }
}

/// A value for a message: in words where it has parts, and never what came from a Secret.
pub(super) fn shown(fact: &Fact, in_secret: bool) -> Fact {
    let value = match &fact.value {
        _ if in_secret => "(secret)".into(),
        FactValue::Null => "nothing".into(),
        FactValue::Text(text) if text.is_empty() => "nothing".into(),
        FactValue::List(items) if items.is_empty() => "nothing".into(),
        FactValue::List(items) if items.iter().all(|item| item.text().is_some()) => {
            let items: Vec<&str> = items.iter().filter_map(Fact::text).collect();
            items.join(", ").into()
        }
        FactValue::List(items) => format!("a list of {}", items.len()).into(),
        FactValue::Map(entries) => format!("a map of {}", entries.len()).into(),
        value => value.clone(),
    };
    Fact { value, place: fact.place }
}

/// The versions that answered, one subject for each that is declared and each that answered.
fn versions(key: &str, found: &Found<'_>, told: &[Told<'_>]) -> Vec<Subject> {
    let mut pairs: BTreeMap<(String, String), (Fact, Fact, Vec<&str>)> = BTreeMap::new();
    for told in told {
        let Some(declared) = told.group.version.clone() else { continue };
        let running = &told.process.version;
        let (Some(one), Some(two)) = (declared.text(), running.text()) else { continue };
        let entry = pairs.entry((one.to_owned(), two.to_owned()));
        entry.or_insert_with(|| (declared.clone(), running.clone(), Vec::new())).2.push(told.process.pod);
    }
    let several = pairs.len() > 1;
    let subject = |((one, two), (declared, running, pods)): ((String, String), (Fact, Fact, Vec<&str>))| {
        let same = number(&one).zip(number(&two)).map(|(one, two)| is_same_number(&one, &two));
        let place = declared.place.unwrap_or(found.place);
        let key = if several { format!("{key} {one} {two}") } else { key.to_owned() };
        let facts = Fact::map(
            [
                ("store", Fact::bare(found.store.product())),
                ("declared", declared),
                ("running", running.clone()),
                ("same", Fact::new(same, place)),
                ("processes", Fact::new(listed(&pods), running.place)),
            ],
            place,
        );
        Subject { kind: "running_version", key, facts }
    };
    pairs.into_iter().map(subject).collect()
}

/// The numbers of a version such as `v3.0.2` or `3.0.2-distroless`; `None` where it is none.
fn number(text: &str) -> Option<Vec<u32>> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let text = text.split(['-', '+', '@']).next()?;
    let parts: Vec<u32> = text.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    (parts.len() >= 2).then_some(parts)
}

/// Whether two versions are the same as far as both go.
fn is_same_number(one: &[u32], two: &[u32]) -> bool {
    one.iter().zip(two).all(|(one, two)| one == two)
}

#[cfg(test)]
#[path = "answers_tests.rs"]
mod tests;
