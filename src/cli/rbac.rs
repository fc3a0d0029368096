//! Turns the words of `ptd-lint live-rbac` into roles on standard output.

use super::Stop;
use super::args::RbacArgs;
use super::args::RulesArgs;
use super::exit;
use super::load_rules;
use super::output;
use super::rules_alone;
use super::unwritten;
use crate::check;
use crate::check::CheckOptions;
use crate::finding::Profile;
use crate::live;
use crate::live::Errand;
use crate::live::Grant;

/// Prints the least roles for a run and gives the exit code.
pub(super) fn rbac(args: &RbacArgs) -> Result<u8, Stop> {
    let errand = Errand {
        rules: chosen(&args.rules, [&args.select, &[], &args.ignore])?,
        without_secrets: args.without_secrets,
        secret_values: args.read_secret_values,
        probe: args.probe,
        write_report: args.write_report,
    };
    let grant = Grant { account: args.service_account.clone(), namespaces: args.namespaces.clone() };
    let text = live::roles(&errand, &grant);
    output::to_stdout(|out| out.write_all(text.as_bytes())).map_err(|error| unwritten(&error))?;
    Ok(exit::CLEAN)
}

/// What hangs on the rules that are chosen: the promise and the subject of each; `None` for all rules.
pub(super) fn chosen(
    rules: &RulesArgs,
    [select, extend_select, ignore]: [&[String]; 3],
) -> Result<Option<Vec<(String, String)>>, Stop> {
    let (known, faults) = load_rules(rules)?;
    if !faults.is_empty() {
        return Err(Stop::Failed(faults));
    }
    let options = CheckOptions {
        rules: rules_alone(rules)?.rules,
        select: select.to_vec(),
        extend_select: extend_select.to_vec(),
        ignore: ignore.to_vec(),
        profile: Some(Profile::Strict),
        ..CheckOptions::default()
    };
    let faults = check::selector_faults(&options);
    if !faults.is_empty() {
        return Err(Stop::Failed(faults));
    }
    let Some(taken) = check::taken(&options) else { return Ok(None) };
    let chosen = known.into_iter().filter(|rule| taken.contains(&rule.id));
    Ok(Some(chosen.map(|rule| (rule.invariant.id().to_owned(), rule.subject)).collect()))
}
