//! Turns `schemas/grafana/ini.json` into answers: which settings Grafana reads, of what type, and what it takes where
//! nobody sets them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::model::charts;
use crate::text::nearest;

/// All that is known of Grafana's settings.
#[derive(Debug, Deserialize)]
pub(super) struct Table {
    /// Beginnings of sections whose keys are not listed: plugins' own, and those of the Enterprise edition.
    open: Vec<String>,
    /// Settings that name where Grafana sends something by itself.
    pub(super) addresses: Vec<Address>,
    /// By name as it stands in brackets; empty for what stands above all sections.
    pub(super) sections: BTreeMap<String, Section>,
}

/// One section.
#[derive(Debug, Deserialize)]
pub(super) struct Section {
    /// Whether it takes keys that are not listed.
    #[serde(default)]
    open: bool,
    /// The first version that does not read it any more.
    until: Option<String>,
    /// Its settings by name.
    #[serde(default)]
    pub(super) keys: BTreeMap<String, Key>,
}

/// One setting.
#[derive(Debug, Deserialize)]
pub(super) struct Key {
    /// What its text has to be.
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    /// What Grafana takes where nobody sets it.
    pub(super) default: Option<String>,
    /// Whether it holds a secret, or an address that may hold one.
    #[serde(default)]
    pub(super) secret: bool,
    /// The first version that does not read it any more.
    until: Option<String>,
}

/// What the text of a setting has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// True or false, in one of the words of [`bool_of`].
    Bool,
    /// An integer.
    Int,
    /// A number.
    Number,
    /// A length of time such as `30s` or `7d`.
    Duration,
    /// Any text.
    Text,
}

/// A setting that names where something is sent.
#[derive(Debug, Deserialize)]
pub(super) struct Address {
    /// Its section.
    pub(super) section: String,
    /// Its key.
    pub(super) key: String,
    /// What is sent, in words that fit behind "sends".
    pub(super) what: String,
    /// How the destination is written.
    pub(super) syntax: AddressSyntax,
    /// Whether that is logs.
    #[serde(default)]
    pub(super) logs: bool,
    /// Settings (`section.key`) that must have one of these words (with `|` between them) for it to count.
    #[serde(default)]
    pub(super) when: BTreeMap<String, String>,
}

/// How a destination is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AddressSyntax {
    /// With a scheme.
    Url,
    /// Host and port.
    Host,
}

/// Whether Grafana reads a setting.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reading<'t> {
    /// It does, and this is known of it.
    Known(&'t Key),
    /// Something may: its section is a plugin's, or takes any key.
    Open,
    /// It did, before this version.
    Until(&'t str),
    /// Nothing does.
    Missing,
}

/// The table; `None` only if the file in this repository is damaged, which a test excludes.
pub(super) fn table() -> Option<&'static Table> {
    static TABLE: OnceLock<Option<Table>> = OnceLock::new();
    let parsed = || serde_json::from_str(include_str!("../../../schemas/grafana/ini.json")).ok();
    TABLE.get_or_init(parsed).as_ref()
}

/// What Grafana takes a text for where it wants true or false; `None` for text that it passes over for the default.
/// Source: `parseBool` of go-ini.
pub(super) fn bool_of(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" | "YES" | "yes" | "Yes" | "y" | "ON" | "on" | "On" => {
            Some(true)
        }
        "0" | "f" | "F" | "false" | "FALSE" | "False" | "NO" | "no" | "No" | "n" | "OFF" | "off" | "Off" => {
            Some(false)
        }
        _ => None,
    }
}

impl Kind {
    /// How messages name it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Int => "an integer",
            Self::Number => "a number",
            Self::Duration => "a length of time such as `30s` or `7d`",
            Self::Text => "text",
        }
    }

    /// Whether Grafana can use a text for it.
    pub(super) fn takes(self, text: &str) -> bool {
        match self {
            Self::Bool => bool_of(text).is_some(),
            Self::Int => text.parse::<i64>().is_ok(),
            Self::Number => text.parse::<f64>().is_ok(),
            Self::Duration => is_duration(text),
            Self::Text => true,
        }
    }
}

/// Whether a text is a length of time as Grafana writes them. A bare number is one for some settings: it passes.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix('-').unwrap_or(text);
    if !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit()) {
        return true;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let unit = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |at| digits + at);
        let known = ["ns", "us", "µs", "ms", "s", "m", "h", "d", "w", "M", "y"];
        if digits == 0 || !known.contains(&&rest[digits..unit]) {
            return false;
        }
        rest = &rest[unit..];
    }
    !text.is_empty()
}

/// The variable of Grafana's environment that beats a setting. Source: Grafana's `EnvKey`.
pub(super) fn variable(section: &str, key: &str) -> String {
    let section = if section.is_empty() { "DEFAULT" } else { section };
    let upper = |text: &str| text.replace(['.', '-'], "_").to_ascii_uppercase();
    format!("GF_{}_{}", upper(section), upper(key))
}

impl Table {
    /// What is known of a setting.
    pub(super) fn key(&self, section: &str, key: &str) -> Option<&Key> {
        self.sections.get(section)?.keys.get(key)
    }

    /// Whether Grafana, in that version if it is known, reads a setting.
    pub(super) fn reading(&self, section: &str, key: &str, version: Option<&str>) -> Reading<'_> {
        let gone = |until: &'_ Option<String>| {
            let until = until.as_deref().and_then(|until| charts::number(&format!("{until}.0")));
            matches!((until, version.and_then(charts::number)), (Some(until), Some(version)) if version >= until)
        };
        let Some(known) = self.sections.get(section) else {
            let open = self.open.iter().any(|open| section.starts_with(open.as_str()));
            return if open { Reading::Open } else { Reading::Missing };
        };
        match known.keys.get(key) {
            _ if gone(&known.until) => Reading::Until(known.until.as_deref().unwrap_or_default()),
            Some(found) if gone(&found.until) => Reading::Until(found.until.as_deref().unwrap_or_default()),
            Some(found) => Reading::Known(found),
            None if known.open => Reading::Open,
            None => Reading::Missing,
        }
    }

    /// Whether a variable may be one of a section that takes any key.
    pub(super) fn is_open_variable(&self, name: &str) -> bool {
        let begins = |section: &str| {
            let upper = section.trim_end_matches('.').replace(['.', '-'], "_").to_ascii_uppercase();
            name.strip_prefix("GF_").is_some_and(|rest| {
                rest.strip_prefix(upper.as_str()).is_some_and(|rest| rest.starts_with('_'))
            })
        };
        let listed = self.sections.iter().filter(|(_, section)| section.open);
        listed.map(|(name, _)| name.as_str()).chain(self.open.iter().map(String::as_str)).any(begins)
    }

    /// What to do about a setting that Grafana does not read.
    pub(super) fn instead_of(&self, section: &str, key: &str) -> String {
        let Some(known) = self.sections.get(section) else {
            let names = self.sections.keys().map(String::as_str);
            let dotted = section.replace('_', ".");
            let meant = names.clone().find(|name| *name == dotted).or_else(|| nearest(section, names));
            return match meant {
                Some(meant) => format!("did you mean the section `[{meant}]`?"),
                None => "take it out: Grafana has no such section".to_owned(),
            };
        };
        let elsewhere: Vec<&str> = self
            .sections
            .iter()
            .filter(|(_, section)| section.keys.contains_key(key))
            .map(|(name, _)| name.as_str())
            .collect();
        let close = nearest(key, known.keys.keys().map(String::as_str));
        match (elsewhere.as_slice(), close) {
            // A name of several words is no accident; a short one such as `url` is in many sections.
            ([only], _) if key.contains('_') => format!("it belongs into `[{only}]`: move it there"),
            (_, Some(close)) => format!("did you mean `{close}`?"),
            ([only], None) => format!("it belongs into `[{only}]`: move it there"),
            _ => "take it out, or put it where Grafana reads it".to_owned(),
        }
    }

    /// The variable that was meant by one that sets nothing.
    pub(super) fn variable_instead_of(&self, name: &str) -> String {
        let all: Vec<String> = self
            .sections
            .iter()
            .flat_map(|(section, known)| known.keys.keys().map(move |key| variable(section, key)))
            .collect();
        match nearest(name, all.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "take it out, or name a setting: `GF_<SECTION>_<KEY>`".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read() -> &'static Table {
        table().unwrap()
    }

    #[test]
    fn the_table_parses_and_its_defaults_fit_their_types() {
        assert!(read().sections.len() > 100);
        for (name, section) in &read().sections {
            for (key, known) in &section.keys {
                let fits = known.default.as_deref().is_none_or(|default| known.kind.takes(default));
                assert!(fits, "[{name}] {key}");
            }
        }
        for address in &read().addresses {
            assert!(read().key(&address.section, &address.key).is_some(), "{address:?}");
            for setting in address.when.keys() {
                let (section, key) = setting.rsplit_once('.').unwrap();
                assert!(read().key(section, key).is_some(), "{setting}");
            }
        }
    }

    #[test]
    fn tells_where_a_misplaced_or_misspelt_setting_belongs() {
        let told = |section: &str, key: &str| read().instead_of(section, key);
        assert_eq!(
            told("plugins", "check_for_plugin_updates"),
            "it belongs into `[analytics]`: move it there"
        );
        assert_eq!(told("auth.proxy", "header-name"), "did you mean `header_name`?");
        assert_eq!(told("auth_proxy", "enabled"), "did you mean the section `[auth.proxy]`?");
        assert_eq!(told("auth.proxi", "enabled"), "did you mean the section `[auth.proxy]`?");
        assert_eq!(told("server", "wholly"), "take it out, or put it where Grafana reads it");
        assert_eq!(told("wholly unknown", "x"), "take it out: Grafana has no such section");
        assert_eq!(
            read().variable_instead_of("GF_ANALYTICS_REPORTING_ENABLE"),
            "did you mean `GF_ANALYTICS_REPORTING_ENABLED`?"
        );
    }

    #[test]
    fn sections_of_plugins_take_any_key_and_dropped_ones_none() {
        let reading = |section, key, version| read().reading(section, key, version);
        assert!(matches!(reading("plugin.my-app", "x", None), Reading::Open));
        assert!(matches!(reading("feature_toggles", "anything", None), Reading::Open));
        assert!(matches!(reading("auth.generic_oauth", "team_ids", None), Reading::Open));
        assert!(matches!(reading("alerting", "enabled", Some("11.2.0")), Reading::Until("11.0")));
        assert!(matches!(reading("alerting", "enabled", Some("10.2.2")), Reading::Known(_)));
        assert!(matches!(reading("alerting", "enabled", None), Reading::Known(_)));
        assert!(matches!(reading("analytics", "reporting", None), Reading::Missing));
    }

    #[test]
    fn variables_are_called_after_section_and_key() {
        assert_eq!(variable("auth.proxy", "enabled"), "GF_AUTH_PROXY_ENABLED");
        assert_eq!(variable("", "instance_name"), "GF_DEFAULT_INSTANCE_NAME");
        assert!(read().is_open_variable("GF_PLUGIN_GRAFANA_IMAGE_RENDERER_RENDERING_MODE"));
        assert!(read().is_open_variable("GF_AUTH_GENERIC_OAUTH_NAME"));
        assert!(!read().is_open_variable("GF_AUTH_PROXY_ENABLE"));
    }

    #[test]
    fn lengths_of_time_have_units() {
        for text in ["30s", "7d", "1h30m", "-1s", "0", "15m", "1.5h"] {
            assert!(is_duration(text), "{text}");
        }
        for text in ["", "soon", "7 days", "1D", "h"] {
            assert!(!is_duration(text), "{text}");
        }
    }
}
