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
use crate::model::Workload;
use crate::model::queries::Needs;
use crate::model::queries::Queries;
use crate::model::queries::Query;

/// The queries of stacks that are declared to be control rooms or collect nothing themselves. The latter are control rooms
/// too, or rules and dashboards by themselves: the metrics that they ask for come from the workloads of the run.
#[derive(Debug, Default)]
pub(crate) struct Asking(Vec<Room>);

/// A stack that asks.
#[derive(Debug)]
struct Room {
    /// The stack's name.
    name: String,
    /// The domains that it is declared to have; none where nobody says.
    domains: Vec<String>,
    queries: Queries,
}

impl Asking {
    /// What the stacks of a run ask.
    pub(crate) fn of(groups: &[Group], readings: &[Reading], documents: &mut Documents) -> Self {
        if groups.len() < 2 {
            return Self::default();
        }
        let mut asking = Vec::new();
        for group in groups {
            let files = group.files.iter().filter_map(|file| {
                let pieces = &readings.get(*file)?.pieces;
                Some(FilePieces { file: u32::try_from(*file).unwrap_or(u32::MAX), pieces })
            });
            let files: Vec<FilePieces<'_>> = files.collect();
            let pieces = || files.iter().flat_map(|file| file.pieces);
            if !pieces().any(asks) || pieces().any(collects) && !pieces().any(is_control_room) {
                continue;
            }
            let stack = Stack::assemble(documents, &files, None);
            let queries = model::queries::queries(&stack);
            asking.push(Room { name: group.name.clone(), domains: domains(&stack), queries });
            super::rounds::fold(group, documents);
        }
        Self(asking)
    }

    /// The queries of other stacks that ask for the metrics of a workload with this control room. Without a control room
    /// nobody outside asks.
    pub(crate) fn elsewhere<'a>(
        &'a self,
        stack: &'a str,
        workload: &'a Workload,
    ) -> impl Iterator<Item = &'a Query> {
        let asks = move |room: &&Room| {
            let domain = workload.control_room.domain();
            let fits = |domain: &str| room.domains.is_empty() || room.domains.iter().any(|own| own == domain);
            room.name != stack && domain.is_some_and(fits)
        };
        self.0.iter().filter(asks).flat_map(|room| &room.queries.all)
    }

    /// What the control room of a stack reads: the queries of other stacks, and those of rule files and dashboards that lie
    /// beside this stack without belonging to a Grafana or ruler of its own. What a workload's own Grafana asks is asked of
    /// its own store, which gets everything.
    pub(crate) fn control_room(&self, stack: &str, workload: &Workload, own: &Queries) -> Needs {
        let own = own.all.iter().filter(|query| query.alone);
        Needs::of(self.elsewhere(stack, workload).chain(own))
    }
}

/// The domains of a control room, by its declaration: its own, and that of the front door before it.
fn domains(stack: &Stack<'_>) -> Vec<String> {
    let declared = stack.declarations.iter().filter(|declaration| declaration.kind.contains("ControlRoom"));
    let roots = declared.filter_map(|declaration| declaration.at.in_documents(stack.documents));
    let texts = roots.flat_map(|root| [root.text_at("spec.domain"), root.text_at("spec.front_door")]);
    texts.flatten().filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

const fn asks(piece: &Piece) -> bool {
    matches!(piece, Piece::RuleGroups(..) | Piece::Dashboard(..))
}

fn is_control_room(piece: &Piece) -> bool {
    matches!(piece, Piece::Declaration(declaration) if declaration.kind.contains("ControlRoom"))
}

fn collects(piece: &Piece) -> bool {
    match piece {
        Piece::Alloy(..) => true,
        Piece::Release(release) => release.chart == Some(Chart::Alloy),
        _ => false,
    }
}
