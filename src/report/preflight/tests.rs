use super::*;

fn right(verb: &str, resource: &str, namespace: Option<&str>, state: AccessState) -> AccessRight {
    AccessRight {
        verb: verb.to_owned(),
        resource: resource.to_owned(),
        namespace: namespace.map(str::to_owned),
        state,
        message: String::new(),
        purpose: format!("what {resource} say"),
        promises: Some(vec!["collector-placement".to_owned()]),
    }
}

fn access() -> Access {
    let mut rights = vec![
        right("list", "configmaps", None, AccessState::Granted),
        right("get", "configmaps", None, AccessState::Granted),
        right("list", "pods", Some("alloy"), AccessState::Missing),
        right("list", "pods", Some("mimir"), AccessState::Missing),
        right("list", "nodes", None, AccessState::Missing),
        right("list", "helmcharts.helm.cattle.io", None, AccessState::NotServed),
        right("list", "services", None, AccessState::Unknown),
    ];
    rights[2].promises = Some(Vec::new());
    rights[3].promises = Some(Vec::new());
    rights[6].message = "timed-out: no whole answer".to_owned();
    Access { cluster: "one".to_owned(), unreached: None, rights }
}

fn human(clusters: &[Access]) -> String {
    let mut out = Vec::new();
    write_preflight(clusters, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn what_is_missing_comes_first_with_what_it_costs() {
    let expected = "\
one
  unknown   list       services
            timed-out: no whole answer
  NO        list       pods        in alloy, mimir
            for what pods say; without it every promise ends undecided
  NO        list       nodes
            for what nodes say; without it undecided: collector-placement
  yes       list, get  configmaps
  not here  helmcharts.helm.cattle.io
3 rights missing, 1 not known: log-boundary, dual-write, store-limits, store-retention, store-storage, \
grafana-access, collector-placement, coherence would end undecided
";
    assert_eq!(human(&[access()]), expected);
}

#[test]
fn cluster_that_was_not_reached_leaves_everything_undecided() {
    let unreached = Some(("expired", "the certificate\nhas expired".to_owned()));
    let access = Access { cluster: "two".to_owned(), unreached, rights: Vec::new() };
    let text = human(std::slice::from_ref(&access));
    assert!(text.starts_with("two\n  could not be asked (expired): the certificate"), "{text}");
    assert!(text.ends_with("  every promise would end undecided\n"), "{text}");
    let mut out = Vec::new();
    write_preflight_json(&[access], &mut out).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(json["clusters"][0]["cause"], "expired");
    assert_eq!(json["clusters"][0]["undecided"].as_array().unwrap().len(), 8);
}

#[test]
fn json_says_all_that_people_are_told() {
    let mut out = Vec::new();
    write_preflight_json(&[access()], &mut out).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(json["schema"], "ptd-lint/preflight/v1");
    let rights = json["clusters"][0]["rights"].as_array().unwrap();
    assert_eq!(rights.len(), 7);
    assert_eq!(rights[4]["state"], "missing");
    assert_eq!(rights[4]["promises"], serde_json::json!(["collector-placement"]));
    assert_eq!(rights[2]["namespace"], "alloy");
    assert_eq!(rights[6]["message"], "timed-out: no whole answer");
}

#[test]
fn rights_for_reports_cost_no_promise() {
    let mut right = right("patch", "reports.openreports.io", None, AccessState::Missing);
    right.promises = None;
    let access = Access { cluster: "one".to_owned(), unreached: None, rights: vec![right] };
    assert!(human(&[access]).contains("no promise hangs on them"));
}

#[test]
fn json_keeps_its_contract() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../schemas/preflight.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let unreached = Some(("expired", "the certificate has expired".to_owned()));
    let lost = Access { cluster: "two".to_owned(), unreached, rights: Vec::new() };
    let mut out = Vec::new();
    write_preflight_json(&[access(), lost], &mut out).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
    let faults: Vec<String> = validator.iter_errors(&json).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}");
}
