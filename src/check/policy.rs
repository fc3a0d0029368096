//! What governs a run: the settings file, the rules in the binary, and the user's own.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::CheckOptions;
use super::problems;
use crate::config::Config;
use crate::config::ControlRoom as Declared;
use crate::document::Body;
use crate::document::DocId;
use crate::document::Document;
use crate::document::Documents;
use crate::document::File;
use crate::document::Language;
use crate::document::Place;
use crate::document::Tree;
use crate::document::parse_yaml;
use crate::finding::Finding;
use crate::finding::RuleDoc;
use crate::finding::RuleSetting;
use crate::finding::RunError;
use crate::model::ControlRoom;
use crate::model::Fact;
use crate::model::Problem;
use crate::model::ProblemKind;
use crate::model::Stated;
use crate::rule::Overrides;
use crate::rule::Rule;
use crate::rule::RuleProblem;
use crate::rule::RuleSet;
use crate::source::Source;
use crate::text::LineIndex;

/// Settings and rules of a run.
#[derive(Debug, Default)]
pub(crate) struct Policy {
    /// The settings.
    pub(crate) config: Config,
    /// The rules that are to run.
    pub(crate) rules: RuleSet,
    /// Settings of rules.
    pub(crate) overrides: Overrides,
    /// Rules that were left out on request, with their invariants: what they guard is not shown.
    pub(crate) left_out: Vec<(String, crate::finding::Invariant)>,
    /// What is wrong with settings and rule files.
    pub(crate) problems: Vec<Problem>,
}

impl Policy {
    /// Reads the settings and rules that the options name, and adds their files to the documents.
    pub(crate) fn load(options: &CheckOptions, documents: &mut Documents) -> Self {
        let mut policy = Self { rules: RuleSet::builtin(), ..Self::default() };
        for source in &options.rules {
            for doc in policy.open(source, documents, ProblemKind::RuleFile) {
                let found = policy.rules.add(doc, documents.document(doc));
                policy.report(found, ProblemKind::RuleFile);
            }
        }
        if let Some(source) = &options.config {
            for doc in policy.open(source, documents, ProblemKind::Settings) {
                let (config, found) = Config::parse(doc, documents.document(doc));
                let ids: Vec<&str> = policy.rules.ids().collect();
                let unknown = config.check_rule_ids(&ids);
                let (overrides, mismatched) = policy.rules.overrides(&config.settings);
                let found = found.into_iter().chain(unknown);
                let found = found.map(|problem| RuleProblem {
                    place: problem.place,
                    message: problem.message,
                    help: problem.help,
                });
                policy.report(found.chain(mismatched).collect(), ProblemKind::Settings);
                policy.overrides = overrides;
                policy.config = config;
            }
        }
        policy.choose(options);
        policy
    }

    fn open(&mut self, source: &Source, documents: &mut Documents, kind: ProblemKind) -> Vec<DocId> {
        let stream = parse_yaml(&source.text);
        let lines = Arc::new(LineIndex::new(&source.text));
        let file = u32::try_from(documents.files.len()).unwrap_or(u32::MAX);
        let unread = stream.documents.is_empty().then(|| Tree::empty(&source.text));
        let readable = stream.documents.len();
        let trees = stream.documents.into_iter().chain(unread);
        let parsed = trees.map(|tree| Document {
            text: source.text.clone(),
            language: Language::Yaml,
            host: None,
            body: Body::Tree(tree),
            lines: lines.clone(),
            regions: Vec::new(),
        });
        documents.files.push(File { path: source.path.clone(), documents: parsed.collect() });
        for error in stream.errors {
            let place = Place { doc: DocId { file, index: 0 }, span: error.span };
            let hint = error.hint.unwrap_or_else(|| "mend the syntax at this place".to_owned());
            self.problems.push(Problem { kind, place, message: error.message, hint, related: None });
        }
        (0..readable).map(|index| DocId { file, index: u32::try_from(index).unwrap_or(u32::MAX) }).collect()
    }

    fn report(&mut self, found: Vec<RuleProblem>, kind: ProblemKind) {
        self.problems.extend(found.into_iter().map(|problem| Problem {
            kind,
            place: problem.place,
            message: problem.message,
            hint: problem.help,
            related: None,
        }));
    }

    /// Leaves out what was not selected. The command line adds to the settings file.
    fn choose(&mut self, options: &CheckOptions) {
        let select: BTreeSet<String> = options
            .select
            .iter()
            .cloned()
            .chain(self.config.select.iter().map(|id| id.value.clone()))
            .collect();
        let ignore: BTreeSet<String> = options
            .ignore
            .iter()
            .cloned()
            .chain(self.config.ignore.iter().map(|id| id.value.clone()))
            .collect();
        if select.is_empty() && ignore.is_empty() {
            return;
        }
        let wanted = |id: &str| (select.is_empty() || select.contains(id)) && !ignore.contains(id);
        let rules = self.rules.rules().into_iter();
        self.left_out = rules
            .filter(|rule| !wanted(&rule.id) && !rule.advisory)
            .map(|rule| (rule.id.clone(), rule.invariant))
            .collect();
        self.rules.retain(wanted);
    }

    /// Findings on settings and rule files.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let subjects: Vec<_> = self.problems.iter().map(problems::subject).collect();
        let mut findings: Vec<(Finding, bool)> =
            super::stack::evaluate(&self.rules, &subjects, &Fact::default(), &self.overrides)
                .into_iter()
                .map(|found| (found.finding, found.breaks))
                .collect();
        super::sort(&mut findings);
        findings.into_iter().map(|(finding, _)| finding).collect()
    }

    /// What the settings file says of the workload.
    pub(crate) fn stated(&self) -> Stated {
        let config = &self.config;
        Stated {
            name: config.workload.as_ref().map(|name| name.value.clone()),
            control_room: match &config.control_room {
                None => ControlRoom::Undeclared,
                Some(room) => match &room.value {
                    Declared::None => ControlRoom::None(Some(room.place)),
                    Declared::Domain(domain) => ControlRoom::Declared(domain.clone(), Some(room.place)),
                },
            },
            domain: config.domain.as_ref().map(|domain| Fact::new(domain.value.as_str(), domain.place)),
        }
    }

    /// Services that the settings declare, by namespace and name, with what they are.
    pub(crate) fn endpoints(&self) -> BTreeMap<(String, String), String> {
        let split = |service: &str| {
            let (name, namespace) = service.split_once('.')?;
            Some((namespace.to_owned(), name.to_owned()))
        };
        let endpoints = self.config.endpoints.iter();
        endpoints
            .filter_map(|endpoint| {
                Some((split(&endpoint.service.value)?, endpoint.role.value.name().to_owned()))
            })
            .collect()
    }

    /// Hosts that the settings allow, with the reasons.
    pub(crate) fn allowed(&self) -> Vec<(String, String)> {
        let allowed = self.config.allowed.iter();
        allowed.map(|allowed| (allowed.destination.value.clone(), allowed.reason.value.clone())).collect()
    }
}

/// All rules, built-in ones and those of `sources`, sorted by id; and what is wrong with the files of the others.
pub(crate) fn rule_docs(sources: &[Source]) -> (Vec<RuleDoc>, Vec<RunError>) {
    let mut documents = Documents::default();
    let options = CheckOptions { rules: sources.to_vec(), ..CheckOptions::default() };
    let policy = Policy::load(&options, &mut documents);
    let errors = problems::run_errors(policy.problems.iter(), &documents);
    (policy.rules.rules().into_iter().map(rule_doc).collect(), errors)
}

fn rule_doc(rule: &Rule) -> RuleDoc {
    let example = |outcome: &str| {
        let examples = rule.examples(outcome);
        let texts =
            examples.into_iter().filter(|(name, _)| *name != "expected.txt").map(|(_, text)| text.to_owned());
        texts.reduce(|all, next| format!("{all}---\n{next}"))
    };
    RuleDoc {
        id: rule.id.clone(),
        severity: rule.severity,
        invariant: rule.invariant,
        summary: rule.summary().to_owned(),
        why: rule.why.clone(),
        help: rule.help.source().to_owned(),
        settings: rule
            .settings
            .iter()
            .map(|setting| RuleSetting {
                name: setting.name.clone(),
                default: crate::rule::shown(&setting.default, &setting.unit),
                meaning: setting.about.clone(),
            })
            .collect(),
        references: std::iter::once(rule.source.clone())
            .filter(|source| !source.is_empty())
            .chain(rule.references.iter().cloned())
            .collect(),
        failing: example("fail"),
        mended: example("pass"),
    }
}
