//! Tests about the project as a whole.

mod fields;
mod fixtures;
mod hooks;
mod layers;
mod mutations;
mod ways_out;
