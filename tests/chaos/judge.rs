//! Turns what a run left into what is wrong with it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;

use serde_json::Value;

use super::Known;
use super::Left;
use super::OLD;
use super::round::Round;
use super::round::SWAPPED;
use super::round::Trouble;
use super::round::inputs;

/// Whether a report of that form is whole.
pub(super) fn is_whole(form: &str, bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    match form {
        "json" | "sarif" | "gitlab" => serde_json::from_str::<Value>(text).is_ok(),
        "html" => text.trim_end().ends_with("</html>"),
        "svg" => text.trim_end().ends_with("</svg>"),
        "junit" => text.trim_end().ends_with("</testsuites>"),
        "checkstyle" => text.trim_end().ends_with("</checkstyle>"),
        "baseline" => {
            let known = "# Findings that were there before,";
            text.starts_with(known) && text.contains("\nstacks:") && text.ends_with('\n')
        }
        _ => text.ends_with('\n'),
    }
}

/// Holds a round to its promises; what is wrong comes as text.
pub(super) fn judge(round: &Round, folder: &Path, left: &Left, known: &Known) -> Result<(), String> {
    let told = &left.stderr;
    let fail = |why: String| Err(format!("{why}\n{:?}\nstderr: {told}", left.status));
    if left.stdout.windows(5).any(|bytes| bytes == b"root:") {
        return fail("it shows a file outside".to_owned());
    }
    for word in ["panicked", "overflow", "memory allocation", "RUST_BACKTRACE"] {
        if told.contains(word) {
            return fail(format!("it says `{word}`"));
        }
    }
    let ended = match (left.status.code(), left.status.signal(), round.trouble) {
        (Some(code @ 0..=2), None, _) => Some(code),
        (None, Some(came), Trouble::Signal(_, sent)) if came == sent => None,
        _ => return fail("it ends in no way that is agreed".to_owned()),
    };
    let checks = round.task.words[0] == "check";
    // Files without faults are among the inputs in no round.
    if checks && ended == Some(0) && !round.task.words.contains(&"--write-baseline") && !is_accepted(round) {
        return fail("it says that all is well".to_owned());
    }
    let unwritten = match round.trouble {
        Trouble::StdoutFull => checks && round.task.file.is_none(),
        _ => false,
    };
    let unread = round
        .before
        .iter()
        .any(|(path, damage)| damage.is_told() && !later(round, path) && is_damaged_once(round, path));
    // A tree is told in part, and `generate` reads nothing.
    let reads = !round.task.words.iter().any(|word| *word == "generate" || word.starts_with("--tree"));
    if let Some(code) = ended
        && (unwritten || unread && reads)
        && code != 2
    {
        return fail(format!("{code} is no truth: something was not read or not written"));
    }
    if checks && round.task.file.is_none_or(|(_, form)| form == "baseline") {
        report_on_stdout(round, left, ended).or_else(fail)?;
    }
    files(round, folder, ended, known).or_else(fail)
}

/// Whether what is found may all be accepted.
pub(super) fn is_accepted(round: &Round) -> bool {
    round.task.words.contains(&"--baseline")
}

/// Whether something else happens to a file while the program runs.
pub(super) fn later(round: &Round, path: &Path) -> bool {
    round.during.iter().any(|(_, other, _)| other == path)
        || round.swapped.is_some() && path.starts_with(SWAPPED)
}

/// Whether nothing else that was done to the file before hides the damage.
pub(super) fn is_damaged_once(round: &Round, path: &Path) -> bool {
    round.before.iter().filter(|(other, _)| other == path).count() == 1
}

/// The JSON report on standard output: whole, unless its reader went away or a signal came, and with all findings.
pub(super) fn report_on_stdout(round: &Round, left: &Left, ended: Option<i32>) -> Result<(), String> {
    let whole = !matches!(round.trouble, Trouble::ReaderLeaves(_) | Trouble::StdoutFull);
    let Some(code) = ended else { return Ok(()) };
    let report: Value = match serde_json::from_slice(&left.stdout) {
        Ok(report) => report,
        Err(_) if !whole || left.stdout.is_empty() && code == 2 => return Ok(()),
        Err(error) => return Err(format!("the report is not whole: {error}")),
    };
    all_findings(round, &report)?;
    let errors = report["coverage"]["errors"].as_array().unwrap().len();
    if errors > 0 && code != 2 {
        return Err(format!("{errors} errors, and the code is {code}"));
    }
    Ok(())
}

/// Each file that nothing happened to has its finding.
pub(super) fn all_findings(round: &Round, report: &Value) -> Result<(), String> {
    let narrowed = round.task.words.iter().any(|word| word.starts_with("--tree"));
    let found: BTreeSet<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "unknown-kind")
        .filter_map(|finding| finding["location"]["path"].as_str())
        .collect();
    for name in round.untouched().iter().filter(|name| name.contains("/f")) {
        if !narrowed && !found.contains(&**name) {
            return Err(format!("the finding in {name} is lost; found: {found:?}"));
        }
    }
    for (path, kind) in [("in/one/f3.yaml", "one"), ("in/two/f4.yaml", "two")] {
        if narrowed && round.untouched().contains(path) && !found.contains(path) {
            return Err(format!("the finding in {path} ({kind}) is lost; found: {found:?}"));
        }
    }
    Ok(())
}

/// Files are old or new, and nothing lies beside them.
pub(super) fn files(round: &Round, folder: &Path, ended: Option<i32>, known: &Known) -> Result<(), String> {
    let writes = |word: &str| round.task.words.contains(&word);
    let mut todo = vec![folder.to_path_buf()];
    while let Some(path) = todo.pop() {
        for entry in fs::read_dir(path).unwrap().map(Result::unwrap) {
            if entry.file_name().to_string_lossy().contains(".ptd-lint-") {
                return Err(format!("{} is left behind", entry.path().display()));
            }
            if entry.file_type().unwrap().is_dir() {
                todo.push(entry.path());
            }
        }
    }
    let undisturbed = &known.tasks[&round.task.words].0;
    for (name, old) in inputs().iter().filter(|(name, _)| round.untouched().contains(*name)) {
        let now = fs::read_to_string(folder.join(name)).unwrap_or_default();
        let new = undisturbed.get(name).unwrap();
        if now != *old && (now != *new || !(writes("fix") || writes("--fix") || writes("fmt"))) {
            return Err(format!("{name} is neither old nor new:\n{now}"));
        }
    }
    if writes("generate") {
        for (name, new) in undisturbed.iter().filter(|(name, _)| name.starts_with("out/made")) {
            match fs::read_to_string(folder.join(name)) {
                Ok(now) if now == *new => {}
                Ok(now) => return Err(format!("{name} is half written:\n{now}")),
                Err(_) if ended == Some(0) => return Err(format!("{name} is not written")),
                Err(_) => {}
            }
        }
    }
    let Some((name, form)) = round.task.file else { return Ok(()) };
    let Ok(now) = fs::read(folder.join(name)) else {
        return if form == "baseline" && ended != Some(0) { Ok(()) } else { Err(format!("{name} is gone")) };
    };
    let is_old = now == OLD || now == known.base;
    if !is_old && !is_whole(form, &now) {
        return Err(format!("{name} is half written:\n{}", String::from_utf8_lossy(&now)));
    }
    if form == "json" && !is_old {
        all_findings(round, &serde_json::from_slice(&now).unwrap())?;
    }
    // A run that ends well has written its report.
    if is_old && form != "baseline" && matches!(ended, Some(0 | 1)) {
        return Err(format!("{name} is old, and the code says that all was written"));
    }
    Ok(())
}
