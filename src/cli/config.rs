//! Turns the words of `ptd-lint config` into the settings in effect, or their schema, on standard output.

use super::Stop;
use super::args::ConfigCommand;
use super::args::ShowArgs;
use super::args::ShowFormat;
use super::exit;
use super::options;
use super::output;
use super::placed;
use super::problem_line;
use super::unwritten;
use crate::check;
use crate::check::Thresholds;
use crate::finding::Severity;
use crate::report;
use crate::source;
use crate::source::Sources;

/// The schema of the settings file.
const SCHEMA: &str = include_str!("../../schemas/config.schema.json");

/// Tells of settings, and gives the exit code.
pub(super) fn config(command: &ConfigCommand) -> Result<u8, Stop> {
    match command {
        ConfigCommand::Show(args) => show(args),
        ConfigCommand::Schema => {
            output::to_stdout(|out| out.write_all(SCHEMA.as_bytes())).map_err(|error| unwritten(&error))?;
            Ok(exit::CLEAN)
        }
    }
}

fn show(args: &ShowArgs) -> Result<u8, Stop> {
    let (options, unread) = options(&args.input, &args.chosen)?;
    let stdin_name = args.input.stdin_filename.as_deref();
    let found = if args.paths.is_empty() {
        Sources::default()
    } else {
        source::read_all(&args.paths, stdin_name, &mut std::io::stdin().lock())
    };
    let arguments: Vec<String> = args.paths.iter().map(|path| source::shown(path)).collect();
    let thresholds = Thresholds { fail_on: args.fail_on.map(Severity::from), strict: args.strict };
    let (effective, errors) = check::effective(&found, &arguments, &options, thresholds);
    output::to_stdout(|mut out| match args.output {
        ShowFormat::Yaml => report::write_effective(&effective, args.verbose, &mut out),
        ShowFormat::Json => report::write_effective_json(&effective, &mut out),
    })
    .map_err(|error| unwritten(&error))?;
    let unread = unread.iter().chain(&found.problems).map(problem_line);
    let faults = errors.iter().map(|error| placed(&error.path, error.line, &error.message));
    let faults: Vec<String> = unread.chain(faults).collect();
    if faults.is_empty() { Ok(exit::CLEAN) } else { Err(Stop::Failed(faults)) }
}
