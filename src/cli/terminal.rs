//! Turns what is known of the terminal into a style.

use std::io::IsTerminal as _;

use super::args::ColorArg;
use crate::report::Detail;

/// Where the terminal does not say how wide it is.
const WIDTH: usize = 100;

/// Where a report goes; colours belong on terminals only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    /// A person is watching.
    Terminal,
    /// A file or a pipe.
    Elsewhere,
}

/// What standard output is.
pub(super) fn stdout() -> Destination {
    if std::io::stdout().is_terminal() { Destination::Terminal } else { Destination::Elsewhere }
}

/// How much is told.
pub(super) const fn detail(quiet: bool, verbose: bool) -> Detail {
    match (quiet, verbose) {
        (true, _) => Detail::Quiet,
        (false, true) => Detail::Verbose,
        (false, false) => Detail::Normal,
    }
}

/// How many columns there are.
pub(super) fn width() -> usize {
    let width = variable("COLUMNS").and_then(|columns| columns.parse::<usize>().ok());
    width.map_or(WIDTH, |columns| columns.clamp(40, 200))
}

/// Whether to write colours to `destination`.
pub(super) fn colors(choice: ColorArg, destination: Destination) -> bool {
    wants_color(choice, destination, variable)
}

/// A variable of the environment; empty means unset.
pub(super) fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "`cli` is where the environment is read")]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The word of the user first, then the conventions: `NO_COLOR` beats those that force colours.
fn wants_color(
    choice: ColorArg,
    destination: Destination,
    variable: impl Fn(&str) -> Option<String>,
) -> bool {
    match choice {
        ColorArg::Always => return true,
        ColorArg::Never => return false,
        ColorArg::Auto => {}
    }
    if variable("NO_COLOR").is_some() {
        return false;
    }
    let forced = |name| variable(name).is_some_and(|value| value != "0");
    if forced("CLICOLOR_FORCE") || forced("FORCE_COLOR") {
        return true;
    }
    let capable = variable("TERM").is_none_or(|term| term != "dumb");
    destination == Destination::Terminal && capable && variable("CLICOLOR").is_none_or(|value| value != "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(destination: Destination, variables: &[(&str, &str)]) -> bool {
        wants_color(ColorArg::Auto, destination, |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn colours_are_for_terminals_unless_forced() {
        assert!(auto(Destination::Terminal, &[]));
        assert!(!auto(Destination::Elsewhere, &[]));
        assert!(!auto(Destination::Terminal, &[("NO_COLOR", "1")]));
        assert!(!auto(Destination::Terminal, &[("TERM", "dumb")]));
        assert!(!auto(Destination::Terminal, &[("CLICOLOR", "0")]));
        assert!(auto(Destination::Elsewhere, &[("CLICOLOR_FORCE", "1")]));
        assert!(auto(Destination::Elsewhere, &[("FORCE_COLOR", "3")]));
        assert!(!auto(Destination::Elsewhere, &[("FORCE_COLOR", "0")]));
        assert!(!auto(Destination::Elsewhere, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    }

    #[test]
    fn choice_on_the_command_line_beats_the_environment() {
        let set = |_: &str| Some("1".to_owned());
        assert!(wants_color(ColorArg::Always, Destination::Elsewhere, set));
        assert!(!wants_color(ColorArg::Never, Destination::Terminal, |_| None));
    }
}
