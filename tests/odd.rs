//! Names and files that nobody expects: what stands in names is shown and not obeyed, what may not be read is told, and what
//! lies outside of what was given is never read.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]
#![expect(clippy::disallowed_methods, reason = "the tests make odd files")]

mod program;

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use program::FORMS;
use program::folder;
use program::ran;
use program::run;
use serde_json::Value;

/// An input with a finding.
const MISSPELT: &[u8] = b"apiVersion: apps/v1\nkind: Deploymnet\nmetadata:\n  name: z\n";

/// An input that cannot be read.
const BROKEN: &[u8] = b"a: [b\n";

/// Parts of names that mean something to a terminal, a runner, a browser or a parser.
const NAMES: [&[u8]; 10] = [
    b"line\nend",
    b"return\rback",
    b"clear\x1b[2J\x1b]0;title\x07",
    b"c1\xc2\x9b31m",
    b"bidi\xe2\x80\xaetxt",
    b"\n::error file=x::injected",
    b"<script>alert(1)</script>&quot;",
    b"]]>\"'|`*_#",
    b"not\xff\xfeutf8",
    b"%0A::warning::y",
];

/// A folder with two files of each name.
fn named() -> tempfile::TempDir {
    let folder = folder(&[]);
    for (number, name) in NAMES.iter().enumerate() {
        for (kind, text) in [("bad", BROKEN), ("z", MISSPELT)] {
            let name = [kind.as_bytes(), name, format!("{number}.yaml").as_bytes()].concat();
            // A slash would be a folder.
            let name: Vec<u8> = name.into_iter().map(|byte| if byte == b'/' { b'!' } else { byte }).collect();
            fs::write(folder.path().join(OsStr::from_bytes(&name)), text).unwrap();
        }
    }
    folder
}

/// Whether a terminal would do something at that character, or show what follows elsewhere.
fn is_obeyed(character: char) -> bool {
    character != '\n' && character.is_control() || ('\u{202a}'..='\u{202e}').contains(&character)
}

#[test]
fn odd_names_are_shown_and_not_obeyed_in_every_format() {
    let folder = named();
    for form in FORMS {
        let ran = run(folder.path(), &["-v", "-o", form, "."], None);
        assert_eq!(ran.code, 2, "{form}: {}", ran.stderr);
        let text = &ran.stdout;
        // All ten are told, each in its own way.
        assert!(text.matches("Deploymnet").count() >= NAMES.len(), "{form}: {text}");
        assert!(!ran.stderr.contains(is_obeyed), "{form}: {:?}", ran.stderr);
        if ["json", "sarif", "gitlab"].contains(&form) {
            serde_json::from_str::<Value>(text).unwrap();
            assert!(!text.contains(is_obeyed) || form == "json", "{form}");
            assert!(!text.contains(|c: char| c != '\n' && c.is_ascii_control()), "{form}");
            continue;
        }
        assert!(
            !text.contains(is_obeyed),
            "{form}: {:?}",
            text.lines().find(|line| line.contains(is_obeyed))
        );
        if form != "github" {
            assert!(!text.lines().any(|line| line.starts_with("::")), "{form}: {text}");
        }
        assert!(!text.lines().any(|line| line.starts_with("::error file=x::injected")), "{form}: {text}");
        if ["html", "junit", "checkstyle", "markdown"].contains(&form) {
            assert!(!text.contains("<script>alert(1)"), "{form}");
        }
    }
    let report = run(folder.path(), &["-o", "json", "."], None).report();
    let mut paths: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "unknown-kind")
        .map(|finding| finding["location"]["path"].as_str().unwrap())
        .collect();
    paths.sort_unstable();
    assert_eq!(paths.len(), NAMES.len(), "{paths:?}");
    assert!(paths.contains(&"zline\nend0.yaml"), "programs get the name as it is: {paths:?}");
}

#[test]
fn odd_names_are_shown_and_not_obeyed_by_every_command() {
    let folder = named();
    for (number, name) in NAMES.iter().enumerate() {
        let name = [name, format!("{number}.alloy").as_bytes()].concat();
        let name: Vec<u8> = name.into_iter().map(|byte| if byte == b'/' { b'!' } else { byte }).collect();
        let text = b"loki.source.journal   \"j\" { forward_to = [loki.write.w.receiver] }\nloki.write \"w\" { endpoint { url = \"https://x.example.net\" } }\n";
        fs::write(folder.path().join(OsStr::from_bytes(&name)), text).unwrap();
    }
    for words in [
        &["fmt", "--check", "--diff", "."][..],
        &["fix", "--diff", "-v", "."],
        &["graph", "."],
        &["graph", "-o", "dot", "."],
        &["graph", "-o", "mermaid", "."],
        &["config", "show"],
        &["explain", "--value", "limits.ingestion_rate", "."],
        &["check", "--write-baseline", "-", "."],
        &["merge", "."],
    ] {
        let ran = run(folder.path(), words, None);
        for text in [&ran.stdout, &ran.stderr] {
            // Programs are indented with tabs.
            let line = text.lines().find(|line| line.replace('\t', "").contains(is_obeyed));
            assert!(line.is_none(), "{words:?}: {line:?}");
            assert!(!text.lines().any(|line| line.starts_with("::")), "{words:?}: {text}");
        }
        assert!(!ran.stderr.contains("panicked"), "{words:?}: {}", ran.stderr);
        // A picture opened in a browser, and Markdown, obey markup.
        assert!(words[0] != "graph" || words[1] == "-o" || !ran.stdout.contains("<script>"), "{words:?}");
    }
    // A name that is no text cannot be written to, which is told; all others are mended.
    let formatted = run(folder.path(), &["fmt", "."], None);
    assert_eq!(formatted.code, 2);
    for (number, name) in NAMES.iter().enumerate() {
        let name = [name, format!("{number}.alloy").as_bytes()].concat();
        let name: Vec<u8> = name.into_iter().map(|byte| if byte == b'/' { b'!' } else { byte }).collect();
        let text = fs::read_to_string(folder.path().join(OsStr::from_bytes(&name))).unwrap();
        let is_text = std::str::from_utf8(&name).is_ok();
        assert_eq!(text.starts_with("loki.source.journal \"j\" {"), is_text, "{name:?}: {text}");
    }
    assert!(formatted.stderr.contains("error: not\u{fffd}\u{fffd}utf88.alloy: "), "{}", formatted.stderr);
}

#[test]
fn what_this_user_may_not_read_is_told_and_the_rest_is_read() {
    let folder = folder(&[("closed/a.yaml", MISSPELT), ("b.yaml", MISSPELT), ("c.yaml", MISSPELT)]);
    let Some(mut command) = program::command_of_nobody(folder.path(), &["-o", "json", "."]) else {
        let _ = writeln!(std::io::stderr(), "not run: `setpriv` is not there, and root may read everything");
        return;
    };
    let mode = |name: &str, mode| {
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("", 0o755);
    mode("closed", 0);
    mode("b.yaml", 0);
    let found = ran(&mut command);
    mode("closed", 0o755);
    assert_eq!((found.code, found.findings("unknown-kind").len()), (2, 1), "{}", found.stderr);
    let told = "no permission to read it; make it readable for this user";
    assert_eq!(found.errors(), [format!("b.yaml: {told}"), format!("closed: {told}")]);
}

#[test]
fn links_that_lead_round_and_round_are_not_followed() {
    let folder = folder(&[("in/a.yaml", MISSPELT)]);
    let path = folder.path();
    symlink(".", path.join("in/self")).unwrap();
    symlink("..", path.join("in/up")).unwrap();
    symlink("two", path.join("in/one")).unwrap();
    symlink("one", path.join("in/two")).unwrap();
    symlink("two.yaml", path.join("in/one.yaml")).unwrap();
    symlink("one.yaml", path.join("in/two.yaml")).unwrap();
    for words in [
        &["-o", "json", "in"][..],
        &["-o", "json", "in/**/*.yaml"],
        &["-o", "json", "in", "in/self", "in/up/in"],
    ] {
        let found = run(path, words, None);
        assert_eq!((found.code, found.findings("unknown-kind").len()), (2, 1), "{words:?}: {}", found.stderr);
        let told = "the link leads back to itself; make it point at a file";
        assert!(found.errors().contains(&format!("in/one.yaml: {told}")), "{:?}", found.errors());
    }
}

#[test]
fn folder_named_like_a_file_is_a_folder_and_a_file_named_like_a_folder_is_none() {
    let folder = folder(&[("in/a.yaml/b.yaml", MISSPELT), ("in/c", MISSPELT)]);
    let found = run(folder.path(), &["-o", "json", "in"], None);
    assert_eq!((found.code, found.findings("unknown-kind").len()), (1, 1));
    assert_eq!(found.passed_over(), ["in/c: not a YAML, JSON, Alloy or INI file"]);
    let found = run(folder.path(), &["-o", "json", "in/c/"], None);
    assert_eq!(found.code, 2);
    assert_eq!(found.errors().len(), 1, "{:?}", found.errors());
    let written = run(folder.path(), &["-o", "json=in/a.yaml", "in"], None);
    assert_eq!(written.code, 2);
    assert!(written.stderr.contains("cannot write to in/a.yaml"), "{}", written.stderr);
}

/// A program that reads that file, beside a file outside of what is given that would tell where logs go.
fn escapes(filename: &str) -> String {
    format!(
        "local.file \"own\" {{\n  filename = \"{filename}\"\n}}\n\
         import.file \"lib\" {{\n  filename = \"{filename}\"\n}}\n\
         loki.source.journal \"j\" {{\n  forward_to = [loki.write.out.receiver]\n}}\n\
         loki.write \"out\" {{\n  endpoint {{\n    url = local.file.own.content\n  }}\n}}\n"
    )
}

#[test]
fn files_outside_of_what_was_given_are_never_read_by_programs() {
    let folder = folder(&[("outside.txt", b"https://canary.example.net/push"), ("in/sub/own.txt", b"x")]);
    let absolute = folder.path().join("outside.txt").display().to_string();
    let deep = format!("{}{}", "../".repeat(40), absolute.trim_start_matches('/'));
    symlink("../../outside.txt", folder.path().join("in/sub/link.txt")).unwrap();
    for filename in [
        &absolute,
        &deep,
        "../outside.txt",
        "../../outside.txt",
        "sub/../../outside.txt",
        "link.txt",
        "/etc/hostname",
        "/proc/self/environ",
    ] {
        let program = escapes(filename);
        program::write(folder.path(), "in/sub/config.alloy", program.as_bytes());
        let found = run(folder.path(), &["-o", "json", "in"], None);
        assert!(!found.stdout.contains("canary"), "{filename}: {}", found.stdout);
        assert_ne!(found.code, 0, "{filename}: what is not known is not well");
        for finding in found.findings("logs-leave-workload") {
            let message = finding["message"].as_str().unwrap();
            assert!(message.starts_with("cannot be decided: "), "{filename}: {message}");
        }
    }
}

#[test]
fn paths_of_mounts_lead_nowhere_outside_of_their_volume() {
    let folder = folder(&[("outside.txt", b"https://canary.example.net/push")]);
    let absolute = folder.path().join("outside.txt").display().to_string();
    for (key, path, sub, filename) in [
        ("config.alloy", "../../outside.txt", "", "/etc/alloy/../../outside.txt"),
        ("config.alloy", &*absolute, "", &*absolute),
        ("config.alloy", "config.alloy", "../../../..", &*absolute),
        ("../../outside.txt", "config.alloy", "", "/etc/alloy/outside.txt"),
    ] {
        let text = |text: &str| serde_json::to_string(text).unwrap();
        let sub = if sub.is_empty() { String::new() } else { format!(", subPath: {}", text(sub)) };
        let program = program::indented(&escapes(filename), 4);
        let stack = format!(
            "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: alloy, namespace: alloy}}\nspec:\n  template:\n    spec:\n      \
             containers:\n        - name: alloy\n          image: grafana/alloy:v1.7.5\n          args: [run, /etc/alloy/config.alloy]\n          \
             volumeMounts:\n            - {{name: config, mountPath: /etc/alloy{sub}}}\n            - {{name: host, mountPath: /host}}\n      \
             volumes:\n        - name: config\n          configMap:\n            name: alloy-config\n            items: [{{key: {}, path: {}}}, {{key: config.alloy, path: config.alloy}}]\n        \
             - {{name: host, hostPath: {{path: /}}}}\n---\n\
             apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: alloy-config, namespace: alloy}}\ndata:\n  config.alloy: |\n{program}",
            text(key),
            text(path)
        );
        program::write(folder.path(), "in/stack.yaml", stack.as_bytes());
        let found = run(folder.path(), &["-o", "json", "in"], None);
        assert!(!found.stdout.contains("canary"), "{path}: {}", found.stdout);
        assert_ne!(found.code, 0, "{path}: what is not known is not well");
    }
}

/// What a change may bring in its own settings.
#[test]
fn settings_among_the_inputs_bring_no_rules_that_run_and_read_no_file() {
    let folder = folder(&[("outside/rules/own.yaml", b"id: own\n"), ("in/a.yaml", MISSPELT)]);
    symlink(Path::new("../outside/rules"), folder.path().join("in/rules")).unwrap();
    for settings in ["version: 1\nrules: [rules]\n", "version: 1\nrules: [../outside/rules]\n"] {
        program::write(folder.path(), "in/ptd-lint.yaml", settings.as_bytes());
        let found = run(folder.path(), &["-o", "json", "in"], None);
        assert_eq!((found.code, found.findings("unknown-kind").len()), (2, 1), "{}", found.stdout);
        assert!(!found.stdout.contains("outside/rules/own.yaml"), "{}", found.stdout);
    }
}
