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
    // Clusters that ended alike, in the same words, share a block.
    let mut blocks: Vec<(Vec<String>, &[&InvariantVerdict])> = Vec::new();
    for block in rows.chunk_by(|a, b| a.subject == b.subject && a.cluster == b.cluster) {
        let Some(first) = block.first() else { continue };
        let same =
            first.cluster.as_ref().and_then(|_| blocks.iter_mut().find(|(_, own)| are_alike(own, block)));
        match same {
            Some((names, _)) => names.push(name(first)),
            None => blocks.push((vec![name(first)], block)),
        }
    }
    for (names, block) in blocks {
        writeln!(out, "{}", clean::line(&names.join(", ")))?;
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

/// What was judged: a folder, or a cluster with the workload's name where it has another.
pub(in crate::report) fn name(verdict: &InvariantVerdict) -> String {
    match &verdict.cluster {
        Some(cluster) if *cluster != verdict.subject => format!("{cluster} ({})", verdict.subject),
        _ => verdict.subject.clone(),
    }
}

/// Whether two clusters ended alike, in the same words.
fn are_alike(one: &[&InvariantVerdict], two: &[&InvariantVerdict]) -> bool {
    let words = |verdict: &&InvariantVerdict| (verdict.invariant, verdict.verdict, verdict.summary.clone());
    one.len() == two.len()
        && one.iter().all(|verdict| verdict.cluster.is_some())
        && one.iter().zip(two).all(|(one, two)| words(one) == words(two))
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotApplicable => "not applicable",
        other => other.name(),
    }
}

/// The sign of a verdict, and its colour.
pub(super) fn symbol(verdict: Verdict) -> (&'static str, u8) {
    match verdict {
        Verdict::Holds => ("✓", GREEN),
        Verdict::Violated => ("✗", RED),
        Verdict::Undecided => ("?", YELLOW),
        Verdict::NotApplicable => ("-", DIM),
    }
}
