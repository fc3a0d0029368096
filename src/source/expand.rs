//! Turns arguments into a list of files, each once, in a stable order; opens none of them.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;
use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;

use super::STDIN_NAME;
use super::Skipped;
use super::SourceProblem;
use super::glob;
use super::shown;
use super::walk;
use super::write::is_leftover;

/// What a folder's files must end in to be read. Files named themselves are read whatever their name.
const EXTENSIONS: [&str; 5] = ["yaml", "yml", "json", "alloy", "ini"];

/// The reason given for the others.
const OTHER_KIND: &str = "not a YAML, JSON, Alloy or INI file";

/// What is said of links to files that nobody gave.
const LEADS_OUT: &str =
    "a link that leads out of the folders given; give the file itself too to have it read";

/// The reason given for what was never an input.
const LEFTOVER: &str = "left behind by a run of this program that was stopped; delete it";

/// One thing to read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Task {
    /// Where; `None` for standard input.
    pub(super) file: Option<PathBuf>,
    /// Its name in reports.
    pub(super) path: String,
    /// The argument that brought it in.
    pub(super) argument: usize,
}

/// The files behind the arguments.
#[derive(Debug, Default)]
pub(super) struct Expansion {
    /// To be read, in order.
    pub(super) tasks: Vec<Task>,
    /// Left out.
    pub(super) skipped: Vec<Skipped>,
    /// Arguments and folders that cannot be followed.
    pub(super) problems: Vec<SourceProblem>,
    /// Files met so far, by their real path: however a file is reached, it is read once.
    seen: HashSet<PathBuf>,
    /// Folders of these files with their real paths: finding one takes a system call for each part of the path.
    folders: HashMap<PathBuf, PathBuf>,
    /// Folders that links may lead into, without links themselves: those given, also as the beginning of a
    /// pattern, and the current one.
    roots: Vec<PathBuf>,
    /// Whether standard input is on the list already.
    stdin: bool,
}

/// Follows every argument. `stdin_name` is what `-` is called.
pub(super) fn expand(arguments: &[OsString], stdin_name: &str) -> Expansion {
    let mut expansion = Expansion::of(arguments);
    for (index, argument) in arguments.iter().enumerate() {
        expansion.argument(index, argument, stdin_name);
    }
    expansion
}

/// Follows the arguments, and takes in all that lies below the folders `trees` besides. Files of a tree count as met there,
/// also where an argument names them. The second list has the names, as in [`Task::path`], of what the arguments led to.
pub(super) fn expand_within(trees: &[OsString], arguments: &[OsString]) -> (Expansion, BTreeSet<String>) {
    let given = expand(arguments, STDIN_NAME);
    let all: Vec<OsString> = trees.iter().chain(arguments).cloned().collect();
    let mut whole = Expansion::of(&all);
    for (index, tree) in trees.iter().enumerate() {
        whole.files_below(index, Path::new(tree));
    }
    for (index, argument) in (trees.len()..).zip(arguments) {
        whole.argument(index, argument, STDIN_NAME);
    }
    let mut passed = BTreeSet::new();
    for (file, path) in whole.files() {
        if whole.real_path(&file).is_some_and(|real| given.seen.contains(&real)) {
            passed.insert(path);
        }
    }
    (whole, passed)
}

/// How a file came to our attention; decides whether its name matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reached {
    /// By its own name.
    Named,
    /// By a pattern that says something about names.
    Matched,
    /// As a file of a folder.
    InFolder,
}

impl Expansion {
    /// Nothing yet, of what these arguments will lead to.
    fn of(arguments: &[OsString]) -> Self {
        let given = arguments.iter().map(|argument| match Path::new(argument) {
            path if path.is_dir() => Some(path.to_owned()),
            _ => glob::parse(argument).map(|pattern| pattern.base),
        });
        let roots = given.flatten().chain([PathBuf::from(".")]).filter_map(|root| root.canonicalize().ok());
        Self { roots: roots.collect(), ..Self::default() }
    }

    fn argument(&mut self, index: usize, argument: &OsString, stdin_name: &str) {
        if argument == "-" {
            if !self.stdin {
                self.stdin = true;
                self.tasks.push(Task { file: None, path: stdin_name.to_owned(), argument: index });
            }
            return;
        }
        let path = Path::new(argument);
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() => self.folder(index, path),
            Ok(_) => self.file(index, path.to_owned(), Reached::Named),
            Err(error) => match glob::parse(argument) {
                Some(pattern) if error.kind() == std::io::ErrorKind::NotFound => self.glob(index, &pattern),
                _ => self.problem(path, describe(&error)),
            },
        }
    }

    fn folder(&mut self, index: usize, folder: &Path) {
        let before = self.tasks.len() + self.problems.len();
        self.files_below(index, folder);
        if self.tasks.len() + self.problems.len() == before && !self.covers(folder) {
            self.problem(
                folder,
                "the folder holds no YAML, JSON, Alloy or INI file (hidden files and files ignored by git are left \
                 out; name them to have them read)"
                    .to_owned(),
            );
        }
    }

    /// Whether a file of that folder was met under an earlier argument.
    fn covers(&self, folder: &Path) -> bool {
        let Ok(real) = folder.canonicalize() else { return false };
        let mut files = self.tasks.iter().filter_map(|task| task.file.as_ref()?.canonicalize().ok());
        files.any(|file| file.starts_with(&real))
    }

    fn files_below(&mut self, index: usize, folder: &Path) {
        let found = walk::files_below(folder);
        for (path, message) in found.problems {
            self.problem(&path, message);
        }
        for path in found.linked_folders {
            let reason = "a link to a folder; name it to have its files read".to_owned();
            self.skipped.push(Skipped { path: shown(path.as_os_str()), reason });
        }
        for file in found.files {
            self.file(index, file, Reached::InFolder);
        }
    }

    fn glob(&mut self, index: usize, pattern: &glob::Pattern) {
        let found = pattern.find();
        if found.files.is_empty() && found.folders.is_empty() {
            self.problem(Path::new(&pattern.text), "the pattern matches no file or folder".to_owned());
        }
        for (path, message) in found.problems {
            self.problem(&path, message);
        }
        let reached = if pattern.names_files() { Reached::Matched } else { Reached::InFolder };
        for file in found.files {
            self.file(index, file, reached);
        }
        for folder in found.folders {
            self.files_below(index, &folder);
        }
    }

    fn file(&mut self, index: usize, file: PathBuf, reached: Reached) {
        let real = self.real_path(&file);
        // Whoever wrote what is linted may have written the link too: the linter would show what only it may read.
        let leads_out = |real: &PathBuf| !self.roots.iter().any(|root| real.starts_with(root));
        if reached != Reached::Named && real.as_ref().is_some_and(leads_out) {
            self.problem(&file, LEADS_OUT.to_owned());
            return;
        }
        if !self.seen.insert(real.unwrap_or_else(|| file.clone())) {
            return;
        }
        let path = shown(file.as_os_str());
        if is_leftover(&file) {
            self.skipped.push(Skipped { path, reason: LEFTOVER.to_owned() });
            return;
        }
        if reached == Reached::InFolder && !has_known_extension(&file) {
            self.skipped.push(Skipped { path, reason: OTHER_KIND.to_owned() });
            return;
        }
        self.tasks.push(Task { file: Some(file), path, argument: index });
    }

    /// The files on the list, with their names in reports.
    fn files(&self) -> Vec<(PathBuf, String)> {
        self.tasks.iter().filter_map(|task| Some((task.file.clone()?, task.path.clone()))).collect()
    }

    /// The path of a file without links.
    fn real_path(&mut self, file: &Path) -> Option<PathBuf> {
        let linked = file.symlink_metadata().ok()?.is_symlink();
        let (Some(folder), Some(name), false) = (file.parent(), file.file_name(), linked) else {
            return file.canonicalize().ok();
        };
        if let Some(real) = self.folders.get(folder) {
            return Some(real.join(name));
        }
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let real = here.canonicalize().ok()?;
        let path = real.join(name);
        self.folders.insert(folder.to_owned(), real);
        Some(path)
    }

    fn problem(&mut self, path: &Path, message: String) {
        self.problems.push(SourceProblem { path: shown(path.as_os_str()), line: None, message });
    }
}

pub(super) fn has_known_extension(file: &Path) -> bool {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// "Too many levels of symbolic links"; the standard library has no stable name for it.
const ELOOP: i32 = if cfg!(target_os = "linux") { 40 } else { 62 };

/// An error of the operating system in words that name a remedy where there is one.
pub(super) fn describe(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        std::io::ErrorKind::PermissionDenied => {
            "no permission to read it; make it readable for this user".to_owned()
        }
        _ if error.raw_os_error() == Some(ELOOP) => {
            "the link leads back to itself; make it point at a file".to_owned()
        }
        _ => format!("cannot be read: {error}"),
    }
}
