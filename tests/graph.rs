//! Runs `ptd-lint graph` and `-o html` on a small stack, and holds the pictures to what they were.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]
#![expect(clippy::disallowed_methods, reason = "the tests look at what the program wrote")]

mod program;

use std::path::Path;

use program::folder;
use program::run;
use tempfile::TempDir;

/// One source, one step, and a writer with an endpoint inside and one outside. The password is nobody's business.
const PROGRAM: &str = r#"loki.source.kubernetes_events "all" {
  forward_to = [loki.process.all.receiver]
}

loki.process "all" {
  forward_to = [loki.write.out.receiver]
}

loki.write "out" {
  endpoint {
    url = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push"
  }
  endpoint {
    url = "https://me:hunter2@logs.example.net/push"

    basic_auth {
      username = "me"
      password = "hunter2"
    }
  }
}
"#;

fn stack() -> TempDir {
    folder(&[("stack/a.alloy", PROGRAM.as_bytes())])
}

/// Holds a text to a file beside this one; `UPDATE=1` writes it.
fn holds(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/graph").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, known, "{name}: UPDATE=1 writes it, if it is meant");
}

#[test]
fn a_small_stack_is_drawn_as_ever() {
    let folder = stack();
    for (format, name) in [("svg", "small.svg"), ("dot", "small.dot"), ("mermaid", "small.mmd")] {
        let ran = run(folder.path(), &["graph", "-o", format, "stack"], None);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        assert!(!ran.stdout.contains("hunter2"), "{format}");
        holds(name, &ran.stdout);
    }
}

#[test]
fn several_pictures_of_one_run_go_to_their_files() {
    let folder = stack();
    let words =
        ["graph", "-o", "svg=a.svg", "-o", "dot=a.dot", "--output-file", "a.mmd", "-o", "mermaid", "stack"];
    let ran = run(folder.path(), &words, None);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
    for (name, start) in [("a.svg", "<svg "), ("a.dot", "digraph "), ("a.mmd", "flowchart LR")] {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(text.starts_with(start), "{name}");
    }
    let ran = run(folder.path(), &["graph", "-o", "svg", "-o", "dot", "stack"], None);
    assert!(ran.code == 2 && ran.stderr.contains("cannot share standard output"), "{}", ran.stderr);
    let ran = run(folder.path(), &["graph", "-o", "png", "stack"], None);
    assert!(ran.code == 2 && ran.stderr.contains("known formats: svg, dot, mermaid"), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_drawn() {
    let folder = stack();
    program::write(folder.path(), "stack/b.alloy", b"loki.write {");
    let ran = run(folder.path(), &["graph", "-o", "dot", "stack"], None);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("stack/b.alloy"), "{}", ran.stderr);
    assert!(ran.stdout.contains("loki.write.out"));
}

#[test]
fn an_input_without_collectors_has_nothing_to_draw() {
    let folder = folder(&[("a.yaml", b"a: 1\n")]);
    let ran = run(folder.path(), &["graph", "a.yaml"], None);
    assert_eq!(ran.code, 0);
    assert_eq!(ran.stderr, "nothing to draw: no collector is in the input\n");
    assert!(ran.stdout.starts_with("<svg "));
}

#[test]
fn settings_decide_what_is_allowed() {
    let folder = stack();
    let settings = "version: 1\nallowed:\n  - destination: logs.example.net\n    reason: ours\n";
    program::write(folder.path(), "ptd-lint.yaml", settings.as_bytes());
    let ran = run(folder.path(), &["graph", "-o", "mermaid", "stack"], None);
    assert!(!ran.stdout.contains("leaks"), "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("Allowed by the settings"), "{}", ran.stdout);
}

#[test]
fn a_leak_that_the_baseline_of_the_settings_lists_is_drawn_as_accepted() {
    let folder = stack();
    program::write(folder.path(), "ptd-lint.yaml", b"version: 1\nbaseline: base.yaml\n");
    let wrote = run(folder.path(), &["check", "--write-baseline", "base.yaml", "stack"], None);
    assert_eq!(wrote.code, 0, "{}", wrote.stderr);
    let ran = run(folder.path(), &["graph", "-o", "mermaid", "stack"], None);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains("logs: leaks, accepted"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("logs: leaks\""), "{}", ran.stdout);
    // Settings among the inputs name none.
    program::write(folder.path(), "stack/ptd-lint.yaml", b"version: 1\nbaseline: ../base.yaml\n");
    std::fs::remove_file(folder.path().join("ptd-lint.yaml")).unwrap();
    let ran = run(folder.path(), &["graph", "-o", "mermaid", "stack"], None);
    assert!(!ran.stdout.contains("accepted"), "{}", ran.stdout);
    std::fs::remove_file(folder.path().join("stack/ptd-lint.yaml")).unwrap();
    program::write(folder.path(), "ptd-lint.yaml", b"version: 1\nbaseline: base.yaml\n");
    // One that is not there is an error, as in a check.
    std::fs::remove_file(folder.path().join("base.yaml")).unwrap();
    let ran = run(folder.path(), &["graph", "-o", "mermaid", "stack"], None);
    assert!(ran.code == 2 && ran.stderr.contains("base.yaml"), "{}", ran.stderr);
}

#[test]
fn a_picture_that_code_hosts_do_not_draw_is_told() {
    let source = |index: usize| {
        format!(
            "loki.source.kubernetes_events \"s{index}\" {{\n  forward_to = [loki.write.out.receiver]\n}}\n"
        )
    };
    let write = "loki.write \"out\" {\n  endpoint {\n    url = \"http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push\"\n  }\n}\n";
    let text: String = (0..500).map(source).chain([write.to_owned()]).collect();
    let folder = folder(&[("a.alloy", text.as_bytes())]);
    let ran = run(folder.path(), &["graph", "-o", "mermaid", "a.alloy"], None);
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.starts_with("the Mermaid picture has 501 edges and "), "{}", ran.stderr);
    assert!(ran.stderr.contains("`-o svg` and `-o dot`") && ran.stdout.starts_with("flowchart LR"));
    let ran = run(folder.path(), &["graph", "-q", "-o", "mermaid", "a.alloy"], None);
    assert_eq!(ran.stderr, "");
    let ran = run(folder.path(), &["graph", "-o", "dot", "a.alloy"], None);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[test]
fn a_page_has_the_leak_and_its_line_and_no_secret() {
    let folder = stack();
    let ran = run(folder.path(), &["check", "-o", "html", "stack"], None);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    for wanted in [
        "class=\"edge logs leaks\"",
        "stack/a.alloy:14:12",
        "logs-leave-workload",
        "<mark class=\"primary\">",
    ] {
        assert!(ran.stdout.contains(wanted), "{wanted}");
    }
    assert!(!ran.stdout.contains("hunter2"));
    let again = run(folder.path(), &["check", "--threads", "1", "-o", "html", "stack"], None);
    assert_eq!(ran.stdout, again.stdout);
}

#[test]
fn joined_reports_have_a_page_too() {
    let folder = stack();
    assert_eq!(run(folder.path(), &["check", "-o", "json=a.json", "stack"], None).code, 1);
    let ran = run(folder.path(), &["merge", "-o", "html", "a.json"], None);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stdout.contains("logs-leave-workload") && !ran.stdout.contains("<svg"));
}
