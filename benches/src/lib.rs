//! What a run of the Sift workflow costs, beside the same requests written by hand.
//!
//! `scripts/bench.sh` measures whole processes with the three programs of this package: `sift-server` answers on the
//! loopback interface, `sift-by-hand` is the client that somebody would write instead of a workflow, and `measure`
//! runs commands in turn and adds up what they used. `benches/chain.rs` measures the parts in process,
//! `benches/validate.rs` the check of many descriptions and `benches/large.rs` a run that needs one operation of a
//! large source. This library holds what they must agree on.

pub mod cpu;

/// The answer to the event.
pub const EVENT_ANSWER: &str = r#"{"status":0,"error_message":"OK","time":1780000000,"score_response":{"status":0,"error_message":"OK","user_id":"user-4711","scores":{"account_abuse":{"score":91.5,"reasons":[{"name":"accounts per device","value":7,"details":{"users":"user-4702, user-4705"}}]}}}}"#;

/// The answer with the user's scores, of which one is above the threshold.
pub const SCORE_ANSWER: &str = r#"{"status":0,"error_message":"OK","user_id":"user-4711","scores":{"account_abuse":{"score":91.5,"reasons":[{"name":"accounts per device","value":7,"details":{"users":"user-4702, user-4705"}}]}},"latest_decisions":{},"latest_labels":{}}"#;

/// The answer to the decision.
pub const DECISION_ANSWER: &str = r#"{"entity":{"id":"user-4711","type":"user"},"decision":{"id":"block_new_account"},"time":1780000000000}"#;
