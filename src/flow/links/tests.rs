use super::*;

/// All that can be known of two ways.
const KNOWN: [Option<bool>; 3] = [Some(true), Some(false), None];

#[test]
fn one_of_two_ways_is_enough_where_one_may_be_chosen_and_none_may_miss_where_both_count() {
    for one in KNOWN {
        for two in KNOWN {
            let any = match (one, two) {
                (Some(false), Some(false)) => Some(false),
                (Some(true), _) | (_, Some(true)) => Some(true),
                _ => None,
            };
            let all = match (one, two) {
                (Some(true), Some(true)) => Some(true),
                (Some(false), _) | (_, Some(false)) => Some(false),
                _ => None,
            };
            assert_eq!(either(one, two), any, "{one:?} {two:?}");
            let reach = |local, control_room| MetricReach { local, control_room, ..MetricReach::default() };
            let found = both(&reach(one, None), &reach(two, None));
            assert_eq!(found.local, all, "{one:?} {two:?}");
            let found = both(&reach(None, one), &reach(None, two));
            assert_eq!(found.control_room, all, "{one:?} {two:?}");
        }
    }
}

#[test]
fn what_either_way_may_do_is_told_of_both() {
    let nothing = MetricReach::default;
    let external = MetricReach { external: true, ..nothing() };
    let filtered = MetricReach { local_filtered: true, ..nothing() };
    let unknown = |reason: &str| MetricReach { unknown: Some(reason.to_owned()), ..nothing() };
    for (one, two, expected) in [
        (nothing(), nothing(), nothing()),
        (external.clone(), nothing(), external.clone()),
        (nothing(), external.clone(), external),
        (filtered.clone(), nothing(), filtered.clone()),
        (nothing(), filtered.clone(), filtered),
        (unknown("a"), unknown("b"), unknown("a")),
        (nothing(), unknown("b"), unknown("b")),
    ] {
        assert_eq!(both(&one, &two), expected);
    }
}
