//! Holds the documents of a file, or only how to read them again: what a run is not looking at takes no room.
//!
//! A tree takes some twenty times the room of its text. Where a run has many stacks, only those that are being judged are
//! *open*; the rest is *folded*, which nobody but the run needs to know: whoever looks at a folded file gets the same
//! documents again, since reading is a function of the text alone.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;

use super::Document;

/// How many folded files stay open after somebody had a look at them: a finding names places in a few files, and the next
/// finding often in the same.
const RECENT: usize = 8;

/// The documents of one file.
#[derive(Clone, Default)]
pub(crate) struct Held {
    open: OnceLock<Vec<Document>>,
    /// How many there are; known while they are folded, too.
    count: usize,
    again: Option<(Arc<Reader>, u32)>,
}

/// Reads files again, by their index.
pub(crate) struct Reader {
    read: Box<dyn Fn(u32) -> Held + Send + Sync>,
    recent: Mutex<VecDeque<(u32, Arc<Vec<Document>>)>>,
}

/// The documents of a file for as long as somebody looks at them.
#[derive(Debug, Clone)]
pub(crate) enum Opened<'h> {
    /// They were open.
    Here(&'h [Document]),
    /// They were folded, and are read again for this look.
    Again(Arc<Vec<Document>>),
}

impl Deref for Opened<'_> {
    type Target = [Document];

    fn deref(&self) -> &[Document] {
        match self {
            Self::Here(documents) => documents,
            Self::Again(documents) => documents,
        }
    }
}

impl Reader {
    /// Reads files with a function that gives the same documents for the same index each time.
    pub(crate) fn new(read: impl Fn(u32) -> Held + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { read: Box::new(read), recent: Mutex::default() })
    }

    fn read(&self, file: u32) -> Vec<Document> {
        (self.read)(file).open.into_inner().unwrap_or_default()
    }

    /// The documents of a file, which stay for the next look.
    fn look(&self, file: u32) -> Arc<Vec<Document>> {
        let known = |recent: &VecDeque<(u32, Arc<Vec<Document>>)>| {
            recent.iter().find(|(own, _)| *own == file).map(|(_, documents)| documents.clone())
        };
        // A panic elsewhere leaves the list as it was: whole.
        if let Some(known) = known(&self.recent.lock().unwrap_or_else(PoisonError::into_inner)) {
            return known;
        }
        // Read without the lock: others may look at other files meanwhile.
        let documents = Arc::new(self.read(file));
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() >= RECENT {
            recent.pop_front();
        }
        recent.push_back((file, documents.clone()));
        documents
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

impl Held {
    /// The same, which from now on can be folded: the reader gives them again by this index.
    pub(crate) fn foldable(self, reader: &Arc<Reader>, file: u32) -> Self {
        Self { again: Some((reader.clone(), file)), ..self }
    }

    /// Lets go of the documents, where they can be read again.
    pub(crate) fn fold(&mut self) {
        if self.again.is_some() {
            self.open.take();
        }
    }

    /// The documents, for a look: a folded file stays folded.
    pub(crate) fn opened(&self) -> Opened<'_> {
        match (self.open.get(), &self.again) {
            (None, Some((reader, file))) => Opened::Again(reader.look(*file)),
            _ => Opened::Here(self),
        }
    }

    /// How many documents the file has.
    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    /// Whether its documents are at hand.
    #[cfg(test)]
    pub(crate) fn is_open(&self) -> bool {
        self.open.get().is_some()
    }

    /// Adds a document of a file that is being read.
    pub(crate) fn push(&mut self, document: Document) {
        if let Some(open) = self.open.get_mut() {
            open.push(document);
            self.count = open.len();
        } else {
            *self = vec![document].into();
        }
    }
}

/// Whoever takes a reference opens the file, and it stays open until it is folded.
impl Deref for Held {
    type Target = [Document];

    fn deref(&self) -> &[Document] {
        self.open
            .get_or_init(|| self.again.as_ref().map(|(reader, file)| reader.read(*file)).unwrap_or_default())
    }
}

impl std::ops::DerefMut for Held {
    fn deref_mut(&mut self) -> &mut [Document] {
        // Opens it, where it is folded.
        let _: &[Document] = self;
        self.open.get_mut().map_or(&mut [], Vec::as_mut_slice)
    }
}

impl From<Vec<Document>> for Held {
    fn from(documents: Vec<Document>) -> Self {
        Self { count: documents.len(), open: documents.into(), again: None }
    }
}

impl FromIterator<Document> for Held {
    fn from_iter<I: IntoIterator<Item = Document>>(documents: I) -> Self {
        documents.into_iter().collect::<Vec<_>>().into()
    }
}

impl<'h> IntoIterator for &'h Held {
    type Item = &'h Document;
    type IntoIter = std::slice::Iter<'h, Document>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.open.get() {
            Some(open) => open.fmt(f),
            None => write!(f, "{} documents, folded", self.count),
        }
    }
}
