//! Finds where data from other processes arrives in a program: which components listen, at which ports.

use super::destination::Destination;
use super::destination::destinations;
use super::host;
use crate::model::alloy::Component;
use crate::model::alloy::Listen;
use crate::model::alloy::Program;
use crate::model::alloy::Signals;
use crate::model::alloy::Syntax;
use crate::model::alloy::When;
use crate::model::alloy::blocks_at;
use crate::model::alloy::slots;
use crate::model::eval::Value;

/// A component that listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listener {
    /// Index of the component.
    pub(crate) component: usize,
    /// The port; `None` where it is not known, so that it may be any.
    pub(crate) port: Option<u16>,
    /// What it takes in.
    pub(crate) signals: Signals,
}

impl Listener {
    /// Whether data for that port may arrive here.
    pub(super) fn takes(&self, port: Option<u16>, signals: Signals) -> bool {
        let same_port = self.port.is_none() || port.is_none() || self.port == port;
        same_port && self.signals.iter().any(|own| signals.iter().any(|sent| sent.family() == own.family()))
    }
}

/// All components of a program that take telemetry in over the network.
pub(super) fn of_program(program: &Program<'_>) -> Vec<Listener> {
    let mut found = Vec::new();
    for (index, component) in program.components.iter().enumerate() {
        let Some(entry) = component.entry() else { continue };
        for listen in entry.listens.iter().filter(|listen| listen.signals.meets(Signals::TELEMETRY)) {
            let block = |path: &String| blocks_at(component.file, &component.block.body, path);
            if !matches!(&listen.when, Some(When::Block(path)) if block(path).is_empty()) {
                let ports = ports(program, component, listen).into_iter();
                let signals = listen.signals;
                found.extend(ports.map(|port| Listener { component: index, port, signals }));
            }
        }
    }
    found
}

/// The ports that a component listens at by one of its ways in.
fn ports(program: &Program<'_>, component: &Component<'_>, listen: &Listen) -> Vec<Option<u16>> {
    let body = &component.block.body;
    let default = listen.default.as_deref().and_then(|text| host::port(text, Syntax::HostPort));
    let Some(path) = &listen.path else { return vec![default] };
    // Servers that components have of their own take the port beside the address.
    let beside = path.strip_suffix("listen_address").map(|block| format!("{block}listen_port"));
    let mut given = beside.iter().flat_map(|path| slots(component.file, body, path));
    if let Some(attribute) = given.find_map(|slot| slot.attribute) {
        return vec![match program.evaluate(component, &attribute.value) {
            Ok(Value::Int(port)) => u16::try_from(port).ok(),
            _ => None,
        }];
    }
    let given = slots(component.file, body, path).into_iter().filter_map(|slot| slot.attribute);
    let found: Vec<Option<u16>> = given
        .flat_map(|attribute| match program.evaluate(component, &attribute.value) {
            Ok(value) => destinations(value),
            Err(error) => vec![Destination::Unknown(error.message)],
        })
        .map(|destination| match destination {
            // An address without a port leaves it at what it is.
            Destination::Text(text) => host::port(&text, Syntax::HostPort).or(default),
            _ => None,
        })
        .collect();
    if found.is_empty() { vec![default] } else { found }
}
