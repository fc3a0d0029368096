use super::*;

/// The zone of a destination, and whatever stands for another in the words of its reason.
fn zone(destination: &Destination) -> Zone {
    let surroundings =
        Surroundings { control_room: Some("cr.example.com".to_owned()), ..Surroundings::default() };
    Way::default().to(destination, Syntax::Url, &surroundings, Some("alloy"))
}

fn one_of(texts: &[&str]) -> Zone {
    zone(&Destination::OneOf(texts.iter().map(|text| (*text).to_owned()).collect()))
}

fn unknown(reason: &str) -> Zone {
    Zone::Unknown { reason: reason.to_owned() }
}

#[test]
fn one_of_several_destinations_is_known_where_all_are_of_one_zone() {
    assert_eq!(one_of(&["http://a.example.org/", "http://b.example.org/"]), Zone::External);
    assert_eq!(one_of(&["http://mimir.cr.example.com/", "http://cr.example.com/"]), Zone::ControlRoom);
    assert_eq!(one_of(&[]), unknown("it has no destination"));
    let reason =
        "it is one of several destinations, among them http://me:(secret)@b.example.org/, which is external";
    let (home, room, away) = ("http://localhost/", "http://cr.example.com/", "http://me:word@b.example.org/");
    // The worst is told, wherever it stands.
    for texts in [[home, room, away], [away, room, home], [room, away, home]] {
        assert_eq!(one_of(&texts), unknown(reason), "{texts:?}");
    }
    let reason =
        "it is one of several destinations, among them http://cr.example.com/, which is control-room";
    assert_eq!(one_of(&[home, room]), unknown(reason));
    assert_eq!(one_of(&[room, home]), unknown(reason));
}

#[test]
fn a_secret_is_placed_and_not_told() {
    let secret = |text: &str| zone(&Destination::Secret(text.to_owned()));
    assert_eq!(secret("http://logs.example.org/"), Zone::External);
    assert_eq!(secret("no scheme"), unknown("the destination is a secret that cannot be placed"));
    assert_eq!(zone(&Destination::Unknown("nobody knows".to_owned())), unknown("nobody knows"));
}
