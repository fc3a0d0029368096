//! Turns rules into pages in a folder.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use super::test::fixtures;
use crate::check;
use crate::cli::Stop;
use crate::cli::args::DocsArgs;
use crate::cli::exit;
use crate::cli::failed;
use crate::cli::output::say;
use crate::cli::placed;
use crate::cli::settings::ConfigChoice;
use crate::cli::settings::Settings;
use crate::cli::signals;
use crate::report;
use crate::report::Detail;
use crate::report::Outcome;
use crate::report::Page;
use crate::report::Printed;
use crate::report::Style;
use crate::rule::FIELDS;
use crate::rule::Rule;
use crate::source;
use crate::source::Replacement;
use crate::source::Source;
use crate::trial;
use crate::trial::Fixture;

/// How wide the example outputs are: what fits on a page.
const WIDTH: usize = 96;

/// Writes the pages and gives the exit code. Pages that were written before are replaced; what a person wrote is not.
pub(super) fn docs(args: &DocsArgs) -> Result<u8, Stop> {
    let folders = &args.rules.folders;
    let pages = pages_of(folders)?;
    let mut writing: Vec<(PathBuf, Option<Arc<str>>, String)> = Vec::new();
    let mut faults = Vec::new();
    for Page { path, text } in pages {
        let path = args.out.join(path);
        let shown = source::shown(path.as_os_str());
        match source::present(&path) {
            Err(why) => faults.push(placed(&shown, None, &why)),
            Ok(Some(old)) if *old == *text => {}
            Ok(Some(old)) if !old.starts_with(report::MADE) => {
                faults.push(placed(&shown, None, "is no page that was made by this program; move it away"));
            }
            Ok(old) => writing.push((path, old, text)),
        }
    }
    if faults.is_empty() {
        let replacements: Vec<Replacement<'_>> = writing
            .iter()
            .map(|(path, old, new)| Replacement { path, old: old.as_deref(), new, group: 0 })
            .collect();
        let outcomes = signals::replace(&replacements);
        let failures = writing.iter().zip(outcomes).filter_map(|((path, ..), outcome)| {
            Some(placed(&source::shown(path.as_os_str()), None, &outcome.err()?))
        });
        faults.extend(failures);
    }
    if !faults.is_empty() {
        return Err(Stop::Failed(faults));
    }
    let count = writing.len();
    say(&format!(
        "wrote {count} {} below {}",
        if count == 1 { "page" } else { "pages" },
        source::shown(args.out.as_os_str())
    ));
    Ok(exit::CLEAN)
}

/// All pages, of the built-in rules and of those in the folders.
pub(in crate::cli) fn pages_of(folders: &[OsString]) -> Result<Vec<Page>, Stop> {
    let settings = Settings::read(&ConfigChoice::None, folders).map_err(|problem| failed(&problem))?;
    let files = check::rule_files(&settings.rules);
    let mut faults: Vec<String> = settings.problems.iter().map(crate::cli::problem_line).collect();
    faults.extend(files.errors.iter().map(|error| placed(&error.path, error.line, &error.message)));
    let mut inputs = trial::builtin();
    for folder in folders {
        let (own, _, unread) = fixtures(folder)?;
        inputs.extend(own);
        faults.extend(unread);
    }
    if !faults.is_empty() {
        return Err(Stop::Failed(faults));
    }
    let mut docs = files.docs();
    let rules = files.rules.rules();
    for (doc, rule) in docs.iter_mut().zip(&rules).filter(|(_, rule)| rule.place.is_some()) {
        doc.failing = texts(rule, "fail", &inputs);
        doc.mended = texts(rule, "pass", &inputs);
    }
    let printed: Vec<Printed> =
        rules.par_iter().with_max_len(1).map(|rule| printed(rule, &settings.rules, &inputs)).collect();
    let subjects: Vec<(&str, &str)> =
        FIELDS.iter().filter(|field| field.path.is_empty()).map(|field| (field.subject, field.doc)).collect();
    Ok(report::pages(&docs, &printed, &subjects))
}

/// The inputs of one kind of a user's rule.
fn texts(rule: &Rule, outcome: &str, inputs: &[Fixture]) -> Vec<(String, String)> {
    let fixture = inputs.iter().find(|one| one.rule == rule.id && one.wanted.name() == outcome);
    let files = fixture.map_or(&[][..], |fixture| &fixture.inputs);
    files.iter().map(|input| (input.path.clone(), input.text.to_string())).collect()
}

/// What is printed for the inputs that break a rule.
fn printed(rule: &Rule, files: &[Source], inputs: &[Fixture]) -> Printed {
    let Some(fixture) = inputs.iter().find(|one| one.rule == rule.id && one.wanted.name() == "fail") else {
        return Printed::default();
    };
    let file = rule.place.and_then(|place| files.get(usize::try_from(place.doc.file).ok()?));
    let (sources, options) = trial::inputs_of(file, rule, fixture);
    let checked = check::check(&sources, &[".".to_owned()], &options);
    let outcome = Outcome { documents: &checked.documents, report: &checked.report };
    let style = Style { color: false, width: WIDTH, detail: Detail::Normal };
    Printed { findings: report::shown_findings(outcome, style) }
}
