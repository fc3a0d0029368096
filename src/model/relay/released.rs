//! Reads collectors that are not Alloy from the values of the charts that install them.

use super::RelayService;
use super::RunsIn;
use super::Unread;
use super::plan::Plan;
use super::plan_of;
use super::table;
use super::table::RelayChart;
use crate::document::Place;
use crate::model::alloy::Environment;
use crate::model::eval::Value;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::piece::ObjectName;
use crate::model::stack::ReleasedChart;
use crate::model::stack::Stack;
use crate::model::values;
use crate::model::values::fact_of;

/// The plan of a release.
pub(super) fn plan(stack: &Stack<'_>, index: usize, home: Place) -> Result<Plan, Unread> {
    let unread = || "whose values are not read".to_owned();
    let release = stack.releases.get(index).ok_or_else(unread)?;
    let chart = table::table().charts.get(name_of(release)).ok_or_else(unread)?;
    if let Some((what, _)) = release.unseen().next() {
        return Err(format!("some of whose values come from `{what}`, which is not in the input"));
    }
    let is_set = |route: &&String| {
        release.values.at(route).is_some_and(|fact| match &fact.value {
            FactValue::Null => false,
            FactValue::List(items) => !items.is_empty(),
            FactValue::Map(entries) => !entries.is_empty(),
            FactValue::Text(text) => !text.is_empty(),
            _ => true,
        })
    };
    if let Some(route) = chart.unread.iter().find(is_set) {
        return Err(format!("whose value `{route}` is not followed"));
    }
    let environment = environment(&release.values);
    let configs = if chart.language == "fluent-bit" {
        texts(stack, release, chart)?
    } else {
        vec![config(release, chart)?]
    };
    let configs = configs.into_iter().map(|config| (String::new(), config)).collect();
    plan_of(&chart.language, configs, None, &environment, home)
}

/// The configuration in the values, with what the chart has there by itself.
fn config(release: &ReleasedChart<'_>, chart: &RelayChart) -> Result<Fact, Unread> {
    let own = release.values.reach(&chart.at);
    let mut config = fact_of_json(&chart.defaults);
    match &own.value {
        FactValue::Map(_) => values::merge(&mut config, own),
        FactValue::Null => {}
        _ => return Err(format!("whose value `{}` is not read", chart.at)),
    }
    if config.entries().next().is_none() {
        return Err("which runs the configuration of its chart".to_owned());
    }
    Ok(config)
}

/// The texts of a configuration that stand in values of their own, after what the chart has where one is not set.
fn texts(stack: &Stack<'_>, release: &ReleasedChart<'_>, chart: &RelayChart) -> Result<Vec<Fact>, Unread> {
    let found = stack
        .config_texts
        .iter()
        .filter(|(at, home)| home.release == Some(release.piece.1) && at.doc.file == release.piece.0);
    let mut configs = Vec::new();
    let mut keys = Vec::new();
    for (at, home) in found {
        keys.extend(home.key.as_deref());
        configs.extend(at.in_documents(stack.documents).map(|node| fact_of(node, at.doc)));
    }
    if !keys.iter().any(|key| key.ends_with("config.outputs")) {
        return Err("which sends to what its chart says".to_owned());
    }
    if !keys.iter().any(|key| key.ends_with("config.inputs")) {
        configs.push(fact_of_json(&chart.defaults));
    }
    Ok(configs)
}

/// What values add to the environment.
fn environment(values: &Fact) -> Environment {
    let mut environment = Environment::default();
    for key in ["extraEnvs", "extraEnv", "env"] {
        for variable in values.reach(key).items() {
            let Some(name) = variable.reach("name").text().map(str::to_owned) else { continue };
            let value = match variable.reach("value").text() {
                Some(text) => Value::Text(text.into()),
                None => Value::Unknown("it comes from outside the values".into()),
            };
            environment.values.insert(name, value);
        }
    }
    environment
}

/// The chart's own name: `promtail` of `grafana/promtail`.
fn name_of<'r>(release: &'r ReleasedChart<'_>) -> &'r str {
    release.release.chart_name.rsplit('/').next().unwrap_or_default()
}

/// What the chart calls its objects.
fn full_name(release: &ReleasedChart<'_>) -> Option<String> {
    let (name, chart) = (release.release.name.as_deref()?, name_of(release));
    Some(match release.values.at("fullnameOverride").and_then(Fact::text) {
        Some(own) => own.to_owned(),
        None if name.contains(chart) => name.to_owned(),
        None => format!("{name}-{chart}"),
    })
}

/// Whether the workloads of a release are in the input themselves.
pub(super) fn is_rendered(stack: &Stack<'_>, index: usize, workloads: &[ObjectName]) -> bool {
    let Some(release) = stack.releases.get(index) else { return false };
    let Some(name) = full_name(release) else { return false };
    workloads.iter().any(|workload| {
        release.release.namespace.as_deref() == Some(&*workload.namespace)
            && workload
                .name
                .strip_prefix(name.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}

/// Whether a release installs Grafana Agent in flow mode, and its program is in the input: that is judged as Alloy's.
pub(super) fn is_flow_mode(stack: &Stack<'_>, index: usize) -> bool {
    let Some(release) = stack.releases.get(index).filter(|release| name_of(release) == "grafana-agent")
    else {
        return false;
    };
    let mode = release.values.reach("agent.mode");
    let content = release.values.reach("agent.configMap.content");
    let content = content.text().unwrap_or_default();
    mode.text().is_none_or(|mode| mode == "flow")
        && release.unseen().next().is_none()
        && stack.programs.iter().any(|program| &*stack.documents.document(program.doc).text == content)
}

/// The Services that the charts make.
pub(super) fn services(stack: &Stack<'_>) -> Vec<((String, String), RelayService)> {
    let mut found = Vec::new();
    for (index, release) in stack.releases.iter().enumerate() {
        let known = table::table().charts.contains_key(name_of(release));
        let namespace = release.release.namespace.as_deref();
        if let (true, Some(namespace), Some(name)) = (known, namespace, full_name(release)) {
            let service = RelayService { runs_in: RunsIn::Release(index), place: release.release.place };
            found.push(((namespace.to_owned(), name), service));
        }
    }
    found
}

/// A fact without places.
fn fact_of_json(value: &serde_json::Value) -> Fact {
    use serde_json::Value as Json;
    match value {
        Json::Null => Fact::default(),
        Json::Bool(flag) => Fact::bare(*flag),
        Json::Number(number) => number.as_i64().map_or_else(Fact::default, Fact::bare),
        Json::String(text) => Fact::bare(text.as_str()),
        Json::Array(items) => Fact::list(items.iter().map(fact_of_json), None),
        Json::Object(fields) => {
            Fact::map(fields.iter().map(|(key, value)| (key.as_str(), fact_of_json(value))), None)
        }
    }
}
