//! The ways between components, as pictures show them.

use super::*;
use crate::flow::leading_to;
use crate::flow::unfollowed;
use crate::flow::ways;

const FORK: &str = r#"
loki.source.journal "j" { forward_to = [loki.process.p.receiver] }
loki.process "p" { forward_to = [loki.write.a.receiver, loki.write.b.receiver] }
loki.write "a" {
  endpoint { url = "https://a.example.net/push" }
}
loki.write "b" {
  endpoint { url = "https://b.example.net/push" }
}
loki.process "idle" { forward_to = [loki.write.b.receiver] }
"#;

#[test]
fn each_way_tells_whether_something_takes_it_and_where_it_is_written() {
    let case = analyse_text(FORK);
    let told: Vec<_> = ways(&case.flow)
        .iter()
        .map(|way| {
            let places: Vec<_> = way.places.iter().map(|place| case.slice(*place)).collect();
            let (from, to) = (case.id(way.from), case.id(way.to));
            format!("{} {from} -> {to} {} {}", way.family.words(), way.fed, places.join(" "))
        })
        .collect();
    assert_eq!(
        told,
        [
            "logs loki.source.journal.j -> loki.process.p true loki.process.p.receiver",
            "logs loki.process.p -> loki.write.a true loki.write.a.receiver",
            "logs loki.process.p -> loki.write.b true loki.write.b.receiver",
            "logs loki.process.idle -> loki.write.b false loki.write.b.receiver",
        ]
    );
}

#[test]
fn only_what_gets_to_a_way_out_leads_to_it() {
    let case = analyse_text(FORK);
    let exit = case.exit("loki.write.a");
    let led = leading_to(&case.flow, std::iter::once(exit), Signals::LOGS);
    let found: Vec<_> = led.ways.iter().map(|(from, to)| (case.id(*from), case.id(*to))).collect();
    assert_eq!(found, [("loki.source.journal.j", "loki.process.p"), ("loki.process.p", "loki.write.a")]);
    let found: Vec<_> = led.components.iter().map(|index| case.id(*index)).collect();
    assert_eq!(found, ["loki.source.journal.j", "loki.process.p", "loki.write.a"]);
    assert_eq!(leading_to(&case.flow, std::iter::once(exit), Signals::METRICS).ways, [].into());
}

#[test]
fn what_goes_on_to_somewhere_unknown_is_told_with_the_reason() {
    let source = |name: &str, receiver: &str| {
        format!("loki.source.file \"{name}\" {{\n  targets    = []\n  forward_to = [{receiver}]\n}}\n")
    };
    let case = analyse_text(&format!(
        "{FORK}{}{}loki.invented \"x\" {{ }}\n",
        source("f", "loki.invented.x.receiver"),
        source("g", "loki.write.gone.receiver")
    ));
    let told = |(component, signals, reason): &(usize, Signals, usize)| {
        let kind = case.flow.opaque[*reason].kind;
        format!("{} of {}: {kind}", signals.words(), case.id(*component))
    };
    let found: Vec<_> = unfollowed(&case.flow).iter().map(told).collect();
    assert_eq!(
        found,
        ["logs of loki.source.file.g: unresolved-reference", "logs of loki.invented.x: unknown-component"]
    );
}
