//! The configurations that the platform's producer makes, where they are at hand.

use super::*;
use crate::tests::PROGRAMS;
use crate::tests::shared;

/// The text of a case's program; `None`, with a line that says so, where the samples are not there.
fn sample(case: &str) -> Option<String> {
    shared(&format!("corpus/ptd/{case}/alloy/config.alloy"))
}

#[test]
fn default_workload_keeps_its_logs_and_writes_metrics_twice() {
    let Some(program) = sample("aws-default") else { return };
    let case = analyse_text(&program);
    assert!(case.opaque().is_empty(), "{:?}", case.opaque());
    assert_eq!(
        case.log_exits(),
        ["loki.write.local workload http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push"]
    );
    assert_eq!(
        case.sources_of(case.exit("loki.write.local")),
        ["faro.receiver.frontend", "loki.source.kubernetes.karpenter", "loki.source.kubernetes.pods"]
    );
    let paths = case.subjects("metric_path");
    assert_eq!(paths.len(), 6);
    for path in &paths {
        assert_eq!(text(path, "complete"), "true", "{}", path.key);
        assert_eq!(text(path, "local_filtered"), "false", "{}", path.key);
    }
    let writer = case.subject(
        "metric_writer",
        "prometheus.remote_write.control_room telemetry to https://mimir.cr.example.com/api/v1/push",
    );
    assert_eq!(text(&writer, "zone"), "control-room");
    assert_eq!(text(&writer, "password_file"), "/etc/mimir/password");
    assert_eq!(text(&writer, "headers.X-Scope-OrgID"), "111122223333");
}

#[test]
fn filter_of_the_producer_stands_on_the_control_room_path_alone() {
    let Some(program) = sample("aws-filtered-metrics") else { return };
    let case = analyse_text(&program);
    let filters = case.subjects("metric_filter");
    assert_eq!(filters.len(), 1);
    assert_eq!(text(&filters[0], "action"), "keep");
    assert_eq!(text(&filters[0], "cuts_local"), "false");
    assert_eq!(text(&filters[0], "on_control_room"), "true");
}

#[test]
fn every_sample_is_understood() {
    for name in PROGRAMS {
        let Some(program) = sample(name) else { return };
        let case = analyse_text(&program);
        assert!(case.opaque().is_empty(), "{name}: {:?}", case.flow.opaque);
        let summary = &case.flow.summary;
        assert!(summary.log_sources > 0 && summary.metric_sources > 0, "{name}: {summary:?}");
        assert_eq!(summary.log_exits, summary.log_exits_inside, "{name}: {:?}", case.log_exits());
        for path in case.subjects("metric_path") {
            assert_eq!(text(&path, "reaches_local"), "true", "{name} {}", path.key);
            let wanted = if name.contains("no-control-room") { "false" } else { "true" };
            assert_eq!(text(&path, "reaches_control_room"), wanted, "{name} {}", path.key);
        }
    }
}
