//! Turns a text into a panic where evaluating it does not end, or ends in two ways: as an expression of Alloy, as a condition
//! and a template of a rule, and as a query.

use std::sync::Arc;
use std::sync::LazyLock;

use super::text_of;
use crate::bench;
use crate::document::DocId;
use crate::document::alloy;
use crate::model::Fact;
use crate::model::Subject;
use crate::model::alloy::Computed;
use crate::model::alloy::Environment;
use crate::model::alloy::Program;
use crate::model::alloy::ProgramOnly;
use crate::model::queries::read_promql;
use crate::rule::Outcome;
use crate::rule::Overrides;
use crate::rule::RuleSet;

/// Every evaluator, each with the text as what it evaluates.
pub fn evaluate(bytes: &[u8]) {
    let text = text_of(bytes);
    expression(&text);
    condition(&text);
    let _ = read_promql(&text);
}

/// The text as the value of an argument, among components that it may name; and the flow analysis, which evaluates what it
/// meets.
fn expression(text: &str) {
    let program: Arc<str> = format!(
        "discovery.kubernetes \"pods\" {{\n\trole = \"pod\"\n}}\n\n\
         loki.write \"home\" {{\n\tendpoint {{\n\t\turl = \"http://loki/push\"\n\t}}\n}}\n\n\
         loki.process \"x\" {{\n\tforward_to = {text}\n}}\n"
    )
    .into();
    let file = alloy::parse(program.clone());
    let computed = Computed::default();
    let inputs = ProgramOnly(&computed);
    let evaluated = Program::new(vec![(DocId { file: 0, index: 0 }, &file)], Environment::default(), &inputs);
    for component in &evaluated.components {
        let _ = evaluated.arguments(component);
    }
    let program = bench::Program::new(&program);
    let _ = (program.graph().subjects(), program.faults());
}

/// What rules range over in the target: ways out of a small program, with facts of all kinds.
static SUBJECTS: LazyLock<Vec<Subject>> = LazyLock::new(|| {
    let program = "loki.source.kubernetes \"pods\" {\n\ttargets = []\n\tforward_to = [loki.write.out.receiver]\n}\n\n\
                   loki.write \"out\" {\n\tendpoint {\n\t\turl = \"https://u:p@loki.example.com:3100/loki/api/v1/push\"\n\t}\n\
                   \tendpoint {\n\t\turl = sys.env(\"ELSEWHERE\")\n\t}\n}\n";
    bench::Program::new(&program.into()).graph().subjects().all()
});

/// The text as a condition of a rule, and as its message.
fn condition(text: &str) {
    let quoted = serde_json::Value::from(text).to_string();
    let rule = format!(
        "id: fuzzed\ninvariant: log-boundary\nseverity: error\nover: log_exit\nwhen: {quoted}\nmessage: {quoted}\nwhy: x\nhelp: x\n"
    );
    let (rules, problems) = RuleSet::from_texts(&[("flow/fuzzed.yaml", &rule)], true);
    for (_, problem) in &problems {
        let span = problem.place.span;
        assert!(rule.get(span.start as usize..span.end as usize).is_some(), "{problem:?} of {rule:?}");
        assert!(!problem.message.is_empty(), "{problem:?} of {rule:?}");
    }
    assert!(problems.is_empty() || rules.rules().is_empty(), "{problems:?}, and is a rule: {rule:?}");
    let judge = || rules.evaluate(&SUBJECTS, &Fact::default(), &Overrides::default());
    let outcomes = judge();
    assert!(outcomes == judge(), "{rule:?}");
    for outcome in outcomes {
        let failed = matches!(&outcome, Outcome::Undecided { reason, .. } if reason.contains("the rules engine failed"));
        assert!(!failed, "{rule:?}");
    }
}
