//! Holds what other programs start the linter by (hooks, the action, the CI template) to the words that it knows.

use crate::cli;

const HOOKS: &str = include_str!("../../.pre-commit-hooks.yaml");
const MIRRORED: &str = include_str!("../../packaging/pre-commit-mirror/.pre-commit-hooks.yaml");
const MIRROR: &str = include_str!("../../packaging/pre-commit-mirror/pyproject.toml");
const ACTION: &str = include_str!("../../action.yml");
const GITLAB: &str = include_str!("../../packaging/gitlab/ptd-lint.gitlab-ci.yml");

/// Values of a key of the hooks, in order.
fn values<'h>(hooks: &'h str, key: &str) -> Vec<&'h str> {
    let key = format!("{key}: ");
    hooks.lines().filter_map(|line| line.trim_start_matches(['-', ' ']).strip_prefix(&key)).collect()
}

#[test]
fn hook_files_are_the_same() {
    // A folder listing does not show the name that pre-commit looks for.
    assert_eq!(HOOKS, include_str!("../../pre-commit-hooks.yaml"));
    // Those from wheels differ in how the program is installed alone.
    let hooks = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#') && !line.contains("language:"));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(hooks(HOOKS), hooks(MIRRORED));
    assert!(values(HOOKS, "language").iter().all(|language| *language == "rust"));
    assert!(values(MIRRORED, "language").iter().all(|language| *language == "python"));
}

#[test]
fn hooks_start_the_program_with_words_that_it_knows() {
    assert_eq!(values(HOOKS, "id"), ["ptd-lint", "ptd-lint-tree", "ptd-lint-fmt", "ptd-lint-fix"]);
    let entries = values(HOOKS, "entry");
    assert_eq!(entries.len(), 4);
    for entry in entries {
        let words = entry.strip_prefix("ptd-lint ").unwrap().split(' ').chain(["a.yaml"]);
        assert!(cli::understands(words), "{entry}");
    }
    // Lists of files are not cut into pieces.
    assert_eq!(values(HOOKS, "require_serial"), ["true"; 4]);
}

#[test]
fn versions_that_are_installed_are_that_of_the_program() {
    let version = env!("CARGO_PKG_VERSION");
    assert!(MIRROR.contains(&format!("dependencies = [\"ptd-lint=={version}\"]")), "{MIRROR}");
    assert!(ACTION.contains(&format!("default: \"{version}\"")), "{ACTION}");
    assert!(GITLAB.contains(&format!("PTD_LINT_VERSION: \"{version}\"")), "{GITLAB}");
}

#[test]
fn images_are_built_from_what_packages_hold() {
    let manifest = include_str!("../../Cargo.toml");
    let included = manifest.split_once("\ninclude = [").unwrap().1.split_once(']').unwrap().0;
    let mut included: Vec<&str> = included
        .split('"')
        .filter_map(|text| text.strip_prefix('/'))
        .map(|path| path.split("/**").next().unwrap_or_default())
        .chain(["Cargo.lock", "Cargo.toml"])
        .collect();
    included.sort_unstable();
    let ignored = include_str!("../../.dockerignore");
    let copied: Vec<&str> = ignored.lines().filter_map(|line| line.strip_prefix('!')).collect();
    assert_eq!(copied, included);
    let version = format!("image.version=\"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(include_str!("../../Dockerfile").contains(&version));
}
