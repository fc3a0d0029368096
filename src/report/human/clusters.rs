//! Turns what is known of running clusters into text: a table of promises, who has a finding, what was not seen.

use std::collections::BTreeMap;
use std::io::Write;

use super::Detail;
use super::RED;
use super::Style;
use super::clean;
use super::counted;
use super::paint;
use super::table::symbol;
use crate::finding::Coverage;
use crate::finding::Invariant;
use crate::finding::Report;
use crate::finding::Verdict;

/// How many clusters are named in one line; the JSON report names all.
const NAMED: usize = 8;

/// How many clusters that do not have a finding are named in place of those that do.
const OUTLIERS: usize = 3;

/// Writes how each promise ended in each cluster, where there are several.
pub(super) fn write_table(report: &Report, style: Style, out: &mut impl Write) -> std::io::Result<()> {
    let judged = report.verdicts.iter().filter_map(|verdict| verdict.cluster.as_deref());
    let mut names: Vec<&str> = judged.collect();
    names.sort_unstable();
    names.dedup();
    if names.len() < 2 {
        return Ok(());
    }
    let width = names.iter().map(|name| clean::line(name).chars().count()).max().unwrap_or_default();
    for (index, invariant) in Invariant::ALL.iter().enumerate() {
        writeln!(out, "{:width$}  {}{}", "", "│ ".repeat(index), invariant.id())?;
    }
    let worst = worst(report);
    for name in names {
        write!(out, "{:width$} ", clean::line(name))?;
        for invariant in Invariant::ALL {
            let (sign, color) = worst.get(&(name, invariant)).map_or((" ", RED), |own| symbol(*own));
            write!(out, " {}", paint(style, color, sign))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "(✓ holds, ✗ violated, ? undecided, - not applicable)\n")
}

/// How each promise ended in each cluster; where several verdicts say it (reports that were joined), the worst of them.
fn worst(report: &Report) -> BTreeMap<(&str, Invariant), Verdict> {
    let rank = |verdict: Verdict| match verdict {
        Verdict::Violated => 0,
        Verdict::Undecided => 1,
        Verdict::Holds => 2,
        Verdict::NotApplicable => 3,
    };
    let mut worst = BTreeMap::new();
    for own in &report.verdicts {
        let Some(name) = own.cluster.as_deref() else { continue };
        let kept = worst.entry((name, own.invariant)).or_insert(own.verdict);
        if rank(own.verdict) < rank(*kept) {
            *kept = own.verdict;
        }
    }
    worst
}

/// Which of the clusters that were read have a finding: `in 4 of 5 clusters, not in eu-3`. Nothing where one was read.
pub(super) fn spread<'n>(having: &[&'n str], coverage: &'n Coverage) -> Option<String> {
    let read = coverage.clusters.iter().filter(|own| own.same_as.is_none() && own.objects > 0);
    let mut others: Vec<&str> = read.map(|own| own.name.as_str()).collect();
    others.retain(|name| !having.contains(name));
    let all = others.len() + having.len();
    if all < 2 || having.is_empty() {
        return None;
    }
    let partly = |name: &str| coverage.not_seen.iter().any(|unseen| unseen.cluster == name);
    let doubt = if others.iter().any(|name| partly(name)) { " (of which not all could be read)" } else { "" };
    Some(match (having, others.len()) {
        (_, 0) => format!("in all {all} clusters"),
        ([only], _) if doubt.is_empty() => format!("only in {only}"),
        ([only], _) => format!("only in {only}, as far as the others could be read"),
        (_, few) if few <= OUTLIERS && few < having.len() => {
            format!("in {} of {all} clusters, not in {}{doubt}", having.len(), list(&others))
        }
        _ => format!("in {} of {all} clusters: {}", having.len(), list(having)),
    })
}

/// `a, b and 7 more`.
fn list(names: &[&str]) -> String {
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The lines of a finding that name its clusters, the places there that differ, and how it stands in Git. `places` are
/// those of `having`, as they are shown.
pub(in crate::report) fn lines(
    having: &[&str],
    places: &[String],
    git: Option<(&str, &str, Option<&str>)>,
    coverage: &Coverage,
    style: Style,
) -> String {
    let mut text = String::new();
    if let Some(spread) = spread(having, coverage) {
        text.extend(["  ", &clean::line(&spread), "\n"]);
        let below = |name: &str, place: &str| place.strip_prefix(name).unwrap_or(place).to_owned();
        let pairs: Vec<_> = having.iter().zip(places).collect();
        let first = pairs.first().map(|(name, place)| below(name, place));
        let differ = |(name, place): &&(&&str, &String)| Some(below(name, place)) != first;
        let shown = pairs.iter().skip(1).filter(|pair| style.detail == Detail::Verbose || differ(pair));
        for (_, place) in shown.take(if style.detail == Detail::Verbose { usize::MAX } else { NAMED }) {
            text.extend(["  also at ", &clean::line(place), "\n"]);
        }
    }
    if let Some((state, reason, place)) = git {
        let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
        text.push_str(&clean::line(&format!("  {state}{place}: {reason}")));
        text.push('\n');
    }
    text
}

/// Writes how much was read of each cluster.
pub(super) fn write_read(coverage: &Coverage, style: Style, out: &mut impl Write) -> std::io::Result<()> {
    if coverage.clusters.is_empty() || style.detail == Detail::Quiet {
        return Ok(());
    }
    let read = coverage.clusters.iter().filter(|own| own.objects > 0).count();
    let all = coverage.clusters.len();
    if all == 1 || style.detail == Detail::Verbose {
        for own in &coverage.clusters {
            writeln!(out, "Read {} of cluster {}", counted(own.objects, "object"), clean::line(&own.name))?;
        }
    } else {
        let objects = coverage.clusters.iter().map(|own| own.objects).sum();
        writeln!(out, "Read {} of {read} of {all} clusters (-v lists them)", counted(objects, "object"))?;
    }
    for own in &coverage.clusters {
        for note in &own.notes {
            writeln!(out, "{}: {}", clean::line(&own.name), clean::line(note))?;
        }
        if let Some(same) = &own.same_as {
            let (name, same) = (clean::line(&own.name), clean::line(same));
            writeln!(out, "{name} is the same cluster as {same}, and is judged there")?;
        }
    }
    Ok(())
}

/// Writes what was not seen, cluster by cluster; shown however quiet the run, since it decides the exit code.
pub(super) fn write_not_seen(coverage: &Coverage, style: Style, out: &mut impl Write) -> std::io::Result<()> {
    for group in coverage.not_seen.chunk_by(|one, two| one.cluster == two.cluster) {
        let Some(first) = group.first() else { continue };
        let title = format!("Not all of cluster {} was seen:", clean::line(&first.cluster));
        writeln!(out, "{}", paint(style, RED, &title))?;
        for unseen in group {
            let (request, message) = (clean::line(&unseen.request()), clean::lines(&unseen.message));
            let message = message.replace('\n', "\n    ");
            writeln!(out, "  {request}: {}: {message}", clean::line(&unseen.cause))?;
        }
    }
    Ok(())
}
