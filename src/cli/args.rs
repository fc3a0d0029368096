//! Turns the words of the command line into typed arguments.

mod accept;
mod config;
mod generate;
mod graph;
mod live;
mod lsp;
mod rbac;
mod rules;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use clap::Parser;
use clap::Subcommand;

pub(super) use self::accept::BaselineArgs;
pub(super) use self::config::ConfigCommand;
pub(super) use self::config::InitArgs;
pub(super) use self::config::ShowArgs;
pub(super) use self::config::ShowFormat;
pub(super) use self::generate::GenerateArgs;
pub(super) use self::graph::GraphArgs;
pub(super) use self::live::LiveArgs;
pub(super) use self::lsp::LspArgs;
pub(super) use self::rbac::RbacArgs;
pub(super) use self::rules::DocsArgs;
pub(super) use self::rules::ListArgs;
pub(super) use self::rules::NewArgs;
pub(super) use self::rules::RulesCommand;
pub(super) use self::rules::RulesCommandArgs;
pub(super) use self::rules::TestArgs;
pub(super) use self::values::ColorArg;
use self::values::FailOn;
pub(super) use self::values::KindArg;
pub(super) use self::values::ProfileArg;
pub(super) use self::values::ShellArg;
use self::values::assumed;
use self::values::day;
use self::values::domain;
use super::output::OutputArg;
use crate::model::Minor;
use crate::model::Store;
use crate::text::Day;
use crate::text::Limit;
use crate::text::limits;

/// Texts after the options of `completions`.
const COMPLETIONS_EXAMPLES: &str = "\
Where they belong:
  bash        ptd-lint completions bash > ~/.local/share/bash-completion/completions/ptd-lint
  zsh         ptd-lint completions zsh > DIR/_ptd-lint, with DIR in $fpath
  fish        ptd-lint completions fish > ~/.config/fish/completions/ptd-lint.fish
  elvish      eval (ptd-lint completions elvish | slurp), in rc.elv
  powershell  ptd-lint completions powershell | Out-String | Invoke-Expression, in $PROFILE
  nushell     ptd-lint completions nushell | save DIR/ptd-lint.nu, and use it in config.nu";

/// Texts after the options.
const EXAMPLES: &str = "\
Examples:
  ptd-lint manifests/                        a folder of rendered manifests, as one stack
  ptd-lint 'manifests/**/*.{yaml,json}'      a pattern
  kubectl get all,cm -A -o yaml | ptd-lint - what a cluster runs
  ptd-lint --control-room ctl.example.com .  with the control room named
  ptd-lint -o json=report.json -o human .    both forms at once
  ptd-lint --live                            the cluster of kubectl's current context
  ptd-lint --live --all-contexts             all clusters of the kubeconfig, side by side
  ptd-lint explain RULE                      why a rule exists, and how to mend

Exit codes:
  0  nothing at or above --fail-on
  1  findings at or above --fail-on; the log boundary undecided (with --strict or --live: any promise)
  2  the run is incomplete: unreadable or broken input, a cluster that could not be seen whole, bad usage";

/// Texts after the options of `fmt`.
const FMT_EXAMPLES: &str = "\
Formats as `alloy fmt` does, again until nothing changes, and never changes what a program means. In YAML and JSON
only the bytes of the programs change. A file with a syntax error is left alone, and so is a program in a scalar that
cannot hold it (such as a plain one over several lines).

Examples:
  ptd-lint fmt manifests/                    all Alloy in a folder, in place
  ptd-lint fmt --check --diff .              in CI: show what is not formatted, and fail
  ptd-lint fmt - < config.alloy              standard input to standard output

Exit codes:
  0  all is formatted
  1  with --check: something is not
  2  something could not be read, formatted or written; bad usage";

/// Texts after the options of `fix`.
const FIX_EXAMPLES: &str = "\
Makes the fixes that rules carry, and changes no byte besides. The result is checked as a whole before anything is
written: a fix is made only if its finding is gone, no rule says anything new, no promise ends worse, and all can
still be read. Fixes are made in rounds until none is left, so a second run changes nothing. What is safe only does
what was agreed (limits, retention, switches, addresses); what may take data away or start new ways for it needs
`--unsafe`. Findings without a fix are for people: `ptd-lint check` tells how.

All new files are written beside the old ones before the first takes its place: after a full disk, a signal or a
crash each file is old or new. Owner and permissions are kept, links are followed; access control lists and
extended attributes are not kept. A file that was changed meanwhile, is write-protected or has several names (hard
links) is left as it is with an error, the others are mended. Settings and rule files are never changed.

Examples:
  ptd-lint fix --diff manifests/             show what would change
  ptd-lint fix manifests/ inputs/            mend in place
  ptd-lint fix --check --diff .              in CI: show what can be mended, and fail
  ptd-lint fix --select series-limit-differs . only what one rule finds
  ptd-lint fix --unsafe --diff .             with what should be looked at first
  ptd-lint fix - < values.yaml               standard input to standard output
  ptd-lint check --fix .                     mend, then report what is left

Exit codes:
  0  done, also if findings are left
  1  with --check: something would change
  2  something could not be read or written; bad usage";

/// Texts after the options of `merge`.
const MERGE_EXAMPLES: &str = "\
Findings that several clusters have are told once, with the names of the clusters. The exit code is that of one run
over all: a report carries the `--fail-on` and `--strict` of its run, and the strictest of them counts unless told
otherwise. A file that is no report makes the whole incomplete; the others are joined all the same.

Examples:
  ptd-lint merge report*.json                what all clusters have, and what only some do
  ptd-lint merge -o json shard-*.json        one report, which can be merged again

Exit codes:
  0  nothing at or above --fail-on
  1  findings at or above --fail-on; the log boundary undecided (with --strict: any promise)
  2  a report is incomplete or could not be read; bad usage";

/// Checks that a Posit Team Dedicated monitoring stack keeps its promises.
///
/// Reads Kubernetes manifests, Helm values, Alloy, Mimir, Loki and Grafana configuration, also where one is embedded in
/// another, and gives a verdict on each promise: logs never leave the workload, metrics reach both stores, limits,
/// retention and storage are as agreed.
#[derive(Debug, Parser)]
#[command(name = "ptd-lint", version, max_term_width = 100, after_help = EXAMPLES)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(super) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// What to check, where no command is named.
    #[command(flatten)]
    pub(super) check: CheckArgs,
    /// Set what protects this machine from inputs that take its memory, time or stack. Can be repeated.
    #[arg(long = "limit", value_name = "NAME=VALUE", global = true, value_parser = limits::parse)]
    #[arg(long_help = limits_help())]
    pub(super) limits: Vec<(Limit, u64)>,
}

impl Cli {
    /// How many threads to use at most.
    pub(super) fn threads(&self) -> Option<u16> {
        match &self.command {
            None => self.check.input.threads,
            Some(Command::Check(args)) => args.input.threads,
            Some(Command::Fix(args)) => args.input.threads,
            Some(Command::Graph(args)) => args.input.threads,
            Some(Command::Lsp(args)) => args.input.threads,
            Some(_) => None,
        }
    }
}

/// What `--help` says of limits.
fn limits_help() -> String {
    format!(
        "Set what protects this machine from inputs that take its memory, time or stack. Each limit that is met is told \
         with its place, and the run is incomplete. Raise one for inputs that you trust: nothing among the inputs can. \
         Can be repeated.\n{}",
        limits::help()
    )
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Checks files, folders, patterns or standard input (the word `check` may be left out).
    #[command(after_help = EXAMPLES)]
    Check(Box<CheckArgs>),
    /// Mends what can be mended, in place: values, keys, parts of programs, also in embedded documents.
    #[command(after_help = FIX_EXAMPLES)]
    Fix(Box<FixArgs>),
    /// Formats Alloy programs: files of their own, and those embedded in YAML and JSON.
    #[command(after_help = FMT_EXAMPLES)]
    Fmt(FmtArgs),
    /// Writes a complete monitoring stack for a workload, one that keeps all promises.
    #[command(after_help = generate::EXAMPLES)]
    Generate(Box<GenerateArgs>),
    /// Draws the flows of telemetry: who hands which signals to whom, and what leaves the workload.
    #[command(after_help = graph::EXAMPLES)]
    Graph(Box<GraphArgs>),
    /// Writes a first settings file, with what the folder tells filled in.
    #[command(after_help = config::INIT_EXAMPLES)]
    Init(InitArgs),
    /// Tells which settings are in effect and where each comes from, or what there is to set.
    Config {
        /// What to tell.
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Joins JSON reports (of shards, of clusters) into one, as if one run had seen it all.
    #[command(after_help = MERGE_EXAMPLES)]
    Merge(Box<MergeArgs>),
    /// Prints the least rights that `--live` needs, as roles of Kubernetes.
    #[command(after_help = rbac::EXAMPLES)]
    LiveRbac(Box<RbacArgs>),
    /// Serves an editor, as a language server over standard input and output.
    #[command(after_help = lsp::EXAMPLES)]
    Lsp(Box<LspArgs>),
    /// Lists rules, tries them on their inputs, begins a new one, writes pages about them.
    Rules(RulesCommandArgs),
    /// Tells why a rule or a promise exists, how to mend what a rule finds, and shows an example; with `--value`, where a
    /// value of a store comes from.
    Explain {
        /// The rule's id, as findings name it in brackets, or the promise's; with `--value` the inputs.
        #[arg(value_name = "RULE|PROMISE|PATH", required = true)]
        words: Vec<OsString>,
        /// An option of Mimir or Loki, such as `limits.max_global_series_per_user`: prints what it is by default and what
        /// sets it in the inputs, weakest first.
        #[arg(long, value_name = "OPTION")]
        value: Option<String>,
        /// The version to judge a store by, whatever the inputs say.
        #[arg(long, value_name = "STORE=VERSION", value_parser = assumed, requires = "value")]
        assume: Vec<(Store, Minor)>,
        /// Where rules come from.
        #[command(flatten)]
        rules: RulesArgs,
    },
    /// Prints completions of this command line for a shell.
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: ShellArg,
    },
    /// Prints the manual page, as `man -l -` reads it.
    Man {
        /// Write it into this folder, with a page for each subcommand.
        #[arg(long, value_name = "DIR")]
        out: Option<OsString>,
    },
}

/// Files that are changed in place, or only looked at.
#[derive(Debug, Args)]
pub(super) struct RewriteArgs {
    /// Files, folders, patterns (`*`, `**`, `{a,b}`), or `-` for standard input to standard output.
    ///
    /// They are chosen, and taken together as stacks, as by `check`.
    #[arg(value_name = "PATH|GLOB|-", required = true)]
    pub(super) paths: Vec<OsString>,
    /// Change nothing; exit with 1 if something would change.
    #[arg(long)]
    pub(super) check: bool,
    /// Change nothing; print what would change as a unified diff. Secrets are covered.
    #[arg(long)]
    pub(super) diff: bool,
}

/// What to format and how.
#[derive(Debug, Args)]
pub(super) struct FmtArgs {
    /// What is changed. Files without Alloy stay as they are.
    #[command(flatten)]
    pub(super) files: RewriteArgs,
    /// What standard input is called: its ending tells what it is written in.
    #[arg(long, value_name = "NAME")]
    pub(super) stdin_filename: Option<String>,
    /// Print errors and what was asked for only.
    #[arg(short, long)]
    pub(super) quiet: bool,
}

/// Where rules come from besides the built-in ones.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct RulesArgs {
    /// Also use the rule files in this folder. Can be repeated.
    #[arg(long = "rules", value_name = "DIR")]
    pub(super) folders: Vec<OsString>,
}

/// Which rules are meant.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct ChosenArgs {
    /// Only these rules, in place of those that the settings select: an id, a family (`loki`), a promise (`log-boundary`), a
    /// pattern (`loki-*`) or `ALL`. The more specific one wins. Can be repeated, or be a list with commas.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(super) select: Vec<String>,
    /// These rules too. Can be repeated, or be a list with commas.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(super) extend_select: Vec<String>,
    /// Leave these rules out; what they guard is then undecided. Can be repeated, or be a list with commas.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(super) ignore: Vec<String>,
}

/// What is read, and what it is judged by.
#[derive(Debug, Clone, Args)]
pub(super) struct InputArgs {
    /// Use this settings file instead of looking for `ptd-lint.yaml` here and in the folders above [env:
    /// `PTD_LINT_CONFIG`].
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(super) config: Option<PathBuf>,
    /// Look for no settings file; one among the inputs still governs its stack.
    #[arg(long)]
    pub(super) no_config: bool,
    /// What is promised: `stack` to any user of Alloy, Mimir, Loki or Grafana, `ptd` also what Posit Team Dedicated agreed
    /// on, `strict` the same without doubts and deviations [default: that of the settings file, or `ptd`].
    #[arg(long, value_name = "PROFILE", value_enum)]
    pub(super) profile: Option<ProfileArg>,
    /// Further rules.
    #[command(flatten)]
    pub(super) rules: RulesArgs,

    /// The workload's metrics also go to the control room under this domain.
    #[arg(long, value_name = "DOMAIN", conflicts_with = "no_control_room", value_parser = domain)]
    pub(super) control_room: Option<String>,
    /// The workload has no control room: its metrics must stay.
    #[arg(long)]
    pub(super) no_control_room: bool,
    /// Judge a store as this version, whatever the inputs say: `mimir=2.17`, `loki=3.7.6`, or `mimir=next` for the
    /// version under development. A preview of an upgrade. One file that is not recognised is taken for the store's
    /// configuration.
    #[arg(long, value_name = "STORE=VERSION", value_parser = assumed)]
    pub(super) assume: Vec<(Store, Minor)>,
    /// The workload's name in the report.
    #[arg(long, value_name = "NAME")]
    pub(super) workload: Option<String>,
    /// What the inputs are, where their content does not tell.
    #[arg(long, value_enum, default_value_t = KindArg::Auto)]
    pub(super) kind: KindArg,
    /// Let nothing be accepted, whatever comments, annotations, settings and the baseline that they name say: every finding
    /// counts but those of `--baseline`.
    #[arg(long)]
    pub(super) no_suppressions: bool,
    /// The day of the run, which ends what is accepted `until` a day before [default: today in UTC, or that of
    /// `SOURCE_DATE_EPOCH`].
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(super) today: Option<Day>,
    /// What standard input is called in reports.
    #[arg(long, value_name = "NAME")]
    pub(super) stdin_filename: Option<String>,
    /// How many threads to use at most.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) threads: Option<u16>,
}

/// What to check and how.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Files, folders, patterns (`*`, `**`, `{a,b}`) or `-` for standard input.
    ///
    /// A folder is read with everything below it; hidden files and those ignored by git are left out unless named. A
    /// folder is one stack, unless declarations (`ptd.yaml`, `ptd-lint.yaml`) below it say that it holds several; files
    /// belong with the others of their folder.
    #[arg(value_name = "PATH|GLOB|-")]
    pub(super) paths: Vec<OsString>,

    /// Report on the files given as parts of this folder: all of it is read and judged, and of the stacks that the files
    /// belong to, what the files take part in is told. Without a folder, the nearest one upwards that holds a
    /// `ptd-lint.yaml` or is the root of a git repository. Can be repeated.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    #[arg(conflicts_with_all = ["live", "against", "fix"])]
    pub(super) tree: Vec<OsString>,

    /// Check again whenever an input, the settings or a rule changes. Ctrl-C ends it, with the exit code of the last run.
    #[arg(long, conflicts_with_all = ["live", "against", "fix"])]
    pub(super) watch: bool,

    /// How to report, and what fails the run.
    #[command(flatten)]
    pub(super) output: OutputArgs,

    /// Which rules run.
    #[command(flatten)]
    pub(super) chosen: ChosenArgs,

    /// First mend what can be mended, as `ptd-lint fix` does, in place; then report what is left.
    #[arg(long)]
    pub(super) fix: bool,
    /// With `--fix`: also make fixes that may take data away or start new ways for it.
    #[arg(long = "unsafe", requires = "fix")]
    pub(super) unsafe_too: bool,

    /// What is read, and what it is judged by.
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// What is accepted since it was there before.
    #[command(flatten)]
    pub(super) baseline: BaselineArgs,
    /// Running clusters in place of files.
    #[command(flatten)]
    pub(super) live: LiveArgs,
}

/// Which reports to join, and how to tell.
#[derive(Debug, Args)]
pub(super) struct MergeArgs {
    /// Reports, as `ptd-lint -o json` writes them.
    #[arg(value_name = "REPORT", required = true)]
    pub(super) reports: Vec<PathBuf>,
    /// How to report, and what fails the run.
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// How to report, and what fails the run.
#[derive(Debug, Args)]
pub(super) struct OutputArgs {
    /// How to report: human, concise, html, json, sarif, junit, github, gitlab, checkstyle, markdown, openreports or
    /// policyreport. `json=FILE` writes to a file. Can be repeated: several reports of one run.
    #[arg(short, long, visible_alias = "format", value_name = "FORMAT[=FILE]")]
    pub(super) output: Vec<OutputArg>,
    /// Write the report to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub(super) output_file: Option<PathBuf>,
    /// Exit with 1 from this severity on [default: that of the settings file or of the reports, or `error`].
    #[arg(long, value_name = "SEVERITY", value_enum)]
    pub(super) fail_on: Option<FailOn>,
    /// Exit with 1 if any promise could not be decided, not only the log boundary.
    #[arg(long)]
    pub(super) strict: bool,
    /// When to use colours. `auto` heeds `NO_COLOR`, `CLICOLOR_FORCE` and `FORCE_COLOR`.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = ColorArg::Auto)]
    pub(super) color: ColorArg,
    /// Print findings, verdicts that do not hold, and errors only.
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Also list what was passed over, each cluster, and the settings file used.
    #[arg(short, long)]
    pub(super) verbose: bool,
}

/// What to mend and how.
#[derive(Debug, Args)]
pub(super) struct FixArgs {
    /// What is changed.
    #[command(flatten)]
    pub(super) files: RewriteArgs,
    /// Also make fixes that may take data away or start new ways for it. Read the diff.
    #[arg(long = "unsafe")]
    pub(super) unsafe_too: bool,

    /// Mend only what these rules find: an id, a family, a promise, a pattern. Can be repeated, or be a list with commas. All
    /// rules still judge the result.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(super) select: Vec<String>,
    /// Do not mend what these rules find. Can be repeated, or be a list with commas.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(super) ignore: Vec<String>,

    /// What is read, and what it is judged by.
    #[command(flatten)]
    pub(super) input: InputArgs,

    /// Print errors and what was asked for only.
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Also list what is left, and why.
    #[arg(short, long)]
    pub(super) verbose: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn check_may_be_left_out() {
        let short = Cli::try_parse_from(["ptd-lint", "-o", "json", "a", "b"]).unwrap();
        assert_eq!(short.check.paths, ["a", "b"]);
        let long = Cli::try_parse_from(["ptd-lint", "check", "--format", "json", "a"]).unwrap();
        assert!(matches!(long.command, Some(Command::Check(check)) if check.paths == ["a"]));
    }

    #[test]
    fn contradictions_are_refused() {
        for line in [
            ["--control-room", "x.example.com", "--no-control-room"].as_slice(),
            &["--config", "x.yaml", "--no-config"],
            &["-q", "-v"],
            &["--fail-on", "fatal"],
            &["--kind", "helm"],
            &["--threads", "0"],
            &["-o", "xml"],
            &["-o", "json="],
            &["--unsafe"],
        ] {
            let words = ["ptd-lint", "a"].iter().chain(line);
            let error = Cli::try_parse_from(words).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{line:?}");
        }
    }
}
