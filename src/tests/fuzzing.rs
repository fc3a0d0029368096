//! Runs what `fuzz/` runs, over its seeds and over random changes to them, the same in each run. `FUZZ_ROUNDS=4000 cargo
//! test fuzzing` makes more of them than the ordinary suite.

use std::path::Path;

use rayon::prelude::*;

use super::Random;
use crate::fuzzing;
use crate::fuzzing::Target;

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

/// How much of the rounds a target takes: those that run whole checks get fewer.
const fn share(rounds: usize, target: &str) -> usize {
    match target.as_bytes() {
        b"read" | b"evaluate" | b"change" => rounds,
        b"report" => rounds.div_ceil(4),
        _ => rounds.div_ceil(10),
    }
}

/// Puts the seeds of a target and changed ones to it.
fn run(target: &str, survive: Target) {
    let seeds = seeds(target);
    assert!(seeds.len() >= 5, "the seeds of {target} were not found");
    let mut random = Random(0x0f0e_0d0c_0b0a_0908);
    let rounds = share(rounds(), target);
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
fn every_target_survives_changed_seeds() {
    fuzzing::TARGETS.par_iter().for_each(|(name, survive)| run(name, *survive));
}

/// Names of entries of a folder of `fuzz/`, sorted, without endings.
fn names_in(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(folder);
    let name = |path: std::path::PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| name(entry.unwrap().path())).collect();
    names.sort();
    names
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the targets are files of this repository")]
fn every_target_is_fuzzed_and_has_seeds_and_a_line_in_the_readme() {
    let targets: Vec<&str> = fuzzing::TARGETS.iter().map(|(name, _)| *name).collect();
    assert!(targets.is_sorted(), "{targets:?}");
    assert_eq!(names_in("fuzz_targets"), targets);
    assert_eq!(names_in("seeds"), targets);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let (manifest, readme) = (text("Cargo.toml"), text("README.md"));
    let listed: Vec<_> =
        manifest.lines().filter_map(|line| line.strip_prefix("path = \"fuzz_targets/")).collect();
    assert_eq!(listed, targets.iter().map(|name| format!("{name}.rs\"")).collect::<Vec<_>>());
    for name in targets {
        assert!(
            text(&format!("fuzz_targets/{name}.rs")).contains(&format!("fuzzing::{name}(bytes)")),
            "{name}"
        );
        assert!(readme.contains(&format!("\n| `{name}` | ")), "{name}");
    }
}
