//! The words of `ptd-lint rules`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;
use clap::ValueEnum;

use super::ChosenArgs;
use super::ProfileArg;
use super::RulesArgs;
use crate::finding::Invariant;
use crate::finding::Severity;
use crate::rule;

/// Texts after the options of `rules test`.
const TEST_EXAMPLES: &str = "\
A rule DIR/RULE.yaml has its inputs in DIR/fixtures/RULE/fail (it must speak of them) and pass (it must not), and
may have some in undecided. Where expected.txt lies beside inputs, what the rule says is held against it.

Examples:
  ptd-lint rules test my-rules/              are the rules right about their inputs?
  ptd-lint rules test my-rules/ --update     what they say is right: write expected.txt
  ptd-lint rules test my-rules/ --mutants    do the inputs notice each small change of a condition?
  ptd-lint rules test                        the built-in rules

Exit codes:
  0  all rules are right
  1  something is wrong with a rule or its inputs
  2  something could not be read or written; bad usage";

/// Texts after the options of `rules new`.
const NEW_EXAMPLES: &str = "\
Examples:
  ptd-lint rules new tenancy-on --over mimir --dir my-rules
  ptd-lint rules test my-rules               says what is still to do";

/// What to do with rules.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(in crate::cli) struct RulesCommandArgs {
    /// What to do; unless said, the rules are listed.
    #[command(subcommand)]
    pub(in crate::cli) command: Option<RulesCommand>,
    /// What to list.
    #[command(flatten)]
    pub(in crate::cli) list: ListArgs,
}

/// The commands about rules.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum RulesCommand {
    /// Lists all rules, or what rules may read (the word `list` may be left out).
    List(ListArgs),
    /// Tries rules on the inputs beside them.
    #[command(after_help = TEST_EXAMPLES)]
    Test(TestArgs),
    /// Writes a rule to begin with, and inputs for it.
    #[command(after_help = NEW_EXAMPLES)]
    New(NewArgs),
    /// Writes a page of Markdown for each rule and each promise, and an index.
    Docs(DocsArgs),
}

/// What to list.
#[derive(Debug, Args)]
pub(in crate::cli) struct ListArgs {
    /// List the facts that the conditions of rules may read, with their types.
    #[arg(long, conflicts_with_all = ["profile", "select", "extend_select", "ignore"])]
    pub(in crate::cli) fields: bool,
    /// Only rules of this profile.
    #[arg(long, value_name = "PROFILE", value_enum)]
    pub(in crate::cli) profile: Option<ProfileArg>,
    /// Which rules are listed.
    #[command(flatten)]
    pub(in crate::cli) chosen: ChosenArgs,
    /// Where rules come from.
    #[command(flatten)]
    pub(in crate::cli) rules: RulesArgs,
}

/// Which rules to try.
#[derive(Debug, Args)]
pub(in crate::cli) struct TestArgs {
    /// Folders of rules with their inputs, as given to `--rules`. Without any, the built-in rules are tried.
    #[arg(value_name = "DIR")]
    pub(in crate::cli) folders: Vec<OsString>,
    /// Write what rules say to expected.txt, and the number of changes that are not noticed to fixtures/survivors.txt.
    #[arg(long, requires = "folders")]
    pub(in crate::cli) update: bool,
    /// Also change each condition a little, one operator, number or field at a time: the inputs have to notice.
    #[arg(long)]
    pub(in crate::cli) mutants: bool,
    /// Print only what is wrong.
    #[arg(short, long)]
    pub(in crate::cli) quiet: bool,
}

/// What a new rule shall be.
#[derive(Debug, Args)]
pub(in crate::cli) struct NewArgs {
    /// Its id: names the fault, in small letters and dashes.
    #[arg(value_name = "ID", value_parser = id)]
    pub(in crate::cli) id: String,
    /// The kind of subject that it looks at; `ptd-lint rules --fields` tells what there is.
    #[arg(long, value_name = "SUBJECT", default_value = "mimir", value_parser = subject)]
    pub(in crate::cli) over: String,
    /// The promise that it guards [default: that of most built-in rules over the subject].
    #[arg(long, value_name = "PROMISE", value_parser = invariant)]
    pub(in crate::cli) invariant: Option<Invariant>,
    /// How much harm it means.
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = SeverityArg::Warning)]
    pub(in crate::cli) severity: SeverityArg,
    /// The folder of rules.
    #[arg(long, value_name = "DIR", default_value = "rules")]
    pub(in crate::cli) dir: PathBuf,
}

/// Where pages go.
#[derive(Debug, Args)]
pub(in crate::cli) struct DocsArgs {
    /// The folder to write to; pages lie in `rules` and `promises` below it.
    #[arg(value_name = "OUT")]
    pub(in crate::cli) out: PathBuf,
    /// Where rules come from.
    #[command(flatten)]
    pub(in crate::cli) rules: RulesArgs,
}

/// `--severity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SeverityArg {
    /// A leak, a loss or an outage.
    Error,
    /// A deviation from what was agreed.
    Warning,
    /// Worth knowing.
    Info,
}

impl From<SeverityArg> for Severity {
    fn from(severity: SeverityArg) -> Self {
        match severity {
            SeverityArg::Error => Self::Error,
            SeverityArg::Warning => Self::Warning,
            SeverityArg::Info => Self::Info,
        }
    }
}

fn id(text: &str) -> Result<String, String> {
    if rule::is_id(text) {
        return Ok(text.to_owned());
    }
    Err("name the fault in small letters and dashes, such as `series-limit-differs`".to_owned())
}

fn subject(text: &str) -> Result<String, String> {
    if rule::subjects().any(|subject| subject == text) {
        return Ok(text.to_owned());
    }
    let known: Vec<&str> = rule::subjects().collect();
    Err(format!("rules look at one of: {}", known.join(", ")))
}

fn invariant(text: &str) -> Result<Invariant, String> {
    Invariant::from_id(text)
        .ok_or_else(|| format!("the promises are: {}", Invariant::ALL.map(Invariant::id).join(", ")))
}
