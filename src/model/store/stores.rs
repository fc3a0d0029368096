//! Finds the stores of a stack, each with what is written of its configuration and the processes that read it.

use super::Assumed;
use super::env::Variables;
use super::options;
use super::options::Options;
use super::parts::loki_parts;
use super::parts::mimir_parts;
use super::parts::rendered_parts;
use super::processes;
use super::processes::Group;
use super::released;
use super::withheld;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::charts::Making;
use crate::model::charts::app_version;
use crate::model::charts::made_config;
use crate::model::charts::pasted_sections;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::piece::Chart;
use crate::model::piece::Home;
use crate::model::piece::NodeAt;
use crate::model::piece::Store;
use crate::model::piece::ValuesLayer;
use crate::model::stack::ReleasedChart;
use crate::model::stack::Stack;
use crate::model::values::fact_of;
use crate::model::values::merge;
use crate::model::values::root_of;
use crate::model::version::Minor;
use crate::text::Span;

/// One store of the stack.
pub(super) struct Found<'s> {
    /// Which.
    pub(super) store: Store,
    /// `values`, `rendered` or `file`.
    pub(super) form: &'static str,
    /// Its name.
    pub(super) name: String,
    /// Its namespace.
    pub(super) namespace: Option<String>,
    /// Where the namespace is written.
    pub(super) namespace_place: Option<Place>,
    /// The version as it is written, with its place.
    pub(super) written_version: Fact,
    /// The version that the tables are asked for.
    pub(super) version: Minor,
    /// The version that the input itself says.
    pub(super) input_version: Option<Minor>,
    /// Whether the version is known, and not the newest for want of a better one.
    pub(super) version_known: bool,
    /// What is written, as one tree; of Loki's values, with what the chart makes of them.
    pub(super) config: Fact,
    /// What the chart sets without being told.
    pub(super) made: Option<Fact>,
    /// What is written and nothing else, where `config` holds more.
    pub(super) own: Option<Fact>,
    /// Facts by part (`ingester`, `write`, ...), null where the form does not show them.
    pub(super) parts: Fact,
    /// Where it stands.
    pub(super) place: Place,
    /// What the store runs with could not be seen.
    pub(super) unseen: Option<(String, Place)>,
    /// Its processes, one group for each set of flags; at least one.
    pub(super) groups: Vec<Group>,
    /// Whether its configuration is in a Secret.
    pub(super) in_secret: bool,
    /// Its values, where a chart makes it.
    pub(super) values: Fact,
    /// Where sections of the configuration are written that are not there: from the place of the values on, by section.
    pub(super) config_at: Fact,
    /// The mappings of options that people wrote, each with the path at which it stands.
    pub(super) written: Vec<(NodeRef<'s>, DocId, String)>,
}

impl Found<'_> {
    /// The table of its options.
    pub(super) fn options(&self) -> &'static Options {
        options::table(self.store)
    }
}

/// The chart of a store.
pub(super) const fn chart_of(store: Store) -> Chart {
    match store {
        Store::Mimir => Chart::Mimir,
        Store::Loki => Chart::Loki,
    }
}

/// All stores of one kind.
pub(super) fn find<'s>(stack: &'s Stack<'_>, store: Store, assumed: &Assumed) -> Vec<Found<'s>> {
    let mut found = from_objects(stack, store, assumed);
    found.extend(withheld::find(stack, store, assumed));
    let rendered: Vec<Option<String>> =
        found.iter().filter(|store| store.form == "rendered").map(|store| store.namespace.clone()).collect();
    for release in stack.releases_of(chart_of(store)) {
        let namespace = release.release.namespace.as_deref().map(str::to_owned);
        // What the chart made of the values is better evidence than the values.
        if !rendered.contains(&namespace) {
            let namespace_place = stack.namespace_place(release.release.object.as_ref());
            let of_values = from_values(stack, release, store, namespace, assumed);
            found.push(Found { namespace_place, ..of_values });
        }
    }
    found
}

/// Whether a document is not the first of its text: the stores read that one alone.
fn is_ignored(stack: &Stack<'_>, at: NodeAt, home: &Home) -> bool {
    let earlier = |(_, other, own): &(Store, NodeAt, &Home)| {
        other.doc.file == at.doc.file
            && other.doc.index < at.doc.index
            && own.object == home.object
            && own.key == home.key
            && is_same_text(stack, *other, at)
    };
    stack.store_configs.iter().any(earlier)
}

/// Whether two documents stand in one text.
fn is_same_text(stack: &Stack<'_>, one: NodeAt, two: NodeAt) -> bool {
    match (one.in_documents(stack.documents), two.in_documents(stack.documents)) {
        (Some(one), Some(two)) => std::sync::Arc::ptr_eq(&one.tree.text, &two.tree.text),
        _ => false,
    }
}

/// Where the document of a configuration ends and another one begins that holds something.
pub(super) fn second_document(root: NodeRef<'_>) -> Option<Span> {
    let text = &root.tree.text;
    let end = root.span().end as usize;
    let mut at = end;
    for line in text.get(end..)?.split_inclusive('\n') {
        let more = |rest: &str| {
            rest.lines().any(|line| {
                let line = line.trim();
                !(line.is_empty() || line.starts_with('#') || line == "---" || line == "...")
            })
        };
        if at > end && line.trim_end() == "---" && more(text.get(at + line.len()..)?) {
            return Some(Span::new(u32::try_from(at).ok()?, u32::try_from(at + 3).ok()?));
        }
        at += line.len();
    }
    None
}

/// The version to judge by: what the caller wants, else what is written, else the newest.
pub(super) fn version_of(store: Store, assumed: &Assumed, written: Option<Minor>) -> (Minor, bool) {
    let table = options::table(store);
    let wanted = assumed.versions.get(&store).copied().or(written);
    (wanted.map_or(table.newest, |wanted| table.nearest(wanted)), wanted.is_some())
}

fn from_objects<'s>(stack: &'s Stack<'_>, store: Store, assumed: &Assumed) -> Vec<Found<'s>> {
    let mut found = Vec::new();
    for (kind, at, home) in &stack.store_configs {
        if *kind != store || home.release.is_some() || is_ignored(stack, *at, home) {
            continue;
        }
        let Some(root) = at.in_documents(stack.documents) else { continue };
        let place = Place { doc: at.doc, span: crate::text::Span::at(root.span().start) };
        let (name, namespace) = match &home.object {
            Some(object) => (object.name.to_string(), Some(object.namespace.to_string())),
            None => (stack.documents.files[at.doc.file as usize].path.clone(), None),
        };
        let namespace = namespace.filter(|namespace| !namespace.is_empty());
        let table = options::table(store);
        let (parts, label, groups) = match &home.object {
            Some(object) => {
                let (parts, label) = rendered_parts(stack, chart_of(store), namespace.as_deref(), place);
                (parts, label, processes::of_object(stack, store, object, table))
            }
            None => (Fact::absent(place), Fact::absent(place), Vec::new()),
        };
        let mut config = fact_of(root, at.doc);
        config.place = Some(place);
        let target = config.reach("target");
        let mut groups = groups;
        if groups.is_empty() {
            let target = if target.text().is_some() { target } else { Fact::bare("all") };
            groups.push(Group { targets: vec![target], variables: Variables::default(), ..Group::default() });
        }
        let written_version = groups.iter().find_map(|group| group.version.clone()).unwrap_or(label);
        let minor = written_version.text().and_then(Minor::parse);
        let (version, version_known) = version_of(store, assumed, minor);
        found.push(Found {
            store,
            form: if home.object.is_some() { "rendered" } else { "file" },
            name,
            namespace,
            namespace_place: stack.namespace_place(home.object.as_ref()),
            written_version,
            version,
            input_version: minor,
            version_known,
            config,
            made: None,
            own: None,
            parts,
            place,
            unseen: None,
            groups,
            in_secret: home.object.as_ref().is_some_and(|object| &*object.kind == "Secret"),
            values: Fact::default(),
            config_at: Fact::map::<String>([], Place { doc: at.doc, span: root.span() }),
            written: vec![(root, at.doc, String::new())],
        });
    }
    found
}

fn from_values<'s>(
    stack: &'s Stack<'_>,
    release: &ReleasedChart<'_>,
    store: Store,
    namespace: Option<String>,
    assumed: &Assumed,
) -> Found<'s> {
    let values = &release.values;
    let place = release.release.place;
    let full_name = release.full_name();
    let chart_version = release.release.version.as_ref().map(|(version, _)| &**version);
    let made = made_config(&Making {
        chart: chart_of(store),
        version: chart_version,
        values,
        full_name: full_name.as_deref(),
        namespace: namespace.as_deref(),
    });
    let (config, own, parts) = match store {
        Store::Mimir => (section(values, "mimir.structuredConfig"), None, mimir_parts(values, chart_version)),
        Store::Loki => {
            let structured = section(values, "loki.structuredConfig");
            let mut config = made.merged();
            merge(&mut config, structured.clone());
            config.insert("storage", values.reach("loki.storage"));
            config.place = values.reach("loki").place;
            let mut own = made.written;
            merge(&mut own, structured);
            (config, Some(own), loki_parts(release, chart_version))
        }
    };
    let templated = match store {
        Store::Mimir => values.at("mimir.config"),
        Store::Loki => values.at("loki.config"),
    };
    let unseen = match (templated.filter(|fact| !fact.is_null()), release.unseen().next()) {
        (Some(fact), _) => Some((
            "the configuration is a template of the values' own: lint the rendered ConfigMap".to_owned(),
            fact.place.unwrap_or(place),
        )),
        (None, Some((what, place))) => {
            Some((format!("values come from `{what}`, which is not in the input"), *place))
        }
        (None, None) => None,
    };
    let groups = released::of_release(release, store);
    let of_image = groups.iter().find_map(|group| group.version.clone());
    let of_chart = release.release.version.as_ref().map(|(version, place)| Fact::new(&**version, *place));
    let app = release.release.version.as_ref().and_then(|(version, _)| app_version(chart_of(store), version));
    let minor = match &of_image {
        Some(tag) => tag.text().and_then(Minor::parse),
        None => app.and_then(Minor::parse),
    };
    let (version, version_known) = version_of(store, assumed, minor);
    let written = written(stack, release, store);
    let root = root_of(release.release, stack.documents);
    Found {
        store,
        form: "values",
        name: full_name.unwrap_or_else(|| release.release.chart_name.to_string()),
        namespace,
        namespace_place: None,
        written_version: of_image.or(of_chart).unwrap_or(Fact::absent(place)),
        version,
        input_version: minor,
        version_known,
        config,
        made: Some(made.chart),
        own,
        parts,
        place,
        unseen,
        groups,
        in_secret: false,
        config_at: config_at(store, chart_version, root.place),
        values: root,
        written,
    }
}

/// Where sections of the configuration are written in values: those that the chart takes over as they are at their own
/// places, all others below `structuredConfig`.
fn config_at(store: Store, version: Option<&str>, root: Option<Place>) -> Fact {
    let Some(root) = root else { return Fact::default() };
    let keys = |route: &str| Fact::list(route.split('.').map(Fact::bare), None);
    let mut sections = vec![(
        "other",
        keys(match store {
            Store::Mimir => "mimir.structuredConfig",
            Store::Loki => "loki.structuredConfig",
        }),
    )];
    if store == Store::Loki {
        sections.push(("auth_enabled", keys("loki.auth_enabled")));
        sections.extend(pasted_sections(Chart::Loki, version).map(|(value, section)| (section, keys(value))));
    }
    Fact::map(sections, root)
}

/// A section of the values, empty where there is none.
fn section(values: &Fact, route: &str) -> Fact {
    let mut section = values.reach(route);
    if section.is_null() {
        section.value = FactValue::Map(std::collections::BTreeMap::new());
    }
    section
}

/// The mappings of options in the values of a release.
fn written<'s>(
    stack: &'s Stack<'_>,
    release: &ReleasedChart<'_>,
    store: Store,
) -> Vec<(NodeRef<'s>, DocId, String)> {
    let mut found = Vec::new();
    for (_, layer) in &release.release.layers {
        let ValuesLayer::Tree(at) = layer else { continue };
        let Some(root) = at.in_documents(stack.documents) else { continue };
        let mut add = |route: &str, path: &str| {
            if let Some(node) = root.at(route).filter(|node| node.is_mapping()) {
                found.push((node, at.doc, path.to_owned()));
            }
        };
        match store {
            Store::Mimir => add("mimir.structuredConfig", ""),
            Store::Loki => {
                add("loki.structuredConfig", "");
                let version = release.release.version.as_ref().map(|(version, _)| &**version);
                for (value, section) in pasted_sections(Chart::Loki, version) {
                    add(value, section);
                }
            }
        }
    }
    found
}
