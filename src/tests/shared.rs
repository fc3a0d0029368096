//! Turns paths below `../shared` into texts, where that folder is there.

use std::io::Write as _;
use std::path::Path;

/// A file of the shared data beside the project; `None`, with a line that says so, where it is not there.
#[expect(
    clippy::disallowed_methods,
    reason = "the data is too big to be carried along, so the tests read it"
)]
pub(crate) fn shared(path: &str) -> Option<String> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path));
    if text.is_err() {
        not_run(&format!("../shared/{path}"));
    }
    text.ok()
}

/// Folders of `../shared/corpus/ptd` with a rendered `alloy/config.alloy`.
pub(crate) const PROGRAMS: &[&str] = &[
    "aws-default",
    "aws-filtered-metrics",
    "aws-forward-auth-off",
    "aws-no-control-room",
    "aws-no-third-party-telemetry",
    "aws-system-logs",
    "aws-two-clusters/acme03-production-20250901",
    "aws-two-clusters/acme03-production-20260115",
    "aws-two-sites",
    "azure-default",
    "azure-no-control-room",
    "azure-no-third-party-telemetry",
    "azure-system-logs",
    "python-era-aws",
];

/// Says that a test did nothing, for want of its input. Past the test harness, which keeps what passing tests print to
/// itself: a test that passes over its work in silence looks like one that did it.
pub(crate) fn not_run(missing: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stderr(), "not run: {test}: {missing} is not there");
}
