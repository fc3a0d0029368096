//! Turns paths into what they lead to: `file.path_join` and `json_path`.

use super::Argument;
use crate::model::eval::json;
use crate::model::eval::traced::Kind;
use crate::model::eval::traced::Traced;

/// `file.path_join`: joins what is not empty and cleans the path, without looking at the file system.
pub(super) fn path_join(arguments: &[Argument]) -> Traced {
    let parts: Vec<&[u8]> = arguments.iter().map(Argument::text).skip_while(|part| part.is_empty()).collect();
    if parts.is_empty() {
        return Traced::text("");
    }
    Traced::text(clean(&parts.join(&b'/')))
}

/// Go's `filepath.Clean` on Unix.
fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.first() == Some(&b'/');
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => match parts.last() {
                Some(last) if *last != b".." => {
                    parts.pop();
                }
                // Nothing is above the root.
                _ if rooted => {}
                _ => parts.push(part),
            },
            _ => parts.push(part),
        }
    }
    let joined = parts.join(&b'/');
    if rooted {
        [b"/".as_slice(), &joined].concat()
    } else if joined.is_empty() {
        b".".to_vec()
    } else {
        joined
    }
}

/// `json_path(text, path)`: a list of what the path leads to. Names and non-negative indexes are followed, such as
/// `$.a.b[0]`, `['a b']`, `.*` and `[*]`; filters, slices and descents leave the result unknown.
pub(super) fn json_path(arguments: &[Argument]) -> Traced {
    let [text, path] = arguments else { return Traced::null() };
    // Its JSON reader takes more than JSON, so a refusal here decides nothing.
    let Ok(value) = json::parse(text.text(), json::Numbers::Integers) else {
        return Traced::unknown("json_path is not followed for this text");
    };
    let Some(steps) = std::str::from_utf8(path.text()).ok().and_then(steps) else {
        return Traced::unknown("json_path is not followed for this path");
    };
    let mut found = vec![value];
    for step in steps {
        found = found.iter().flat_map(|value| follow(value, &step)).collect();
    }
    Traced::array(found)
}

/// One step of a path.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Name(String),
    Index(usize),
    All,
}

fn steps(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.strip_prefix('$').unwrap_or(path);
    let bare = rest.len() == path.len();
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (inside, after) = inner.split_once(']')?;
            steps.push(match inside {
                "*" => Step::All,
                _ if inside.bytes().all(|byte| byte.is_ascii_digit()) => Step::Index(inside.parse().ok()?),
                _ => {
                    let name = inside.strip_prefix('\'')?.strip_suffix('\'')?;
                    if name.contains(['\'', '\\']) {
                        return None;
                    }
                    Step::Name(name.to_owned())
                }
            });
            rest = after;
            continue;
        }
        let dotted = rest.strip_prefix('.');
        if dotted.is_none() && !(bare && steps.is_empty()) {
            return None;
        }
        let name = dotted.unwrap_or(rest);
        let (name, after) = name.split_at(name.find(['.', '[']).unwrap_or(name.len()));
        steps.push(match name {
            "*" => Step::All,
            _ if !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_') => {
                Step::Name(name.to_owned())
            }
            _ => return None,
        });
        rest = after;
    }
    Some(steps)
}

fn follow(value: &Traced, step: &Step) -> Vec<Traced> {
    match (&value.kind, step) {
        (Kind::Object(fields), Step::Name(name)) => fields.get(name.as_str()).cloned().into_iter().collect(),
        (Kind::Object(fields), Step::All) => fields.values().cloned().collect(),
        (Kind::Array(items), Step::Index(index)) => items.get(*index).cloned().into_iter().collect(),
        (Kind::Array(items), Step::All) => items.as_ref().clone(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleans_paths_as_go_does() {
        for (path, cleaned) in [
            ("a//b/", "a/b"),
            ("/a/../../b", "/b"),
            ("..", ".."),
            ("../../a", "../../a"),
            ("a/..", "."),
            ("/", "/"),
        ] {
            assert_eq!(String::from_utf8(clean(path.as_bytes())).unwrap(), cleaned);
        }
    }

    #[test]
    fn reads_plain_steps_and_leaves_the_rest() {
        let name = |name: &str| Step::Name(name.to_owned());
        assert_eq!(steps("$.a[0]['b c'].*"), Some(vec![name("a"), Step::Index(0), name("b c"), Step::All]));
        assert_eq!(steps(".a"), Some(vec![name("a")]));
        assert_eq!(steps("a.b"), Some(vec![name("a"), name("b")]));
        for path in ["$..a", "$[1:2]", "$[-1]", "$[?(@.a > 1)]", "$.a..b"] {
            assert_eq!(steps(path), None, "{path}");
        }
    }
}
