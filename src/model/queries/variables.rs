//! Turns an expression with Grafana's variables into expressions that the parser takes. Raw texts (between backquotes)
//! become quoted ones: the parser reads escapes in them, where `PromQL` has none.

/// What a variable becomes where a name or a text is wanted. A name that holds it is not known.
pub(super) const MARK: &str = "ptd_lint_variable";

/// The expression with its variables replaced: by a time in brackets and after `offset`, elsewhere by a name, and, as a
/// second try, by a number.
pub(super) fn without_variables(text: &str) -> Vec<String> {
    let first = replaced(text, MARK);
    if first.1 == 0 { vec![first.0] } else { vec![first.0, replaced(text, "5").0] }
}

/// The text with each variable replaced, and how many there were.
fn replaced(text: &str, name: &str) -> (String, usize) {
    let mut out = String::with_capacity(text.len());
    let mut count = 0;
    let mut quote = None;
    // Whether a `[` is open.
    let mut range = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(length) = variable(rest) {
            rest = &rest[length..];
            count += 1;
            out.push_str(match quote {
                Some(_) => MARK,
                // A unit may follow: `[${seconds}s]`.
                None if range || out.trim_end().ends_with("offset") => {
                    if rest.starts_with(|c: char| c.is_ascii_alphanumeric()) { "5" } else { "5m" }
                }
                None => name,
            });
            continue;
        }
        let mut length = c.len_utf8();
        match quote {
            // An escape hides the quote behind it. Between backquotes there are none.
            Some(open) if c == '\\' && open != '`' => {
                length += rest[length..].chars().next().map_or(0, char::len_utf8);
            }
            Some(open) if c == open => {
                quote = None;
                if c == '`' {
                    out.push('"');
                    rest = &rest[length..];
                    continue;
                }
            }
            Some('`') if matches!(c, '\\' | '"') => out.push('\\'),
            Some(_) => {}
            None => match c {
                '`' => {
                    quote = Some(c);
                    out.push('"');
                    rest = &rest[length..];
                    continue;
                }
                '"' | '\'' => quote = Some(c),
                '[' => range = true,
                ']' => range = false,
                _ => {}
            },
        }
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    (out, count)
}

/// How long the variable is that a text begins with: `$name`, `${name:format}` or `[[name]]`. `$1` is none: it stands in
/// replacements of labels.
fn variable(text: &str) -> Option<usize> {
    let word = |text: &str| {
        let length = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
        (length > 0 && !text.starts_with(|c: char| c.is_ascii_digit())).then_some(length)
    };
    if let Some(inner) = text.strip_prefix("${") {
        word(inner)?;
        return Some(2 + inner.find('}')? + 1);
    }
    if let Some(inner) = text.strip_prefix("[[") {
        let name = word(inner)?;
        let end = inner.find("]]")?;
        let format = inner[name..end].is_empty() || inner[name..end].starts_with(':');
        return format.then_some(2 + end + 2);
    }
    Some(1 + word(text.strip_prefix('$')?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_a_variable_becomes_what_its_place_wants() {
        let first = |text: &str| without_variables(text).remove(0);
        assert_eq!(first("a{b=~\"$c\"}[$__rate_interval]"), format!("a{{b=~\"{MARK}\"}}[5m]"));
        assert_eq!(
            first("a{b=~\"${c:regex}.x\"}[${d}s] offset $e"),
            format!("a{{b=~\"{MARK}.x\"}}[5s] offset 5m")
        );
        assert_eq!(first("a[[[d]]] + [[e]] * $f"), format!("a[5m] + {MARK} * {MARK}"));
        assert_eq!(without_variables("topk($n, a)")[1], "topk(5, a)");
        assert_eq!(first("'\\'[' + $é"), format!("'\\'[' + {MARK}"));
    }

    #[test]
    fn raw_texts_become_quoted_ones() {
        assert_eq!(without_variables("a{b=~`\\d\"'$`} [5m]"), ["a{b=~\"\\\\d\\\"'$\"} [5m]"]);
    }

    #[test]
    fn references_to_groups_and_plain_texts_stay() {
        for text in ["label_replace(a, \"b\", \"$1\", \"c\", \"(.*)$\")", "a{b=\"c\"}[5m]", "$", "${", "[["] {
            assert_eq!(without_variables(text), [text]);
        }
    }
}
