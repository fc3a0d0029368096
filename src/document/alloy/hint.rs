//! Turns the reference's messages into what a person should type instead.

/// Message starts and the advice for them.
const HINTS: &[(&str, &str)] = &[
    ("illegal character U+0023", "Alloy comments start with `//` or `/*`, not `#`"),
    ("illegal single-quoted string", "write strings in double quotes: \"text\""),
    ("illegal character U+003A", "write `name = value`; Alloy has no `:`"),
    ("illegal character U+003B", "a statement ends at the end of its line; remove the `;`"),
    (
        "illegal character U+003F",
        "Alloy has no `? :`; `coalesce(a, b)` picks the first value that is not empty",
    ),
    ("illegal character U+0024", "Alloy replaces no `${...}` or `$NAME`; use `sys.env(\"NAME\")`"),
    ("illegal character U+0040", "Alloy has no `@`; write such text in double quotes"),
    ("illegal character U+005C", "outside strings Alloy has no `\\`; write such text in double quotes"),
    ("illegal character U+007E", "Alloy has no `~`; regular expressions are strings in double quotes"),
    ("illegal character U+00A0", "this is a no-break space; type a plain space"),
    ("illegal character U+200B", "this is an invisible zero-width space; remove it"),
    ("illegal character U+2018", "this is a typographic quote; type a plain double quote"),
    ("illegal character U+2019", "this is a typographic quote; type a plain double quote"),
    ("illegal character U+201C", "this is a typographic quote; type a plain double quote"),
    ("illegal character U+201D", "this is a typographic quote; type a plain double quote"),
    ("illegal byte order mark", "a byte order mark may only be the first character of a file; remove it"),
    ("illegal UTF-8 encoding", "the file must be UTF-8"),
    ("unknown escape sequence", "write a backslash as `\\\\`, or the whole string in backticks"),
    ("string literal not terminated", "close the string on its line, or write it in backticks"),
    ("block comment not terminated", "close the comment with `*/`"),
    ("missing second | in ||", "the operator is `||`"),
    ("missing second & in &&", "the operator is `&&`"),
    (
        "missing ',' in",
        "put a comma after the element, also after the last one when the closing mark has its own line",
    ),
    ("cannot use a block as an expression", "a block has no `=`: write `name { ... }`"),
    (
        "attribute names may only consist",
        "an attribute has a plain name; a dotted name needs a block `{ ... }`",
    ),
    ("attribute names may not have labels", "only blocks have labels: remove the label, or the `=`"),
    (
        "expected block label to be a valid identifier",
        "a label has letters, digits and `_` only, does not start with a digit and is no keyword",
    ),
    ("expected block label to be a double quoted string", "write the label in double quotes"),
    ("expected block label, got TERMINATOR", "put the `{` or `=` on the line of the name"),
    ("expected block body, got TERMINATOR", "put the `{` on the line of the name"),
    ("expected block label, got IDENT", "write the label in double quotes: name \"label\" {"),
    ("expected TERMINATOR, got IDENT", "each statement has its own line"),
    ("expected TERMINATOR, got ,", "statements are separated by line ends, not by commas"),
    ("nested more than", "move inner parts to components or blocks of their own"),
    (
        "expression has more than",
        "put the parts into a list: `string.join([a, b], \"\")`, `array.concat(a, b)`",
    ),
    ("expected }, got EOF", "a `{` is not closed before the end of the file"),
    ("expected ], got EOF", "a `[` is not closed before the end of the file"),
    ("expected ), got EOF", "a `(` is not closed before the end of the file"),
];

/// The advice for one of the reference's messages; `None` where the message says it all.
pub(crate) fn for_message(message: &str) -> Option<&'static str> {
    HINTS.iter().find(|(start, _)| message.starts_with(start)).map(|(_, hint)| *hint)
}
