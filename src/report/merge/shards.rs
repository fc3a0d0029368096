//! Turns what reports of parts of a fleet say of their parts into what the whole does not know.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::finding::Invariant;
use crate::finding::Verdict;
use crate::report::contract::CoverageJson;
use crate::report::contract::ErrorJson;
use crate::report::contract::ReportJson;
use crate::report::contract::ShardJson;
use crate::report::contract::VerdictJson;

/// How many missing parts are named.
const NAMED: usize = 16;

/// What was taken for granted of clusters that no run read together.
const UNSHARED: &str = "no cluster of another report keeps its data in the same bucket: each run compares only the clusters that \
     it read itself";

/// Says which parts are missing, as errors of the whole. A part that was missing when some of the reports were joined, and is
/// there now, is missing no more.
pub(super) fn tell_missing(coverage: &mut CoverageJson) {
    coverage.shards.sort_unstable();
    coverage.shards.dedup();
    let mut there: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for ShardJson { index, count } in &coverage.shards {
        there.entry(*count).or_default().insert(*index);
    }
    for (count, there) in there {
        let path = format!("--shard /{count}");
        coverage.errors.retain(|error| error.path != path);
        let missing = count.saturating_sub(there.len());
        if missing == 0 {
            continue;
        }
        // A report may claim any count: no more are looked at than are named.
        let named = (0..count).filter(|index| !there.contains(index)).take(NAMED);
        let mut named = named.map(|index| index.to_string()).collect::<Vec<_>>().join(", ");
        if missing > NAMED {
            named = format!("{named} and {} more", missing - NAMED);
        }
        let message = format!(
            "no report of part {named}: nothing is known of the clusters that belong to it; give its report too"
        );
        coverage.errors.push(ErrorJson { path, line: None, message });
    }
}

/// Adds to what is said of the stores' data that no run saw all clusters.
pub(super) fn tell_unshared(reports: &[(String, ReportJson)], verdicts: &mut [VerdictJson]) {
    let judged = |verdicts: &[VerdictJson]| -> BTreeSet<String> {
        verdicts.iter().filter_map(|verdict| verdict.cluster.clone()).collect()
    };
    let all = judged(verdicts).len();
    if reports.iter().any(|(_, report)| judged(&report.verdicts).len() == all) {
        return;
    }
    for verdict in verdicts.iter_mut().filter(|verdict| verdict.cluster.is_some()) {
        let is_meant = verdict.invariant == Invariant::StoreStorage.id()
            && verdict.verdict != Verdict::NotApplicable.name();
        if is_meant && verdict.assumptions.iter().all(|known| known != UNSHARED) {
            verdict.assumptions.push(UNSHARED.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(shards: &[(usize, usize)], errors: &[&str]) -> Vec<String> {
        let mut coverage = CoverageJson {
            shards: shards.iter().map(|&(index, count)| ShardJson { index, count }).collect(),
            errors: errors
                .iter()
                .map(|path| ErrorJson { path: (*path).to_owned(), line: None, message: "x".to_owned() })
                .collect(),
            ..CoverageJson::default()
        };
        tell_missing(&mut coverage);
        coverage.errors.iter().map(|error| format!("{}: {}", error.path, error.message)).collect()
    }

    #[test]
    fn missing_parts_of_each_count_are_named() {
        let lost = |parts: &str| {
            format!(
                "no report of part {parts}: nothing is known of the clusters that belong to it; give its report too"
            )
        };
        assert_eq!(missing(&[], &[]), Vec::<String>::new());
        assert_eq!(missing(&[(0, 2), (1, 2), (1, 2)], &[]), Vec::<String>::new());
        assert_eq!(missing(&[(1, 4), (2, 4), (0, 1)], &[]), [format!("--shard /4: {}", lost("0, 3"))]);
        let many = missing(&[(0, usize::MAX)], &[]).concat();
        assert!(many.contains("15, 16 and 18446744073709551598 more"), "{many}");
    }

    #[test]
    fn what_was_missing_and_came_is_missing_no_more() {
        assert_eq!(missing(&[(0, 2), (1, 2)], &["--shard /2", "--shard /3"]), ["--shard /3: x"]);
    }
}
