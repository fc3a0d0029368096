//! Turns the words about running clusters into what is read of them.

use std::io::IsTerminal as _;
use std::sync::Arc;

use clap::error::ErrorKind;

use super::Stop;
use super::args::CheckArgs;
use super::progress::Progress;
use super::rbac;
use super::signals::Signals;
use super::terminal::variable;
use super::usage;
use crate::finding::Shard;
use crate::live;
use crate::live::Audit;
use crate::live::Errand;
use crate::live::Known;
use crate::live::Limits;
use crate::live::Watch;
use crate::live::Which;
use crate::model;
use crate::source::Sources;

/// What tells the monitoring apart from what else runs in a cluster.
const KNOWN: Known = Known {
    is_image: model::is_monitoring_image,
    is_sender: model::is_sender_image,
    is_command: model::starts_collector,
    is_chart: model::is_monitoring_chart,
    is_log_folder: model::is_log_folder,
    homes: &["alloy", "grafana", "loki", "mimir"],
};

/// Reads the clusters that the words name. A signal that would end the program ends the reading instead, and what came by
/// then is reported.
pub(super) fn read(args: &CheckArgs) -> Result<Sources, Stop> {
    let audit = audit(args)?;
    let signals = Signals::noted();
    let shown = !args.output.quiet && std::io::stderr().is_terminal() && !is_ci();
    let progress = Arc::new(Progress::new(shown, signals));
    let watch: Arc<dyn Watch> = Arc::clone(&progress) as Arc<dyn Watch>;
    let sources = live::read(&audit, KNOWN, &watch).map_err(|message| Stop::Failed(vec![message]));
    progress.done();
    sources
}

/// What is to be read.
pub(super) fn audit(check: &CheckArgs) -> Result<Audit, Stop> {
    let args = &check.live;
    let which = if args.in_cluster {
        Which::Own
    } else if args.all_contexts {
        Which::All
    } else if args.context.is_empty() {
        Which::Current
    } else {
        Which::Named(args.context.clone())
    };
    let errand = Errand {
        rules: rbac::chosen(
            &check.input.rules,
            [&check.chosen.select, &check.chosen.extend_select, &check.chosen.ignore],
        )?,
        without_secrets: false,
        secret_values: args.read_secret_values,
        probe: args.probe,
        write_report: args.write_report,
    };
    let mut namespaces = args.namespace.clone();
    namespaces.sort();
    namespaces.dedup();
    Ok(Audit {
        which,
        kubeconfig: args.kubeconfig.clone(),
        namespaces,
        shard: shard(check)?.map(|shard| (shard.index, shard.count)),
        interactive: std::io::stdin().is_terminal() && !is_ci(),
        limits: Limits { request: args.request_timeout, total: args.timeout },
        errand,
    })
}

/// Which part of the contexts is meant, where not all are.
pub(super) fn shard(check: &CheckArgs) -> Result<Option<Shard>, Stop> {
    let Some(shard) = check.live.shard else { return Ok(None) };
    let index = shard.index.or_else(job_index).filter(|index| *index < shard.count);
    let index = index.ok_or_else(|| {
        let message = "`--shard /COUNT` takes its index from `JOB_COMPLETION_INDEX`, which is not set or not below COUNT";
        usage(ErrorKind::InvalidValue, message)
    })?;
    Ok(Some(Shard { index, count: shard.count }))
}

/// The index that Kubernetes gives the pods of an Indexed Job.
fn job_index() -> Option<usize> {
    variable("JOB_COMPLETION_INDEX")?.parse().ok()
}

/// Whether a machine is watching: all services that run pipelines say so.
fn is_ci() -> bool {
    variable("CI").is_some_and(|value| value != "false")
}
