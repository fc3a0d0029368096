//! Holds the links of all documents to what they lead to: files, and headings in them. Links to the web are not followed.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use pulldown_cmark::Event;
use pulldown_cmark::Options;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;

use super::pages;
use super::read;
use super::root;
use super::source;
use crate::finding::SITE;

/// Documents outside of the site whose links are held too.
const OTHERS: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "README.md",
    "bench/README.md",
    "deploy/README.md",
    "fuzz/README.md",
    "packaging/README.md",
    "rules/README.md",
    "schemas/README.md",
    "supply-chain/README.md",
    "templates/README.md",
    "tools/README.md",
];

/// A document, as far as links are concerned.
#[derive(Debug, Default)]
struct Page {
    /// Where links lead, as written.
    links: Vec<String>,
    /// The anchors of its headings.
    anchors: BTreeSet<String>,
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_are_there() {
    let site: BTreeSet<PathBuf> = pages().iter().map(|path| source().join(path)).collect();
    let documents: Vec<PathBuf> =
        site.iter().cloned().chain(OTHERS.iter().map(|path| root().join(path))).collect();
    let pages: BTreeMap<&PathBuf, Page> = documents.iter().map(|path| (path, parsed(&read(path)))).collect();
    let mut faults = Vec::new();
    for (path, page) in &pages {
        for link in &page.links {
            let fault = fault(path, link, &pages, &site);
            faults.extend(
                fault.map(|fault| format!("{}: {link}: {fault}", super::super::fixtures::shown(path))),
            );
        }
    }
    assert!(pages.len() > 300, "{} documents", pages.len());
    assert!(faults.is_empty(), "{} links lead nowhere:\n{}", faults.len(), faults.join("\n"));
}

/// Every page is in the table of contents (the site leaves out all others), once.
#[test]
fn every_page_is_in_the_table_of_contents() {
    let summary = parsed(&read(&source().join("SUMMARY.md")));
    let listed: Vec<&String> = summary.links.iter().filter(|link| !link.is_empty()).collect();
    let unique: BTreeSet<&String> = listed.iter().copied().collect();
    assert_eq!(listed.len(), unique.len(), "a page is listed twice");
    let all: BTreeSet<String> = pages().into_iter().filter(|page| page != "SUMMARY.md").collect();
    assert_eq!(unique, all.iter().collect::<BTreeSet<_>>());
}

/// What rules and schemas give as their addresses are pages of the site.
#[test]
fn addresses_of_rules_are_pages() {
    let (rules, _) = crate::check::rule_docs(&[]);
    assert!(rules.len() > 300);
    for rule in rules {
        let address = rule.address().unwrap();
        let page = address.strip_prefix(SITE).and_then(|page| page.strip_suffix(".html")).unwrap();
        assert!(source().join(format!("{page}.md")).is_file(), "{address}");
    }
    for schema in ["config", "rule"] {
        let text = read(&root().join(format!("schemas/{schema}.schema.json")));
        assert!(text.contains(&format!("\"$id\": \"{SITE}schemas/{schema}.schema.json\"")), "{schema}");
    }
}

/// What is wrong with a link in a document.
fn fault(
    from: &Path,
    link: &str,
    pages: &BTreeMap<&PathBuf, Page>,
    site: &BTreeSet<PathBuf>,
) -> Option<String> {
    // Parts of the table of contents without a page of their own.
    if link.is_empty() && from.ends_with("SUMMARY.md") {
        return None;
    }
    if link.starts_with("https://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
    let target = if file.is_empty() { from.to_owned() } else { plain(&from.parent()?.join(file)) };
    if !target.exists() {
        return Some("there is no such file".to_owned());
    }
    // The site holds nothing but its own pages.
    if site.contains(from) && !site.contains(&target) {
        return Some("it is no page of the site; name its path instead".to_owned());
    }
    let anchor = anchor?;
    let page = pages.iter().find(|(path, _)| ***path == target);
    match page {
        Some((_, page)) if page.anchors.contains(anchor) => None,
        Some((_, page)) => Some(format!("no such heading; there are {:?}", page.anchors)),
        None => Some("headings of this file are not known".to_owned()),
    }
}

/// A path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// The links and anchors of a document.
fn parsed(text: &str) -> Page {
    let mut page = Page::default();
    let mut heading: Option<String> = None;
    let mut counts = BTreeMap::<String, usize>::new();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                page.links.push(dest_url.into_string());
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let id = anchor(&heading.take().unwrap_or_default());
                let count = counts.entry(id.clone()).or_default();
                page.anchors.insert(if *count == 0 { id } else { format!("{id}-{count}") });
                *count += 1;
            }
            _ => {}
        }
    }
    page
}

/// The anchor of a heading, as `mdBook` makes it (and most who show Markdown).
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|c| match c {
        c if c.is_alphanumeric() || matches!(c, '_' | '-') => Some(c.to_ascii_lowercase()),
        c if c.is_whitespace() => Some('-'),
        _ => None,
    });
    kept.collect()
}

#[test]
fn anchors_are_those_of_the_site() {
    let page = parsed("# A b: `c-d` (e)\n\n## A\n\n## A\n\n[x](y.md#z) ![i](j.png) <https://a.example>\n");
    let anchors: Vec<&str> = page.anchors.iter().map(String::as_str).collect();
    assert_eq!(anchors, ["a", "a-1", "a-b-c-d-e"]);
    assert_eq!(page.links, ["y.md#z", "j.png", "https://a.example"]);
}

#[test]
fn links_to_nothing_are_noticed() {
    let from = source().join("introduction.md");
    let site = BTreeSet::from([from.clone()]);
    let pages = BTreeMap::from([(&from, parsed("# Here\n"))]);
    let fault = |link: &str| fault(&from, link, &pages, &site);
    assert_eq!(fault("#here"), None);
    assert_eq!(fault("introduction.md#here"), None);
    assert_eq!(fault("https://example.com/gone"), None);
    assert_eq!(fault("gone.md").as_deref(), Some("there is no such file"));
    assert_eq!(fault("#gone").as_deref(), Some("no such heading; there are {\"here\"}"));
    let outside = "it is no page of the site; name its path instead";
    assert_eq!(fault("../../README.md").as_deref(), Some(outside));
    assert_eq!(fault("").as_deref(), None);
}
