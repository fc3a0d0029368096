//! Turns the parts of one collector and the ways between them into places, from left to right.
//!
//! The order of parts beside each other and their distance are the layout library's work. It is given columns that are
//! settled already, and a point on each way in every column that the way passes, so that ways keep clear of parts.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use rust_sugiyama::configure::Config;
use rust_sugiyama::configure::CrossingMinimization;
use rust_sugiyama::configure::RankingType;

use super::ranks::ranks;

/// With more points the library would be felt; then the order is that of the program.
const MANY: usize = 600;

/// Height of a point on a way that passes a column.
const PASSING: f64 = 8.0;

/// A column and a height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    /// The column, from 0.
    pub(super) rank: usize,
    /// The middle, from the top.
    pub(super) y: f64,
}

/// Where everything stands.
#[derive(Debug, Default)]
pub(super) struct Placed {
    /// By part.
    pub(super) spots: Vec<Spot>,
    /// By way: where it passes the columns between its ends.
    pub(super) passing: BTreeMap<(usize, usize), Vec<Spot>>,
    /// How many columns there are.
    pub(super) ranks: usize,
    /// How high it all is.
    pub(super) height: f64,
}

/// Places `count` parts of a height, `gap` apart. Those in `last` stand in the last column.
pub(super) fn place(count: usize, edges: &[(usize, usize)], last: &[usize], height: f64, gap: f64) -> Placed {
    let mut columns = ranks(count, edges);
    let end = columns.iter().copied().max().unwrap_or_default();
    let going_on: BTreeSet<usize> =
        edges.iter().filter(|(from, to)| from != to).map(|(from, _)| *from).collect();
    for own in last {
        if let Some(rank) = columns.get_mut(*own).filter(|_| !going_on.contains(own)) {
            *rank = end;
        }
    }
    // Each way in steps of one column, from left to right.
    let mut heights: Vec<f64> = vec![height; count];
    let mut steps: Vec<(usize, usize)> = Vec::new();
    let mut points: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (from, to) in edges.iter().copied() {
        if columns[from] == columns[to] || points.contains_key(&(from, to)) {
            continue;
        }
        let backwards = columns[from] > columns[to];
        let (left, right) = if backwards { (to, from) } else { (from, to) };
        let mut at = left;
        let mut passed = Vec::new();
        for rank in columns[left] + 1..columns[right] {
            let point = heights.len();
            heights.push(PASSING);
            columns.push(rank);
            steps.push((at, point));
            passed.push(point);
            at = point;
        }
        steps.push((at, right));
        if backwards {
            passed.reverse();
        }
        points.insert((from, to), passed);
    }
    steps.sort_unstable();
    steps.dedup();
    let middles = middles(&heights, &columns, &steps, gap);
    let spot = |index: &usize| Spot { rank: columns[*index], y: middles[*index] };
    let bottom = middles.iter().zip(&heights).map(|(y, height)| y + height / 2.0).fold(0.0, f64::max);
    Placed {
        spots: (0..count).map(|index| spot(&index)).collect(),
        passing: points.iter().map(|(way, points)| (*way, points.iter().map(spot).collect())).collect(),
        ranks: end + 1,
        height: bottom,
    }
}

/// The middle of each point, from the top: parts that hang together stand together.
fn middles(heights: &[f64], columns: &[usize], steps: &[(usize, usize)], gap: f64) -> Vec<f64> {
    let mut middles = vec![0.0; heights.len()];
    let mut top = 0.0;
    for group in groups(heights, steps, gap) {
        let least = group.iter().map(|(index, y)| y - heights[*index] / 2.0).fold(f64::INFINITY, f64::min);
        let mut group: Vec<(usize, f64)> =
            group.into_iter().map(|(index, y)| (index, y - least + top)).collect();
        group.sort_by(|(one, y), (two, other)| y.total_cmp(other).then(one.cmp(two)));
        // Whatever the library makes of a graph, nothing lies upon anything else.
        let mut filled: BTreeMap<usize, f64> = BTreeMap::new();
        let mut bottom = top;
        for (index, y) in group {
            let half = heights[index] / 2.0;
            let free = filled.entry(columns[index]).or_insert(top);
            let y = y.max(*free + half);
            middles[index] = y;
            *free = y + half + gap;
            bottom = f64::max(bottom, y + half);
        }
        top = bottom + gap;
    }
    middles
}

/// The points that hang together, each with its height as the library has it; in the order of their first.
fn groups(heights: &[f64], steps: &[(usize, usize)], gap: f64) -> Vec<Vec<(usize, f64)>> {
    let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
    if heights.len() > MANY {
        return vec![(0..heights.len()).map(|index| (index, 0.0)).collect()];
    }
    // The library lays out from top to bottom: what is its width is our height.
    let vertices: Vec<(u32, (f64, f64))> =
        heights.iter().enumerate().map(|(index, height)| (number(index), (*height, 1.0))).collect();
    let edges: Vec<(u32, u32)> = steps.iter().map(|(from, to)| (number(*from), number(*to))).collect();
    let config = Config {
        minimum_length: 1,
        vertex_spacing: gap,
        dummy_vertices: false,
        ranking_type: RankingType::MinimizeEdgeLength,
        c_minimization: CrossingMinimization::Barycenter,
        transpose: true,
        ..Config::default()
    };
    let layouts = rust_sugiyama::from_vertices_and_edges(&vertices, &edges, &config);
    // It walks through hash maps: the places are the same each time, their order is not.
    let mut groups: Vec<Vec<(usize, f64)>> = layouts
        .into_iter()
        .map(|(places, _, _)| {
            let mut group: Vec<_> = places.into_iter().map(|(index, (across, _))| (index, across)).collect();
            group.sort_by_key(|(index, _)| *index);
            group
        })
        .collect();
    groups.sort_by_key(|group| group.first().map(|(index, _)| *index));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(count: usize, edges: &[(usize, usize)]) -> Placed {
        place(count, edges, &[], 40.0, 10.0)
    }

    /// Numbers that look random, the same each time.
    fn random(count: usize, seed: usize) -> Vec<(usize, usize)> {
        let mut state = seed * 2_654_435_761 + 1;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        (0..count * 2).map(|_| (next(count), next(count))).collect()
    }

    #[test]
    fn a_way_goes_from_left_to_right_and_keeps_clear_of_what_it_passes() {
        let placed = placed(3, &[(0, 1), (1, 2), (0, 2)]);
        let ranks: Vec<usize> = placed.spots.iter().map(|spot| spot.rank).collect();
        assert_eq!(ranks, [0, 1, 2]);
        let passing = &placed.passing[&(0, 2)];
        assert_eq!(passing.len(), 1);
        assert_eq!(passing[0].rank, 1);
        assert!((passing[0].y - placed.spots[1].y).abs() >= 20.0 + PASSING / 2.0);
    }

    #[test]
    fn nothing_lies_upon_anything_else_whatever_the_graph() {
        for seed in 1..60 {
            let count = 2 + seed % 17;
            let edges = random(count, seed);
            let placed = placed(count, &edges);
            for one in 0..count {
                for two in 0..one {
                    let (a, b) = (placed.spots[one], placed.spots[two]);
                    assert!(a.rank != b.rank || (a.y - b.y).abs() >= 39.9, "seed {seed}: {one} on {two}");
                }
            }
        }
    }

    #[test]
    fn places_are_the_same_each_time() {
        for seed in 1..20 {
            let edges = random(14, seed);
            let (one, two) = (placed(14, &edges), placed(14, &edges));
            assert_eq!((one.spots, one.passing), (two.spots, two.passing));
        }
    }

    #[test]
    fn thousands_of_parts_are_placed_in_order_of_the_program() {
        let edges: Vec<_> = (1..2000).map(|index| (0, index)).collect();
        let placed = placed(2000, &edges);
        assert!(placed.spots[1].y < placed.spots[1999].y);
    }
}
