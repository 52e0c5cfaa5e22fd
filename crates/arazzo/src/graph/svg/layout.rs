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
use super::text::{Font, width};

/// The space around the drawing.
pub(super) const MARGIN: i32 = 16;
/// The height of a step, and of every other node.
const STEP_HEIGHT: i32 = 70;
const END_HEIGHT: i32 = 34;
/// The space between two nodes, where the straight arrows are.
const GAP: i32 = 32;
/// The height that a way out takes, with its label.
const EXIT_HEIGHT: i32 = 42;
/// Where in a node ways come in.
const ENTRY: i32 = 16;
const LANE_WIDTH: i32 = 14;
const NODE_WIDTH: (i32, i32) = (190, 310);
const LABEL_WIDTH: (i32, i32) = (70, 300);
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
        let mut leaving: Vec<Vec<(usize, &GraphEdge)>> = vec![Vec::new(); rows.order.len()];
        let mut entered: BTreeSet<usize> = BTreeSet::new();
        for (index, edge) in graph.edges.iter().enumerate().filter(|(index, edge)| drawn(*index, edge)) {
            let (Some(from), Some(to)) = (rows.of_node(edge.from), rows.of_node(edge.to)) else { continue };
            if matches!(edge.by, GraphTransfer::List { .. }) && to == from + 1 {
                straight.push((index, edge));
                continue;
            }
            leaving.get_mut(from).into_iter().for_each(|edges| edges.push((index, edge)));
            if !is_retry(edge) {
                entered.insert(edge.to);
            }
        }
        let mut boxes = Vec::new();
        let mut exits = Vec::new();
        let mut y = MARGIN;
        for (node, leaving) in rows.order.iter().zip(leaving) {
            let Some(what) = graph.nodes.get(*node) else { continue };
            let first = y + if entered.contains(node) { ENTRY + 6 } else { 4 };
            let mut bottom = first;
            for (edge, data) in leaving {
                exits.push((edge, data, bottom + EXIT_HEIGHT / 2));
                bottom += EXIT_HEIGHT;
            }
            let least = if matches!(what, GraphNode::Step { .. }) { STEP_HEIGHT } else { END_HEIGHT };
            let height = least.max(bottom + 4 - y);
            let lines = node_lines(what).iter().map(|line| one_line(line)).collect();
            boxes.push(NodeBox { node: *node, y, height, lines });
            y += height + GAP;
        }
        let node_width = widest(boxes.iter().flat_map(|node| &node.lines), Font::Head, NODE_WIDTH);
        Self::route(rows, boxes, &straight, exits, node_width, y - GAP + MARGIN)
    }

    /// Gives lanes to the ways at the side.
    fn route(
        rows: Rows,
        boxes: Vec<NodeBox>,
        straight: &[(usize, &GraphEdge)],
        leaving: Vec<(usize, &GraphEdge, i32)>,
        node_width: i32,
        height: i32,
    ) -> Self {
        let place = |node: usize| rows.of_node(node).and_then(|row| boxes.get(row));
        let straight = straight.iter().filter_map(|(index, edge)| {
            let (from, to) = (place(edge.from)?, place(edge.to)?);
            let label = EdgeLabel::of(edge);
            Some(Straight { edge: *index, from: from.y + from.height, to: to.y, label })
        });
        let straight = straight.collect();
        let entry = |node: usize| {
            let there = place(node)?;
            Some(there.y + ENTRY.min(there.height / 2))
        };
        let mut spans: BTreeMap<(usize, bool), (i32, i32)> = BTreeMap::new();
        for (_, edge, y) in leaving.iter().filter(|(_, edge, _)| !is_retry(edge)) {
            let Some(to) = entry(edge.to) else { continue };
            let span = spans.entry(lane_key(edge)).or_insert((to, to));
            *span = (span.0.min(*y), span.1.max(*y));
        }
        let lanes = lanes(&spans);
        let labels: Vec<EdgeLabel> = leaving.iter().map(|(_, edge, _)| EdgeLabel::of(edge)).collect();
        let texts = || labels.iter().flat_map(|label| label.lines().map(str::to_owned).collect::<Vec<_>>());
        let label_width =
            if labels.is_empty() { 0 } else { widest(&texts().collect::<Vec<_>>(), Font::Head, LABEL_WIDTH) };
        let side = MARGIN + node_width + label_width;
        let exits: Vec<Exit> = leaving
            .iter()
            .zip(labels)
            .filter_map(|((index, edge, y), label)| {
                let route = if is_retry(edge) {
                    Route::Loop
                } else {
                    let lane = lanes.get(&lane_key(edge)).copied().unwrap_or_default();
                    Route::Lane { x: side + LANE_WIDTH + lane * LANE_WIDTH, to: entry(edge.to)? }
                };
                Some(Exit { edge: *index, y: *y, label, route })
            })
            .collect();
        let last = lanes.values().max().map_or(0, |lane| (lane + 1) * LANE_WIDTH);
        Self { boxes, straight, exits, node_width, label_width, width: side + last + MARGIN, height }
    }
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

fn widest<'a>(lines: impl IntoIterator<Item = &'a String>, font: Font, (least, most): (i32, i32)) -> i32 {
    let widest = lines.into_iter().map(|line| width(line, font, most)).max().unwrap_or_default();
    (widest + 2 * PADDING).clamp(least, most)
}
