//! Ports: where data of others comes in, and who may send it.

use super::*;
use crate::flow::Listener;
use crate::flow::listener_subjects;
use crate::model::Exposure;

/// The ports of a program as `component host:port guarded`.
fn ports(text: &str) -> Vec<String> {
    let case = analyse_text(text);
    let one = |listener: &Listener| {
        let (host, port) = (listener.host.clone().unwrap(), listener.port.map(|port| port.to_string()));
        let guarded = if listener.guarded { " guarded" } else { "" };
        format!("{} {host}:{}{guarded}", case.id(listener.component), port.unwrap_or_default())
    };
    case.flow.listeners.iter().map(one).collect()
}

#[test]
fn ports_are_those_that_are_open_and_take_data() {
    // The port for gRPC of such a server takes none.
    assert_eq!(ports("loki.source.api \"a\" { forward_to = [] }\n"), ["loki.source.api.a 0.0.0.0:8080"]);
    let one_of_two = "otelcol.receiver.otlp \"o\" {\n  grpc { }\n  output { }\n}\n";
    assert_eq!(ports(one_of_two), ["otelcol.receiver.otlp.o 0.0.0.0:4317"]);
}

#[test]
fn a_key_guards_a_port_unless_it_is_empty() {
    let keyed = |argument: &str| {
        ports(&format!(
            "faro.receiver \"f\" {{\n  server {{\n    listen_address = \"0.0.0.0\"\n    {argument}\n  }}\n  output {{ }}\n}}\n"
        ))
    };
    for argument in ["", "api_key = null", "api_key = \"\"", "api_key = convert.nonsensitive(\"\")"] {
        assert_eq!(keyed(argument), ["faro.receiver.f 0.0.0.0:12347"], "{argument}");
    }
    for argument in ["api_key = \"key\"", "api_key = sys.env(\"UNSET\")", "api_key = local.file.k.content"] {
        assert_eq!(keyed(argument), ["faro.receiver.f 0.0.0.0:12347 guarded"], "{argument}");
    }
}

#[test]
fn certificates_of_clients_guard_the_port_whose_block_asks_for_them() {
    let two = |grpc: &str, http: &str| {
        ports(&format!(
            "otelcol.receiver.otlp \"o\" {{\n  grpc {{ {grpc} }}\n  http {{ {http} }}\n  output {{ }}\n}}\n"
        ))
    };
    let tls = |argument: &str| format!("\n    tls {{\n      {argument}\n    }}\n  ");
    let (grpc, http) = ("otelcol.receiver.otlp.o 0.0.0.0:4317", "otelcol.receiver.otlp.o 0.0.0.0:4318");
    assert_eq!(two("", ""), [grpc, http]);
    assert_eq!(two(&tls("cert_file = \"/c\""), ""), [grpc, http]);
    assert_eq!(two(&tls("client_ca_file = \"/ca\""), ""), [format!("{grpc} guarded"), http.to_owned()]);
    assert_eq!(two("", &tls("client_ca_file = \"/ca\"")), [grpc.to_owned(), format!("{http} guarded")]);
}

#[test]
fn ports_are_told_apart_and_an_address_that_is_not_known_says_why() {
    let case = analyse_text(
        r#"
loki.source.syslog "s" {
  listener { address = "127.0.0.1:601" }
  listener { address = sys.env("ADDRESS") }
  forward_to = [loki.echo.e.receiver]
}
loki.echo "e" { }
"#,
    );
    let found = listener_subjects(&case.flow, &Exposure::default());
    let keys: Vec<_> = found.iter().map(|subject| subject.key.as_str()).collect();
    assert_eq!(keys, ["loki.source.syslog.s port 1", "loki.source.syslog.s port 2"]);
    assert_eq!((text(&found[0], "address"), text(&found[0], "from")), ("127.0.0.1:601".into(), "pod".into()));
    assert_eq!(
        text(&found[1], "address"),
        "unknown: the environment variable ADDRESS is not set in the input"
    );
    assert_eq!(text(&found[1], "from"), "unknown");
    assert_eq!(case.slice(fact(&found[1], "address").place.unwrap()), "sys.env(\"ADDRESS\")");
}

#[test]
fn a_port_that_is_not_known_may_be_the_one() {
    let case = analyse_text(
        "otelcol.receiver.otlp \"o\" {\n  grpc { endpoint = \"0.0.0.0:4317\" }\n  output { }\n}\n",
    );
    let known = &case.flow.listeners[0];
    let unknown = Listener { port: None, ..known.clone() };
    let takes = |listener: &Listener, port: Option<u16>| listener.takes(port, Signals::OTEL_LOGS);
    assert!(takes(known, Some(4317)) && takes(known, None) && !takes(known, Some(4318)));
    assert!(takes(&unknown, Some(4318)) && takes(&unknown, None));
}
