//! Shows how far the reading of clusters is, on terminals, one line a cluster.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use indicatif::MultiProgress;
use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressStyle;

use super::signals::Signals;
use crate::live::Watch;
use crate::report;

/// How far the reading is.
pub(super) struct Progress {
    lines: MultiProgress,
    clusters: Mutex<BTreeMap<String, ProgressBar>>,
    signals: Signals,
}

impl Progress {
    /// Shows nothing unless it is wanted.
    pub(super) fn new(shown: bool, signals: Signals) -> Self {
        let target = if shown { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() };
        Self {
            lines: MultiProgress::with_draw_target(target),
            clusters: Mutex::new(BTreeMap::new()),
            signals,
        }
    }

    /// Takes the lines away, and lets signals do again what they do by themselves.
    pub(super) fn done(&self) {
        // The terminal is gone if this fails.
        let _ = self.lines.clear();
        self.signals.obey_later();
    }

    fn with(&self, cluster: &str, act: impl FnOnce(&ProgressBar)) {
        let clusters = self.clusters.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = clusters.get(cluster) {
            act(bar);
        }
    }
}

impl Watch for Progress {
    fn begins(&self, clusters: &[&str]) {
        let style = ProgressStyle::with_template("{spinner} {prefix}: {pos} objects {msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
        let mut own = self.clusters.lock().unwrap_or_else(PoisonError::into_inner);
        for cluster in clusters {
            let bar = self.lines.add(ProgressBar::new_spinner().with_style(style.clone()));
            bar.set_prefix(report::printable(cluster));
            bar.enable_steady_tick(Duration::from_millis(250));
            own.insert((*cluster).to_owned(), bar);
        }
    }

    fn got(&self, cluster: &str, objects: usize) {
        self.with(cluster, |bar| {
            bar.inc(objects as u64);
        });
    }

    fn ends(&self, cluster: &str, whole: bool) {
        self.with(cluster, |bar| {
            bar.finish_with_message(if whole { "read" } else { "not all could be read" });
        });
    }

    fn is_to_end(&self) -> bool {
        self.signals.came()
    }
}
