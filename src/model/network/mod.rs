//! Turns network policies into answers: which pod reaches which, and what of the monitoring they close or leave open.

mod members;
mod policy;
mod reach;
mod selector;
mod subjects;
#[cfg(test)]
mod tests;
mod ways;

pub(crate) use members::Members;
pub(crate) use reach::Network;
pub(crate) use subjects::Asked;
pub(crate) use subjects::subjects;

use super::stack::Stack;

/// The policies of a stack.
pub(crate) fn network(stack: &Stack<'_>) -> Network {
    let (policies, unread) = policy::policies(stack);
    Network { policies, unread, namespaces: policy::namespaces(stack) }
}
