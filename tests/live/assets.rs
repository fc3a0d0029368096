//! Finds the programs of a real cluster's control plane, by the convention of the ecosystem: `KUBEBUILDER_ASSETS`.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The folder that holds `etcd`, `kube-apiserver` and `kubectl`.
#[derive(Debug)]
pub(crate) struct Assets {
    folder: PathBuf,
}

impl Assets {
    /// `None` where there is no such folder. That is told once, in one line, with what to do about it.
    ///
    /// # Panics
    /// Where the variable names a folder that lacks one of them: whoever set it wants these tests to run.
    pub(crate) fn find() -> Option<&'static Self> {
        static FOUND: OnceLock<Option<Assets>> = OnceLock::new();
        FOUND.get_or_init(look).as_ref()
    }

    /// The path of one of the programs.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

fn look() -> Option<Assets> {
    let Some(folder) = std::env::var_os("KUBEBUILDER_ASSETS").filter(|folder| !folder.is_empty()) else {
        say(
            "not run: tests against a real API server; set KUBEBUILDER_ASSETS=$(tools/kubebuilder-assets), which builds one",
        );
        return None;
    };
    let assets = Assets { folder: PathBuf::from(folder) };
    for name in ["etcd", "kube-apiserver", "kubectl"] {
        let program = assets.program(name);
        assert!(program.is_file(), "KUBEBUILDER_ASSETS: {} is not there", program.display());
    }
    Some(assets)
}

/// Says a line past the test harness, which keeps what passing tests print to itself.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
