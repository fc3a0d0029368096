//! Turns a seed into a sound Alloy program, with blanks, line ends and comments wherever they may stand.

use super::Random;

/// A program whose values nest up to `room` deep, and its blocks up to `depth`.
pub(crate) fn random_program(seed: u64, room: u32, depth: u32) -> String {
    let mut writer = Writer { random: Random(seed | 1), text: String::new(), room };
    writer.body(depth);
    writer.text
}

/// Writes one program.
struct Writer {
    random: Random,
    text: String,
    /// How far a value may still nest.
    room: u32,
}

impl Writer {
    fn pick(&mut self, choices: &[&'static str]) -> &'static str {
        choices[self.random.below(choices.len())]
    }

    /// Writes a token and what may follow on the same line.
    fn token(&mut self, token: &str) {
        self.text.push_str(token);
        let blank = self.pick(&["", "", "", " ", "  ", "\t", " /* c */", "/* é */ "]);
        self.text.push_str(blank);
    }

    /// Writes a token after which the line may end.
    fn open(&mut self, token: &str) {
        self.token(token);
        let breaks =
            ["", "", "", "", "", "\n", "\n\n  ", "// x\n", "// y \n\n\t// z\n", "/* a\n b */", "\r\n"];
        let blank = self.pick(&breaks);
        self.text.push_str(blank);
    }

    fn value(&mut self) {
        if self.room == 0 {
            let leaf = self.pick(&["1", "2.5", "true", "null", "a", "\"s\"", "`r`", "`x\ty \n\t\tz`"]);
            return self.token(leaf);
        }
        self.room -= 1;
        match self.random.below(9) {
            0 => self.list("[", "]", Self::value),
            1 => self.list("{", "}", |writer| {
                let key = writer.pick(&["k", "long_key", "\"q\"", "`b`", "\"e\\\\t\""]);
                writer.token(key);
                writer.open("=");
                writer.value();
            }),
            2 => {
                self.token("f");
                self.list("(", ")", Self::value);
            }
            3 => {
                self.value();
                let op = self.pick(&["+", "==", "||", "^", "/ "]);
                self.open(op);
                self.value();
            }
            4 => {
                self.open("(");
                self.value();
                self.token(")");
            }
            5 => {
                let sign = self.pick(&["-", "!"]);
                self.open(sign);
                self.value();
            }
            6 => {
                self.token("a");
                for _ in 0..=self.random.below(3) {
                    self.open(".");
                    self.token("bb");
                }
            }
            7 => {
                self.token("a");
                self.open("[");
                self.value();
                self.token("]");
            }
            _ => self.token("\"v\""),
        }
        self.room += 1;
    }

    /// Writes elements between brackets.
    fn list(&mut self, first: &str, last: &str, element: impl Fn(&mut Self)) {
        self.open(first);
        let count = self.random.below(4);
        for number in 0..count {
            element(self);
            if number + 1 < count || self.random.below(2) == 0 {
                self.open(",");
            }
        }
        self.token(last);
    }

    fn body(&mut self, depth: u32) {
        for _ in 0..self.random.below(4) {
            let name = self.pick(&["a", "bb", "a_long_name", "é"]);
            self.token(name);
            if depth > 0 && self.random.below(3) == 0 {
                if self.random.below(2) == 0 {
                    self.open(".");
                    self.token("c");
                }
                let label = self.pick(&["", "\"l\"", "\"\""]);
                self.token(label);
                self.open("{");
                self.body(depth - 1);
                self.token("}");
            } else {
                self.open("=");
                self.value();
            }
            let end = self.pick(&["\n", "\n", "\n\n\n", " // end\n", "\n// own\n", "\n\n/* own\n */\n\n"]);
            self.text.push_str(end);
        }
    }
}
