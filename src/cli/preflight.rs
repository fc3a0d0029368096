//! Turns `--preflight` into the access table of each cluster.

use super::Stop;
use super::exit;
use super::output;
use super::output::OutputArg;
use crate::live;
use crate::live::Audit;
use crate::report;
use crate::report::Format;
use crate::source::Access;

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
