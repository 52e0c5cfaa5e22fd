//! Drawings are well-formed whatever stands in them, and large ones are drawn quickly and do not overlap.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arazzo_document::{Document, Workspace};
use arazzo_engine::{Mode, Plan, PlanOptions, WorkflowGraph};

use super::layout::{Layout, Route};
use super::{Marks, draw, draw_run};

const API: &str = "{ openapi: 3.1.0, info: { title: T, version: '1' }, servers: [{ url: 'http://a.test' }], paths: { /x: { get: { operationId: x, responses: {} } } } }";

/// The graph of a workflow with these steps.
fn graph(id: &str, steps: &str) -> WorkflowGraph {
    let text = format!(
        "arazzo: 1.0.1\ninfo: {{ title: T, version: '1' }}\nsourceDescriptions: [{{ name: a, url: a.yml }}]\nworkflows:\n- workflowId: {id}\n  steps:\n{steps}"
    );
    let read = |name: &str, text: &str| {
        let (document, problems) = Document::read(name, &format!("file:///{name}"), text.to_owned());
        assert!(problems.is_empty(), "{problems:#?}");
        Arc::new(document.unwrap())
    };
    let (workspace, problems) = Workspace::new(read("w.yml", &text), Mode::Tolerant);
    let mut workspace = workspace.unwrap_or_else(|| panic!("{problems:#?}"));
    while let Some(wanted) = workspace.wanted() {
        workspace.supply(wanted, read("a.yml", API));
    }
    let id = workspace.entry().description.workflows[0].id.value.clone();
    let planning = Plan::compile(&workspace, &id, &PlanOptions::default());
    planning.plan.unwrap_or_else(|| panic!("{:#?}", planning.diagnostics)).graphs().remove(0)
}

/// So many steps, each with a way back, a way on, a retry and an end.
fn large(count: usize) -> WorkflowGraph {
    let mut steps = String::new();
    for step in 0..count {
        let (back, on) = (step / 2, (step + 7).min(count - 1));
        let _ = write!(
            steps,
            "  - stepId: s{step}\n    operationId: x\n    onSuccess:\n    - {{ name: back, type: goto, stepId: s{back}, criteria: [{{ condition: $statusCode == 202 }}] }}\n    - {{ name: on, type: goto, stepId: s{on}, criteria: [{{ condition: $statusCode == 203 }}] }}\n    onFailure:\n    - {{ name: again, type: retry, criteria: [{{ condition: $statusCode == 503 }}] }}\n    - {{ name: stop, type: end }}\n"
        );
    }
    graph("large", &steps)
}

#[test]
fn hostile_texts_leave_the_drawing_well_formed() {
    let graph = graph(
        "'<w> & \"q\"'",
        "  - { stepId: '</text><script>a</script>', operationId: x, onSuccess: [{ name: \"]]>&amp;'\\u0001\\n\", type: end, criteria: [{ condition: '\"<b>\" == $url' }] }] }\n  - { stepId: 名前, operationId: x }\n",
    );
    let svg = draw(&[graph.clone(), graph.clone()]);
    uppsala::Parser::new().parse(&svg).unwrap();
    assert!(!svg.contains("<script>") && !svg.contains("<b>"), "{svg}");
    uppsala::Parser::new().parse(&draw_run(&graph, &Marks::default())).unwrap();
}

#[test]
fn nodes_labels_and_lanes_do_not_overlap() {
    let graph = large(200);
    let layout = Layout::of(&graph, &Marks::default());
    for pair in layout.boxes.windows(2) {
        assert!(pair[0].y + pair[0].height < pair[1].y, "{pair:?}");
    }
    let mut ways: Vec<i32> = layout.exits.iter().map(|exit| exit.y).collect();
    let mut lanes: Vec<(i32, i32, i32, usize)> = Vec::new();
    for exit in &layout.exits {
        if let Route::Lane { x, to } = exit.route {
            lanes.push((x, exit.y.min(to), exit.y.max(to), graph.edges[exit.edge].to));
            assert!(x < layout.width);
        }
    }
    ways.sort_unstable();
    assert!(ways.windows(2).all(|pair| pair[1] - pair[0] >= 20), "labels have room");
    for (index, (x, top, bottom, to)) in lanes.iter().enumerate() {
        for (other_x, other_top, other_bottom, other_to) in &lanes[..index] {
            let apart = x != other_x || bottom < other_top || other_bottom < top;
            assert!(apart || to == other_to, "two targets share a lane at {x}");
        }
    }
}

#[test]
fn a_very_large_graph_is_drawn_quickly() {
    let graph = large(2_000);
    let begin = Instant::now();
    let svg = draw(std::slice::from_ref(&graph));
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert!(svg.len() < 8_000_000, "{}", svg.len());
}
