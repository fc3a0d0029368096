//! Messages with `{expression}` in them.

use std::fmt::Write as _;

use super::check;
use super::check::Scope;
use super::eval::Evaluation;
use super::eval::Stop;
use super::file::Setting;
use super::fix::plain_text;
use super::syntax::Expression;
use super::syntax::TextProblem;
use super::value::Value;
use crate::text::Span;

/// A text with expressions. `{{` and `}}` stand for braces.
#[derive(Debug, Default)]
pub(crate) struct Template {
    parts: Vec<Part>,
    source: Box<str>,
}

#[derive(Debug)]
enum Part {
    Text(Box<str>),
    /// An expression, and its offset in the template.
    Value(Expression, u32),
}

impl Template {
    /// Splits a template; its expressions are parsed when they are needed.
    pub(crate) fn new(source: &str) -> Result<Self, TextProblem> {
        let source = source.trim_end();
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut at = 0;
        while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
            let Some(offset) = rest.find(['{', '}']) else {
                text.push_str(rest);
                break;
            };
            text.push_str(&rest[..offset]);
            let brace = &rest[offset..];
            if brace.starts_with("{{") || brace.starts_with("}}") {
                text.push_str(&brace[..1]);
                at += offset + 2;
                continue;
            }
            let start = at + offset;
            if brace.starts_with('}') {
                return Err(TextProblem::new(
                    span(start, 1),
                    "a `}` closes nothing",
                    "write `}}` for a brace",
                ));
            }
            let Some(length) = closing(&brace[1..]) else {
                return Err(TextProblem::new(
                    span(start, 1),
                    "this `{` is not closed",
                    "write `{{` for a brace, or close the expression with `}`",
                ));
            };
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text).into()));
            }
            parts.push(Part::Value(Expression::new(&brace[1..=length]), narrow(start + 1)));
            at = start + length + 2;
        }
        if !text.is_empty() {
            parts.push(Part::Text(text.into()));
        }
        Ok(Self { parts, source: source.into() })
    }

    /// As it was written.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// The text for people who have no subject at hand: defaults of settings are filled in, fields are named (`<domain>`), and
    /// what is worked out is left out. Nothing where there is no text but expressions.
    pub(crate) fn described(&self, settings: &[Setting]) -> Option<String> {
        let is_text = |part: &Part| matches!(part, Part::Text(text) if text.contains(char::is_alphabetic));
        if !self.parts.iter().any(is_text) {
            return None;
        }
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Value(expression, _) => {
                    let source = expression.source().trim();
                    let named = source.strip_prefix("settings.");
                    let setting = named.and_then(|name| settings.iter().find(|one| one.name == name));
                    let is_route =
                        source.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
                    match setting {
                        Some(setting) => text.push_str(&Value::Fact(&setting.default).render()),
                        None if is_route => {
                            let _ = write!(text, "<{}>", source.rsplit('.').next().unwrap_or(source));
                        }
                        None => text.push('…'),
                    }
                }
            }
        }
        Some(text)
    }

    /// The expression that is all of it.
    pub(crate) fn lone(&self) -> Option<&Expression> {
        match &*self.parts {
            [Part::Value(expression, _)] => Some(expression),
            _ => None,
        }
    }

    /// Its expressions.
    #[cfg(test)]
    pub(super) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Value(expression, _) => Some(expression),
        })
    }

    /// All that is wrong with its expressions, at bytes of the template.
    pub(crate) fn check(&self, scope: &Scope<'_>) -> Vec<TextProblem> {
        let mut problems = Vec::new();
        for part in &self.parts {
            let Part::Value(expression, offset) = part else { continue };
            problems.extend(check::check(expression, scope).into_iter().map(|problem| TextProblem {
                span: Span::new(problem.span.start + offset, problem.span.end + offset),
                ..problem
            }));
        }
        problems
    }

    /// The text with its values, to be written into a document; nothing where a value is not set, not known, no scalar
    /// or a secret.
    pub(crate) fn tell<'a>(&'a self, evaluation: &mut Evaluation<'a>) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Value(expression, _) => {
                    text.push_str(&plain_text(&evaluation.value(expression.tree().ok()?).ok()?)?);
                }
            }
        }
        Some(text)
    }

    /// The text with its values. A value that cannot be told does not lose the finding.
    pub(crate) fn render<'a>(&'a self, evaluation: &mut Evaluation<'a>) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Value(expression, _) => {
                    let value = expression.tree().map_err(|problem| Stop::Error(problem.message.clone()));
                    match value.and_then(|tree| evaluation.value(tree)) {
                        Ok(value) => text.push_str(&value.render()),
                        Err(Stop::Unknown(_)) => text.push_str("(unknown)"),
                        Err(Stop::Error(reason)) => {
                            let _ = write!(text, "(could not be told: {reason})");
                        }
                    }
                }
            }
        }
        text
    }
}

/// Length of the expression up to the `}` that closes it; braces in quotes and maps are its own.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_u32, None, false);
    for (offset, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(open), _) if byte == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'{') => depth += 1,
            (None, b'}') if depth == 0 => return Some(offset),
            (None, b'}') => depth -= 1,
            _ => {}
        }
    }
    None
}

fn span(start: usize, length: usize) -> Span {
    Span::new(narrow(start), narrow(start + length))
}

fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(source: &str) -> String {
        let template = Template::new(source).unwrap();
        template.render(&mut Evaluation::new(vec![("x", Value::Int(7)), ("n", Value::Null)]))
    }

    #[test]
    fn replaces_expressions_and_keeps_escaped_braces() {
        assert_eq!(render("limit is {x}, not {x + 1}"), "limit is 7, not 8");
        assert_eq!(render("{{x}} {x}"), "{x} 7");
        assert_eq!(render("{ {'}': x}['}'] }!\n"), "7!");
        assert_eq!(render("is {n}"), "is not set");
        // A quote behind a backslash closes no text, and so a brace behind it closes nothing.
        assert_eq!(render(r#"{"a\"}b"}!"#), "a\"}b!");
        assert_eq!(render(r#"{"a\\"}!"#), "a\\!");
        assert_eq!(render("{x + 'a'}"), "(could not be told: `+` does not work on an integer and text)");
        assert_eq!(render(""), "");
    }

    #[test]
    fn a_text_without_a_subject_names_what_stands_there() {
        let setting = |name: &str, default: &str| Setting {
            name: name.to_owned(),
            default: crate::model::Fact::bare(default),
            about: String::new(),
            unit: String::new(),
        };
        let settings = [setting("limit", "20s")];
        let described = |source: &str| Template::new(source).unwrap().described(&settings);
        let text = "set {settings.limit} at {mimir.name}{x == 1 ? 'a' : 'b'}, {{}}";
        assert_eq!(described(text).as_deref(), Some("set 20s at <name>…, {}"));
        assert_eq!(described("{x.help}"), None);
        assert_eq!(described("`{x.help}`"), None);
    }

    #[test]
    fn unbalanced_braces_are_errors_at_their_place() {
        let problem = Template::new("a {x").unwrap_err();
        assert_eq!((problem.span, problem.message.as_str()), (Span::new(2, 3), "this `{` is not closed"));
        let problem = Template::new("a x}").unwrap_err();
        assert_eq!((problem.span, problem.message.as_str()), (Span::new(3, 4), "a `}` closes nothing"));
    }

    #[test]
    fn problems_of_expressions_are_placed_in_the_template() {
        let template = Template::new("value {y} here").unwrap();
        let problems = template.check(&Scope::new("mimir", &[]));
        assert_eq!(problems[0].span, Span::new(7, 8));
    }
}
