//! Turns single words of the command line into what they stand for.

use clap::ValueEnum;

use crate::config::is_domain;
use crate::finding::Profile;
use crate::finding::Severity;
use crate::model;
use crate::model::Chart;
use crate::model::Expected;
use crate::model::Minor;
use crate::model::Store;
use crate::text::Day;

/// Severities as the command line knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FailOn {
    /// Only leaks, losses and outages.
    Error,
    /// Also deviations from what was agreed.
    Warning,
    /// Also what is worth knowing.
    Info,
}

impl From<FailOn> for Severity {
    fn from(fail_on: FailOn) -> Self {
        match fail_on {
            FailOn::Error => Self::Error,
            FailOn::Warning => Self::Warning,
            FailOn::Info => Self::Info,
        }
    }
}

/// Profiles as the command line knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ProfileArg {
    /// What any user of Alloy, Mimir, Loki or Grafana wants.
    Stack,
    /// Also what Posit Team Dedicated agreed on.
    Ptd,
    /// The same without doubts and deviations.
    Strict,
}

impl From<ProfileArg> for Profile {
    fn from(profile: ProfileArg) -> Self {
        match profile {
            ProfileArg::Stack => Self::Stack,
            ProfileArg::Ptd => Self::Ptd,
            ProfileArg::Strict => Self::Strict,
        }
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ColorArg {
    /// On terminals.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Shells that completions can be made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ShellArg {
    /// GNU Bash.
    Bash,
    /// Elvish.
    Elvish,
    /// Fish.
    Fish,
    /// PowerShell.
    Powershell,
    /// Zsh.
    Zsh,
    /// Nushell.
    Nushell,
}

/// Kinds of input as the command line knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum KindArg {
    /// Recognised by content.
    Auto,
    /// Values of the chart alloy.
    AlloyValues,
    /// Values of the chart mimir-distributed.
    MimirValues,
    /// Values of the chart loki.
    LokiValues,
    /// Values of the chart grafana.
    GrafanaValues,
    /// An Alloy program.
    Alloy,
    /// Mimir's own configuration.
    Mimir,
    /// Loki's own configuration.
    Loki,
    /// Grafana's own configuration.
    GrafanaIni,
    /// Kubernetes objects.
    Manifests,
}

impl From<KindArg> for Expected {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Auto => Self::Any,
            KindArg::AlloyValues => Self::Values(Chart::Alloy),
            KindArg::MimirValues => Self::Values(Chart::Mimir),
            KindArg::LokiValues => Self::Values(Chart::Loki),
            KindArg::GrafanaValues => Self::Values(Chart::Grafana),
            KindArg::Alloy => Self::Alloy,
            KindArg::Mimir => Self::Store(Store::Mimir),
            KindArg::Loki => Self::Store(Store::Loki),
            KindArg::GrafanaIni => Self::GrafanaIni,
            KindArg::Manifests => Self::Manifests,
        }
    }
}

/// A store and the version to judge it by.
pub(super) fn assumed(text: &str) -> Result<(Store, Minor), String> {
    let (store, version) = text.split_once('=').ok_or_else(|| {
        "a store and its version are expected here, such as `mimir=3.0` or `loki=next`".to_owned()
    })?;
    model::store::wanted(store.trim(), version.trim())
}

/// A day.
pub(super) fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "a date is expected here, such as `2027-01-31`".to_owned())
}

/// The domain of a control room.
pub(super) fn domain(text: &str) -> Result<String, String> {
    if is_domain(text) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("a domain is expected here, such as `cr.example.com`, without scheme, port or path".to_owned())
    }
}

/// The name of a namespace.
pub(super) fn namespace(text: &str) -> Result<String, String> {
    if is_label(text) {
        Ok(text.to_owned())
    } else {
        Err("the name of a namespace is expected here: lower-case letters, digits and `-`".to_owned())
    }
}

/// A service account, as its namespace and name.
pub(super) fn account(text: &str) -> Result<(String, String), String> {
    let named = text.split_once('/').filter(|(home, name)| is_label(home) && name.split('.').all(is_label));
    let (home, name) =
        named.ok_or("a service account is expected here, such as `ptd-lint/ptd-lint`".to_owned())?;
    Ok((home.to_owned(), name.to_owned()))
}

/// Whether a text is a label of RFC 1123, which the names of namespaces are.
fn is_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}
