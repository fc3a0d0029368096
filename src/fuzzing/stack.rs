//! Turns the files of a stack into a panic where a run over them does not end, or tells of them twice in two ways.

use std::sync::LazyLock;

use super::FOLDER;
use super::files;
use super::sources;
use super::text_of;
use crate::check;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::document::Documents;
use crate::document::Place;
use crate::finding::RuleDoc;
use crate::report::Detail;
use crate::report::Format;
use crate::report::Outcome;
use crate::report::PictureForm;
use crate::report::Style;
use crate::report::Telling;
use crate::report::harmless;

/// A whole run, from texts to verdicts and all forms of report: it ends, each place in it lies in a file, and a second run
/// says the same.
pub fn stack(bytes: &[u8]) {
    let text = text_of(bytes);
    let sources = sources(files("stack.yaml", &text));
    let options = CheckOptions { picture: true, inventory: true, ..CheckOptions::default() };
    let check = || check::check(&sources, &[FOLDER.to_owned()], &options);
    let checked = check();
    sound(&checked);
    let again = check();
    for format in Format::ALL {
        let report = told(&checked, format);
        assert!(report == told(&again, format), "{} is not the same twice: {text:?}", format.name());
        harmless::report(format, &report);
    }
    for form in PictureForm::ALL {
        let outcome = Outcome { documents: &checked.documents, report: &checked.report };
        harmless::picture(form, &form.draw(outcome));
    }
}

/// The texts of all rules, which forms show: reading them takes longer than most runs.
pub(super) static RULES: LazyLock<Vec<RuleDoc>> = LazyLock::new(|| check::rule_docs(&[]).0);

/// A report in one form.
pub(super) fn told(checked: &Checked, format: Format) -> String {
    let outcome = Outcome { documents: &checked.documents, report: &checked.report };
    let style = Style { color: false, width: 100, detail: Detail::Normal };
    let telling = Telling::of_run(outcome, || RULES.clone());
    let mut out = Vec::new();
    assert!(telling.write(format, style, &mut out).is_ok(), "{}", format.name());
    let text = String::from_utf8(out);
    assert!(text.is_ok(), "{} is no text", format.name());
    text.unwrap_or_default()
}

/// Places of a report lie in its texts, on characters; verdicts name findings that are there; and nothing is told without
/// words.
pub(super) fn sound(checked: &Checked) {
    let report = &checked.report;
    for finding in &report.findings {
        assert!(!finding.message.is_empty() && !finding.rule.is_empty(), "{finding:?}");
        assert!(!finding.fingerprint.is_empty(), "{finding:?}");
        // Outside of tests a rule that panics does not end the run.
        assert!(!finding.message.contains("the rules engine failed"), "{finding:?}");
        for place in finding.place.into_iter().chain(finding.related.iter().map(|label| label.place)) {
            lies_in_its_text(&checked.documents, place);
        }
    }
    for verdict in &report.verdicts {
        assert!(verdict.findings.iter().all(|index| *index < report.findings.len()), "{verdict:?}");
    }
}

/// A place can be shown: in its document, and in the file around it.
fn lies_in_its_text(documents: &Documents, place: Place) {
    let text = &documents.document(place.doc).text;
    assert!(text.get(place.span.start as usize..place.span.end as usize).is_some(), "{place:?} in {text:?}");
    let resolved = documents.resolve(place);
    let around = documents.files.get(place.doc.file as usize);
    let outermost = around.and_then(|file| file.documents.iter().find(|document| document.host.is_none()));
    let outer =
        outermost.and_then(|own| own.text.get(resolved.outer.start as usize..resolved.outer.end as usize));
    assert!(outer.is_some(), "{resolved:?}");
}
