use super::*;

#[test]
fn the_family_of_a_name_tells_what_a_component_can_carry() {
    for (name, expected) in [
        ("loki.invented", Signals::LOGS),
        ("prometheus.invented", Signals::METRICS),
        ("mimir.invented.kubernetes", Signals::METRICS),
        ("otelcol.invented", Signals::OTEL.or(Signals::LOGS).or(Signals::METRICS)),
        ("pyroscope.invented", Signals::PROFILES),
        ("discovery.invented", Signals::NONE),
        ("invented.by_nobody", Signals::TELEMETRY),
        ("invented", Signals::TELEMETRY),
    ] {
        assert_eq!(signals_by_name(name), expected, "{name}");
    }
}
