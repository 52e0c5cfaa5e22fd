//! A graph as a [Mermaid flowchart](https://mermaid.js.org/syntax/flowchart.html).
//!
//! Nodes have names of their own, so that no id of a step can be a word of Mermaid's such as `end`; texts stand in
//! quotes with everything as an entity that Mermaid or Markdown could take for more than text.

use std::collections::HashMap;
use std::fmt::Write;

use arazzo_engine::{GraphEdge, GraphNode, GraphOutcome, WorkflowGraph};

use super::label::{EdgeLabel, called_workflow, drawn_nodes, is_drawn, is_workflow, node_lines, one_line};

/// The flowchart of one workflow, or of several as subgraphs.
pub(super) fn write(graphs: &[WorkflowGraph]) -> String {
    let mut text = String::from("flowchart TD\n");
    for (index, graph) in graphs.iter().enumerate() {
        workflow(&mut text, index, graph);
    }
    let starts: HashMap<&str, usize> =
        graphs.iter().enumerate().map(|(index, graph)| (graph.workflow_id.as_str(), index)).collect();
    for (index, graph) in graphs.iter().enumerate() {
        for (node, called) in graph.nodes.iter().enumerate() {
            if let Some(start) = called_workflow(called).and_then(|called| starts.get(called)) {
                line(&mut text, format_args!("  w{index}n{node} -.-> w{start}n0"));
            }
        }
        for first in graph.depends_on.iter().filter_map(|id| starts.get(id.as_str())) {
            line(&mut text, format_args!("  w{first} -.->|\"before\"| w{index}"));
        }
    }
    text.push_str("  classDef failed stroke:#c62828,stroke-width:2px\n");
    text.push_str("  classDef succeeded stroke:#2e7d32,stroke-width:2px\n");
    text
}

fn workflow(text: &mut String, index: usize, graph: &WorkflowGraph) {
    line(text, format_args!("  subgraph w{index}[\"{}\"]", escaped(&one_line(&graph.workflow_id))));
    let drawn = drawn_nodes(graph, |_, edge| is_drawn(edge));
    for (number, node) in graph.nodes.iter().enumerate() {
        if drawn.get(number) == Some(&true) {
            self::node(text, &format!("w{index}n{number}"), node);
        }
    }
    for edge in graph.edges.iter().filter(|edge| is_drawn(edge)) {
        self::edge(text, index, edge);
    }
    text.push_str("  end\n");
}

fn node(text: &mut String, name: &str, node: &GraphNode) {
    let label =
        node_lines(node).iter().map(|line| escaped(&one_line(line))).collect::<Vec<_>>().join("<br/>");
    let (open, close) = match node {
        GraphNode::Start | GraphNode::End | GraphNode::Fail => ("([", "])"),
        GraphNode::Step { .. } | GraphNode::Workflow { .. } if is_workflow(node) => ("[[", "]]"),
        GraphNode::Step { .. } | GraphNode::Workflow { .. } => ("[", "]"),
    };
    let class = match node {
        GraphNode::End => ":::succeeded",
        GraphNode::Fail => ":::failed",
        GraphNode::Start | GraphNode::Step { .. } | GraphNode::Workflow { .. } => "",
    };
    line(text, format_args!("    {name}{open}\"{label}\"{close}{class}"));
}

fn edge(text: &mut String, index: usize, edge: &GraphEdge) {
    let arrow = match edge.after {
        GraphOutcome::Success => "-->",
        GraphOutcome::Failure => "-.->",
    };
    let label = EdgeLabel::of(edge).lines().map(escaped).collect::<Vec<_>>().join("<br/>");
    let label = if label.is_empty() { label } else { format!("|\"{label}\"|") };
    line(text, format_args!("    w{index}n{} {arrow}{label} w{index}n{}", edge.from, edge.to));
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // A string can always be written to.
    let _ = writeln!(text, "{line}");
}

/// Text for between quotes: letters and digits as they are, of signs those that mean nothing anywhere in it.
fn escaped(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut before = '\0';
    for char in line.chars() {
        // Two dollar signs would begin a formula.
        let plain = char.is_alphanumeric()
            || matches!(char, ' ' | '_' | '/' | '(' | ')' | '{' | '}' | '=' | '!' | '?' | ',' | '@' | '×')
            || (matches!(char, '-' | '.') && (before.is_alphanumeric() || before == '$'))
            || (char == '$' && before != '$');
        if plain {
            text.push(char);
        } else {
            text.push_str(&format!("#{};", u32::from(char)));
        }
        before = char;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn signs_that_mean_something_are_entities() {
        assert_eq!(escaped(r#"a"b`c<d>&#e\n"#), "a#34;b#96;c#60;d#62;#38;#35;e#92;n");
        assert_eq!(escaped("%%{init: {}}%%"), "#37;#37;{init#58; {}}#37;#37;");
    }

    #[test]
    fn expressions_stay_readable() {
        assert_eq!(escaped("$statusCode == 200"), "$statusCode == 200");
        assert_eq!(escaped("$response.body#/id >= $inputs.x-y"), "$response.body#35;/id #62;= $inputs.x-y");
    }

    #[test]
    fn what_markdown_takes_for_a_list_or_a_formula_is_text() {
        assert_eq!(escaped("- a"), "#45; a");
        assert_eq!(escaped("$$x$$"), "$#36;x$#36;");
    }

    #[test]
    fn letters_of_all_languages_stay() {
        assert_eq!(escaped("prüfe 名前"), "prüfe 名前");
    }
}
