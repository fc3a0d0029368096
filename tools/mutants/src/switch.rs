//! Put into the copy of the program: answers which of the changes woven into it is switched on.

use std::fs::File;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

/// More than there are changes.
const MOST: usize = 20_000;

/// The change that is on: `MUTANT`, a number, or none.
static ACTIVE: LazyLock<u32> =
    LazyLock::new(|| std::env::var("MUTANT").ok().and_then(|number| number.parse().ok()).unwrap_or(u32::MAX));

/// `MUTANTS_REACHED`: the file to which the numbers of changes go that were come across.
static REACHED: LazyLock<Option<File>> = LazyLock::new(|| {
    let path = std::env::var_os("MUTANTS_REACHED")?;
    OpenOptions::new().create(true).append(true).open(path).ok()
});

/// The numbers that were told already.
static TOLD: [AtomicBool; MOST] = [const { AtomicBool::new(false) }; MOST];

/// Whether change `number` is on.
pub fn on(number: u32) -> bool {
    if let Some(mut file) = REACHED.as_ref()
        && !TOLD[number as usize].swap(true, Ordering::Relaxed)
    {
        let _ = file.write_all(format!("{number}\n").as_bytes());
    }
    *ACTIVE == number
}

/// What a function with a hidden type gives back: its own value, or another of the same kind.
pub enum Either<A, B> {
    Changed(A),
    Same(B),
}

impl<A: Iterator, B: Iterator<Item = A::Item>> Iterator for Either<A, B> {
    type Item = A::Item;

    fn next(&mut self) -> Option<A::Item> {
        match self {
            Either::Changed(it) => it.next(),
            Either::Same(it) => it.next(),
        }
    }
}
