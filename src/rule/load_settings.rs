//! Reads the values of a rule that users may override.

use super::file::Setting;
use super::load::Loader;
use crate::document::NodeRef;
use crate::document::Scalar;
use crate::model::Fact;

impl Loader {
    /// What stands under `settings`.
    pub(super) fn settings(&mut self, node: NodeRef<'_>) -> Vec<Setting> {
        if !node.is_mapping() {
            self.report(node.span(), "`settings` is a mapping", "write `name: { default: ..., about: ... }`");
        }
        let mut settings: Vec<Setting> = Vec::new();
        for (key, value) in node.entries() {
            let name = key.text().unwrap_or_default().to_owned();
            if settings.iter().any(|setting| setting.name == name) {
                self.report(key.span(), format!("`{name}` is given twice"), "remove one of the two");
            }
            let keys = self.keyed(value, &["default", "about", "unit"], "a setting");
            for needed in ["default", "about"] {
                if value.is_mapping() && !keys.contains_key(needed) {
                    self.report(
                        key.span(),
                        format!("the setting has no `{needed}`"),
                        format!("add `{needed}: ...`"),
                    );
                }
            }
            let default = keys.get("default").map(|node| setting_value(*node));
            settings.push(Setting {
                name,
                default: default.unwrap_or_default(),
                about: self.optional_text(&keys, "about"),
                unit: self.optional_text(&keys, "unit"),
            });
        }
        settings
    }
}

/// A scalar or a list of scalars as a value.
fn setting_value(node: NodeRef<'_>) -> Fact {
    if node.is_sequence() {
        return Fact::list(node.items().map(scalar_value), None);
    }
    scalar_value(node)
}

fn scalar_value(node: NodeRef<'_>) -> Fact {
    match node.scalar() {
        Some(Scalar::Bool(value)) => Fact::bare(value),
        Some(Scalar::Int(value)) => Fact::bare(value),
        Some(Scalar::Float(value)) => Fact::bare(value),
        Some(Scalar::Text(value)) => Fact::bare(value),
        Some(Scalar::Null) | None => Fact::default(),
    }
}
