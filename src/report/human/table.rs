//! Turns verdicts into an aligned table, one block per subject.

use std::io::Write;

use super::DIM;
use super::Detail;
use super::GREEN;
use super::RED;
use super::Style;
use super::YELLOW;
use super::clean;
use super::paint;
use crate::finding::InvariantVerdict;
use crate::finding::Verdict;

/// Writes the table; a quiet one leaves out what holds.
pub(super) fn write(
    verdicts: &[InvariantVerdict],
    style: Style,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let shown =
        |verdict: &&InvariantVerdict| style.detail != Detail::Quiet || verdict.verdict != Verdict::Holds;
    let rows: Vec<_> = verdicts.iter().filter(shown).collect();
    let invariant_width = rows.iter().map(|row| row.invariant.id().len()).max().unwrap_or(0);
    let word_width = rows.iter().map(|row| word(row.verdict).len()).max().unwrap_or(0);
    for block in rows.chunk_by(|a, b| a.subject == b.subject) {
        let Some(first) = block.first() else { continue };
        writeln!(out, "{}", clean::line(&first.subject))?;
        for row in block {
            let (symbol, color) = symbol(row.verdict);
            let word = format!("{:word_width$}", word(row.verdict));
            writeln!(
                out,
                "  {} {:invariant_width$}  {}  {}",
                paint(style, color, symbol),
                row.invariant.id(),
                paint(style, color, &word),
                clean::line(&row.summary)
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotApplicable => "not applicable",
        other => other.name(),
    }
}

fn symbol(verdict: Verdict) -> (&'static str, u8) {
    match verdict {
        Verdict::Holds => ("✓", GREEN),
        Verdict::Violated => ("✗", RED),
        Verdict::Undecided => ("?", YELLOW),
        Verdict::NotApplicable => ("-", DIM),
    }
}
