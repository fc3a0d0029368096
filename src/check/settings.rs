//! Settings of one stack: what the settings files among its inputs say, before what the run's own file says.

use std::collections::BTreeMap;

use super::CheckOptions;
use super::policy::Policy;
use crate::config::Config;
use crate::config::ConfigProblem;
use crate::config::ControlRoom as Declared;
use crate::document::Documents;
use crate::finding::PassedOver;
use crate::model::ControlRoom;
use crate::model::Fact;
use crate::model::Piece;
use crate::model::ProblemKind;
use crate::model::Reading;
use crate::model::Stated;
use crate::rule::Overrides;
use crate::rule::RuleProblem;

/// A settings file among the inputs. It speaks for the stacks that it governs, and for no other.
#[derive(Debug)]
pub(crate) struct Local {
    /// Index of the file.
    file: usize,
    /// What it says.
    config: Config,
    /// Its settings of rules.
    overrides: Overrides,
}

impl From<ConfigProblem> for RuleProblem {
    fn from(problem: ConfigProblem) -> Self {
        Self { place: problem.place, message: problem.message, help: problem.help }
    }
}

impl Policy {
    /// Reads the settings files among the inputs. Returns what they say that only the run's own file can say.
    pub(crate) fn add_local(
        &mut self,
        readings: &[Reading],
        documents: &Documents,
        options: &CheckOptions,
    ) -> Vec<PassedOver> {
        let named = |path: &str| path.trim_start_matches("./").to_owned();
        let own = options.config.as_ref().map(|source| named(&source.path));
        let mut unused = Vec::new();
        for (file, reading) in readings.iter().enumerate() {
            for piece in &reading.pieces {
                let Piece::Settings(at) = piece else { continue };
                let path = &documents.files[file].path;
                // The run's own file was read already.
                if own.as_ref() == Some(&named(path)) {
                    continue;
                }
                let (config, found) = Config::parse(at.doc, documents.document(at.doc));
                let (overrides, mismatched) = self.rules.overrides(&config.settings);
                let found = found.into_iter().map(RuleProblem::from).chain(mismatched);
                self.report(found.collect(), ProblemKind::Settings);
                let reason = |keys: &str| PassedOver {
                    path: path.clone(),
                    reason: format!("{keys}: heeded in the run's own settings file only (see --config)"),
                };
                unused.extend(run_wide(&config).as_deref().map(reason));
                self.local.push(Local { file, config, overrides });
            }
        }
        let depth = |local: &Local| documents.files[local.file].path.matches('/').count();
        self.local.sort_by_key(|local| std::cmp::Reverse(depth(local)));
        unused
    }

    /// The settings that hold for a stack of these files, those that count most first.
    fn layers<'p>(&'p self, files: &'p [usize]) -> impl DoubleEndedIterator<Item = &'p Config> {
        let local = self.local.iter().filter(|local| files.contains(&local.file));
        local.map(|local| &local.config).chain(std::iter::once(&self.config))
    }

    /// What the settings say of the workload.
    pub(crate) fn stated(&self, files: &[usize]) -> Stated {
        let room = self.layers(files).find_map(|config| config.control_room.as_ref());
        Stated {
            name: self.layers(files).find_map(|config| Some(config.workload.as_ref()?.value.clone())),
            control_room: room.map_or(ControlRoom::Undeclared, |room| match &room.value {
                Declared::None => ControlRoom::None(Some(room.place)),
                Declared::Domain(domain) => ControlRoom::Declared(domain.clone(), Some(room.place)),
            }),
            domain: self.layers(files).find_map(|config| {
                let domain = config.domain.as_ref()?;
                Some(Fact::new(domain.value.as_str(), domain.place))
            }),
        }
    }

    /// Services that the settings declare, by namespace and name, with what they are.
    pub(crate) fn endpoints(&self, files: &[usize]) -> BTreeMap<(String, String), String> {
        let split = |service: &str| {
            let (name, namespace) = service.split_once('.')?;
            Some((namespace.to_owned(), name.to_owned()))
        };
        // What counts most comes last and stays.
        let endpoints = self.layers(files).rev().flat_map(|config| &config.endpoints);
        endpoints
            .filter_map(|endpoint| {
                Some((split(&endpoint.service.value)?, endpoint.role.value.name().to_owned()))
            })
            .collect()
    }

    /// Hosts that the settings allow, with the reasons.
    pub(crate) fn allowed(&self, files: &[usize]) -> Vec<(String, String)> {
        let allowed = self.layers(files).flat_map(|config| &config.allowed);
        allowed.map(|allowed| (allowed.destination.value.clone(), allowed.reason.value.clone())).collect()
    }

    /// Settings of rules.
    pub(crate) fn overrides(&self, files: &[usize]) -> Overrides {
        let mut overrides = self.overrides.clone();
        for local in self.local.iter().rev().filter(|local| files.contains(&local.file)) {
            for (rule, settings) in &local.overrides {
                overrides.entry(rule.clone()).or_default().extend(settings.clone());
            }
        }
        overrides
    }
}

/// The keys that say something of a whole run, as a list with commas; none where there are none.
fn run_wide(config: &Config) -> Option<String> {
    let keys = [
        ("`select`", !config.select.is_empty()),
        ("`ignore`", !config.ignore.is_empty()),
        ("`fail_on`", config.fail_on.is_some()),
        ("`strict`", config.strict.is_some()),
    ];
    let given: Vec<&str> = keys.into_iter().filter(|(_, given)| *given).map(|(key, _)| key).collect();
    (!given.is_empty()).then(|| given.join(", "))
}
