//! What the case runner is made of: a case, the command it starts, what it expects.

pub(crate) mod case;
pub(crate) mod command;
pub(crate) mod expectation;
