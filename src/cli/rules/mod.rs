//! Turns the words of `ptd-lint rules` into lists, trials, new files and pages.

mod docs;
mod new;
mod test;

#[cfg(test)]
pub(super) use docs::pages_of;

use super::Stop;
use super::args::ListArgs;
use super::args::RulesArgs;
use super::args::RulesCommand;
use super::args::RulesCommandArgs;
use super::exit;
use super::load_rules;
use super::output;
use super::unwritten;
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
    if args.fields { list_fields() } else { list_rules(&args.rules) }
}

fn list_rules(args: &RulesArgs) -> Result<u8, Stop> {
    let (rules, faults) = load_rules(args)?;
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
