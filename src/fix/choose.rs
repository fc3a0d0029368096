//! Turns fixes in order into those of them that can be made at once.

use std::collections::BTreeSet;

use super::candidate::Candidate;
use crate::document::FileEdit;
use crate::text::Span;

/// The fixes that do not get into each other's way, first come first served. An edit that two of them want is made once.
pub(super) fn apart<'c>(candidates: &[&'c Candidate]) -> Vec<&'c Candidate> {
    let mut taken = BTreeSet::new();
    let mut chosen = Vec::new();
    for candidate in candidates.iter().copied() {
        if candidate.edits.iter().any(|edit| is_in_the_way(&taken, edit)) {
            continue;
        }
        taken.extend(candidate.edits.iter().map(key));
        chosen.push(candidate);
    }
    chosen
}

/// An edit by file and place.
type Key<'e> = (u32, Span, &'e str);

fn key(edit: &FileEdit) -> Key<'_> {
    (edit.file, edit.edit.span, &edit.edit.text)
}

/// Whether one of the edits taken, which are apart, meets this one without being the same.
fn is_in_the_way(taken: &BTreeSet<Key<'_>>, edit: &FileEdit) -> bool {
    let key = key(edit);
    if taken.contains(&key) {
        return false;
    }
    // Those taken are apart from each other: only the two on either side can meet this one. An insertion may touch an
    // edit that touches it on the other side too, hence two.
    let before = taken.range(..&key).rev().take(2);
    let behind = taken.range(&key..).take(2);
    before.chain(behind).any(|other| other.0 == edit.file && meets(other.1, edit.edit.span))
}

/// Whether two spans share a byte, or one is an insertion at the edge of the other: which comes first would be chance.
fn meets(one: Span, two: Span) -> bool {
    let is_insertion = one.start == one.end || two.start == two.end;
    if is_insertion {
        one.start <= two.end && two.start <= one.end
    } else {
        one.start < two.end && two.start < one.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Edit;

    fn candidate(finding: usize, edits: &[(u32, u32, u32, &str)]) -> Candidate {
        let edit = |(file, start, end, text): &(u32, u32, u32, &str)| FileEdit {
            file: *file,
            edit: Edit { span: Span::new(*start, *end), text: (*text).to_owned() },
        };
        let edits = edits.iter().map(edit).collect();
        Candidate { finding, alternative: 0, title: String::new(), edits }
    }

    fn chosen(candidates: &[Candidate]) -> Vec<usize> {
        let all: Vec<&Candidate> = candidates.iter().collect();
        apart(&all).iter().map(|candidate| candidate.finding).collect()
    }

    #[test]
    fn fixes_that_share_a_byte_are_not_made_at_once() {
        let one = candidate(1, &[(0, 5, 10, "x")]);
        let (over, beside) = (candidate(2, &[(0, 9, 12, "y")]), candidate(3, &[(0, 10, 12, "y")]));
        let other_file = candidate(4, &[(1, 5, 10, "z")]);
        let around = candidate(5, &[(0, 0, 20, "")]);
        assert_eq!(chosen(&[one, over, beside, other_file, around]), [1, 3, 4]);
    }

    #[test]
    fn equal_edits_count_once_and_different_insertions_at_one_place_are_put_off() {
        let one = candidate(1, &[(0, 5, 5, "x")]);
        let (same, other) = (candidate(2, &[(0, 5, 5, "x")]), candidate(3, &[(0, 5, 5, "y")]));
        let touching = candidate(4, &[(0, 5, 9, "")]);
        assert_eq!(chosen(&[one, same, other, touching]), [1, 2]);
    }

    #[test]
    fn fix_of_several_edits_is_chosen_whole_or_not_at_all() {
        let one = candidate(1, &[(0, 5, 6, "x")]);
        let half = candidate(2, &[(0, 1, 2, "y"), (0, 5, 6, "z")]);
        let free = candidate(3, &[(0, 1, 2, "w")]);
        assert_eq!(chosen(&[one, half, free]), [1, 3]);
    }
}
