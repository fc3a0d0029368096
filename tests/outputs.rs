//! The forms of reports, as pipelines get them: from runs of the real program.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]
#![expect(clippy::disallowed_methods, reason = "the tests read what the program wrote")]

mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Stdio;

use program::FORMS;
use program::Ran;
use program::command;
use program::folder;
use program::ran;
use program::run;
use serde_json::Value;
use tempfile::TempDir;

/// An object with nothing to object to.
const HARMLESS: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: b\ndata:\n  c: d\n";

/// Something to find at four lines: keys that come twice.
fn faulty(number: usize) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-{number}\n  namespace: mimir\n\
         data:\n  a: one\n  b: two\n  a: three\n"
    )
}

/// A repository with thirty findings, below `stack`.
fn thirty() -> TempDir {
    let folder = folder(&[]);
    for number in 0..30 {
        program::write(folder.path(), &format!("stack/s{number:02}.yaml"), faulty(number).as_bytes());
    }
    folder
}

fn leaking() -> String {
    format!("{}/fixtures/stacks/leaking", env!("CARGO_MANIFEST_DIR"))
}

fn with(folder: &Path, arguments: &[&str], variables: &[(&str, &Path)]) -> Ran {
    ran(command(folder, arguments).envs(variables.iter().copied()).stdin(Stdio::null()))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn is_row(line: &&str) -> bool {
    ["| error |", "| warning |", "| info |"].iter().any(|start| line.starts_with(start))
}

#[test]
fn thirty_findings_give_ten_annotations_and_thirty_rows() {
    let folder = thirty();
    let report = run(folder.path(), &["-o", "json", "stack"], None).report();
    assert_eq!(report["findings"].as_array().unwrap().len(), 30);
    let summary = folder.path().join("summary.md");
    fs::write(&summary, "# What another step said\n\n").unwrap();
    let told = with(folder.path(), &["-o", "github", "stack"], &[("GITHUB_STEP_SUMMARY", &summary)]);
    let commands: Vec<&str> = told.stdout.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(commands.len(), 10, "{}", told.stdout);
    let first = "file=stack/s00.yaml,line=9,endLine=9,col=3,endColumn=4,title=";
    assert!(commands.iter().any(|line| line.contains(first)), "{}", told.stdout);
    assert_eq!(told.stdout.lines().count(), 11);
    let table = fs::read_to_string(&summary).unwrap();
    assert!(table.starts_with("# What another step said\n\n## ptd-lint: "), "{table}");
    assert_eq!(table.lines().filter(is_row).count(), 30);
    // Without a summary they are all in the log.
    let alone = run(folder.path(), &["-o", "github", "stack"], None);
    let lines = alone.stdout.lines();
    assert_eq!(lines.clone().filter(|line| line.starts_with("- stack/s") && line.contains('[')).count(), 30);
    assert_eq!((alone.code, alone.stderr.as_str()), (told.code, ""));
    let sarif = json(&run(folder.path(), &["-o", "sarif", "stack"], None).stdout);
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 30);
    let issues = json(&run(folder.path(), &["-o", "gitlab", "stack"], None).stdout);
    let issues = issues.as_array().unwrap().clone();
    let prints: BTreeSet<&str> = issues.iter().map(|own| own["fingerprint"].as_str().unwrap()).collect();
    assert!(issues.len() >= 30 && prints.len() == issues.len(), "{issues:?}");
}

/// All forms of one run, one behind the other: each goes to its file.
fn all_forms(folder: &Path, out: &Path, threads: usize, path: &str) -> Vec<(&'static str, Vec<u8>)> {
    let summary = out.join("summary");
    _ = fs::remove_file(&summary);
    let file = |form: &str| out.join(form);
    let mut arguments: Vec<String> = vec!["--threads".to_owned(), threads.to_string()];
    for form in FORMS {
        arguments.extend(["-o".to_owned(), format!("{form}={}", file(form).display())]);
    }
    arguments.push(path.to_owned());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let told = with(folder, &arguments, &[("GITHUB_STEP_SUMMARY", &summary)]);
    assert_eq!((told.stdout.as_str(), told.stderr.as_str()), ("", ""));
    FORMS.into_iter().chain(["summary"]).map(|form| (form, fs::read(file(form)).unwrap())).collect()
}

#[test]
fn hundred_runs_on_any_number_of_threads_write_the_same() {
    let (folder, out) = (thirty(), TempDir::new().unwrap());
    let first = all_forms(folder.path(), out.path(), 1, "stack");
    for number in 1..100 {
        let again = all_forms(folder.path(), out.path(), number % 16 + 1, "stack");
        for ((form, one), (_, two)) in first.iter().zip(&again) {
            assert!(one == two, "run {number}: `{form}` is another text");
        }
    }
}

#[test]
fn exit_code_is_the_same_in_every_form() {
    let leaking = leaking();
    let folder = folder(&[("good.yaml", HARMLESS.as_bytes()), ("broken.yaml", b"a: [\n")]);
    for (path, expected) in [("good.yaml", 0), (leaking.as_str(), 1), ("broken.yaml", 2), ("missing.yaml", 2)]
    {
        for form in FORMS {
            let told = run(folder.path(), &["-o", form, path], None);
            assert_eq!((told.code, told.stderr.as_str()), (expected, ""), "{form} of {path}");
            assert!(!told.stdout.is_empty(), "{form} of {path}");
        }
    }
    let sarif = json(&run(folder.path(), &["-o", "sarif", &leaking], None).stdout);
    assert_eq!(sarif["runs"][0]["invocations"][0]["exitCode"], 1);
}

#[cfg(unix)]
#[test]
fn reader_that_goes_away_is_no_error_in_any_form() {
    // Enough output to fill the pipe: a note for each missing path.
    let folder = folder(&[]);
    let names: Vec<String> = (0..1500).map(|number| format!("missing-file-number-{number}.yaml")).collect();
    for form in FORMS {
        let mut command = command(folder.path(), &["-o", form]);
        let child = command.args(&names).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(2), &b""[..]), "{form}");
    }
}

#[test]
fn what_cannot_be_written_is_told_and_the_rest_is_written() {
    let folder = folder(&[("a.yaml", HARMLESS.as_bytes())]);
    let told = run(
        folder.path(),
        &["-o", "sarif=no/such.sarif", "-o", "concise", "-o", "junit=j.xml", "a.yaml"],
        None,
    );
    assert_eq!(told.code, 2);
    assert_eq!(
        told.stderr,
        "error: cannot write to no/such.sarif: No such file or directory (os error 2); make the folder no first\n"
    );
    assert!(told.stdout.ends_with("0 errors, 0 warnings, 0 infos\n"), "{}", told.stdout);
    assert!(fs::read_to_string(folder.path().join("j.xml")).unwrap().ends_with("</testsuites>\n"));
    let nowhere = folder.path().join("no/summary.md");
    let told = with(folder.path(), &["-o", "github", "a.yaml"], &[("GITHUB_STEP_SUMMARY", &nowhere)]);
    assert_eq!(told.code, 2);
    assert!(told.stderr.starts_with("error: cannot write the summary of the job to "), "{}", told.stderr);
}

#[test]
fn summary_of_a_job_stays_below_what_the_server_takes() {
    let folder = thirty();
    let summary = folder.path().join("summary.md");
    fs::write(&summary, "x".repeat(1024 * 1024 - 3000)).unwrap();
    with(folder.path(), &["-o", "github", "stack"], &[("GITHUB_STEP_SUMMARY", &summary)]);
    let text = fs::read_to_string(&summary).unwrap();
    assert!(text.len() <= 1024 * 1024 && text.contains("more lines did not fit here"), "{}", text.len());
}

#[test]
fn servers_get_paths_from_the_root_of_the_repository() {
    let folder = thirty();
    let root = folder.path();
    let below = root.join("stack");
    for variable in ["CI_PROJECT_DIR", "GITHUB_WORKSPACE"] {
        let told = |form: &str| with(&below, &["-o", form, "s00.yaml"], &[(variable, root)]).stdout;
        assert_eq!(json(&told("gitlab"))[0]["location"]["path"], "stack/s00.yaml");
        let place = "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri";
        assert_eq!(json(&told("sarif")).pointer(place).unwrap(), "stack/s00.yaml");
        assert!(told("github").contains(" file=stack/s00.yaml,"));
        assert!(told("concise").starts_with("s00.yaml:9:3: "), "people see what they typed");
    }
}

#[test]
fn preflight_refuses_forms_for_findings_before_it_asks_anybody() {
    let folder = folder(&[]);
    let told = run(folder.path(), &["--live", "--preflight", "-o", "sarif"], None);
    assert_eq!(told.code, 2);
    assert!(
        told.stderr.contains("`--preflight` is told as `human` or `json`, not as `sarif`"),
        "{}",
        told.stderr
    );
}

#[test]
fn reports_that_are_joined_are_written_in_every_form() {
    let folder = folder(&[]);
    let leaking = leaking();
    let report = run(folder.path(), &["-o", "json=r.json", "-o", "concise", &leaking], None);
    for form in FORMS {
        let told = run(folder.path(), &["merge", "-o", form, "r.json"], None);
        assert_eq!((told.code, told.stderr.as_str()), (report.code, ""), "{form}");
        assert!(told.stdout.contains("logs-leave-workload"), "{form}: {}", told.stdout);
    }
    let concise = run(folder.path(), &["merge", "-o", "concise", "r.json"], None).stdout;
    assert_eq!(concise, report.stdout);
}

/// The offset of a line and a column, both from 1.
fn offset(text: &str, line: &Value, column: &Value) -> usize {
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap() - 1;
    let start: usize = text.split_inclusive('\n').take(number(line)).map(str::len).sum();
    start + text[start..].chars().take(number(column)).map(char::len_utf8).sum::<usize>()
}

#[test]
fn replacements_of_sarif_mend_what_they_are_about() {
    let folder = folder(&[]);
    for entry in fs::read_dir(leaking()).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        // A limit that is not the agreed one: `ptd-lint fix` mends that by itself.
        let text = fs::read_to_string(&path).unwrap().replace("800000", "900000");
        program::write(folder.path(), &name, text.as_bytes());
    }
    let sarif = json(&run(folder.path(), &["-o", "sarif", "."], None).stdout);
    let results = sarif["runs"][0]["results"].as_array().unwrap().clone();
    let fixed: Vec<&Value> = results.iter().filter(|result| result.get("fixes").is_some()).collect();
    assert!(!fixed.is_empty(), "something to mend");
    for result in &fixed {
        for change in result["fixes"][0]["artifactChanges"].as_array().unwrap() {
            let path = folder.path().join(change["artifactLocation"]["uri"].as_str().unwrap());
            let mut text = fs::read_to_string(&path).unwrap();
            for replacement in change["replacements"].as_array().unwrap().iter().rev() {
                let region = &replacement["deletedRegion"];
                let start = offset(&text, &region["startLine"], &region["startColumn"]);
                let end = offset(&text, &region["endLine"], &region["endColumn"]);
                let content = replacement["insertedContent"]["text"].as_str().unwrap_or_default();
                text.replace_range(start..end, content);
            }
            fs::write(&path, text).unwrap();
        }
    }
    let after = json(&run(folder.path(), &["-o", "sarif", "."], None).stdout);
    let prints = |log: &Value| -> BTreeSet<String> {
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        results.map(|own| own["partialFingerprints"]["ptdLintFingerprint/v1"].to_string()).collect()
    };
    for result in &fixed {
        let print = result["partialFingerprints"]["ptdLintFingerprint/v1"].to_string();
        assert!(!prints(&after).contains(&print), "{result:#}");
    }
    assert_eq!(prints(&after).len() + fixed.len(), prints(&sarif).len(), "and nothing else is found");
}

#[test]
fn no_file_name_is_a_command_to_the_runner() {
    let folder =
        folder(&[("::error file=x::y.yaml", faulty(1).as_bytes()), ("##[add-mask]z/a.yaml", b"a: [")]);
    for form in ["human", "concise", "markdown"] {
        let told = with(folder.path(), &["-o", form, "."], &[("GITHUB_ACTIONS", Path::new("true"))]);
        assert_eq!(told.code, 2, "{}", told.stderr);
        let obeyed = |line: &&str| line.trim_start().starts_with("::") || line.contains("##[");
        assert_eq!(told.stdout.lines().find(obeyed), None, "{form}");
        assert!(
            told.stdout.contains("error file=x::y.yaml") || form == "markdown",
            "{form}: {}",
            told.stdout
        );
    }
}
