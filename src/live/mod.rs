//! Turns running clusters into texts, and into what was not seen of them. The only home of what reaches API servers.
//!
//! Nothing but reading is done (`call::Action` lists all there is), and no value of a Secret is asked for unless the user
//! wants it.

mod call;
mod cause;
mod connection;
mod contexts;
mod list;
mod stop;
mod transport;

pub(crate) use cause::Cause;
pub(crate) use connection::Limits;
pub(crate) use contexts::Which;
