//! Turns sources into readings and documents. Of a large run only what each file means is kept: its trees are folded, and
//! read again when its stack is judged.

use std::sync::Arc;

use rayon::prelude::*;

use super::CheckOptions;
use crate::accept;
use crate::document::Documents;
use crate::document::File;
use crate::document::Reader;
use crate::model;
use crate::model::Expected;
use crate::model::Reading;
use crate::source::Source;
use crate::source::Sources;

/// What the sources of a run hold.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// What was recognised, file by file, without the documents.
    pub(super) readings: Vec<Reading>,
    /// The documents, file by file.
    pub(super) documents: Documents,
    /// Of each file, whether it may say what is accepted.
    pub(super) marked: Vec<bool>,
    /// How many bytes of text are judged at once; `None` where there is room for all.
    pub(super) round: Option<usize>,
}

/// Reads all sources.
pub(super) fn read(sources: &Sources, options: &CheckOptions) -> Inputs {
    let texts = &sources.texts;
    let size: usize = texts.iter().map(|source| source.text.len()).sum();
    let round = (size > options.room.whole).then_some(options.room.round);
    let reader = round.map(|_| again(texts, options.expected));
    let read = |(index, source): (usize, &Source)| {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let mut reading = model::read(index, &source.path, &source.text.opened(), options.expected);
        let mut file = std::mem::take(&mut reading.file);
        file.live = source.argument < sources.clusters.len();
        let marked = accept::is_marked(&file);
        if let Some(reader) = &reader {
            file.documents = file.documents.foldable(reader, index);
            file.documents.fold();
            // Most files are one object, and lists grow by four.
            reading.pieces.shrink_to_fit();
        }
        (reading, file, marked)
    };
    let all: Vec<(Reading, File, bool)> = if texts.len() > 1 && is_large(texts) {
        texts.par_iter().enumerate().map(read).collect()
    } else {
        texts.iter().enumerate().map(read).collect()
    };
    let mut inputs = Inputs { round, ..Inputs::default() };
    for (reading, file, marked) in all {
        inputs.readings.push(reading);
        inputs.documents.files.push(file);
        inputs.marked.push(marked);
    }
    inputs
}

/// Reads the same texts again, one by one.
fn again(texts: &[Source], expected: Expected) -> Arc<Reader> {
    let texts: Vec<_> = texts.iter().map(|source| (source.path.clone(), source.text.clone())).collect();
    Reader::new(move |file| {
        let text = texts.get(file as usize);
        text.map(|(path, text)| model::read(file, path, &text.opened(), expected).file.documents)
            .unwrap_or_default()
    })
}

/// Whether threads bring more than they cost. Each allocates from pages of its own, and getting these took a third of
/// the processor time of a run over a few hundred kilobytes.
pub(super) fn is_large(texts: &[Source]) -> bool {
    const LARGE: usize = 1 << 20;
    texts.iter().map(|source| source.text.len()).sum::<usize>() > LARGE
}
