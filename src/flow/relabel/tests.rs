use super::*;
use crate::document::DocId;
use crate::text::Span;

fn rule(action: &str, regex: Option<&str>) -> Rule {
    Rule {
        action: action.to_owned(),
        regex: regex.map_or_else(Fact::default, Fact::bare),
        place: Place { doc: DocId { file: 0, index: 0 }, span: Span::default() },
        pattern: anchored(regex.unwrap_or("(.*)")).ok(),
        sources: Some(vec![NAME.to_owned()]),
        target: Some(NAME.to_owned()),
        replacement: Some("$1".to_owned()),
        source_labels: Fact::default(),
    }
}

#[test]
fn series_are_lost_by_what_takes_them_or_their_names() {
    for (action, regex, drops) in [
        ("keep", "a", true),
        ("drop", "a", true),
        ("keepequal", "a", true),
        ("dropequal", "a", true),
        ("unknown", "a", true),
        ("labeldrop", "__.*", true),
        ("labeldrop", "pod", false),
        ("labelkeep", "job", true),
        ("labelkeep", "__name__|job", false),
        ("labelmap", "a", false),
        ("replace", "a", false),
    ] {
        assert_eq!(rule(action, Some(regex)).drops(), drops, "{action} {regex}");
    }
    // What cannot be told may do it.
    for action in ["labeldrop", "labelkeep"] {
        assert!(Rule { pattern: None, ..rule(action, Some("pod")) }.drops(), "{action}");
    }
}

#[test]
fn names_change_unless_the_whole_old_one_is_written_back() {
    assert!(!rule("replace", None).renames());
    assert!(!rule("replace", Some("(.*)")).renames());
    assert!(!rule("replace", Some("(.+)")).renames());
    for changed in [
        rule("replace", Some("(a)")),
        rule("hashmod", None),
        rule("lowercase", None),
        rule("uppercase", None),
        Rule { sources: Some(vec!["job".to_owned()]), ..rule("replace", None) },
        Rule { sources: None, ..rule("replace", None) },
        Rule { replacement: Some("x$1".to_owned()), ..rule("replace", None) },
        Rule { replacement: None, ..rule("replace", None) },
        Rule { pattern: None, ..rule("replace", None) },
        // A target that cannot be told may be the name.
        Rule { target: None, ..rule("lowercase", None) },
        Rule { replacement: Some(NAME.to_owned()), ..rule("labelmap", Some("a")) },
        Rule { replacement: None, ..rule("labelmap", Some("a")) },
    ] {
        assert!(changed.renames(), "{} {:?}", changed.action, changed.regex);
    }
    for same in [
        Rule { target: Some("job".to_owned()), ..rule("lowercase", None) },
        Rule { replacement: Some("x_$1".to_owned()), ..rule("labelmap", Some("a")) },
        rule("keep", Some("a")),
    ] {
        assert!(!same.renames(), "{} {:?}", same.action, same.regex);
    }
}

#[test]
fn a_filter_that_lists_no_name_of_a_metric_keeps_nothing() {
    assert!(rule("keep", Some("9a|8b")).keeps_nothing());
    for other in [
        rule("keep", Some("9a|up")),
        rule("keep", Some("9a.*")),
        rule("drop", Some("9a|8b")),
        Rule { sources: Some(vec!["job".to_owned()]), ..rule("keep", Some("9a|8b")) },
        Rule { sources: None, ..rule("keep", Some("9a|8b")) },
        Rule { sources: Some(vec![NAME.to_owned(), "job".to_owned()]), ..rule("keep", Some("9a|8b")) },
    ] {
        assert!(!other.keeps_nothing(), "{} {:?} {:?}", other.action, other.regex, other.sources);
    }
}

#[test]
fn alternatives_are_told_of_plain_patterns_and_words_of_all() {
    for (pattern, tokens, words) in [
        ("up|node:load_1|9a", Some(vec!["up", "node:load_1", "9a"]), vec!["up", "node:load_1"]),
        ("up", Some(vec!["up"]), vec!["up"]),
        ("up|kube_.*|down", None, vec!["up", "down"]),
        // What stands in brackets is no alternative of the whole.
        ("a|(b|c|e)|d", None, vec!["a", "d"]),
        ("a|[b|c|e]|d", None, vec!["a", "d"]),
    ] {
        let rule = rule("keep", Some(pattern));
        assert_eq!(rule.tokens(), tokens, "{pattern}");
        assert_eq!(rule.words(), words, "{pattern}");
    }
    assert_eq!(rule("keep", None).tokens(), None);
    assert_eq!(rule("keep", None).words(), Vec::<&str>::new());
}
