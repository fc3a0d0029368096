//! Turns the values of a release into the configuration that its chart makes of them, before `structuredConfig` is laid over it.
//!
//! `schemas/charts/made/` says which options a chart's templates set, in which versions, by which value, and to what when
//! nobody sets that. What is not said there is not claimed.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

use super::number;
use super::table::chart_default;
use super::table::fact_value;
use crate::document::Place;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::piece::Chart;
use crate::model::values::merge;

/// Values nest at most this deep.
const DEPTH: u32 = 32;

/// Why a text of the chart is not known.
const MADE: &str = "the chart makes it of names";

/// A release whose configuration is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Making<'v> {
    /// Its chart.
    pub(crate) chart: Chart,
    /// The chart's version as it is written; the newest where nothing is.
    pub(crate) version: Option<&'v str>,
    /// The values of the user.
    pub(crate) values: &'v Fact,
    /// What the chart calls its objects.
    pub(crate) full_name: Option<&'v str>,
    /// Where it is installed.
    pub(crate) namespace: Option<&'v str>,
}

/// Options that a chart sets under the same conditions. In texts, `{unknown}` is what is not known, `{fullname}` and
/// `{namespace}` are those of the release, and `{route|text}` is the value at a route, or the text.
#[derive(Debug, Deserialize)]
struct Group {
    /// The sections of the configuration in which the options lie; none for the top.
    #[serde(default)]
    at: Vec<String>,
    /// The section of the values in which what sets them lies; empty for the top.
    #[serde(default)]
    values: String,
    /// All of these hold. `route`: the value there is not empty; `!route`: it is; `route=text`. Behind `|` stands what the
    /// value is when nobody sets it, where the table of the chart does not say.
    #[serde(default)]
    when: Vec<String>,
    /// The last version known to lack them.
    after: Option<String>,
    /// The first version known to have them.
    since: Option<String>,
    /// The last version known to have them.
    last: Option<String>,
    /// The first version known to lack them again.
    until: Option<String>,
    /// The section of the values becomes the section of the configuration.
    #[serde(default)]
    paste: bool,
    /// But for these names.
    #[serde(default)]
    omit: Vec<String>,
    /// Sections that are not rendered at all, whatever was said before.
    #[serde(default)]
    drops: Vec<String>,
    /// Options that nothing but `structuredConfig` changes.
    #[serde(default)]
    is: BTreeMap<String, Value>,
    /// By option: the value that sets it, and the chart's default.
    #[serde(default)]
    set_by: BTreeMap<String, Vec<Value>>,
    /// What is false, 0 or empty is left out.
    #[serde(default)]
    unless_empty: bool,
}

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Yes,
    No,
    Unknown,
}

/// What a chart makes of the values of a release: trees of options. Each option stands where the value was written that
/// sets it, or else in the nearest section in which it would be.
#[derive(Debug)]
pub(crate) struct Made {
    /// What the chart sets without being told.
    pub(crate) chart: Fact,
    /// What values of the user set, which beats it.
    pub(crate) written: Fact,
}

impl Made {
    /// All of it as one tree.
    pub(crate) fn merged(&self) -> Fact {
        let mut config = self.chart.clone();
        merge(&mut config, self.written.clone());
        config
    }
}

/// What a chart makes of the values of a release.
pub(crate) fn made_config(making: &Making<'_>) -> Made {
    let tree = || Fact::map::<String>([], making.values.place);
    let mut made = Made { chart: tree(), written: tree() };
    for group in groups(making.chart) {
        let holds = making.holds(group);
        if holds != Holds::No {
            making.apply(group, holds == Holds::Yes, &mut made);
        }
    }
    made
}

/// The sections of the values that become sections of the configuration as they are, by the name of the section.
pub(crate) fn pasted_sections(
    chart: Chart,
    version: Option<&str>,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    let whole = move |group: &&Group| {
        group.paste && group.omit.is_empty() && has_version(version, group) != Holds::No
    };
    let names = |group: &'static Group| Some((group.values.as_str(), group.at.first()?.as_str()));
    groups(chart).iter().filter(whole).filter_map(names)
}

fn groups(chart: Chart) -> &'static [Group] {
    static MIMIR: OnceLock<Vec<Group>> = OnceLock::new();
    static LOKI: OnceLock<Vec<Group>> = OnceLock::new();
    let parsed = |text: &str| serde_json::from_str(text).unwrap_or_default();
    match chart {
        Chart::Mimir => {
            MIMIR.get_or_init(|| parsed(include_str!("../../../schemas/charts/made/mimir-distributed.json")))
        }
        Chart::Loki => LOKI.get_or_init(|| parsed(include_str!("../../../schemas/charts/made/loki.json"))),
        Chart::Alloy | Chart::Grafana => &[],
    }
}

impl Making<'_> {
    fn apply(&self, group: &Group, certain: bool, made: &mut Made) {
        for route in &group.drops {
            remove(&mut made.written, route);
            remove(&mut made.chart, route);
            if !certain {
                let reason = "it hangs on the chart's version or on a value";
                put(&mut made.chart, route, Fact::unknown(reason, self.nearest(route)));
            }
        }
        let top = [String::new()];
        let sections = if group.at.is_empty() { &top[..] } else { &group.at[..] };
        for section in sections {
            if group.paste {
                self.paste(group, section, certain, made);
            }
            for (option, value) in &group.is {
                let route = join(section, option);
                let place = self.nearest(&route);
                let value = if certain { self.text_filled(value) } else { unknown() };
                put(&mut made.chart, &route, placed(value, place));
            }
            for (option, by) in &group.set_by {
                let Some(name) = by.first().and_then(Value::as_str) else { continue };
                self.set(group, &join(section, option), &join(&group.values, name), by.get(1), certain, made);
            }
        }
    }

    /// A section of the values becomes one of the configuration.
    fn paste(&self, group: &Group, section: &str, certain: bool, made: &mut Made) {
        let mut pasted = self.values.reach(&group.values);
        if is_empty(&pasted.value) {
            return;
        }
        if let FactValue::Map(entries) = &mut pasted.value {
            entries.retain(|name, _| !group.omit.contains(name));
        }
        if certain {
            fill_in(&mut pasted, DEPTH);
        } else {
            pasted.value = unknown();
        }
        let mut tree = Fact::map::<String>([], None);
        put(&mut tree, section, pasted);
        merge(&mut made.written, tree);
    }

    /// A value sets an option.
    fn set(
        &self,
        group: &Group,
        route: &str,
        by: &str,
        default: Option<&Value>,
        certain: bool,
        made: &mut Made,
    ) {
        let place = self.values.reach(by).place;
        match self.given(by) {
            // Helm takes a default away that is set to null.
            Some(given) if given.is_null() => {
                if default.is_some() {
                    remove(&mut made.written, route);
                    remove(&mut made.chart, route);
                }
            }
            Some(given) if group.unless_empty && is_empty(&given.value) => {}
            // A section that was pasted has it already.
            Some(_) if !certain && made.written.at(route).is_some() => {}
            Some(given) => {
                let mut value = if certain { given.clone() } else { placed(unknown(), place) };
                fill_in(&mut value, DEPTH);
                put(&mut made.written, route, value);
            }
            None if made.chart.at(route).is_some() => {}
            None => {
                if let Some(default) = default {
                    let value = if certain { self.text_filled(default) } else { unknown() };
                    put(&mut made.chart, route, placed(value, place));
                }
            }
        }
    }

    /// What the user set at a route; null where the value or a section above it was set to null.
    fn given(&self, route: &str) -> Option<&Fact> {
        let mut fact = self.values;
        for part in route.split('.') {
            match &fact.value {
                FactValue::Map(entries) => fact = entries.get(part)?,
                FactValue::Null | FactValue::Unknown(_) => return Some(fact),
                _ => return None,
            }
        }
        Some(fact)
    }

    fn holds(&self, group: &Group) -> Holds {
        let conditions = group.when.iter().map(|condition| self.condition(condition));
        conditions.chain([has_version(self.version, group)]).fold(Holds::Yes, |all, one| match (all, one) {
            (Holds::No, _) | (_, Holds::No) => Holds::No,
            (Holds::Unknown, _) | (_, Holds::Unknown) => Holds::Unknown,
            _ => Holds::Yes,
        })
    }

    fn condition(&self, condition: &str) -> Holds {
        let (negated, condition) = match condition.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, condition),
        };
        let (condition, fallback) = match condition.split_once('|') {
            Some((condition, fallback)) => (condition, Some(fallback)),
            None => (condition, None),
        };
        let (route, wanted) = match condition.split_once('=') {
            Some((route, wanted)) => (route, Some(wanted)),
            None => (condition, None),
        };
        let value = match (self.given(route), fallback) {
            (Some(given), _) => Some(given.value.clone()),
            (None, Some(fallback)) => Some(FactValue::Bool(fallback == "true")),
            (None, None) => chart_default(self.chart, self.version, route),
        };
        let holds = match value {
            None | Some(FactValue::Unknown(_)) => return Holds::Unknown,
            Some(value) => match wanted {
                Some(wanted) => matches!(&value, FactValue::Text(text) if **text == *wanted),
                None => !is_empty(&value),
            },
        };
        if holds == negated { Holds::No } else { Holds::Yes }
    }

    /// The nearest section of the user's own configuration in which an option would be.
    fn nearest(&self, option: &str) -> Option<Place> {
        self.values.reach(&format!("{}.structuredConfig.{option}", self.program())).place
    }

    /// The program's name, and that of the section of the values for its configuration.
    fn program(&self) -> &'static str {
        if self.chart == Chart::Mimir { "mimir" } else { "loki" }
    }

    /// A value of the table, with what its texts name filled in.
    fn text_filled(&self, value: &Value) -> FactValue {
        match fact_value(value) {
            FactValue::Text(text) => self.filled(&text).map_or_else(unknown, FactValue::from),
            FactValue::List(items) => {
                let filled = |item: Fact| Fact { value: self.filled_below(item.value), ..item };
                FactValue::List(items.into_iter().map(filled).collect())
            }
            value => value,
        }
    }

    /// Texts of an item of a list of the table, filled in. Lists of the table are no deeper than that.
    fn filled_below(&self, value: FactValue) -> FactValue {
        match value {
            FactValue::Text(text) => self.filled(&text).map_or_else(unknown, FactValue::from),
            FactValue::Map(entries) => {
                let filled = entries.into_iter().map(|(name, fact)| {
                    let value = match &fact.value {
                        FactValue::Text(text) => self.filled(text).map_or_else(unknown, FactValue::from),
                        other => other.clone(),
                    };
                    (name, Fact { value, ..fact })
                });
                FactValue::Map(filled.collect())
            }
            other => other,
        }
    }

    /// A text of the table with its names filled in; `None` where one of them is not known.
    fn filled(&self, text: &str) -> Option<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            let (name, behind) = behind.split_once('}')?;
            filled.push_str(before);
            match (name, name.split_once('|')) {
                // Where nobody says how the release is called, it is called as its chart mostly is: the text is there at
                // any rate, and nothing of the input is found by it.
                ("fullname", _) => filled.push_str(self.full_name.unwrap_or(self.program())),
                ("namespace", _) => filled.push_str(self.namespace.unwrap_or(self.program())),
                (_, Some((route, otherwise))) => match self.given(route).map(|given| &given.value) {
                    None | Some(FactValue::Null) => filled.push_str(otherwise),
                    Some(FactValue::Text(text)) if !text.contains("{{") => filled.push_str(text),
                    Some(FactValue::Int(number)) => filled.push_str(&number.to_string()),
                    Some(_) => return None,
                },
                _ => return None,
            }
            rest = behind;
        }
        filled.push_str(rest);
        Some(filled)
    }
}

/// Whether the chart's version is within the bounds of a group. Between two versions that were looked at, nobody knows.
fn has_version(version: Option<&str>, group: &Group) -> Holds {
    let bound = |bound: &Option<String>| bound.as_deref().and_then(number);
    let (after, since, last, until) =
        (bound(&group.after), bound(&group.since), bound(&group.last), bound(&group.until));
    let version = match version {
        None if until.is_some() => return Holds::No,
        None => return Holds::Yes,
        Some(version) => number(version),
    };
    let Some(version) = version else {
        return if since.is_some() || until.is_some() { Holds::Unknown } else { Holds::Yes };
    };
    if since.is_some_and(|since| version < since) {
        return if after.is_some_and(|after| version > after) { Holds::Unknown } else { Holds::No };
    }
    match (until, last) {
        (Some(until), _) if version >= until => Holds::No,
        (Some(_), Some(last)) if version > last => Holds::Unknown,
        _ => Holds::Yes,
    }
}

fn unknown() -> FactValue {
    FactValue::Unknown(MADE.into())
}

/// A route below a section; an empty section is the top.
fn join(section: &str, name: &str) -> String {
    match (section, name) {
        ("", name) => name.to_owned(),
        (section, "") => section.to_owned(),
        (section, name) => format!("{section}.{name}"),
    }
}

/// A value with all that lies in it at one place.
fn placed(value: FactValue, place: Option<Place>) -> Fact {
    let value = match value {
        FactValue::List(items) => {
            FactValue::List(items.into_iter().map(|item| placed_item(item.value, place)).collect())
        }
        value => value,
    };
    Fact { value, place }
}

fn placed_item(value: FactValue, place: Option<Place>) -> Fact {
    let value = match value {
        FactValue::Map(entries) => {
            let entries = entries.into_iter().map(|(name, fact)| (name, Fact { place, ..fact }));
            FactValue::Map(entries.collect())
        }
        value => value,
    };
    Fact { value, place }
}

/// Puts a fact at a route. Sections on the way are made; nothing happens where something else is in the way.
fn put(tree: &mut Fact, route: &str, fact: Fact) {
    let mut target = tree;
    for part in route.split('.') {
        let FactValue::Map(entries) = &mut target.value else { return };
        target = entries.entry(part.to_owned()).or_insert_with(|| Fact::map::<String>([], fact.place));
    }
    *target = fact;
}

/// Takes what is at a route out of a tree.
fn remove(tree: &mut Fact, route: &str) {
    let (parent, name) = route.rsplit_once('.').unwrap_or(("", route));
    let mut target = tree;
    for part in parent.split('.').filter(|part| !part.is_empty()) {
        let FactValue::Map(entries) = &mut target.value else { return };
        let Some(next) = entries.get_mut(part) else { return };
        target = next;
    }
    if let FactValue::Map(entries) = &mut target.value {
        entries.remove(name);
    }
}

/// Texts that Helm fills in are not known.
fn fill_in(fact: &mut Fact, depth: u32) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match &mut fact.value {
        FactValue::Text(text) if text.contains("{{") => {
            fact.value = FactValue::Unknown("it is a template that Helm fills in".into());
        }
        FactValue::Map(entries) => entries.values_mut().for_each(|fact| fill_in(fact, depth)),
        FactValue::List(items) => items.iter_mut().for_each(|fact| fill_in(fact, depth)),
        _ => {}
    }
}

/// Whether Helm's templates take a value for nothing.
pub(crate) fn is_empty(value: &FactValue) -> bool {
    match value {
        FactValue::Null => true,
        FactValue::Bool(value) => !value,
        FactValue::Int(value) => *value == 0,
        FactValue::Text(text) => text.is_empty(),
        FactValue::List(items) => items.is_empty(),
        FactValue::Map(entries) => entries.is_empty(),
        FactValue::Float(_) | FactValue::Secret(_) | FactValue::Unknown(_) => false,
    }
}

/// The routes of all values that set an option, for tests.
#[cfg(test)]
pub(super) fn routes_of_values(chart: Chart) -> Vec<String> {
    let of_group = |group: &Group| {
        let set = group.set_by.values().filter_map(|by| Some(join(&group.values, by.first()?.as_str()?)));
        let pasted = group.paste.then(|| group.values.clone());
        set.chain(pasted).collect::<Vec<_>>()
    };
    groups(chart).iter().flat_map(of_group).collect()
}
