//! Turns running clusters into texts, as far as they may be read.

mod kinds;

pub(crate) use kinds::Asked;
pub(crate) use kinds::Kind;
pub(crate) use kinds::kinds;
pub(crate) use kinds::needed;
