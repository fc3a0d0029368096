//! Turns outcomes of changes into a table and a list of those that nothing explains.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::list::Mutant;

/// What became of a change.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It does not compile.
    Unviable,
    /// It cannot be put behind a switch.
    Left,
    /// A test failed, or ran much longer.
    Noticed,
    /// So many tests came across it, and none failed.
    Survived(usize),
    /// It was not asked for.
    NotTried,
}

/// Prints what became of all; whether everything is noticed or explained, and every explanation is needed.
pub(crate) fn told(mutants: &[Mutant], outcomes: &[Outcome], accepted: &BTreeMap<String, String>) -> bool {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut table: BTreeMap<&str, [usize; 5]> = BTreeMap::new();
    let mut open = Vec::new();
    let mut untried: BTreeSet<&str> = BTreeSet::new();
    for (mutant, outcome) in mutants.iter().zip(outcomes) {
        let row = table.entry(&mutant.file).or_default();
        let general = mutant.name.split(" #").next().unwrap_or(&mutant.name);
        let reason = accepted.get_key_value(&mutant.name).or_else(|| accepted.get_key_value(general));
        match outcome {
            Outcome::Noticed => row[0] += 1,
            Outcome::Unviable => row[3] += 1,
            Outcome::NotTried => {
                row[4] += 1;
                untried.extend(reason.map(|(name, _)| name.as_str()));
            }
            Outcome::Survived(_) | Outcome::Left if reason.is_some() => {
                row[1] += 1;
                used.extend(reason.map(|(name, _)| name.as_str()));
            }
            Outcome::Survived(tests) => {
                row[2] += 1;
                open.push(format!("{} ({}; {tests} tests come across it)", mutant.name, mutant.place));
            }
            Outcome::Left => {
                row[2] += 1;
                open.push(format!("{} ({}; not tried: no switch can stand there)", mutant.name, mutant.place));
            }
        }
    }
    println!("{:>8} {:>9} {:>5} {:>9} {:>9}", "noticed", "explained", "open", "unviable", "not tried");
    let mut total = [0; 5];
    for (file, row) in &table {
        for (sum, count) in total.iter_mut().zip(row) {
            *sum += count;
        }
        println!("{:>8} {:>9} {:>5} {:>9} {:>9}  {file}", row[0], row[1], row[2], row[3], row[4]);
    }
    println!("{:>8} {:>9} {:>5} {:>9} {:>9}  together", total[0], total[1], total[2], total[3], total[4]);
    for line in &open {
        println!("open: {line}");
    }
    let needless: Vec<&str> =
        accepted.keys().map(String::as_str).filter(|name| !used.contains(name) && !untried.contains(name)).collect();
    for name in &needless {
        println!("explained in accepted.txt, but there is no such change, or it is noticed: {name}");
    }
    open.is_empty() && needless.is_empty()
}
