//! Turns a folder into its files, hidden and git-ignored ones left out, sorted by path.

use std::path::Path;
use std::path::PathBuf;

use ignore::DirEntry;
use ignore::WalkBuilder;

use super::expand::describe;

/// The files below a folder.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Regular files and links to anything but folders, sorted by the bytes of their paths.
    pub(super) files: Vec<PathBuf>,
    /// Links to folders. They are not followed: a link upwards would give the same files again and again.
    pub(super) linked_folders: Vec<PathBuf>,
    /// What could not be entered, and why.
    pub(super) problems: Vec<(PathBuf, String)>,
}

/// All files below `folder`.
pub(super) fn files_below(folder: &Path) -> Found {
    let mut found = Found::default();
    visit(folder, Hidden::LeftOut, |entry| match entry {
        Ok(entry) => {
            let kind = entry.file_type();
            if kind.is_some_and(|kind| kind.is_dir()) {
                return;
            }
            let linked_folder =
                entry.path_is_symlink() && entry.path().metadata().is_ok_and(|metadata| metadata.is_dir());
            let path = plain(entry.path());
            if linked_folder { found.linked_folders.push(path) } else { found.files.push(path) }
        }
        Err(problem) => found.problems.push(problem),
    });
    found.files.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
    found.linked_folders.sort();
    found.problems.sort();
    found
}

/// Whether hidden files (`.name`) are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hidden {
    /// They are not.
    LeftOut,
    /// They are.
    Met,
}

/// Calls `see` for everything below `folder` (and for `folder`), in no particular order.
pub(super) fn visit(
    folder: &Path,
    hidden: Hidden,
    mut see: impl FnMut(Result<&DirEntry, (PathBuf, String)>),
) {
    // `.ignore` files and the user's own global excludes are not the repository's word: with them the same folder
    // would be linted differently on two machines.
    let walk = WalkBuilder::new(folder)
        .hidden(hidden == Hidden::LeftOut)
        .ignore(false)
        .git_global(false)
        .follow_links(false)
        .build();
    for entry in walk {
        match entry {
            Ok(entry) => see(Ok(&entry)),
            Err(error) => {
                let path = path_of(&error).unwrap_or(folder).to_owned();
                let message = match error.io_error() {
                    Some(error) => describe(error),
                    None => format!("cannot be entered: {error}"),
                };
                // The folder itself keeps its name.
                let plain = plain(&path);
                see(Err((if plain.as_os_str().is_empty() { path } else { plain }, message)));
            }
        }
    }
}

/// The path that a walker's error is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}

/// The path without the `./` that walking `.` puts before it: reports and annotations want `x.yaml`.
pub(super) fn plain(path: &Path) -> PathBuf {
    path.strip_prefix("./").unwrap_or(path).to_owned()
}
