//! Turns rules and promises into pages of Markdown: one for each, and an index of rules.
//!
//! The words are those of `ptd-lint explain`. Paths are as the site of the project has them, below `docs/src`.

mod index;
mod markdown;
mod promise;
mod rule;

use crate::finding::Invariant;
use crate::finding::RuleDoc;

/// What the first line of each page says, so that nobody mends it by hand, and no page of a person is replaced.
pub(crate) const MADE: &str = "<!-- Made by `ptd-lint rules docs`: what is changed here is lost. -->";

/// What is read besides a rule: what the tool prints for the inputs that break it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Printed {
    /// Its findings, in the order of reports, each as it is printed for people.
    pub(crate) findings: Vec<String>,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// Its path below the folder of all pages: `rules/flow/logs-leave-workload.md`.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
}

/// All pages, in the order of paths. `printed` has what is printed for the example of each rule, in the same order.
pub(crate) fn pages(rules: &[RuleDoc], printed: &[Printed], subjects: &[(&str, &str)]) -> Vec<Page> {
    let of_rules = rules.iter().zip(printed).map(|(rule, printed)| {
        let about = subjects.iter().find(|(name, _)| *name == rule.subject).map_or("", |(_, about)| about);
        Page { path: format!("{}.md", rule.page()), text: rule::page(rule, printed, about) }
    });
    let of_promises = Invariant::ALL.into_iter().map(|invariant| Page {
        path: format!("{}.md", invariant.page()),
        text: promise::page(invariant, rules),
    });
    let mut pages: Vec<Page> = of_rules.chain(of_promises).collect();
    pages.push(Page { path: "rules/index.md".to_owned(), text: index::page(rules) });
    pages.sort_by(|one, two| one.path.cmp(&two.path));
    pages
}

/// The families of rules, sorted, those of a user's own last; each with its rules.
pub(crate) fn families(rules: &[RuleDoc]) -> Vec<(&str, Vec<&RuleDoc>)> {
    let mut families: Vec<(&str, Vec<&RuleDoc>)> = Vec::new();
    let mut sorted: Vec<&RuleDoc> = rules.iter().collect();
    sorted.sort_by_key(|rule| (rule.family.is_empty(), &rule.family, &rule.id));
    for rule in sorted {
        match families.last_mut() {
            Some((family, members)) if *family == rule.family => members.push(rule),
            _ => families.push((&rule.family, vec![rule])),
        }
    }
    families
}

/// What the rules of a family are about, as a heading; the family itself where it is not one of the built-in ones.
pub(crate) fn about_family(family: &str) -> &str {
    match family {
        "" => "Rules of your own",
        "alloy" => "Alloy programs",
        "coherence" => "How the pieces fit together",
        "collector" => "Collectors",
        "declaration" => "What is declared, and what is there",
        "flow" => "Where data goes",
        "grafana" => "Grafana",
        "loki" => "Loki",
        "mimir" => "Mimir",
        "network" => "Network policies",
        "running" => "What runs in a cluster",
        "store" => "Both stores",
        other => other,
    }
}
