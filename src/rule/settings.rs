//! Matches the settings of a configuration file with those that rules declare.

use super::load::RuleProblem;
use super::set::Overrides;
use super::set::RuleSet;
use crate::config::RuleSetting;
use crate::model::Fact;
use crate::model::FactValue;
use crate::text::suggest;

impl RuleSet {
    /// The user's settings by rule, and what is wrong with them: a rule or setting that does not exist, a wrong type.
    pub(crate) fn overrides(&self, settings: &[RuleSetting]) -> (Overrides, Vec<RuleProblem>) {
        let mut overrides = Overrides::new();
        let mut problems = Vec::new();
        for wanted in settings {
            let id = wanted.rule.value.as_str();
            let name = wanted.name.value.as_str();
            let Some(rule) = self.rule(id) else {
                problems.push(RuleProblem {
                    place: wanted.rule.place,
                    message: format!("unknown rule `{id}`"),
                    help: suggest(id, self.ids()),
                });
                continue;
            };
            let names = rule.settings.iter().map(|setting| setting.name.as_str());
            let Some(setting) = rule.settings.iter().find(|setting| setting.name == name) else {
                let message = format!("rule `{id}` has no setting `{name}`");
                problems.push(RuleProblem { place: wanted.name.place, message, help: suggest(name, names) });
                continue;
            };
            let value = FactValue::from(&wanted.value.value);
            if !setting.accepts(&value) {
                let unit =
                    if setting.unit.is_empty() { String::new() } else { format!(" ({})", setting.unit) };
                problems.push(RuleProblem {
                    place: wanted.value.place,
                    message: format!("setting `{name}` of rule `{id}` is {}", setting.type_name()),
                    help: format!("it says: {}{unit}", setting.about),
                });
                continue;
            }
            let fact = Fact { value, place: Some(wanted.value.place) };
            overrides.entry(id.to_owned()).or_default().insert(name.to_owned(), fact);
        }
        (overrides, problems)
    }
}
