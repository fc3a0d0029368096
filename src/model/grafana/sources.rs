//! Turns provisioned data sources into subjects: each by itself, and what concerns all of them.

use std::collections::BTreeMap;

use super::secrets;
use crate::document::Place;
use crate::model::cluster::Cluster;
use crate::model::cluster::cluster;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::fact::Subject;
use crate::model::piece::Chart;
use crate::model::stack::Stack;
use crate::model::values::fact_of;
use crate::text::nearest;

/// A file of data sources.
struct File {
    content: Fact,
    /// The namespace of the Grafana that reads it, where the input says so.
    namespace: Option<String>,
    /// Whether its texts can be read by whoever may read ConfigMaps.
    plain: bool,
}

/// The subject `datasource` for each data source of the stack.
pub(super) fn subjects(stack: &Stack<'_>) -> Vec<Subject> {
    let files = files(stack);
    if files.is_empty() {
        return Vec::new();
    }
    let cluster = cluster(stack);
    let mut seen = Seen::default();
    let mut found = Vec::new();
    for file in &files {
        let format = file.content.reach("apiVersion");
        let old = format.is_null() || matches!(format.value, FactValue::Int(0));
        let old = Fact { value: FactValue::Bool(old), place: format.place };
        for (index, item) in file.content.reach("datasources").items().iter().enumerate() {
            let mut subject = data_source(item, file, cluster);
            // A fault of the file is told once.
            subject.facts.insert("old_format", if index == 0 { old.clone() } else { Fact::default() });
            seen.note(&mut subject, file.namespace.as_deref());
            found.push(subject);
        }
    }
    found
}

/// Files of ConfigMaps and Secrets, files by themselves, and those in values of the chart where what it renders is not in
/// the input.
fn files(stack: &Stack<'_>) -> Vec<File> {
    let rendered: Vec<Option<&str>> = stack
        .grafana_inis
        .iter()
        .map(|(_, home)| home.object.as_ref().map(|object| &*object.namespace))
        .collect();
    let texts = stack.data_sources.iter().filter_map(|(at, home)| {
        let mut content = fact_of(at.in_documents(stack.documents)?, at.doc);
        if content.reach("apiVersion").is_null() {
            content.place = content.at("datasources").and_then(|list| list.place).or(content.place);
        }
        let object = home.object.as_ref();
        Some(File {
            content,
            namespace: object.map(|object| object.namespace.to_string()),
            plain: object.is_none_or(|object| &*object.kind != "Secret"),
        })
    });
    let mut files: Vec<File> = texts.collect();
    for release in stack.releases_of(Chart::Grafana) {
        let namespace = release.release.namespace.as_deref();
        if namespace.is_some() && rendered.contains(&namespace) {
            continue;
        }
        for (_, file) in release.values.reach("datasources").entries() {
            // Newer charts make a Secret of what stands below `secret`.
            let secret = file.at("secret").filter(|_| file.at("datasources").is_none());
            let content = secret.unwrap_or(file).clone();
            files.push(File { content, namespace: namespace.map(str::to_owned), plain: secret.is_none() });
        }
    }
    files
}

fn data_source(item: &Fact, file: &File, cluster: &Cluster) -> Subject {
    let name = item.reach("name");
    // What a data source does not say is missing at its name: the item itself is all of its lines.
    let whole = Fact::new(true, item.place);
    let item = Fact { place: name.place.or(item.place), ..item.clone() };
    let key = format!("data source {}", name.text().unwrap_or("without a name"));
    let place = name.place.or(item.place);
    let json = item.reach("jsonData");
    let headers =
        json.entries().filter(|(key, fact)| key.starts_with("httpHeaderValue") && fact.text().is_some());
    let headers: Vec<Fact> = headers.map(|(key, fact)| Fact::new(key, fact.place)).collect();
    let facts = Fact::map(
        [
            ("name", name.clone()),
            ("uid", item.reach("uid")),
            ("org", item.reach("orgId").or_default(1_i64)),
            ("type", item.reach("type")),
            ("access", item.reach("access").or_default("proxy")),
            ("url", item.reach("url")),
            ("remark", Fact::new(remark(&item, cluster), item.reach("url").place)),
            ("is_default", item.reach("isDefault").or_default(false)),
            ("editable", item.reach("editable").or_default(false)),
            ("tls_skip_verify", json.reach("tlsSkipVerify").or_default(false)),
            ("headers_not_sent", Fact::list(headers, json.place)),
            ("secrets", Fact::list(if file.plain { given_away(&item) } else { Vec::new() }, place)),
            ("unread", Fact::list(unread(&item), place)),
            ("namespace", Fact::new(file.namespace.clone(), place)),
            ("json_data", json),
            ("item", whole),
        ],
        place,
    );
    Subject { kind: "datasource", key, facts }
}

/// The keys of a data source that Grafana reads from its files. Source: Grafana, `upsertDataSourceFromConfig`.
const KEYS: [&str; 18] = [
    "access",
    "apiVersion",
    "basicAuth",
    "basicAuthUser",
    "correlations",
    "database",
    "editable",
    "isDefault",
    "jsonData",
    "name",
    "orgId",
    "secureJsonData",
    "type",
    "uid",
    "url",
    "user",
    "version",
    "withCredentials",
];

/// Keys that Grafana passes over, with what may be meant. Secrets among them are told as such.
fn unread(item: &Fact) -> Vec<Fact> {
    let strange = item.entries().filter(|(key, _)| !KEYS.contains(key) && !is_old_secret(key));
    let strange = strange.map(|(key, fact)| {
        let hint = match nearest(key, KEYS) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                "what a type of data source reads stands below `jsonData` and `secureJsonData`".to_owned()
            }
        };
        Fact::map([("name", Fact::new(key, fact.place)), ("hint", Fact::new(hint, fact.place))], fact.place)
    });
    strange.collect()
}

/// Passwords stood beside the other keys before Grafana 9.
fn is_old_secret(key: &str) -> bool {
    matches!(key, "password" | "basicAuthPassword")
}

/// The secrets that stand in a data source as plain text.
fn given_away(item: &Fact) -> Vec<Fact> {
    let mut found = Vec::new();
    let mut note = |route: String, fact: &Fact, holds: Option<&'static str>| {
        if let Some(holds) = holds {
            let entries = [("name", Fact::new(route, fact.place)), ("holds", Fact::new(holds, fact.place))];
            found.push(Fact::map(entries, fact.place));
        }
    };
    for (key, fact) in item.entries() {
        if let Some(text) = fact.text().filter(|_| is_old_secret(key) || key == "url") {
            note(key.to_owned(), fact, secrets::under_name(key, text));
        }
    }
    let json = item.reach("jsonData");
    for (section, hidden) in [("jsonData", false), ("secureJsonData", true)] {
        for (key, fact) in item.reach(section).entries() {
            let Some(text) = fact.text() else { continue };
            let header = key.strip_prefix("httpHeaderValue").map(|number| {
                json.reach(&format!("httpHeaderName{number}")).text().unwrap_or_default().to_ascii_lowercase()
            });
            let holds = match header {
                Some(header) => {
                    let words = ["auth", "token", "key", "secret", "cookie", "password"];
                    let secret = words.iter().any(|word| header.contains(word));
                    (secret && !text.is_empty() && !secrets::is_filled_in(text)).then_some("a key")
                }
                // Certificates are shown to everyone.
                None if key == "tlsCACert" || key == "tlsClientCert" => None,
                None => secrets::under_name(key, text).or_else(|| {
                    let literal = !text.trim().is_empty() && !secrets::is_filled_in(text);
                    (hidden && literal).then_some("a secret")
                }),
            };
            note(format!("{section}.{key}"), fact, holds);
        }
    }
    found
}

/// What is wrong with the address of a data source for Loki or Mimir, where that can be told.
fn remark(item: &Fact, cluster: &Cluster) -> Option<String> {
    let (kind, url) = (item.reach("type"), item.reach("url"));
    let (kind, url) = (kind.text()?, url.text()?);
    let (_, rest) = url.split_once("://")?;
    let (authority, path) = rest.split_once('/').map_or((rest, ""), |(authority, path)| (authority, path));
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let mut labels = host.split('.');
    let (service, namespace) = (labels.next()?, labels.next()?);
    let path = path.trim_end_matches('/');
    match kind {
        "loki" if service.starts_with("mimir") => {
            return Some("this is Mimir, which holds no logs".to_owned());
        }
        "prometheus" if service.starts_with("loki") => {
            return Some("this is Loki, which does not speak PromQL".to_owned());
        }
        "prometheus" if service.starts_with("mimir") && path.is_empty() => {
            return Some("Mimir answers queries below `/prometheus`".to_owned());
        }
        "prometheus" if path.ends_with("api/v1/push") => {
            return Some("this is where metrics are written, not read".to_owned());
        }
        "loki" if path == "loki" || path.starts_with("loki/") => {
            return Some("Grafana adds `/loki/api/v1` by itself".to_owned());
        }
        _ => {}
    }
    let in_cluster = matches!(labels.next(), Some("svc"));
    let key = (namespace.to_owned(), service.to_owned());
    match cluster.services.get(&key) {
        Some(found) => {
            let ports = found.ports.as_ref().filter(|ports| !ports.is_empty() && !found.headless)?;
            let wanted: u16 =
                port.unwrap_or(if url.starts_with("https") { "443" } else { "80" }).parse().ok()?;
            let served = ports.iter().any(|port| port.port == wanted);
            (!served).then(|| format!("the Service {namespace}/{service} has no port {wanted}"))
        }
        None if in_cluster && cluster.services.keys().any(|(other, _)| other == namespace) => {
            Some(format!("the input has no Service {namespace}/{service}"))
        }
        None => None,
    }
}

/// Names and uids that were seen, to find those that come again.
#[derive(Default)]
struct Seen {
    /// Where, by namespace of the Grafana, organisation, and what was seen.
    places: BTreeMap<(Option<String>, i64, &'static str, String), Option<Place>>,
}

impl Seen {
    /// Notes a data source, and tells it whether an earlier one has its name or uid.
    fn note(&mut self, subject: &mut Subject, namespace: Option<&str>) {
        let org = match subject.facts.reach("org").value {
            FactValue::Int(org) => org,
            _ => 1,
        };
        let mut repeated = Fact::absent(subject.facts.place);
        for what in ["uid", "name"] {
            let own = subject.facts.reach(what);
            let Some(text) = own.text().filter(|text| !secrets::is_filled_in(text)) else { continue };
            let key = (namespace.map(str::to_owned), org, what, text.to_owned());
            if let Some(first) = self.places.get(&key) {
                let entries = [
                    ("what", Fact::new(what, own.place)),
                    ("first", Fact::new(true, *first)),
                    ("text", Fact::new(text, own.place)),
                ];
                repeated = Fact::map(entries, own.place);
            } else {
                self.places.insert(key, own.place);
            }
        }
        subject.facts.insert("repeats", repeated);
    }
}

/// What tells apart where a data source may be the default: the namespace of its Grafana, and its organisation.
fn home(source: &Subject) -> String {
    let namespace = source.facts.reach("namespace");
    format!("{} {:?}", namespace.text().unwrap_or_default(), source.facts.reach("org").value)
}

/// What concerns all data sources together: which are the default, which of the two stores are there.
pub(super) fn summarise(subjects: &mut Vec<Subject>) {
    let sources: Vec<&Subject> = subjects.iter().filter(|subject| subject.kind == "datasource").collect();
    let Some(first) = sources.first() else { return };
    let place = first.facts.place;
    let is_default = |source: &&&Subject| source.facts.reach("is_default").bool() == Some(true);
    let defaults: Vec<Fact> =
        sources.iter().filter(is_default).map(|source| source.facts.reach("is_default")).collect();
    let mut first_of: BTreeMap<(Option<String>, String), Option<Place>> = BTreeMap::new();
    let mut rivals = Vec::new();
    for source in sources.iter().filter(is_default) {
        let namespace = source.facts.reach("namespace").text().map(str::to_owned);
        let org = format!("{:?}", source.facts.reach("org").value);
        let own = source.facts.reach("is_default").place;
        match first_of.get(&(namespace.clone(), org.clone())) {
            Some(first) => {
                let entries = [("name", source.facts.reach("name")), ("first", Fact::new(true, *first))];
                rivals.push(Fact::map(entries, own));
            }
            None => {
                first_of.insert((namespace, org), own);
            }
        }
    }
    let of_type = |kind: &str| sources.iter().any(|source| source.facts.reach("type").text() == Some(kind));
    // A Grafana that names tenants by header reads those of several workloads: it is a control room's.
    let names_tenants = sources.iter().any(|source| {
        let headers = source.facts.reach("json_data");
        headers
            .entries()
            .any(|(key, fact)| key.starts_with("httpHeaderName") && fact.text() == Some("X-Scope-OrgID"))
    });
    let facts = Fact::map(
        [
            ("defaults", Fact::list(defaults, place)),
            ("rivals", Fact::list(rivals, place)),
            ("has_loki", Fact::new(of_type("loki"), place)),
            ("has_prometheus", Fact::new(of_type("prometheus"), place)),
            ("count", Fact::new(sources.len(), place)),
            ("names_tenants", Fact::new(names_tenants, place)),
        ],
        place,
    );
    subjects.push(Subject { kind: "datasources", key: "data sources".to_owned(), facts });
    let defaults: Vec<(String, Fact)> = subjects
        .iter()
        .filter(|subject| {
            subject.kind == "datasource" && subject.facts.reach("is_default").bool() == Some(true)
        })
        .map(|source| (home(source), source.facts.reach("is_default")))
        .collect();
    for source in subjects.iter_mut().filter(|subject| subject.kind == "datasource") {
        let (own, name) = (home(source), source.facts.reach("is_default").place);
        let others = defaults.iter().filter(|(other, fact)| *other == own && fact.place != name);
        let others: Vec<Fact> = others.map(|(_, fact)| fact.clone()).collect();
        source.facts.insert("other_defaults", Fact::list(others, None));
    }
    for grafana in subjects.iter_mut().filter(|subject| subject.kind == "grafana") {
        grafana.facts.insert("names_tenants", Fact::new(names_tenants, place));
    }
}
