//! Turns the mounts of a container into files: which text of which ConfigMap or Secret stands at a path.

use crate::document::Place;

/// A volume mounted into a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mount {
    /// Where in the container.
    pub(crate) path: String,
    /// The one file of the volume that is mounted, if not all.
    pub(crate) sub_path: Option<String>,
    /// What is mounted.
    pub(crate) source: Volume,
    /// Whether it cannot be written.
    pub(crate) read_only: bool,
    /// The mount's place.
    pub(crate) place: Place,
}

/// What a volume holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Volume {
    /// A ConfigMap.
    ConfigMap(Texts),
    /// A Secret.
    Secret(Texts),
    /// A path of the node.
    HostPath(String),
    /// Anything else.
    Other,
}

/// A ConfigMap or Secret as a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Texts {
    /// Its name.
    pub(crate) name: String,
    /// Where it is named.
    pub(crate) place: Place,
    /// The keys that the volume holds and the files they become, where not all keys become files of their names.
    pub(crate) items: Option<Vec<(String, String)>>,
}

/// The mount that holds a path: the one with the longest path, as in the container.
pub(crate) fn mount_of<'m>(mounts: &'m [Mount], path: &str) -> Option<&'m Mount> {
    mounts.iter().filter(|mount| mount.below(path).is_some()).max_by_key(|mount| mount.path.len())
}

impl Mount {
    /// Where it is, without a slash at the end.
    pub(crate) fn folder(&self) -> &str {
        self.path.trim_end_matches('/')
    }

    /// What stands of a path behind the mount's own; `None` for paths that are not in it.
    fn below<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(self.folder())?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
    }

    /// The name that the file at a path has in the volume; `None` for the folder of a whole volume.
    pub(crate) fn file(&self, path: &str) -> Option<String> {
        match self.below(path)?.trim_start_matches('/') {
            "" => self.sub_path.clone(),
            name => Some(name.to_owned()),
        }
    }

    /// The ConfigMap or Secret that it shows, with its kind.
    pub(crate) fn texts(&self) -> Option<(&'static str, &Texts)> {
        match &self.source {
            Volume::ConfigMap(texts) => Some(("ConfigMap", texts)),
            Volume::Secret(texts) => Some(("Secret", texts)),
            Volume::HostPath(_) | Volume::Other => None,
        }
    }
}

impl Texts {
    /// The keys that become the file of that name in the volume.
    pub(crate) fn keys<'t>(&'t self, file: &'t str) -> impl Iterator<Item = &'t str> {
        let items = self.items.as_deref();
        let own = items.unwrap_or_default().iter().filter(move |(_, path)| path == file);
        let plain = items.is_none().then_some(file);
        own.map(|(key, _)| key.as_str()).chain(plain)
    }
}

/// A path without `.` and `..`. It stays below its root, as it does in a file system.
pub(super) fn plain(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::DocId;
    use crate::text::Span;

    fn place() -> Place {
        Place { doc: DocId { file: 0, index: 0 }, span: Span::at(0) }
    }

    fn mount(path: &str, sub_path: Option<&str>) -> Mount {
        let sub_path = sub_path.map(str::to_owned);
        Mount { path: path.to_owned(), sub_path, source: Volume::Other, read_only: false, place: place() }
    }

    #[test]
    fn path_lies_in_the_innermost_mount() {
        let mounts = [mount("/etc", None), mount("/etc/alloy/", None), mount("/etc/alloy-more", None)];
        let path_of = |path| mount_of(&mounts, path).map(|mount| mount.path.as_str());
        assert_eq!(path_of("/etc/alloy/config.alloy"), Some("/etc/alloy/"));
        assert_eq!(path_of("/etc/alloy"), Some("/etc/alloy/"));
        assert_eq!(path_of("/etc/alloyed"), Some("/etc"));
        assert_eq!(path_of("/var/log"), None);
    }

    #[test]
    fn file_has_the_name_that_it_has_in_the_volume() {
        assert_eq!(mount("/etc/alloy/", None).file("/etc/alloy/a/b.alloy").as_deref(), Some("a/b.alloy"));
        assert_eq!(mount("/etc/alloy", None).file("/etc/alloy"), None);
        assert_eq!(mount("/etc/one.alloy", Some("b")).file("/etc/one.alloy").as_deref(), Some("b"));
        assert_eq!(mount("/etc/alloy", None).file("/etc/other"), None);
    }

    #[test]
    fn items_choose_keys_and_name_the_files() {
        let items = vec![("key".to_owned(), "file".to_owned())];
        let texts = |items| Texts { name: "a".to_owned(), place: place(), items };
        assert_eq!(texts(None).keys("key").collect::<Vec<_>>(), ["key"]);
        assert_eq!(texts(Some(items.clone())).keys("file").collect::<Vec<_>>(), ["key"]);
        assert_eq!(texts(Some(items)).keys("key").count(), 0);
    }
}
