//! Decides which files belong to one stack.
//!
//! A folder given is one stack, unless declarations (`ptd.yaml`, `ptd-lint.yaml`) below it say that it holds several:
//! then each declaration's folder is one. Files given belong with the other files of their folder. Folders and files
//! that hold no Kubernetes objects (values files, Alloy programs, declarations) are pieces: they belong with what lies
//! beside their folder.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::model::Piece;
use crate::model::Reading;
use crate::text::absolute;

/// The files of one stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// The folder, or the only file, as given.
    pub(crate) name: String,
    /// Indices into the run's files, in order.
    pub(crate) files: Vec<usize>,
    /// The running cluster that it is, by its index, where it is one.
    pub(crate) cluster: Option<usize>,
}

/// A file of the run, as far as grouping looks at it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'i> {
    /// Its path, as given.
    pub(crate) path: &'i str,
    /// The argument that led to it.
    pub(crate) given: &'i str,
    /// What it holds.
    pub(crate) reading: &'i Reading,
}

/// Groups the files of a run. `declared` are folders that settings declare to be stacks; relative paths start `here`.
pub(crate) fn groups(inputs: &[Input<'_>], declared: &[String], here: &str) -> Vec<Group> {
    let mut roots: Vec<String> = inputs.iter().map(|input| root_of(input.path, input.given)).collect();
    let governed = governed_folders(inputs);
    split_by_declarations(inputs, &governed, &mut roots);
    split_as_declared(inputs, declared, here, &mut roots);
    lift_pieces(inputs, &governed, &mut roots);
    spread_declarations(inputs, &governed, &roots)
}

/// Settings list the folders that are stacks.
fn split_as_declared(inputs: &[Input<'_>], declared: &[String], here: &str, roots: &mut [String]) {
    let declared: BTreeSet<String> = declared.iter().map(|folder| absolute(here, folder)).collect();
    if declared.is_empty() {
        return;
    }
    for (root, input) in roots.iter_mut().zip(inputs) {
        let mut folder = parent(input.path);
        loop {
            if declared.contains(&absolute(here, folder)) {
                folder.clone_into(root);
                break;
            }
            let above = parent(folder);
            if above == folder {
                break;
            }
            folder = above;
        }
    }
}

/// The folder that a file's stack has before anything is known of its content.
fn root_of(path: &str, argument: &str) -> String {
    let folder = argument.trim_end_matches('/');
    let below = match folder {
        "" => false,
        "." => path != ".",
        folder => path.starts_with(&format!("{folder}/")),
    };
    if below { folder.to_owned() } else { parent(path).to_owned() }
}

/// The folder of a path; `.` for one without a folder.
pub(super) fn parent(path: &str) -> &str {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => ".",
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    folder == "." && !path.starts_with('/')
        || path == folder
        || path.starts_with(&format!("{}/", folder.trim_end_matches('/')))
}

fn declares(piece: &Piece) -> bool {
    matches!(piece, Piece::Declaration(_) | Piece::Settings(_) | Piece::Site(_))
}

/// Whether the file holds a declaration, whatever else is in it.
pub(super) fn declares_something(reading: &Reading) -> bool {
    reading.pieces.iter().any(declares)
}

/// Whether the file holds nothing but declarations, which govern the rest of their stack.
fn only_declares(reading: &Reading) -> bool {
    !reading.pieces.is_empty() && reading.pieces.iter().all(declares)
}

/// Whether the file holds objects, which only one cluster's stack can have.
fn has_objects(reading: &Reading) -> bool {
    reading.pieces.iter().any(|piece| matches!(piece, Piece::Resource(_)))
}

/// The folder that each declaration governs, by the folder that it lies in: its own, or the one above where its own
/// holds nothing but declarations.
fn governed_folders(inputs: &[Input<'_>]) -> BTreeMap<String, String> {
    let mut only = BTreeMap::new();
    for input in inputs {
        let rules = |piece: &Piece| matches!(piece, Piece::Declaration(_) | Piece::Settings(_));
        if input.reading.pieces.iter().any(rules) {
            only.entry(parent(input.path)).or_insert(true);
        }
    }
    for input in inputs.iter().filter(|input| !input.reading.pieces.iter().all(declares)) {
        // Every folder above the file holds more than declarations.
        let mut folder = parent(input.path);
        loop {
            if let Some(only) = only.get_mut(folder) {
                *only = false;
            }
            let above = parent(folder);
            if above == folder {
                break;
            }
            folder = above;
        }
    }
    only.into_iter()
        .map(|(folder, only)| (folder.to_owned(), if only { parent(folder) } else { folder }.to_owned()))
        .collect()
}

/// Several declarations below one folder: each governs a stack of its own.
fn split_by_declarations(inputs: &[Input<'_>], governed: &BTreeMap<String, String>, roots: &mut [String]) {
    let declared: BTreeSet<String> = governed.values().cloned().collect();
    let mut below = BTreeMap::<String, Vec<&String>>::new();
    for root in roots.iter() {
        if !below.contains_key(root) {
            let inside = declared.iter().filter(|folder| is_below(folder, root)).collect();
            below.insert(root.clone(), inside);
        }
    }
    for (root, input) in roots.iter_mut().zip(inputs) {
        let inside = &below[root.as_str()];
        if inside.len() < 2 {
            continue;
        }
        let deepest =
            inside.iter().filter(|folder| is_below(input.path, folder)).max_by_key(|folder| folder.len());
        if let Some(folder) = deepest {
            (*folder).clone_into(root);
        }
    }
}

/// Groups without objects move to the folder above, and from there into the only group of objects beside them.
fn lift_pieces(inputs: &[Input<'_>], governed: &BTreeMap<String, String>, roots: &mut [String]) {
    // Where several folders are declared, each stays a stack of its own, whatever it is made of.
    let declared: BTreeSet<&String> = governed.values().collect();
    let objects: BTreeSet<String> = roots
        .iter()
        .zip(inputs)
        .filter(|(_, input)| has_objects(input.reading))
        .map(|(root, _)| root.clone())
        .collect();
    let single = roots.iter().collect::<BTreeSet<_>>().len() < 2;
    if single {
        return;
    }
    let all: BTreeSet<String> = roots.iter().cloned().collect();
    for root in roots.iter_mut() {
        if declared.len() > 1 && declared.contains(root) {
            continue;
        }
        // What lies above other stacks stays where it is: it is no piece of one of them.
        if objects.contains(root) || all.iter().any(|other| other != root && is_below(other, root)) {
            continue;
        }
        let above = parent(root).to_owned();
        let mut beside = objects.iter().filter(|folder| parent(folder) == above || **folder == above);
        *root = match (beside.next(), beside.next()) {
            (Some(only), None) => only.clone(),
            _ => above,
        };
    }
}

/// Makes the groups; declarations go to every group that they govern.
fn spread_declarations(
    inputs: &[Input<'_>],
    governed: &BTreeMap<String, String>,
    roots: &[String],
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut index = BTreeMap::new();
    for (file, (root, input)) in roots.iter().zip(inputs).enumerate() {
        if only_declares(input.reading) {
            continue;
        }
        let at = *index.entry(root.as_str()).or_insert_with(|| {
            groups.push(Group { name: root.clone(), files: Vec::new(), cluster: None });
            groups.len() - 1
        });
        groups[at].files.push(file);
    }
    let alone = groups.len() == 1;
    for (file, (root, input)) in roots.iter().zip(inputs).enumerate() {
        if !only_declares(input.reading) {
            continue;
        }
        let folder = governed.get(parent(input.path));
        let is_governed = |group: &Group| {
            alone || group.name == *root || folder.is_some_and(|folder| is_below(&group.name, folder))
        };
        let mut found = false;
        for group in groups.iter_mut().filter(|group| is_governed(group)) {
            group.files.push(file);
            group.files.sort_unstable();
            found = true;
        }
        if !found {
            groups.push(Group { name: root.clone(), files: vec![file], cluster: None });
        }
    }
    // Files that hold nothing that is linted make no stack of their own beside others.
    if groups.len() > 1 {
        let empty = |file: &usize| {
            inputs[*file].reading.pieces.is_empty() && inputs[*file].reading.problems.is_empty()
        };
        groups.retain(|group| !group.files.iter().all(empty));
    }
    for group in &mut groups {
        // One file that was given by itself is its own stack, not its folder.
        if let [only] = group.files[..]
            && (inputs[only].given == inputs[only].path || inputs[only].given == "-")
        {
            inputs[only].path.clone_into(&mut group.name);
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Expected;
    use crate::model::read;

    fn group(inputs: &[(&str, &str, &str)]) -> Vec<(String, Vec<usize>)> {
        group_with(inputs, &[])
    }

    fn group_with(inputs: &[(&str, &str, &str)], declared: &[&str]) -> Vec<(String, Vec<usize>)> {
        let readings: Vec<Reading> = inputs
            .iter()
            .enumerate()
            .map(|(index, (_, path, text))| {
                read(u32::try_from(index).unwrap(), path, &(*text).into(), Expected::Any)
            })
            .collect();
        let named = inputs.iter().zip(&readings);
        let named: Vec<Input<'_>> =
            named.map(|((given, path, _), reading)| Input { path, given, reading }).collect();
        let declared: Vec<String> = declared.iter().map(|folder| (*folder).to_owned()).collect();
        groups(&named, &declared, "/home/me/repo")
            .into_iter()
            .map(|group| (group.name, group.files))
            .collect()
    }

    const OBJECT: &str = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n";
    const VALUES: &str = "loki:\n  auth_enabled: false\n";
    const ALLOY: &str = "logging {}\n";
    const DECLARED: &str = "apiVersion: posit.team/v1\nkind: AWSWorkloadConfig\nspec: {}\n";

    #[test]
    fn folders_of_objects_are_stacks_of_their_own() {
        let stacks = group(&[("w/one", "w/one/a.yaml", OBJECT), ("w/two", "w/two/a.yaml", OBJECT)]);
        assert_eq!(stacks, [("w/one".to_owned(), vec![0]), ("w/two".to_owned(), vec![1])]);
    }

    #[test]
    fn values_and_programs_in_folders_side_by_side_are_one_stack() {
        let stacks =
            group(&[("w/values", "w/values/loki.yaml", VALUES), ("w/alloy", "w/alloy/config.alloy", ALLOY)]);
        assert_eq!(stacks, [("w".to_owned(), vec![0, 1])]);
    }

    #[test]
    fn files_of_one_folder_are_one_stack_and_of_two_folders_two() {
        let stacks = group(&[
            ("m/a.yaml", "m/a.yaml", OBJECT),
            ("m/b.yaml", "m/b.yaml", OBJECT),
            ("n/a.yaml", "n/a.yaml", OBJECT),
        ]);
        assert_eq!(stacks, [("m".to_owned(), vec![0, 1]), ("n/a.yaml".to_owned(), vec![2])]);
    }

    #[test]
    fn several_declarations_split_a_folder() {
        let stacks = group(&[
            ("all", "all/x/ptd.yaml", DECLARED),
            ("all", "all/x/m/a.yaml", OBJECT),
            ("all", "all/y/inputs/ptd.yaml", DECLARED),
            ("all", "all/y/m/a.yaml", OBJECT),
        ]);
        assert_eq!(stacks, [("all/x".to_owned(), vec![0, 1]), ("all/y".to_owned(), vec![2, 3])]);
    }

    #[test]
    fn declared_folders_of_programs_stay_apart() {
        let stacks = group(&[
            (".", "x/ptd-lint.yaml", "version: 1\ncontrol_room: false\n"),
            (".", "x/a.alloy", ALLOY),
            (".", "y/ptd.yaml", DECLARED),
            (".", "y/a.alloy", ALLOY),
        ]);
        assert_eq!(stacks, [("x".to_owned(), vec![0, 1]), ("y".to_owned(), vec![2, 3])]);
    }

    #[test]
    fn one_declaration_governs_the_folder_that_is_given() {
        let stacks = group(&[("w", "w/inputs/ptd.yaml", DECLARED), ("w", "w/m/a.yaml", OBJECT)]);
        assert_eq!(stacks, [("w".to_owned(), vec![0, 1])]);
    }

    #[test]
    fn a_declaration_given_beside_the_manifests_governs_them() {
        let stacks = group(&[("w/inputs", "w/inputs/ptd.yaml", DECLARED), ("w/m", "w/m/a.yaml", OBJECT)]);
        assert_eq!(stacks, [("w/m".to_owned(), vec![0, 1])]);
    }

    #[test]
    fn settings_may_list_the_folders_that_are_stacks() {
        let files = [
            ("all", "all/x/a.yaml", OBJECT),
            ("all", "all/x/deep/b.yaml", OBJECT),
            ("all", "all/y/a.yaml", OBJECT),
        ];
        let stacks = group_with(&files, &["../repo/all/x", "/home/me/repo/all/y"]);
        assert_eq!(stacks, [("all/x".to_owned(), vec![0, 1]), ("all/y".to_owned(), vec![2])]);
    }
}
