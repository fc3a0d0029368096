//! Turns text from outside into Markdown that says just this text, in the dialects of GitHub and GitLab.
//!
//! Whatever could be markup becomes an entity. That is not all: servers look for names of people, numbers of issues and
//! addresses in what is left, and would tell people or make links. They leave code alone, so words that look like that
//! become code.

use crate::report::clean;

/// A text on one line. What stands between backticks in it becomes code.
pub(in crate::report) fn text(text: &str) -> String {
    let mut parts = text.split('`');
    let mut out = prose(parts.next().unwrap_or_default());
    // Two by two: what stands in backticks, and what follows. A last backtick without a partner is one.
    while let Some(inside) = parts.next() {
        if let Some(behind) = parts.next() {
            out.push_str(&code(inside));
            out.push_str(&prose(behind));
        } else {
            out.push_str("&#96;");
            out.push_str(&prose(inside));
        }
    }
    out
}

/// A text as code.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<code>{}</code>", entities(text)) }
}

fn prose(text: &str) -> String {
    let word = |word: &str| if is_looked_for(word) { code(word) } else { entities(word) };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Whether a server may take a word for a person, an issue, a label, an emoji, an address: `@name`, `#1`, `!1`, `~bug`,
/// `:x:`, `https://x`.
fn is_looked_for(word: &str) -> bool {
    let sign = |pair: &[u8]| match pair {
        [b'@' | b'#' | b'!' | b'~' | b'%' | b'$' | b'&' | b'^', next] => {
            next.is_ascii_alphanumeric() || *next >= 0x80
        }
        _ => false,
    };
    let is_address = word.contains("://") || word.to_ascii_lowercase().contains("www.");
    is_address || word.matches(':').count() > 1 || word.as_bytes().windows(2).any(sign)
}

/// What may be markup, or make other characters markup, becomes an entity, which no dialect takes for any.
fn entities(text: &str) -> String {
    let text = clean::line(text);
    let is_mark = begins_item(&text);
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let ends_www = || out.len().checked_sub(3).and_then(|at| out.get(at..)).is_some_and(is_www);
        let is_harmless = match character {
            ' ' | ',' | ';' | '/' | '?' | '\'' | '"' | '%' | '!' => true,
            '-' | '+' | '=' | '(' | ')' => !is_mark,
            '.' => !is_mark && !ends_www(),
            ':' => characters.peek() != Some(&'/'),
            other => !other.is_ascii_punctuation() && other != '\t',
        };
        if is_harmless {
            out.push(character);
        } else {
            out.extend([format!("&#{};", u32::from(character))]);
        }
    }
    out
}

fn is_www(text: &str) -> bool {
    text.eq_ignore_ascii_case("www")
}

/// `-`, `---`, `===`, `1.`, `1)`: at the beginning of a line these make lists, headings and lines.
fn begins_item(word: &str) -> bool {
    let number = word.strip_suffix(['.', ')']);
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        || word.bytes().all(|byte| matches!(byte, b'-' | b'+' | b'='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(
            text("a|b <img src=x> [x](y) *z* _\\`"),
            "a&#124;b &#60;img src=x&#62; &#91;x&#93;(y) &#42;z&#42; &#95;&#92;&#96;"
        );
        assert_eq!(text("- 1. --- a-b 3.7"), "&#45; 1&#46; &#45;&#45;&#45; a-b 3.7");
        assert_eq!(text("one\ntwo\u{1b}[0m\u{202e}"), "one␊two␛&#91;0m\u{fffd}");
    }

    #[test]
    fn names_and_addresses_become_code() {
        assert_eq!(text("ask @ops about #12"), "ask <code>&#64;ops</code> about <code>&#35;12</code>");
        assert_eq!(text("to https://x.y/z,"), "to <code>https&#58;//x.y/z,</code>");
        assert_eq!(text("www.evil.example"), "<code>www&#46;evil.example</code>");
        assert_eq!(text("100% of a & b"), "100% of a &#38; b");
        assert_eq!(text("see :smile: a:b"), "see <code>:smile:</code> a:b");
    }

    #[test]
    fn code_stays_code() {
        assert_eq!(text("logs of `a.b</code>` leave"), "logs of <code>a.b&#60;/code&#62;</code> leave");
        assert_eq!(text("a ` b"), "a &#96; b");
        assert_eq!(text("``"), "");
    }
}
