//! Parses the YAML files of folders and nothing else: what a run of the linter over the same folders is held against.
//!
//! `cargo run --release --example parse_only -- FOLDER ...`
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a program of its own for measurements")]

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use ptd_lint::bench;

fn main() -> std::io::Result<()> {
    let (mut files, mut bytes, mut nodes) = (0, 0, 0);
    for argument in std::env::args_os().skip(1) {
        for path in files_below(Path::new(&argument))? {
            let text: Arc<str> = std::fs::read_to_string(&path)?.into();
            files += 1;
            bytes += text.len();
            nodes += bench::yaml(&text);
        }
    }
    println!("{files} files, {bytes} bytes, {nodes} nodes");
    Ok(())
}

/// All YAML files below a folder, or the file itself.
fn files_below(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    let (mut found, mut todo) = (Vec::new(), vec![path.to_path_buf()]);
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            for entry in std::fs::read_dir(&path)? {
                todo.push(entry?.path());
            }
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            found.push(path);
        }
    }
    Ok(found)
}
