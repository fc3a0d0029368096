//! Turns what collectors say of their components into subjects: how each fares, and whether they are those of the program.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Process;
use super::processes;
use crate::document::DocId;
use crate::document::Place;
use crate::model::collector::Collector;
use crate::model::collector::RunsIn;
use crate::model::fact::Fact;
use crate::model::fact::Subject;
use crate::model::listed::listed;
use crate::model::stack::Stack;

/// Blocks that set something or define something, and are no components.
const BLOCKS: [&str; 9] =
    ["argument", "declare", "export", "foreach", "http", "livedebugging", "logging", "remotecfg", "tracing"];

/// How a component fares, best first. Alloy knows these.
const STATES: [&str; 4] = ["healthy", "unknown", "exited", "unhealthy"];

/// The subjects `running_component` and `running_program` of all collectors that answered.
pub(crate) fn subjects(stack: &Stack<'_>, collectors: &[Collector]) -> Vec<Subject> {
    let processes = processes(stack);
    let answered: Vec<&Process<'_>> =
        processes.iter().filter(|process| !process.components.is_null()).collect();
    let mut subjects = Vec::new();
    for collector in collectors {
        let own: Vec<&Process<'_>> =
            answered.iter().copied().filter(|process| runs(collector, process)).collect();
        if own.is_empty() {
            continue;
        }
        let program = Program::of(stack, collector);
        subjects.extend(components(collector, &program, &own));
        subjects.extend(in_use(collector, &program, &own));
    }
    for process in answered {
        if !collectors.iter().any(|collector| runs(collector, process)) {
            subjects.push(not_known(process));
        }
    }
    subjects
}

/// Whether that process is one of that collector.
fn runs(collector: &Collector, process: &Process<'_>) -> bool {
    match &collector.runs_in {
        RunsIn::Container(object, _) => {
            (&*object.kind, &*object.name) == process.made_by && *object.namespace == *process.namespace
        }
        // A chart's release makes one workload, of its own name.
        RunsIn::Release(_) => {
            collector.namespace.as_deref() == Some(process.namespace)
                && collector.name.rsplit('/').next() == Some(process.made_by.1)
        }
        RunsIn::Unseen => false,
    }
}

/// The components of a program, each with its place.
struct Program {
    components: BTreeMap<String, Place>,
    /// Whether these are all, and all of them are in use.
    whole: bool,
}

impl Program {
    fn of(stack: &Stack<'_>, collector: &Collector) -> Self {
        let mut components = BTreeMap::new();
        let mut whole = collector.missing.is_none() && !collector.programs.is_empty();
        for doc in &collector.programs {
            whole &= add(stack, *doc, &mut components);
        }
        Self { components, whole }
    }
}

/// Adds the components of a document; false where it could not be read to its end.
fn add(stack: &Stack<'_>, doc: DocId, components: &mut BTreeMap<String, Place>) -> bool {
    let Some(file) = stack.documents.document(doc).alloy() else { return false };
    for block in file.body.blocks() {
        let name = file.str(block.name);
        if !is_component(name) {
            continue;
        }
        let id = match block.label {
            Some(label) => format!("{name}.{}", file.str(label)),
            None => name.to_owned(),
        };
        components.insert(id, Place { doc, span: block.name });
    }
    file.errors.is_empty()
}

/// Whether a name is one of a component, built in or declared, and not of a block that sets something.
fn is_component(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or(name);
    !BLOCKS.contains(&first) && first != "import"
}

/// How the components of a collector fare, one subject for each.
fn components(collector: &Collector, program: &Program, processes: &[&Process<'_>]) -> Vec<Subject> {
    let mut found: BTreeMap<String, Vec<(&Process<'_>, &Fact)>> = BTreeMap::new();
    for process in processes {
        for component in process.components.items() {
            let (Some(local), module) = (text(component, "localID"), text(component, "moduleID")) else {
                continue;
            };
            let id = match module {
                Some(module) if !module.is_empty() => format!("{module}/{local}"),
                _ => local.to_owned(),
            };
            found.entry(id).or_default().push((process, component));
        }
    }
    let subject = |(id, answers): (String, Vec<(&Process<'_>, &Fact)>)| {
        let rank = |fact: &Fact| {
            let state = fact.at("health.state").and_then(Fact::text).unwrap_or("unknown").to_owned();
            STATES.iter().position(|known| *known == state).unwrap_or(1)
        };
        let worst = answers.iter().map(|(_, fact)| rank(fact)).max().unwrap_or_default();
        let (_, answer) = answers.iter().find(|(_, fact)| rank(fact) == worst).copied()?;
        let pods: Vec<&str> =
            answers.iter().filter(|(_, fact)| rank(fact) == worst).map(|(process, _)| process.pod).collect();
        // A component of a module is told at the component that the module belongs to.
        let place = id.split('/').find_map(|part| program.components.get(part).copied());
        let place = place.unwrap_or(collector.place);
        let said = answer.at("health.message").cloned().unwrap_or_default();
        let state = STATES.get(worst).copied().unwrap_or("unknown");
        let answered = answer.at("health.state").and_then(|fact| fact.place).or(answer.place);
        let facts = Fact::map(
            [
                ("collector", Fact::new(collector.name.as_str(), collector.place)),
                ("name", Fact::new(id.as_str(), place)),
                ("health", Fact::new(state, answered)),
                ("says", Fact { value: brief(said.text()).into(), place: said.place }),
                ("pods", Fact::new(listed(&pods), answered)),
                ("asked", Fact::new(answers.len(), answered)),
                ("not_well", Fact::new(pods.len(), answered)),
            ],
            place,
        );
        let key = format!("{} {id}", collector.name);
        Some(Subject { kind: "running_component", key, facts })
    };
    found.into_iter().filter_map(subject).collect()
}

/// Whether what runs is the program of the input; with an opaque part where it is not: nobody knows what else it does.
fn in_use(collector: &Collector, program: &Program, processes: &[&Process<'_>]) -> Vec<Subject> {
    let mut strangers = BTreeSet::new();
    let mut missing = BTreeSet::new();
    let mut pods = Vec::new();
    for process in processes {
        let running: BTreeSet<&str> = process
            .components
            .items()
            .iter()
            .filter(|component| text(component, "moduleID").is_none_or(str::is_empty))
            .filter_map(|component| text(component, "localID"))
            .filter(|id| is_component(id))
            .collect();
        let own: BTreeSet<&str> = program.components.keys().map(String::as_str).collect();
        if running != own {
            pods.push(process.pod);
        }
        strangers.extend(running.difference(&own).copied());
        missing.extend(own.difference(&running).copied());
    }
    let at = missing.iter().find_map(|id| program.components.get(*id).copied());
    let place = at.unwrap_or(collector.place);
    let answered = processes.iter().find_map(|process| {
        let stranger = |id: &&str| strangers.contains(*id);
        let ids = process.components.items().iter().filter_map(|component| component.at("localID"));
        ids.filter(|id| id.text().as_ref().is_some_and(stranger)).find_map(|id| id.place)
    });
    let answered = answered.or(processes.first().map(|process| process.place));
    let differs = program.whole && !pods.is_empty();
    let names = |names: &BTreeSet<&str>| listed(&names.iter().copied().collect::<Vec<_>>());
    let unknown = (!program.whole).then(|| format!("the program of {} is not in the input", collector.name));
    let facts = Fact::map(
        [
            ("collector", Fact::new(collector.name.as_str(), collector.place)),
            ("differs", Fact::new(differs, place)),
            ("not_in_program", Fact::new((!strangers.is_empty()).then(|| names(&strangers)), answered)),
            ("not_running", Fact::new((!missing.is_empty()).then(|| names(&missing)), place)),
            ("pods", Fact::new(listed(&pods), answered)),
            ("unknown", Fact::new(unknown, collector.place)),
        ],
        place,
    );
    let mut subjects = vec![Subject { kind: "running_program", key: collector.name.clone(), facts }];
    if differs && !strangers.is_empty() {
        let reason = format!(
            "collector {} runs components that are not in its program ({}): where their data goes is not known",
            collector.name,
            names(&strangers)
        );
        let facts = Fact::map(
            [
                ("kind", Fact::bare("other-program-in-use")),
                ("collector", Fact::bare(collector.name.as_str())),
                ("name", Fact::bare(collector.name.as_str())),
                ("reason", Fact::new(reason, place)),
                ("logs", Fact::bare(true)),
                ("metrics", Fact::bare(true)),
            ],
            place,
        );
        subjects.push(Subject { kind: "opaque", key: format!("{} in use", collector.name), facts });
    }
    subjects
}

/// A process that answered and belongs to no collector of the input.
fn not_known(process: &Process<'_>) -> Subject {
    let name = format!("{}/{}", process.namespace, process.made_by.1);
    let reason = format!("{name} answered, and no collector of that name is in the input");
    let facts = Fact::map(
        [
            ("collector", Fact::new(name.as_str(), process.place)),
            ("differs", Fact::new(false, process.place)),
            ("unknown", Fact::new(reason, process.place)),
        ],
        process.place,
    );
    Subject { kind: "running_program", key: format!("{name} {}", process.pod), facts }
}

fn text<'f>(fact: &'f Fact, route: &str) -> Option<&'f str> {
    fact.at(route).and_then(Fact::text)
}

/// What a component says of its health, in one line that is not too long.
fn brief(said: Option<&str>) -> Option<String> {
    const LONGEST: usize = 200;
    let said = said?.split_whitespace().collect::<Vec<_>>().join(" ");
    if said.is_empty() {
        return None;
    }
    let mut brief: String = said.chars().take(LONGEST).collect();
    if brief.len() < said.len() {
        brief.push_str(" ...");
    }
    Some(brief)
}
