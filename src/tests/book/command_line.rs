//! Turns the command line, as the program knows it, into its page.

use std::fmt::Write as _;

use clap::Arg;
use clap::Command;

use super::MADE;
use super::cell;
use crate::cli;

/// A part for each command.
pub(super) fn page() -> String {
    let mut command = cli::command_line();
    command.build();
    let mut text = format!(
        "{MADE}\n# The command line\n\nWhat `ptd-lint --help` and `ptd-lint COMMAND --help` print. The command `check` may be left \
         out: `ptd-lint manifests/` is `ptd-lint check manifests/`.\n"
    );
    // `ptd-lint` by itself has the options of `check`.
    for command in command.get_subcommands() {
        part(command, &format!("ptd-lint {}", command.get_name()), &mut text);
    }
    text
}

fn part(command: &Command, name: &str, text: &mut String) {
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string);
    let _ = write!(text, "\n## {name}\n\n{}\n", sentence(&cell(&about.unwrap_or_default())));
    let usage = command.clone().render_usage().to_string();
    let _ = write!(text, "\n```text\n{}\n```\n", usage.trim_start_matches("Usage: ").trim());
    let arguments = command.get_arguments().filter(|argument| !argument.is_hide_set());
    // What all commands know is told once.
    let arguments = arguments.filter(|argument| !argument.is_global_set() || name == "ptd-lint check");
    let rows: Vec<String> = arguments.filter(|argument| argument.get_id() != "help").map(row).collect();
    if !rows.is_empty() {
        let _ = write!(text, "\n| argument | meaning |\n| --- | --- |\n{}", rows.concat());
    }
    if let Some(after) = command.get_after_help() {
        let _ = write!(text, "\n```text\n{}\n```\n", after.to_string().trim());
    }
    for command in command.get_subcommands() {
        part(command, &format!("{name} {}", command.get_name()), text);
    }
}

fn row(argument: &Arg) -> String {
    let values = argument.get_value_names().unwrap_or_default();
    let takes_value = argument.get_action().takes_values();
    let values: Vec<String> =
        if takes_value { values.iter().map(|name| format!("<{name}>")).collect() } else { Vec::new() };
    let names = [
        argument.get_short().map(|short| format!("-{short}")),
        argument.get_long().map(|long| format!("--{long}")),
    ];
    let names: Vec<String> = names.into_iter().flatten().collect();
    let shown = [names.join(", "), values.join(" ")];
    let shown: Vec<&str> = shown.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    // Limits have a list of their own (`inputs.md`).
    let long = argument.get_long_help().filter(|_| !argument.is_global_set());
    let about = long.or(argument.get_help()).map(ToString::to_string);
    let mut about = sentence(&cell(&about.unwrap_or_default()));
    let words = argument.get_possible_values();
    if takes_value && !words.is_empty() {
        let words: Vec<String> = words.iter().map(|word| format!("`{}`", word.get_name())).collect();
        let _ = write!(about, " One of {}.", words.join(", "));
    }
    let defaults = argument.get_default_values();
    if takes_value && !defaults.is_empty() {
        let defaults: Vec<String> =
            defaults.iter().map(|word| format!("`{}`", word.to_string_lossy())).collect();
        let _ = write!(about, " Default: {}.", defaults.join(", "));
    }
    format!("| `{}` | {about} |\n", shown.join(" ").replace('|', "\\|"))
}

/// With a full stop, which the program's own help leaves out.
fn sentence(text: &str) -> String {
    if text.is_empty() || text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
}
