//! Changes of documents, as edits of their text.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| ptd_lint::fuzzing::edit(text));
