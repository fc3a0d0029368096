use super::made::Making;
use super::made::made_config;
use super::made::routes_of_values;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::piece::Chart;
use crate::model::piece::Store;
use crate::model::stack::tests::with_stack;
use crate::model::values::fact_of;
use crate::model::values::merge;
use crate::tests::shared;

/// The leaves of a tree, by route. Lists are leaves.
fn leaves(fact: &Fact, route: &str, found: &mut Vec<(String, FactValue)>) {
    match &fact.value {
        FactValue::Map(entries) if !entries.is_empty() => {
            for (name, fact) in entries {
                let route = if route.is_empty() { name.clone() } else { format!("{route}.{name}") };
                leaves(fact, &route, found);
            }
        }
        value => found.push((route.to_owned(), bare(value))),
    }
}

/// A value without places.
fn bare(value: &FactValue) -> FactValue {
    match value {
        FactValue::List(items) => {
            FactValue::List(items.iter().map(|item| Fact::bare(bare(&item.value))).collect())
        }
        FactValue::Map(entries) => FactValue::Map(
            entries.iter().map(|(name, fact)| (name.clone(), Fact::bare(bare(&fact.value)))).collect(),
        ),
        value => value.clone(),
    }
}

fn is_known(value: &FactValue) -> bool {
    match value {
        FactValue::Unknown(_) => false,
        FactValue::List(items) => items.iter().all(|item| is_known(&item.value)),
        FactValue::Map(entries) => entries.values().all(|fact| is_known(&fact.value)),
        _ => true,
    }
}

/// What a release of a chart with these values makes, and where one option of it is written, as line and column.
fn release(
    chart: Chart,
    version: Option<&str>,
    values: &str,
    look: impl FnOnce(&Fact, &dyn Fn(&str) -> String),
) {
    let name = if chart == Chart::Mimir { "mimir" } else { "loki" };
    let version = version.map(|version| format!("  version: {version}\n")).unwrap_or_default();
    let indented = values.trim_end().replace('\n', "\n    ");
    let text = format!(
        "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata:\n  name: {name}\nspec:\n  chart: {}\n{version}  targetNamespace: {name}\n  valuesContent: |\n    {indented}\n",
        chart.name()
    );
    with_stack(&[("release.yaml", &text)], |stack, _| {
        let release = stack.releases_of(chart).next().unwrap();
        let full_name = release.full_name();
        let config = made_config(&Making {
            chart,
            version: release.release.version.as_ref().map(|(version, _)| &**version),
            values: &release.values,
            full_name: full_name.as_deref(),
            namespace: release.release.namespace.as_deref(),
        })
        .merged();
        let place = |route: &str| {
            let at = stack.documents.resolve(config.at(route).unwrap().place.unwrap()).start;
            format!("{}:{}", at.line, at.column)
        };
        look(&config, &place);
    });
}

fn made(chart: Chart, version: &str, values: &str) -> Fact {
    let mut made = Fact::default();
    release(chart, Some(version), values, |config, _| made = config.clone());
    made
}

/// What the chart rendered.
fn rendered(text: &str, store: Store) -> Fact {
    with_stack(&[("rendered.yaml", text)], |stack, _| {
        let (_, at, _) = stack.store_configs.iter().find(|(kind, ..)| *kind == store).unwrap();
        fact_of(at.in_documents(stack.documents).unwrap(), at.doc)
    })
}

#[test]
fn what_is_made_is_what_the_charts_render() {
    let mut compared = 0;
    for folder in crate::tests::PROGRAMS.iter().chain(&["control-room"]) {
        let mimir = if *folder == "control-room" { "5.1.3" } else { "5.2.1" };
        for (chart, store, version, structured) in [
            (Chart::Mimir, Store::Mimir, mimir, "mimir.structuredConfig"),
            (Chart::Loki, Store::Loki, "5.42.0", "loki.structuredConfig"),
        ] {
            let name = store.name();
            if *folder == "control-room" && store == Store::Loki {
                continue;
            }
            let Some(values) = shared(&format!("corpus/ptd/{folder}/helm-values/{name}-values.yaml")) else {
                return;
            };
            let Some(text) = shared(&format!("corpus/ptd/{folder}/helm-template/{name}.yaml")) else {
                return;
            };
            let mut made = made(chart, version, &values);
            let over = with_structured(chart, &values, structured);
            merge(&mut made, over);
            let rendered = rendered(&text, store);
            let (mut wanted, mut found) = (Vec::new(), Vec::new());
            leaves(&rendered, "", &mut wanted);
            leaves(&made, "", &mut found);
            let routes = |leaves: &[(String, FactValue)]| -> Vec<String> {
                leaves.iter().map(|(route, _)| route.clone()).collect()
            };
            assert_eq!(routes(&found), routes(&wanted), "{folder} {name}");
            for ((route, found), (_, wanted)) in found.iter().zip(&wanted) {
                if is_known(found) {
                    assert_eq!(found, wanted, "{folder} {name} {route}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 1000, "{compared} options compared");
}

/// The part of the values that is laid over what the chart makes.
fn with_structured(chart: Chart, values: &str, route: &str) -> Fact {
    let mut over = Fact::default();
    let name = chart.name();
    let indented = values.trim_end().replace('\n', "\n    ");
    let text = format!(
        "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata:\n  name: a\nspec:\n  chart: {name}\n  valuesContent: |\n    {indented}\n"
    );
    with_stack(&[("release.yaml", &text)], |stack, _| {
        over = stack.releases_of(chart).next().unwrap().values.reach(route);
    });
    if over.is_null() {
        over = Fact::map::<String>([], None);
    }
    over
}

#[test]
fn every_value_of_the_tables_is_one_that_the_chart_reads() {
    for chart in [Chart::Mimir, Chart::Loki] {
        for route in routes_of_values(chart) {
            let known = super::table(chart).reading(&route, None, false);
            // The table has no lines for what lies in maps with the user's keys.
            let below_map = route.match_indices('.').any(|(at, _)| {
                let above = super::table(chart).value(&route[..at]);
                above.is_some_and(|above| above.wanted == Some(crate::model::charts::Wanted::Map))
            });
            assert!(known == super::Reading::Read || below_map, "{} {route}", chart.name());
        }
    }
}

#[test]
fn option_stands_where_the_value_was_written_that_sets_it() {
    let values = "loki:\n  limits_config:\n    retention_period: 30d\n  storage:\n    azure:\n      accountName: logs\n    type: azure\n  structuredConfig:\n    runtime_config: {}\n";
    release(Chart::Loki, Some("5.42.0"), values, |config, place| {
        assert_eq!(config.at("limits_config.retention_period").unwrap().text(), Some("30d"));
        assert_eq!(place("limits_config.retention_period"), "12:27");
        // A default: the section that lacks it.
        assert_eq!(config.at("limits_config.reject_old_samples").unwrap().bool(), Some(true));
        assert_eq!(place("limits_config.reject_old_samples"), place("limits_config"));
        assert_eq!(place("common.storage.azure.account_name"), "15:24");
        assert_eq!(config.at("common.storage.azure.use_federated_token").unwrap().bool(), Some(false));
        assert_eq!(config.at("common.storage.azure.container_name").unwrap().text(), Some("chunks"));
        assert!(config.at("common.storage.s3").is_none());
        // A constant: the nearest section of the user's own configuration.
        assert_eq!(place("runtime_config.file"), "18:9");
    });
}

#[test]
fn default_changes_with_the_version() {
    let timeout = |version: &str| {
        let config = made(Chart::Loki, version, "{}");
        config.at("server.http_server_write_timeout").map(|fact| fact.value.clone())
    };
    assert_eq!(timeout("5.48.0"), None);
    assert_eq!(timeout("6.0.0"), Some("600s".into()));
    assert_eq!(timeout("18.11.0"), Some("600s".into()));
    // A range may be any of its versions.
    assert!(matches!(timeout("5.x"), Some(FactValue::Unknown(_))));
    release(Chart::Loki, None, "{}", |config, _| {
        assert_eq!(config.at("server.http_server_write_timeout").unwrap().text(), Some("600s"));
        assert!(config.at("schema_config").is_none());
    });
    let schema = made(Chart::Loki, "5.42.0", "loki: {storage: {type: gcs}}");
    assert_eq!(schema.at("schema_config.configs.0.object_store").unwrap().text(), Some("gcs"));

    let enabled =
        |version: &str, route: &str| made(Chart::Mimir, version, "{}").at(route).and_then(Fact::bool);
    assert_eq!(enabled("5.8.0", "ingest_storage.enabled"), None);
    assert_eq!(enabled("6.0.5", "ingest_storage.enabled"), Some(true));
    assert_eq!(enabled("6.0.5", "ingester.push_grpc_method_enabled"), Some(false));
    // Added somewhere between two versions that were looked at.
    let period = |version: &str| {
        made(Chart::Mimir, version, "{}").at("ingester.ring.heartbeat_period").map(|fact| fact.value.clone())
    };
    assert_eq!(period("5.2.1"), None);
    assert!(matches!(period("5.5.0"), Some(FactValue::Unknown(_))));
    assert_eq!(period("5.7.0"), Some("2m".into()));
}

#[test]
fn null_takes_a_default_away_and_empty_is_left_out() {
    let values = "loki:\n  limits_config: {reject_old_samples: null}\n  server: null\n  storage:\n    s3:\n      region: ''\n      http_config: {insecure_skip_verify: false, idle_conn_timeout: 90s}\n";
    let config = made(Chart::Loki, "5.42.0", values);
    assert!(config.at("limits_config.reject_old_samples").is_none());
    assert!(config.at("limits_config.split_queries_by_interval").is_some());
    assert!(config.at("server").is_none_or(|server| server.entries().next().is_none()));
    assert!(config.at("common.storage.s3.region").is_none());
    assert!(config.at("common.storage.s3.http_config.insecure_skip_verify").is_none());
    assert_eq!(config.at("common.storage.s3.http_config.idle_conn_timeout").unwrap().text(), Some("90s"));
    let newer = made(Chart::Loki, "6.35.0", values);
    assert_eq!(newer.at("common.storage.s3.http_config.insecure_skip_verify").unwrap().bool(), Some(false));
}

#[test]
fn templates_and_values_that_nobody_sees_are_unknown() {
    let values = "loki:\n  limits_config: {retention_period: '{{ .Values.days }}d'}\n  auth_enabled: '{{ .Values.tenants }}'\n";
    let config = made(Chart::Loki, "5.42.0", values);
    for route in ["limits_config.retention_period", "auth_enabled"] {
        assert!(matches!(config.at(route).unwrap().value, FactValue::Unknown(_)), "{route}");
    }
    // The members are not known, but that there are some is.
    assert_eq!(config.at("memberlist.join_members").unwrap().items().len(), 1);
}

#[test]
fn switches_decide_what_is_rendered() {
    let on = made(Chart::Mimir, "5.2.1", "{}");
    assert_eq!(on.at("ingester.ring.zone_awareness_enabled").unwrap().bool(), Some(true));
    assert_eq!(on.at("blocks_storage.s3.insecure").unwrap().bool(), Some(true), "minio is on by default");
    let off = made(
        Chart::Mimir,
        "5.2.1",
        "ingester: {zoneAwareReplication: {enabled: false}}\nminio: {enabled: false}\nquery_scheduler: {enabled: false}\nmetadata-cache: {enabled: true}\n",
    );
    assert!(off.at("ingester.ring.zone_awareness_enabled").is_none());
    assert!(off.at("blocks_storage.s3").is_none());
    assert_eq!(
        off.at("frontend_worker.frontend_address").unwrap().text(),
        Some("mimir-query-frontend-headless.mimir.svc:9095")
    );
    let cache = off.at("blocks_storage.bucket_store.metadata_cache.backend").unwrap();
    assert_eq!(cache.text(), Some("memcached"));
    let ruler = made(Chart::Loki, "6.10.0", "ruler: {enabled: false}");
    assert!(ruler.at("ruler").is_none());
}
