//! Folds what a person need not see one by one: steps in a row that nothing is said about, in collectors with many parts.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::finding::Area;
use crate::finding::EdgeState;
use crate::finding::NodeKind;
use crate::finding::Picture;
use crate::finding::Signal;

/// So many parts of one collector fit a screen; below that everything is shown.
const MANY: usize = 36;

/// Makes one node of steps in a row. Sources, ways out, what has findings and what leads to a leak stay as they are.
pub(super) fn fold(picture: &mut Picture) {
    let mut sizes: BTreeMap<Area, usize> = BTreeMap::new();
    for node in &picture.nodes {
        *sizes.entry(node.area).or_default() += 1;
    }
    let is_large =
        |area: Area| matches!(area, Area::Collector(_)) && sizes.get(&area).is_some_and(|size| *size > MANY);
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); picture.nodes.len()];
    let mut arriving = leaving.clone();
    for (index, edge) in picture.edges.iter().enumerate() {
        leaving[edge.from].push(index);
        arriving[edge.to].push(index);
    }
    let signals = |edges: &[usize]| -> BTreeSet<Signal> {
        edges.iter().filter_map(|edge| picture.edges.get(*edge)).map(|edge| edge.signal).collect()
    };
    let plain = |edges: &[usize]| {
        let mut edges = edges.iter().filter_map(|edge| picture.edges.get(*edge));
        edges.all(|edge| matches!(edge.state, EdgeState::Fine | EdgeState::Idle) && edge.findings.is_empty())
    };
    let foldable: Vec<bool> = (picture.nodes.iter().zip(&leaving).zip(&arriving))
        .map(|((node, leaving), arriving)| {
            node.kind == NodeKind::Step && node.findings.is_empty() && plain(leaving) && plain(arriving)
        })
        .collect();
    let is_fed_by_one = |index: usize| {
        let mut befores = arriving[index].iter().map(|edge| picture.edges[*edge].from);
        befores.next().is_some_and(|first| befores.all(|other| other == first))
    };
    // The node that each folded one becomes part of.
    let mut into: BTreeMap<usize, usize> = BTreeMap::new();
    for (index, node) in picture.nodes.iter().enumerate() {
        let nexts: BTreeSet<usize> = leaving[index].iter().map(|edge| picture.edges[*edge].to).collect();
        let Some(next) = nexts.first().copied().filter(|_| nexts.len() == 1) else { continue };
        if is_large(node.area)
            && next != index
            && foldable[index]
            && foldable[next]
            && is_fed_by_one(next)
            && signals(&leaving[index]) == signals(&leaving[next])
        {
            into.insert(next, index);
        }
    }
    if !into.is_empty() {
        join(picture, &into);
    }
}

/// Puts nodes into others, and takes out what is then nobody's.
fn join(picture: &mut Picture, into: &BTreeMap<usize, usize>) {
    // Each goes into one other, and one at most into each: these are rows, and rings, which have no head and stay.
    let follower: BTreeMap<usize, usize> = into.iter().map(|(own, before)| (*before, *own)).collect();
    let mut rows: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut in_row = vec![false; picture.nodes.len()];
    for head in (0..picture.nodes.len()).filter(|index| !into.contains_key(index)) {
        let row: Vec<usize> =
            std::iter::successors(Some(head), |index| follower.get(index).copied()).collect();
        for index in &row {
            in_row[*index] = true;
        }
        rows.insert(head, row);
    }
    rows.extend((0..in_row.len()).filter(|index| !in_row[*index]).map(|index| (index, vec![index])));
    let mut new = vec![0; picture.nodes.len()];
    let mut nodes = Vec::with_capacity(rows.len());
    for (first, rest) in rows {
        let mut node = picture.nodes[first].clone();
        if rest.len() > 1 {
            node.title = format!("{} steps", rest.len());
            let ends = [rest.first(), rest.last()].into_iter().flatten();
            let names: Vec<&str> = ends.map(|index| picture.nodes[*index].title.as_str()).collect();
            node.detail = names.join(" … ");
            for index in rest.iter().skip(1) {
                let other = &picture.nodes[*index];
                node.components.extend(other.components.iter().cloned());
                node.places.extend(other.places.iter().cloned());
                node.notes.extend(other.notes.iter().cloned());
            }
        }
        for index in &rest {
            new[*index] = nodes.len();
        }
        nodes.push(node);
    }
    picture.nodes = nodes;
    for edge in &mut picture.edges {
        (edge.from, edge.to) = (new[edge.from], new[edge.to]);
    }
    picture.edges.retain(|edge| edge.from != edge.to);
    picture.edges.sort_by_key(|edge| (edge.from, edge.to, edge.signal));
}
