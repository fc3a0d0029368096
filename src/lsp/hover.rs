//! Turns a place into what is known of it: findings, options of the stores, names of Alloy.

use std::fmt::Write as _;

use serde_json::Value;
use serde_json::json;

use super::client::Client;
use super::desk::Answer;
use super::desk::Asked;
use super::position::Position;
use super::program;
use super::wire::code;
use super::workspace::Round;
use crate::check;
use crate::document::Documents;
use crate::document::Place;
use crate::document::Step;
use crate::document::alloy::Body;
use crate::document::alloy::File;
use crate::finding::Finding;
use crate::finding::ValueChain;
use crate::model::alloy::types;
use crate::model::alloy::types::Page;
use crate::text::Span;

/// Blocks nested more deeply are not looked at.
const DEEPEST: usize = 64;

/// Something that is known, and of which bytes.
struct Known {
    text: String,
    /// Of the outermost text.
    span: Option<Span>,
}

/// Answers `textDocument/hover`.
pub(super) fn hover(asked: &Asked<'_>) -> Answer {
    let (uri, position) = place_of(asked.params)?;
    let Some(buffer) = asked.buffers.get(uri) else { return Ok(Value::Null) };
    let offset = buffer.text.offset(position, asked.client.encoding);
    let path = buffer.shown();
    let mut known = Vec::new();
    for round in asked.rounds {
        let Some(file) = round.file(&path) else { continue };
        known.extend(findings(round, file, offset));
        if known.is_empty() {
            known.extend(option(round, file, offset));
        }
        known.extend(name(round.documents(), file, offset));
    }
    if known.is_empty() {
        return Ok(Value::Null);
    }
    let mut texts: Vec<&str> = known.iter().map(|known| known.text.as_str()).collect();
    texts.dedup();
    let text = texts.join("\n\n---\n\n");
    let mut answer = json!({"contents": markup(&text, asked.client)});
    if let Some(span) = known.iter().find_map(|known| known.span) {
        answer["range"] = json!(buffer.text.range(span, asked.client.encoding));
    }
    Ok(answer)
}

/// The file and position that a request names.
pub(super) fn place_of(params: &Value) -> Result<(&str, Position), (i32, String)> {
    let uri = params.pointer("/textDocument/uri").and_then(Value::as_str);
    let position = params.get("position").and_then(|position| serde_json::from_value(position.clone()).ok());
    uri.zip(position).ok_or((code::INVALID_PARAMS, "a file and a position are wanted".to_owned()))
}

/// Text for people, in the form that the editor can show.
pub(super) fn markup(text: &str, client: &Client) -> Value {
    if client.markdown {
        return json!({"kind": "markdown", "value": text});
    }
    json!({"kind": "plaintext", "value": text.replace(['*', '`', '\\'], "")})
}

/// Text that stands in Markdown as it is: nothing in it is markup.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!' | '&') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// What rules say of a place.
fn findings(round: &Round, file: u32, offset: u32) -> Vec<Known> {
    let all = round.checked.report.findings.iter().enumerate();
    let here = all.filter_map(|(index, finding)| {
        let (own, span) = round.outer(finding.place?);
        (own == file && span.start <= offset && offset <= span.end).then_some((index, finding, span))
    });
    here.map(|(index, finding, span)| Known { text: told(round, index, finding), span: Some(span) }).collect()
}

fn told(round: &Round, index: usize, finding: &Finding) -> String {
    let Finding { rule, invariant, severity, message, help, .. } = finding;
    let mut text = format!("**{}** `{rule}`: {}", severity.name(), escaped(message));
    if let Some(doc) = round.rule(rule) {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n\n{}", escaped(doc.why.trim()));
    }
    if !help.is_empty() {
        let _ = write!(text, "\n\n**Remedy:** {}", escaped(help));
    }
    let _ = write!(text, "\n\n**Promise:** {} (`{}`)", escaped(invariant.promise()), invariant.id());
    if let Some(accepted) = &finding.accepted {
        let until = accepted.until.as_deref().map(|day| format!(" until {day}")).unwrap_or_default();
        let _ = write!(text, "\n\n**Accepted**{}: {}", escaped(&until), escaped(&accepted.reason));
    }
    let verdicts = round.checked.report.verdicts.iter().filter(|verdict| verdict.invariant == *invariant);
    for verdict in verdicts.filter(|verdict| verdict.findings.contains(&index)) {
        let _ = write!(text, ": **{}**, {}", verdict.verdict.name(), escaped(&verdict.summary));
    }
    text
}

/// The effective value of the option of a store at a place, with where each value comes from.
fn option(round: &Round, file: u32, offset: u32) -> Option<Known> {
    let documents = round.documents();
    let place = documents.innermost(file, offset)?;
    let tree = documents.document(place.doc).tree()?;
    let route = tree.route_to(place.span);
    let keys: Option<Vec<&str>> = route
        .0
        .iter()
        .map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Item(_) => None,
        })
        .collect();
    let keys = keys?;
    let mut node = tree.root()?;
    let mut key_span = place.span;
    for key in &keys {
        let (key, value) = node.entry(key)?;
        (key_span, node) = (key.span(), value);
    }
    let last = keys.last()?;
    let whole = Place { doc: place.doc, span: key_span.to(node.span()) };
    // Values of charts hold the options further down, and limits of tenants stand without their section.
    let suffixes = (0..keys.len()).map(|from| keys.get(from..).unwrap_or_default().join("."));
    let sections = ["limits", "limits_config"].map(|section| format!("{section}.{last}"));
    for path in suffixes.chain(sections) {
        if !check::is_option(&path) {
            continue;
        }
        let (values, chains) = check::values(&round.sources, &round.arguments, round.options(), &path);
        let set_here = |chain: &&ValueChain| {
            let places = chain.steps.iter().filter_map(|step| step.place);
            places.into_iter().any(|own| own.doc == whole.doc && whole.span.contains(own.span))
        };
        let chains: Vec<&ValueChain> = chains.iter().filter(set_here).collect();
        if !chains.is_empty() {
            let (_, span) = round.outer(Place { doc: place.doc, span: key_span });
            return Some(Known { text: chains_told(&path, &values, &chains), span: Some(span) });
        }
    }
    None
}

fn chains_told(path: &str, documents: &Documents, chains: &[&ValueChain]) -> String {
    let mut texts = Vec::new();
    for chain in chains {
        let own = chain.steps.iter().rev().find(|step| !step.origin.contains("tenant"));
        let value = own.map_or("", |step| step.value.as_str());
        let (store, version) = (escaped(&chain.store), escaped(&chain.version));
        let mut text = format!("**{}** = `{}` in {store} {version}", escaped(path), value.replace('`', "'"));
        let _ = write!(text, "\n\n{}\n", escaped(&chain.kind));
        for step in &chain.steps {
            let place = step.place.map(|place| documents.resolve(place));
            let place = place.map(|place| {
                let name = place.path.rsplit('/').next().unwrap_or_default();
                format!(", {}:{}", escaped(name), place.start.line)
            });
            let (value, origin) = (step.value.replace('`', "'"), escaped(&step.origin));
            let _ = write!(text, "\n- `{value}`: {origin}{}", place.unwrap_or_default());
        }
        texts.push(text);
    }
    texts.join("\n\n")
}

/// What is known of the component, block or attribute whose name is at a place.
fn name(documents: &Documents, file: u32, offset: u32) -> Option<Known> {
    let place = program::at(documents, file, offset)?;
    let program = documents.document(place.doc).alloy()?;
    let (text, span) = match named(program, place.span.start)? {
        Named::Block(blocks, span) => (about(&blocks)?, span),
        Named::Attribute(blocks, name) => (about_attribute(&blocks, program.str(name))?, name),
        Named::Value(span) => {
            let texts = program::texts(documents, place.doc);
            let target = types::definition(&texts, place)?;
            let head = target.span.slice(&documents.document(target.doc).text);
            let name = head.split(['"', ' ', '\t']).next().unwrap_or_default();
            (about(&[name])?, span)
        }
    };
    let outer = documents.resolve(Place { doc: place.doc, span }).outer;
    Some(Known { text, span: Some(outer) })
}

/// What a name is of.
enum Named<'a> {
    /// The innermost of these blocks.
    Block(Vec<&'a str>, Span),
    /// An attribute in them.
    Attribute(Vec<&'a str>, Span),
    /// Something in a value.
    Value(Span),
}

fn named(file: &File, offset: u32) -> Option<Named<'_>> {
    let touches = |span: Span| span.start <= offset && offset <= span.end;
    let mut body: &Body = &file.body;
    let mut blocks: Vec<&str> = Vec::new();
    for _ in 0..DEEPEST {
        if let Some(own) = body.attributes().find(|own| touches(own.name.to(own.value.span))) {
            return Some(if touches(own.name) {
                Named::Attribute(blocks, own.name)
            } else {
                Named::Value(Span::at(offset))
            });
        }
        let block = body.blocks().find(|block| touches(block.span))?;
        let name = file.str(block.name);
        // Bodies that hold components begin anew.
        if blocks.last().is_some_and(|last| matches!(*last, "declare" | "template")) {
            blocks.clear();
        }
        blocks.push(name);
        if touches(block.name) {
            return Some(Named::Block(blocks, block.name));
        }
        body = &block.body;
    }
    None
}

/// A component or block for people.
pub(super) fn about(blocks: &[&str]) -> Option<String> {
    let page = types::page(blocks)?;
    let name = blocks.join(" > ");
    let mut text = format!("**{}**: {}", escaped(&name), kind(&page, blocks.len() == 1));
    for (export, signals) in &page.takes {
        let _ = write!(text, "\n\nTakes {} at `{export}`.", signals.words());
    }
    for (argument, signals) in &page.sends {
        let _ = write!(text, "\n\nSends {} to what `{argument}` names.", signals.words());
    }
    if !page.exports.is_empty() {
        let exports = page.exports.iter().map(|(name, kind)| format!("`{name}` ({})", escaped(kind)));
        let _ = write!(text, "\n\nExports {}.", exports.collect::<Vec<_>>().join(", "));
    }
    let required: Vec<_> =
        page.attributes.iter().filter(|own| own.required).map(|own| format!("`{}`", own.name)).collect();
    if !required.is_empty() {
        let _ = write!(text, "\n\nNeeds {}.", required.join(", "));
    }
    Some(text)
}

/// What it is, since when, and how settled.
pub(super) fn kind(page: &Page, is_outermost: bool) -> String {
    let mut words = match (is_outermost, page.is_config) {
        (true, false) => "component".to_owned(),
        (true, true) => "block of the language".to_owned(),
        (false, _) if page.required => "block, required".to_owned(),
        (false, _) => "block".to_owned(),
    };
    if page.repeated {
        words.push_str(", may be repeated");
    }
    if let Some(level) = page.stability {
        let _ = write!(words, ", {level}");
    }
    words.push_str(&versions(page.since, page.gone));
    words
}

/// From which version on, and until when.
fn versions(since: Option<&str>, gone: Option<&str>) -> String {
    let mut words = match since {
        Some("main") => ", in no release yet".to_owned(),
        Some(version) => format!(", since {version}"),
        None => String::new(),
    };
    if let Some(last) = gone {
        let _ = write!(words, ", removed after {last}");
    }
    words
}

/// An attribute for people.
pub(super) fn about_attribute(blocks: &[&str], name: &str) -> Option<String> {
    let page = types::page(blocks)?;
    let attribute = page.attributes.iter().find(|own| own.name == name)?;
    let required = if attribute.required { ", required" } else { "" };
    let since = versions(attribute.since, None);
    let mut text = format!("**{}**: `{}`{required}{since}", escaped(name), attribute.kind);
    if !attribute.texts.is_empty() {
        let texts: Vec<String> = attribute.texts.iter().map(|text| format!("`\"{text}\"`")).collect();
        let _ = write!(text, "\n\nOne of {}.", texts.join(", "));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_say_what_passes_a_component() {
        assert_eq!(
            about(&["loki.write"]).unwrap(),
            "**loki.write**: component, generally-available, since 1.0\n\nTakes logs at `receiver`.\n\nExports `receiver` \
             (LogsReceiver)."
        );
        assert_eq!(
            about(&["loki.write", "endpoint"]).unwrap(),
            "**loki.write \\> endpoint**: block, may be repeated\n\nNeeds `url`."
        );
        assert_eq!(
            about_attribute(&["loki.write", "endpoint"], "url").unwrap(),
            "**url**: `string`, required"
        );
        assert_eq!(
            about_attribute(&["logging"], "format").unwrap(),
            "**format**: `string`\n\nOne of `\"logfmt\"`, `\"json\"`."
        );
        assert!(about(&["my.own"]).is_none());
    }

    #[test]
    fn text_of_inputs_is_no_markup() {
        assert_eq!(escaped("a_b <img> [x](y) *z*"), "a\\_b \\<img\\> \\[x\\](y) \\*z\\*");
    }
}
