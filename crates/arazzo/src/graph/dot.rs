//! A graph in the [DOT language](https://graphviz.org/doc/info/lang.html) of Graphviz.

use std::collections::HashMap;
use std::fmt::Write;

use arazzo_engine::{GraphEdge, GraphNode, GraphOutcome, WorkflowGraph};

use super::label::{EdgeLabel, called_workflow, drawn_nodes, is_drawn, is_workflow, node_lines, one_line};

/// The digraph, with a cluster for each workflow.
pub(super) fn write(graphs: &[WorkflowGraph]) -> String {
    let mut text = String::from("digraph arazzo {\n  rankdir=TB;\n");
    text.push_str("  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=12];\n");
    text.push_str("  edge [fontname=\"sans-serif\", fontsize=10];\n");
    for (index, graph) in graphs.iter().enumerate() {
        workflow(&mut text, index, graph);
    }
    let starts: HashMap<&str, usize> =
        graphs.iter().enumerate().map(|(index, graph)| (graph.workflow_id.as_str(), index)).collect();
    for (index, graph) in graphs.iter().enumerate() {
        for (node, called) in graph.nodes.iter().enumerate() {
            if let Some(start) = called_workflow(called).and_then(|called| starts.get(called)) {
                line(&mut text, format_args!("  w{index}n{node} -> w{start}n0 [style=dotted];"));
            }
        }
        for first in graph.depends_on.iter().filter_map(|id| starts.get(id.as_str())) {
            line(&mut text, format_args!("  w{first}n0 -> w{index}n0 [style=dotted, label=\"before\"];"));
        }
    }
    text.push_str("}\n");
    text
}

fn workflow(text: &mut String, index: usize, graph: &WorkflowGraph) {
    line(text, format_args!("  subgraph cluster_{index} {{"));
    line(text, format_args!("    label={};", quoted([graph.workflow_id.as_str()])));
    let drawn = drawn_nodes(graph, |_, edge| is_drawn(edge));
    for (number, node) in graph.nodes.iter().enumerate() {
        if drawn.get(number) == Some(&true) {
            let looks = match node {
                GraphNode::Start => ", shape=oval",
                GraphNode::End => ", shape=oval, color=\"#2e7d32\"",
                GraphNode::Fail => ", shape=oval, color=\"#c62828\"",
                GraphNode::Step { .. } | GraphNode::Workflow { .. } if is_workflow(node) => ", peripheries=2",
                GraphNode::Step { .. } | GraphNode::Workflow { .. } => "",
            };
            let lines = node_lines(node);
            let label = quoted(lines.iter().map(String::as_str));
            line(text, format_args!("    w{index}n{number} [label={label}{looks}];"));
        }
    }
    for edge in graph.edges.iter().filter(|edge| is_drawn(edge)) {
        self::edge(text, index, edge);
    }
    text.push_str("  }\n");
}

fn edge(text: &mut String, index: usize, edge: &GraphEdge) {
    let label = EdgeLabel::of(edge);
    let mut looks: Vec<String> = Vec::new();
    if label.lines().next().is_some() {
        looks.push(format!("label={}", quoted(label.lines())));
    }
    if edge.after == GraphOutcome::Failure {
        looks.push("style=dashed, color=\"#c62828\"".to_owned());
    }
    let looks = if looks.is_empty() { String::new() } else { format!(" [{}]", looks.join(", ")) };
    line(text, format_args!("    w{index}n{} -> w{index}n{}{looks};", edge.from, edge.to));
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // A string can always be written to.
    let _ = writeln!(text, "{line}");
}

/// Lines as one quoted string. Graphviz reads `&amp;` as HTML does, and `\N` as the name of the node.
fn quoted<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let escaped = lines
        .into_iter()
        .map(|line| one_line(line).replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;"));
    format!("\"{}\"", escaped.collect::<Vec<_>>().join("\\n"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn quotes_backslashes_and_entities_are_text() {
        assert_eq!(quoted([r#"say "a" \N &lt;b>"#]), r#""say \"a\" \\N &amp;lt;b>""#);
    }

    #[test]
    fn lines_are_told_apart_and_line_breaks_inside_them_are_spaces() {
        assert_eq!(quoted(["a\nb", "c"]), r#""a b\nc""#);
    }
}
