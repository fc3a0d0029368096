//! Bad input of every kind: a clear message with place and remedy, the rest still checked, exit code 2, never a hang.

mod program;

use std::fmt::Write as _;
use std::time::Duration;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use program::Ran;
use program::check;
use program::folder;
use program::run;

/// A file beside the bad one that has a finding of its own: it must be found however bad the other is.
const BESIDE: (&str, &[u8]) = ("z.yaml", b"apiVersion: apps/v1\nkind: Deploymnet\nmetadata:\n  name: z\n");

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: b\n";

const HELM_CHART: &str = "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata:\n  name: alloy\n  namespace: kube-system\nspec:\n  chart: alloy\n";

/// Runs over a bad file and a good one: the good one must be judged, the run must be incomplete.
fn beside(name: &str, content: &[u8]) -> Ran {
    let found = check(&[(name, content), BESIDE]);
    assert_eq!((found.code, found.stderr.as_str()), (2, ""), "{name}");
    assert_eq!(found.findings("unknown-kind").len(), 1, "{name}: {}", found.stdout);
    found
}

/// The errors of a bad YAML file called `a.yaml`.
fn errors(content: &str) -> Vec<String> {
    beside("a.yaml", content.as_bytes()).errors()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of cases")]
fn object_that_cannot_be_read_is_named_with_its_line_and_a_remedy() {
    let not_utf8 = STANDARD.encode(b"\xff\xfe\x00");
    let cases: &[(String, &[&str])] = &[
        (
            format!("{CONFIG_MAP}data: text\n"),
            &[
                "a.yaml:6: `data` of ConfigMap b/a is not a mapping of keys to texts: write each key on its own line below it: `config.alloy: |`",
            ],
        ),
        (
            format!("{CONFIG_MAP}data:\n- text\n"),
            &[
                "a.yaml:7: `data` of ConfigMap b/a is not a mapping of keys to texts: write each key on its own line below it: `config.alloy: |`",
            ],
        ),
        (
            format!("{CONFIG_MAP}data:\n  config.alloy:\n    logging: {{}}\n"),
            &[
                "a.yaml:7: `data.config.alloy` of ConfigMap b/a is not text: write `|` after the key: each value is a text",
            ],
        ),
        (
            format!("{CONFIG_MAP}data:\n  a: b\n  a: c\n"),
            &[
                "a.yaml:8: the key `a` is written twice in this mapping: remove one of them: the last one counts, the first is dropped in silence",
            ],
        ),
        (
            format!("{CONFIG_MAP}binaryData:\n  config.alloy: not base64!\n"),
            &[
                "a.yaml:7: `binaryData.config.alloy` is not base64: encode the text of the file, or put it as it is under `stringData` or `data`",
            ],
        ),
        (
            format!("{CONFIG_MAP}data:\n  config.alloy: {not_utf8}\n").replace("ConfigMap", "Secret"),
            &[
                "a.yaml:7: `data.config.alloy` is not text in UTF-8: encode the text of the file, or put it as it is under `stringData` or `data`",
            ],
        ),
        (
            "kind: ConfigMap\nmetadata:\n  name: a\n".to_owned(),
            &["a.yaml:1: ConfigMap has no `apiVersion`: add `apiVersion`, as in `apiVersion: v1`"],
        ),
        (
            "# first\napiVersion: v1\nmetadata:\n  name: a\n".to_owned(),
            &["a.yaml:2: object has `apiVersion` but no `kind`: add `kind`, as in `kind: ConfigMap`"],
        ),
        (
            "apiVersion: v1\nkind: null\nmetadata:\n  name: a\n".to_owned(),
            &["a.yaml:1: object has `apiVersion` but no `kind`: add `kind`, as in `kind: ConfigMap`"],
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: null\n".to_owned(),
            &["a.yaml:2: ConfigMap has no `metadata.name`: give the object a name"],
        ),
        (
            "apiVersion: v1\nkind: List\nitems:\n- a\n- 1\n- [x]\n".to_owned(),
            &[
                "a.yaml:4: item of a list is not an object: each item is a mapping with `kind`",
                "a.yaml:5: item of a list is not an object: each item is a mapping with `kind`",
                "a.yaml:6: item of a list is not an object: each item is a mapping with `kind`",
            ],
        ),
        (
            "apiVersion: v1\nkind: List\nitems: text\n".to_owned(),
            &["a.yaml:3: `items` of a List is not a list: write each object below `items:`, behind a `-`"],
        ),
        (
            "apiVersion: v1\nkind: List\n".to_owned(),
            &["a.yaml:1: List has no `items`: write each object below `items:`, behind a `-`"],
        ),
        (
            format!("{HELM_CHART}  valuesContent: 5\n"),
            &["a.yaml:8: chart values are not a mapping: write them as `key: value` lines"],
        ),
        (
            format!("{HELM_CHART}  valuesContent: [a]\n"),
            &[
                "a.yaml:8: `spec.valuesContent` of HelmChart kube-system/alloy is not text: values are YAML text here: write `|` after the key",
            ],
        ),
        (
            format!("{HELM_CHART}  valuesContent: |\n    alloy:\n      a: [b\n      c: d\n"),
            &["a.yaml:10: the list that opens here is never closed: add the `]`"],
        ),
        (
            format!("{HELM_CHART}  values: text\n"),
            &[
                "a.yaml:8: `spec.values` of HelmChart kube-system/alloy is not a mapping: write the values below it as `key: value` lines, without `|`",
            ],
        ),
        (
            format!("{HELM_CHART}  set: [a]\n"),
            &[
                "a.yaml:8: `spec.set` of HelmChart kube-system/alloy is not a mapping of routes to values: write each as `route.of.keys: value`",
            ],
        ),
        (
            format!(
                "{HELM_CHART}  valuesContent: |\n    alloy:\n      configMap:\n        content:\n          logging: {{}}\n"
            ),
            &[
                "a.yaml:12: `alloy.configMap.content` is not text: the program is one text: write `|` after `content:`",
            ],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(&errors(text), expected, "{text}");
    }
}

#[test]
fn misspelt_kind_is_a_finding_at_the_kind() {
    let found = check(&[BESIDE]);
    let findings = found.findings("unknown-kind");
    let finding = findings.first().unwrap();
    assert_eq!((found.code, found.errors()), (1, Vec::new()));
    assert_eq!(finding["message"], "`apps/v1` has no kind `Deploymnet`");
    assert_eq!(finding["help"], "did you mean `Deployment`?");
    assert_eq!((&finding["location"]["line"], &finding["location"]["column"]), (&2.into(), &7.into()));
}

#[test]
fn half_a_folder_of_broken_files_leaves_the_other_half_checked() {
    let files: Vec<(String, String)> = (0..20)
        .flat_map(|number| {
            [
                (format!("{number}-broken.yaml"), "a: [b\n".to_owned()),
                (format!("{number}-broken.json"), "{\"a\":\n 1,}\n".to_owned()),
                (format!("{number}-broken.alloy"), "logging {\n  level = \n}\n".to_owned()),
                (
                    format!("{number}-good.yaml"),
                    format!("apiVersion: apps/v1\nkind: Deploymnet\nmetadata:\n  name: z{number}\n"),
                ),
            ]
        })
        .collect();
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let found = check(&files);
    assert_eq!(found.code, 2);
    assert_eq!(found.findings("unknown-kind").len(), 20);
    for (name, line) in [("broken.yaml", 1), ("broken.json", 2), ("broken.alloy", 3)] {
        let found: Vec<_> =
            found.errors().into_iter().filter(|error| error.contains(&format!("{name}:{line}: "))).collect();
        assert_eq!(found.len(), 20, "{name}: {found:?}");
    }
}

#[cfg(unix)]
#[test]
fn missing_dangling_and_unreadable_paths_are_named() {
    let folder = folder(&[BESIDE]);
    std::os::unix::fs::symlink("nowhere", folder.path().join("dangling.yaml")).unwrap();
    std::os::unix::fs::symlink("loop.yaml", folder.path().join("loop.yaml")).unwrap();
    let found = run(folder.path(), &["-o", "json", ".", "gone.yaml", "gone/"], None);
    assert_eq!((found.code, found.findings("unknown-kind").len()), (2, 1));
    let errors = found.errors();
    assert_eq!(
        errors,
        [
            "dangling.yaml: no such file or folder",
            "gone.yaml: no such file or folder",
            "gone/: no such file or folder",
            "loop.yaml: the link leads back to itself; make it point at a file",
        ]
    );
}

#[test]
fn nesting_of_ten_thousand_levels_is_an_error_at_the_level_that_is_too_deep() {
    let deep = |open: &str, middle: &str, close: &str| {
        format!("{}{middle}{}", open.repeat(10_000), close.repeat(10_000))
    };
    let mut block = String::new();
    for level in 0..2_000 {
        let _ = writeln!(block, "{}a:", " ".repeat(level));
    }
    let alloy = "nested more than 128 levels deep (raise it with `--limit alloy-nesting=256`): move inner parts to components or blocks of their own";
    let yaml = "collections are nested more than 255 levels deep here: nest them less, or raise it with `--limit yaml-nesting=510`";
    let json = "values are nested more than 512 levels deep here: nest them less, or raise it with `--limit json-nesting=1024`";
    let embedded = format!("{CONFIG_MAP}data:\n  config.alloy: 'a = {}'\n", deep("[", "", "]"));
    for (name, text, error) in [
        ("a.yaml", format!("a: {}\n", deep("[", "", "]")), format!("a.yaml:1: {yaml}")),
        ("a.yaml", format!("a: {}\n", deep("{a: ", "", "}")), format!("a.yaml:1: {yaml}")),
        ("a.yaml", deep("- ", "a\n", ""), format!("a.yaml:1: {yaml}")),
        ("a.yaml", "[".repeat(10_000), format!("a.yaml:1: {yaml}")),
        ("a.yaml", block, format!("a.yaml:256: {yaml}")),
        ("a.json", deep("[", "", "]"), format!("a.json:1: {json}")),
        ("a.json", deep("{\"a\":", "1", "}"), format!("a.json:1: {json}")),
        ("a.alloy", format!("a = {}\n", deep("[", "", "]")), format!("a.alloy:1: {alloy}")),
        ("a.alloy", format!("a = {}\n", deep("(", "1", ")")), format!("a.alloy:1: {alloy}")),
        ("a.alloy", format!("a = {}\n", deep("f(", "", ")")), format!("a.alloy:1: {alloy}")),
        ("a.alloy", format!("a = {}\n", deep("-", "1", "")), format!("a.alloy:1: {alloy}")),
        ("a.alloy", deep("a {\n", "", "}\n"), format!("a.alloy:129: {alloy}")),
        ("a.yaml", embedded, format!("a.yaml:7: {alloy}")),
    ] {
        assert_eq!(beside(name, text.as_bytes()).errors(), [error], "{text:.80}");
    }
}

#[test]
fn texts_in_texts_in_texts_end_at_the_eighth() {
    let mut text = "alloy: {}\n".to_owned();
    for _ in 0..10 {
        let object = format!("{HELM_CHART}  valuesContent: {}\n", serde_json::to_string(&text).unwrap());
        text = format!("alloy: {{}}\nextraObjects:\n- {}", program::indented(&object, 2).trim_start());
    }
    let errors = errors(&text);
    let error = "text in `spec.valuesContent` is nested more than 8 documents deep: flatten the configuration, or raise it with `--limit embedded-depth=16`";
    assert_eq!(errors, [format!("a.yaml:10: {error}")]);
}

/// Anchors each of which holds the one before several times.
fn bomb(first: &str, each: impl Fn(&str) -> String) -> String {
    let mut text = format!("x0: &x0 {first}\n");
    for number in 1..60 {
        let _ = writeln!(text, "x{number}: &x{number} {}", each(&format!("*x{}", number - 1)));
    }
    text
}

#[test]
fn aliases_that_multiply_are_refused_in_time() {
    let start = Instant::now();
    let list = bomb("[a, b]", |one| format!("[{one}, {one}, {one}]"));
    let merge = bomb("{a: b}", |one| format!("{{<<: [{one}, {one}, {one}]}}"));
    let objects = bomb("{apiVersion: v1, kind: Namespace, metadata: {name: a}}", |one| {
        format!("{{apiVersion: v1, kind: List, items: [{one}, {one}, {one}]}}")
    });
    for (text, tail) in [
        (&list, format!("{CONFIG_MAP}data: *x59\n")),
        (&list, "alloy: *x59\n".to_owned()),
        (&merge, format!("{CONFIG_MAP}data:\n  <<: *x59\n")),
        (&merge, "<<: *x59\n".to_owned()),
        (&objects, "apiVersion: v1\nkind: List\nitems: [*x59]\n".to_owned()),
    ] {
        let errors = errors(&format!("{text}{tail}"));
        assert_eq!(errors.len(), 1, "{errors:?}");
        let words = "aliases make this document larger than 2000000 nodes here: write the values out, or raise it with `--limit aliases=4000000`";
        assert!(errors.iter().all(|error| error.contains(words)), "{errors:?}");
    }
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn one_text_in_thousands_of_config_maps_is_refused_in_time() {
    let mut text = format!("x: &x \"logging {{ }} // {}\"\n{CONFIG_MAP}data:\n", "x".repeat(200_000));
    for number in 0..5_000 {
        let _ = writeln!(text, "  c{number}.alloy: *x");
    }
    let errors = errors(&text);
    let words = "aliases make the texts in this file more than 4 MiB larger than it is: write fewer objects with the same text, or raise it with `--limit embedded-size=8MiB`";
    assert_eq!(errors, [format!("a.yaml:1: {words}")]);
}

#[test]
fn names_with_terminal_escapes_reach_json_as_they_are_and_terminals_escaped() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: \"a\\e[31mX\\nY\\u202e\"\ndata: text\n";
    let folder = folder(&[("a\u{1b}[2J.yaml", text.as_bytes())]);
    let human = run(folder.path(), &["-v", "."], None);
    assert_eq!(human.code, 2);
    let bad = |character: char| character != '\n' && character.is_control() || character == '\u{202e}';
    assert!(!human.stdout.contains(bad), "{:?}", human.stdout);
    assert!(human.stdout.contains("  in ConfigMap a␛[31mX␊Y\u{fffd}\n"), "{}", human.stdout);
    let json = run(folder.path(), &["-o", "json", "."], None);
    assert!(
        json.errors().iter().all(|error| error.contains("a\u{1b}[31mX\nY\u{202e}")),
        "{:?}",
        json.errors()
    );
}

#[test]
fn nul_bytes_and_other_encodings_are_refused_by_name() {
    let late = [&b"a: "[..], &[b'x'; 9_000], b"\0\n"].concat();
    for (content, error) in [
        (&b"a: \"\0\"\n"[..], "a.yaml: a binary file (a NUL byte at offset 4); leave it out"),
        (
            &late,
            "a.yaml:1: the control character U+0000 cannot stand in YAML: remove it, or write it as an escape in double quotes",
        ),
        (b"a: b\nc: \xff\n", "a.yaml:2: not UTF-8: byte 0xff at offset 8, on line 2; save the file as UTF-8"),
        (b"\xff\xfea\0", "a.yaml: written in UTF-16; save it as UTF-8"),
    ] {
        assert_eq!(beside("a.yaml", content).errors(), [error]);
    }
}

#[test]
fn rule_file_and_settings_with_faults_are_named_and_the_rest_runs() {
    let folder = folder(&[
        BESIDE,
        ("rules/broken.yaml", b"rules:\n- id: [\n"),
        ("ptd-lint.yaml", b"version: 1\nno_such_key: true\n"),
    ]);
    let found = run(folder.path(), &["-o", "json", "--rules", "rules", "z.yaml"], None);
    assert_eq!(
        (found.code, found.findings("unknown-kind").len()),
        (2, 1),
        "{}{}",
        found.stdout,
        found.stderr
    );
    let errors = found.errors();
    for start in ["ptd-lint.yaml:2: ", "rules/broken.yaml:2: "] {
        assert!(errors.iter().any(|error| error.starts_with(start)), "{errors:?}");
    }
    assert!(errors.iter().any(|error| error.contains("no_such_key")), "{errors:?}");
}

#[test]
fn hundred_thousand_documents_take_time_in_proportion() {
    let took = |count: usize| {
        let mut text = String::new();
        for number in 0..count {
            let _ = write!(text, "---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: a{number}}}\n");
        }
        let start = Instant::now();
        let found = check(&[("a.yaml", text.as_bytes())]);
        assert_eq!((found.code, found.report()["coverage"]["documents"].clone()), (0, count.into()));
        start.elapsed()
    };
    let (few, many) = (took(10_000), took(100_000));
    assert!(many < few.max(Duration::from_millis(100)) * 40, "{few:?} {many:?}");
}

#[test]
fn very_long_lines_are_read_and_shown_in_part() {
    let text = format!(
        "apiVersion: apps/v1\nkind: \"{}\"\nmetadata: {{name: a, namespace: {}}}\n",
        "X".repeat(1_000_000),
        "y".repeat(1_000_000)
    );
    let folder = folder(&[("a.yaml", text.as_bytes())]);
    let found = run(folder.path(), &["-o", "json", "."], None);
    assert_eq!((found.code, found.findings("unknown-kind").len()), (1, 1));
    let human = run(folder.path(), &["."], None);
    assert!(human.stdout.lines().filter(|line| line.contains(" │ ")).all(|line| line.len() < 1_000));
}

#[test]
fn fifty_megabytes_are_read_and_more_than_64_mib_are_refused() {
    let mut text = String::new();
    let value = "some text of a configuration ".repeat(30);
    while text.len() < 50_000_000 {
        let _ = write!(text, "---\n{CONFIG_MAP}data:\n");
        for number in 0..1_000 {
            let _ = writeln!(text, "  key{number}: \"{value}\"");
        }
    }
    let start = Instant::now();
    let found = check(&[("a.yaml", text.as_bytes()), BESIDE]);
    assert_eq!((found.code, found.errors()), (1, Vec::new()));
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());

    let folder = folder(&[BESIDE]);
    let file =
        std::fs::OpenOptions::new().write(true).create_new(true).open(folder.path().join("large.yaml"));
    file.unwrap().set_len(64 * 1024 * 1024 + 1).unwrap();
    let found = run(folder.path(), &["-o", "json", "."], None);
    assert_eq!((found.code, found.findings("unknown-kind").len()), (2, 1));
    assert_eq!(
        found.errors(),
        [
            "large.yaml: larger than 64 MiB, the most that is read of one file; split it, or raise it with `--limit input-size=128MiB`"
        ]
    );
}

#[test]
fn program_with_a_damaged_first_statement_is_no_yaml_text() {
    let text = "loki.write \"a {\n  endpoint { url = \"http://x\" }\n}\n";
    for name in ["a.yaml", "a.alloy"] {
        let errors = beside(name, text.as_bytes()).errors();
        let error = "string literal not terminated: close the string on its line, or write it in backticks";
        assert!(errors.contains(&format!("{name}:1: {error}")), "{errors:?}");
    }
}

#[test]
fn template_is_told_from_a_mapping_as_a_key() {
    let errors = errors("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n");
    let words = "this looks like a template: lint what `helm template` makes of it, not the template itself";
    assert!(
        errors.iter().any(|error| error.starts_with("a.yaml:4: ") && error.ends_with(words)),
        "{errors:?}"
    );
}
