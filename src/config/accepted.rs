//! Turns `accepted` of the settings file into findings that somebody accepts, by rule, object and path.

use globset::GlobBuilder;
use globset::GlobMatcher;

use super::Spanned;
use super::parse::Reader;
use crate::document::NodeRef;
use crate::document::Place;
use crate::text::Day;
use crate::text::fits_stars;

/// Findings of a rule that are accepted. What is not said narrows nothing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AcceptedEntry {
    /// The whole entry.
    pub(crate) place: Place,
    /// The rule's id.
    pub(crate) rule: Spanned<String>,
    /// The object, as reports name it (`ConfigMap alloy/alloy`); `*` stands for any text.
    pub(crate) object: Option<Spanned<String>>,
    /// The file, as a glob from the folder of the settings file.
    pub(crate) path: Option<Spanned<String>>,
    /// Why. Always there.
    pub(crate) reason: Spanned<String>,
    /// The last day on which it counts.
    pub(crate) until: Option<Spanned<Day>>,
}

/// The keys of an entry.
const KEYS: [&str; 5] = ["rule", "object", "path", "reason", "until"];

impl AcceptedEntry {
    /// Whether it is about something in an object; `None` for what lies in none.
    pub(crate) fn is_about_object(&self, object: Option<&str>) -> bool {
        let Some(wanted) = &self.object else { return true };
        object.is_some_and(|object| fits_stars(&wanted.value, object))
    }

    /// Whether it is about something in a file; the path is from the folder of the settings file, `None` for what lies in
    /// no file below it.
    pub(crate) fn is_about_path(&self, path: Option<&str>) -> bool {
        let Some(wanted) = &self.path else { return true };
        path.is_some_and(|path| glob(&wanted.value).is_some_and(|glob| glob.is_match(path)))
    }
}

/// A glob of paths, `*` within a folder and `**` through folders.
fn glob(pattern: &str) -> Option<GlobMatcher> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    glob.ok().map(|glob| glob.compile_matcher())
}

impl Reader {
    /// One entry of `accepted`.
    pub(super) fn accepted(&mut self, node: NodeRef<'_>) -> Option<AcceptedEntry> {
        let (mut rule, mut object, mut path, mut reason, mut until) = (None, None, None, None, None);
        let before = self.problems();
        for (key, value) in self.entries(node, &KEYS, "an accepted finding") {
            match key {
                "rule" => rule = self.text(value, "the id of a rule"),
                "object" => object = self.text(value, "an object such as `ConfigMap alloy/*`"),
                "path" => path = self.path(value),
                "reason" => reason = self.text(value, "the reason"),
                _ => until = self.day(value),
            }
        }
        // An entry that is understood in part would accept more than was meant.
        if self.problems() > before {
            return None;
        }
        for (name, missing) in [("rule", rule.is_none()), ("reason", reason.is_none())] {
            if missing {
                let message = format!("the accepted finding has no `{name}`");
                self.report(node.span(), message, format!("add `{name}: ...`"));
            }
        }
        Some(AcceptedEntry { place: self.place(node), rule: rule?, object, path, reason: reason?, until })
    }

    fn path(&mut self, node: NodeRef<'_>) -> Option<Spanned<String>> {
        let path = self.text(node, "a path such as `manifests/*.yaml`")?;
        if path.value.starts_with('/') || path.value.split('/').any(|part| part == "..") {
            let message = format!("`{}` does not lie below this file", path.value);
            self.report(node.span(), message, "name files beside or below this file");
            return None;
        }
        let path = Spanned { value: path.value.trim_start_matches("./").to_owned(), ..path };
        if glob(&path.value).is_none() {
            let help = "`*` stands for any text within a folder's name, `**` for any folders";
            self.report(node.span(), format!("`{}` is no pattern of paths", path.value), help);
            return None;
        }
        Some(path)
    }

    fn day(&mut self, node: NodeRef<'_>) -> Option<Spanned<Day>> {
        let text = node.text().unwrap_or_default();
        let day = Day::parse(text);
        if day.is_none() {
            let help = "write year, month and day, as `2027-01-31`";
            self.report(node.span(), format!("`{text}` is no date"), help);
        }
        day.map(|value| Spanned { value, place: self.place(node) })
    }
}
