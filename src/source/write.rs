//! Turns a text into the content of a file that exists, all of it or nothing.

use std::fs::File;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use super::read::read_file;

/// How many names for the new file are tried, where files of earlier runs that were killed lie around.
const ATTEMPTS: u32 = 64;

/// Replaces the content of a file, which must still be `old`: somebody may have saved it meanwhile. A link stays, and
/// the file that it leads to is replaced. The new file has the permissions of the old one.
pub(crate) fn replace(path: &Path, old: &str, new: &str) -> Result<(), String> {
    let real = path.canonicalize().map_err(describe)?;
    if read_file(&real).ok().as_deref() != Some(old) {
        return Err("the file was changed meanwhile and is left as it is; run again".to_owned());
    }
    let permissions = real.metadata().map_err(describe)?.permissions();
    if permissions.readonly() {
        return Err("the file may not be written to; change its permissions".to_owned());
    }
    let (beside, mut file) = create_beside(&real).map_err(describe)?;
    let written = file
        .write_all(new.as_bytes())
        .and_then(|()| file.set_permissions(permissions))
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&beside, &real));
    written.map_err(|error| {
        // What matters is the first error; the old file is untouched.
        let _ = std::fs::remove_file(&beside);
        describe(error)
    })
}

/// Creates a hidden file in the folder of `path`: only within one file system does renaming replace at once.
pub(super) fn create_beside(path: &Path) -> std::io::Result<(PathBuf, File)> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    for attempt in 0..ATTEMPTS {
        let beside = folder.join(format!(".{name}.{}-{attempt}.tmp", std::process::id()));
        match options.open(&beside) {
            Ok(file) => return Ok((beside, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// An error of the operating system in words that name a remedy where there is one.
#[expect(clippy::needless_pass_by_value, reason = "so that it can be handed to `map_err`")]
pub(super) fn describe(error: std::io::Error) -> String {
    match error.kind() {
        ErrorKind::PermissionDenied => {
            "no permission to replace it; make the file and its folder writable for this user".to_owned()
        }
        _ => format!("cannot be written: {error}"),
    }
}
