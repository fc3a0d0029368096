//! Finds what is wrong with what was said of a workload, all of it at once.

use super::Fault;
use super::given::Given;
use super::given::GivenSite;
use super::given::Said;
use super::wanted::COPIES;
use super::wanted::Cloud;
use super::wanted::MAIN;
use super::wanted::PRODUCTS;
use super::wanted::Site;
use super::wanted::SiteProduct;
use super::words;

/// What is wrong with what was said.
#[derive(Default)]
pub(super) struct Checks {
    /// In the order in which it was found.
    pub(super) faults: Vec<Fault>,
}

impl Checks {
    /// A text of its kind; a fault where it is not.
    pub(super) fn text(&mut self, said: Option<&Said<String>>, what: words::Word) -> Option<String> {
        let said = said?;
        what.read(&said.value).map_err(|why| self.wrong(&said.by, why)).ok()
    }

    /// What each text says; a fault for each that says nothing.
    pub(super) fn each<T>(&mut self, all: &[Said<String>], read: fn(&str) -> Result<T, String>) -> Vec<T> {
        let read =
            all.iter().filter_map(|said| read(&said.value).map_err(|why| self.wrong(&said.by, why)).ok());
        read.collect()
    }

    fn wrong(&mut self, by: &str, why: String) {
        let fault = Fault::Given { by: by.to_owned(), why };
        // One number may be meant for both stores.
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    fn missing(&mut self, what: &str, how: &str) {
        self.faults.push(Fault::Missing { what: what.to_owned(), how: how.to_owned() });
    }

    /// The sites that are named; without any the main one.
    pub(super) fn sites(&mut self, given: &Given, domain: Option<&str>) -> Vec<Site> {
        if given.sites.is_empty() {
            if given.domain.is_none() {
                self.missing("the domain", "--domain DOMAIN");
            }
            return domain.map(|domain| Site::plain(MAIN, domain)).into_iter().collect();
        }
        given.sites.iter().filter_map(|(name, site)| self.site(name, site, domain)).collect()
    }

    fn site(&mut self, name: &str, site: &GivenSite, main: Option<&str>) -> Option<Site> {
        let said = Said { value: name.to_owned(), by: site.by.clone() };
        let name = self.text(Some(&said), words::SITE);
        let own = self.text(site.domain.as_ref(), words::DOMAIN);
        let mut products = Vec::new();
        for product in &PRODUCTS {
            let said = site.products.get(product.name);
            if said.is_none_or(|said| said.runs) {
                let prefix = self.text(said.and_then(|said| said.prefix.as_ref()), words::PREFIX);
                let prefix = prefix.unwrap_or_else(|| product.name.to_owned());
                products.push(SiteProduct { product, prefix });
            }
        }
        let name = name?;
        // The domain of the main site may be said by itself.
        let main = main.filter(|_| name == MAIN && site.domain.is_none());
        let Some(domain) = own.or(main.map(str::to_owned)) else {
            if site.domain.is_none() {
                self.wrong(&site.by, format!("site `{name}` has no domain: say `--site {name}=DOMAIN`"));
            }
            return None;
        };
        Some(Site { name, domain, products, probed_outside: site.probed_outside.unwrap_or(true) })
    }

    /// What has to be there, and what does not go together.
    pub(super) fn together(&mut self, given: &Given) {
        if given.cloud.is_none() {
            self.missing("the cloud", "--cloud aws or --cloud azure");
        }
        if given.workload.is_none() {
            self.missing("the workload's name", "--workload NAME");
        }
        let replicas = [&given.mimir_replicas, &given.loki_replicas];
        for said in replicas.into_iter().flatten().filter(|said| !(COPIES..=99).contains(&said.value)) {
            let why = format!(
                "{} pods are not enough, or too many: the stores keep {COPIES} copies, and refuse writes when one of \
                 fewer pods restarts; write {COPIES} to 99",
                said.value
            );
            self.wrong(&said.by, why);
        }
        let declared = given.releases.join(", ");
        match (&given.release, given.releases.as_slice()) {
            (None, [_, _, ..]) => {
                self.missing(
                    &format!("which of the declared clusters is meant ({declared})"),
                    "--release RELEASE",
                );
            }
            (Some(said), [_, ..]) if !given.releases.contains(&said.value) => {
                self.wrong(&said.by, format!("no such cluster is declared; there is {declared}"));
            }
            _ => {}
        }
        let is_aws = given.cloud.as_ref().is_some_and(|said| said.value == Cloud::Aws.name());
        if let Some(said) = given.subscription.as_ref().filter(|_| is_aws) {
            self.wrong(&said.by, "subscriptions are Azure's, and the cloud is aws".to_owned());
        }
        let has_room = given.control_room.as_ref().is_some_and(|said| !said.value.is_empty());
        if let Some(said) = given.kept_metrics.as_ref().filter(|_| !has_room) {
            let why = "there is no control room whose metrics could be filtered: say `--control-room DOMAIN`";
            self.wrong(&said.by, why.to_owned());
        }
    }
}
