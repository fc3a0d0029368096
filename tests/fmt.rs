//! Runs `ptd-lint fmt` on files as people keep them.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod program;

use std::path::Path;

use program::Ran;
use program::folder;
use program::run;

const UGLY: &str = "logging {\nlevel=\"info\"\n}\n";
const NEAT: &str = "logging {\n\tlevel = \"info\"\n}\n";

fn read(folder: &Path, name: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "the tests look at what the program wrote")]
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn fmt(folder: &Path, words: &[&str], stdin: &str) -> Ran {
    let words: Vec<&str> = [&["fmt"], words].concat();
    run(folder, &words, Some(stdin.as_bytes()))
}

/// A ConfigMap with a program, indented by hand where it stands.
fn config_map(program: &str) -> String {
    let program = program::indented(program, 4);
    format!("apiVersion: v1\nkind: ConfigMap # c\nmetadata:\n    name:   x\ndata:\n  a.alloy: |\n{program}")
}

#[test]
fn files_are_formatted_in_place_and_then_left_alone() {
    let folder = folder(&[
        ("a.alloy", UGLY.as_bytes()),
        ("sub/map.yaml", config_map(UGLY).as_bytes()),
        ("sub/neat.alloy", NEAT.as_bytes()),
        ("sub/other.yaml", b"a:    1\n"),
        ("README.md", b"logging {\n}\n"),
        (".gitignore", b"ignored\n"),
        ("ignored/a.alloy", UGLY.as_bytes()),
    ]);
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    let ran = fmt(folder.path(), &["."], "");
    assert_eq!(
        (ran.code, &*ran.stdout, &*ran.stderr),
        (0, "", "formatted a.alloy\nformatted sub/map.yaml\n2 files formatted, 2 unchanged\n")
    );
    assert_eq!(read(folder.path(), "a.alloy"), NEAT);
    assert_eq!(read(folder.path(), "sub/map.yaml"), config_map(NEAT));
    assert_eq!(read(folder.path(), "ignored/a.alloy"), UGLY);
    assert_eq!(read(folder.path(), "sub/other.yaml"), "a:    1\n");
    let again = fmt(folder.path(), &["."], "");
    assert_eq!((again.code, &*again.stderr), (0, "0 files formatted, 4 unchanged\n"));
    let names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 6, "nothing is left lying around: {names:?}");
}

#[test]
fn check_changes_nothing_and_fails() {
    let folder = folder(&[("a.alloy", UGLY.as_bytes()), ("b.alloy", NEAT.as_bytes())]);
    let ran = fmt(folder.path(), &["--check", "."], "");
    assert_eq!(
        (ran.code, &*ran.stdout, &*ran.stderr),
        (1, "", "would format a.alloy\n1 file to be formatted, 1 unchanged\n")
    );
    assert_eq!(read(folder.path(), "a.alloy"), UGLY);
    let ran = fmt(folder.path(), &["--check", "-q", "b.alloy"], "");
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (0, "", ""));
    let ran = fmt(folder.path(), &["--check", "-q", "-"], UGLY);
    assert_eq!((ran.code, &*ran.stdout), (1, ""));
}

#[test]
fn diff_shows_what_would_change_and_covers_secrets() {
    let program = "loki.write \"x\" {\nendpoint {\n  url = \"http://loki/push\"\n\tbasic_auth {\n\t\tpassword = \"opensesame\"\n\t}\n\t}\n}\n\n// 1\n// 2\n// 3\n// 4\nlogging { }";
    let folder = folder(&[("a.alloy", program.as_bytes())]);
    let ran = fmt(folder.path(), &["--diff", "-q", "a.alloy"], "");
    let expected = "\
--- a/a.alloy
+++ b/a.alloy
@@ -1,9 +1,10 @@
 loki.write \"x\" {
-endpoint {
-  url = \"http://loki/push\"
-\tbasic_auth {
-\t\tpassword = \"******\"
-\t}
+\tendpoint {
+\t\turl = \"http://loki/push\"
+
+\t\tbasic_auth {
+\t\t\tpassword = \"******\"
+\t\t}
 \t}
 }
 
@@ -11,4 +12,4 @@
 // 2
 // 3
 // 4
-logging { }
\\ No newline at end of file
+logging { }
";
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (0, expected, ""));
    assert_eq!(read(folder.path(), "a.alloy"), program);
    assert_eq!(fmt(folder.path(), &["--diff", "--check", "a.alloy"], "").code, 1);
    let ran = fmt(folder.path(), &["--diff", "-"], &config_map(UGLY));
    assert!(ran.stdout.contains("-    level=\"info\"\n+    \tlevel = \"info\"\n"), "{}", ran.stdout);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = folder(&[]);
    let ran = fmt(folder.path(), &["-"], UGLY);
    assert_eq!((ran.code, &*ran.stdout), (0, NEAT));
    let ran = fmt(folder.path(), &["-q", "-"], &config_map(UGLY));
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (0, &*config_map(NEAT), ""));
    assert_eq!(fmt(folder.path(), &["-"], "a:    1\n").stdout, "a:    1\n");
    let ran = fmt(folder.path(), &["-", "--stdin-filename", "x.alloy"], "a=1");
    assert_eq!(ran.stdout, "a = 1\n");
    let ran = fmt(folder.path(), &["-"], "logging {\n  level = \n}\n");
    assert_eq!((ran.code, &*ran.stdout), (2, ""), "half a text must not take its place");
    let error = "error: <stdin>:3: expected expression, got }; the file is left as it is\n";
    assert!(ran.stderr.starts_with(error), "{}", ran.stderr);
}

#[test]
fn broken_files_are_told_and_left_alone_while_others_are_formatted() {
    let broken = config_map("logging {\nlevel=\n}\n");
    let held = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a.alloy: logging { level=\"info\" }\n";
    let folder = folder(&[
        ("a.yaml", broken.as_bytes()),
        ("b.yaml", held.as_bytes()),
        ("c.alloy", UGLY.as_bytes()),
        ("d.yaml", b"a: [\n"),
    ]);
    let ran = fmt(folder.path(), &["-q", ".", "missing.alloy"], "");
    assert_eq!(ran.code, 2);
    let told: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(told[0], "error: missing.alloy: no such file or folder");
    assert_eq!(told[1], "error: a.yaml:9: expected expression, got }; the file is left as it is");
    assert_eq!(
        told[2],
        "error: b.yaml:5: a plain scalar cannot hold the formatted program; write it as a block: `|`"
    );
    assert!(told[3].starts_with("error: d.yaml:"), "{}", told[3]);
    assert_eq!(told.len(), 4, "{told:?}");
    assert_eq!(read(folder.path(), "a.yaml"), broken);
    assert_eq!(read(folder.path(), "b.yaml"), held);
    assert_eq!(read(folder.path(), "c.alloy"), NEAT);
    assert_eq!(fmt(folder.path(), &["--check", "."], "").code, 2, "errors beat what would change");
}

#[test]
fn nothing_given_is_bad_usage() {
    let folder = folder(&[]);
    let ran = fmt(folder.path(), &[], "");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("PATH|GLOB|-"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn links_stay_links_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder(&[("real/a.alloy", UGLY.as_bytes()), ("real/b.alloy", UGLY.as_bytes())]);
    let (file, link) = (folder.path().join("real/a.alloy"), folder.path().join("link.alloy"));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real/a.alloy", &link).unwrap();
    let locked = folder.path().join("real/b.alloy");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o440)).unwrap();
    let ran = fmt(folder.path(), &["-q", "link.alloy", "real/b.alloy"], "");
    assert_eq!(
        (ran.code, &*ran.stderr),
        (2, "error: real/b.alloy: the file may not be written to; change its permissions\n")
    );
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(read(folder.path(), "real/a.alloy"), NEAT);
    assert_eq!(read(folder.path(), "real/b.alloy"), UGLY);
}
