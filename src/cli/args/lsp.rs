//! The words behind `ptd-lint lsp`.

use clap::Args;

use super::ChosenArgs;
use super::InputArgs;

/// Texts after the options of `lsp`.
pub(super) const EXAMPLES: &str = "\
An editor starts it; `docs/src/editors.md` has what to write for Neovim, Helix and VS Code. Each workspace folder is checked
as `ptd-lint check FOLDER` does, with the texts of open files in place of those on disk. Nothing is ever written: fixes and
formatting are edits that the editor makes. What the options say may also come as initialization options, under
the same names: `{ \"control-room\": \"ops.example.com\" }`. Paths start from the workspace folder.

Exit codes:
  0  after `shutdown` and `exit`
  1  the editor went away without `shutdown`";

/// What an editor's workspace is judged by.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct LspArgs {
    /// Which rules run.
    #[command(flatten)]
    pub(in crate::cli) chosen: ChosenArgs,
    /// Only tell what is found in open files.
    #[arg(long)]
    pub(in crate::cli) open_files_only: bool,
    /// What is read, and what it is judged by.
    #[command(flatten)]
    pub(in crate::cli) input: InputArgs,
    /// Editors that can speak in several ways say so with this. There is no other way.
    #[arg(long, hide = true)]
    pub(in crate::cli) stdio: bool,
}
