//! The JSON report, `ptd-lint/report/v1` (`schemas/report.schema.json`), as types to write and to read.
//!
//! They are the contract: they are apart from the linter's own types, so that renaming a field inside cannot change what
//! others parse. Fields are written in the order of the structs. Those that came later have defaults, so that what older
//! versions wrote can be read; a field that is not known is refused, since it may say what must not be passed over.

use serde::Deserialize;
use serde::Serialize;

/// The version of the contract. A field that goes or changes its meaning makes a new one; a new field does not.
pub(crate) const SCHEMA: &str = "ptd-lint/report/v1";

/// A report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportJson {
    pub(crate) schema: String,
    pub(crate) tool: ToolJson,
    pub(crate) verdicts: Vec<VerdictJson>,
    pub(crate) findings: Vec<FindingJson>,
    pub(crate) coverage: CoverageJson,
    pub(crate) summary: SummaryJson,
    #[serde(default)]
    pub(crate) threshold: Option<ThresholdJson>,
}

/// What wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToolJson {
    pub(crate) name: String,
    pub(crate) version: String,
}

/// A verdict; `findings` are indices into the report's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VerdictJson {
    pub(crate) invariant: String,
    pub(crate) subject: String,
    #[serde(default)]
    pub(crate) cluster: Option<String>,
    pub(crate) verdict: String,
    pub(crate) summary: String,
    pub(crate) assumptions: Vec<String>,
    pub(crate) findings: Vec<usize>,
    /// How many exceptions were accepted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) accepted: usize,
    /// How many of its findings were left out of the report.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) not_shown: usize,
    /// How it ended at the commit that the run was held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<String>,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FindingJson {
    pub(crate) rule: String,
    pub(crate) invariant: String,
    pub(crate) severity: String,
    pub(crate) message: String,
    pub(crate) help: String,
    pub(crate) location: Option<LocationJson>,
    pub(crate) related: Vec<RelatedJson>,
    pub(crate) fixes: Vec<FixJson>,
    pub(crate) fingerprint: String,
    /// The running clusters that have it, by name.
    #[serde(default)]
    pub(crate) clusters: Vec<String>,
    /// Its places in the clusters behind the first.
    #[serde(default)]
    pub(crate) also_at: Vec<SightingJson>,
    #[serde(default)]
    pub(crate) git: Option<GitJson>,
    /// Who accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) accepted: Option<AcceptedJson>,
    /// Whether it says that something cannot be decided.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) undecided: bool,
}

/// That somebody accepted a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptedJson {
    pub(crate) by: String,
    pub(crate) reason: String,
    pub(crate) until: Option<String>,
    pub(crate) location: Option<LocationJson>,
}

/// A place in a further cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SightingJson {
    pub(crate) cluster: String,
    pub(crate) location: Option<LocationJson>,
}

/// How a finding of a cluster stands to the folder given by `--against`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GitJson {
    pub(crate) state: String,
    pub(crate) reason: String,
    pub(crate) location: Option<LocationJson>,
}

/// What `fix` can do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FixJson {
    pub(crate) title: String,
    pub(crate) safe: bool,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LocationJson {
    pub(crate) path: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) end_line: u32,
    pub(crate) end_column: u32,
    pub(crate) object: Option<String>,
    pub(crate) layers: Vec<LayerJson>,
    /// Whether it is in a running cluster. Lines are then those of the innermost embedded text; without one, of a
    /// rendering of the object that nobody typed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) live: bool,
    /// The field of the object, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    /// The field of the object, exactly: a JSON Pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
}

/// [`LocationJson`] with a label; written out because `flatten` loses the order and spoils error messages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RelatedJson {
    pub(crate) label: String,
    pub(crate) path: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) end_line: u32,
    pub(crate) end_column: u32,
    pub(crate) object: Option<String>,
    pub(crate) layers: Vec<LayerJson>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) live: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
}

/// A text within a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LayerJson {
    pub(crate) field: String,
    pub(crate) language: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CoverageJson {
    pub(crate) files: usize,
    pub(crate) documents: usize,
    pub(crate) collectors: usize,
    pub(crate) components: usize,
    pub(crate) passed_over: Vec<PassedOverJson>,
    pub(crate) errors: Vec<ErrorJson>,
    #[serde(default)]
    pub(crate) clusters: Vec<ClusterJson>,
    #[serde(default)]
    pub(crate) not_seen: Vec<NotSeenJson>,
    /// The parts of the contexts that the report is about; a list, since reports that were joined are joined again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) shards: Vec<ShardJson>,
    /// Findings that the run was asked to leave out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_shown: Vec<NotShownJson>,
}

/// How many findings were left out of the report, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotShownJson {
    pub(crate) reason: String,
    pub(crate) findings: usize,
}

/// Which part of the contexts a run read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShardJson {
    pub(crate) index: usize,
    pub(crate) count: usize,
}

/// An input that was not linted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PassedOverJson {
    pub(crate) path: String,
    pub(crate) reason: String,
}

/// What made the run incomplete.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorJson {
    pub(crate) path: String,
    pub(crate) line: Option<u32>,
    pub(crate) message: String,
}

/// A running cluster that was asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClusterJson {
    pub(crate) name: String,
    pub(crate) uid: Option<String>,
    pub(crate) objects: usize,
    pub(crate) same_as: Option<String>,
    #[serde(default)]
    pub(crate) notes: Vec<String>,
}

/// A request that brought nothing, or not all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotSeenJson {
    pub(crate) cluster: String,
    pub(crate) verb: String,
    pub(crate) resource: String,
    pub(crate) namespace: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) cause: String,
    pub(crate) message: String,
    /// Ids of promises; empty for all.
    pub(crate) promises: Vec<String>,
}

/// How many findings of each severity count, and how many were accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SummaryJson {
    pub(crate) error: usize,
    pub(crate) warning: usize,
    pub(crate) info: usize,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) accepted: usize,
}

/// What fails the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ThresholdJson {
    pub(crate) fail_on: String,
    pub(crate) strict: bool,
}

impl RelatedJson {
    /// A place with its label.
    pub(crate) fn new(label: String, place: LocationJson) -> Self {
        let LocationJson { path, line, column, end_line, end_column, object, layers, live, field, pointer } =
            place;
        Self { label, path, line, column, end_line, end_column, object, layers, live, field, pointer }
    }

    /// The place, without the label.
    pub(crate) fn place(&self) -> LocationJson {
        let Self { path, line, column, end_line, end_column, object, layers, live, field, pointer, .. } =
            self.clone();
        LocationJson { path, line, column, end_line, end_column, object, layers, live, field, pointer }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_zero(value: &usize) -> bool {
    *value == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_false(value: &bool) -> bool {
    !*value
}
