//! The formatter, and changes of documents as edits of their text.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ptd_lint::fuzzing::change(bytes));
