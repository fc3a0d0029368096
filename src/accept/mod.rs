//! Turns comments, annotations and settings into what somebody accepted.

mod baseline;

pub(crate) use baseline::Baseline;
pub(crate) use baseline::Entry;
pub(crate) use baseline::Key;
pub(crate) use baseline::Listed;
pub(crate) use baseline::ListedFault;
pub(crate) use baseline::StackName;
pub(crate) use baseline::gone;
pub(crate) use baseline::met;
pub(crate) use baseline::pruned;
pub(crate) use baseline::read as read_baseline;
pub(crate) use baseline::rewritten;
pub(crate) use baseline::write as write_baseline;
