//! Turns the text of a comment into what it accepts: `ptd-lint: ignore[RULE, ...] REASON until=2027-01-31`.

use std::collections::HashSet;

use super::terms::Terms;
use super::terms::Trouble;
use super::terms::terms;
use crate::text::Span;
use crate::text::is_slip;

/// How a suppression is written, for messages.
const FORM: &str = "`ptd-lint: ignore[RULE] REASON`";

/// How many rules a list may name. Who accepts more wants no linting.
const MOST_RULES: usize = 100;

/// What a comment asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Directive {
    /// The whole of it, in the text that holds the comment.
    pub(super) span: Span,
    /// The rules, each at its place. Never empty.
    pub(super) rules: Vec<(Span, String)>,
    /// Whether it is about the whole text: `ignore-file`.
    pub(super) is_of_file: bool,
    /// Why, and for how long.
    pub(super) terms: Terms,
}

/// The directives of a comment, in order, and what is wrong with those that are none. Whatever does not begin like a
/// directive is prose, about which nothing is said.
pub(super) fn directives(text: &str, comment: Span) -> Vec<Result<Directive, Trouble>> {
    let source = comment.slice(text);
    let starts = starts(source);
    let mut found = Vec::new();
    for (number, start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).map_or(source.len(), |next| next.before);
        let body = source.get(start.at..end).unwrap_or_default();
        let body = body.strip_suffix("*/").unwrap_or(body).trim_end();
        found.extend(directive(body, comment.start + offset(start.at)));
    }
    found
}

/// Where a directive may begin.
struct Start {
    /// Before the sign that begins a comment.
    before: usize,
    /// At the program's name.
    at: usize,
}

/// The places of a comment at which the program's name begins it, or begins a further one in it (`# a # ptd-lint: ...`).
fn starts(source: &str) -> Vec<Start> {
    let mut starts: Vec<Start> = Vec::new();
    for (lint, _) in source.match_indices("lint") {
        let before = source.get(..lint).unwrap_or_default().trim_end_matches(['-', '_', ' ']);
        let Some(at) = before.len().checked_sub(3) else { continue };
        if !source.get(at..at + 3).is_some_and(|word| word.eq_ignore_ascii_case("ptd")) || lint - at > 4 {
            continue;
        }
        let prefix = source.get(..at).unwrap_or_default();
        let signs = prefix.trim_end_matches([' ', '\t']);
        let bare = signs.trim_end_matches(['#', '/', '*']);
        let is_line = bare.ends_with('\n') && signs.get(bare.len()..).is_some_and(|signs| signs.len() < 2);
        let has_sign = signs.len() > bare.len();
        let is_start = bare.is_empty() || is_line || has_sign && bare.ends_with([' ', '\t']);
        if is_start {
            starts.push(Start { before: bare.len(), at });
        }
    }
    starts
}

/// Words that people may try, and that mean the one that there is.
const TRIED: &[&str] = &[
    "accept",
    "allow",
    "disable",
    "except",
    "ignore",
    "ignore-file",
    "ignore-line",
    "ignore-next-line",
    "noqa",
    "nolint",
    "skip",
    "suppress",
];

/// Reads a directive. `source` begins with the program's name, at `at` of the text.
fn directive(source: &str, at: u32) -> Option<Result<Directive, Trouble>> {
    let name = source.find("lint")? + "lint".len();
    let rest = source.get(name..)?;
    if rest.starts_with(|next: char| next.is_alphanumeric() || matches!(next, '-' | '_' | '.' | '/')) {
        return None;
    }
    let behind = rest.trim_start();
    let has_colon = behind.starts_with(':');
    let behind = behind.strip_prefix(':').unwrap_or(behind).trim_start();
    let length =
        behind.find(|c: char| !(c.is_ascii_alphabetic() || matches!(c, '-' | '_'))).unwrap_or(behind.len());
    let (word, behind) = behind.split_at(length);
    let is_listed = behind.trim_start().starts_with('[');
    let is_word = matches!(word, "ignore" | "ignore-file");
    let lower = word.to_ascii_lowercase();
    // Who tells in prose what the program ignores, or ignored, asks for nothing.
    let is_slip = is_slip(&lower, "ignore") && !matches!(&*lower, "ignores" | "ignored");
    let is_near = has_colon && (is_slip || TRIED.contains(&&*lower));
    if !is_word && !is_near && !is_listed {
        return None;
    }
    let span = Span::new(at, at + offset(source.len()));
    let trouble = |span: Span, message: &str, help: String| {
        Some(Err(Trouble { span, message: message.to_owned(), help }))
    };
    if !is_word {
        let message = format!("`{word}` is no word that ptd-lint knows in a comment");
        return trouble(span, &message, format!("write {FORM}"));
    }
    if !has_colon || source.get(..name) != Some("ptd-lint") || !rest.starts_with(':') {
        let message = "this is nearly a suppression, and none";
        return trouble(span, message, format!("write `ptd-lint: {word}[RULE] REASON`"));
    }
    if !is_listed {
        let message = "the suppression names no rule";
        return trouble(span, message, format!("name the rules that it is about: {FORM}"));
    }
    let Some((inside, behind)) = behind.trim_start().strip_prefix('[').and_then(|list| list.split_once(']'))
    else {
        return trouble(span, "the list of rules is never closed", format!("add the `]`: {FORM}"));
    };
    // Both are parts of `source`.
    let place = |part: &str| at + offset(part.as_ptr() as usize - source.as_ptr() as usize);
    let read =
        rules(inside, place(inside)).and_then(|rules| Ok((rules, terms(behind, place(behind), span)?)));
    Some(read.map(|(rules, terms)| Directive { span, rules, is_of_file: word == "ignore-file", terms }))
}

/// The rules of a list, which stands at `at`.
fn rules(list: &str, at: u32) -> Result<Vec<(Span, String)>, Trouble> {
    if list.split(',').nth(MOST_RULES).is_some() {
        let span = Span::new(at, at + offset(list.len()));
        let help = "leave rules out for the whole run, under `ignore` in ptd-lint.yaml".to_owned();
        return Err(Trouble { span, message: format!("a list names at most {MOST_RULES} rules"), help });
    }
    let mut rules: Vec<(Span, String)> = Vec::new();
    let mut known = HashSet::new();
    let mut next = at;
    for part in list.split(',') {
        let (id, start) = (part.trim(), next);
        next += offset(part.len()) + 1;
        if id.is_empty() {
            let span = Span::new(start, start + offset(part.len().min(1)));
            let help = format!("name the rules: {FORM}");
            return Err(Trouble { span, message: "a rule is missing here".to_owned(), help });
        }
        let start = start + offset(part.len() - part.trim_start().len());
        let span = Span::new(start, start + offset(id.len()));
        if !known.insert(id) {
            let help = "remove one of the two".to_owned();
            return Err(Trouble { span, message: format!("`{id}` is named twice"), help });
        }
        rules.push((span, id.to_owned()));
    }
    Ok(rules)
}

/// Texts are at most 4 GiB.
fn offset(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a comment asks for, in short.
    fn read(comment: &str) -> Vec<String> {
        let text = format!("é {comment}");
        let found = directives(&text, Span::new(3, offset(text.len())));
        let told = found.into_iter().map(|found| match found {
            Ok(found) => {
                let rules: Vec<_> = found
                    .rules
                    .iter()
                    .map(|(span, id)| {
                        assert_eq!(span.slice(&text), id);
                        id.as_str()
                    })
                    .collect();
                let until = found.terms.until.map(|(span, day)| {
                    assert!(span.slice(&text).starts_with("until="), "{}", span.slice(&text));
                    format!(" until {day}")
                });
                let file = if found.is_of_file { " file" } else { "" };
                format!("{}{file}: {}{}", rules.join("+"), found.terms.reason, until.unwrap_or_default())
            }
            Err(trouble) => format!("{} @{}", trouble.message, trouble.span.slice(&text)),
        });
        told.collect()
    }

    #[test]
    fn a_directive_has_rules_a_reason_and_perhaps_an_end() {
        for (comment, meaning) in [
            ("# ptd-lint: ignore[a] ticket 7", "a: ticket 7"),
            ("#ptd-lint: ignore[a] ticket 7", "a: ticket 7"),
            ("## ptd-lint:ignore[a]: ticket 7", "a: ticket 7"),
            ("// ptd-lint: ignore[a,b] -- ticket  7", "a+b: ticket 7"),
            ("/* ptd-lint: ignore [ a , b ] ticket 7 */", "a+b: ticket 7"),
            ("/*\n * ptd-lint: ignore[a] ticket\n * 7\n */", "a: ticket 7"),
            ("# ptd-lint: ignore[a] ticket 7 until=2027-01-31", "a: ticket 7 until 2027-01-31"),
            ("# ptd-lint: ignore[a] until=2027-01-31 ticket 7", "a: ticket 7 until 2027-01-31"),
            ("# ptd-lint: ignore[a] ticket 7 (until=2027-01-31).", "a: ticket 7 until 2027-01-31"),
            ("# ptd-lint: ignore[a] ticket 7, until=2027-01-31", "a: ticket 7 until 2027-01-31"),
            ("# ptd-lint: ignore-file[a] ticket 7", "a file: ticket 7"),
            ("# told at noon # ptd-lint: ignore[a] ticket 7", "a: ticket 7"),
            ("# ptd-lint: ignore[a] wait until the move", "a: wait until the move"),
        ] {
            assert_eq!(read(comment), [meaning], "{comment}");
        }
    }

    #[test]
    fn one_comment_may_hold_several_directives() {
        let two = "# ptd-lint: ignore[a] one # ptd-lint: ignore[b] two until=2027-01-31";
        assert_eq!(read(two), ["a: one", "b: two until 2027-01-31"]);
        let block = "/*\n ptd-lint: ignore[a] one\n ptd-lint: ignore[b] two\n*/";
        assert_eq!(read(block), ["a: one", "b: two"]);
    }

    #[test]
    fn a_list_names_a_hundred_rules_at_most() {
        let list = |count: usize| (0..count).map(|id| format!("r{id}")).collect::<Vec<_>>().join(",");
        let of = |count: usize| read(&format!("# ptd-lint: ignore[{}] ticket 7", list(count)));
        assert_eq!(of(100), [format!("{}: ticket 7", list(100).replace(',', "+"))]);
        assert_eq!(of(101), [format!("a list names at most 100 rules @{}", list(101))]);
    }

    #[test]
    fn prose_about_the_program_is_no_directive() {
        for comment in [
            "# ptd-lint checks this file",
            "# ptd-lint: see the guide",
            "# ptd-lint ignores this",
            "# ptd-lint: ignored until the move",
            "# ptd-lint: accepts both",
            "# see https://ptd-lint.dev/ignore[a]",
            "# ptd-lint.yaml: ignore[a] stands there",
            "# ptd-linter: ignore[a]",
            "# write \"# ptd-lint: ignore[rule] reason\" to accept it",
            "# use ptd-lint: ignore[a] for that",
            "# yamllint disable-line",
            "# lint",
            "# xptd-lint: ignore[a]",
        ] {
            assert_eq!(read(comment), Vec::<String>::new(), "{comment}");
        }
    }

    #[test]
    fn what_is_nearly_a_directive_is_told() {
        for (comment, told) in [
            ("# ptd-lint ignore[a] x", "this is nearly a suppression, and none @ptd-lint ignore[a] x"),
            ("# ptd-lint ignore a", "this is nearly a suppression, and none @ptd-lint ignore a"),
            ("# ptdlint: ignore[a] x", "this is nearly a suppression, and none @ptdlint: ignore[a] x"),
            ("# ptd_lint: ignore[a] x", "this is nearly a suppression, and none @ptd_lint: ignore[a] x"),
            ("# PTD-lint: ignore[a] x", "this is nearly a suppression, and none @PTD-lint: ignore[a] x"),
            ("# ptd-lint : ignore[a] x", "this is nearly a suppression, and none @ptd-lint : ignore[a] x"),
            (
                "# ptd-lint: ignor[a] x",
                "`ignor` is no word that ptd-lint knows in a comment @ptd-lint: ignor[a] x",
            ),
            (
                "# ptd-lint: disable a",
                "`disable` is no word that ptd-lint knows in a comment @ptd-lint: disable a",
            ),
            (
                "# ptd-lint: mute[a] x",
                "`mute` is no word that ptd-lint knows in a comment @ptd-lint: mute[a] x",
            ),
            ("# ptd-lint: ignore", "the suppression names no rule @ptd-lint: ignore"),
            ("# ptd-lint: ignore a because", "the suppression names no rule @ptd-lint: ignore a because"),
            ("# ptd-lint: ignore[a because", "the list of rules is never closed @ptd-lint: ignore[a because"),
            ("# ptd-lint: ignore[] x", "a rule is missing here @"),
            ("# ptd-lint: ignore[a, ] x", "a rule is missing here @ "),
            ("# ptd-lint: ignore[a,b,a] x", "`a` is named twice @a"),
            ("# ptd-lint: ignore[a]", "the suppression has no reason @ptd-lint: ignore[a]"),
            ("# ptd-lint: ignore[a] --", "the suppression has no reason @ptd-lint: ignore[a] --"),
            (
                "# ptd-lint: ignore[a] until=2027-01-31",
                "the suppression has no reason @ptd-lint: ignore[a] until=2027-01-31",
            ),
            ("# ptd-lint: ignore[a] x until=31.01.2027", "`31.01.2027` is no date @until=31.01.2027"),
            ("# ptd-lint: ignore[a] x until=2027-02-30", "`2027-02-30` is no date @until=2027-02-30"),
            (
                "# ptd-lint: ignore[a] x until 2027-01-31",
                "the last day is not said as it has to be @until 2027-01-31",
            ),
            (
                "# ptd-lint: ignore[a] x until: 2027-01-31",
                "the last day is not said as it has to be @until: 2027-01-31",
            ),
            (
                "# ptd-lint: ignore[a] x until=2027-01-31 until=2027-01-31",
                "the last day is said twice @until=2027-01-31",
            ),
        ] {
            assert_eq!(read(comment), [told], "{comment}");
        }
    }
}
