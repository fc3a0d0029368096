//! Values of Alloy expressions, and flows.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| ptd_lint::fuzzing::evaluator(text));
