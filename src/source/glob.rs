//! Turns a pattern (`*`, `**`, `?`, `[ab]`, `{a,b}`) into the files and folders that it matches.

use std::ffi::OsStr;
use std::path::Path;
use std::path::PathBuf;

use globset::GlobBuilder;
use globset::GlobMatcher;

use super::walk;

/// A pattern of the command line.
#[derive(Debug)]
pub(super) struct Pattern {
    /// As written.
    pub(super) text: String,
    /// The folder to start from: everything before the first wildcard.
    pub(super) base: PathBuf,
    matcher: GlobMatcher,
}

/// What a pattern matches.
#[derive(Debug, Default)]
pub(super) struct Matches {
    /// Files, sorted by the bytes of their paths.
    pub(super) files: Vec<PathBuf>,
    /// Folders, sorted.
    pub(super) folders: Vec<PathBuf>,
    /// What could not be entered, and why.
    pub(super) problems: Vec<(PathBuf, String)>,
}

/// Reads an argument as a pattern; `None` if it has no wildcard or is no valid pattern (then it is a path).
pub(super) fn parse(argument: &OsStr) -> Option<Pattern> {
    let text = argument.to_str()?;
    let wildcard = text.find(['*', '?', '[', '{'])?;
    let base = text[..wildcard].rfind('/').map_or("", |slash| &text[..=slash]);
    let matcher = GlobBuilder::new(text).literal_separator(true).build().ok()?.compile_matcher();
    Some(Pattern {
        text: text.to_owned(),
        base: PathBuf::from(if base.is_empty() { "./" } else { base }),
        matcher,
    })
}

impl Pattern {
    /// Whether the pattern says something about file names. `*.conf` does, so what it matches is read although a
    /// folder's `.conf` files are not; `**` and `dir/*` do not.
    pub(super) fn names_files(&self) -> bool {
        let last = self.text.rsplit('/').next().unwrap_or_default();
        !last.chars().all(|character| character == '*')
    }

    /// Everything that the pattern matches. Hidden files only if the pattern has a segment that starts with a dot.
    pub(super) fn find(&self) -> Matches {
        let mut found = Matches::default();
        if !self.base.is_dir() {
            return found;
        }
        let names_hidden =
            self.text.split('/').any(|part| part.starts_with('.') && part != "." && part != "..");
        let hidden = if names_hidden { walk::Hidden::Met } else { walk::Hidden::LeftOut };
        let from_here = self.base == Path::new("./") && !self.text.starts_with("./");
        walk::visit(&self.base, hidden, |entry| match entry {
            Ok(entry) if entry.depth() > 0 => {
                let path = if from_here { walk::plain(entry.path()) } else { entry.path().to_owned() };
                if self.matcher.is_match(&path) {
                    let folder = path.metadata().is_ok_and(|metadata| metadata.is_dir());
                    if folder { found.folders.push(path) } else { found.files.push(path) }
                }
            }
            Ok(_) => {}
            Err(problem) => found.problems.push(problem),
        });
        found.files.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
        found.folders.sort();
        found
    }
}
