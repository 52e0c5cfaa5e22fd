//! How long many runs took, in a space that does not grow with their number.
//!
//! Durations are counted in buckets: one for each nanosecond at first, and further up so many that a bucket is narrower
//! than a thousandth of what it stands for. Percentiles are by nearest rank: the `p`th is the smallest duration that is
//! not below `p` per cent of them.

use std::time::Duration;

/// Up to here a bucket is one nanosecond wide; each octave above has half as many buckets.
const FINE: u64 = 2048;

/// The durations of many runs.
#[derive(Debug, Default)]
pub(crate) struct Durations {
    /// How many there are in each bucket, up to the last one that has any.
    buckets: Vec<u64>,
    count: u64,
    min: u64,
    max: u64,
}

impl Durations {
    /// Counts one more.
    pub(crate) fn add(&mut self, duration: Duration) {
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let bucket = bucket_of(nanoseconds);
        if self.buckets.len() <= bucket {
            self.buckets.resize(bucket + 1, 0);
        }
        if let Some(count) = self.buckets.get_mut(bucket) {
            *count += 1;
        }
        self.min = if self.count == 0 { nanoseconds } else { self.min.min(nanoseconds) };
        self.max = self.max.max(nanoseconds);
        self.count += 1;
    }

    /// The shortest; `None` when there are none, as for all others.
    pub(crate) fn min(&self) -> Option<Duration> {
        (self.count > 0).then(|| Duration::from_nanos(self.min))
    }

    /// The longest.
    pub(crate) fn max(&self) -> Option<Duration> {
        (self.count > 0).then(|| Duration::from_nanos(self.max))
    }

    /// The `percent`th percentile.
    pub(crate) fn percentile(&self, percent: u64) -> Option<Duration> {
        let rank = u128::from(self.count) * u128::from(percent);
        let rank = u64::try_from(rank.div_ceil(100)).unwrap_or(u64::MAX).max(1);
        let mut below = 0;
        let bucket = self.buckets.iter().position(|count| {
            below += count;
            below >= rank
        })?;
        Some(Duration::from_nanos(start_of(bucket).clamp(self.min, self.max)))
    }
}

/// The bucket of a duration in nanoseconds.
fn bucket_of(nanoseconds: u64) -> usize {
    let octave = (nanoseconds / FINE).checked_ilog2().map_or(0, |octaves| u64::from(octaves) + 1);
    let bucket = octave * (FINE / 2) + (nanoseconds >> octave);
    usize::try_from(bucket).unwrap_or(usize::MAX)
}

/// The shortest duration, in nanoseconds, of a bucket.
fn start_of(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let octave = (bucket / (FINE / 2)).saturating_sub(1);
    (bucket - octave * (FINE / 2)) << octave
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(nanoseconds: impl IntoIterator<Item = u64>) -> Durations {
        let mut durations = Durations::default();
        nanoseconds.into_iter().for_each(|each| durations.add(Duration::from_nanos(each)));
        durations
    }

    fn percentile(durations: &Durations, percent: u64) -> u64 {
        u64::try_from(durations.percentile(percent).unwrap().as_nanos()).unwrap()
    }

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        let hundred = of((1..=100).rev());
        for percent in [1, 50, 95, 99, 100] {
            assert_eq!(percentile(&hundred, percent), percent);
        }
        // The example of every textbook: of five, the fiftieth is the third, and the thirtieth the second.
        let five = of([15, 20, 35, 40, 50]);
        let found = [5, 30, 40, 50, 95, 100].map(|percent| percentile(&five, percent));
        assert_eq!(found, [15, 20, 20, 35, 50, 50]);
    }

    #[test]
    fn of_one_run_every_percentile_is_the_run() {
        let one = of([123_456_789]);
        for percent in [1, 50, 99] {
            assert_eq!(percentile(&one, percent), 123_456_789);
        }
        assert_eq!(one.min(), one.max());
    }

    #[test]
    fn of_no_run_there_is_no_percentile() {
        let none = Durations::default();
        assert_eq!((none.min(), none.percentile(50), none.max()), (None, None, None));
    }

    #[test]
    fn a_bucket_is_narrower_than_a_thousandth_of_what_it_stands_for() {
        let mut last = 0;
        for exponent in 0..64 {
            for nanoseconds in [1 << exponent, (1 << exponent) + (1 << exponent) / 3, (1 << exponent) - 1] {
                let bucket = bucket_of(nanoseconds);
                let (start, next) = (start_of(bucket), start_of(bucket + 1));
                assert!(start <= nanoseconds, "{nanoseconds}");
                assert!(nanoseconds < next || next == 0, "{nanoseconds} in {start}..{next}");
                assert!(nanoseconds - start <= nanoseconds / 1000, "{nanoseconds} {start}");
                last = last.max(bucket);
            }
        }
        assert!(bucket_of(u64::MAX) >= last && bucket_of(u64::MAX) < 60_000);
    }
}
