//! The formatter, by itself and in what programs are embedded in.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| ptd_lint::fuzzing::formatter(text));
