//! Turns fixes in order into those of them that can be made at once.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::candidate::Candidate;
use crate::document::FileEdit;
use crate::text::Span;

/// The fixes that do not get into each other's way, first come first served. An edit that two of them want is made once.
pub(super) fn apart<'c>(candidates: &[&'c Candidate]) -> Vec<&'c Candidate> {
    let mut taken = Taken::default();
    let mut chosen = Vec::new();
    for candidate in candidates.iter().copied() {
        let pairs = || candidate.edits.iter().zip(&candidate.lines);
        if pairs().all(|(edit, lines)| taken.edits.contains(edit) || !taken.meets(edit.file, *lines)) {
            for (edit, lines) in pairs() {
                taken.edits.insert(edit);
                taken.add(edit.file, *lines);
            }
            chosen.push(candidate);
        }
    }
    chosen
}

/// What the fixes chosen so far change.
#[derive(Default)]
struct Taken<'c> {
    edits: BTreeSet<&'c FileEdit>,
    /// The lines that they change, by file and start: their ends. Apart from each other.
    lines: BTreeMap<(u32, u32), u32>,
}

impl Taken<'_> {
    /// What was taken and shares a byte or an edge with the span: for insertions at one edge the order would be chance.
    fn met(&self, file: u32, span: Span) -> Option<((u32, u32), u32)> {
        let (start, end) = self.lines.range((file, 0)..=(file, span.end)).next_back()?;
        (*end >= span.start).then_some((*start, *end))
    }

    fn meets(&self, file: u32, span: Span) -> bool {
        self.met(file, span).is_some()
    }

    fn add(&mut self, file: u32, mut span: Span) {
        while let Some((start, end)) = self.met(file, span) {
            self.lines.remove(&start);
            span = span.to(Span::new(start.1, end));
        }
        self.lines.insert((file, span.start), span.end);
    }
}

/// The whole lines that a span of a text touches. Edits are as small as can be: two fixes that give one value two others
/// could each change a part of it. So a line belongs to one fix at a time.
pub(super) fn lines(text: &str, span: Span) -> Span {
    let before = text.get(..span.start as usize).unwrap_or_default();
    let behind = text.get(span.end as usize..).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let end = behind.find('\n').unwrap_or(behind.len());
    let start = u32::try_from(start).unwrap_or(span.start);
    Span::new(start, u32::try_from(end).map_or(span.end, |end| span.end.saturating_add(end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Edit;

    /// Thirty bytes in lines of ten.
    const TEXT: &str = "123456789\n123456789\n123456789\n";

    fn candidate(finding: usize, edits: &[(u32, u32, u32, &str)]) -> Candidate {
        let edit = |(file, start, end, text): &(u32, u32, u32, &str)| FileEdit {
            file: *file,
            edit: Edit { span: Span::new(*start, *end), text: (*text).to_owned() },
        };
        let edits: Vec<FileEdit> = edits.iter().map(edit).collect();
        let lines = edits.iter().map(|edit| lines(TEXT, edit.edit.span)).collect();
        Candidate { finding, alternative: 0, title: String::new(), edits, lines }
    }

    fn chosen(candidates: &[Candidate]) -> Vec<usize> {
        let all: Vec<&Candidate> = candidates.iter().collect();
        apart(&all).iter().map(|candidate| candidate.finding).collect()
    }

    #[test]
    fn fixes_of_one_line_are_not_made_at_once() {
        let one = candidate(1, &[(0, 12, 13, "x")]);
        let (same, next) = (candidate(2, &[(0, 17, 18, "y")]), candidate(3, &[(0, 21, 22, "y")]));
        let other_file = candidate(4, &[(1, 12, 13, "z")]);
        let around = candidate(5, &[(0, 2, 29, "")]);
        assert_eq!(chosen(&[one, same, next, other_file, around]), [1, 3, 4]);
    }

    #[test]
    fn equal_edits_count_once_and_different_insertions_at_one_place_are_put_off() {
        let one = candidate(1, &[(0, 10, 10, "x\n")]);
        let (same, other) = (candidate(2, &[(0, 10, 10, "x\n")]), candidate(3, &[(0, 10, 10, "y\n")]));
        let touching = candidate(4, &[(0, 9, 9, "\nz")]);
        assert_eq!(chosen(&[one, same, other, touching]), [1, 2, 4]);
    }

    #[test]
    fn fix_of_several_edits_is_chosen_whole_or_not_at_all() {
        let one = candidate(1, &[(0, 12, 13, "x"), (0, 15, 16, "x")]);
        let half = candidate(2, &[(0, 1, 2, "y"), (0, 12, 13, "z")]);
        let free = candidate(3, &[(0, 1, 2, "w")]);
        assert_eq!(chosen(&[one, half, free]), [1, 3]);
    }
}
