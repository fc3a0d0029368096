//! What governs a run: settings, rules, baselines, comments.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ptd_lint::fuzzing::policy(bytes));
