//! Tests about the project as a whole.

mod answers;
mod book;
mod clusters;
mod deploy;
mod fields;
mod fixes;
mod fixtures;
mod fuzzing;
mod generated;
mod generated_changes;
mod generated_fixes;
mod growth;
mod hooks;
mod identity;
mod layers;
mod live_kinds;
mod meaning;
mod mutations;
mod plain_objects;
mod programs;
mod random;
mod relays;
mod rule_mutations;
mod running;
mod schemas;
mod security;
mod shared;
mod stores;
mod ways_out;
mod withheld;

pub(crate) use programs::random_program;
pub(crate) use random::Random;
pub(crate) use schemas::yaml_value;
pub(crate) use shared::PROGRAMS;
pub(crate) use shared::not_run;
pub(crate) use shared::shared;
