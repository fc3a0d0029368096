//! Turns settings, rules, baselines and what comments accept into a panic where they take something from what a run says.

use super::FOLDER;
use super::files;
use super::sources;
use super::stack::sound;
use super::stack::told;
use super::text_of;
use crate::accept::StackName;
use crate::accept::rewritten;
use crate::accept::write_baseline;
use crate::check;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::report::Format;
use crate::report::harmless;
use crate::source::Source;
use crate::text::Day;

/// The folder that relative paths start from.
const HERE: &str = "/here";

/// What governs a run, over the stack beside it: the files `ptd-lint.yaml` and `baseline.yaml` and those below `rules/` are
/// not linted. What is not understood makes the run incomplete, and what is written as a baseline accepts all that was found,
/// and no more.
pub fn policy(bytes: &[u8]) {
    let text = text_of(bytes);
    let of_run =
        |(path, text): (&str, &str)| Source { path: path.to_owned(), argument: 0, text: text.into() };
    let all = files("stack.yaml", &text);
    let named = |name: &str| all.iter().copied().find(|(path, _)| *path == name).map(of_run);
    let is_rule = |path: &str| path.starts_with("rules/");
    let options = CheckOptions {
        config: named("ptd-lint.yaml"),
        baseline: named("baseline.yaml"),
        rules: all.iter().copied().filter(|(path, _)| is_rule(path)).map(of_run).collect(),
        today: Day::parse("2026-07-01"),
        inventory: true,
        folder: HERE.to_owned(),
        ..CheckOptions::default()
    };
    let governs = |path: &str| is_rule(path) || ["ptd-lint.yaml", "baseline.yaml"].contains(&path);
    let sources = sources(all.iter().copied().filter(|(path, _)| !governs(path)));
    let check = |options: &CheckOptions| check::check(&sources, &[FOLDER.to_owned()], options);
    let checked = check(&options);
    sound(&checked);
    let report = told(&checked, Format::Json);
    assert!(report == told(&check(&options), Format::Json), "not the same twice: {text:?}");
    for format in Format::ALL {
        harmless::report(format, &told(&checked, format));
    }
    if checked.report.coverage.errors.is_empty() {
        accepts_what_was_found(&checked, &options, check);
    }
}

/// A baseline of all that was found is read, accepts it, and would be written as it is.
fn accepts_what_was_found(
    checked: &Checked,
    options: &CheckOptions,
    check: impl Fn(&CheckOptions) -> Checked,
) {
    let written = |checked: &Checked| write_baseline(&rewritten(&checked.baseline, &checked.stacks), HERE);
    let text = written(checked);
    let source = Source { path: "baseline.yaml".to_owned(), argument: 0, text: text.as_str().into() };
    let again = check(&CheckOptions { baseline: Some(source), ..options.clone() });
    let errors = &again.report.coverage.errors;
    assert!(errors.is_empty(), "{errors:?} of {text}");
    for own in &again.stacks {
        assert!(matches!(own.stack, StackName::Folder(_)));
        for (fault, entry) in own.faults.iter().zip(&own.met.entries) {
            assert!(fault.is_accepted || entry.is_some(), "{fault:?} is not accepted by {text}");
        }
    }
    assert_eq!(text, written(&again), "a baseline is written as it was read");
}
