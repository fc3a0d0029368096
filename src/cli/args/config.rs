//! Turns the words after `config` and `init` into typed arguments.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;
use clap::ValueEnum;

use super::ChosenArgs;
use super::InputArgs;
use super::values::FailOn;

/// Texts after the options of `config show`.
const SHOW_EXAMPLES: &str = "\
The result is a settings file itself: `ptd-lint config show > ptd-lint.yaml` writes down what is in effect. The command
line beats the variable PTD_LINT_CONFIG, which only names a file; that beats ptd-lint.yaml; that beats the profile.

Examples:
  ptd-lint config show                       what would govern a run here
  ptd-lint config show -v manifests/         and there, with each rule and why it runs
  ptd-lint config show --profile stack -o json | jq '.rules[] | select(.runs)'

Exit codes:
  0  shown
  2  settings or rule files have faults; bad usage";

/// Texts after the options of `init`.
pub(super) const INIT_EXAMPLES: &str = "\
Writes ptd-lint.yaml with every setting, most of them as comments. What the folder tells is filled in: the control room,
and the stacks where there are several. A run says the same with it as without. A file that is there stays as it is.

Exit codes:
  0  written
  2  there is such a file already, or it could not be written; bad usage";

/// Where the settings file goes.
#[derive(Debug, Args)]
pub(in crate::cli) struct InitArgs {
    /// The folder [default: the current one].
    #[arg(value_name = "DIR")]
    pub(in crate::cli) folder: Option<PathBuf>,
    /// Print errors only.
    #[arg(short, long)]
    pub(in crate::cli) quiet: bool,
}

/// What to tell of the settings.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ConfigCommand {
    /// Prints the settings in effect, each with where it comes from.
    #[command(after_help = SHOW_EXAMPLES)]
    Show(Box<ShowArgs>),
    /// Prints the JSON schema of ptd-lint.yaml, for editors.
    Schema,
}

/// Which settings are in effect.
#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArgs {
    /// Files, folders, patterns: settings files among them govern their stacks.
    #[arg(value_name = "PATH|GLOB|-")]
    pub(in crate::cli) paths: Vec<OsString>,
    /// How to tell.
    #[arg(short, long, visible_alias = "format", value_name = "FORMAT", value_enum, default_value_t = ShowFormat::Yaml)]
    pub(in crate::cli) output: ShowFormat,
    /// List each rule with its severity, and why it runs or does not.
    #[arg(short, long)]
    pub(in crate::cli) verbose: bool,
    /// As of a check: exit with 1 from this severity on.
    #[arg(long, value_name = "SEVERITY", value_enum)]
    pub(in crate::cli) fail_on: Option<FailOn>,
    /// As of a check: exit with 1 if any promise could not be decided.
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    /// Which rules run.
    #[command(flatten)]
    pub(in crate::cli) chosen: ChosenArgs,
    /// What is read, and what it is judged by.
    #[command(flatten)]
    pub(in crate::cli) input: InputArgs,
}

/// Forms of the settings in effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ShowFormat {
    /// A settings file with comments.
    Yaml,
    /// For programs.
    Json,
}
