//! Turns names into what the tables say of them, for people who write programs.

use super::table;
use super::table::Attribute;
use super::table::BlockRule;
use super::table::Entry;
use crate::model::alloy::Signals;
use crate::model::alloy::catalog;

/// What is known of a component, a block of the language, or a block in one of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page {
    /// Whether it is a block of the language and no component.
    pub(crate) is_config: bool,
    /// Whether a label belongs behind its name.
    pub(crate) takes_label: bool,
    /// The first version that has it; `main` for what no known release has.
    pub(crate) since: Option<&'static str>,
    /// The last version that had it.
    pub(crate) gone: Option<&'static str>,
    /// How settled it is, for a component: `generally-available`, `public-preview`, `experimental`, `community`.
    pub(crate) stability: Option<&'static str>,
    /// For a block in another: whether it must be there, and whether several may be.
    pub(crate) required: bool,
    /// Whether there may be several.
    pub(crate) repeated: bool,
    /// What it exports, with the types.
    pub(crate) exports: Vec<(&'static str, &'static str)>,
    /// What its receivers take, by export.
    pub(crate) takes: Vec<(String, Signals)>,
    /// What it sends on, by argument.
    pub(crate) sends: Vec<(String, Signals)>,
    /// Its attributes.
    pub(crate) attributes: Vec<AttributePage>,
    /// Names of its blocks.
    pub(crate) blocks: Vec<&'static str>,
}

/// What is known of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AttributePage {
    /// Its name.
    pub(crate) name: &'static str,
    /// The type that it takes.
    pub(crate) kind: &'static str,
    /// Whether it must be there.
    pub(crate) required: bool,
    /// The first version that has it.
    pub(crate) since: Option<&'static str>,
    /// The only texts that it takes; empty where any will do.
    pub(crate) texts: Vec<&'static str>,
}

/// The names of all components and blocks of the language that some known version has, sorted.
pub(crate) fn names() -> &'static [&'static str] {
    table::components()
}

/// What is known of the innermost of these blocks, the first of which stands in a body of components.
pub(crate) fn page(blocks: &[&str]) -> Option<Page> {
    let (first, inner) = blocks.split_first()?;
    let mut entry = table::component(first)?;
    let mut rule = None;
    for name in inner {
        let words = BlockRule::parse(entry.blocks.get(name)?);
        entry = words.body.map_or_else(|| Some(std::sync::Arc::default()), table::entry)?;
        rule = Some(words);
    }
    let mut page = body(&entry);
    match rule {
        Some(rule) => {
            page.since = rule.since;
            page.takes_label = rule.label;
            (page.required, page.repeated) = (rule.required, rule.repeated);
        }
        None => about_component(first, &entry, &mut page),
    }
    Some(page)
}

fn body(entry: &Entry) -> Page {
    let attribute = |(name, words): (&&'static str, &&'static str)| {
        let attribute = Attribute::parse(words);
        AttributePage {
            name,
            kind: attribute.kind,
            required: attribute.required,
            since: attribute.since,
            texts: attribute.texts().collect(),
        }
    };
    Page {
        attributes: entry.attributes.iter().map(attribute).collect(),
        blocks: entry.blocks.keys().copied().collect(),
        ..Page::default()
    }
}

fn about_component(name: &str, entry: &Entry, page: &mut Page) {
    page.is_config = entry.config;
    page.takes_label = !entry.takes_no_label();
    (page.since, page.gone) = (entry.since, entry.gone);
    page.stability = match entry.stability() {
        _ if entry.config => None,
        Some(level) => Some(level.name()),
        None => Some("community"),
    };
    page.exports = entry.exports.iter().map(|(name, kind)| (*name, *kind)).collect();
    if let Some(known) = catalog::entry(name) {
        page.takes = known.accepts.iter().map(|(export, signals)| (export.clone(), *signals)).collect();
        page.sends.clone_from(&known.receivers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_of_a_component_tells_what_it_takes_and_gives() {
        let page = page(&["loki.process"]).unwrap();
        assert_eq!(page.exports, [("receiver", "LogsReceiver")]);
        assert_eq!(page.takes, [("receiver".to_owned(), Signals::LOKI_LOGS)]);
        assert_eq!(page.sends, [("forward_to".to_owned(), Signals::LOKI_LOGS)]);
        assert_eq!(page.stability, Some("generally-available"));
        assert!(page.takes_label && !page.is_config && page.blocks.contains(&"stage.json"));
        let forward_to = page.attributes.iter().find(|own| own.name == "forward_to").unwrap();
        assert_eq!((forward_to.kind, forward_to.required), ("list(LogsReceiver)", true));
    }

    #[test]
    fn page_of_a_block_is_found_through_those_around_it() {
        let endpoint = page(&["loki.write", "endpoint"]).unwrap();
        assert!(endpoint.repeated && !endpoint.required && endpoint.stability.is_none());
        assert!(endpoint.attributes.iter().any(|own| own.name == "url" && own.required));
        assert!(page(&["loki.write", "endpoint", "basic_auth"]).is_some());
        assert!(page(&["loki.write", "nothing"]).is_none() && page(&["endpoint"]).is_none());
        assert!(page(&[]).is_none());
        assert!(page(&["logging"]).unwrap().is_config);
    }
}
