//! Edits of any text in a scalar of any style: what the scalar holds afterwards is the edited text, and nothing else
//! in its file changes.

use std::sync::Arc;

use proptest::prelude::*;

use crate::document::Style;
use crate::document::Tree;
use crate::document::edit::Edit;
use crate::document::edit::apply;
use crate::document::edit::outwards;
use crate::document::parse_json;
use crate::document::parse_yaml;
use crate::tests::Random;
use crate::text::Span;

/// Lines that texts are made of.
const LINES: &[&str] =
    &["a: 1", "", "  b: 2", "# g", "- x", "é ü", "end ", "\ttab", "it's \"q\"", "x", "", "a\\b"];

fn guest(random: &mut Random) -> String {
    let lines: Vec<&str> = (0..random.below(7)).map(|_| LINES[random.below(LINES.len())]).collect();
    let mut text = lines.join("\n");
    text.push_str(["", "\n", "\n", "\n\n"][random.below(4)]);
    text
}

/// Edits in order that do not overlap.
fn random_edits(random: &mut Random, guest: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut at = 0;
    for _ in 0..=random.below(3) {
        let start = at + random.below(guest.len() - at + 1);
        let end = start + random.below((guest.len() - start + 1).min(12));
        let is_line = random.below(3) == 0;
        let line = |at: usize| guest[..at].rfind('\n').map_or(0, |line_end| line_end + 1);
        if !guest.is_char_boundary(start) || !guest.is_char_boundary(end) {
            continue;
        }
        let (start, end) =
            if is_line { (line(start).max(at), line(end).max(line(start)).max(at)) } else { (start, end) };
        let texts =
            ["", "n", "\nnew: 1", "new: 1\n", "  deep: 2\n", "\n\n", " ", "it's", "\"", "\n  x\n\ny", "x "];
        let text = texts[random.below(texts.len())].to_owned();
        if edits.last().is_some_and(|last: &Edit| last.span.end as usize >= start) {
            continue;
        }
        at = end;
        edits
            .push(Edit { span: Span::new(u32::try_from(start).unwrap(), u32::try_from(end).unwrap()), text });
    }
    edits.retain(|edit| !edit.span.is_empty() || !edit.text.is_empty());
    edits
}

/// A file whose `k.c` holds the text in that style, as far as it can.
pub(super) fn host(random: &mut Random, guest: &str, style: usize) -> String {
    let line_end = if random.below(3) == 0 { "\r\n" } else { "\n" };
    let step = 2 + random.below(3);
    let indentation = " ".repeat(2 + step);
    let trailing = guest.len() - guest.trim_end_matches('\n').len();
    let mut chomping = ["-", "", "+"][trailing.min(2)];
    if trailing > 0 && random.below(4) == 0 {
        chomping = "+";
    }
    let starts_blank = guest.trim_start_matches('\n').starts_with(' ');
    let digit = if starts_blank || random.below(4) == 0 { step.to_string() } else { String::new() };
    let tail = if random.below(4) == 0 { String::new() } else { format!("  z: 1 # c{line_end}") };
    let indented = |line: &str| if line.is_empty() { String::new() } else { format!("{indentation}{line}") };
    let body = guest.strip_suffix('\n').unwrap_or(guest);
    match style {
        0 => {
            let lines: Vec<String> = body.split('\n').map(indented).collect();
            let end = if tail.is_empty() && trailing == 0 { "" } else { line_end };
            let extra = if chomping == "+" { "" } else { ["", "\n", "   \n"][random.below(3)] };
            let body =
                if guest.is_empty() { String::new() } else { format!("{}{end}", lines.join(line_end)) };
            format!("k:{line_end}  c: |{digit}{chomping} # h{line_end}{body}{extra}{tail}")
        }
        1 => {
            let mut lines = String::new();
            let mut last: Option<&str> = None;
            let mut empty = 0;
            for line in guest.trim_end_matches('\n').split('\n') {
                if line.is_empty() {
                    empty += 1;
                    continue;
                }
                let further = |line: &str| line.starts_with([' ', '\t']);
                let breaks = match last {
                    None => empty,
                    Some(last) if further(last) || further(line) => empty + 1,
                    Some(_) => empty + 2,
                };
                lines.push_str(&line_end.repeat(breaks));
                // Perhaps folded at a blank between two words.
                let folded = match line.split_once(' ') {
                    Some((a, b))
                        if !further(line)
                            && !a.is_empty()
                            && !b.is_empty()
                            && !b.starts_with(' ')
                            && random.below(2) == 0 =>
                    {
                        format!("{}{line_end}{}", indented(a), indented(b))
                    }
                    _ => indented(line),
                };
                lines.push_str(&folded);
                (last, empty) = (Some(line), 0);
            }
            lines.push_str(&line_end.repeat(trailing.max(1)));
            format!("k:{line_end}  c: >{digit}{chomping}{line_end}{lines}{tail}")
        }
        2 => format!("{{\"k\": {{\"c\": {}, \"z\": 1}}}}", serde_json::Value::from(guest)),
        3 => {
            let mut quoted = serde_json::Value::from(guest).to_string();
            if random.below(2) == 0 {
                // Lines that go on behind a backslash, or are folded at a blank.
                quoted = quoted
                    .replace("\\n", &format!("\\n\\{line_end}     \\u0020").replace("\\u0020", ""))
                    .replace("e ", &format!("e{line_end}    "));
            }
            format!("k:{line_end}  c: {quoted} # c{line_end}{tail}")
        }
        4 => {
            let quoted = guest.replace('\'', "''");
            let quoted = quoted.replace('\n', &format!("{line_end}{line_end}    "));
            format!("k:{line_end}  c: '{quoted}'{line_end}{tail}")
        }
        _ => format!("k:{line_end}  c: {}{line_end}{tail}", guest.replace(' ', &format!("{line_end}    "))),
    }
}

pub(super) fn parsed(text: &str, is_json: bool) -> Option<Tree> {
    let text: Arc<str> = text.into();
    if is_json {
        return parse_json(&text).ok().map(|json| json.tree);
    }
    let stream = parse_yaml(&text);
    let is_good = stream.errors.is_empty() && stream.documents.len() == 1;
    stream.documents.into_iter().next().filter(|_| is_good)
}

/// The style of the host, where edits were made.
fn check(seed: u64) -> Result<Option<Style>, TestCaseError> {
    let mut random = Random(seed | 1);
    for _ in 0..20 {
        random.below(2);
    }
    let guest = guest(&mut random);
    let style = random.below(6);
    let text = host(&mut random, &guest, style);
    let Some(tree) = parsed(&text, style == 2) else { return Ok(None) };
    let find = |tree: &Tree| tree.root().and_then(|root| root.at("k.c")).map(|node| node.id);
    let Some(id) = find(&tree) else { return Ok(None) };
    let node = tree.node(id);
    // Some guests cannot be written in that style; then it is another text.
    let Some(guest) = node.text().map(str::to_owned) else { return Ok(None) };
    let edits = random_edits(&mut random, &guest);
    let expected = apply(&guest, &edits).unwrap();
    let Ok(outer) = outwards(node, &guest, &edits) else { return Ok(None) };
    let after = apply(&text, &outer);
    let context = format!(
        "{edits:?} {outer:?}\n{text:?}\n{after:?}\n--- before\n{text}\n--- after\n{}",
        after.clone().unwrap_or_default()
    );
    let Some(after) = after else { return Err(TestCaseError::fail(context)) };
    let Some(new) = parsed(&after, style == 2) else { return Err(TestCaseError::fail(context)) };
    let Some(node) = find(&new).map(|id| new.node(id)) else { return Err(TestCaseError::fail(context)) };
    prop_assert_eq!(node.text(), Some(&*expected), "{}", context);
    let z = |tree: &Tree| tree.root().and_then(|root| root.at("k.z")).is_some();
    prop_assert_eq!(z(&tree), z(&new), "{}", context);
    prop_assert_eq!(text.matches(" # c").count(), after.matches(" # c").count(), "{}", context);
    let crate::document::NodeKind::Scalar { style, .. } = tree.node(id).raw().kind else { return Ok(None) };
    Ok(Some(style))
}

proptest! {
    #[test]
    fn edits_of_a_text_become_edits_of_its_host(seed in any::<u64>()) {
        check(seed)?;
    }
}

#[test]
fn edits_are_made_in_every_style() {
    let mut made = [0; 5];
    for seed in 0..6000_u64 {
        match check(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)) {
            Ok(Some(style)) => {
                let styles =
                    [Style::Literal, Style::Folded, Style::DoubleQuoted, Style::SingleQuoted, Style::Plain];
                made[styles.iter().position(|other| *other == style).unwrap()] += 1;
            }
            Ok(None) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert!(made.iter().all(|count| *count > 20), "literal, folded, double, single, plain: {made:?}");
}
