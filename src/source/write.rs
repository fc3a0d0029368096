//! Turns texts into the content of files, each of them all or nothing.
//!
//! Every new text is first written to a file beside the old one and brought to the disk; only when all are there does the
//! first take the old one's place. So a full disk stops a run before anything changed, and a run that is killed leaves
//! each file either old or new. A file is left alone where replacing it would do more than change its text.

mod beside;

#[cfg(all(test, unix))]
mod tests;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs::File;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use self::beside::create_beside;
use self::beside::remove_leftovers;
use super::read::read_file;

pub(super) use self::beside::is_leftover;

/// Told where somebody saved the file after it was read.
const CHANGED: &str = "the file was changed meanwhile and is left as it is; run again";

/// Told of what was not yet replaced when the user or the system ended the run.
const STOPPED: &str = "the run was stopped before this file was replaced; run again";

/// A file with its new text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Replacement<'r> {
    /// The file; where it is a link, what that leads to is replaced and the link stays.
    pub(crate) path: &'r Path,
    /// What it must still hold: somebody may have saved it meanwhile. `None`: there must be no such file, and its folder
    /// is made where that is missing too.
    pub(crate) old: Option<&'r str>,
    /// What it shall hold.
    pub(crate) new: &'r str,
    /// Files of one group are replaced only if all of them can be.
    pub(crate) group: usize,
}

/// Writes a file, whatever it held before, all or nothing: the text is put beside it and takes its place when it is
/// whole. What is no file (a terminal, a pipe), and a file of which replacing would do more than change its text, is written
/// to directly.
pub(crate) fn put(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let old = path.symlink_metadata();
    let real = match &old {
        Ok(_) => path.canonicalize(),
        Err(_) => Ok(path.to_path_buf()),
    };
    let (true, Ok(real)) = (is_replaced_alone(old.is_ok(), path), real) else {
        return write_directly(path, text);
    };
    let mut prepared = Prepared { real, beside: None };
    if old.is_ok() {
        // Who may not write to the file must not replace it either.
        OpenOptions::new().write(true).open(&prepared.real)?;
    }
    let (beside, mut file) = match create_beside(&prepared.real, false) {
        // The folder takes no new files; the file itself may be open to this user all the same.
        Err(error) if old.is_ok() && error.kind() == ErrorKind::PermissionDenied => {
            return write_directly(path, text);
        }
        created => created?,
    };
    prepared.beside = Some(beside);
    if let Ok(old) = prepared.real.metadata() {
        file.set_permissions(old.permissions())?;
    }
    file.write_all(text)?;
    drop(file);
    prepared.rename()
}

/// Whether nothing is lost where a new file takes the place of what is there: it is nothing, or a file of this user with one
/// name.
fn is_replaced_alone(is_there: bool, path: &Path) -> bool {
    let own = |metadata: &std::fs::Metadata| {
        metadata.is_file() && other_names(metadata).is_none() && is_of_this_user(metadata)
    };
    !is_there || path.metadata().is_ok_and(|metadata| own(&metadata))
}

fn write_directly(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text)
}

/// Replaces files, and says of each what is in the way if it was left as it is. `stop` is asked before each step, and
/// ends the run there.
pub(crate) fn replace_all(
    replacements: &[Replacement<'_>],
    stop: &mut dyn FnMut() -> bool,
) -> Vec<Result<(), String>> {
    let mut prepared: Vec<Result<Prepared, String>> = Vec::new();
    let mut swept = BTreeSet::new();
    for replacement in replacements {
        if stop() {
            return vec![Err(STOPPED.to_owned()); replacements.len()];
        }
        match prepare(replacement, &mut swept) {
            Err(Fault::OfAll(why)) => {
                // What was prepared goes as it is dropped.
                let why = format!("{why}; nothing was changed");
                return vec![Err(why); replacements.len()];
            }
            Err(Fault::OfFile(why)) => prepared.push(Err(why)),
            Ok(one) => prepared.push(Ok(one)),
        }
    }
    let mut folder: Option<PathBuf> = None;
    let mut outcomes: Vec<Result<(), String>> = replacements.iter().map(|_| Ok(())).collect();
    for members in groups(replacements).into_values() {
        let stopped = stop();
        let whole = members.iter().find_map(|index| {
            let unchanged = |one: &Prepared| one.still_holds(replacements[*index].old);
            match &prepared[*index] {
                _ if stopped => Some((*index, STOPPED.to_owned())),
                Ok(one) => unchanged(one).err().map(|why| (*index, why)),
                Err(why) => Some((*index, why.clone())),
            }
        });
        for index in members {
            outcomes[index] = match (&whole, &mut prepared[index]) {
                (_, Err(why)) => Err(why.clone()),
                (Some((other, why)), _) if *other == index || stopped => Err(why.clone()),
                (Some((other, _)), _) => {
                    let other = replacements[*other].path.display();
                    Err(format!("the file is left as it is, since {other} is: they change together"))
                }
                (None, Ok(one)) => {
                    let next = one.real.parent();
                    if folder.as_deref() != next {
                        bring_to_disk(folder.as_deref());
                        folder = next.map(Path::to_owned);
                    }
                    one.put_in_place()
                }
            };
        }
    }
    bring_to_disk(folder.as_deref());
    outcomes
}

/// The names of files are in their folder. Where that cannot be brought to the disk, each file is still old or new.
fn bring_to_disk(folder: Option<&Path>) {
    #[expect(clippy::disallowed_methods, reason = "`source` is where files are opened")]
    let _ = folder.map(|folder| File::open(folder).and_then(|folder| folder.sync_all()));
}

/// The members of each group, by index, in order.
fn groups(replacements: &[Replacement<'_>]) -> BTreeMap<usize, Vec<usize>> {
    let mut groups = BTreeMap::<usize, Vec<usize>>::new();
    for (index, replacement) in replacements.iter().enumerate() {
        groups.entry(replacement.group).or_default().push(index);
    }
    groups
}

/// Why a file cannot be replaced.
enum Fault {
    /// Others can.
    OfFile(String),
    /// The disk is full or broken: others would fare alike.
    OfAll(String),
}

/// A new file beside the old one, complete and on the disk. It is removed when it is dropped without having been put in
/// place.
struct Prepared {
    /// The file to be replaced, without links.
    real: PathBuf,
    /// The new one, until it is put in place.
    beside: Option<PathBuf>,
}

impl Drop for Prepared {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            // There is nobody to tell, and the next run removes it.
            let _ = std::fs::remove_file(beside);
        }
    }
}

impl Prepared {
    fn still_holds(&self, old: Option<&str>) -> Result<(), String> {
        if present(&self.real)?.as_deref() == old { Ok(()) } else { Err(CHANGED.to_owned()) }
    }

    fn put_in_place(&mut self) -> Result<(), String> {
        self.rename().map_err(describe)
    }

    fn rename(&mut self) -> std::io::Result<()> {
        let Some(beside) = &self.beside else { return Ok(()) };
        std::fs::rename(beside, &self.real)?;
        self.beside = None;
        Ok(())
    }
}

/// Writes the new text to a file of the same owner and permissions in the same folder: only within one file system does
/// renaming replace at once. `swept` are the folders in which nothing is left of runs that were killed.
fn prepare(replacement: &Replacement<'_>, swept: &mut BTreeSet<PathBuf>) -> Result<Prepared, Fault> {
    let of_file = |error: std::io::Error| Fault::OfFile(describe(error));
    let real = match (replacement.old, replacement.path.parent()) {
        (Some(_), _) => replacement.path.canonicalize().map_err(of_file)?,
        (None, Some(folder)) if !folder.as_os_str().is_empty() => {
            std::fs::create_dir_all(folder).map_err(of_file)?;
            replacement.path.to_path_buf()
        }
        (None, _) => replacement.path.to_path_buf(),
    };
    let mut prepared = Prepared { real, beside: None };
    prepared.still_holds(replacement.old).map_err(Fault::OfFile)?;
    let metadata = match replacement.old {
        Some(_) => Some(replaceable(&prepared.real)?),
        None => None,
    };
    let folder = match prepared.real.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if swept.insert(folder.to_owned()) {
        remove_leftovers(folder);
    }
    let (beside, mut file) = create_beside(&prepared.real, metadata.is_some()).map_err(of_file)?;
    prepared.beside = Some(beside);
    if let Some(old) = &metadata {
        keep_owner(&file, old).map_err(Fault::OfFile)?;
        file.set_permissions(old.permissions()).map_err(of_file)?;
    }
    let written = file.write_all(replacement.new.as_bytes()).and_then(|()| file.sync_all());
    written.map_err(|error| Fault::OfAll(describe(error)))?;
    Ok(prepared)
}

/// What is known of a file that may be replaced by this user.
fn replaceable(real: &Path) -> Result<std::fs::Metadata, Fault> {
    let of_file = |error: std::io::Error| Fault::OfFile(describe(error));
    let metadata = real.metadata().map_err(of_file)?;
    if metadata.permissions().readonly() {
        return Err(Fault::OfFile("the file may not be written to; change its permissions".to_owned()));
    }
    if let Some(names) = other_names(&metadata) {
        return Err(Fault::OfFile(format!(
            "the file has {names} names (hard links), which would part; make a copy of it first"
        )));
    }
    // Who may not write to the file must not replace it either, even where the folder would allow that.
    OpenOptions::new().write(true).open(real).map_err(of_file)?;
    Ok(metadata)
}

/// What a file holds: nothing where it is not there. What is no readable text is an error.
pub(crate) fn present(path: &Path) -> Result<Option<Arc<str>>, String> {
    match path.metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(describe(error)),
        Ok(metadata) if metadata.is_file() && metadata.len() == 0 => Ok(Some(Arc::from(""))),
        Ok(metadata) if metadata.is_file() => read_file(path).map(Some).map_err(|fault| fault.to_string()),
        Ok(_) => Err("it is no file".to_owned()),
    }
}

/// How many names the file has, where it has several.
#[cfg(unix)]
fn other_names(metadata: &std::fs::Metadata) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    Some(metadata.nlink()).filter(|names| *names > 1)
}

#[cfg(not(unix))]
fn other_names(_: &std::fs::Metadata) -> Option<u64> {
    None
}

/// Whether a file that this process makes has the same owner and group. A process has those of its own folder in `/proc`;
/// where there is none, it is not known.
#[cfg(unix)]
fn is_of_this_user(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let own = Path::new("/proc/self").metadata();
    own.is_ok_and(|own| (own.uid(), own.gid()) == (metadata.uid(), metadata.gid()))
}

#[cfg(not(unix))]
fn is_of_this_user(_: &std::fs::Metadata) -> bool {
    true
}

/// Gives the new file the owner and the group of the old one.
#[cfg(unix)]
fn keep_owner(file: &File, old: &std::fs::Metadata) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt as _;
    let new = file.metadata().map_err(describe)?;
    if (new.uid(), new.gid()) == (old.uid(), old.gid()) {
        return Ok(());
    }
    std::os::unix::fs::fchown(file, Some(old.uid()), Some(old.gid())).map_err(|_| {
        "the file belongs to another user or group, and its replacement would not; run as its owner"
            .to_owned()
    })
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &std::fs::Metadata) -> Result<(), String> {
    Ok(())
}

/// An error of the operating system in words that name a remedy where there is one.
#[expect(clippy::needless_pass_by_value, reason = "so that it can be handed to `map_err`")]
pub(super) fn describe(error: std::io::Error) -> String {
    match error.kind() {
        ErrorKind::PermissionDenied => {
            "no permission to replace it; make the file and its folder writable for this user".to_owned()
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "the disk is full; a new file is written beside the old one and needs room".to_owned()
        }
        _ => format!("cannot be written: {error}"),
    }
}
