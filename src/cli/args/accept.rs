//! Turns the words about what was there before into typed arguments.

use std::path::PathBuf;

use clap::Args;

/// What is accepted since it was there before.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "What was there before")]
pub(in crate::cli) struct BaselineArgs {
    /// Accept the findings that this file lists [default: `baseline` of the settings file].
    #[arg(long, value_name = "FILE", conflicts_with = "write_baseline")]
    pub(in crate::cli) baseline: Option<PathBuf>,
    /// Use no baseline, whatever the settings file says.
    #[arg(long, conflicts_with_all = ["baseline", "write_baseline", "prune_baseline"])]
    pub(in crate::cli) no_baseline: bool,
    /// Write all findings of this run to a file that `--baseline` reads. One that is there already may shrink, but not grow.
    #[arg(long, value_name = "FILE", conflicts_with = "watch")]
    pub(in crate::cli) write_baseline: Option<PathBuf>,
    /// With `--write-baseline`: also add findings to a file that is there already.
    #[arg(long, requires = "write_baseline")]
    pub(in crate::cli) allow_growth: bool,
    /// Take out of the baseline what no longer occurs. Nothing is added to it.
    #[arg(long, conflicts_with_all = ["write_baseline", "watch"])]
    pub(in crate::cli) prune_baseline: bool,
    /// Report only what changed in effect since this commit of Git, also where the line that was edited is in another file.
    /// `REF...` stands for where the current branch left REF.
    #[arg(long, value_name = "REF", conflicts_with_all = ["live", "fix"])]
    pub(in crate::cli) since: Option<String>,
}
