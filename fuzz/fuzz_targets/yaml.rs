//! Trees of YAML, JSON and INI.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| ptd_lint::fuzzing::yaml(text));
