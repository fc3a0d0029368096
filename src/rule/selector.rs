//! Turns a LogQL stream selector such as `{app="x", level=~"warn|error"}` into what is wrong with it.

use crate::text::anchored;

/// Why Loki would refuse a text as a selector of streams; `None` where it takes it.
///
/// Loki wants matchers in braces, and at least one of them has to leave out streams without its label
/// (`loki: pkg/logql/syntax`). `{}` stands for all streams.
pub(crate) fn fault(source: &str) -> Option<String> {
    read(source).err()
}

/// How a matcher compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Fits,
    FitsNot,
}

const COMPARISONS: [(&str, Comparison); 4] = [
    ("=~", Comparison::Fits),
    ("!~", Comparison::FitsNot),
    ("!=", Comparison::NotEqual),
    ("=", Comparison::Equal),
];

fn read(source: &str) -> Result<(), String> {
    let rest = source.trim_start();
    let Some(mut rest) = rest.strip_prefix('{').map(str::trim_start) else {
        return Err("a selector is written in braces".to_owned());
    };
    if let Some(after) = rest.strip_prefix('}') {
        return end(after);
    }
    let mut leaves_out = false;
    loop {
        let name = rest.find(|c: char| !c.is_alphanumeric() && c != '_').map_or(rest, |end| &rest[..end]);
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err("the name of a label is missing".to_owned());
        }
        rest = rest.strip_prefix(name).unwrap_or_default().trim_start();
        let found = COMPARISONS.into_iter().find_map(|(sign, kind)| Some((rest.strip_prefix(sign)?, kind)));
        let Some((after, comparison)) = found else {
            return Err(format!("`{name}` wants one of = != =~ !~ after it"));
        };
        let (value, after) = quoted(after.trim_start())
            .ok_or_else(|| format!("the value of `{name}` is not text in double quotes"))?;
        leaves_out |= !takes_absent(comparison, &value)
            .ok_or_else(|| format!("the regular expression of `{name}` cannot be read"))?;
        rest = after.trim_start();
        if let Some(after) = rest.strip_prefix(',') {
            rest = after.trim_start();
            continue;
        }
        let after =
            rest.strip_prefix('}').ok_or("its matchers are not joined by commas and closed by a brace")?;
        end(after)?;
        break;
    }
    if leaves_out {
        Ok(())
    } else {
        Err("each of its matchers takes streams without the label too".to_owned())
    }
}

fn end(rest: &str) -> Result<(), String> {
    if rest.trim().is_empty() { Ok(()) } else { Err("something stands behind the selector".to_owned()) }
}

/// Whether streams that lack the label fit; `None` for a regular expression that cannot be read.
fn takes_absent(comparison: Comparison, value: &str) -> Option<bool> {
    Some(match comparison {
        Comparison::Equal => value.is_empty(),
        Comparison::NotEqual => !value.is_empty(),
        Comparison::Fits => anchored(value).ok()?.is_match(""),
        Comparison::FitsNot => !anchored(value).ok()?.is_match(""),
    })
}

/// The text of a Go string literal at the front, and what follows it.
fn quoted(source: &str) -> Option<(String, &str)> {
    if let Some(raw) = source.strip_prefix('`') {
        let (value, rest) = raw.split_once('`')?;
        return Some((value.to_owned(), rest));
    }
    let body = source.strip_prefix('"')?;
    let mut value = String::new();
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, body.get(at + 1..)?)),
            '\n' => return None,
            '\\' => value.push(escaped(&mut chars)?),
            c => value.push(c),
        }
    }
    None
}

/// The character behind a backslash. Bytes above 127 stand for the character of that number: only emptiness and the
/// patterns' form are of interest here.
fn escaped(chars: &mut std::str::CharIndices<'_>) -> Option<char> {
    let (digits, radix, first) = match chars.next()?.1 {
        'a' => return Some('\u{7}'),
        'b' => return Some('\u{8}'),
        'f' => return Some('\u{c}'),
        'n' => return Some('\n'),
        'r' => return Some('\r'),
        't' => return Some('\t'),
        'v' => return Some('\u{b}'),
        c @ ('\\' | '"') => return Some(c),
        'x' => (2, 16, None),
        'u' => (4, 16, None),
        'U' => (8, 16, None),
        c @ '0'..='7' => (2, 8, Some(c)),
        _ => return None,
    };
    let mut number = first.and_then(|c| c.to_digit(8)).unwrap_or(0);
    for _ in 0..digits {
        number = number.checked_mul(radix)?.checked_add(chars.next()?.1.to_digit(radix)?)?;
    }
    char::from_u32(number)
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn takes_what_loki_takes() {
        for good in [
            "{}",
            r#"{app="x"}"#,
            r#" { app = "x" , level=~"warn|error" } "#,
            r#"{app!="", level!~"debug"}"#,
            r#"{app=~".+"}"#,
            "{app=`x`}",
            r#"{app!~".*", level=""}"#,
            r#"{app=~"a\\.b"}"#,
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
    }

    #[test]
    fn escapes_are_those_of_go() {
        let read = |text: &str| super::escaped(&mut text.char_indices());
        for (text, expected) in [
            ("a", Some('\u{7}')),
            ("b", Some('\u{8}')),
            ("f", Some('\u{c}')),
            ("n", Some('\n')),
            ("r", Some('\r')),
            ("t", Some('\t')),
            ("v", Some('\u{b}')),
            ("\\", Some('\\')),
            ("\"", Some('"')),
            ("x41", Some('A')),
            ("x4", None),
            ("u00e9", Some('\u{e9}')),
            ("U0001f600", Some('\u{1f600}')),
            ("Uffffffff", None),
            ("101", Some('A')),
            ("701", Some('\u{1c1}')),
            ("18", None),
            ("8", None),
            ("d", None),
            ("", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_the_rest() {
        for (bad, reason) in [
            ("", "a selector is written in braces"),
            (r#"app="x""#, "a selector is written in braces"),
            ("{app=x}", "the value of `app` is not text in double quotes"),
            ("{app='x'}", "the value of `app` is not text in double quotes"),
            (r#"{app="\d"}"#, "the value of `app` is not text in double quotes"),
            (r#"{app:"x"}"#, "`app` wants one of = != =~ !~ after it"),
            (r#"{="x"}"#, "the name of a label is missing"),
            (r#"{app="x",}"#, "the name of a label is missing"),
            (r#"{app="x" level="y"}"#, "its matchers are not joined by commas and closed by a brace"),
            (r#"{app="x""#, "its matchers are not joined by commas and closed by a brace"),
            (r#"{app=~"("}"#, "the regular expression of `app` cannot be read"),
            (r#"{app=~".*"}"#, "each of its matchers takes streams without the label too"),
            (r#"{app=""}"#, "each of its matchers takes streams without the label too"),
            (r#"{app="x"} |= "y""#, "something stands behind the selector"),
        ] {
            assert_eq!(fault(bad).as_deref(), Some(reason), "{bad}");
        }
    }
}
