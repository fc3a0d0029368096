//! SARIF, piece by piece; that it fits the published schema is checked by `tools/check-outputs`.

use serde_json::Value;
use serde_json::json;

use super::super::Around;
use super::super::Root;
use super::super::sample;
use super::super::sample::Sample;
use super::*;

fn told(sample: &Sample, around: Around) -> Value {
    let telling = Telling::of_run(sample.outcome(), || vec![sample::leak_rule()]).within(around);
    run(&telling, MOST_RESULTS)
}

#[test]
fn place_is_the_line_of_the_file_and_the_object_beside_it() {
    let run = told(&sample::mixed(), Around::default());
    let result = &run["results"][0];
    assert_eq!(
        result["locations"],
        json!([{
            "physicalLocation": {
                "artifactLocation": { "uri": "manifests/alloy.yaml", "uriBaseId": "%SRCROOT%" },
                "region": { "startLine": 18, "startColumn": 24, "endLine": 18, "endColumn": 55 },
            },
            "logicalLocations": [{
                "name": "ConfigMap alloy/alloy-config",
                "fullyQualifiedName": "ConfigMap alloy/alloy-config#data.config.alloy:11:20",
                "kind": "resource",
            }],
        }])
    );
    assert_eq!(result["relatedLocations"][1]["message"]["text"], "kept this long");
    assert_eq!(result["relatedLocations"][1]["id"], 2);
    assert_eq!(result["properties"]["stack"], "manifests");
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    // Servers refuse results without a place.
    let uri = &run["results"][3]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, ".");
}

#[test]
fn way_of_logs_ends_at_the_finding() {
    let run = told(&sample::mixed(), Around::default());
    let steps = run["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    let step = |step: &Value| {
        let location = &step["location"];
        let line = &location["physicalLocation"]["region"]["startLine"];
        format!("{line} {}", location["message"]["text"].as_str().unwrap())
    };
    let told: Vec<String> = steps.iter().map(step).collect();
    assert_eq!(told, ["8 logs enter here", "3 kept this long", "18 outside the workload"]);
    assert_eq!(run["results"][2].get("codeFlows"), None, "no way is known of that rule");
}

#[test]
fn every_result_leads_to_its_rule() {
    let run = told(&sample::mixed(), Around::default());
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    let leak = &rules[0];
    assert_eq!(leak["name"], "LogSinkOutside");
    assert_eq!(leak["helpUri"].as_str(), sample::leak_rule().address().as_deref());
    assert_eq!(leak["defaultConfiguration"]["level"], "error");
    assert_eq!(leak["properties"]["security-severity"], "8.5");
    assert_eq!(leak["properties"]["tags"], json!(["monitoring", "log-boundary", "security"]));
    assert!(leak["help"]["markdown"].as_str().unwrap().contains("**To mend it:** "), "{leak}");
    // Nothing but its id is known of the other, and it is no matter of security.
    assert_eq!(rules[1]["properties"].get("security-severity"), None);
    assert_eq!(rules[1]["shortDescription"]["text"], "retention-short");
}

#[test]
fn equal_fingerprints_are_counted_for_the_one_who_joins_them() {
    let run = told(&sample::mixed(), Around::default());
    let prints = |number: usize| run["results"][number]["partialFingerprints"].clone();
    assert_eq!(
        prints(0),
        json!({
            "primaryLocationLineHash": "00112233445566778899aabbccddeeff:1",
            "ptdLintFingerprint/v1": "00112233445566778899aabbccddeeff",
        })
    );
    assert_eq!(prints(1)["primaryLocationLineHash"], "00112233445566778899aabbccddeeff:2");
}

#[test]
fn accepted_findings_are_suppressed_with_the_reason() {
    let mut sample = sample::mixed();
    sample.accept(0, "moved in May");
    let run = told(&sample, Around::default());
    let expected = json!([{
        "kind": "inSource", "status": "accepted", "justification": "moved in May (comment, until 2027-01-31)",
    }]);
    assert_eq!(run["results"][0]["suppressions"], expected);
    assert_eq!(run["results"][1].get("suppressions"), None);
}

#[test]
fn run_says_how_it_ended_and_what_it_did_not_understand() {
    let run = told(&sample::mixed(), Around { exit: Some(2), ..Around::default() });
    let invocation = &run["invocations"][0];
    assert_eq!((&invocation["executionSuccessful"], &invocation["exitCode"]), (&json!(false), &json!(2)));
    let notifications = invocation["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(
        notifications[0],
        json!({
            "descriptor": { "id": "incomplete", "index": 0 },
            "level": "error",
            "message": { "text": "broken.yaml: incomplete: not YAML: `[` is not closed" },
            "locations": [{ "physicalLocation": {
                "artifactLocation": { "uri": "broken.yaml", "uriBaseId": "%SRCROOT%" }, "region": { "startLine": 3 },
            }}],
        })
    );
    let descriptors = run["tool"]["driver"]["notifications"].as_array().unwrap();
    for own in notifications {
        let index = usize::try_from(own["descriptor"]["index"].as_u64().unwrap()).unwrap();
        assert_eq!(descriptors[index]["id"], own["descriptor"]["id"]);
    }
    assert_eq!(run["properties"]["verdicts"][1]["verdict"], "undecided");
}

#[test]
fn paths_are_counted_from_the_root_of_the_repository() {
    let root = Root::new("/builds/repo", "/builds/repo/stacks");
    let run = told(&sample::mixed(), Around { root, ..Around::default() });
    let uri = |path: &str| run.pointer(path).unwrap().clone();
    let first = "/results/0/locations/0/physicalLocation/artifactLocation/uri";
    assert_eq!(uri(first), "stacks/manifests/alloy.yaml");
}

#[test]
fn too_many_results_lose_the_least_and_say_so() {
    let sample = sample::mixed();
    let telling = Telling::of_run(sample.outcome(), Vec::new);
    let run = run(&telling, 3);
    let levels: Vec<&str> =
        run["results"].as_array().unwrap().iter().map(|result| result["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["error", "error", "warning"]);
    let text = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(text.starts_with("1 findings are left out, the least of all"), "{text}");
}
