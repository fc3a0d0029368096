//! Turns marked places into source lines as plain data: for forms that draw them in their own way, masked as the human one.

use super::excerpt::Excerpt;
use super::excerpt::Mark;
use super::mask::Masks;
use super::snippet;
use crate::document::Documents;
use crate::finding::Finding;
use crate::finding::Label;

/// Lines of one text that stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report) struct Frame {
    /// Where people look for it: `alloy.yaml:12:3`.
    pub(in crate::report) name: String,
    /// In order.
    pub(in crate::report) lines: Vec<FrameLine>,
}

/// A line, as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report) struct FrameLine {
    /// Its number, from 1.
    pub(in crate::report) number: u32,
    /// Its text, with secrets covered.
    pub(in crate::report) text: String,
    /// What is marked in it, in order.
    pub(in crate::report) marks: Vec<FrameMark>,
}

/// A marked part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report) struct FrameMark {
    /// Bytes of the line's text.
    pub(in crate::report) range: core::ops::Range<usize>,
    /// What is there; may be empty.
    pub(in crate::report) text: String,
    /// Whether it is what all is about.
    pub(in crate::report) primary: bool,
}

/// The texts of a run as frames; what is secret in them is found once.
pub(in crate::report) struct Frames<'d> {
    documents: &'d Documents,
    masks: Masks<'d>,
}

impl<'d> Frames<'d> {
    /// Nothing was shown yet.
    pub(in crate::report) fn new(documents: &'d Documents) -> Self {
        Self { documents, masks: Masks::new(documents) }
    }

    /// The lines of a finding, with as many of its further places as the human report marks.
    pub(in crate::report) fn of_finding(&mut self, finding: &Finding) -> Vec<Frame> {
        let marks: Vec<Mark<'_>> = snippet::marks(finding).collect();
        Excerpt::new(self.documents, &mut self.masks, &marks).frames()
    }

    /// The lines of some places, all alike.
    pub(in crate::report) fn of_places(&mut self, places: &[Label]) -> Vec<Frame> {
        let marks: Vec<Mark<'_>> =
            places.iter().map(|own| Mark { place: own.place, text: &own.text, primary: true }).collect();
        Excerpt::new(self.documents, &mut self.masks, &marks).frames()
    }
}
