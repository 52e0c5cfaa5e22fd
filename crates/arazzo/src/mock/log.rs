//! What `arazzo mock` prints: where it listens, and a line for each request.

use std::net::SocketAddr;

use arazzo_runner::MockExchange;
use serde_json::{Map, Value, json};

use super::args::LogFormat;
use crate::output::{self, DIM, ERROR, GOOD, WARNING, printable};

/// Says where the sources are, in the words that `arazzo run` takes.
pub(super) fn ready(format: LogFormat, address: SocketAddr, urls: &[(String, String)], operations: usize) {
    match format {
        LogFormat::Human => {
            let flags: String =
                urls.iter().map(|(name, url)| format!(" --server {}={url}", printable(name))).collect();
            output::print(&format!("listening at http://{address} ({operations} operations):{flags}"));
        }
        LogFormat::Jsonl => {
            let sources: Map<String, Value> =
                urls.iter().map(|(name, url)| (name.clone(), Value::from(url.as_str()))).collect();
            let url = format!("http://{address}");
            let line =
                json!({ "event": "listening", "url": url, "sources": sources, "operations": operations });
            output::print(&line.to_string());
        }
    }
}

/// Says what came of a request.
pub(super) fn exchange(format: LogFormat, exchange: &MockExchange) {
    let MockExchange { method, target, operation, status, reason, duration, .. } = exchange;
    let milliseconds = duration.as_secs_f64() * 1000.0;
    match format {
        LogFormat::Human => {
            let style = match status {
                Some(200..=399) => GOOD,
                Some(400..=499) => WARNING,
                Some(_) | None => ERROR,
            };
            let status = status.map_or_else(|| "---".to_owned(), |status| status.to_string());
            let operation = operation.as_ref().map_or("", |(_, operation)| operation.as_str());
            let mut line = format!(
                "{method} {}  {style}{status}{style:#}  {DIM}{}  {milliseconds:.1} ms{DIM:#}",
                printable(target),
                printable(operation)
            );
            if let Some(reason) = reason {
                line.push_str(&format!("  {}", printable(reason).replace('\n', " ")));
            }
            output::print(&line);
        }
        LogFormat::Jsonl => {
            let (source, operation) = operation.clone().unzip();
            let line = json!({
                "event": "request", "method": method, "target": target, "status": status, "reason": reason,
                "source": source, "operation": operation, "durationMs": milliseconds
            });
            output::print(&line.to_string());
        }
    }
}
