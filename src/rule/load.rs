//! Reads a rule file; every mistake has a place and a remedy.

use std::collections::BTreeMap;

use super::check;
use super::check::Scope;
use super::check::Shape;
use super::fields;
use super::file::Case;
use super::file::Related;
use super::file::Rule;
use super::syntax::Expression;
use super::syntax::TextProblem;
use super::template::Template;
use crate::config::declarable;
use crate::config::known_entries;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Place;
use crate::document::Tree;
use crate::finding::Invariant;
use crate::finding::Profile;
use crate::finding::Severity;
use crate::text::Span;
use crate::text::suggest;

/// Something wrong with a rule file or a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleProblem {
    /// Where.
    pub(crate) place: Place,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do.
    pub(crate) help: String,
}

/// The keys of a rule file.
pub(super) const KEYS: &[&str] = &[
    "id",
    "title",
    "invariant",
    "severity",
    "advisory",
    "profile",
    "if_declared",
    "over",
    "given",
    "when",
    "undecided",
    "undecided_message",
    "cases",
    "at",
    "identity",
    "label",
    "message",
    "related",
    "why",
    "help",
    "fix",
    "fixes",
    "references",
    "source",
    "settings",
    "replaces",
];

/// Keys that every rule needs.
pub(super) const REQUIRED: &[&str] = &["id", "invariant", "severity", "over", "why", "help"];

/// The keys of one case; a rule with a single case has them itself.
const CASE_KEYS: &[&str] =
    &["when", "at", "identity", "label", "message", "help", "severity", "fix", "fixes"];

/// Those that a rule may have beside its cases, for those that have none of their own.
const RULE_AND_CASE_KEYS: &[&str] = &["help", "severity", "fix", "fixes"];

/// Reads the rule in `tree`. With `thorough`, its expressions are parsed and checked too; built-in rules were checked
/// by a test and are parsed when they are needed.
pub(crate) fn load(doc: DocId, tree: &Tree, thorough: bool) -> (Option<Rule>, Vec<RuleProblem>) {
    let mut loader = Loader { doc, thorough, required: REQUIRED, problems: Vec::new() };
    let rule = loader.rule(tree);
    (rule.filter(|_| loader.problems.is_empty()), loader.problems)
}

/// Reads a built-in rule of which only the [`super::outline::DECIDING`] keys are there: its texts are empty.
pub(super) fn load_deciding(doc: DocId, tree: &Tree) -> Option<Rule> {
    Loader { doc, thorough: false, required: &[], problems: Vec::new() }.rule(tree)
}

/// Reads one rule file.
pub(super) struct Loader {
    doc: DocId,
    /// Whether expressions are parsed and checked.
    pub(super) thorough: bool,
    /// Keys that have to be there.
    required: &'static [&'static str],
    /// What was found to be wrong.
    pub(super) problems: Vec<RuleProblem>,
}

/// The values of a mapping by key.
pub(super) type Keyed<'t> = BTreeMap<&'t str, NodeRef<'t>>;

impl Loader {
    pub(super) fn report(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let place = Place { doc: self.doc, span };
        self.problems.push(RuleProblem { place, message: message.into(), help: help.into() });
    }

    /// A problem inside the decoded text of a scalar, at the bytes that were typed.
    fn report_in(&mut self, node: NodeRef<'_>, problem: TextProblem) {
        let span = node.embedding().to_host(problem.span).unwrap_or_else(|| node.span());
        self.report(span, problem.message, problem.help);
    }

    fn rule(&mut self, tree: &Tree) -> Option<Rule> {
        let Some(root) = tree.root().filter(|root| root.is_mapping()) else {
            let span = tree.root().map_or(Span::at(0), NodeRef::span);
            self.report(
                span,
                "a rule file holds one mapping",
                format!("give it the keys `{}`, and `when` with `message`", REQUIRED.join("`, `")),
            );
            return None;
        };
        let keys = self.keyed(root, KEYS, "a rule");
        for key in self.required.iter().filter(|key| !keys.contains_key(**key)) {
            self.report(start_of(root), format!("the rule has no `{key}`"), format!("add `{key}: ...`"));
        }
        let id = keys.get("id").and_then(|node| self.id(*node)).unwrap_or_default();
        let invariant = keys.get("invariant").and_then(|node| {
            let names = Invariant::ALL.map(Invariant::id);
            self.choice(*node, "invariant", &names).and_then(Invariant::from_id)
        });
        let severity = keys.get("severity").and_then(|node| {
            self.choice(*node, "severity", &["error", "warning", "info"]).and_then(Severity::from_name)
        });
        let subjects: Vec<&str> = fields::subjects().collect();
        let over = keys.get("over").and_then(|node| self.choice(*node, "subject", &subjects));
        let settings = keys.get("settings").map(|node| self.settings(*node)).unwrap_or_default();
        let names: Vec<String> = settings.iter().map(|setting| setting.name.clone()).collect();
        let scope = Scope::new(over.unwrap_or("workload"), &names);
        let scope = over.is_some().then_some(&scope);
        let undecided = match (keys.get("undecided"), keys.get("undecided_message")) {
            (Some(condition), Some(message)) => {
                let condition = self.expression(*condition, scope);
                condition.zip(self.template(*message, scope))
            }
            (Some(node), None) => {
                self.report(node.span(), "`undecided` has no message", "add `undecided_message: ...`");
                None
            }
            (None, Some(node)) => {
                self.report(
                    node.span(),
                    "`undecided_message` stands alone",
                    "add `undecided: ...`, its condition",
                );
                None
            }
            (None, None) => None,
        };
        let rule = Rule {
            family: String::new(),
            advisory: keys.get("advisory").and_then(|node| self.flag(*node)).unwrap_or_default(),
            profile: keys.get("profile").and_then(|node| self.profile(*node)).unwrap_or(Profile::Stack),
            if_declared: keys.get("if_declared").and_then(|node| self.declarable(*node)),
            over: over.unwrap_or_default().to_owned(),
            given: keys.get("given").and_then(|node| self.expression(*node, scope)),
            cases: self.cases(root, &keys, scope),
            undecided,
            related: keys.get("related").map(|node| self.related(*node, scope)).unwrap_or_default(),
            remedies: self.remedies(&keys, scope),
            why: self.optional_text(&keys, "why"),
            help: self.optional_template(&keys, "help", scope),
            title: keys.get("title").and_then(|node| node.text()).unwrap_or_default().to_owned(),
            references: keys
                .get("references")
                .map(|node| self.each(*node, |own, item| own.text(item).map(str::to_owned)))
                .unwrap_or_default(),
            source: self.optional_text(&keys, "source"),
            settings,
            replaces: keys.get("replaces").and_then(|node| self.id(*node)),
            place: keys.get("id").map(|node| Place { doc: self.doc, span: node.span() }),
            invariant: invariant?,
            severity: severity?,
            id,
        };
        Some(rule)
    }

    /// What the rule finds: the items of `cases`, or the one case that its own keys describe.
    fn cases(&mut self, root: NodeRef<'_>, keys: &Keyed<'_>, scope: Option<&Scope<'_>>) -> Vec<Case> {
        let needs_all = !self.required.is_empty();
        let Some(list) = keys.get("cases") else {
            let own: Keyed<'_> = keys
                .iter()
                .filter(|(key, _)| !RULE_AND_CASE_KEYS.contains(key))
                .map(|(key, node)| (*key, *node))
                .collect();
            return vec![self.case(start_of(root), &own, "rule", needs_all, scope)];
        };
        for key in ["when", "at", "identity", "label", "message"] {
            if let Some(node) = keys.get(key) {
                self.report(node.span(), format!("`{key}` stands beside `cases`"), "write it into the cases");
            }
        }
        if list.items().next().is_none() {
            self.report(
                list.span(),
                "`cases` is a list that is not empty",
                "write `- when: ...` and `message: ...` for each",
            );
        }
        let items: Vec<NodeRef<'_>> = list.items().collect();
        items
            .into_iter()
            .map(|item| {
                let own = self.keyed(item, CASE_KEYS, "a case");
                self.case(start_of(item), &own, "case", needs_all, scope)
            })
            .collect()
    }

    fn case(
        &mut self,
        start: Span,
        keys: &Keyed<'_>,
        what: &str,
        needs_all: bool,
        scope: Option<&Scope<'_>>,
    ) -> Case {
        for key in ["when", "message"] {
            if needs_all && !keys.contains_key(key) {
                self.report(start, format!("the {what} has no `{key}`"), format!("add `{key}: ...`"));
            }
        }
        Case {
            when: keys
                .get("when")
                .and_then(|node| self.expression(*node, scope))
                .unwrap_or(Expression::new("")),
            at: keys
                .get("at")
                .map(|node| self.each(*node, |own, item| own.route(item, scope)))
                .unwrap_or_default(),
            identity: keys
                .get("identity")
                .map(|node| self.each(*node, |own, item| own.expression(item, scope)))
                .unwrap_or_default(),
            label: self.optional_template(keys, "label", scope),
            message: self.optional_template(keys, "message", scope),
            help: keys.get("help").and_then(|node| self.template(*node, scope)),
            severity: keys.get("severity").and_then(|node| {
                self.choice(*node, "severity", &["error", "warning", "info"]).and_then(Severity::from_name)
            }),
            remedies: self.remedies(keys, scope),
        }
    }

    /// The entries of a mapping whose keys are known; others are problems.
    pub(super) fn keyed<'t>(&mut self, node: NodeRef<'t>, allowed: &[&str], what: &str) -> Keyed<'t> {
        let report = |span, message, help| self.report(span, message, help);
        known_entries(node, allowed, what, report).into_iter().collect()
    }

    fn text<'t>(&mut self, node: NodeRef<'t>) -> Option<&'t str> {
        let text = node.text().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            // `message: {x}` is a mapping to YAML.
            let help =
                if node.is_scalar() { "write a text that is not empty" } else { "put the text in quotes" };
            self.report(node.span(), "text is expected here", help);
        }
        text
    }

    pub(super) fn optional_text(&mut self, keys: &Keyed<'_>, key: &str) -> String {
        keys.get(key).and_then(|node| self.text(*node)).unwrap_or_default().trim().to_owned()
    }

    pub(super) fn flag(&mut self, node: NodeRef<'_>) -> Option<bool> {
        let flag = node.bool();
        if flag.is_none() {
            self.report(node.span(), "true or false is expected here", "write `true` or `false`");
        }
        flag
    }

    fn id(&mut self, node: NodeRef<'_>) -> Option<String> {
        let id = self.text(node)?;
        if !is_id(id) {
            let help = "name the fault in small letters and dashes, such as `series-limit-differs`";
            self.report(node.span(), format!("`{id}` is no rule id"), help);
        }
        Some(id.to_owned())
    }

    fn choice<'t>(&mut self, node: NodeRef<'t>, what: &str, names: &[&str]) -> Option<&'t str> {
        let name = self.text(node)?;
        if names.contains(&name) {
            return Some(name);
        }
        self.report(node.span(), format!("unknown {what} `{name}`"), suggest(name, names.iter().copied()));
        None
    }

    fn profile(&mut self, node: NodeRef<'_>) -> Option<Profile> {
        self.choice(node, "profile", &Profile::ALL.map(Profile::name)).and_then(Profile::from_name)
    }

    /// A key of the settings.
    fn declarable(&mut self, node: NodeRef<'_>) -> Option<String> {
        self.choice(node, "key of the settings", &declarable()).map(str::to_owned)
    }

    pub(super) fn expression(&mut self, node: NodeRef<'_>, scope: Option<&Scope<'_>>) -> Option<Expression> {
        self.shaped(node, scope).map(|(expression, _)| expression)
    }

    /// An expression with the shape of its value; checked where the scope is known.
    pub(super) fn shaped(
        &mut self,
        node: NodeRef<'_>,
        scope: Option<&Scope<'_>>,
    ) -> Option<(Expression, Shape)> {
        let expression = Expression::new(self.text(node)?);
        let mut shape = Shape::Any;
        if self.thorough {
            let problems = match scope {
                Some(scope) => {
                    let (found, problems) = check::shape_of(&expression, scope);
                    shape = found;
                    problems
                }
                None => expression.placed_tree().err().cloned().into_iter().collect(),
            };
            for problem in problems {
                self.report_in(node, problem);
            }
        }
        Some((expression, shape))
    }

    pub(super) fn template(&mut self, node: NodeRef<'_>, scope: Option<&Scope<'_>>) -> Option<Template> {
        match Template::new(self.text(node)?) {
            Ok(template) => {
                if let (true, Some(scope)) = (self.thorough, scope) {
                    for problem in template.check(scope) {
                        self.report_in(node, problem);
                    }
                }
                Some(template)
            }
            Err(problem) => {
                self.report_in(node, problem);
                None
            }
        }
    }

    fn optional_template(&mut self, keys: &Keyed<'_>, key: &str, scope: Option<&Scope<'_>>) -> Template {
        keys.get(key).and_then(|node| self.template(*node, scope)).unwrap_or_default()
    }

    /// What `one` makes of a node, or of each item of a list.
    fn each<'t, T>(
        &mut self,
        node: NodeRef<'t>,
        one: impl Fn(&mut Self, NodeRef<'t>) -> Option<T>,
    ) -> Vec<T> {
        if node.is_sequence() {
            return node.items().filter_map(|item| one(self, item)).collect();
        }
        one(self, node).into_iter().collect()
    }

    /// An expression that leads to a fact, which has a place; a made value has none.
    pub(super) fn route(&mut self, node: NodeRef<'_>, scope: Option<&Scope<'_>>) -> Option<Expression> {
        let expression = self.expression(node, scope)?;
        if self.thorough && expression.placed_tree().is_ok_and(|tree| !check::leads_to_a_fact(tree)) {
            self.report(
                node.span(),
                "this leads to no fact",
                "write a chain of fields such as `mimir.config.limits`",
            );
        }
        Some(expression)
    }

    fn related(&mut self, node: NodeRef<'_>, scope: Option<&Scope<'_>>) -> Vec<Related> {
        if !node.is_sequence() {
            self.report(
                node.span(),
                "`related` is a list",
                "write `- at: ...` and `text: ...` for each further place",
            );
        }
        node.items().filter_map(|item| self.related_place(item, scope)).collect()
    }

    fn related_place(&mut self, node: NodeRef<'_>, scope: Option<&Scope<'_>>) -> Option<Related> {
        let keys = self.keyed(node, &["each", "at", "text"], "a further place");
        let Some(text) = keys.get("text") else {
            self.report(start_of(node), "the place has no `text`", "say what is there: `text: ...`");
            return None;
        };
        if !keys.contains_key("each") && !keys.contains_key("at") {
            self.report(
                start_of(node),
                "the place has no `at`",
                "add `at: ...`, or `each: ...` for a list of places",
            );
        }
        let each = keys.get("each").and_then(|node| self.shaped(*node, scope));
        let inner = each
            .as_ref()
            .zip(scope)
            .map(|((_, shape), scope)| scope.with("item", check::item_shape(shape.clone())));
        let scope = inner.as_ref().or(scope);
        Some(Related {
            each: each.map(|(expression, _)| expression),
            at: keys.get("at").and_then(|node| self.route(*node, scope)),
            text: self.template(*text, scope)?,
        })
    }
}

/// Whether a text can be the id of a rule: words of small letters and digits, with dashes between them.
pub(crate) fn is_id(text: &str) -> bool {
    text.split('-')
        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
}

/// The first key of a mapping: a better place for what is missing than the whole mapping.
pub(super) fn start_of(node: NodeRef<'_>) -> Span {
    node.entries().next().map_or(node.span(), |(key, _)| key.span())
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
