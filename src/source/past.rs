//! Turns arguments into the texts that they led to at a commit, chosen as in the folder itself: hidden and ignored files left
//! out, links followed within the repository, each file once.

use std::collections::HashMap;
use std::collections::HashSet;
use std::ffi::OsString;
use std::ops::Bound;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use ignore::Match;
use ignore::gitignore::Gitignore;
use ignore::gitignore::GitignoreBuilder;

use super::Source;
use super::Sources;
use super::expand::has_known_extension;
use super::git::Commit;
use super::git::Entry;
use super::git::EntryKind;
use super::git::Missing;
use super::git::from_bytes;
use super::glob;
use super::read::Fault;
use super::read::into_text;
use super::shown;
use super::walk::plain;
use super::write::is_leftover;

/// How many links may lead to one another.
const HOPS: usize = 40;

/// The files of a repository as they were at a commit.
#[derive(Debug)]
pub(crate) struct Past {
    commit: Commit,
    /// The rules of each folder's `.gitignore` then.
    ignored: HashMap<PathBuf, Option<Gitignore>>,
}

/// What the arguments led to then.
#[derive(Debug, Default)]
pub(crate) struct Then {
    /// Texts, named as they are now, and what could not be read.
    pub(crate) sources: Sources,
    /// Other repositories below the arguments, of which nothing is known.
    pub(crate) submodules: Vec<String>,
}

/// A file on the list.
struct Task {
    /// From the root of the repository, links followed.
    real: PathBuf,
    /// As reports name it.
    path: String,
    argument: usize,
}

impl Past {
    /// The commit that `reference` names in the repository that the first of the arguments is in.
    pub(crate) fn open(reference: &str, arguments: &[OsString]) -> Result<Self, String> {
        let first = arguments.first().map_or(Path::new("."), Path::new);
        let base = glob::parse(first.as_os_str()).filter(|_| !first.exists()).map(|pattern| pattern.base);
        let first = base.as_deref().unwrap_or(first);
        let mut near = first.ancestors().filter(|folder| folder.is_dir());
        let commit = Commit::open(reference, near.next().unwrap_or(Path::new(".")))?;
        Ok(Self { commit, ignored: HashMap::new() })
    }

    /// One file, if it was there.
    pub(crate) fn read_one(&mut self, path: &Path) -> Result<Option<Source>, String> {
        let Some(inside) = self.inside(path) else { return Ok(None) };
        let Some((_, entry)) = self.followed(&inside) else { return Ok(None) };
        let name = shown(path.as_os_str());
        match self.text(&entry) {
            Ok(text) => Ok(Some(Source { path: name, argument: 0, text: text.into() })),
            Err(why) => Err(format!("{name}: {why}")),
        }
    }

    /// Whether a path is one of the repository.
    pub(crate) fn holds(&self, path: &Path) -> bool {
        self.inside(path).is_some()
    }

    /// Reads what the arguments led to. What was not there then is nothing.
    pub(crate) fn read_all(&mut self, arguments: &[OsString]) -> Result<Then, String> {
        let mut then = Then::default();
        let (mut tasks, mut seen) = (Vec::new(), HashSet::new());
        for (index, argument) in arguments.iter().enumerate() {
            for task in self.argument(index, Path::new(argument), &mut then)? {
                if seen.insert(task.real.clone()) {
                    tasks.push(task);
                }
            }
        }
        for Task { real, path, argument } in tasks {
            let Some(entry) = self.commit.files.get(&real).cloned() else { continue };
            match self.text(&entry) {
                Ok(text) => then.sources.texts.push(Source { path, argument, text: text.into() }),
                Err(fault) => then.sources.problems.push(fault.into_problem(path)),
            }
        }
        Ok(then)
    }

    fn text(&mut self, entry: &Entry) -> Result<std::sync::Arc<str>, Fault> {
        match self.commit.content(entry) {
            Ok(bytes) if bytes.is_empty() => Err(Fault::Empty),
            Ok(bytes) => into_text(bytes),
            Err(Missing::TooLarge) => Err(Fault::TooLarge),
            Err(Missing::Unread(why)) => Err(Fault::System(why)),
        }
    }

    fn argument(&mut self, index: usize, given: &Path, then: &mut Then) -> Result<Vec<Task>, String> {
        let inside = self.inside_or_told(given)?;
        if let Some((real, _)) = self.followed(&inside) {
            return Ok(vec![Task { real, path: shown(given.as_os_str()), argument: index }]);
        }
        if self.is_folder(&inside) {
            return Ok(self.below(index, given, &inside, then));
        }
        let Some(pattern) = glob::parse(given.as_os_str()) else { return Ok(Vec::new()) };
        let base = self.inside_or_told(&pattern.base)?;
        let named = |path: &Path| if pattern.is_from_here() { plain(path) } else { path.to_owned() };
        let mut found = Vec::new();
        let mut folders = std::collections::BTreeSet::new();
        for rest in self.rests(&base, pattern.names_hidden()) {
            let path = named(&pattern.base.join(&rest));
            if pattern.matches(&path)
                && (pattern.names_files() || has_known_extension(&path))
                && let Some((real, _)) = self.followed(&base.join(&rest))
            {
                found.push(Task { real, path: shown(path.as_os_str()), argument: index });
            }
            let above = rest.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
            folders.extend(above.map(Path::to_owned));
        }
        sort(&mut found);
        // Folders come after those that they are in. What is not hidden in one that was read was read with it.
        let mut read: HashSet<PathBuf> = HashSet::new();
        for folder in folders {
            let is_read = |above: &Path| {
                read.contains(above) && folder.strip_prefix(above).is_ok_and(|rest| !is_hidden(rest))
            };
            let path = named(&pattern.base.join(&folder));
            if pattern.matches(&path) && !folder.ancestors().any(is_read) {
                found.extend(self.below(index, &path, &base.join(&folder), then));
                read.insert(folder);
            }
        }
        Ok(found)
    }

    /// The files of a folder, sorted as in the folder itself.
    fn below(&mut self, index: usize, given: &Path, folder: &Path, then: &mut Then) -> Vec<Task> {
        let mut found = Vec::new();
        for rest in self.rests(folder, false) {
            let (path, inside) = (plain(&given.join(&rest)), folder.join(&rest));
            let kind = self.commit.files.get(&inside).map(|entry| entry.kind);
            if kind == Some(EntryKind::Submodule) {
                then.submodules.push(shown(path.as_os_str()));
            } else if has_known_extension(&path)
                && !is_leftover(&path)
                && let Some((real, _)) = self.followed(&inside)
            {
                found.push(Task { real, path: shown(path.as_os_str()), argument: index });
            }
        }
        sort(&mut found);
        found
    }

    /// What lies below a folder and is neither hidden nor ignored, as paths from there.
    fn rests(&mut self, folder: &Path, hidden_too: bool) -> Vec<PathBuf> {
        let below = self.files_from(folder).filter_map(|path| path.strip_prefix(folder).ok());
        let below: Vec<PathBuf> =
            below.filter(|rest| !rest.as_os_str().is_empty()).map(Path::to_owned).collect();
        let mut known = HashMap::new();
        let met = below.into_iter().filter(|rest| hidden_too || !is_hidden(rest));
        met.filter(|rest| !self.is_ignored(folder, rest, &mut known)).collect()
    }

    /// Whether a file, or a folder between it and `folder`, was ignored.
    fn is_ignored(&mut self, folder: &Path, rest: &Path, known: &mut HashMap<PathBuf, bool>) -> bool {
        let mut path = folder.to_owned();
        let last = rest.components().count();
        for (number, part) in rest.components().enumerate() {
            path.push(part);
            let is_folder = number + 1 < last;
            let ignored = if let Some(ignored) = known.get(&path) {
                *ignored
            } else {
                let ignored = self.is_left_out(&path, is_folder);
                known.insert(path.clone(), ignored);
                ignored
            };
            if ignored {
                return true;
            }
        }
        false
    }

    /// What the nearest `.gitignore` that says anything says of a path.
    fn is_left_out(&mut self, path: &Path, is_folder: bool) -> bool {
        for folder in path.ancestors().skip(1) {
            let Ok(rest) = path.strip_prefix(folder) else { continue };
            let matched = self.rules_of(folder).map(|rules| rules.matched(rest, is_folder));
            match matched {
                Some(Match::Ignore(_)) => return true,
                Some(Match::Whitelist(_)) => return false,
                _ => {}
            }
        }
        false
    }

    fn rules_of(&mut self, folder: &Path) -> Option<&Gitignore> {
        if !self.ignored.contains_key(folder) {
            let entry = self.commit.files.get(&folder.join(".gitignore")).cloned();
            let text = entry.and_then(|entry| self.commit.content(&entry).ok());
            let rules = text.and_then(|text| {
                let mut rules = GitignoreBuilder::new(".");
                for line in String::from_utf8_lossy(&text).lines() {
                    // A line that is no pattern ignores nothing, as for git.
                    let _ = rules.add_line(None, line);
                }
                rules.build().ok()
            });
            self.ignored.insert(folder.to_owned(), rules);
        }
        self.ignored.get(folder).and_then(Option::as_ref)
    }

    /// The file that a path of the commit is, through links within it.
    fn followed(&mut self, path: &Path) -> Option<(PathBuf, Entry)> {
        let mut path = path.to_owned();
        for _ in 0..HOPS {
            let entry = self.commit.files.get(&path)?.clone();
            match entry.kind {
                EntryKind::File => return Some((path, entry)),
                EntryKind::Submodule => return None,
                EntryKind::Link => {
                    let leads = PathBuf::from(from_bytes(&self.commit.content(&entry).ok()?));
                    let there = lexical(&self.commit.root.join(path.parent()?).join(leads));
                    path = there.strip_prefix(&self.commit.root).ok()?.to_path_buf();
                }
            }
        }
        None
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.files_from(path).next().is_some()
    }

    /// The files of a folder, or the one of that path. They stand together: paths are sorted part by part.
    fn files_from<'p>(&'p self, path: &'p Path) -> impl Iterator<Item = &'p PathBuf> {
        let from = self.commit.files.range::<Path, _>((Bound::Included(path), Bound::Unbounded));
        from.map(|(file, _)| file).take_while(move |file| file.starts_with(path))
    }

    fn inside_or_told(&self, path: &Path) -> Result<PathBuf, String> {
        self.inside(path).ok_or_else(|| {
            let (path, root) = (shown(path.as_os_str()), shown(self.commit.root.as_os_str()));
            format!("{path} is not in the Git repository {root}, in which the commit is")
        })
    }

    /// A path of today as one from the root of the repository. Of what is gone the nearest folder that is there counts.
    fn inside(&self, path: &Path) -> Option<PathBuf> {
        let here = std::env::current_dir().ok()?;
        let whole = lexical(&here.join(path));
        let there = whole.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
        let (above, real) = there?;
        let rest = whole.strip_prefix(above).ok()?;
        Some(real.join(rest).strip_prefix(&self.commit.root).ok()?.to_owned())
    }
}

/// Whether a part of a path begins with a dot.
fn is_hidden(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"."))
}

fn sort(tasks: &mut [Task]) {
    tasks.sort_by(|one, two| one.path.as_bytes().cmp(two.path.as_bytes()));
}

/// A path without `.` and `..`, as they are written.
fn lexical(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}
