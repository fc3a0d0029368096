//! What a collector that is not Alloy does, whatever language says it: parts, and the ways between them.

use std::collections::BTreeMap;

use crate::document::Place;
use crate::model::Fact;
use crate::model::alloy::Signals;
use crate::model::alloy::Syntax;
use crate::model::eval::Value;

/// The configuration of one collector.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    /// Inputs, outputs, and what stands between pipelines.
    pub(crate) parts: Vec<Part>,
    /// Which part hands what to which.
    pub(crate) ways: Vec<Way>,
    /// What was not understood.
    pub(crate) hidden: Vec<Hidden>,
    /// Whether there are more ways than are followed.
    pub(super) cut: bool,
    /// How many parts have each name.
    names: BTreeMap<String, usize>,
}

/// More ways than this are not followed. Real configurations have some dozens.
const WAYS: usize = 200_000;

/// A part of a collector.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Who it is, in words: `exporter otlp/backend`. Unique in the plan.
    pub(crate) id: String,
    /// The place of its name.
    pub(crate) place: Place,
    /// Its settings.
    pub(crate) arguments: Fact,
    /// What comes into being in it.
    pub(crate) born: Signals,
    /// Where that comes from, in words.
    pub(crate) origin: String,
    /// The ports that it takes data in at; `None` for one that is not known, so that it may be any.
    pub(crate) listens: Vec<Option<u16>>,
    /// Ways out.
    pub(crate) outputs: Vec<Output>,
}

/// A way out of a collector.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    /// What leaves.
    pub(crate) signals: Signals,
    /// `telemetry`, `filesystem` or `process_log`.
    pub(crate) kind: String,
    /// The destination, as far as it is known.
    pub(crate) destination: Value,
    /// How it is written.
    pub(crate) syntax: Syntax,
    /// A proxy that gets the bytes.
    pub(crate) proxy: Option<(Value, Place)>,
    /// The text that decides it.
    pub(crate) place: Place,
}

/// A way from one part to another.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    /// Index of the part that hands on.
    pub(crate) from: usize,
    /// Index of the part that takes.
    pub(crate) to: usize,
    /// What goes this way.
    pub(crate) signals: Signals,
    /// The text that names the one to the other.
    pub(crate) place: Place,
}

/// Something that was not understood.
#[derive(Debug, Clone)]
pub(crate) struct Hidden {
    /// What: `unknown-plugin`, `include` ...
    pub(crate) kind: &'static str,
    /// Who.
    pub(crate) name: String,
    /// Why, and what would settle it.
    pub(crate) reason: String,
    /// Where.
    pub(crate) place: Place,
    /// What may flow there.
    pub(crate) signals: Signals,
}

impl Plan {
    /// Adds a part that does nothing yet; gives its index.
    pub(super) fn part(&mut self, id: impl Into<String>, place: Place, arguments: Fact) -> usize {
        let id: String = id.into();
        let count = self.names.entry(id.clone()).or_default();
        *count += 1;
        let id = if *count == 1 { id } else { format!("{id} #{count}") };
        self.parts.push(Part {
            id,
            place,
            arguments,
            born: Signals::NONE,
            origin: String::new(),
            listens: Vec::new(),
            outputs: Vec::new(),
        });
        self.parts.len() - 1
    }

    /// Adds what comes into being in a part.
    pub(super) fn bear(&mut self, part: usize, signals: Signals, origin: &str) {
        if let Some(part) = self.parts.get_mut(part) {
            part.born = part.born.or(signals);
            origin.clone_into(&mut part.origin);
        }
    }

    /// Adds a way, where it carries anything.
    pub(super) fn way(&mut self, from: usize, to: usize, signals: Signals, place: Place) {
        if !signals.is_empty() && self.ways.len() < WAYS {
            self.ways.push(Way { from, to, signals, place });
        }
    }

    /// Whether that many parts can be joined to that many others. If not, that is noted.
    pub(super) fn can_join(&mut self, from: usize, to: usize, place: Place) -> bool {
        let fits = from.saturating_mul(to).saturating_add(self.ways.len()) <= WAYS;
        if !fits && !std::mem::replace(&mut self.cut, true) {
            let reason = "it has more ways from inputs to outputs than are followed";
            self.hide("size", "inputs", reason, place, Signals::TELEMETRY);
        }
        fits
    }

    /// Notes what was not understood.
    pub(super) fn hide(
        &mut self,
        kind: &'static str,
        name: &str,
        reason: impl Into<String>,
        place: Place,
        signals: Signals,
    ) {
        let (name, reason) = (name.to_owned(), reason.into());
        self.hidden.push(Hidden { kind, name, reason, place, signals });
    }

    /// Leaves to each way out what arrives there: nobody else can hand it anything.
    pub(super) fn keep_what_arrives(mut self) -> Self {
        let mut arriving = vec![Signals::NONE; self.parts.len()];
        for way in &self.ways {
            if let Some(signals) = arriving.get_mut(way.to) {
                *signals = signals.or(way.signals);
            }
        }
        for (part, signals) in self.parts.iter_mut().zip(arriving) {
            for output in &mut part.outputs {
                output.signals = output.signals.and(signals);
            }
            part.outputs.retain(|output| !output.signals.is_empty());
        }
        self
    }

    /// What leaves by a part.
    pub(super) fn leaving(&self, part: usize) -> Signals {
        let outputs = self.parts.get(part).map_or(&[][..], |part| part.outputs.as_slice());
        outputs.iter().fold(Signals::NONE, |all, output| all.or(output.signals))
    }
}
