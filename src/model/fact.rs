//! Facts: what rules read. A fact is a value, known or not, that remembers where it was written.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::document::Place;

/// A value with the place that decides it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Fact {
    /// The value.
    pub(crate) value: FactValue,
    /// Where it was written; for something absent, the place where it would have to stand (its container).
    pub(crate) place: Option<Place>,
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum FactValue {
    /// Absent or null. Reading a field of it gives `Null` again.
    #[default]
    Null,
    /// Needed but not evaluable, with the reason. A condition that depends on it ends *undecided*.
    Unknown(Arc<str>),
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// Text.
    Text(Arc<str>),
    /// Text that must never be printed; rules can compare it, messages show `(secret)`.
    Secret(Arc<str>),
    /// A list.
    List(Vec<Fact>),
    /// Named facts.
    Map(BTreeMap<String, Fact>),
}

impl Fact {
    /// A fact with a place.
    pub(crate) fn new(value: impl Into<FactValue>, place: impl Into<Option<Place>>) -> Self {
        Self { value: value.into(), place: place.into() }
    }

    /// A fact that has no place of its own.
    pub(crate) fn bare(value: impl Into<FactValue>) -> Self {
        Self { value: value.into(), place: None }
    }

    /// Something that is absent, with the place of the container that lacks it.
    pub(crate) fn absent(place: impl Into<Option<Place>>) -> Self {
        Self { value: FactValue::Null, place: place.into() }
    }

    /// Something that could not be evaluated.
    pub(crate) fn unknown(reason: impl Into<Arc<str>>, place: impl Into<Option<Place>>) -> Self {
        Self { value: FactValue::Unknown(reason.into()), place: place.into() }
    }

    /// A map with a place.
    pub(crate) fn map<K: Into<String>>(
        entries: impl IntoIterator<Item = (K, Fact)>,
        place: impl Into<Option<Place>>,
    ) -> Self {
        let entries = entries.into_iter().map(|(key, fact)| (key.into(), fact)).collect();
        Self { value: FactValue::Map(entries), place: place.into() }
    }

    /// A list with a place.
    pub(crate) fn list(items: impl IntoIterator<Item = Fact>, place: impl Into<Option<Place>>) -> Self {
        Self { value: FactValue::List(items.into_iter().collect()), place: place.into() }
    }

    /// Adds an entry to a map; nothing happens to any other fact.
    pub(crate) fn insert(&mut self, key: &str, fact: Fact) {
        if let FactValue::Map(entries) = &mut self.value {
            entries.insert(key.to_owned(), fact);
        }
    }

    /// The fact at a dotted route, as far as it goes; numbers index lists.
    pub(crate) fn at(&self, route: &str) -> Option<&Fact> {
        if route.is_empty() {
            return Some(self);
        }
        let mut fact = self;
        for part in route.split('.') {
            fact = match &fact.value {
                FactValue::Map(entries) => entries.get(part)?,
                FactValue::List(items) => items.get(part.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(fact)
    }
}

impl From<bool> for FactValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
impl From<i64> for FactValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<usize> for FactValue {
    fn from(value: usize) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}
impl From<f64> for FactValue {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}
impl From<&str> for FactValue {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}
impl From<String> for FactValue {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}
impl<T: Into<FactValue>> From<Option<T>> for FactValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Something that rules range over, with all that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Subject {
    /// What it is: the name that a rule's `over` uses, such as `collector` or `log_exit`.
    pub(crate) kind: &'static str,
    /// Who it is, in words that stay the same whatever form the input has (manifests, values files, kubectl JSON,
    /// rendered charts), such as `loki.write.local telemetry to http://loki`. Part of a finding's fingerprint.
    pub(crate) key: String,
    /// Its facts: always a map. Its place is where a finding points when nothing better is known.
    pub(crate) facts: Fact,
}
