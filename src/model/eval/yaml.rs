//! Turns YAML text into values as `encoding.from_yaml` does, which is Go's yaml.v3.
//!
//! The document layer types scalars as yaml.v2 does. Where the two differ, or may, the leaf stays unknown.

use std::sync::Arc;

use super::traced::Fields;
use super::traced::Kind;
use super::traced::Traced;
use crate::document::NodeKind;
use crate::document::NodeRef;
use crate::document::ParseFault;
use crate::document::Scalar;
use crate::document::Style;
use crate::document::Tree;
use crate::document::parse_yaml;

/// Deeper nesting than this is not read.
const DEEPEST: u32 = 300;

/// More nodes than this are not read: aliases multiply.
const MOST_NODES: u32 = 100_000;

/// Reads the first document. A reason does not repeat the text, which may come from a secret.
pub(crate) fn parse(text: &str) -> Result<Traced, String> {
    // Go refuses tabs in some places where the document layer does not mind them.
    if text.contains('\t') {
        return Ok(Traced::unknown("YAML text with tabs is not followed"));
    }
    let stream = parse_yaml(&Arc::from(text));
    // Later documents are not looked at. One that cannot be read leaves no tree, so what is wrong before the end of
    // the first tree is wrong with the first document.
    let root = stream.documents.first().and_then(Tree::root);
    let end = root.map_or(u32::MAX, |root| root.span().end);
    if let Some(problem) = stream.errors.iter().find(|problem| problem.span.start < end) {
        let at = problem.span.start;
        return match problem.kind {
            ParseFault::Syntax => Err(format!("invalid YAML at byte {at}")),
            ParseFault::DuplicateKey { .. } => {
                Err(format!("invalid YAML at byte {at}: a key is written twice"))
            }
            ParseFault::BadAlias => Err(format!("invalid YAML at byte {at}: an alias has no anchor")),
            _ => Ok(Traced::unknown("the YAML text cannot be followed")),
        };
    }
    let mut budget = MOST_NODES;
    match root {
        Some(root) => Ok(value(root, DEEPEST, &mut budget).unwrap_or_else(Traced::too_large)),
        None => Ok(Traced::null()),
    }
}

/// The value of a node; `None` for something too large.
fn value(node: NodeRef<'_>, depth: u32, budget: &mut u32) -> Option<Traced> {
    let depth = depth.checked_sub(1)?;
    *budget = budget.checked_sub(1)?;
    if node.resolved().raw().tag().is_some() {
        return Some(tagged());
    }
    if node.is_sequence() {
        let items: Option<Vec<Traced>> = node.items().map(|item| value(item, depth, budget)).collect();
        return items.map(Traced::array);
    }
    if node.is_mapping() {
        return mapping(node, depth, budget);
    }
    Some(scalar(node))
}

fn mapping(node: NodeRef<'_>, depth: u32, budget: &mut u32) -> Option<Traced> {
    let merges =
        |node: NodeRef<'_>| node.is_mapping() || node.is_sequence() && node.items().all(NodeRef::is_mapping);
    if node.entries().any(|(key, value)| key.is_merge() && !merges(value)) {
        return Some(Traced::unknown("a merge of something that is no YAML mapping is not followed"));
    }
    let mut fields = Fields::new();
    for (key, field) in node.entries_merged() {
        let name = match scalar(key).kind {
            Kind::Text(name) => String::from_utf8_lossy(&name).into_owned(),
            // Go makes another type of map then, which expressions cannot look into.
            _ => return Some(Traced::unknown("YAML keys that are not text are not followed")),
        };
        fields.insert(name.into(), value(field, depth, budget)?);
    }
    Some(Traced::object(fields))
}

fn tagged() -> Traced {
    Traced::unknown("tags in YAML text are not followed")
}

fn scalar(node: NodeRef<'_>) -> Traced {
    let node = node.resolved();
    let text = node.text().unwrap_or_default();
    if node.raw().tag().is_some() {
        return tagged();
    }
    match &node.raw().kind {
        NodeKind::Scalar { style: Style::Plain, .. } => {}
        NodeKind::Scalar { style: Style::Literal | Style::Folded, .. } => {
            // The line break that ends the text, but not the source, is none to Go.
            let source = &node.tree.text;
            let last = !source.ends_with('\n') && node.span().end as usize >= source.len();
            return Traced::text(text.strip_suffix('\n').filter(|_| last).unwrap_or(text));
        }
        _ => return Traced::text(text),
    }
    let first = text.bytes().next().unwrap_or_default();
    match node.scalar() {
        Some(Scalar::Null) => Traced::null(),
        // yaml.v3 has only these two words for booleans.
        Some(Scalar::Bool(value)) if matches!(text.to_ascii_lowercase().as_str(), "true" | "false") => {
            Kind::Bool(value).into()
        }
        Some(Scalar::Bool(_)) => Traced::text(text),
        Some(Scalar::Int(value)) if is_decimal(text) => Kind::Int(value).into(),
        Some(Scalar::Float(value)) if is_decimal_float(text) => Kind::Float(value).into(),
        Some(Scalar::Text(_)) if !matches!(first, b'0'..=b'9' | b'+' | b'-' | b'.' | b'<') => {
            Traced::text(text)
        }
        Some(Scalar::Text(_)) if !looks_special(text) => Traced::text(text),
        _ => Traced::unknown("a YAML number or time in an unusual form is not followed"),
    }
}

/// An integer that all readers take for the same: no leading zero, no `_`.
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'))
}

/// `1.5`, `-2.5e+3`: digits, one point, perhaps an exponent.
fn is_decimal_float(text: &str) -> bool {
    let number = text.strip_prefix('-').unwrap_or(text);
    let Some((whole, rest)) = number.split_once('.') else { return false };
    let (fraction, exponent) = match rest.split_once(['e', 'E']) {
        Some((fraction, exponent)) => (fraction, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => (rest, "0"),
    };
    [whole, fraction, exponent]
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether text that starts like a number may be one to yaml.v3, or a time, or a merge.
fn looks_special(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let based = unsigned.strip_prefix('0').and_then(|rest| rest.strip_prefix(['x', 'X', 'o', 'O', 'b', 'B']));
    let numeric = match based {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'_'),
        None => {
            text.bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b'+' | b'-' | b'.' | b'e' | b'E'))
                && text.bytes().any(|byte| byte.is_ascii_digit())
        }
    };
    let dated = text
        .split_once('-')
        .is_some_and(|(year, _)| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()));
    let addressed = text.split('.').count() > 2;
    (numeric && !addressed) || dated || matches!(text, "<<") || text.to_ascii_lowercase().ends_with("inf")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::eval::json;

    /// The value as JSON; unknown leaves as their reasons.
    fn read(text: &str) -> String {
        let value = parse(text).unwrap();
        let mut out = String::new();
        match json::write(&value, &mut out) {
            Ok(()) => out,
            Err(_) => format!("{:?}", value.export()),
        }
    }

    #[test]
    fn reads_what_all_readers_take_for_the_same() {
        assert_eq!(read("a: [1, -2, 1.5, yes, true, ~, 7d, 10.0.0.1, \"1\"]\nb: |\n  x\n  y"), {
            "{\"a\":[1,-2,1.5,\"yes\",true,null,\"7d\",\"10.0.0.1\",\"1\"],\"b\":\"x\\ny\"}"
        });
        assert_eq!(read("x: &x {k: 1}\ny:\n  <<: *x\n  z: 2"), "{\"x\":{\"k\":1},\"y\":{\"k\":1,\"z\":2}}");
        assert_eq!(read("a: 1\n---\n{"), "{\"a\":1}");
        assert_eq!(read(""), "null");
    }

    #[test]
    fn leaves_unknown_what_readers_differ_in() {
        let unusual = "Unknown(\"a YAML number or time in an unusual form is not followed\")";
        for text in ["0644", "0o17", "0x1f", "1_000", "1e3", "2024-01-01", ".inf", "9223372036854775808"] {
            assert_eq!(read(text), unusual, "{text}");
        }
        assert_eq!(read("1: a"), "Unknown(\"YAML keys that are not text are not followed\")");
        assert_eq!(read("!!str 1"), "Unknown(\"tags in YAML text are not followed\")");
        assert_eq!(read("[a, 0644]"), format!("[Text(\"a\"), {unusual}]"));
    }

    #[test]
    fn tells_text_from_what_looks_like_a_number() {
        let unusual = "Unknown(\"a YAML number or time in an unusual form is not followed\")";
        for text in ["12-x", "123-x", "0xzz", "e5", "_1", "1.2.3", "10.0.0.1", "5m", "+x", "-.x"] {
            assert_eq!(read(text), format!("\"{text}\""));
        }
        for text in ["2024-01-01T00:00:00Z", "2024-x", "1.5e", "0o1_7", "0x1_f", "[<<]", "1-2"] {
            assert!(read(text).contains(unusual), "{text}: {}", read(text));
        }
    }

    #[test]
    fn keeps_the_line_break_that_ends_a_block() {
        assert_eq!(read("a: |\n  x\nb: 1"), "{\"a\":\"x\\n\",\"b\":1}");
        assert_eq!(read("a: |\n  x\n"), "{\"a\":\"x\\n\"}");
    }

    #[test]
    fn leaves_unknown_what_merges_no_mapping() {
        let reason = "Unknown(\"a merge of something that is no YAML mapping is not followed\")";
        for text in ["<<: [1]\na: 2", "<<: 1\na: 2", "<<: [{a: 1}, 1]"] {
            assert_eq!(read(text), reason, "{text}");
        }
        assert_eq!(read("<<: [{a: 1}, {b: 2}]\nc: 3"), "{\"a\":1,\"b\":2,\"c\":3}");
    }

    #[test]
    fn refuses_without_repeating_the_text() {
        assert_eq!(parse("hunter2: {").err().unwrap(), "invalid YAML at byte 9");
        assert_eq!(parse("a: 1\na: 2").err().unwrap(), "invalid YAML at byte 5: a key is written twice");
        assert!(parse("*hunter2").err().unwrap().starts_with("invalid YAML at byte "));
    }

    #[test]
    fn does_not_follow_aliases_without_end() {
        let mut text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n".to_owned();
        for level in 1..7 {
            let list = vec![format!("*a{}", level - 1); 10].join(", ");
            text.push_str(
                &["a", &level.to_string(), ": &a", &level.to_string(), " [", &list, "]\n"].concat(),
            );
        }
        assert!(read(&text).starts_with("Unknown("));
    }
}
