//! Writes generated inputs to a folder, for measurements of whole processes.
//!
//! `cargo run --release --example generate -- program UNITS FILE` (ten components a unit) or
//! `... -- manifests COUNT FOLDER` (one manifest a file).
#![expect(clippy::disallowed_methods, reason = "a program of its own for measurements")]

#[path = "../benches/inputs/mod.rs"]
#[expect(dead_code, reason = "the benchmarks need more than this program")]
mod inputs;

use std::io::Error;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, size, target] = arguments.as_slice() else {
        return Err(Error::other("give `program UNITS FILE` or `manifests COUNT FOLDER`"));
    };
    let size: usize = size.parse().map_err(Error::other)?;
    match what.as_str() {
        "program" => std::fs::write(target, &*inputs::program(size)),
        "manifests" => {
            std::fs::create_dir_all(target)?;
            for number in 0..size {
                std::fs::write(
                    Path::new(target).join(format!("app-{number}.yaml")),
                    inputs::manifest(number),
                )?;
            }
            Ok(())
        }
        other => Err(Error::other(format!("`{other}` is neither `program` nor `manifests`"))),
    }
}
