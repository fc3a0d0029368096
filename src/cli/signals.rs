//! Turns signals that end the program into a question that can be asked between steps.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

/// Signals that would end the program, noted as long as nobody obeys them.
#[derive(Debug, Default)]
pub(super) struct Signals {
    /// The last one that came; 0 for none.
    last: Arc<AtomicUsize>,
    /// Whether they do again what they do by themselves.
    obeyed: Arc<AtomicBool>,
}

impl Signals {
    /// From now on signals that would end the program are noted instead.
    pub(super) fn noted() -> Self {
        let signals = Self::default();
        for signal in signal_hook::consts::TERM_SIGNALS {
            let number = usize::try_from(*signal).unwrap_or_default();
            // Where a signal cannot be noted, it ends the program as ever.
            let obeyed = Arc::clone(&signals.obeyed);
            let _ = signal_hook::flag::register_conditional_default(*signal, obeyed);
            let _ = signal_hook::flag::register_usize(*signal, Arc::clone(&signals.last), number);
        }
        signals
    }

    /// As [`Self::noted()`], and a reader of standard output that has gone away counts as a signal.
    pub(super) fn noted_with_pipe() -> Self {
        let signals = Self::noted();
        #[cfg(unix)]
        {
            let number = usize::try_from(signal_hook::consts::SIGPIPE).unwrap_or_default();
            let _ = signal_hook::flag::register_usize(
                signal_hook::consts::SIGPIPE,
                Arc::clone(&signals.last),
                number,
            );
        }
        signals
    }

    /// Whether one came.
    pub(super) fn came(&self) -> bool {
        self.last.load(Ordering::SeqCst) != 0
    }

    /// Lets signals that come from now on do what they do by themselves; the one that came has been heeded.
    pub(super) fn obey_later(&self) {
        self.obeyed.store(true, Ordering::SeqCst);
    }

    /// Lets the signal that came do what it does by itself, and those that come.
    pub(super) fn obey(&self) {
        self.obeyed.store(true, Ordering::SeqCst);
        if let Ok(signal @ 1..) = i32::try_from(self.last.load(Ordering::SeqCst)) {
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    }
}
