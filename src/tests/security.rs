//! The threat model names tests; each of them must be there.

use super::layers::rust_files;

/// Names of tests in the last column of the tables of `SECURITY.md`.
fn named() -> Vec<&'static str> {
    let rows = include_str!("../../SECURITY.md").lines().filter(|line| line.starts_with("| "));
    let cells = rows.filter_map(|row| row.trim_end_matches('|').trim_end().rsplit_once(" | "));
    let code = cells.flat_map(|(_, tests)| tests.split('`').skip(1).step_by(2));
    code.filter(|name| name.contains('_')).collect()
}

#[test]
fn each_threat_names_a_test() {
    let text = include_str!("../../SECURITY.md");
    let held = text.split_once("## What must hold").unwrap().1.split_once("## What is not held").unwrap().0;
    let rows = held.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---"));
    let threats: Vec<&str> = rows.filter(|row| !row.starts_with("| threat |")).collect();
    assert!(threats.len() > 20, "{}", threats.len());
    for row in threats {
        let tests = row.trim_end_matches('|').rsplit('|').next().unwrap();
        assert!(tests.trim().starts_with('`') && tests.contains('_'), "{row}");
    }
}

#[test]
fn each_test_that_the_threat_model_names_exists() {
    let sources: Vec<_> = ["", "../tests"].into_iter().flat_map(rust_files).collect();
    let named = named();
    assert!(named.len() > 15, "{named:?}");
    // Between the two stand other attributes at most.
    let is_test = |before: &str| {
        let attributes = before.lines().rev().skip_while(|line| line.trim().is_empty());
        attributes.take_while(|line| !line.trim().is_empty()).any(|line| line.trim() == "#[test]")
    };
    let exists = |name: &str| {
        // A property takes what it is tried with.
        let head = format!("fn {name}(");
        sources.iter().any(|(_, text)| text.split_once(&head).is_some_and(|(before, _)| is_test(before)))
    };
    let missing: Vec<_> = named.into_iter().filter(|name| !exists(name)).collect();
    assert_eq!(missing, Vec::<&str>::new());
}
