//! Turns the sites of a declaration, their own `site.yaml` and the probes of collectors into what can be compared.

use crate::document::Documents;
use crate::document::Place;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::fact::Subject;
use crate::model::piece::NodeAt;
use crate::model::stack::Stack;
use crate::model::values::fact_of;
use crate::model::workload::Workload;

/// Products that the producer probes: the key in `site.yaml`. Source: PTD producer, blackbox targets.
const PRODUCTS: [&str; 3] = ["workbench", "connect", "packageManager"];

/// What `site.yaml` may set again: the key there, and the fact of the workload (or `domain`, that of the site).
const SET_TWICE: [(&str, &str); 3] =
    [("domain", "domain"), ("networkTrust", "network_trust"), ("awsAccountId", "account")];

/// A `site.yaml`.
struct SiteFile {
    /// The name of its folder behind `site_`.
    name: String,
    spec: Fact,
    place: Place,
}

/// The declarations of sites in the input, each with the name that its folder gives it.
fn files(stack: &Stack<'_>) -> Vec<SiteFile> {
    let file = |at: &NodeAt| {
        let root = at.in_documents(stack.documents)?;
        let place = at.place_of(root.get("kind").unwrap_or(root));
        let spec = root.get("spec").map_or(Fact::absent(place), |spec| fact_of(spec, at.doc));
        Some(SiteFile { name: folder_name(stack.documents, *at)?, spec, place })
    };
    stack.sites.iter().filter_map(file).collect()
}

/// `main` for `.../site_main/site.yaml`.
fn folder_name(documents: &Documents, at: NodeAt) -> Option<String> {
    let path = &documents.files.get(usize::try_from(at.doc.file).ok()?)?.path;
    let folder = path.rsplit('/').nth(1)?;
    folder.strip_prefix("site_").filter(|name| !name.is_empty()).map(str::to_owned)
}

/// The subjects `site` and `site_setting`: sites with a declaration of their own, held against the workload's.
pub(crate) fn sites(stack: &Stack<'_>, workload: &Workload) -> Vec<Subject> {
    let mut found = Vec::new();
    let all = workload.facts.reach("sites");
    // Without a declaration of the workload there is nothing to hold them against.
    if all.items().is_empty() {
        return found;
    }
    for file in files(stack) {
        let declared = all.items().iter().find(|site| site.reach("name").text() == Some(&file.name));
        let entries = [
            ("name", Fact::new(file.name.as_str(), file.place)),
            ("declared", Fact::new(declared.is_some(), declared.map_or(all.place, |site| site.place))),
        ];
        let key = format!("site {}", file.name);
        found.push(Subject { kind: "site", key: key.clone(), facts: Fact::map(entries, file.place) });
        let Some(declared) = declared else { continue };
        for (own, theirs) in SET_TWICE {
            let written = file.spec.reach(own);
            if written.is_null() {
                continue;
            }
            let expected =
                if theirs == "domain" { declared.reach(theirs) } else { workload.facts.reach(theirs) };
            let expected = if own == "networkTrust" { trust_number(&expected) } else { expected };
            let entries = [
                ("site", Fact::new(file.name.as_str(), file.place)),
                ("key", Fact::bare(own)),
                ("own", as_text(written)),
                ("declared", as_text(expected)),
            ];
            let facts = Fact::map(entries, file.place);
            found.push(Subject { kind: "site_setting", key: format!("{key} {own}"), facts });
        }
    }
    found
}

/// The number that the producer writes for a level of trust. Source: PTD producer.
fn trust_number(trust: &Fact) -> Fact {
    let number = match trust.text() {
        Some("ZERO") => Some(0_i64),
        Some("SAMESITE") => Some(50),
        Some("FULL") => Some(100),
        _ => None,
    };
    Fact { value: number.into(), place: trust.place }
}

fn as_text(fact: Fact) -> Fact {
    match fact.value {
        FactValue::Int(number) => Fact { value: number.to_string().into(), place: fact.place },
        _ => fact,
    }
}

/// A target that a collector probes.
struct Probe {
    site: String,
    product: String,
    address: Fact,
    host: String,
}

/// The subject `site_product` for each product of each declared site. `exporters` are the arguments of all blackbox
/// exporters of the stack.
pub(crate) fn products(stack: &Stack<'_>, workload: &Workload, exporters: &[(Fact, Place)]) -> Vec<Subject> {
    let mut found = Vec::new();
    let (probes, unknown) = probes(exporters);
    // Only what names its site tells anything of sites.
    let Some((_, exporter)) = exporters.first().filter(|_| !probes.is_empty() || unknown.is_some()) else {
        return found;
    };
    let files = files(stack);
    for site in workload.facts.reach("sites").items() {
        let (name, domain) = (site.reach("name"), site.reach("domain"));
        let Some(name) = name.text() else { continue };
        let file = files.iter().find(|file| file.name == name);
        for product in PRODUCTS {
            let own =
                |key: &str| file.map_or(Fact::default(), |file| file.spec.reach(&format!("{product}.{key}")));
            let short = product.to_ascii_lowercase();
            let here: Vec<_> =
                probes.iter().filter(|probe| probe.site == name && probe.product == short).collect();
            let checks = file.map(|file| file.spec.reach("enableFqdnHealthChecks")).unwrap_or_default();
            // Without its own declaration it is open what stands before the domain.
            let host = match (file, domain.text(), own("domainPrefix").text()) {
                (Some(_), Some(domain), prefix) => Fact {
                    value: format!("{}.{domain}", prefix.unwrap_or(&short)).into(),
                    place: own("domainPrefix").place.filter(|_| prefix.is_some()).or(site.place),
                },
                _ => Fact::absent(site.place),
            };
            let list = here.iter().map(|probe| {
                let place = probe.address.place;
                let inside = probe.host.contains(".svc");
                Fact::map(
                    [
                        ("address", probe.address.clone()),
                        ("host", Fact::new(probe.host.as_str(), place)),
                        ("inside", Fact::new(inside, place)),
                    ],
                    place,
                )
            });
            let list = match &unknown {
                Some(reason) => Fact::unknown(reason.as_str(), *exporter),
                None => Fact::list(list, *exporter),
            };
            let entries = [
                ("site", Fact::new(name, site.place)),
                ("product", Fact::bare(short.as_str())),
                ("replicas", own("replicas")),
                ("enabled", own("enabled")),
                ("domain", domain.clone()),
                ("host", host),
                ("checked_from_outside", checks.or_default(true)),
                ("probes", list),
                ("exporter", Fact::new(true, *exporter)),
            ];
            found.push(Subject {
                kind: "site_product",
                key: format!("{short} of site {name}"),
                facts: Fact::map(entries, site.place),
            });
        }
    }
    found
}

/// What `site.yaml` files say of the products of declared sites: maps with `site`, `product`, `replicas`, `enabled`,
/// `checked_from_outside` and `prefix`, what stands before the site's domain.
pub(crate) fn declared_products(stack: &Stack<'_>, workload: &Workload) -> Vec<Fact> {
    let mut found = Vec::new();
    let files = files(stack);
    for site in workload.facts.reach("sites").items() {
        let Some(file) = files.iter().find(|file| site.reach("name").text() == Some(&file.name)) else {
            continue;
        };
        for product in PRODUCTS {
            let own = |key: &str| file.spec.reach(&format!("{product}.{key}"));
            let entries = [
                ("site", Fact::new(file.name.as_str(), file.place)),
                ("product", Fact::bare(product.to_ascii_lowercase())),
                ("replicas", own("replicas")),
                ("enabled", own("enabled")),
                ("prefix", own("domainPrefix")),
                ("checked_from_outside", file.spec.reach("enableFqdnHealthChecks")),
            ];
            found.push(Fact::map(entries, file.place));
        }
    }
    found
}

/// The probes that name a site and a product, and why some are not known.
fn probes(exporters: &[(Fact, Place)]) -> (Vec<Probe>, Option<String>) {
    let (mut found, mut unknown) = (Vec::new(), None);
    for (arguments, _) in exporters {
        for list in [arguments.reach("target"), arguments.reach("targets")] {
            unknown = unknown.or(reason(&list));
            for target in list.items() {
                let label = |name: &str| {
                    let labels = target.reach("labels");
                    let own = labels.reach(name);
                    // `targets` takes labels beside the address.
                    if own.is_null() { target.reach(name) } else { own }
                };
                let (site, product, address) = (label("ptd_site"), label("ptd_component"), label("address"));
                let address = if address.is_null() { label("__address__") } else { address };
                unknown = unknown.or(reason(&site)).or(reason(&product)).or(reason(&address));
                if let (Some(site), Some(product), Some(text)) = (site.text(), product.text(), address.text())
                {
                    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
                    let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
                    found.push(Probe {
                        site: site.to_owned(),
                        product: product.to_owned(),
                        host: host.to_ascii_lowercase(),
                        address,
                    });
                }
            }
        }
    }
    (found, unknown)
}

fn reason(fact: &Fact) -> Option<String> {
    match &fact.value {
        FactValue::Unknown(reason) => Some(reason.to_string()),
        _ => None,
    }
}
