//! Holds what the clusters of the tests share: a folder, an authority and one etcd, in which each cluster has its own keys.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use super::assets::Assets;
use super::assets::say;
use super::certificates::Authority;
use super::cluster::Cluster;
use super::process::Server;
use super::process::remove_at_the_end;

/// The one laboratory of this process. It is never dropped; its servers end with the process.
#[derive(Debug)]
pub(crate) struct Lab {
    pub(crate) assets: &'static Assets,
    pub(crate) authority: Authority,
    /// Where etcd answers, without TLS.
    pub(crate) etcd_port: u16,
    folder: PathBuf,
    shared: Mutex<BTreeMap<String, Arc<OnceLock<Cluster>>>>,
    clusters: AtomicUsize,
    _etcd: Mutex<Server>,
}

impl Lab {
    /// `None` where there is no server to start.
    pub(crate) fn find() -> Option<&'static Self> {
        static LAB: OnceLock<Option<Lab>> = OnceLock::new();
        LAB.get_or_init(|| Assets::find().map(Self::open)).as_ref()
    }

    fn open(assets: &'static Assets) -> Self {
        let folder = tempfile::Builder::new().prefix("ptd-lint-live-").tempdir().unwrap().keep();
        remove_at_the_end(&folder);
        let (etcd, etcd_port) = start_etcd(assets, &folder);
        Self {
            assets,
            authority: Authority::new("cluster authority of the tests"),
            etcd_port,
            folder,
            shared: Mutex::default(),
            clusters: AtomicUsize::new(0),
            _etcd: Mutex::new(etcd),
        }
    }

    /// A cluster that all tests share which only read it. The first one that asks has it filled.
    pub(crate) fn shared(&'static self, name: &str, fill: impl FnOnce(&Cluster)) -> &'static Cluster {
        let cell = Arc::clone(self.shared.lock().unwrap().entry(name.to_owned()).or_default());
        cell.get_or_init(|| {
            let cluster = self.cluster();
            fill(&cluster);
            cluster
        });
        // Kept for as long as the process, as the laboratory is.
        let cell: &'static OnceLock<Cluster> = Box::leak(Box::new(cell));
        cell.get().unwrap()
    }

    /// An empty cluster for one test.
    pub(crate) fn cluster(&'static self) -> Cluster {
        let number = self.clusters.fetch_add(1, Ordering::Relaxed);
        let cluster = Cluster::start(self, &self.folder(&format!("cluster-{number}")), number);
        if number == 0 {
            let version = cluster.get("/version")["gitVersion"].as_str().unwrap().to_owned();
            say(&format!("live tests run against kube-apiserver {version}"));
        }
        cluster
    }

    /// A new folder, gone with the process.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn start_etcd(assets: &Assets, folder: &Path) -> (Server, u16) {
    let (client_port, peer_port) = (free_port(), free_port());
    let client = format!("http://127.0.0.1:{client_port}");
    let peer = format!("http://127.0.0.1:{peer_port}");
    let arguments = [
        format!("--data-dir={}", folder.join("etcd").display()),
        format!("--listen-client-urls={client}"),
        format!("--advertise-client-urls={client}"),
        format!("--listen-peer-urls={peer}"),
        format!("--initial-advertise-peer-urls={peer}"),
        format!("--initial-cluster=default={peer}"),
        "--unsafe-no-fsync".to_owned(),
        "--log-level=error".to_owned(),
    ];
    (Server::start(&assets.program("etcd"), &arguments, &folder.join("etcd.log")), client_port)
}
