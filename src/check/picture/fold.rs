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
    // The node that each folded one becomes part of.
    let mut into: BTreeMap<usize, usize> = BTreeMap::new();
    for (index, node) in picture.nodes.iter().enumerate() {
        let foldable = |index: usize| {
            let Some(node) = picture.nodes.get(index) else { return false };
            node.kind == NodeKind::Step
                && node.findings.is_empty()
                && plain(&leaving[index])
                && plain(&arriving[index])
        };
        let nexts: BTreeSet<usize> = leaving[index].iter().map(|edge| picture.edges[*edge].to).collect();
        let Some(next) = nexts.first().copied().filter(|_| nexts.len() == 1) else { continue };
        let befores: BTreeSet<usize> = arriving[next].iter().map(|edge| picture.edges[*edge].from).collect();
        if is_large(node.area)
            && next != index
            && befores.len() == 1
            && foldable(index)
            && foldable(next)
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
    let head = |mut index: usize| {
        // A ring of steps has no head: the bound ends the walk.
        for _ in 0..into.len() {
            match into.get(&index) {
                Some(before) => index = *before,
                None => return index,
            }
        }
        index
    };
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in 0..picture.nodes.len() {
        members.entry(head(index)).or_default().push(index);
    }
    // In the order of the way.
    let depth = |mut index: usize, head: usize| {
        let mut steps = 0;
        while index != head && steps <= into.len() {
            index = into.get(&index).copied().unwrap_or(head);
            steps += 1;
        }
        steps
    };
    let mut new = vec![0; picture.nodes.len()];
    let mut nodes = Vec::with_capacity(members.len());
    for (first, mut rest) in members {
        rest.sort_by_key(|index| depth(*index, first));
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
