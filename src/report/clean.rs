//! Turns text from outside into text that is safe on a terminal, in XML and wherever else it is shown.

/// Replaces every character that could move the cursor, change colours or reorder the line. Tabs stay.
///
/// Works character by character, so that cleaning a text in pieces gives the same as cleaning it whole.
pub(crate) fn line(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// As [`line()`], but line ends stay, for texts that are meant to have several lines.
pub(crate) fn lines(text: &str) -> String {
    text.chars().map(|character| if character == '\n' { '\n' } else { visible(character) }).collect()
}

/// Whether a character is shown, and as what it is. Line ends and tabs are not: they are layout.
pub(super) fn is_visible(character: char) -> bool {
    character != '\t' && visible(character) == character
}

fn visible(character: char) -> char {
    match character {
        '\t' => '\t',
        // The Unicode block "Control Pictures" has one for each.
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        // C1 controls, bidirectional overrides and isolates: they would show another text than the one linted.
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        // Line ends to some, a mark of the byte order, and what XML has no place for.
        | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_instead_of_obeyed() {
        assert_eq!(line("a\u{1b}[31mb\r\n\u{7f}\u{9b}\u{202e}c\td"), "a␛[31mb␍␊␡\u{fffd}\u{fffd}c\td");
        assert_eq!(lines("a\n\u{7}b"), "a\n␇b");
        assert_eq!(line("a\u{2028}b\u{ffff}\u{61c}"), "a\u{fffd}b\u{fffd}\u{fffd}");
    }
}
