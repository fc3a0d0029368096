//! Turns the facts of a stack into the places of its secrets, so that no report shows them with their lines.

use crate::document::Documents;
use crate::document::Place;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::Subject;
use crate::model::alloy::is_secret_name;
use crate::text::Span;

/// Places whose text must not be shown: secret literals, and passwords inside of URLs. Sorted, each once.
pub(super) fn places(subjects: &[Subject], documents: &Documents) -> Vec<Place> {
    let mut found = Vec::new();
    let mut todo: Vec<&Fact> = subjects.iter().map(|subject| &subject.facts).collect();
    while let Some(fact) = todo.pop() {
        match (&fact.value, fact.place) {
            (FactValue::Map(entries), _) => {
                for (name, entry) in entries {
                    match (&entry.value, entry.place) {
                        (FactValue::Text(_), Some(place)) if names_secret(name) => found.push(place),
                        _ => todo.push(entry),
                    }
                }
            }
            (FactValue::List(items), _) => todo.extend(items),
            (FactValue::Secret(_), Some(place)) if is_literal(documents, place) => found.push(place),
            (FactValue::Text(text), Some(place)) if text.contains('@') => {
                found.extend(password_in(documents.slice(place)).map(|within| Place {
                    span: Span::new(place.span.start + within.start, place.span.start + within.end),
                    ..place
                }));
            }
            _ => {}
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a field of that name holds a secret, and not where one is.
fn names_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let elsewhere = ["name", "ref"].iter().any(|end| name.ends_with(end));
    name == "authorization" || is_secret_name(&name) && !elsewhere
}

/// Whether the text at a place holds the value itself, and is not a reference to where it is.
fn is_literal(documents: &Documents, place: Place) -> bool {
    const QUOTES: [char; 3] = ['"', '`', '\''];
    let document = documents.document(place.doc);
    let before = document.text.get(..place.span.start as usize).and_then(|text| text.chars().next_back());
    document.alloy().is_none()
        || before.is_some_and(|before| QUOTES.contains(&before))
        || documents.slice(place).contains(QUOTES)
}

/// The password in the text of a URL: `https://user:HERE@host`. The last `@` before the path ends it, as readers of
/// URLs have it.
fn password_in(text: &str) -> Option<Span> {
    let authority = text.find("://")? + 3;
    let rest = text.get(authority..)?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let user_info = rest.get(..end)?.rfind('@')?;
    let colon = rest.get(..user_info)?.find(':')?;
    let at = |offset: usize| u32::try_from(authority + offset).ok();
    Some(Span::new(at(colon + 1)?, at(user_info)?))
}

#[cfg(test)]
mod tests {
    use super::names_secret;
    use super::password_in;

    #[test]
    fn fields_that_say_where_a_secret_is_are_shown() {
        let shown = ["password_file", "secretName", "secretKeyRef", "username", "token_url"];
        let hidden = ["password", "adminPassword", "secret_access_key", "bearer_token", "Authorization"];
        assert_eq!(shown.map(names_secret), [false; 5]);
        assert_eq!(hidden.map(names_secret), [true; 5]);
    }

    #[test]
    fn password_stands_between_the_first_colon_and_the_last_at_sign() {
        for (text, password) in [
            ("https://heron:pa@ss:1@mimir.example.com:443/push?x=@", Some("pa@ss:1")),
            ("see https://heron:x@mimir.example.com", Some("x")),
            ("https://heron@mimir.example.com:443/a:b@c", None),
            ("https://mimir.example.com/a:b@c", None),
            ("heron:x@mimir", None),
        ] {
            assert_eq!(password_in(text).map(|span| span.slice(text)), password, "{text}");
        }
    }
}
