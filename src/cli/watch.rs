//! Turns a run into one that is made again whenever what it reads has changed.
//!
//! It looks again and again, in place of being told by the operating system: what a look reads is what a run would read,
//! so whatever changes a report is noticed (settings, rules, new files, ignore files), and nothing else is. That works where
//! nobody tells (network folders, containers), survives editors that write files anew, and needs no watch on each folder.
//! A look at some hundred files takes milliseconds; between two looks lies many times as long as one takes.

use std::ffi::OsStr;
use std::io::IsTerminal as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use clap::error::ErrorKind;

use super::Inputs;
use super::Stop;
use super::args::CheckArgs;
use super::exit;
use super::output;
use super::output::OutputArg;
use super::output::say;
use super::signals::Signals;
use super::usage;
use crate::report::Format;
use crate::source::Source;

/// The least time between two looks.
const PAUSE: Duration = Duration::from_millis(250);

/// The most.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How many times as long as a look takes lies between two: a twentieth of one processor at most is spent on looking.
const SHARE: u32 = 20;

/// How long a change must have stood still. Programs write files in several steps.
const SETTLED: Duration = Duration::from_millis(60);

/// How often that is waited for: what changes all the time is reported too.
const ATTEMPTS: usize = 20;

/// How fast a signal is heeded.
const TICK: Duration = Duration::from_millis(25);

/// What a run would read, or why there can be none.
type Look = Result<Inputs, Vec<String>>;

/// Makes the run, and makes it again with each change, until a signal or a reader that goes away ends it. The exit code is
/// that of the last run.
pub(super) fn watch(args: &CheckArgs, targets: &[OutputArg]) -> Result<u8, Stop> {
    if args.paths.iter().any(|path| path == "-") {
        let message = "standard input cannot be read again; give files or folders to `--watch`";
        return Err(usage(ErrorKind::ArgumentConflict, message));
    }
    let signals = Signals::noted_with_pipe();
    let (mut seen, mut took) = look(args)?;
    loop {
        let code = report(args, targets, &seen)?;
        if !args.output.quiet {
            say(&watching(&seen));
        }
        loop {
            if !wait(took, &signals) {
                return Ok(code);
            }
            let (mut now, again) = look(args)?;
            took = again;
            if is_same(&seen, &now, targets) {
                continue;
            }
            for _ in 0..ATTEMPTS {
                std::thread::sleep(SETTLED);
                let (later, _) = look(args)?;
                let settled = is_same(&now, &later, targets);
                now = later;
                if settled {
                    break;
                }
            }
            // What was written and taken back is no change.
            if !is_same(&seen, &now, targets) {
                seen = now;
                break;
            }
        }
    }
}

/// Reads what a run would read, and tells how long that took.
fn look(args: &CheckArgs) -> Result<(Look, Duration), Stop> {
    let begun = Instant::now();
    let look = match Inputs::read(args) {
        Ok(inputs) => Ok(inputs),
        Err(Stop::Failed(lines)) => Err(lines),
        Err(usage) => return Err(usage),
    };
    Ok((look, begun.elapsed()))
}

/// Makes the run. What stops one does not stop the next.
fn report(args: &CheckArgs, targets: &[OutputArg], look: &Look) -> Result<u8, Stop> {
    let on_screen = targets.iter().any(|target| target.file.is_none() && target.format == Format::Human);
    if on_screen && std::io::stdout().is_terminal() {
        // Nothing of the last report stays on the screen; what was there before can be scrolled to.
        let _ = output::to_stdout(|out| out.write_all(b"\x1b[2J\x1b[H"));
    }
    let stopped = match look {
        Ok(inputs) => match super::judge(args, targets, inputs.clone()) {
            Err(Stop::Failed(lines)) => lines,
            done => return done,
        },
        Err(lines) => lines.clone(),
    };
    for line in stopped {
        say(&format!("error: {line}"));
    }
    let _ = std::io::stderr().flush();
    Ok(exit::INCOMPLETE)
}

/// Waits until the next look is due; `false` if the watch is over.
fn wait(took: Duration, signals: &Signals) -> bool {
    let mut left = took.saturating_mul(SHARE).clamp(PAUSE, LONGEST_PAUSE);
    while !signals.came() {
        if left.is_zero() {
            return true;
        }
        let step = left.min(TICK);
        std::thread::sleep(step);
        left -= step;
    }
    false
}

/// Whether two looks saw the same. What the run writes itself is none of its inputs here: it would never end.
fn is_same(one: &Look, two: &Look, targets: &[OutputArg]) -> bool {
    let (Ok(one), Ok(two)) = (one, two) else { return one == two };
    let is_read = |source: &&Source| !targets.iter().any(|target| writes(target, &source.path));
    one.options == two.options
        && one.arguments == two.arguments
        && one.unread == two.unread
        && one.found.problems == two.found.problems
        && one.found.texts.iter().filter(is_read).eq(two.found.texts.iter().filter(is_read))
}

/// Whether a report goes to that file.
fn writes(target: &OutputArg, path: &str) -> bool {
    let Some(file) = &target.file else { return false };
    let name = |path: &Path| path.file_name().map(OsStr::to_owned);
    let path = Path::new(path);
    name(file) == name(path) && (file == path || file.canonicalize().ok() == path.canonicalize().ok())
}

fn watching(look: &Look) -> String {
    let files = look.as_ref().map_or(0, |inputs| inputs.found.texts.len());
    let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
    format!("watching {files} and what may come; Ctrl-C ends it")
}
