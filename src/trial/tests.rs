use super::*;
use crate::check;
use crate::trial;

/// A rule of a user's own.
const RULE: &str = "\
id: tenancy-on
title: tenancy is on
invariant: coherence
severity: warning
over: mimir
given: mimir.in_cluster
when: mimir.config.multitenancy_enabled == true
at: mimir.config.multitenancy_enabled
message: tenancy is on
why: nobody asked for it
help: switch it off
";

/// A Mimir with tenancy on or off.
fn mimir(tenancy: &str) -> String {
    format!(
        "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {{ name: mimir, namespace: kube-system }}\nspec:\n  \
         chart: mimir-distributed\n  targetNamespace: mimir\n  valuesContent: |-\n    mimir:\n      structuredConfig:\n        \
         multitenancy_enabled: {tenancy}\n"
    )
}

fn source(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), argument: 0, text: text.into() }
}

/// Tries one rule with files below `my/fixtures`, and `fail/expected.txt` where it is given.
fn tried(rule: &str, files: &[(&str, &str)], expected: Option<&str>, update: bool) -> Tried {
    let rules = [source("my/tenancy-on.yaml", rule)];
    let inputs = files.iter().map(|(path, text)| source(&format!("my/fixtures/{path}"), text));
    let (mut fixtures, strays) = gather(3, inputs.collect());
    assert_eq!(strays, Vec::<String>::new());
    for fixture in &mut fixtures {
        fixture.expected = expected.filter(|_| fixture.folder.ends_with("/fail")).map(Arc::from);
    }
    let check::RuleFiles { rules: set, errors } = check::rule_files(&rules);
    assert_eq!(errors, []);
    let trial = Trial { rules: &set, files: &rules, fixtures: &fixtures, update };
    trial.run(&[set.rule("tenancy-on").unwrap()]).remove(0)
}

const SAID: &str = "mimir.yaml:10:31-10:35 warning tenancy is on\n";

#[test]
fn a_rule_that_is_right_about_its_inputs_has_no_fault() {
    let (on, off) = (mimir("true"), mimir("false"));
    let files = [("tenancy-on/fail/mimir.yaml", &*on), ("tenancy-on/pass/mimir.yaml", &*off)];
    let tried = tried(RULE, &files, Some(SAID), false);
    assert_eq!((tried.faults, tried.with), (Vec::<String>::new(), vec!["fail", "pass"]));
    assert!(tried.expected.is_empty());
}

#[test]
fn each_way_to_be_wrong_is_told() {
    let (on, off) = (mimir("true"), mimir("false"));
    let fail = ("tenancy-on/fail/mimir.yaml", &*on);
    let pass = ("tenancy-on/pass/mimir.yaml", &*off);
    let folder = "my/fixtures/tenancy-on";
    let waiting = RULE.replace("mimir.config.multitenancy_enabled == true", "\"false\"");
    let unwritten = RULE.replace("why: nobody", "why: TODO nobody");
    for (rule, files, expected, fault) in [
        (RULE, &[pass][..], None, "no inputs in fail: add a small stack that breaks the rule".to_owned()),
        (
            RULE,
            &[fail],
            None,
            "no inputs in pass: add the stack of `fail`, mended and otherwise nearly as it is".to_owned(),
        ),
        (
            RULE,
            &[("tenancy-on/fail/mimir.yaml", &*off), pass],
            None,
            format!("{folder}/fail: the rule says nothing, and has to: these inputs break it"),
        ),
        (
            &*waiting,
            &[fail, pass],
            None,
            format!(
                "{folder}/fail: the rule says nothing, and has to: these inputs break it; write its condition `when`"
            ),
        ),
        (
            RULE,
            &[fail, ("tenancy-on/pass/mimir.yaml", &*on)],
            None,
            format!("{folder}/pass: the rule must say nothing, and says\n{SAID}"),
        ),
        (
            RULE,
            &[fail, ("tenancy-on/pass/cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n")],
            None,
            format!(
                "{folder}/pass: the rule has nothing to look at here: `mimir.config.multitenancy_enabled == true` turned \
                 round says nothing either"
            ),
        ),
        (
            RULE,
            &[fail, pass],
            Some("else\n"),
            format!("{folder}/fail/expected.txt: differs. Expected\nelse\n\nThe rule says\n{SAID}"),
        ),
        (&*unwritten, &[fail, pass], None, "`why` is still to be written".to_owned()),
    ] {
        let tried = tried(rule, files, expected, false);
        assert_eq!(tried.faults, [fault]);
    }
}

#[test]
fn where_a_rule_is_wrong_about_inputs_it_is_told_that_they_cannot_be_read() {
    let (on, broken) = (mimir("true"), mimir("[").replace("|-", ""));
    let files = [("tenancy-on/fail/mimir.yaml", &*on), ("tenancy-on/pass/mimir.yaml", &*broken)];
    let faults = tried(RULE, &files, None, false).faults;
    assert_eq!(faults.len(), 2, "{faults:#?}");
    assert!(
        faults[0].starts_with("my/fixtures/tenancy-on/pass: the rule has nothing to look at"),
        "{}",
        faults[0]
    );
    assert!(
        faults[1].starts_with("my/fixtures/tenancy-on/pass: cannot be read: mimir.yaml:"),
        "{}",
        faults[1]
    );
}

#[test]
fn what_a_rule_says_becomes_what_is_expected_when_asked() {
    let (on, off) = (mimir("true"), mimir("false"));
    let files = [("tenancy-on/fail/mimir.yaml", &*on), ("tenancy-on/pass/mimir.yaml", &*off)];
    for old in [None, Some("else\n")] {
        let tried = tried(RULE, &files, old, true);
        assert_eq!(tried.faults, Vec::<String>::new());
        let path = "my/fixtures/tenancy-on/fail/expected.txt".to_owned();
        assert_eq!(tried.expected, BTreeMap::from([(path, SAID.to_owned())]));
    }
}

#[test]
fn mutants_that_inputs_do_not_notice_are_told() {
    let (on, off) = (mimir("true"), mimir("false"));
    let rules = [source("my/tenancy-on.yaml", RULE)];
    let inputs = vec![
        source("my/fixtures/tenancy-on/fail/mimir.yaml", &on),
        source("my/fixtures/tenancy-on/pass/mimir.yaml", &off),
    ];
    let (fixtures, _) = gather(3, inputs);
    let set = check::rule_files(&rules).rules;
    let trial = Trial { rules: &set, files: &rules, fixtures: &fixtures, update: false };
    let found = trial::survivors(&trial, set.rule("tenancy-on").unwrap());
    assert_eq!(found, Vec::<String>::new());
    let trial = Trial { fixtures: &fixtures[..1], ..trial };
    let found = trial::survivors(&trial, set.rule("tenancy-on").unwrap());
    assert_eq!(found, Vec::<String>::new(), "what speaks once and is changed is silent");
    let trial = Trial { fixtures: &fixtures[1..], ..trial };
    let found = trial::survivors(&trial, set.rule("tenancy-on").unwrap());
    assert!(found.contains(&"given: mimir.x_".to_owned()), "{found:?}");
}

#[test]
fn numbers_of_survivors_only_shrink() {
    let found = BTreeMap::from([("a", vec!["when: x".to_owned()]), ("b", Vec::new()), ("c", Vec::new())]);
    let outcome = Survivors::new(&found, "a: 1\nb: 2\n", false);
    assert_eq!(outcome.kept, "a: 1\n");
    assert_eq!(outcome.faults, ["b: 0 changes are not noticed, 2 listed; lower the number"]);
    assert_eq!(Survivors::new(&found, "a: 1\nb: 2\n", true).faults, Vec::<String>::new());
    let worse = Survivors::new(&found, "", true);
    let fault = "a: 1 changes are not noticed, 0 listed; a fixture has to notice\n    when: x";
    assert_eq!((worse.kept.as_str(), worse.faults), ("", vec![fault.to_owned()]));
    // What stands behind a number stays as long as the number.
    let explained = Survivors::new(&found, "a: 3  # sizes: never below 0\nb: 2 # gone\n", true);
    assert_eq!((explained.kept.as_str(), explained.faults), ("a: 1  # sizes: never below 0\n", Vec::new()));
}

#[test]
fn a_new_rule_over_any_subject_loads_and_waits_for_its_author() {
    for over in crate::rule::subjects() {
        let wanted = Skeleton {
            id: "my-rule".to_owned(),
            over: over.to_owned(),
            invariant: None,
            severity: crate::finding::Severity::Warning,
        };
        let files = skeleton(&wanted);
        let rules = [source("my-rule.yaml", &files["my-rule.yaml"])];
        let check::RuleFiles { rules: set, errors } = check::rule_files(&rules);
        assert_eq!(errors, [], "{over}");
        let inputs = files.iter().filter(|(path, _)| path.starts_with("fixtures/"));
        let (fixtures, strays) = gather(0, inputs.map(|(path, text)| source(path, text)).collect());
        assert_eq!(strays, Vec::<String>::new(), "{over}");
        let trial = Trial { rules: &set, files: &rules, fixtures: &fixtures, update: false };
        let faults = trial.run(&[set.rule("my-rule").unwrap()]).remove(0).faults;
        let unwritten =
            ["title", "message", "why", "help"].map(|key| format!("`{key}` is still to be written"));
        assert_eq!(faults[..4], unwritten, "{over}");
        let rest = if fixtures.is_empty() {
            vec![
                "no inputs in fail: add a small stack that breaks the rule".to_owned(),
                "no inputs in pass: add the stack of `fail`, mended and otherwise nearly as it is".to_owned(),
            ]
        } else {
            let words =
                "the rule says nothing, and has to: these inputs break it; write its condition `when`";
            vec![format!("fixtures/my-rule/fail: {words}")]
        };
        assert_eq!(faults[4..], rest, "{over}");
    }
}
