//! Reads the ports of Services.

use crate::document::NodeRef;
use crate::model::Fact;
use crate::model::FactValue;

/// A port of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServicePort {
    /// The number that clients use.
    pub(crate) port: u16,
    /// The port of the pods that it leads to.
    pub(crate) target: TargetPort,
}

/// A port of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TargetPort {
    /// By number.
    Number(u16),
    /// By the name that the container gives it.
    Name(String),
}

/// The ports of a Service of the input; `None` where it lists none or one that cannot be read.
pub(super) fn of_service(root: NodeRef<'_>) -> Option<Vec<ServicePort>> {
    let ports = root.at("spec.ports").filter(|ports| ports.is_sequence())?;
    ports.items().map(one).collect()
}

fn one(port: NodeRef<'_>) -> Option<ServicePort> {
    let number = |node: NodeRef<'_>| u16::try_from(node.int()?).ok();
    let own = number(port.get("port")?)?;
    let target = match port.get("targetPort").filter(|target| !target.is_null()) {
        None => TargetPort::Number(own),
        Some(target) => match (number(target), target.text()) {
            // The API server fills in 0 for "the same".
            (Some(0), _) => TargetPort::Number(own),
            (Some(number), _) => TargetPort::Number(number),
            (None, Some(name)) => TargetPort::Name(name.to_owned()),
            (None, None) => return None,
        },
    };
    Some(ServicePort { port: own, target })
}

/// The ports of the Service that the alloy chart makes. Source: `templates/service.yaml` of the chart, 0.1 to 1.11.
pub(super) fn of_alloy_chart(values: &Fact) -> Vec<ServicePort> {
    let number = |fact: &Fact| match fact.value {
        FactValue::Int(number) => u16::try_from(number).ok(),
        _ => None,
    };
    let http = number(&values.reach("alloy.listenPort")).unwrap_or(12_345);
    let mut ports = vec![ServicePort { port: http, target: TargetPort::Number(http) }];
    let extra = values.reach("alloy.extraPorts");
    ports.extend(extra.items().iter().filter_map(|port| {
        let own = number(&port.reach("port"))?;
        let target = number(&port.reach("targetPort")).unwrap_or(own);
        Some(ServicePort { port: own, target: TargetPort::Number(target) })
    }));
    ports
}
