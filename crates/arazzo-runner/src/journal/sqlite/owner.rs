//! Who holds a lease, so that others can tell whether it is still there.
//!
//! A process that was killed keeps its lease until the lease ends. On Linux it can be told at once: there is no process
//! with its number and start any more. That counts only where both see the same processes.

use std::sync::atomic::{AtomicU64, Ordering};

/// Names a journal that is open, as in `boot,namespace,pid,start,number`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner(String);

impl Owner {
    /// Another one each time.
    pub(super) fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let pid = std::process::id();
        let start = start_of(pid).unwrap_or_else(|| super::now().0.to_string());
        Self(format!("{},{pid},{start},{number}", world()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether the holder is known to be gone.
pub(super) fn is_gone(owner: &str) -> bool {
    let mut parts = owner.rsplitn(4, ',');
    let (Some(_number), Some(start), Some(pid), Some(theirs)) =
        (parts.next(), parts.next(), parts.next().and_then(|pid| pid.parse().ok()), parts.next())
    else {
        return false;
    };
    // A process that cannot be looked for may be there: its lease ends by itself.
    theirs != UNKNOWN && theirs == world() && start_of(pid).as_deref() != Some(start)
}

const UNKNOWN: &str = "-";

/// Names the processes that this one sees: those since the machine was started, in its namespace.
fn world() -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let namespace = std::fs::read_link("/proc/self/ns/pid");
    match (boot, namespace) {
        (Ok(boot), Ok(namespace)) => format!("{},{}", boot.trim(), namespace.display()),
        (Ok(_) | Err(_), _) => UNKNOWN.to_owned(),
    }
}

/// When a process was started, as the kernel counts; `None` when there is no such process, or nobody says.
fn start_of(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may have anything in it, also brackets; the fields after it are numbers.
    let (_, fields) = stat.rsplit_once(')')?;
    // A zombie runs no more.
    let mut fields = fields.split_whitespace();
    fields.next().filter(|state| !matches!(*state, "Z" | "X"))?;
    fields.nth(18).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_that_is_gone_is_told_from_one_that_is_there() {
        let mine = Owner::new();
        assert!(!is_gone(mine.as_str()));
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let start = start_of(child.id()).unwrap();
        let of_child = format!("{},{},{start},0", world(), child.id());
        assert!(!is_gone(&of_child));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(is_gone(&of_child));
        let elsewhere = format!("{UNKNOWN},{},{start},0", child.id());
        assert!(!is_gone(&elsewhere));
    }

    #[test]
    fn two_open_journals_of_a_process_are_two_owners() {
        assert_ne!(Owner::new(), Owner::new());
    }
}
