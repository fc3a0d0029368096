//! A rule as written in its file.

use super::fix::Remedy;
use super::syntax::Expression;
use super::template::Template;
use crate::document::Place;
use crate::finding::Invariant;
use crate::finding::Profile;
use crate::finding::Severity;
use crate::model::Fact;
use crate::model::FactValue;

/// A rule with all its documentation.
#[derive(Debug)]
pub(crate) struct Rule {
    /// Names the fault, in kebab-case.
    pub(crate) id: String,
    /// The fault in a few words, for lists of rules; may be empty in a user's rule.
    pub(crate) title: String,
    /// The folder below `rules/`, or empty for a user's rule.
    pub(crate) family: String,
    /// The promise that it guards.
    pub(crate) invariant: Invariant,
    /// How much harm the fault means.
    pub(crate) severity: Severity,
    /// Whether its findings leave the invariant's verdict alone.
    pub(crate) advisory: bool,
    /// The first profile that it stands in.
    pub(crate) profile: Profile,
    /// In the profile `stack`: the key of the settings without which it is left out.
    pub(crate) if_declared: Option<String>,
    /// The kind of subject.
    pub(crate) over: String,
    /// The rule looks at a subject only if this holds.
    pub(crate) given: Option<Expression>,
    /// True: the outcome is undecided, with the message.
    pub(crate) undecided: Option<(Expression, Template)>,
    /// What is a finding, each by itself. Most rules have one.
    pub(crate) cases: Vec<Case>,
    /// Further places.
    pub(crate) related: Vec<Related>,
    /// The harm, for people.
    pub(crate) why: String,
    /// How to mend it.
    pub(crate) help: Template,
    /// How it can be mended by itself: the first whose result is good is taken. Empty where a person has to.
    pub(crate) remedies: Vec<Remedy>,
    /// Texts and URLs.
    pub(crate) references: Vec<String>,
    /// Where the rule's values come from.
    pub(crate) source: String,
    /// What a user may override.
    pub(crate) settings: Vec<Setting>,
    /// The built-in rule that a user's rule stands in for.
    pub(crate) replaces: Option<String>,
    /// Where its id is written; `None` for built-in rules.
    pub(crate) place: Option<Place>,
}

/// One thing that a rule finds.
#[derive(Debug)]
pub(crate) struct Case {
    /// True: a finding.
    pub(crate) when: Expression,
    /// What to point at; the first that has a place.
    pub(crate) at: Vec<Expression>,
    /// What else makes it another finding when it changes, beside the value of the first of `at`. Never shown.
    pub(crate) identity: Vec<Expression>,
    /// Words for the underlined text.
    pub(crate) label: Template,
    /// What is wrong.
    pub(crate) message: Template,
    /// How to mend it, where that is not what the rule says.
    pub(crate) help: Option<Template>,
    /// How much harm it means, where that is not what the rule says.
    pub(crate) severity: Option<Severity>,
    /// How it can be mended by itself, where that is not what the rule says.
    pub(crate) remedies: Vec<Remedy>,
}

/// A further place, or one for each item of a list.
#[derive(Debug)]
pub(crate) struct Related {
    /// A list; `item` is then a variable of the other two.
    pub(crate) each: Option<Expression>,
    /// What to point at. With `each` it may be left out: the item.
    pub(crate) at: Option<Expression>,
    /// What is there.
    pub(crate) text: Template,
}

/// A value that a user may override.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    /// Its name.
    pub(crate) name: String,
    /// Its value unless overridden; its type is the setting's type.
    pub(crate) default: Fact,
    /// What it means.
    pub(crate) about: String,
    /// Its unit, where it has one.
    pub(crate) unit: String,
}

impl Setting {
    /// The name of its type.
    pub(crate) fn type_name(&self) -> &'static str {
        match &self.default.value {
            FactValue::Bool(_) => "true or false",
            FactValue::Int(_) => "an integer",
            FactValue::Float(_) => "a number",
            FactValue::List(_) => "a list",
            _ => "text",
        }
    }

    /// Whether a value has the setting's type.
    pub(crate) fn accepts(&self, value: &FactValue) -> bool {
        use FactValue as V;
        matches!(
            (&self.default.value, value),
            (V::Bool(_), V::Bool(_))
                | (V::Int(_), V::Int(_))
                | (V::Float(_), V::Float(_) | V::Int(_))
                | (V::Text(_) | V::Null, V::Text(_))
                | (V::List(_), V::List(_))
        )
    }
}

impl Rule {
    /// Its conditions and the texts that are shown, as written.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let conditions = self.given.iter().chain(self.undecided.as_ref().map(|(condition, _)| condition));
        let cases = self.cases.iter().flat_map(|case| {
            let expressions = std::iter::once(&case.when).chain(&case.at).map(Expression::source);
            expressions.chain([case.label.source(), case.message.source()])
        });
        let remedies = self.remedies().flat_map(Remedy::texts);
        conditions.map(Expression::source).chain(cases).chain([self.help.source()]).chain(remedies)
    }

    /// All remedies, those of the cases first: what they do, and whether that is safe.
    pub(crate) fn remedies(&self) -> impl Iterator<Item = &Remedy> {
        self.cases.iter().flat_map(|case| &case.remedies).chain(&self.remedies)
    }

    /// One line for lists of rules: the title, or the message with its expressions as written.
    pub(crate) fn summary(&self) -> &str {
        if self.title.is_empty() {
            self.cases.first().map_or("", |case| case.message.source())
        } else {
            &self.title
        }
    }

    /// The examples among the fixtures: file name and text, those that break the rule (`fail`) or keep it (`pass`).
    pub(crate) fn examples(&self, outcome: &str) -> Vec<(&'static str, &'static str)> {
        select_examples(super::embedded::EXAMPLES, &format!("{}/{}/{outcome}/", self.family, self.id))
    }
}

/// The entries below a folder.
fn select_examples<'t>(table: &[(&'t str, &'t str)], folder: &str) -> Vec<(&'t str, &'t str)> {
    table.iter().filter_map(|(path, text)| Some((path.strip_prefix(folder)?, *text))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_settings_have_names() {
        let named = |default: Fact| {
            let setting =
                Setting { name: "s".to_owned(), default, about: String::new(), unit: String::new() };
            setting.type_name()
        };
        assert_eq!(named(Fact::bare(true)), "true or false");
        assert_eq!(named(Fact::bare(7_i64)), "an integer");
        assert_eq!(named(Fact::bare(0.5)), "a number");
        assert_eq!(named(Fact::list([Fact::bare("a")], None)), "a list");
        assert_eq!(named(Fact::bare("20s")), "text");
    }

    #[test]
    fn builtin_rules_bring_their_examples() {
        let set = crate::rule::RuleSet::builtin();
        let rule = set.rule("logs-leave-workload").unwrap();
        let names = |outcome: &str| rule.examples(outcome).iter().map(|(name, _)| *name).collect::<Vec<_>>();
        assert!(names("fail").contains(&"expected.txt"), "{:?}", names("fail"));
        assert!(rule.examples("pass").iter().all(|(name, text)| !name.is_empty() && !text.is_empty()));
        assert!(!names("pass").is_empty());
        assert_eq!(names("no-such-outcome"), Vec::<&str>::new());
        assert_eq!(crate::rule::embedded::family_of("logs-leave-workload"), Some("flow"));
        assert_eq!(crate::rule::embedded::family_of("no-such-rule"), None);
    }

    #[test]
    fn examples_belong_to_the_rule_whose_folder_they_are_in() {
        let table = [
            ("flow/a-rule/fail/deep/y.yaml", "3"),
            ("flow/a-rule/fail/x.yaml", "1"),
            ("flow/a-rule/pass/x.yaml", "2"),
            ("loki/a-rule/fail/z.yaml", "4"),
        ];
        assert_eq!(select_examples(&table, "flow/a-rule/fail/"), [("deep/y.yaml", "3"), ("x.yaml", "1")]);
        assert_eq!(select_examples(&table, "flow/a-rule/pass/"), [("x.yaml", "2")]);
    }
}
