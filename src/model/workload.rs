//! What the workload says of itself: `ptd.yaml`, `ptd-lint.yaml` and the command line.

use super::declaration::components;
use super::declaration::flag;
use super::fact::Fact;
use super::stack::Stack;
use super::values::fact_of;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Place;

/// Whether the workload has a control room.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum ControlRoom {
    /// Nobody says.
    #[default]
    Undeclared,
    /// Declared, with its domain and the place of the declaration.
    Declared(String, Option<Place>),
    /// Declared to be absent.
    None(Option<Place>),
    /// Not declared; the only writer that leaves the cluster names this domain.
    Assumed(String),
}

impl ControlRoom {
    /// The domain under which the control room's endpoints lie.
    pub(crate) fn domain(&self) -> Option<&str> {
        match self {
            Self::Declared(domain, _) | Self::Assumed(domain) => Some(domain),
            Self::Undeclared | Self::None(_) => None,
        }
    }
}

/// What is expected of the workload, each part `None` or null where nobody says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Workload {
    /// The name in reports.
    pub(crate) name: String,
    /// The second store of metrics.
    pub(crate) control_room: ControlRoom,
    /// This is itself a control room: it receives metrics and sends none on.
    pub(crate) is_control_room: bool,
    /// The facts that rules read as `workload`.
    pub(crate) facts: Fact,
}

/// What the command line and `ptd-lint.yaml` say; beats `ptd.yaml`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stated {
    /// The workload's name.
    pub(crate) name: Option<String>,
    /// The control room.
    pub(crate) control_room: ControlRoom,
    /// The main site's domain.
    pub(crate) domain: Option<Fact>,
    /// Facts that stand for those of `ptd.yaml`, by their names in `workload`; `clusters` is a map of components by
    /// release.
    pub(crate) declared: Vec<(&'static str, Fact)>,
}

/// The declaration of a stack, as far as there is one.
#[derive(Default)]
struct Declared<'d> {
    /// Its kind; empty where there is none.
    kind: &'d str,
    /// The document, for what has to be read as it was typed.
    root: Option<(NodeRef<'d>, DocId)>,
    facts: Fact,
}

impl Declared<'_> {
    fn spec(&self, route: &str) -> Fact {
        self.facts.reach(&format!("spec.{route}"))
    }

    /// A text that may look like a number, such as an account.
    fn text(&self, route: &str) -> Fact {
        let fact = self.spec(route);
        let node = self.root.and_then(|(root, _)| root.at("spec")?.at(route));
        match node.and_then(NodeRef::text) {
            Some(text) if !text.is_empty() && !fact.is_null() => Fact::new(text, fact.place),
            _ => Fact::absent(fact.place),
        }
    }

    /// A switch; one that is left out has the producer's default.
    fn switch(&self, route: &str, default: bool) -> Fact {
        let fact = self.spec(route);
        let node = self.root.and_then(|(root, _)| root.at("spec")?.at(route));
        match node.and_then(flag) {
            Some(value) => Fact::new(value, fact.place),
            None if !self.kind.is_empty() => Fact::new(default, fact.place),
            None => Fact::absent(fact.place),
        }
    }

    /// Whether the nodes' own logs are collected: on Azure always, whatever is written. Source: PTD producer.
    fn system_logs(&self) -> Fact {
        let fact = self.switch("grafana_scrape_system_logs", false);
        if self.kind.starts_with("Azure") { Fact::new(true, fact.place) } else { fact }
    }

    /// The level of trust between pods. The producer takes a word that it does not know for `FULL`.
    fn network_trust(&self) -> Fact {
        let fact = self.spec("network_trust");
        let level = fact.text().filter(|level| matches!(*level, "ZERO" | "SAMESITE")).unwrap_or("FULL");
        if self.is_workload() { Fact::new(level, fact.place) } else { Fact::absent(fact.place) }
    }

    /// Whether a login stands before the site that hosts are named after: the one called main, or the only one. Where neither is
    /// there, nothing is known.
    fn forward_auth(&self) -> Fact {
        let sites = self.spec("sites");
        let names: Vec<&str> = sites.entries().map(|(name, _)| name).collect();
        match names.as_slice() {
            [only] => self.switch(&format!("sites.{only}.spec.use_traefik_forward_auth"), false),
            names if names.is_empty() || names.contains(&"main") => {
                self.switch("sites.main.spec.use_traefik_forward_auth", false)
            }
            _ => Fact::absent(sites.place),
        }
    }

    fn is_control_room(&self) -> bool {
        self.kind.contains("ControlRoom")
    }

    fn is_workload(&self) -> bool {
        !self.kind.is_empty() && !self.is_control_room()
    }

    fn control_room(&self) -> ControlRoom {
        if self.is_control_room() {
            return ControlRoom::None(None);
        }
        let domain = self.spec("control_room_domain");
        match domain.text() {
            _ if !self.is_workload() => ControlRoom::Undeclared,
            Some(text) if !text.is_empty() => ControlRoom::Declared(text.to_owned(), domain.place),
            _ => ControlRoom::None(domain.place),
        }
    }

    /// The components of each cluster, by release.
    fn clusters(&self) -> Fact {
        let all = self.spec("clusters");
        let node = self.root.and_then(|(root, doc)| Some((root.at("spec.clusters")?, doc)));
        let entries = node.into_iter().flat_map(|(node, doc)| {
            node.entries_merged().into_iter().filter_map(move |(key, cluster)| {
                let place = Place { doc, span: key.span() };
                let mut components = components(cluster, doc);
                components.place = Some(place);
                Some((key.text()?.to_owned(), components))
            })
        });
        Fact::map(entries.collect::<Vec<_>>(), all.place)
    }

    /// The sites, as a list.
    fn sites(&self) -> Fact {
        let sites = self.spec("sites");
        let each = sites.entries().map(|(name, fact)| {
            let domain = fact.reach("spec.domain");
            let place = domain.place.or(fact.place);
            Fact::map([("name", Fact::new(name, fact.place)), ("domain", domain)], place)
        });
        Fact::list(each.collect::<Vec<_>>(), sites.place)
    }
}

/// The declaration that governs a stack. `name` is the stack's name where nobody gives a better one.
pub(crate) fn workload(stack: &Stack<'_>, stated: &Stated, name: &str) -> Workload {
    let declared = stack.declarations.first().and_then(|declaration| {
        let root = declaration.at.in_documents(stack.documents)?;
        let facts = fact_of(root, declaration.at.doc);
        Some(Declared { kind: &declaration.kind, root: Some((root, declaration.at.doc)), facts })
    });
    let declared = declared.unwrap_or_default();
    let control_room = match &stated.control_room {
        ControlRoom::Undeclared => declared.control_room(),
        stated => stated.clone(),
    };
    let (state, room) = match &control_room {
        ControlRoom::Undeclared => ("undeclared", Fact::default()),
        ControlRoom::Declared(domain, place) => ("declared", Fact::new(domain.as_str(), *place)),
        ControlRoom::None(place) => ("none", Fact::absent(*place)),
        ControlRoom::Assumed(domain) => ("assumed", Fact::bare(domain.as_str())),
    };
    let azure = declared.kind.starts_with("Azure");
    let cloud = match declared.kind {
        kind if kind.starts_with("AWS") => Fact::bare("aws"),
        _ if azure => Fact::bare("azure"),
        _ => Fact::default(),
    };
    // The name of a folder does for a report, and is nothing to write into a configuration.
    let stated_name = match &stated.name {
        Some(name) => Fact::bare(name.as_str()),
        None => Some(declared.facts.reach("metadata.name"))
            .filter(|name| name.text().is_some())
            .unwrap_or_default(),
    };
    let name = stated.name.clone().unwrap_or_else(|| name.to_owned());
    let mut facts = Fact::map(
        [
            ("name", Fact::bare(name.as_str())),
            ("stated_name", stated_name),
            ("declared", Fact::bare(!declared.kind.is_empty())),
            ("cloud", cloud),
            ("is_control_room", Fact::bare(declared.is_control_room())),
            ("sites", declared.sites()),
            ("region", declared.spec("region")),
            ("account", declared.text(if azure { "tenant_id" } else { "account_id" })),
            ("subscription", declared.text("subscription_id")),
            ("tenant_name", declared.spec("tenant_name")),
            ("clusters", declared.clusters()),
            ("forward_auth", declared.forward_auth()),
            ("system_logs", declared.system_logs()),
            ("third_party_telemetry", declared.switch("third_party_telemetry_enabled", true)),
            ("filter_control_room_metrics", declared.switch("filter_control_room_metrics", false)),
            ("network_trust", declared.network_trust()),
            ("control_room", Fact::map([("state", Fact::bare(state)), ("domain", room.clone())], room.place)),
        ],
        declared.facts.place,
    );
    for (name, fact) in &stated.declared {
        facts.insert(name, fact.clone());
    }
    let domain = stated.domain.clone().or_else(|| main_domain(&facts)).unwrap_or_default();
    facts.insert("domain", domain);
    let clusters = facts.reach("clusters");
    let (release, components) = of_cluster(&clusters, stack.cluster.as_deref());
    facts.insert("release", release);
    facts.insert("components", components);
    let releases = clusters.entries().map(|(release, fact)| Fact::new(release, fact.place));
    facts.insert("clusters", Fact::list(releases.collect::<Vec<_>>(), clusters.place));
    Workload { name, control_room, is_control_room: declared.is_control_room(), facts }
}

/// Hosts are those of the site called main; a workload with one site has no choice.
fn main_domain(facts: &Fact) -> Option<Fact> {
    let sites = facts.reach("sites");
    let main = sites.items().iter().find(|site| site.reach("name").text() == Some("main"));
    let main = main.map(|site| site.reach("domain")).filter(|domain| !domain.is_null());
    main.or_else(|| match sites.items() {
        [only] => Some(only.reach("domain")).filter(|domain| !domain.is_null()),
        _ => None,
    })
}

/// The release of the cluster that is judged, and what is declared of its components. Where it is not known which of
/// several clusters this is, what is declared alike for all of them.
fn of_cluster(clusters: &Fact, cluster: Option<&str>) -> (Fact, Fact) {
    let all: Vec<(&str, &Fact)> = clusters.entries().collect();
    let names =
        |cluster: &str, release: &str| cluster == release || cluster.split('-').any(|part| part == release);
    let own = match (&all[..], cluster) {
        ([only], None) => Some(*only),
        (all, Some(cluster)) => all.iter().copied().find(|(release, _)| names(cluster, release)),
        (_, None) => None,
    };
    if let Some((release, components)) = own {
        return (Fact::new(release, components.place), components.clone());
    }
    let Some(((_, first), others)) = all.split_first() else { return (Fact::default(), Fact::default()) };
    let alike = first.entries().filter(|(name, fact)| {
        others.iter().all(|(_, other)| other.at(name).is_some_and(|other| other.value == fact.value))
    });
    let alike: Vec<(String, Fact)> = alike.map(|(name, fact)| (name.to_owned(), fact.clone())).collect();
    (Fact::default(), Fact::map(alike, first.place))
}
