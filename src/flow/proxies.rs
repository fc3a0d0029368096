//! Finds the proxies that get the bytes of a way out, and the place that decides each.

use super::destination::Destination;
use super::destination::destinations;
use super::destination::named_by;
use super::host::skips_proxy;
use crate::document::Place;
use crate::document::alloy::Attribute;
use crate::model::alloy::Component;
use crate::model::alloy::Egress;
use crate::model::alloy::Environment;
use crate::model::alloy::Program;
use crate::model::alloy::Slot;
use crate::model::alloy::Syntax;
use crate::model::alloy::slots;
use crate::model::eval::Value;

/// The proxies between a component and a destination that stands in `slot`.
pub(super) fn proxies(
    program: &Program<'_>,
    component: &Component<'_>,
    egress: &Egress,
    slot: Option<Slot<'_>>,
    destination: &Destination,
) -> Vec<(Destination, Place)> {
    let argument = |path: Option<&String>| argument(component, egress, slot, path?);
    let mut found = Vec::new();
    if let Some(url) = argument(egress.proxy.as_ref()) {
        let off = argument(egress.proxy_off.as_ref())
            .and_then(|attribute| program.evaluate(component, &attribute.value).ok())
            .is_some_and(|list| spares(&list, destination, egress.syntax));
        let named = named_by(program, component, &url.value);
        found.extend(named.into_iter().filter(|(one, _)| !off && *one != Destination::Text(String::new())));
    }
    let switch = argument(egress.proxy_env.as_ref());
    let switched = switch
        .is_some_and(|switch| !matches!(program.evaluate(component, &switch.value), Ok(Value::Bool(false))));
    let by_default = egress.env_proxy && found.is_empty();
    if switched || by_default {
        let environment = &program.environment;
        let Some(proxies) = of_environment(environment, destination, egress.syntax) else { return found };
        let place = switch.map_or(component.name_place(), |switch| component.place(switch.value.span));
        found.extend(proxies.into_iter().map(|proxy| (proxy, place)));
        if switched && found.is_empty() && !environment.complete {
            let reason = "the proxy comes from environment variables that the input does not show";
            found.push((Destination::Unknown(reason.to_owned()), place));
        }
    }
    found
}

/// The proxies that the environment of a process names; `None` where it keeps the destination from them.
pub(super) fn of_environment(
    environment: &Environment,
    destination: &Destination,
    syntax: Syntax,
) -> Option<Vec<Destination>> {
    let set = |names: &'static [&str]| names.iter().filter_map(|name| environment.values.get(*name));
    if set(&["NO_PROXY", "no_proxy"]).any(|list| spares(list, destination, syntax)) {
        return None;
    }
    let named = set(&["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"]).cloned();
    Some(named.flat_map(destinations).collect())
}

/// Whether a list of hosts without a proxy keeps a destination from it.
fn spares(list: &Value, destination: &Destination, syntax: Syntax) -> bool {
    match (list, destination) {
        (Value::Text(list), Destination::Text(text)) => skips_proxy(list, text, syntax),
        _ => false,
    }
}

/// An argument of the same client: beside the destination, or in the block that several destinations share.
fn argument<'a>(
    component: &Component<'a>,
    egress: &Egress,
    slot: Option<Slot<'a>>,
    path: &str,
) -> Option<&'a Attribute> {
    let parent = |path: &str| path.rsplit_once('.').map(|(parent, _)| parent.to_owned());
    let beside = egress.path.as_deref().is_some_and(|own| parent(own) == parent(path));
    match slot {
        Some(slot) if beside => {
            let name = path.rsplit('.').next().unwrap_or(path);
            component.file.attribute(slot.body, name)
        }
        _ => slots(component.file, &component.block.body, path).iter().find_map(|slot| slot.attribute),
    }
}
