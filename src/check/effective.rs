//! Turns what governs a run into the settings in effect, each with where it came from: `config show`.

use std::collections::BTreeSet;

use super::CheckOptions;
use super::ControlRoom;
use super::groups;
use super::inputs;
use super::inputs::Inputs;
use super::policy::Governing;
use super::policy::Policy;
use super::problems;
use crate::document::Documents;
use crate::document::NodeRef;
use crate::document::Scalar;
use crate::finding::Effective;
use crate::finding::EffectiveRule;
use crate::finding::EffectiveSetting;
use crate::finding::RunError;
use crate::finding::SettingText;
use crate::finding::Severity;
use crate::model::SETTINGS_KEYS;
use crate::rule::Layer;
use crate::rule::Plate;
use crate::rule::Why;
use crate::source::Sources;

/// What of the settings the command line says beside the options of a check.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Thresholds {
    /// `--fail-on`.
    pub(crate) fail_on: Option<Severity>,
    /// `--strict`.
    pub(crate) strict: bool,
}

/// The settings in effect for these inputs, or for none; and what is wrong with settings and rule files. Where the inputs
/// are governed by one settings file of their own, that one is shown.
pub(crate) fn effective(
    sources: &Sources,
    arguments: &[String],
    options: &CheckOptions,
    thresholds: Thresholds,
) -> (Effective, Vec<RunError>) {
    let Inputs { readings, mut documents, .. } = inputs::read(sources, options);
    let policy = Policy::load(options, &mut documents, &readings);
    let declared = policy.stack_folders(options, &documents);
    let groups = groups((sources, &[]), arguments, options, &readings, &declared);
    let path = |file: usize| documents.files.get(file).map(|file| file.path.clone());
    let global = options.config.as_ref().map(|source| source.path.clone());
    let file_of = |local: Option<usize>| local.and_then(path).or_else(|| global.clone());
    let locals: Vec<Option<usize>> = groups.iter().map(|group| policy.local_of(&group.files)).collect();
    let distinct: BTreeSet<Option<usize>> = locals.iter().copied().collect();
    let shown = if distinct.len() == 1 { locals.first().copied().flatten() } else { None };
    let governing = policy.governing_of(shown);
    let file = file_of(shown);
    let view = View { governing, documents: &documents, options, thresholds, plates: policy.rules.plates() };
    let effective = Effective {
        stacks: groups.iter().zip(&locals).map(|(group, own)| (group.name.clone(), file_of(*own))).collect(),
        settings: SETTINGS_KEYS
            .iter()
            .filter(|key| **key != "version")
            .map(|key| view.setting(key))
            .collect(),
        rules: view.plates.iter().map(|plate| view.rule(plate)).collect(),
        file,
    };
    let errors = problems::run_errors(policy.problems.iter(), &documents, |_| true);
    (effective, errors)
}

struct View<'v> {
    governing: &'v Governing,
    documents: &'v Documents,
    options: &'v CheckOptions,
    thresholds: Thresholds,
    plates: Vec<Plate<'v>>,
}

const COMMAND_LINE: &str = "command line";

impl View<'_> {
    fn setting(&self, key: &'static str) -> EffectiveSetting {
        let on_command_line = self.of_command_line(key);
        let found = on_command_line.map(|value| (value, COMMAND_LINE.to_owned()));
        let found = found.or_else(|| self.of_rules(key)).or_else(|| self.of_file(key));
        let found = found.or_else(|| self.by_default(key));
        match found {
            Some((value, from)) => EffectiveSetting { key, value: Some(value), from },
            None => EffectiveSetting { key, value: None, from: unset(key).to_owned() },
        }
    }

    /// What the command line says in place of the settings.
    fn of_command_line(&self, key: &str) -> Option<SettingText> {
        let word = |text: &str| SettingText::Text(text.to_owned());
        match key {
            "workload" => self.options.workload.as_deref().map(word),
            "control_room" => match &self.options.control_room {
                ControlRoom::Undeclared => None,
                ControlRoom::Domain(domain) => Some(word(domain)),
                ControlRoom::None => Some(SettingText::Plain("false".to_owned())),
            },
            "profile" => self.options.profile.map(|profile| word(profile.name())),
            "fail_on" => self.thresholds.fail_on.map(|severity| word(severity.name())),
            "strict" => self.thresholds.strict.then(|| SettingText::Plain("true".to_owned())),
            "assume" if !self.options.assumed.is_empty() => {
                let mut versions = match self.of_file(key) {
                    Some((SettingText::Map(versions), _)) => versions,
                    _ => Vec::new(),
                };
                for (store, version) in &self.options.assumed {
                    versions.retain(|(own, _)| own != store.name());
                    versions.push((store.name().to_owned(), SettingText::Text(version.to_string())));
                }
                Some(SettingText::Map(versions))
            }
            _ => None,
        }
    }

    /// What is said of rules, where the command line says something of them.
    fn of_rules(&self, key: &str) -> Option<(SettingText, String)> {
        let options = self.options;
        if options.leaves_rules_alone() {
            return None;
        }
        let from = || COMMAND_LINE.to_owned();
        if !self.governing.chooses_rules() {
            let own = match key {
                "select" => &options.select,
                "extend_select" => &options.extend_select,
                "ignore" => &options.ignore,
                _ => return None,
            };
            return (!own.is_empty()).then(|| (SettingText::texts(own), from()));
        }
        // Two layers in one: the outcome is listed.
        let over = || {
            let file = self.place_of("select").or_else(|| self.place_of("ignore"));
            file.map_or_else(from, |file| format!("{COMMAND_LINE}, over {file}"))
        };
        match key {
            "select" => {
                let on = self.plates.iter().filter(|plate| self.governing.wants(plate.id));
                Some((SettingText::texts(on.map(|plate| plate.id)), over()))
            }
            "rules" => {
                let Some((SettingText::Map(mut own), from)) = self.of_file(key) else { return None };
                let severities = self.plates.iter().filter_map(|plate| {
                    let severity = self.governing.severity(plate.id)?;
                    Some((plate.id.to_owned(), SettingText::Text(severity.name().to_owned())))
                });
                let severities: Vec<_> = severities.collect();
                own.retain(|(key, _)| key != "severities");
                if !severities.is_empty() {
                    own.push(("severities".to_owned(), SettingText::Map(severities)));
                }
                Some((SettingText::Map(own), from))
            }
            "extend_select" | "ignore" => Some((SettingText::List(Vec::new()), over())),
            _ => None,
        }
    }

    /// What the settings file has.
    fn of_file(&self, key: &str) -> Option<(SettingText, String)> {
        let place = *self.governing.keys().get(key)?;
        let root = self.documents.document(place.doc).tree()?.root()?;
        Some((as_typed(root.get(key)?, 0)?, self.place_of(key)?))
    }

    /// `file:line` of a key's value.
    fn place_of(&self, key: &str) -> Option<String> {
        let resolved = self.documents.resolve(*self.governing.keys().get(key)?);
        Some(format!("{}:{}", resolved.path, resolved.start.line))
    }

    fn by_default(&self, key: &str) -> Option<(SettingText, String)> {
        let profile = self.governing.profile();
        let of_profile = |differs: bool| {
            if differs { format!("profile {}", profile.name()) } else { "default".to_owned() }
        };
        let plain = |profile: crate::finding::Profile| (profile.fail_on(), profile.is_strict());
        let differs = plain(profile) != plain(crate::finding::Profile::default());
        match key {
            "profile" => Some((SettingText::Text(profile.name().to_owned()), "default".to_owned())),
            "fail_on" => Some((SettingText::Text(profile.fail_on().name().to_owned()), of_profile(differs))),
            "strict" => Some((SettingText::Plain(profile.is_strict().to_string()), of_profile(differs))),
            "endpoints" | "extend_select" | "ignore" => {
                Some((SettingText::List(Vec::new()), of_profile(false)))
            }
            _ => None,
        }
    }

    fn rule(&self, plate: &Plate<'_>) -> EffectiveRule {
        let choice = self.governing.choice(plate.id);
        let severity = choice.and_then(|choice| choice.severity.as_ref());
        let line = |layer: Layer, key: &str| match layer {
            Layer::CommandLine => COMMAND_LINE.to_owned(),
            Layer::Settings => self.place_of(key).or_else(|| self.place_of("rules")).unwrap_or_default(),
        };
        let profile = self.governing.profile().name();
        let why = match choice.map(|choice| &choice.why) {
            None | Some(Why::InProfile) => format!("profile {profile}"),
            Some(Why::NotInProfile) => format!("no rule of profile {profile}"),
            Some(Why::NotDeclared(key)) => format!("profile {profile} wants `{key}` declared for it"),
            Some(Why::Selected(layer, selector)) => format!("`{selector}`, {}", line(*layer, "select")),
            Some(Why::Ignored(layer, selector)) => format!("`{selector}`, {}", line(*layer, "ignore")),
            Some(Why::NotSelected(layer)) => format!("not selected, {}", line(*layer, "select")),
        };
        EffectiveRule {
            id: plate.id.to_owned(),
            family: plate.family.to_owned(),
            invariant: plate.invariant,
            severity: severity.map_or(plate.severity, |(severity, _)| *severity),
            profile: plate.profile,
            runs: self.governing.wants(plate.id),
            why,
            severity_from: severity
                .map(|(_, selector)| format!("`{selector}`, {}", self.place_of("rules").unwrap_or_default())),
        }
    }
}

/// What happens as nothing is set.
fn unset(key: &str) -> &'static str {
    match key {
        "workload" => "not set: named by its declaration or its folder",
        "control_room" => "not set: that of ptd.yaml, or guessed from where metrics go",
        "domain" => "not set: that of ptd.yaml",
        "declared" => "not set: what ptd.yaml says",
        "limits" => "not set: what rules have agreed",
        "allowed" => "not set: nothing outside the workload (in profile stack: no boundary)",
        "rules" => "not set: rules as they come",
        "select" => "not set: the rules of the profile",
        "stacks" => "not set: by folders and declarations",
        "assume" => "not set: the versions in the input",
        _ => "not set",
    }
}

/// A node as it was typed. Files that nest deeper than settings do are refused elsewhere.
fn as_typed(node: NodeRef<'_>, depth: usize) -> Option<SettingText> {
    const DEEPEST: usize = 16;
    if depth > DEEPEST {
        return None;
    }
    if node.is_mapping() {
        let entries = node.entries().map(|(key, value)| {
            Some((key.text().unwrap_or_default().to_owned(), as_typed(value, depth + 1)?))
        });
        return entries.collect::<Option<Vec<_>>>().map(SettingText::Map);
    }
    if node.is_sequence() {
        return node
            .items()
            .map(|item| as_typed(item, depth + 1))
            .collect::<Option<Vec<_>>>()
            .map(SettingText::List);
    }
    Some(match node.scalar()? {
        Scalar::Text(text) => SettingText::Text(text.to_owned()),
        Scalar::Null => SettingText::Plain("null".to_owned()),
        _ => SettingText::Plain(node.text().unwrap_or_default().to_owned()),
    })
}
