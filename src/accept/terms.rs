//! Turns the words of a suppression into why it is there and until when.

use crate::text::Day;
use crate::text::Span;

/// Why something is accepted, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Terms {
    /// Why. Never empty.
    pub(crate) reason: String,
    /// The last day on which it counts, and where that is written.
    pub(crate) until: Option<(Span, Day)>,
}

/// What is wrong with the words of a suppression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// Where.
    pub(crate) span: Span,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do.
    pub(crate) help: String,
}

/// How a last day is written.
const UNTIL: &str = "write `until=2027-01-31`: year, month and day";

/// Signs around words that are not part of them.
const AROUND: [char; 7] = ['(', ')', ',', ';', '.', '[', ']'];

/// Reads `REASON until=DATE`; `at` is where `source` stands, `whole` what is blamed where something is missing.
pub(crate) fn terms(source: &str, at: u32, whole: Span) -> Result<Terms, Trouble> {
    let mut reason = String::new();
    let mut until = None;
    let mut words = source.split_whitespace().peekable();
    // The words are parts of `source`.
    let place = |word: &str| {
        let start = at + u32::try_from(word.as_ptr() as usize - source.as_ptr() as usize).unwrap_or(u32::MAX);
        Span::new(start, start + u32::try_from(word.len()).unwrap_or(0))
    };
    while let Some(word) = words.next() {
        let bare = word.trim_matches(AROUND);
        if let Some(date) = bare.strip_prefix("until=") {
            let span = place(bare);
            let Some(day) = Day::parse(date) else {
                return Err(Trouble {
                    span,
                    message: format!("`{date}` is no date"),
                    help: UNTIL.to_owned(),
                });
            };
            if until.replace((span, day)).is_some() {
                let help = "remove one of the two".to_owned();
                return Err(Trouble { span, message: "the last day is said twice".to_owned(), help });
            }
            continue;
        }
        let is_until = bare.trim_end_matches([':', '=']).eq_ignore_ascii_case("until");
        if let Some(date) = words.peek().map(|next| next.trim_matches(AROUND)).filter(|_| is_until)
            && Day::parse(date.trim_start_matches('=')).is_some()
        {
            let message = "the last day is not said as it has to be".to_owned();
            return Err(Trouble { span: place(bare).to(place(date)), message, help: UNTIL.to_owned() });
        }
        // Signs between the list of rules, or the lines of a comment, and the words.
        let is_sign = word.chars().all(|c| matches!(c, '*' | '#' | ':' | '-' | '–' | '—' | '/'));
        let word =
            if reason.is_empty() { word.trim_start_matches([':', '-', '–', '—', ',']) } else { word };
        if is_sign && (reason.is_empty() || word == "*") || word.is_empty() {
            continue;
        }
        if !reason.is_empty() {
            reason.push(' ');
        }
        reason.push_str(word);
    }
    if !reason.chars().any(char::is_alphanumeric) {
        let help = "say why it is accepted, behind the rule: `... REASON until=2027-01-31`".to_owned();
        return Err(Trouble { span: whole, message: "the suppression has no reason".to_owned(), help });
    }
    Ok(Terms { reason, until })
}
