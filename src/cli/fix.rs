//! Turns the words of `ptd-lint fix` into mended files, and says how it went.
//!
//! Standard output carries what was asked for: mended standard input, a diff. All else goes to standard error.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::Stop;
use super::args::CheckArgs;
use super::args::ChosenArgs;
use super::args::FixArgs;
use super::exit;
use super::fmt::print;
use super::options;
use super::output;
use super::output::say;
use super::placed;
use super::problem_line;
use super::signals;
use super::unwritten;
use crate::check;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::finding::RunError;
use crate::fix;
use crate::fix::Done;
use crate::fix::Fixed;
use crate::fix::Left;
use crate::fix::Why;
use crate::report;
use crate::source;
use crate::source::Replacement;
use crate::source::SourceProblem;
use crate::source::Sources;

/// Told where settings or rules are not understood.
const UNGOVERNED: &str = "nothing was changed: mend settings and rules first";

/// Mends files and gives the exit code.
pub(super) fn fix(args: &FixArgs) -> Result<u8, Stop> {
    let chosen =
        ChosenArgs { select: args.select.clone(), ignore: args.ignore.clone(), ..ChosenArgs::default() };
    let (options, unread) = options(&args.input, &chosen)?;
    if !unread.is_empty() {
        let lines = unread.iter().map(problem_line).chain([UNGOVERNED.to_owned()]);
        return Err(Stop::Failed(lines.collect()));
    }
    let stdin_name = args.input.stdin_filename.as_deref();
    let found = source::read_all(&args.files.paths, stdin_name, &mut std::io::stdin().lock());
    let arguments: Vec<String> = args.files.paths.iter().map(|path| source::shown(path)).collect();
    let fixed = fix::mend(&found, &arguments, &options, (args.unsafe_too, None));
    let mut errors: Vec<String> = found.problems.iter().map(problem_line).collect();
    errors.extend(fixed.now().report.coverage.errors.iter().map(error_line));
    if !fix::is_governed(&found, fixed.now()) {
        errors.push(UNGOVERNED.to_owned());
        return Err(Stop::Failed(errors));
    }
    for line in &errors {
        say(&format!("error: {line}"));
    }

    let is_stdin = |file: u32| {
        let source = found.texts.get(file as usize);
        source
            .and_then(|source| args.files.paths.get(source.argument))
            .is_some_and(|argument| argument == "-")
    };
    let changes_nothing = args.files.check || args.files.diff;
    let mut told = Told { quiet: args.quiet, unwritten: BTreeSet::new() };
    if args.files.diff {
        for file in fixed.texts.keys() {
            let (before, after) = (&fixed.before.documents, &fixed.now().documents);
            output::to_stdout(|out| report::write_diff(before, after, *file, out))
                .map_err(|error| unwritten(&error))?;
        }
    }
    if !changes_nothing {
        let is_written = |file: &u32| !is_stdin(*file);
        let outcome = write(&found, &fixed, is_written);
        for problem in &outcome {
            say(&format!("error: {}", problem_line(problem)));
        }
        errors.extend(outcome.iter().map(problem_line));
        told.unwritten = outcome.into_iter().map(|problem| problem.path).collect();
        if let Some((file, source)) = (0..).zip(&found.texts).find(|(file, _)| is_stdin(*file)) {
            print(fixed.texts.get(&file).map_or(&*source.text, |text| text))?;
        }
    }
    told.fixes(&found, &fixed, if changes_nothing { "would fix" } else { "fixed" });
    told.left(&fixed, args.verbose);
    told.summary(&fixed, changes_nothing);
    let changes = !fixed.texts.is_empty();
    // The process ends here: giving memory back piece by piece is time for nothing.
    std::mem::forget(fixed);
    Ok(match (errors.is_empty(), args.files.check && changes) {
        (false, _) => exit::INCOMPLETE,
        (true, true) => exit::FINDINGS,
        (true, false) => exit::CLEAN,
    })
}

/// For `check --fix`: mends in place, and checks what is there then. What could not be written joins what could not be
/// read.
pub(super) fn fix_then_check(
    args: &CheckArgs,
    found: &mut Sources,
    arguments: &[String],
    options: &CheckOptions,
) -> Checked {
    let fixed = fix::mend(found, arguments, options, (args.unsafe_too, None));
    let problems = write(found, &fixed, |_| true);
    let told = Told {
        quiet: args.output.quiet,
        unwritten: problems.iter().map(|problem| problem.path.clone()).collect(),
    };
    told.fixes(found, &fixed, "fixed");
    for (file, text) in &fixed.texts {
        let source = found.texts.get_mut(*file as usize);
        if let Some(source) = source.filter(|source| !told.unwritten.contains(&source.path)) {
            source.text = text.clone().into();
        }
    }
    let is_same = options.leaves_rules_alone() && options.baseline.is_none();
    let now = if problems.is_empty() && is_same && !options.inventory {
        fixed.after.unwrap_or(fixed.before)
    } else {
        check::check(found, arguments, options)
    };
    found.problems.extend(problems);
    now
}

/// Puts new texts in the place of files, and gives what is in the way.
fn write(found: &Sources, fixed: &Fixed, is_written: impl Fn(&u32) -> bool) -> Vec<SourceProblem> {
    let groups = groups(fixed);
    let changed = fixed.texts.iter().filter(|(file, _)| is_written(file));
    let changed: Vec<_> = changed
        .filter_map(|(file, text)| Some((found.texts.get(*file as usize)?, text, groups.get(file).copied()?)))
        .collect();
    if changed.is_empty() {
        return Vec::new();
    }
    let replacements: Vec<Replacement<'_>> = changed
        .iter()
        .map(|(source, new, group)| Replacement {
            path: Path::new(&source.path),
            old: Some(&source.text),
            new,
            group: *group,
        })
        .collect();
    let outcomes = signals::replace(&replacements);
    let failed = changed.iter().zip(outcomes).filter_map(|((source, ..), outcome)| {
        Some(SourceProblem { path: source.path.clone(), line: None, message: outcome.err()? })
    });
    failed.collect()
}

/// A number for each file that changed: those that one fix changes together have the same.
fn groups(fixed: &Fixed) -> BTreeMap<u32, usize> {
    let mut groups: BTreeMap<u32, usize> =
        fixed.texts.keys().zip(0..).map(|(file, group)| (*file, group)).collect();
    for done in &fixed.done {
        let numbers: Vec<usize> = done.files.iter().filter_map(|file| groups.get(file).copied()).collect();
        let Some(least) = numbers.iter().min().copied() else { continue };
        for group in groups.values_mut().filter(|group| numbers.contains(group)) {
            *group = least;
        }
    }
    groups
}

fn error_line(error: &RunError) -> String {
    placed(&error.path, error.line, &error.message)
}

/// What people are told.
struct Told {
    quiet: bool,
    /// Files that should have changed and did not.
    unwritten: BTreeSet<String>,
}

impl Told {
    fn say(&self, line: &str) {
        if !self.quiet {
            say(line);
        }
    }

    /// Each file that changed, with what was done.
    fn fixes(&self, found: &Sources, fixed: &Fixed, done: &str) {
        for file in fixed.texts.keys() {
            let Some(source) = found.texts.get(*file as usize) else { continue };
            if self.unwritten.contains(&source.path) {
                continue;
            }
            let here: Vec<&Done> = fixed.done.iter().filter(|done| done.files.contains(file)).collect();
            self.say(&format!("{done} {} ({})", source.path, count(here.len(), "finding")));
            for Done { path, line, rule, title, .. } in here {
                self.say(&format!("  {path}:{line} {rule}: {title}"));
            }
        }
    }

    /// Fixes that were not kept, and with `verbose` all other findings that are left.
    fn left(&self, fixed: &Fixed, verbose: bool) {
        let Checked { documents, report, .. } = fixed.now();
        let place = |left: &Left| {
            let finding = report.findings.get(left.finding)?;
            let place = finding.place.map(|place| documents.resolve(place));
            let place = place.map(|place| format!("{}:{}", place.path, place.start.line));
            Some((place.unwrap_or_default(), &*finding.rule, &*finding.message))
        };
        for left in &fixed.left {
            let Some((place, rule, _)) = place(left) else { continue };
            if let Why::Rejected { title, reason } = &left.why {
                self.say(&format!("not fixed {place} {rule}: {title}: {reason}"));
            }
        }
        if !verbose {
            return;
        }
        for left in &fixed.left {
            let Some((place, rule, message)) = place(left) else { continue };
            match &left.why {
                Why::NeedsUnsafe(title) => self.say(&format!("needs --unsafe {place} {rule}: {title}")),
                Why::NeedsPerson => self.say(&format!("needs a person {place} {rule}: {message}")),
                Why::Rejected { .. } => {}
            }
        }
    }

    /// One line for all.
    fn summary(&self, fixed: &Fixed, changes_nothing: bool) {
        let unwritten = |file: &u32| {
            let path = fixed.before.documents.files.get(*file as usize).map(|file| &file.path);
            path.is_some_and(|path| self.unwritten.contains(path))
        };
        let written = fixed.done.iter().filter(|done| !done.files.iter().any(unwritten)).count();
        let of = |is: fn(&Why) -> bool| fixed.left.iter().filter(|left| is(&left.why)).count();
        let (rejected, unsafe_, person) = (
            of(|why| matches!(why, Why::Rejected { .. })),
            of(|why| matches!(why, Why::NeedsUnsafe(_))),
            of(|why| *why == Why::NeedsPerson),
        );
        let files = count(fixed.texts.len() - self.unwritten.len().min(fixed.texts.len()), "file");
        let done = if changes_nothing { "to be fixed" } else { "fixed" };
        let mut line = format!("{} {done} in {files}", count(written, "finding"));
        for (number, what) in [
            (unsafe_, "with a fix that needs --unsafe"),
            (rejected, "whose fix was not kept"),
            (person, "for people"),
        ] {
            if number > 0 {
                let _ = write!(line, ", {number} {what}");
            }
        }
        self.say(&line);
    }
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
