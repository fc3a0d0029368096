//! Turns the path of a file into a new, hidden file beside it, and knows those that killed runs left.

use std::fs::File;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;
use std::path::PathBuf;

/// How many names are tried.
const ATTEMPTS: u32 = 64;

/// What stands between the old file's name and the number of the process.
const MARK: &str = ".ptd-lint-";

/// What the names end in.
const END: &str = ".tmp";

/// Names of files may have 255 bytes, of which the marks take some.
const LONGEST: usize = 180;

/// Creates a hidden file in the folder of `path`. Where it takes the place of an old one, nobody but its owner may read it
/// before it has the permissions of that.
pub(super) fn create_beside(path: &Path, replaces: bool) -> std::io::Result<(PathBuf, File)> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut length = name.len().min(LONGEST);
    while !name.is_char_boundary(length) {
        length -= 1;
    }
    let (name, process) = (&name[..length], std::process::id());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if replaces {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = replaces;
    for attempt in 0..ATTEMPTS {
        let beside = folder.join(format!(".{name}{MARK}{process}-{attempt}{END}"));
        match options.open(&beside) {
            Ok(file) => return Ok((beside, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// The process that made a file of that name; `None` for files that are no such.
fn maker(name: &str) -> Option<u32> {
    let (_, numbers) = name.strip_prefix('.')?.strip_suffix(END)?.rsplit_once(MARK)?;
    let (process, attempt) = numbers.split_once('-')?;
    attempt.parse::<u32>().ok()?;
    process.parse().ok()
}

/// Whether a file of that name is none of the user's, but what a run left that was killed, or what one is writing.
pub(in crate::source) fn is_leftover(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| maker(name).is_some())
}

/// Removes from a folder what runs left that were killed. What cannot be removed does no harm.
pub(super) fn remove_leftovers(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(process) = name.to_str().and_then(maker) else { continue };
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && is_gone(process) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Whether there is certainly no such process. Where that cannot be told, files are left lying.
fn is_gone(process: u32) -> bool {
    let processes = Path::new("/proc");
    processes.join("self").exists() && !processes.join(process.to_string()).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_again() {
        let folder = tempfile::TempDir::new().unwrap();
        let long = "ä".repeat(120);
        for name in ["a.yaml", "b.ptd-lint-1-2.tmp", &long] {
            let (beside, _) = create_beside(&folder.path().join(name), true).unwrap();
            assert!(is_leftover(&beside), "{beside:?}");
            assert_eq!(beside.parent(), Some(folder.path()));
            assert_eq!(maker(beside.file_name().unwrap().to_str().unwrap()), Some(std::process::id()));
        }
        for name in ["a.yaml", ".a.yaml", ".a.tmp", ".a.ptd-lint-x-0.tmp", "a.ptd-lint-1-0.tmp"] {
            assert!(!is_leftover(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn what_killed_runs_left_is_removed_and_nothing_else() {
        let folder = tempfile::TempDir::new().unwrap();
        // No process has a number as large as that.
        let names = [".a.yaml.ptd-lint-4294967295-0.tmp", ".a.yaml.ptd-lint-1-0.tmp", ".a.tmp", "a.yaml"];
        for name in names {
            std::fs::File::create(folder.path().join(name)).unwrap();
        }
        remove_leftovers(folder.path());
        let left: Vec<bool> = names.iter().map(|name| folder.path().join(name).exists()).collect();
        let known = cfg!(target_os = "linux");
        assert_eq!(left, [!known, true, true, true]);
    }
}
