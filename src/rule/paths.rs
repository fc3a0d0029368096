//! Compares paths of files, without looking at any.

/// Whether two paths overlap as Mimir sees it: two names in one folder overlap if they are equal, other paths if one
/// begins with the other, also in the middle of a name. Relative paths start at one folder that nobody knows, and so
/// meet only each other.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    let one = cleaned(one);
    let other = cleaned(other);
    let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    if folder(&one) == folder(&other) {
        return one == other || one.ends_with('/') || other.ends_with('/');
    }
    one.starts_with(&other) || other.starts_with(&one)
}

/// A path without `.`, `..` and double slashes; a relative one below a folder of its own.
fn cleaned(path: &str) -> String {
    let mut parts: Vec<&str> = if path.starts_with('/') { Vec::new() } else { vec!["\0"] };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_paths_letter_by_letter() {
        for (one, other, expected) in [
            ("/data/tsdb", "/data/tsdb/", true),
            ("/data/tsdb", "/data/tsdb/rules", true),
            ("/data/tsdb", "/data/tsdb2/rules", true),
            ("/data/tsdb", "/data/tsdb2", false),
            ("/data/tsdb", "/data/tsd", false),
            ("./tsdb-sync/", "tsdb-sync", true),
            ("./tsdb/", "/tsdb", false),
            ("/a/../data", "/data", true),
            ("/data", "/", true),
        ] {
            assert_eq!(overlap(one, other), expected, "{one} {other}");
            assert_eq!(overlap(other, one), expected, "{other} {one}");
        }
    }
}
