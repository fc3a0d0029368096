use super::*;

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn unknown(reason: &str) -> Vec<Destination> {
    vec![Destination::Unknown(reason.to_owned())]
}

#[test]
fn each_kind_of_value_names_destinations_in_its_own_way() {
    let one = |text: &str| vec![Destination::Text(text.to_owned())];
    let secret = |text: &str| vec![Destination::Secret(text.to_owned())];
    for (value, expected) in [
        (Value::Null, Vec::new()),
        (text("http://a"), one("http://a")),
        (Value::OptionalSecret { text: "http://a".into(), secret: false }, one("http://a")),
        (Value::OptionalSecret { text: "http://a".into(), secret: true }, secret("http://a")),
        (Value::Secret("http://a".into()), secret("http://a")),
        (Value::Bytes(b"http://a"[..].into()), one("http://a")),
        (Value::Bool(true), one("true")),
        (Value::Int(7), one("7")),
        (Value::Float(0.5), unknown("it is not a text")),
        (Value::Unknown("nobody knows".into()), unknown("nobody knows")),
        (
            Value::OneOf(vec![text("a"), text("b")]),
            vec![Destination::OneOf(vec!["a".to_owned(), "b".to_owned()])],
        ),
        (Value::OneOf(vec![text("a"), Value::Unknown("nobody knows".into())]), unknown("nobody knows")),
        (
            Value::OneOf(vec![text("a"), Value::Null]),
            unknown("it may be left out, and then another one counts"),
        ),
        (Value::OneOf(vec![text("a"), Value::Int(1)]), unknown("it is one of several values")),
        (Value::Array(Vec::new()), Vec::new()),
        (
            Value::Array(vec![
                text("a"),
                Value::Null,
                Value::Secret("b".into()),
                Value::Array(vec![text("c")]),
            ]),
            [one("a"), secret("b"), unknown("it is a list in a list")].concat(),
        ),
    ] {
        assert_eq!(destinations(value.clone()), expected, "{value:?}");
    }
}

#[test]
fn words_for_people_hold_no_secrets() {
    for (destination, expected) in [
        (Destination::Text("http://me:word@a/".to_owned()), "http://me:(secret)@a/"),
        (Destination::Secret("http://a/".to_owned()), "(secret)"),
        (
            Destination::OneOf(vec!["a".to_owned(), "http://me:word@b/".to_owned()]),
            "a or http://me:(secret)@b/",
        ),
        (Destination::Unknown("nobody knows".to_owned()), "nobody knows"),
    ] {
        assert_eq!(words(&destination), expected);
    }
}
