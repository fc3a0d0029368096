//! All rules of a run, by the kind of subject that they range over.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::embedded;
use super::file::Rule;
use super::load;
use super::load::RuleProblem;
use crate::document::DocId;
use crate::document::Document;
use crate::document::Place;
use crate::document::parse_yaml;
use crate::model::Fact;
use crate::text::Span;
use crate::text::suggest;

/// All rules of a run.
#[derive(Debug, Default)]
pub(crate) struct RuleSet {
    /// Sorted by id.
    rules: Vec<Rule>,
    /// Kind of subject to indices into `rules`, in order.
    by_kind: BTreeMap<String, Vec<usize>>,
}

/// Values that a user set: by rule, then by setting.
pub(crate) type Overrides = BTreeMap<String, BTreeMap<String, Fact>>;

impl RuleSet {
    /// The rules in the binary. Their expressions are parsed when a subject of their kind is there.
    pub(crate) fn builtin() -> Self {
        Self::from_texts(embedded::RULES, false).0
    }

    /// The rules in files (path below `rules/`, text), and what is wrong with them.
    pub(crate) fn from_texts(files: &[(&str, &str)], thorough: bool) -> (Self, Vec<(String, RuleProblem)>) {
        let mut set = Self::default();
        let mut problems = Vec::new();
        for (path, text) in files {
            let text: Arc<str> = Arc::from(*text);
            let stream = parse_yaml(&text);
            let doc = DocId { file: 0, index: 0 };
            let mut report = |problem| problems.push(((*path).to_owned(), problem));
            for error in &stream.errors {
                let place = Place { doc, span: error.span };
                report(RuleProblem {
                    place,
                    message: error.message.clone(),
                    help: error.hint.clone().unwrap_or_default(),
                });
            }
            for tree in &stream.documents {
                let (rule, found) = load::load(doc, tree, thorough);
                found.into_iter().for_each(&mut report);
                if let Some(rule) = rule {
                    let family = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
                    set.rules.push(Rule { family, place: None, ..rule });
                }
            }
        }
        set.index();
        (set, problems)
    }

    /// Adds a user's rule. Where there are problems, it is not added.
    pub(crate) fn add(&mut self, doc: DocId, document: &Document) -> Vec<RuleProblem> {
        let Some(tree) = document.tree() else {
            let place = Place { doc, span: Span::at(0) };
            return vec![RuleProblem {
                place,
                message: "a rule file is YAML".to_owned(),
                help: "see `ptd-lint explain` for the parts of a rule".to_owned(),
            }];
        };
        let (rule, mut problems) = load::load(doc, tree, true);
        let Some(rule) = rule else { return problems };
        let place = rule.place.unwrap_or(Place { doc, span: Span::at(0) });
        let mut report = |message: String, help: String| problems.push(RuleProblem { place, message, help });
        let id = rule.id.as_str();
        match (&rule.replaces, self.rule(id)) {
            (Some(replaced), other) => {
                if self.rule(replaced).is_none_or(|other| other.place.is_some()) {
                    let ids =
                        self.rules.iter().filter(|rule| rule.place.is_none()).map(|rule| rule.id.as_str());
                    report(
                        format!("there is no built-in rule `{replaced}` to replace"),
                        suggest(replaced, ids),
                    );
                } else if other.is_some_and(|other| other.place.is_some() || other.id != *replaced) {
                    report(format!("there is a rule `{id}` already"), "give this one another id".to_owned());
                }
            }
            (None, Some(other)) if other.place.is_none() => report(
                format!("`{id}` is a built-in rule"),
                format!("give this one another id, or say `replaces: {id}`"),
            ),
            (None, Some(_)) => {
                report(format!("there is a rule `{id}` already"), "give this one another id".to_owned());
            }
            (None, None) => {}
        }
        if problems.is_empty() {
            if let Some(replaced) = &rule.replaces {
                self.rules.retain(|other| other.id != *replaced);
            }
            self.rules.push(rule);
            self.index();
        }
        problems
    }

    /// All rules, sorted by id.
    pub(crate) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of that id.
    pub(crate) fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The ids of all rules, sorted.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.id.as_str())
    }

    /// The rules over a kind of subject.
    pub(super) fn over(&self, kind: &str) -> impl Iterator<Item = &Rule> {
        self.by_kind.get(kind).into_iter().flatten().map(|index| &self.rules[*index])
    }

    fn index(&mut self) {
        self.rules.sort_by(|a, b| a.id.cmp(&b.id));
        self.by_kind.clear();
        for (index, rule) in self.rules.iter().enumerate() {
            self.by_kind.entry(rule.over.clone()).or_default().push(index);
        }
    }
}
