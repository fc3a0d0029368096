//! Turns `--preflight` into the access table of each cluster.

use clap::error::ErrorKind;

use super::Stop;
use super::exit;
use super::output;
use super::output::OutputArg;
use super::usage;
use crate::live;
use crate::live::Audit;
use crate::report;
use crate::report::Format;
use crate::source::Access;

/// Whether the tables can be told in all these forms; else what is wrong with the words.
pub(super) fn accepts(targets: &[OutputArg]) -> Result<(), Stop> {
    let Some(other) = targets.iter().find(|own| !matches!(own.format, Format::Human | Format::Json)) else {
        return Ok(());
    };
    let message = format!(
        "`--preflight` is told as `human` or `json`, not as `{}`: it finds nothing",
        other.format.name()
    );
    Err(usage(ErrorKind::ArgumentConflict, &message))
}

/// Writes the tables and gives the exit code: 0 all rights are there, 1 one is missing, 2 something could not be asked.
pub(super) fn preflight(audit: &Audit, targets: &[OutputArg]) -> Result<u8, Stop> {
    let clusters = live::preflight(audit).map_err(|message| Stop::Failed(vec![message]))?;
    let write = |target: &OutputArg| {
        output::write_with(target, |out| match target.format {
            Format::Json => report::write_preflight_json(&clusters, out),
            _ => report::write_preflight(&clusters, out),
        })
    };
    let failed: Vec<String> = targets.iter().filter_map(|target| write(target).err()).collect();
    if !failed.is_empty() {
        return Err(Stop::Failed(failed));
    }
    let unsure = clusters.iter().any(Access::is_unsure);
    let lacks = clusters.iter().any(Access::lacks);
    Ok(if unsure {
        exit::INCOMPLETE
    } else if lacks {
        exit::FINDINGS
    } else {
        exit::CLEAN
    })
}
