//! Turns the fixes of findings into replacements of SARIF, which editors can make.
//!
//! These are the edits that `ptd-lint fix` begins with. It also checks that the result is no worse, which nobody does here, so
//! only safe fixes are told. One that would take a secret away or write one stays untold: its text would stand in the file.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value;
use serde_json::json;

use super::places::region;
use super::places::uri;
use super::plain;
use crate::document::Document;
use crate::document::Documents;
use crate::document::FileEdit;
use crate::document::edits;
use crate::finding::Finding;
use crate::finding::Fix;
use crate::report::clean;
use crate::report::format::Telling;
use crate::report::human::Line;
use crate::report::human::Masks;
use crate::report::root::Root;

/// Of a file, so many fixes are made. Each looks through the whole file; whoever has more mends them with `ptd-lint fix`, which looks
/// once.
const MOST: usize = 200;

/// What fixes are made from: nothing where the texts are not there.
pub(super) struct Fixes<'t> {
    texts: Option<Texts<'t>>,
}

struct Texts<'t> {
    documents: &'t Documents,
    root: &'t Root,
    masks: Masks<'t>,
    /// How many fixes each file has got.
    made: BTreeMap<u32, usize>,
}

impl<'t> Fixes<'t> {
    /// The fixes of an outcome.
    pub(super) fn new(telling: &'t Telling<'_>) -> Self {
        let texts = telling.documents().map(|documents| Texts {
            documents,
            root: &telling.around().root,
            masks: Masks::new(documents),
            made: BTreeMap::new(),
        });
        Self { texts }
    }

    /// The fixes of a finding: at most one, the first that can be made.
    pub(super) fn of(&mut self, finding: &Finding) -> Vec<Value> {
        let Some(texts) = &mut self.texts else { return Vec::new() };
        let safe = finding.fixes.iter().filter(|fix| fix.is_safe);
        safe.filter_map(|fix| texts.of(fix)).take(1).collect()
    }
}

impl Texts<'_> {
    fn of(&mut self, fix: &Fix) -> Option<Value> {
        for file in fix.changes.iter().map(|change| change.place().doc.file).collect::<BTreeSet<_>>() {
            let made = self.made.entry(file).or_default();
            *made += 1;
            if *made > MOST {
                return None;
            }
        }
        let edits = edits(self.documents, &fix.changes).ok().filter(|edits| !edits.is_empty())?;
        let mut changes: Vec<Value> = Vec::new();
        for of_file in edits.chunk_by(|one, two| one.file == two.file) {
            let file = self.documents.files.get(of_file.first()?.file as usize).filter(|file| !file.live)?;
            let text = file.documents.iter().find(|document| document.host.is_none())?;
            let replacements: Option<Vec<Value>> =
                of_file.iter().map(|edit| self.replacement(edit, text)).collect();
            changes.push(json!({
                "artifactLocation": uri(&self.root.seen(&file.path), true),
                "replacements": replacements?,
            }));
        }
        Some(json!({ "description": { "text": plain(&fix.title) }, "artifactChanges": changes }))
    }

    fn replacement(&mut self, edit: &FileEdit, text: &Document) -> Option<Value> {
        let FileEdit { file, edit } = edit;
        let secrets = self.masks.of((*file, None)).beside(|_| false);
        let takes_secret =
            secrets.iter().any(|secret| secret.start < edit.span.end && edit.span.start < secret.end);
        let is_plain = |line: &str| Line::new(line, 0, &[]).shown(0..line.len()) == clean::line(line);
        if takes_secret || !edit.text.lines().all(is_plain) {
            return None;
        }
        let at = |offset| {
            let at = text.lines.position(&text.text, offset);
            (at.line, at.column)
        };
        let mut replacement = json!({ "deletedRegion": region(at(edit.span.start), at(edit.span.end)) });
        if !edit.text.is_empty() {
            replacement["insertedContent"] = json!({ "text": edit.text });
        }
        Some(replacement)
    }
}
