//! Tests of what running stores are asked for: defaults as they print them, versions.

use super::*;
use crate::model::store::effective::Layer;
use crate::model::store::options::table;
use crate::text::units::duration_seconds;

/// A default as the stores print it: durations and sizes in the forms of Go's libraries, what is empty as null.
fn printed(kind: &str, default: &Fact) -> Fact {
    let value = match (&default.value, kind) {
        (FactValue::Text(text), "go_duration") => match duration_seconds(text) {
            Some(seconds) if seconds >= 60.0 && seconds.fract() == 0.0 => {
                #[expect(clippy::cast_possible_truncation, reason = "whole seconds")]
                let seconds = seconds as i64;
                let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
                let hours = if hours > 0 { format!("{hours}h") } else { String::new() };
                format!("{hours}{minutes}m{}s", seconds % 60).into()
            }
            _ => default.value.clone(),
        },
        (FactValue::Text(text), "prom_duration") => match duration_seconds(text) {
            Some(seconds) if seconds > 0.0 && seconds % 604_800.0 == 0.0 => {
                format!("{}w", seconds / 604_800.0).into()
            }
            Some(seconds) if seconds > 0.0 && seconds % 86_400.0 == 0.0 => {
                format!("{}d", seconds / 86_400.0).into()
            }
            _ => default.value.clone(),
        },
        (FactValue::Int(bytes), "bytesize") => {
            let power = (1..5).rev().find(|power| *bytes >= 1_i64 << (10 * power)).unwrap_or(0);
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let number = *bytes as f64 / (1_i64 << (10 * power)) as f64;
            let unit = ["B", "KB", "MB", "GB", "TB"][power];
            if number < 10.0 && power > 0 {
                format!("{number:.1} {unit}").into()
            } else {
                format!("{number:.0}{unit}").into()
            }
        }
        (FactValue::Text(text), "url" | "csv") if text.is_empty() => FactValue::Null,
        (FactValue::List(items), _) if items.is_empty() => FactValue::Null,
        (value, _) => value.clone(),
    };
    Fact::bare(value)
}

#[test]
fn no_default_differs_from_itself_as_the_stores_print_it() {
    for store in Store::ALL {
        let options = table(store);
        let mut compared = 0;
        for version in &options.versions {
            let layers: Vec<Layer<'_>> = Vec::new();
            let effective = Effective { store, options, version: *version, layers, variables: None };
            for (path, spec) in options.below("").filter(|(path, spec)| is_compared(path, spec, *version)) {
                let kind = spec.type_in(*version);
                let default = effective.default_of(spec);
                let answer = same(store, kind, &default, &printed(kind, &default));
                assert_ne!(answer, Some(false), "{store:?} {version} {path}: {default:?}");
                compared += usize::from(answer == Some(true));
            }
        }
        assert!(compared > 10_000, "{store:?}: only {compared}");
    }
}

#[test]
fn options_whose_defaults_count_are_options() {
    for store in Store::ALL {
        let counted = table(store).paths().filter(|path| default_counts(store, path)).count();
        assert!(counted > 50, "{store:?}: {counted}");
    }
    assert!(default_counts(Store::Mimir, "limits.ingestion_rate"));
    assert!(!default_counts(Store::Mimir, "limits_of_others"));
    assert!(!default_counts(Store::Loki, "limits.ingestion_rate"));
}

#[test]
fn versions_are_the_same_as_far_as_both_go() {
    let same = |one, two| number(one).zip(number(two)).map(|(one, two)| is_same_number(&one, &two));
    assert_eq!(same("v3.0.2-distroless", "3.0.2"), Some(true));
    assert_eq!(same("3.0", "3.0.2"), Some(true));
    assert_eq!(same("3.0.1", "3.0.2"), Some(false));
    assert_eq!(same("latest", "3.0.2"), None);
    assert_eq!(same("3.0.2", "main-a1b2"), None);
}
