//! Parses conditions, within limits, and says in few words where one is wrong.

use std::sync::OnceLock;

use cel::common::ast;
use cel::common::ast::EntryExpr;
use cel::common::ast::Expr;
use cel::parser::Expression as Tree;

use super::quick;
use crate::text::Span;

/// Longest source of an expression, in bytes.
const MAX_SOURCE: usize = 4096;
/// Deepest tree of an expression: a chain of operators is as deep as it is long. Bounds the stack of all that walks it;
/// the parser itself survives whatever fits into [`MAX_SOURCE`].
const MAX_DEPTH: usize = 100;

/// Something wrong in an expression or template, at bytes of its decoded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextProblem {
    /// Where, in the decoded text.
    pub(crate) span: Span,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do.
    pub(crate) help: String,
}

impl TextProblem {
    /// A problem with its remedy.
    pub(crate) fn new(span: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: help.into() }
    }
}

/// A CEL expression, parsed when it is first needed: most rules of a run have no subject.
#[derive(Debug)]
pub(crate) struct Expression {
    source: Box<str>,
    /// For evaluation.
    tree: OnceLock<Result<Tree, TextProblem>>,
    /// With the places of nodes, for checks.
    program: OnceLock<Result<cel::Program, TextProblem>>,
}

impl Expression {
    /// An expression that is parsed later.
    pub(crate) fn new(source: &str) -> Self {
        Self { source: source.into(), tree: OnceLock::new(), program: OnceLock::new() }
    }

    /// Its text.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// Its tree, or what is wrong with it. Its nodes may have no numbers: this one is for evaluation.
    pub(crate) fn tree(&self) -> Result<&Tree, &TextProblem> {
        let parsed = || match quick::parse(&self.source) {
            Some(tree) if self.source.len() <= MAX_SOURCE && !too_deep(&tree) => Ok(tree),
            _ => self.placed_tree().cloned().map_err(Clone::clone),
        };
        self.tree.get_or_init(parsed).as_ref()
    }

    /// Its tree, of whose nodes [`Expression::span_of`] knows the places, or what is wrong with it.
    pub(crate) fn placed_tree(&self) -> Result<&Tree, &TextProblem> {
        self.program().map(cel::Program::expression)
    }

    fn program(&self) -> Result<&cel::Program, &TextProblem> {
        self.program.get_or_init(|| parse(&self.source)).as_ref()
    }

    /// Where the token of a node of [`Expression::placed_tree`] stands: the name of an identifier, field or function, an operator, a literal.
    pub(crate) fn span_of(&self, node: &Tree) -> Span {
        let Ok(program) = self.program() else { return Span::default() };
        let Some((start, stop)) = program.source_info().offset_for(node.id) else { return Span::default() };
        let text = &self.source;
        // The parser gives a field its dot and a call its bracket; people look at the name.
        match &node.expr {
            Expr::Select(select) => {
                let from = start as usize + 1;
                let gap = text.get(from..).map_or(0, |tail| tail.len() - tail.trim_start().len());
                span(from + gap, from + gap + select.field.len())
            }
            Expr::Call(call) if text.get(start as usize..).is_some_and(|t| t.starts_with('(')) => {
                let end = text.get(..start as usize).map_or(0, |head| head.trim_end().len());
                span(end.saturating_sub(call.func_name.len()), end)
            }
            _ => span(start as usize, stop as usize + 1),
        }
    }
}

fn span(start: usize, end: usize) -> Span {
    let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    Span::new(narrow(start), narrow(end.max(start)))
}

fn parse(source: &str) -> Result<cel::Program, TextProblem> {
    let whole = span(0, source.len());
    if source.trim().is_empty() {
        return Err(TextProblem::new(whole, "the expression is empty", "write a CEL expression"));
    }
    if source.len() > MAX_SOURCE {
        return Err(TextProblem::new(
            whole,
            format!("the expression is {} bytes long, more than {MAX_SOURCE}", source.len()),
            "split the rule, or compute a fact for it",
        ));
    }
    // Without macros: `x.exists(...)` stays a call, which the evaluator treats with unknown values in mind.
    let program = cel::Env::default().compile(source).map_err(|errors| reword(source, &errors))?;
    if too_deep(program.expression()) {
        let message =
            format!("the expression is a chain of more than {MAX_DEPTH} operators, fields or brackets");
        return Err(TextProblem::new(whole, message, "split the rule, or compute a fact for it"));
    }
    Ok(program)
}

/// Whether a tree is deeper than [`MAX_DEPTH`]; walked without recursion.
fn too_deep(root: &Tree) -> bool {
    let mut todo = vec![(root, 1)];
    while let Some((tree, depth)) = todo.pop() {
        if depth > MAX_DEPTH {
            return true;
        }
        let mut push = |tree| todo.push((tree, depth + 1));
        match &tree.expr {
            Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).for_each(push),
            Expr::Select(select) => push(&select.operand),
            Expr::List(list) => list.elements.iter().for_each(push),
            Expr::Map(ast::MapExpr { entries }) | Expr::Struct(ast::StructExpr { entries, .. }) => {
                for entry in entries {
                    match &entry.expr {
                        EntryExpr::MapEntry(entry) => {
                            push(&entry.key);
                            push(&entry.value);
                        }
                        EntryExpr::StructField(field) => push(&field.value),
                    }
                }
            }
            // Macros are not expanded, so there are no comprehensions.
            Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified | Expr::Comprehension(_) => {}
        }
    }
    false
}

/// The first of the parser's errors in words for people, at its place.
fn reword(source: &str, errors: &cel::ParseErrors) -> TextProblem {
    let real = |error: &&cel::ParseError| !error.msg.contains("Incomplete") && !error.msg.starts_with("No `");
    let Some(error) =
        errors.errors.iter().filter(real).min_by_key(|error| error.pos).or(errors.errors.first())
    else {
        return TextProblem::new(span(0, source.len()), "not a CEL expression", "");
    };
    let start = offset_of(source, error.pos);
    let quoted = |after: &str| -> Option<String> {
        let rest = error.msg.split_once(after)?.1;
        Some(rest.split("' expecting").next()?.trim_end_matches('\'').to_owned())
    };
    let at = |length: usize| {
        let end =
            (start + length..source.len()).find(|end| source.is_char_boundary(*end)).unwrap_or(source.len());
        // A caret past the end still needs a character to stand under.
        if start >= source.len() {
            span(source.trim_end().len(), source.trim_end().len())
        } else {
            span(start, end)
        }
    };
    if error.msg.contains("Recursion limit") {
        return TextProblem::new(at(1), "brackets are nested too deeply", "simplify the expression");
    }
    if error.msg.contains("'<EOF>'") {
        let message = match quoted("missing '").and_then(|text| Some(text.split_once('\'')?.0.to_owned())) {
            Some(token) => format!("`{token}` is missing at the end"),
            None => "the expression ends too early".to_owned(),
        };
        return TextProblem::new(
            at(1),
            message,
            "something must follow here, such as a value or a closing bracket",
        );
    }
    if let Some(text) = quoted("token recognition error at: '") {
        if text.starts_with(['"', '\'']) {
            return TextProblem::new(
                at(text.len()),
                "the text is not closed",
                "end it with the quote that opens it",
            );
        }
        let text: String = text.trim().chars().take(20).collect();
        let length = text.len();
        let help = match text.chars().next() {
            Some('&') => "`and` is written `&&`",
            Some('|') => "`or` is written `||`",
            Some('=') => "`equals` is written `==`",
            _ => "text stands in quotes; names use letters, digits and `_`",
        };
        return TextProblem::new(at(length), format!("`{text}` is no part of an expression"), help);
    }
    if error.msg.contains("'`'") {
        return TextProblem::new(at(1), "names in backticks are not supported", "write `x[\"some-name\"]`");
    }
    let unexpected = quoted("mismatched input '").or_else(|| quoted("extraneous input '"));
    if let Some(token) = unexpected {
        let length = token.len();
        let help = if token == "=" {
            "`equals` is written `==`"
        } else {
            "an operator, a comma or a bracket is missing before it, or it is too much"
        };
        return TextProblem::new(at(length), format!("`{token}` is not expected here"), help);
    }
    if let Some(word) = error.msg.strip_prefix("reserved identifier: ") {
        return TextProblem::new(at(word.len()), format!("`{word}` is a reserved word"), "use another name");
    }
    TextProblem::new(at(1), "not a CEL expression from here on", "see https://cel.dev for the syntax")
}

/// The byte at a line (from 1) and column (from 1, in characters).
fn offset_of(source: &str, (line, column): (isize, isize)) -> usize {
    let (line, column) =
        (usize::try_from(line).unwrap_or(1).max(1), usize::try_from(column).unwrap_or(1).max(1));
    let start: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = source.get(start..).unwrap_or_default();
    start + rest.char_indices().nth(column - 1).map_or(rest.len(), |(offset, _)| offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(source: &str) -> (u32, u32, String) {
        let expression = Expression::new(source);
        let problem = expression.tree().unwrap_err();
        (problem.span.start, problem.span.end, problem.message.clone())
    }

    #[test]
    fn syntax_errors_are_short_and_point_at_the_token() {
        for (source, start, end, message) in [
            ("a +", 3, 3, "the expression ends too early"),
            ("a.b[ == 3]", 5, 7, "`==` is not expected here"),
            // Of an index that is not there the parser complains where what is indexed begins.
            ("a.b[", 4, 4, "the expression ends too early"),
            ("a == 'x", 5, 7, "the text is not closed"),
            ("a & b", 2, 3, "`&` is no part of an expression"),
            ("'é' é", 5, 7, "`é` is no part of an expression"),
            ("a b", 2, 3, "`b` is not expected here"),
            ("a.exists(x, x", 13, 13, "`)` is missing at the end"),
            ("a.b == 1 &&\n  && c", 14, 16, "`&&` is not expected here"),
            ("", 0, 0, "the expression is empty"),
        ] {
            let (from, to, text) = problem(source);
            assert_eq!((text.as_str(), from), (message, start), "{source}");
            assert_eq!(to, end, "{source}");
        }
    }

    #[test]
    fn operators_of_other_languages_are_told_as_they_are_written_here() {
        let quoted = "text stands in quotes; names use letters, digits and `_`";
        for (source, help) in [
            ("a & b", "`and` is written `&&`"),
            ("a | b", "`or` is written `||`"),
            ("a = b", "`equals` is written `==`"),
            ("a # b", quoted),
        ] {
            assert_eq!(Expression::new(source).tree().unwrap_err().help, help, "{source}");
        }
    }

    #[test]
    fn the_longest_source_is_taken_and_one_byte_more_is_not() {
        // Both ways of reading refuse it: the quick one is asked first.
        let text = format!("x == '{}'", "a".repeat(MAX_SOURCE - 7));
        assert_eq!(text.len(), MAX_SOURCE);
        assert!(Expression::new(&text).tree().is_ok());
        assert!(Expression::new(&text).placed_tree().is_ok());
        assert_eq!(problem(&format!("{text} ")).2, "the expression is 4097 bytes long, more than 4096");
    }

    #[test]
    fn a_chain_of_ten_thousand_is_an_error_and_no_stack_overflow() {
        let chain = vec!["1"; 10_000].join("+");
        assert_eq!(problem(&chain).2, "the expression is 19999 bytes long, more than 4096");
        let chain = vec!["1"; 2000].join("+");
        let message = "the expression is a chain of more than 100 operators, fields or brackets";
        // Short enough for the quick parser, which has no bound of its own for it.
        assert_eq!(problem(&vec!["1"; 102].join("+")).2, message);
        // None of its levels is too long for the quick parser, and all together are too deep.
        let levels = (0..6).fold("1".to_owned(), |inner, _| format!("({inner}{})", "+1".repeat(20)));
        assert_eq!(problem(&levels).2, message);
        assert_eq!(problem(&chain).2, message);
        assert_eq!(problem(&format!("a{}", ".b".repeat(2000))).2, message);
        assert_eq!(problem(&vec!["a"; 800].join(" in ")).2, message);
        let nested = format!("{}1{}", "(".repeat(2000), ")".repeat(2000));
        assert_eq!(problem(&nested).2, "brackets are nested too deeply");
        assert_eq!(problem(&format!("{}1", "[".repeat(4000))).2, "brackets are nested too deeply");
    }

    #[test]
    fn the_longest_allowed_chain_parses() {
        for source in [vec!["1"; 100].join("+"), format!("a{}", ".b".repeat(99)), vec!["a"; 1000].join("||")]
        {
            assert!(Expression::new(&source).tree().is_ok());
        }
    }
}
