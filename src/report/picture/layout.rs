//! Turns a picture into rectangles and lines: collectors from left to right inside the workload, then its stores, then what is
//! outside, each zone in a region of its own.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::layered;
use super::layered::Placed;
use super::ranks::ranks;
use crate::finding::Area;
use crate::finding::Picture;

/// Width of a node.
pub(super) const WIDTH: f64 = 214.0;
/// Height of a node.
pub(super) const HEIGHT: f64 = 46.0;
/// Between nodes above each other.
const GAP: f64 = 18.0;
/// Between columns: room for lines to bend.
const AISLE: f64 = 52.0;
/// Between a region's border and what is in it.
const PADDING: f64 = 18.0;
/// Height of a region's heading.
const HEADING: f64 = 30.0;
/// What a line that passes a column needs of its height.
const PASSING: f64 = 6.0;

/// A rectangle; `y` grows downwards.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A zone outside with where it would like to be, and its nodes with where each would.
type Zone = (f64, Area, Vec<(f64, usize)>);

impl Rect {
    fn right(self) -> f64 {
        self.x + self.width
    }

    fn bottom(self) -> f64 {
        self.y + self.height
    }

    fn middle(self) -> f64 {
        self.y + self.height / 2.0
    }
}

/// A point.
pub(super) type Point = (f64, f64);

/// A picture with places.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The whole width.
    pub(super) width: f64,
    /// The whole height.
    pub(super) height: f64,
    /// The workload, if anything is in it.
    pub(super) workload: Option<Rect>,
    /// All other regions that hold something.
    pub(super) regions: Vec<(Area, Rect)>,
    /// By node.
    pub(super) nodes: Vec<Rect>,
    /// By edge: the points that it goes through, from left to right where it does.
    pub(super) edges: Vec<Vec<Point>>,
}

/// Places a picture.
pub(super) fn layout(picture: &Picture) -> Layout {
    let mut layout = Layout {
        nodes: vec![Rect { width: WIDTH, height: HEIGHT, ..Rect::default() }; picture.nodes.len()],
        ..Layout::default()
    };
    let mut leaving = vec![Vec::new(); picture.nodes.len()];
    let mut arriving = leaving.clone();
    for edge in &picture.edges {
        leaving[edge.from].push(edge.to);
        arriving[edge.to].push(edge.from);
    }
    let mut of_collector: Vec<Vec<usize>> = vec![Vec::new(); picture.collectors.len()];
    for (index, node) in picture.nodes.iter().enumerate() {
        if let Area::Collector(collector) = node.area
            && let Some(own) = of_collector.get_mut(collector)
        {
            own.push(index);
        }
    }
    let passing = BTreeMap::new();
    let mut plan = Plan { picture, leaving, arriving, of_collector, layout: &mut layout, passing };
    let right = plan.collectors();
    plan.columns(right);
    plan.lines();
    layout
}

struct Plan<'p> {
    picture: &'p Picture,
    /// By node: where the edges that leave it end.
    leaving: Vec<Vec<usize>>,
    /// By node: where the edges that arrive there begin.
    arriving: Vec<Vec<usize>>,
    /// By collector: its nodes.
    of_collector: Vec<Vec<usize>>,
    layout: &'p mut Layout,
    /// By ends: the points on ways between them.
    passing: BTreeMap<(usize, usize), Vec<Point>>,
}

/// What stands in a column beside others: a node, or a way that passes between them.
enum Item {
    Node(usize),
    Way(usize, usize),
}

impl Plan<'_> {
    fn area(&self, node: usize) -> Option<Area> {
        self.picture.nodes.get(node).map(|node| node.area)
    }

    /// Places all collectors and gives where they end on the right.
    fn collectors(&mut self) -> f64 {
        let count = self.picture.collectors.len();
        let of = |node: usize| match self.area(node) {
            Some(Area::Collector(index)) => Some(index),
            _ => None,
        };
        let links: Vec<(usize, usize)> = self
            .picture
            .edges
            .iter()
            .filter_map(|edge| Some((of(edge.from)?, of(edge.to)?)))
            .filter(|(from, to)| from != to)
            .collect();
        let columns = ranks(count, &links);
        let mut x = PADDING * 2.0;
        let mut end = PADDING;
        for column in 0..=columns.iter().copied().max().unwrap_or_default() {
            let mut y = PADDING + HEADING;
            let mut widest: f64 = 0.0;
            for index in (0..count).filter(|index| columns[*index] == column) {
                let Some(rect) = self.collector(index, (x, y)) else { continue };
                self.layout.regions.push((Area::Collector(index), rect));
                widest = widest.max(rect.width);
                y = rect.bottom() + PADDING;
                end = end.max(rect.right());
            }
            if widest > 0.0 {
                x += widest + AISLE;
            }
        }
        end
    }

    /// Places what is in one collector; nothing for one without parts.
    fn collector(&mut self, index: usize, (left, top): Point) -> Option<Rect> {
        let own = self.of_collector.get(index).map_or(&[][..], Vec::as_slice);
        let is_own = |node: &usize| self.area(*node) == Some(Area::Collector(index));
        let has_way = |node: &usize| !self.leaving[*node].is_empty() || !self.arriving[*node].is_empty();
        let (linked, alone): (Vec<usize>, Vec<usize>) = own.iter().copied().partition(has_way);
        let number_of: BTreeMap<usize, usize> = linked.iter().copied().zip(0..).collect();
        let ends = |from: &usize| self.leaving[*from].iter().filter_map(|to| number_of.get(to)).copied();
        let inside: Vec<(usize, usize)> = linked
            .iter()
            .zip(0..)
            .flat_map(|(from, number)| ends(from).map(move |to| (number, to)))
            .collect();
        let leaves = |node: &usize| self.leaving[*node].iter().any(|to| !is_own(to));
        let last: Vec<usize> =
            linked.iter().filter(|node| leaves(node)).map(|node| number_of[node]).collect();
        if own.is_empty() {
            return None;
        }
        let placed = layered::place(linked.len(), &inside, &last, HEIGHT, GAP);
        let (x0, y0) = (left + PADDING, top + HEADING);
        let x_of = |rank: usize| x0 + columns_wide(rank);
        for (node, spot) in linked.iter().zip(&placed.spots) {
            let rect = &mut self.layout.nodes[*node];
            (rect.x, rect.y) = (x_of(spot.rank), y0 + spot.y - HEIGHT / 2.0);
        }
        for ((from, to), spots) in &placed.passing {
            let mut points = Vec::new();
            let backwards = placed.spots[*from].rank > placed.spots[*to].rank;
            for spot in spots {
                let (y, x) = (y0 + spot.y, x_of(spot.rank));
                let ends = if backwards { [x + WIDTH, x] } else { [x, x + WIDTH] };
                points.extend(ends.map(|x| (x, y)));
            }
            self.passing.insert((linked[*from], linked[*to]), points);
        }
        Some(self.alone(&alone, &placed, (left, top)))
    }

    /// Places what no way leads to below the rest, and gives the collector's region.
    fn alone(&mut self, alone: &[usize], placed: &Placed, (left, top): Point) -> Rect {
        let columns = if placed.spots.is_empty() { alone.len().clamp(1, 3) } else { placed.ranks };
        let base = if placed.spots.is_empty() { 0.0 } else { placed.height + GAP };
        let mut bottom = if placed.spots.is_empty() { 0.0 } else { placed.height };
        for (index, node) in alone.iter().enumerate() {
            let rect = &mut self.layout.nodes[*node];
            let row = base + number(index / columns) * (HEIGHT + GAP);
            (rect.x, rect.y) = (left + PADDING + columns_wide(index % columns), top + HEADING + row);
            bottom = row + HEIGHT;
        }
        let width = columns_wide(columns - 1) + WIDTH + 2.0 * PADDING;
        Rect { x: left, y: top, width, height: HEADING + bottom + PADDING }
    }

    /// Places what is in no collector: programs of the workload, what those send to, and all that is outside.
    fn columns(&mut self, collectors_end: f64) {
        let in_area = |plan: &Self, node: usize, area: Area| plan.area(node) == Some(area);
        let nodes = 0..self.picture.nodes.len();
        let inside: Vec<usize> = nodes.clone().filter(|node| in_area(self, *node, Area::Workload)).collect();
        let fed_by_store = |node: &usize| {
            let arriving = &self.arriving[*node];
            !arriving.is_empty() && arriving.iter().all(|from| in_area(self, *from, Area::Workload))
        };
        let (second, first): (Vec<usize>, Vec<usize>) = inside.into_iter().partition(fed_by_store);
        let outside: Vec<usize> =
            nodes.filter(|node| self.area(*node).is_some_and(|area| Area::OUTSIDE.contains(&area))).collect();
        let mut x = collectors_end + AISLE;
        let mut end = collectors_end + PADDING;
        let behind = |columns: &[&[usize]]| -> Vec<usize> { columns.concat() };
        if !first.is_empty() {
            self.column(&first, &behind(&[&second, &outside]), x);
            end = x + WIDTH + PADDING;
            x += WIDTH + AISLE;
        }
        if !second.is_empty() {
            self.column(&second, &outside, x);
            end = x + WIDTH + PADDING;
        }
        let is_inside = |node: &usize| matches!(self.area(*node), Some(Area::Collector(_) | Area::Workload));
        let inner =
            (0..self.picture.nodes.len()).filter(is_inside).map(|node| self.layout.nodes[node].bottom());
        let regions = self.layout.regions.iter().map(|(_, rect)| rect.bottom());
        let bottom = inner.chain(regions).fold(0.0, f64::max);
        if bottom > 0.0 {
            let height = bottom + PADDING / 2.0;
            self.layout.workload = Some(Rect { x: PADDING, y: PADDING / 2.0, width: end - PADDING, height });
        }
        let right = if outside.is_empty() { end } else { self.outside(&outside, end + AISLE) };
        let lowest = self.layout.regions.iter().map(|(_, rect)| rect.bottom());
        let lowest = lowest.chain(self.layout.workload.map(Rect::bottom)).fold(0.0, f64::max);
        (self.layout.width, self.layout.height) = (right + PADDING, lowest + PADDING / 2.0);
    }

    /// Where something should stand so that its lines are short.
    fn wanted(&self, node: usize) -> f64 {
        let from = &self.arriving[node];
        let sum = from.iter().map(|from| self.layout.nodes[*from].middle()).sum::<f64>();
        if from.is_empty() { 0.0 } else { sum / number(from.len()) }
    }

    /// Places nodes above each other, with room for the ways that go on to `behind`.
    fn column(&mut self, nodes: &[usize], behind: &[usize], x: f64) {
        let own: BTreeSet<usize> = nodes.iter().copied().collect();
        let behind: BTreeSet<usize> = behind.iter().copied().collect();
        let mut items: Vec<(f64, Item)> =
            nodes.iter().map(|node| (self.wanted(*node), Item::Node(*node))).collect();
        let mut ways: Vec<(usize, usize)> = self
            .picture
            .edges
            .iter()
            .map(|edge| (edge.from, edge.to))
            .filter(|(from, to)| behind.contains(to) && !own.contains(from) && self.layout.nodes[*from].x < x)
            .collect();
        ways.sort_unstable();
        ways.dedup();
        items.extend(ways.into_iter().map(|(from, to)| {
            let last = self.passing.get(&(from, to)).and_then(|points| points.last());
            (last.map_or(self.layout.nodes[from].middle(), |(_, y)| *y), Item::Way(from, to))
        }));
        items.sort_by(|(one, _), (two, _)| one.total_cmp(two));
        let heights: Vec<f64> = items
            .iter()
            .map(|(_, item)| if matches!(item, Item::Node(_)) { HEIGHT } else { PASSING })
            .collect();
        let wanted: Vec<f64> = items.iter().map(|(y, _)| *y).collect();
        let tops = stacked(&wanted, &heights, PADDING + HEADING);
        for ((_, item), (top, height)) in items.into_iter().zip(tops.into_iter().zip(heights)) {
            match item {
                Item::Node(node) => {
                    let rect = &mut self.layout.nodes[node];
                    (rect.x, rect.y) = (x, top);
                }
                Item::Way(from, to) => {
                    let y = top + height / 2.0;
                    self.passing.entry((from, to)).or_default().extend([(x, y), (x + WIDTH, y)]);
                }
            }
        }
    }

    /// Places the zones outside, one region each, and gives where they end on the right.
    fn outside(&mut self, nodes: &[usize], x: f64) -> f64 {
        let mut zones: Vec<Zone> = Vec::new();
        for area in Area::OUTSIDE {
            let own = nodes.iter().copied().filter(|node| self.area(*node) == Some(area));
            let mut own: Vec<(f64, usize)> = own.map(|node| (self.wanted(node), node)).collect();
            own.sort_by(|one, two| one.0.total_cmp(&two.0).then(one.1.cmp(&two.1)));
            let sum: f64 = own.iter().map(|(wanted, _)| wanted).sum();
            if !own.is_empty() {
                zones.push((sum / number(own.len()), area, own));
            }
        }
        zones.sort_by(|one, two| one.0.total_cmp(&two.0).then(one.1.cmp(&two.1)));
        let heights: Vec<f64> = zones
            .iter()
            .map(|(_, _, own)| HEADING + number(own.len()) * (HEIGHT + GAP) - GAP + PADDING)
            .collect();
        let wanted: Vec<f64> = zones.iter().map(|(wanted, ..)| *wanted).collect();
        let width = WIDTH + 2.0 * PADDING;
        let tops = stacked(&wanted, &heights, PADDING / 2.0);
        for ((_, area, own), (top, height)) in zones.into_iter().zip(tops.into_iter().zip(heights)) {
            self.layout.regions.push((area, Rect { x, y: top, width, height }));
            for (index, (_, node)) in own.into_iter().enumerate() {
                let rect = &mut self.layout.nodes[node];
                (rect.x, rect.y) = (x + PADDING, top + HEADING + number(index) * (HEIGHT + GAP));
            }
        }
        x + width
    }

    /// Draws the line of each edge from a port of one node to a port of the other. Ports of a node are apart.
    fn lines(&mut self) {
        let edges = &self.picture.edges;
        let nodes = &self.layout.nodes;
        let ports = |end: fn(&crate::finding::PictureEdge) -> (usize, usize)| -> Vec<f64> {
            let mut at: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for (index, edge) in edges.iter().enumerate() {
                at.entry(end(edge).0).or_default().push(index);
            }
            let mut ys = vec![0.0; edges.len()];
            for (node, mut own) in at {
                let other = |index: &usize| nodes[end(&edges[*index]).1].middle();
                own.sort_by(|one, two| other(one).total_cmp(&other(two)).then(one.cmp(two)));
                let step = HEIGHT / (number(own.len()) + 1.0);
                for (position, index) in own.iter().enumerate() {
                    ys[*index] = nodes[node].y + step * (number(position) + 1.0);
                }
            }
            ys
        };
        let (starts, ends) = (ports(|edge| (edge.from, edge.to)), ports(|edge| (edge.to, edge.from)));
        let mut lines = Vec::with_capacity(edges.len());
        let mut beside: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for (index, edge) in edges.iter().enumerate() {
            let (from, to) = (nodes[edge.from], nodes[edge.to]);
            // Several signals that take the same way run side by side.
            let shift = beside.entry((edge.from, edge.to)).or_insert(0.0);
            let between = self.passing.get(&(edge.from, edge.to)).into_iter().flatten();
            let mut line = vec![(from.right(), starts[index])];
            line.extend(between.map(|(x, y)| (*x, y + *shift)));
            line.push((to.x, ends[index]));
            *shift += 4.0;
            lines.push(line);
        }
        self.layout.edges = lines;
    }
}

/// Tops of things above each other in their order, each as near as can be to where its middle should be.
fn stacked(wanted: &[f64], heights: &[f64], top: f64) -> Vec<f64> {
    let mut free = top;
    let mut tops = Vec::with_capacity(wanted.len());
    for (wanted, height) in wanted.iter().zip(heights) {
        let own = f64::max(free, wanted - height / 2.0);
        tops.push(own);
        free = own + height + GAP;
    }
    tops
}

/// How far to the right a column begins.
fn columns_wide(columns: usize) -> f64 {
    number(columns) * (WIDTH + AISLE)
}

/// A count as a length. Pictures have far fewer parts than a float counts exactly.
fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
