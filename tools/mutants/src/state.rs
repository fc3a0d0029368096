//! Turns what was found out before into what need not be found out again.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::hash::DefaultHasher;
use std::hash::Hash as _;
use std::hash::Hasher as _;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use crate::list::Mutant;
use crate::runs::Test;
use crate::tree::TestProgram;

/// The folder of what is kept between runs.
pub(crate) struct State {
    pub(crate) folder: PathBuf,
    pub(crate) root: PathBuf,
}

impl State {
    /// Changes that are listed in a file of ours, and whose own file is what it was then.
    pub(crate) fn listed(&self, list: &str, mutants: &[Mutant]) -> BTreeSet<usize> {
        let text = self.read(list);
        let known: BTreeSet<&str> = text.lines().collect();
        let hashes = self.hashes(mutants);
        let line = |mutant: &Mutant| format!("{} {}", hashes[mutant.file.as_str()], mutant.name);
        (0..mutants.len()).filter(|number| known.contains(line(&mutants[*number]).as_str())).collect()
    }

    /// Keeps them.
    pub(crate) fn keep_listed(&self, list: &str, mutants: &[Mutant], numbers: &BTreeSet<usize>) -> Result<(), String> {
        let hashes = self.hashes(mutants);
        let lines = numbers.iter().fold(String::new(), |mut lines, number| {
            let mutant = &mutants[*number];
            let _ = writeln!(lines, "{} {}", hashes[mutant.file.as_str()], mutant.name);
            lines
        });
        self.write(list, &lines)
    }

    /// Adds what the compiler said of changes, for people.
    pub(crate) fn keep_reasons(&self, mutants: &[Mutant], reasons: &BTreeMap<usize, String>) -> Result<(), String> {
        let mut text = self.read("refused.tsv");
        for (number, reason) in reasons {
            let _ = writeln!(text, "{}\t{}", mutants[*number].name, reason.lines().next().unwrap_or_default());
        }
        self.write("refused.tsv", &text)
    }

    fn hashes<'a>(&self, mutants: &'a [Mutant]) -> BTreeMap<&'a str, u64> {
        let files: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.file.as_str()).collect();
        let hash = |file: &str| {
            let mut hasher = DefaultHasher::new();
            fs::read(self.root.join(file)).unwrap_or_default().hash(&mut hasher);
            hasher.finish()
        };
        files.into_iter().map(|file| (file, hash(file))).collect()
    }

    /// What tests came across, as noted by an earlier run, with today's numbers.
    pub(crate) fn tests(&self, mutants: &[Mutant], programs: &[TestProgram]) -> Vec<Test> {
        let numbers: BTreeMap<&str, usize> = mutants.iter().enumerate().map(|(at, mutant)| (mutant.name.as_str(), at)).collect();
        let names = self.read("numbers.txt");
        let today: Vec<Option<usize>> = names.lines().map(|name| numbers.get(name).copied()).collect();
        let text = self.read("reached.tsv");
        let test = |line: &str| {
            let [program, name, takes, reached] = line.split('\t').collect::<Vec<_>>().try_into().ok()?;
            let program = programs.iter().position(|known| known.name == program)?;
            let reached = reached.split(' ').filter_map(|number| today.get(number.parse::<usize>().ok()?).copied().flatten());
            let takes = Duration::from_millis(takes.parse().ok()?);
            Some(Test { program, name: name.to_owned(), takes, reached: reached.collect() })
        };
        text.lines().filter_map(test).collect()
    }

    /// Keeps them.
    pub(crate) fn keep_tests(&self, mutants: &[Mutant], programs: &[TestProgram], tests: &[Test]) -> Result<(), String> {
        let names: String = mutants.iter().map(|mutant| format!("{}\n", mutant.name)).collect();
        self.write("numbers.txt", &names)?;
        let lines = tests.iter().fold(String::new(), |mut lines, test| {
            let reached: Vec<String> = test.reached.iter().map(usize::to_string).collect();
            let program = &programs[test.program].name;
            let _ = writeln!(lines, "{program}\t{}\t{}\t{}", test.name, test.takes.as_millis(), reached.join(" "));
            lines
        });
        self.write("reached.tsv", &lines)
    }

    /// By name: which test noticed a change the last time, or an empty text where none did.
    pub(crate) fn outcomes(&self) -> BTreeMap<String, String> {
        let text = self.read("outcomes.tsv");
        text.lines().filter_map(|line| line.split_once('\t')).map(|(name, by)| (name.to_owned(), by.to_owned())).collect()
    }

    /// Keeps them.
    pub(crate) fn keep_outcomes(&self, outcomes: &BTreeMap<String, String>) -> Result<(), String> {
        let lines: String = outcomes.iter().map(|(name, by)| format!("{name}\t{by}\n")).collect();
        self.write("outcomes.tsv", &lines)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    fn write(&self, name: &str, text: &str) -> Result<(), String> {
        let path: &Path = &self.folder.join(name);
        fs::create_dir_all(&self.folder).and_then(|()| fs::write(path, text)).map_err(|error| format!("{}: {error}", path.display()))
    }
}
