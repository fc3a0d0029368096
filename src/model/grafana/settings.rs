//! Turns what is written for a Grafana (`grafana.ini`, variables) into its settings: what was written, what it will run
//! with, and a subject for each.

use std::collections::BTreeMap;

use super::secrets;
use super::table;
use super::table::Kind;
use super::table::Reading;
use super::table::Table;
use super::table::bool_of;
use super::variables::Variables;
use crate::document::Place;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::Subject;

/// The settings of one Grafana.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// What was written, by section as in brackets and by key. Variables stand over the file.
    sections: BTreeMap<String, Section>,
    /// Variables that name no setting.
    strangers: Vec<(String, Option<Place>)>,
    /// Where what is absent would stand.
    place: Option<Place>,
}

/// One section as written.
#[derive(Debug, Default)]
struct Section {
    place: Option<Place>,
    keys: BTreeMap<String, Written>,
}

/// One setting as written.
#[derive(Debug)]
struct Written {
    /// Its text; null for an empty one, which Grafana passes over; a map or list where somebody wrote that.
    value: Fact,
    /// The variable that sets it.
    variable: Option<String>,
    /// Whether its text can be read by whoever may read ConfigMaps.
    plain: bool,
}

impl Settings {
    /// The settings of a file (`ini`: sections by name) under the variables of its process. `plain`: whether the file is
    /// no Secret.
    pub(super) fn new(ini: &Fact, plain: bool, variables: &Variables) -> Self {
        let mut settings = Self { place: ini.place, ..Self::default() };
        for (name, section) in ini.entries() {
            if let FactValue::Map(_) = section.value {
                for (key, fact) in section.entries() {
                    settings.put(name, section.place, key, Written::of_file(fact, plain));
                }
                settings.sections.entry(name.to_owned()).or_default().place = section.place;
            } else if !section.is_null() {
                // Values have what stands above all sections beside the sections.
                settings.put("", ini.place, name, Written::of_file(section, plain));
            }
        }
        if let Some(table) = table::table().filter(|_| !variables.all.is_empty()) {
            settings.overlay(table, variables);
        }
        settings
    }

    fn put(&mut self, section: &str, place: Option<Place>, key: &str, written: Written) {
        let section = self.sections.entry(section.to_owned()).or_default();
        section.place = section.place.or(place);
        section.keys.insert(key.to_owned(), written);
    }

    /// Lays the variables over the file: each sets the setting that it is called after, known or written.
    fn overlay(&mut self, table: &Table, variables: &Variables) {
        let mut called = BTreeMap::new();
        for (section, known) in &table.sections {
            for key in known.keys.keys() {
                called.entry(table::variable(section, key)).or_insert((section.clone(), key.clone()));
            }
        }
        for (section, written) in &self.sections {
            for key in written.keys.keys() {
                called.entry(table::variable(section, key)).or_insert((section.clone(), key.clone()));
            }
        }
        for (name, value) in &variables.all {
            // The image reads the file that such a variable names.
            let (own, of_file) = match name.strip_suffix("__FILE") {
                Some(own) => (own, true),
                None => (name.as_str(), false),
            };
            // Grafana passes over an empty variable.
            if !of_file && value.text() == Some("") {
                continue;
            }
            let Some((section, key)) = called.get(own) else {
                let of_image = OF_IMAGE
                    .iter()
                    .any(|known| own == *known || known.ends_with('_') && own.starts_with(known));
                if !of_image && !table.is_open_variable(own) {
                    self.strangers.push((name.clone(), value.place));
                }
                continue;
            };
            let plain = matches!(value.value, FactValue::Text(_)) && !of_file;
            let value = if of_file {
                Fact::unknown(format!("variable {name} names a file that is not read"), value.place)
            } else {
                value.clone()
            };
            let written = Written { value, variable: Some(name.clone()), plain };
            self.put(section, None, key, written);
        }
    }

    /// The text of a setting as it was written; null where nobody wrote it.
    pub(super) fn written(&self, section: &str, key: &str) -> Fact {
        let found = self.sections.get(section);
        let place = found.and_then(|section| section.place).or(self.place);
        let fact = found.and_then(|section| section.keys.get(key)).map(|written| written.value.clone());
        fact.unwrap_or(Fact::absent(place))
    }

    /// What Grafana takes for a setting: text, true or false, a number; its default where nobody wrote it.
    pub(super) fn effective(&self, section: &str, key: &str, variables: &Variables) -> Fact {
        let known = table::table().and_then(|table| table.key(section, key));
        let written = self.written(section, key);
        let place = written.place;
        let written = match &written.value {
            FactValue::Text(text) => variables.filled_in(text, place),
            _ => written,
        };
        let kind = known.map_or(Kind::Text, |known| known.kind);
        let default = known.and_then(|known| known.default.as_deref());
        let text = match &written.value {
            FactValue::Text(text) if kind.takes(text) => &**text,
            FactValue::Unknown(_) | FactValue::Secret(_) => return written,
            // A text of the wrong kind is passed over for the default.
            _ => default.unwrap_or_default(),
        };
        let value = match kind {
            _ if text.is_empty() => FactValue::Null,
            Kind::Bool => FactValue::from(bool_of(text)),
            Kind::Int => FactValue::from(text.parse::<i64>().ok()),
            Kind::Number => FactValue::from(text.parse::<f64>().ok()),
            Kind::Duration | Kind::Text => FactValue::from(text),
        };
        Fact { value, place }
    }

    /// What was written, as rules read it: by section and key, with underscores for dots in names of sections.
    pub(super) fn ini(&self) -> Fact {
        let sections = self.sections.iter().filter(|(name, _)| !name.is_empty()).map(|(name, section)| {
            let keys = section.keys.iter().map(|(key, written)| (key.clone(), written.value.clone()));
            (name.replace(['.', '-'], "_"), Fact::map(keys, section.place.or(self.place)))
        });
        Fact::map(sections, self.place)
    }

    /// All settings that Grafana knows with what it takes for them, named as in [`Self::ini`].
    pub(super) fn all_effective(&self, variables: &Variables) -> Fact {
        let sections = table::table().into_iter().flat_map(|table| &table.sections);
        let sections = sections.filter(|(name, _)| !name.is_empty()).map(|(name, section)| {
            let keys = section.keys.keys().map(|key| (key.clone(), self.effective(name, key, variables)));
            let place = self.sections.get(name).and_then(|section| section.place).or(self.place);
            (name.replace(['.', '-'], "_"), Fact::map(keys, place))
        });
        Fact::map(sections, self.place)
    }

    /// The subject `grafana_setting` for each setting that was written.
    pub(super) fn subjects(&self, version: Option<&str>) -> Vec<Subject> {
        let Some(table) = table::table() else { return Vec::new() };
        let mut found = Vec::new();
        for (section, written) in &self.sections {
            for (key, setting) in &written.keys {
                found.push(setting.subject(table, section, key, version));
            }
        }
        found.extend(self.strangers.iter().map(|(name, place)| {
            let entries = [
                ("name", Fact::new(format!("the variable `{name}`"), *place)),
                ("read", Fact::new(false, *place)),
                ("hint", Fact::new(table.variable_instead_of(name), *place)),
                ("fits", Fact::new(true, *place)),
            ];
            Subject {
                kind: "grafana_setting",
                key: format!("setting {name}"),
                facts: Fact::map(entries, *place),
            }
        }));
        found
    }
}

/// Variables that the image of Grafana reads by itself, or that what it starts reads.
const OF_IMAGE: [&str; 10] = [
    "GF_AWS_",
    "GF_GID",
    "GF_INSTALL_IMAGE_RENDERER_PLUGIN",
    "GF_INSTALL_PLUGINS",
    "GF_PATHS_CONFIG",
    "GF_PATHS_HOME",
    "GF_UID",
    "GF_VERSION",
    "GF_RENDERER_",
    "GF_APP_",
];

impl Written {
    fn of_file(fact: &Fact, plain: bool) -> Self {
        let mut value = as_text(fact);
        // An empty text keeps the default.
        if value.text() == Some("") {
            value.value = FactValue::Null;
        }
        Self { value, variable: None, plain }
    }

    fn subject(&self, table: &Table, section: &str, key: &str, version: Option<&str>) -> Subject {
        let place = self.value.place;
        let name = match (&self.variable, section) {
            (Some(variable), _) => format!("the variable `{variable}`"),
            (None, "") => format!("`{key}` above all sections"),
            (None, section) => format!("`{key}` in `[{section}]`"),
        };
        let reading = table.reading(section, key, version);
        let hint = match reading {
            Reading::Known(_) | Reading::Open => None,
            Reading::Until(version) => Some(format!("Grafana {version} dropped it: take it out")),
            // Values that nest sections as if dots were levels.
            Reading::Missing if matches!(self.value.value, FactValue::Map(_)) && !section.is_empty() => {
                Some(format!("write the section as one key with a dot: `{section}.{key}`"))
            }
            Reading::Missing => Some(table.instead_of(section, key)),
        };
        let known = match reading {
            Reading::Known(known) => Some(known),
            _ => table.key(section, key),
        };
        let literal = self.value.text().filter(|text| !secrets::is_filled_in(text));
        // What nobody reads has no type.
        let fits = match (known.filter(|_| hint.is_none()), literal) {
            (Some(known), Some(text)) => known.kind.takes(text),
            (Some(known), None) => {
                known.kind == Kind::Text
                    || !matches!(self.value.value, FactValue::Map(_) | FactValue::List(_))
            }
            _ => true,
        };
        let secret = known.filter(|known| known.secret && self.plain).and_then(|known| {
            let text = literal.filter(|text| known.default.as_deref() != Some(text))?;
            secrets::in_setting(key, text)
        });
        let is_default_secret = known.is_some_and(|known| {
            known.secret
                && known.default.is_some()
                && known.default.as_deref() == literal
                && key != "renderer_token"
        });
        let entries = [
            ("name", Fact::new(name, place)),
            ("read", Fact::new(hint.is_none(), place)),
            ("hint", Fact::new(hint, place)),
            ("fits", Fact::new(fits, place)),
            ("wanted", Fact::new(known.map(|known| known.kind.name()), place)),
            ("secret", Fact::new(secret, place)),
            ("is_default_secret", Fact::new(is_default_secret, place)),
        ];
        let key = format!("setting [{section}] {key}");
        Subject { kind: "grafana_setting", key, facts: Fact::map(entries, place) }
    }
}

/// Values write booleans and numbers where the rendered file has text: one form for both.
pub(super) fn as_text(fact: &Fact) -> Fact {
    let value = match &fact.value {
        FactValue::Bool(value) => FactValue::from(value.to_string()),
        FactValue::Int(value) => FactValue::from(value.to_string()),
        FactValue::Float(value) => FactValue::from(value.to_string()),
        other => other.clone(),
    };
    Fact { value, place: fact.place }
}
