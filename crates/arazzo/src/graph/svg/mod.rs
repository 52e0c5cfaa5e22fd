//! A graph as an SVG, drawn without any other program.
//!
//! It has light and dark colours and uses the fonts of the system. What does not fit is cut and stands in full in a
//! `<title>`, which a browser shows under the pointer.

mod colors;
mod layout;
mod text;

use std::fmt::Write;

use arazzo_engine::{GraphEdge, GraphNode, GraphOutcome, Status, WorkflowGraph};

use super::Marks;
use super::label::{EdgeLabel, is_workflow};
pub(crate) use colors::colors;
use layout::{CRITERION_HEIGHT, Exit, LOOP, Layout, MARGIN, NodeBox, PADDING, Route, Straight};
use text::{Font, fit, xml};

/// How the parts of a graph look. The colours are variables.
pub(crate) const STYLE: &str = include_str!("graph.css");
/// The height of the line with a workflow's name.
const TITLE_HEIGHT: i32 = 30;
/// The radius of the corners of a way.
const CORNER: i32 = 6;
/// So many steps are listed in the description of a picture.
const LISTED: usize = 40;

/// The workflows below each other, as a file of its own.
pub(crate) fn draw(graphs: &[WorkflowGraph]) -> String {
    let marks = Marks::default();
    let mut body = String::new();
    let (mut width, mut height) = (0, 0);
    for graph in graphs {
        let layout = Layout::of(graph, &marks);
        let title_width = text::width(&graph.workflow_id, Font::Head, MOST_TITLE) + 2 * MARGIN;
        let title = xml(&fit(&graph.workflow_id, Font::Head, MOST_TITLE));
        put(&mut body, format_args!("<g transform=\"translate(0 {height})\">\n"));
        put(&mut body, format_args!("<text class=\"title\" x=\"{MARGIN}\" y=\"26\">{title}</text>\n"));
        put(&mut body, format_args!("<g transform=\"translate(0 {TITLE_HEIGHT})\">\n"));
        Drawing { graph, marks: &marks, layout: &layout, text: &mut body }.all();
        body.push_str("</g>\n</g>\n");
        width = width.max(layout.width).max(title_width);
        height += layout.height + TITLE_HEIGHT;
    }
    let names = graphs.iter().map(|graph| graph.workflow_id.as_str()).collect::<Vec<_>>().join(", ");
    let described = graphs.iter().map(described).collect::<Vec<_>>().join(" ");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" role=\"img\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n<title>{}</title>\n<desc>{}</desc>\n<style>\n{}{STYLE}</style>\n<rect width=\"{width}\" height=\"{height}\" fill=\"var(--bg)\"/>\n{body}</svg>\n",
        xml(&names),
        xml(&described),
        colors(),
    )
}

/// One workflow with the way of a run, for a page that has [`STYLE`] and the colours.
pub(crate) fn draw_run(graph: &WorkflowGraph, marks: &Marks) -> String {
    let layout = Layout::of(graph, marks);
    let (width, height) = (layout.width, layout.height);
    let name = xml(&format!("graph of {}: {}", graph.workflow_id, described(graph)));
    let ran = if marks.is_empty() { "" } else { " ran" };
    let mut text = format!(
        "<svg class=\"graph{ran}\" role=\"group\" aria-label=\"{name}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n"
    );
    Drawing { graph, marks, layout: &layout, text: &mut text }.all();
    text.push_str("</svg>");
    text
}

/// The widest name of a workflow, in pixels.
const MOST_TITLE: i32 = 640;

/// The steps in words.
fn described(graph: &WorkflowGraph) -> String {
    let steps = graph.nodes.iter().filter_map(GraphNode::step_id);
    let count = steps.clone().count();
    let mut text = format!("{count} steps: {}", steps.take(LISTED).collect::<Vec<_>>().join(", "));
    text.push_str(if count > LISTED { ", …" } else { "." });
    text
}

/// Writes one graph.
struct Drawing<'a> {
    graph: &'a WorkflowGraph,
    marks: &'a Marks,
    layout: &'a Layout,
    text: &'a mut String,
}

impl Drawing<'_> {
    fn all(mut self) {
        let layout = self.layout;
        // What was taken is drawn last, so that nothing crosses it.
        for taken in [false, true] {
            let chosen = |edge: usize| (self.marks.taken(edge) > 0) == taken;
            let straight: Vec<&Straight> =
                layout.straight.iter().filter(|straight| chosen(straight.edge)).collect();
            let exits: Vec<&Exit> = layout.exits.iter().filter(|exit| chosen(exit.edge)).collect();
            straight.into_iter().for_each(|straight| self.straight(straight));
            exits.into_iter().for_each(|exit| self.exit(exit));
        }
        layout.boxes.iter().for_each(|node| self.node(node));
    }

    fn straight(&mut self, Straight { edge, from, to, label }: &Straight) {
        let Some(data) = self.graph.edges.get(*edge) else { return };
        let x = MARGIN + self.layout.node_width / 2;
        self.open(*edge, data, label);
        put(self.text, format_args!("<path class=\"way\" d=\"M{x} {from}V{}\"/>", to - 6));
        put(
            self.text,
            format_args!("<path class=\"tip\" d=\"M{} {}L{x} {to}L{} {}z\"/>", x - 5, to - 8, x + 5, to - 8),
        );
        self.line("small", x + 10, (from + to) / 2 + 4, Font::Small, &label.head, LABEL_BESIDE);
        self.text.push_str("</g>\n");
    }

    fn exit(&mut self, Exit { edge, y, label, criteria, route }: &Exit) {
        let Some(data) = self.graph.edges.get(*edge) else { return };
        let side = MARGIN + self.layout.node_width;
        self.open(*edge, data, label);
        let (text_x, tip) = match route {
            Route::Loop => {
                let out = LOOP - 8;
                put(
                    self.text,
                    format_args!(
                        "<path class=\"way\" d=\"M{side} {}h{out}a8 8 0 0 1 0 16h-{}\"/>",
                        y - 8,
                        out - 5
                    ),
                );
                (side + LOOP + 6, y + 8)
            }
            Route::Lane { x, to } => {
                let corner = CORNER.min((to - y).abs() / 2);
                let turn = if to > y { corner } else { -corner };
                let path = format!(
                    "M{side} {y}H{}Q{x} {y} {x} {}V{}Q{x} {to} {} {to}H{}",
                    x - corner,
                    y + turn,
                    to - turn,
                    x - corner,
                    side + 6
                );
                put(self.text, format_args!("<path class=\"way\" d=\"{path}\"/>"));
                (side + 10, *to)
            }
        };
        put(
            self.text,
            format_args!(
                "<path class=\"tip\" d=\"M{} {}L{side} {tip}L{} {}z\"/>",
                side + 8,
                tip - 5,
                side + 8,
                tip + 5
            ),
        );
        let room = side + self.layout.label_width - text_x;
        let head = if label.head.is_empty() { "nothing handles it" } else { &label.head };
        self.line("head", text_x, y - 5, Font::Head, head, room);
        for (line, at) in criteria.iter().zip((0..).map(|line| y + 15 + line * CRITERION_HEIGHT)) {
            self.line("code", text_x, at, Font::Code, line, room);
        }
        self.text.push_str("</g>\n");
    }

    /// Begins an edge, with its whole label as the title.
    fn open(&mut self, index: usize, edge: &GraphEdge, label: &EdgeLabel) {
        let after = match edge.after {
            GraphOutcome::Success => "success",
            GraphOutcome::Failure => "failure",
        };
        let taken = if self.marks.taken(index) > 0 { " taken" } else { "" };
        put(self.text, format_args!("<g class=\"edge {after}{taken}\">"));
        let title = label.lines().collect::<Vec<_>>().join(" · ");
        if !title.is_empty() {
            put(self.text, format_args!("<title>after {after}: {}</title>", xml(&title)));
        }
    }

    fn node(&mut self, NodeBox { node, y, height, lines }: &NodeBox) {
        let Some(data) = self.graph.nodes.get(*node) else { return };
        let mark = self.marks.node(*node);
        let kind = match data {
            GraphNode::Start => "start",
            GraphNode::End => "end",
            GraphNode::Fail => "fail",
            GraphNode::Step { .. } | GraphNode::Workflow { .. } => "step",
        };
        let status = match (mark.and_then(|mark| mark.status), data) {
            (Some(Status::Succeeded), _) => " succeeded",
            (Some(Status::Failed), _) => " failed",
            (Some(Status::Stopped), _) => " stopped",
            (None, GraphNode::End) if mark.is_some() => " succeeded",
            (None, GraphNode::Fail) if mark.is_some() => " failed",
            (None, _) => "",
        };
        let taken = if mark.is_some() { " taken" } else { "" };
        let link = mark.and_then(|mark| mark.link.as_deref());
        if let Some(link) = link {
            put(self.text, format_args!("<a href=\"{}\">", xml(link)));
        }
        put(self.text, format_args!("<g class=\"node {kind}{taken}{status}\">"));
        put(self.text, format_args!("<title>{}</title>", xml(&lines.join(" · "))));
        let width = self.layout.node_width;
        let round = if kind == "step" { 8 } else { height / 2 };
        put(
            self.text,
            format_args!(
                "<rect x=\"{MARGIN}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{round}\"/>"
            ),
        );
        if is_workflow(data) {
            put(
                self.text,
                format_args!(
                    "<rect class=\"inner\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"5\"/>",
                    MARGIN + 4,
                    y + 4,
                    width - 8,
                    height - 8
                ),
            );
        }
        let visits = mark.map_or(0, |mark| mark.visits);
        if kind == "step" {
            self.step_text(visits, *y, lines);
        } else {
            let label = lines.first().map(String::as_str).unwrap_or_default();
            self.line("head middle", MARGIN + width / 2, y + 22, Font::Head, label, width - 2 * PADDING);
        }
        self.text.push_str(if link.is_some() { "</g></a>\n" } else { "</g>\n" });
    }

    fn step_text(&mut self, visits: u32, y: i32, lines: &[String]) {
        const LINE: i32 = 18;
        let x = MARGIN + PADDING;
        let mut room = self.layout.node_width - 2 * PADDING;
        let mut at = y + 23;
        for (index, line) in lines.iter().enumerate() {
            let (class, font) = match index {
                0 => ("head", Font::Head),
                1 => ("code", Font::Code),
                _ => ("small", Font::Small),
            };
            if index == 0 && visits > 1 {
                let times = format!("×{visits}");
                let wide = text::width(&times, Font::Head, room);
                self.line("head", x + room - wide, at, Font::Head, &times, room);
                room -= wide + 4;
            }
            self.line(class, x, at, font, line, room);
            at += LINE;
        }
    }

    fn line(&mut self, class: &str, x: i32, y: i32, font: Font, line: &str, room: i32) {
        if !line.is_empty() {
            let line = xml(&fit(line, font, room));
            put(self.text, format_args!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{line}</text>"));
        }
    }
}

/// The room for the label of a way straight down.
const LABEL_BESIDE: i32 = 140;

fn put(text: &mut String, part: std::fmt::Arguments<'_>) {
    // A string can always be written to.
    let _ = text.write_fmt(part);
}

#[cfg(test)]
mod tests;
