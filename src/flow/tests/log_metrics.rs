//! Metrics that are made of logs: of which entries their labels are, and whether they leave with the collector's own.

use super::*;
use crate::flow::types::LogMetric;

/// Components that count entries: `component labels leaves`.
fn counted(case: &Case) -> Vec<String> {
    let line = |metric: &LogMetric| {
        let labels: Vec<&str> = metric.labels.iter().map(|(name, _)| name.as_str()).collect();
        format!("{} [{}] {}", case.id(metric.component), labels.join(" "), metric.leaves)
    };
    case.flow.log_metrics.iter().map(line).collect()
}

/// A program that counts entries on its own page, and a scrape of `targets`.
fn counting(targets: &str) -> Case {
    analyse_text(&format!(
        r#"{LOCAL}
prometheus.scrape "own" {{
  targets    = {targets}
  forward_to = [prometheus.remote_write.control_room.receiver]
}}
loki.source.journal "j" {{
  forward_to = [loki.process.first.receiver]
}}
loki.process "first" {{
  forward_to = [loki.process.second.receiver]
  stage.labels {{
    values = {{ user = "" }}
  }}
}}
loki.process "second" {{
  forward_to = [loki.process.count.receiver]
  stage.labels {{
    values = {{ path = "" }}
  }}
}}
loki.process "count" {{
  forward_to = [loki.write.local.receiver]
  stage.metrics {{
    metric.counter {{
      name   = "entries_total"
      action = "inc"
    }}
  }}
}}
loki.process "behind" {{
  forward_to = []
  stage.labels {{
    values = {{ other = "" }}
  }}
}}
"#
    ))
}

#[test]
fn the_collectors_own_page_is_known_by_its_address() {
    for (targets, leaves) in [
        ("[{__address__ = \"127.0.0.1:12345\"}]", true),
        ("[{__address__ = \"localhost:12345\"}]", true),
        ("[{__address__ = \"connect.posit-team.svc:3939\"}]", false),
        ("[]", false),
    ] {
        let told = format!("loki.process.count [user path] {leaves}");
        assert_eq!(counted(&counting(targets)), [told], "{targets}");
    }
}
