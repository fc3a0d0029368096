//! Finds the program of a collector: at a path of its pod, in an object, or among the programs that nobody names.

use std::collections::BTreeSet;

use super::Collector;
use super::RunsIn;
use crate::document::DocId;
use crate::document::Place;
use crate::document::alloy::Block;
use crate::model::alloy::Environment;
use crate::model::alloy::types::Running;
use crate::model::exposure::Exposure;
use crate::model::fact::Fact;
use crate::model::mounts::Mount;
use crate::model::mounts::mount_of;
use crate::model::readable::not_asked_for_key;
use crate::model::stack::AlloyText;
use crate::model::stack::Stack;
use crate::model::stack::stands_alone;
use crate::text::Span;

/// The program at `path` of a container, or why it is not known.
pub(super) fn program_at(
    stack: &Stack<'_>,
    namespace: &str,
    mounts: &[Mount],
    path: &str,
) -> Result<Vec<DocId>, (String, Option<Place>)> {
    let mount = mount_of(mounts, path);
    let Some((mount, (kind, texts))) = mount.and_then(|mount| Some((mount, mount.texts()?))) else {
        return Err((format!("its program `{path}` comes from no ConfigMap of the input"), None));
    };
    let file = mount.file(path);
    let keys: Vec<Option<&str>> = match (&texts.items, &file) {
        (_, Some(file)) => texts.keys(file).map(Some).collect(),
        (Some(items), None) => items.iter().map(|(key, _)| Some(key.as_str())).collect(),
        (None, None) => vec![None],
    };
    let found = keys.into_iter().flat_map(|key| program_in(stack, namespace, (kind, &texts.name), key));
    let found: Vec<DocId> = found.collect();
    if found.is_empty() {
        let file = file.unwrap_or_else(|| "*.alloy".to_owned());
        let name = &texts.name;
        let withheld = not_asked_for_key(stack, kind, namespace, name, &file);
        let why = withheld.unwrap_or_else(|| "which is not in the input".to_owned());
        let reason = format!("its program is `{file}` of {kind} {namespace}/{name}, {why}");
        return Err((reason, Some(texts.place)));
    }
    Ok(found)
}

/// The program in a ConfigMap or Secret; `key` of `None` takes every Alloy text in it.
pub(super) fn program_in<'s>(
    stack: &'s Stack<'_>,
    namespace: &'s str,
    (kind, name): (&'s str, &'s str),
    key: Option<&'s str>,
) -> impl Iterator<Item = DocId> + 's {
    stack
        .programs
        .iter()
        .filter(move |program| {
            let Some(object) = &program.home.object else { return false };
            program.home.release.is_none()
                && *object.kind == *kind
                && *object.name == *name
                && (*object.namespace == *namespace || object.namespace.is_empty())
                && key.is_none_or(|key| program.home.key.as_deref() == Some(key))
        })
        .map(|program| program.doc)
}

/// Programs that nobody names: the only collector without a program takes them, else each stands alone.
pub(super) fn adopt_programs(
    stack: &Stack<'_>,
    collectors: &mut Vec<Collector>,
    claimed: &mut BTreeSet<DocId>,
) {
    let free: Vec<&AlloyText<'_>> =
        stack.programs.iter().filter(|program| !claimed.contains(&program.doc)).collect();
    let alone = free.iter().filter(|program| stands_alone(program.home)).map(|program| program.doc);
    let alone: Vec<DocId> = alone.filter(|program| !is_library(stack, *program)).collect();
    let mut lacking = collectors.iter_mut().filter(|collector| collector.missing.is_some());
    if let (Some(collector), None, [only]) =
        (lacking.next(), lacking.next(), &alloy_of_one_folder(stack, &alone)[..])
    {
        let path = only.first().map_or("", |doc| &stack.documents.files[doc.file as usize].path);
        collector.adopt(only, path);
        claimed.extend(only.iter().copied());
    }
    // A text that only declares modules runs where a program imports it.
    let others = !collectors.is_empty() || free.iter().any(|program| !is_library(stack, program.doc));
    for program in &free {
        if claimed.contains(&program.doc) || others && is_library(stack, program.doc) {
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
                ("version", Fact::absent(place)),
                ("place", Fact::absent(place)),
            ],
            place,
        );
        collectors.push(Collector {
            name,
            namespace: namespace.filter(|namespace| !namespace.is_empty()),
            programs: vec![program.doc],
            missing: None,
            hidden: Vec::new(),
            environment: Environment::default(),
            mounts: Vec::new(),
            program_path: None,
            exposure: Exposure::default(),
            running: Running { alone: is_one_of_several(&free, program), ..Running::default() },
            assumption: None,
            place,
            runs_in: RunsIn::Unseen,
            facts,
        });
    }
}

/// Texts of the input that hold nothing but modules for others.
pub(crate) fn libraries(stack: &Stack<'_>) -> impl Iterator<Item = DocId> {
    stack.programs.iter().map(|program| program.doc).filter(|program| is_library(stack, *program))
}

/// Whether a text holds nothing but modules for others.
fn is_library(stack: &Stack<'_>, program: DocId) -> bool {
    let Some(file) = stack.documents.document(program).alloy() else { return false };
    let module =
        |block: &Block| matches!(block.parts.first().map(|part| file.str(*part)), Some("declare" | "import"));
    file.errors.is_empty() && file.body.blocks().next().is_some() && file.body.blocks().all(module)
}

/// Whether a program that nobody names may be one part of several: a file may belong with others of its folder, and a text
/// in a ConfigMap with the others there.
fn is_one_of_several(programs: &[&AlloyText<'_>], program: &AlloyText<'_>) -> bool {
    let object = program.home.object.as_ref();
    let beside = |other: &&&AlloyText<'_>| other.doc != program.doc && other.home.object.as_ref() == object;
    stands_alone(program.home) || programs.iter().any(|other| beside(&other))
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
