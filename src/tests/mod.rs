//! Tests about the project as a whole.

mod hooks;
mod layers;
mod mutations;
