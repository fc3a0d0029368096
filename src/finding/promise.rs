//! What people read of a promise: why it is one, and what decides it.

use super::Invariant;
use super::SITE;

impl Invariant {
    /// Why the platform promises it: the harm where it is broken.
    pub(crate) const fn why(self) -> &'static str {
        match self {
            Self::LogBoundary => {
                "Logs hold what users typed and what applications printed: names, queries, secrets. Customers are promised that \
                 they stay inside the workload. What has left cannot be called back, and the configuration that let it out looks \
                 like any other: one more endpoint where endpoints are expected."
            }
            Self::DualWrite => {
                "People of the workload look at its own Mimir, and those who keep the platform running look at the control \
                 room's. A metric that reaches only one of them is missing in the dashboard or the alert of the other, and \
                 nobody is told: an alert over a metric that does not come never fires."
            }
            Self::StoreLimits => {
                "Limits stand between one bad label and a store that runs out of memory. Where they are too low, data of a workload \
                 that keeps to the agreement is refused; where they are missing, nothing guards the nodes."
            }
            Self::StoreRetention => {
                "How far people can look back was agreed. A store that forgets earlier loses data for good; one that never \
                 forgets fills its bucket, and keeps what should have been deleted."
            }
            Self::StoreStorage => {
                "Metrics and logs must outlive pods and nodes, in a bucket of this workload alone. On a disk that goes with its \
                 pod they do not, and two stores that share a place overwrite each other."
            }
            Self::GrafanaAccess => {
                "Grafana trusts the name that the login in front of it hands over. Whoever reaches Grafana past that login, or a \
                 data source of somebody else through it, sees data that is not theirs."
            }
            Self::CollectorPlacement => {
                "A collector that is missing on a node leaves that node dark. One with more privilege than its work needs is the \
                 shortest way from a pod to the node."
            }
            Self::Coherence => {
                "Names that lead nowhere, keys that nobody reads and values that a version does not know are no errors to \
                 Kubernetes: they deploy, and something is quietly not there. Besides, what cannot be read cannot be judged."
            }
        }
    }

    /// What is looked at, and what decides the verdict.
    pub(crate) const fn scope(self) -> &'static str {
        match self {
            Self::LogBoundary => {
                "Every component that can hold logs is followed, through the collector's program, its modules, other collectors \
                 and Services, to every way out: writers, exporters, files and buckets, and what the stores themselves send on. \
                 The promise holds if each destination lies inside the workload or is listed under `allowed`. A destination that \
                 is not known leaves it undecided, and then the run fails even without `--strict`."
            }
            Self::DualWrite => {
                "Every source of metrics is followed to both stores. To the workload's own Mimir nothing may be filtered away; to \
                 the control room a filter may stand in the way if it keeps what is asked for there. A workload that is declared \
                 to have no control room must not write to one."
            }
            Self::StoreLimits => {
                "Of each Mimir and Loki, and of each tenant with limits of its own, what the store would run with is compared with \
                 what was agreed: flags, environment, values of charts and the defaults of its version count. Bounds of your own \
                 stand under `limits` in `ptd-lint.yaml`."
            }
            Self::StoreRetention => {
                "Retention of each store and tenant, what deletes old data and whether that runs, and the windows of queries and \
                 ingestion that retention must not contradict."
            }
            Self::StoreStorage => {
                "Where each store keeps blocks, chunks, rules and its write-ahead log: which bucket, which prefix, which volume, how \
                 large, and who else keeps data there."
            }
            Self::GrafanaAccess => {
                "Data sources, the settings that let people in, the Ingress before Grafana and the login in front of it, alerts and \
                 dashboards that ask for what is there."
            }
            Self::CollectorPlacement => {
                "Where collectors run, on which nodes, with which rights and mounts, what they are asked to collect, and who can \
                 reach their ports."
            }
            Self::Coherence => {
                "All documents: whether they can be read, whether their fields are known to the version that they are for, and \
                 whether each name in them leads to something."
            }
        }
    }

    /// The path of its page below [`SITE`] and below `docs/src`, without an ending.
    pub(crate) fn page(self) -> String {
        format!("promises/{}", self.id())
    }

    /// The address of its page.
    pub(crate) fn address(self) -> String {
        format!("{SITE}{}.html", self.page())
    }
}
