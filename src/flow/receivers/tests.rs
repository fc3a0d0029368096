use super::*;
use crate::document::DocId;
use crate::text::Span;

fn capsule(node: &str) -> Value {
    Value::Capsule(Capsule { node: node.into(), export: "receiver".into() })
}

/// What a value names, to that depth of lists.
fn found(value: Value, depth: u32) -> Vec<String> {
    let place = Place { doc: DocId { file: 0, index: 0 }, span: Span::default() };
    let mut found = Vec::new();
    flatten(value, place, depth, &mut found);
    let told = |one: Receiver| match one.target {
        Ok(capsule) => format!("{}.{}", capsule.node, capsule.export),
        Err(reason) => reason,
    };
    found.into_iter().map(told).collect()
}

#[test]
fn each_value_names_its_receivers_or_says_why_it_does_not() {
    let several = |names: &str| {
        format!("it is one of several receivers{names}, and which one is known only at run time")
    };
    for (value, expected) in [
        (Value::Null, vec![]),
        (capsule("a"), vec!["a.receiver".to_owned()]),
        (Value::Int(1), vec!["it is not a receiver".to_owned()]),
        (Value::Unknown("nobody knows".into()), vec!["nobody knows".to_owned()]),
        (
            Value::OneOf(vec![capsule("a"), Value::Null, capsule("b")]),
            vec![several(" (a.receiver, b.receiver)")],
        ),
        (Value::OneOf(vec![Value::Null, Value::Int(1)]), vec![several("")]),
        (
            Value::Array(vec![capsule("a"), Value::Array(vec![capsule("b"), Value::Null]), Value::Int(1)]),
            vec!["a.receiver".to_owned(), "b.receiver".to_owned(), "it is not a receiver".to_owned()],
        ),
    ] {
        assert_eq!(found(value.clone(), 2), expected, "{value:?}");
    }
}

#[test]
fn lists_in_lists_are_followed_to_a_depth() {
    let mut nested = capsule("a");
    for _ in 0..3 {
        nested = Value::Array(vec![nested]);
    }
    assert_eq!(found(nested.clone(), 3), ["a.receiver"]);
    assert_eq!(found(nested, 2), ["it is not a receiver"]);
}
