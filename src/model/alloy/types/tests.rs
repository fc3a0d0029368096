//! Faults of programs: each kind at its place, and none where nothing is wrong.

mod corpus;
mod generated;
mod modules;

use std::sync::Arc;

use super::*;
use crate::document::DocId;
use crate::document::alloy;
use crate::document::alloy::File;
use crate::model::alloy::Computed;
use crate::model::alloy::Environment;
use crate::model::alloy::ProgramOnly;

const DOC: DocId = DocId { file: 0, index: 0 };

/// The faults of a program that sees nothing else.
fn faults_of(files: &[(DocId, &File)], running: &Running) -> Vec<Fault> {
    let computed = Computed::default();
    let inputs = ProgramOnly(&computed);
    faults(&Program::new(files.to_vec(), Environment::default(), &inputs), running)
}

/// The faults of a text, each as `kind line:column 'text' message; help`.
fn told(text: &str, running: &Running) -> Vec<String> {
    let file = alloy::parse(Arc::from(text));
    assert!(file.errors.is_empty(), "{:?} in\n{text}", file.errors);
    let faults = faults_of(&[(DOC, &file)], running);
    let show = |fault: &Fault| {
        let start = fault.place.span.start as usize;
        let before = &text[..start];
        let line = before.matches('\n').count() + 1;
        let column = start - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        let part = file.str(fault.place.span);
        format!("{} {line}:{column} `{part}` {}; {}", fault.kind.name(), fault.message, fault.help)
    };
    faults.iter().map(show).collect()
}

/// The faults of a text for a process of which nothing is known.
fn plain(text: &str) -> Vec<String> {
    told(text, &Running::default())
}

fn running(version: &str) -> Running {
    Running { version: Version::parse(version), ..Running::default() }
}

#[test]
fn a_typo_in_a_required_name_is_told_once() {
    assert_eq!(
        plain("loki.write \"w\" {\n  endpoint {\n    ulr = \"http://a\"\n  }\n}\n"),
        ["unknown-argument 3:5 `ulr` unrecognized attribute name \"ulr\"; did you mean `url`?"]
    );
}

#[test]
fn a_module_sees_its_own_nodes_and_the_modules_around_it() {
    let text = "declare \"outer\" {
  argument \"sink\" { }
  declare \"inner\" {
    loki.write \"w\" { }
    export \"receiver\" {
      value = loki.write.w.receiver
    }
  }
  inner \"a\" { }
  sibling \"b\" { }
  loki.relabel \"r\" {
    forward_to = [argument.sink.value, inner.a.receiver, sibling.b.receiver, loki.write.top.receiver]
  }
}
declare \"sibling\" {
  export \"receiver\" {
    value = argument.sink.value
  }
}
loki.write \"top\" { }
";
    let lost = |chain: &str| format!("component \"{chain}\" does not exist or is out of scope; ");
    assert_eq!(
        plain(text),
        [
            format!(
                "unknown-reference 12:78 `loki.write.top.receiver` {}declare it, or remove the reference",
                lost("loki.write.top.receiver")
            ),
            format!(
                "unknown-reference 17:13 `argument.sink.value` {}declare it, or remove the reference",
                lost("argument.sink.value")
            ),
        ]
    );
}

#[test]
fn an_export_of_a_module_keeps_the_type_of_what_it_hands_on() {
    let text = "declare \"logs\" {
  loki.write \"w\" { }
  export \"sink\" {
    value = loki.write.w.receiver
  }
}
logs \"a\" { }
prometheus.scrape \"s\" {
  targets    = []
  forward_to = [logs.a.sink]
}
loki.relabel \"r\" {
  forward_to = array.concat([logs.a.sink], [logs.a.sinks])
}
";
    assert_eq!(
        plain(text),
        [
            "wrong-receiver 10:17 `logs.a.sink` `logs.a.sink` is a receiver of logs, and `forward_to` takes a receiver of metrics; name a component that takes this kind of data, with a converter between if there is one",
            "unknown-export 13:52 `sinks` field \"sinks\" does not exist: `logs.a` does not export it; did you mean `sink`?",
        ]
    );
}

#[test]
fn a_template_sees_its_item_and_what_is_around_it() {
    let text = "loki.write \"w\" { }
foreach \"f\" {
  collection = encoding.from_json(sys.env(\"ITEMS\"))
  var        = \"item\"
  template {
    loki.relabel \"r\" {
      forward_to = [loki.write.w.receiver]
      rule {
        target_label = item[\"name\"]
        replacement  = itme
        action       = item
      }
    }
    declare \"m\" {
      local.file \"f\" {
        filename = item
      }
    }
    m \"m\" { }
  }
}
";
    let found = plain(text);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].starts_with("unknown-reference 10:24 `itme` "), "{found:#?}");
    assert!(found[1].starts_with("unknown-reference 16:20 `item` "), "{found:#?}");
}

#[test]
fn what_is_known_only_at_run_time_is_no_fault() {
    let text = "remote.http \"h\" {
  url = sys.env(\"URL\")
}
local.file \"f\" {
  filename = module_path + \"/a\"
}
discovery.kubernetes \"k\" {
  role = sys.env(\"ROLE\")
}
prometheus.scrape \"s\" {
  targets         = array.concat(discovery.kubernetes.k.targets, encoding.from_json(local.file.f.content))
  forward_to      = [acme.sink.out.receiver]
  scrape_interval = encoding.from_yaml(remote.http.h.content)[\"interval\"]
  params          = {a = [local.file.f.content]}
  bearer_token    = local.file.f.content
}
import.http \"acme\" {
  url = \"http://a\"
}
acme.sink \"out\" {
  anything = remote.http.h
  block { }
}
";
    assert_eq!(plain(text), [""; 0]);
}

#[test]
fn a_declared_name_hides_built_in_components() {
    assert_eq!(
        plain("declare \"loki\" { }\nloki.write \"w\" { }\n"),
        [
            "unknown-component 2:1 `loki.write \"w\"` cannot find the definition of component name \"loki.write\"; `loki` is declared in this program, which hides all components that begin with it: rename the `declare`"
        ]
    );
    assert_eq!(plain("import.file \"loki\" {\n  filename = \"a\"\n}\nloki.write \"w\" { }\n"), [""; 0]);
}

#[test]
fn secrets_are_not_shown_in_messages() {
    let text = "loki.write \"w\" {
  endpoint {
    url = \"http://a\"
    basic_auth {
      password = [\"hush\"]
    }
    headers = {\"Authorization\" = [\"hush\"]}
    oauth2 {
      client_secret = \"hush\" + 1
    }
  }
  external_labels = {\"db_password\" = [\"hush\"], ok = \"a\"}
  max_streams     = {password = \"hush\"}
}
local.file \"f\" {
  filename = string.to_upper({token = \"hush\"})
}
loki.write \"v\" {
  max_streams = [{authorization = \"hush\"}]
}
";
    let found = plain(text);
    assert_eq!(found.len(), 8, "{found:#?}");
    for line in found {
        // The place is the text itself, which reports cover.
        let message = line.rsplit("` ").next().unwrap();
        assert!(!message.contains("hush"), "{line}");
    }
}

#[test]
fn a_version_has_what_it_had_and_no_more() {
    let text = "otelcol.exporter.faro \"f\" {
  client {
    endpoint = \"http://a\"
  }
}
discovery.kubernetes \"k\" {
  role = \"pod\"
}
";
    let found = told(text, &running("1.5.1"));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0].starts_with(
            "not-yet 1:1 `otelcol.exporter.faro \"f\"` `otelcol.exporter.faro` came with Alloy 1."
        ),
        "{found:#?}"
    );
    assert!(found[0].contains("and the collector runs 1.5.1"), "{found:#?}");
    assert_eq!(told(text, &running("1.18.1")), [""; 0]);
    assert_eq!(plain(text), [""; 0]);
}

#[test]
fn a_program_with_syntax_errors_is_not_checked() {
    let file = alloy::parse(Arc::from("loki.wriet \"w\" { }\nloki.write \"w\" {\n"));
    assert!(!file.errors.is_empty());
    assert_eq!(faults_of(&[(DOC, &file)], &Running::default()), []);
}

#[test]
fn what_a_chart_fills_in_is_not_held_against_the_text() {
    let text = "logging {\n  level = \"{{ .Values.level }}\"\n}\nprometheus.scrape \"s\" {\n  targets = []\n  forward_to = []\n  scrape_interval = \"{{ .Values.interval }}\"\n}\n";
    assert_eq!(plain(text).len(), 2);
    assert_eq!(told(text, &Running { templated: true, ..Running::default() }), [""; 0]);
}

#[test]
fn files_of_one_program_share_a_scope() {
    let one = alloy::parse(Arc::from("loki.relabel \"r\" {\n  forward_to = [loki.write.w.receiver]\n}\n"));
    let two = alloy::parse(Arc::from("loki.write \"w\" { }\n"));
    let other = DocId { file: 1, index: 0 };
    assert_eq!(faults_of(&[(DOC, &one), (other, &two)], &Running::default()), []);
    assert_eq!(faults_of(&[(DOC, &one)], &Running::default()).len(), 1);
}

#[test]
fn thousands_of_components_and_faults_take_time_in_proportion() {
    let program = |count: usize| {
        use std::fmt::Write as _;
        let mut text = String::new();
        for index in 0..count {
            let next = index + 1;
            let _ = write!(
                text,
                "loki.process \"p{index}\" {{\n  forward_to = [loki.process.p{next}.receiver, loki.write.nowhere{index}.receiver]\n  stage.labels {{\n    values = {{a = \"\"}}\n  }}\n  zzz_{index} = 1\n}}\n"
            );
        }
        text + &format!("loki.process \"p{count}\" {{\n  forward_to = [loki.process.p0.receiver]\n}}\n")
    };
    let file = alloy::parse(program(20_000).into());
    let faults = faults_of(&[(DOC, &file)], &Running::default());
    // Two for each component, and one circle of all. What is not linear here takes minutes.
    assert_eq!(faults.len(), 40_001);
}

#[test]
fn a_module_that_holds_itself_is_a_circle() {
    let text = "declare \"a\" {
  declare \"inner\" {
    b \"x\" { }
  }
  inner { }
}
declare \"b\" {
  foreach \"f\" {
    collection = []
    var        = \"v\"
    template {
      a \"y\" { }
    }
  }
}
declare \"c\" {
  c { }
}
declare \"d\" {
  declare \"d\" { }
  d { }
}
a \"top\" { }
";
    let found = plain(text);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].starts_with("cycle 3:5 `b \"x\"` cycle: declare.a, declare.b;"), "{found:#?}");
    assert!(found[1].starts_with("cycle 17:3 `c` self reference: declare.c;"), "{found:#?}");
}
