//! Tells texts that are secrets from those that only say where one is.

use crate::document::is_hook;
use crate::document::is_secret_name;
use crate::document::url_passwords;

/// Whether a text is filled in when Grafana starts: from a variable, a file or a vault. Also whether a template still has
/// to be rendered.
pub(super) fn is_filled_in(text: &str) -> bool {
    let text = text.trim();
    text.contains("${") || text.contains("$__") || text.contains("{{") || is_variable(text)
}

/// Whether all of a text is one variable, as Grafana's provisioning takes it without braces: `$TOKEN`.
fn is_variable(text: &str) -> bool {
    text.strip_prefix('$')
        .is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

/// What kind of secret the text of a setting is that may hold one; `None` if it holds none.
pub(super) fn in_setting(key: &str, text: &str) -> Option<&'static str> {
    match key {
        "url" | "oncall_url" | "sentry_dsn" => has_password(text).then_some("a password"),
        "connstr" => text
            .split([',', ' '])
            .any(|part| part.trim().strip_prefix("password=").is_some_and(|rest| !rest.is_empty()))
            .then_some("a password"),
        // What the image has before anybody sets it.
        "renderer_token" if text == "-" => None,
        key if key.contains("password") || key == "cert_pass" => Some("a password"),
        key if key.contains("token") => Some("a token"),
        _ => Some("a key"),
    }
}

/// Whether a URL names a password.
pub(super) fn has_password(text: &str) -> bool {
    url_passwords(text)
        .iter()
        .any(|span| text.get(span.start as usize..span.end as usize).is_some_and(|text| !text.is_empty()))
}

/// What the text under a name in a data source's or contact point's settings gives away; `None` for nothing.
pub(super) fn under_name(name: &str, text: &str) -> Option<&'static str> {
    if text.trim().is_empty() || is_filled_in(text) {
        return None;
    }
    if has_password(text) {
        return Some("a password");
    }
    if is_hook(text) {
        return Some("an address that lets anyone write");
    }
    // What else is an address says where something is.
    if text.starts_with("http://") || text.starts_with("https://") {
        return None;
    }
    let words: String = name.chars().fold(String::new(), |mut words, c| {
        // `integrationKey` as `integration_key`.
        if c.is_ascii_uppercase() {
            words.push('_');
        }
        words.push(c.to_ascii_lowercase());
        words
    });
    let own = ["integration_key", "routing_key", "service_key", "user_key", "private_key", "tls_client_key"];
    if own.contains(&words.as_str()) || is_secret_name(&words) || is_secret_name(name) {
        return Some(if words.contains("password") {
            "a password"
        } else if words.contains("token") {
            "a token"
        } else {
            "a key"
        });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_filled_in_later_are_no_secrets() {
        for text in
            ["$TOKEN", "${TOKEN}", "$__file{/x}", "$__env{A}", "postgres://u:${P}@h/d", "{{ .Values.a }}"]
        {
            assert!(is_filled_in(text), "{text}");
        }
        assert!(!is_filled_in("pa$$word"));
        assert!(!is_filled_in("$"));
    }

    #[test]
    fn only_an_address_with_a_password_is_a_secret() {
        assert_eq!(in_setting("url", "postgres://grafana:hush@db/grafana"), Some("a password"));
        assert_eq!(in_setting("url", "postgres://grafana@db/grafana"), None);
        assert_eq!(in_setting("connstr", "addr=a:1,password=x,db=0"), Some("a password"));
        assert_eq!(in_setting("connstr", "addr=a:1"), None);
        assert_eq!(in_setting("client_secret", "x"), Some("a key"));
    }

    #[test]
    fn names_and_addresses_of_hooks_tell_secrets() {
        assert_eq!(under_name("apiKey", "abc"), Some("a key"));
        assert_eq!(under_name("apiKey", "${KEY}"), None);
        assert_eq!(under_name("integrationKey", "abc"), Some("a key"));
        assert_eq!(under_name("basicAuthPassword", "abc"), Some("a password"));
        assert_eq!(
            under_name("url", "https://hooks.slack.com/services/T/B/x"),
            Some("an address that lets anyone write")
        );
        assert_eq!(under_name("apiUrl", "https://api.opsgenie.com/v2/alerts"), None);
        assert_eq!(under_name("tokenUri", "https://accounts.example.org/token"), None);
        assert_eq!(under_name("sendTagsAs", "tags"), None);
        assert_eq!(under_name("message", "token expired"), None);
    }
}
