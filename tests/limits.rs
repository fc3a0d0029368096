//! Each limit: what exceeds it is told with its place and with what raises it, and then is read.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod program;

use std::fmt::Write as _;
use std::path::Path;

use program::Ran;
use program::folder;
use program::indented;
use program::run;

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: b\n";

/// A check of that folder with these limits.
fn limited(folder: &Path, limits: &[&str]) -> Ran {
    let limits = limits.iter().flat_map(|limit| ["--limit", limit]);
    let words: Vec<&str> = ["-o", "json"].into_iter().chain(limits).chain(["."]).collect();
    run(folder, &words, None)
}

/// What is refused at first is told so, and read with the remedy that the error names.
fn raised(name: &str, text: &str, error: &str, remedy: &str) {
    let folder = folder(&[(name, text.as_bytes())]);
    let refused = limited(folder.path(), &[]);
    assert_eq!((refused.code, refused.errors()), (2, vec![error.to_owned()]), "{}", refused.stderr);
    assert!(error.contains(&format!("`--limit {remedy}`")), "{error}");
    let read = limited(folder.path(), &[remedy]);
    assert!(read.errors().iter().all(|error| !error.contains("--limit")), "{:?}", read.errors());
    assert_ne!(read.code, 2, "{:?}", read.errors());
}

/// A value of that many lists in each other.
fn lists(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

#[test]
fn size_of_an_input_can_be_raised_and_lowered() {
    let folder = folder(&[("a.yaml", CONFIG_MAP.as_bytes())]);
    let file = std::fs::OpenOptions::new().append(true).open(folder.path().join("a.yaml")).unwrap();
    file.set_len(64 * 1024 * 1024 + 1).unwrap();
    let error = "a.yaml: larger than 64 MiB, the most that is read of one file; split it, or raise it with `--limit input-size=128MiB`";
    assert_eq!(limited(folder.path(), &[]).errors(), [error]);
    // It is read, and found to have holes.
    let read = limited(folder.path(), &["input-size=128MiB"]);
    let error = format!("a.yaml: a binary file (a NUL byte at offset {}); leave it out", CONFIG_MAP.len());
    assert_eq!(read.errors(), [error]);

    let small = program::folder(&[("a.yaml", CONFIG_MAP.as_bytes())]);
    let error = "a.yaml: larger than 50 bytes, the most that is read of one file; split it, or raise it with `--limit input-size=100`";
    assert_eq!(limited(small.path(), &["input-size=50"]).errors(), [error]);
    let piped =
        run(small.path(), &["-o", "json", "--limit", "input-size=50", "-"], Some(CONFIG_MAP.as_bytes()));
    assert_eq!(piped.errors(), [error.replace("a.yaml", "<stdin>")]);
}

#[test]
fn nesting_can_be_raised() {
    raised(
        "a.yaml",
        &format!("{CONFIG_MAP}x-deep:\n  {}\n", lists(300)),
        "a.yaml:7: collections are nested more than 255 levels deep here: nest them less, or raise it with `--limit yaml-nesting=510`",
        "yaml-nesting=510",
    );
    raised(
        "a.json",
        &format!("{{\"values\":\n{}}}\n", lists(600)),
        "a.json:2: values are nested more than 512 levels deep here: nest them less, or raise it with `--limit json-nesting=1024`",
        "json-nesting=1024",
    );
    raised(
        "a.alloy",
        &format!("logging {{\n  level = {}\"info\"{}\n}}\n", "(".repeat(150), ")".repeat(150)),
        "a.alloy:2: nested more than 128 levels deep (raise it with `--limit alloy-nesting=256`): move inner parts to components or blocks of their own",
        "alloy-nesting=256",
    );
    raised(
        "a.alloy",
        &format!("logging {{\n  level = \"info\"{}\n}}\n", " + \"\"".repeat(500)),
        "a.alloy:2: expression has more than 400 levels (raise it with `--limit alloy-nesting=256`): put the parts into a list: `string.join([a, b], \"\")`, `array.concat(a, b)`",
        "alloy-nesting=256",
    );
}

#[test]
fn nesting_at_the_highest_that_can_be_set_ends_in_no_overflow_of_the_stack() {
    let deep = |depth: usize, open: &str, inner: &str, close: &str| {
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
    };
    let program = |value: &str| format!("logging {{\n  level = {value}\n}}\n");
    let alloy = [
        program(&deep(1022, "(", "\"info\"", ")")),
        program(&deep(1022, "[", "1", "]")),
        program(&deep(1021, "{ k = ", "1", "}")),
        program(&format!("1{}", " + 1".repeat(3100))),
        program(&format!("y{}", ".y".repeat(3100))),
        deep(1022, "b {\n", "", "}\n"),
    ];
    let mut files = vec![
        ("list.yaml".to_owned(), format!("{CONFIG_MAP}x: {}\n", lists(4090))),
        ("map.yaml".to_owned(), format!("{CONFIG_MAP}x: {}\n", deep(4090, "{a: ", "1", "}"))),
        ("dashes.yaml".to_owned(), format!("loki:\n  {}a\n", "- ".repeat(4090))),
        ("list.json".to_owned(), format!("{{\"loki\": {}}}\n", lists(4090))),
        ("map.json".to_owned(), deep(4090, "{\"a\":", "1", "}")),
        (
            "pod.json".to_owned(),
            format!(
                "{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{{\"name\":\"a\"}},\"spec\":{}}}",
                deep(4090, "{\"containers\":", "1", "}")
            ),
        ),
    ];
    for (number, text) in alloy.iter().enumerate() {
        files.push((format!("{number}.alloy"), text.clone()));
        let text = format!("{CONFIG_MAP}data:\n  config.alloy: |\n{}", indented(text, 4));
        files.push((format!("embedded-{number}.yaml"), text));
    }
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let folder = folder(&files);
    let limits = ["yaml-nesting=4096", "json-nesting=4096", "alloy-nesting=1024"];
    let all = limited(folder.path(), &limits);
    assert!([1, 2].contains(&all.code), "{}", all.stderr);
    assert!(all.errors().iter().all(|error| !error.contains("--limit")), "{:?}", all.errors());
    let limits = limits.iter().flat_map(|limit| ["--limit", *limit]);
    for command in ["fmt", "fix", "graph"] {
        let options: &[&str] = if command == "graph" { &[] } else { &["--check"] };
        let words: Vec<&str> =
            [command].into_iter().chain(options.iter().copied()).chain(limits.clone()).chain(["."]).collect();
        // A process that is killed has no code, which fails here.
        assert!([0, 1, 2].contains(&run(folder.path(), &words, None).code), "{command}");
    }
}

#[test]
fn aliases_can_be_raised() {
    let mut text = "x0: &x0 [a, b, c, d]\n".to_owned();
    for number in 1..18 {
        let _ = writeln!(text, "x{number}: &x{number} [*x{0}, *x{0}]", number - 1);
    }
    raised(
        "a.yaml",
        &format!("{text}{CONFIG_MAP}"),
        "a.yaml:18: aliases make this document larger than 2000000 nodes here: write the values out, or raise it with `--limit aliases=4000000`",
        "aliases=4000000",
    );
}

#[test]
fn embedded_texts_can_be_raised() {
    let chart = "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata:\n  name: alloy\n  namespace: kube-system\nspec:\n  chart: alloy\n";
    let mut text = "alloy: {}\n".to_owned();
    for _ in 0..10 {
        let object = format!("{chart}  valuesContent: {}\n", serde_json::to_string(&text).unwrap());
        text = format!("alloy: {{}}\nextraObjects:\n- {}", indented(&object, 2).trim_start());
    }
    raised(
        "a.yaml",
        &text,
        "a.yaml:10: text in `spec.valuesContent` is nested more than 8 documents deep: flatten the configuration, or raise it with `--limit embedded-depth=16`",
        "embedded-depth=16",
    );

    let mut text = format!("x: &x \"logging {{ }} // {}\"\n{CONFIG_MAP}data:\n", "x".repeat(200_000));
    for number in 0..40 {
        let _ = writeln!(text, "  c{number}.alloy: *x");
    }
    raised(
        "a.yaml",
        &text,
        "a.yaml:1: aliases make the texts in this file more than 4 MiB larger than it is: write fewer objects with the same text, or raise it with `--limit embedded-size=8MiB`",
        "embedded-size=8MiB",
    );
}

#[test]
fn program_in_strings_of_programs_is_read_as_deep_as_was_set() {
    let mut text = "logging { }\n".to_owned();
    for _ in 0..4 {
        let string = serde_json::to_string(&text).unwrap();
        text = format!("import.string \"m\" {{\n  content = {string}\n}}\n");
    }
    let folder = folder(&[("a.alloy", text.as_bytes())]);
    assert_eq!(limited(folder.path(), &[]).errors(), [""; 0]);
    let error = "a.alloy:2: text in `import.string.m.content` is nested more than 3 documents deep: flatten the configuration, or raise it with `--limit embedded-depth=6`";
    let refused = limited(folder.path(), &["embedded-depth=3"]);
    assert_eq!((refused.code, refused.errors()), (2, vec![error.to_owned()]));
}

#[test]
fn components_that_modules_make_can_be_lowered() {
    let program = "foreach \"all\" {\n  collection = [1, 2, 3, 4, 5, 6, 7, 8]\n  var        = \"one\"\n  template {\n    \
                   discovery.file \"f\" {\n      files = [\"/x\"]\n    }\n  }\n}\n\
                   foreach \"again\" {\n  collection = [1, 2]\n  var        = \"one\"\n  template {\n    \
                   discovery.file \"f\" {\n      files = [\"/x\"]\n    }\n  }\n}\n";
    let folder = folder(&[("a.alloy", program.as_bytes())]);
    let told = "modules make more than 4 components; raise it with `--limit components=8`";
    assert!(!limited(folder.path(), &[]).stdout.contains("--limit"));
    let refused = limited(folder.path(), &["components=4"]);
    assert!(refused.stdout.contains(told), "{}", refused.stdout);
    assert!(!limited(folder.path(), &["components=100"]).stdout.contains("--limit"));
}

#[test]
fn parts_of_one_object_can_be_lowered_and_raised() {
    let object =
        "apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: w\nspec:\n  list: [a, b, c, d, e, f]\n";
    let folder = folder(&[("a.yaml", object.as_bytes())]);
    let told = |limits: &[&str]| {
        let words =
            ["--limit"].into_iter().flat_map(|word| limits.iter().flat_map(move |limit| [word, limit]));
        let words: Vec<&str> = ["-o", "concise"].into_iter().chain(words).chain(["."]).collect();
        run(folder.path(), &words, None)
    };
    let refused = told(&["parts=8"]);
    let error = "a.yaml:1:1: error[malformed-object] this has more than 8 parts, of which no more are searched for programs";
    assert!(refused.stdout.contains(error), "{}", refused.stdout);
    assert!(refused.stdout.contains("or raise it with `--limit parts=16`"), "{}", refused.stdout);
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    for limits in [&[][..], &["parts=32"]] {
        let read = told(limits);
        assert!(!read.stdout.contains("malformed-object"), "{}", read.stdout);
        assert_eq!(read.code, 0, "{}", read.stdout);
    }
}

/// A stack with one store, and a rule that finds something unless it is stopped.
fn with_rule(when: &str) -> tempfile::TempDir {
    let rule = format!(
        "id: own\ntitle: A test\ninvariant: store-limits\nseverity: warning\nprofile: stack\nover: loki\n\
         when: {}\nat: loki.config\nmessage: found\nwhy: a test\nhelp: none\n",
        serde_json::to_string(when).unwrap()
    );
    let store = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: loki, namespace: loki}\ndata:\n  config.yaml: |\n    \
                 auth_enabled: false\n    limits_config:\n      ingestion_rate_mb: 8\n    schema_config:\n      configs: []\n";
    folder(&[("rules/own.yaml", rule.as_bytes()), ("in/loki.yaml", store.as_bytes())])
}

fn with_rules(folder: &Path, limits: &[&str]) -> Ran {
    let limits = limits.iter().flat_map(|limit| ["--limit", *limit]);
    let words: Vec<&str> =
        ["-o", "json", "--rules", "rules", "--select", "own", "--profile", "stack"].into_iter().collect();
    run(folder, &words.into_iter().chain(limits).chain(["in"]).collect::<Vec<_>>(), None)
}

#[test]
fn steps_of_a_condition_can_be_raised() {
    let hundred = format!("[{}]", vec!["1"; 100].join(","));
    let folder = with_rule(&format!("{hundred}.all(a, {hundred}.all(b, {hundred}.all(c, a + b + c > 0)))"));
    let told = |ran: &Ran| {
        let found = ran.findings("own");
        assert_eq!(found.len(), 1, "{}", ran.stdout);
        assert_eq!(
            (&found[0]["location"]["line"], &found[0]["location"]["path"]),
            (&6.into(), &"in/loki.yaml".into())
        );
        found[0]["message"].as_str().unwrap().to_owned()
    };
    let stopped = "cannot be decided: rule could not be evaluated: it takes more than 2000000 steps; raise it with `--limit rule-steps=4000000`";
    assert_eq!(told(&with_rules(folder.path(), &[])), stopped);
    assert_eq!(told(&with_rules(folder.path(), &["rule-steps=100000000"])), "found");
}

#[test]
fn size_of_a_pattern_can_be_raised() {
    let folder = with_rule("'a'.matches('a|(\\\\w{30}){12}')");
    let words = ["-o", "json", "--rules", "rules", "--profile", "stack", "--limit", "regex-size=1MiB", "in"];
    let refused = run(folder.path(), &words, None);
    let told = "rules/own.yaml:7: `matches` has a bad pattern: the pattern takes more than 1 MiB; raise it with `--limit regex-size=2MiB`";
    assert_eq!(refused.code, 2);
    assert!(refused.errors().iter().any(|error| error.starts_with(told)), "{:?}", refused.errors());
    assert!(refused.findings("own").is_empty());
    let found = with_rules(folder.path(), &["regex-size=256MiB"]);
    assert_eq!(found.findings("own").len(), 1, "{}", found.stdout);
}

#[test]
fn limits_are_refused_by_name_listed_in_the_help_and_not_taken_from_inputs() {
    let folder = folder(&[("a.yaml", CONFIG_MAP.as_bytes())]);
    for (limit, told) in [
        ("no-such=1", "there is no limit `no-such`; there are input-size, "),
        ("json-nesting=1000000", "`json-nesting` goes no higher than 4096"),
        ("aliases=many", "`many` is no number of nodes above 0"),
    ] {
        let refused = run(folder.path(), &["--limit", limit, "."], None);
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains(told), "{}", refused.stderr);
    }
    let help = run(folder.path(), &["check", "--help"], None).stdout;
    let line = "  json-nesting    the same in JSON [default: 512, at most 4096]";
    assert!(help.contains(line), "{help}");

    // What is linted brings settings: a limit in them is no setting.
    program::write(folder.path(), "ptd-lint.yaml", b"version: 1\nlimit:\n  input-size: 2GiB\n");
    let refused = run(folder.path(), &["-o", "json", "."], None);
    assert_eq!(refused.code, 2);
    assert!(refused.errors()[0].starts_with("ptd-lint.yaml:2: "), "{:?}", refused.errors());
    // Nor does it take away what the command line sets.
    std::fs::remove_file(folder.path().join("ptd-lint.yaml")).unwrap();
    for words in [["fmt", "--check"], ["fix", "--check"], ["graph", "-q"]] {
        let words: Vec<&str> = words.into_iter().chain(["--limit", "input-size=50", "."]).collect();
        assert_eq!(run(folder.path(), &words, None).code, 2, "{words:?}");
    }
}
