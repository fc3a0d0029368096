//! Turns what clusters say of an account's rights into a table for people, and into JSON for programs.

use std::io::Write;

use serde::Serialize;

use super::clean;
use crate::finding::Invariant;
use crate::source::Access;
use crate::source::AccessRight;
use crate::source::AccessState;

/// The version of the JSON contract (`schemas/preflight.schema.json`).
const SCHEMA: &str = "ptd-lint/preflight/v1";

/// Writes the access table of each cluster for people: what is missing comes first, with what it costs.
pub(crate) fn write_preflight(clusters: &[Access], out: &mut dyn Write) -> std::io::Result<()> {
    for (index, access) in clusters.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        of_cluster(access, out)?;
    }
    Ok(())
}

fn of_cluster(access: &Access, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{}", clean::lines(&access.cluster))?;
    if let Some((cause, message)) = &access.unreached {
        writeln!(out, "  could not be asked ({cause}): {}", clean::lines(message))?;
        return writeln!(out, "  every promise would end undecided");
    }
    let mut rows = rows(access);
    rows.sort_by_key(|row| order(row.state));
    let (absent, rows): (Vec<Row<'_>>, Vec<Row<'_>>) =
        rows.into_iter().partition(|row| row.state == AccessState::NotServed);
    let verbs = rows.iter().map(|row| row.verbs.len()).max().unwrap_or_default();
    let resources = rows.iter().map(|row| row.resource.len()).max().unwrap_or_default();
    for row in &rows {
        let line = format!(
            "  {:8}  {:verbs$}  {:resources$}  {}",
            state(row.state),
            row.verbs,
            row.resource,
            row.places()
        );
        writeln!(out, "{}", line.trim_end())?;
        match row.state {
            AccessState::Missing => {
                writeln!(out, "            for {}; {}", row.first.purpose, cost(row.first))?;
            }
            AccessState::Unknown => {
                writeln!(out, "            {}", clean::lines(&row.first.message))?;
            }
            AccessState::Granted | AccessState::NotServed => {}
        }
    }
    if !absent.is_empty() {
        let names: Vec<&str> = absent.iter().map(|row| row.resource).collect();
        writeln!(out, "  not here  {}", names.join(", "))?;
    }
    let count = |state| access.rights.iter().filter(|right| right.state == state).count();
    let missing = count(AccessState::Missing);
    let unknown = count(AccessState::Unknown);
    if missing == 0 && unknown == 0 {
        return writeln!(out, "all {} rights are there", count(AccessState::Granted));
    }
    let undecided: Vec<&str> = undecided(access).iter().map(|promise| promise.id()).collect();
    if undecided.is_empty() {
        writeln!(out, "{missing} rights missing, {unknown} not known; no promise hangs on them")
    } else {
        writeln!(
            out,
            "{missing} rights missing, {unknown} not known: {} would end undecided",
            undecided.join(", ")
        )
    }
}

/// Rights that differ in their verb and namespace alone.
struct Row<'a> {
    state: AccessState,
    resource: &'a str,
    verbs: String,
    namespaces: Vec<&'a str>,
    first: &'a AccessRight,
}

impl Row<'_> {
    fn places(&self) -> String {
        if self.namespaces.is_empty() { String::new() } else { format!("in {}", self.namespaces.join(", ")) }
    }
}

fn rows(access: &Access) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for right in &access.rights {
        let namespace = right.namespace.as_deref();
        let same = rows.iter_mut().find(|row| {
            let first = row.first;
            row.state == right.state && row.resource == right.resource && first.message == right.message
                && (first.namespace == right.namespace || first.verb == right.verb)
                // A row is a product of verbs and namespaces: it grows in one direction only.
                && (row.namespaces.len() <= 1 || first.verb == right.verb)
                && (!row.verbs.contains(',') || first.namespace == right.namespace)
        });
        match same {
            Some(row) if row.first.verb == right.verb => row.namespaces.extend(namespace),
            Some(row) => {
                row.verbs.push_str(", ");
                row.verbs.push_str(&right.verb);
            }
            None => rows.push(Row {
                state: right.state,
                resource: &right.resource,
                verbs: right.verb.clone(),
                namespaces: namespace.into_iter().collect(),
                first: right,
            }),
        }
    }
    rows
}

const fn order(state: AccessState) -> u8 {
    match state {
        AccessState::Unknown => 0,
        AccessState::Missing => 1,
        AccessState::Granted => 2,
        AccessState::NotServed => 3,
    }
}

/// A state as people read it.
const fn state(state: AccessState) -> &'static str {
    match state {
        AccessState::Granted => "yes",
        AccessState::Missing => "NO",
        AccessState::NotServed => "not here",
        AccessState::Unknown => "unknown",
    }
}

/// The promises that hang on a right, by their ids.
fn touched(right: &AccessRight) -> Vec<Invariant> {
    let Some(ids) = &right.promises else { return Vec::new() };
    Invariant::ALL.into_iter().filter(|id| ids.is_empty() || ids.iter().any(|own| own == id.id())).collect()
}

fn cost(right: &AccessRight) -> String {
    let touched = touched(right);
    if touched.is_empty() {
        return "no promise hangs on it".to_owned();
    }
    if touched.len() == Invariant::ALL.len() {
        return "without it every promise ends undecided".to_owned();
    }
    let ids: Vec<&str> = touched.iter().map(|promise| promise.id()).collect();
    format!("without it undecided: {}", ids.join(", "))
}

/// The promises that would end undecided with the rights as they are, in the order of reports.
fn undecided(access: &Access) -> Vec<Invariant> {
    if access.unreached.is_some() {
        return Invariant::ALL.to_vec();
    }
    let lost = access.rights.iter();
    let lost = lost.filter(|right| matches!(right.state, AccessState::Missing | AccessState::Unknown));
    let lost: Vec<Invariant> = lost.flat_map(touched).collect();
    Invariant::ALL.into_iter().filter(|promise| lost.contains(promise)).collect()
}

/// Writes the access tables as one JSON object and a newline.
pub(crate) fn write_preflight_json(clusters: &[Access], out: &mut dyn Write) -> std::io::Result<()> {
    let json = PreflightJson { schema: SCHEMA, clusters: clusters.iter().map(ClusterJson::new).collect() };
    serde_json::to_writer_pretty(&mut *out, &json)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct PreflightJson<'a> {
    schema: &'static str,
    clusters: Vec<ClusterJson<'a>>,
}

#[derive(Serialize)]
struct ClusterJson<'a> {
    name: &'a str,
    /// Why it could not be asked; null where it could.
    cause: Option<&'static str>,
    message: Option<&'a str>,
    rights: Vec<RightJson<'a>>,
    /// The promises that would end undecided.
    undecided: Vec<&'static str>,
}

#[derive(Serialize)]
struct RightJson<'a> {
    verb: &'a str,
    resource: &'a str,
    namespace: Option<&'a str>,
    state: &'static str,
    message: &'a str,
    purpose: &'a str,
    promises: Vec<&'static str>,
}

impl<'a> ClusterJson<'a> {
    fn new(access: &'a Access) -> Self {
        let right = |right: &'a AccessRight| RightJson {
            verb: &right.verb,
            resource: &right.resource,
            namespace: right.namespace.as_deref(),
            state: match right.state {
                AccessState::Granted => "granted",
                AccessState::Missing => "missing",
                AccessState::NotServed => "not-served",
                AccessState::Unknown => "unknown",
            },
            message: &right.message,
            purpose: &right.purpose,
            promises: touched(right).iter().map(|promise| promise.id()).collect(),
        };
        Self {
            name: &access.cluster,
            cause: access.unreached.as_ref().map(|(cause, _)| *cause),
            message: access.unreached.as_ref().map(|(_, message)| message.as_str()),
            rights: access.rights.iter().map(right).collect(),
            undecided: undecided(access).iter().map(|promise| promise.id()).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
