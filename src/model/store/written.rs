//! Turns what is written of a store's configuration into a list of options, for rules that ask about all of a kind:
//! every secret, every switch that ends verification.

use super::effective::Effective;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::stack::same_value;

/// Options lie at most this deep.
const DEPTH: u32 = 24;

/// The options that are written, each with its path, and whether all of them say what is the case anyway.
pub(super) struct Written {
    /// One map for each option.
    pub(super) options: Fact,
    /// Whether every value is the default of its option. Such a file describes the program, not an installation.
    pub(super) at_defaults: bool,
}

/// The options that are written in `config`; `in_secret` where it may hold secrets.
pub(super) fn written(effective: &Effective<'_>, config: &Fact, in_secret: bool) -> Written {
    let mut search = Search { effective, in_secret, found: Vec::new(), at_defaults: true };
    search.below(config, "", DEPTH);
    Written { options: Fact::list(search.found, config.place), at_defaults: search.at_defaults }
}

struct Search<'s, 'e> {
    effective: &'s Effective<'e>,
    in_secret: bool,
    found: Vec<Fact>,
    at_defaults: bool,
}

impl Search<'_, '_> {
    fn below(&mut self, fact: &Fact, path: &str, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if let Some(spec) = self.effective.options.spec(path) {
            let (value, _) = self.effective.value(path, spec);
            // Loki does not start without a schema, which has no default.
            self.at_defaults &=
                path.starts_with("schema_config.") || says_same(&value, &self.effective.default_of(spec));
            let key = path.rsplit('.').next().unwrap_or(path);
            let secret = spec.is_secret();
            let plain = secret && !self.in_secret && is_plain(fact);
            // A secret is pointed at, and never handed out.
            let value = if secret { FactValue::Null } else { value.value };
            self.found.push(Fact::map(
                [
                    ("path", Fact::new(path, fact.place)),
                    ("key", Fact::new(key, fact.place)),
                    ("value", Fact { value, place: fact.place }),
                    ("secret", Fact::new(secret, fact.place)),
                    ("plain", Fact::new(plain, fact.place)),
                ],
                fact.place,
            ));
        } else if let FactValue::Map(entries) = &fact.value {
            for (name, entry) in entries {
                let own = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                self.below(entry, &own, depth);
            }
        }
    }
}

/// Whether a value stands there as it is: not nothing, not a reference to a variable, not in a Secret.
fn is_plain(fact: &Fact) -> bool {
    match &fact.value {
        FactValue::Text(text) => !text.is_empty() && !text.contains("${") && !text.starts_with('$'),
        FactValue::Bool(_) | FactValue::Int(_) | FactValue::Float(_) => true,
        _ => false,
    }
}

/// Whether a value is a default, wherever it stands, secret or not.
fn says_same(value: &Fact, default: &Fact) -> bool {
    match (&value.value, &default.value) {
        (FactValue::Secret(value), FactValue::Text(default)) => value == default,
        _ => same_value(value, default),
    }
}
