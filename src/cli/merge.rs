//! Turns the files of `ptd-lint merge` into one report and its exit code.

use clap::error::ErrorKind;

use super::Stop;
use super::args::MergeArgs;
use super::exit;
use super::output;
use super::output::Format;
use super::output::OutputArg;
use super::terminal;
use super::terminal::Destination;
use super::usage;
use crate::finding::Report;
use crate::finding::RunError;
use crate::finding::Severity;
use crate::report;
use crate::report::ReportJson;
use crate::report::Style;
use crate::source;

/// Joins reports. Those that cannot be read are errors of the whole.
pub(super) fn merge(args: &MergeArgs) -> Result<u8, Stop> {
    let targets = output::targets(&args.output, args.output_file.as_deref())
        .map_err(|message| usage(ErrorKind::ArgumentConflict, message))?;
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
        if let Some(fail_on) = args.fail_on {
            Severity::from(fail_on).name().clone_into(&mut threshold.fail_on);
        }
        threshold.strict |= args.strict;
    }
    let own = report::report_of(&merged).map_err(|message| Stop::Failed(vec![message]))?;
    let failed: Vec<String> =
        targets.iter().filter_map(|target| write(target, args, &merged, &own).err()).collect();
    if !failed.is_empty() {
        return Err(Stop::Failed(failed));
    }
    Ok(exit::of_report(&own))
}

fn write(target: &OutputArg, args: &MergeArgs, merged: &ReportJson, own: &Report) -> Result<(), String> {
    let destination = if target.file.is_none() { terminal::stdout() } else { Destination::Elsewhere };
    let style = Style {
        color: terminal::colors(args.color, destination),
        width: terminal::width(),
        detail: terminal::detail(args.quiet, args.verbose),
    };
    output::write_with(target, |out| {
        let mut out = out;
        match target.format {
            Format::Human => report::write_merged(merged, own, style, &mut out)?,
            Format::Json => report::write_contract(merged, &mut out)?,
        }
        std::io::Write::flush(&mut out)
    })
}
