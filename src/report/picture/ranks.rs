//! Turns ways between things into columns: each stands to the right of all that it gets data from.

use std::collections::BTreeSet;

/// The column of each of `count` things, from 0. In a ring, the first one is taken for its beginning.
pub(super) fn ranks(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut leaving = vec![Vec::new(); count];
    let mut waiting = vec![0_usize; count];
    for (from, to) in edges.iter().copied().filter(|(from, to)| from != to) {
        if let (Some(own), true) = (leaving.get_mut(from), to < count) {
            own.push(to);
            waiting[to] += 1;
        }
    }
    let mut ranks = vec![0; count];
    let mut left: BTreeSet<usize> = (0..count).collect();
    let mut ready: BTreeSet<usize> = (0..count).filter(|own| waiting[*own] == 0).collect();
    while let Some(next) = ready.pop_first().or_else(|| left.first().copied()) {
        if !left.remove(&next) {
            continue;
        }
        for to in &leaving[next] {
            // What was placed before is the beginning of a ring.
            if left.contains(to) {
                ranks[*to] = ranks[*to].max(ranks[next] + 1);
                waiting[*to] = waiting[*to].saturating_sub(1);
                if waiting[*to] == 0 {
                    ready.insert(*to);
                }
            }
        }
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stands_right_of_all_that_feed_it() {
        assert_eq!(ranks(4, &[(0, 1), (1, 3), (0, 3), (2, 3)]), [0, 1, 0, 2]);
    }

    #[test]
    fn rings_have_a_beginning_and_loops_count_for_nothing() {
        assert_eq!(ranks(3, &[(0, 1), (1, 2), (2, 0), (1, 1)]), [0, 1, 2]);
        assert_eq!(ranks(0, &[]), Vec::<usize>::new());
    }
}
