//! Turns findings into results of SARIF.

use serde_json::Value;
use serde_json::json;

use super::fixes::Fixes;
use super::places::location;
use super::places::physical;
use super::plain;
use super::rules::Named;
use crate::finding::AcceptedBy;
use crate::report::clean;
use crate::report::contract::RelatedJson;
use crate::report::format::Telling;
use crate::report::told::Told;
use crate::report::told::level;

/// How many further places of a result are told; GitHub shows no more.
const MOST_PLACES: usize = 100;

/// A result. `rule` is the number of its rule, `occurrence` counts the results with its fingerprint from 1.
pub(super) fn of(
    telling: &Telling<'_>,
    told: &Told<'_>,
    rule: Option<(usize, &Named<'_>)>,
    occurrence: usize,
    fixes: &mut Fixes<'_>,
) -> Value {
    let (own, json) = (told.own, told.json);
    let mut message = plain(&own.message);
    if !own.help.is_empty() {
        message = format!("{message}\n{}", plain(&own.help));
    }
    let main = match &json.location {
        Some(place) => location(telling, place),
        None => physical(&told.anchor(telling)),
    };
    let mut result = json!({
        "ruleId": clean::line(&own.rule),
        "level": level(own.severity, "note"),
        "message": { "text": message },
        "locations": [main],
        "partialFingerprints": {
            // The one that GitHub reads. It takes equal ones for one alert, so they are counted.
            "primaryLocationLineHash": format!("{}:{occurrence}", own.fingerprint),
            "ptdLintFingerprint/v1": own.fingerprint,
        },
        "properties": properties(telling, told),
    });
    if let Some((number, _)) = rule {
        result["ruleIndex"] = number.into();
    }
    if !json.related.is_empty() {
        let shown = json.related.iter().take(MOST_PLACES).enumerate();
        let related: Vec<Value> =
            shown.map(|(number, own)| labelled(telling, own, Some(number + 1))).collect();
        result["relatedLocations"] = related.into();
        if rule.is_some_and(|(_, rule)| rule.has_way()) {
            result["codeFlows"] = json!([way(telling, told, main)]);
        }
    }
    if let Some(suppression) = suppression(telling, told) {
        result["suppressions"] = json!([suppression]);
    }
    let fixes = fixes.of(own);
    if !fixes.is_empty() {
        result["fixes"] = fixes.into();
    }
    result
}

/// A further place with what is there.
fn labelled(telling: &Telling<'_>, own: &RelatedJson, id: Option<usize>) -> Value {
    let mut place = location(telling, &own.place());
    place["message"] = json!({ "text": plain(&own.label) });
    if let Some(id) = id {
        place["id"] = id.into();
    }
    place
}

/// The way to the finding, which ends it.
fn way(telling: &Telling<'_>, told: &Told<'_>, main: Value) -> Value {
    let steps = told.json.related.iter().take(MOST_PLACES - 1);
    let mut steps: Vec<Value> =
        steps.map(|own| json!({ "location": labelled(telling, own, None) })).collect();
    let mut end = main;
    let label = if told.own.label.is_empty() { &told.own.message } else { &told.own.label };
    end["message"] = json!({ "text": plain(label) });
    steps.push(json!({ "location": end }));
    json!({ "threadFlows": [{ "locations": steps }] })
}

/// Who accepted it. What stands in the linted text is `inSource`.
fn suppression(telling: &Telling<'_>, told: &Told<'_>) -> Option<Value> {
    let own = told.own.accepted.as_ref()?;
    let kind = match own.by {
        AcceptedBy::Comment | AcceptedBy::Annotation => "inSource",
        AcceptedBy::Settings | AcceptedBy::Baseline => "external",
    };
    let mut suppression = json!({
        "kind": kind,
        "status": "accepted",
        "justification": plain(&told.accepted().unwrap_or_default()),
    });
    let place = told.json.accepted.as_ref().and_then(|own| own.location.as_ref());
    if let Some(place) = place {
        suppression["location"] = location(telling, place);
    }
    Some(suppression)
}

/// What SARIF has no word for.
fn properties(telling: &Telling<'_>, told: &Told<'_>) -> Value {
    let json = told.json;
    let mut properties = json!({ "promise": told.own.invariant.id() });
    if let Some(verdict) = telling.verdict_of(told.index) {
        properties["stack"] = clean::line(&verdict.subject).into();
    }
    if !json.clusters.is_empty() {
        properties["clusters"] = json!(json.clusters);
        properties["alsoAt"] = json!(json.also_at);
    }
    if let Some(git) = &json.git {
        properties["git"] = json!(git);
    }
    if !json.fixes.is_empty() {
        properties["fixes"] = json!(json.fixes);
    }
    let left_out = json.related.len().saturating_sub(MOST_PLACES);
    if left_out > 0 {
        properties["relatedLocationsLeftOut"] = left_out.into();
    }
    properties
}
