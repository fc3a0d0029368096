//! Turns the YAML scanner's errors into sentences of our own, at the place where a person must look.

use granit_parser::ErrorKind;
use granit_parser::ScanError;

use super::problem::ParseProblem;
use super::problem::ProblemKind;
use super::problem::TEMPLATE_HINT;
use super::problem::boundary;
use super::problem::offset;
use super::problem::to_line_end;
use crate::text::Limit;
use crate::text::Span;

/// A sentence, and what helps; empty where nothing general does.
type Words = (&'static str, &'static str);

/// The problem that the YAML scanner met.
pub(crate) fn from_scanner(text: &str, error: &ScanError) -> ParseProblem {
    let at = boundary(text, error.marker().byte_offset().unwrap_or(text.len()));
    let kind = match error.kind() {
        ErrorKind::RecursionLimitExceeded => ProblemKind::Limit,
        _ => ProblemKind::Syntax,
    };
    let mut span = to_line_end(text, at);
    if let ErrorKind::UnknownQuotedScalarEscape
    | ErrorKind::InvalidQuotedScalarHexEscape
    | ErrorKind::InvalidLowSurrogateHexEscape
    | ErrorKind::InvalidLowSurrogate
    | ErrorKind::MissingLowSurrogate
    | ErrorKind::UnpairedLowSurrogate
    | ErrorKind::InvalidUnicodeEscape = error.kind()
    {
        span = bad_escape(text, at).unwrap_or(span);
    }
    if kind == ProblemKind::Limit {
        let message = format!("collections are nested more than {} deep here", Limit::YamlNesting.shown());
        return ParseProblem::new(kind, span, message)
            .with_hint(format!("nest them less, or {}", Limit::YamlNesting.remedy()));
    }
    let (message, hint) = wording(error.kind(), text.get(at..).and_then(|rest| rest.chars().next()));
    let problem = ParseProblem::new(kind, span, message);
    if line_around(text, at).contains("{{") {
        return problem.with_hint(TEMPLATE_HINT);
    }
    match hint {
        "" => problem,
        hint => problem.with_hint(hint),
    }
}

/// The first escape that is not valid in the double-quoted scalar at `quote`: the scanner names the scalar, a person
/// looks for the escape.
fn bad_escape(text: &str, quote: usize) -> Option<Span> {
    let mut at = quote + 1;
    loop {
        at += text.get(at..)?.find('\\')?;
        let letter = text.get(at + 1..)?.chars().next()?;
        let next = at + 1 + letter.len_utf8();
        let digits = match letter {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let code = text.get(next..next + digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let valid = match (digits, code) {
            (0, _) => "0abtnvfre \t\n\r\"/\\N_LP".contains(letter),
            (4, Some(0xd800..0xdc00)) => {
                let low =
                    text.get(next + 6..next + 10).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                let paired = low.is_some_and(|low| (0xdc00..0xe000).contains(&low));
                // The second half is not looked at on its own.
                at += if paired { 6 } else { 0 };
                paired
            }
            (_, code) => code.and_then(char::from_u32).is_some(),
        };
        if !valid {
            return Some(Span::new(offset(at), offset(next)));
        }
        at += 1 + letter.len_utf8() + digits;
    }
}

/// The whole line around a byte.
fn line_around(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |index| index + 1);
    let end = text[at..].find('\n').map_or(text.len(), |index| at + index);
    &text[start..end]
}

/// What a scanner error means in words, and what helps.
fn wording(kind: &ErrorKind, here: Option<char>) -> (String, &'static str) {
    let fixed = layout(kind).or_else(|| quotes(kind)).or_else(|| brackets(kind)).or_else(|| properties(kind));
    if let Some((message, hint)) = fixed {
        return (message.to_owned(), hint);
    }
    match (kind, here) {
        (ErrorKind::UnclosedFlowCollection { open }, _) => {
            (format!("the `{open}` that opens here is never closed"), "close the bracket")
        }
        (ErrorKind::MismatchedFlowCollectionEnd { open, close }, _) => {
            (format!("`{close}` cannot close `{open}`"), "close brackets in the order they were opened")
        }
        (ErrorKind::UnexpectedCharacter { character }, _) if character.is_control() => (
            format!("the control character U+{:04X} cannot stand in YAML", u32::from(*character)),
            "remove it, or write it as an escape in double quotes",
        ),
        (ErrorKind::UnexpectedCharacter { character }, _) => {
            (format!("a value cannot start with `{character}`"), "put quotes around the value")
        }
        (_, Some(character)) if !character.is_control() => {
            (format!("YAML does not expect `{character}` here"), "")
        }
        _ => ("the text is not valid YAML here".to_owned(), ""),
    }
}

/// Keys, indentation and tabs.
fn layout(kind: &ErrorKind) -> Option<Words> {
    const INDENT: &str = "entries of one mapping or list start in the same column";
    const TAB: &str = "indent with spaces";
    Some(match kind {
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("a key is followed by `:` and a space, which is missing here", "write `key: value`")
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => (
            "a `:` cannot stand here",
            "put quotes around a value that contains `: `, or check the indentation of this line",
        ),
        ErrorKind::MappingKeyNotAllowed => ("a key cannot stand here", INDENT),
        ErrorKind::ExpectedBlockMappingKey => ("this line fits no mapping above it", INDENT),
        ErrorKind::ExpectedBlockSequenceEntry => ("this line is no entry of the list above it", INDENT),
        ErrorKind::BlockSequenceEntryNotAllowed => {
            ("a list entry `- ` cannot stand here", "start the list on its own line, below its key")
        }
        ErrorKind::InvalidIndentation
        | ErrorKind::InvalidFlowScalarIndent
        | ErrorKind::InvalidQuotedScalarIndent => ("this line is indented too little", INDENT),
        ErrorKind::InvalidBlockScalarIndent => (
            "this line is indented less than the text block that it belongs to",
            "indent every line of a `|` or `>` block at least as far as its first",
        ),
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => ("a tab stands where YAML wants spaces", TAB),
        ErrorKind::InvalidBlockEntryWhitespace | ErrorKind::InvalidMappingValueWhitespace => {
            ("a tab follows `-`, `?` or `:` and a nested entry follows the tab", TAB)
        }
        _ => return None,
    })
}

/// Quoted texts and text blocks.
fn quotes(kind: &ErrorKind) -> Option<Words> {
    Some(match kind {
        ErrorKind::UnclosedQuotedScalar => ("the quote that opens here is never closed", "close the quote"),
        ErrorKind::DocumentIndicatorInQuotedScalar => {
            ("the quote that opens here is not closed before the next document", "close the quote")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => (
            "nothing but a comment may follow the closing quote",
            "put the whole value in one pair of quotes; a quote inside it is written `''` or `\\\"`",
        ),
        ErrorKind::UnknownQuotedScalarEscape => (
            "this escape is unknown in double quotes",
            "write `\\\\` for a backslash, or use single quotes, which know no escapes",
        ),
        ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => {
            ("this escape is no valid character", "check its hexadecimal digits")
        }
        _ => return None,
    })
}

/// Brackets, values that end too early, comments and documents.
fn brackets(kind: &ErrorKind) -> Option<Words> {
    Some(match kind {
        ErrorKind::MisplacedFlowCollectionEnd => {
            ("this bracket closes nothing", "remove it, or quote the value")
        }
        ErrorKind::ExpectedFlowMappingSeparator => {
            ("`,` or `}` is missing before this", "separate entries with `,`")
        }
        ErrorKind::ExpectedFlowSequenceSeparator => {
            ("`,` or `]` is missing before this", "separate items with `,`")
        }
        ErrorKind::BlockEntryInFlowCollection => {
            ("a list entry `- ` cannot stand inside brackets", "separate items with `,` inside brackets")
        }
        ErrorKind::PlainScalarStartsWithDashFlowIndicator
        | ErrorKind::FlowMappingValueAdjacentCollection
        | ErrorKind::ExpectedWhitespace => ("a space is missing here", "quote the value, or add a space"),
        ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::UnexpectedEofBlockSequence
        | ErrorKind::UnexpectedEofBlockMapping
        | ErrorKind::UnexpectedEof
        | ErrorKind::UnexpectedEndOfPlainScalar => ("the text ends in the middle of a value", ""),
        ErrorKind::ExpectedNodeContent => ("a value is missing here", ""),
        ErrorKind::BomInsideDocument => {
            ("a byte order mark stands in the middle of the text", "remove it: two files were joined here")
        }
        ErrorKind::CommentInterceptedScalar => {
            ("a comment interrupts a text of several lines", "quote the text, or move the comment")
        }
        ErrorKind::CommentNotSeparated => {
            ("a comment needs a space before its `#`", "add a space, or quote the value")
        }
        ErrorKind::InvalidBlockScalarHeader | ErrorKind::ZeroBlockScalarIndent => (
            "the header of a text block is `|` or `>`, then at most a digit from 1 to 9 and `-` or `+`",
            "start the text on the next line",
        ),
        ErrorKind::InvalidDocumentEnd | ErrorKind::ExpectedDocumentStart => {
            ("a new document starts here without `---`", "put `---` on the line before")
        }
        _ => return None,
    })
}

/// Anchors, tags and directives.
fn properties(kind: &ErrorKind) -> Option<Words> {
    Some(match kind {
        ErrorKind::MissingAnchorOrAliasName => {
            ("a name is missing after `&` or `*`", "put quotes around a value that starts with `&` or `*`")
        }
        ErrorKind::UndeclaredTagHandle => {
            ("this tag's handle is not declared", "put quotes around a value that starts with `!`")
        }
        ErrorKind::ExpectedTagBang
        | ErrorKind::InvalidGlobalTagCharacter
        | ErrorKind::InvalidTagTerminator
        | ErrorKind::MissingTagUri
        | ErrorKind::UnclosedVerbatimTag
        | ErrorKind::InvalidTagEscape
        | ErrorKind::InvalidTagUtf8LeadingByte
        | ErrorKind::InvalidTagUtf8TrailingByte
        | ErrorKind::InvalidTagUtf8 => {
            ("this tag is not valid", "put quotes around a value that starts with `!`")
        }
        ErrorKind::DuplicateVersionDirective
        | ErrorKind::UnsupportedYamlMajorVersion
        | ErrorKind::DuplicateTagDirective
        | ErrorKind::MissingDocumentEndBeforeDirective
        | ErrorKind::ExpectedTagDirectiveBang
        | ErrorKind::InvalidDirectiveTerminator
        | ErrorKind::MissingYamlVersionSeparator
        | ErrorKind::MissingDirectiveName
        | ErrorKind::InvalidDirectiveName
        | ErrorKind::DirectiveByteLimitExceeded { .. }
        | ErrorKind::TooManyReservedDirectiveParams { .. }
        | ErrorKind::YamlVersionTooLong
        | ErrorKind::MissingYamlVersion
        | ErrorKind::InvalidTagDirectiveTerminator => (
            "this `%` directive is not valid",
            "remove it, or put quotes around a value that starts with `%`",
        ),
        _ => return None,
    })
}
