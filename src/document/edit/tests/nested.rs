//! What holds of every change of a text in a text, and of one in that: the inner text becomes what it would become by
//! itself, in whatever style it is written, and what stands around it changes only where that was asked for too.

use proptest::prelude::*;

use super::hosts::host;
use super::hosts::parsed;
use super::make;
use super::nest;
use super::plain;
use super::properties;
use super::random::random_yaml;
use super::random_json::random_json;
use super::random_programs;
use super::read;
use super::replace;
use crate::document::Body;
use crate::document::Change;
use crate::document::DocId;
use crate::document::Document;
use crate::document::Documents;
use crate::document::Language;
use crate::document::Place;
use crate::document::Tree;
use crate::tests::Random;
use crate::tests::random_program;

/// A text of any language.
fn guest(random: &mut Random) -> (String, Language) {
    let seed = u64::try_from(random.below(1 << 30)).unwrap().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    match random.below(5) {
        0 => (random_json(seed), Language::Json),
        1 | 2 => (random_program(seed, 8, 2), Language::Alloy),
        _ => (random_yaml(seed), Language::Yaml),
    }
}

/// Whether a text can be changed at all.
fn is_sound(text: &str, language: Language) -> bool {
    match language {
        Language::Alloy => crate::document::alloy::parse(text.into()).errors.is_empty(),
        _ => properties::fault(text, language).is_none(),
    }
}

/// A change somewhere in a document.
fn random_change(random: &mut Random, document: &Document, doc: DocId) -> Option<Change> {
    match &document.body {
        Body::Tree(tree) => {
            let places = properties::paths(tree);
            let place = places.get(random.below(places.len().max(1)))?.1.span();
            Some(properties::random_change(random, Place { doc, span: place }))
        }
        Body::Alloy(file) => {
            let places = random_programs::places(file);
            let span = places.get(random.below(places.len().max(1)))?.1;
            Some(random_programs::random_change(random, Place { doc, span }))
        }
    }
}

/// The same change in another document.
fn moved(change: &Change, to: DocId) -> Change {
    let mut change = change.clone();
    match &mut change {
        Change::Replace { at, .. } | Change::Remove { at } | Change::Rename { at, .. } => at.doc = to,
        Change::Put { under, .. } => under.doc = to,
        Change::Append { to: list, .. } => list.doc = to,
        Change::AddComponent { after, .. } => after.doc = to,
    }
    change
}

fn text_at(tree: &Tree, route: &str) -> Option<String> {
    tree.root()?.at(route)?.text().map(str::to_owned)
}

/// Around a text the one that holds it, in each of the styles, and whether that is JSON.
fn wrapped(random: &mut Random, text: &str) -> Option<(String, Tree, bool)> {
    let style = [0, 0, 0, 1, 2, 3, 4][random.below(7)];
    // The lines of a block end as those around it do; only escapes can spell another end.
    let is_escaped = matches!(style, 2 | 3);
    let text = if is_escaped { text.to_owned() } else { text.replace('\r', "") };
    let host = host(random, &text, style);
    let tree = parsed(&host, style == 2)?;
    text_at(&tree, "k.c")?;
    Some((host, tree, style == 2))
}

const fn language(is_json: bool) -> Language {
    if is_json { Language::Json } else { Language::Yaml }
}

/// How many texts there are around the one that was changed; none where nothing was.
fn check(seed: u64) -> Result<usize, TestCaseError> {
    let mut random = Random(seed | 1);
    for _ in 0..20 {
        random.below(2);
    }
    let (inner, inner_language) = guest(&mut random);
    // From the inside out.
    let mut hosts: Vec<(String, Tree, bool)> = Vec::new();
    for _ in 0..=random.below(2) {
        let held = hosts.last().map_or(&inner, |(text, ..)| text);
        let Some(host) = wrapped(&mut random, held) else { return Ok(0) };
        hosts.push(host);
    }
    hosts.reverse();
    // What each holds is what is read in it, which may be another text than was meant.
    let Some((outer, _, is_json)) = hosts.first() else { return Ok(0) };
    let mut documents = read(outer, language(*is_json));
    for (number, (_, _, is_json)) in hosts.iter().enumerate().skip(1) {
        let held = text_at(documents.files[0].documents[number - 1].tree().unwrap(), "k.c");
        let tree = held.and_then(|held| parsed(&held, *is_json));
        if tree.and_then(|tree| text_at(&tree, "k.c")).is_none() {
            return Ok(0);
        }
        nest(&mut documents, "k.c", language(*is_json));
    }
    let last = documents.files[0].documents[hosts.len() - 1].tree().and_then(|tree| text_at(tree, "k.c"));
    let Some(inner) = last.filter(|inner| is_sound(inner, inner_language)) else { return Ok(0) };
    nest(&mut documents, "k.c", inner_language);
    let alone = read(&inner, inner_language);
    let index = random.below(alone.files[0].documents.len());
    let id = |index: usize| DocId { file: 0, index: u32::try_from(index).unwrap() };
    let Some(change) = random_change(&mut random, alone.document(id(index)), id(index)) else { return Ok(0) };
    let mut changes = vec![moved(&change, id(hosts.len() + index))];
    // What stands beside it, on each level.
    let z = |documents: &Documents, number: usize| {
        let tree = documents.files[0].documents[number].tree()?;
        Some(tree.root()?.at("k.z")?.span())
    };
    let beside: Vec<usize> =
        (0..hosts.len()).filter(|number| random.below(2) == 0 && z(&documents, *number).is_some()).collect();
    for number in &beside {
        changes.push(replace(Place { doc: id(*number), span: z(&documents, *number).unwrap() }, plain("2")));
    }
    let expected = make(&alone, &[change]);
    let after = make(&documents, &changes);
    let context = || format!("{changes:?}\n{outer:?}\n{after:?}\n--- before\n{outer}\n--- inner\n{inner}");
    let (expected, mut text) = match (expected, &after) {
        (Ok(expected), Ok(after)) => (expected, after.clone()),
        (Err(_), Err(_)) => return Ok(0),
        (Ok(_), Err(why)) if why.contains("cannot hold the changed text") => return Ok(0),
        (expected, _) => return Err(TestCaseError::fail(format!("{expected:?} {}", context()))),
    };
    for (number, (_, _, is_json)) in hosts.iter().enumerate() {
        let Some(tree) = parsed(&text, *is_json) else { return Err(TestCaseError::fail(context())) };
        let now = text_at(&tree, "k.z");
        let before = documents.files[0].documents[number].tree().and_then(|tree| text_at(tree, "k.z"));
        let before = if beside.contains(&number) { Some("2".to_owned()) } else { before };
        prop_assert_eq!(now, before, "{}", context());
        let Some(held) = text_at(&tree, "k.c") else { return Err(TestCaseError::fail(context())) };
        text = held;
    }
    prop_assert_eq!(text, expected, "{}", context());
    Ok(hosts.len())
}

proptest! {
    #[test]
    fn a_change_of_a_text_in_texts_is_that_of_the_text_alone(seed in any::<u64>()) {
        check(seed)?;
    }
}

#[test]
fn many_changes_of_texts_in_texts_are_made() {
    let mut made = [0; 3];
    for seed in 0..3000_u64 {
        match check(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)) {
            Ok(levels) => made[levels] += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(made.iter().all(|count| *count > 300), "by texts around: {made:?}");
}
