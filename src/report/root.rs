//! Turns paths as they were typed into paths below the root of the repository, by which servers know files.

/// Where paths are counted from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Root {
    /// The folders between the repository's root and the one that the program runs in, where a root is known.
    within: Option<Within>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Within {
    /// The root, absolute.
    root: Vec<String>,
    /// Where the program runs, absolute; in the root.
    here: Vec<String>,
}

/// A path as a server may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rooted {
    /// Below the root, with `/`, without `.` and `..`.
    Below(String),
    /// Somewhere else: absolute, or below a folder above (`../x`) where no root is known.
    Elsewhere(String),
}

impl Root {
    /// Paths are counted from `root`, and relative ones are read in `here`; both are absolute. A root that does not hold
    /// `here` is that of something else (another machine's, seen from a container), and does not count.
    pub(crate) fn new(root: &str, here: &str) -> Self {
        let (root, here) = (folded(root), folded(here));
        Self { within: here.starts_with(&root).then_some(Within { root, here }) }
    }

    /// A path as it was typed, seen from the root.
    pub(super) fn seen(&self, path: &str) -> Rooted {
        let Some(Within { root, here }) = &self.within else {
            let parts = folded(path);
            let is_elsewhere = is_absolute(path) || parts.first().is_some_and(|part| part == "..");
            let joined = joined(path, &parts);
            return if is_elsewhere { Rooted::Elsewhere(joined) } else { Rooted::Below(joined) };
        };
        let parts =
            if is_absolute(path) { folded(path) } else { folded(&format!("{}/{path}", here.join("/"))) };
        match parts.strip_prefix(root.as_slice()) {
            Some([]) => Rooted::Below(".".to_owned()),
            Some(below) => Rooted::Below(below.join("/")),
            None => Rooted::Elsewhere(joined("/", &parts)),
        }
    }
}

impl Rooted {
    /// The path alone.
    pub(super) fn path(self) -> String {
        match self {
            Self::Below(path) | Self::Elsewhere(path) => path,
        }
    }
}

/// `/x`, or `C:/x`.
fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || matches!(path.as_bytes(), [drive, b':', b'/', ..] if drive.is_ascii_alphabetic())
}

/// The folders and the file of a path, without `.`, and without `..` as far as something stands before it.
fn folded(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| last != "..") => _ = parts.pop(),
            ".." if is_absolute(path) => {}
            other => parts.push(other.to_owned()),
        }
    }
    parts
}

fn joined(path: &str, parts: &[String]) -> String {
    let whole = parts.join("/");
    match parts.first() {
        None => ".".to_owned(),
        // A drive stands for itself.
        Some(first) if is_absolute(path) && !first.ends_with(':') => format!("/{whole}"),
        Some(_) => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(root: &Root, path: &str) -> String {
        match root.seen(path) {
            Rooted::Below(path) => path,
            Rooted::Elsewhere(path) => panic!("{path} is elsewhere"),
        }
    }

    #[test]
    fn paths_of_a_subfolder_are_counted_from_the_root() {
        let root = Root::new("/builds/team/repo", "/builds/team/repo/stacks");
        assert_eq!(below(&root, "a/alloy.yaml"), "stacks/a/alloy.yaml");
        assert_eq!(below(&root, "./a//b/../alloy.yaml"), "stacks/a/alloy.yaml");
        assert_eq!(below(&root, "../x.yaml"), "x.yaml");
        assert_eq!(below(&root, "/builds/team/repo/x.yaml"), "x.yaml");
        assert_eq!(below(&root, ".."), ".");
        assert_eq!(root.seen("../../y.yaml"), Rooted::Elsewhere("/builds/team/y.yaml".to_owned()));
        assert_eq!(root.seen("/etc/y.yaml"), Rooted::Elsewhere("/etc/y.yaml".to_owned()));
    }

    #[test]
    fn without_a_root_paths_stay_what_they_are() {
        // The second is seen from within a container.
        for root in [Root::default(), Root::new("/home/runner/work/repo", "/work")] {
            assert_eq!(below(&root, "./a/alloy.yaml"), "a/alloy.yaml");
            assert_eq!(below(&root, "<stdin>"), "<stdin>");
            assert_eq!(root.seen("../x"), Rooted::Elsewhere("../x".to_owned()));
            assert_eq!(root.seen("/etc/x"), Rooted::Elsewhere("/etc/x".to_owned()));
            assert_eq!(root.seen("C:/a/x"), Rooted::Elsewhere("C:/a/x".to_owned()));
        }
    }
}
