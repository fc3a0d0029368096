//! Turns signals that end the program into a question that can be asked between steps.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use crate::source;
use crate::source::Replacement;

/// What handlers of signals share. They are installed once: a handler cannot be taken away without its signal being
/// ignored from then on.
#[derive(Debug)]
struct Handlers {
    /// The last signal that was noted; 0 for none.
    last: Arc<AtomicUsize>,
    /// Whether signals do what they do by themselves.
    obeyed: Arc<AtomicBool>,
}

/// Signals that would end the program, noted as long as nobody obeys them.
#[derive(Debug)]
pub(super) struct Signals {
    handlers: &'static Handlers,
    /// Whether they are noted for the sake of this one: what runs inside of another that notes them obeys none.
    own: bool,
}

impl Signals {
    /// From now on signals that would end the program are noted instead.
    pub(super) fn noted() -> Self {
        static HANDLERS: OnceLock<Handlers> = OnceLock::new();
        let handlers = HANDLERS.get_or_init(|| {
            let handlers = Handlers { last: Arc::default(), obeyed: Arc::new(AtomicBool::new(true)) };
            for signal in ending() {
                let number = usize::try_from(signal).unwrap_or_default();
                // Where a signal cannot be noted, it ends the program as ever.
                let obeyed = Arc::clone(&handlers.obeyed);
                let _ = signal_hook::flag::register_conditional_default(signal, obeyed);
                let _ = signal_hook::flag::register_usize(signal, Arc::clone(&handlers.last), number);
            }
            handlers
        });
        Self { handlers, own: handlers.obeyed.swap(false, Ordering::SeqCst) }
    }

    /// As [`Self::noted()`], and a reader of standard output that has gone away counts as a signal.
    pub(super) fn noted_with_pipe() -> Self {
        let signals = Self::noted();
        #[cfg(unix)]
        {
            let number = usize::try_from(signal_hook::consts::SIGPIPE).unwrap_or_default();
            let _ = signal_hook::flag::register_usize(
                signal_hook::consts::SIGPIPE,
                Arc::clone(&signals.handlers.last),
                number,
            );
        }
        signals
    }

    /// Whether one came.
    pub(super) fn came(&self) -> bool {
        self.handlers.last.load(Ordering::SeqCst) != 0
    }

    /// Lets signals that come from now on do what they do by themselves; the one that came has been heeded.
    pub(super) fn obey_later(&self) {
        if self.own {
            self.handlers.obeyed.store(true, Ordering::SeqCst);
            self.handlers.last.store(0, Ordering::SeqCst);
        }
    }

    /// Lets the signal that came do what it does by itself, and those that come.
    pub(super) fn obey(&self) {
        if !self.own {
            return;
        }
        self.handlers.obeyed.store(true, Ordering::SeqCst);
        if let Ok(signal @ 1..) = i32::try_from(self.handlers.last.load(Ordering::SeqCst)) {
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    }
}

/// Signals that end the program and leave it time. That of a terminal which is closed is among them, unless whoever started
/// the program had it ignored (`nohup`): a handler would undo that.
fn ending() -> Vec<i32> {
    let mut signals = signal_hook::consts::TERM_SIGNALS.to_vec();
    #[cfg(target_os = "linux")]
    if is_heeded(signal_hook::consts::SIGHUP) {
        signals.push(signal_hook::consts::SIGHUP);
    }
    signals
}

/// Whether a signal does something to this process: the system lists those that are ignored, a bit for each.
#[cfg(target_os = "linux")]
fn is_heeded(signal: i32) -> bool {
    #[expect(clippy::disallowed_methods, reason = "what the system says of this process is no input")]
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok());
    ignored.is_some_and(|bits| bits & (1 << (signal - 1)) == 0)
}

/// Replaces files. A signal waits until all of them are old or new and nothing lies beside them; then it is obeyed.
pub(super) fn replace(replacements: &[Replacement<'_>]) -> Vec<Result<(), String>> {
    let signals = Signals::noted();
    let outcomes = source::replace_all(replacements, &mut || signals.came());
    signals.obey();
    outcomes
}

/// Writes a report to a file. A signal waits until the file is old or new; then it is obeyed.
pub(super) fn put(path: &std::path::Path, text: &[u8]) -> std::io::Result<()> {
    let signals = Signals::noted();
    let outcome = source::put(path, text);
    signals.obey();
    outcome
}
