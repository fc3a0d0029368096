//! Folders made on the spot, read as the command line would.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;

/// A folder with these files; a name that ends in `/` makes an empty folder.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        if name.ends_with('/') {
            fs::create_dir_all(path).unwrap();
            continue;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::File::create(&path).and_then(|mut file| std::io::Write::write_all(&mut file, content)).unwrap();
    }
    folder
}

fn read(folder: &TempDir, arguments: &[&str]) -> Sources {
    let arguments: Vec<OsString> =
        arguments.iter().map(|argument| folder.path().join(argument).into_os_string()).collect();
    read_all(&arguments, None, &mut std::io::empty())
}

/// The path without the temporary folder.
fn short(folder: &TempDir, path: &str) -> String {
    let root = shown(folder.path().as_os_str());
    path.strip_prefix(&root).unwrap_or(path).trim_start_matches('/').to_owned()
}

fn paths(folder: &TempDir, found: &Sources) -> Vec<String> {
    found.texts.iter().map(|source| short(folder, &source.path)).collect()
}

fn problems(folder: &TempDir, found: &Sources) -> Vec<(String, Option<u32>, String)> {
    let problem =
        |problem: &SourceProblem| (short(folder, &problem.path), problem.line, problem.message.clone());
    found.problems.iter().map(problem).collect()
}

#[test]
fn folder_gives_its_files_sorted_by_path_and_counts_the_others() {
    let folder = folder(&[
        ("b/z.yaml", b"a: 1"),
        ("b.yml", b"a: 1"),
        ("B.JSON", b"{}"),
        ("b/a.alloy", b"// x"),
        ("grafana.ini", b"[x]"),
        ("README.md", b"# x"),
        ("Makefile", b"all:"),
    ]);
    let found = read(&folder, &[""]);
    assert_eq!(paths(&folder, &found), ["B.JSON", "b.yml", "b/a.alloy", "b/z.yaml", "grafana.ini"]);
    let skipped: Vec<_> = found
        .skipped
        .iter()
        .map(|skipped| (short(&folder, &skipped.path), skipped.reason.as_str()))
        .collect();
    let reason = "not a YAML, JSON, Alloy or INI file";
    assert_eq!(skipped, [("Makefile".to_owned(), reason), ("README.md".to_owned(), reason)]);
    assert_eq!(problems(&folder, &found), []);
}

#[test]
fn hidden_and_ignored_files_are_left_out_unless_named() {
    let folder = folder(&[
        (".git/", b""),
        (".gitignore", b"out.yaml\nbuild/\n"),
        (".hidden.yaml", b"a: 1"),
        (".dir/x.yaml", b"a: 1"),
        ("out.yaml", b"a: 1"),
        ("build/made.yaml", b"a: 1"),
        ("kept.yaml", b"a: 1"),
    ]);
    assert_eq!(paths(&folder, &read(&folder, &[""])), ["kept.yaml"]);
    let named = [".hidden.yaml", ".dir", "out.yaml", "build"];
    let expected = [".hidden.yaml", ".dir/x.yaml", "out.yaml", "build/made.yaml"];
    assert_eq!(paths(&folder, &read(&folder, &named)), expected);
}

#[test]
fn file_named_itself_is_read_whatever_its_name() {
    let folder = folder(&[("config.alloy.txt", b"// x")]);
    assert_eq!(paths(&folder, &read(&folder, &["config.alloy.txt"])), ["config.alloy.txt"]);
}

#[test]
fn sources_remember_their_argument_and_arguments_keep_their_order() {
    let folder = folder(&[("b/x.yaml", b"a: 1"), ("a/x.yaml", b"a: 2")]);
    let found = read(&folder, &["b", "a"]);
    let seen: Vec<_> =
        found.texts.iter().map(|source| (short(&folder, &source.path), source.argument)).collect();
    assert_eq!(seen, [("b/x.yaml".to_owned(), 0), ("a/x.yaml".to_owned(), 1)]);
}

#[test]
fn file_reached_twice_is_read_once() {
    let folder = folder(&[("a/x.yaml", b"a: 1"), ("a/y.yaml", b"a: 1")]);
    let found = read(&folder, &["a/y.yaml", "a", "a/../a/x.yaml", "a/*.yaml"]);
    assert_eq!(paths(&folder, &found), ["a/y.yaml", "a/x.yaml"]);
    assert_eq!(problems(&folder, &found), []);
    let again = read(&folder, &["a", "a"]);
    assert_eq!(paths(&folder, &again), ["a/x.yaml", "a/y.yaml"]);
    assert_eq!(problems(&folder, &again), []);
}

#[test]
fn globs_know_braces_and_double_stars_and_single_stars_stop_at_slashes() {
    let folder = folder(&[
        ("a/x.yaml", b"1"),
        ("a/b/y.yml", b"1"),
        ("a/b/z.json", b"1"),
        ("a/n.conf", b"1"),
        ("t.md", b"1"),
    ]);
    let matched = |pattern: &str| paths(&folder, &read(&folder, &[pattern]));
    assert_eq!(matched("**/*.{yaml,yml}"), ["a/b/y.yml", "a/x.yaml"]);
    assert_eq!(matched("a/*.yaml"), ["a/x.yaml"]);
    assert_eq!(matched("a/*.conf"), ["a/n.conf"]);
    assert_eq!(matched("*/b"), ["a/b/y.yml", "a/b/z.json"]);
    let all = read(&folder, &["**"]);
    assert_eq!(paths(&folder, &all), ["a/b/y.yml", "a/b/z.json", "a/x.yaml"]);
    assert_eq!(all.skipped.len(), 2);
}

#[test]
fn glob_without_a_match_and_missing_path_are_problems() {
    let folder = folder(&[("x.yaml", b"a: 1")]);
    let found = read(&folder, &["*.json", "gone.yaml", "nowhere/*.yaml", "x.yaml"]);
    let none = "the pattern matches no file or folder".to_owned();
    assert_eq!(
        problems(&folder, &found),
        [
            ("*.json".to_owned(), None, none.clone()),
            ("gone.yaml".to_owned(), None, "no such file or folder".to_owned()),
            ("nowhere/*.yaml".to_owned(), None, none),
        ]
    );
    assert_eq!(paths(&folder, &found), ["x.yaml"]);
}

#[test]
fn path_that_looks_like_a_pattern_is_a_path_if_it_exists() {
    let folder = folder(&[("a[1].yaml", b"a: 1"), ("a1.yaml", b"a: 1")]);
    assert_eq!(paths(&folder, &read(&folder, &["a[1].yaml"])), ["a[1].yaml"]);
}

#[test]
fn unreadable_content_is_a_problem_with_its_place_and_the_rest_is_read() {
    let folder = folder(&[
        ("binary.yaml", b"abc\0def"),
        ("empty.yaml", b""),
        ("latin.yaml", b"a: 1\nb: caf\xe9\n"),
        ("wide.yaml", b"\xff\xfea\0"),
        ("fine.yaml", b"a: 1"),
    ]);
    let found = read(&folder, &[""]);
    assert_eq!(
        problems(&folder, &found),
        [
            (
                "binary.yaml".to_owned(),
                None,
                "a binary file (a NUL byte at offset 3); leave it out".to_owned()
            ),
            (
                "empty.yaml".to_owned(),
                None,
                "an empty file; write what it should hold, or leave it out".to_owned()
            ),
            (
                "latin.yaml".to_owned(),
                Some(2),
                "not UTF-8: byte 0xe9 at offset 11, on line 2; save the file as UTF-8".to_owned()
            ),
            ("wide.yaml".to_owned(), None, "written in UTF-16; save it as UTF-8".to_owned()),
        ]
    );
    assert_eq!(paths(&folder, &found), ["fine.yaml"]);
}

#[test]
fn folder_without_anything_to_read_is_a_problem() {
    let folder = folder(&[("docs/README.md", b"x"), ("void/", b"")]);
    let found = read(&folder, &["docs", "void"]);
    let messages = problems(&folder, &found);
    assert_eq!(messages.len(), 2);
    assert!(messages[0].2.starts_with("the folder holds no YAML, JSON, Alloy or INI file"), "{messages:?}");
    assert_eq!(found.skipped.len(), 1);
}

#[test]
fn file_over_the_limit_is_refused_without_being_read() {
    let folder = folder(&[("huge.yaml", b"")]);
    fs::OpenOptions::new()
        .write(true)
        .open(folder.path().join("huge.yaml"))
        .and_then(|file| file.set_len(crate::text::Limit::InputSize.get() + 1))
        .unwrap();
    let found = read(&folder, &["huge.yaml"]);
    let message = "larger than 64 MiB, the most that is read of one file; split it, or raise it with `--limit input-size=128MiB`";
    assert_eq!(problems(&folder, &found), [("huge.yaml".to_owned(), None, message.to_owned())]);
}

#[cfg(unix)]
#[test]
fn links_are_read_within_what_was_given_and_never_lead_out() {
    use std::os::unix::fs::symlink;
    let folder = folder(&[("real/x.yaml", b"a: 1"), ("real/y.yaml", b"b: 1"), ("stack/", b"")]);
    let stack = folder.path().join("stack");
    symlink(folder.path().join("real/x.yaml"), stack.join("link.yaml")).unwrap();
    symlink(folder.path().join("real/y.yaml"), stack.join("other.yaml")).unwrap();
    symlink(&stack, stack.join("up")).unwrap();
    symlink(stack.join("loop.yaml"), stack.join("loop.yaml")).unwrap();
    symlink("gone", stack.join("dangling.yaml")).unwrap();
    let found = read(&folder, &["stack", "real"]);
    assert_eq!(paths(&folder, &found), ["stack/link.yaml", "stack/other.yaml"], "each once, as it was met");
    let leads_out = "a link that leads out of the folders given; give the file itself too to have it read";
    for pattern in ["stack", "stack/*.yaml"] {
        let found = read(&folder, &[pattern, "real/x.yaml"]);
        assert_eq!(paths(&folder, &found), ["real/x.yaml"]);
        let told = problems(&folder, &found);
        let told = told.iter().filter(|(_, _, message)| message == leads_out).map(|(path, ..)| path.as_str());
        assert_eq!(told.collect::<Vec<_>>(), ["stack/link.yaml", "stack/other.yaml"]);
    }
    assert_eq!(paths(&folder, &read(&folder, &["stack/link.yaml"])), ["stack/link.yaml"], "given by name");
    let found = read(&folder, &["stack", "real"]);
    assert_eq!(found.skipped[0].reason, "a link to a folder; name it to have its files read");
    assert_eq!(
        problems(&folder, &found),
        [
            ("stack/dangling.yaml".to_owned(), None, "no such file or folder".to_owned()),
            (
                "stack/loop.yaml".to_owned(),
                None,
                "the link leads back to itself; make it point at a file".to_owned()
            ),
        ]
    );
}

#[cfg(unix)]
#[test]
fn sockets_and_devices_are_not_opened() {
    let folder = folder(&[]);
    let _listener = std::os::unix::net::UnixListener::bind(folder.path().join("s.yaml")).unwrap();
    let found = read(&folder, &["s.yaml", "/dev/null"]);
    let message =
        |kind: &str| format!("a {kind}, not a file; to lint what it yields, pipe that in and give `-`");
    let expected =
        [("s.yaml".to_owned(), None, message("socket")), ("dev/null".to_owned(), None, message("device"))];
    assert_eq!(problems(&folder, &found), expected);
}

#[test]
fn standard_input_is_read_once_under_the_name_given() {
    let arguments = [OsString::from("-"), OsString::from("-")];
    let found = read_all(&arguments, Some("rendered.yaml"), &mut &b"a: 1"[..]);
    let text = Source { path: "rendered.yaml".to_owned(), argument: 0, text: "a: 1".into() };
    assert_eq!(found.texts, [text]);
}

#[test]
fn empty_standard_input_is_a_problem() {
    let found = read_all(&[OsString::from("-")], None, &mut std::io::empty());
    assert_eq!(found.problems[0].path, "<stdin>");
    assert!(found.problems[0].message.starts_with("standard input is empty"));
}

#[test]
fn rule_folders_give_their_yaml_files_only() {
    let folder = folder(&[("a/rule.yaml", b"id: x"), ("a/input.json", b"{}")]);
    let found = read_rules(&folder.path().as_os_str().to_owned());
    assert_eq!(paths(&folder, &found), ["a/rule.yaml"]);
}

#[test]
fn one_file_is_read_by_its_path() {
    let folder = folder(&[("ptd-lint.yaml", b"x: 1")]);
    let path = folder.path().join("ptd-lint.yaml");
    assert_eq!(&*read_one(&path).unwrap().text, "x: 1");
    assert_eq!(read_one(Path::new("/nowhere/at all")).unwrap_err().message, "no such file or folder");
}

#[test]
fn file_that_was_changed_meanwhile_is_not_replaced() {
    let replace = |path: &std::path::Path, old: &str, new: &str| {
        super::replace_all(&[Replacement { path, old: Some(old), new, group: 0 }], &mut || false)
            .pop()
            .unwrap()
    };
    let folder = folder(&[("a.alloy", b"theirs")]);
    let path = folder.path().join("a.alloy");
    let refused = replace(&path, "read before", "ours").unwrap_err();
    assert_eq!(refused, "the file was changed meanwhile and is left as it is; run again");
    assert_eq!(&*super::read_one(&path).unwrap().text, "theirs");
    replace(&path, "theirs", "ours").unwrap();
    assert_eq!(&*super::read_one(&path).unwrap().text, "ours");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    assert!(replace(&folder.path().join("b"), "", "").unwrap_err().contains("cannot be written"));
}
