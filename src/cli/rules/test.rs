//! Turns folders of rules into what is wrong with them or with their inputs.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use crate::check;
use crate::cli::Stop;
use crate::cli::args::TestArgs;
use crate::cli::exit;
use crate::cli::failed;
use crate::cli::output;
use crate::cli::placed;
use crate::cli::problem_line;
use crate::cli::settings::ConfigChoice;
use crate::cli::settings::Settings;
use crate::cli::signals;
use crate::cli::unwritten;
use crate::report;
use crate::rule::Rule;
use crate::rule::RuleSet;
use crate::source;
use crate::source::Replacement;
use crate::source::Source;
use crate::trial;
use crate::trial::Fixture;
use crate::trial::Survivors;
use crate::trial::Trial;
use crate::trial::Tried;

/// Rules to try, with their inputs.
struct Folder {
    rules: RuleSet,
    files: Vec<Source>,
    fixtures: Vec<Fixture>,
    /// How many changes of which rule are not noticed, as it is listed.
    listed: Option<Arc<str>>,
    /// Where that list is kept, for a user's rules.
    list: Option<PathBuf>,
    /// What is wrong with files that belong to no rule that can be tried.
    faults: Vec<String>,
    /// What could not be read.
    unread: Vec<String>,
}

/// Tries rules, prints how each did, and gives the exit code.
pub(super) fn test(args: &TestArgs) -> Result<u8, Stop> {
    let folders = if args.folders.is_empty() {
        vec![builtin()]
    } else {
        args.folders.iter().map(read).collect::<Result<Vec<_>, Stop>>()?
    };
    let mut told = String::new();
    let (mut tried, mut wrong, mut unread) = (0, 0, Vec::new());
    for folder in folders {
        let outcome = try_folder(&folder, args)?;
        tried += outcome.tried.len();
        for one in &outcome.tried {
            let is_right = one.faults.is_empty();
            wrong += usize::from(!is_right);
            if is_right && args.quiet {
                continue;
            }
            let word = if is_right { "ok   " } else { "wrong" };
            let _ = writeln!(told, "{word}  {}  ({})", one.rule, one.with.join(", "));
            one.faults.iter().for_each(|fault| told.push_str(&indented(fault)));
        }
        wrong += outcome.faults.len();
        for fault in &outcome.faults {
            let _ = writeln!(told, "wrong  {fault}");
        }
        unread.extend(folder.unread);
    }
    if !args.quiet || wrong > 0 {
        let rules = if tried == 1 { "rule" } else { "rules" };
        let outcome = if wrong == 0 { "all are right".to_owned() } else { format!("{wrong} wrong") };
        let _ = writeln!(told, "{tried} {rules} tried, {outcome}");
    }
    output::to_stdout(|out| out.write_all(report::printable(&told).as_bytes()))
        .map_err(|error| unwritten(&error))?;
    match (unread.is_empty(), wrong) {
        (false, _) => Err(Stop::Failed(unread)),
        (true, 0) => Ok(exit::CLEAN),
        (true, _) => Ok(exit::FINDINGS),
    }
}

/// A fault below the line of its rule.
fn indented(fault: &str) -> String {
    let mut text = String::new();
    for line in fault.lines() {
        let _ = writeln!(text, "       {line}");
    }
    text
}

/// How the rules of a folder did.
struct Outcome {
    tried: Vec<Tried>,
    faults: Vec<String>,
}

fn try_folder(folder: &Folder, args: &TestArgs) -> Result<Outcome, Stop> {
    let Folder { rules, files, fixtures, .. } = folder;
    let trial = Trial { rules, files, fixtures, update: args.update };
    let is_own = |rule: &&Rule| files.is_empty() || rule.place.is_some();
    let own: Vec<&Rule> = rules.rules().into_iter().filter(is_own).collect();
    let tried = trial.run(&own);
    let mut faults = folder.faults.clone();
    let mut written: BTreeMap<PathBuf, (Option<Arc<str>>, String)> = BTreeMap::new();
    for (path, text) in tried.iter().flat_map(|one| &one.expected) {
        let path = PathBuf::from(path);
        let old = present(&path)?;
        written.insert(path, (old, text.clone()));
    }
    if args.mutants {
        let found: BTreeMap<&str, Vec<String>> = own
            .par_iter()
            .with_max_len(1)
            .map(|rule| (rule.id.as_str(), trial::survivors(&trial, rule)))
            .collect();
        let text = folder.listed.as_deref().unwrap_or_default();
        let survivors = Survivors::new(&found, text, args.update);
        faults.extend(survivors.faults);
        if let Some(path) = folder.list.as_ref().filter(|_| args.update && survivors.kept != text) {
            written.insert(path.clone(), (folder.listed.clone(), survivors.kept));
        }
    }
    write(&written)?;
    Ok(Outcome { tried, faults })
}

fn write(files: &BTreeMap<PathBuf, (Option<Arc<str>>, String)>) -> Result<(), Stop> {
    let replacements: Vec<Replacement<'_>> = files
        .iter()
        .map(|(path, (old, new))| Replacement { path, old: old.as_deref(), new, group: 0 })
        .collect();
    let outcomes = signals::replace(&replacements);
    let faults: Vec<String> = files
        .keys()
        .zip(outcomes)
        .filter_map(|(path, outcome)| Some(placed(&source::shown(path.as_os_str()), None, &outcome.err()?)))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(Stop::Failed(faults)) }
}

/// The built-in rules, with the inputs that are part of the program.
fn builtin() -> Folder {
    Folder {
        rules: RuleSet::builtin(),
        files: Vec::new(),
        fixtures: trial::builtin(),
        listed: Some(trial::builtin_survivors().into()),
        list: None,
        faults: Vec::new(),
        unread: Vec::new(),
    }
}

/// Reads a user's rules and their inputs.
fn read(folder: &OsString) -> Result<Folder, Stop> {
    let settings = Settings::read(&ConfigChoice::None, std::slice::from_ref(folder))
        .map_err(|problem| failed(&problem))?;
    let check::RuleFiles { rules, errors } = check::rule_files(&settings.rules);
    let (fixtures, mut faults, mut unread) = fixtures(folder)?;
    faults.extend(errors.iter().map(|error| placed(&error.path, error.line, &error.message)));
    // The rule of a file with faults is not known, so its inputs are nobody's.
    if errors.is_empty() {
        let is_users = |fixture: &&Fixture| rules.rule(&fixture.rule).is_none_or(|rule| rule.place.is_none());
        let nobodys = fixtures.iter().filter(is_users);
        let mut strays: Vec<String> = nobodys
            .map(|fixture| format!("{}: no rule of this folder is called `{}`", fixture.folder, fixture.rule))
            .collect();
        strays.dedup();
        faults.extend(strays);
    }
    unread.extend(settings.problems.iter().map(problem_line));
    let list = Path::new(folder).join("fixtures/survivors.txt");
    let listed = present(&list)?;
    Ok(Folder { rules, files: settings.rules, fixtures, listed, list: Some(list), faults, unread })
}

/// The inputs of a folder of rules; what belongs to none; what could not be read.
type Gathered = (Vec<Fixture>, Vec<String>, Vec<String>);

/// Reads the inputs of a folder of rules.
pub(super) fn fixtures(folder: &OsString) -> Result<Gathered, Stop> {
    let found = source::read_fixtures(folder);
    let root =
        found.texts.first().map_or(0, |first| first.path.len() - source::below(folder, &first.path).len());
    let (mut fixtures, strays) = trial::gather(root, found.texts);
    for fixture in &mut fixtures {
        fixture.expected = present(&Path::new(&fixture.folder).join("expected.txt"))?;
    }
    Ok((fixtures, strays, found.problems.iter().map(problem_line).collect()))
}

fn present(path: &Path) -> Result<Option<Arc<str>>, Stop> {
    source::present(path)
        .map_err(|why| Stop::Failed(vec![placed(&source::shown(path.as_os_str()), None, &why)]))
}
