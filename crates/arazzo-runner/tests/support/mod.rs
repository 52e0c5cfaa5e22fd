//! What tests of runs have in common.

pub(crate) mod folder;
pub(crate) mod orders;
