//! Turns texts into Markdown that shows them as they are.

use crate::report::clean;

/// A text of a rule: what stands in backticks stays code, and nothing else is taken for markup. Lines are paragraphs.
pub(super) fn prose(text: &str) -> String {
    let lines = clean::lines(text.trim());
    let paragraphs: Vec<String> =
        lines.split('\n').map(str::trim).filter(|line| !line.is_empty()).map(inline).collect();
    paragraphs.join("\n\n")
}

/// One line of such a text.
pub(super) fn inline(text: &str) -> String {
    let text = clean::line(text);
    // Without its partner a backtick is one like any other character.
    let is_paired = text.matches('`').count().is_multiple_of(2);
    let mut out = String::with_capacity(text.len());
    for (index, part) in text.split('`').enumerate() {
        if index > 0 {
            out.push_str(if is_paired { "`" } else { "\\`" });
        }
        if index % 2 == 1 && is_paired { out.push_str(part) } else { escape(part, &mut out) }
    }
    out
}

/// One line, for a cell of a table.
pub(super) fn cell(text: &str) -> String {
    inline(&text.replace('\n', " ")).replace('|', "\\|")
}

/// A text as code within a line.
pub(super) fn code(text: &str) -> String {
    let text = clean::line(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{blank}{text}{blank}{ticks}")
}

/// A block of code, in the language that the file's name tells.
pub(super) fn block(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    let text = clean::lines(text.trim_end_matches('\n'));
    let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

/// The language of a file, as highlighters name it.
pub(super) fn language(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("yaml" | "yml") => "yaml",
        Some("json") => "json",
        Some("ini") => "ini",
        _ => "text",
    }
}

fn escape(text: &str, out: &mut String) {
    let characters: Vec<char> = text.chars().collect();
    for (index, character) in characters.iter().enumerate() {
        let is_within_word = || {
            let beside = [index.checked_sub(1), Some(index + 1)];
            beside.iter().all(|at| at.and_then(|at| characters.get(at)).is_some_and(|c| c.is_alphanumeric()))
        };
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '_' if is_within_word() => out.push('_'),
            '\\' | '*' | '_' | '[' | ']' | '#' | '~' => {
                out.push('\\');
                out.push(*character);
            }
            other => out.push(*other),
        }
    }
}

/// The most backticks that follow each other.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_is_markup_in_a_text() {
        assert_eq!(
            inline("set `a_b <c>` to <b> or *d* of a_b _c"),
            "set `a_b <c>` to &lt;b&gt; or \\*d\\* of a_b \\_c"
        );
        assert_eq!(inline("a ` b <c>"), "a \\` b &lt;c&gt;");
        assert_eq!(prose("one\ntwo\u{1b}[1m\n\n"), "one\n\ntwo␛\\[1m");
        assert_eq!(cell("a | b\nc `x|y`"), "a \\| b c `x\\|y`");
    }

    #[test]
    fn fences_are_longer_than_what_they_hold() {
        assert_eq!(block("yaml", "a: |\n  ```\n  x  \n"), "````yaml\na: |\n  ```\n  x\n````\n");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
    }
}
