//! The notes on dependencies are about what is built: versions that `Cargo.lock` has.

const NOTES: &str = include_str!("../../supply-chain/README.md");
const LOCKED: &str = include_str!("../../Cargo.lock");

/// Name and version in each heading of a note, `### NAME VERSION`.
fn noted() -> Vec<(&'static str, &'static str)> {
    NOTES.lines().filter_map(|line| line.strip_prefix("### ")?.split_once(' ')).collect()
}

#[test]
fn notes_on_dependencies_are_about_the_versions_that_are_locked() {
    let noted = noted();
    assert!(noted.len() >= 10, "{noted:?}");
    let stale: Vec<_> = noted
        .into_iter()
        .filter(|(name, version)| !LOCKED.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n")))
        .collect();
    assert_eq!(
        stale,
        Vec::<(&str, &str)>::new(),
        "look at what changed, and mend the notes in supply-chain/README.md"
    );
}

#[test]
fn every_locked_crate_comes_from_the_registry_with_its_checksum() {
    let packages: Vec<_> = LOCKED.split("\n[[package]]\n").skip(1).collect();
    assert!(packages.len() > 200, "{}", packages.len());
    let registry = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"";
    let others: Vec<_> = packages
        .into_iter()
        .filter(|package| !package.contains(registry))
        .filter_map(|package| package.lines().next())
        .collect();
    assert_eq!(others, ["name = \"ptd-lint\""]);
}
