//! Turns patterns into answers on whole texts: with `*`, and the regular expressions of Prometheus.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::Mutex;

use regex::Regex;
use regex::RegexBuilder;

use super::Limit;

/// How many patterns are kept that take little room, and how many others. A program could have any number of them.
const KEPT: [usize; 2] = [1024, 16];

/// What takes little room, in bytes: nearly every pattern that people write.
const SMALL: usize = 128 * 1024;

/// Patterns that were compiled, small ones and others.
type Compiled = [HashMap<String, Arc<Regex>>; 2];

/// A pattern that has to fit the whole text, where `.` stands for every character, as in Prometheus; or why it cannot be
/// read.
pub(crate) fn anchored(pattern: &str) -> Result<Arc<Regex>, String> {
    compiled(&format!("^(?s:{pattern})$")).map(|pattern| pattern.regex)
}

/// A compiled pattern.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    /// What finds it.
    pub(crate) regex: Arc<Regex>,
    /// Whether it takes much room, and some milliseconds to compile.
    pub(crate) is_large: bool,
}

/// A pattern that may fit anywhere; or why it cannot be read.
///
/// Compiling costs more than all else that a relabel rule takes, and most have one of a few patterns. Shared and not
/// cloned: a clone of a regex learns its states anew.
pub(crate) fn compiled(pattern: &str) -> Result<Pattern, String> {
    static COMPILED: LazyLock<Mutex<Compiled>> = LazyLock::new(Mutex::default);
    let lock = || COMPILED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let found =
        |(size, regex): (usize, &Arc<Regex>)| Pattern { regex: Arc::clone(regex), is_large: size > 0 };
    for (size, known) in lock().iter().enumerate() {
        if let Some(regex) = known.get(pattern) {
            return Ok(found((size, regex)));
        }
    }
    let most = Limit::RegexSize.count();
    let within = |bytes: usize| RegexBuilder::new(pattern).size_limit(bytes).build();
    let (size, regex) = match within(SMALL.min(most)) {
        Err(regex::Error::CompiledTooBig(_)) if SMALL < most => (1, within(most)),
        other => (0, other),
    };
    let regex = Arc::new(regex.map_err(|error| fault(&error))?);
    let mut compiled = lock();
    if compiled[size].len() < KEPT[size] {
        compiled[size].insert(pattern.to_owned(), Arc::clone(&regex));
    }
    Ok(found((size, &regex)))
}

/// What is wrong with a pattern, in one line.
fn fault(error: &regex::Error) -> String {
    if let regex::Error::CompiledTooBig(_) = error {
        let limit = Limit::RegexSize;
        return format!("the pattern takes more than {}; {}", limit.shown(), limit.remedy());
    }
    let text = error.to_string();
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
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
        assert_eq!(anchored("(").unwrap_err(), "unclosed group");
        assert!(std::sync::Arc::ptr_eq(&anchored("up").unwrap(), &anchored("up").unwrap()), "compiled once");
    }

    #[test]
    fn pattern_that_takes_too_much_memory_says_so_and_what_raises_it() {
        let fault = anchored(r"(\w{100}){100}").unwrap_err();
        assert_eq!(fault, "the pattern takes more than 4 MiB; raise it with `--limit regex-size=8MiB`");
        let names = (0..1000).map(|number| format!("some_metric_of_real_length_number_{number}_total|"));
        assert!(
            anchored(&names.collect::<String>())
                .unwrap()
                .is_match("some_metric_of_real_length_number_7_total")
        );
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
