//! Turns sources into the stacks that a check of them judges, for questions that are no check.

use super::CheckOptions;
use super::groups;
use super::inputs;
use super::inputs::Inputs;
use super::parts;
use super::policy::Policy;
use crate::document::Documents;
use crate::model::FilePieces;
use crate::model::Stack;
use crate::source::Sources;

/// Calls `look` with the name of each stack and the stack, and gives the documents that its places refer to. They are numbered as
/// by a check of the same sources.
pub(crate) fn each(
    sources: &Sources,
    arguments: &[String],
    options: &CheckOptions,
    look: &mut dyn FnMut(&str, &Stack<'_>),
) -> Documents {
    let Inputs { readings, mut documents, .. } = inputs::read(sources, options);
    let policy = Policy::load(options, &mut documents, &readings);
    let declared = policy.stack_folders(options, &documents);
    let seen = super::clusters::seen(sources, &documents);
    for group in &groups((sources, &seen), arguments, options, &readings, &declared) {
        for (name, cluster, part) in parts::parts(group, &readings, &documents) {
            let files: Vec<FilePieces<'_>> = part
                .files
                .iter()
                .filter_map(|file| {
                    let pieces = &readings.get(*file)?.pieces;
                    Some(FilePieces { file: u32::try_from(*file).ok()?, pieces })
                })
                .collect();
            look(&name, &Stack::assemble(&documents, &files, cluster.as_deref()));
        }
    }
    documents
}
