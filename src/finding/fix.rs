//! How a finding can be mended.

use crate::document::Change;

/// Changes that together mend one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fix {
    /// What it does, in a few words: `set it to 800000`.
    pub(crate) title: String,
    /// Whether it only does what was agreed. Others may take data away or start new ways for it.
    pub(crate) is_safe: bool,
    /// All or none are made.
    pub(crate) changes: Vec<Change>,
}
