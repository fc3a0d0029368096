//! Turns settings that name where Grafana sends something by itself into subjects. Which zone an address lies in is for
//! those to say who know what stands around.

use super::settings::Settings;
use super::table;
use super::table::Address;
use super::table::AddressSyntax;
use super::variables::Variables;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::Subject;

/// The subject `grafana_address` for each destination that is written and in use.
pub(super) fn subjects(settings: &Settings, variables: &Variables, namespace: Option<&str>) -> Vec<Subject> {
    let addresses = table::table().into_iter().flat_map(|table| &table.addresses);
    let written = addresses.filter(|address| address.is_used(settings, variables)).filter_map(|address| {
        let written = settings.written(&address.section, &address.key);
        if written.is_null() {
            return None;
        }
        let place = written.place;
        let to = settings.effective(&address.section, &address.key, variables);
        // The browser sends to Grafana itself.
        if to.text().is_some_and(|to| to.starts_with('/')) {
            return None;
        }
        let url = address.syntax == AddressSyntax::Url;
        let name = format!("`{}` in `[{}]`", address.key, address.section);
        let entries = [
            ("name", Fact::new(name, place)),
            ("to", to),
            ("what", Fact::new(address.what.as_str(), place)),
            ("logs", Fact::new(address.logs, place)),
            ("is_url", Fact::new(url, place)),
            ("namespace", Fact::new(namespace, place)),
        ];
        let key = format!("address [{}] {}", address.section, address.key);
        Some(Subject { kind: "grafana_address", key, facts: Fact::map(entries, place) })
    });
    written.collect()
}

impl Address {
    /// Whether the settings that switch it on are set so. What is not known counts as set.
    fn is_used(&self, settings: &Settings, variables: &Variables) -> bool {
        self.when.iter().all(|(setting, words)| {
            let Some((section, key)) = setting.rsplit_once('.') else { return false };
            let found = settings.effective(section, key, variables);
            match &found.value {
                FactValue::Bool(value) => words == if *value { "true" } else { "false" },
                // Some list several words, with blanks between them.
                FactValue::Text(text) => {
                    text.split([' ', ',']).any(|text| words.split('|').any(|word| word == text))
                }
                FactValue::Unknown(_) => true,
                _ => false,
            }
        })
    }
}
