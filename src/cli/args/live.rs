//! Turns the words about running clusters into typed arguments.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::values::namespace;

/// Which clusters to audit, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Running clusters")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(in crate::cli) struct LiveArgs {
    /// Audit running clusters in place of files. Only reads: objects are listed, Secrets by name. Of their values only Helm's
    /// own records of releases are asked for, unless `--read-secret-values` is given.
    #[arg(long, conflicts_with_all = ["paths", "fix"])]
    pub(in crate::cli) live: bool,
    /// Audit the cluster of this context. Can be repeated [default: the current context].
    #[arg(long, value_name = "CONTEXT", requires = "live")]
    pub(in crate::cli) context: Vec<String>,
    /// Audit the clusters of all contexts.
    #[arg(long, requires = "live", conflicts_with = "context")]
    pub(in crate::cli) all_contexts: bool,
    /// Audit the cluster that this runs in, by the account of its pod.
    #[arg(long, requires = "live", conflicts_with_all = ["context", "all_contexts", "kubeconfig"])]
    pub(in crate::cli) in_cluster: bool,
    /// Use this kubeconfig instead of those that kubectl finds.
    #[arg(long, value_name = "FILE", requires = "live")]
    pub(in crate::cli) kubeconfig: Option<PathBuf>,
    /// Read this namespace only. Can be repeated. What runs elsewhere is not judged then.
    #[arg(short, long, value_name = "NAMESPACE", requires = "live", value_parser = namespace)]
    pub(in crate::cli) namespace: Vec<String>,
    /// Compare what runs with the files of this folder: what they made, what was changed by hand, what waits.
    #[arg(long, value_name = "DIR", requires = "live")]
    pub(in crate::cli) against: Option<OsString>,
    /// Also ask Mimir, Loki and Alloy themselves, through the API server, what they run with.
    #[arg(long, requires = "live")]
    pub(in crate::cli) probe: bool,
    /// Also read values of Secrets that programs of the stack are given, where a destination may come from one. Never shown.
    #[arg(long, requires = "live")]
    pub(in crate::cli) read_secret_values: bool,
    /// Only tell which rights there are, and what the missing ones cost; also those for `--probe`, `--read-secret-values`
    /// and `--write-report` where these are given. Exits with 0 if all are there, 1 if one is missing, 2 if a cluster could
    /// not be asked.
    #[arg(long, requires = "live", conflicts_with = "against")]
    pub(in crate::cli) preflight: bool,
    /// Write the outcome into the cluster, as a report of the policy working group (OpenReports, else PolicyReport).
    #[arg(long, requires = "live")]
    pub(in crate::cli) write_report: bool,
    /// Audit only part of the contexts: the INDEX-th (from 0) of COUNT parts. Without INDEX, as `/COUNT`, that of the
    /// Indexed Job which this runs in (`JOB_COMPLETION_INDEX`).
    #[arg(long, value_name = "[INDEX]/COUNT", requires = "live", value_parser = shard)]
    pub(in crate::cli) shard: Option<Shard>,
    /// How long all reading may take: `90s`, `5m`. Writing reports (`--write-report`) may take a minute more.
    #[arg(long, value_name = "TIME", requires = "live", default_value = "2m", value_parser = time)]
    pub(in crate::cli) timeout: Duration,
    /// How long one request may take.
    #[arg(long, value_name = "TIME", requires = "live", default_value = "15s", value_parser = time)]
    pub(in crate::cli) request_timeout: Duration,
}

/// Which part of the contexts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Shard {
    /// From 0; `None` for that of the Job.
    pub(in crate::cli) index: Option<usize>,
    /// How many parts there are.
    pub(in crate::cli) count: usize,
}

/// `2/5`, `/5`.
fn shard(text: &str) -> Result<Shard, String> {
    let wrong = || "write `INDEX/COUNT`, such as `0/4`, or `/4`".to_owned();
    let (index, count) = text.split_once('/').ok_or_else(wrong)?;
    let count: usize = count.parse().map_err(|_| wrong())?;
    let index = match index {
        "" => None,
        index => Some(index.parse().map_err(|_| wrong())?),
    };
    if count == 0 || index.is_some_and(|index| index >= count) {
        return Err(format!(
            "{text}: parts are counted from 0, so the last one is {}",
            count.saturating_sub(1)
        ));
    }
    Ok(Shard { index, count })
}

/// The longest time that may be given: longer ones are slips, and sums of times must not overflow.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// `90s`, `5m`, `1m30s`, `500ms`.
fn time(text: &str) -> Result<Duration, String> {
    let wrong = || "write a time such as `90s` or `5m`".to_owned();
    let mut rest = text;
    let mut whole = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, unit) = rest.split_at(digits);
        let end = unit.find(|c: char| c.is_ascii_digit()).unwrap_or(unit.len());
        let (unit, after) = unit.split_at(end);
        let number: u32 = number.parse().map_err(|_| wrong())?;
        whole += match unit {
            "ms" => Duration::from_millis(number.into()),
            "s" => Duration::from_secs(number.into()),
            "m" => Duration::from_secs(u64::from(number) * 60),
            "h" => Duration::from_secs(u64::from(number) * 3600),
            _ => return Err(wrong()),
        };
        rest = after;
    }
    if whole.is_zero() || whole > LONGEST { Err(wrong()) } else { Ok(whole) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(time("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(time("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(time("500ms"), Ok(Duration::from_millis(500)));
        for wrong in ["", "0s", "5", "m", "5x", "-1s", "99999h", "99999999999s"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn namespaces_are_names() {
        assert!(namespace("alloy").is_ok() && namespace("a-1").is_ok());
        for wrong in ["", "a/b", "../x", "A", "-a", "a-", "a.b", &"a".repeat(64)] {
            assert!(namespace(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn shards_are_counted_from_zero() {
        assert_eq!(shard("0/4"), Ok(Shard { index: Some(0), count: 4 }));
        assert_eq!(shard("/4"), Ok(Shard { index: None, count: 4 }));
        for wrong in ["4/4", "0/0", "/0", "4", "a/4", "-1/4"] {
            assert!(shard(wrong).is_err(), "{wrong}");
        }
    }
}
