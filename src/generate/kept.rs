//! Turns a control room's alert rules and dashboards into the names of the metrics that it needs.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::document::Documents;
use crate::model;
use crate::model::Expected;
use crate::model::FilePieces;
use crate::model::Stack;
use crate::model::queries::Name;
use crate::model::queries::Needs;

/// What files of alert rules and dashboards read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Kept {
    /// Names, and regular expressions of names, sorted.
    pub(crate) metrics: Vec<String>,
    /// Alerts and recording rules of which it cannot be told what they read: a filter would silence them.
    pub(crate) silenced: Vec<String>,
    /// The same of dashboards: a filter may leave these empty.
    pub(crate) emptied: Vec<String>,
}

/// The metrics that all queries in these files (path, text) read.
pub(crate) fn kept_metrics(files: &[(String, Arc<str>)]) -> Kept {
    let read =
        |(index, (path, text)): (u32, &(String, Arc<str>))| model::read(index, path, text, Expected::Any);
    let mut readings: Vec<_> = (0_u32..).zip(files).map(read).collect();
    let documents =
        Documents { files: readings.iter_mut().map(|reading| std::mem::take(&mut reading.file)).collect() };
    let pieces: Vec<FilePieces<'_>> = (0_u32..)
        .zip(&readings)
        .map(|(file, reading)| FilePieces { file, pieces: &reading.pieces })
        .collect();
    let stack = Stack::assemble(&documents, &pieces, None);
    let queries = model::queries::queries(&stack);
    let needs = Needs::of(queries.all.iter());
    // An alert that is switched off is switched on again some day.
    let mut metrics: BTreeSet<String> = needs.metrics.keys().chain(&needs.resting).cloned().collect();
    metrics.extend(needs.patterns.iter().map(|pattern| pattern.as_str().to_owned()));
    let mut kept = Kept { metrics: metrics.into_iter().collect(), ..Kept::default() };
    for query in &queries.all {
        let named = query.expression().is_ok_and(|expression| {
            expression.selectors.iter().all(|selector| !matches!(selector.name, Name::Any))
        });
        if !named {
            let list = if query.is_rule() { &mut kept.silenced } else { &mut kept.emptied };
            list.push(query.words());
        }
    }
    kept
}
