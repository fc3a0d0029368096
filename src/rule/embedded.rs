//! Rule files and examples that the build script put into the binary.

/// Path below `rules/` and text of each built-in rule, sorted by path.
pub(crate) const RULES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The family of a built-in rule.
pub(crate) fn family_of(id: &str) -> Option<&'static str> {
    RULES.iter().find_map(|(path, _)| {
        let (family, name) = path.strip_suffix(".yaml")?.rsplit_once('/')?;
        (name == id).then_some(family)
    })
}

/// Path below `fixtures/rules/` and text of each example, sorted by path.
pub(crate) const EXAMPLES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/examples.rs"));
