//! What does the machine's bidding: a [`Transport`] sends requests, a [`Clock`] tells the time and waits.
//!
//! Both are traits, so that a test, the mock and the network are driven by the same loop.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use arazzo_engine::{Call, OperationCall, Response, Timestamp, TransportError};

use crate::found_secrets::FoundSecrets;

/// A request under way. Dropping it gives the request up.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send + 'a>>;

/// A wait under way. Dropping it gives the wait up.
pub type Waiting<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Sends requests.
pub trait Transport: Send + Sync {
    /// Sends the request of `call`, which is one to `operation`, and gives the whole response.
    ///
    /// A response with any status is `Ok`; what it means is for the machine to judge.
    ///
    /// # Errors
    ///
    /// A [`TransportError`] when there is no whole response.
    fn send<'a>(&'a self, operation: &'a OperationCall, call: &'a Call) -> Sending<'a>;

    /// Does the same and tells `found` of secrets that it comes by on the way, such as tokens that it fetches, each
    /// before a request with it goes out. Only a transport that finds some, or that passes requests on to another one,
    /// needs its own.
    fn send_telling<'a>(
        &'a self,
        operation: &'a OperationCall,
        call: &'a Call,
        found: &'a FoundSecrets,
    ) -> Sending<'a> {
        let _ = found;
        self.send(operation, call)
    }
}

/// Tells the time and waits.
pub trait Clock: Send + Sync {
    /// The present moment. It never goes back.
    fn now(&self) -> Timestamp;

    /// Waits until `moment`, or not at all if that is past.
    fn sleep_until(&self, moment: Timestamp) -> Waiting<'_>;
}

/// The clock of the machine: the time of day when it was made, and from there on a clock that nobody can set.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    made: Timestamp,
    at: Instant,
}

impl SystemClock {
    /// A clock that shows the time of day.
    pub fn new() -> Self {
        Self { made: time_of_day(), at: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        self.made.after(self.at.elapsed())
    }

    fn sleep_until(&self, moment: Timestamp) -> Waiting<'_> {
        let wait = moment.since(self.now());
        Box::pin(async move {
            if wait > Duration::ZERO {
                tokio::time::sleep(wait).await;
            }
        })
    }
}

/// A clock that stands still and jumps over every wait, for runs without a network.
#[derive(Debug)]
pub struct SkippingClock {
    now: AtomicU64,
}

impl SkippingClock {
    /// A clock that stands at the time of day.
    pub fn new() -> Self {
        Self::at(time_of_day())
    }

    /// A clock that stands at `moment`, so that two runs have the same times.
    pub fn at(moment: Timestamp) -> Self {
        Self { now: AtomicU64::new(moment.0) }
    }
}

impl Default for SkippingClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SkippingClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.now.load(Ordering::Relaxed))
    }

    fn sleep_until(&self, moment: Timestamp) -> Waiting<'_> {
        Box::pin(async move {
            self.now.fetch_max(moment.0, Ordering::Relaxed);
        })
    }
}

pub(crate) fn time_of_day() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::default().after(since_1970)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::block_on;

    #[test]
    fn a_skipping_clock_jumps_and_never_goes_back() {
        let clock = SkippingClock::at(Timestamp(1_000));
        block_on(clock.sleep_until(Timestamp(3_600_000_000)));
        assert_eq!(clock.now(), Timestamp(3_600_000_000));
        block_on(clock.sleep_until(Timestamp(5)));
        assert_eq!(clock.now(), Timestamp(3_600_000_000));
    }

    #[test]
    fn a_wait_for_the_past_is_over_at_once() {
        let clock = SystemClock::new();
        let before = Instant::now();
        block_on(clock.sleep_until(Timestamp(0)));
        assert!(before.elapsed() < Duration::from_millis(500));
    }

    #[test]
    fn the_system_clock_waits_as_long_as_it_says() {
        let clock = SystemClock::new();
        let until = clock.now().after(Duration::from_millis(20));
        block_on(clock.sleep_until(until));
        assert!(clock.now() >= until);
    }
}
