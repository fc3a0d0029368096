//! Finds what a producer's templates left behind: values that were never filled in, in Alloy programs and in YAML.

use std::collections::BTreeMap;

use super::alloy::content_span;
use super::fact::Fact;
use super::fact::Subject;
use crate::document::DocId;
use crate::document::Documents;
use crate::document::Place;
use crate::document::alloy::Body;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::document::alloy::File;
use crate::document::alloy::Statement;
use crate::text::Span;

/// Nesting of an Alloy program that is still read.
const DEPTH: u32 = 64;

/// Arguments that hold patterns or templates of their own, where such marks are meant.
const PATTERNS: [&str; 9] =
    ["condition", "expression", "match", "query", "regex", "replace", "selector", "template", "value"];

/// Arguments whose texts end up in labels and headers, and so as they are typed.
const VERBATIM: [&str; 5] = ["external_labels", "extra_log_labels", "headers", "replacement", "username"];

/// What kind of text is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Of YAML, where many a text is a template on purpose.
    Yaml,
    /// Of an Alloy program.
    Alloy,
    /// Of an Alloy program, and used as it is typed: no template can be meant.
    Verbatim,
}

/// Something that was not filled in.
struct Leftover {
    /// What is seen of it. Never more of the text than the mark: the text may be a secret.
    mark: String,
    /// What it means, in words.
    meaning: &'static str,
    place: Place,
}

/// The subject `text` for each value that was not filled in, and for each document without one.
pub(crate) fn subjects(documents: &Documents, files: &[usize]) -> Vec<Subject> {
    let mut found = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for file in files {
        let count = documents.files.get(*file).map_or(0, |file| file.documents.len());
        for index in 0..count {
            let (Ok(file), Ok(index)) = (u32::try_from(*file), u32::try_from(index)) else { continue };
            let doc = DocId { file, index };
            let leftovers = of_document(documents, doc);
            if leftovers.is_empty() {
                let place = Place { doc, span: Span::at(0) };
                found.push(subject(String::new(), &Fact::absent(place), &Fact::absent(place), place));
            }
            for Leftover { mark, meaning, place } in leftovers {
                // Marks repeat: what was not filled in once was not filled in anywhere.
                let times = seen.entry(mark.clone()).and_modify(|times| *times += 1).or_insert(1);
                let key = if *times > 1 { format!("{mark} ({times})") } else { mark.clone() };
                found.push(subject(key, &Fact::new(mark, place), &Fact::new(meaning, place), place));
            }
        }
    }
    found
}

fn subject(key: String, mark: &Fact, meaning: &Fact, place: Place) -> Subject {
    let facts = Fact::map([("leftover", mark.clone()), ("meaning", meaning.clone())], place);
    Subject { kind: "text", key, facts }
}

fn of_document(documents: &Documents, doc: DocId) -> Vec<Leftover> {
    let document = documents.document(doc);
    let mut found = Vec::new();
    if let Some(file) = document.alloy() {
        Texts { file, doc, found: &mut found }.body(&file.body, DEPTH);
    } else if let Some(tree) = document.tree() {
        for node in tree.scalars() {
            if let Some(text) = node.text().filter(|text| !text.contains('\n')) {
                found.extend(leftover(text, Kind::Yaml, Place { doc, span: node.span() }));
            }
        }
    }
    found
}

/// The texts of an Alloy program.
struct Texts<'f> {
    file: &'f File,
    doc: DocId,
    found: &'f mut Vec<Leftover>,
}

impl Texts<'_> {
    fn body(&mut self, body: &Body, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for statement in &body.statements {
            match statement {
                Statement::Block(block) => self.body(&block.body, depth),
                Statement::Attribute(attribute) => {
                    let name = self.file.str(attribute.name);
                    if !PATTERNS.contains(&name) {
                        let verbatim = VERBATIM.contains(&name);
                        self.value(
                            &attribute.value,
                            if verbatim { Kind::Verbatim } else { Kind::Alloy },
                            depth,
                        );
                    }
                }
            }
        }
    }

    /// Texts that are values by themselves: parts of a sum and arguments of functions are filled in by those.
    fn value(&mut self, expr: &Expr, kind: Kind, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match &expr.kind {
            ExprKind::String => {
                let span = content_span(expr);
                let place = Place { doc: self.doc, span };
                self.found.extend(leftover(self.file.str(span), kind, place));
            }
            ExprKind::Array(items) => {
                for item in items {
                    self.value(item, kind, depth);
                }
            }
            ExprKind::Object(fields) => {
                for field in fields {
                    self.value(&field.value, kind, depth);
                }
            }
            ExprKind::Paren(inner) => self.value(inner, kind, depth),
            _ => {}
        }
    }
}

/// Whether a text, as it stands in a manifest, looks as if something in it had not been filled in.
pub(crate) fn looks_unfilled(text: &str) -> bool {
    mark(text, Kind::Verbatim).is_some()
}

/// What was not filled in of a text.
fn leftover(text: &str, kind: Kind, place: Place) -> Option<Leftover> {
    mark(text, kind).map(|(mark, meaning)| Leftover { mark, meaning, place })
}

/// What was not filled in of a text, and what that means.
fn mark(text: &str, kind: Kind) -> Option<(String, &'static str)> {
    // Every text of a run is asked for: all that is looked for has one of these signs, or is a URL.
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'<' | b'{')) && !text.starts_with("http") {
        return None;
    }
    if let Some(verb) = failed_verb(text) {
        return Some((
            format!("%!{verb}(...)"),
            "Go writes this where a value is missing or of the wrong type",
        ));
    }
    let one_word = |mark: &str| !text.replace(mark, "").contains(char::is_whitespace);
    for mark in ["<nil>", "<no value>"] {
        if text.contains(mark) && one_word(mark) {
            return Some((mark.to_owned(), "Go writes this where there is no value"));
        }
    }
    let host = host(text);
    let whole = kind == Kind::Verbatim || kind == Kind::Alloy && host.is_some();
    if let Some(hole) = whole.then(|| hole(text)).flatten() {
        return Some((hole.to_owned(), "a place for a value that nothing filled"));
    }
    let host = host.filter(|host| has_empty_part(host))?;
    let shown = if host.is_empty() { text.split_inclusive("//").next().unwrap_or(text) } else { host };
    Some((shown.to_owned(), "a host of which a part is empty"))
}

/// The letter of a formatting verb that failed: `%!s(MISSING)`, `%!d(string=x)`, `%!(EXTRA int=1)`.
fn failed_verb(text: &str) -> Option<&str> {
    text.match_indices("%!").find_map(|(at, mark)| {
        let rest = &text[at + mark.len()..];
        let verb = rest.split('(').next().filter(|verb| verb.len() < rest.len())?;
        let is_verb = match verb {
            "" => {
                rest.starts_with("(EXTRA ") || rest.starts_with("(NOVERB)") || rest.starts_with("(BADINDEX)")
            }
            verb => verb.len() == 1 && verb.chars().all(|c| c.is_ascii_alphabetic()),
        };
        is_verb.then_some(verb)
    })
}

/// A place for a value: `{{ ... }}`, or a verb of `Sprintf` that is no escape of a URL.
fn hole(text: &str) -> Option<&'static str> {
    if text.contains("{{") {
        return Some("{{");
    }
    ["%s", "%v", "%q", "%d"].into_iter().find(|verb| {
        text.match_indices(verb)
            .any(|(at, verb)| !text[at + verb.len()..].starts_with(|c: char| c.is_ascii_alphanumeric()))
    })
}

/// The host of a text that is a URL of the web, without port and user.
fn host(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if text.contains(char::is_whitespace) || host.starts_with('[') {
        return None;
    }
    Some(host.split(':').next().unwrap_or_default())
}

/// `mimir.`, `.example.com`, `a..b`, and nothing at all. A full name may end with a dot.
fn has_empty_part(host: &str) -> bool {
    let name = host.strip_suffix('.').filter(|name| name.contains('.')).unwrap_or(host);
    name.split('.').any(str::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(text: &str, kind: Kind) -> Option<String> {
        let doc = DocId { file: 0, index: 0 };
        leftover(text, kind, Place { doc, span: Span::at(0) }).map(|leftover| leftover.mark)
    }

    #[test]
    fn what_go_writes_for_a_missing_value_is_found_and_never_more_of_it() {
        assert_eq!(mark("default_%!s(MISSING)-plane", Kind::Alloy).as_deref(), Some("%!s(...)"));
        assert_eq!(mark("%!d(string=hunter2)", Kind::Alloy).as_deref(), Some("%!d(...)"));
        assert_eq!(mark("a%!(EXTRA string=hunter2)", Kind::Alloy).as_deref(), Some("%!(...)"));
        assert_eq!(mark("https://mimir.<no value>/api", Kind::Alloy).as_deref(), Some("<no value>"));
        assert_eq!(mark("acme-<nil>", Kind::Alloy).as_deref(), Some("<nil>"));
        for text in ["100%! (really)", "drop lines with <nil> in them", "50%!", "%!over(9)"] {
            assert_eq!(mark(text, Kind::Verbatim), None, "{text}");
        }
    }

    #[test]
    fn holes_count_where_no_template_can_be_meant() {
        assert_eq!(mark("https://mimir.%s/api", Kind::Alloy).as_deref(), Some("%s"));
        assert_eq!(mark("default_{{ .Name }}-plane", Kind::Verbatim).as_deref(), Some("{{"));
        for text in ["{{ .Value }}", "%s of %s", "level=%d"] {
            assert_eq!(mark(text, Kind::Alloy), None, "{text}");
        }
        assert_eq!(mark("https://example.com/a%dab", Kind::Alloy), None);
        // Links of alerts and dashboards are templates on purpose.
        assert_eq!(mark("https://example.com/{{ $labels.pod }}", Kind::Yaml), None);
    }

    #[test]
    fn hosts_with_an_empty_part_are_found() {
        for (url, host) in [
            ("https://mimir./api/v1/push", "mimir."),
            ("https://.example.com", ".example.com"),
            ("http://a..b:80/", "a..b"),
            ("https:///path", "https://"),
            ("http://user:word@/", "http://"),
            ("http://user:word@grafana./", "grafana."),
        ] {
            assert_eq!(mark(url, Kind::Alloy).as_deref(), Some(host), "{url}");
        }
        for url in ["https://mimir.example.com./api", "http://loki", "http://[::1]:80/", "https://a b./"] {
            assert_eq!(mark(url, Kind::Alloy), None, "{url}");
        }
    }
}
