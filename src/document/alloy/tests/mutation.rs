//! Random edits never break the parser, and its spans always fit the text.

use serde_json::Value;

use crate::document::alloy::invariants::check_file;
use crate::tests::shared;

/// Programs to spoil.
const SAMPLES: &[&str] = &[
    "// Keeps what alerts need.\nprometheus.relabel \"keep\" {\n\tforward_to = [prometheus.remote_write.home.receiver]\n\n\trule {\n\t\tsource_labels = [\"__name__\"]\n\t\tregex         = \"up|loki_.*\\\\d\"\n\t\taction        = \"keep\"\n\t}\n}\n",
    "a = { x = 1, \"y z\" = -2 ^ 3, } /* c */ + f(1, [2, .5e3])[\"k\"].n || !true && null != `r\nw`\n",
    "déclare.日本 \"é_1\" {\n\tb = \"\\u00e9\\xc3\\xa9\\n\"\n\n\tc {}\n}\n# hash\nd = 'x'\n",
    "\u{feff}a \"l\" = 1\nb.c = 2\ne = b \"x\" { f = 1 }\ng\n{\n}\n",
];

/// Bytes that matter to the lexer.
const BYTES: &[u8] = b"\0\n\r\t \"'#`\\/*{}[]().,=!<>|&^-+0e\xff\xc3\xa9\xef\xbb\xbfu";

/// Numbers that look random and are the same in each run.
struct Random(u64);

impl Random {
    /// The next number below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }

    /// Changes `bytes` in one place.
    fn edit(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len());
        match self.below(4) {
            0 if at < bytes.len() => drop(bytes.remove(at)),
            1 => bytes.insert(at, BYTES[self.below(BYTES.len())]),
            2 if at < bytes.len() => bytes[at] = BYTES[self.below(BYTES.len())],
            _ => bytes.truncate(bytes.len() - self.below(bytes.len() / 4)),
        }
    }
}

#[test]
fn spoiled_samples_are_read_without_panic_and_with_fitting_spans() {
    let mut random = Random(7);
    for sample in SAMPLES {
        for _ in 0..2_000 {
            let mut bytes = sample.as_bytes().to_vec();
            for _ in 0..=random.below(6) {
                random.edit(&mut bytes);
                check_file(&bytes);
            }
        }
    }
}

#[test]
fn spoiled_cases_are_read_without_panic_and_with_fitting_spans() {
    let Some(text) = shared("data/alloy-syntax-cases.json") else { return };
    let data: Value = serde_json::from_str(&text).unwrap();
    let mut random = Random(11);
    for text in data["cases"].as_array().unwrap().iter().filter_map(|case| case["text"].as_str()) {
        check_file(text.as_bytes());
        for _ in 0..8 {
            let mut bytes = text.as_bytes().to_vec();
            random.edit(&mut bytes);
            random.edit(&mut bytes);
            check_file(&bytes);
        }
    }
}
