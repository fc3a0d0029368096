//! Turns paths as people write them into ones that can be compared; asks no file system.

/// A path without `.` and `..`, seen from the root and without `/` at its ends. `here` is the absolute folder that relative
/// paths start from.
pub(crate) fn absolute(here: &str, path: &str) -> String {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{here}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_from_the_root() {
        assert_eq!(absolute("/a/b", "c/./d"), "a/b/c/d");
        assert_eq!(absolute("/a/b", "../c/"), "a/c");
        assert_eq!(absolute("/a/b", "/x//y"), "x/y");
        assert_eq!(absolute("/a/b", "."), "a/b");
        assert_eq!(absolute("/a", "../../.."), "");
    }
}
