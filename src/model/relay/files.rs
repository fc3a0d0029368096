//! Finds the configuration files of a container: by its command line, through its mounts, in the texts of the input.

use std::collections::BTreeSet;

use super::Unread;
use super::table::Config;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::alloy::Environment;
use crate::model::fact::Fact;
use crate::model::mounts::Mount;
use crate::model::mounts::Texts;
use crate::model::mounts::mount_of;
use crate::model::piece::Home;
use crate::model::piece::NodeAt;
use crate::model::pod;
use crate::model::readable::not_asked_for_key;
use crate::model::stack::Stack;
use crate::model::values::fact_of;

/// At most this many files make one configuration.
const FILES: usize = 100;

/// The files that a container reads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Paths {
    /// All of these, which its command line names.
    Named(Vec<String>),
    /// The first of these that is there.
    Usual(Vec<String>),
}

/// The files that the command line of a container names, or those that its image reads by itself.
pub(super) fn paths(
    config: &Config,
    container: NodeRef<'_>,
    mounts: &[Mount],
    environment: &Environment,
) -> Result<Paths, Unread> {
    if let Some(name) = config.variables.iter().find(|name| environment.values.contains_key(*name)) {
        return Err(format!("whose variable `{name}` names its configuration, which is not followed"));
    }
    let arguments = pod::arguments(container);
    let shell = pod::texts(container, "command")
        .first()
        .map(String::as_str)
        .map(last_part)
        .unwrap_or_default()
        .to_owned();
    if matches!(shell.as_str(), "sh" | "bash" | "ash" | "dash") {
        return Err(format!("which is started by `{shell}`, whose script is not read"));
    }
    let refused =
        |argument: &&String| config.refused.iter().any(|start| argument.starts_with(start.as_str()));
    if let Some(argument) = arguments.iter().find(refused) {
        let flag = argument.split('=').next().unwrap_or_default();
        return Err(format!("whose argument `{flag}` adds to its configuration, which is not followed"));
    }
    let mut found = Vec::new();
    let mut arguments = arguments.iter().peekable();
    while let Some(argument) = arguments.next() {
        for flag in &config.flags {
            match argument.strip_prefix(flag.as_str()) {
                Some("") => found.extend(arguments.peek().map(|next| (*next).clone())),
                Some(rest) => found.extend(rest.strip_prefix('=').map(str::to_owned)),
                None => {}
            }
        }
    }
    for path in &mut found {
        let plain = path.trim_matches(['"', '\'']);
        *path = plain.strip_prefix("file:").unwrap_or(plain).to_owned();
        if !path.starts_with('/') {
            return Err(format!("whose configuration `{path}` is no file of its pod"));
        }
    }
    if found.len() > 1 && !config.several {
        return Err("whose command line names several configurations".to_owned());
    }
    if !found.is_empty() {
        return Ok(Paths::Named(found));
    }
    let usual: Vec<String> =
        config.files.iter().filter(|path| mount_of(mounts, path).is_some()).cloned().collect();
    if usual.is_empty() {
        Err("whose configuration is not in the input".to_owned())
    } else {
        Ok(Paths::Usual(usual))
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The files that a container sees.
pub(super) struct Files<'f, 'd> {
    /// The stack.
    pub(super) stack: &'f Stack<'d>,
    /// The namespace of the container.
    pub(super) namespace: &'f str,
    /// Its mounts.
    pub(super) mounts: &'f [Mount],
}

impl Files<'_, '_> {
    /// The content of all files that a container reads, with their paths.
    pub(super) fn open_all(&self, paths: Paths) -> Result<Vec<(String, Fact)>, Unread> {
        match paths {
            Paths::Named(paths) => {
                paths.into_iter().map(|path| self.open(&path).map(|config| (path, config))).collect()
            }
            Paths::Usual(paths) => {
                let mut missing = "whose configuration is not in the input".to_owned();
                let mut found = Vec::new();
                for path in paths {
                    match self.open(&path) {
                        Ok(config) => found.push((path, config)),
                        Err(reason) => missing = reason,
                    }
                }
                if found.len() > 1 {
                    return Err("which may read one of several configurations".to_owned());
                }
                if !found.is_empty() {
                    return Ok(found);
                }
                Err(missing)
            }
        }
    }

    /// The content of the file at a path.
    pub(super) fn open(&self, path: &str) -> Result<Fact, Unread> {
        let missing =
            || format!("whose configuration `{path}` is not in the input, or in a language that is not read");
        let (kind, texts, inner) = self.texts(path).ok_or_else(missing)?;
        let key = texts.keys(&inner).next().ok_or_else(missing)?;
        if self.stack.is_contested(kind, self.namespace, &texts.name) {
            return Err(format!("whose configuration `{path}` occurs twice in the input"));
        }
        let found = self.of_object(kind, &texts.name).find(|(_, home)| home.key.as_deref() == Some(key));
        let withheld = || not_asked_for_key(self.stack, kind, self.namespace, &texts.name, key);
        let (at, _) = found.ok_or_else(|| match withheld() {
            Some(reason) => format!("whose configuration `{path}` is not known: {reason}"),
            None => missing(),
        })?;
        let node = at.in_documents(self.stack.documents).ok_or_else(missing)?;
        Ok(fact_of(node, at.doc))
    }

    /// The object whose texts a path is one of, and the file's name there.
    fn texts(&self, path: &str) -> Option<(&'static str, &Texts, String)> {
        let mount = mount_of(self.mounts, path)?;
        let (kind, texts) = mount.texts()?;
        Some((kind, texts, mount.file(path)?))
    }

    fn of_object(&self, kind: &str, name: &str) -> impl Iterator<Item = &(NodeAt, &Home)> {
        self.stack.config_texts.iter().filter(move |(_, home)| {
            home.object.as_ref().is_some_and(|object| {
                *object.kind == *kind
                    && *object.name == *name
                    && (*object.namespace == *self.namespace || object.namespace.is_empty())
            })
        })
    }

    /// The paths that an include with one `*` stands for; `None` where the folder's content is not known.
    fn expand(&self, pattern: &str) -> Option<Vec<String>> {
        let (folder, name) = pattern.rsplit_once('/')?;
        let (before, after) = name.split_once('*')?;
        if folder.contains('*') || after.contains('*') {
            return None;
        }
        let (kind, texts, _) = self.texts(pattern)?;
        if texts.items.is_some() {
            return None;
        }
        self.stack.object(kind, self.namespace, &texts.name)?;
        let keys = self.of_object(kind, &texts.name).filter_map(|(_, home)| home.key.as_deref());
        let keys = keys.filter(|key| key.starts_with(before) && key.ends_with(after));
        Some(keys.map(|key| format!("{folder}/{key}")).collect())
    }
}

/// What could not be opened, and where it is named.
type Lost = Vec<(String, Option<Place>)>;

/// Files with all that they include, each once; and what of that is not in the input.
pub(super) fn with_includes(
    configs: Vec<(String, Fact)>,
    files: Option<&Files<'_, '_>>,
) -> (Vec<Fact>, Lost) {
    let mut lost = Vec::new();
    let mut seen: BTreeSet<String> = configs.iter().map(|(path, _)| path.clone()).collect();
    let mut todo: std::collections::VecDeque<(String, Fact)> = configs.into();
    let mut all = Vec::new();
    while let Some((path, fact)) = todo.pop_front() {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        for include in fact.reach("includes").items() {
            let text = include.text().unwrap_or_default();
            let absolute = if text.starts_with('/') { text.to_owned() } else { format!("{folder}/{text}") };
            let paths = match files {
                Some(files) if absolute.contains('*') => files.expand(&absolute),
                _ => Some(vec![absolute]),
            };
            for path in
                paths.iter().flatten().filter(|path| !seen.contains(*path)).cloned().collect::<Vec<_>>()
            {
                seen.insert(path.clone());
                match files.map(|files| files.open(&path)) {
                    Some(Ok(fact)) if seen.len() <= FILES => todo.push_back((path, fact)),
                    _ => {
                        lost.push((
                            format!("it includes `{text}`, which is not in the input"),
                            include.place,
                        ));
                    }
                }
            }
            if paths.is_none() {
                lost.push((format!("it includes `{text}`, which is not in the input"), include.place));
            }
        }
        for line in fact.reach("unread").items() {
            lost.push(("a line of its configuration is not understood".to_owned(), line.place));
        }
        for section in ["custom", "customs"] {
            if let Some(custom) = fact.at(section).filter(|custom| !custom.is_null()) {
                lost.push(("its custom plugins are not followed".to_owned(), custom.place));
            }
        }
        all.push(fact);
    }
    (all, lost)
}
