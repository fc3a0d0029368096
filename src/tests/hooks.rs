//! The hook file exists under the name that pre-commit looks for and under one that a folder listing shows.

#[test]
fn hook_files_are_the_same() {
    let hidden = include_str!("../../.pre-commit-hooks.yaml");
    assert_eq!(hidden, include_str!("../../pre-commit-hooks.yaml"));
    assert!(hidden.contains("id: ptd-lint\n"), "{hidden}");
}
