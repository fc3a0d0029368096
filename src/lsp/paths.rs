//! Turns names of files as editors write them (`file:///a%20b`) into paths, and back.

use std::path::Path;
use std::path::PathBuf;

use url::Url;

use crate::source;

/// The path of a URI; `None` for what is no file, such as a text that was never saved.
pub(super) fn path_of(uri: &str) -> Option<PathBuf> {
    let url = Url::parse(uri).ok().filter(|url| url.scheme() == "file")?;
    let path = url.to_file_path().ok()?;
    // `file:///a/` is the folder `/a`.
    let components = path.components();
    Some(components.as_path().to_owned())
}

/// The URI of a path as sources name it; `None` for one that is not absolute.
pub(super) fn uri_of(path: &str) -> Option<String> {
    Url::from_file_path(Path::new(path)).ok().map(String::from)
}

/// A path as sources name it.
pub(super) fn shown(path: &Path) -> String {
    source::shown(path.as_os_str())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back_whatever_is_in_them() {
        for path in ["/a/b.yaml", "/a b/ü😀%20#?.alloy"] {
            let uri = uri_of(path).unwrap();
            assert!(!uri.contains([' ', '#', '?', 'ü']), "{uri}");
            assert_eq!(path_of(&uri).unwrap(), Path::new(path));
        }
        assert_eq!(path_of("file:///a/"), Some("/a".into()));
        assert_eq!(path_of("untitled:Untitled-1"), None);
        assert_eq!(path_of("no uri"), None);
        assert_eq!(uri_of("a.yaml"), None);
    }
}
