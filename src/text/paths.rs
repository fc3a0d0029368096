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

/// What of a path lies below a folder, empty for the folder itself; `None` for what lies elsewhere. Both are as [`absolute`]
/// gives them.
pub(crate) fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder)?;
    // A folder whose name only begins like this one is another.
    if folder.is_empty() || rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
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

    #[test]
    fn a_folder_whose_name_begins_alike_is_another() {
        assert_eq!(below("w/a/c/d", "w/a"), Some("c/d"));
        assert_eq!(below("w/a", "w/a"), Some(""));
        assert_eq!(below("w/ab/c", "w/a"), None);
        assert_eq!(below("w/b", "w/a"), None);
        assert_eq!(below("w", "w/a"), None);
        assert_eq!(below("w/a", ""), Some("w/a"));
        assert_eq!(below("", ""), Some(""));
    }
}
