//! Puts files to a target, each once: `once TARGET FILE...`. Built without anything that watches, it tells how long an input
//! really takes.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let name = words.next().unwrap_or_default();
    let Some((_, target)) = ptd_lint::fuzzing::TARGETS.iter().find(|(own, _)| *own == name) else {
        eprintln!("there is no target `{name}`");
        return ExitCode::from(2);
    };
    for file in words {
        match std::fs::read(&file) {
            Ok(bytes) => target(&bytes),
            Err(error) => {
                eprintln!("{file}: {error}");
                return ExitCode::from(2);
            }
        }
    }
    ExitCode::SUCCESS
}
