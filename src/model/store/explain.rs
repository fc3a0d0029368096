//! Turns a question for one option into the chain of what sets it, for `ptd-lint explain --value`.

use super::Assumed;
use super::effective::Origin;
use super::overrides;
use super::stores;
use super::subjects::effective;
use crate::model::fact::Fact;
use crate::model::piece::Store;
use crate::model::stack::Stack;

/// What is known of one option in one store.
#[derive(Debug)]
pub(crate) struct Explained {
    /// Whose option it is: `Mimir mimir/mimir-config`.
    pub(crate) store: String,
    /// The version that it was asked of.
    pub(crate) version: String,
    /// What the option takes, and its flag.
    pub(crate) kind: String,
    /// What says something of it, weakest first; the last one counts.
    pub(crate) chain: Vec<Said>,
}

/// One thing that says something of an option.
#[derive(Debug)]
pub(crate) struct Said {
    /// The value, with its place.
    pub(crate) value: Fact,
    /// Where it came from, in words.
    pub(crate) origin: String,
    /// Whether its place is where it is written, and not where it would have to stand.
    pub(crate) is_written: bool,
}

/// The chains of the option at `path` in all stores that have it. Empty where none has.
pub(crate) fn explain(stack: &Stack<'_>, assumed: &Assumed, path: &str) -> Vec<Explained> {
    let mut explained = Vec::new();
    for store in Store::ALL {
        let tenants = overrides::tenants(stack, store);
        let section = store.limits();
        for found in stores::find(stack, store, assumed) {
            let Some(spec) = found.options().spec(path).filter(|spec| spec.is_in(found.version)) else {
                continue;
            };
            for group in &found.groups {
                let base = effective(&found, group, None);
                let mut chain: Vec<Said> = base
                    .chain(path, spec)
                    .into_iter()
                    .map(|(value, origin)| Said {
                        value,
                        origin: origin.words().to_owned(),
                        is_written: origin != Origin::Default,
                    })
                    .collect();
                for tenant in tenants.iter().filter(|_| spec.tenant) {
                    let tree = Fact::map([(section, tenant.limits.clone())], tenant.limits.place);
                    let of_tenant = effective(&found, group, Some(&tree));
                    let (value, origin) = of_tenant.value(path, spec);
                    if origin == Origin::Tenant {
                        let origin = format!("runtime file, tenant `{}`", tenant.name);
                        chain.push(Said { value, origin, is_written: true });
                    }
                }
                explained.push(Explained {
                    store: format!("{} {}", store.product(), found.name),
                    version: found.version.to_string(),
                    kind: match &spec.flag {
                        Some(flag) => format!("{}, flag -{flag}", spec.type_in(found.version)),
                        None => spec.type_in(found.version).to_owned(),
                    },
                    chain,
                });
            }
        }
    }
    explained
}
