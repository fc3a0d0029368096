//! What alerts ask of exporters and scrapes, and where it cannot be told whether they get it.

use super::*;
use crate::model::queries::Needs;
use crate::model::queries::alert_for_tests;

/// The subjects of a kind that an alert makes of a program.
fn asked_of(program: &str, kind: &str, query: &str) -> Vec<Subject> {
    let place = Place { doc: DocId { file: 1, index: 0 }, span: crate::text::Span::new(0, 1) };
    let alert = alert_for_tests("a", query, place);
    let found = asked(&[analyse_text(program).flow], &Needs::of(std::iter::once(&alert)));
    found.into_iter().filter(|subject| subject.kind == kind).collect()
}

/// What alerts miss of the only family of an exporter; nothing where the family is not known.
fn missing(program: &str, query: &str) -> Option<String> {
    let found = asked_of(program, "cloud_exporter", query);
    assert!(found.len() < 2, "{found:?}");
    found.first().map(|subject| text(subject, "missing_count"))
}

#[test]
fn a_metric_of_azure_is_missing_only_where_all_that_is_asked_for_is_known() {
    for (arguments, expected) in [
        ("metrics = [\"ServiceApiHit\"]", Some("1")),
        ("metrics = [\"Availability\"]", Some("0")),
        ("metrics = [\"Availability\"]\n  metric_aggregations = [\"total\"]", Some("1")),
        ("metrics = [\"Availability\"]\n  metric_aggregations = [\"total\", \"average\"]", Some("0")),
        // All that a subscription has, or what nobody knows.
        ("", Some("0")),
        ("metrics = sys.env(\"METRICS\")", Some("0")),
        ("metrics = [\"ServiceApiHit\", sys.env(\"METRIC\")]", Some("0")),
        ("metrics = [\"Availability\"]\n  metric_aggregations = [\"total\", sys.env(\"MORE\")]", Some("0")),
        // Names of one's own are not known here.
        ("metrics = [\"ServiceApiHit\"]\n  metric_name_template = \"vault_{metric}\"", None),
        ("metrics = [\"ServiceApiHit\"]\n  metric_name_template = null", Some("1")),
    ] {
        let program = format!(
            "prometheus.exporter.azure \"vaults\" {{\n  resource_type = \"Microsoft.KeyVault/vaults\"\n  {arguments}\n}}\n"
        );
        let found = missing(&program, "azure_microsoft_keyvault_vaults_availability_average_percent < 99");
        assert_eq!(found.as_deref(), expected, "{arguments}");
    }
}

#[test]
fn a_metric_of_aws_is_missing_only_where_its_statistics_are_written() {
    for (statistics, expected) in [
        ("statistics = [\"Maximum\"]", "1"),
        ("statistics = [\"Maximum\", \"Average\"]", "0"),
        ("statistics = [\"Maximum\", sys.env(\"MORE\")]", "0"),
        ("statistics = []", "0"),
        ("", "0"),
    ] {
        let program = format!(
            "prometheus.exporter.cloudwatch \"c\" {{\n  discovery {{\n    type = \"AWS/RDS\"\n    metric {{\n      name = \"CPUUtilization\"\n      {statistics}\n    }}\n  }}\n}}\n"
        );
        let found = missing(&program, "aws_rds_cpuutilization_average > 90");
        assert_eq!(found.as_deref(), Some(expected), "{statistics}");
    }
}

#[test]
fn a_scrape_that_alerts_select_is_missed_only_where_something_is_scraped() {
    let jobs = |program: &str| -> Vec<(String, String)> {
        let found = asked_of(program, "alerted_job", "up{job=\"prometheus.scrape.wanted\"} == 0");
        found.iter().map(|subject| (text(subject, "job"), text(subject, "scraped"))).collect()
    };
    let one = |scraped: &str| vec![("prometheus.scrape.wanted".to_owned(), scraped.to_owned())];
    let scrape =
        |label: &str| format!("prometheus.scrape \"{label}\" {{\n  targets = []\n  forward_to = []\n}}\n");
    assert_eq!(jobs(&scrape("wanted")), one("true"));
    assert_eq!(jobs(&scrape("other")), one("false"));
    // A collector of logs alone: whoever scrapes is not in the input.
    assert_eq!(jobs("loki.source.journal \"j\" { forward_to = [] }\n"), []);
}
