//! Files on a real disk, replaced under all kinds of circumstances.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;

use tempfile::TempDir;

use super::Replacement;
use super::put as put_report;
use super::replace_all;

const CHANGED: &str = "the file was changed meanwhile and is left as it is; run again";

/// A folder in which each file holds its own name.
fn folder(names: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in names {
        put(&folder.path().join(name), name);
    }
    folder
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::File::create(path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
        .unwrap();
}

fn held(path: &Path) -> String {
    super::read_file(path).unwrap().to_string()
}

/// The names of everything in a folder, hidden files too.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Replaces files, each of which holds its own name, by `new`, in the groups given.
fn all(folder: &Path, files: &[(&str, usize)], stop: &mut dyn FnMut() -> bool) -> Vec<Result<(), String>> {
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| folder.join(name)).collect();
    let replacements: Vec<Replacement<'_>> = paths
        .iter()
        .zip(files)
        .map(|(path, (name, group))| Replacement { path, old: Some(name), new: "new", group: *group })
        .collect();
    replace_all(&replacements, stop)
}

#[test]
fn permissions_owner_and_link_stay() {
    let folder = folder(&["real/a"]);
    let (file, link) = (folder.path().join("real/a"), folder.path().join("link"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o2640)).unwrap();
    // Only root may give files away; others test that nothing is lost.
    let given = std::os::unix::fs::chown(&file, Some(12345), Some(54321)).is_ok();
    if given {
        fs::set_permissions(&file, fs::Permissions::from_mode(0o2640)).unwrap();
    }
    let before = file.metadata().unwrap();
    std::os::unix::fs::symlink("real/a", &link).unwrap();
    replace_all(&[Replacement { path: &link, old: Some("real/a"), new: "new", group: 0 }], &mut || false)
        .pop()
        .unwrap()
        .unwrap();
    let after = file.metadata().unwrap();
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(held(&file), "new");
    assert_eq!(
        (after.mode(), after.uid(), after.gid()),
        (before.mode(), before.uid(), before.gid()),
        "given away: {given}"
    );
    assert_ne!(after.ino(), before.ino(), "it is another file, put in place at once");
    assert_eq!(names(&folder.path().join("real")), ["a"]);
}

#[test]
fn new_file_is_for_nobody_else_before_it_is_in_place() {
    let folder = folder(&["a"]);
    let mut modes = Vec::new();
    fs::set_permissions(folder.path().join("a"), fs::Permissions::from_mode(0o600)).unwrap();
    let mut look = || {
        for name in names(folder.path()).iter().filter(|name| name.starts_with('.')) {
            modes.push(folder.path().join(name).metadata().unwrap().mode() & 0o777);
        }
        false
    };
    assert_eq!(all(folder.path(), &[("a", 0)], &mut look), [Ok(())]);
    assert_eq!(modes, [0o600]);
}

#[test]
fn file_that_is_write_protected_or_has_two_names_is_left_alone() {
    let folder = folder(&["a", "b", "c"]);
    let path = |name: &str| folder.path().join(name);
    fs::set_permissions(path("a"), fs::Permissions::from_mode(0o444)).unwrap();
    fs::hard_link(path("b"), path("d")).unwrap();
    let outcomes = all(folder.path(), &[("a", 0), ("b", 1), ("c", 2)], &mut || false);
    assert_eq!(
        outcomes,
        [
            Err("the file may not be written to; change its permissions".to_owned()),
            Err("the file has 2 names (hard links), which would part; make a copy of it first".to_owned()),
            Ok(()),
        ]
    );
    assert_eq!(names(folder.path()), ["a", "b", "c", "d"]);
    assert_eq!(
        (held(&path("a")), held(&path("d")), held(&path("c"))),
        ("a".into(), "b".into(), "new".into())
    );
}

#[test]
fn file_in_a_folder_that_may_not_be_written_to_is_left_alone() {
    let folder = folder(&["x/a", "b"]);
    fs::set_permissions(folder.path().join("x"), fs::Permissions::from_mode(0o555)).unwrap();
    // Root writes anywhere.
    let is_root = fs::File::create(folder.path().join("x/probe")).is_ok();
    let outcomes = all(folder.path(), &[("x/a", 0), ("b", 1)], &mut || false);
    fs::set_permissions(folder.path().join("x"), fs::Permissions::from_mode(0o755)).unwrap();
    if is_root {
        crate::tests::not_run("an account that is refused to write (root writes anywhere)");
    } else {
        let why = "no permission to replace it; make the file and its folder writable for this user";
        assert_eq!(outcomes, [Err(why.to_owned()), Ok(())]);
        assert_eq!(held(&folder.path().join("x/a")), "x/a");
    }
}

#[test]
fn file_changed_after_all_were_prepared_is_left_alone_and_the_rest_is_replaced() {
    let folder = folder(&["a", "b", "c"]);
    let mut steps = 0;
    // Three steps prepare, then one stands before each file.
    let mut meddle = || {
        steps += 1;
        if steps == 4 {
            assert_eq!(names(folder.path()).len(), 6, "all are prepared before the first is replaced");
            assert_eq!(held(&folder.path().join("a")), "a");
            put(&folder.path().join("b"), "theirs");
        }
        false
    };
    let outcomes = all(folder.path(), &[("a", 0), ("b", 1), ("c", 2)], &mut meddle);
    assert_eq!(outcomes, [Ok(()), Err(CHANGED.to_owned()), Ok(())]);
    assert_eq!(names(folder.path()), ["a", "b", "c"]);
    assert_eq!(held(&folder.path().join("b")), "theirs");
}

#[test]
fn files_of_one_group_are_replaced_together_or_not_at_all() {
    let folder = folder(&["a", "b", "c"]);
    put(&folder.path().join("b"), "theirs");
    let outcomes = all(folder.path(), &[("a", 0), ("b", 0), ("c", 2)], &mut || false);
    let b = folder.path().join("b");
    let why = format!("the file is left as it is, since {} is: they change together", b.display());
    assert_eq!(outcomes, [Err(why), Err(CHANGED.to_owned()), Ok(())]);
    assert_eq!((held(&folder.path().join("a")), held(&folder.path().join("c"))), ("a".into(), "new".into()));
    assert_eq!(names(folder.path()), ["a", "b", "c"]);
}

#[test]
fn file_reached_by_two_ways_is_replaced_once() {
    let folder = folder(&["a"]);
    std::os::unix::fs::symlink("a", folder.path().join("l")).unwrap();
    let (a, l) = (folder.path().join("a"), folder.path().join("l"));
    let one = Replacement { path: &a, old: Some("a"), new: "new", group: 0 };
    let two = Replacement { path: &l, old: Some("a"), new: "newer", group: 1 };
    assert_eq!(replace_all(&[one, two], &mut || false), [Ok(()), Err(CHANGED.to_owned())]);
    assert_eq!((held(&a), names(folder.path())), ("new".into(), vec!["a".into(), "l".into()]));
}

#[test]
fn run_that_is_stopped_leaves_old_and_new_files_and_nothing_beside() {
    let stopped = || Err("the run was stopped before this file was replaced; run again".to_owned());
    for step in 1..=6 {
        let folder = folder(&["a", "b", "c"]);
        let mut steps = 0;
        let mut stop = || {
            steps += 1;
            steps >= step
        };
        let outcomes = all(folder.path(), &[("a", 0), ("b", 1), ("c", 2)], &mut stop);
        // While files are prepared, none is replaced; then they are, one by one.
        let done = usize::saturating_sub(step, 4).min(3);
        let expected: Vec<_> = (0..3).map(|index| if index < done { Ok(()) } else { stopped() }).collect();
        assert_eq!(outcomes, expected, "stopped at {step}");
        assert_eq!(names(folder.path()), ["a", "b", "c"]);
        for (index, name) in ["a", "b", "c"].into_iter().enumerate() {
            let expected = if index < done { "new" } else { name };
            assert_eq!(held(&folder.path().join(name)), expected);
        }
    }
}

#[test]
fn file_that_is_gone_is_told_and_the_rest_is_replaced() {
    let folder = folder(&["a", "b"]);
    fs::remove_file(folder.path().join("a")).unwrap();
    let outcomes = all(folder.path(), &[("a", 0), ("b", 1)], &mut || false);
    assert!(outcomes[0].as_ref().unwrap_err().contains("cannot be written"), "{outcomes:?}");
    assert_eq!(outcomes[1], Ok(()));
}

#[test]
fn report_takes_the_place_of_the_old_one_whole_and_keeps_its_permissions() {
    let folder = folder(&["a", "b", "linked"]);
    let path = |name: &str| folder.path().join(name);
    fs::set_permissions(path("a"), fs::Permissions::from_mode(0o640)).unwrap();
    let before = path("a").metadata().unwrap();
    put_report(&path("a"), b"new").unwrap();
    let after = path("a").metadata().unwrap();
    assert_eq!((held(&path("a")).as_str(), after.mode()), ("new", before.mode()));
    assert_ne!(after.ino(), before.ino(), "whoever reads the old one reads it to its end");
    put_report(&path("c"), b"first").unwrap();
    assert_eq!(held(&path("c")), "first");
    // Two names, and a link: both names have the new text, and the link stays one.
    fs::hard_link(path("b"), path("b2")).unwrap();
    put_report(&path("b"), b"new").unwrap();
    assert_eq!(held(&path("b2")), "new");
    std::os::unix::fs::symlink("linked", path("link")).unwrap();
    put_report(&path("link"), b"new").unwrap();
    assert!(path("link").symlink_metadata().unwrap().is_symlink());
    assert_eq!(held(&path("linked")), "new");
    // What is no file is written to, and what cannot be written to is an error.
    put_report(Path::new("/dev/null"), b"new").unwrap();
    assert!(put_report(folder.path(), b"new").is_err());
    assert!(put_report(&path("none/a"), b"new").is_err());
    assert_eq!(names(folder.path()), ["a", "b", "b2", "c", "link", "linked"]);
}
