//! Judges stacks by rounds: as many at once as there is room for. What a round opened is folded after it, so that memory grows
//! with the largest stack and not with the number of files.

use rayon::prelude::*;

use super::inputs::is_large;
use super::sharing::Kept;
use super::sharing::Sharing;
use super::stack::Common;
use super::stack::Judged;
use super::stacks::Group;
use crate::document::Documents;

/// What was found out of all stacks.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    /// Of each group that is judged, its stacks.
    pub(super) judged: Vec<Vec<Judged>>,
    /// Where the stores of all stacks keep their data, where clusters are held against folders.
    pub(super) kept: Vec<Kept>,
    /// What stacks share with those before them.
    pub(super) sharing: Sharing,
}

/// Judges those of `groups` that are wanted; the others only count for what they share. `several` is whether the run has more than
/// one stack, `room` how many bytes of text are judged at once.
pub(super) fn judge(
    common: Common<'_>,
    groups: &[(Group, bool)],
    documents: &mut Documents,
    several: bool,
    room: Option<usize>,
) -> Rounds {
    let mut rounds = Rounds::default();
    let in_parallel = is_large(&common.sources.texts);
    for round in by_size(groups, room, |group| size(common, group)) {
        if room.is_some() && in_parallel {
            open(round, documents, several);
        }
        let all = || round.iter().map(|(group, _)| group);
        if several {
            let kept = common.run(documents, &rounds.sharing).kept(all());
            for kept in &kept {
                rounds.sharing.add(kept);
            }
            rounds.kept.extend(kept.into_iter().filter(|_| common.options.against));
        }
        let run = common.run(documents, &rounds.sharing);
        let wanted: Vec<&Group> =
            round.iter().filter(|(_, wanted)| *wanted).map(|(group, _)| group).collect();
        if wanted.len() > 1 && in_parallel {
            rounds.judged.par_extend(wanted.par_iter().map(|group| run.judge(group)));
        } else {
            rounds.judged.extend(wanted.iter().map(|group| run.judge(group)));
        }
        for group in all() {
            fold(group, documents);
        }
    }
    rounds
}

/// Folds what can be folded of a group.
pub(super) fn fold(group: &Group, documents: &mut Documents) {
    for file in &group.files {
        if let Some(file) = documents.files.get_mut(*file) {
            file.documents.fold();
        }
    }
}

/// Opens the files of a round on all cores. Those of stacks of which little is asked open as they are asked.
fn open(round: &[(Group, bool)], documents: &Documents, several: bool) {
    let wanted = round.iter().filter(|(_, wanted)| *wanted || several);
    let files: Vec<usize> = wanted.flat_map(|(group, _)| group.files.iter().copied()).collect();
    files.par_iter().filter_map(|file| documents.files.get(*file)).for_each(|file| {
        let _: &[_] = &file.documents;
    });
}

/// The bytes of text of a group.
fn size(common: Common<'_>, group: &Group) -> usize {
    let texts = group.files.iter().filter_map(|file| common.sources.texts.get(*file));
    texts.map(|source| source.text.len()).sum()
}

/// Consecutive items, together not above the room; one that is larger stands alone.
fn by_size<T>(
    all: &[(T, bool)],
    room: Option<usize>,
    size: impl Fn(&T) -> usize,
) -> impl Iterator<Item = &[(T, bool)]> {
    let mut rest = all;
    std::iter::from_fn(move || {
        let Some(room) = room else { return Some(std::mem::take(&mut rest)).filter(|rest| !rest.is_empty()) };
        let mut left = room;
        let fits = rest.iter().take_while(|(item, _)| {
            let size = size(item);
            let fits = size <= left;
            left = left.saturating_sub(size);
            fits
        });
        let count = fits.count().max(1).min(rest.len());
        let (round, behind) = rest.split_at(count);
        rest = behind;
        Some(round).filter(|round| !round.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(sizes: &[usize], room: Option<usize>) -> Vec<Vec<usize>> {
        let all: Vec<(usize, bool)> = sizes.iter().map(|size| (*size, true)).collect();
        by_size(&all, room, |size| *size).map(|round| round.iter().map(|(size, _)| *size).collect()).collect()
    }

    #[test]
    fn a_round_holds_what_there_is_room_for_and_a_large_stack_stands_alone() {
        assert_eq!(rounds(&[3, 3, 3, 20, 4, 6, 1], Some(10)), [vec![3, 3, 3], vec![20], vec![4, 6], vec![1]]);
        assert_eq!(rounds(&[3, 20], None), [vec![3, 20]]);
        assert_eq!(rounds(&[3, 3], Some(0)), [vec![3], vec![3]]);
        assert_eq!(rounds(&[], Some(0)), Vec::<Vec<usize>>::new());
        assert_eq!(rounds(&[], None), Vec::<Vec<usize>>::new());
    }
}
