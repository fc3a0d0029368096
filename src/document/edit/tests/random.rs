//! Turns a seed into a text of YAML in every style that it knows, with comments, anchors and line ends of all sorts.

use crate::tests::Random;

/// A text of YAML, nearly always a sound one. Comments are `#c1`, `#c2`, ..., and no value holds such a text.
pub(super) fn random_yaml(seed: u64) -> String {
    let mut random = Random(seed | 1);
    // The first numbers of a small seed are small.
    for _ in 0..20 {
        random.below(2);
    }
    let line_end = if random.below(5) == 0 { "\r\n" } else { "\n" };
    let mut writer =
        Writer { random, text: String::new(), anchors: 0, comments: 0, line_end, is_behind_block: false };
    writer.stream();
    if writer.one_in(25) {
        writer.mix_line_ends();
    }
    writer.text
}

/// Words without quotes, of every type.
const PLAIN: &[&str] = &[
    "word",
    "two words",
    "1",
    "yes",
    "null",
    "~",
    "0644",
    "1.5",
    "a:b",
    "x#y",
    "-1",
    "http://a/b?c=d#e",
    "é",
    "<<x",
];

struct Writer {
    random: Random,
    text: String,
    anchors: usize,
    comments: usize,
    line_end: &'static str,
    /// Whether a block scalar was written last, which would take in what stands far in.
    is_behind_block: bool,
}

impl Writer {
    fn one_in(&mut self, count: usize) -> bool {
        self.random.below(count) == 0
    }

    fn pick<'p>(&mut self, choices: &[&'p str]) -> &'p str {
        choices[self.random.below(choices.len())]
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn comment(&mut self) {
        self.comments += 1;
        let comment = format!("#c{}.", self.comments);
        self.push(&comment);
    }

    /// Some lines end in another way than the others.
    fn mix_line_ends(&mut self) {
        let lines: Vec<String> = self.text.lines().map(str::to_owned).collect();
        let is_ended = self.text.ends_with('\n');
        self.text.clear();
        for (number, line) in (1..).zip(&lines) {
            self.push(line);
            if number < lines.len() || is_ended {
                let line_end = self.pick(&["\n", "\r\n"]);
                self.push(line_end);
            }
        }
    }

    fn new_line(&mut self, column: usize) {
        let line_end = self.line_end;
        self.push(line_end);
        self.push(&" ".repeat(column));
    }

    /// Perhaps blank lines and comments, then a new line.
    fn next_line(&mut self, column: usize) {
        let line_end = self.line_end;
        for _ in 0..2 {
            match self.random.below(12) {
                0 => self.push(line_end),
                1 => {
                    self.push(line_end);
                    let blanks = self.pick(&["  ", "  ", "      "]);
                    self.push(blanks);
                }
                2 | 3 => {
                    let to = match self.random.below(8) {
                        0 | 1 => 0,
                        2 if !self.is_behind_block => column + 1 + self.random.below(4),
                        _ => column,
                    };
                    self.new_line(to);
                    self.comment();
                }
                _ => {}
            }
        }
        self.new_line(column);
        self.is_behind_block = false;
    }

    /// Perhaps a comment at the end of the line.
    fn tail(&mut self) {
        if self.one_in(5) {
            let gap = self.pick(&[" ", "  ", " \t"]);
            self.push(gap);
            self.comment();
        } else if self.one_in(12) {
            self.push("  ");
        }
    }

    fn stream(&mut self) {
        if self.one_in(6) {
            self.push("\u{feff}");
        }
        let count = 1 + self.random.below(8).saturating_sub(5);
        for number in 0..count {
            let has_directive = self.one_in(25);
            if has_directive || number > 0 || self.one_in(4) {
                let line_end = self.line_end;
                if number > 0 {
                    self.push(line_end);
                    if has_directive || self.one_in(6) {
                        self.push("...");
                        self.tail();
                        self.push(line_end);
                    }
                }
                if has_directive {
                    self.push("%YAML 1.1");
                    self.push(line_end);
                }
                self.push("---");
                self.anchors = 0;
                if self.one_in(10) {
                    // In the line of the mark.
                    let text = self.pick(&[
                        " word",
                        " 'a'",
                        " \"b c\"",
                        " [a, {b: 1}]",
                        " {a: 1, b: [2]}",
                        " &a1 {k: v}",
                    ]);
                    self.push(text);
                    self.tail();
                    continue;
                }
                self.tail();
                self.next_line(0);
            } else if self.one_in(5) {
                self.comment();
                self.next_line(0);
            }
            match self.random.below(8) {
                0 => self.items(0, 3),
                1 => self.flow(3, 0),
                _ => self.entries(0, 3),
            }
        }
        match self.random.below(4) {
            0 => {}
            1 => {
                self.next_line(0);
                self.comment();
            }
            _ => self.next_line(0),
        }
    }

    fn key(&mut self, number: usize) {
        let key = self.pick(&["k", "key", "\"q\"", "'s'", "a b", "on"]);
        if let Some(quote) = key.chars().next().filter(|first| matches!(first, '"' | '\'')) {
            let key = format!("{quote}{}{number}{quote}", key.trim_matches(quote));
            self.push(&key);
        } else {
            let key = format!("{key}{number}");
            self.push(&key);
        }
    }

    fn entries(&mut self, column: usize, depth: usize) {
        let is_ordered = self.one_in(6);
        let count = if is_ordered { 4 + self.random.below(3) } else { 1 + self.random.below(3) };
        let mut last = String::new();
        for number in 0..count {
            if number > 0 {
                self.next_line(column);
            }
            if self.anchors > 0 && self.one_in(20) {
                let anchor = 1 + self.random.below(self.anchors);
                let merge = format!("<<: *a{anchor}");
                self.push(&merge);
                continue;
            }
            let is_explicit = self.one_in(40);
            if is_explicit {
                self.push("? ");
            }
            let from = self.text.len();
            if number > 0 && self.one_in(30) {
                self.push(&last);
            } else if is_ordered {
                self.push(&format!("k{number}"));
            } else {
                self.key(number);
            }
            self.text[from..].clone_into(&mut last);
            if is_explicit {
                self.next_line(column);
            } else if self.one_in(15) {
                self.push(" ");
            }
            self.push(":");
            self.value(column, depth, true);
        }
    }

    fn items(&mut self, column: usize, depth: usize) {
        let count = 1 + self.random.below(3);
        for number in 0..count {
            if number > 0 {
                self.next_line(column);
            }
            self.push("-");
            if depth > 0 && self.one_in(3) {
                let gap = self.pick(&[" ", " ", " ", "   "]);
                self.push(gap);
                let column = column + 1 + gap.len();
                if self.one_in(4) { self.items(column, depth - 1) } else { self.entries(column, depth - 1) }
            } else {
                self.value(column, depth, false);
            }
        }
    }

    /// What stands behind `:` or `-`, the column of whose line is given.
    fn value(&mut self, column: usize, depth: usize, below_key: bool) {
        if self.anchors > 0 && self.one_in(12) {
            let anchor = 1 + self.random.below(self.anchors);
            let alias = format!(" *a{anchor}");
            self.push(&alias);
            return self.tail();
        }
        let mut anchor = 0;
        if self.one_in(10) {
            anchor = self.anchors + 1;
            let text = format!(" &a{anchor}");
            self.push(&text);
        }
        let kind = self.random.below(if depth > 0 { 18 } else { 14 });
        match kind {
            0 => self.tail(),
            1..=3 => {
                let gap = self.pick(&[" ", " ", " ", "  ", " \t", " !!str ", " !t "]);
                self.push(gap);
                let word = self.pick(PLAIN);
                self.push(word);
                self.tail();
            }
            4 => {
                self.push(" some");
                self.new_line(column + 1 + self.text.len() % 4);
                let more = self.pick(&["more", "words", "x: y".split(':').next().unwrap_or("x")]);
                self.push(more);
                self.tail();
            }
            5 => {
                let text =
                    self.pick(&[" \"a\"", " \"\"", " \"a\\nb\\u00e9\"", " \"\\\"#x\"", " \"a: b, [c]\""]);
                self.push(text);
                self.tail();
            }
            6 => {
                let text = self.pick(&[" 'a'", " ''", " 'it''s'", " 'a # b'"]);
                self.push(text);
                self.tail();
            }
            7 => {
                let quote = self.pick(&["\"", "'"]);
                self.push(" ");
                self.push(quote);
                self.push("one");
                let ends: &[&str] =
                    if quote == "\"" { &["", " ", "\t", "\\", " \\", "\\n\\"] } else { &["", " ", "  "] };
                let end = self.pick(ends);
                self.push(end);
                self.new_line(column + 1);
                if self.one_in(2) {
                    self.new_line(column + 2);
                }
                self.push("two");
                self.push(quote);
                self.tail();
            }
            8..=10 => self.block(column),
            11 | 12 => {
                self.push(" ");
                self.flow(depth.min(2), column + 1);
                self.tail();
            }
            13 => {
                // A value in a line of its own.
                self.tail();
                self.next_line(column + 1 + self.text.len() % 4);
                let text = self.pick(&["word", "two words", "\"a\"", "'it''s'", "[a, b]", "{a: 1}"]);
                self.push(text);
                self.tail();
            }
            14 | 15 => {
                self.tail();
                let step = 1 + self.random.below(4);
                self.next_line(column + step);
                self.entries(column + step, depth - 1);
            }
            _ => {
                self.tail();
                let step = if below_key { self.random.below(3) } else { 1 + self.random.below(3) };
                self.next_line(column + step);
                self.items(column + step, depth - 1);
            }
        }
        self.anchors = self.anchors.max(anchor);
    }

    /// A block scalar.
    fn block(&mut self, column: usize) {
        self.is_behind_block = true;
        let mark = self.pick(&["|", "|", "|", ">", ">"]);
        let chomping = self.pick(&["", "", "-", "+"]);
        let step = 1 + self.random.below(4);
        // At the top, lines of a block stand in as far as the digit says.
        let digit = if self.one_in(4) { step.to_string() } else { String::new() };
        let header = if self.one_in(2) {
            format!(" {mark}{digit}{chomping}")
        } else {
            format!(" {mark}{chomping}{digit}")
        };
        self.push(&header);
        if self.one_in(6) {
            self.push(" ");
            self.comment();
        }
        let count = self.random.below(4);
        for number in 0..count {
            if self.one_in(if number > 0 { 3 } else { 8 }) {
                // An empty line, perhaps with blanks.
                let blanks = if self.one_in(3) { self.random.below(column + step + 1) } else { 0 };
                self.new_line(blanks);
            }
            self.new_line(column + step);
            let choices: &[&str] = if number > 0 || !digit.is_empty() {
                &["text", "more text  ", "  further", "\ttab", "# no comment", "- x", "a: b"]
            } else {
                &["text", "a: b", "é"]
            };
            let line = self.pick(choices);
            self.push(line);
        }
        let empty = if self.one_in(3) { self.random.below(3) } else { 0 };
        for _ in 0..empty {
            let line_end = self.line_end;
            self.push(line_end);
        }
    }

    /// A value in brackets, its lines at least as far in as that column.
    fn flow(&mut self, depth: usize, column: usize) {
        let is_mapping = self.one_in(2);
        let over_lines = self.one_in(3);
        self.push(if is_mapping { "{" } else { "[" });
        let count = self.random.below(4);
        let column_inside = column + 1;
        for number in 0..count {
            if over_lines {
                self.next_line(column_inside);
            } else if number > 0 && !self.one_in(6) {
                self.push(" ");
            }
            if is_mapping {
                self.key(number);
                if !self.one_in(12) {
                    self.push(": ");
                    self.flow_value(depth, column_inside);
                }
            } else {
                self.flow_value(depth, column_inside);
            }
            let is_last = number + 1 == count;
            if !is_last || self.one_in(4) {
                self.push(",");
            }
            if over_lines {
                self.tail();
            }
        }
        if over_lines {
            self.next_line(column);
        } else if self.one_in(4) {
            self.push(" ");
        }
        self.push(if is_mapping { "}" } else { "]" });
    }

    fn flow_value(&mut self, depth: usize, column: usize) {
        match self.random.below(8) {
            0 if depth > 0 => self.flow(depth - 1, column),
            1 => {
                let text = self.pick(&["\"a, b\"", "'it''s'", "\"\"", "\"x\\ty\""]);
                self.push(text);
            }
            2 if self.anchors > 0 => {
                let anchor = 1 + self.random.below(self.anchors);
                let alias = format!("*a{anchor} ");
                self.push(&alias);
            }
            3 if self.one_in(3) => self.push("p: q"),
            4 if self.one_in(4) => {
                self.push("over");
                self.new_line(column + 1);
                self.push("lines");
            }
            _ => {
                let word = self.pick(&["w", "1", "two words", "no", "null", "x#y"]);
                self.push(word);
            }
        }
    }
}
