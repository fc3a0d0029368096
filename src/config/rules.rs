//! Turns what the settings file says of rules into a profile, selectors and severities.

use super::Spanned;
use super::parse::Reader;
use crate::document::NodeRef;
use crate::finding::Profile;
use crate::finding::Severity;
use crate::text::suggest;

/// What stands in lists of rules.
pub(super) const SELECTORS: &str = "ids of rules";

/// The word that leaves a rule out.
pub(crate) const OFF: &str = "off";

impl Reader {
    /// `profile`.
    pub(super) fn profile(&mut self, node: NodeRef<'_>) -> Option<Spanned<Profile>> {
        let name = node.text().unwrap_or_default();
        let profile = Profile::from_name(name);
        if profile.is_none() {
            let help = suggest(name, Profile::ALL.map(Profile::name));
            self.report(node.span(), format!("unknown profile `{name}`"), help);
        }
        profile.map(|profile| self.at(node, profile))
    }

    /// `select`. An empty list is refused: it could be meant for nothing, and for everything.
    pub(super) fn select(&mut self, node: NodeRef<'_>) -> Vec<Spanned<String>> {
        if node.is_sequence() && node.items().next().is_none() {
            let help = "write `[ALL]` for all rules of the profile, or remove the key";
            self.report(node.span(), "an empty `select` chooses no rule", help);
        }
        self.texts(node, SELECTORS)
    }

    /// `rules.severities`: severities by selector.
    pub(super) fn severities(&mut self, node: NodeRef<'_>) -> Vec<(Spanned<String>, Option<Severity>)> {
        let mut severities: Vec<(Spanned<String>, Option<Severity>)> = Vec::new();
        if !node.is_mapping() {
            self.report(node.span(), "`severities` is a mapping", "write `RULE: warning`");
        }
        for (key, value) in node.entries() {
            let Some(selector) = self.text(key, "the id of a rule") else { continue };
            let name = value.text().unwrap_or_default();
            // `off` is a truth value to older YAML, and a word to this reader.
            let severity = Severity::from_name(name);
            if severity.is_none() && name != OFF {
                let help = suggest(name, ["error", "warning", "info", OFF]);
                self.report(value.span(), format!("unknown severity `{name}`"), help);
                continue;
            }
            if severities.iter().any(|(other, _)| other.value == selector.value) {
                let message = format!("`{}` is given twice", selector.value);
                self.report(key.span(), message, "remove one of the two");
                continue;
            }
            severities.push((selector, severity));
        }
        severities
    }
}
