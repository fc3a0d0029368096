//! Turns selectors of labels, Kubernetes' and Calico's, into questions about what is known of a pod.

use std::collections::BTreeMap;

use crate::document::NodeRef;

/// Nesting of an expression that is read.
const DEPTH: u32 = 32;

/// The labels of something, as far as they are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Labels {
    /// Those that are known.
    pub(crate) known: BTreeMap<String, String>,
    /// Labels that it does not have, of which no more is known: key and value.
    pub(crate) never: Vec<(String, String)>,
    /// Whether there are no others.
    pub(crate) complete: bool,
}

impl Labels {
    /// Labels that are all there are, or only some.
    pub(crate) fn new<'l>(known: impl IntoIterator<Item = (&'l str, &'l str)>, complete: bool) -> Self {
        let known = known.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Self { known, never: Vec::new(), complete }
    }

    /// Whether a label is there and its value meets a condition; `None` where that is not known.
    fn meets(&self, key: &str, condition: impl FnOnce(&str) -> bool) -> Option<bool> {
        match self.known.get(key) {
            Some(value) => Some(condition(value)),
            None => self.complete.then_some(false),
        }
    }

    /// Whether a label has one of these values.
    fn has_one(&self, key: &str, values: &[String]) -> Option<bool> {
        let never = |value: &String| self.never.iter().any(|(own, other)| own == key && other == value);
        match self.meets(key, |value| values.iter().any(|one| one == value)) {
            None if values.iter().all(never) => Some(false),
            known => known,
        }
    }
}

/// A condition on labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selector {
    /// All of these; without any: everything.
    And(Vec<Selector>),
    /// One of these.
    Or(Vec<Selector>),
    /// The opposite.
    Not(Box<Selector>),
    /// The label is there.
    Has(String),
    /// The label has one of these values.
    In(String, Vec<String>),
    /// The label's value holds, begins or ends with a text.
    Like(String, Like, String),
    /// Only what belongs to no namespace (Calico's `global()`).
    Global,
    /// Something that is not read.
    Unknown,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Like {
    /// `contains`
    Contains,
    /// `starts with`
    Starts,
    /// `ends with`
    Ends,
}

impl Selector {
    /// Everything.
    pub(crate) const fn all() -> Self {
        Self::And(Vec::new())
    }

    /// Whether it takes something with these labels; `None` where that is not known.
    pub(crate) fn takes(&self, labels: &Labels) -> Option<bool> {
        match self {
            Self::And(parts) => {
                let mut all = Some(true);
                for part in parts {
                    match part.takes(labels) {
                        Some(false) => return Some(false),
                        None => all = None,
                        Some(true) => {}
                    }
                }
                all
            }
            Self::Or(parts) => {
                let mut any = Some(false);
                for part in parts {
                    match part.takes(labels) {
                        Some(true) => return Some(true),
                        None => any = None,
                        Some(false) => {}
                    }
                }
                any
            }
            Self::Not(part) => part.takes(labels).map(|takes| !takes),
            Self::Has(key) => labels.meets(key, |_| true),
            Self::In(key, values) => labels.has_one(key, values),
            Self::Like(key, like, text) => labels.meets(key, |value| match like {
                Like::Contains => value.contains(text),
                Like::Starts => value.starts_with(text),
                Like::Ends => value.ends_with(text),
            }),
            Self::Global => Some(false),
            Self::Unknown => None,
        }
    }

    /// Kubernetes' own form: `matchLabels` and `matchExpressions`. An empty one takes everything.
    pub(crate) fn of_kubernetes(node: NodeRef<'_>) -> Self {
        let labels = node.get("matchLabels").map(NodeRef::entries_merged).unwrap_or_default();
        let mut parts: Vec<Self> = labels
            .iter()
            .filter_map(|(key, value)| Some(Self::In(key.text()?.to_owned(), vec![value.text()?.to_owned()])))
            .collect();
        for one in node.get("matchExpressions").into_iter().flat_map(NodeRef::items) {
            let key = one.text_at("key").unwrap_or_default().to_owned();
            let values = one.get("values").into_iter().flat_map(NodeRef::items);
            let values: Vec<String> = values.filter_map(|value| value.text().map(str::to_owned)).collect();
            parts.push(match one.text_at("operator") {
                Some("In") => Self::In(key, values),
                Some("NotIn") => Self::Not(Box::new(Self::In(key, values))),
                Some("Exists") => Self::Has(key),
                Some("DoesNotExist") => Self::Not(Box::new(Self::Has(key))),
                _ => Self::Unknown,
            });
        }
        Self::And(parts)
    }

    /// Calico's expressions. An empty one takes everything; one that cannot be read is unknown.
    pub(crate) fn of_calico(text: &str) -> Self {
        if text.trim().is_empty() {
            return Self::all();
        }
        let Some(tokens) = tokens(text) else { return Self::Unknown };
        let mut parser = Parser { tokens: &tokens, at: 0 };
        match parser.either(DEPTH) {
            Some(selector) if parser.at == tokens.len() => selector,
            _ => Self::Unknown,
        }
    }
}

/// A piece of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A name of a label, or a word.
    Word(String),
    /// A text in quotes.
    Text(String),
    /// An operator or bracket.
    Sign(&'static str),
}

/// The pieces of an expression; `None` if something in it is none.
fn tokens(text: &str) -> Option<Vec<Token>> {
    const SIGNS: [&str; 10] = ["&&", "||", "==", "!=", "!", "(", ")", "{", "}", ","];
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(quote) = Some(first).filter(|first| matches!(first, '\'' | '"')) {
            let (inside, after) = rest[1..].split_once(quote)?;
            found.push(Token::Text(inside.to_owned()));
            rest = after;
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            found.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else {
            let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-');
            let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            if end == 0 {
                return None;
            }
            found.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    Some(found)
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
}

impl Parser<'_> {
    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Sign(own)) if *own == sign);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self) -> Option<String> {
        let Some(Token::Word(word)) = self.tokens.get(self.at) else { return None };
        self.at += 1;
        Some(word.clone())
    }

    fn keyword(&mut self, word: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Word(own)) if own == word);
        self.at += usize::from(found);
        found
    }

    fn text(&mut self) -> Option<String> {
        let Some(Token::Text(text)) = self.tokens.get(self.at) else { return None };
        self.at += 1;
        Some(text.clone())
    }

    fn either(&mut self, depth: u32) -> Option<Selector> {
        let mut parts = vec![self.both(depth)?];
        while self.sign("||") {
            parts.push(self.both(depth)?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Selector::Or(parts) })
    }

    fn both(&mut self, depth: u32) -> Option<Selector> {
        let mut parts = vec![self.one(depth)?];
        while self.sign("&&") {
            parts.push(self.one(depth)?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Selector::And(parts) })
    }

    fn one(&mut self, depth: u32) -> Option<Selector> {
        let depth = depth.checked_sub(1)?;
        if self.sign("!") {
            return Some(Selector::Not(Box::new(self.one(depth)?)));
        }
        if self.sign("(") {
            let inside = self.either(depth)?;
            return self.sign(")").then_some(inside);
        }
        let word = self.word()?;
        if self.sign("(") {
            let selector = match word.as_str() {
                "all" => Selector::all(),
                "global" => Selector::Global,
                "has" => Selector::Has(self.word().or_else(|| self.text())?),
                _ => return None,
            };
            return self.sign(")").then_some(selector);
        }
        if self.sign("==") {
            return Some(Selector::In(word, vec![self.text()?]));
        }
        if self.sign("!=") {
            return Some(Selector::Not(Box::new(Selector::In(word, vec![self.text()?]))));
        }
        if self.keyword("in") {
            return Some(Selector::In(word, self.set()?));
        }
        if self.keyword("not") {
            return self
                .keyword("in")
                .then_some(())
                .and_then(|()| Some(Selector::Not(Box::new(Selector::In(word, self.set()?)))));
        }
        let like = if self.keyword("contains") {
            Like::Contains
        } else if self.keyword("starts") && self.keyword("with") {
            Like::Starts
        } else if self.keyword("ends") && self.keyword("with") {
            Like::Ends
        } else {
            return None;
        };
        Some(Selector::Like(word, like, self.text()?))
    }

    fn set(&mut self) -> Option<Vec<String>> {
        let mut values = Vec::new();
        if !self.sign("{") {
            return None;
        }
        while let Some(value) = self.text() {
            values.push(value);
            if !self.sign(",") {
                break;
            }
        }
        self.sign("}").then_some(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(expression: &str, known: &[(&'static str, &'static str)], complete: bool) -> Option<bool> {
        Selector::of_calico(expression).takes(&Labels::new(known.iter().copied(), complete))
    }

    #[test]
    fn a_value_that_a_label_never_has_decides_what_is_open_otherwise() {
        let mut labels = Labels::new([("app", "loki")], false);
        labels.never.push(("part".to_owned(), "gateway".to_owned()));
        for (expression, expected) in [
            ("part == 'gateway'", Some(false)),
            ("part != 'gateway'", Some(true)),
            ("part == 'write'", None),
            ("part in {'gateway', 'write'}", None),
            ("part not in {'gateway'}", Some(true)),
            ("has(part)", None),
            ("other == 'gateway'", None),
        ] {
            assert_eq!(Selector::of_calico(expression).takes(&labels), expected, "{expression}");
        }
    }

    #[test]
    fn expressions_of_calico_are_read_with_their_precedence() {
        let pod = [("app", "loki"), ("tier", "store")];
        for (expression, expected) in [
            ("", true),
            ("all()", true),
            ("global()", false),
            ("has(app)", true),
            ("!has(app)", false),
            ("has(none)", false),
            ("app == 'loki'", true),
            ("app == \"mimir\"", false),
            ("app != 'mimir'", true),
            ("none != 'x'", true),
            ("app in {'mimir', 'loki'}", true),
            ("app not in { 'mimir' }", true),
            ("none not in {'a'}", true),
            ("app starts with 'lo'", true),
            ("app ends with 'lo'", false),
            ("app contains 'ok'", true),
            ("app == 'mimir' || app == 'loki' && tier == 'store'", true),
            ("(app == 'mimir' || app == 'loki') && tier == 'other'", false),
            ("! (app == 'loki' && tier == 'store')", false),
        ] {
            assert_eq!(takes(expression, &pod, true), Some(expected), "{expression}");
        }
    }

    #[test]
    fn what_is_not_known_stays_open_unless_the_rest_decides() {
        assert_eq!(takes("has(other)", &[("app", "loki")], false), None);
        assert_eq!(takes("other == 'x' && app == 'mimir'", &[("app", "loki")], false), Some(false));
        assert_eq!(takes("other == 'x' || app == 'loki'", &[("app", "loki")], false), Some(true));
    }

    #[test]
    fn what_cannot_be_read_is_unknown_and_takes_nothing_for_granted() {
        let deep = format!("{}all(){}", "(".repeat(100), ")".repeat(100));
        for expression in
            ["app = 'loki'", "app == loki", "has(", "app in {'a'", "app == 'a' &&", "maybe()", "ä", &deep]
        {
            assert_eq!(takes(expression, &[], true), None, "{expression}");
        }
    }
}
