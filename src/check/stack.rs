//! Judges one stack: assembles it, follows its flows, lets the rules look, and draws the verdicts.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;

use super::CheckOptions;
use super::accepted;
use super::accepted::Met;
use super::accepted::Suppressions;
use super::asking::Asking;
use super::baseline;
use super::clusters;
use super::control_room;
use super::declared;
use super::faults;
use super::grafana;
use super::guards;
use super::limits;
use super::parts::parts;
use super::picture;
use super::policy::Governing;
use super::policy::Policy;
use super::problems;
use super::relays;
use super::sharing::Sharing;
use super::stacks::Group;
use super::store_exits;
use super::subjects::subjects;
use super::surroundings;
use super::verdicts;
use super::verdicts::Evidence;
use crate::accept::Listed;
use crate::document::DocId;
use crate::document::Documents;
use crate::finding::Finding;
use crate::finding::Invariant;
use crate::finding::InvariantVerdict;
use crate::finding::NotSeen;
use crate::finding::Picture;
use crate::finding::Seen;
use crate::finding::SeenCluster;
use crate::finding::Severity;
use crate::finding::Sighting;
use crate::finding::fingerprint;
use crate::flow;
use crate::flow::CollectorFlow;
use crate::flow::CollectorInput;
use crate::flow::Wanted;
use crate::model;
use crate::model::Collector;
use crate::model::ControlRoom;
use crate::model::Fact;
use crate::model::FilePieces;
use crate::model::Minor;
use crate::model::Piece;
use crate::model::Readable;
use crate::model::Reading;
use crate::model::Relay;
use crate::model::Stack;
use crate::model::Stated;
use crate::model::Store;
use crate::model::Subject;
use crate::model::Workload;
use crate::model::alloy::Computed;
use crate::model::queries::Needs;
use crate::model::store::Assumed;
use crate::rule::Outcome;
use crate::rule::RuleSet;
use crate::source::Sources;

/// What was found out about one stack.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// In order of place.
    pub(crate) findings: Vec<Finding>,
    /// With indices into `findings`.
    pub(crate) verdicts: Vec<InvariantVerdict>,
    /// How many collectors it has.
    pub(crate) collectors: usize,
    /// How many components their programs have.
    pub(crate) components: usize,
    /// Its flows, where they are wanted.
    pub(crate) picture: Option<Picture>,
    /// Which suppressions met a finding.
    pub(crate) met: Met,
    /// What was found, for baselines; `None` where nobody asks.
    pub(crate) listed: Option<Listed>,
}

/// What all stacks of a run share, from its first round to its last.
#[derive(Clone, Copy)]
pub(crate) struct Common<'r> {
    /// What was recognised, file by file.
    pub(crate) readings: &'r [Reading],
    /// The inputs, those that could not be read too.
    pub(crate) sources: &'r Sources,
    /// Running clusters that were asked.
    pub(crate) clusters: &'r [SeenCluster],
    /// What was not seen of them.
    pub(crate) not_seen: &'r [NotSeen],
    /// Settings and rules.
    pub(crate) policy: &'r Policy,
    /// What the inputs accept.
    pub(crate) suppressions: &'r Suppressions,
    /// The command line.
    pub(crate) options: &'r CheckOptions,
    /// What stacks without collectors ask.
    pub(crate) asking: &'r Asking,
    /// How many stacks of files there are.
    pub(crate) folders: usize,
    /// The arguments that sources count by.
    pub(crate) arguments: &'r [String],
}

impl<'r> Common<'r> {
    /// A round of the run, with what stacks before it share.
    pub(crate) const fn run(self, documents: &'r Documents, sharing: &'r Sharing) -> Run<'r> {
        Run { common: self, documents, sharing }
    }
}

/// A round of a run: its documents stay as they are.
pub(crate) struct Run<'r> {
    common: Common<'r>,
    /// The documents, file by file.
    pub(crate) documents: &'r Documents,
    /// What stacks of several clusters share.
    pub(crate) sharing: &'r Sharing,
}

impl<'r> Deref for Run<'r> {
    type Target = Common<'r>;

    fn deref(&self) -> &Common<'r> {
        &self.common
    }
}

impl Run<'_> {
    /// Judges the stacks of a group: one, or one per cluster where the inputs tell clusters apart.
    pub(crate) fn judge(&self, group: &Group) -> Vec<Judged> {
        let parts = parts(group, self.readings, self.documents);
        parts.iter().map(|(name, cluster, part)| self.judge_one(name, cluster.as_deref(), part)).collect()
    }

    /// Whether a file is there since its folder, or the cluster that has it, was given: nobody chose it from among others.
    pub(super) fn came_with_folder(&self, file: usize) -> bool {
        let Some(source) = self.sources.texts.get(file) else { return false };
        let Some(argument) = source.argument.checked_sub(self.sources.clusters.len()) else { return true };
        let given = self.arguments.get(argument);
        given.is_some_and(|given| {
            given != "-" && *given != source.path && !given.contains(['*', '?', '[', '{'])
        })
    }

    fn members<'g>(&'g self, group: &'g Group) -> impl Iterator<Item = &'g Reading> {
        group.files.iter().filter_map(|file| self.readings.get(*file))
    }

    fn judge_one(&self, name: &str, cluster: Option<&str>, group: &Group) -> Judged {
        let files = group.files.iter().zip(self.members(group));
        let files: Vec<FilePieces<'_>> = files
            .map(|(file, reading)| FilePieces {
                file: u32::try_from(*file).unwrap_or(u32::MAX),
                pieces: &reading.pieces,
            })
            .collect();
        let governing = self.policy.of_stack(&group.files);
        let mut stack = Stack::assemble(self.documents, &files, cluster);
        stack.covered = clusters::covered(self.sources, group.cluster);
        stack.unseen = clusters::unseen(self.sources, group.cluster);
        let stack = stack;
        let collectors = model::collectors(&stack);
        let workload = self.workload(&stack, &collectors, name, governing);
        let queries = model::queries::queries(&stack);
        let relays = model::relays(&stack);
        let flows = self.flows(&stack, (&collectors, &relays), &workload, governing, || {
            self.asking.control_room(name, &workload, &queries)
        });
        let mut asked = Arc::clone(self.policy.rules.options_asked());
        if !governing.limits().is_empty() {
            Arc::make_mut(&mut asked).extend(limits::asked(governing.limits()));
        }
        let assumed = Assumed { versions: self.versions(governing), asked };
        let (network, members) = (model::network(&stack), model::Members::of(&stack));
        let around = (&network, &members);
        let mut subjects = subjects(&stack, (&collectors, &relays), &flows, &assumed, around);
        let asked = declared::connections(&flows, &collectors, &workload);
        subjects.extend(model::network_subjects(&stack, &network, &members, &workload, &asked));
        guards::join_grafana(&mut subjects, &stack, &network, &members);
        subjects.extend(model::queries::query_subjects(&queries));
        let outside = LazyCell::new(|| surroundings::surroundings(&stack, &[], &workload, governing));
        grafana::join(&mut subjects, || &outside);
        store_exits::join(&mut subjects, || &outside);
        if !collectors.is_empty() {
            let all = queries.all.iter().chain(self.asking.elsewhere(name, &workload));
            subjects.extend(flow::asked(&flows, &Needs::of(all.filter(|query| query.is_rule()))));
        }
        let problems = self.members(group).flat_map(|reading| &reading.problems);
        subjects.extend(problems.chain(&stack.problems).map(problems::subject));
        subjects.extend(declared::subjects(&stack, &workload, &flows));
        let limited = limits::subjects(governing.limits(), &subjects);
        subjects.extend(limited);
        subjects.extend(self.sharing.subjects((name, group.cluster), &model::store::uses(&stack, &assumed)));
        subjects.extend(model::text_subjects(self.documents, &self.typed(group)));
        subjects.extend(faults::subjects(&stack, &collectors, &flows));
        let mut outcomes = evaluate(&self.policy.rules, &subjects, &workload.facts, governing);
        // What is accepted counts neither as broken nor as open, so it is marked before all else.
        let met = accepted::mark(self, governing, &mut outcomes);
        let listed = baseline::mark(self, governing, (name, group), &mut outcomes);
        let mut open: Vec<(Invariant, String)> = outcomes
            .iter()
            .filter(|found| found.undecided && found.finding.is_open())
            .map(|found| (found.finding.invariant, found.finding.message.clone()))
            .collect();
        let rules = &self.policy.rules;
        faults::tell_once(&mut outcomes, |found| {
            rules
                .rule(&found.finding.rule)
                .is_some_and(|rule| rule.over == faults::KIND && rule.severity == Severity::Error)
        });
        let is_promised = |invariant: &Invariant| governing.not_promised(*invariant).is_none();
        if group.cluster.is_some() {
            let unseen = clusters::open(name, self.not_seen).into_iter();
            open.extend(unseen.filter(|(invariant, _)| is_promised(invariant)));
        }
        open.extend(left_out(governing));
        let mut found: Vec<(Finding, bool)> = outcomes
            .into_iter()
            .map(|found| (found.counts(), found))
            .map(|(counts, found)| (found.finding, counts))
            .collect();
        super::sort(&mut found);
        let numbered: Vec<(usize, &Finding, bool)> =
            found.iter().enumerate().map(|(index, (finding, breaks))| (index, finding, *breaks)).collect();
        let documents = group.files.iter().filter_map(|file| self.documents.files.get(*file));
        let evidence = Evidence {
            stack: &workload.name,
            cluster: group.cluster.map(|_| name),
            workload: &workload,
            collectors: &collectors,
            flows: &flows,
            subjects: &subjects,
            findings: &numbered,
            open: &open,
            not_promised: &|invariant| governing.not_promised(invariant),
            unread: &self.unread(group),
            documents: documents.map(|file| file.documents.len()).sum(),
            recognised: self.members(group).any(|reading| !reading.pieces.is_empty()),
        };
        Judged {
            verdicts: verdicts::verdicts(&evidence),
            collectors: collectors.len() + relays.iter().filter(|relay| relay.plan.is_ok()).count(),
            components: flows.iter().map(|flow| flow.components.len()).sum(),
            picture: self.options.picture.then(|| picture::picture(&evidence)),
            met,
            listed,
            findings: found.into_iter().map(|(finding, _)| sighted(finding, name, group)).collect(),
        }
    }

    /// Files that somebody typed: what processes say of themselves nobody did.
    fn typed(&self, group: &Group) -> Vec<usize> {
        let is_answer =
            |reading: &Reading| reading.pieces.iter().any(|piece| matches!(piece, Piece::Answer(..)));
        let files = group.files.iter().filter(|file| !self.readings.get(**file).is_some_and(is_answer));
        files.copied().collect()
    }

    /// The versions to judge by; the command line beats the settings.
    pub(super) fn versions(&self, governing: &Governing) -> BTreeMap<Store, Minor> {
        let mut versions: BTreeMap<_, _> = governing.assumed().iter().copied().collect();
        versions.extend(self.options.assumed.iter().map(|(store, version)| (*store, *version)));
        versions
    }

    /// Inputs of this stack that could not be read.
    fn unread(&self, group: &Group) -> Vec<String> {
        let files = group.files.iter().zip(self.members(group));
        let broken = files.filter(|(_, reading)| problems::is_unread(reading));
        let broken = broken.filter_map(|(file, _)| self.documents.files.get(*file)).map(|file| &file.path);
        let below = format!("{}/", group.name.trim_end_matches('/'));
        let missing = self.sources.problems.iter().map(|problem| &problem.path);
        let missing =
            missing.filter(|path| path.starts_with(&below) || group.name == "." || **path == group.name);
        broken.chain(missing).cloned().collect()
    }

    /// What is declared of the workload, or guessed of its control room.
    pub(super) fn workload(
        &self,
        stack: &Stack<'_>,
        collectors: &[Collector],
        name: &str,
        governing: &Governing,
    ) -> Workload {
        let config = governing.stated();
        let stated = Stated {
            name: self.options.workload.clone().or(config.name),
            control_room: match &self.options.control_room {
                super::ControlRoom::Undeclared => config.control_room,
                super::ControlRoom::Domain(domain) => ControlRoom::Declared(domain.clone(), None),
                super::ControlRoom::None => ControlRoom::None(None),
            },
            domain: config.domain,
            declared: config.declared,
        };
        let workload = model::workload(stack, &stated, name);
        if workload.control_room != ControlRoom::Undeclared || workload.is_control_room {
            return workload;
        }
        match control_room::guess(collectors, self.documents) {
            Some(domain) => {
                model::workload(stack, &Stated { control_room: ControlRoom::Assumed(domain), ..stated }, name)
            }
            None => workload,
        }
    }

    fn flows(
        &self,
        stack: &Stack<'_>,
        (collectors, relays): (&[Collector], &[Relay]),
        workload: &Workload,
        governing: &Governing,
        needs: impl FnOnce() -> Needs,
    ) -> Vec<CollectorFlow> {
        let program = |doc: &DocId| Some((*doc, self.documents.document(*doc).alloy()?));
        let computed = Computed::default();
        let readable: Vec<_> =
            collectors.iter().map(|collector| Readable::new(stack, collector, &computed)).collect();
        let inputs: Vec<CollectorInput<'_>> = collectors
            .iter()
            .zip(&readable)
            .map(|(collector, readable)| CollectorInput {
                name: collector.name.clone(),
                files: collector.programs.iter().filter_map(program).collect(),
                environment: collector.environment.clone(),
                inputs: readable,
                running: collector.running.clone(),
                namespace: collector.namespace.clone(),
                place: Some(collector.place),
            })
            .collect();
        let wanted = self.policy.rules.names("component", "name").map_or(Wanted::All, Wanted::Named);
        let takers = collectors.iter().map(|collector| collector.runs_in.clone());
        let takers: Vec<_> = takers.chain(relays.iter().map(|relay| relay.runs_in.clone())).collect();
        let mut around = surroundings::surroundings(stack, &takers, workload, governing);
        if !inputs.is_empty() && workload.control_room.domain().is_some() {
            around.needs = needs();
        }
        flow::analyse(&inputs, &relays::inputs(relays), &around, &wanted)
    }
}

/// The promises of which rules were left out.
fn left_out(governing: &Governing) -> impl Iterator<Item = (Invariant, String)> {
    let promised =
        Invariant::ALL.into_iter().filter(|invariant| governing.not_promised(*invariant).is_none());
    promised.filter_map(|invariant| {
        let rules = match governing.left_out(invariant) {
            0 => return None,
            1 => "1 of its rules was".to_owned(),
            several => format!("{several} of its rules were"),
        };
        let by = "(`--select`, `--ignore`, or the settings)";
        Some((invariant, format!("{rules} left out of this run {by}")))
    })
}

/// The finding, with the running cluster that has it.
pub(super) fn sighted(mut finding: Finding, name: &str, group: &Group) -> Finding {
    if group.cluster.is_some() {
        finding.seen.clusters = vec![Sighting { cluster: name.to_owned(), place: finding.place }];
    }
    finding
}

/// A finding with what it means for the verdict.
pub(crate) struct Found {
    /// The finding.
    pub(crate) finding: Finding,
    /// Whether it breaks its invariant.
    pub(crate) breaks: bool,
    /// Whether it says that something cannot be decided.
    pub(crate) undecided: bool,
}

impl Found {
    /// Whether it breaks its invariant, or is an accepted exception that would have broken it or left it open.
    const fn counts(&self) -> bool {
        self.breaks || (self.undecided && !self.finding.is_open())
    }
}

/// Lets the rules look at the subjects. What cannot be decided becomes a finding too, so that it has a place.
pub(crate) fn evaluate(
    rules: &RuleSet,
    subjects: &[Subject],
    workload: &Fact,
    governing: &Governing,
) -> Vec<Found> {
    if super::watch::sees(subjects, workload, &governing.overrides) {
        return Vec::new();
    }
    let outcomes = rules.evaluate(subjects, workload, &governing.overrides).into_iter();
    let outcomes = outcomes.filter(|outcome| governing.wants(outcome.rule()));
    // Several subjects may read one value: processes that share a file, tenants that share its limits.
    let mut told = BTreeSet::new();
    let outcomes = outcomes.filter(|outcome| match outcome {
        Outcome::Finding(finding) => finding
            .place
            .is_none_or(|place| told.insert((finding.rule.clone(), place, finding.message.clone()))),
        Outcome::Undecided { rule, reason, place, .. } => {
            place.is_none_or(|place| told.insert((rule.clone(), place, reason.clone())))
        }
    });
    outcomes
        .map(|outcome| match outcome {
            Outcome::Finding(mut finding) => {
                finding.severity = governing.severity(&finding.rule).unwrap_or(finding.severity);
                let breaks = rules.rule(&finding.rule).is_none_or(|rule| !rule.advisory);
                Found { finding, breaks, undecided: false }
            }
            Outcome::Undecided { rule, invariant, subject_key, reason, help, place } => {
                let fingerprint = fingerprint(&[&rule, &subject_key, "undecided", &reason]);
                let finding = Finding {
                    rule,
                    invariant,
                    severity: Severity::Warning,
                    message: format!("cannot be decided: {reason}"),
                    help,
                    place,
                    label: String::new(),
                    related: Vec::new(),
                    fingerprint,
                    fixes: Vec::new(),
                    seen: Seen::default(),
                    accepted: None,
                    undecided: true,
                };
                Found { finding, breaks: false, undecided: true }
            }
        })
        .collect()
}
