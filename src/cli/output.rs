//! Turns `-o` and `--output-file` into places to write to, and writes there.

use std::fs::OpenOptions;
use std::io::BufWriter;
use std::io::ErrorKind;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::str::FromStr;

use super::Stop;
use super::args::OutputArgs;
use super::signals;
use super::terminal;
use super::terminal::Destination;
use super::usage;
use crate::report;
use crate::report::Around;
use crate::report::Format;
use crate::report::PictureForm;
use crate::report::Root;
use crate::report::Style;
use crate::report::Telling;

/// Forms of which one is named on the command line.
pub(super) trait Form: Copy {
    /// The one that is written where none is named.
    const DEFAULT: Self;

    /// The form of that name.
    fn named(name: &str) -> Option<Self>;

    /// All names, for people.
    fn names() -> String;
}

impl Form for Format {
    const DEFAULT: Self = Self::Human;

    fn named(name: &str) -> Option<Self> {
        Self::from_name(name)
    }

    fn names() -> String {
        Self::names()
    }
}

impl Form for PictureForm {
    const DEFAULT: Self = Self::Svg;

    fn named(name: &str) -> Option<Self> {
        Self::from_name(name)
    }

    fn names() -> String {
        Self::names()
    }
}

/// `-o FORMAT` or `-o FORMAT=FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OutputArg<F = Format> {
    /// The form.
    pub(super) format: F,
    /// Where to, unless to standard output.
    pub(super) file: Option<PathBuf>,
}

impl<F: Form> FromStr for OutputArg<F> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = match text.split_once('=') {
            Some((_, "" | "-")) => {
                return Err("name a file behind `=`; without one it goes to standard output".to_owned());
            }
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let format = F::named(name).ok_or_else(|| format!("known formats: {}", F::names()))?;
        Ok(Self { format, file })
    }
}

/// The outputs of a run, as [`targets()`] has them; else what is wrong with the words.
pub(super) fn of_run(args: &OutputArgs) -> Result<Vec<OutputArg>, Stop> {
    of_words(&args.output, args.output_file.as_deref())
}

/// As [`of_run()`], for other forms.
pub(super) fn of_words<F: Form>(
    outputs: &[OutputArg<F>],
    file: Option<&Path>,
) -> Result<Vec<OutputArg<F>>, Stop> {
    targets(outputs, file).map_err(|message| usage(clap::error::ErrorKind::ArgumentConflict, message))
}

/// The outputs of a run: the default form to standard output unless told otherwise, and never two mixed in one place.
fn targets<F: Form>(
    outputs: &[OutputArg<F>],
    file: Option<&Path>,
) -> Result<Vec<OutputArg<F>>, &'static str> {
    let mut targets = outputs.to_vec();
    if targets.is_empty() {
        targets.push(OutputArg { format: F::DEFAULT, file: None });
    }
    let mut free = targets.iter_mut().filter(|target| target.file.is_none());
    let first = free.next();
    if free.next().is_some() {
        return Err("two reports cannot share standard output; write `-o FORMAT=FILE` for one of them");
    }
    match (first, file) {
        (Some(target), Some(file)) => target.file = Some(file.to_owned()),
        (None, Some(_)) => {
            return Err("`--output-file` has no report left to write; every `-o` names its file");
        }
        _ => {}
    }
    // `./x` is `x`.
    let plain = |path: &Path| path.strip_prefix(".").unwrap_or(path).to_owned();
    let mut files: Vec<PathBuf> =
        targets.iter().filter_map(|target| target.file.as_deref().map(plain)).collect();
    files.sort_unstable();
    if files.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
        return Err("two reports cannot share one file");
    }
    Ok(targets)
}

/// What reports tell of the world around: the exit code, what a server counts paths from, whether a job has a summary.
pub(super) fn around(targets: &[OutputArg], exit: u8) -> Around {
    if targets.iter().all(|target| matches!(target.format, Format::Human | Format::Json)) {
        return Around { exit: Some(exit), ..Around::default() };
    }
    // Both are the folder that the repository was put into.
    let root = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"].into_iter().find_map(terminal::variable);
    let real = |folder: &Path| {
        let real = folder.canonicalize().ok()?;
        Some(real.to_str()?.trim_start_matches(r"\\?\").replace('\\', "/"))
    };
    let root = root.and_then(|root| Some(Root::new(&real(Path::new(&root))?, &real(Path::new("."))?)));
    let is_wanted = targets.iter().any(|target| target.format == Format::Github);
    let summary = summary_file().filter(|_| is_wanted).map(|path| room_of(&path));
    Around { exit: Some(exit), root: root.unwrap_or_default(), summary }
}

/// A line on standard error. Names in it may have line ends and marks of a runner's commands: they are shown, not obeyed.
pub(super) fn say(line: &str) {
    let line = report::printable_line(line);
    let line = if on_github() { report::without_commands(&line) } else { line };
    // Nobody is left to tell if standard error is gone.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Whether the run is a step of a job on GitHub.
fn on_github() -> bool {
    terminal::variable("GITHUB_ACTIONS").is_some()
}

/// How much more a summary may have.
fn room_of(path: &Path) -> usize {
    let before = path.metadata().map_or(0, |known| known.len());
    usize::try_from(MOST_SUMMARY.saturating_sub(before)).unwrap_or(usize::MAX)
}

/// The file that GitHub shows as the summary of a job.
fn summary_file() -> Option<PathBuf> {
    terminal::variable("GITHUB_STEP_SUMMARY").map(PathBuf::from)
}

/// Writes a report to each of the targets; one line for each that cannot be written. A reader that goes away early
/// (`| head`) is no error.
pub(super) fn write_all(targets: &[OutputArg], telling: &Telling<'_>, args: &OutputArgs) -> Vec<String> {
    let write = |target: &OutputArg| {
        let destination = if target.file.is_none() { terminal::stdout() } else { Destination::Elsewhere };
        let style = Style {
            color: terminal::colors(args.color, destination),
            width: terminal::width(),
            detail: terminal::detail(args.quiet, args.verbose),
        };
        // What a runner of GitHub takes for its commands is text from the inputs in all forms but its own.
        let is_read_by_a_runner = target.file.is_none() && target.format != Format::Github && on_github();
        write_with(target, |out| {
            if is_read_by_a_runner {
                let mut text = Vec::new();
                telling.write(target.format, style, &mut text)?;
                return out.write_all(report::without_commands(&String::from_utf8_lossy(&text)).as_bytes());
            }
            let mut out = BufWriter::with_capacity(64 * 1024, out);
            telling.write(target.format, style, &mut out)?;
            out.flush()
        })
    };
    let mut failed: Vec<String> = targets.iter().filter_map(|target| write(target).err()).collect();
    if targets.iter().any(|target| target.format == Format::Github) {
        failed.extend(summary_file().and_then(|path| write_summary(telling, &path).err()));
    }
    failed
}

/// The most bytes of the summary of one step. GitHub drops one with more, whole.
const MOST_SUMMARY: u64 = 1024 * 1024;

/// Adds the report to what the step has said in its summary already.
fn write_summary(telling: &Telling<'_>, path: &Path) -> Result<(), String> {
    let summary = telling.summary(room_of(path));
    let written = OpenOptions::new().append(true).create(true).open(path);
    written
        .and_then(|mut file| file.write_all(summary.as_bytes()))
        .map_err(|error| format!("cannot write the summary of the job to {}: {error}", path.display()))
}

/// Hands what a target names to `write`. A file is replaced at once when all of its text is on the disk, so that whoever
/// looks at it finds the old report or the new one, and a run that fails on the way leaves the old one.
pub(super) fn write_with<F>(
    target: &OutputArg<F>,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<(), String> {
    let Some(path) = &target.file else {
        return to_stdout(write).map_err(|error| format!("cannot write to standard output: {error}"));
    };
    let mut text = Vec::new();
    let written = write(&mut text).and_then(|()| signals::put(path, &text));
    written.map_err(|error| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let remedy = folder.map(|folder| format!("; make the folder {} first", folder.display()));
        format!("cannot write to {}: {error}{}", path.display(), remedy.unwrap_or_default())
    })
}

/// Hands standard output, locked, to `write`. A reader that goes away early is no error.
pub(super) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> std::io::Result<()> {
    match write(&mut std::io::stdout().lock()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(words: &[&str]) -> Vec<OutputArg> {
        words.iter().map(|word| word.parse().unwrap()).collect()
    }

    #[test]
    fn human_goes_to_standard_output_unless_told_otherwise() {
        assert_eq!(targets(&[], None).unwrap(), outputs(&["human"]));
        assert_eq!(targets(&[], Some(Path::new("x"))).unwrap(), outputs(&["human=x"]));
        let both = outputs(&["json=a=b.json", "human"]);
        assert_eq!(both[0].file.as_deref(), Some(Path::new("a=b.json")));
        assert_eq!(targets(&both, None).unwrap(), both);
        assert_eq!(targets(&both, Some(Path::new("x"))).unwrap(), outputs(&["json=a=b.json", "human=x"]));
    }

    #[test]
    fn two_reports_never_share_a_place() {
        assert!(targets(&outputs(&["json", "human"]), None).is_err());
        assert!(targets(&outputs(&["json", "human"]), Some(Path::new("x"))).is_err());
        assert!(targets(&outputs(&["json=x"]), Some(Path::new("y"))).is_err());
        assert!(targets(&outputs(&["json=x", "human=x"]), None).is_err());
        assert!(targets(&outputs(&["json=x", "human=./x"]), None).is_err());
    }
}
