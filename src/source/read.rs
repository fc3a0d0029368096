//! Turns files into texts: sizes bounded, UTF-8 demanded, and for every refusal a reason.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use rayon::iter::IndexedParallelIterator as _;
use rayon::iter::IntoParallelRefIterator as _;
use rayon::iter::ParallelIterator as _;

use super::STDIN_NAME;
use super::Source;
use super::SourceProblem;
use super::Sources;
use super::Text;
use super::expand;
use super::glob;
use super::shown;
use crate::text::Limit;

/// How far a file is searched for the NUL byte that gives binary files away; git looks equally far.
const BINARY_PROBE: usize = 8 * 1024;

/// From how many files on they are read on several threads.
const MANY: usize = 512;

/// How many bytes of text a run holds as they are; what comes behind is packed.
const PLAIN: usize = 8 << 20;

/// Reads everything behind the arguments. `stdin` is what `-` reads; `stdin_name` what it is called.
pub(crate) fn read_all(arguments: &[OsString], stdin_name: Option<&str>, stdin: &mut impl Read) -> Sources {
    read_wanted(arguments, stdin_name, stdin, |_| true)
}

/// What a run reads that reports on some files of a tree.
#[derive(Debug, Clone, Default)]
pub(crate) struct Within {
    /// The whole tree, and what was passed and lies beside it.
    pub(crate) sources: Sources,
    /// The arguments behind [`Source::argument`]: trees first.
    pub(crate) arguments: Vec<OsString>,
    /// The names, as in [`Source::path`], of the files that were passed.
    pub(crate) passed: BTreeSet<String>,
    /// Paths that were passed and at which nothing is any more: what was deleted, or has another name now.
    pub(crate) gone: Vec<String>,
}

/// Reads the folders `trees`, and tells which of their files were passed. What was passed and is in no tree, or is left
/// out of folders, is read too. A tree that is no folder is an error.
pub(crate) fn read_within(trees: &[OsString], passed: &[OsString]) -> Result<Within, SourceProblem> {
    let is_folder = |tree: &&OsString| Path::new(tree).is_dir();
    if let Some(tree) = trees.iter().find(|tree| !is_folder(tree)) {
        let message = "no such folder: a tree is one that holds what is passed".to_owned();
        return Err(SourceProblem { path: shown(tree), line: None, message });
    }
    let is_gone = |path: &&OsString| {
        let missing = Path::new(path).symlink_metadata().err();
        missing.is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound)
            && glob::parse(path).is_none()
    };
    let (gone, there): (Vec<&OsString>, Vec<&OsString>) = passed.iter().partition(is_gone);
    let there: Vec<OsString> = there.into_iter().cloned().collect();
    let (expansion, passed) = expand::expand_within(trees, &there);
    Ok(Within {
        sources: read(expansion, &mut std::io::empty()),
        arguments: trees.iter().cloned().chain(there).collect(),
        passed,
        gone: gone.into_iter().map(|path| shown(path)).collect(),
    })
}

/// Reads of what is behind the arguments only what is wanted, by its path: the rest is not opened.
pub(super) fn read_wanted(
    arguments: &[OsString],
    stdin_name: Option<&str>,
    stdin: &mut impl Read,
    is_wanted: impl Fn(&str) -> bool,
) -> Sources {
    let mut expansion = expand::expand(arguments, stdin_name.unwrap_or(STDIN_NAME));
    expansion.tasks.retain(|task| is_wanted(&task.path));
    read(expansion, stdin)
}

/// Reads what is on the list.
fn read(expansion: expand::Expansion, stdin: &mut impl Read) -> Sources {
    // How many bytes are held as they are.
    let held = AtomicUsize::new(0);
    let read = |task: &expand::Task| {
        let text = task.file.as_deref().map(read_file)?.map(Text::from);
        let before = text.as_ref().map_or(0, |text| held.fetch_add(text.len(), Ordering::Relaxed));
        Some(if before > PLAIN { text.map(Text::packed) } else { text })
    };
    // Starting the pool costs more than reading a few hundred files.
    let outcomes: Vec<_> = if expansion.tasks.len() > MANY {
        expansion.tasks.par_iter().with_min_len(64).map(read).collect()
    } else {
        expansion.tasks.iter().map(read).collect()
    };
    let mut found =
        Sources { skipped: expansion.skipped, problems: expansion.problems, ..Sources::default() };
    for (task, outcome) in expansion.tasks.into_iter().zip(outcomes) {
        let outcome = outcome.unwrap_or_else(|| read_stdin(stdin).map(Text::from));
        match outcome {
            Ok(text) => found.texts.push(Source { path: task.path, argument: task.argument, text }),
            Err(fault) => found.problems.push(fault.into_problem(task.path)),
        }
    }
    found
}

/// Why an input has no text.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// What should have been written there is missing: a template that gave nothing, a disk that was full.
    #[error("an empty file; write what it should hold, or leave it out")]
    Empty,
    /// A command before the pipe that failed leaves nothing behind; a pass would hide that.
    #[error("standard input is empty; check the command that should have written to it")]
    EmptyStdin,
    #[error("{0}")]
    System(String),
    #[error("a {0}, not a file; to lint what it yields, pipe that in and give `-`")]
    NoFile(&'static str),
    #[error("larger than {}, the most that is read of one file; split it, or {}", Limit::InputSize.shown(), Limit::InputSize.remedy())]
    TooLarge,
    #[error("a binary file (a NUL byte at offset {0}); leave it out")]
    Binary(usize),
    #[error("written in UTF-16; save it as UTF-8")]
    Utf16,
    #[error("not UTF-8: byte 0x{byte:02x} at offset {offset}, on line {line}; save the file as UTF-8")]
    NotUtf8 {
        /// The first byte that is wrong.
        byte: u8,
        /// Where it is, from 0.
        offset: usize,
        /// The line it is on, from 1.
        line: u32,
    },
}

impl Fault {
    pub(super) fn into_problem(self, path: String) -> SourceProblem {
        let line = if let Self::NotUtf8 { line, .. } = self { Some(line) } else { None };
        SourceProblem { path, line, message: self.to_string() }
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::System(expand::describe(&error))
    }
}

/// The text of one file.
pub(super) fn read_file(path: &Path) -> Result<Arc<str>, Fault> {
    let metadata = path.metadata()?;
    if !metadata.is_file() {
        return Err(Fault::NoFile(kind_of(&metadata)));
    }
    if metadata.len() > Limit::InputSize.get() {
        return Err(Fault::TooLarge);
    }
    let file = open(path)?;
    // Something else may have taken its place since.
    let opened = file.metadata()?;
    if !opened.is_file() {
        return Err(Fault::NoFile(kind_of(&opened)));
    }
    let bytes = read_bounded(file, usize::try_from(opened.len()).unwrap_or(0))?;
    if bytes.is_empty() { Err(Fault::Empty) } else { into_text(bytes) }
}

/// Opens a file without waiting: a named pipe that took its place has nobody at its other end.
fn open(path: &Path) -> std::io::Result<File> {
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // The standard library has no name for it.
        const O_NONBLOCK: i32 = if cfg!(target_os = "linux") { 0o4000 } else { 0x4 };
        std::fs::OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(path)
    }
    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    {
        #[expect(clippy::disallowed_methods, reason = "`source` is where files are opened")]
        File::open(path)
    }
}

fn read_stdin(stdin: &mut impl Read) -> Result<Arc<str>, Fault> {
    let bytes = read_bounded(stdin, 0)?;
    if bytes.is_empty() { Err(Fault::EmptyStdin) } else { into_text(bytes) }
}

/// Reads to the end, but never more than allowed: a file may grow and a pipe may never end.
fn read_bounded(reader: impl Read, expected: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::with_capacity(expected.saturating_add(1));
    reader.take(Limit::InputSize.get() + 1).read_to_end(&mut bytes)?;
    if bytes.len() > Limit::InputSize.count() { Err(Fault::TooLarge) } else { Ok(bytes) }
}

/// Bytes as text.
pub(super) fn into_text(bytes: Vec<u8>) -> Result<Arc<str>, Fault> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Fault::Utf16);
    }
    let head = bytes.get(..BINARY_PROBE).unwrap_or(&bytes);
    // Looked for by words; the offset is needed only where there is one.
    if head.contains(&0) {
        return Err(Fault::Binary(head.iter().position(|byte| *byte == 0).unwrap_or_default()));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let (before, rest) = error.as_bytes().split_at(offset);
            let newlines = before.split(|byte| *byte == b'\n').count();
            Err(Fault::NotUtf8 {
                byte: rest.first().copied().unwrap_or_default(),
                offset,
                line: u32::try_from(newlines).unwrap_or(u32::MAX),
            })
        }
    }
}

#[cfg(unix)]
fn kind_of(metadata: &std::fs::Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = metadata.file_type();
    if kind.is_fifo() {
        "named pipe"
    } else if kind.is_socket() {
        "socket"
    } else if kind.is_dir() {
        "folder"
    } else {
        "device"
    }
}

#[cfg(not(unix))]
fn kind_of(metadata: &std::fs::Metadata) -> &'static str {
    if metadata.is_dir() { "folder" } else { "device" }
}
