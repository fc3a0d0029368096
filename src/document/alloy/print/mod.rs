//! Turns an Alloy program into the text that `alloy fmt` would make of it, as long as that means the same.
//!
//! The rules are those of the reference's formatter: one tab for each level, `=` and trailing comments aligned over
//! consecutive lines, line ends between elements kept. Three stages: [`walk`] says token by token what stands in the
//! tree, [`weave`] puts comments and pending blanks between, [`columns`] aligns.
//!
//! It departs from the reference where that spoils a text. Strings and quoted keys are copied as typed. Whatever is
//! printed is read again, and is only taken if tree and comments are the same; where they are not, because the
//! reference loses track of comments inside names, chains and calls, it is printed anew with each comment exactly
//! where it stands. And since the reference judges "over several lines" on its input, its output is often not final:
//! here the rules are applied until nothing changes.

mod columns;
mod same;
mod walk;
mod weave;

#[cfg(test)]
mod tests;

pub(crate) use same::same;

use std::sync::Arc;

use super::File;
use super::SyntaxError;
use super::parse;
use super::parse::max_height;
use walk::Comments;

/// How often the rules are applied at most. Real texts need one or two rounds. Most are needed where a comment stands
/// in a chain of names: the reference moves it by a name or a dot each time, and no chain has more links than a tree
/// may be high.
fn max_rounds() -> usize {
    2 * max_height() as usize + 64
}

/// Why a text was not formatted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unformatted {
    /// It is no Alloy program.
    #[error("{} (line {line})", first.message)]
    Syntax {
        /// The first error.
        first: SyntaxError,
        /// The line of the text that it is on, from 1.
        line: usize,
    },
    /// Printing would lose something: a fault of this program, which then leaves the text alone.
    #[error("formatting would change what the text means; move comments out of expressions and try again")]
    Meaning,
    /// The rules go round in circles.
    #[error("the text does not settle after {} rounds of formatting; simplify its line breaks", max_rounds())]
    Restless,
}

/// Formats a program. Formatting the result again changes nothing.
pub(crate) fn format(text: &Arc<str>) -> Result<Arc<str>, Unformatted> {
    let mut file = parse(text.clone());
    if let Some(first) = file.errors.first() {
        let before = text.get(..first.span.start as usize).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        return Err(Unformatted::Syntax { first: first.clone(), line });
    }
    for _ in 0..max_rounds() {
        let next = round(&file)?;
        if next.text == file.text {
            return Ok(next.text);
        }
        file = next;
    }
    Err(Unformatted::Restless)
}

/// Applies the rules once; gives the program that was printed.
fn round(file: &File) -> Result<File, Unformatted> {
    [Comments::AsReference, Comments::Exact]
        .into_iter()
        .map(|comments| parse(walk::print(file, comments).into()))
        .find(|printed| same(file, printed))
        .ok_or(Unformatted::Meaning)
}
