//! Expressions of Alloy, conditions of rules, queries.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ptd_lint::fuzzing::evaluate(bytes));
