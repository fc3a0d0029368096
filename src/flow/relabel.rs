//! Turns relabel rules into the fate of metrics: what a chain of rules does to a series of which only the name is known.
//! By the rules of Prometheus: patterns are anchored, values of several labels are joined by the separator. What rules do to
//! targets whose labels are all known is carried out in `model/alloy/relabel.rs`.

use std::sync::Arc;

use crate::document::Place;
use crate::document::alloy::Body;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::alloy::Component;
use crate::model::alloy::Program;
use crate::model::alloy::blocks_at;
use crate::model::alloy::content_span;
use crate::model::eval::Value;
use crate::text::anchored;

/// The label that holds a metric's name.
const NAME: &str = "__name__";

/// A rule of a chain.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// What it does; lower case, `unknown` where it cannot be told.
    pub(super) action: String,
    /// The pattern as written.
    pub(super) regex: Fact,
    /// The labels that are matched, as written.
    pub(super) source_labels: Fact,
    /// The action's text; the rule's name where it has none.
    pub(super) place: Place,
    /// The pattern; `None` where it cannot be told.
    pattern: Option<Arc<regex::Regex>>,
    /// The labels that are matched; `None` where they cannot be told.
    sources: Option<Vec<String>>,
    target: Option<String>,
    replacement: Option<String>,
}

/// What becomes of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It goes on, or may.
    Kept,
    /// It never goes on under its name: the rule with this index in the chain takes it.
    Lost(usize),
}

/// The rules of a component or endpoint: blocks of the name `block`.
pub(super) fn rules(program: &Program<'_>, component: &Component<'_>, body: &Body, block: &str) -> Vec<Rule> {
    let blocks = blocks_at(component.file, body, block).into_iter();
    blocks
        .map(|rule| {
            let attribute = |name: &str| component.file.attribute(&rule.body, name);
            let fact = |name: &str| match attribute(name) {
                Some(attribute) => program.fact(component, &attribute.value),
                None => Fact { value: FactValue::Null, place: Some(component.place(rule.name)) },
            };
            // A text, or what holds where the argument is absent; `None` where it is not known.
            let text = |name: &str, default: &str| match attribute(name) {
                None => Some(default.to_owned()),
                Some(attribute) => match program.evaluate(component, &attribute.value) {
                    Ok(Value::Text(text)) => Some(text.to_string()),
                    _ => None,
                },
            };
            let action = attribute("action");
            let source_labels = fact("source_labels");
            Rule {
                // An action that is not known may drop.
                action: text("action", "replace")
                    .map_or_else(|| "unknown".to_owned(), |text| text.to_ascii_lowercase()),
                regex: fact("regex"),
                place: component.place(action.map_or(rule.name, |action| content_span(&action.value))),
                pattern: text("regex", "(.*)").and_then(|pattern| anchored(&pattern).ok()),
                sources: match &source_labels.value {
                    FactValue::Null => Some(Vec::new()),
                    FactValue::List(items) => {
                        items.iter().map(|item| item.text().map(str::to_owned)).collect()
                    }
                    _ => None,
                },
                target: text("target_label", ""),
                replacement: text("replacement", "$1"),
                source_labels,
            }
        })
        .collect()
}

impl Rule {
    /// Whether series can be lost: dropped by the rule, or refused since it takes their name.
    pub(super) fn drops(&self) -> bool {
        let fits = self.pattern.as_ref().map(|pattern| pattern.is_match(NAME));
        match self.action.as_str() {
            "keep" | "drop" | "keepequal" | "dropequal" | "unknown" => true,
            "labeldrop" => fits != Some(false),
            "labelkeep" => fits != Some(true),
            _ => false,
        }
    }

    /// Whether series can get another name.
    pub(super) fn renames(&self) -> bool {
        let writes_name = self.target.as_deref().is_none_or(|target| target == NAME);
        match self.action.as_str() {
            "replace" | "hashmod" | "lowercase" | "uppercase" => writes_name && !self.leaves_name(),
            // Only a replacement that is the name itself, or is made from groups of the pattern, can become it.
            "labelmap" => self.replacement.as_deref().is_none_or(|replacement| replacement == NAME),
            _ => false,
        }
    }

    /// Whether a rule that writes the name writes what it reads: the whole of the old one.
    fn leaves_name(&self) -> bool {
        self.action == "replace"
            && self.sources.as_deref() == Some(&[NAME.to_owned()])
            && self.replacement.as_deref() == Some("$1")
            && self.pattern.is_some()
            // The first is the default.
            && matches!(self.regex.text(), None | Some("(.*)" | "(.+)"))
    }

    /// Whether a `keep` by name keeps nothing that can be a metric: its pattern lists names, and none can be one.
    pub(super) fn keeps_nothing(&self) -> bool {
        self.action == "keep"
            && self.by_name()
            && self.tokens().is_some_and(|tokens| {
                tokens.iter().all(|token| !crate::model::queries::is_metric_name(token))
            })
    }

    /// Whether the name alone decides.
    pub(super) fn by_name(&self) -> bool {
        self.sources.as_deref() == Some(&[NAME.to_owned()])
    }

    /// The alternatives of a pattern that has no other signs in it; `None` for any other.
    pub(super) fn tokens(&self) -> Option<Vec<&str>> {
        let pattern = self.regex.text()?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '|');
        pattern.chars().all(plain).then(|| pattern.split('|').collect())
    }

    /// Alternatives of the pattern that are plain words, whatever stands beside them.
    pub(super) fn words(&self) -> Vec<&str> {
        let Some(pattern) = self.regex.text() else { return Vec::new() };
        let mut depth = 0_i32;
        let parts = pattern.split(|c: char| {
            depth += i32::from(matches!(c, '(' | '[' | '{')) - i32::from(matches!(c, ')' | ']' | '}'));
            c == '|' && depth == 0
        });
        parts.filter(|part| crate::model::queries::is_metric_name(part)).collect()
    }

    /// Whether a series of that name is lost for sure.
    fn loses(&self, name: &str) -> bool {
        let matched = || {
            let (pattern, sources) = (self.pattern.as_ref()?, self.sources.as_deref()?);
            match sources {
                [] => Some(pattern.is_match("")),
                [only] if only == NAME => Some(pattern.is_match(name)),
                _ => None,
            }
        };
        let fits = || self.pattern.as_ref().map(|pattern| pattern.is_match(NAME));
        match self.action.as_str() {
            "keep" => matched() == Some(false),
            "drop" => matched() == Some(true),
            "labeldrop" => fits() == Some(true),
            "labelkeep" => fits() == Some(false),
            _ => false,
        }
    }
}

/// What a chain does to series of that name. Where a rule gives series other names nothing is said of any.
pub(super) fn fate<'r>(chain: impl Iterator<Item = &'r Rule> + Clone, name: &str) -> Fate {
    if chain.clone().any(Rule::renames) {
        return Fate::Kept;
    }
    chain.enumerate().find(|(_, rule)| rule.loses(name)).map_or(Fate::Kept, |(index, _)| Fate::Lost(index))
}

#[cfg(test)]
mod tests;
