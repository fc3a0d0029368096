//! Messages of an editor.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ptd_lint::fuzzing::lsp(bytes));
