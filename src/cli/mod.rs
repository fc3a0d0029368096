//! Turns a command line into a run: reads, checks, reports, and says by its exit code how it went.

mod args;
mod asking;
mod baseline;
mod clock;
mod config;
mod declared;
mod exit;
mod fix;
mod fmt;
mod generate;
mod graph;
mod init;
mod live;
mod lsp;
mod merge;
mod output;
mod preflight;
mod progress;
mod publish;
mod rbac;
mod rules;
mod settings;
mod shell;
mod signals;
mod since;
mod terminal;
mod tree;
mod watch;
mod written;

use std::ffi::OsString;
use std::path::Path;

use clap::CommandFactory as _;
use clap::Parser as _;
use clap::error::ErrorKind;

use self::args::CheckArgs;
use self::args::ChosenArgs;
use self::args::Cli;
use self::args::Command;
use self::args::InputArgs;
use self::args::RulesArgs;
use self::baseline::Plan;
use self::baseline::Then;
use self::output::OutputArg;
use self::settings::ConfigChoice;
use self::settings::Settings;
use crate::check;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::check::ControlRoom;
use crate::check::Room;
use crate::finding::Coverage;
use crate::finding::Invariant;
use crate::finding::PassedOver;
use crate::finding::Profile;
use crate::finding::RuleDoc;
use crate::finding::RunError;
use crate::finding::Severity;
use crate::finding::Threshold;
use crate::model::Expected;
use crate::model::Minor;
use crate::model::Store;
use crate::report;
use crate::report::Outcome;
use crate::report::Telling;
use crate::source;
use crate::source::Skipped;
use crate::source::SourceProblem;
use crate::source::Sources;
use crate::text::limits;

/// Runs the program and returns its exit code.
pub(crate) fn run(words: impl Iterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    for (limit, value) in &cli.limits {
        limit.set(*value);
    }
    let stack = limits::stack();
    use_threads(cli.threads(), stack);
    let Some(stack) = stack else { return perform(cli) };
    // What is nested more deeply than threads have stack for gets one that is large enough.
    let thread = std::thread::Builder::new().stack_size(stack).spawn(|| perform(cli));
    thread.ok().and_then(|thread| thread.join().ok()).unwrap_or(exit::INCOMPLETE)
}

/// Does what the command line says.
fn perform(cli: Cli) -> u8 {
    let done = match cli.command {
        None => check(cli.check),
        Some(Command::Check(args)) => check(*args),
        Some(Command::Fix(args)) => fix::fix(&args),
        Some(Command::Fmt(args)) => fmt::fmt(&args),
        Some(Command::Generate(args)) => generate::generate(&args),
        Some(Command::Graph(args)) => graph::graph(&args),
        Some(Command::Init(args)) => init::init(&args),
        Some(Command::Config { command }) => config::config(&command),
        Some(Command::Merge(args)) => merge::merge(&args),
        Some(Command::LiveRbac(args)) => rbac::rbac(&args),
        Some(Command::Lsp(args)) => Ok(lsp::lsp(*args)),
        Some(Command::Rules(args)) => rules::rules(&args),
        Some(Command::Explain { words, value: Some(option), assume, .. }) => {
            explain_value(&option, &words, &assume)
        }
        Some(Command::Explain { words, rules, .. }) => explain(&words, &rules),
        Some(Command::Completions { shell }) => shell::completions(shell),
        Some(Command::Man { out }) => shell::man(out.as_ref()),
    };
    done.unwrap_or_else(|stop| match stop {
        Stop::Usage(error) => refuse(&error),
        Stop::Failed(lines) => {
            for line in lines {
                output::say(&format!("error: {line}"));
            }
            exit::INCOMPLETE
        }
    })
}

/// Whether the program knows these words.
#[cfg(test)]
pub(crate) fn understands<'w>(words: impl Iterator<Item = &'w str>) -> bool {
    Cli::try_parse_from(std::iter::once("ptd-lint").chain(words)).is_ok()
}

/// The pages of all built-in rules, and of the promises.
#[cfg(test)]
pub(crate) fn rule_pages() -> Vec<report::Page> {
    rules::pages_of(&[]).unwrap_or_default()
}

/// The whole command line, for its reference.
#[cfg(test)]
pub(crate) fn command_line() -> clap::Command {
    Cli::command()
}

/// Why a run ended before there was a report.
enum Stop {
    /// The words do not go together.
    Usage(clap::Error),
    /// Something that the run needs is not there. One line each.
    Failed(Vec<String>),
}

/// Prints help, version or what is wrong with the words. Help goes to standard output and is no failure.
fn refuse(error: &clap::Error) -> u8 {
    // Fails only if the reader is gone.
    let _ = error.print();
    u8::try_from(error.exit_code()).unwrap_or(exit::INCOMPLETE)
}

fn usage(kind: ErrorKind, message: &str) -> Stop {
    Stop::Usage(Cli::command().error(kind, message))
}

fn check(mut args: CheckArgs) -> Result<u8, Stop> {
    // `ptd-lint -o json check DIR`: behind an option the word is taken for a path.
    if args.paths.first().is_some_and(|path| path == "check" && !Path::new(path).exists()) {
        args.paths.remove(0);
    }
    if args.paths.is_empty() && !args.live.live {
        let message = "nothing to check: give files, folders, patterns, `-` for standard input, or `--live` for clusters";
        return Err(usage(ErrorKind::MissingRequiredArgument, message));
    }
    let targets = output::of_run(&args.output)?;
    if args.live.preflight {
        preflight::accepts(&targets)?;
    }
    if args.fix && args.paths.iter().any(|path| path == "-") {
        let message =
            "standard input cannot be mended in place; `ptd-lint fix -` writes it to standard output";
        return Err(usage(ErrorKind::ArgumentConflict, message));
    }
    if args.watch {
        return watch::watch(&args, &targets);
    }
    if args.live.preflight {
        // What is wrong with the settings is told before any cluster is asked.
        options(&args.input, &args.chosen)?;
        return preflight::preflight(&live::audit(&args)?, &targets);
    }
    let inputs = Inputs::read(&args)?;
    if args.output.verbose
        && let Some(config) = &inputs.options.config
    {
        output::say(&format!("settings: {}", config.path));
    }
    judge(&args, &targets, inputs)
}

/// All that a run reads.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Inputs {
    /// What governs it.
    options: CheckOptions,
    /// Settings that cannot be read.
    unread: Vec<SourceProblem>,
    /// The inputs.
    found: Sources,
    /// The arguments that they count by.
    arguments: Vec<String>,
    /// The baseline.
    plan: Option<Plan>,
}

impl Inputs {
    fn read(args: &CheckArgs) -> Result<Self, Stop> {
        let (mut options, unread) = options(&args.input, &args.chosen)?;
        options.against = args.live.against.is_some();
        let (mut found, mut arguments) = read(args, &mut options)?;
        if let Some(folder) = &args.live.against {
            found.add(source::read_all(std::slice::from_ref(folder), None, &mut std::io::empty()));
            arguments = vec![source::shown(folder)];
        }
        let plan = Plan::of(&args.baseline, &options, &found.texts)?;
        options.baseline = plan.as_ref().and_then(|plan| plan.source.clone());
        options.inventory =
            args.baseline.since.is_some() || plan.as_ref().is_some_and(|plan| plan.then != Then::Kept);
        Ok(Self { options, unread, found, arguments, plan })
    }
}

/// Checks what was read, reports, and gives the exit code.
fn judge(args: &CheckArgs, targets: &[OutputArg], inputs: Inputs) -> Result<u8, Stop> {
    let Inputs { mut options, plan, mut unread, mut found, arguments } = inputs;
    options.picture = targets.iter().any(|target| target.format.has_pictures());
    let mut checked = if args.fix {
        fix::fix_then_check(args, &mut found, &arguments, &options)
    } else {
        check::check(&found, &arguments, &options)
    };
    let counts = checked.unread.iter().copied().chain(std::iter::repeat(true));
    let problems = found.problems.iter().zip(counts).filter(|(_, counts)| *counts);
    unread.extend(problems.map(|(problem, _)| problem.clone()));
    if let Some(plan) = &plan {
        let coverage = &checked.report.coverage;
        let is_whole = unread.is_empty() && coverage.errors.is_empty() && coverage.not_seen.is_empty();
        if let Some(baseline) = plan.settle(&checked, is_whole, &options.folder)? {
            options.baseline = Some(baseline);
            checked = check::check(&found, &arguments, &options);
        }
    }
    if let Some(reference) = &args.baseline.since {
        since::leave_out(reference, &arguments, &options, &mut checked)?;
    }
    let Checked { documents, mut report, fail_on, strict, .. } = checked;
    add_to_coverage(&mut report.coverage, found.skipped, unread);
    report.coverage.shards.extend(live::shard(args)?);

    report.threshold = Threshold {
        fail_on: args.output.fail_on.map(Severity::from).or(fail_on).unwrap_or(Severity::Error),
        // What is not seen of a running cluster cannot be looked up later.
        strict: args.output.strict || strict || args.live.live,
    };
    let outcome = Outcome { documents: &documents, report: &report };
    let telling = Telling::of_run(outcome, || check::rule_docs(&options.rules).0);
    let telling = telling.within(output::around(targets, exit::of_report(&report)));
    let mut failed = output::write_all(targets, &telling, &args.output);
    if args.live.write_report {
        failed.extend(publish::publish(&live::audit(args)?, outcome));
    }
    if !failed.is_empty() {
        return Err(Stop::Failed(failed));
    }
    drop(telling);
    let code = exit::of_report(&report);
    if !args.watch {
        // The process ends here: giving memory back piece by piece is time for nothing.
        std::mem::forget(documents);
    }
    Ok(code)
}

/// Reads what the arguments name, and gives the arguments that sources count by. What is to be reported on goes to the
/// options.
fn read(args: &CheckArgs, options: &mut CheckOptions) -> Result<(Sources, Vec<String>), Stop> {
    if args.live.live {
        return Ok((live::read(args)?, args.paths.iter().map(|path| source::shown(path)).collect()));
    }
    if !args.tree.is_empty() {
        return tree::read(&args.tree, &args.paths, options);
    }
    let stdin_name = args.input.stdin_filename.as_deref();
    let found = source::read_all(&args.paths, stdin_name, &mut std::io::stdin().lock());
    Ok((found, args.paths.iter().map(|path| source::shown(path)).collect()))
}

/// Sets how many threads there are, and their stack in bytes.
fn use_threads(threads: Option<u16>, stack: Option<usize>) {
    if threads.is_none() && stack.is_none() {
        return;
    }
    // 0 stands for as many as there are cores.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0).into());
    let pool = if let Some(stack) = stack { pool.stack_size(stack) } else { pool };
    // Fails only if there is a pool already, and nothing made one.
    let _ = pool.build_global();
}

/// Reads what governs the run. Settings that cannot be read are returned beside the options.
fn options(args: &InputArgs, chosen: &ChosenArgs) -> Result<(CheckOptions, Vec<SourceProblem>), Stop> {
    options_with(args, chosen, ConfigChoice::Discovered, current_folder())
}

/// The same, where settings that nobody names are looked for as `unnamed` says, and paths start from `folder`.
fn options_with(
    args: &InputArgs,
    chosen: &ChosenArgs,
    unnamed: ConfigChoice,
    folder: String,
) -> Result<(CheckOptions, Vec<SourceProblem>), Stop> {
    let choice = ConfigChoice::of(args.no_config, args.config.as_deref(), unnamed);
    let Settings { config, rules, problems } =
        Settings::read(&choice, &args.rules.folders).map_err(|problem| failed(&problem))?;
    let control_room = match &args.control_room {
        Some(domain) => ControlRoom::Domain(domain.clone()),
        None if args.no_control_room => ControlRoom::None,
        None => ControlRoom::Undeclared,
    };
    let options = CheckOptions {
        config,
        rules,
        profile: args.profile.map(Profile::from),
        select: chosen.select.clone(),
        extend_select: chosen.extend_select.clone(),
        ignore: chosen.ignore.clone(),
        control_room,
        workload: args.workload.clone(),
        expected: leaning(args.kind.into(), &args.assume),
        assumed: args.assume.iter().copied().collect(),
        passed: None,
        against: false,
        picture: false,
        no_suppressions: args.no_suppressions,
        today: Some(args.today.map_or_else(clock::today, Ok)?),
        room: Room::default(),
        folder,
        baseline: None,
        inventory: false,
    };
    let faults = check::selector_faults(&options);
    if faults.is_empty() { Ok((options, problems)) } else { Err(Stop::Failed(faults)) }
}

/// Adds what reading saw to what checking saw.
fn add_to_coverage(coverage: &mut Coverage, skipped: Vec<Skipped>, problems: Vec<SourceProblem>) {
    let passed = skipped.into_iter().map(|Skipped { path, reason }| PassedOver { path, reason });
    coverage.passed_over.extend(passed);
    coverage.passed_over.sort();
    let errors =
        problems.into_iter().map(|SourceProblem { path, line, message }| RunError { path, line, message });
    coverage.errors.extend(errors);
    coverage.errors.sort();
}

/// Prints what sets an option of a store.
fn explain_value(option: &str, paths: &[OsString], assume: &[(Store, Minor)]) -> Result<u8, Stop> {
    let found = source::read_all(paths, None, &mut std::io::stdin().lock());
    let mut faults: Vec<String> = found.problems.iter().map(problem_line).collect();
    let arguments: Vec<String> = paths.iter().map(|path| source::shown(path)).collect();
    let options = CheckOptions {
        expected: leaning(Expected::Any, assume),
        assumed: assume.iter().copied().collect(),
        folder: current_folder(),
        ..CheckOptions::default()
    };
    let (documents, chains) = check::values(&found, &arguments, &options, option);
    if chains.is_empty() {
        let near = check::near_values(option);
        faults.push(if near.is_empty() {
            format!("no store of the inputs has the option `{option}`")
        } else {
            format!("there is no option `{option}`; near it: {}", near.join(", "))
        });
    }
    output::to_stdout(|mut out| report::write_values(option, &documents, &chains, &mut out))
        .map_err(|error| unwritten(&error))?;
    if faults.is_empty() { Ok(exit::CLEAN) } else { Err(Stop::Failed(faults)) }
}

/// What inputs are taken for: where one store's version is assumed, what nothing else tells is that store's.
fn leaning(kind: Expected, assume: &[(Store, Minor)]) -> Expected {
    match (kind, assume) {
        (Expected::Any, [(store, _)]) => Expected::Leaning(*store),
        (kind, _) => kind,
    }
}

/// The current folder, as settings and reports name it.
fn current_folder() -> String {
    std::env::current_dir().map(|folder| source::shown(folder.as_os_str())).unwrap_or_default()
}

fn explain(words: &[OsString], args: &RulesArgs) -> Result<u8, Stop> {
    let [id] = words else {
        let message = "one rule is explained at a time; with `--value OPTION` the words are inputs";
        return Err(usage(ErrorKind::TooManyValues, message));
    };
    let id = &*id.to_string_lossy();
    let (rules, mut faults) = load_rules(args)?;
    if let Some(invariant) = Invariant::from_id(id) {
        output::to_stdout(|mut out| report::write_promise(invariant, &rules, &mut out))
            .map_err(|error| unwritten(&error))?;
        return if faults.is_empty() { Ok(exit::CLEAN) } else { Err(Stop::Failed(faults)) };
    }
    match rules.iter().find(|rule| rule.id == id) {
        Some(rule) => output::to_stdout(|mut out| report::write_explanation(rule, &mut out))
            .map_err(|error| unwritten(&error))?,
        None => faults.push(unknown_rule(id, &rules)),
    }
    if faults.is_empty() { Ok(exit::CLEAN) } else { Err(Stop::Failed(faults)) }
}

/// The user's rules without a settings file.
fn rules_alone(args: &RulesArgs) -> Result<Settings, Stop> {
    Settings::read(&ConfigChoice::None, &args.folders).map_err(|problem| failed(&problem))
}

/// All rules, and a line for each thing that is wrong with rule files.
fn load_rules(args: &RulesArgs) -> Result<(Vec<RuleDoc>, Vec<String>), Stop> {
    let settings = rules_alone(args)?;
    let (rules, errors) = check::rule_docs(&settings.rules);
    let unread = settings.problems.iter().map(problem_line);
    let broken = errors.iter().map(|error| placed(&error.path, error.line, &error.message));
    Ok((rules, unread.chain(broken).collect()))
}

/// Names the rules that share a word with the unknown one; the whole list is one command away.
fn unknown_rule(id: &str, known: &[RuleDoc]) -> String {
    let near =
        known.iter().filter(|rule| id.split('-').any(|word| rule.id.split('-').any(|own| own == word)));
    let near: Vec<_> = near.take(5).map(|rule| rule.id.as_str()).collect();
    if near.is_empty() {
        format!("there is no rule `{id}`; `ptd-lint rules` lists them")
    } else {
        format!("there is no rule `{id}`; near it: {} (`ptd-lint rules` lists all)", near.join(", "))
    }
}

fn failed(problem: &SourceProblem) -> Stop {
    Stop::Failed(vec![problem_line(problem)])
}

fn problem_line(problem: &SourceProblem) -> String {
    placed(&problem.path, problem.line, &problem.message)
}

fn placed(path: &str, line: Option<u32>, message: &str) -> String {
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("{path}{line}: {message}")
}

fn unwritten(error: &std::io::Error) -> Stop {
    Stop::Failed(vec![format!("cannot write to standard output: {error}")])
}
