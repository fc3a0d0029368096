//! Turns the command line's own description into completions for shells and pages for `man`.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;

use clap::Arg;
use clap::Command;
use clap::CommandFactory as _;
use clap::builder::PossibleValue;
use clap::builder::PossibleValuesParser;
use clap_complete::Generator;
use clap_complete::Shell;

use super::Stop;
use super::args::Cli;
use super::args::ShellArg;
use super::exit;
use super::output;
use super::unwritten;
use crate::check;
use crate::report::Format;

/// What the program is called.
const NAME: &str = env!("CARGO_PKG_NAME");

/// `clap_complete` 4.6.11 (issues 6421 and 6529 of clap) writes a `-` of the program's name in two ways, so that what it sets is never what it asks for.
const BASH_MISNAMED: &str = "ptd__subcmd__lint";
/// As it should be.
const BASH_NAMED: &str = "ptd__lint";

/// Prints completions. They know the ids of rules and the names of formats.
pub(super) fn completions(shell: ShellArg) -> Result<u8, Stop> {
    let mut command = with_words(Cli::command(), &Words::new());
    command.set_bin_name(NAME);
    command.build();
    let text = match shell {
        ShellArg::Bash => {
            generated(&Shell::Bash, &command).map(|text| text.replace(BASH_MISNAMED, BASH_NAMED))
        }
        ShellArg::Elvish => generated(&Shell::Elvish, &command),
        ShellArg::Fish => generated(&Shell::Fish, &command),
        ShellArg::Powershell => generated(&Shell::PowerShell, &command),
        ShellArg::Zsh => generated(&Shell::Zsh, &command),
        ShellArg::Nushell => generated(&clap_complete_nushell::Nushell, &command),
    };
    let text = text.map_err(|error| Stop::Failed(vec![format!("no completions can be made: {error}")]))?;
    output::to_stdout(|out| out.write_all(text.as_bytes())).map_err(|error| unwritten(&error))?;
    Ok(exit::CLEAN)
}

fn generated(shell: &impl Generator, command: &Command) -> std::io::Result<String> {
    let mut text = Vec::new();
    shell.try_generate(command, &mut text)?;
    String::from_utf8(text).map_err(std::io::Error::other)
}

/// Words that only a run knows, to be offered where they are wanted.
struct Words {
    rules: Vec<PossibleValue>,
    formats: Vec<PossibleValue>,
}

impl Words {
    fn new() -> Self {
        // clap wants texts that stay; the process ends when they are written.
        let kept = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        let rules = check::rule_docs(&[]).0;
        let rule = |id: String, title: String| PossibleValue::new(kept(id)).help(kept(title));
        Self {
            rules: rules.into_iter().map(|doc| rule(doc.id, doc.summary)).collect(),
            formats: Format::ALL.into_iter().map(|format| PossibleValue::new(format.name())).collect(),
        }
    }

    /// The words that an argument wants.
    fn of(&self, arg: &Arg) -> Option<&[PossibleValue]> {
        match arg.get_id().as_str() {
            "select" | "ignore" | "extend_select" => Some(&self.rules),
            "words" if is_rule(arg) => Some(&self.rules),
            "output" => Some(&self.formats),
            _ => None,
        }
    }
}

/// Whether a rule may stand there.
fn is_rule(arg: &Arg) -> bool {
    arg.get_value_names().is_some_and(|names| names.iter().any(|name| name.starts_with("RULE")))
}

fn with_words(command: Command, words: &Words) -> Command {
    let command = command.mut_args(|arg| match words.of(&arg) {
        Some(own) => arg.value_parser(PossibleValuesParser::new(own.to_vec())),
        None => arg,
    });
    command.mut_subcommands(|command| with_words(command, words))
}

/// Prints the page of the program, or writes it and those of all subcommands into a folder.
pub(super) fn man(folder: Option<&OsString>) -> Result<u8, Stop> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = folder else {
        let (_, text) = page(command).map_err(|error| unwritten(&error))?;
        output::to_stdout(|out| out.write_all(text.as_bytes())).map_err(|error| unwritten(&error))?;
        return Ok(exit::CLEAN);
    };
    let folder = Path::new(folder);
    let written = std::fs::create_dir_all(folder).and_then(|()| write_pages(command, folder));
    written.map_err(|error| Stop::Failed(vec![format!("cannot write to {}: {error}", folder.display())]))?;
    Ok(exit::CLEAN)
}

/// Writes the page of a command and those of its subcommands, which are few and do not nest deeply.
fn write_pages(command: Command, folder: &Path) -> std::io::Result<()> {
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        write_pages(below.clone(), folder)?;
    }
    let (name, text) = page(command)?;
    std::fs::File::create(folder.join(name))?.write_all(text.as_bytes())
}

/// The page of a command with the name of its file.
fn page(command: Command) -> std::io::Result<(String, String)> {
    let page = clap_mangen::Man::new(command).source(concat!(
        env!("CARGO_PKG_NAME"),
        " ",
        env!("CARGO_PKG_VERSION")
    ));
    let mut text = Vec::new();
    page.render(&mut text)?;
    let text = String::from_utf8(text).map_err(std::io::Error::other)?;
    // Line breaks around an empty line, of which formatters complain.
    Ok((page.get_filename(), text.replace("\n.br\n\n.br\n", "\n.sp\n")))
}
