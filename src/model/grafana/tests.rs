//! Facts of whole files: what Grafana runs with, where that was written, and what its data sources and alerts say.

use super::*;
use crate::model::FactValue;
use crate::model::stack::tests::with_stack;

/// The subjects of a kind in a stack made of these files: key, and what `show` makes of each.
fn subjects_of<T>(files: &[(&str, &str)], kind: &str, show: impl Fn(&Subject) -> T) -> Vec<(String, T)> {
    with_stack(files, |stack, _| {
        let all = subjects(stack);
        all.iter().filter(|one| one.kind == kind).map(|one| (one.key.clone(), show(one))).collect()
    })
}

/// A fact of the only Grafana of a stack, with the text that it points at.
fn fact(files: &[(&str, &str)], route: &str) -> (FactValue, String) {
    with_stack(files, |stack, _| {
        let all = subjects(stack);
        let mut grafanas = all.iter().filter(|one| one.kind == "grafana");
        let found = grafanas.next().unwrap().facts.reach(route);
        assert!(grafanas.next().is_none());
        let slice = found.place.map(|place| stack.documents.slice(place).to_owned());
        (found.value, slice.unwrap_or_default())
    })
}

#[test]
fn a_setting_is_the_variables_then_the_files_then_the_default() {
    let values = "grafana.ini:\n  analytics:\n    reporting_enabled: false\n    check_for_updates: maybe\n";
    let files = [("values.yaml", values)];
    let effective = |key: &str| fact(&files, &format!("effective.analytics.{key}"));
    assert_eq!(effective("reporting_enabled"), (false.into(), "false".into()));
    // Grafana passes over what it cannot read, and takes the default where nothing is written.
    assert_eq!(effective("check_for_updates"), (true.into(), "maybe".into()));
    assert_eq!(effective("check_for_plugin_updates"), (true.into(), "analytics".into()));
    let values = format!("env:\n  GF_ANALYTICS_REPORTING_ENABLED: \"yes\"\n{values}");
    let files = [("values.yaml", values.as_str())];
    assert_eq!(fact(&files, "effective.analytics.reporting_enabled"), (true.into(), "\"yes\"".into()));
    // An empty text keeps the default, in the file as in a variable.
    let files = [("grafana.ini", "[analytics]\nreporting_enabled =\n[auth.proxy]\nsync_ttl = 5\n")];
    assert_eq!(fact(&files, "effective.analytics.reporting_enabled").0, true.into());
    assert_eq!(fact(&files, "effective.auth_proxy.sync_ttl"), (5_i64.into(), "5".into()));
    assert_eq!(fact(&files, "ini.analytics.reporting_enabled").0, FactValue::Null);
}

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: grafana, namespace: g, labels: {app.kubernetes.io/name: grafana}}\nspec:\n  template:\n    spec:\n      containers:\n      - name: grafana-sc-alerts\n        env: [{name: GF_USERS_ALLOW_SIGN_UP, value: \"true\"}]\n      - name: grafana\n        image: docker.io/grafana/grafana:11.2.0\n        env: [{name: GF_SMTP_HOST, value: \"$(HOST):25\"}, {name: LOST, valueFrom: {secretKeyRef: {name: gone, key: k}}}]\n        envFrom: [{secretRef: {name: own}}]\n";
const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: own, namespace: g}\nstringData: {HOST: mail, GF_SECURITY_SECRET_KEY: hush}\n";
const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: grafana, namespace: g}\ndata:\n  grafana.ini: |\n    [server]\n    root_url = https://${HOST}.example.com\n    [database]\n    url = ${LOST}\n    password = $__file{/run/p}\n";

#[test]
fn variables_come_from_the_container_of_grafana_and_the_secrets_that_it_names() {
    let files = [("d.yaml", DEPLOYMENT), ("s.yaml", SECRET), ("m.yaml", MAP)];
    // What is made of a secret is one, and stays known.
    let host = fact(&files, "effective.smtp.host");
    assert_eq!(host.0, FactValue::Secret("mail:25".into()));
    assert_eq!(
        fact(&files, "effective.server.root_url").0,
        FactValue::Secret("https://mail.example.com".into())
    );
    assert_eq!(
        fact(&files, "effective.database.url").0,
        FactValue::Unknown("variable LOST is not in the input".into())
    );
    assert!(matches!(fact(&files, "effective.database.password").0, FactValue::Unknown(_)));
    // The sidecar's variables are its own.
    assert_eq!(fact(&files, "effective.users.allow_sign_up").0, false.into());
    assert_eq!(fact(&files, "version").0, "11.2.0".into());
    assert_eq!(fact(&files, "default_secrets.secret_key").0, false.into());
    let without = [("d.yaml", DEPLOYMENT), ("m.yaml", MAP)];
    assert_eq!(fact(&without, "default_secrets.secret_key").0, false.into(), "it may be in the Secret");
}

#[test]
fn a_policy_of_its_namespace_may_guard_a_grafana() {
    let policy = |namespace: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: {namespace}}}\nspec: {{podSelector: {{}}}}\n"
        )
    };
    let guarded =
        |namespace: &str| fact(&[("m.yaml", MAP), ("p.yaml", &policy(namespace))], "guarded_by_policy").0;
    assert_eq!(guarded("g"), true.into());
    assert_eq!(guarded("loki"), FactValue::Null);
}

/// What is said of the address of a data source, with a Service of Loki in the cluster.
fn remark(kind: &str, url: &str) -> Option<String> {
    let source = format!("apiVersion: 1\ndatasources:\n- {{name: n, type: {kind}, url: \"{url}\"}}\n");
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: loki-gateway, namespace: loki}\nspec: {selector: {a: b}, ports: [{port: 80}]}\n";
    let files = [("d.yaml", source.as_str()), ("s.yaml", service)];
    let found = subjects_of(&files, "datasource", |one| one.facts.reach("remark").text().map(str::to_owned));
    found.into_iter().next().unwrap().1
}

#[test]
fn an_address_that_cannot_be_meant_is_told_why() {
    let loki = "http://loki-gateway.loki.svc.cluster.local";
    let mimir = "http://mimir-gateway.mimir.svc.cluster.local";
    assert_eq!(remark("loki", loki), None);
    assert_eq!(remark("prometheus", &format!("{mimir}/prometheus")), None);
    assert_eq!(remark("loki", mimir).as_deref(), Some("this is Mimir, which holds no logs"));
    assert_eq!(remark("prometheus", loki).as_deref(), Some("this is Loki, which does not speak PromQL"));
    assert_eq!(remark("prometheus", mimir).as_deref(), Some("Mimir answers queries below `/prometheus`"));
    assert_eq!(
        remark("prometheus", &format!("{mimir}/api/v1/push")).as_deref(),
        Some("this is where metrics are written, not read")
    );
    assert_eq!(
        remark("loki", &format!("{loki}/loki/api/v1")).as_deref(),
        Some("Grafana adds `/loki/api/v1` by itself")
    );
    assert_eq!(
        remark("loki", &format!("{loki}:3100")).as_deref(),
        Some("the Service loki/loki-gateway has no port 3100")
    );
    assert_eq!(
        remark("loki", "http://loki-gatewy.loki.svc").as_deref(),
        Some("the input has no Service loki/loki-gatewy")
    );
    // Nothing is known of a namespace that the input does not hold.
    assert_eq!(remark("loki", "http://loki.elsewhere.svc"), None);
}

#[test]
fn addresses_count_where_they_are_switched_on() {
    let values = "grafana.ini:\n  smtp: {host: 'mail:25'}\n  log: {mode: console syslog}\n  log.syslog: {address: 'logs:514'}\n  rendering: {server_url: 'http://renderer:8081/render'}\n  log.frontend: {enabled: true, custom_endpoint: /own}\n";
    let found = subjects_of(&[("values.yaml", values)], "grafana_address", |one| one.facts.reach("to").value);
    let expected = [
        ("address [log.syslog] address".to_owned(), "logs:514".into()),
        ("address [rendering] server_url".to_owned(), "http://renderer:8081/render".into()),
    ];
    assert_eq!(found, expected);
}

#[test]
fn data_sources_of_the_chart_stand_aside_where_what_it_renders_is_there() {
    let chart = "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: grafana, namespace: h}\nspec:\n  chart: grafana\n  targetNamespace: g\n  valuesContent: |\n    datasources: {d.yaml: {apiVersion: 1, datasources: [{name: A, type: loki}]}}\n    alerting: {c.yaml: {contactPoints: [{name: team, receivers: [{settings: {apiKey: k}}]}]}}\n";
    let sources = |files: &[(&str, &str)]| subjects_of(files, "datasource", |_| ()).len();
    let points = |files: &[(&str, &str)]| subjects_of(files, "contact_point", |_| ()).len();
    let alone = [("c.yaml", chart)];
    assert_eq!((sources(&alone), points(&alone)), (1, 1));
    let both = [("c.yaml", chart), ("m.yaml", MAP)];
    assert_eq!((sources(&both), points(&both)), (0, 0));
}

#[test]
fn contact_points_stand_in_files_by_themselves_too() {
    let file = "apiVersion: 1\ncontactPoints:\n- {name: team, receivers: []}\npolicies:\n- receiver: taem\n";
    let known = |one: &Subject| one.facts.reach("known").bool();
    let found = subjects_of(&[("a.yaml", file)], "notification_policy", known);
    assert_eq!(found, [("notification policy to taem".to_owned(), Some(false))]);
    // Where no contact point is provisioned, people make them by hand.
    let file = "apiVersion: 1\npolicies:\n- receiver: taem\n";
    let found = subjects_of(&[("a.yaml", file)], "notification_policy", known);
    assert_eq!(found, [("notification policy to taem".to_owned(), Some(true))]);
}

#[test]
fn a_data_source_without_a_uid_leaves_open_what_alerts_ask() {
    let alert = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: g}\ndata:\n  a.yaml: |\n    groups:\n    - {name: g, folder: f, interval: 1m, rules: [{uid: u, title: t, condition: A, data: [{refId: A, datasourceUid: lost}]}]}\n";
    let unknown = |uid: &str| {
        let source = format!("apiVersion: 1\ndatasources:\n- {{name: n, type: loki{uid}}}\n");
        let files = [("a.yaml", alert), ("d.yaml", source.as_str())];
        let found = subjects_of(&files, "alert_rule", |one| one.facts.reach("unknown_sources").items().len());
        found[0].1
    };
    assert_eq!(unknown(", uid: own"), 1);
    assert_eq!(unknown(", uid: lost"), 0);
    assert_eq!(unknown(""), 0);
    assert_eq!(unknown(", uid: $UID"), 0);
}

#[test]
fn odd_shapes_of_values_are_settings_that_nobody_reads_or_nothing() {
    let names = |values: &str| {
        let read = |one: &Subject| one.facts.reach("read").bool() == Some(true);
        subjects_of(&[("values.yaml", values)], "grafana_setting", read)
    };
    assert_eq!(names("grafana.ini: text\n"), []);
    assert_eq!(names("grafana.ini:\n  auth.proxy:\n  users: {}\n"), []);
    assert_eq!(names("grafana.ini: {a: [1]}\n"), [("setting [] a".to_owned(), false)]);
    assert_eq!(
        names("grafana.ini: {server: {domain: [1]}}\n"),
        [("setting [server] domain".to_owned(), true)]
    );
}
