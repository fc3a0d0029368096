//! Sets of labels that series can have: some, or all but some.

use std::collections::BTreeSet;

/// A set of label names, or everything outside one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Labels {
    named: BTreeSet<String>,
    /// Whether `named` are those that are missing.
    others: bool,
}

impl Labels {
    /// Whatever labels series have.
    pub(super) fn any() -> Self {
        Self { named: BTreeSet::new(), others: true }
    }

    /// No label at all.
    pub(super) fn none() -> Self {
        Self { named: BTreeSet::new(), others: false }
    }

    /// Whether a series can have the label.
    pub(crate) fn may_have(&self, label: &str) -> bool {
        self.named.contains(label) != self.others
    }

    /// Those of the set that are among `labels`.
    pub(super) fn keeping(&self, labels: &[String]) -> Self {
        let named = labels.iter().filter(|label| self.may_have(label)).cloned().collect();
        Self { named, others: false }
    }

    /// The set without `labels`.
    pub(super) fn without(mut self, labels: &[String]) -> Self {
        for label in labels {
            if self.others {
                self.named.insert(label.clone());
            } else {
                self.named.remove(label);
            }
        }
        self
    }

    /// The set with `labels`.
    pub(super) fn with(mut self, labels: &[String]) -> Self {
        for label in labels {
            if self.others {
                self.named.remove(label);
            } else {
                self.named.insert(label.clone());
            }
        }
        self
    }

    /// What is in this set or in the other.
    pub(crate) fn or(&self, other: &Self) -> Self {
        let (one, two) = (&self.named, &other.named);
        let named = match (self.others, other.others) {
            (false, false) => one.union(two).cloned().collect(),
            (true, true) => one.intersection(two).cloned().collect(),
            (true, false) => one.difference(two).cloned().collect(),
            (false, true) => two.difference(one).cloned().collect(),
        };
        Self { named, others: self.others || other.others }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(labels: &[&str]) -> Labels {
        Labels::none().with(&labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>())
    }

    fn all_but(label: &str) -> Labels {
        Labels::any().without(&[label.to_owned()])
    }

    #[test]
    fn a_union_has_what_either_side_has() {
        let sets = [some(&[]), some(&["a"]), some(&["a", "b"]), all_but("a"), all_but("b"), Labels::any()];
        for one in &sets {
            for two in &sets {
                for label in ["a", "b", "c"] {
                    let either = one.may_have(label) || two.may_have(label);
                    assert_eq!(one.or(two).may_have(label), either, "{one:?} {two:?} {label}");
                }
            }
        }
    }
}
