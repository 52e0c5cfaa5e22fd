//! Where the nodes and edges of a graph stand.
//!
//! Steps stand below each other in the order in which they run, so that the list reads as a list. On to the next step
//! is straight down. Every other way leaves a node at its right side on a line of its own, with its label on it, runs
//! along a lane, and comes back in at the side of its target; ways to the same target share a lane, so that many steps
//! with the same handler stay readable. All of it takes time in the number of nodes and edges.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use arazzo_engine::{GraphEdge, GraphNode, GraphOutcome, GraphTransfer, WorkflowGraph};

use super::super::Marks;
use super::super::label::{EdgeLabel, drawn_nodes, is_drawn, node_lines, one_line};
use super::text::{Font, width, wrap};

/// The space around the drawing.
pub(super) const MARGIN: i32 = 16;
/// The height of a step, and of every other node.
const STEP_HEIGHT: i32 = 70;
const END_HEIGHT: i32 = 34;
/// The space between two nodes, where the straight arrows are.
const GAP: i32 = 32;
/// The height that a way out takes above its line, and below it with so many lines of criteria.
const ABOVE: i32 = 20;
const BELOW: [i32; 4] = [10, 22, 38, 54];
/// The height of a line of criteria.
pub(super) const CRITERION_HEIGHT: i32 = 16;
/// Where in a node ways come in.
const ENTRY: i32 = 16;
const LANE_WIDTH: i32 = 14;
const NODE_WIDTH: (i32, i32) = (190, 310);
const LABEL_WIDTH: (i32, i32) = (70, 380);
/// What stands around the text of a node and of a label.
pub(super) const PADDING: i32 = 14;
/// How far a loop of a retry reaches out.
pub(super) const LOOP: i32 = 18;

/// A graph with places.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) boxes: Vec<NodeBox>,
    pub(super) straight: Vec<Straight>,
    pub(super) exits: Vec<Exit>,
    pub(super) node_width: i32,
    pub(super) label_width: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// A node with its place.
#[derive(Debug)]
pub(super) struct NodeBox {
    /// Its index in the graph.
    pub(super) node: usize,
    pub(super) y: i32,
    pub(super) height: i32,
    pub(super) lines: Vec<String>,
}

/// A way straight down to the next node.
#[derive(Debug)]
pub(super) struct Straight {
    /// Its index in the graph.
    pub(super) edge: usize,
    pub(super) from: i32,
    pub(super) to: i32,
    pub(super) label: EdgeLabel,
}

/// A way that leaves a node at its side.
#[derive(Debug)]
pub(super) struct Exit {
    /// Its index in the graph.
    pub(super) edge: usize,
    pub(super) y: i32,
    pub(super) label: EdgeLabel,
    /// The criteria in lines that fit.
    pub(super) criteria: Vec<String>,
    pub(super) route: Route,
}

/// Where a way leads from the side of its node.
#[derive(Debug)]
pub(super) enum Route {
    /// Back into the node.
    Loop,
    /// Along the lane at `x` to the height `to`.
    Lane { x: i32, to: i32 },
}

impl Layout {
    pub(super) fn of(graph: &WorkflowGraph, marks: &Marks) -> Self {
        let drawn = |index: usize, edge: &GraphEdge| is_drawn(edge) || marks.taken(index) > 0;
        let rows = Rows::of(graph, &drawn);
        let mut straight: Vec<(usize, &GraphEdge)> = Vec::new();
        // The ways that leave each row at its side.
        let mut leaving: Vec<Vec<Leaving<'_>>> = rows.order.iter().map(|_| Vec::new()).collect();
        let mut entered: BTreeSet<usize> = BTreeSet::new();
        for (index, edge) in graph.edges.iter().enumerate().filter(|(index, edge)| drawn(*index, edge)) {
            let (Some(from), Some(to)) = (rows.of_node(edge.from), rows.of_node(edge.to)) else { continue };
            if matches!(edge.by, GraphTransfer::List { .. }) && to == from + 1 {
                straight.push((index, edge));
                continue;
            }
            let leaves = Leaving { index, edge, y: 0, label: EdgeLabel::of(edge), criteria: Vec::new() };
            if let Some(row) = leaving.get_mut(from) {
                row.push(leaves);
            }
            let entry = (!is_retry(edge)).then_some(edge.to);
            entered.extend(entry);
        }
        let label_width = label_width(&leaving);
        let mut boxes = Vec::new();
        let mut y = MARGIN;
        for (node, leaving) in rows.order.iter().zip(&mut leaving) {
            let Some(what) = graph.nodes.get(*node) else { continue };
            let mut bottom = y + if entered.contains(node) { ENTRY + 8 } else { 0 };
            for way in leaving {
                let room = label_width - 2 * PADDING - if is_retry(way.edge) { LOOP } else { 0 };
                way.criteria = wrap(&way.label.criteria.join(" and "), Font::Code, room, BELOW.len() - 1);
                way.y = bottom + ABOVE;
                bottom = way.y + BELOW.get(way.criteria.len()).copied().unwrap_or_default();
            }
            let least = if matches!(what, GraphNode::Step { .. }) { STEP_HEIGHT } else { END_HEIGHT };
            let height = least.max(bottom - y);
            let lines = node_lines(what).iter().map(|line| one_line(line)).collect();
            boxes.push(NodeBox { node: *node, y, height, lines });
            y += height + GAP;
        }
        let leaving = leaving.into_iter().flatten().collect();
        Self::route(&rows, boxes, &straight, leaving, (label_width, y - GAP + MARGIN))
    }

    /// Gives lanes to the ways at the side.
    fn route(
        rows: &Rows,
        boxes: Vec<NodeBox>,
        straight: &[(usize, &GraphEdge)],
        leaving: Vec<Leaving<'_>>,
        (label_width, height): (i32, i32),
    ) -> Self {
        let node_width = widest(boxes.iter().flat_map(|node| &node.lines).map(String::as_str), NODE_WIDTH);
        let place = |node: usize| rows.of_node(node).and_then(|row| boxes.get(row));
        let straight = straight.iter().filter_map(|(index, edge)| {
            let (from, to) = (place(edge.from)?, place(edge.to)?);
            let label = EdgeLabel::of(edge);
            Some(Straight { edge: *index, from: from.y + from.height, to: to.y, label })
        });
        let straight = straight.collect();
        let entry = |node: usize| place(node).map(|there| there.y + ENTRY.min(there.height / 2));
        let mut spans: BTreeMap<(usize, bool), (i32, i32)> = BTreeMap::new();
        for Leaving { edge, y, .. } in leaving.iter().filter(|way| !is_retry(way.edge)) {
            let Some(to) = entry(edge.to) else { continue };
            let span = spans.entry(lane_key(edge)).or_insert((to, to));
            *span = (span.0.min(*y), span.1.max(*y));
        }
        let lanes = lanes(&spans);
        let side = MARGIN + node_width + label_width;
        let exits = leaving.into_iter().filter_map(|Leaving { index, edge, y, label, criteria }| {
            let route = if is_retry(edge) {
                Route::Loop
            } else {
                let lane = lanes.get(&lane_key(edge)).copied().unwrap_or_default();
                Route::Lane { x: side + LANE_WIDTH + lane * LANE_WIDTH, to: entry(edge.to)? }
            };
            Some(Exit { edge: index, y, label, criteria, route })
        });
        let exits = exits.collect();
        let last = lanes.values().max().map_or(0, |lane| (lane + 1) * LANE_WIDTH);
        Self { boxes, straight, exits, node_width, label_width, width: side + last + MARGIN, height }
    }
}

/// A way that leaves a node at its side, before it has a lane.
struct Leaving<'a> {
    index: usize,
    edge: &'a GraphEdge,
    y: i32,
    label: EdgeLabel,
    criteria: Vec<String>,
}

/// The nodes that are drawn, from top to bottom.
struct Rows {
    order: Vec<usize>,
    /// By node.
    rows: Vec<Option<usize>>,
}

impl Rows {
    fn of(graph: &WorkflowGraph, drawn: &dyn Fn(usize, &GraphEdge) -> bool) -> Self {
        let nodes = drawn_nodes(graph, drawn);
        let mut order: Vec<usize> = (0..nodes.len()).filter(|node| nodes.get(*node) == Some(&true)).collect();
        // The end comes right after the steps, because the last of them leads there.
        order.sort_by_key(|node| match graph.nodes.get(*node) {
            Some(GraphNode::Start) => 0,
            Some(GraphNode::Step { .. }) => 1,
            Some(GraphNode::End) => 2,
            Some(GraphNode::Workflow { .. }) => 3,
            Some(_) | None => 4,
        });
        let mut rows = vec![None; nodes.len()];
        for (row, node) in order.iter().enumerate() {
            rows.get_mut(*node).into_iter().for_each(|place| *place = Some(row));
        }
        Self { order, rows }
    }

    fn of_node(&self, node: usize) -> Option<usize> {
        self.rows.get(node).copied().flatten()
    }
}

fn is_retry(edge: &GraphEdge) -> bool {
    matches!(edge.by, GraphTransfer::Action { retry: Some(_), .. })
}

/// Ways to one node after the same outcome share a lane.
fn lane_key(edge: &GraphEdge) -> (usize, bool) {
    (edge.to, edge.after == GraphOutcome::Failure)
}

/// The number of the lane of each span, counted from the nodes on. Lanes are used again further down.
fn lanes(spans: &BTreeMap<(usize, bool), (i32, i32)>) -> BTreeMap<(usize, bool), i32> {
    let mut starts: Vec<_> = spans.iter().map(|(key, (top, bottom))| (*top, *bottom, *key)).collect();
    starts.sort_unstable();
    let mut free: BinaryHeap<Reverse<i32>> = BinaryHeap::new();
    let mut used: BinaryHeap<Reverse<(i32, i32)>> = BinaryHeap::new();
    let mut count = 0;
    let mut lanes = BTreeMap::new();
    for (top, bottom, key) in starts {
        while let Some(Reverse((_, lane))) = used.peek().copied().filter(|Reverse((end, _))| *end < top) {
            used.pop();
            free.push(Reverse(lane));
        }
        let lane = free.pop().map_or_else(
            || {
                count += 1;
                count - 1
            },
            |Reverse(lane)| lane,
        );
        used.push(Reverse((bottom, lane)));
        lanes.insert(key, lane);
    }
    lanes
}

/// Room for the widest label, none where there is no label.
fn label_width(leaving: &[Vec<Leaving<'_>>]) -> i32 {
    let labels = leaving.iter().flatten().map(|way| &way.label);
    if labels.clone().next().is_none() {
        return 0;
    }
    LOOP + widest(labels.flat_map(EdgeLabel::lines), LABEL_WIDTH)
}

fn widest<'a>(lines: impl Iterator<Item = &'a str>, (least, most): (i32, i32)) -> i32 {
    let widest = lines.map(|line| width(line, Font::Head, most)).max().unwrap_or_default();
    (widest + 2 * PADDING).clamp(least, most)
}
