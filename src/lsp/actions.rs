//! Turns fixes of findings into actions of an editor.
//!
//! What an action changes is what `ptd-lint fix` would: made in memory and checked as a whole, so nothing is offered as done that
//! would bring about another finding. That takes a few checks, so an editor that can ask for the edit of one action is given it
//! then; others get all at once.

use serde_json::Value;
use serde_json::json;

use super::buffers::Buffer;
use super::desk::Answer;
use super::desk::Asked;
use super::diagnostics;
use super::edits;
use super::position::Range;
use super::wire::code;
use super::workspace::Round;
use crate::finding::Finding;
use crate::fix;
use crate::fix::Only;
use crate::fix::Why;

/// One finding is mended.
const QUICK: &str = "quickfix";

/// All of a file is mended that can safely be.
const ALL: &str = "source.fixAll.ptd-lint";

/// An editor that wants all edits at once gets no more than these.
const AT_ONCE: usize = 8;

/// Answers `textDocument/codeAction`.
pub(super) fn actions(asked: &Asked<'_>) -> Answer {
    let uri = asked.params.pointer("/textDocument/uri").and_then(Value::as_str);
    let range =
        asked.params.get("range").and_then(|range| serde_json::from_value::<Range>(range.clone()).ok());
    let Some((uri, range)) = uri.zip(range) else {
        return Err((code::INVALID_PARAMS, "a file and a range are wanted".to_owned()));
    };
    let Some(buffer) = asked.buffers.get(uri) else { return Ok(json!([])) };
    let only = asked.params.pointer("/context/only").and_then(Value::as_array);
    // A kind that is wanted stands for all below it.
    let wants = |kind: &str| {
        let below = |wanted: &str| {
            kind.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        only.is_none_or(|only| only.iter().filter_map(Value::as_str).any(below))
    };
    let mut found = Vec::new();
    for round in asked.rounds {
        let Some(file) = round.file(&buffer.shown()) else { continue };
        let here = |finding: &&Finding| {
            finding.is_open() && finding.place.is_some_and(|place| place.doc.file == file)
        };
        let findings: Vec<&Finding> = round.checked.report.findings.iter().filter(here).collect();
        if wants(QUICK) {
            let met = |finding: &&&Finding| {
                let own = diagnostics::range(round, finding, asked.client);
                own.start <= range.end && range.start <= own.end
            };
            found
                .extend(findings.iter().filter(met).flat_map(|finding| quick(round, finding, buffer, asked)));
        }
        if wants(ALL) && findings.iter().any(|finding| finding.fixes.iter().any(|own| own.is_safe)) {
            let title = "Mend all in this file that can safely be mended";
            found.push(json!({"title": title, "kind": ALL, "data": {"uri": buffer.uri, "all": true}}));
        }
    }
    if asked.client.late_edits {
        return Ok(found.into());
    }
    let made = found.into_iter().take(AT_ONCE).filter_map(|action| with_edit(action, asked).ok());
    Ok(made.collect::<Vec<_>>().into())
}

/// The actions for one finding: what is safe, and by that word what is not.
fn quick(round: &Round, finding: &Finding, buffer: &Buffer, asked: &Asked<'_>) -> Vec<Value> {
    let first = |is_safe: bool| finding.fixes.iter().find(|own| own.is_safe == is_safe);
    let diagnostic = diagnostics::diagnostic(round, finding, asked.client, asked.buffers);
    let action = |title: String, is_safe: bool| {
        let mut data = diagnostics::identity(finding);
        data["uri"] = json!(buffer.uri);
        data["unsafe"] = (!is_safe).into();
        json!({
            "title": title, "kind": QUICK, "isPreferred": is_safe, "diagnostics": [diagnostic], "data": data,
        })
    };
    let safe = first(true).map(|own| action(format!("{}: {}", finding.rule, own.title), true));
    let other = first(false).map(|own| {
        action(
            format!("{}: {} (unsafe: may take data away or start new ways for it)", finding.rule, own.title),
            false,
        )
    });
    safe.into_iter().chain(other).collect()
}

/// Answers `codeAction/resolve`.
pub(super) fn resolve(asked: &Asked<'_>) -> Answer {
    with_edit(asked.params.clone(), asked)
}

/// The action with what it changes.
fn with_edit(mut action: Value, asked: &Asked<'_>) -> Answer {
    let data = action.get("data").cloned().unwrap_or_default();
    let text = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let gone = || (code::MODIFIED, "the file is not open any more".to_owned());
    let buffer = asked.buffers.get(&text("uri")).ok_or_else(gone)?;
    let path = buffer.shown();
    let is = |name: &str| data.get(name) == Some(&Value::Bool(true));
    let only = |file: u32| {
        if is("all") {
            Only::File(file)
        } else {
            Only::Finding(text("rule"), text("fingerprint"), text("message"))
        }
    };
    let rounds = asked.rounds.iter().filter_map(|round| Some((round, round.file(&path)?)));
    let mut why = "the finding is not there any more".to_owned();
    for (round, file) in rounds {
        let fixed =
            fix::mend(&round.sources, &round.arguments, round.options(), (is("unsafe"), Some(only(file))));
        if fixed.texts.is_empty() {
            let rejected = fixed.left.iter().find_map(|left| match &left.why {
                Why::Rejected { reason, .. } => Some(format!("not mended: {reason}")),
                _ => None,
            });
            why = rejected.unwrap_or(why);
            continue;
        }
        let files = fixed.texts.iter().map(|(file, new)| {
            let old = round.text(*file);
            (round.path(*file).to_owned(), edits::edits(&old, new, asked.client.encoding))
        });
        action["edit"] = edits::workspace_edit(files, asked.buffers, asked.client);
        return Ok(action);
    }
    Err((code::FAILED, why))
}
