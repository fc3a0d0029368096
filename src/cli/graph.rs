//! Turns the words of `ptd-lint graph` into a picture of the flows of each stack.
//!
//! The picture is that of a check with all rules: what it shows in red is what a check finds.

use super::Stop;
use super::add_to_coverage;
use super::args::BaselineArgs;
use super::args::ChosenArgs;
use super::args::GraphArgs;
use super::baseline::Plan;
use super::exit;
use super::options;
use super::output;
use super::output::say;
use super::placed;
use crate::check;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::report::Outcome;
use crate::report::PictureForm;
use crate::source;

/// Draws, and gives the exit code: findings are no failure of a picture.
pub(super) fn graph(args: &GraphArgs) -> Result<u8, Stop> {
    let targets = output::of_words(&args.output, args.output_file.as_deref())?;
    let (options, mut unread) = options(&args.input, &ChosenArgs::default())?;
    let stdin_name = args.input.stdin_filename.as_deref();
    let found = source::read_all(&args.paths, stdin_name, &mut std::io::stdin().lock());
    // The settings may name a baseline: a leak that it lists is accepted, as in a check.
    let plan = Plan::of(&BaselineArgs::default(), &options, &found.texts)?;
    let baseline = plan.and_then(|plan| plan.source);
    let options = CheckOptions { picture: true, baseline, ..options };
    let arguments: Vec<String> = args.paths.iter().map(|path| source::shown(path)).collect();
    let Checked { documents, mut report, .. } = check::check(&found, &arguments, &options);
    unread.extend(found.problems);
    add_to_coverage(&mut report.coverage, found.skipped, unread);
    let outcome = Outcome { documents: &documents, report: &report };
    let write = |target: &output::OutputArg<PictureForm>| {
        let text = target.format.draw(outcome);
        if let Some(reason) = target.format.refused(outcome, &text).filter(|_| !args.quiet) {
            say(&reason);
        }
        output::write_with(target, |out| {
            out.write_all(text.as_bytes())?;
            out.flush()
        })
    };
    let failed: Vec<String> = targets.iter().filter_map(|target| write(target).err()).collect();
    if !failed.is_empty() {
        return Err(Stop::Failed(failed));
    }
    if report.pictures.iter().all(|picture| picture.nodes.is_empty()) && !args.quiet {
        say("nothing to draw: no collector is in the input");
    }
    for error in &report.coverage.errors {
        say(&format!("error: {}", placed(&error.path, error.line, &error.message)));
    }
    Ok(if report.coverage.errors.is_empty() { exit::CLEAN } else { exit::INCOMPLETE })
}
