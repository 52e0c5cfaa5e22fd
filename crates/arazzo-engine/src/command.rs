//! What the machine wants done.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::exchange::Request;
use crate::finding::Finding;
use crate::plan::StepIndex;
use crate::record::Timestamp;

/// One thing that the machine wants done. Commands form a set: their order means nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Send a request and answer with [`Record::Responded`](crate::Record::Responded) or
    /// [`Record::Failed`](crate::Record::Failed).
    Call(Arc<Call>),
    /// Wait and answer with [`Record::Woke`](crate::Record::Woke).
    Sleep {
        /// The id that the answer must carry.
        id: SleepId,
        /// Not to be answered before this moment.
        until: Timestamp,
    },
    /// The run is over: [`Run::result`](crate::Run::result) says how.
    Finish,
}

/// A request that has to be sent, by this process or by one that the call is handed to. No credential that a driver fills in
/// is in it, but secret inputs are, and what the steps themselves give as credentials. A journal needs no more than its id:
/// a refold asks for the same call again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The id that the answer must carry.
    pub id: CallId,
    /// The step that sends it.
    pub step: StepIndex,
    /// What to send.
    pub request: Request,
    /// How the request differs from what the operation describes, if that was checked: what a mock refuses it for.
    pub findings: Vec<Finding>,
    /// How long the step allows for the response; `None` leaves it to the driver.
    pub timeout: Option<Duration>,
    /// How long the run, or a step around this one, still has. The driver gives up after the shorter of the two.
    pub limit: Option<Duration>,
}

/// Names one attempt of one visit to a step. Stable: a refold gives the same ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CallId {
    /// The visit's number in the run, from 1.
    pub visit: u32,
    /// The attempt's number in the visit, from 1.
    pub attempt: u32,
}

/// Names the wait before an attempt; its fields are those of the attempt that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SleepId {
    /// The visit's number in the run, from 1.
    pub visit: u32,
    /// The number of the attempt that follows the wait.
    pub attempt: u32,
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.visit, self.attempt)
    }
}
