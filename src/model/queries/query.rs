//! A query of the input, its alert, and what both ask for.

use std::sync::Arc;
use std::sync::OnceLock;

use super::promql;
use super::promql::Expression;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Place;
use crate::text::Span;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum QueryKind {
    /// An alert rule.
    Alert,
    /// An alert rule that is switched off: nobody waits for what it would tell.
    Paused,
    /// A recording rule.
    Recording,
    /// A panel of a dashboard.
    Panel,
    /// A variable of a dashboard.
    Variable,
    /// An annotation of a dashboard.
    Annotation,
}

impl QueryKind {
    /// The name in rules and messages.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Paused => "paused alert",
            Self::Recording => "recording rule",
            Self::Panel => "panel",
            Self::Variable => "variable",
            Self::Annotation => "annotation",
        }
    }
}

/// A query in PromQL.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    /// Who asks.
    pub(crate) kind: QueryKind,
    /// The title of the alert or panel, the name of the variable, the recorded metric.
    pub(crate) name: Arc<str>,
    /// The dashboard that it belongs to.
    pub(crate) dashboard: Option<Arc<str>>,
    /// The expression as written, variables and all.
    pub(crate) text: Box<str>,
    /// Its first line.
    pub(crate) place: Place,
    /// It stands in a file of its own, so that nothing tells which Grafana or ruler reads it.
    pub(crate) alone: bool,
    expression: OnceLock<Result<Expression, String>>,
}

/// An alert with what it prints.
#[derive(Debug, Clone)]
pub(crate) struct Alert {
    /// Its title.
    pub(crate) name: Arc<str>,
    /// Indices of its queries.
    pub(crate) queries: Vec<usize>,
    /// Labels that its annotations and labels print, each once, where they do.
    pub(crate) printed: Vec<(String, Place)>,
    /// Whether some of its queries are in another language, so that its labels are not known.
    pub(crate) other_languages: bool,
}

/// The alerts and queries of a stack, each once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queries {
    /// All queries.
    pub(crate) all: Vec<Query>,
    /// All alerts that have queries and are not paused.
    pub(crate) alerts: Vec<Alert>,
    /// How much was read.
    spent: usize,
}

impl Queries {
    /// Whether there is room for one more part of so many bytes. The nodes of a document are bounded, but aliases can repeat
    /// a long text in each; what lies beyond the limit is not read.
    pub(super) fn spend(&mut self, bytes: usize) -> bool {
        const PART: usize = 64;
        const MOST: usize = 256 << 20;
        self.spent = self.spent.saturating_add(PART + bytes);
        self.spent <= MOST
    }
}

impl Query {
    /// A query whose expression is the text of a scalar, or a part of it.
    pub(super) fn new(kind: QueryKind, name: &str, text: &str, place: Place, alone: bool) -> Self {
        let (name, text) = (name.into(), text.into());
        Self { kind, name, dashboard: None, text, place, alone, expression: OnceLock::new() }
    }

    /// The query as one of a dashboard.
    pub(super) fn of_dashboard(self, title: &str) -> Self {
        Self { dashboard: Some(title.into()), ..self }
    }

    /// What it asks for, or why that cannot be told. Parsed when it is first asked for.
    pub(crate) fn expression(&self) -> Result<&Expression, &str> {
        self.expression.get_or_init(|| promql::read(&self.text)).as_ref().map_err(String::as_str)
    }

    /// Whether it belongs to an alerting or recording rule.
    pub(crate) const fn is_rule(&self) -> bool {
        matches!(self.kind, QueryKind::Alert | QueryKind::Recording)
    }

    /// The query in words: ``panel `Restarts` of dashboard `Pods` ``.
    pub(crate) fn words(&self) -> String {
        let dashboard = self.dashboard.as_ref().map(|title| format!(" of dashboard `{title}`"));
        format!("{} `{}`{}", self.kind.name(), self.name, dashboard.unwrap_or_default())
    }
}

/// The place of the first line of a scalar's text: the text itself, without quotes and the mark of a block.
pub(super) fn first_line(node: NodeRef<'_>, doc: DocId) -> Place {
    let text = node.text().unwrap_or_default();
    let start = text.len() - text.trim_start().len();
    let line = text.get(start..).unwrap_or_default().lines().next().unwrap_or_default().trim_end();
    part_of(node, doc, start, start + line.len())
}

/// The place of a part of a scalar's text.
pub(super) fn part_of(node: NodeRef<'_>, doc: DocId, start: usize, end: usize) -> Place {
    let offset = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    let host = node.resolved().embedding().to_host(Span::new(offset(start), offset(end)));
    Place { doc, span: host.unwrap_or_else(|| node.span()) }
}

/// Whether a text is LogQL: it has a filter of lines or a stage behind its braces.
pub(super) fn is_logql(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('}') {
        let behind = behind.trim_start();
        if behind.starts_with(['|', '!']) && !behind.starts_with("!=~") && !behind.starts_with("!= ") {
            return true;
        }
        rest = behind;
    }
    false
}
