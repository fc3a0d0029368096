//! Turns texts into files of a folder, all of them or none.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use super::read::read_file;
use super::write::create_beside;
use super::write::describe;

/// What a file of a folder holds: nothing where it is not there. What is no readable text is an error.
pub(crate) fn present(path: &Path) -> Result<Option<Arc<str>>, String> {
    match path.metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(describe(error)),
        Ok(metadata) if metadata.is_file() && metadata.len() == 0 => Ok(Some(Arc::from(""))),
        Ok(metadata) if metadata.is_file() => read_file(path).map(Some).map_err(|fault| fault.to_string()),
        Ok(_) => Err("it is no file".to_owned()),
    }
}

/// A file that is to be written.
struct Staged {
    /// Where it belongs; a link's end.
    real: PathBuf,
    /// Its content, beside it under another name.
    beside: PathBuf,
    /// What was there.
    old: Option<Arc<str>>,
}

/// Writes files (path, what it holds now, what it is to hold). The folder is made where it is missing. Nothing is changed
/// until everything has been written beside its place, and what was changed before a fault is put back.
pub(crate) fn write_all(files: &[(PathBuf, Option<Arc<str>>, &str)]) -> Result<(), (PathBuf, String)> {
    let mut staged: Vec<Staged> = Vec::new();
    for (path, old, new) in files {
        match stage(path, old.clone(), new) {
            Ok(file) => staged.push(file),
            Err(why) => {
                discard(&staged);
                return Err((path.clone(), why));
            }
        }
    }
    for (index, file) in staged.iter().enumerate() {
        if let Err(error) = std::fs::rename(&file.beside, &file.real) {
            discard(staged.get(index..).unwrap_or_default());
            for done in staged.iter().take(index) {
                // The first fault is the one to tell.
                let _ = match &done.old {
                    Some(old) => File::create(&done.real).and_then(|mut file| file.write_all(old.as_bytes())),
                    None => std::fs::remove_file(&done.real),
                };
            }
            return Err((file.real.clone(), describe(error)));
        }
    }
    Ok(())
}

fn stage(path: &Path, old: Option<Arc<str>>, new: &str) -> Result<Staged, String> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(describe)?;
    }
    if present(path)? != old {
        return Err("the file was changed meanwhile and is left as it is; run again".to_owned());
    }
    let real = if old.is_some() { path.canonicalize().map_err(describe)? } else { path.to_path_buf() };
    let permissions = old.as_ref().map(|_| real.metadata()).transpose().map_err(describe)?;
    let permissions = permissions.map(|metadata| metadata.permissions());
    if permissions.as_ref().is_some_and(std::fs::Permissions::readonly) {
        return Err("the file may not be written to; change its permissions".to_owned());
    }
    let (beside, mut file) = create_beside(&real).map_err(describe)?;
    let written = file.write_all(new.as_bytes()).and_then(|()| {
        permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))?;
        file.sync_all()
    });
    let staged = Staged { real, beside, old };
    match written {
        Ok(()) => Ok(staged),
        Err(error) => {
            discard(&[staged]);
            Err(describe(error))
        }
    }
}

fn discard(staged: &[Staged]) {
    for file in staged {
        // What matters is the fault before; the files in place are untouched.
        let _ = std::fs::remove_file(&file.beside);
    }
}
