//! Tests of the whole parser.

mod conformance;

/// A file of the shared data beside the project; `None`, with a line that says so, where it is not there.
#[expect(
    clippy::disallowed_methods,
    reason = "the data is too big to be carried along, so the test reads it"
)]
fn shared(path: &str) -> Option<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if let Ok(text) = std::fs::read_to_string(&path) {
        return Some(text);
    }
    println!("skipped: {} is not there", path.display());
    None
}
