//! Starts servers so that none outlives the tests, whatever becomes of them.

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

/// Starts the program given as arguments and kills it when the pipe on standard input ends. The pipe is held by the
/// test, and the system closes it when the test dies, even of SIGKILL. Ends when the program ends.
const KEEPER: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
(cat <&3 >/dev/null; kill -9 "$child") 2>/dev/null &
keeper=$!
exec 3<&-
wait "$child"
kill "$keeper" 2>/dev/null
"#;

/// A server that runs as long as this value.
#[derive(Debug)]
pub(crate) struct Server {
    keeper: Child,
}

impl Server {
    /// Starts a program; what it says goes to that file.
    pub(crate) fn start(program: &Path, arguments: &[String], log: &Path) -> Self {
        let said = File::create(log).unwrap();
        let words: Vec<OsString> = [program.as_os_str().to_owned()]
            .into_iter()
            .chain(arguments.iter().map(OsString::from))
            .collect();
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .args(words)
            .stdin(Stdio::piped())
            .stdout(said.try_clone().unwrap())
            .stderr(said)
            .spawn()
            .unwrap();
        Self { keeper }
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.keeper.try_wait().unwrap().is_none()
    }

    /// `kill -9`, and waits for its end.
    pub(crate) fn kill(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Removes a folder when the process of the tests has ended: values that live as long as the process are never dropped.
pub(crate) fn remove_at_the_end(folder: &Path) {
    // The servers die at the same moment; what they write while they do must not be left.
    let script =
        r#"cat >/dev/null; for _ in 1 2 3 4 5; do rm -rf "$1" 2>/dev/null && sleep 0.2; done; rm -rf "$1""#;
    let child = Command::new("sh")
        .args(["-c", script, "cleaner"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Its pipe stays open until the process ends.
    std::mem::forget(child);
}
