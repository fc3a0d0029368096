//! Turns texts into checks and published findings, and answers what needs a check.
//!
//! Works on a thread of its own, one task after the other. A check waits until nobody has typed for a moment; a request that comes
//! meanwhile has it made at once, so that no answer is about an older text. What was checked while someone typed on is not
//! published: the next check is under way already.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use serde_json::Value;

use super::Govern;
use super::actions;
use super::buffers::Buffers;
use super::client::Client;
use super::definition;
use super::diagnostics::Published;
use super::hover;
use super::outbox::Outbox;
use super::outbox::Weight;
use super::wire::Request;
use super::wire::code;
use super::workspace::Rounds;
use super::workspace::Workspace;

/// How long nobody types before a check.
const QUIET: Duration = Duration::from_millis(150);

/// Something to do.
pub(super) enum Task {
    /// These are the open files now.
    Buffers(Buffers),
    /// Files on the disk changed.
    Disk,
    /// These are the folders now.
    Folders(Vec<PathBuf>),
    /// The editor's options are others now.
    Options(Value),
    /// A request that needs a check.
    Request(Request),
}

/// What both threads see.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// How often open files changed: what was checked with fewer is old.
    pub(super) edits: AtomicU64,
    /// Requests that the editor took back.
    cancelled: Mutex<BTreeSet<String>>,
    /// The last checks.
    rounds: Mutex<Rounds>,
}

impl Shared {
    /// The editor takes a request back.
    pub(super) fn cancel(&self, id: &Value) {
        let mut cancelled = lock(&self.cancelled);
        // Many are taken back that were answered already; nobody asks for them again.
        if cancelled.len() > 1000 {
            cancelled.clear();
        }
        cancelled.insert(id.to_string());
    }

    /// The last checks.
    pub(super) fn rounds(&self) -> Rounds {
        lock(&self.rounds).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The thread's state.
pub(super) struct Desk<G> {
    pub(super) client: Client,
    pub(super) outbox: Outbox,
    pub(super) shared: Arc<Shared>,
    pub(super) govern: G,
    pub(super) options: Value,
    pub(super) buffers: Buffers,
    pub(super) workspace: Workspace,
    pub(super) published: Published,
    /// How many of the edits are in `buffers`.
    pub(super) seen: u64,
    /// What was told of what governs, so that it is told once.
    pub(super) told: Vec<String>,
}

impl<G: Govern> Desk<G> {
    /// Works until nobody hands in tasks any more.
    pub(super) fn run(mut self, tasks: &Receiver<Task>) {
        let mut waiting = false;
        loop {
            let task = if waiting {
                tasks.recv_timeout(QUIET)
            } else {
                tasks.recv().map_err(RecvTimeoutError::from)
            };
            match task {
                Ok(Task::Request(request)) => {
                    if waiting {
                        self.check();
                        waiting = false;
                    }
                    self.answer(&request);
                }
                Ok(task) => {
                    self.note(task);
                    waiting = true;
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.check();
                    waiting = false;
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn note(&mut self, task: Task) {
        match task {
            Task::Buffers(buffers) => {
                self.buffers = buffers;
                self.seen += 1;
            }
            Task::Disk => self.workspace.forget_disk(),
            Task::Folders(folders) => self.workspace.set_folders(&folders),
            Task::Options(options) => {
                self.options = options;
                self.workspace.forget_disk();
            }
            Task::Request(_) => {}
        }
    }

    /// Checks what changed, and publishes what was found unless it is old already.
    fn check(&mut self) {
        let done = catch_unwind(AssertUnwindSafe(|| {
            self.workspace.check(&self.buffers, &self.options, &self.govern)
        }));
        let faults = done.unwrap_or_else(|panic| vec![failed("a check", &*panic)]);
        for fault in &faults {
            if !self.told.contains(fault) {
                self.outbox.show(Weight::Error, fault);
            }
        }
        self.told = faults;
        let rounds = self.workspace.rounds();
        lock(&self.shared.rounds).clone_from(&rounds);
        if self.shared.edits.load(Ordering::SeqCst) == self.seen {
            let published = &mut self.published;
            let (buffers, client, outbox) = (&self.buffers, &self.client, &self.outbox);
            let done = catch_unwind(AssertUnwindSafe(|| published.publish(&rounds, buffers, client, outbox)));
            if let Err(panic) = done {
                self.outbox.show(Weight::Error, &failed("publishing findings", &*panic));
            }
        }
    }

    fn answer(&mut self, request: &Request) {
        if lock(&self.shared.cancelled).remove(&request.id.to_string()) {
            let message = "taken back by the editor".to_owned();
            self.outbox.answer(&request.id, Err((code::CANCELLED, message)));
            return;
        }
        let (rounds, buffers, client) = (self.workspace.rounds(), &self.buffers, &self.client);
        let asked = Asked { rounds: &rounds, buffers, client, params: &request.params };
        let outcome = guarded(&request.method, || match request.method.as_str() {
            "textDocument/hover" => hover::hover(&asked),
            "textDocument/definition" => definition::definition(&asked),
            "textDocument/codeAction" => actions::actions(&asked),
            "codeAction/resolve" => actions::resolve(&asked),
            other => Err((code::METHOD_NOT_FOUND, format!("{other} is not known"))),
        });
        self.outbox.answer(&request.id, outcome);
    }
}

/// A request with what it can be answered from.
pub(super) struct Asked<'a> {
    pub(super) rounds: &'a Rounds,
    pub(super) buffers: &'a Buffers,
    pub(super) client: &'a Client,
    pub(super) params: &'a Value,
}

/// What a request gives: a result, or a code and words.
pub(super) type Answer = Result<Value, (i32, String)>;

/// Runs what answers a request; a panic becomes an answer as well.
pub(super) fn guarded(what: &str, answer: impl FnOnce() -> Answer) -> Answer {
    catch_unwind(AssertUnwindSafe(answer))
        .unwrap_or_else(|panic| Err((code::INTERNAL, failed(what, &*panic))))
}

fn failed(what: &str, panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
    format!("{what} failed: {text}. That is a fault of ptd-lint; the server goes on")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panic_becomes_an_answer() {
        let answer = guarded("textDocument/hover", || panic!("index {}", 3));
        let (code, message) = answer.unwrap_err();
        assert_eq!(code, code::INTERNAL);
        assert!(message.starts_with("textDocument/hover failed: index 3."), "{message}");
        assert_eq!(guarded("x", || Ok(Value::Null)), Ok(Value::Null));
    }
}
