//! Completions and manual pages that the real program prints, loaded by the programs that they are for.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]
#![expect(clippy::print_stderr, reason = "what is not tested is said")]

mod program;

use std::path::Path;
use std::process::Command;

use program::folder;
use program::run;
use program::write;

/// What a program prints, or `None` where it is not installed, which is said.
fn output_of(program: &str, arguments: &[&str], folder: &Path) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the tests start programs")]
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let Ok(output) = output else {
        eprintln!("{program} is not there: its completions were not loaded");
        return None;
    };
    assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{program} {arguments:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

fn completions(shell: &str) -> tempfile::TempDir {
    let folder = folder(&[]);
    let ran = run(folder.path(), &["completions", shell], None);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{shell}");
    write(folder.path(), "completions", ran.stdout.as_bytes());
    folder
}

#[test]
fn every_shell_gets_the_words_of_the_program() {
    for shell in ["bash", "elvish", "fish", "nushell", "powershell", "zsh"] {
        let folder = completions(shell);
        let ran = run(folder.path(), &["completions", shell], None);
        // clap completes no values in Elvish and PowerShell.
        let values = !matches!(shell, "elvish" | "powershell");
        for (word, is_value) in
            [("live-rbac", false), ("stdin-filename", false), ("logs-leave-workload", true)]
        {
            assert!(ran.stdout.contains(word) || is_value && !values, "{shell} does not know {word}");
        }
    }
    let ran = run(folder(&[]).path(), &["completions", "tcsh"], None);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("bash"), "{}", ran.stderr);
}

#[test]
fn bash_completes() {
    let folder = completions("bash");
    let complete = |line: &str| -> Option<Vec<String>> {
        let words: Vec<&str> = line.split(' ').collect();
        let script = format!(
            "source completions; COMP_WORDS=({}); COMP_CWORD={}; \"$(complete -p ptd-lint | sed 's/.*-F \\([^ ]*\\).*/\\1/')\" ptd-lint '{}' '{}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" "),
            words.len() - 1,
            words.last().unwrap(),
            words[words.len() - 2],
        );
        let printed = output_of("bash", &["--norc", "-c", &script], folder.path())?;
        Some(printed.lines().map(str::to_owned).collect())
    };
    for (line, offered) in [
        ("ptd-lint live", &["live-rbac"][..]),
        ("ptd-lint --prob", &["--probe"]),
        ("ptd-lint --fail-on ", &["error", "warning", "info"]),
        ("ptd-lint check --select logs-leave-w", &["logs-leave-workload"]),
        ("ptd-lint explain logs-leave-w", &["logs-leave-workload"]),
        ("ptd-lint completions po", &["powershell"]),
        ("ptd-lint generate --cl", &["--cloud"]),
    ] {
        let Some(replies) = complete(line) else { return };
        for word in offered {
            assert!(replies.iter().any(|reply| reply == word), "{line}: {replies:?}");
        }
        assert!(replies.len() < 12, "{line}: {replies:?}");
    }
}

#[test]
fn fish_completes_and_zsh_loads() {
    let folder = completions("fish");
    let complete = |line: &str| {
        output_of(
            "fish",
            &["--no-config", "-c", &format!("source completions; complete -C '{line}'")],
            folder.path(),
        )
    };
    if let Some(replies) = complete("ptd-lint check --fail-on ") {
        assert!(replies.contains("warning\tAlso deviations"), "{replies}");
        let replies = complete("ptd-lint check --select logs-leave-").unwrap();
        assert!(replies.starts_with("logs-leave-"), "{replies}");
    }
    let folder = completions("zsh");
    output_of("zsh", &["-f", "-n", "completions"], folder.path());
}

#[test]
fn pages_are_written_for_each_subcommand() {
    let folder = folder(&[]);
    let ran = run(folder.path(), &["man", "--out", "share/man1"], None);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
    let pages = std::fs::read_dir(folder.path().join("share/man1")).unwrap();
    let mut names: Vec<String> = pages.map(|page| page.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    for name in ["ptd-lint-check.1", "ptd-lint-generate.1", "ptd-lint-live-rbac.1", "ptd-lint.1"] {
        assert!(names.iter().any(|own| own == name), "{names:?}");
    }
    assert!(!names.iter().any(|name| name.contains("help")), "{names:?}");
    for name in &names {
        let file = format!("share/man1/{name}");
        let arguments = ["--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", &file];
        output_of("man", &arguments, folder.path());
        // `-W warning`: dates are left out, since a program does not know its own.
        let lint = output_of("mandoc", &["-T", "lint", "-W", "error", &file], folder.path());
        assert_eq!(lint.unwrap_or_default(), "");
    }
    let ran = run(folder.path(), &["man"], None);
    assert!(ran.stdout.contains(".TH ptd-lint 1"), "{}", ran.stdout);
    assert_eq!(ran.code, 0);
    let ran = run(folder.path(), &["man", "--out", "share/man1/ptd-lint.1"], None);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("cannot write to share/man1/ptd-lint.1"), "{}", ran.stderr);
}
