//! Compares the printer with the reference's answers in `../shared/data/alloy-format-cases.json`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::Value;

use super::Comments;
use super::format;
use super::round;
use super::same::same;
use super::walk;
use crate::document::alloy::parse;
use crate::tests::Random;
use crate::tests::shared;

#[test]
fn prints_what_the_reference_prints() {
    let Some(text) = shared("data/alloy-format-cases.json") else { return };
    let data: Value = serde_json::from_str(&text).unwrap();
    let mut told = String::new();
    let mut classes: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for case in data["cases"].as_array().unwrap() {
        let [id, class, text, expected] =
            ["id", "class", "text", "formatted"].map(|key| case[key].as_str().unwrap());
        let file = parse(text.into());
        let printed = walk::print(&file, Comments::AsReference);
        let count = classes.entry(class.to_owned()).or_default();
        count.1 += 1;
        if printed == expected {
            count.0 += 1;
        } else if class != "spoiled" {
            writeln!(told, "{id}\n--- input\n{text}--- ours\n{printed}--- theirs\n{expected}").unwrap();
        }
    }
    println!("{told}{classes:?}");
    let wrong = classes
        .iter()
        .filter(|(class, _)| *class != "spoiled")
        .map(|(_, count)| count.1 - count.0)
        .sum::<usize>();
    assert_eq!(wrong, 0);
}

/// Formats an accepted text and holds the result to the promises; gives the number of rounds, or why there is none.
fn settle(text: &str) -> Result<usize, String> {
    let file = parse(text.into());
    assert_eq!(file.errors, [], "{text:?}");
    let formatted = format(&file.text).map_err(|why| why.to_string())?;
    assert!(same(&file, &parse(formatted.clone())), "{text:?}");
    assert_eq!(format(&formatted).as_deref(), Ok(&*formatted), "{text:?}");
    let mut file = file;
    for rounds in 0..super::MAX_ROUNDS {
        if file.text == formatted {
            return Ok(rounds);
        }
        file = round(&file).map_err(|why| why.to_string())?;
    }
    Err("restless".to_owned())
}

#[test]
fn is_final_and_keeps_the_meaning_of_all_accepted_texts() {
    let mut texts: Vec<String> = Vec::new();
    for name in ["data/alloy-syntax-cases.json", "data/alloy-format-cases.json"] {
        let Some(text) = shared(name) else { return };
        let data: Value = serde_json::from_str(&text).unwrap();
        let accepted = data["cases"].as_array().unwrap().iter().filter(|case| case["ok"] != false);
        texts.extend(accepted.filter_map(|case| case["text"].as_str()).map(str::to_owned));
    }
    let mut rounds: BTreeMap<String, usize> = BTreeMap::new();
    let mut told = String::new();
    for text in &texts {
        let outcome = settle(text);
        if let Err(why) = &outcome {
            writeln!(told, "{why}: {text:?}").unwrap();
        }
        *rounds.entry(format!("{outcome:?}")).or_default() += 1;
    }
    println!("{told}{} texts, rounds until nothing changes: {rounds:?}", texts.len());
    assert_eq!(told, "");
}

/// Writes random programs: sound ones, with blanks, line ends and comments wherever they may stand.
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200_000))]

    #[test]
    fn is_final_and_keeps_the_meaning_of_random_programs(seed: u64, room in 0..6_u32, depth in 0..5_u32) {
        let mut writer = Writer { random: Random(seed | 1), text: String::new(), room };
        writer.body(depth);
        prop_assert!(settle(&writer.text).is_ok(), "{:?} {}", settle(&writer.text), writer.text);
    }
}
