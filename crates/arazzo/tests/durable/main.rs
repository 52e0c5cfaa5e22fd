//! Durable runs as processes: killed, interrupted, gone on with, and what goes wrong with their journal.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod faults;
mod given_again;
mod keys;
mod kitchen;
mod library;
mod runs;
