//! The functions of conditions: those of CEL, and those that monitoring configuration needs.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::eval::Outcome;
use super::eval::Stop;
use super::paths;
use super::selector;
use super::value::Items;
use super::value::Value;
use super::value::View;
use crate::text::Pattern;
use crate::text::compiled;
use crate::text::is_slip;
use crate::text::units;

/// A function that rules may call, as `name(x, ...)` or `x.name(...)`.
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: &'static str,
    /// Fewest arguments, the target included.
    pub(crate) least: usize,
    /// Most arguments, the target included.
    pub(crate) most: usize,
    /// What it gives.
    pub(crate) doc: &'static str,
}

const fn function(name: &'static str, least: usize, most: usize, doc: &'static str) -> Function {
    Function { name, least, most, doc }
}

/// All functions, sorted.
pub(crate) const FUNCTIONS: &[Function] = &[
    function(
        "bytes",
        1,
        1,
        "the number that a Kubernetes quantity such as `20Gi` stands for; null for other text",
    ),
    function("contains", 2, 2, "whether text holds another text"),
    function("distinct", 1, 1, "a list of scalars without repetitions"),
    function("double", 1, 1, "the number that text or an integer stands for"),
    function("duration_seconds", 1, 1, "seconds of a duration such as `7d` or `1h30m`; null for other text"),
    function("endsWith", 2, 2, "whether text ends with another text"),
    function("flatten", 1, 1, "a list of lists as one list"),
    function("host", 1, 1, "the host of a URL in lower case; null for other text"),
    function("int", 1, 1, "the integer that text or a number stands for"),
    function("is_map_of_texts", 1, 1, "whether text is a JSON object whose values are all texts"),
    function("is_power_of_two", 1, 1, "whether an integer is a power of two"),
    function(
        "is_slip",
        2,
        2,
        "whether a name is another one but for a letter or two, or how letters are joined",
    ),
    function("join", 1, 2, "a list of texts as one text, with a separator"),
    function("keys", 1, 1, "the keys of a map, sorted"),
    function("lowerAscii", 1, 1, "text in lower case"),
    function("matches", 2, 2, "whether a regular expression (RE2) matches somewhere in text"),
    function("max", 1, 2, "the largest number of a list, or the larger of two"),
    function("min", 1, 2, "the smallest number of a list, or the smaller of two"),
    function(
        "not_multiple_of_previous",
        1,
        1,
        "the first number of a list that is no multiple of the one before it; null if there is none",
    ),
    function("path", 1, 1, "the path of a URL; null for other text"),
    function(
        "paths_overlap",
        2,
        2,
        "whether one of two paths is the other, or begins with it, letter by letter",
    ),
    function("port", 1, 1, "the port of a URL, also where it is its scheme's own; null for other text"),
    function("replace", 3, 3, "text with one text replaced by another"),
    function(
        "same_address",
        2,
        2,
        "whether two URLs are the same but for spelling: letters of the host, a dot at its end, its scheme's own port",
    ),
    function("scheme", 1, 1, "the scheme of a URL; null for other text"),
    function(
        "selector_fault",
        1,
        1,
        "what Loki would refuse a text for as a stream selector (`{app=\"x\"}`); null where it takes it",
    ),
    function("size", 1, 1, "how many items or characters; 0 for null"),
    function("sort", 1, 1, "a list of texts or numbers in order"),
    function("split", 2, 2, "text as a list, cut at a separator"),
    function("startsWith", 2, 2, "whether text starts with another text"),
    function("string", 1, 1, "a value as text"),
    function("sum", 1, 1, "the sum of a list of integers"),
    function("trim", 1, 1, "text without blanks around it"),
    function("upperAscii", 1, 1, "text in upper case"),
    function("values", 1, 1, "the values of a map, in order of their keys"),
];

/// The functions that take a variable and a condition, and their argument counts without the list.
pub(crate) const MACROS: &[(&str, usize, usize)] =
    &[("all", 2, 2), ("exists", 2, 2), ("exists_one", 2, 2), ("filter", 2, 2), ("map", 2, 3)];

/// The function of that name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.binary_search_by(|function| function.name.cmp(name)).ok().map(|index| &FUNCTIONS[index])
}

/// Calls a function. Arguments are known; parts of lists may not be.
pub(crate) fn call<'a>(name: &str, arguments: &[Value<'a>]) -> Outcome<'a> {
    #[cfg(test)]
    assert!(name != "panic_for_tests", "as a test asked for");
    match arguments {
        [value] => call_on_one(name, value),
        [value, other] => call_on_two(name, value, other),
        [value, from, to] if name == "replace" => {
            let (value, secret) = text(name, value)?;
            let (from, _) = text(name, from)?;
            let (to, tainted) = text(name, to)?;
            Ok(Value::Text { text: value.replace(from, to).into(), secret: secret || tainted })
        }
        _ => Err(no_such(name)),
    }
}

fn no_such(name: &str) -> Stop {
    Stop::Error(format!("there is no function `{name}` with that many arguments"))
}

fn call_on_one<'a>(name: &str, value: &Value<'a>) -> Outcome<'a> {
    let made = |text: String, secret| Ok(Value::Text { text: text.into(), secret });
    match name {
        "size" => size(value),
        "lowerAscii" => text(name, value).and_then(|(text, secret)| made(text.to_ascii_lowercase(), secret)),
        "upperAscii" => text(name, value).and_then(|(text, secret)| made(text.to_ascii_uppercase(), secret)),
        "trim" => text(name, value).and_then(|(text, secret)| made(text.trim().to_owned(), secret)),
        "string" => match value.view() {
            View::Text(..) => Ok(value.clone()),
            View::Bool(_) | View::Int(_) | View::Float(_) => made(value.render(), false),
            _ => Err(wrong(name, "a scalar", value)),
        },
        "int" => to_int(value),
        "double" => match value.view() {
            View::Float(_) => Ok(value.clone()),
            View::Text(text, _) => text.parse().map(Value::Float).map_err(|_| not_a("number")),
            view => super::operators::as_float(view)
                .map(Value::Float)
                .ok_or_else(|| wrong(name, "a number", value)),
        },
        "join" => join(value, ""),
        "keys" => match value.view() {
            View::Null => Ok(Value::list(Vec::new())),
            View::Map(entries) => Ok(Value::list(entries.keys())),
            _ => Err(wrong(name, "a map", value)),
        },
        "values" => match value.view() {
            View::Null => Ok(Value::list(Vec::new())),
            View::Map(entries) => Ok(Value::list(entries.values())),
            _ => Err(wrong(name, "a map", value)),
        },
        "distinct" => {
            let mut seen = BTreeSet::new();
            let mut kept = Vec::new();
            for item in items(name, value)? {
                let key = match item.view() {
                    View::Text(text, _) => format!("text {text}"),
                    View::Bool(value) => format!("bool {value}"),
                    View::Int(value) => format!("number {value}"),
                    // A whole number prints like the integer that it equals.
                    View::Float(value) => format!("number {value}"),
                    View::Null => String::new(),
                    View::Unknown(reason) => return Err(Stop::Unknown(reason.clone())),
                    View::List(_) | View::Map(_) => return Err(wrong(name, "a list of scalars", value)),
                };
                if seen.insert(key) {
                    kept.push(item);
                }
            }
            Ok(Value::list(kept))
        }
        "flatten" => {
            let mut flat = Vec::new();
            for item in items(name, value)? {
                match item.view() {
                    View::List(inner) => flat.extend(inner.to_vec()),
                    View::Null => {}
                    View::Unknown(reason) => return Err(Stop::Unknown(reason.clone())),
                    _ => flat.push(item),
                }
            }
            Ok(Value::list(flat))
        }
        "sort" => sorted(name, value).map(Value::list),
        "min" => Ok(sorted(name, value)?.first().cloned().unwrap_or(Value::Null)),
        "max" => Ok(sorted(name, value)?.last().cloned().unwrap_or(Value::Null)),
        "sum" => {
            let mut sum: i64 = 0;
            for item in items(name, value)? {
                match item.view() {
                    View::Int(value) => {
                        sum = sum.checked_add(value).ok_or_else(|| not_a("number in range"))?;
                    }
                    View::Unknown(reason) => return Err(Stop::Unknown(reason.clone())),
                    _ => return Err(wrong(name, "a list of integers", &item)),
                }
            }
            Ok(Value::Int(sum))
        }
        "is_power_of_two" => match value.view() {
            View::Int(number) => Ok(Value::Bool(u64::try_from(number).is_ok_and(u64::is_power_of_two))),
            _ => Err(wrong(name, "an integer", value)),
        },
        "is_map_of_texts" => text(name, value)
            .map(|(text, _)| Value::Bool(serde_json::from_str::<BTreeMap<String, String>>(text).is_ok())),
        "not_multiple_of_previous" => not_multiple_of_previous(name, value),
        "duration_seconds" => measured(name, value, units::duration_seconds),
        "bytes" => measured(name, value, units::quantity),
        "selector_fault" => {
            // No selector is as good as an empty text.
            let source = if matches!(value.view(), View::Null) { "" } else { text(name, value)?.0 };
            selector::fault(source).map_or(Ok(Value::Null), |fault| made(fault, false))
        }
        "host" | "scheme" | "path" | "port" => part_of_url(name, value),
        _ => Err(no_such(name)),
    }
}

fn call_on_two<'a>(name: &str, value: &Value<'a>, other: &Value<'a>) -> Outcome<'a> {
    if matches!(name, "min" | "max") {
        return call_on_one(name, &Value::list(vec![value.clone(), other.clone()]));
    }
    let (argument, _) = text(name, other)?;
    if name == "join" {
        return join(value, argument);
    }
    let (value, secret) = text(name, value)?;
    match name {
        "contains" => Ok(Value::Bool(value.contains(argument))),
        "startsWith" => Ok(Value::Bool(value.starts_with(argument))),
        "endsWith" => Ok(Value::Bool(value.ends_with(argument))),
        "same_address" => Ok(Value::Bool(same_address(value, argument))),
        "is_slip" => Ok(Value::Bool(is_slip(value, argument))),
        "paths_overlap" => Ok(Value::Bool(paths::overlap(value, argument))),
        "split" => {
            let part = |part: &str| Value::Text { text: part.to_owned().into(), secret };
            Ok(Value::list(value.split(argument).map(part).collect()))
        }
        _ => Err(no_such(name)),
    }
}

/// A compiled pattern.
pub(crate) fn pattern(source: &str) -> Result<Pattern, String> {
    compiled(source).map_err(|fault| format!("`matches` has a bad pattern: {fault}"))
}

fn wrong(name: &str, wanted: &str, value: &Value<'_>) -> Stop {
    Stop::Error(format!("`{name}` needs {wanted}, and there is {}", value.type_name()))
}

fn not_a(what: &str) -> Stop {
    Stop::Error(format!("a value is not a {what}"))
}

/// Text, and whether it is secret.
pub(super) fn text<'v>(name: &str, value: &'v Value<'_>) -> Result<(&'v str, bool), Stop> {
    match value.view() {
        View::Text(text, secret) => Ok((text, secret)),
        View::Unknown(reason) => Err(Stop::Unknown(reason.clone())),
        _ => Err(wrong(name, "text", value)),
    }
}

/// The items of a list; none for null.
fn items<'a>(name: &str, value: &Value<'a>) -> Result<Vec<Value<'a>>, Stop> {
    match value.view() {
        View::List(items) => Ok(Items::to_vec(items)),
        View::Null => Ok(Vec::new()),
        _ => Err(wrong(name, "a list", value)),
    }
}

fn size<'a>(value: &Value<'_>) -> Outcome<'a> {
    let size = match value.view() {
        View::Null => 0,
        View::Text(text, _) => text.chars().count(),
        View::List(items) => items.len(),
        View::Map(entries) => entries.len(),
        _ => return Err(wrong("size", "a list, a map or text", value)),
    };
    Ok(Value::Int(i64::try_from(size).unwrap_or(i64::MAX)))
}

fn to_int<'a>(value: &Value<'_>) -> Outcome<'a> {
    match value.view() {
        View::Int(value) => Ok(Value::Int(value)),
        View::Text(text, _) => text.trim().parse().map(Value::Int).map_err(|_| not_a("whole number")),
        View::Float(value) => whole(value.trunc()).ok_or_else(|| not_a("number in range")),
        _ => Err(wrong("int", "a number or text", value)),
    }
}

/// An integer where a number is whole.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
fn whole<'a>(number: f64) -> Option<Value<'a>> {
    (number.fract() == 0.0 && number.abs() < 9.0e18).then_some(Value::Int(number as i64))
}

fn join<'a>(value: &Value<'_>, separator: &str) -> Outcome<'a> {
    let mut joined = String::new();
    let mut any_secret = false;
    for (index, item) in items("join", value)?.iter().enumerate() {
        if index > 0 {
            joined.push_str(separator);
        }
        let (text, secret) = text("join", item)?;
        any_secret |= secret;
        joined.push_str(text);
    }
    Ok(Value::Text { text: joined.into(), secret: any_secret })
}

/// The items in order; all must be texts or all numbers.
fn sorted<'a>(name: &str, value: &Value<'a>) -> Result<Vec<Value<'a>>, Stop> {
    let mut list = items(name, value)?;
    for item in &list {
        match (item.view(), list.first().map(Value::view)) {
            (View::Unknown(reason), _) => return Err(Stop::Unknown(reason.clone())),
            (View::Text(..), Some(View::Text(..)))
            | (View::Int(_) | View::Float(_), Some(View::Int(_) | View::Float(_))) => {}
            _ => return Err(wrong(name, "texts or numbers", item)),
        }
    }
    list.sort_by(|a, b| match (a.view(), b.view()) {
        (View::Text(a, _), View::Text(b, _)) => a.cmp(b),
        (a, b) => super::value::compare_numbers(a, b).unwrap_or(std::cmp::Ordering::Equal),
    });
    Ok(list)
}

/// The first number that is no multiple of the one before it. Nothing is a multiple of 0.
fn not_multiple_of_previous<'a>(name: &str, value: &Value<'a>) -> Outcome<'a> {
    let mut previous: Option<f64> = None;
    for item in items(name, value)? {
        let number = match item.view() {
            View::Unknown(reason) => return Err(Stop::Unknown(reason.clone())),
            view => {
                super::operators::as_float(view).ok_or_else(|| wrong(name, "a list of numbers", &item))?
            }
        };
        if previous.is_some_and(|previous| previous == 0.0 || number % previous != 0.0) {
            return Ok(item);
        }
        previous = Some(number);
    }
    Ok(Value::Null)
}

/// A number with a unit; null for null and for text that is none.
fn measured<'a>(name: &str, value: &Value<'_>, read: fn(&str) -> Option<f64>) -> Outcome<'a> {
    match value.view() {
        View::Text(text, _) => {
            Ok(read(text.trim()).map_or(Value::Null, |number| whole(number).unwrap_or(Value::Float(number))))
        }
        // `retention: 0` is written without a unit; any other bare number is a count of bytes, but no duration.
        View::Int(number) if name == "bytes" || number == 0 => Ok(Value::Int(number)),
        View::Null | View::Int(_) | View::Float(_) => Ok(Value::Null),
        _ => Err(wrong(name, "text", value)),
    }
}

/// Whether two URLs lead to the same place, however they are spelt. Texts that are no URLs lead nowhere.
fn same_address(one: &str, two: &str) -> bool {
    let parsed = |text: &str| {
        let mut url = url::Url::parse(text.trim()).ok()?;
        let host = url.host_str()?.strip_suffix('.').map(str::to_owned);
        host.map_or(Ok(()), |host| url.set_host(Some(&host))).ok()?;
        Some(url)
    };
    parsed(one).is_some_and(|one| Some(one) == parsed(two))
}

fn part_of_url<'a>(name: &str, value: &Value<'_>) -> Outcome<'a> {
    if matches!(value.view(), View::Null) {
        return Ok(Value::Null);
    }
    let (source, secret) = text(name, value)?;
    let Ok(url) = url::Url::parse(source.trim()) else { return Ok(Value::Null) };
    let part = match name {
        "host" => url.host_str().map(str::to_ascii_lowercase),
        "scheme" => Some(url.scheme().to_owned()),
        "path" => Some(url.path().to_owned()),
        _ => return Ok(url.port_or_known_default().map_or(Value::Null, |port| Value::Int(port.into()))),
    };
    Ok(part.map_or(Value::Null, |part| Value::Text { text: part.into(), secret }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_sorted_so_that_they_can_be_found() {
        assert!(FUNCTIONS.is_sorted_by(|a, b| a.name < b.name));
        for function in FUNCTIONS {
            assert!(find(function.name).is_some());
            let arguments = vec![Value::Null; function.least];
            let outcome = call(function.name, &arguments);
            assert!(!matches!(&outcome, Err(Stop::Error(text)) if text.contains("there is no function")));
        }
    }

    #[test]
    fn tells_spellings_of_an_address_from_others() {
        let agreed = "http://loki.example/push";
        for same in
            ["http://loki.example/push", "http://LOKI.example.:80/push", " http://loki.example:80/push"]
        {
            assert!(same_address(same, agreed), "{same}");
        }
        for other in [
            "https://loki.example/push",
            "http://loki.example:81/push",
            "http://loki.example/push/",
            "http://loki.example/push?x",
            "http://me@loki.example/push",
            "http://loki.example.org/push",
            "loki.example/push",
            "",
        ] {
            assert!(!same_address(other, agreed), "{other}");
            assert!(!same_address(agreed, other), "{other}");
        }
        assert!(same_address("http://loki.example", "http://loki.example/"));
        assert!(!same_address("x", "x"), "no URLs");
    }

    #[test]
    fn tells_powers_of_two() {
        for (number, expected) in
            [(1, true), (2, true), (16384, true), (0, false), (-4, false), (16383, false)]
        {
            assert_eq!(
                call("is_power_of_two", &[Value::Int(number)]).unwrap().render(),
                expected.to_string()
            );
        }
    }

    #[test]
    fn finds_the_first_number_that_is_no_multiple_of_the_one_before() {
        let of = |numbers: &[i64]| {
            let list = Value::list(numbers.iter().map(|number| Value::Int(*number)).collect());
            call("not_multiple_of_previous", &[list]).unwrap().render()
        };
        assert_eq!(of(&[7200, 43200, 86400]), of(&[]));
        assert_eq!(of(&[7200, 43200, 64800, 86400]), "64800");
        assert_eq!(of(&[0, 43200]), "43200");
    }

    #[test]
    fn tells_json_objects_of_texts() {
        let of = |text: &str| {
            let value = Value::Text { text: text.to_owned().into(), secret: false };
            call("is_map_of_texts", &[value]).unwrap().render()
        };
        assert_eq!(of(r#"{"a": "b"}"#), "true");
        for text in [r#"["a"]"#, r#"{"a": 1}"#, "a", ""] {
            assert_eq!(of(text), "false", "{text}");
        }
    }
}
