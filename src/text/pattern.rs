//! Turns patterns as Prometheus reads them into compiled ones, each once.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_whole_texts_and_is_compiled_once() {
        let pattern = anchored("a.|b").unwrap();
        assert!(pattern.is_match("a\n") && pattern.is_match("b"));
        assert!(!pattern.is_match("ab ") && !pattern.is_match("xb"));
        assert!(Arc::ptr_eq(&pattern, &anchored("a.|b").unwrap()));
        assert!(anchored("(").is_none());
    }
}
