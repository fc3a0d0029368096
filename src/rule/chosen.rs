//! Turns selectors (`loki-*`, `grafana`, `log-boundary`, `ALL`) into the rules of a run, each with the reason.
//!
//! Three layers speak, weakest first: the profile, the settings file, the command line. Within a layer the more specific
//! selector wins, and of two equal ones the one that ignores. A layer with `select` starts anew; what a weaker layer
//! ignores stays ignored there, unless the stronger one names it at least as specifically. Ruff does the same.

use crate::finding::Invariant;
use crate::finding::Profile;
use crate::finding::Severity;
use crate::text::fits_stars;
use crate::text::suggest;

/// Selects every rule of the profile.
pub(crate) const ALL: &str = "ALL";

/// What a rule is chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plate<'r> {
    /// Its id.
    pub(crate) id: &'r str,
    /// The folder below `rules/`; empty for a user's rule that replaces none.
    pub(crate) family: &'r str,
    /// The promise that it guards.
    pub(crate) invariant: Invariant,
    /// How much harm its findings mean, where nobody says otherwise.
    pub(crate) severity: Severity,
    /// Whether its findings leave the verdict alone.
    pub(crate) advisory: bool,
    /// The first profile that it stands in.
    pub(crate) profile: Profile,
    /// In the profile `stack`: the key of the settings without which it is left out.
    pub(crate) if_declared: Option<&'r str>,
}

/// What one layer says of the rules. Every selector is one that [`fault`] has nothing against.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wish<'w> {
    /// These, in place of what weaker layers chose; empty where nothing is said.
    pub(crate) select: Vec<&'w str>,
    /// These too.
    pub(crate) extend_select: Vec<&'w str>,
    /// Not these.
    pub(crate) ignore: Vec<&'w str>,
    /// These with another severity, or (`None`) not at all.
    pub(crate) severities: Vec<(&'w str, Option<Severity>)>,
}

/// Who speaks of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layer {
    /// `ptd-lint.yaml`.
    Settings,
    /// The command line.
    CommandLine,
}

/// Why a rule runs or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Why {
    /// It stands in the profile.
    InProfile,
    /// It does not.
    NotInProfile,
    /// It would, if the settings had this key.
    NotDeclared(String),
    /// A selector asks for it.
    Selected(Layer, String),
    /// A selector leaves it out.
    Ignored(Layer, String),
    /// The layer selects others.
    NotSelected(Layer),
}

/// What became of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Whether it runs.
    pub(crate) on: bool,
    /// Whether the profile promises what it guards, and it can break that.
    pub(crate) is_promised: bool,
    /// The promise.
    pub(crate) invariant: Invariant,
    /// Why it runs or does not.
    pub(crate) why: Why,
    /// The severity that the settings give it, with the selector.
    pub(crate) severity: Option<(Severity, String)>,
}

/// The outcome for one rule. `is_declared` says whether the settings have a key.
pub(crate) fn choose(
    plate: &Plate<'_>,
    profile: Profile,
    is_declared: impl Fn(&str) -> bool,
    layers: &[(Layer, &Wish<'_>)],
) -> Choice {
    let undeclared = plate
        .if_declared
        .filter(|key| profile == Profile::Stack && plate.profile <= profile && !is_declared(key));
    let in_profile = plate.profile <= profile && undeclared.is_none();
    let mut why = match undeclared {
        _ if in_profile => Why::InProfile,
        Some(key) => Why::NotDeclared(key.to_owned()),
        None => Why::NotInProfile,
    };
    let (mut on, mut severity) = (in_profile, None);
    // What a weaker layer ignores, by how specifically it does.
    let mut ignored: Option<Rank> = None;
    for (layer, wish) in layers {
        let remapped = strongest(&wish.severities, plate, |(selector, _)| selector);
        if let Some((selector, Some(wanted))) = remapped {
            severity = Some((*wanted, (*selector).to_owned()));
        }
        let off = remapped.filter(|(_, wanted)| wanted.is_none()).map(|(selector, _)| *selector);
        // Only the id of a rule reaches beyond the profile.
        let adds = wish.select.iter().chain(&wish.extend_select).copied();
        let adds = adds.filter(|selector| in_profile || *selector == plate.id);
        let added = adds.filter_map(|selector| Some((rank(selector, plate)?, selector))).max();
        let removes = wish.ignore.iter().copied().chain(off);
        let removed = removes.filter_map(|selector| Some((rank(selector, plate)?, selector))).max();
        match (added, removed) {
            (added, Some((rank, selector))) if added.is_none_or(|(other, _)| other <= rank) => {
                (on, why) = (false, Why::Ignored(*layer, selector.to_owned()));
                ignored = ignored.max(Some(rank));
            }
            (Some((rank, selector)), _) if ignored.is_none_or(|before| before <= rank) => {
                (on, why) = (true, Why::Selected(*layer, selector.to_owned()));
                ignored = None;
            }
            (None, _) if !wish.select.is_empty() && on => {
                (on, why) = (false, Why::NotSelected(*layer));
            }
            _ => {}
        }
    }
    let is_promised = in_profile && !plate.advisory;
    Choice { on, is_promised, invariant: plate.invariant, why, severity }
}

/// How specific a selector is: the kind, then for patterns how much of the id they spell out.
type Rank = (u8, usize);

/// How specifically a selector takes a rule; `None` where it does not.
fn rank(selector: &str, plate: &Plate<'_>) -> Option<Rank> {
    if selector == plate.id {
        return Some((3, 0));
    }
    if selector.contains('*') {
        let spelt = selector.chars().filter(|c| *c != '*').count();
        return fits_stars(selector, plate.id).then_some((2, spelt));
    }
    if selector == plate.invariant.id() || (!selector.is_empty() && selector == plate.family) {
        return Some((1, 0));
    }
    (selector == ALL).then_some((0, 0))
}

/// Of the entries that take the rule the most specific one, and of equal ones the last.
fn strongest<'e, T>(entries: &'e [T], plate: &Plate<'_>, selector: impl Fn(&T) -> &str) -> Option<&'e T> {
    let ranked = entries.iter().filter_map(|entry| Some((rank(selector(entry), plate)?, entry)));
    ranked.max_by_key(|(rank, _)| *rank).map(|(_, entry)| entry)
}

/// What is wrong with a selector, and what to do. One that `adds` rules has to reach one of the profile.
pub(crate) fn fault(
    selector: &str,
    adds: bool,
    profile: Profile,
    plates: &[Plate<'_>],
) -> Option<(String, String)> {
    let taken: Vec<&Plate<'_>> = plates.iter().filter(|plate| rank(selector, plate).is_some()).collect();
    if taken.is_empty() {
        return Some(if selector.contains('*') {
            let help = "`*` stands for any text: `loki-*`; `ptd-lint rules` lists all rules".to_owned();
            (format!("no rule fits `{selector}`"), help)
        } else {
            (format!("unknown rule `{selector}`"), near(selector, plates))
        });
    }
    let reached = taken.iter().any(|plate| plate.profile <= profile || plate.id == selector);
    (adds && !reached).then(|| {
        let help = "name a rule by its id, or choose another profile".to_owned();
        (format!("profile `{}` has no rule that `{selector}` takes", profile.name()), help)
    })
}

/// The name that is nearest to an unknown one, or else rules that share a word with it.
fn near(selector: &str, plates: &[Plate<'_>]) -> String {
    let promises = Invariant::ALL.map(Invariant::id);
    let ids = plates.iter().map(|plate| plate.id);
    let families = plates.iter().map(|plate| plate.family).filter(|family| !family.is_empty());
    let names = ids.clone().chain(families).chain(promises).chain([ALL]);
    if crate::text::nearest(selector, names.clone()).is_some() {
        return suggest(selector, names);
    }
    let shares = |id: &&str| selector.split('-').any(|word| id.split('-').any(|own| own == word));
    let near: Vec<&str> = ids.filter(shares).take(5).collect();
    if near.is_empty() {
        "`ptd-lint rules` lists all rules; families, promises, patterns such as `loki-*` and `ALL` are known too".to_owned()
    } else {
        format!("near it: {} (`ptd-lint rules` lists all)", near.join(", "))
    }
}

#[cfg(test)]
#[path = "chosen_tests.rs"]
mod tests;
