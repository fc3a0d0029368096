//! Turns the words of `ptd-lint fmt` into formatted files, and says how it went.
//!
//! Standard output carries what was asked for: formatted standard input, a diff. All else goes to standard error.

use std::path::Path;

use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;

use super::Stop;
use super::args::FmtArgs;
use super::exit;
use super::output;
use super::output::say;
use super::placed;
use super::problem_line;
use super::signals;
use super::unwritten;
use crate::format;
use crate::format::Formatted;
use crate::format::Formatting;
use crate::report;
use crate::source;
use crate::source::Replacement;
use crate::source::Source;

/// How many files came to which end.
#[derive(Debug, Default)]
struct Count {
    /// Files that are, or would be, formatted now.
    changed: usize,
    /// Files that need no change.
    unchanged: usize,
    /// Faults told.
    faults: usize,
}

/// Formats files and gives the exit code.
pub(super) fn fmt(args: &FmtArgs) -> Result<u8, Stop> {
    let found =
        source::read_all(&args.files.paths, args.stdin_filename.as_deref(), &mut std::io::stdin().lock());
    let mut count = Count::default();
    for problem in &found.problems {
        count.fault(&problem_line(problem));
    }
    let formattings: Vec<Formatting> = found
        .texts
        .par_iter()
        .map(|source| format::format_file(&source.path, &source.text.opened()))
        .collect();
    for (source, formatting) in found.texts.iter().zip(&formattings) {
        for fault in &formatting.faults {
            count.fault(&placed(&source.path, Some(fault.line), &fault.message));
        }
        let is_stdin = args.files.paths.get(source.argument).is_some_and(|argument| argument == "-");
        if let Some(after) = &formatting.after {
            count.changed += 1;
            count.hand_over(args, source, is_stdin, &formatting.before, after)?;
        } else if formatting.faults.is_empty() {
            count.unchanged += 1;
            // Where something is wrong with standard input, half a text must not take its place.
            if is_stdin && !args.files.check && !args.files.diff {
                print(&source.text)?;
            }
        }
    }
    // The process ends here: giving memory back piece by piece is time for nothing.
    std::mem::forget(formattings);
    if !args.quiet {
        say(&count.summary(args));
    }
    Ok(match count {
        Count { faults: 1.., .. } => exit::INCOMPLETE,
        Count { changed: 1.., .. } if args.files.check => exit::FINDINGS,
        _ => exit::CLEAN,
    })
}

impl Count {
    /// Tells of an error.
    fn fault(&mut self, line: &str) {
        self.faults += 1;
        say(&format!("error: {line}"));
    }

    /// Puts a formatted text where it was asked for.
    fn hand_over(
        &mut self,
        args: &FmtArgs,
        source: &Source,
        is_stdin: bool,
        before: &crate::document::Documents,
        after: &Formatted,
    ) -> Result<(), Stop> {
        if args.files.diff {
            output::to_stdout(|out| report::write_diff(before, &after.documents, 0, out))
                .map_err(|error| unwritten(&error))?;
        }
        let done = match (args.files.check || args.files.diff, is_stdin) {
            (true, _) => "would format",
            (false, true) => return print(&after.text),
            (false, false) => {
                let path = Path::new(&source.path);
                let replacement = Replacement { path, old: Some(&source.text), new: &after.text, group: 0 };
                if let Some(Err(why)) = signals::replace(&[replacement]).pop() {
                    self.changed -= 1;
                    self.fault(&placed(&source.path, None, &why));
                    return Ok(());
                }
                "formatted"
            }
        };
        if !args.quiet {
            say(&format!("{done} {}", source.path));
        }
        Ok(())
    }

    /// One line for all files.
    fn summary(&self, args: &FmtArgs) -> String {
        let files = |count: usize| format!("{count} {}", if count == 1 { "file" } else { "files" });
        let done = if args.files.check || args.files.diff { "to be formatted" } else { "formatted" };
        let faults = match self.faults {
            0 => String::new(),
            1 => ", 1 error".to_owned(),
            count => format!(", {count} errors"),
        };
        format!("{} {done}, {} unchanged{faults}", files(self.changed), self.unchanged)
    }
}

/// Writes a formatted standard input.
pub(super) fn print(text: &str) -> Result<(), Stop> {
    output::to_stdout(|out| out.write_all(text.as_bytes())).map_err(|error| unwritten(&error))
}
