//! Turns the clock into the day of a run. The only thing of a report that depends on it is what is accepted until a day.

use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use crate::text::Day;

/// Today in UTC, or the day that `SOURCE_DATE_EPOCH` names for runs that have to be repeated.
#[expect(clippy::disallowed_methods, reason = "suppressions end on a day")]
pub(super) fn today() -> Option<Day> {
    let named = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.trim().parse().ok());
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|time| time.as_secs());
    Day::of_unix_time(named.or_else(now)?)
}
