//! Turns folders, files on disk and open files into checks: each folder as `ptd-lint check FOLDER` judges it, with the texts of open
//! files in place of those on disk.
//!
//! The disk is read when something on it changed, not for each key. A file that is open and in no folder is checked by itself. What
//! a run over its folder leaves out (ignored by git, hidden) is left out here too.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;

use serde_json::Value;

use super::Govern;
use super::Governed;
use super::buffers::Buffers;
use super::paths;
use super::position::Text;
use crate::check;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::document::Documents;
use crate::document::Place;
use crate::finding::RuleDoc;
use crate::source;
use crate::source::Source;
use crate::source::SourceProblem;
use crate::source::Sources;
use crate::text::Span;

/// A check and what it was made of.
#[derive(Debug)]
pub(super) struct Round {
    /// The texts.
    pub(super) sources: Sources,
    /// The path that was given.
    pub(super) arguments: Vec<String>,
    /// What governs it.
    pub(super) governed: Governed,
    /// The outcome.
    pub(super) checked: Checked,
    /// The rules; read when somebody asks for one.
    rules: OnceLock<Vec<RuleDoc>>,
    /// Line tables of files that were asked for.
    texts: Mutex<BTreeMap<u32, Arc<Text>>>,
}

impl Round {
    fn new(sources: Sources, arguments: Vec<String>, governed: Governed) -> Self {
        let checked = check::check(&sources, &arguments, &governed.options);
        Self { sources, arguments, governed, checked, rules: OnceLock::new(), texts: Mutex::default() }
    }

    /// The rule of that id.
    pub(super) fn rule(&self, id: &str) -> Option<&RuleDoc> {
        let rules = self.rules.get_or_init(|| check::rule_docs(&self.governed.options.rules).0);
        rules.iter().find(|rule| rule.id == id)
    }

    /// What the check was governed by.
    pub(super) fn options(&self) -> &CheckOptions {
        &self.governed.options
    }

    /// The documents.
    pub(super) fn documents(&self) -> &Documents {
        &self.checked.documents
    }

    /// The number of the file at a path. Settings may be there twice: as an input, which comes first, and as what governs.
    pub(super) fn file(&self, path: &str) -> Option<u32> {
        let index = self.documents().files.iter().position(|file| file.path == path)?;
        u32::try_from(index).ok()
    }

    /// The path of a file.
    pub(super) fn path(&self, file: u32) -> &str {
        self.documents().files.get(file as usize).map_or("", |file| &file.path)
    }

    /// The text of a file, with its lines.
    pub(super) fn text(&self, file: u32) -> Arc<Text> {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let text = texts.entry(file).or_insert_with(|| Arc::new(text_of(self.documents(), file)));
        text.clone()
    }

    /// The file of a place, and the bytes there.
    pub(super) fn outer(&self, place: Place) -> (u32, Span) {
        (place.doc.file, self.documents().resolve(place).outer)
    }
}

/// The text of a file with its lines.
pub(super) fn text_of(documents: &Documents, file: u32) -> Text {
    let file = documents.files.get(file as usize);
    let document = file.and_then(|file| file.documents.iter().find(|document| document.host.is_none()));
    Text::new(document.map(|document| document.text.clone()).unwrap_or_default())
}

/// A folder of the editor, or a file in none of them.
#[derive(Debug)]
struct Root {
    path: PathBuf,
    is_file: bool,
    /// What was read of the disk; `None` where it has to be read again.
    read: Option<(Sources, Governed)>,
    /// The last check.
    round: Option<Arc<Round>>,
}

/// All folders of an editor.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    roots: Vec<Root>,
}

/// The checks of a workspace, shared with those who answer from the last one.
pub(super) type Rounds = Vec<Arc<Round>>;

impl Workspace {
    /// Takes over which folders there are.
    pub(super) fn set_folders(&mut self, folders: &[PathBuf]) {
        self.roots.retain(|root| root.is_file || folders.contains(&root.path));
        for folder in folders {
            if self.roots.iter().all(|root| root.path != *folder) {
                let root = Root { path: folder.clone(), is_file: false, read: None, round: None };
                self.roots.push(root);
            }
        }
    }

    /// Something on the disk, or in what governs, may be different.
    pub(super) fn forget_disk(&mut self) {
        for root in &mut self.roots {
            root.read = None;
        }
    }

    /// Checks what changed. Gives the checks, and what went wrong with what governs.
    pub(super) fn check(&mut self, buffers: &Buffers, given: &Value, govern: &impl Govern) -> Vec<String> {
        self.follow_open_files(buffers);
        let mut faults = Vec::new();
        for root in &mut self.roots {
            root.check(buffers, given, govern, &mut faults);
        }
        faults.dedup();
        faults
    }

    /// The last checks.
    pub(super) fn rounds(&self) -> Rounds {
        self.roots.iter().filter_map(|root| root.round.clone()).collect()
    }

    /// Open files that are in no folder are roots of their own.
    fn follow_open_files(&mut self, buffers: &Buffers) {
        let folders: Vec<PathBuf> =
            self.roots.iter().filter(|root| !root.is_file).map(|root| root.path.clone()).collect();
        let alone =
            |path: &Path| source::is_read(path) && !folders.iter().any(|folder| path.starts_with(folder));
        let open: Vec<&Path> = buffers.all().filter_map(|buffer| buffer.path.as_deref()).collect();
        self.roots.retain(|root| !root.is_file || open.contains(&&*root.path) && alone(&root.path));
        for path in open {
            if alone(path) && self.roots.iter().all(|root| root.path != path) {
                let root = Root { path: path.to_owned(), is_file: true, read: None, round: None };
                self.roots.push(root);
            }
        }
    }
}

impl Root {
    fn check(&mut self, buffers: &Buffers, given: &Value, govern: &impl Govern, faults: &mut Vec<String>) {
        let (sources, governed) = self.read.get_or_insert_with(|| {
            let found = source::read_all(&[self.path.clone().into()], None, &mut std::io::empty());
            let folder = if self.is_file { self.path.parent().unwrap_or(&self.path) } else { &self.path };
            let governed = govern(given, folder).or_else(|fault| {
                faults.push(fault);
                // What is wrong with the options must not keep the rest from being checked.
                govern(&Value::Null, folder)
            });
            (found, governed.unwrap_or_default())
        });
        let sources = self::overlaid(sources, &self.path, buffers);
        let mut governed = governed.clone();
        let CheckOptions { config, baseline, rules, .. } = &mut governed.options;
        for own in config.iter_mut().chain(baseline).chain(rules) {
            if let Some(buffer) = buffers.at_path(&own.path) {
                own.text = buffer.text.whole.clone().into();
            }
        }
        let same = |round: &Arc<Round>| {
            round.sources.texts == sources.texts
                && round.sources.problems == sources.problems
                && round.governed.options == governed.options
                && round.governed.problems == governed.problems
        };
        if !self.round.as_ref().is_some_and(same) {
            // Where the check fails, the old one is no answer to the new texts.
            self.round = None;
            let arguments = vec![paths::shown(&self.path)];
            self.round = Some(Arc::new(Round::new(sources, arguments, governed)));
        }
    }
}

/// What is on the disk, with the texts of open files.
fn overlaid(disk: &Sources, root: &Path, buffers: &Buffers) -> Sources {
    let mut sources = disk.clone();
    // An editor's folder may hold nothing for us, yet.
    let folder = paths::shown(root);
    sources.problems.retain(|problem: &SourceProblem| problem.path != folder);
    for buffer in buffers.all() {
        let Some(path) = buffer.path.as_deref().filter(|path| path.starts_with(root)) else { continue };
        let shown = paths::shown(path);
        let text = buffer.text.whole.clone();
        let at = sources.texts.binary_search_by(|source| source.path.as_bytes().cmp(shown.as_bytes()));
        let known = sources.problems.iter().any(|problem| problem.path == shown);
        sources.problems.retain(|problem| problem.path != shown);
        match at {
            // An empty text holds nothing, as in a file that was just made.
            Ok(index) if text.trim().is_empty() => {
                sources.texts.remove(index);
            }
            Ok(index) => {
                if let Some(source) = sources.texts.get_mut(index) {
                    source.text = text.into();
                }
            }
            // What is on the disk and was not read is left out on purpose.
            Err(index) if !text.trim().is_empty() && (known || is_new(path)) => {
                sources.texts.insert(index, Source { path: shown, argument: 0, text: text.into() });
            }
            Err(_) => {}
        }
    }
    sources
}

fn is_new(path: &Path) -> bool {
    source::is_read(path) && !source::exists(path)
}
