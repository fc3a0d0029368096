//! Turns findings of a stack into ones of which it is known whether somebody accepted them; and what is wrong with those
//! who said so, once all stacks are judged.

use std::collections::BTreeMap;

use super::CheckOptions;
use super::policy::Governing;
use super::problems;
use super::stack::Found;
use super::stack::Judged;
use super::stack::Run;
use super::stack::evaluate;
use super::stack::sighted;
use super::stacks::Group;
use super::stacks::parent;
use crate::accept;
use crate::accept::Fault;
use crate::accept::FaultKind;
use crate::accept::Index;
use crate::accept::Standing;
use crate::accept::Suppression;
use crate::accept::Trouble;
use crate::config::AcceptedEntry;
use crate::document::Documents;
use crate::document::Place;
use crate::document::Resolved;
use crate::finding::Accepted;
use crate::finding::AcceptedBy;
use crate::finding::Finding;
use crate::model::Fact;
use crate::model::Piece;
use crate::model::Reading;
use crate::model::Subject;
use crate::rule::Rule;
use crate::rule::RuleSet;
use crate::text::Day;
use crate::text::absolute;
use crate::text::below;
use crate::text::suggest;

/// How many findings each suppression met, by its place: one that is over those that count again, any other those that it
/// accepts.
pub(crate) type Met = BTreeMap<Place, usize>;

/// The kind of subjects that suppressions are to rules, where something is wrong with them.
pub(super) const KIND: &str = "suppression";

/// Marks what is accepted of a stack's findings and open questions. Whatever else can say that a finding is accepted belongs
/// here: verdicts are drawn from what this leaves.
pub(super) fn mark(run: &Run<'_>, governing: &Governing, found: &mut [Found]) -> Met {
    let mut met = Met::default();
    if run.options.no_suppressions {
        return met;
    }
    for finding in found.iter_mut().map(|found| &mut found.finding).filter(|finding| finding.is_open()) {
        let mut over = Vec::new();
        let accepted = by_input(run, finding, &mut over);
        let accepted = accepted.or_else(|| by_settings(run, governing, finding, &mut over));
        match accepted {
            Some((place, accepted)) => {
                *met.entry(place).or_default() += 1;
                finding.accepted = Some(accepted);
            }
            None => over.into_iter().for_each(|place| *met.entry(place).or_default() += 1),
        }
    }
    met
}

/// What the inputs accept, in comments or annotations.
#[derive(Debug, Default)]
pub(crate) struct Suppressions {
    all: Vec<Suppression>,
    index: Index,
    faults: Vec<Fault>,
}

impl Suppressions {
    /// Reads what the inputs say, and holds it against the rules that there are.
    pub(crate) fn read(
        (documents, marked): (&Documents, &[bool]),
        readings: &[Reading],
        rules: &RuleSet,
        options: &CheckOptions,
    ) -> Self {
        if options.no_suppressions {
            return Self::default();
        }
        let accept::Read { all, mut faults } =
            accept::read(documents, marked.iter().zip(readings).map(standing));
        let (known, unknown): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|suppression| is_acceptable(rules.rule(&suppression.rule)));
        faults.extend(unknown.iter().filter(|suppression| !suppression.is_copied).map(|suppression| {
            let Suppression { rule, place, .. } = suppression;
            let trouble = |message, help| Trouble { span: place.span, message, help };
            match rules.rule(rule) {
                None => {
                    let message = format!("there is no rule `{rule}`, so this accepts nothing");
                    let trouble = trouble(message, suggest(rule, rules.ids()));
                    Fault::new(FaultKind::UnknownRule, place.doc, trouble)
                }
                Some(of) => {
                    let (why, help) = not_acceptable(of);
                    let trouble = trouble(format!("`{rule}` cannot be accepted: {why}"), help.to_owned());
                    Fault::new(FaultKind::NotAcceptable, place.doc, trouble)
                }
            }
        }));
        Self { index: Index::new(&known), all: known, faults }
    }
}

/// What a file is to the linter.
fn standing((marked, reading): (&bool, &Reading)) -> Standing {
    if !marked {
        Standing::Silent
    } else if problems::is_unread(reading) {
        Standing::Broken
    } else if reading.pieces.iter().all(|piece| matches!(piece, Piece::Settings(_))) {
        Standing::PassedOver
    } else {
        Standing::Linted
    }
}

/// Whether what the rule finds can be accepted. A run that could not read its inputs is incomplete, whoever accepts that;
/// and who could accept what is wrong with suppressions could hide them.
fn is_acceptable(rule: Option<&Rule>) -> bool {
    rule.is_some_and(|rule| match rule.over.as_str() {
        KIND => false,
        "problem" => matches!(rule.id.as_str(), "unknown-kind" | "conflicting-object"),
        _ => true,
    })
}

/// Why what a rule finds cannot be accepted, and what to do.
fn not_acceptable(rule: &Rule) -> (&'static str, &'static str) {
    if rule.over == KIND {
        let help =
            "mend the suppression; or leave the rule out, under `ignore` in ptd-lint.yaml or with `--ignore`";
        ("it is about suppressions", help)
    } else {
        ("what cannot be read cannot be judged", "mend what it finds, or leave the file out")
    }
}

/// What a comment or annotation says of a finding: of those around its place the nearest that still counts, with its place.
/// Nearer ones are over.
fn by_input(run: &Run<'_>, finding: &Finding, over: &mut Vec<Place>) -> Option<(Place, Accepted)> {
    let suppressions = run.suppressions;
    let around = suppressions.index.meet(run.documents, &finding.rule, finding.place?);
    let around = around.into_iter().filter_map(|number| suppressions.all.get(number));
    let is_at_end = |own: &&Suppression| is_over(run.options.today, own.terms.until.map(|(_, day)| day));
    let found = first_left(around, is_at_end, |own| own.place, over)?;
    let accepted = Accepted {
        by: found.by,
        reason: found.terms.reason.clone(),
        until: found.terms.until.map(|(_, day)| day.to_string()),
        place: Some(found.whole),
    };
    Some((found.place, accepted))
}

/// The first that is not over; the places of those before it are added to `over`.
fn first_left<T>(
    all: impl Iterator<Item = T>,
    is_at_end: impl Fn(&T) -> bool,
    place: impl Fn(&T) -> Place,
    over: &mut Vec<Place>,
) -> Option<T> {
    for own in all {
        if !is_at_end(&own) {
            return Some(own);
        }
        over.push(place(&own));
    }
    None
}

/// What the settings say of a finding, as [`by_input`].
fn by_settings(
    run: &Run<'_>,
    governing: &Governing,
    finding: &Finding,
    over: &mut Vec<Place>,
) -> Option<(Place, Accepted)> {
    let mut entries = governing.accepted().iter().filter(|entry| entry.rule.value == finding.rule).peekable();
    entries.peek()?;
    if !is_acceptable(run.policy.rules.rule(&finding.rule)) {
        return None;
    }
    let resolved = finding.place.map(|place| run.documents.resolve(place));
    let about = entries.filter(|entry| is_about(run, entry, resolved.as_ref()));
    let is_at_end =
        |own: &&AcceptedEntry| is_over(run.options.today, own.until.as_ref().map(|until| until.value));
    let found = first_left(about, is_at_end, |own| own.place, over)?;
    let accepted = Accepted {
        by: AcceptedBy::Settings,
        reason: found.reason.value.clone(),
        until: found.until.as_ref().map(|until| until.value.to_string()),
        place: Some(found.place),
    };
    Some((found.place, accepted))
}

/// Whether an entry of the settings is about something at a place.
fn is_about(run: &Run<'_>, entry: &AcceptedEntry, place: Option<&Resolved>) -> bool {
    let path = place.filter(|place| place.route.is_none()).and_then(|place| {
        let here = &run.options.folder;
        let folder = absolute(here, parent(&run.documents.files.get(entry.place.doc.file as usize)?.path));
        let path = absolute(here, &place.path);
        Some(below(&path, &folder)?.to_owned())
    });
    entry.is_about_object(place.and_then(|place| place.object.as_deref()))
        && entry.is_about_path(path.as_deref())
}

/// Whether a last day is over. Without a date of today nothing ends.
fn is_over(today: Option<Day>, until: Option<Day>) -> bool {
    today.zip(until).is_some_and(|(today, until)| until < today)
}

/// What is known once all stacks are judged.
pub(super) struct Outcome<'o> {
    /// Which suppressions met a finding, and how many.
    pub(super) met: Met,
    /// Whether all inputs could be read and nothing else is assumed than what they say, so that what was not found is not
    /// there.
    pub(super) is_complete: bool,
    /// The paths as given.
    pub(super) arguments: &'o [String],
}

impl Outcome<'_> {
    /// What is wrong with the suppressions of some files, as findings.
    pub(super) fn faults(&self, run: &Run<'_>, governing: &Governing, files: &[usize]) -> Vec<Fault> {
        let is_here = |place: &Place| files.contains(&(place.doc.file as usize));
        let mut faults: Vec<Fault> = Vec::new();
        let mut over: BTreeMap<Place, (String, usize)> = BTreeMap::new();
        for suppression in run.suppressions.all.iter().filter(|suppression| is_here(&suppression.place)) {
            let met = self.met.get(&suppression.place).copied().unwrap_or_default();
            let Suppression { rule, place, terms, is_copied, .. } = suppression;
            if *is_copied {
                continue;
            }
            match terms.until.filter(|(_, day)| is_over(run.options.today, Some(*day))) {
                Some((span, day)) => {
                    let place = Place { doc: place.doc, span };
                    over.entry(place).or_insert_with(|| (day.to_string(), 0)).1 += met;
                }
                None if met == 0 && self.is_whole(run, *place) && governing.wants(rule) => {
                    faults.push(unused(*place, rule, suppression.by));
                }
                None => {}
            }
        }
        faults.extend(over.into_iter().map(|(place, (day, met))| ended(place, &day, met)));
        faults
    }

    /// What is wrong with entries of settings.
    pub(super) fn faults_of_settings(&self, run: &Run<'_>, governing: &Governing) -> Vec<Fault> {
        let mut faults = Vec::new();
        for entry in governing.accepted() {
            let met = self.met.get(&entry.place).copied().unwrap_or_default();
            let over = entry.until.as_ref().filter(|until| is_over(run.options.today, Some(until.value)));
            if let Some(until) = over {
                faults.push(ended(until.place, &until.value.to_string(), met));
            } else if met == 0 && self.is_whole_below(run, entry.place) && governing.wants(&entry.rule.value)
            {
                faults.push(unused(entry.rule.place, &entry.rule.value, AcceptedBy::Settings));
            }
        }
        faults
    }

    /// Whether the file came with its folder: what a finding depends on may be in others. Of a running cluster a part may be
    /// withheld, or not asked for.
    fn is_whole(&self, run: &Run<'_>, place: Place) -> bool {
        let source = run.sources.texts.get(place.doc.file as usize);
        let argument = source.and_then(|source| source.argument.checked_sub(run.sources.clusters.len()));
        let given = argument.and_then(|argument| self.arguments.get(argument));
        let is_folder = source.zip(given).is_some_and(|(source, given)| {
            given != "-" && *given != source.path && !given.contains(['*', '?', '[', '{'])
        });
        self.is_complete && is_folder
    }

    /// Whether all files below the settings file of a place were given, as a folder, and all of their stacks are judged.
    fn is_whole_below(&self, run: &Run<'_>, place: Place) -> bool {
        if run.options.passed.is_some() {
            return false;
        }
        let Some(file) = run.documents.files.get(place.doc.file as usize) else { return false };
        let here = &run.options.folder;
        let folder = absolute(here, parent(&file.path));
        let is_above = |given: &String| below(&folder, &absolute(here, given)).is_some();
        self.is_complete && self.arguments.iter().any(is_above)
    }
}

/// That the last day of a suppression is over.
fn ended(place: Place, day: &str, met: usize) -> Fault {
    let (message, help) = match met {
        0 => (
            format!("this was accepted until {day}"),
            "remove the suppression, or say until when it is to be accepted now",
        ),
        met => (
            format!(
                "this was accepted until {day}; {} again",
                if met == 1 { "1 finding counts".to_owned() } else { format!("{met} findings count") }
            ),
            "mend what is found, or say until when it is to be accepted now",
        ),
    };
    Fault { kind: FaultKind::Expired, place, message, help: help.to_owned() }
}

/// That a suppression accepts nothing.
fn unused(place: Place, rule: &str, by: AcceptedBy) -> Fault {
    let reach = match by {
        AcceptedBy::Comment => {
            "a comment at the end of a line is about what starts on that line, one above about the whole entry, item or block that follows"
        }
        AcceptedBy::Annotation => "an annotation is about what is written in its own object",
        AcceptedBy::Settings | AcceptedBy::Baseline => {
            "`object` and `path` are as reports show them, `path` from the folder of this file"
        }
    };
    let message = format!("nothing is accepted by this: `{rule}` finds nothing that it is about");
    Fault { kind: FaultKind::Unused, place, message, help: format!("remove it, or move it ({reach})") }
}

/// Findings on suppressions of all stacks, in order of place.
pub(super) fn findings(
    run: &Run<'_>,
    groups: &[Group],
    judged: &[Vec<Judged>],
    arguments: &[String],
) -> Vec<Finding> {
    if run.options.no_suppressions {
        return Vec::new();
    }
    let mut met = Met::default();
    for (place, times) in judged.iter().flatten().flat_map(|judged| &judged.met) {
        *met.entry(*place).or_default() += times;
    }
    let outcome = Outcome { met, is_complete: is_complete(run), arguments };
    let mut found = Vec::new();
    for group in groups {
        let governing = run.policy.of_stack(&group.files);
        let own = outcome.faults(run, governing, &group.files);
        let read = run.suppressions.faults.iter();
        let read = read.filter(|fault| group.files.contains(&(fault.place.doc.file as usize)));
        let told = told(&run.policy.rules, governing, read.chain(&own)).into_iter();
        found.extend(told.map(|(finding, breaks)| (sighted(finding, &group.name, group), breaks)));
    }
    for governing in run.policy.governings() {
        let faults = outcome.faults_of_settings(run, governing);
        found.extend(told(&run.policy.rules, governing, faults.iter()));
    }
    super::sort(&mut found);
    found.into_iter().map(|(finding, _)| finding).collect()
}

/// Whether all that was meant to be read was, and is judged by what it says itself.
fn is_complete(run: &Run<'_>) -> bool {
    let mut problems = run.readings.iter().flat_map(|reading| &reading.problems).chain(&run.policy.problems);
    !problems.any(|problem| problems::is_incomplete(problem.kind))
        && run.sources.problems.is_empty()
        && run.not_seen.is_empty()
        && run.options.assumed.is_empty()
        && !run.options.against
}

/// Faults as findings of the rules about them.
fn told<'f>(
    rules: &RuleSet,
    governing: &Governing,
    faults: impl Iterator<Item = &'f Fault>,
) -> Vec<(Finding, bool)> {
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    let subjects = faults.map(|fault| {
        let kind = fault.kind.name();
        let key = format!("{kind} {}", fault.message);
        let number = times.entry(key.clone()).or_insert(0);
        *number += 1;
        let facts = Fact::map(
            [
                ("help", Fact::bare(fault.help.as_str())),
                ("kind", Fact::new(kind, fault.place)),
                ("message", Fact::bare(fault.message.as_str())),
            ],
            fault.place,
        );
        Subject { kind: KIND, key: if *number > 1 { format!("{key} {number}") } else { key }, facts }
    });
    let subjects: Vec<Subject> = subjects.collect();
    if subjects.is_empty() {
        return Vec::new();
    }
    let found = evaluate(rules, &subjects, &Fact::default(), governing).into_iter();
    found.map(|found| (found.finding, found.breaks)).collect()
}
