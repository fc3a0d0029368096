//! What governs a run: the settings file, the rules in the binary, and the user's own.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::CheckOptions;
use super::problems;
use crate::accept::BASELINES;
use crate::accept::Baseline;
use crate::config::AcceptedEntry;
use crate::config::Config;
use crate::config::DeclaredLimit;
use crate::config::Spanned;
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
use crate::finding::Invariant;
use crate::finding::Profile;
use crate::finding::RuleDoc;
use crate::finding::RunError;
use crate::finding::Severity;
use crate::model::Fact;
use crate::model::Minor;
use crate::model::Piece;
use crate::model::Problem;
use crate::model::ProblemKind;
use crate::model::Reading;
use crate::model::Stated;
use crate::model::Store;
use crate::rule;
use crate::rule::Choice;
use crate::rule::Layer;
use crate::rule::Overrides;
use crate::rule::Plate;
use crate::rule::RuleProblem;
use crate::rule::RuleSet;
use crate::rule::Wish;
use crate::rule::choose;
use crate::source::Source;
use crate::text::LineIndex;
use crate::text::Span;

/// Settings and rules of a run.
#[derive(Debug, Default)]
pub(crate) struct Policy {
    /// All rules.
    pub(crate) rules: RuleSet,
    /// The settings of the run.
    global: Governing,
    /// Settings files among the inputs, by file: each governs the stack that it belongs to.
    local: BTreeMap<usize, Governing>,
    /// What is accepted since it was there before.
    pub(crate) baseline: Option<Baseline>,
    /// What is wrong with settings, rule files and the baseline.
    pub(crate) problems: Vec<Problem>,
}

/// A settings file, put into effect.
#[derive(Debug, Default)]
pub(crate) struct Governing {
    config: Config,
    /// Settings of rules.
    pub(crate) overrides: Overrides,
    /// What is promised.
    profile: Profile,
    /// What became of each rule, by id; nothing where all run as they are.
    chosen: BTreeMap<String, Choice>,
}

impl Policy {
    /// Reads the settings and rules that the options name, and adds their files to the documents; puts settings files
    /// among the inputs into effect.
    pub(crate) fn load(options: &CheckOptions, documents: &mut Documents, readings: &[Reading]) -> Self {
        let mut policy = Self { rules: RuleSet::builtin(), ..Self::default() };
        for source in &options.rules {
            for doc in policy.open(source, documents, ProblemKind::RuleFile) {
                let found = policy.rules.add(doc, documents.document(doc));
                policy.report(found, ProblemKind::RuleFile);
            }
        }
        policy.global = policy.governing(Config::default(), options);
        if let Some(source) = &options.config {
            for doc in policy.open(source, documents, ProblemKind::Settings) {
                policy.global = policy.put_into_effect(doc, documents, options);
            }
        }
        if let Some(source) = &options.baseline {
            policy.accept(source, documents, options);
        }
        for (file, reading) in readings.iter().enumerate() {
            for piece in &reading.pieces {
                let Piece::Settings(at) = piece else { continue };
                // The file that governs the run, met again among the inputs.
                let text = &documents.document(at.doc).text;
                if options.config.as_ref().is_none_or(|source| *source.text != **text) {
                    let local = policy.put_into_effect(at.doc, documents, options);
                    policy.local.insert(file, local);
                }
            }
        }
        policy
    }

    /// Reads the baseline. Where it has a fault, it accepts nothing.
    fn accept(&mut self, source: &Source, documents: &mut Documents, options: &CheckOptions) {
        // Whatever else a path leads to is nobody's business: none of it is shown.
        let is_none = !source.text.contains(BASELINES);
        let text = if is_none { "".into() } else { source.text.clone() };
        let source = &Source { text, ..source.clone() };
        let before = self.problems.len();
        let read = self.open(source, documents, ProblemKind::Baseline);
        let is_whole = self.problems.len() == before;
        for doc in read.iter().take(1).filter(|_| is_whole) {
            match super::baseline::read(source, *doc, documents, options) {
                Ok(baseline) => self.baseline = Some(baseline),
                Err(found) => self.report(found, ProblemKind::Baseline),
            }
        }
        let file = u32::try_from(documents.files.len().saturating_sub(1)).unwrap_or(u32::MAX);
        if is_whole && read.len() != 1 {
            self.baseline = None;
            let place = Place { doc: DocId { file, index: 0 }, span: Span::at(0) };
            let message = if is_none {
                format!("this is no baseline of ptd-lint: nothing in it says `schema: {BASELINES}...`")
            } else {
                format!("a baseline is one document, and this file has {}", read.len())
            };
            let help =
                "take the file from version control, or write it anew with `--write-baseline`".to_owned();
            self.report(vec![RuleProblem { place, message, help }], ProblemKind::Baseline);
        }
    }

    fn put_into_effect(&mut self, doc: DocId, documents: &Documents, options: &CheckOptions) -> Governing {
        let (mut config, found) = Config::parse(doc, documents.document(doc));
        let unknown = self.unknown_selectors(&config, profile_of(&config, options));
        // One that takes nothing must not leave out all others, the rule that tells of it among them.
        let is_known =
            |selector: &Spanned<String>| unknown.iter().all(|problem| problem.place != selector.place);
        for list in [&mut config.select, &mut config.extend_select, &mut config.ignore] {
            list.retain(is_known);
        }
        let (overrides, mismatched) = self.rules.overrides(&config.settings);
        let ids: Vec<&str> = self.rules.ids().collect();
        let accepted = config.unknown_accepted(&ids);
        let found = found.into_iter().chain(accepted).map(|problem| RuleProblem {
            place: problem.place,
            message: problem.message,
            help: problem.help,
        });
        self.report(found.chain(unknown).chain(mismatched).collect(), ProblemKind::Settings);
        Governing { overrides, ..self.governing(config, options) }
    }

    /// Selectors of a settings file that take no rule.
    fn unknown_selectors(&self, config: &Config, profile: Profile) -> Vec<RuleProblem> {
        let adding = config.select.iter().chain(&config.extend_select).map(|selector| (selector, true));
        let other = config.ignore.iter().chain(config.severities.iter().map(|(selector, _)| selector));
        let all: Vec<_> = adding.chain(other.map(|selector| (selector, false))).collect();
        if all.is_empty() {
            return Vec::new();
        }
        let plates = self.rules.plates();
        let faults = all.into_iter().filter_map(|(selector, adds)| {
            let (message, help) = rule::fault(&selector.value, adds, profile, &plates)?;
            Some(RuleProblem { place: selector.place, message, help })
        });
        faults.collect()
    }

    /// Settings with the rules that profile, settings and command line choose, each beating the one before.
    fn governing(&self, config: Config, options: &CheckOptions) -> Governing {
        let profile = profile_of(&config, options);
        let words = |list: &[Spanned<String>]| -> Vec<String> {
            list.iter().map(|selector| selector.value.clone()).collect()
        };
        let (select, extend, ignore) =
            (words(&config.select), words(&config.extend_select), words(&config.ignore));
        let severities = config.severities.iter();
        let severities: Vec<_> =
            severities.map(|(selector, severity)| (selector.value.clone(), *severity)).collect();
        let settings = Wish {
            select: select.iter().map(String::as_str).collect(),
            extend_select: extend.iter().map(String::as_str).collect(),
            ignore: ignore.iter().map(String::as_str).collect(),
            severities: severities.iter().map(|(selector, own)| (selector.as_str(), *own)).collect(),
        };
        let says_nothing = [&select, &extend, &ignore].iter().all(|list| list.is_empty())
            && severities.is_empty()
            && options.leaves_rules_alone();
        if says_nothing && self.rules.all_stand_in(profile) {
            return Governing { config, profile, ..Governing::default() };
        }
        let command = options.wish();
        let layers = [(Layer::Settings, &settings), (Layer::CommandLine, &command)];
        let choice = |plate: &Plate<'_>| choose(plate, profile, |key| config.declares(key), &layers);
        let chosen = self.rules.plates().iter().map(|plate| (plate.id.to_owned(), choice(plate))).collect();
        Governing { config, overrides: Overrides::default(), profile, chosen }
    }

    /// The settings that govern a stack of these files.
    pub(crate) fn of_stack(&self, files: &[usize]) -> &Governing {
        self.governing_of(self.local_of(files))
    }

    /// The settings file among the inputs that governs a stack of these files.
    pub(crate) fn local_of(&self, files: &[usize]) -> Option<usize> {
        files.iter().copied().find(|file| self.local.contains_key(file))
    }

    /// The settings in that file among the inputs, or else those of the run.
    pub(crate) fn governing_of(&self, local: Option<usize>) -> &Governing {
        local.and_then(|file| self.local.get(&file)).unwrap_or(&self.global)
    }

    /// From which severity on the run fails: the lowest that any settings file names.
    pub(crate) fn fail_on(&self) -> Severity {
        self.governings().map(Governing::fail_on).min().unwrap_or(Severity::Error)
    }

    /// Whether every undecided verdict fails the run: one settings file that says so is enough.
    pub(crate) fn strict(&self) -> bool {
        self.governings().any(Governing::is_strict)
    }

    /// All settings in effect.
    pub(super) fn governings(&self) -> impl Iterator<Item = &Governing> {
        std::iter::once(&self.global).chain(self.local.values())
    }

    /// Folders that settings declare to be stacks, as paths from the current folder.
    pub(crate) fn stack_folders(&self, options: &CheckOptions, documents: &Documents) -> Vec<String> {
        let global = options.config.iter().map(|source| (source.path.as_str(), &self.global));
        let path = |file: &usize| documents.files.get(*file).map_or("", |file| file.path.as_str());
        let local = self.local.iter().map(|(file, governing)| (path(file), governing));
        let folders = global.chain(local).flat_map(|(path, governing)| {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            governing.config.stacks.iter().map(move |stack| {
                if folder.is_empty() { stack.value.clone() } else { format!("{folder}/{}", stack.value) }
            })
        });
        folders.collect()
    }

    fn open(&mut self, source: &Source, documents: &mut Documents, kind: ProblemKind) -> Vec<DocId> {
        let text = source.text.opened();
        let stream = parse_yaml(&text);
        let lines = Arc::new(LineIndex::new(&text));
        let file = u32::try_from(documents.files.len()).unwrap_or(u32::MAX);
        let unread = stream.documents.is_empty().then(|| Tree::empty(&text));
        let readable = stream.documents.len();
        let trees = stream.documents.into_iter().chain(unread);
        let parsed = trees.map(|tree| Document {
            text: text.clone(),
            language: Language::Yaml,
            host: None,
            body: Body::Tree(tree),
            lines: lines.clone(),
            regions: Vec::new(),
        });
        documents.files.push(File { path: source.path.clone(), live: false, documents: parsed.collect() });
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

    /// Findings on settings, rule files and the baseline. `further` are problems that came up later.
    pub(crate) fn findings(&self, further: &[Problem]) -> Vec<Finding> {
        let subjects: Vec<_> = self.problems.iter().chain(further).map(problems::subject).collect();
        let found = super::stack::evaluate(&self.rules, &subjects, &Fact::default(), &self.global);
        let mut findings: Vec<(Finding, bool)> =
            found.into_iter().map(|found| (found.finding, found.breaks)).collect();
        super::sort(&mut findings);
        findings.into_iter().map(|(finding, _)| finding).collect()
    }
}

impl Governing {
    /// Whether the rule is to be heard.
    pub(crate) fn wants(&self, rule: &str) -> bool {
        self.chosen.get(rule).is_none_or(|choice| choice.on)
    }

    /// The ids of the rules that are not heard.
    pub(crate) fn rules_left_out(&self) -> BTreeSet<String> {
        self.chosen.iter().filter(|(_, choice)| !choice.on).map(|(id, _)| id.clone()).collect()
    }

    /// What became of a rule, where anything but the profile was asked.
    pub(crate) fn choice(&self, rule: &str) -> Option<&Choice> {
        self.chosen.get(rule)
    }

    /// Whether the settings file says which rules run.
    pub(crate) fn chooses_rules(&self) -> bool {
        let config = &self.config;
        let lists = [&config.select, &config.extend_select, &config.ignore];
        lists.iter().any(|list| !list.is_empty()) || config.severities.iter().any(|(_, own)| own.is_none())
    }

    /// The keys at the top of the settings file, with their places.
    pub(crate) const fn keys(&self) -> &BTreeMap<&'static str, Place> {
        &self.config.keys
    }

    /// What is promised.
    pub(crate) const fn profile(&self) -> Profile {
        self.profile
    }

    /// The severity that the settings give to what the rule finds.
    pub(crate) fn severity(&self, rule: &str) -> Option<Severity> {
        self.chosen.get(rule)?.severity.as_ref().map(|(severity, _)| *severity)
    }

    /// How many rules of the profile that guard an invariant were left out. Rules beyond the profile guard nothing that
    /// it promises.
    pub(crate) fn left_out(&self, invariant: Invariant) -> usize {
        let missing = |choice: &&Choice| !choice.on && choice.is_promised && choice.invariant == invariant;
        self.chosen.values().filter(missing).count()
    }

    /// Why the profile promises nothing of an invariant, where it does not.
    pub(crate) fn not_promised(&self, invariant: Invariant) -> Option<&'static str> {
        match (self.profile, invariant) {
            (Profile::Stack, Invariant::LogBoundary) if !self.config.declares("allowed") => Some(
                "profile `stack` has no boundary of its own; `allowed` in ptd-lint.yaml says where logs may go",
            ),
            (Profile::Stack, Invariant::DualWrite) => {
                Some("profile `stack` wants no second store for metrics")
            }
            _ => None,
        }
    }

    /// From which severity on the run fails.
    fn fail_on(&self) -> Severity {
        self.config.fail_on.as_ref().map_or(self.profile.fail_on(), |severity| severity.value)
    }

    /// Whether every undecided verdict fails the run.
    fn is_strict(&self) -> bool {
        self.config.strict.as_ref().map_or(self.profile.is_strict(), |strict| strict.value)
    }

    /// What the settings file says of the workload.
    pub(crate) fn stated(&self) -> Stated {
        self.config.stated()
    }

    /// Versions that the settings want stores to be judged by.
    pub(crate) fn assumed(&self) -> &[(Store, Minor)] {
        &self.config.assume
    }

    /// Bounds that the settings declare for options of the stores.
    pub(crate) fn limits(&self) -> &[DeclaredLimit] {
        &self.config.limits
    }

    /// Findings that the settings accept.
    pub(crate) fn accepted(&self) -> &[AcceptedEntry] {
        &self.config.accepted
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

/// What is promised: the command line beats the settings.
fn profile_of(config: &Config, options: &CheckOptions) -> Profile {
    options.profile.or(config.profile.as_ref().map(|profile| profile.value)).unwrap_or_default()
}

/// What is wrong with the selectors of the command line, one line each.
pub(crate) fn selector_faults(options: &CheckOptions) -> Vec<String> {
    if options.leaves_rules_alone() {
        return Vec::new();
    }
    let mut documents = Documents::default();
    let policy = Policy::load(options, &mut documents, &[]);
    let (wish, profile, plates) = (options.wish(), policy.global.profile, policy.rules.plates());
    let adding = wish.select.iter().chain(&wish.extend_select).map(|selector| (*selector, true));
    let all = adding.chain(wish.ignore.iter().map(|selector| (*selector, false)));
    let faults = all.filter_map(|(selector, adds)| rule::fault(selector, adds, profile, &plates));
    let faults: Vec<String> = faults.map(|(message, help)| format!("{message}: {help}")).collect();
    if faults.is_empty() && taken(options).is_some_and(|ids| ids.is_empty()) {
        return vec!["the selectors leave no rule: what is selected is ignored too".to_owned()];
    }
    faults
}

/// The ids of the rules that the command line takes of all there are, sorted; `None` where it says nothing.
pub(crate) fn taken(options: &CheckOptions) -> Option<Vec<String>> {
    if options.leaves_rules_alone() {
        return None;
    }
    let own = CheckOptions {
        rules: options.rules.clone(),
        select: options.select.clone(),
        extend_select: options.extend_select.clone(),
        ignore: options.ignore.clone(),
        profile: Some(Profile::Strict),
        ..CheckOptions::default()
    };
    let policy = Policy::load(&own, &mut Documents::default(), &[]);
    let chosen = policy.global.chosen.into_iter().filter(|(_, choice)| choice.on);
    Some(chosen.map(|(id, _)| id).collect())
}

/// The ids of all rules but some.
pub(crate) fn all_but(options: &CheckOptions, some: &[String]) -> Vec<String> {
    let own = CheckOptions { rules: options.rules.clone(), ..CheckOptions::default() };
    let policy = Policy::load(&own, &mut Documents::default(), &[]);
    policy.rules.ids().filter(|id| some.iter().all(|other| other != id)).map(str::to_owned).collect()
}

/// The rules that run under the settings of the run, each with the severity that it has there; and what is wrong with
/// rule files.
pub(crate) fn rules_in_effect(options: &CheckOptions) -> (Vec<RuleDoc>, Vec<RunError>) {
    let mut documents = Documents::default();
    let policy = Policy::load(options, &mut documents, &[]);
    let errors = problems::run_errors(policy.problems.iter(), &documents, |_| true);
    let rules = policy.rules.rules().into_iter().filter(|rule| policy.global.wants(&rule.id));
    let docs = rules.map(|rule| {
        let severity = policy.global.severity(&rule.id).unwrap_or(rule.severity);
        RuleDoc { severity, ..super::rule_docs::rule_doc(rule) }
    });
    (docs.collect(), errors)
}
