//! Turns what a collector's pod mounts, and what its API server would give it, into the texts that its program reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::alloy::Computed;
use super::alloy::Content;
use super::alloy::Data;
use super::alloy::Inputs;
use super::collector::Collector;
use super::mounts::Mount;
use super::mounts::Texts;
use super::mounts::Volume;
use super::mounts::mount_of;
use super::mounts::plain;
use super::objects::not_asked_for;
use super::stack::Stack;
use super::stack::stands_alone;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::alloy::File;
use crate::text::Span;

/// What the process of one collector can read.
#[derive(Debug)]
pub(crate) struct Readable<'a> {
    stack: &'a Stack<'a>,
    collector: &'a Collector,
    computed: &'a Computed,
}

impl<'a> Readable<'a> {
    /// The inputs of `collector`; programs that it computes are kept in `computed`.
    pub(crate) fn new(stack: &'a Stack<'a>, collector: &'a Collector, computed: &'a Computed) -> Self {
        Self { stack, collector, computed }
    }

    /// The namespace of its pods.
    fn namespace(&self) -> &'a str {
        self.collector.namespace.as_deref().unwrap_or_default()
    }

    fn alloy(&self, doc: DocId) -> Option<(DocId, &'a File)> {
        Some((doc, self.stack.documents.document(doc).alloy()?))
    }

    /// The folder of a program that stands alone: its process is taken to run there.
    fn home(&self) -> Option<&'a str> {
        let program = self.collector.programs.first()?;
        let alone = self.stack.programs.iter().any(|own| own.doc == *program && stands_alone(own.home));
        let path = &self.stack.documents.files.get(program.file as usize)?.path;
        (alone && self.collector.mounts.is_empty())
            .then(|| path.rsplit_once('/').map_or("", |(folder, _)| folder))
    }

    /// The file of the input at a path beside a program that stands alone.
    fn beside(&self, folder: &str, path: &str) -> Option<Content<'a>> {
        let wanted = if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
        let index = self.stack.documents.files.iter().position(|file| file.path == wanted)?;
        let document = self.stack.documents.files.get(index)?.documents.first()?;
        let doc = DocId { file: u32::try_from(index).ok()?, index: 0 };
        Some(Content { text: document.text.clone(), program: self.alloy(doc), secret: false })
    }

    /// The keys of an object that become files of a mount, with the files' names.
    fn files_of(&self, mount: &Mount, kind: &str, texts: &Texts) -> Result<Files<'a>, String> {
        let mut data = self.object(kind, None, &texts.name)?;
        let files: Files<'a> = match &texts.items {
            None => data.into_iter().map(|(key, content)| (key.to_string(), content)).collect(),
            Some(items) => {
                let found = items.iter();
                found.filter_map(|(key, path)| Some((path.clone(), data.remove(&**key)?))).collect()
            }
        };
        let folder = mount.folder();
        Ok(match &mount.sub_path {
            Some(sub_path) => {
                let found = files.into_iter().filter(|(path, _)| path == sub_path);
                found.map(|(_, content)| (folder.to_owned(), content)).collect()
            }
            None => files.into_iter().map(|(path, content)| (format!("{folder}/{path}"), content)).collect(),
        })
    }

    fn mounted(&self, mount: &Mount) -> Result<Files<'a>, String> {
        match (mount.texts(), &mount.source) {
            (Some((kind, texts)), _) => self.files_of(mount, kind, texts),
            (None, Volume::HostPath(path)) => Err(format!("`{}` is `{path}` of the node", mount.path)),
            (None, _) => Err(format!(
                "what is mounted at `{}` is neither ConfigMap nor Secret of the input",
                mount.path
            )),
        }
    }
}

impl<'a> Inputs<'a> for Readable<'a> {
    fn file(&self, path: &str) -> Result<Content<'a>, String> {
        let path = plain(path);
        if let Some(folder) = self.home() {
            let found = if path.starts_with('/') { None } else { self.beside(folder, &path) };
            return found.ok_or_else(|| format!("the file `{path}` is not in the input"));
        }
        let mount = mount_of(&self.collector.mounts, &path)
            .ok_or_else(|| format!("no volume of the input is mounted where the file `{path}` is"))?;
        let found = self.mounted(mount)?.into_iter().find(|(own, _)| *own == path);
        found.map_or_else(|| Err(format!("no file `{path}` is mounted")), |(_, content)| content)
    }

    fn folder(&self, path: &str) -> Option<Vec<Content<'a>>> {
        let path = plain(path);
        let folder = path.trim_end_matches('/');
        let direct = |own: &str| {
            let rest = own.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
            rest.is_some_and(|rest| !rest.contains('/') && is_program(rest))
        };
        let mut found: Vec<(String, Content<'a>)> = if let Some(home) = self.home() {
            let below = if home.is_empty() { String::new() } else { format!("{home}/") };
            let files = self.stack.documents.files.iter();
            let own = files.filter_map(|file| file.path.strip_prefix(&below)).filter(|own| direct(own));
            own.filter_map(|own| Some((own.to_owned(), self.beside(home, own)?))).collect()
        } else {
            let files = self.mounted(mount_of(&self.collector.mounts, folder)?).ok()?;
            let own = files.into_iter().filter(|(own, _)| direct(own));
            // One that is not known makes the folder unknown.
            own.map(|(path, content)| Some((path, content.ok()?))).collect::<Option<_>>()?
        };
        found.sort_by(|(one, _), (two, _)| one.cmp(two));
        (!found.is_empty()).then(|| found.into_iter().map(|(_, content)| content).collect())
    }

    fn object(&self, kind: &str, namespace: Option<&str>, name: &str) -> Result<Data<'a>, String> {
        let namespace = namespace.unwrap_or(self.namespace());
        let texts = texts_of(self.stack, kind, namespace, name)?;
        let object = self.stack.object(kind, namespace, name).map(|(resource, _)| &resource.object);
        let program = |key: &str| {
            let own = self.stack.programs.iter().find(|program| {
                program.home.object.as_ref() == object
                    && program.home.release.is_none()
                    && program.home.key.as_deref() == Some(key)
            });
            own.and_then(|own| self.alloy(own.doc))
        };
        let content = |key: &str, text| Content { text, program: program(key), secret: kind == "Secret" };
        let read = |(key, text): (String, Read)| {
            let text = text.map(|text| content(&key, text)).map_err(|reason| reason.to_string());
            (Arc::from(&*key), text)
        };
        Ok(texts.into_iter().map(read).collect())
    }

    fn nested(&self, doc: DocId, string: Span) -> Option<(DocId, &'a File)> {
        let file = self.stack.documents.files.get(doc.file as usize)?;
        let container = file.documents.get(doc.index as usize)?;
        let index = file.documents.iter().position(|document| {
            let host = document.host.as_ref().filter(|host| host.index == doc.index);
            document.alloy().is_some()
                && host.is_some_and(|host| {
                    let start = host.map.to_host(container, Span::at(0)).start;
                    string.start <= start && start <= string.end
                })
        })?;
        self.alloy(DocId { file: doc.file, index: u32::try_from(index).ok()? })
    }

    fn module_path(&self) -> Option<String> {
        match &self.collector.program_path {
            // A folder is given as it is.
            Some(path) if !is_program(path) => Some(path.trim_end_matches('/').to_owned()),
            Some(path) => path.rsplit_once('/').map(|(folder, _)| folder.to_owned()),
            // Relative to the folder that the process is taken to run in.
            None => self.home().map(|_| ".".to_owned()),
        }
    }

    fn keep(&self, text: Arc<str>) -> &'a File {
        self.computed.keep(text)
    }
}

/// Whether a folder that is given as a program has this file in it. Alloy looks at the ending as it is written.
fn is_program(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| ending == "alloy")
}

/// Why the text under a key of an object of the input is not known that is there; `None` where it is known, or not there.
pub(super) fn not_asked_for_key(
    stack: &Stack<'_>,
    kind: &str,
    namespace: &str,
    name: &str,
    key: &str,
) -> Option<String> {
    let shown = if namespace.is_empty() { name.to_owned() } else { format!("{namespace}/{name}") };
    let (_, object) = stack.object(kind, namespace, name)?;
    not_asked_for(object.get("data")?.get(key)?, kind, &shown)
}

/// The files of a mount by path; one whose content is not known has the reason.
type Files<'a> = Vec<(String, Result<Content<'a>, String>)>;

/// The text under a key, or why it is not known though it is there.
pub(super) type Read = Result<Arc<str>, Arc<str>>;

/// The texts in a ConfigMap or Secret of the input, by key, or why they are not known. Values that are no text are left
/// out.
pub(super) fn texts_of(
    stack: &Stack<'_>,
    kind: &str,
    namespace: &str,
    name: &str,
) -> Result<BTreeMap<String, Read>, String> {
    let shown = if namespace.is_empty() { name.to_owned() } else { format!("{namespace}/{name}") };
    if stack.is_contested(kind, namespace, name) {
        return Err(format!("{kind} {shown} is in the input twice, and not alike"));
    }
    let (_, object) =
        stack.object(kind, namespace, name).ok_or_else(|| format!("{kind} {shown} is not in the input"))?;
    let mut found = BTreeMap::new();
    for field in ["data", "stringData"] {
        for (key, value) in object.get(field).into_iter().flat_map(NodeRef::entries_merged) {
            let Some(key) = key.text() else { continue };
            if let Some(reason) = not_asked_for(value, kind, &shown) {
                found.insert(key.to_owned(), Err(reason.into()));
                continue;
            }
            let text = if kind == "Secret" && field == "data" {
                let decoded = crate::document::decode_base64(value);
                decoded.and_then(|(bytes, _)| String::from_utf8(bytes).ok()).map(Arc::from)
            } else {
                value.text().map(Arc::from)
            };
            // What is written as text beats what is encoded.
            if let Some(text) = text {
                found.insert(key.to_owned(), Ok(text));
            }
        }
    }
    Ok(found)
}
