//! Turns the settings of a Grafana into what several of them mean together.

use super::settings::Settings;
use super::variables::Variables;
use crate::model::fact::Fact;

/// What Grafana calls its maker for, each by a switch of `analytics`.
const CALLS: [&str; 3] = ["reporting_enabled", "check_for_updates", "check_for_plugin_updates"];

/// Whom else it or its users' browsers contact: section, key, the word that is on, whom, and what to set.
const CONTACTS: [(&str, &str, bool, &str, &str); 3] = [
    ("security", "disable_gravatar", false, "gravatar.com", "`security.disable_gravatar: true`"),
    (
        "plugins",
        "public_key_retrieval_disabled",
        false,
        "grafana.com for the keys of plugins",
        "`plugins.public_key_retrieval_disabled: true`",
    ),
    ("news", "news_feed_enabled", true, "grafana.com for its news", "`news.news_feed_enabled: false`"),
];

/// Sections that let people in by themselves. `auth.basic` is Grafana's own form, which is on everywhere; anonymous
/// access is told by itself.
const LOGINS: [&str; 11] = [
    "auth.azuread",
    "auth.generic_oauth",
    "auth.github",
    "auth.gitlab",
    "auth.google",
    "auth.grafana_com",
    "auth.grafananet",
    "auth.jwt",
    "auth.ldap",
    "auth.okta",
    "auth.saml",
];

/// The switches by which Grafana calls its maker and that are on. One that stands in the wrong section is told there.
pub(super) fn calls_home(settings: &Settings, variables: &Variables) -> Fact {
    let misplaced = |key: &str| !settings.written("plugins", key).is_null();
    let on = CALLS.iter().filter(|key| !misplaced(key)).filter_map(|key| {
        let switch = settings.effective("analytics", key, variables);
        (switch.bool() == Some(true))
            .then(|| Fact::map([("key", Fact::new(*key, switch.place))], switch.place))
    });
    Fact::list(on.collect::<Vec<_>>(), settings.written("analytics", "").place)
}

/// Whom else Grafana contacts by itself.
pub(super) fn contacts(settings: &Settings, variables: &Variables) -> Fact {
    let on = CONTACTS.iter().filter_map(|(section, key, on, whom, remedy)| {
        let switch = settings.effective(section, key, variables);
        let entries =
            [("whom", Fact::new(*whom, switch.place)), ("remedy", Fact::new(*remedy, switch.place))];
        (switch.bool() == Some(*on)).then(|| Fact::map(entries, switch.place))
    });
    Fact::list(on.collect::<Vec<_>>(), settings.written("security", "").place)
}

/// The logins that are on beside Grafana's own form.
pub(super) fn other_logins(settings: &Settings, variables: &Variables) -> Fact {
    let on = LOGINS.iter().filter_map(|section| {
        let switch = settings.effective(section, "enabled", variables);
        (switch.bool() == Some(true))
            .then(|| Fact::map([("section", Fact::new(*section, switch.place))], switch.place))
    });
    Fact::list(on.collect::<Vec<_>>(), None)
}

/// Whether Grafana keeps its database in a file; null where something unseen may say otherwise.
pub(super) fn on_sqlite(settings: &Settings, variables: &Variables) -> Fact {
    let url = settings.written("database", "url");
    let kind = settings.effective("database", "type", variables);
    match kind.text() {
        Some("sqlite3") if url.is_null() && variables.complete => Fact::new(true, kind.place),
        Some("sqlite3") if url.is_null() => Fact::absent(kind.place),
        Some(_) => Fact::new(false, kind.place),
        None => Fact::absent(kind.place),
    }
}
