//! Who takes in what a collector sends to its own pod.

use super::*;

const TO_ITS_OWN_POD: &str = r#"
otelcol.receiver.otlp "o" {
  grpc { }
  output { traces = [otelcol.exporter.otlphttp.near.input] }
}
otelcol.exporter.otlphttp "near" {
  client { endpoint = "http://localhost:4319" }
}
"#;

/// The names of what the data arrives at, with these containers in the pod.
fn takers(beside: Vec<Option<Beside>>) -> Vec<String> {
    let surroundings = Surroundings { beside, ..surroundings() };
    let case = analyse_with(TO_ITS_OWN_POD, &surroundings, Environment::default());
    case.exit("otelcol.exporter.otlphttp.near").arrivals.iter().map(|one| one.end.name.clone()).collect()
}

fn pod(ends: Vec<End>) -> Vec<Option<Beside>> {
    vec![Some(Beside { ends, shares_node: false })]
}

fn container(name: &str, port: Option<u16>) -> End {
    let ports = port.map(|port| (name.to_owned(), port)).into_iter().collect();
    End { name: name.to_owned(), what: Taker::Other("proxy".to_owned()), ports }
}

#[test]
fn of_several_containers_the_one_takes_it_that_names_the_port() {
    let collector = || End { name: "alloy".to_owned(), what: Taker::Collector(0), ports: Vec::new() };
    let named = pod(vec![collector(), container("cache", Some(6379)), container("relay", Some(4319))]);
    assert_eq!(takers(named), ["relay"]);
    // It may be any of the others where none does.
    let unnamed = pod(vec![collector(), container("cache", Some(6379)), container("relay", None)]);
    assert_eq!(takers(unnamed), ["cache", "relay"]);
    assert_eq!(takers(pod(vec![collector()])), ["alloy"]);
}

#[test]
fn a_pod_that_the_input_does_not_show_takes_nothing_in() {
    assert_eq!(takers(vec![None]), Vec::<String>::new());
    assert_eq!(takers(Vec::new()), Vec::<String>::new());
}
