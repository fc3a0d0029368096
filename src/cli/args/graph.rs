//! The words behind `ptd-lint graph`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::InputArgs;
use crate::cli::output::OutputArg;
use crate::report::PictureForm;

/// Texts after the options of `graph`.
pub(super) const EXAMPLES: &str = "\
Zones are regions, collectors stand inside the workload with all their sources and ways out. Solid lines are logs,
dashed ones metrics. Red lines take logs out of the workload; what is not known is amber with a question mark.
`ptd-lint check -o html=report.html` has the same picture with findings and configuration lines.

Examples:
  ptd-lint graph manifests/ > flow.svg       for browsers
  ptd-lint graph -o dot . | dot -Tpdf -o flow.pdf
                                             with the layout of Graphviz
  ptd-lint graph -o mermaid=flow.mmd .       for Markdown: code hosts draw it

Exit codes:
  0  drawn, whatever was found
  2  part of the input is unreadable or broken, so that ways may be missing; bad usage";

/// What to draw, and where to.
#[derive(Debug, Args)]
pub(in crate::cli) struct GraphArgs {
    /// Files, folders, patterns (`*`, `**`, `{a,b}`) or `-` for standard input, as for `check`.
    #[arg(value_name = "PATH|GLOB|-", required = true)]
    pub(in crate::cli) paths: Vec<OsString>,
    /// How to draw, one of: svg, dot, mermaid. `svg=FILE` writes to a file. Can be repeated [default: svg].
    #[arg(short, long, visible_alias = "format", value_name = "FORMAT[=FILE]")]
    pub(in crate::cli) output: Vec<OutputArg<PictureForm>>,
    /// Write the picture to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) output_file: Option<PathBuf>,
    /// What is read, and what it is judged by.
    #[command(flatten)]
    pub(in crate::cli) input: InputArgs,
    /// Print errors only.
    #[arg(short, long)]
    pub(in crate::cli) quiet: bool,
}
