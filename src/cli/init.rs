//! Turns a folder into a first settings file for it, with what the folder tells filled in.

use std::path::Path;
use std::path::PathBuf;

use super::Stop;
use super::args::InitArgs;
use super::current_folder;
use super::exit;
use super::output::say;
use super::placed;
use super::problem_line;
use super::settings::FILE_NAME;
use super::signals;
use crate::check;
use crate::check::CheckOptions;
use crate::check::Detected;
use crate::check::DetectedStack;
use crate::config::is_domain;
use crate::report;
use crate::source;
use crate::source::Replacement;

/// The file, with words in braces for what is filled in.
const TEXT: &str = include_str!("init.yaml");

/// Writes the file, and gives the exit code.
pub(super) fn init(args: &InitArgs) -> Result<u8, Stop> {
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    let path = if args.folder.is_some() { folder.join(FILE_NAME) } else { PathBuf::from(FILE_NAME) };
    let shown = source::shown(path.as_os_str());
    let failed = |why: &str| Stop::Failed(vec![placed(&shown, None, why)]);
    if !folder.is_dir() {
        return Err(failed("the folder is not there"));
    }
    if source::present(&path).map_err(|why| failed(&why))?.is_some() {
        let why = "there is one already, and it stays as it is; `ptd-lint config show` tells what it says";
        return Err(failed(why));
    }
    let found = source::read_all(&[folder.clone().into()], None, &mut std::io::empty());
    let name = source::shown(folder.as_os_str());
    let options = CheckOptions { folder: current_folder(), ..CheckOptions::default() };
    let detected = check::detect(&found, std::slice::from_ref(&name), &options);
    let text = filled_in(&detected, &name);
    let replacement = Replacement { path: Path::new(&path), old: None, new: &text, group: 0 };
    for outcome in signals::replace(&[replacement]) {
        outcome.map_err(|why| failed(&why))?;
    }
    if !args.quiet {
        for problem in &found.problems {
            // An empty folder is no reason against settings.
            say(&format!("not looked at: {}", problem_line(problem)));
        }
        say(&format!("wrote {shown}; `ptd-lint config show` prints what is in effect"));
    }
    Ok(exit::CLEAN)
}

/// The text of the file.
fn filled_in(detected: &Detected, folder: &str) -> String {
    let profile = if detected.is_ptd || !detected.holds_anything {
        "profile: ptd".to_owned()
    } else {
        "# Nothing here looks like a workload of Posit Team Dedicated: `stack` may be what you want.\nprofile: ptd"
            .to_owned()
    };
    let example = "# control_room: ctl.example.com";
    let control_room = match &detected.stacks[..] {
        [only] => match told(only) {
            Some((Some(domain), how)) => format!("control_room: {domain}  # {}", line(how)),
            Some((None, how)) => format!("control_room: false  # {}", line(how)),
            None => example.to_owned(),
        },
        several => {
            let each = several.iter().filter_map(|stack| {
                let (domain, how) = told(stack)?;
                Some(line(&format!("# {}: {}, {how}", stack.name, domain.unwrap_or("none"))))
            });
            each.chain([example.to_owned()]).collect::<Vec<_>>().join("\n")
        }
    };
    let below = |name: &str| {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        name.strip_prefix(&prefix).unwrap_or(name).to_owned()
    };
    let mut stacks: Vec<String> = detected.stacks.iter().map(|stack| below(&stack.name)).collect();
    stacks.sort();
    stacks.dedup();
    // Words in braces are filled in.
    let are_folders = |name: &String| {
        !name.starts_with(['/', '.']) && !name.contains(['(', '"', '\\', '{']) && line(name) == *name
    };
    let stacks = if stacks.len() > 1 && stacks.iter().all(are_folders) {
        let items = stacks.iter().map(|name| format!("\n  - \"{name}\""));
        format!("stacks:{}", items.collect::<String>())
    } else {
        "# stacks: [sites/one, sites/two]".to_owned()
    };
    // What the inputs say comes last: nothing is filled in there.
    TEXT.replace("{profile}", &profile).replace("{stacks}", &stacks).replace("{control_room}", &control_room)
}

/// The domain of a stack's control room, and how that is known. What is no domain is left out: it would be read as settings.
fn told(stack: &DetectedStack) -> Option<(Option<&str>, &str)> {
    let (domain, how) = stack.control_room.as_ref()?;
    // A word without a dot may be no text to YAML: `false`.
    let is_sound = domain.as_deref().is_none_or(|domain| is_domain(domain) && domain.contains('.'));
    is_sound.then_some((domain.as_deref(), how))
}

/// A text of the inputs as one line that any reader of YAML takes for one.
fn line(text: &str) -> String {
    report::printable(text).replace(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(name: &str, domain: Option<&str>) -> DetectedStack {
        let control_room = domain.map(|domain| (Some(domain.to_owned()), "as ptd.yaml declares".to_owned()));
        DetectedStack { name: name.to_owned(), control_room }
    }

    fn has_line(text: &str, line: &str) -> bool {
        text.lines().any(|own| own == line)
    }

    #[test]
    fn what_one_stack_tells_is_filled_in() {
        let stacks = vec![stack("w", Some("cr.example.com"))];
        let text = filled_in(&Detected { stacks, holds_anything: true, is_ptd: true }, "w");
        assert!(has_line(&text, "control_room: cr.example.com  # as ptd.yaml declares"), "{text}");
        assert!(
            has_line(&text, "profile: ptd") && has_line(&text, "# stacks: [sites/one, sites/two]"),
            "{text}"
        );
        assert!(!text.contains(['{', '}']) || !text.contains("{stacks}"), "{text}");
    }

    #[test]
    fn of_several_stacks_the_folders_are_listed() {
        let stacks = vec![stack("w/b", Some("cr.example.com")), stack("w/a", None)];
        let text = filled_in(&Detected { stacks, holds_anything: true, is_ptd: false }, "w/");
        assert!(text.contains("\nstacks:\n  - \"a\"\n  - \"b\"\n"), "{text}");
        assert!(has_line(&text, "# w/b: cr.example.com, as ptd.yaml declares"), "{text}");
        assert!(text.contains("`stack` may be what you want"), "{text}");
    }

    #[test]
    fn what_inputs_say_never_becomes_settings() {
        let how = "as p\u{1b}[31m\nallowed: [evil.example.com]\r\u{85}\u{2028}{stacks} declares";
        for domain in [
            "a.example.com\nallowed: [evil.example.com]",
            "*",
            "*.com",
            "a # b",
            "a: b",
            "\u{1b}[31m",
            "false",
            "",
        ] {
            for stacks in
                [vec![stack("w", Some(domain))], vec![stack("w/a", Some(domain)), stack("w/b\nx: 1", None)]]
            {
                let plain =
                    stacks.iter().map(|own| stack("w", own.control_room.as_ref().map(|_| "x.example.com")));
                let plain =
                    filled_in(&Detected { stacks: plain.collect(), holds_anything: true, is_ptd: true }, "w");
                let text = filled_in(&Detected { stacks, holds_anything: true, is_ptd: true }, "w");
                assert!(has_line(&text, "# control_room: ctl.example.com"), "{text}");
                let is_said = |line: &&str| !line.is_empty() && !line.starts_with(['#', ' ']);
                let said: Vec<&str> = text.lines().filter(is_said).collect();
                let all: Vec<&str> = plain.lines().filter(is_said).collect();
                assert!(said.iter().all(|line| all.contains(line)), "{said:?}");
                assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
            }
        }
        let mut own = stack("w", Some("a.example.com"));
        own.control_room = own.control_room.map(|(domain, _)| (domain, how.to_owned()));
        let text = filled_in(&Detected { stacks: vec![own], holds_anything: true, is_ptd: true }, "w");
        let line = text.lines().find(|line| line.starts_with("control_room: a.example.com  # as p")).unwrap();
        assert!(line.ends_with("{stacks} declares"), "{line:?}");
        assert!(!text.contains("\nallowed"), "{text}");
    }
}
