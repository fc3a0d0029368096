//! Turns the files of a folder into what a first settings file for it can say: `init`.

use super::CheckOptions;
use super::control_room;
use super::groups;
use super::inputs;
use super::inputs::Inputs;
use super::parts;
use super::policy::Policy;
use crate::model;
use crate::model::ControlRoom;
use crate::model::FilePieces;
use crate::model::Piece;
use crate::model::Stack;
use crate::model::Stated;
use crate::source::Sources;

/// What can be told of a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Detected {
    /// The stacks in it, by their names in reports.
    pub(crate) stacks: Vec<DetectedStack>,
    /// Whether anything is there that would be linted.
    pub(crate) holds_anything: bool,
    /// Whether any of it is declared as a workload of Posit Team Dedicated, or writes to a control room.
    pub(crate) is_ptd: bool,
}

/// A stack in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DetectedStack {
    /// Its name in reports: the folder.
    pub(crate) name: String,
    /// Its control room's domain, or `None` for none, with the words that say how it is known.
    pub(crate) control_room: Option<(Option<String>, String)>,
}

/// Looks at all that is in the sources.
pub(crate) fn detect(sources: &Sources, arguments: &[String], options: &CheckOptions) -> Detected {
    let Inputs { readings, mut documents, .. } = inputs::read(sources, options);
    let policy = Policy::load(options, &mut documents, &readings);
    let declared = policy.stack_folders(options, &documents);
    let mut detected = Detected::default();
    for group in groups((sources, &[]), arguments, options, &readings, &declared) {
        for (name, cluster, part) in parts::parts(&group, &readings, &documents) {
            let pieces = |file: &usize| readings.get(*file).map_or(&[][..], |reading| &reading.pieces);
            let files = part.files.iter().filter_map(|file| {
                Some(FilePieces { file: u32::try_from(*file).ok()?, pieces: pieces(file) })
            });
            let files: Vec<FilePieces<'_>> = files.collect();
            detected.holds_anything |= files.iter().any(|file| !file.pieces.is_empty());
            let is_declaration = |piece: &Piece| matches!(piece, Piece::Declaration(_) | Piece::Site(_));
            detected.is_ptd |= files.iter().any(|file| file.pieces.iter().any(is_declaration));
            let stack = Stack::assemble(&documents, &files, cluster.as_deref());
            let workload = model::workload(&stack, &Stated::default(), &name);
            let control_room = match &workload.control_room {
                ControlRoom::Declared(domain, place) => {
                    let by = place.map_or_else(String::new, |place| documents.resolve(place).path.clone());
                    Some((Some(domain.clone()), format!("as {by} declares")))
                }
                ControlRoom::None(_) => Some((None, "as is declared".to_owned())),
                _ => {
                    let guess = control_room::guess(&model::collectors(&stack), &documents);
                    detected.is_ptd |= guess.is_some();
                    guess.map(|domain| (Some(domain), "guessed: metrics are written to it".to_owned()))
                }
            };
            detected.stacks.push(DetectedStack { name, control_room });
        }
    }
    detected
}
