//! Turns names into words for a message: each once, in their order, of many the first ones.

/// So many names are told.
const LISTED: usize = 5;

/// `a, b and 3 more`.
pub(super) fn listed(names: &[&str]) -> String {
    let mut sorted: Vec<&str> = names.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let rest = sorted.len().saturating_sub(LISTED);
    sorted.truncate(LISTED);
    let text = sorted.join(", ");
    if rest > 0 { format!("{text} and {rest} more") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_once_in_their_order_and_of_many_the_first_five() {
        assert_eq!(listed(&[]), "");
        assert_eq!(listed(&["b", "a", "b"]), "a, b");
        assert_eq!(listed(&["g", "f", "e", "d", "c", "b", "a"]), "a, b, c, d, e and 2 more");
    }
}
