//! Follows destinations as far as they are known: their zone, and what is passed on the way there.

use super::Arrival;
use super::Surroundings;
use super::Zone;
use super::destination::Destination;
use super::host::redacted;
use super::zone;
use crate::document::Place;
use crate::model::alloy::Syntax;

/// What data passes on its way to a destination.
#[derive(Debug, Default)]
pub(super) struct Way {
    /// Services and proxies, with words.
    pub(super) via: Vec<(String, Place)>,
    /// What takes the data in.
    pub(super) arrivals: Vec<Arrival>,
}

impl Way {
    /// The zone of a destination as `namespace`'s pods see it.
    pub(super) fn to(
        &mut self,
        destination: &Destination,
        syntax: Syntax,
        surroundings: &Surroundings,
        namespace: Option<&str>,
    ) -> Zone {
        let mut one = |text: &String| {
            let placed = zone::place(text, syntax, surroundings, namespace);
            self.via.extend(placed.via);
            self.arrivals.extend(placed.arrivals);
            placed.zone
        };
        match destination {
            Destination::Text(text) => one(text),
            Destination::Secret(text) => match one(text) {
                // The words may quote the destination.
                Zone::Unknown { .. } => {
                    Zone::Unknown { reason: "the destination is a secret that cannot be placed".to_owned() }
                }
                zone => zone,
            },
            Destination::Unknown(reason) => Zone::Unknown { reason: reason.clone() },
            Destination::OneOf(texts) => {
                let zones: Vec<_> = texts.iter().map(|text| (one(text), text)).collect();
                let certain =
                    zones.iter().map(|(zone, _)| zone.name()).collect::<std::collections::BTreeSet<_>>();
                let worst = zones
                    .into_iter()
                    .reduce(|a, b| if a.0.clone().worse(b.0.clone()) == a.0 { a } else { b });
                match worst {
                    Some((zone, _)) if certain.len() == 1 => zone,
                    Some((zone, text)) => Zone::Unknown {
                        reason: format!(
                            "it is one of several destinations, among them {}, which is {}",
                            redacted(text),
                            zone.name()
                        ),
                    },
                    None => Zone::Unknown { reason: "it has no destination".to_owned() },
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
