//! The wish that the run ends early, told to everyone who waits.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use tokio::sync::Notify;

/// Whether the run is to end.
#[derive(Debug, Default)]
pub(super) struct Stop {
    wanted: AtomicBool,
    told: Notify,
}

impl Stop {
    /// Ends all waiting, now and later.
    pub(super) fn want(&self) {
        self.wanted.store(true, Ordering::SeqCst);
        self.told.notify_waiters();
    }

    /// Comes back once the run is to end.
    pub(super) async fn wanted(&self) {
        let told = self.told.notified();
        tokio::pin!(told);
        // Asked for before the look, so that a wish between the two is not missed.
        told.as_mut().enable();
        if !self.wanted.load(Ordering::SeqCst) {
            told.await;
        }
    }
}
