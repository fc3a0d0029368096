//! A fault of a program: what is wrong, where, and what to do.

use std::collections::HashSet;

use crate::document::Place;

/// What is wrong. Each kind has a rule of its own in `rules/alloy/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// No component of that name.
    UnknownComponent,
    /// No attribute or block of that name.
    UnknownArgument,
    /// An attribute or block that must be there is not.
    MissingArgument,
    /// An attribute twice, or a block twice that may be there once.
    RepeatedArgument,
    /// Arguments that are right by themselves, and not together.
    Conflict,
    /// An attribute written as a block, or the reverse.
    AttributeForBlock,
    /// A label is missing, or stands where none may.
    WrongLabel,
    /// An id twice.
    RepeatedId,
    /// A value of another type.
    WrongType,
    /// A text that is none of those allowed.
    WrongValue,
    /// A receiver of another kind of data.
    WrongReceiver,
    /// A reference to a component that is not there.
    UnknownReference,
    /// A reference to an export that is not there.
    UnknownExport,
    /// Components that refer to each other in a circle.
    Cycle,
    /// A block or attribute in a body that may not hold it.
    Misplaced,
    /// An argument that a module does not have, or needs.
    ModuleArgument,
    /// Less settled than what the collector runs, or a community component.
    Unstable,
    /// The collector's version does not have it yet.
    NotYet,
    /// The collector's version no longer has it.
    NoLonger,
    /// It still works, and has a newer name.
    Deprecated,
    /// An expression that cannot be evaluated.
    Evaluation,
}

impl Kind {
    /// All kinds with their names.
    pub(crate) const NAMES: [(Self, &'static str); 21] = [
        (Self::UnknownComponent, "unknown-component"),
        (Self::UnknownArgument, "unknown-argument"),
        (Self::MissingArgument, "missing-argument"),
        (Self::RepeatedArgument, "repeated-argument"),
        (Self::Conflict, "conflict"),
        (Self::AttributeForBlock, "attribute-for-block"),
        (Self::WrongLabel, "wrong-label"),
        (Self::RepeatedId, "repeated-id"),
        (Self::WrongType, "wrong-type"),
        (Self::WrongValue, "wrong-value"),
        (Self::WrongReceiver, "wrong-receiver"),
        (Self::UnknownReference, "unknown-reference"),
        (Self::UnknownExport, "unknown-export"),
        (Self::Cycle, "cycle"),
        (Self::Misplaced, "misplaced"),
        (Self::ModuleArgument, "module-argument"),
        (Self::Unstable, "unstable"),
        (Self::NotYet, "not-yet"),
        (Self::NoLonger, "no-longer"),
        (Self::Deprecated, "deprecated"),
        (Self::Evaluation, "evaluation"),
    ];

    /// The name that rules use.
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| *name)
    }
}

/// Something wrong with a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What kind of thing.
    pub(crate) kind: Kind,
    /// The component or block of the language that it is in: `loki.write.local`.
    pub(crate) component: String,
    /// What is wrong, in the reference's words where there are any. Holds no secret.
    pub(crate) message: String,
    /// What to do.
    pub(crate) help: String,
    /// The text that is wrong, or the name of the block that lacks something.
    pub(crate) place: Place,
    /// A further place, with what is there.
    pub(crate) related: Option<(Place, String)>,
    /// It is a fault only if nothing else belongs to the program.
    pub(crate) unsure: bool,
}

/// Faults in order of place; of several that say the same of one text, one.
pub(super) fn in_order(mut faults: Vec<Fault>) -> Vec<Fault> {
    let mut seen: HashSet<(Place, Kind, String)> = HashSet::with_capacity(faults.len());
    faults.retain(|fault| seen.insert((fault.place, fault.kind, fault.message.clone())));
    faults.sort_by_key(|fault| (fault.place.doc, fault.place.span.start, fault.place.span.end));
    faults
}
