//! Holds what the stores run with to the bounds that the settings declare.

use crate::config::DeclaredLimit;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::Subject;
use crate::text::units::duration_seconds;

/// The options that bounds are declared for, as paths.
pub(super) fn asked(limits: &[DeclaredLimit]) -> impl Iterator<Item = String> + '_ {
    limits.iter().filter_map(|limit| limit.path.text().map(str::to_owned))
}

/// The subject `declared_limit` for each bound and each store (and tenant with limits of its own) that it is for.
pub(super) fn subjects(limits: &[DeclaredLimit], stores: &[Subject]) -> Vec<Subject> {
    let each = limits.iter().flat_map(|limit| {
        let own = stores.iter().filter(|subject| subject.kind == limit.store.name());
        own.filter(move |store| !is_told_of_all(limit, store, stores)).map(move |store| subject(limit, store))
    });
    each.collect()
}

/// Whether this is one tenant of a store, with the value that all tenants have.
fn is_told_of_all(limit: &DeclaredLimit, store: &Subject, stores: &[Subject]) -> bool {
    let route = format!("effective.{}", limit.path.text().unwrap_or_default());
    let is_tenant = |subject: &Subject| !subject.facts.reach("tenant").is_null();
    let mut of_all =
        stores.iter().filter(|other| other.kind == store.kind && other.key == store.key && !is_tenant(other));
    is_tenant(store) && of_all.any(|other| other.facts.reach(&route).value == store.facts.reach(&route).value)
}

fn subject(limit: &DeclaredLimit, store: &Subject) -> Subject {
    let path = limit.path.text().unwrap_or_default();
    let effective = store.facts.reach(&format!("effective.{path}"));
    let product = limit.store.product();
    // What is not written has the place of what it would stand in.
    let config = store.facts.at(&format!("config.{path}"));
    let is_written = config.is_some_and(|fact| !fact.is_null() && fact.place == effective.place);
    let tenant = store.facts.reach("tenant");
    let key = format!(
        "{} {} {path}{}",
        store.key,
        limit.kind,
        tenant.text().map_or_else(String::new, |tenant| format!(" of {tenant}"))
    );
    let entries = [
        ("store", Fact::bare(product)),
        ("option", limit.path.clone()),
        ("tenant", tenant),
        ("version", store.facts.reach("version")),
        ("unseen", store.facts.reach("unseen")),
        ("kind", Fact::bare(limit.kind)),
        ("bound", limit.bound.clone()),
        ("bound_amount", amount(&limit.bound)),
        ("effective_amount", amount(&effective)),
        ("reason", Fact::bare(limit.reason.as_deref())),
        ("effective", effective.clone()),
        ("written", Fact::bare(is_written)),
    ];
    Subject { kind: "declared_limit", key, facts: Fact::map(entries, effective.place.or(store.facts.place)) }
}

/// A value as a number: durations in seconds, sizes in bytes. Null for what has no order.
fn amount(fact: &Fact) -> Fact {
    let value = match &fact.value {
        FactValue::Int(_) | FactValue::Float(_) | FactValue::Unknown(_) => fact.value.clone(),
        FactValue::Text(text) => duration_seconds(text).into(),
        _ => FactValue::Null,
    };
    Fact { value, place: fact.place }
}
