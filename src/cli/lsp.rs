//! Turns the words of `ptd-lint lsp`, and what an editor says when it starts, into a language server on standard input and output.

use std::io::BufReader;
use std::path::Path;

use clap::Parser as _;
use serde_json::Value;

use super::Stop;
use super::args::BaselineArgs;
use super::args::ChosenArgs;
use super::args::InputArgs;
use super::args::KindArg;
use super::args::LspArgs;
use super::baseline::Plan;
use super::options_with;
use super::settings::ConfigChoice;
use crate::lsp;
use crate::lsp::Governed;
use crate::source;

/// Serves until the editor ends it, and gives the exit code.
pub(super) fn lsp(args: LspArgs) -> u8 {
    let govern = move |given: &Value, folder: &Path| govern(&args, given, folder);
    // Standard input is read by this thread alone.
    lsp::serve(&mut BufReader::new(std::io::stdin()), std::io::stdout(), govern)
}

/// What an editor says beside the command line.
#[derive(clap::Parser)]
#[command(name = "initializationOptions", no_binary_name = true, disable_help_flag = true)]
struct Given {
    #[command(flatten)]
    args: LspArgs,
}

/// What governs a workspace folder. What the editor says beats the command line.
fn govern(args: &LspArgs, given: &Value, folder: &Path) -> Result<Governed, String> {
    let given = Given::try_parse_from(words(given)).map_err(|error| plain(&error))?.args;
    let both = over(args.clone(), given);
    let input = InputArgs {
        config: both.input.config.map(|path| folder.join(path)),
        rules: super::args::RulesArgs {
            folders: both.input.rules.folders.iter().map(|path| folder.join(path).into()).collect(),
        },
        ..both.input
    };
    let unnamed = ConfigChoice::Above(folder.to_owned());
    let from = source::shown(folder.as_os_str());
    match options_with(&input, &both.chosen, unnamed, from) {
        Ok((mut options, problems)) => {
            // The settings may name a baseline: what it lists is accepted.
            let plan = Plan::of(&BaselineArgs::default(), &options, &[]);
            options.baseline = plan.map_err(told)?.and_then(|plan| plan.source);
            Ok(Governed { options, problems, open_files_only: both.open_files_only })
        }
        Err(stop) => Err(told(stop)),
    }
}

/// Why a run cannot begin, in words.
fn told(stop: Stop) -> String {
    match stop {
        Stop::Usage(error) => plain(&error),
        Stop::Failed(lines) => lines.join("\n"),
    }
}

/// The first line of what is wrong with words, without the usage of a command line that nobody typed.
fn plain(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// The words of a command line that say what an object of options says: `{"controlRoom": "x"}` is `--control-room=x`.
fn words(given: &Value) -> Vec<String> {
    let mut words = Vec::new();
    for (name, value) in given.as_object().into_iter().flatten() {
        let name = flag(name);
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            match value {
                Value::Null | Value::Bool(false) => {}
                Value::Bool(true) => words.push(name.clone()),
                Value::String(text) => words.push(format!("{name}={text}")),
                other => words.push(format!("{name}={other}")),
            }
        }
    }
    words
}

/// `controlRoom` and `control-room` are the flag `--control-room`.
fn flag(name: &str) -> String {
    let mut flag = String::from("--");
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            flag.push('-');
        }
        flag.push(character.to_ascii_lowercase());
    }
    flag
}

/// What the editor says, and where it says nothing the command line.
fn over(args: LspArgs, given: LspArgs) -> LspArgs {
    fn list<T>(own: Vec<T>, other: Vec<T>) -> Vec<T> {
        if other.is_empty() { own } else { other }
    }
    let (own, other) = (args.input, given.input);
    let says_room = other.control_room.is_some() || other.no_control_room;
    let says_config = other.config.is_some() || other.no_config;
    LspArgs {
        chosen: ChosenArgs {
            select: list(args.chosen.select, given.chosen.select),
            extend_select: list(args.chosen.extend_select, given.chosen.extend_select),
            ignore: list(args.chosen.ignore, given.chosen.ignore),
        },
        open_files_only: args.open_files_only || given.open_files_only,
        stdio: true,
        input: InputArgs {
            config: if says_config { other.config } else { own.config },
            no_config: if says_config { other.no_config } else { own.no_config },
            rules: super::args::RulesArgs { folders: list(own.rules.folders, other.rules.folders) },
            control_room: if says_room { other.control_room } else { own.control_room },
            no_control_room: if says_room { other.no_control_room } else { own.no_control_room },
            assume: list(own.assume, other.assume),
            workload: other.workload.or(own.workload),
            kind: if matches!(other.kind, KindArg::Auto) { own.kind } else { other.kind },
            profile: other.profile.or(own.profile),
            no_suppressions: own.no_suppressions || other.no_suppressions,
            today: other.today.or(own.today),
            stdin_filename: None,
            threads: own.threads,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parsed(given: &Value) -> Result<LspArgs, String> {
        Given::try_parse_from(words(given)).map(|given| given.args).map_err(|error| plain(&error))
    }

    #[test]
    fn options_of_an_editor_are_the_flags_of_the_command_line() {
        let given = json!({
            "controlRoom": "ops.example.com", "select": ["a", "b"], "assume": ["mimir=2.17"], "noConfig": false,
            "open-files-only": true, "workload": null,
        });
        let args = parsed(&given).unwrap();
        assert_eq!(args.input.control_room.as_deref(), Some("ops.example.com"));
        assert_eq!(args.chosen.select, ["a", "b"]);
        assert_eq!(args.input.assume.len(), 1);
        assert!(args.open_files_only && !args.input.no_config);
        assert!(parsed(&Value::Null).is_ok() && parsed(&json!("text")).is_ok());
    }

    #[test]
    fn what_is_wrong_with_options_is_one_line() {
        let error = parsed(&json!({"controlRoon": "x"})).unwrap_err();
        assert_eq!(error, "unexpected argument '--control-roon' found");
        assert!(parsed(&json!({"assume": "mimir=0.1"})).unwrap_err().contains("version 0.1 is not known"));
    }

    #[test]
    fn editor_beats_the_command_line_and_says_nothing_of_the_rest() {
        let own = parsed(&json!({"control-room": "a.example.com", "select": "x", "workload": "w"})).unwrap();
        let both = over(own, parsed(&json!({"noControlRoom": true, "select": "y"})).unwrap());
        assert!(both.input.no_control_room && both.input.control_room.is_none());
        assert_eq!((both.chosen.select, both.input.workload.as_deref()), (vec!["y".to_owned()], Some("w")));
    }
}
