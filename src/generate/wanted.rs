//! Turns what was said of a workload into what is to be written for it: checked, with assumptions for what nobody said.

use std::collections::BTreeMap;

use super::Fault;
use super::charts;
use super::checks::Checks;
use super::given::Given;
use super::given::GivenSite;
use super::words;

/// A workload, and the monitoring that it is to have. Every text in it was checked: see `words.rs`.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Wanted {
    /// Where it runs.
    pub(crate) cloud: Cloud,
    /// Its compound name, such as `acme01-production`.
    pub(crate) workload: String,
    /// The cluster's release, such as `20260115`. Clusters of one workload keep their data apart by it.
    pub(crate) release: Option<String>,
    /// Of its cloud resources.
    pub(crate) region: String,
    /// AWS account, or Azure tenant. Also the tenant that the control room knows it by; without it the compound name is.
    pub(crate) account: Option<String>,
    /// Azure subscription.
    pub(crate) subscription: Option<String>,
    /// At least one.
    pub(crate) sites: Vec<Site>,
    /// The domain of the main site: Grafana and the front-end receiver lie below it.
    pub(crate) domain: String,
    /// The domain of the second store of metrics.
    pub(crate) control_room: Option<String>,
    /// The label `tenant_name` of series and logs.
    pub(crate) tenant_name: String,
    /// Whether the nodes' journals are collected.
    pub(crate) system_logs: bool,
    /// Whether programs may tell their makers how they are used.
    pub(crate) third_party_telemetry: bool,
    /// The metrics that the control room gets, sorted; all of them without a list.
    pub(crate) kept_metrics: Option<Vec<String>>,
    /// Whether browsers send their errors.
    pub(crate) front_end_logs: bool,
    /// Pods of each part of Mimir that keeps data: no fewer than copies.
    pub(crate) mimir_replicas: i64,
    /// Pods of each part of Loki: no fewer than copies.
    pub(crate) loki_replicas: i64,
    /// How long logs are kept; as agreed without it.
    pub(crate) log_retention: Option<String>,
    /// How long metrics are kept; as agreed without it.
    pub(crate) metric_retention: Option<String>,
    /// Taints of nodes besides those of sessions: key, and value where it has to fit.
    pub(crate) taints: Vec<Taint>,
    /// Azure's identities, by program.
    pub(crate) identities: BTreeMap<String, String>,
    /// Whether the platform's login stands before the main site, and so before Grafana.
    pub(crate) forward_auth: bool,
    /// Which pods may reach which: `FULL`, `SAMESITE` or `ZERO`, where it is declared.
    pub(crate) network_trust: Option<String>,
}

/// Where a workload runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cloud {
    /// Amazon.
    Aws,
    /// Microsoft.
    Azure,
}

impl Cloud {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Aws, Self::Azure];

    /// The word in declarations and on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Azure => "azure",
        }
    }

    /// The region where nobody names one.
    pub(super) const fn region(self) -> &'static str {
        match self {
            Self::Aws => "us-east-2",
            Self::Azure => "eastus2",
        }
    }
}

/// A site of the workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    /// Its name, such as `main`.
    pub(crate) name: String,
    /// Its domain.
    pub(crate) domain: String,
    /// What runs in it.
    pub(crate) products: Vec<SiteProduct>,
    /// Whether its products are probed under their public names too.
    pub(crate) probed_outside: bool,
}

/// A product of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SiteProduct {
    /// Which.
    pub(crate) product: &'static Product,
    /// What stands before the site's domain in its host.
    pub(crate) prefix: String,
}

/// A product as it is probed. Source: PTD producer, blackbox targets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Product {
    /// Its name in addresses and labels.
    pub(crate) name: &'static str,
    /// Its key in `site.yaml`.
    pub(crate) key: &'static str,
    /// The path that answers when it is well.
    pub(crate) path: &'static str,
    /// The module of the prober.
    pub(crate) module: &'static str,
}

/// All products.
pub(crate) const PRODUCTS: [Product; 3] = [
    Product { name: "workbench", key: "workbench", path: "/health-check", module: "http_2xx_workbench" },
    Product { name: "connect", key: "connect", path: "/__ping__", module: "http_2xx_connect" },
    Product { name: "packagemanager", key: "packageManager", path: "/__ping__", module: "http_2xx" },
];

/// A taint of nodes that collectors run on all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taint {
    /// Its key.
    pub(crate) key: String,
    /// Its value; any without one.
    pub(crate) value: Option<String>,
}

/// How many copies both stores keep of everything, which is their default. With fewer pods than copies, writes are refused
/// when one restarts.
pub(super) const COPIES: i64 = 3;

/// The site that everything has where nobody names one.
pub(super) const MAIN: &str = "main";

impl Wanted {
    /// Checks what was said, and fills in the rest. What was assumed comes beside it, a line each. All faults are told at once.
    pub(crate) fn new(given: &Given) -> Result<(Self, Vec<String>), Vec<Fault>> {
        let mut checks = Checks::default();
        let cloud = checks.text(given.cloud.as_ref(), words::CLOUD);
        let is_azure = cloud.as_deref() == Some(Cloud::Azure.name());
        let workload = checks.text(given.workload.as_ref(), words::WORKLOAD);
        let release = checks.text(given.release.as_ref(), words::RELEASE);
        let region = checks.text(given.region.as_ref(), words::REGION);
        let account =
            checks.text(given.account.as_ref(), if is_azure { words::TENANT } else { words::ACCOUNT });
        let subscription = checks.text(given.subscription.as_ref(), words::SUBSCRIPTION);
        let domain = checks.text(given.domain.as_ref(), words::DOMAIN);
        let room = given.control_room.as_ref().filter(|said| !said.value.is_empty());
        let control_room = checks.text(room, words::DOMAIN);
        let tenant_name = checks.text(given.tenant_name.as_ref(), words::LABEL);
        let log_retention = checks.text(given.log_retention.as_ref(), words::PERIOD);
        let metric_retention = checks.text(given.metric_retention.as_ref(), words::PERIOD);
        let network_trust = checks.text(given.network_trust.as_ref(), words::TRUST);
        let sites = checks.sites(given, domain.as_deref());
        let taints = checks.each(&given.taints, words::taint);
        let identities = checks.each(&given.identities, words::identity).into_iter().collect();
        checks.together(given);
        let main = sites.iter().find(|site| site.name == MAIN).or(sites.first());
        let domain = domain.or(main.map(|site| site.domain.clone()));
        let cloud = Cloud::ALL.into_iter().find(|own| cloud.as_deref() == Some(own.name()));
        let (Some(cloud), Some(workload), Some(domain), true) =
            (cloud, workload, domain, checks.faults.is_empty())
        else {
            return Err(checks.faults);
        };
        let wanted = Self {
            cloud,
            tenant_name: tenant_name.unwrap_or_else(|| workload.clone()),
            workload,
            release,
            region: region.unwrap_or_else(|| cloud.region().to_owned()),
            account,
            subscription,
            sites,
            domain,
            control_room,
            system_logs: given.system_logs.unwrap_or(false),
            third_party_telemetry: given.third_party_telemetry.unwrap_or(false),
            kept_metrics: given.kept_metrics.as_ref().map(|said| said.value.clone()),
            front_end_logs: given.front_end_logs.unwrap_or(true),
            mimir_replicas: given.mimir_replicas.as_ref().map_or(COPIES, |said| said.value),
            loki_replicas: given.loki_replicas.as_ref().map_or(COPIES, |said| said.value),
            log_retention,
            metric_retention,
            taints,
            identities,
            forward_auth: given.forward_auth.unwrap_or(true),
            network_trust,
        };
        let assumed = wanted.assumed(given);
        Ok((wanted, assumed))
    }

    /// What nobody said, and what is declared otherwise than it is written, a line each.
    fn assumed(&self, given: &Given) -> Vec<String> {
        let mut lines = Vec::new();
        let mut assume = |line: String| lines.push(line);
        if given.region.is_none() {
            assume(format!("the region is {} (`--region`)", self.region));
        }
        if self.control_room.is_some() && self.account.is_none() {
            let (what, flag) = match self.cloud {
                Cloud::Aws => ("account", "--account-id"),
                Cloud::Azure => ("Azure tenant", "--tenant-id"),
            };
            let workload = &self.workload;
            assume(format!(
                "the control room knows the workload as tenant `{workload}`, not by its {what} (`{flag}`)"
            ));
        }
        if self.cloud == Cloud::Azure && self.subscription.is_none() {
            assume(
                "the Azure subscription comes from the Secret `alloy-keys` (`--subscription-id`)".to_owned(),
            );
        }
        if self.release.is_none() {
            assume("the workload has one cluster, whose name has no release in it (`--release`)".to_owned());
        }
        if given.sites.is_empty() {
            assume(format!(
                "the one site is `{MAIN}`, with Workbench, Connect and Package Manager (`--site`, `--product`)"
            ));
        }
        for (name, said) in &given.versions {
            if let Some(chart) = charts::chart(name).filter(|chart| chart.version != said.value) {
                assume(format!(
                    "the chart {} is {}, where {} declares {}: it has to be declared anew",
                    chart.chart, chart.version, said.by, said.value
                ));
            }
        }
        lines
    }

    /// The site whose login stands before Grafana: the one whose domain Grafana lies below.
    pub(crate) fn login_site(&self) -> Option<&Site> {
        self.sites.iter().find(|site| site.domain == self.domain && self.forward_auth)
    }
}

impl Site {
    /// A site with all products under their usual names.
    pub(super) fn plain(name: &str, domain: &str) -> Self {
        let products =
            PRODUCTS.iter().map(|product| SiteProduct { product, prefix: product.name.to_owned() });
        Self {
            name: name.to_owned(),
            domain: domain.to_owned(),
            products: products.collect(),
            probed_outside: true,
        }
    }
}

/// Sites by name, in the order of their names.
pub(crate) type Sites = BTreeMap<String, GivenSite>;
