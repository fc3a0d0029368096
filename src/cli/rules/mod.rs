//! Turns the words of `ptd-lint rules` into lists, trials, new files and pages.

mod docs;
mod new;
mod test;

#[cfg(test)]
pub(super) use docs::pages_of;

use super::Stop;
use super::args::ListArgs;
use super::args::RulesCommand;
use super::args::RulesCommandArgs;
use super::exit;
use super::output;
use super::placed;
use super::problem_line;
use super::rules_alone;
use super::unwritten;
use crate::check;
use crate::check::CheckOptions;
use crate::finding::Profile;
use crate::report;
use crate::rule::FIELDS;

/// Does what is asked and gives the exit code.
pub(super) fn rules(args: &RulesCommandArgs) -> Result<u8, Stop> {
    match &args.command {
        None => list(&args.list),
        Some(RulesCommand::List(args)) => list(args),
        Some(RulesCommand::Test(args)) => test::test(args),
        Some(RulesCommand::New(args)) => new::new(args),
        Some(RulesCommand::Docs(args)) => docs::docs(args),
    }
}

fn list(args: &ListArgs) -> Result<u8, Stop> {
    if args.fields { list_fields() } else { list_rules(args) }
}

/// Lists rules: all, or those that a profile and selectors take.
fn list_rules(args: &ListArgs) -> Result<u8, Stop> {
    let ListArgs { profile, chosen, rules, .. } = args;
    let settings = rules_alone(rules)?;
    let options = CheckOptions {
        rules: settings.rules,
        profile: Some(profile.map_or(Profile::Strict, Profile::from)),
        select: chosen.select.clone(),
        extend_select: chosen.extend_select.clone(),
        ignore: chosen.ignore.clone(),
        ..CheckOptions::default()
    };
    let mut faults = check::selector_faults(&options);
    if !faults.is_empty() {
        return Err(Stop::Failed(faults));
    }
    let (rules, errors) = check::rules_in_effect(&options);
    faults.extend(settings.problems.iter().map(problem_line));
    faults.extend(errors.iter().map(|error| placed(&error.path, error.line, &error.message)));
    output::to_stdout(|mut out| report::write_list(&rules, &mut out)).map_err(|error| unwritten(&error))?;
    if faults.is_empty() { Ok(exit::CLEAN) } else { Err(Stop::Failed(faults)) }
}

fn list_fields() -> Result<u8, Stop> {
    let fields = FIELDS.iter().map(|field| (field.route(), field.kind.name(), field.doc));
    let fields: Vec<_> = fields.collect();
    output::to_stdout(|mut out| report::write_fields(&fields, &mut out))
        .map_err(|error| unwritten(&error))?;
    Ok(exit::CLEAN)
}
