//! Turns `--preflight` into the access table of each cluster on standard output.

use std::path::Path;

use super::Stop;
use super::exit;
use super::output;
use super::output::Format;
use super::unwritten;
use crate::live;
use crate::live::Errand;
use crate::live::Limits;
use crate::live::Which;
use crate::report;
use crate::source;

/// Which clusters are asked, and for what.
pub(super) struct Preflight<'a> {
    pub(super) which: &'a Which,
    pub(super) kubeconfig: Option<&'a Path>,
    pub(super) limits: Limits,
    pub(super) errand: &'a Errand,
    pub(super) namespaces: &'a [String],
}

/// Prints the tables and gives the exit code: 0 all rights are there, 1 one is missing, 2 something could not be asked.
pub(super) fn preflight(asked: &Preflight<'_>, format: Format) -> Result<u8, Stop> {
    let clusters =
        live::preflight(asked.which, asked.kubeconfig, asked.limits, asked.errand, asked.namespaces)
            .map_err(|message| Stop::Failed(vec![message]))?;
    output::to_stdout(|mut out| match format {
        Format::Human => report::write_preflight(&clusters, &mut out),
        Format::Json => report::write_preflight_json(&clusters, &mut out),
    })
    .map_err(|error| unwritten(&error))?;
    let unsure = clusters.is_empty() || clusters.iter().any(source::Access::is_unsure);
    let lacks = clusters.iter().any(source::Access::lacks);
    Ok(if unsure {
        exit::INCOMPLETE
    } else if lacks {
        exit::FINDINGS
    } else {
        exit::CLEAN
    })
}
