//! Finds in the text of a rule what a run asks of it before it is read as a rule. The build script does that for the rules in
//! the binary.

/// The keys that say whether a rule is kept; the others are for those who read of it.
#[allow(dead_code, reason = "only the build script asks")]
pub(crate) const DECIDING: &[&str] = &[
    "id",
    "invariant",
    "severity",
    "over",
    "given",
    "when",
    "cases",
    "undecided",
    "undecided_message",
    "settings",
];

/// The value of a key of a built-in rule, where it is a word: its keys stand at the start of lines of their own, which a test
/// holds.
#[allow(dead_code, reason = "only the build script asks")]
pub(crate) fn value_of<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    text.lines().find_map(|line| line.strip_prefix(key)).map(str::trim)
}

/// The routes that follow `.effective.` in a text: the options of the stores that a rule asks for.
pub(crate) fn options_in(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(".effective.").skip(1).map(|rest| {
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(rest.len());
        let route = rest.get(..end).unwrap_or_default();
        // What is called on a list or text is no part of the route.
        let called = rest.get(end..).is_some_and(|rest| rest.starts_with('('));
        let route = if called { route.rsplit_once('.').map_or("", |(route, _)| route) } else { route };
        route.trim_end_matches('.').to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::options_in;
    use super::value_of;

    #[test]
    fn a_value_is_what_stands_behind_the_key_at_the_start_of_a_line() {
        let rule = "id: a-rule\nseverity:  warning \nfix:\n  when: x\n";
        assert_eq!(value_of(rule, "id:"), Some("a-rule"));
        assert_eq!(value_of(rule, "severity:"), Some("warning"));
        assert_eq!(value_of(rule, "when:"), None);
    }

    #[test]
    fn an_option_is_a_route_without_what_is_called_on_it() {
        let found = |text: &str| options_in(text).collect::<Vec<_>>();
        assert_eq!(found("mimir.effective.limits.max_series > 8"), ["limits.max_series"]);
        assert_eq!(found("x.effective.a.b.size() == 1 && y.effective.c_d[0].e"), ["a.b", "c_d"]);
        assert_eq!(found("The limit is {mimir.effective.limits.x}."), ["limits.x"]);
        assert_eq!(found("see mimir.effective.limits.x."), ["limits.x"]);
        assert_eq!(found("effective.a"), Vec::<String>::new());
    }
}
