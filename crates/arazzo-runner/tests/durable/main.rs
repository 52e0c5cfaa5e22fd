//! Durable runs: what is recorded never happens again, what was under way happens at most once more, and the result is
//! that of a run that nobody disturbed.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot be set up has failed")]

mod dying;
#[path = "../support/folder.rs"]
mod folder;
#[cfg(unix)]
mod kill;
mod simulation;
mod withdrawn;
mod world;
