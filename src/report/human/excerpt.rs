//! Turns marked places of several texts into one short text with just the lines to show.
//!
//! miette reads from one source per finding and prints lines whole, from a text that it scans from its first byte for
//! each label. The excerpt answers all of that: it holds a few clean, short lines, grouped in segments which know where
//! they come from.

use std::collections::BTreeMap;
use std::ops::Range;

use miette::LabeledSpan;
use miette::MietteError;
use miette::MietteSpanContents;
use miette::SourceCode;
use miette::SourceSpan;
use miette::SpanContents;

use super::clean;
use super::frame::Frame;
use super::frame::FrameLine;
use super::frame::FrameMark;
use super::mask::Line;
use super::mask::Masks;
use crate::document::Document;
use crate::document::Documents;
use crate::document::Opened;
use crate::document::Place;
use crate::text::Span;

/// Lines longer than this many bytes are shown in part.
const LONG_LINE: usize = 300;

/// How many bytes before a marked place are shown of a long line.
const LEAD: usize = 100;

/// A place to show, with the words for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark<'m> {
    pub(super) place: Place,
    /// May be empty.
    pub(super) text: &'m str,
    /// Whether it is the finding's own place.
    pub(super) primary: bool,
}

/// The lines to show.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    /// Lines of all segments; every line ends with `\n`.
    text: String,
    /// In order of `text`, without gaps.
    segments: Vec<Segment>,
    /// The marks, in bytes of `text`.
    pub(super) labels: Vec<LabeledSpan>,
    /// Indices of marks that do not fit the part shown of their line.
    pub(super) left_out: Vec<usize>,
    /// For the start of each label what the header says: where people look for it.
    anchors: Vec<(usize, String)>,
}

/// Consecutive lines of one text.
#[derive(Debug)]
struct Segment {
    /// Bytes of the excerpt.
    range: Range<usize>,
    /// The number of its first line, from 1.
    first_line: u32,
    /// The file that the header names.
    name: String,
}

/// A mark in the text in which it is shown.
struct Shown<'d> {
    /// Index into the marks.
    index: usize,
    /// The document whose text is shown.
    document: &'d Document,
    /// Marks with the same key are shown in the same text.
    key: (u32, Option<u32>),
    /// Where, in that text.
    span: Span,
    /// The line of its start there, from 1.
    line: u32,
    /// Where people look for it.
    name: String,
    primary: bool,
}

impl Excerpt {
    /// The lines around the marks. The text with the primary mark comes first, and in it the lines with that mark.
    pub(super) fn new(documents: &Documents, secrets: &mut Masks<'_>, marks: &[Mark<'_>]) -> Self {
        let files = marks.iter().map(|mark| mark.place.doc.file);
        let files: BTreeMap<u32, Opened<'_>> = files.map(|file| (file, documents.opened(file))).collect();
        let shown = marks.iter().enumerate().filter_map(|(index, mark)| {
            Some(Shown::new(documents, files.get(&mark.place.doc.file)?, index, mark))
        });
        let mut shown: Vec<Shown<'_>> = shown.collect();
        let mut keys = Vec::new();
        for mark in &shown {
            if !keys.contains(&mark.key) {
                keys.push(mark.key);
            }
        }
        shown.sort_by_key(|mark| mark.span);
        let mut excerpt = Self::default();
        for key in keys {
            let group: Vec<&Shown<'_>> = shown.iter().filter(|mark| mark.key == key).collect();
            // Two lines apart, the lines between are worth showing; each mark brings one line before and after.
            let mut clusters: Vec<_> = group.chunk_by(|a, b| b.line <= a.line + 3).collect();
            clusters.sort_by_key(|cluster| !cluster.iter().any(|mark| mark.primary));
            for cluster in clusters {
                // What stands beside what is pointed at may be a value that is nobody's business.
                let covered =
                    secrets.of(key).beside(|value| cluster.iter().any(|mark| value.contains(mark.span)));
                excerpt.push_segment(documents, &covered, cluster, marks);
            }
        }
        excerpt
    }

    fn push_segment(
        &mut self,
        documents: &Documents,
        secret: &[Span],
        cluster: &[&Shown<'_>],
        marks: &[Mark<'_>],
    ) {
        let (Some(first), Some(last)) = (cluster.first(), cluster.last()) else { return };
        let start = self.text.len();
        let first_line = first.line.saturating_sub(1).max(1);
        for line in first_line..=last.line + 1 {
            let here: Vec<_> = cluster.iter().filter(|mark| mark.line == line).collect();
            let Some((offset, text)) = line_of(first.document, line) else {
                self.left_out.extend(here.iter().map(|mark| mark.index));
                continue;
            };
            // An empty last line is the end of the line before, not a line.
            if here.is_empty() && text.is_empty() && line > last.line && is_end(first.document, offset) {
                continue;
            }
            let lead = here.iter().find(|mark| mark.primary).or(here.first());
            let window = window(text, lead.map_or(0, |mark| mark.span.start.saturating_sub(offset) as usize));
            if window.start > 0 {
                self.text.push('…');
            }
            let base = self.text.len();
            let masked = Line::new(text, offset, secret);
            self.text.push_str(&masked.shown(window.clone()));
            let within = |position: u32| {
                let position = boundary(text, position.saturating_sub(offset) as usize);
                let inside = position.clamp(window.start, window.end);
                (position, base + masked.length(window.start, inside))
            };
            for mark in here {
                let (position, start) = within(mark.span.start);
                if position < window.start || position > window.end {
                    self.left_out.push(mark.index);
                    continue;
                }
                let (_, end) = within(mark.span.end.max(mark.span.start));
                self.anchors.push((start, clean::line(&mark.name)));
                self.labels.push(label(&marks[mark.index], start, end.max(start)));
            }
            self.text.push_str(if window.end < text.len() { "…\n" } else { "\n" });
        }
        let path = &documents.files[first.key.0 as usize].path;
        let range = start..self.text.len();
        self.segments.push(Segment { range, first_line, name: clean::line(path) });
    }

    /// The same as plain data.
    pub(super) fn frames(&self) -> Vec<Frame> {
        let frame = |segment: &Segment| {
            let mut start = segment.range.start;
            let mut name = None;
            let text = self.text.get(segment.range.clone()).unwrap_or_default();
            let lines = text.lines().zip(segment.first_line..).map(|(text, number)| {
                let line = start..start + text.len();
                start = line.end + 1;
                let labels = self.labels.iter().filter(|own| (line.start..=line.end).contains(&own.offset()));
                let mut marks: Vec<FrameMark> = labels
                    .map(|own| {
                        let anchor = self.anchors.iter().find(|(start, _)| *start == own.offset());
                        if let Some((_, anchor)) = anchor.filter(|_| name.is_none() || own.primary()) {
                            name = Some(anchor.clone());
                        }
                        let begin = own.offset() - line.start;
                        let end = (begin + own.len()).min(text.len());
                        let words = own.label().unwrap_or_default().to_owned();
                        FrameMark { range: begin..end, text: words, primary: own.primary() }
                    })
                    .collect();
                marks.sort_by_key(|mark| (mark.range.start, mark.range.end));
                FrameLine { number, text: text.to_owned(), marks }
            });
            let lines = lines.collect();
            Frame { name: name.unwrap_or_else(|| segment.name.clone()), lines }
        };
        self.segments.iter().map(frame).collect()
    }

    fn segment_of(&self, span: &SourceSpan) -> Option<&Segment> {
        // A label ends before its line's `\n`. One that ends behind the last `\n` is none of this segment: miette asks
        // so whether it may join two labels, the second at the start of the next segment.
        let end = span.offset() + span.len();
        self.segments.iter().find(|segment| segment.range.start <= span.offset() && end < segment.range.end)
    }
}

fn label(mark: &Mark<'_>, start: usize, end: usize) -> LabeledSpan {
    let text = clean::line(mark.text);
    let text = if text.is_empty() { None } else { Some(text) };
    let span = SourceSpan::from((start, end - start));
    if mark.primary {
        LabeledSpan::new_primary_with_span(text, span)
    } else {
        LabeledSpan::new_with_span(text, span)
    }
}

impl<'d> Shown<'d> {
    /// Settles the text in which a mark is shown: the file's own, if the line can be read there as it was meant; else
    /// the embedded text, which in JSON or in a quoted scalar is all on one line of the file, behind escapes.
    fn new(documents: &Documents, texts: &'d [Document], index: usize, mark: &Mark<'_>) -> Self {
        let file = mark.place.doc.file;
        let document = &texts[mark.place.doc.index as usize];
        let resolved = documents.resolve(mark.place);
        let (root, root_line) = (root_of(texts, document), resolved.start.line);
        let line = document.lines.position(&document.text, mark.place.span.start).line;
        let trimmed = |document, line| line_of(document, line).map(|(_, text)| text.trim());
        let name = resolved.shown();
        let primary = mark.primary;
        // The lines of an object of a running cluster are a rendering that nobody typed.
        let is_typed = resolved.route.is_none();
        if document.host.is_none() || is_typed && trimmed(document, line) == trimmed(root, root_line) {
            let span = resolved.outer;
            return Self { index, document: root, key: (file, None), span, line: root_line, name, primary };
        }
        let key = (file, Some(mark.place.doc.index));
        Self { index, document, key, span: mark.place.span, line, name, primary }
    }
}

/// The document of the file's own text that holds this one; `texts` are all of the file.
fn root_of<'d>(texts: &'d [Document], mut document: &'d Document) -> &'d Document {
    while let Some(host) = &document.host {
        document = &texts[host.index as usize];
    }
    document
}

/// Where a line starts, and its text without the end of line and without a byte order mark.
fn line_of(document: &Document, line: u32) -> Option<(u32, &str)> {
    let start = document.lines.start_of(line)?;
    let text: &str = &document.text;
    let end = document.lines.start_of(line + 1).map_or(text.len(), |next| next as usize);
    let line = text.get(start as usize..end)?;
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    match line.strip_prefix('\u{feff}') {
        Some(rest) if start == 0 => Some((3, rest)),
        _ => Some((start, line)),
    }
}

fn is_end(document: &Document, offset: u32) -> bool {
    offset as usize == document.text.len()
}

/// The part of a line to show: all of a short one, of a long one what is around `at`.
fn window(line: &str, at: usize) -> Range<usize> {
    if line.len() <= LONG_LINE {
        return 0..line.len();
    }
    let start = boundary(line, at.saturating_sub(LEAD));
    start..boundary(line, start + LONG_LINE)
}

/// The last character boundary at or before `at`.
fn boundary(line: &str, at: usize) -> usize {
    let mut at = at.min(line.len());
    while !line.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // A span over two segments has no text: miette then prints them apart.
        let segment = self.segment_of(span).ok_or(MietteError::OutOfBounds)?;
        let text = &self.text[segment.range.clone()];
        let (from, to) =
            (span.offset() - segment.range.start, span.offset() + span.len() - segment.range.start);
        let line_start = text[..from].rfind('\n').map_or(0, |newline| newline + 1);
        let mut start = line_start;
        for _ in 0..before {
            start = text[..start.saturating_sub(1)].rfind('\n').map_or(0, |newline| newline + 1);
        }
        let mut end = line_end(text, to);
        for _ in 0..after {
            end = line_end(text, end);
        }
        let lines_before = text[..start].matches('\n').count();
        let line_count = text[start..end].matches('\n').count();
        let line = segment.first_line as usize - 1 + lines_before;
        // Without context miette asks for the header: it names the place in the file.
        let anchor = self.anchors.iter().find(|(start, _)| *start == span.offset());
        let name = anchor.map_or(&segment.name, |(_, name)| name);
        let data = &text.as_bytes()[start..end];
        let covered = SourceSpan::from((segment.range.start + start, end - start));
        let contents = MietteSpanContents::new_named(name.clone(), data, covered, line, 0, line_count);
        Ok(Box::new(contents))
    }
}

/// The end of the line that holds `at`, its `\n` included.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}
