//! Turns lines of cells into aligned text.
//!
//! Elastic tab stops, as Go's `text/tabwriter` has them (minimum width 0, tabs of 8, one blank between, empty soft
//! columns left out, tabs for leading empty cells). A line is a row of cells, of which all but the last are *closed*.
//! Closed cells of the same column in consecutive lines of one section are as wide as the widest of them, plus one.

/// Blanks after the widest cell of a column.
const PADDING: usize = 1;

/// What a leading empty cell is padded to a multiple of, with tabs.
const TAB: usize = 8;

/// Collects cells and writes them aligned.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Texts of the cells of this section, one after the other.
    buffer: String,
    /// Cells of this section.
    cells: Vec<Cell>,
    /// One past the last cell of each line of this section.
    lines: Vec<usize>,
    /// The cell in hand.
    open: Cell,
    /// What is finished.
    output: String,
}

/// One cell. The fields without comment are offsets in the buffer.
#[derive(Debug, Default, Clone, Copy)]
struct Cell {
    start: usize,
    end: usize,
    /// Characters.
    width: usize,
    /// Whether its column stays even if all of its cells are empty.
    hard: bool,
    /// A tab somebody typed at the start of a string's line: counts as a cell, and is written as it is.
    typed: bool,
    /// End of the last text in it that must not be trimmed.
    kept: usize,
    /// The width of its column, once known.
    column: usize,
}

impl Columns {
    /// Adds code or blanks to the cell in hand. No line ends.
    pub(super) fn text(&mut self, text: &str) {
        self.buffer.push_str(text);
        self.open.width += text.chars().count();
    }

    /// Adds text whose blanks and line ends stay as they are and which is one thing: a comment.
    pub(super) fn comment(&mut self, text: &str) {
        self.text(text);
        self.open.kept = self.buffer.len();
    }

    /// Adds a string or quoted key. Its line ends are line ends for the alignment of what follows, and tabs at the
    /// start of its lines are cells, as the reference has it; but they are written as typed.
    pub(super) fn literal(&mut self, text: &str) {
        let mut lines = text.split('\n');
        self.comment(lines.next().unwrap_or_default());
        for line in lines {
            self.end_line();
            let rest = line.trim_start_matches('\t');
            for _ in rest.len()..line.len() {
                self.open.typed = true;
                self.close(true);
            }
            self.comment(rest);
        }
    }

    /// Closes the cell in hand.
    pub(super) fn close(&mut self, hard: bool) {
        self.open.hard = hard;
        self.push();
    }

    /// Ends the line.
    pub(super) fn end_line(&mut self) {
        self.push();
        self.lines.push(self.cells.len());
    }

    /// Ends the line, and with it the columns: lines after it are aligned by themselves.
    pub(super) fn end_section(&mut self) {
        self.end_line();
        self.flush();
    }

    /// Ends the last line; gives the whole text, which ends in a line end.
    pub(super) fn finish(mut self) -> String {
        self.end_section();
        self.output
    }

    /// Puts the cell in hand to the others.
    fn push(&mut self) {
        let next = Cell { start: self.buffer.len(), ..Cell::default() };
        let done = std::mem::replace(&mut self.open, next);
        self.cells.push(Cell { end: self.buffer.len(), ..done });
    }

    /// Writes the section.
    fn flush(&mut self) {
        measure(&mut self.cells, &self.lines);
        let mut first = 0;
        for end in &self.lines {
            write_line(&mut self.output, &self.buffer, self.cells.get(first..*end).unwrap_or_default());
            first = *end;
        }
        self.buffer.clear();
        self.cells.clear();
        self.lines.clear();
        self.open = Cell::default();
    }
}

/// A run of closed cells below each other.
#[derive(Debug, Default)]
struct Run {
    /// Indices of the cells.
    cells: Vec<usize>,
    /// Of the widest so far, in characters.
    width: usize,
    /// Whether some cell is hard or has text.
    stays: bool,
}

/// Sets the width of the column of each closed cell. A run ends where a line has no closed cell in its column.
fn measure(cells: &mut [Cell], lines: &[usize]) {
    let mut runs: Vec<Run> = Vec::new();
    let mut first = 0;
    for end in lines {
        let closed = (end - first).saturating_sub(1);
        for run in runs.drain(closed.min(runs.len())..) {
            end_run(cells, &run);
        }
        for column in 0..closed {
            let index = first + column;
            let Some(cell) = cells.get(index) else { continue };
            if runs.len() <= column {
                runs.push(Run::default());
            }
            let Some(run) = runs.get_mut(column) else { continue };
            run.width = run.width.max(cell.width);
            run.stays |= cell.hard || cell.width > 0;
            run.cells.push(index);
        }
        first = *end;
    }
    for run in &runs {
        end_run(cells, run);
    }
}

/// Tells the cells of a run how wide they are.
fn end_run(cells: &mut [Cell], run: &Run) {
    let width = if run.stays { run.width + PADDING } else { 0 };
    for index in &run.cells {
        if let Some(cell) = cells.get_mut(*index) {
            cell.column = width;
        }
    }
}

/// Writes one line without the blanks at its end.
fn write_line(output: &mut String, buffer: &str, line: &[Cell]) {
    let mut kept = output.len();
    let mut leading = true;
    for (number, cell) in line.iter().enumerate() {
        let is_closed = number + 1 < line.len();
        if cell.typed {
            output.push('\t');
            kept = output.len();
            continue;
        }
        if cell.start == cell.end && leading {
            let tabs = if is_closed { cell.column.div_ceil(TAB) } else { 0 };
            output.extend(std::iter::repeat_n('\t', tabs));
            continue;
        }
        leading = leading && cell.start == cell.end;
        let start = output.len();
        output.push_str(buffer.get(cell.start..cell.end).unwrap_or_default());
        if cell.kept > cell.start {
            kept = start + cell.kept - cell.start;
        }
        if is_closed {
            let blanks = cell.column.saturating_sub(cell.width);
            output.extend(std::iter::repeat_n(' ', blanks));
        }
    }
    let trimmed = output.trim_end_matches([' ', '\t']).len();
    output.truncate(trimmed.max(kept));
    output.push('\n');
}
