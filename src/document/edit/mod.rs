//! Turns changes of meaning ("this option is 30d") into changes of text that leave every other byte as it was.

mod standin;

pub(crate) use standin::FileEdit;
pub(crate) use standin::Refusal;
pub(crate) use standin::apply;
pub(crate) use standin::edits;

use std::sync::Arc;

use super::nest::Place;
use crate::text::Span;

/// A value to be written. How it is written (quotes, block or flow, indentation) follows the text around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NewValue {
    /// Text; quoted where it has to be, or where the value that it replaces was.
    Text(Arc<str>),
    /// What is no text: a number, `true`, `null`; in Alloy any expression. Written as it is.
    Plain(Arc<str>),
    /// A list.
    List(Vec<NewValue>),
    /// A mapping, in this order.
    Map(Vec<(Arc<str>, NewValue)>),
}

/// One change of meaning. Places are those of documents as they were read, at any depth of embedding; the place of a
/// key stands for its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// The value there becomes another.
    Replace {
        /// The value, or its key.
        at: Place,
        /// What it becomes.
        value: NewValue,
    },
    /// A key gets a value, in a mapping or in the body of a block (or the whole document): replaced where it is there,
    /// added where not, with all the mappings or blocks on the way.
    Put {
        /// The mapping, the block, or its key.
        under: Place,
        /// The keys on the way, outermost first; never empty.
        route: Vec<Arc<str>>,
        /// The value.
        value: NewValue,
    },
    /// A list gets one more item at its end.
    Append {
        /// The list, or its key.
        to: Place,
        /// The item.
        value: NewValue,
    },
    /// The entry, item, attribute, block or component there goes, with the comments that are about it.
    Remove {
        /// The value, its key, or the block.
        at: Place,
    },
    /// The key there gets another name.
    Rename {
        /// The key, or its value.
        at: Place,
        /// Its new name.
        name: Arc<str>,
    },
    /// A component is added to an Alloy program, behind the one there.
    AddComponent {
        /// Any place in the component that it shall stand behind.
        after: Place,
        /// Its text, without an empty line before or behind it.
        text: Arc<str>,
    },
}

/// A change to the text of one file (or of one document).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edit {
    /// What is replaced.
    pub(crate) span: Span,
    /// By what.
    pub(crate) text: String,
}
