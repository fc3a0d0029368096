//! Reports that were read, joined and told in every form.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ptd_lint::fuzzing::report(bytes));
