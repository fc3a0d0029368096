//! What stays and what changes in files that hold programs.

use std::ffi::OsStr;
use std::path::Path;
use std::path::PathBuf;

use proptest::prelude::*;

use super::format_file;
use crate::document::alloy;
use crate::tests::not_run;
use crate::tests::random_program;

/// A program that is not formatted, and formatted.
const UGLY: &str = "logging {\nlevel=\"info\"\n  format = \"logfmt\" // why\n}";
const NEAT: &str = "logging {\n\tlevel  = \"info\"\n\tformat = \"logfmt\" // why\n}";

/// The text after formatting, and the faults.
fn run(path: &str, text: &str) -> (String, Vec<String>) {
    let done = format_file(path, &text.into());
    let after = done.after.map_or_else(|| text.to_owned(), |after| after.text.to_string());
    (after, done.faults.into_iter().map(|fault| format!("{}: {}", fault.line, fault.message)).collect())
}

/// Formats a text without faults, and once more to no effect.
fn good(path: &str, text: &str) -> String {
    let (after, faults) = run(path, text);
    assert_eq!(faults, [""; 0], "{text}");
    assert_eq!(run(path, &after), (after.clone(), Vec::new()));
    after
}

/// `text` with `indentation` before each line that is not empty.
fn indented(text: &str, indentation: &str, line_end: &str) -> String {
    let line = |line: &str| if line.is_empty() { String::new() } else { format!("{indentation}{line}") };
    text.split('\n').map(line).collect::<Vec<_>>().join(line_end)
}

#[test]
fn program_of_its_own_is_formatted_whole() {
    assert_eq!(good("a.alloy", &format!("\n\n{UGLY}\n\n\n")), format!("{NEAT}\n"));
    assert_eq!(good("-", UGLY), format!("{NEAT}\n"));
}

#[test]
fn block_scalars_keep_their_headers_indentation_and_surroundings() {
    for (header, indentation, tail) in [
        ("|", "    ", "\n"),
        ("|-", "    ", "\n"),
        ("|+", "   ", "\n\n\n"),
        ("|2", "    ", "\n"),
        ("|  # c", "      ", "\n   \n"),
        ("&a |1-", "   ", "\n"),
        ("!!str |", "        ", ""),
    ] {
        let file = |program: &str| {
            let program = indented(program, indentation, "\n");
            // An unusual layout around it.
            let end = if tail.is_empty() { "" } else { "  other:   'x'  # c\n---\n# end\n...\n" };
            format!(
                "# c\nkind:   ConfigMap\napiVersion: v1\nmetadata: {{ name: x }}\ndata:\n  config.alloy:  {header}\n{program}{tail}{end}"
            )
        };
        assert_eq!(good("a.yaml", &file(UGLY)), file(NEAT));
    }
}

#[test]
fn blank_lines_at_the_start_of_a_block_go_and_those_at_its_end_stay() {
    let file = |start: &str, program: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata:\n  a.alloy: |+\n{start}{}\n\n\nx: 1\n",
            indented(program, "    ", "\n")
        )
    };
    assert_eq!(good("a.yaml", &file("\n    \n", UGLY)), file("", NEAT));
}

#[test]
fn windows_line_ends_and_byte_order_mark_stay() {
    let file = |program: &str| {
        let program = indented(program, "      ", "\r\n");
        format!(
            "\u{feff}apiVersion: v1\r\nkind: ConfigMap\r\nmetadata: {{name: x}}\r\ndata:\r\n  a.alloy: |\r\n{program}\r\n"
        )
    };
    assert_eq!(good("a.yaml", &file(UGLY)), file(NEAT));
}

#[test]
fn program_in_values_in_a_chart_is_found() {
    let file = |program: &str| {
        let program = indented(program, "          ", "\n");
        format!(
            "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata:\n  name: alloy\nspec:\n  chart: alloy\n  valuesContent: |-\n    alloy:\n      # c  \n      configMap:\n        content: |\n{program}\n    \n      x:   1\n"
        )
    };
    assert_eq!(good("a.yaml", &file(UGLY)), file(NEAT));
    let values = |program: &str| {
        format!("alloy:\n  configMap:\n    content: |\n{}\n", indented(program, "      ", "\n"))
    };
    assert_eq!(good("values.yaml", &values(UGLY)), values(NEAT));
}

#[test]
fn double_quotes_and_json_keep_their_quotes() {
    let quoted = |program: &str| serde_json::Value::from(format!("{program}\n")).to_string();
    let yaml = |program: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata: {{'a.alloy':   {}}} # c\n",
            quoted(program)
        )
    };
    assert_eq!(good("a.yaml", &yaml(UGLY)), yaml(NEAT));
    let json = |program: &str| {
        format!(
            "{{ \"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {{\"name\": \"x\"}},\n \"data\":{{\"a.alloy\" :{} }} }}",
            quoted(program)
        )
    };
    assert_eq!(good("a.json", &json(UGLY)), json(NEAT));
    let chart = |program: &str| {
        let values = format!("alloy:\n  configMap:\n    content: |\n{}\n", indented(program, "      ", "\n"));
        let values = serde_json::Value::from(values);
        format!(
            "{{\"apiVersion\":\"helm.cattle.io/v1\",\"kind\":\"HelmChart\",\"metadata\":{{\"name\":\"alloy\"}},\"spec\":{{\"chart\":\"alloy\",\"valuesContent\":{values}}}}}\n"
        )
    };
    assert_eq!(good("a.json", &chart(UGLY)), chart(NEAT));
}

#[test]
fn folded_line_ends_at_the_edges_of_a_string_go() {
    let file = |value: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata:\n  a.alloy: {value}\n")
    };
    let neat = file("\"logging { }\"");
    for ugly in [
        "\"\n\n\n  logging {}\"",
        "\"\n  logging {}\"",
        "\"\\\n\n  logging {}\"",
        "\"  logging {}  \"",
        "\"logging {}\\\n  \"",
    ] {
        assert_eq!(good("a.yaml", &file(ugly)), neat, "{ugly}");
    }
    assert_eq!(good("a.yaml", &file("'\n\n\n  logging {}'")), file("'logging { }'"));
}

#[test]
fn folded_block_stays_folded() {
    let ugly = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a.alloy: >\n    logging {\n\n    level=\"info\"\n\n\n    }\n    // c\n";
    let neat = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a.alloy: >\n    logging {\n    \tlevel = \"info\"\n    } // c\n";
    assert_eq!(good("a.yaml", ugly), neat);
}

#[test]
fn scalar_that_cannot_hold_the_result_is_told_and_the_others_are_formatted() {
    let file = |program: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata:\n  a.alloy: logging {{ level=\"info\" }}\n  b.alloy: 'logging {{ level=\"info\" }}'\n  c.alloy: |\n{}\n  d.alloy: logging    {{}}\n",
            indented(program, "    ", "\n")
        )
    };
    let (after, faults) = run("a.yaml", &file(UGLY));
    assert_eq!(after, file(NEAT).replace("logging    {}", "logging { }"));
    assert_eq!(
        faults,
        [
            "5: a plain scalar cannot hold the formatted program; write it as a block: `|`",
            "6: a single-quoted string cannot hold the formatted program; write it as a block: `|`",
        ]
    );
}

#[test]
fn encoded_program_is_told_where_it_is_not_formatted() {
    let file = "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata:\n  a.alloy: bG9nZ2luZyB7CmxldmVsPSJpbmZvIgp9Cg==\n";
    let (after, faults) = run("a.yaml", file);
    assert_eq!(after, file);
    assert_eq!(
        faults,
        ["5: `data.a.alloy` is not formatted, since it is encoded; format what it is made from"]
    );
}

#[test]
fn text_behind_an_alias_is_formatted_once() {
    let file = |program: &str| {
        let program = indented(program, "    ", "\n");
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata:\n  a.alloy: &a |\n{program}\n  b.alloy: *a\n"
        )
    };
    assert_eq!(good("a.yaml", &file(UGLY)), file(NEAT));
}

#[test]
fn file_with_a_syntax_error_is_left_alone() {
    let file = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata:\n  a.alloy: |\n    a = \n    }}\n  b.alloy: |\n{}\n",
        indented(UGLY, "    ", "\n")
    );
    let (after, faults) = run("a.yaml", &file);
    assert_eq!(after, file);
    assert_eq!(faults, ["7: expected expression, got }; the file is left as it is"]);
    let (_, faults) = run(
        "a.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a.alloy: |\n    logging {\n    }\n\tb: c\n",
    );
    assert_eq!(faults.len(), 1);
}

#[test]
fn yaml_in_a_string_of_a_program_is_no_reason_to_leave_it() {
    let ugly = "prometheus.exporter.blackbox \"x\" {\nconfig = \"{\"\n}\n";
    let neat = "prometheus.exporter.blackbox \"x\" {\n\tconfig = \"{\"\n}\n";
    assert_eq!(good("a.alloy", ugly), neat);
}

#[test]
fn file_without_programs_stays() {
    for text in [
        "a:   1\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata:\n  x:  |\n     y   \n",
        "{}",
        "kind: Deployment\nspec: {}",
    ] {
        assert_eq!(good("a.yaml", text), text);
    }
}

/// Files below a folder, by path.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

#[test]
#[expect(clippy::disallowed_methods, reason = "reads the shared corpus where it is there")]
fn corpus_is_formatted_for_good_but_for_programs_with_errors() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let (mut read, mut changed, mut left) = (0, 0, 0);
    for path in files_below(&folder) {
        let wanted = ["alloy", "yaml", "yml", "json"].map(OsStr::new);
        let Some(text) =
            path.extension().filter(|found| wanted.contains(found)).map(|_| std::fs::read_to_string(&path))
        else {
            continue;
        };
        let Ok(text) = text else { continue };
        read += 1;
        let (after, faults) = run(&path.to_string_lossy(), &text);
        let is_syntax = |fault: &String| fault.ends_with("the file is left as it is");
        assert!(faults.iter().all(is_syntax), "{}: {faults:?}", path.display());
        left += faults.len();
        if after != text {
            changed += 1;
            assert_eq!(
                run(&path.to_string_lossy(), &after),
                (after.clone(), Vec::new()),
                "{}",
                path.display()
            );
        }
    }
    if read == 0 {
        return not_run("../shared/corpus");
    }
    println!("{read} files: {changed} formatted, {left} left for their errors");
    assert!(changed > 50);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn random_programs_are_formatted_in_all_styles(
        seed: u64,
        header in "(\\||\\|-|\\|\\+|>|>-)",
        width in 1..5_usize,
        windows: bool,
        quoted: bool,
    ) {
        // A program starts like one, so that it is found in a ConfigMap.
        let program = format!("logging {{}}\n{}", random_program(seed, 2, 2)).replace('\r', "");
        let line_end = if windows { "\r\n" } else { "\n" };
        let value = if quoted {
            serde_json::Value::from(&*program).to_string()
        } else {
            let mut lines = program.trim_end().split('\n').map(str::to_owned).collect::<Vec<_>>();
            if header.starts_with('>') {
                // Each line end doubled stays one.
                let all = lines.join("\n");
                lines = all.split('\n').flat_map(|line| [line.to_owned(), String::new()]).collect();
            }
            format!("{header}\n{}", indented(&lines.join("\n"), &" ".repeat(2 + width), "\n"))
        };
        let file = format!("apiVersion: v1\nkind: ConfigMap # c\nmetadata: {{name: x}}\ndata:\n  a.alloy: {value}\n").replace('\n', line_end);
        let done = format_file("a.yaml", &file.as_str().into());
        let documents = &done.before.files[0].documents;
        prop_assert_eq!(documents.len(), 2, "{}", file);
        let document = &documents[1];
        prop_assume!(document.alloy().is_some_and(|file| file.errors.is_empty()));
        prop_assert_eq!(&done.faults, &[], "{}", file);
        let before = document.text.clone();
        if let Some(after) = done.after {
            let inner = &after.documents.files[0].documents[1].text;
            let formatted = alloy::format(inner).unwrap();
            prop_assert_eq!(formatted.trim_end(), inner.trim_end());
            prop_assert_eq!(alloy::format(&before).unwrap(), formatted);
            prop_assert!(format_file("a.yaml", &after.text).after.is_none(), "{}", after.text);
        }
    }
}
