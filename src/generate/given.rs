//! What sources say of a workload, each value with its source. Sources are laid one over the other.

use std::collections::BTreeMap;

use super::wanted::PRODUCTS;
use super::wanted::Sites;
use crate::document::Place;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::Workload;

/// A value, and who says so: `--region`, or `ptd.yaml:7`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said<T> {
    /// The value.
    pub(crate) value: T,
    /// Who says so, in words for messages.
    pub(crate) by: String,
}

/// What one source says; what it leaves out is `None` or empty. Nothing in it is checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Given {
    /// `aws` or `azure`.
    pub(crate) cloud: Option<Said<String>>,
    /// The compound name.
    pub(crate) workload: Option<Said<String>>,
    /// The cluster's release.
    pub(crate) release: Option<Said<String>>,
    /// The region.
    pub(crate) region: Option<Said<String>>,
    /// AWS account or Azure tenant.
    pub(crate) account: Option<Said<String>>,
    /// Azure subscription.
    pub(crate) subscription: Option<Said<String>>,
    /// The main site's domain.
    pub(crate) domain: Option<Said<String>>,
    /// Sites by name.
    pub(crate) sites: Sites,
    /// The control room's domain; empty where there is none.
    pub(crate) control_room: Option<Said<String>>,
    /// The label of series and logs.
    pub(crate) tenant_name: Option<Said<String>>,
    /// Whether the nodes' journals are collected.
    pub(crate) system_logs: Option<bool>,
    /// Whether programs may call their makers.
    pub(crate) third_party_telemetry: Option<bool>,
    /// Whether the control room gets some metrics only.
    pub(crate) filter: Option<Said<bool>>,
    /// Names of the metrics that it gets then.
    pub(crate) kept_metrics: Option<Said<Vec<String>>>,
    /// Whether browsers send their errors.
    pub(crate) front_end_logs: Option<bool>,
    /// Pods of each part of Mimir that keeps data.
    pub(crate) mimir_replicas: Option<Said<i64>>,
    /// Pods of each part of Loki.
    pub(crate) loki_replicas: Option<Said<i64>>,
    /// Releases that are declared.
    pub(crate) releases: Vec<String>,
    /// Versions of charts that are declared, by the name of the release.
    pub(crate) versions: Vec<(String, Said<String>)>,
    /// How long logs are kept.
    pub(crate) log_retention: Option<Said<String>>,
    /// How long metrics are kept.
    pub(crate) metric_retention: Option<Said<String>>,
    /// Taints of further nodes.
    pub(crate) taints: Vec<Said<String>>,
    /// Azure's identities of programs: `PART=UUID`.
    pub(crate) identities: Vec<Said<String>>,
    /// Whether a login stands before the main site.
    pub(crate) forward_auth: Option<bool>,
    /// Which pods may reach which.
    pub(crate) network_trust: Option<Said<String>>,
}

/// What a source says of a site.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct GivenSite {
    /// Who names the site.
    pub(crate) by: String,
    /// Its domain.
    pub(crate) domain: Option<Said<String>>,
    /// Products by name.
    pub(crate) products: BTreeMap<String, GivenProduct>,
    /// Whether its products are probed under their public names.
    pub(crate) probed_outside: Option<bool>,
}

/// What a source says of a product of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GivenProduct {
    /// Whether it runs.
    pub(crate) runs: bool,
    /// What stands before the site's domain.
    pub(crate) prefix: Option<Said<String>>,
}

impl Given {
    /// What this source says, and what `weaker` says of the rest. Sites that both name are put together.
    pub(crate) fn over(self, weaker: Self) -> Self {
        let mut sites = weaker.sites;
        for (name, site) in self.sites {
            let below = sites.remove(&name).unwrap_or_default();
            let mut products = below.products;
            products.extend(site.products);
            let both = GivenSite {
                by: site.by,
                domain: site.domain.or(below.domain),
                products,
                probed_outside: site.probed_outside.or(below.probed_outside),
            };
            sites.insert(name, both);
        }
        Self {
            cloud: self.cloud.or(weaker.cloud),
            workload: self.workload.or(weaker.workload),
            release: self.release.or(weaker.release),
            region: self.region.or(weaker.region),
            account: self.account.or(weaker.account),
            subscription: self.subscription.or(weaker.subscription),
            domain: self.domain.or(weaker.domain),
            sites,
            control_room: self.control_room.or(weaker.control_room),
            tenant_name: self.tenant_name.or(weaker.tenant_name),
            system_logs: self.system_logs.or(weaker.system_logs),
            third_party_telemetry: self.third_party_telemetry.or(weaker.third_party_telemetry),
            filter: self.filter.or(weaker.filter),
            kept_metrics: self.kept_metrics.or(weaker.kept_metrics),
            front_end_logs: self.front_end_logs.or(weaker.front_end_logs),
            mimir_replicas: self.mimir_replicas.or(weaker.mimir_replicas),
            loki_replicas: self.loki_replicas.or(weaker.loki_replicas),
            releases: if self.releases.is_empty() { weaker.releases } else { self.releases },
            versions: if self.versions.is_empty() { weaker.versions } else { self.versions },
            log_retention: self.log_retention.or(weaker.log_retention),
            metric_retention: self.metric_retention.or(weaker.metric_retention),
            taints: if self.taints.is_empty() { weaker.taints } else { self.taints },
            identities: if self.identities.is_empty() { weaker.identities } else { self.identities },
            forward_auth: self.forward_auth.or(weaker.forward_auth),
            network_trust: self.network_trust.or(weaker.network_trust),
        }
    }

    /// What a declaration says: the facts that rules read as `workload`. `name` is its name where it says none, and `by`
    /// puts a place into words.
    pub(crate) fn declared(workload: &Workload, by: &dyn Fn(Option<Place>) -> String) -> Self {
        let facts = &workload.facts;
        let text = |route: &str| {
            let fact = facts.reach(route);
            fact.text().map(|text| Said { value: text.to_owned(), by: by(fact.place) })
        };
        let flag = |route: &str| match facts.reach(route).value {
            FactValue::Bool(value) => Some(value),
            _ => None,
        };
        let number = |route: &str| {
            let fact = facts.reach(route);
            match fact.value {
                FactValue::Int(value) => Some(Said { value, by: by(fact.place) }),
                _ => None,
            }
        };
        let releases = facts.reach("clusters");
        let releases = releases.items().iter().filter_map(Fact::text).map(str::to_owned);
        let components = facts.reach("components");
        let versions = components.entries().filter_map(|(name, fact)| {
            let name = name.strip_suffix("_version")?.replace('_', "-");
            Some((name, Said { value: fact.text()?.to_owned(), by: by(fact.place) }))
        });
        let sites = facts.reach("sites");
        let sites = sites.items().iter().filter_map(|site| {
            let domain = site.reach("domain");
            let domain = domain.text().map(|text| Said { value: text.to_owned(), by: by(domain.place) });
            let own = GivenSite { by: by(site.place), domain, ..GivenSite::default() };
            Some((site.reach("name").text()?.to_owned(), own))
        });
        let room = facts.reach("control_room");
        let control_room = match room.reach("state").text() {
            Some("declared") => text("control_room.domain"),
            Some("none") => Some(Said { value: String::new(), by: by(room.place) }),
            _ => None,
        };
        Self {
            cloud: text("cloud"),
            workload: Some(Said { value: workload.name.clone(), by: by(facts.place) })
                .filter(|said| !said.value.is_empty()),
            release: text("release"),
            region: text("region"),
            account: text("account"),
            subscription: text("subscription"),
            domain: text("domain"),
            sites: sites.collect(),
            control_room,
            tenant_name: text("tenant_name"),
            system_logs: flag("system_logs"),
            third_party_telemetry: flag("third_party_telemetry"),
            filter: flag("filter_control_room_metrics")
                .map(|value| Said { value, by: by(facts.reach("filter_control_room_metrics").place) }),
            mimir_replicas: number("components.mimir_replicas"),
            loki_replicas: number("components.loki_replicas"),
            releases: releases.collect(),
            versions: versions.collect(),
            forward_auth: flag("forward_auth"),
            network_trust: text("network_trust"),
            ..Self::default()
        }
    }

    /// Adds what `site.yaml` files say of products: see `model::declared_products`.
    pub(crate) fn add_products(&mut self, products: &[Fact], by: &dyn Fn(Option<Place>) -> String) {
        for fact in products {
            let (site, product) = (fact.reach("site"), fact.reach("product"));
            let (Some(site), Some(product)) = (site.text(), product.text()) else { continue };
            let Some(own) = self.sites.get_mut(site) else { continue };
            let known = PRODUCTS.iter().any(|other| other.name == product);
            let prefix = fact.reach("prefix");
            let off = matches!(fact.reach("replicas").value, FactValue::Int(0))
                || matches!(fact.reach("enabled").value, FactValue::Bool(false));
            if known {
                let prefix = prefix.text().map(|text| Said { value: text.to_owned(), by: by(prefix.place) });
                own.products.insert(product.to_owned(), GivenProduct { runs: !off, prefix });
            }
            if let FactValue::Bool(outside) = fact.reach("checked_from_outside").value {
                own.probed_outside = Some(outside);
            }
        }
    }
}
