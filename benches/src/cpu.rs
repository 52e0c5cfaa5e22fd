//! CPU time of one process, of several ways to do something in turn.

use std::error::Error;
use std::time::Duration;

/// User and system time of this process so far.
///
/// # Errors
///
/// The system does not tell.
#[cfg(unix)]
pub fn used() -> Result<Duration, Box<dyn Error>> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;

    let used = getrusage(UsageWho::RUSAGE_SELF)?;
    let micros = used.user_time().num_microseconds() + used.system_time().num_microseconds();
    Ok(Duration::from_micros(u64::try_from(micros)?))
}

/// User and system time of this process so far.
///
/// # Errors
///
/// Always: it can only be asked on Unix.
#[cfg(not(unix))]
pub fn used() -> Result<Duration, Box<dyn Error>> {
    Err("what a process used can only be asked on Unix".into())
}

/// A way to do something.
pub struct Candidate<'a> {
    /// Its name in the table.
    pub name: &'a str,
    /// Does it once.
    pub work: Box<dyn FnMut() -> Result<(), Box<dyn Error>> + 'a>,
}

/// Does the work of all candidates in turn, every other round in the opposite order, and gives a Markdown table of
/// what they used. The first is the one that the others are compared with. A round that is not counted comes before.
///
/// # Errors
///
/// A candidate failed, or the system does not tell the CPU time.
pub fn compare(rounds: usize, candidates: &mut [Candidate<'_>]) -> Result<String, Box<dyn Error>> {
    let mut measured = vec![Vec::new(); candidates.len()];
    for round in 0..=rounds {
        let mut order: Vec<_> = candidates.iter_mut().zip(&mut measured).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for (candidate, measured) in order {
            let before = used()?;
            (candidate.work)()?;
            let spent = used()?.saturating_sub(before);
            if round > 0 {
                measured.push(spent);
            }
        }
    }
    let spread = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        let at = |index: usize| times.get(index).map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0);
        let last = times.len().saturating_sub(1);
        (at(0), f64::midpoint(at(last / 2), at(times.len() / 2)), at(last))
    };
    let mut table = String::from("| | CPU, median | min | max | ratio of medians |\n|---|--:|--:|--:|--:|\n");
    let mut first = None;
    for (candidate, times) in candidates.iter().zip(&mut measured) {
        let (min, median, max) = spread(times);
        let ratio = median / *first.get_or_insert(median);
        table.push_str(&format!(
            "| {} | {median:.1} ms | {min:.1} ms | {max:.1} ms | {ratio:.2} |\n",
            candidate.name
        ));
    }
    Ok(table)
}
