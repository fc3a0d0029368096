//! "Did you mean": the nearest of several names.

/// The name nearest to `wrong`, if one is near enough to be meant.
pub(crate) fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let length = wrong.chars().count();
    let limit = (length / 3).max(1);
    names
        .into_iter()
        // Every edit changes the length by one at most: most names need no closer look.
        .filter(|name| name.chars().count().abs_diff(length) <= limit)
        .map(|name| (distance(wrong, name), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

/// Whether a name is another one but for a slip: one letter in a short name, two in a long one, or how letters are joined.
pub(crate) fn is_slip(one: &str, other: &str) -> bool {
    let length = one.chars().count().min(other.chars().count());
    let joined = |text: &str| text.to_lowercase().replace(['_', '-'], "");
    let allowed = match length {
        0..4 => 0,
        4..9 => 1,
        _ => 2,
    };
    joined(one) == joined(other) || distance(one, other) <= allowed
}

/// A help text: the nearest name, or else all of them.
pub(crate) fn suggest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    if let Some(name) = nearest(wrong, names.iter().copied()) {
        return format!("did you mean `{name}`?");
    }
    match names.as_slice() {
        [] => "there are none to choose from".to_owned(),
        [only] => format!("it can be `{only}`"),
        [..] if names.len() <= 24 => format!("it can be one of `{}`", names.join("`, `")),
        _ => format!("there are {} to choose from, such as `{}`", names.len(), names[0]),
    }
}

/// Edits (insert, delete, replace, swap of neighbours) between two short names.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_a_letter_or_two_and_no_other_word() {
        for (one, other) in [
            ("seveirty", "severity"),
            ("ulr_x", "url_x"),
            ("maxShards", "max_shards"),
            ("retension_period", "retention_period"),
        ] {
            assert!(is_slip(one, other), "{one} {other}");
        }
        for (one, other) in [("ulr", "url"), ("read", "rear_x"), ("min_backoff", "max_backoff_x"), ("a", "b")]
        {
            assert!(!is_slip(one, other), "{one} {other}");
        }
    }

    #[test]
    fn finds_the_nearest_name_and_no_far_one() {
        assert_eq!(nearest("seveirty", ["severity", "settings"]), Some("severity"));
        assert_eq!(nearest("xyz", ["severity", "settings"]), None);
        assert_eq!(suggest("xyz", ["when", "at"]), "it can be one of `when`, `at`");
    }
}
