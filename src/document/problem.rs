//! Turns what a parser could not read into a sentence with a place and a remedy.

use granit_parser::ErrorKind;
use granit_parser::ScanError;

use crate::text::Span;

/// Something wrong in a document's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParseProblem {
    /// Where a person must look. Inside the text, on character boundaries; empty only at its end.
    pub(crate) span: Span,
    /// What is wrong, as one sentence without a full stop.
    pub(crate) message: String,
    /// What to do about it, where that is known.
    pub(crate) hint: Option<String>,
    /// What kind of problem it is.
    pub(crate) kind: ProblemKind,
}

/// What a problem means for the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    /// The text breaks the grammar; the document at this place has no tree.
    Syntax,
    /// The text is larger or deeper than what is read; the document at this place has no tree.
    Limit,
    /// A key is written twice in one mapping; the last one counts. The tree is complete.
    DuplicateKey {
        /// The first place of the same key.
        first: Span,
    },
    /// A mapping key is a collection, which no reader of manifests accepts. The tree is complete.
    ComplexKey,
    /// An alias names no anchor, or the node that it stands in. The tree has an empty value there.
    BadAlias,
}

impl ParseProblem {
    /// A problem of the given kind.
    pub(crate) fn new(kind: ProblemKind, span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), hint: None, kind }
    }

    /// The same problem with a remedy.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A key that is written twice.
    pub(crate) fn duplicate_key(key: &str, first: Span, again: Span) -> Self {
        Self::new(
            ProblemKind::DuplicateKey { first },
            again,
            format!("the key `{}` is written twice in this mapping", shortened(key)),
        )
        .with_hint("remove one of them: the last one counts, the first is dropped in silence")
    }

    /// Whether the text was not understood as its author meant it, so that a run over it is incomplete.
    pub(crate) const fn is_fatal(&self) -> bool {
        !matches!(self.kind, ProblemKind::DuplicateKey { .. })
    }
}

/// At most 40 characters of a text, for messages.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// A byte offset as spans store it. Texts above 64 MiB are refused before anything is measured.
pub(crate) fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// The span from `start` to the end of what stands on that line; one character at least, unless the text ends.
pub(crate) fn to_line_end(text: &str, start: usize) -> Span {
    let start = boundary(text, start);
    let rest = text.get(start..).unwrap_or_default();
    let line = rest.split(['\n', '\r']).next().unwrap_or_default().trim_end();
    let length = if line.is_empty() { rest.chars().next().map_or(0, char::len_utf8) } else { line.len() };
    Span::new(offset(start), offset(start + length))
}

/// The nearest character boundary at or before `at`.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The problem that the YAML scanner met.
pub(crate) fn from_scanner(text: &str, error: &ScanError) -> ParseProblem {
    let at = boundary(text, error.marker().byte_offset().unwrap_or(text.len()));
    let kind = match error.kind() {
        ErrorKind::RecursionLimitExceeded => ProblemKind::Limit,
        _ => ProblemKind::Syntax,
    };
    let span = to_line_end(text, at);
    let (message, hint) = wording(error.kind(), text.get(at..).and_then(|rest| rest.chars().next()));
    let problem = ParseProblem::new(kind, span, message);
    if line_around(text, at).contains("{{") {
        return problem.with_hint(
            "this looks like a template: lint what `helm template` makes of it, not the template itself",
        );
    }
    match hint {
        "" => problem,
        hint => problem.with_hint(hint),
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
    const INDENT: &str = "entries of one mapping or list start in the same column";
    const TAB: &str = "indent with spaces";
    let (message, hint) = match kind {
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
        ErrorKind::UnclosedQuotedScalar => ("the quote that opens here is never closed", "close the quote"),
        ErrorKind::DocumentIndicatorInQuotedScalar => (
            "a line starts with `---` or `...` inside quotes",
            "close the quote before this line, or indent it",
        ),
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
        ErrorKind::UnclosedFlowCollection { open } => {
            return (format!("the `{open}` that opens here is never closed"), "close the bracket");
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            return (
                format!("`{close}` cannot close `{open}`"),
                "close brackets in the order they were opened",
            );
        }
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
        ErrorKind::UnexpectedCharacter { character } => {
            return if character.is_control() {
                (
                    format!("the control character U+{:04X} cannot stand in YAML", u32::from(*character)),
                    "remove it, or write it as an escape in double quotes",
                )
            } else {
                (format!("a value cannot start with `{character}`"), "put quotes around the value")
            };
        }
        ErrorKind::BomInsideDocument => {
            ("a byte order mark stands in the middle of the text", "remove it: two files were joined here")
        }
        ErrorKind::CommentInterceptedScalar => {
            ("a comment interrupts a text of several lines", "quote the text, or move the comment")
        }
        ErrorKind::CommentNotSeparated => {
            ("a comment needs a space before its `#`", "add a space, or quote the value")
        }
        ErrorKind::RecursionLimitExceeded => {
            ("collections are nested more than 255 deep here", "nothing deeper is read")
        }
        ErrorKind::InvalidBlockScalarHeader | ErrorKind::ZeroBlockScalarIndent => (
            "the header of a text block is `|` or `>`, then at most a digit from 1 to 9 and `-` or `+`",
            "start the text on the next line",
        ),
        ErrorKind::InvalidDocumentEnd | ErrorKind::ExpectedDocumentStart => {
            ("a new document starts here without `---`", "put `---` on the line before")
        }
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
        _ => {
            return match here {
                Some(character) if !character.is_control() => {
                    (format!("YAML does not expect `{character}` here"), "")
                }
                _ => ("the text is not valid YAML here".to_owned(), ""),
            };
        }
    };
    (message.to_owned(), hint)
}
