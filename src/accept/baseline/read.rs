//! Turns the file of a baseline into its entries, and refuses what it does not know: an entry that is passed over would be a
//! finding that comes back, and one that is guessed would hide a finding.

use std::collections::BTreeMap;

use super::BASELINES;
use super::Baseline;
use super::Entry;
use super::Key;
use super::KnownStack;
use super::SCHEMA;
use super::StackName;
use crate::config::ConfigProblem;
use crate::config::known_entries;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Place;
use crate::document::Tree;
use crate::text::Span;
use crate::text::absolute;

/// What most faults of such a file are mended by.
const REMEDY: &str = "take the file from version control, or write it anew with `--write-baseline`";

/// How many hexadecimal digits a fingerprint has.
const DIGITS: usize = 32;

/// Reads a baseline. `folder` is the one that the file lies in, absolute. Where anything is wrong, nothing is accepted.
pub(crate) fn read(doc: DocId, tree: &Tree, folder: &str) -> Result<Baseline, Vec<ConfigProblem>> {
    let mut reader = Reader { doc, folder, problems: Vec::new() };
    let baseline = if let Some(root) = tree.root() {
        reader.baseline(root)
    } else {
        reader.report(Span::at(0), "the baseline is empty", REMEDY);
        Baseline::default()
    };
    if reader.problems.is_empty() { Ok(baseline) } else { Err(reader.problems) }
}

struct Reader<'f> {
    doc: DocId,
    folder: &'f str,
    problems: Vec<ConfigProblem>,
}

impl Reader<'_> {
    fn report(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let place = Place { doc: self.doc, span };
        self.problems.push(ConfigProblem { place, message: message.into(), help: help.into() });
    }

    fn entries<'t>(
        &mut self,
        node: NodeRef<'t>,
        allowed: &[&str],
        what: &str,
    ) -> Vec<(&'t str, NodeRef<'t>)> {
        known_entries(node, allowed, what, |span, message, help| self.report(span, message, help))
    }

    fn items<'t>(&mut self, node: NodeRef<'t>, what: &str) -> Vec<NodeRef<'t>> {
        if !node.is_sequence() {
            self.report(node.span(), format!("a list of {what} is expected here"), REMEDY);
        }
        node.items().collect()
    }

    fn baseline(&mut self, root: NodeRef<'_>) -> Baseline {
        // A newer form may have keys that this one does not know: what is wrong then is the version.
        let schema = root.get("schema");
        match schema.map(|node| (node, node.text().unwrap_or_default())) {
            Some((_, SCHEMA)) => {}
            Some((node, newer)) if newer.starts_with(BASELINES) => {
                let message = format!("this form of a baseline (`{newer}`) is not known here");
                self.report(
                    node.span(),
                    message,
                    "use the version of ptd-lint that wrote it, or a newer one",
                );
                return Baseline::default();
            }
            _ => {
                let start = root.entries().next().map_or(root.span(), |(key, _)| key.span());
                let message =
                    format!("this is no baseline of ptd-lint: it does not begin with `schema: {SCHEMA}`");
                self.report(start, message, "name a file that `--write-baseline` wrote");
                return Baseline::default();
            }
        }
        let mut baseline = Baseline::default();
        let mut has_stacks = false;
        for (key, value) in self.entries(root, &["schema", "stacks"], "a baseline") {
            if key == "stacks" {
                has_stacks = true;
                for item in self.items(value, "stacks") {
                    self.stack(item, &mut baseline);
                }
            }
        }
        if !has_stacks {
            self.report(root.span(), "the baseline has no `stacks`", REMEDY);
        }
        baseline
    }

    fn stack(&mut self, node: NodeRef<'_>, baseline: &mut Baseline) {
        let before = self.problems.len();
        let (mut names, mut findings) = (Vec::new(), None);
        for (key, value) in self.entries(node, &["stack", "cluster", "findings"], "a stack of a baseline") {
            match key {
                "stack" => {
                    let path = self.text(value, "a folder");
                    names.extend(path.map(|path| StackName::Folder(absolute(self.folder, &path))));
                }
                "cluster" => names.extend(self.text(value, "a cluster").map(StackName::Cluster)),
                _ => findings = Some(value),
            }
        }
        let entries = findings.map(|findings| self.findings(findings));
        if self.problems.len() > before {
            return;
        }
        let (Some(entries), Some(stack), true) = (entries, names.pop(), names.is_empty()) else {
            self.report(
                node.span(),
                "a stack of a baseline has `stack` or `cluster`, and `findings`",
                REMEDY,
            );
            return;
        };
        if baseline.stacks.iter().any(|known| known.stack == stack) {
            self.report(node.span(), "this stack is listed twice", "make one of the two lists");
            return;
        }
        baseline.stacks.push(KnownStack { stack, entries });
    }

    fn findings(&mut self, node: NodeRef<'_>) -> Vec<Entry> {
        let mut entries: BTreeMap<Key, Entry> = BTreeMap::new();
        for item in self.items(node, "findings") {
            let Some(entry) = self.finding(item) else { continue };
            if entries.contains_key(&entry.key) {
                let help = "leave one of the two, with a `count` of all findings that it stands for";
                self.report(item.span(), "this finding is listed twice", help);
                continue;
            }
            entries.insert(entry.key.clone(), entry);
        }
        entries.into_values().collect()
    }

    fn finding(&mut self, node: NodeRef<'_>) -> Option<Entry> {
        const KEYS: &[&str] = &["rule", "object", "path", "message", "reason", "fingerprint", "count"];
        let before = self.problems.len();
        let (mut rule, mut fingerprint, mut object) = (None, None, None);
        let [mut path, mut message, mut reason] = [const { String::new() }; 3];
        let mut count = 1;
        let mut first = None;
        for (key, value) in self.entries(node, KEYS, "a finding of a baseline") {
            first = first.or(Some(value.span()));
            match key {
                "rule" => rule = self.text(value, "a rule"),
                "object" => object = self.text(value, "an object"),
                "path" => path = self.text(value, "a field").unwrap_or_default(),
                "message" => message = self.text(value, "a message").unwrap_or_default(),
                "reason" => reason = self.text(value, "a reason").unwrap_or_default(),
                "fingerprint" => fingerprint = self.fingerprint(value),
                _ => count = self.count(value),
            }
        }
        if self.problems.len() > before {
            return None;
        }
        let (Some(rule), Some(fingerprint)) = (rule, fingerprint) else {
            self.report(node.span(), "a finding of a baseline has a `rule` and a `fingerprint`", REMEDY);
            return None;
        };
        // The first value: of a whole entry nobody wants to see each line underlined.
        let span = first.unwrap_or(node.span());
        let place = Some(Place { doc: self.doc, span });
        Some(Entry { key: Key { rule, fingerprint, object }, path, message, reason, count, place })
    }

    fn text(&mut self, node: NodeRef<'_>, what: &str) -> Option<String> {
        let text = node.text().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.report(node.span(), format!("{what} is expected here"), REMEDY);
        }
        text.map(str::to_owned)
    }

    fn fingerprint(&mut self, node: NodeRef<'_>) -> Option<String> {
        let text = self.text(node, "a fingerprint")?;
        let is_one = text.len() == DIGITS && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !is_one {
            self.report(
                node.span(),
                format!("a fingerprint has {DIGITS} digits of 0 to 9 and a to f"),
                REMEDY,
            );
        }
        is_one.then_some(text)
    }

    fn count(&mut self, node: NodeRef<'_>) -> usize {
        let count = node.int().and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0);
        if count.is_none() {
            self.report(node.span(), "how many findings these are, at least 1, is expected here", REMEDY);
        }
        count.unwrap_or(1)
    }
}
