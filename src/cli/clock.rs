//! Turns the clock into the day of a run. The only thing of a report that depends on it is what is accepted until a day.

use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use clap::error::ErrorKind;

use super::Stop;
use super::usage;
use crate::text::Day;

/// The variable that names the time of runs that have to be repeated, in seconds since 1970.
/// <https://reproducible-builds.org/specs/source-date-epoch/>
const NAMED: &str = "SOURCE_DATE_EPOCH";

/// Today in UTC, or the day that `SOURCE_DATE_EPOCH` names; empty means unset. Without a day nothing that is accepted until
/// one would ever end, so a time that has none is refused.
#[expect(clippy::disallowed_methods, reason = "suppressions end on a day")]
pub(super) fn today() -> Result<Day, Stop> {
    let refused = |why: String| usage(ErrorKind::ValueValidation, &why);
    if let Some(named) = std::env::var_os(NAMED).filter(|named| !named.is_empty()) {
        let day = named.to_str().and_then(|seconds| Day::of_unix_time(seconds.trim().parse().ok()?));
        return day.ok_or_else(|| {
            refused(format!(
                "`{NAMED}` gives no day: seconds since 1970 are expected, such as 1801440000; remove it, or give `--today`"
            ))
        });
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let day = now.and_then(|time| Day::of_unix_time(time.as_secs()));
    day.ok_or_else(|| refused("the clock of this machine gives no day; set it, or give `--today`".to_owned()))
}
