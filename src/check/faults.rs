//! Turns faults of Alloy programs into subjects that rules range over, and tells what is wrong and hides flows once.

use std::collections::HashMap;
use std::collections::HashSet;

use super::stack::Found;
use crate::document::DocId;
use crate::document::Place;
use crate::flow::CollectorFlow;
use crate::model;
use crate::model::Collector;
use crate::model::Fact;
use crate::model::Stack;
use crate::model::Subject;
use crate::model::alloy::Computed;
use crate::model::alloy::Environment;
use crate::model::alloy::Program;
use crate::model::alloy::ProgramOnly;
use crate::model::alloy::types;
use crate::model::alloy::types::Fault;
use crate::model::alloy::types::Kind;
use crate::model::alloy::types::Running;

/// The kind of these subjects.
pub(super) const KIND: &str = "alloy_fault";

/// The faults of all programs, and of texts that are there to be imported, even if nobody does. What is wrong with a text
/// that several collectors run is wrong once.
pub(super) fn subjects(stack: &Stack<'_>, collectors: &[Collector], flows: &[CollectorFlow]) -> Vec<Subject> {
    let mut told = Told::default();
    for (collector, flow) in collectors.iter().zip(flows) {
        for fault in &flow.faults {
            told.tell(Some(collector), fault);
        }
    }
    let run: HashSet<DocId> = flows.iter().flat_map(|flow| flow.texts.iter().copied()).collect();
    // One file of several may use what another one declares: they can be imported as a folder.
    let running = Running { alone: true, ..Running::default() };
    let computed = Computed::default();
    for doc in model::libraries(stack).filter(|doc| !run.contains(doc)) {
        let Some(file) = stack.documents.document(doc).alloy() else { continue };
        let inputs = ProgramOnly(&computed);
        let program = Program::new(vec![(doc, file)], Environment::default(), &inputs);
        for fault in types::faults_of_module(&program, &running) {
            told.tell(None, &fault);
        }
    }
    told.subjects
}

/// Faults as subjects, each once.
#[derive(Default)]
struct Told {
    subjects: Vec<Subject>,
    seen: HashSet<(Place, Kind, String)>,
    keys: HashMap<String, u32>,
}

impl Told {
    fn tell(&mut self, collector: Option<&Collector>, fault: &Fault) {
        if !self.seen.insert((fault.place, fault.kind, fault.message.clone())) {
            return;
        }
        // Names say which it is, not places: those differ with the form of the input.
        let mut key = format!("{} {} {}", fault.component, fault.kind.name(), fault.message);
        let number = self.keys.entry(key.clone()).or_insert(0);
        *number += 1;
        if *number > 1 {
            key = format!("{key} {number}");
        }
        self.subjects.push(subject(key, collector, fault));
    }
}

fn subject(key: String, collector: Option<&Collector>, fault: &Fault) -> Subject {
    let place = fault.place;
    let version = collector.and_then(|collector| collector.running.version.as_ref());
    let version = version.map(|version| version.text.to_string());
    let collector = match collector {
        Some(collector) => Fact::new(collector.name.as_str(), collector.place),
        None => Fact::absent(place),
    };
    let related = fault.related.as_ref();
    let related = related.map(|(place, text)| Fact::map([("text", Fact::bare(text.as_str()))], *place));
    let facts = Fact::map(
        [
            ("collector", collector),
            ("component", Fact::bare(fault.component.as_str())),
            ("help", Fact::bare(fault.help.as_str())),
            ("kind", Fact::new(fault.kind.name(), place)),
            ("message", Fact::bare(fault.message.as_str())),
            ("related", Fact::list(related, None)),
            ("unsure", Fact::bare(fault.unsure)),
            ("version", Fact::bare(version)),
        ],
        place,
    );
    Subject { kind: KIND, key, facts }
}

/// Leaves out what could not be decided for want of something that is told as a fault at the same place: a component
/// that is not known is wrong, and it hides flows, and a user reads of it once. Verdicts stay open all the same: what they
/// are drawn from is taken before this. An accepted fault hides nothing: what it leaves open is open. Nor is an accepted
/// question left out, since it is an exception.
pub(super) fn tell_once(found: &mut Vec<Found>, is_of_fault: impl Fn(&Found) -> bool) {
    let faults = found.iter().filter(|found| found.finding.is_open() && is_of_fault(found));
    let mut faults: Vec<Place> = faults.filter_map(|found| found.finding.place).collect();
    faults.sort_by_key(|place| (place.doc, place.span.start));
    found.retain(|found| {
        let is_question = found.undecided && found.finding.is_open() && !is_of_fault(found);
        let Some(place) = found.finding.place.filter(|_| is_question) else {
            return true;
        };
        // Faults hardly ever stand in one another, so that the last few before the end of this place will do.
        let end = place.span.end.max(place.span.start + 1);
        let until = faults.partition_point(|fault| (fault.doc, fault.span.start) < (place.doc, end));
        let mut near = faults.get(..until).unwrap_or_default().iter().rev().take(4);
        !near.any(|fault| fault.doc == place.doc && fault.span.end > place.span.start)
    });
}

#[cfg(test)]
mod tests {
    use super::KIND;
    use super::Kind;
    use crate::check;
    use crate::check::CheckOptions;
    use crate::check::Checked;
    use crate::finding::Invariant;
    use crate::finding::Verdict;
    use crate::rule::Rule;
    use crate::rule::RuleSet;
    use crate::source::Source;
    use crate::source::Sources;

    /// A collector whose program is known to be all of it: values of a release.
    fn checked(program: &str) -> Checked {
        let text = format!(
            "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {{name: alloy, namespace: kube-system}}\nspec:\n  chart: alloy\n  version: 1.11.1\n  targetNamespace: alloy\n  valuesContent: |\n    alloy:\n      configMap:\n        content: |\n          {}\n",
            program.replace('\n', "\n          ")
        );
        let texts = vec![Source { path: "a.yaml".to_owned(), argument: 0, text: text.as_str().into() }];
        let sources = Sources { texts, ..Sources::default() };
        check::check(&sources, &["a.yaml".to_owned()], &CheckOptions::default())
    }

    fn rules_of(checked: &Checked) -> Vec<&str> {
        checked.report.findings.iter().map(|finding| finding.rule.as_str()).collect()
    }

    fn verdict(checked: &Checked, invariant: Invariant) -> Verdict {
        let found = checked.report.verdicts.iter().find(|verdict| verdict.invariant == invariant);
        found.unwrap().verdict
    }

    const LOGS: &str = "loki.source.podlogs \"p\" {\n  forward_to = [loki.write.w.receiver]\n}\nloki.write \"w\" {\n  endpoint {\n    url = \"http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push\"\n  }\n}\n";

    #[test]
    fn every_kind_of_fault_has_one_rule() {
        let rules = RuleSet::builtin();
        let rules = rules.rules();
        for (kind, name) in Kind::NAMES {
            assert_eq!(kind.name(), name);
            let wanted = format!("{KIND}.kind == \"{name}\"");
            let speaks = |rule: &&&Rule| {
                rule.cases.iter().any(|case| case.when.source() == wanted)
                    || rule.given.as_ref().is_some_and(|given| given.source() == wanted)
            };
            assert_eq!(rules.iter().filter(speaks).count(), 1, "{name}");
        }
    }

    #[test]
    fn unknown_component_leaves_open_what_may_touch_it_and_nothing_else() {
        let sound = checked(LOGS);
        assert_eq!(verdict(&sound, Invariant::LogBoundary), Verdict::Holds, "{:#?}", sound.report.verdicts);
        assert!(!rules_of(&sound).contains(&"unknown-component"));
        for (component, logs) in [
            ("loki.magic", Verdict::Undecided),
            ("acme.magic", Verdict::Undecided),
            ("prometheus.magic", Verdict::Holds),
            ("discovery.magic", Verdict::Holds),
        ] {
            let found = checked(&format!("{LOGS}{component} \"m\" {{ }}\n"));
            assert_eq!(verdict(&found, Invariant::LogBoundary), logs, "{component}");
            assert_eq!(verdict(&found, Invariant::Coherence), Verdict::Violated, "{component}");
            // Told once: as the fault.
            let told: Vec<_> = rules_of(&found)
                .into_iter()
                .filter(|rule| {
                    matches!(
                        *rule,
                        "unknown-component" | "log-flow-not-followed" | "metric-flow-not-followed"
                    )
                })
                .collect();
            assert_eq!(told, ["unknown-component"], "{component}");
        }
    }

    #[test]
    fn what_hides_flows_and_is_wrong_is_told_once_and_leaves_verdicts_open() {
        for (wrong, rule) in [
            (LOGS.replace("loki.write.w.receiver", "loki.write.v.receiver"), "unknown-reference"),
            (LOGS.replace("loki.write.w.receiver", "loki.write.w.recevier"), "unknown-export"),
            (format!("{LOGS}loki.write \"w\" {{ }}\n"), "repeated-id"),
            (
                format!("{LOGS}prometheus.remote_write \"m\" {{ }}\n")
                    .replace("[loki.write.w.receiver]", "[prometheus.remote_write.m.receiver]"),
                "wrong-receiver",
            ),
        ] {
            let found = checked(&wrong);
            let about = |name: &&str| *name == rule || name.ends_with("-flow-not-followed");
            assert_eq!(rules_of(&found).into_iter().filter(about).collect::<Vec<_>>(), [rule]);
            assert_eq!(verdict(&found, Invariant::LogBoundary), Verdict::Undecided, "{rule}");
        }
    }

    #[test]
    fn a_hint_about_a_function_hides_no_open_question() {
        let found = checked(
            &LOGS.replace("\"http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push\"", "env(\"URL\")"),
        );
        let rules = rules_of(&found);
        assert!(
            rules.contains(&"deprecated-function") && rules.contains(&"logs-leave-workload"),
            "{rules:?}"
        );
        assert_eq!(verdict(&found, Invariant::LogBoundary), Verdict::Undecided);
    }

    #[test]
    fn an_open_question_has_words_of_help_and_not_their_template() {
        let text = "loki.relabel \"r\" {\n  forward_to = [loki.write.w.receiver]\n}\nloki.write \"v\" { }\n";
        let texts = vec![Source { path: "a.alloy".to_owned(), argument: 0, text: text.into() }];
        let sources = Sources { texts, ..Sources::default() };
        let found = check::check(&sources, &["a.alloy".to_owned()], &CheckOptions::default());
        let of_rule = |finding: &&crate::finding::Finding| finding.rule == "unknown-reference";
        let finding = found.report.findings.iter().find(of_rule).unwrap();
        assert_eq!(finding.help, "did you mean `loki.write.v`?");
        assert!(finding.message.starts_with("cannot be decided: "), "{}", finding.message);
    }
}
