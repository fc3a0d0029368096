//! Turns the settings of rules into the values that are written: what was agreed stands in `rules/` alone, so that what is
//! generated is what the rules ask for, also where a user's settings change it.

use super::Fault;
use crate::model::FactValue;
use crate::rule::Overrides;
use crate::rule::RuleSet;

/// Where agreed values come from: a user's settings, or else the defaults of the built-in rules.
#[derive(Debug, Default)]
pub(crate) struct Agreed {
    rules: RuleSet,
    overrides: Overrides,
}

impl Agreed {
    /// The built-in rules with a user's settings, by rule.
    pub(crate) fn new(overrides: Overrides) -> Self {
        Self { rules: RuleSet::builtin(), overrides }
    }

    /// The value of a setting. That there is no such rule or setting is a fault of a template, which tests rule out.
    pub(crate) fn value(&self, rule: &str, setting: &str) -> Result<FactValue, Fault> {
        let own = self.overrides.get(rule).and_then(|settings| settings.get(setting));
        if let Some(fact) = own {
            return Ok(fact.value.clone());
        }
        let settings = self.rules.rule(rule).map(|rule| rule.settings.as_slice()).unwrap_or_default();
        let found = settings.iter().find(|own| own.name == setting);
        let value = found.map(|setting| setting.default.value.clone());
        value.ok_or_else(|| Fault::Template(format!("rule `{rule}` has no setting `{setting}`")))
    }

    /// A setting that is text.
    pub(crate) fn text(&self, rule: &str, setting: &str) -> Result<String, Fault> {
        match self.value(rule, setting)? {
            FactValue::Text(text) => Ok(text.to_string()),
            _ => Err(Fault::Template(format!("setting `{setting}` of rule `{rule}` is no text"))),
        }
    }

    /// A setting that is a whole number.
    pub(crate) fn number(&self, rule: &str, setting: &str) -> Result<i64, Fault> {
        match self.value(rule, setting)? {
            FactValue::Int(number) => Ok(number),
            _ => Err(Fault::Template(format!("setting `{setting}` of rule `{rule}` is no whole number"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Fact;

    #[test]
    fn settings_of_the_user_beat_those_of_the_rule() {
        let rule = "series-limit-differs";
        let default = Agreed::new(Overrides::new()).number(rule, "series").unwrap();
        let own = [("series".to_owned(), Fact::bare(default + 1))].into();
        let agreed = Agreed::new([(rule.to_owned(), own)].into());
        assert_eq!(agreed.number(rule, "series"), Ok(default + 1));
    }

    #[test]
    fn names_that_no_rule_has_are_faults() {
        let agreed = Agreed::new(Overrides::new());
        for (rule, setting) in [("series-limit-differs", "serie"), ("series-limit", "series")] {
            let told = agreed.value(rule, setting).unwrap_err().to_string();
            assert!(told.contains(rule) && told.contains(setting), "{told}");
        }
        assert!(agreed.text("series-limit-differs", "series").is_err());
        assert!(agreed.number("collector-outside-its-namespace", "namespace").is_err());
    }
}
