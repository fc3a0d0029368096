//! Turns the files of `ptd-lint merge` into one report and its exit code.

use super::Stop;
use super::args::MergeArgs;
use super::exit;
use super::output;
use crate::check;
use crate::finding::RunError;
use crate::finding::Severity;
use crate::report;
use crate::report::Telling;
use crate::source;

/// Joins reports. Those that cannot be read are errors of the whole.
pub(super) fn merge(args: &MergeArgs) -> Result<u8, Stop> {
    let targets = output::of_run(&args.output)?;
    let (mut reports, mut unread) = (Vec::new(), Vec::new());
    for path in &args.reports {
        let name = source::shown(path.as_os_str());
        let read = source::read_one(path).map_err(|problem| problem.message);
        match read.and_then(|source| report::read_report(&source.text)) {
            Ok(report) => reports.push((name, report)),
            Err(message) => unread.push(RunError { path: name, line: None, message }),
        }
    }
    let mut merged = report::merge(reports, unread);
    if let Some(threshold) = &mut merged.threshold {
        if let Some(fail_on) = args.output.fail_on {
            Severity::from(fail_on).name().clone_into(&mut threshold.fail_on);
        }
        threshold.strict |= args.output.strict;
    }
    let own = report::report_of(&merged).map_err(|message| Stop::Failed(vec![message]))?;
    let telling = Telling::of_read(&merged, &own, || check::rule_docs(&[]).0);
    let telling = telling.within(output::around(&targets, exit::of_report(&own)));
    let failed = output::write_all(&targets, &telling, &args.output);
    if !failed.is_empty() {
        return Err(Stop::Failed(failed));
    }
    Ok(exit::of_report(&own))
}
