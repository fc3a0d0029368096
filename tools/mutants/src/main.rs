//! Tells which small changes of the code no test notices. See `README.md`.

mod accepted;
mod list;
mod report;
mod runs;
mod sites;
mod state;
mod tree;
mod weave;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

use list::Mutant;
use report::Outcome;
use runs::Ended;
use runs::Test;
use state::State;
use tree::Sorted;
use tree::TestProgram;
use tree::Tree;

/// What was asked for.
#[derive(Default)]
struct Asked {
    /// Only changes whose names hold one of these.
    filters: Vec<String>,
    /// Also the tests that run the program.
    programs: bool,
    /// Only changes that no test noticed the last time, or that were not tried.
    survivors: bool,
    /// Take what known tests come across from the last run; note only new tests.
    keep: bool,
    /// Leave out tests that run longer than this.
    longest: Option<Duration>,
    /// Weave and build, try nothing.
    build: bool,
    /// Runs at one time.
    jobs: usize,
}

fn main() -> ExitCode {
    match asked().and_then(|asked| work(&asked)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn asked() -> Result<Asked, String> {
    let mut asked = Asked { jobs: std::thread::available_parallelism().map_or(1, usize::from), ..Default::default() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--programs" => asked.programs = true,
            "--survivors" => asked.survivors = true,
            "--keep" => asked.keep = true,
            "--build" => asked.build = true,
            "--longest" => {
                let millis = words.next().and_then(|millis| millis.parse().ok()).ok_or("--longest wants milliseconds")?;
                asked.longest = Some(Duration::from_millis(millis));
            }
            "--jobs" => asked.jobs = words.next().and_then(|jobs| jobs.parse().ok()).ok_or("--jobs wants a number")?,
            _ if word.starts_with('-') => return Err(format!("{word} is not known; see tools/mutants/README.md")),
            _ => asked.filters.push(word),
        }
    }
    Ok(asked)
}

/// Does all of it; whether every change was noticed or is explained.
fn work(asked: &Asked) -> Result<bool, String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("../..").canonicalize().map_err(|error| error.to_string())?;
    let folder = root.join("target/mutants");
    let tree = Tree { root: root.clone(), copy: folder.join("tree"), target: folder.join("build") };
    let state = State { folder, root };
    let accepted = accepted::read(&std::fs::read_to_string(here.join("accepted.txt")).unwrap_or_default())?;

    let mutants = list::listed(&tree.root)?;
    eprintln!("{} changes", mutants.len());
    tree.make(&mutants)?;
    let mut sorted = Sorted {
        unviable: state.listed("unviable.txt", &mutants),
        twice: state.listed("twice.txt", &mutants),
        ..Default::default()
    };
    let keep = |sorted: &Sorted| {
        state.keep_listed("unviable.txt", &mutants, &sorted.unviable)?;
        state.keep_listed("twice.txt", &mutants, &sorted.twice)
    };
    tree.settle(&mutants, &mut sorted, keep)?;
    keep(&sorted)?;
    state.keep_reasons(&mutants, &sorted.reasons)?;
    let programs = tree.tests(asked.programs)?;
    if asked.build {
        return Ok(true);
    }
    let known = if asked.keep { state.tests(&mutants, &programs) } else { Vec::new() };
    let mut tests = recorded(&programs, known, &tree.copy, asked.jobs)?;
    state.keep_tests(&mutants, &programs, &tests)?;
    tests.retain(|test| asked.longest.is_none_or(|longest| test.takes <= longest));

    let mut before = state.outcomes();
    let wanted = |number: &usize| {
        let mutant = &mutants[*number];
        !sorted.unviable.contains(number)
            && !sorted.left.contains(number)
            && (asked.filters.is_empty() || asked.filters.iter().any(|filter| mutant.name.contains(filter.as_str())))
            && !(asked.survivors && before.get(&mutant.name).is_some_and(|by| !by.is_empty()))
    };
    let tried: Vec<usize> = (0..mutants.len()).filter(wanted).collect();
    let ended = tried_all(&mutants, &tried, &tests, &programs, &tree.copy, &before, asked.jobs);
    before.retain(|name, _| mutants.iter().any(|mutant| mutant.name == *name));
    for (number, by) in &ended {
        before.insert(mutants[*number].name.clone(), by.clone().unwrap_or_default());
    }
    state.keep_outcomes(&before)?;

    let outcome = |number: usize| {
        if sorted.unviable.contains(&number) {
            return Outcome::Unviable;
        }
        if sorted.left.contains(&number) {
            return Outcome::Left;
        }
        match ended.get(&number) {
            Some(Some(_)) => Outcome::Noticed,
            Some(None) => Outcome::Survived(tests.iter().filter(|test| test.reached.contains(&number)).count()),
            None => Outcome::NotTried,
        }
    };
    let outcomes: Vec<Outcome> = (0..mutants.len()).map(outcome).collect();
    Ok(report::told(&mutants, &outcomes, &accepted))
}

/// Runs each test that is not known, alone, to see what it comes across. Those that fail as they are, are left out.
fn recorded(programs: &[TestProgram], known: Vec<Test>, copy: &Path, jobs: usize) -> Result<Vec<Test>, String> {
    let mut wanted = Vec::new();
    for (program, at) in programs.iter().enumerate() {
        wanted.extend(runs::names(at, copy)?.into_iter().map(|name| (program, name)));
    }
    let all: BTreeSet<(usize, &str)> = wanted.iter().map(|(program, name)| (*program, name.as_str())).collect();
    let known: Vec<Test> = known.into_iter().filter(|test| all.contains(&(test.program, test.name.as_str()))).collect();
    let names: BTreeSet<(usize, &str)> = known.iter().map(|test| (test.program, test.name.as_str())).collect();
    let new: Vec<&(usize, String)> = wanted.iter().filter(|(program, name)| !names.contains(&(*program, name.as_str()))).collect();
    eprintln!("{} tests, of which {} are new", wanted.len(), new.len());
    let found = Mutex::new(Vec::new());
    let failing = Mutex::new(Vec::new());
    side_by_side(jobs, new.len(), |at, job| {
        let (program, name) = new[at];
        let note: PathBuf = copy.join(format!("../reached-{job}"));
        match runs::record(programs, *program, name, copy, &note) {
            Some(test) => locked(&found).push(test),
            None => locked(&failing).push(format!("{} {name}", programs[*program].name)),
        }
    });
    for name in locked(&failing).iter() {
        eprintln!("fails as it is, left out: {name}");
    }
    drop(names);
    let mut tests = known;
    tests.append(&mut locked(&found));
    tests.sort_by(|a, b| (a.program, &a.name).cmp(&(b.program, &b.name)));
    Ok(tests)
}

/// Tries changes; by number, which test noticed it.
fn tried_all(
    mutants: &[Mutant],
    tried: &[usize],
    tests: &[Test],
    programs: &[TestProgram],
    copy: &Path,
    before: &BTreeMap<String, String>,
    jobs: usize,
) -> BTreeMap<usize, Option<String>> {
    let found = Mutex::new(BTreeMap::new());
    side_by_side(jobs, tried.len(), |at, _| {
        let number = tried[at];
        let last = before.get(&mutants[number].name);
        let mut own: Vec<&Test> = tests.iter().filter(|test| test.reached.contains(&number)).collect();
        // The one that noticed it the last time; the library's before the programs'; those that come across little before those
        // that come across all; short ones first.
        own.sort_by_cached_key(|test| {
            (last != Some(&test.name), test.program != 0, test.takes.as_millis() * (50 + test.reached.len() as u128))
        });
        let by = match runs::try_change(programs, &own, copy, number) {
            Ended::Passed => None,
            Ended::Failed(name) => Some(name),
            Ended::Died => Some("(the program died)".to_owned()),
            Ended::Hung => Some("(time was over)".to_owned()),
        };
        if by.is_none() {
            eprintln!("not noticed by {} tests: {}", own.len(), mutants[number].name);
        }
        let mut found = locked(&found);
        found.insert(number, by);
        if found.len() % 100 == 0 {
            eprintln!("{} of {} tried", found.len(), tried.len());
        }
    });
    found.into_inner().unwrap_or_default()
}

/// Calls `each` for 0 up to `count`, in `jobs` threads.
fn side_by_side(jobs: usize, count: usize, each: impl Fn(usize, usize) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for job in 0..jobs.max(1) {
            let (next, each) = (&next, &each);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        break;
                    }
                    each(at, job);
                }
            });
        }
    });
}

/// The content of a mutex, also of one in which a thread has panicked.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
