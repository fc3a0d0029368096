//! Turns generated texts into counts, stage by stage, for `benches/` and `examples/`. No interface for anybody else:
//! it changes whenever they do.
//!
//! Preparing and running are kept apart so that a benchmark of one stage holds none of the stage before.

use std::sync::Arc;

use crate::check;
use crate::check::CheckOptions;
use crate::document::DocId;
use crate::document::alloy;
use crate::document::parse_json;
use crate::document::parse_yaml;
use crate::flow;
use crate::flow::CollectorFlow;
use crate::flow::CollectorInput;
use crate::flow::Surroundings;
use crate::format;
use crate::model::Fact;
use crate::model::Subject;
use crate::model::alloy::Computed;
use crate::model::alloy::Environment;
use crate::model::alloy::ProgramOnly;
use crate::model::alloy::types;
use crate::model::alloy::types::Running;
use crate::rule::Overrides;
use crate::rule::RuleSet;
use crate::source::Source;
use crate::source::Sources;

/// Parses a YAML stream; gives the number of nodes.
pub fn yaml(text: &Arc<str>) -> usize {
    parse_yaml(text).documents.iter().map(|tree| tree.nodes.len()).sum()
}

/// Parses a JSON document; gives the number of nodes, none where it is broken.
pub fn json(text: &Arc<str>) -> usize {
    parse_json(text).map_or(0, |json| json.tree.nodes.len())
}

/// Parses an Alloy program; gives the number of its blocks at the top level.
pub fn alloy(text: &Arc<str>) -> usize {
    alloy::parse(text.clone()).body.blocks().count()
}

/// Formats an Alloy program; gives the number of bytes that it has then, none where it is broken.
pub fn format(text: &Arc<str>) -> usize {
    alloy::format(text).map_or(0, |formatted| formatted.len())
}

/// Formats the Alloy programs in a file; gives the number of bytes that it has then, none where nothing changes.
pub fn format_file(text: &Arc<str>) -> usize {
    format::format_file("manifests.yaml", text).after.map_or(0, |after| after.text.len())
}

/// A parsed program.
#[derive(Debug)]
pub struct Program(alloy::File);

impl Program {
    /// Parses it.
    pub fn new(text: &Arc<str>) -> Self {
        Self(alloy::parse(text.clone()))
    }

    /// Looks for its faults; gives their number.
    pub fn faults(&self) -> usize {
        let computed = Computed::default();
        let inputs = ProgramOnly(&computed);
        let files = vec![(DocId { file: 0, index: 0 }, &self.0)];
        let program = crate::model::alloy::Program::new(files, Environment::default(), &inputs);
        types::faults(&program, &Running::default()).len()
    }

    /// Follows its flows.
    pub fn graph(&self) -> Flow {
        let computed = Computed::default();
        let inputs = ProgramOnly(&computed);
        let input = CollectorInput {
            name: "alloy/alloy".to_owned(),
            files: vec![(DocId { file: 0, index: 0 }, &self.0)],
            environment: Environment::default(),
            inputs: &inputs,
            running: Running::default(),
            namespace: Some("alloy".to_owned()),
            place: None,
        };
        let surroundings =
            Surroundings { control_room: Some("cr.example.com".to_owned()), ..Surroundings::default() }
                .with_platform_endpoints();
        Flow(flow::analyse(&[input], &[], &surroundings, &flow::Wanted::All))
    }
}

/// Flows that were found.
#[derive(Debug)]
pub struct Flow(Vec<CollectorFlow>);

impl Flow {
    /// How many ways out they have.
    pub fn exits(&self) -> usize {
        self.0.iter().map(|flow| flow.exits.len()).sum()
    }

    /// What rules range over.
    pub fn subjects(&self) -> Subjects {
        Subjects(self.0.iter().flat_map(flow::subjects).collect())
    }
}

/// What rules range over.
#[derive(Debug)]
pub struct Subjects(Vec<Subject>);

impl Subjects {
    /// Each of them.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn all(self) -> Vec<Subject> {
        self.0
    }

    /// Lets the rules look at them; gives the number of outcomes.
    pub fn evaluate(&self, rules: &Rules) -> usize {
        rules.0.evaluate(&self.0, &Fact::default(), &Overrides::default()).len()
    }
}

/// The rules in the binary.
#[derive(Debug)]
pub struct Rules(RuleSet);

impl Rules {
    /// All of them, to be read when they are needed.
    pub fn builtin() -> Self {
        Self(RuleSet::builtin())
    }

    /// Reads all of them; gives their number.
    pub fn read(&self) -> usize {
        self.0.rules().len()
    }
}

/// Files of one run.
#[derive(Debug)]
pub struct Files(Sources);

impl Files {
    /// Files of one folder, by name and text.
    pub fn new(files: impl IntoIterator<Item = (String, Arc<str>)>) -> Self {
        let source = |(name, text): (String, Arc<str>)| Source {
            path: format!("stack/{name}"),
            argument: 0,
            text: text.into(),
        };
        Self(Sources { texts: files.into_iter().map(source).collect(), ..Sources::default() })
    }

    /// Checks them as one stack, from texts to verdicts; gives the number of findings and verdicts.
    pub fn check(&self) -> usize {
        let checked = check::check(&self.0, &["stack".to_owned()], &CheckOptions::default());
        checked.report.findings.len() + checked.report.verdicts.len()
    }
}
