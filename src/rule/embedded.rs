//! Rule files and examples that the build script put into the binary.

/// Path below `rules/` and text of each built-in rule, sorted by path.
pub(crate) const RULES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Path below `fixtures/rules/` and text of each example, sorted by path.
pub(crate) const EXAMPLES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/examples.rs"));
