//! Turns a run into what its rules would be asked, for trials that ask one rule many times (`trial/`): reading inputs
//! costs far more.

use std::cell::RefCell;

use crate::model::Fact;
use crate::model::Subject;
use crate::rule::Outcome;
use crate::rule::Overrides;
use crate::rule::RuleSet;

/// What the rules are asked of one stack.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    subjects: Vec<Subject>,
    workload: Fact,
    overrides: Overrides,
}

impl Asked {
    /// What rules say of it.
    pub(crate) fn outcomes(&self, rules: &RuleSet) -> Vec<Outcome> {
        rules.evaluate(&self.subjects, &self.workload, &self.overrides)
    }
}

/// What is watched for: a kind of subject, and the stacks that were seen.
struct Watch {
    kind: String,
    seen: Vec<Asked>,
}

thread_local! {
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

/// The stacks of a run, with their subjects of one kind. No rule is asked meanwhile. The run has to stay on this thread, as
/// those over small inputs do.
pub(crate) fn watched(kind: &str, run: impl FnOnce()) -> Vec<Asked> {
    WATCH.set(Some(Watch { kind: kind.to_owned(), seen: Vec::new() }));
    run();
    WATCH.take().map_or_else(Vec::new, |watch| watch.seen)
}

/// Takes note of a stack; false: nobody watches.
pub(super) fn sees(subjects: &[Subject], workload: &Fact, overrides: &Overrides) -> bool {
    WATCH.with_borrow_mut(|watch| {
        let Some(watch) = watch else { return false };
        let subjects = subjects.iter().filter(|subject| subject.kind == watch.kind).cloned().collect();
        watch.seen.push(Asked { subjects, workload: workload.clone(), overrides: overrides.clone() });
        true
    })
}
