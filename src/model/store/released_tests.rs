use super::*;
use crate::model::piece::Chart;
use crate::model::stack::tests::with_stack;
use crate::model::store::parts::loki_parts;
use crate::model::store::parts::mimir_parts;

/// Looks at a release of a chart with these values.
fn release<T>(chart: Chart, version: &str, values: &str, look: impl FnOnce(&ReleasedChart<'_>) -> T) -> T {
    let indented = values.trim_end().replace('\n', "\n    ");
    let text = format!(
        "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata:\n  name: a\nspec:\n  chart: {}\n  version: {version}\n  valuesContent: |\n    {indented}\n",
        chart.name()
    );
    with_stack(&[("release.yaml", &text)], |stack, _| look(stack.releases_of(chart).next().unwrap()))
}

fn targets(version: &str, values: &str) -> String {
    release(Chart::Loki, version, values, |release| {
        let groups = of_release(release, Store::Loki);
        let of_group = |group: &Group| {
            let targets: Vec<&str> = group.targets.iter().filter_map(Fact::text).collect();
            format!("{}{}", targets.join(","), if group.expands == Some(true) { " expands" } else { "" })
        };
        groups.iter().map(of_group).collect::<Vec<_>>().join("; ")
    })
}

#[test]
fn version_and_mode_decide_what_runs() {
    assert_eq!(targets("5.42.0", "{}"), "read,write,backend");
    assert_eq!(targets("5.42.0", "singleBinary: {replicas: 1}"), "all");
    assert_eq!(targets("5.42.0", "loki: {storage: {type: filesystem}}"), "all");
    // Charts before 6.0 read no mode.
    assert_eq!(targets("5.42.0", "deploymentMode: Distributed"), "read,write,backend");
    assert_eq!(targets("6.10.0", "{}"), "read,write,backend");
    assert_eq!(targets("6.10.0", "deploymentMode: SingleBinary"), "all");
    assert_eq!(targets("6.10.0", "deploymentMode: SingleBinary<->SimpleScalable"), "all,read,write,backend");
    assert_eq!(targets("12.0.0", "{}"), "all");
    assert!(targets("6.10.0", "deploymentMode: Distributed").contains("index-gateway"));
}

#[test]
fn flags_and_environment_are_those_of_the_part() {
    let values = "global: {extraArgs: ['-config.expand-env=true']}\nwrite: {extraArgs: ['-ingester.max-chunk-age=4h'], extraEnv: [{name: A, value: b}]}\n";
    assert_eq!(targets("6.30.0", values), "read,backend expands; write expands");
    release(Chart::Loki, "6.30.0", values, |release| {
        let groups = of_release(release, Store::Loki);
        assert_eq!(groups[1].flags.at("ingester.max_chunk_age").unwrap().text(), Some("4h"));
        assert_eq!(groups[1].variables.values.get("A"), Some(&Some(("b".to_owned(), false))));
        assert!(groups.iter().all(|group| group.variables.complete));
    });
    release(
        Chart::Mimir,
        "5.2.1",
        "ingester: {extraArgs: {ingester.ring.replication-factor: 1}}\nglobal: {extraEnvFrom: [{secretRef: {name: s}}]}\n",
        |release| {
            let groups = of_release(release, Store::Mimir);
            let own = groups.iter().find(|group| group.flags.at("ingester.ring").is_some()).unwrap();
            assert_eq!(own.targets.len(), 1);
            assert!(!own.variables.complete);
            assert_eq!(own.expands, Some(true));
        },
    );
}

#[test]
fn replicas_are_those_of_all_zones() {
    let replicas = |version: &str, values: &str, part: &str| {
        release(Chart::Mimir, version, values, |release| {
            mimir_parts(&release.values, Some(version)).reach(&format!("{part}.replicas")).value
        })
    };
    assert_eq!(replicas("5.2.1", "{}", "ingester"), FactValue::Int(3));
    // One in each of three zones.
    assert_eq!(replicas("5.2.1", "{}", "store_gateway"), FactValue::Int(3));
    assert_eq!(replicas("5.2.1", "{}", "compactor"), FactValue::Int(1));
    assert_eq!(replicas("5.2.1", "ingester: {replicas: 4}", "ingester"), FactValue::Int(6));
    assert_eq!(
        replicas("5.2.1", "ingester: {replicas: 4, zoneAwareReplication: {enabled: false}}", "ingester"),
        FactValue::Int(4)
    );
    assert_eq!(
        replicas(
            "5.2.1",
            "ingester: {replicas: 3, zoneAwareReplication: {zones: [{name: a}, {name: b}]}}",
            "ingester"
        ),
        FactValue::Int(4)
    );
}

#[test]
fn volumes_of_loki_go_as_its_chart_has_it() {
    let fact = |values: &str, route: &str| {
        release(Chart::Loki, "5.42.0", values, |release| {
            loki_parts(release, Some("5.42.0")).reach(route).value
        })
    };
    assert_eq!(fact("{}", "write.volume"), "10Gi".into());
    assert_eq!(fact("{}", "write.volumes_deleted_when_scaled"), FactValue::Bool(false));
    assert_eq!(fact("{}", "backend.volumes_deleted_when_scaled"), FactValue::Bool(true));
    assert_eq!(
        fact("write: {persistence: {enableStatefulSetAutoDeletePVC: true}}", "write.volumes_deleted_with_it"),
        FactValue::Bool(true)
    );
    assert_eq!(fact("{}", "read.volume"), FactValue::Null);
    assert_eq!(fact("{}", "write.replicas"), FactValue::Int(3));
}
