//! Turns reports that were written, by us or by anybody, into a panic where they are told in a form that is broken, or where
//! joining them loses what they say.

use super::files;
use super::stack::RULES;
use super::text_of;
use crate::finding::RunError;
use crate::report;
use crate::report::Detail;
use crate::report::Format;
use crate::report::ReportJson;
use crate::report::Style;
use crate::report::Telling;
use crate::report::harmless;

/// A report with all that one can hold.
const FULL: &str = include_str!("../../fixtures/formats/json.json");

/// Each file of the input is a report: they are joined and told in every form. And the input is what stands in each text of a
/// report that is whole: no form takes it for anything but a text.
pub fn report(bytes: &[u8]) {
    let text = text_of(bytes);
    let (mut reports, mut unread) = (Vec::new(), Vec::new());
    for (path, text) in files("a.json", &text) {
        match report::read_report(text) {
            Ok(report) => reports.push((path.to_owned(), report)),
            Err(message) => {
                assert!(!message.is_empty());
                unread.push(RunError { path: path.to_owned(), line: None, message });
            }
        }
    }
    let findings = reports.iter().map(|(_, report)| report.findings.len()).sum::<usize>();
    let count = reports.len();
    if count > 0 {
        let merged = report::merge(reports, unread);
        assert!(merged.findings.len() <= findings, "joining makes no findings");
        assert_eq!(merged.findings.is_empty(), findings == 0, "joining loses no findings");
        is_told(&merged);
    } else if let Ok(mut full) = report::read_report(FULL) {
        fill(&mut full, &text);
        is_told(&full);
    }
}

/// A report is read back as what it is, and every form of it is what it must be.
fn is_told(report: &ReportJson) {
    let own = report::report_of(report);
    assert!(own.is_ok(), "{own:?}: {report:?}");
    let Ok(own) = own else { return };
    let telling = Telling::of_read(report, &own, || RULES.clone());
    for format in Format::ALL {
        let style = Style { color: false, width: 100, detail: Detail::Verbose };
        let mut out = Vec::new();
        assert!(telling.write(format, style, &mut out).is_ok(), "{}", format.name());
        let out = String::from_utf8_lossy(&out);
        harmless::report(format, &out);
        if format == Format::Json {
            let again = report::read_report(&out);
            assert!(again.as_ref() == Ok(report), "{again:?} was {report:?}");
        }
    }
    let summary = telling.summary(1000);
    // Our own words on what was left out stand at the end.
    harmless::report(Format::Markdown, summary.split_once("\n**").map_or(&*summary, |(kept, _)| kept));
    assert!(summary.len() <= 1000, "{summary}");
}

/// Puts a text wherever a report has one that came from outside.
fn fill(report: &mut ReportJson, text: &str) {
    let places = report.findings.iter_mut().flat_map(|own| {
        let accepted = own.accepted.iter_mut().filter_map(|own| own.location.as_mut());
        let also = own.also_at.iter_mut().filter_map(|own| own.location.as_mut());
        own.location.iter_mut().chain(accepted).chain(also)
    });
    for place in places {
        text.clone_into(&mut place.path);
        place.object.iter_mut().chain(&mut place.field).for_each(|own| text.clone_into(own));
        place.layers.iter_mut().for_each(|layer| text.clone_into(&mut layer.field));
    }
    for own in &mut report.findings {
        let related = own.related.iter_mut().flat_map(|own| [&mut own.label, &mut own.path]);
        let fixes = own.fixes.iter_mut().map(|own| &mut own.title);
        let accepted = own.accepted.iter_mut().map(|own| &mut own.reason);
        let texts = [&mut own.message, &mut own.help, &mut own.rule].into_iter();
        texts
            .chain(&mut own.clusters)
            .chain(related)
            .chain(fixes)
            .chain(accepted)
            .for_each(|own| text.clone_into(own));
    }
    for own in &mut report.verdicts {
        let texts = [&mut own.subject, &mut own.summary].into_iter();
        texts.chain(&mut own.cluster).chain(&mut own.assumptions).for_each(|own| text.clone_into(own));
    }
    let coverage = &mut report.coverage;
    let errors = coverage.errors.iter_mut().flat_map(|own| [&mut own.path, &mut own.message]);
    let passed = coverage.passed_over.iter_mut().flat_map(|own| [&mut own.path, &mut own.reason]);
    let unseen = coverage.not_seen.iter_mut().flat_map(|own| [&mut own.cluster, &mut own.message]);
    let hidden = coverage.not_shown.iter_mut().map(|own| &mut own.reason);
    errors.chain(passed).chain(unseen).chain(hidden).for_each(|own| text.clone_into(own));
}
