//! What may stand in a declaration: every text is checked before any template sees it.

use super::wanted::Taint;
use crate::config::is_domain;
use crate::model::looks_unfilled;

/// A kind of text: whether one is of this kind, and how it is said.
#[derive(Clone, Copy)]
pub(super) struct Word {
    fits: fn(&str) -> bool,
    /// What is expected, with an example.
    expected: &'static str,
    /// Whether letters are written small.
    lower: bool,
}

impl Word {
    /// The text, or why it is not taken.
    pub(super) fn read(self, text: &str) -> Result<String, String> {
        let text = if self.lower { text.to_ascii_lowercase() } else { text.to_owned() };
        if (self.fits)(&text) {
            Ok(text)
        } else {
            Err(format!("`{}` is not {}", shown(&text), self.expected))
        }
    }
}

/// Where a workload runs.
pub(super) const CLOUD: Word =
    Word { fits: |text| matches!(text, "aws" | "azure"), expected: "a cloud: `aws` or `azure`", lower: true };

/// The compound name. Buckets are named `ptd-NAME-RELEASE-mimir`, of at most 63 letters.
pub(super) const WORKLOAD: Word = Word {
    fits: |text| is_label(text, 40) && text.starts_with(|first: char| first.is_ascii_lowercase()),
    expected: "a workload's name: small letters, digits and `-`, such as `acme01-production`, at most 40",
    lower: false,
};

/// The release of a cluster.
pub(super) const RELEASE: Word = Word {
    fits: |text| is_label(text, 12),
    expected: "a cluster's release, such as `20260115`",
    lower: false,
};

/// A region.
pub(super) const REGION: Word = Word {
    fits: |text| is_label(text, 32),
    expected: "a region, such as `us-east-2` or `eastus2`",
    lower: false,
};

/// An AWS account.
pub(super) const ACCOUNT: Word = Word {
    fits: |text| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()),
    expected: "an AWS account: 12 digits",
    lower: false,
};

/// An Azure tenant.
pub(super) const TENANT: Word = Word { fits: is_uuid, expected: "an Azure tenant: a UUID", lower: true };

/// An Azure subscription.
pub(super) const SUBSCRIPTION: Word =
    Word { fits: is_uuid, expected: "an Azure subscription: a UUID", lower: true };

/// A domain.
pub(super) const DOMAIN: Word = Word {
    fits: |text| {
        is_domain(text)
            && text.contains('.')
            && text.split('.').all(|part| is_label(part, 63))
            && text.len() <= 200
    },
    expected: "a domain, such as `acme.example.com`, without scheme, port or path",
    lower: true,
};

/// The name of a site.
pub(super) const SITE: Word = Word {
    fits: |text| is_label(text, 40),
    expected: "a site's name: small letters, digits and `-`",
    lower: false,
};

/// What stands before a domain.
pub(super) const PREFIX: Word = Word {
    fits: |text| text.split('.').all(|part| is_label(part, 63)) && text.len() <= 100,
    expected: "what may stand before a domain, such as `dev`",
    lower: true,
};

/// A value of a label.
pub(super) const LABEL: Word = Word {
    // Charts fill in their values as templates: no quotes keep `{{` from them.
    fits: |text| {
        let fits = !text.trim().is_empty() && text.chars().count() <= 128;
        fits && !text.chars().any(char::is_control) && !looks_unfilled(text) && !text.contains("}}")
    },
    expected: "a label's value: 1 to 128 letters on one line, without `{{`, `}}` and what else marks a gap (`%s`, `<nil>`)",
    lower: false,
};

/// A length of time, as both stores read it.
pub(super) const PERIOD: Word = Word {
    fits: |text| {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let unit = text.get(digits.len()..).unwrap_or_default();
        matches!(unit, "h" | "d" | "w" | "y")
            && digits.parse::<u32>().is_ok_and(|number| number > 0)
            && digits.len() <= 6
            && !digits.starts_with(['0', '+'])
    },
    expected: "a length of time: a number and `h`, `d`, `w` or `y`, such as `30d`",
    lower: false,
};

/// Which pods may reach which.
pub(super) const TRUST: Word = Word {
    fits: |text| matches!(text, "FULL" | "SAMESITE" | "ZERO"),
    expected: "a level of trust: FULL, SAMESITE or ZERO",
    lower: false,
};

/// A taint: `KEY` or `KEY=VALUE`.
pub(super) fn taint(text: &str) -> Result<Taint, String> {
    let (key, value) = text.split_once('=').map_or((text, None), |(key, value)| (key, Some(value)));
    let name = |text: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        text.len() <= 63 && text.chars().all(inner) && ends(text.chars().next()) && ends(text.chars().last())
    };
    let (folder, own) = key.rsplit_once('/').map_or((None, key), |(folder, own)| (Some(folder), own));
    if name(own) && folder.is_none_or(is_domain) && value.is_none_or(name) {
        Ok(Taint { key: key.to_owned(), value: value.map(str::to_owned) })
    } else {
        Err(format!("`{}` is not a taint: write `KEY` or `KEY=VALUE`, such as `nvidia.com/gpu`", shown(text)))
    }
}

/// Whose identity it is, and the identity: `PART=UUID`.
pub(super) fn identity(text: &str) -> Result<(String, String), String> {
    let found = text.split_once('=').filter(|(part, id)| PARTS.contains(part) && is_uuid(id));
    let found = found.map(|(part, id)| (part.to_owned(), id.to_ascii_lowercase()));
    found.ok_or_else(|| {
        format!("`{}` is not an identity: write PART=UUID, with one of {}", shown(text), PARTS.join(", "))
    })
}

/// The programs that use the cloud by an identity.
pub(super) const PARTS: [&str; 3] = ["alloy", "mimir", "loki"];

/// A part of a host's name.
fn is_label(text: &str, longest: usize) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty()
        && text.len() <= longest
        && text.chars().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

/// A text in a message: not all of a long one.
fn shown(text: &str) -> String {
    let start: String = text.chars().take(60).collect();
    if start.len() < text.len() { format!("{start}...") } else { start }
}
