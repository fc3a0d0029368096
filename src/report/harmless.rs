//! Turns what was written, in any form, into a panic where it is not what it must be whatever it tells: well-formed, and no
//! text from outside is anything but a text in it. For tests and for fuzzing.

use quick_xml::events::Event;
use serde_json::Value;

use super::Format;
use super::PictureForm;

/// Characters that no output may hold as they are.
const UNSEEN: [char; 12] = [
    '\0', '\u{7}', '\u{8}', '\r', '\u{1b}', '\u{7f}', '\u{85}', '\u{9b}', '\u{202e}', '\u{2066}', '\u{2028}',
    '\u{feff}',
];

/// Elements of the reports that we write as XML, and of pictures.
const ELEMENTS: [&str; 20] = [
    "testsuites",
    "testsuite",
    "testcase",
    "failure",
    "error",
    "skipped",
    "system-out",
    "checkstyle",
    "file",
    "svg",
    "title",
    "desc",
    "style",
    "rect",
    "g",
    "text",
    "path",
    "circle",
    "line",
    "tspan",
];

/// What Markdown may have that is no text.
const TAGS: [&str; 10] = [
    "<code>",
    "</code>",
    "<details>",
    "</details>",
    "<summary>",
    "</summary>",
    "<ul>",
    "</ul>",
    "<li>",
    "</li>",
];

/// What a line of the form for GitHub begins with.
const COMMANDS: [&str; 7] =
    ["::error ", "::warning ", "::notice ", "::group::ptd-lint", "::endgroup::", "- ", "ptd-lint: "];

/// Checks a report in one form.
pub(crate) fn report(format: Format, out: &str) {
    let name = format.name();
    shows_nothing_unseen(name, out);
    match format {
        Format::Json | Format::Sarif | Format::Gitlab => {
            let read = serde_json::from_str::<Value>(out);
            assert!(read.is_ok(), "{name}: {read:?}: {out}");
        }
        Format::Junit | Format::Checkstyle => is_xml(out),
        Format::Github => {
            for line in out.lines() {
                assert!(COMMANDS.iter().any(|start| line.starts_with(start)), "{line}");
                let is_command = line.starts_with("::");
                assert!(is_command || !line.contains("##["), "{line}");
            }
        }
        Format::OpenReports | Format::PolicyReport => {
            let tree = crate::document::parse_yaml(&out.into());
            assert!(tree.errors.is_empty(), "{name}: {:?}: {out}", tree.errors);
        }
        Format::Markdown => {
            let rest = TAGS.iter().fold(out.to_owned(), |rest, tag| rest.replace(tag, ""));
            for sign in ['<', '>', '`', '[', ']', '*', '@', '~', '\\', '$'] {
                assert!(!rest.contains(sign), "{sign} in {rest}");
            }
            assert!(!out.contains("://") && !out.contains("www."), "{out}");
        }
        Format::Html => {
            // The page's own: its data and its script. Nothing else runs, whatever an attribute says.
            assert_eq!(out.matches("<script").count(), 2, "{out}");
            for tag in ["<x", "<img", "<iframe", "<object", "<base", "<a href=\"h", "<a href=\"j"] {
                assert!(!out.contains(tag), "{tag} in {out}");
            }
        }
        Format::Human | Format::Concise => {}
    }
}

/// Checks pictures in one form.
pub(crate) fn picture(form: PictureForm, out: &str) {
    shows_nothing_unseen(form.name(), out);
    if form == PictureForm::Svg {
        is_xml(out);
    }
}

/// No character obeys in place of being shown.
fn shows_nothing_unseen(name: &str, out: &str) {
    for unseen in UNSEEN {
        assert!(!out.contains(unseen), "{name} lets {unseen:?} through: {out:?}");
    }
}

/// A text is well-formed XML whose names are ours.
fn is_xml(text: &str) {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut depth = 0;
    loop {
        let event = reader.read_event();
        assert!(event.is_ok(), "{event:?}: {text}");
        match event.unwrap_or(Event::Eof) {
            Event::Start(start) => {
                depth += 1;
                is_ours(&start, text);
            }
            Event::Empty(start) => is_ours(&start, text),
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "{text}");
}

/// An element is one that we write, and its attributes can be read.
fn is_ours(start: &quick_xml::events::BytesStart<'_>, text: &str) {
    let name = start.name().as_ref().to_owned();
    assert!(ELEMENTS.contains(&name.as_str()), "<{name}> in {text}");
    assert!(start.attributes().all(|attribute| attribute.is_ok()), "{text}");
}
