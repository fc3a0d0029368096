//! Turns the stacks of a run into what they ask of each other: a control room's alerts and dashboards read the metrics of
//! the workloads beside it.

use super::stacks::Group;
use crate::document::Documents;
use crate::model;
use crate::model::Chart;
use crate::model::FilePieces;
use crate::model::Piece;
use crate::model::Reading;
use crate::model::Stack;
use crate::model::queries::Needs;
use crate::model::queries::Queries;
use crate::model::queries::Query;

/// The queries of stacks that collect nothing themselves, by the stack's name. Those are control rooms, and files of rules
/// and dashboards by themselves: the metrics that they ask for come from the other stacks of the run.
#[derive(Debug, Default)]
pub(crate) struct Asking(Vec<(String, Queries)>);

impl Asking {
    /// What the stacks of a run ask.
    pub(crate) fn of(groups: &[Group], readings: &[Reading], documents: &Documents) -> Self {
        if groups.len() < 2 {
            return Self::default();
        }
        let asking = groups.iter().filter_map(|group| {
            let files = group.files.iter().filter_map(|file| {
                let pieces = &readings.get(*file)?.pieces;
                Some(FilePieces { file: u32::try_from(*file).unwrap_or(u32::MAX), pieces })
            });
            let files: Vec<FilePieces<'_>> = files.collect();
            let pieces = || files.iter().flat_map(|file| file.pieces);
            if !pieces().any(asks) || pieces().any(collects) {
                return None;
            }
            Some((group.name.clone(), model::queries::queries(&Stack::assemble(documents, &files, None))))
        });
        Self(asking.collect())
    }

    /// The queries of other stacks.
    pub(crate) fn elsewhere<'a>(&'a self, stack: &'a str) -> impl Iterator<Item = &'a Query> {
        let others = self.0.iter().filter(move |(other, _)| other != stack);
        others.flat_map(|(_, queries)| &queries.queries)
    }

    /// What the control room of a stack reads: the queries of other stacks, and those of rule files and dashboards that lie
    /// beside this stack without belonging to a Grafana or ruler of its own. What a workload's own Grafana asks is asked of
    /// its own store, which gets everything.
    pub(crate) fn control_room(&self, stack: &str, own: &Queries) -> Needs {
        let own = own.queries.iter().filter(|query| query.alone);
        Needs::of(self.elsewhere(stack).chain(own))
    }
}

const fn asks(piece: &Piece) -> bool {
    matches!(piece, Piece::RuleGroups(..) | Piece::Dashboard(..))
}

fn collects(piece: &Piece) -> bool {
    match piece {
        Piece::Alloy(..) => true,
        Piece::Release(release) => release.chart == Some(Chart::Alloy),
        _ => false,
    }
}
