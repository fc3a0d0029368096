//! Turns running clusters into texts, and into what was not seen of them. The only home of what reaches API servers.
//!
//! Nothing but reading is done (`call::Action` lists all there is), and no value of a Secret is asked for unless the user
//! wants it.

mod call;
mod cause;
mod connection;
mod contexts;
mod kinds;
mod list;
mod preflight;
mod rights;
mod role;
mod stop;
mod transport;

pub(crate) use cause::Cause;
pub(crate) use connection::Limits;
pub(crate) use contexts::Which;
pub(crate) use kinds::Asked;
pub(crate) use kinds::Kind;
pub(crate) use kinds::kinds;
pub(crate) use preflight::preflight;
pub(crate) use rights::Errand;
pub(crate) use role::Grant;
pub(crate) use role::roles;
