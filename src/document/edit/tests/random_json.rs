//! What holds of every change of every text of JSON: it is made, and nothing else is.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::properties::check;
use crate::document::Language;
use crate::tests::Random;

/// A text of JSON, in one line or many, with blanks in odd places.
pub(super) fn random_json(seed: u64) -> String {
    let mut random = Random(seed | 1);
    for _ in 0..20 {
        random.below(2);
    }
    let line_end = ["\n", "\n", "\r\n"][random.below(3)];
    let form = Form {
        line_end,
        level: ["", "  ", "    ", "\t"][random.below(4)],
        colon: [": ", ": ", ":", " : "][random.below(4)],
        comma: [", ", ",", " ,"][random.below(3)],
        is_odd: random.below(5) == 0,
    };
    let mut text = String::new();
    collection(&mut random, &form, 0, 3, &mut text);
    text.push_str(["", line_end][random.below(2)]);
    text
}

/// How a text is laid out.
struct Form {
    line_end: &'static str,
    /// One level of indentation; none where all stands in one line.
    level: &'static str,
    colon: &'static str,
    comma: &'static str,
    /// Whether some collections are laid out in another way than the others.
    is_odd: bool,
}

fn collection(random: &mut Random, form: &Form, level: usize, depth: usize, out: &mut String) {
    let is_object = random.below(3) > 0;
    let in_lines = !(form.level.is_empty() || form.is_odd && random.below(3) == 0);
    let is_ordered = random.below(5) == 0;
    let count = if is_ordered { 4 + random.below(3) } else { random.below(4) };
    out.push(if is_object { '{' } else { '[' });
    let new_line = |level: usize, out: &mut String| {
        if in_lines && (count > 0 || form.is_odd) {
            out.push_str(form.line_end);
            out.push_str(&form.level.repeat(level));
        }
    };
    for number in 0..count {
        if number > 0 {
            out.push_str(if in_lines { form.comma.trim_end() } else { form.comma });
        }
        new_line(level + 1, out);
        if is_object {
            let key =
                if is_ordered { "k" } else { ["k", "key", "a b", "on", "q", "é\\n", ""][random.below(7)] };
            let _ = write!(out, "\"{key}{number}\"{}", form.colon);
        }
        if depth > 0 && random.below(3) == 0 {
            collection(random, form, level + 1, depth - 1, out);
        } else {
            out.push_str(SCALARS[random.below(SCALARS.len())]);
        }
    }
    new_line(level, out);
    out.push(if is_object { '}' } else { ']' });
}

/// Scalars of every type, some of them hard to read.
const SCALARS: &[&str] = &[
    "1",
    "-2.5e3",
    "true",
    "false",
    "null",
    "\"\"",
    "\"a\"",
    "\"yes\"",
    "\"two words\"",
    "\"a, b: {c}\"",
    "\"it's #1\"",
    "\"l\\nm\\t\"",
    "\"\\\"q\\\"\"",
    "\"\\u00e9\\ud83d\\ude00\\/\"",
    "\"é\\\\\"",
    "\"}]\"",
];

proptest! {
    #[test]
    fn a_change_of_json_is_made_and_nothing_else_changes(text in any::<u64>(), change in any::<u64>()) {
        check(&random_json(text), Language::Json, change)?;
    }
}

#[test]
fn most_changes_of_json_are_made() {
    let mut counts = [0, 0];
    for seed in 0..1500_u64 {
        let text = random_json(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        match check(&text, Language::Json, seed.wrapping_mul(0x2545_f491_4f6c_dd1d)) {
            Ok(made) => counts[usize::from(made)] += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(counts[1] > 700, "{counts:?}");
}
