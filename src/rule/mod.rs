//! Turns facts into findings: rule files, their conditions in CEL, and the fields that they may read.

mod check;
mod eval;
mod fields;
mod functions;
mod suggest;
mod syntax;
mod template;
mod units;
mod value;
