//! Runs what `fuzz/` runs, over its seeds and over random changes to them, the same in each run. `FUZZ_ROUNDS=4000 cargo
//! test fuzzing` makes more of them than the ordinary suite.

use std::path::Path;

use super::Random;
use crate::fuzzing;

/// Changed texts for each seed.
#[expect(clippy::disallowed_methods, reason = "the test asks whether to take its time")]
fn rounds() -> usize {
    std::env::var("FUZZ_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(40)
}

/// Bytes that mean something to one of the languages.
const BYTES: &[u8] = b"\0\n\r\t \"'#`\\/*{}[]().,=!<>|&^-+%0e:?~\xff\xc3\xa9u";

/// The seeds of one target.
#[expect(clippy::disallowed_methods, reason = "the seeds are files of this repository")]
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Changes one place: takes away, puts in, replaces, doubles, or brings in a part of `other`.
fn change(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    let end = at + random.below(12).min(bytes.len() - at);
    let from = random.below(other.len());
    let part = &other[from..from + random.below(30).min(other.len() - from)];
    match random.below(5) {
        0 => drop(bytes.drain(at..end)),
        1 => bytes.insert(at, BYTES[random.below(BYTES.len())]),
        2 if at < bytes.len() => bytes[at] = BYTES[random.below(BYTES.len())],
        3 => drop(bytes.splice(at..at, part.iter().copied())),
        _ => {
            let copy = bytes[at..end].to_vec();
            drop(bytes.splice(at..at, copy));
        }
    }
}

fn run(target: &str, survive: impl Fn(&[u8])) {
    let seeds = seeds(target);
    assert!(seeds.len() >= 5, "the seeds of {target} were not found");
    let mut random = Random(0x0f0e_0d0c_0b0a_0908);
    let rounds = rounds();
    for seed in &seeds {
        survive(seed);
        for _ in 0..rounds {
            let mut bytes = seed.clone();
            for _ in 0..=random.below(5) {
                let other = &seeds[random.below(seeds.len())];
                change(&mut bytes, other, &mut random);
            }
            survive(&bytes);
        }
    }
}

#[test]
fn yaml_survives_changed_seeds() {
    run("yaml", |bytes| fuzzing::yaml(&String::from_utf8_lossy(bytes)));
}

#[test]
fn alloy_survives_changed_seeds() {
    run("alloy", fuzzing::alloy);
}

#[test]
fn evaluator_survives_changed_seeds() {
    run("evaluator", |bytes| fuzzing::evaluator(&String::from_utf8_lossy(bytes)));
}

#[test]
fn places_survive_changed_seeds() {
    run("places", |bytes| fuzzing::places(&String::from_utf8_lossy(bytes)));
}

#[test]
fn formatter_survives_changed_seeds() {
    run("formatter", |bytes| fuzzing::formatter(&String::from_utf8_lossy(bytes)));
}

#[test]
fn stack_survives_changed_seeds() {
    run("stack", |bytes| fuzzing::stack(&String::from_utf8_lossy(bytes)));
}

#[test]
fn edits_survive_changed_seeds() {
    run("edit", |bytes| fuzzing::edit(&String::from_utf8_lossy(bytes)));
}
