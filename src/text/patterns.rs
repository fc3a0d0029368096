//! Turns patterns into answers on whole texts: with `*`, and the regular expressions of Prometheus.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::Mutex;

use regex::Regex;

/// How many patterns are kept. A program could have any number of them.
const KEPT: usize = 1024;

/// A pattern that has to fit the whole text, where `.` stands for every character; `None` where it cannot be read.
///
/// Compiling costs more than all else that a relabel rule takes, and most have one of a few patterns. Shared and not
/// cloned: a clone of a regex learns its states anew.
pub(crate) fn anchored(pattern: &str) -> Option<Arc<Regex>> {
    static COMPILED: LazyLock<Mutex<HashMap<String, Option<Arc<Regex>>>>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = compiled.get(pattern) {
        return known.clone();
    }
    let found = Regex::new(&format!("^(?s:{pattern})$")).ok().map(Arc::new);
    if compiled.len() < KEPT {
        compiled.insert(pattern.to_owned(), found.clone());
    }
    found
}

/// Whether all of `text` fits `pattern`, in which `*` stands for any text. Linear: the first place where a part fits is
/// as good as any later one.
pub(crate) fn fits_stars(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::anchored;
    use super::fits_stars;

    #[test]
    fn regular_expression_matches_the_whole_text() {
        let fits = |pattern, text| anchored(pattern).unwrap().is_match(text);
        assert!(fits("up|down", "up") && fits("a.c", "a\nc"));
        assert!(!fits("up|down", "upper") && !fits("up|down", "shutdown"));
        assert!(anchored("(").is_none());
        assert!(std::sync::Arc::ptr_eq(&anchored("up").unwrap(), &anchored("up").unwrap()), "compiled once");
    }

    #[test]
    fn star_stands_for_any_text() {
        for (pattern, text) in [
            ("a", "a"),
            ("*", ""),
            ("a*", "a"),
            ("*.b", "a.b"),
            ("a*b*c", "axbxbc"),
            ("a**b", "ab"),
            ("logs-*.example.com", "logs-7.example.com"),
        ] {
            assert!(fits_stars(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("a", "ab"),
            ("a", "ba"),
            ("a*a", "a"),
            ("*.b", "b"),
            ("a*b*b", "acb"),
            ("*.example.com", "example.com"),
            ("logs-*.example.com", "logs-7.example.com.evil.net"),
        ] {
            assert!(!fits_stars(pattern, text), "{pattern} {text}");
        }
    }
}
