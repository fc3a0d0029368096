//! Lists `rules/**/*.yaml`, `fixtures/rules/**` and `templates/**` into sorted tables of embedded texts, so that adding a
//! file is all that it takes to add a rule, an example or a template.
#![expect(clippy::disallowed_methods, reason = "a build script reads its folder and writes to OUT_DIR")]

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::path::PathBuf;

fn main() -> io::Result<()> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(std::env::var("OUT_DIR").map_err(io::Error::other)?);
    let rules: Vec<PathBuf> = files(&root.join("rules"))?
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    std::fs::write(out.join("rules.rs"), table(&root, "rules", &rules))?;
    let fixtures = root.join("fixtures/rules");
    let examples: Vec<PathBuf> = files(&fixtures)?.into_iter().filter(|path| is_example(path)).collect();
    std::fs::write(out.join("examples.rs"), table(&root, "fixtures/rules", &examples))?;
    let is_template = |path: &PathBuf| path.extension().is_some_and(|extension| extension != "md");
    let templates: Vec<PathBuf> = files(&root.join("templates"))?.into_iter().filter(is_template).collect();
    std::fs::write(out.join("templates.rs"), table(&root, "templates", &templates))?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=templates");
    // A folder that is not there yet may appear: its parent is watched then.
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed={}", if fixtures.is_dir() { "fixtures/rules" } else { "Cargo.toml" });
    Ok(())
}

/// Whether a file is text that `explain` may show. Diffs of fixes are for tests alone.
fn is_example(path: &Path) -> bool {
    path.extension().is_none_or(|extension| extension != "diff") && std::fs::read_to_string(path).is_ok()
}

/// All files below `folder`, sorted; none where there is no such folder.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop().filter(|folder| folder.is_dir()) {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// A slice of (path below `folder` with `/`, text). The texts are named from the package's own folder: what is written here
/// is the same wherever that lies, and good for a copy that shares the target folder.
fn table(root: &Path, folder: &str, files: &[PathBuf]) -> String {
    let mut code = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(root.join(folder)).unwrap_or(file).to_string_lossy().replace('\\', "/");
        let path = format!("/{folder}/{name}");
        let _ =
            writeln!(code, "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),");
    }
    code.push_str("]\n");
    code
}
