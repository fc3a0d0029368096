//! Turns a commit of Git into the list of its files and their texts, by asking the program `git`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::ffi::OsString;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::ChildStdin;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;

use super::shown;
use crate::text::Limit;

/// Variables that tie git to another repository or index than the one that the paths are in: hooks set them.
const BOUND: &[&str] = &["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"];

/// A commit with all its files.
#[derive(Debug)]
pub(super) struct Commit {
    /// The folder of the repository's files, absolute and without links.
    pub(super) root: PathBuf,
    /// Its files by their paths from there.
    pub(super) files: BTreeMap<PathBuf, Entry>,
    /// What hands out contents.
    contents: Contents,
}

/// A file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// What it is.
    pub(super) kind: EntryKind,
    /// The name of its content.
    id: String,
}

/// What an entry of a commit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// A file.
    File,
    /// A symbolic link; its content is where it leads.
    Link,
    /// Another repository at one of its commits: its files are not in this one.
    Submodule,
}

/// Why a content cannot be had.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// It is larger than what is read of one file.
    TooLarge,
    /// The repository has not got it, or git failed.
    Unread(String),
}

impl Commit {
    /// The commit that `reference` names in the repository around the folder `near`. `A...` names the commit at which the
    /// current branch left A.
    pub(super) fn open(reference: &str, near: &Path) -> Result<Self, String> {
        if reference.is_empty() || reference.starts_with('-') {
            return Err(format!("`{reference}` is no name of a commit"));
        }
        let root = root(near)?;
        let id = match reference.strip_suffix("...") {
            Some(branch) => merge_base(&root, branch)?,
            None => commit(&root, reference)?,
        };
        let listed = git(&root, &["ls-tree", "-r", "-z", "--full-tree", &id])?;
        if !listed.succeeded {
            return Err(format!("the files of {reference} cannot be listed: {}", listed.complaint));
        }
        let records = listed.output.split(|byte| *byte == 0);
        let files = records.filter_map(entry).collect();
        let contents = Contents::start(&root)?;
        Ok(Self { root, files, contents })
    }

    /// The content of a file, or where a link leads.
    pub(super) fn content(&mut self, entry: &Entry) -> Result<Vec<u8>, Missing> {
        self.contents.read(&entry.id).unwrap_or_else(|error| Err(Missing::Unread(format!("git: {error}"))))
    }
}

/// Reads any bytes as what git says, for fuzzing: records of a tree between NUL bytes.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn survives(bytes: &[u8]) {
    for record in bytes.split(|byte| *byte == 0) {
        let tab = record.iter().position(|byte| *byte == b'\t');
        if let (Some((path, _)), Some(tab)) = (entry(record), tab) {
            let named = record.get(tab + 1..).map(from_bytes);
            assert_eq!(Some(path.into_os_string()), named, "{record:?}");
        }
    }
    let _ = word(bytes);
}

/// `MODE TYPE ID\tPATH`.
fn entry(record: &[u8]) -> Option<(PathBuf, Entry)> {
    let tab = record.iter().position(|byte| *byte == b'\t')?;
    let (head, path) = record.split_at(tab);
    let head = std::str::from_utf8(head).ok()?;
    let mut words = head.split(' ');
    let kind = match (words.next()?, words.next()?) {
        ("120000", _) => EntryKind::Link,
        (_, "blob") => EntryKind::File,
        (_, "commit") => EntryKind::Submodule,
        _ => return None,
    };
    Some((PathBuf::from(from_bytes(path.get(1..)?)), Entry { kind, id: words.next()?.to_owned() }))
}

/// A path as git stores it.
#[cfg(unix)]
pub(super) fn from_bytes(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt as _;
    OsStr::from_bytes(bytes).to_owned()
}

/// A path as git stores it.
#[cfg(not(unix))]
pub(super) fn from_bytes(bytes: &[u8]) -> OsString {
    OsString::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The folder of the files of the repository around `near`.
fn root(near: &Path) -> Result<PathBuf, String> {
    let asked = git(near, &["rev-parse", "--show-toplevel"])?;
    let here = shown(near.as_os_str());
    if !asked.succeeded {
        return Err(if asked.complaint.contains("not a git repository") {
            format!("{here} is in no Git repository")
        } else {
            format!("the Git repository of {here} cannot be read: {}", asked.complaint)
        });
    }
    let path = PathBuf::from(from_bytes(asked.output.strip_suffix(b"\n").unwrap_or(&asked.output)));
    // What git older than `safe.bareRepository` finds without it was committed with the inputs: no commit has a `.git`.
    if path.join(".git").symlink_metadata().is_err() {
        return Err(format!("{here} is in no Git repository with a `.git`; a bare one is not asked"));
    }
    path.canonicalize().map_err(|error| format!("{}: {error}", shown(path.as_os_str())))
}

/// The id of the commit that a name stands for. The name is asked for by itself: `^{commit}` behind `:/words` would be one of
/// the words.
fn commit(root: &Path, name: &str) -> Result<String, String> {
    let asked = |name: &str| -> Result<Option<String>, String> {
        let asked = git(root, &["rev-parse", "--verify", "--quiet", name])?;
        Ok(word(&asked.output).filter(|id| asked.succeeded && is_id(id)))
    };
    let named = asked(name)?;
    let commit = named.map(|id| asked(&format!("{id}^{{commit}}"))).transpose()?.flatten();
    match commit {
        Some(id) => Ok(id),
        None => Err(format!("there is no commit `{name}`{}", shallow(root)?)),
    }
}

/// Whether a word is an id, SHA-1 or SHA-256, and not what leaves one out (`^ID`).
fn is_id(word: &str) -> bool {
    matches!(word.len(), 40 | 64) && word.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// The commit at which the current branch left another one.
fn merge_base(root: &Path, branch: &str) -> Result<String, String> {
    let other = commit(root, branch)?;
    let asked = git(root, &["merge-base", &other, "HEAD"])?;
    match word(&asked.output) {
        Some(id) if asked.succeeded => Ok(id),
        _ => Err(format!("the current branch and `{branch}` have no commit in common{}", shallow(root)?)),
    }
}

/// What to do where the history was not fetched whole; nothing where it was.
fn shallow(root: &Path) -> Result<&'static str, String> {
    let asked = git(root, &["rev-parse", "--is-shallow-repository"])?;
    Ok(if asked.output.starts_with(b"true") {
        " in this clone, which is shallow; fetch the history (`git fetch --unshallow`, or `fetch-depth: 0` in a workflow)"
    } else {
        ""
    })
}

fn word(output: &[u8]) -> Option<String> {
    let word = std::str::from_utf8(output).ok()?.trim();
    (!word.is_empty()).then(|| word.to_owned())
}

/// What git said.
struct Answer {
    succeeded: bool,
    output: Vec<u8>,
    /// The first line of its complaints.
    complaint: String,
}

fn git(folder: &Path, words: &[&str]) -> Result<Answer, String> {
    let done = program(folder).args(words).stdin(Stdio::null()).output().map_err(|error| not_run(&error))?;
    let complaint = String::from_utf8_lossy(&done.stderr);
    let complaint = complaint.lines().next().unwrap_or("it failed without a word");
    let complaint = complaint.strip_prefix("fatal: ").unwrap_or(complaint).to_owned();
    Ok(Answer { succeeded: done.status.success(), output: done.stdout, complaint })
}

#[expect(
    clippy::disallowed_methods,
    reason = "a commit is read by git itself, and `source` is where inputs are read"
)]
fn program(folder: &Path) -> Command {
    let mut command = Command::new("git");
    for variable in BOUND {
        command.env_remove(variable);
    }
    // Complaints are looked into, and nobody is there to be asked for a password.
    command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0");
    // What is missing is told, not fetched: that would reach out, and run what the repository's settings say.
    command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "");
    // A bare repository can be committed as plain files among the inputs, with commits and settings of its author's choice.
    command.args(["-c", "safe.bareRepository=explicit"]);
    command.arg("-C").arg(folder);
    command
}

fn not_run(error: &std::io::Error) -> String {
    if error.kind() == std::io::ErrorKind::NotFound {
        "the program `git` is not there; `--since` reads the commit through it".to_owned()
    } else {
        format!("the program `git` cannot be run: {error}")
    }
}

/// A process that hands out contents: one for all, since starting one for each would take longer than all else.
#[derive(Debug)]
struct Contents {
    process: Child,
    asked: Option<ChildStdin>,
    told: BufReader<ChildStdout>,
}

impl Contents {
    fn start(root: &Path) -> Result<Self, String> {
        let mut process = program(root)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| not_run(&error))?;
        let (Some(asked), Some(told)) = (process.stdin.take(), process.stdout.take()) else {
            return Err("git cannot be asked for contents".to_owned());
        };
        Ok(Self { process, asked: Some(asked), told: BufReader::new(told) })
    }

    /// `ID\n` is answered by `ID TYPE SIZE\n`, the content and `\n`, or by `ID missing\n`.
    fn read(&mut self, id: &str) -> std::io::Result<Result<Vec<u8>, Missing>> {
        let asked = self.asked.as_mut().ok_or(std::io::ErrorKind::BrokenPipe)?;
        writeln!(asked, "{id}")?;
        asked.flush()?;
        let mut head = String::new();
        self.told.read_line(&mut head)?;
        let Some(size) = head.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok()) else {
            return Ok(Err(Missing::Unread(
                "its content is not in this repository; fetch it (a partial clone leaves it out)".to_owned(),
            )));
        };
        // The content and the end of its line.
        let mut whole = (&mut self.told).take(size.saturating_add(1));
        if size > Limit::InputSize.get() {
            std::io::copy(&mut whole, &mut std::io::sink())?;
            return Ok(Err(Missing::TooLarge));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
        whole.read_to_end(&mut bytes)?;
        if bytes.pop().is_none() || bytes.len() as u64 != size {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Ok(bytes))
    }
}

impl Drop for Contents {
    fn drop(&mut self) {
        // It ends when nothing can be asked any more.
        drop(self.asked.take());
        let _ = self.process.wait();
    }
}
