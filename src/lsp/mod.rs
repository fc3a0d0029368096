//! Turns what an editor sends into what it shows: a language server.
//!
//! Three threads: this one reads messages and answers what needs the text of one file alone (`server`); one checks and answers
//! what needs a check (`desk`); one writes (`outbox`). Files are read through `source`, and the streams come from `cli`: so the
//! server itself touches nothing of the world, and tests can speak to it in memory.

mod actions;
mod buffers;
mod client;
mod completion;
mod definition;
mod desk;
mod diagnostics;
mod edits;
mod hover;
mod lines;
mod outbox;
mod paths;
mod position;
mod program;
mod server;
mod symbols;
mod wire;
mod workspace;

use std::io::BufRead;
use std::io::Write;
use std::path::Path;

use serde_json::Value;

use self::server::Server;
use crate::check::CheckOptions;
use crate::source::SourceProblem;

/// What governs a workspace folder.
#[derive(Debug, Clone, Default)]
pub(crate) struct Governed {
    /// What a check of it depends on besides its texts.
    pub(crate) options: CheckOptions,
    /// Settings and rules that cannot be read.
    pub(crate) problems: Vec<SourceProblem>,
    /// Whether only open files are told of.
    pub(crate) open_files_only: bool,
}

/// Says what governs a folder, from the options that the editor gave; or why that cannot be said.
pub(crate) trait Govern: Fn(&Value, &Path) -> Result<Governed, String> + Send + 'static {}

impl<F: Fn(&Value, &Path) -> Result<Governed, String> + Send + 'static> Govern for F {}

/// Serves one editor until it ends the server or goes away, and gives the exit code that the protocol wants.
pub(crate) fn serve(
    input: &mut impl BufRead,
    output: impl Write + Send + 'static,
    govern: impl Govern,
) -> u8 {
    let (outbox, writer) = outbox::start(output);
    let code = Server::new(outbox.clone(), govern).run(input);
    outbox.close();
    // A writer that panicked has nobody left to tell.
    let _ = writer.join();
    code
}
