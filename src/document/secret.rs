//! Finds the parts of a document that must never be shown: values of secret names, and what Secrets hold.

use std::collections::HashSet;

use super::Body;
use super::Document;
use super::NodeId;
use super::NodeKind;
use super::NodeRef;
use super::Tree;
use super::alloy;
use super::alloy::Expr;
use super::alloy::ExprKind;
use super::alloy::Statement;
use crate::text::Span;

/// How many nodes of one Secret are looked at; see [`NodeRef::walk`].
const BUDGET: u32 = 100_000;

/// Words that make a name a secret's.
const WORDS: [&str; 19] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "api_key",
    "apikey",
    "private_key",
    "access_key",
    "accesskey",
    "consumer_key",
    "hmac_key",
    "certificate_key",
    "key_pem",
    "authorization",
    "connection_string",
    "data_source_name",
    "mongodb_uri",
];

/// Endings of names that say where a secret is, not what it is.
const PLACES: [&str; 4] = ["_file", "_path", "_url", "_name"];

/// The same in names whose words begin with capitals (`secretName`), as in Kubernetes and in charts.
const CAPITAL_PLACES: [&str; 3] = ["File", "Path", "Name"];

/// What charts call the name of a Secret.
const NAMES_OF_SECRETS: [&str; 2] = ["existingSecret", "envFromSecret"];

/// Whether an argument or key of that name holds a secret. `-` counts as `_`.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let capital = |place: &str| {
        name.strip_suffix(place)
            .is_some_and(|words| words.ends_with(|letter: char| letter.is_ascii_lowercase()))
    };
    if NAMES_OF_SECRETS.contains(&name) || CAPITAL_PLACES.iter().any(|place| capital(place)) {
        return false;
    }
    let name = name.as_bytes();
    // Every argument of every component is asked for: no copies.
    let is = |part: &[u8], word: &str| {
        let plain = |byte: u8| if byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
        part.len() == word.len() && part.iter().zip(word.bytes()).all(|(byte, letter)| plain(*byte) == letter)
    };
    let ends_with = |word: &str| name.len().checked_sub(word.len()).is_some_and(|at| is(&name[at..], word));
    if PLACES.iter().any(|place| ends_with(place)) && !ends_with("data_source_name") {
        return false;
    }
    // Most letters of most names begin no word.
    name.iter().enumerate().any(|(at, letter)| {
        BEGINNINGS[usize::from(*letter)]
            && WORDS.iter().any(|word| name.get(at..at + word.len()).is_some_and(|part| is(part, word)))
    })
}

/// The bytes that one of the words can begin with, in either case.
const BEGINNINGS: [bool; 256] = {
    let mut found = [false; 256];
    let mut at = 0;
    while at < WORDS.len() {
        let letter = WORDS[at].as_bytes()[0];
        found[letter as usize] = true;
        found[letter.to_ascii_uppercase() as usize] = true;
        at += 1;
    }
    found
};

/// What is shown instead of a secret. Says nothing of its length.
pub(crate) const COVER: &str = "******";

/// Where the passwords of URLs (`scheme://user:password@host`) stand in a text: in order, apart.
pub(crate) fn url_passwords(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    for (at, sign) in text.match_indices("://") {
        let start = at + sign.len();
        let rest = &text[start..];
        let end = rest.find(|character: char| {
            character.is_whitespace() || matches!(character, '/' | '"' | '\'' | '`' | '\\' | '?' | '#')
        });
        let authority = &rest[..end.unwrap_or(rest.len())];
        let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
        if let Some(colon) = user.find(':') {
            let offset = |at: usize| u32::try_from(start + at).unwrap_or(u32::MAX);
            spans.push(Span::new(offset(colon + 1), offset(user.len())));
        }
    }
    spans
}

/// Where URLs hold what is secret: their passwords, and in their queries (`?token=...&id=1`) the values of secret names. In
/// order, apart.
pub(crate) fn url_secrets(text: &str) -> Vec<Span> {
    let mut spans = url_passwords(text);
    let end_of_url = |character: char| {
        character.is_whitespace() || matches!(character, '"' | '\'' | '`' | '\\' | '<' | '>' | '#')
    };
    let mut done = 0;
    for (at, sign) in text.match_indices("://") {
        // One URL may stand in the query of another.
        if at < done {
            continue;
        }
        let start = at + sign.len();
        let rest = &text[start..];
        let url = &rest[..rest.find(end_of_url).unwrap_or(rest.len())];
        done = start + url.len();
        let Some(question) = url.find('?') else { continue };
        let mut offset = start + question + 1;
        for pair in url[question + 1..].split(['&', ';']) {
            if let Some((name, value)) = pair.split_once('=')
                && !value.is_empty()
                && is_secret_name(name)
            {
                let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
                spans.push(Span::new(number(offset + name.len() + 1), number(offset + pair.len())));
            }
            offset += pair.len() + 1;
        }
    }
    spans.sort_unstable();
    // The password of a URL within a value that is covered whole is covered with it.
    let mut end = 0;
    spans.retain(|span| {
        let is_apart = span.start >= end;
        end = end.max(span.end);
        is_apart
    });
    spans
}

/// The text with the passwords of URLs, and what is secret in their queries, covered.
pub(crate) fn without_url_passwords(text: &mut String) {
    for span in url_secrets(text).into_iter().rev() {
        text.replace_range(span.start as usize..span.end as usize, COVER);
    }
}

/// The secret parts of a document, in bytes of its text, in any order. `holds_document` tells scalars that are
/// documents themselves: those are asked on their own, so that a program in a Secret can be shown.
pub(crate) fn secret_spans(document: &Document, holds_document: impl Fn(Span) -> bool) -> Vec<Span> {
    let mut spans = match &document.body {
        Body::Tree(tree) => of_tree(tree),
        Body::Alloy(file) => of_program(file),
    };
    spans.retain(|span| !span.is_empty() && !holds_document(*span));
    spans
}

/// The secret parts of what a program tells of its configuration: as of any tree, and all below a secret's name. Nobody
/// needs to read these, and what is no secret there (a number of tokens) is told elsewhere.
pub(crate) fn secrets_of_answer(tree: &Tree) -> Vec<Span> {
    let mut spans = of_tree(tree);
    // Many aliases may lead to one node.
    let mut seen = HashSet::new();
    for node in &tree.nodes {
        let NodeKind::Mapping(entries) = &node.kind else { continue };
        for entry in entries {
            let value = tree.node(entry.value).resolved();
            let is_secret = tree.node(entry.key).text().is_some_and(is_secret_name);
            if is_secret && !value.is_scalar() && seen.insert(value.id) {
                add_scalars(value, false, &mut spans);
            }
        }
    }
    spans
}

/// Whether a document is what Helm keeps of a release (`live::release`): it comes from a Secret, and any of its values may be
/// one, whatever its name.
pub(crate) fn is_record(document: &Document) -> bool {
    let root = document.tree().and_then(Tree::root);
    let says = |key, text| root.is_some_and(|root| root.text_at(key) == Some(text));
    says("kind", "Release") && says("apiVersion", "helm.sh/v3")
}

/// The values that a release was given, to be shown only where something points at them; of a document that stands in a record,
/// all it says. `holds_document` as in [`secret_spans`].
pub(crate) fn values_of_record(document: &Document, holds_document: impl Fn(Span) -> bool) -> Vec<Span> {
    let Some(tree) = document.tree() else { return Vec::new() };
    let root = tree.root();
    let values = if is_record(document) { root.and_then(|root| root.get("values")) } else { root };
    let Some(below) = values.map(NodeRef::span) else { return Vec::new() };
    let mappings = tree.nodes.iter().filter_map(|node| match &node.kind {
        NodeKind::Mapping(entries) => Some(entries),
        _ => None,
    });
    let keys: HashSet<NodeId> = mappings.flatten().map(|entry| entry.key).collect();
    let values = tree.scalars().filter(|node| !keys.contains(&node.id)).map(NodeRef::span);
    values.filter(|span| !span.is_empty() && below.contains(*span) && !holds_document(*span)).collect()
}

fn of_tree(tree: &Tree) -> Vec<Span> {
    let mut spans = Vec::new();
    for (index, node) in tree.nodes.iter().enumerate() {
        let NodeKind::Mapping(entries) = &node.kind else { continue };
        for entry in entries {
            let (key, value) = (tree.node(entry.key), tree.node(entry.value).resolved());
            let Some(name) = key.text() else { continue };
            match name {
                "data" | "stringData" | "annotations" | "metadata" if node_is_secret(tree, index) => {
                    add_scalars(value, name == "metadata", &mut spans);
                }
                "secureJsonData" => add_scalars(value, false, &mut spans),
                // `- name: REMOTE_PASSWORD` with `value: ...`: an environment variable, a chart's parameter.
                "value" => {
                    let named = tree.node(id_of(index)).text_at("name").is_some_and(is_secret_name);
                    if named && value.is_scalar() {
                        spans.push(value.span());
                    }
                }
                name if value.is_scalar()
                    && (is_secret_name(name) || IN_TREES.contains(&name) || COPIES.contains(&name)) =>
                {
                    spans.push(value.span());
                }
                name if value.is_sequence() && is_secret_name(name) => {
                    let items = value.items().map(NodeRef::resolved).filter(|item| item.is_scalar());
                    spans.extend(items.map(NodeRef::span));
                }
                // The value of a header that a data source sends.
                name if name.starts_with("httpHeaderValue") && value.is_scalar() => spans.push(value.span()),
                _ if value.is_scalar() && value.text().is_some_and(is_hook) => spans.push(value.span()),
                _ => {}
            }
        }
    }
    spans
}

/// Names of secrets in settings of Grafana and of its contact points that hold none of [`WORDS`].
const IN_TREES: [&str; 9] = [
    "account_key",
    "cert_pass",
    "integrationKey",
    "oncall_url",
    "routingKey",
    "rudderstack_write_key",
    "sentry_dsn",
    "serviceKey",
    "userKey",
];

/// Annotations in which tools keep a copy of the whole object as it was applied, values of its environment included.
const COPIES: [&str; 3] = [
    "kapp.k14s.io/original",
    "kubectl.kubernetes.io/last-applied-configuration",
    "objectset.rio.cattle.io/applied",
];

/// Whether a text is an address that is all that one needs to write to a channel of some messenger.
pub(crate) fn is_hook(text: &str) -> bool {
    const HOOKS: [&str; 5] = [
        "hooks.slack.com/services/",
        "webhook.office.com/webhook",
        "discord.com/api/webhooks/",
        "chat.googleapis.com/v1/spaces/",
        "logic.azure.com/workflows/",
    ];
    text.starts_with("https://") && HOOKS.iter().any(|hook| text.contains(hook))
}

fn id_of(index: usize) -> NodeId {
    NodeId(u32::try_from(index).unwrap_or(u32::MAX))
}

/// Whether the mapping is a Kubernetes Secret.
fn node_is_secret(tree: &Tree, index: usize) -> bool {
    tree.node(id_of(index)).text_at("kind") == Some("Secret")
}

/// All scalars below a node; of an object's metadata only its annotations, which repeat the object as it was applied.
fn add_scalars(node: NodeRef<'_>, metadata: bool, spans: &mut Vec<Span>) {
    let node = if metadata { node.get("annotations") } else { Some(node) };
    let Some(node) = node else { return };
    let mut budget = BUDGET;
    let mut depth_first = Vec::new();
    let whole = node.walk(&mut budget, |node| depth_first.push(node.resolved()));
    if !whole {
        spans.push(node.span());
    }
    // Keys are scalars too: they are names, and stay.
    let keys: HashSet<NodeId> =
        depth_first.iter().flat_map(|node| node.entries().map(|(key, _)| key.id)).collect();
    spans.extend(
        depth_first
            .iter()
            .filter(|node| node.is_scalar() && !keys.contains(&node.id))
            .map(|node| node.span()),
    );
}

fn of_program(file: &alloy::File) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut bodies = vec![&file.body];
    while let Some(body) = bodies.pop() {
        for statement in &body.statements {
            match statement {
                Statement::Block(block) => bodies.push(&block.body),
                Statement::Attribute(attribute) => {
                    let secret = is_secret_name(file.str(attribute.name));
                    let headers = file.str(attribute.name).contains("header");
                    add_literals(file, &attribute.value, secret || headers, &mut spans);
                }
            }
        }
    }
    spans
}

/// The string literals of an expression, where it is secret, and those of its secret fields.
fn add_literals(file: &alloy::File, expr: &Expr, secret: bool, spans: &mut Vec<Span>) {
    let mut rest = vec![(expr, secret)];
    while let Some((expr, secret)) = rest.pop() {
        match &expr.kind {
            ExprKind::String if secret => {
                spans.push(Span::new(expr.span.start + 1, expr.span.end.saturating_sub(1)));
            }
            ExprKind::Array(items) => rest.extend(items.iter().map(|item| (item, secret))),
            ExprKind::Object(fields) => rest.extend(fields.iter().map(|field| {
                let name = file.str(field.key).trim_matches('"');
                let tenant = name.eq_ignore_ascii_case("X-Scope-OrgID");
                (&field.value, !tenant && (secret || is_secret_name(name)))
            })),
            ExprKind::Access(inner, _) | ExprKind::Unary(_, inner) | ExprKind::Paren(inner) => {
                rest.push((inner, secret));
            }
            ExprKind::Index(inner, index) => rest.extend([(&**inner, secret), (&**index, secret)]),
            ExprKind::Binary(left, _, _, right) => rest.extend([(&**left, secret), (&**right, secret)]),
            ExprKind::Call(function, arguments) => {
                // The name of an environment variable is no secret; its value is.
                let names = matches!(file.str(function.span), "sys.env" | "env");
                rest.extend(arguments.iter().map(|argument| (argument, secret && !names)));
            }
            _ => {}
        }
    }
}

/// What may be secret in those documents of a stream that have no tree, since they do not parse: of a Secret all that
/// stands behind a key. `parsed` are the extents of the documents that have one.
pub(crate) fn unparsed_secrets(text: &str, parsed: &[Span]) -> Vec<Span> {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let mut parsed = parsed.to_vec();
    parsed.sort_unstable();
    let mut spans = Vec::new();
    let mut at = 0;
    for part in text.split_inclusive("\n---") {
        let (start, end) = (offset(at), offset(at + part.len()));
        let next = parsed.partition_point(|parsed| parsed.end <= start);
        let is_parsed = parsed.get(next).is_some_and(|parsed| parsed.start < end);
        if !is_parsed && says_secret(part) {
            let mut line_start = at;
            for line in part.split_inclusive('\n') {
                let plain = line.trim_start_matches([' ', '\t', '-', '"']);
                let named = plain.starts_with("kind:") || plain.starts_with("apiVersion:");
                let value = line.find(':').map_or(0, |colon| colon + 1);
                let value = value + (line[value..].len() - line[value..].trim_start().len());
                let length = line.trim_end().len();
                if !named && value < length && !line.starts_with("---") {
                    spans.push(Span::new(offset(line_start + value), offset(line_start + length)));
                }
                line_start += line.len();
            }
        }
        at += part.len();
    }
    spans
}

/// Whether a text has `kind: Secret` in any notation.
fn says_secret(text: &str) -> bool {
    text.match_indices("Secret").any(|(at, _)| {
        let before = text[..at].trim_end_matches(['"', '\'', ' ']);
        let before = before.strip_suffix(':').unwrap_or_default();
        before.trim_end_matches(['"', '\'', ' ']).ends_with("kind")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret parts of a JSON text.
    fn secrets(text: &str) -> Vec<&str> {
        let tree = crate::document::parse_json(&text.into()).unwrap().tree;
        let mut spans = of_tree(&tree);
        spans.sort_unstable();
        spans.into_iter().map(|span| span.slice(text)).collect()
    }

    #[test]
    fn copies_of_what_was_applied_are_secret() {
        let text = r#"{"metadata":{"annotations":{"a":"b","kubectl.kubernetes.io/last-applied-configuration":"{1}",
            "objectset.rio.cattle.io/applied":"H4sI","objectset.rio.cattle.io/id":"i"}}}"#;
        assert_eq!(secrets(text), ["\"{1}\"", "\"H4sI\""]);
    }

    #[test]
    fn secrets_in_queries_of_urls_are_covered_and_the_rest_is_not() {
        for (text, covered) in [
            (
                "`https://a:b@h/p?tenant=1&token=SEKRIT&api_key=K#x` and http://h/?token=",
                "`https://a:******@h/p?tenant=1&token=******&api_key=******#x` and http://h/?token=",
            ),
            ("see https://h/p?page=2, what?token=1", "see https://h/p?page=2, what?token=1"),
            ("https://h/?token=http://u:p@x/&a=http://u:p@x", "https://h/?token=******&a=http://u:******@x"),
        ] {
            let mut text = text.to_owned();
            without_url_passwords(&mut text);
            assert_eq!(text, covered);
        }
    }

    #[test]
    fn items_below_a_secret_name_are_secret_and_mappings_are_not() {
        let text = r#"{"passwords":["a","b"],"secretKeyRef":{"name":"n"},"imagePullSecrets":[{"name":"n"}]}"#;
        assert_eq!(secrets(text), ["\"a\"", "\"b\""]);
    }
}
