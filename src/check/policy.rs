//! What governs a run: the settings file, the rules in the binary, and the user's own.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::CheckOptions;
use super::problems;
use crate::accept::Baseline;
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
use crate::finding::RuleDoc;
use crate::finding::RuleSetting;
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
use crate::rule::Overrides;
use crate::rule::Rule;
use crate::rule::RuleProblem;
use crate::rule::RuleSet;
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
    /// Rules that are left out, with their invariants if they can break one: what those guard is not shown.
    left_out: BTreeMap<String, Option<Invariant>>,
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
                if options.config.as_ref().is_none_or(|source| source.text != *text) {
                    let local = policy.put_into_effect(at.doc, documents, options);
                    policy.local.insert(file, local);
                }
            }
        }
        policy
    }

    /// Reads the baseline. Where it has a fault, it accepts nothing.
    fn accept(&mut self, source: &Source, documents: &mut Documents, options: &CheckOptions) {
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
            let message = format!("a baseline is one document, and this file has {}", read.len());
            let help =
                "take the file from version control, or write it anew with `--write-baseline`".to_owned();
            self.report(vec![RuleProblem { place, message, help }], ProblemKind::Baseline);
        }
    }

    fn put_into_effect(&mut self, doc: DocId, documents: &Documents, options: &CheckOptions) -> Governing {
        let (config, found) = Config::parse(doc, documents.document(doc));
        let ids: Vec<&str> = self.rules.ids().collect();
        let unknown = config.check_rule_ids(&ids);
        let (overrides, mismatched) = self.rules.overrides(&config.settings);
        let found = found.into_iter().chain(unknown);
        let found = found.map(|problem| RuleProblem {
            place: problem.place,
            message: problem.message,
            help: problem.help,
        });
        self.report(found.chain(mismatched).collect(), ProblemKind::Settings);
        Governing { overrides, ..self.governing(config, options) }
    }

    /// Settings with the rules that they leave out. The command line adds to the settings file.
    fn governing(&self, config: Config, options: &CheckOptions) -> Governing {
        let both = |named: &[String], set: &[Spanned<String>]| -> BTreeSet<String> {
            named.iter().cloned().chain(set.iter().map(|id| id.value.clone())).collect()
        };
        let select = both(&options.select, &config.select);
        let ignore = both(&options.ignore, &config.ignore);
        if select.is_empty() && ignore.is_empty() {
            return Governing { config, ..Governing::default() };
        }
        let wanted = |id: &String| (select.is_empty() || select.contains(id)) && !ignore.contains(id);
        let unwanted = self.rules.rules().into_iter().filter(|rule| !wanted(&rule.id));
        let left_out =
            unwanted.map(|rule| (rule.id.clone(), (!rule.advisory).then_some(rule.invariant))).collect();
        Governing { config, overrides: Overrides::default(), left_out }
    }

    /// The settings that govern a stack of these files.
    pub(crate) fn of_stack(&self, files: &[usize]) -> &Governing {
        files.iter().find_map(|file| self.local.get(file)).unwrap_or(&self.global)
    }

    /// From which severity on the run fails: the lowest that any settings file names.
    pub(crate) fn fail_on(&self) -> Option<Severity> {
        self.configs().filter_map(|config| config.fail_on.as_ref()).map(|severity| severity.value).min()
    }

    /// Whether every undecided verdict fails the run: one settings file that says so is enough.
    pub(crate) fn strict(&self) -> bool {
        self.configs().filter_map(|config| config.strict.as_ref()).any(|strict| strict.value)
    }

    fn configs(&self) -> impl Iterator<Item = &Config> {
        std::iter::once(&self.global).chain(self.local.values()).map(|governing| &governing.config)
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
        !self.left_out.contains_key(rule)
    }

    /// The ids of the rules that are not heard.
    pub(crate) fn rules_left_out(&self) -> BTreeSet<String> {
        self.left_out.keys().cloned().collect()
    }

    /// How many rules that guard an invariant were left out.
    pub(crate) fn left_out(&self, invariant: Invariant) -> usize {
        self.left_out.values().filter(|other| **other == Some(invariant)).count()
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
    let policy = Policy::load(&options, &mut documents, &[]);
    let errors = problems::run_errors(policy.problems.iter(), &documents, |_| true);
    (policy.rules.rules().into_iter().map(rule_doc).collect(), errors)
}

/// An example longer than this many lines is cut down to one of its files.
const EXAMPLE_LINES: usize = 60;

/// The failing and the mended example of a rule: all their files where they are short, else the shortest file that
/// both have and that was mended.
fn examples(rule: &Rule) -> [Option<String>; 2] {
    let files = ["fail", "pass"].map(|outcome| {
        let files = rule.examples(outcome).into_iter();
        files.filter(|(name, _)| !["expected.txt", "fixed.diff"].contains(name)).collect::<Vec<_>>()
    });
    let [failing, mended] = &files;
    let lines = |files: &[(&str, &str)]| files.iter().map(|(_, text)| text.lines().count()).sum::<usize>();
    let is_input =
        |name: &str| !matches!(name.rsplit('/').next().unwrap_or(name), "ptd.yaml" | "ptd-lint.yaml");
    let differs = |(name, text): &&(&str, &str)| {
        is_input(name) && mended.iter().any(|(other, mended)| other == name && mended != text)
    };
    let in_both = failing.iter().filter(differs);
    let short = in_both.min_by_key(|(_, text)| text.len()).map(|(name, _)| *name);
    let short = short.filter(|_| lines(failing).max(lines(mended)) > EXAMPLE_LINES);
    files.map(|files| {
        let shown: Vec<_> =
            files.into_iter().filter(|(name, _)| short.is_none_or(|short| *name == short)).collect();
        match &shown[..] {
            [(_, text)] => Some((*text).to_owned()),
            shown => {
                let named = shown.iter().map(|(name, text)| format!("# {name}\n{text}"));
                named.reduce(|all, next| all + "\n" + &next)
            }
        }
    })
}

fn rule_doc(rule: &Rule) -> RuleDoc {
    let [failing, mended] = examples(rule);
    RuleDoc {
        id: rule.id.clone(),
        subject: rule.over.clone(),
        severity: rule.severity,
        invariant: rule.invariant,
        summary: rule.summary().to_owned(),
        why: rule.why.clone(),
        help: rule.help.source().to_owned(),
        fixes: rule.remedies().map(|own| (own.title.source().to_owned(), own.is_safe)).collect(),
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
        failing,
        mended,
    }
}
