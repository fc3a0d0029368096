//! All rules of a run, by the kind of subject that they range over.
//!
//! Built-in rules are read when a subject of their kind is there, or somebody asks for them: a run over one file needs
//! few of them, and reading all costs more than the rest of such a run.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::OnceLock;

use super::chosen::Plate;
use super::embedded;
use super::embedded::Builtin;
use super::file::Rule;
use super::load;
use super::load::RuleProblem;
use super::outline::options_in;
use crate::document::DocId;
use crate::document::Document;
use crate::document::Place;
use crate::document::parse_json;
use crate::document::parse_yaml;
use crate::finding::Invariant;
use crate::finding::Profile;
use crate::finding::Severity;
use crate::model::Fact;
use crate::text::Span;
use crate::text::suggest;

/// All rules of a run.
#[derive(Debug, Default)]
pub(crate) struct RuleSet {
    /// Sorted by id.
    slots: Vec<Slot>,
    /// Kind of subject to indices into `slots`, in order.
    by_kind: BTreeMap<Cow<'static, str>, Vec<usize>>,
    /// See [`Self::options_asked`].
    asked: OnceLock<Arc<BTreeSet<String>>>,
}

/// A rule, read or not yet.
#[derive(Debug)]
struct Slot {
    id: Cow<'static, str>,
    over: Cow<'static, str>,
    /// The folder below `rules/`, of a user's rule that of the rule which it replaces; may be empty.
    family: Cow<'static, str>,
    /// The first profile that it stands in.
    profile: Profile,
    /// Where a built-in rule comes from.
    file: Option<&'static Builtin>,
    /// Nothing in it for a built-in rule that is broken, which a test rules out.
    rule: OnceLock<Option<Rule>>,
    /// Of a built-in rule the parts that decide: most rules have nothing to say of most inputs.
    deciding: OnceLock<Option<Rule>>,
}

impl Slot {
    fn read(rule: Rule) -> Self {
        Self {
            id: rule.id.clone().into(),
            over: rule.over.clone().into(),
            family: rule.family.clone().into(),
            profile: rule.profile,
            file: None,
            rule: OnceLock::from(Some(rule)),
            deciding: OnceLock::new(),
        }
    }

    fn unread(file: &'static Builtin) -> Self {
        Self {
            id: file.id.into(),
            over: file.over.into(),
            family: file.family().into(),
            profile: Profile::from_name(file.profile).unwrap_or(Profile::Stack),
            file: Some(file),
            rule: OnceLock::new(),
            deciding: OnceLock::new(),
        }
    }

    /// What it is chosen by; nothing of it has to be read as a rule for that.
    fn plate(&self) -> Option<Plate<'_>> {
        let (id, family, profile) = (&*self.id, &*self.family, self.profile);
        if let (None, Some(file)) = (self.rule.get(), self.file) {
            return Some(Plate {
                id,
                family,
                profile,
                invariant: Invariant::from_id(file.invariant)?,
                severity: Severity::from_name(file.severity)?,
                advisory: file.advisory,
                if_declared: file.if_declared,
            });
        }
        let rule = self.rule()?;
        let if_declared = rule.if_declared.as_deref();
        let (invariant, severity, advisory) = (rule.invariant, rule.severity, rule.advisory);
        Some(Plate { id, family, invariant, severity, advisory, profile, if_declared })
    }

    fn rule(&self) -> Option<&Rule> {
        let read = || {
            let file = self.file?;
            rules_of(file.path, file.text, false).0.into_iter().next()
        };
        self.rule.get_or_init(read).as_ref()
    }

    /// The rule without what only a finding needs.
    fn deciding(&self) -> Option<&Rule> {
        let Some(file) = self.file.filter(|_| self.rule.get().is_none()) else { return self.rule() };
        let read = || {
            let text = parse_json(&file.deciding.into()).ok()?;
            load::load_deciding(DocId { file: 0, index: 0 }, &text.tree)
        };
        self.deciding.get_or_init(read).as_ref()
    }

    /// Whether a user wrote it.
    fn is_users(&self) -> bool {
        self.file.is_none() && self.rule().is_some_and(|rule| rule.place.is_some())
    }
}

/// The rules in a file, and what is wrong with it.
fn rules_of(path: &str, text: &str, thorough: bool) -> (Vec<Rule>, Vec<RuleProblem>) {
    let stream = parse_yaml(&Arc::from(text));
    let doc = DocId { file: 0, index: 0 };
    let mut problems: Vec<RuleProblem> = Vec::new();
    for error in &stream.errors {
        problems.push(RuleProblem {
            place: Place { doc, span: error.span },
            message: error.message.clone(),
            help: error.hint.clone().unwrap_or_default(),
        });
    }
    let mut rules = Vec::new();
    for tree in &stream.documents {
        let (rule, found) = load::load(doc, tree, thorough);
        problems.extend(found);
        let family = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        rules.extend(rule.map(|rule| Rule { family, place: None, ..rule }));
    }
    (rules, problems)
}

/// Values that a user set: by rule, then by setting.
pub(crate) type Overrides = BTreeMap<String, BTreeMap<String, Fact>>;

impl RuleSet {
    /// The rules in the binary, unread.
    pub(crate) fn builtin() -> Self {
        let slots = embedded::RULES.iter().map(Slot::unread).collect();
        let mut set = Self { slots, ..Self::default() };
        set.index();
        set
    }

    /// The rules in files (path below `rules/`, text), and what is wrong with them.
    pub(crate) fn from_texts(files: &[(&str, &str)], thorough: bool) -> (Self, Vec<(String, RuleProblem)>) {
        let mut set = Self::default();
        let mut problems = Vec::new();
        for (path, text) in files {
            let (rules, found) = rules_of(path, text, thorough);
            set.slots.extend(rules.into_iter().map(Slot::read));
            problems.extend(found.into_iter().map(|problem| ((*path).to_owned(), problem)));
        }
        set.index();
        (set, problems)
    }

    /// Changes the rules that were read.
    pub(crate) fn change(&mut self, change: impl FnMut(&mut Rule)) {
        self.slots.iter_mut().filter_map(|slot| slot.rule.get_mut()?.as_mut()).for_each(change);
        self.asked = OnceLock::new();
    }

    /// Adds a user's rule. Where there are problems, it is not added.
    pub(crate) fn add(&mut self, doc: DocId, document: &Document) -> Vec<RuleProblem> {
        let Some(tree) = document.tree() else {
            let place = Place { doc, span: Span::at(0) };
            return vec![RuleProblem {
                place,
                message: "a rule file is YAML".to_owned(),
                help: "see `ptd-lint explain` for the parts of a rule".to_owned(),
            }];
        };
        let (rule, mut problems) = load::load(doc, tree, true);
        let Some(rule) = rule else { return problems };
        let place = rule.place.unwrap_or(Place { doc, span: Span::at(0) });
        let mut report = |message: String, help: String| problems.push(RuleProblem { place, message, help });
        let id = rule.id.as_str();
        match (&rule.replaces, self.rule(id)) {
            (Some(replaced), other) => {
                if self.rule(replaced).is_none_or(|other| other.place.is_some()) {
                    let ids = self.slots.iter().filter(|slot| !slot.is_users()).map(|slot| &*slot.id);
                    report(
                        format!("there is no built-in rule `{replaced}` to replace"),
                        suggest(replaced, ids),
                    );
                } else if other.is_some_and(|other| other.place.is_some() || other.id != *replaced) {
                    report(format!("there is a rule `{id}` already"), "give this one another id".to_owned());
                }
            }
            (None, Some(other)) if other.place.is_none() => report(
                format!("`{id}` is a built-in rule"),
                format!("give this one another id, or say `replaces: {id}`"),
            ),
            (None, Some(_)) => {
                report(format!("there is a rule `{id}` already"), "give this one another id".to_owned());
            }
            (None, None) => {}
        }
        if problems.is_empty() {
            let mut slot = Slot::read(rule);
            if let Some(replaced) = slot.rule().and_then(|rule| rule.replaces.clone()) {
                let replaced = self.slots.extract_if(.., |other| other.id == replaced);
                slot.family = replaced.last().map(|other| other.family).unwrap_or_default();
            }
            self.slots.push(slot);
            self.index();
        }
        problems
    }

    /// All rules, sorted by id.
    pub(crate) fn rules(&self) -> Vec<&Rule> {
        self.slots.iter().filter_map(Slot::rule).collect()
    }

    /// The rule of that id.
    pub(crate) fn rule(&self, id: &str) -> Option<&Rule> {
        let index = self.slots.binary_search_by(|slot| (*slot.id).cmp(id)).ok()?;
        self.slots.get(index)?.rule()
    }

    /// The file of a built-in rule: its path below `rules/`, and its text.
    pub(crate) fn builtin_file(&self, id: &str) -> Option<(&'static str, &'static str)> {
        let index = self.slots.binary_search_by(|slot| (*slot.id).cmp(id)).ok()?;
        self.slots.get(index)?.file.map(|file| (file.path, file.text))
    }

    /// The options of the stores that rules ask for: what follows `.effective.` in their texts.
    pub(crate) fn options_asked(&self) -> &Arc<BTreeSet<String>> {
        let of_slot = |slot: &Slot, asked: &mut BTreeSet<String>| match (slot.file, slot.rule.get()) {
            (Some(file), _) => asked.extend(file.options.iter().map(|option| (*option).to_owned())),
            (None, Some(Some(rule))) => asked.extend(rule.texts().flat_map(options_in)),
            (None, _) => {}
        };
        self.asked.get_or_init(|| {
            let mut asked = BTreeSet::new();
            self.slots.iter().for_each(|slot| of_slot(slot, &mut asked));
            Arc::new(asked)
        })
    }

    /// What all rules are chosen by, sorted by id.
    pub(crate) fn plates(&self) -> Vec<Plate<'_>> {
        self.slots.iter().filter_map(Slot::plate).collect()
    }

    /// Whether all rules stand in that profile, whatever the settings declare.
    pub(crate) fn all_stand_in(&self, profile: Profile) -> bool {
        profile > Profile::Stack && self.slots.iter().all(|slot| slot.profile <= profile)
    }

    /// The ids of all rules, sorted.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.slots.iter().map(|slot| &*slot.id)
    }

    /// The rules over a kind of subject, with nothing in them but what decides: [`Self::rule`] has the rest.
    pub(super) fn over(&self, kind: &str) -> impl Iterator<Item = &Rule> {
        self.by_kind.get(kind).into_iter().flatten().filter_map(|index| self.slots.get(*index)?.deciding())
    }

    fn index(&mut self) {
        self.slots.sort_by(|a, b| a.id.cmp(&b.id));
        self.by_kind.clear();
        self.asked = OnceLock::new();
        for (index, slot) in self.slots.iter().enumerate() {
            self.by_kind.entry(slot.over.clone()).or_default().push(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_decides_says_the_same_as_the_whole_rule() {
        let set = RuleSet::builtin();
        let texts = |rule: &Rule| {
            let conditions = [rule.given.as_ref(), rule.undecided.as_ref().map(|(it, _)| it)];
            let conditions = conditions.into_iter().flatten().chain(rule.cases.iter().map(|case| &case.when));
            let conditions: Vec<String> = conditions.map(|one| one.source().to_owned()).collect();
            let message = rule.undecided.as_ref().map(|(_, message)| message.source().to_owned());
            let settings: Vec<_> =
                rule.settings.iter().map(|own| (own.name.clone(), own.default.clone())).collect();
            (rule.id.clone(), rule.over.clone(), rule.invariant, conditions, message, settings)
        };
        for slot in &set.slots {
            let deciding = texts(slot.deciding().unwrap());
            assert_eq!(slot.rule.get().map(|_| ()), None, "the whole rule was read");
            assert_eq!(deciding, texts(slot.rule().unwrap()));
        }
    }

    #[test]
    fn texts_of_builtin_rules_are_found_by_their_ids_and_those_of_users_are_not() {
        let set = RuleSet::builtin();
        let (path, text) = set.builtin_file("logs-leave-workload").unwrap();
        assert_eq!(path, "flow/logs-leave-workload.yaml");
        assert!(text.starts_with("id: logs-leave-workload\n"), "{text}");
        assert_eq!(set.builtin_file("no-such-rule"), None);
        assert!(set.slots.iter().all(|slot| !slot.is_users()));
    }

    #[test]
    fn a_profile_holds_all_rules_where_none_is_beyond_it_and_the_smallest_is_never_said_to() {
        let all = |set: &RuleSet| Profile::ALL.map(|profile| set.all_stand_in(profile));
        let mut set = RuleSet::builtin();
        assert_eq!(all(&set), [false, true, true]);
        set.slots[0].profile = Profile::Strict;
        assert_eq!(all(&set), [false, false, true]);
        // Settings may declare what the smallest leaves out.
        set.slots.retain(|slot| slot.profile == Profile::Stack);
        assert_eq!(all(&set), [false, true, true]);
    }

    #[test]
    fn plate_of_an_unread_rule_says_the_same_as_that_of_a_read_one() {
        let set = RuleSet::builtin();
        for slot in &set.slots {
            let unread = slot.plate().unwrap();
            let rule = slot.rule().unwrap();
            assert_eq!((rule.profile, &*rule.family), (unread.profile, &*slot.family), "{}", slot.id);
            assert_eq!(unread, slot.plate().unwrap());
        }
    }
}
