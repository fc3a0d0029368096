//! What the workload says of itself: `ptd.yaml`, `ptd-lint.yaml` and the command line.

use super::fact::Fact;
use super::fact::FactValue;
use super::stack::Stack;
use super::values::fact_of;
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
}

/// The declaration that governs a stack. `name` is the stack's name where nobody gives a better one.
pub(crate) fn workload(stack: &Stack<'_>, stated: &Stated, name: &str) -> Workload {
    let mut declared = Fact::default();
    let mut kind = None;
    if let Some(declaration) = stack.declarations.first()
        && let Some(root) = declaration.at.in_documents(stack.documents)
    {
        declared = fact_of(root, declaration.at.doc);
        kind = Some(declaration.kind.to_string());
    }
    let is_control_room = kind.as_deref().is_some_and(|kind| kind.contains("ControlRoom"));
    let spec = |route: &str| declared.reach(&format!("spec.{route}"));
    let control_room = match &stated.control_room {
        ControlRoom::Undeclared if kind.is_some() && !is_control_room => {
            let domain = spec("control_room_domain");
            match domain.text() {
                Some(text) if !text.is_empty() => ControlRoom::Declared(text.to_owned(), domain.place),
                _ => ControlRoom::None(domain.place),
            }
        }
        ControlRoom::Undeclared if is_control_room => ControlRoom::None(None),
        stated => stated.clone(),
    };
    let sites = spec("sites");
    let mut domains = Vec::new();
    for (site, fact) in sites.entries() {
        let domain = fact.reach("spec.domain");
        domains.push(Fact::map([("name", Fact::bare(site)), ("domain", domain.clone())], domain.place));
    }
    // Hosts are those of the site called main; a workload with one site has no choice.
    let main = sites.at("main.spec.domain").cloned().or_else(|| match &domains[..] {
        [only] => only.at("domain").cloned(),
        _ => None,
    });
    let domain = stated.domain.clone().or(main).unwrap_or_default();
    let clusters: Vec<Fact> =
        spec("clusters").entries().map(|(release, fact)| Fact::new(release, fact.place)).collect();
    let cloud = match kind.as_deref() {
        Some(kind) if kind.starts_with("AWS") => Fact::bare("aws"),
        Some(kind) if kind.starts_with("Azure") => Fact::bare("azure"),
        _ => Fact::default(),
    };
    let (state, room) = match &control_room {
        ControlRoom::Undeclared => ("undeclared", Fact::default()),
        ControlRoom::Declared(domain, place) => ("declared", Fact::new(domain.as_str(), *place)),
        ControlRoom::None(place) => ("none", Fact::absent(*place)),
        ControlRoom::Assumed(domain) => ("assumed", Fact::bare(domain.as_str())),
    };
    let name = stated.name.clone().unwrap_or_else(|| name.to_owned());
    let declared_here = kind.is_some();
    // A switch that `ptd.yaml` leaves out has the producer's default.
    let switch = |route: &str, default: bool| {
        let fact = spec(route);
        if fact.is_null() && declared_here {
            Fact { value: FactValue::Bool(default), place: fact.place }
        } else {
            fact
        }
    };
    let azure = kind.as_deref().is_some_and(|kind| kind.starts_with("Azure"));
    let facts = Fact::map(
        [
            ("name", Fact::bare(name.as_str())),
            ("declared", Fact::bare(declared_here)),
            ("cloud", cloud),
            ("is_control_room", Fact::bare(is_control_room)),
            ("domain", domain),
            ("sites", Fact::list(domains, sites.place)),
            ("region", spec("region")),
            ("tenant_name", spec("tenant_name")),
            ("clusters", Fact::list(clusters, None)),
            ("forward_auth", switch("sites.main.spec.use_traefik_forward_auth", false)),
            ("system_logs", switch("grafana_scrape_system_logs", azure)),
            ("third_party_telemetry", switch("third_party_telemetry_enabled", true)),
            ("filter_control_room_metrics", switch("filter_control_room_metrics", false)),
            ("control_room", Fact::map([("state", Fact::bare(state)), ("domain", room.clone())], room.place)),
        ],
        declared.place,
    );
    Workload { name, control_room, is_control_room, facts }
}
