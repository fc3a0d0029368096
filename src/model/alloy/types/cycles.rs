//! Finds circles in a graph: sets of nodes that all lead to each other, and nodes that lead to themselves.

use crate::document::Place;

/// The circles, each sorted, in the order of their first nodes. Linear in nodes and edges; no recursion.
pub(super) fn find(edges: &[Vec<(usize, Place)>]) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = components(edges)
        .into_iter()
        .filter(|group| {
            let itself =
                |node: usize| edges.get(node).is_some_and(|out| out.iter().any(|(to, _)| *to == node));
            group.len() > 1 || group.first().is_some_and(|node| itself(*node))
        })
        .collect();
    for circle in &mut found {
        circle.sort_unstable();
    }
    found.sort_unstable();
    found
}

/// Tarjan's algorithm with a stack of its own.
fn components(edges: &[Vec<(usize, Place)>]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let count = edges.len();
    let (mut number, mut low, mut open) = (vec![NEW; count], vec![0; count], vec![false; count]);
    let (mut stack, mut groups, mut next) = (Vec::new(), Vec::new(), 0);
    for start in 0..count {
        if number[start] != NEW {
            continue;
        }
        // Nodes under way, each with the number of its edges that are done.
        let mut work = vec![(start, 0)];
        while let Some((node, done)) = work.pop() {
            if done == 0 {
                number[node] = next;
                low[node] = next;
                next += 1;
                stack.push(node);
                open[node] = true;
            } else if let Some((to, _)) = edges[node].get(done - 1) {
                low[node] = low[node].min(low[*to]);
            }
            let mut descend = None;
            for (index, (to, _)) in edges[node].iter().enumerate().skip(done) {
                if *to >= count {
                    continue;
                }
                if number[*to] == NEW {
                    descend = Some((index + 1, *to));
                    break;
                }
                if open[*to] {
                    low[node] = low[node].min(number[*to]);
                }
            }
            if let Some((done, to)) = descend {
                work.push((node, done));
                work.push((to, 0));
                continue;
            }
            if low[node] == number[node] {
                let mut group = Vec::new();
                while let Some(member) = stack.pop() {
                    open[member] = false;
                    group.push(member);
                    if member == node {
                        break;
                    }
                }
                groups.push(group);
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles(edges: &[&[usize]]) -> Vec<Vec<usize>> {
        let place =
            Place { doc: crate::document::DocId { file: 0, index: 0 }, span: crate::text::Span::at(0) };
        let edges: Vec<Vec<_>> =
            edges.iter().map(|out| out.iter().map(|to| (*to, place)).collect()).collect();
        find(&edges)
    }

    #[test]
    fn finds_circles_and_nothing_else() {
        assert!(circles(&[&[1], &[2], &[]]).is_empty());
        assert!(circles(&[&[1, 2], &[3], &[3], &[]]).is_empty(), "two ways to one node are no circle");
        assert_eq!(circles(&[&[1], &[2], &[0], &[0]]), [vec![0, 1, 2]]);
        assert_eq!(circles(&[&[0], &[1, 2], &[]]), [vec![0], vec![1]]);
        assert_eq!(circles(&[&[1], &[0], &[3], &[2]]), [vec![0, 1], vec![2, 3]]);
        assert_eq!(circles(&[&[1, 2], &[3], &[0], &[2]]), [vec![0, 1, 2, 3]]);
    }

    #[test]
    fn agrees_with_reachability_on_random_graphs() {
        use proptest::prelude::*;
        proptest!(|(graph in prop::collection::vec(prop::collection::vec(0_usize..9, 0..4), 1..9))| {
            let graph: Vec<Vec<usize>> =
                graph.iter().map(|out| out.iter().copied().filter(|to| *to < graph.len()).collect()).collect();
            let reach = |from: usize| {
                let mut seen = std::collections::BTreeSet::new();
                let mut todo = graph[from].clone();
                while let Some(node) = todo.pop() {
                    if seen.insert(node) {
                        todo.extend(&graph[node]);
                    }
                }
                seen
            };
            let in_circle: Vec<usize> = (0..graph.len()).filter(|node| reach(*node).contains(node)).collect();
            let slices: Vec<&[usize]> = graph.iter().map(Vec::as_slice).collect();
            let mut found = circles(&slices).concat();
            found.sort_unstable();
            prop_assert_eq!(found, in_circle);
        });
    }
}
