//! Feeds damaged texts to all parsers of this folder.

use std::path::Path;
use std::path::PathBuf;

use super::invariants::survives;
use crate::tests::Random;
use crate::tests::not_run;

const SAMPLES: &[&str] = &[
    "a:\n- x\n-\n- - y\nb:\nc:   # | hi\n  d: |2 # c\n\n     x\n    y\n\ne: 'q'\nf: [1, {g: h}] # z\n\n",
    "base: &b {k: v, l: [1, 2]}\nuse:\n  <<: *b\n  m: !!str 5\n  n: !x\n? complex\n: *b\n",
    "data:\n  config.alloy: |-\n    loki.write \"x\" {\n      url = \"http://é\"\n    }\n  folded: >+\n    one\n    two\n\n      three\n\n",
    "---\ns: 'it''s\n\n  folded'\nd: \"a\\n\\\n  \\ b \\u00e9 \\ud83d\\ude00\"\n...\n--- >-\n x\n y\n---\n\"k\" : plain\n  text 漢字\n",
    "{\"a\": [1, -2.5e3, true, null, \"x\\ny \\ud83d\\ude00\", {}], \"b\": \"c2VjcmV0\"}",
    "[auth.proxy]\nenabled = true ; c\nlong = \"\"\"a\nb\"\"\"\nj = x \\\n y\n[log]\nmode: `c`\n",
    "@SET a=é\n[INPUT]\n    Name tail\n[OUTPUT]\n    Name http\n    Header Authorization x y\n@INCLUDE é.conf\n",
    "<source>\n  @type tail\n</source>\n<match é.**>\n  <store>\n    url \"http://é\"\n  </store>\n</match>\n",
    "[a.b]\nc = [1, \"é\"]\nd = { e = 2024-01-01, f = 'x' }\n[[g]]\nh = 1_0.5\n",
];

/// Bytes that mean something to one of the parsers.
const PARTS: &[&str] = &[
    "\n", "\r\n", "\r", "\t", " ", "  ", ":", ": ", "- ", "-", "?", "|", ">", "|+", ">-", "|9", "'", "\"",
    "\\", "[", "]", "{", "}", ",", "#", " #", "&a", "*a", "!", "!!int ", "%", "@", "`", "---\n", "...\n",
    "<<", "é", "😀", "\u{feff}", "\u{0}", "\u{85}", "\u{2028}", "~", "0", "\"\"\"", "=", ";", "\\\n", "\\u",
    "key: ",
];

/// Files below `folder` with one of the extensions, sorted.
pub(super) fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| extensions.iter().any(|wanted| found == *wanted)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// One to six random changes.
fn mutate(text: &mut String, random: &mut Random) {
    for _ in 0..=random.below(6) {
        let mut at = random.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let mut end = at + random.below(12).min(text.len() - at);
        while !text.is_char_boundary(end) {
            end += 1;
        }
        match random.below(4) {
            0 => text.replace_range(at..end, ""),
            1 => text.insert_str(at, PARTS[random.below(PARTS.len())]),
            2 => text.replace_range(at..end, PARTS[random.below(PARTS.len())]),
            _ => {
                let copy = text[at..end].to_owned();
                text.insert_str(at, &copy);
            }
        }
    }
}

#[test]
fn mutated_texts_never_break_anything() {
    let mut random = Random(0x5eed_1234_5678_9abc);
    for round in 0..6_000 {
        let mut text = SAMPLES[round % SAMPLES.len()].to_owned();
        mutate(&mut text, &mut random);
        survives(&text);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "reads the shared corpus where it is there")]
fn mutated_corpus_files_never_break_anything() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/ptd");
    let files = files(&folder, &["yaml", "yml", "json"]);
    if files.is_empty() {
        not_run("../shared/corpus/ptd");
        return;
    }
    let mut random = Random(0x5eed_0000_0000_0001);
    let mut checked = 0;
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        if text.len() < 6_000 {
            survives(&text);
            let mut text = text;
            mutate(&mut text, &mut random);
            survives(&text);
            checked += 1;
        }
    }
    println!("{checked} files");
}

#[test]
fn every_prefix_of_a_sample_is_survived() {
    for sample in SAMPLES {
        for (at, _) in sample.char_indices() {
            survives(&sample[..at]);
            survives(&sample[..at].replace('\n', "\r\n"));
        }
    }
}

#[test]
fn strange_inputs_are_survived() {
    let mut inputs =
        vec!["\u{0}".to_owned(), "\u{feff}".to_owned(), "\u{feff}\u{feff}a: 1".to_owned(), "|".to_owned()];
    for part in PARTS {
        inputs.push(part.repeat(3_000));
        inputs.push(format!("a{}: 1\n", part.repeat(50)).repeat(50));
    }
    for input in inputs {
        survives(&input);
    }
}
