//! What became of a condition.

use crate::limits::MAX_FACTS;

/// The three outcomes of a condition, see
/// [Evaluation Errors](https://spec.openapis.org/arazzo/v1.1.0.html#evaluation-errors). Control flow treats the last
/// as not held; reports show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// The condition holds.
    Held,
    /// The condition does not hold.
    NotHeld {
        /// The values that decided it, such as `` `$statusCode` is 503 ``.
        reason: String,
    },
    /// The condition could not be judged.
    NotEvaluated {
        /// What stood in the way.
        reason: String,
    },
}

impl Judgement {
    /// Whether the condition holds.
    pub fn held(&self) -> bool {
        match self {
            Self::Held => true,
            Self::NotHeld { .. } | Self::NotEvaluated { .. } => false,
        }
    }

    /// Why it does not hold.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Held => None,
            Self::NotHeld { reason } | Self::NotEvaluated { reason } => Some(reason),
        }
    }
}

/// What is known about the operands that decided, each said once.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    said: Vec<String>,
    more: bool,
}

impl Facts {
    pub(crate) fn add(&mut self, fact: String) {
        if self.said.contains(&fact) {
            return;
        }
        if self.said.len() < MAX_FACTS {
            self.said.push(fact);
        } else {
            self.more = true;
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.more
    }

    /// The reason, or `otherwise` when only literals decided.
    pub(crate) fn into_reason(mut self, otherwise: impl FnOnce() -> String) -> String {
        if self.said.is_empty() {
            return otherwise();
        }
        if self.more {
            self.said.push("…".to_owned());
        }
        self.said.join(", ")
    }
}
