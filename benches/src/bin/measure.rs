//! Runs commands in turn and prints what each of them used: CPU time (user and system) and peak memory.
//!
//! ```text
//! measure [--rounds N] -- NAME COMMAND [ARGUMENT…] [-- NAME COMMAND [ARGUMENT…]]…
//! ```
//!
//! A round runs every command once, every other round in the opposite order, so that whatever else the machine does
//! falls on all of them alike. The first command is the one that the others are compared with. The table is Markdown.

#![expect(clippy::print_stdout, reason = "the table is what this program has to say")]

use std::env;
use std::error::Error;
use std::process::{Command, Stdio};

const DEFAULT_ROUNDS: usize = 30;

/// Says that the process is one that runs a single command, see `Usage::of`.
const ONCE: &str = "--once";

const USAGE: &str = "usage: measure [--rounds N] -- NAME COMMAND [ARGUMENT…] [-- NAME COMMAND [ARGUMENT…]]…";

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.split_first() {
        Some((first, command)) if first == ONCE => {
            let usage = run(command)?;
            println!("{} {}", usage.cpu, usage.memory);
            Ok(())
        }
        _ => compare(&arguments),
    }
}

fn compare(arguments: &[String]) -> Outcome<()> {
    let mut groups = arguments.split(|argument| argument == "--");
    let rounds = match groups.next() {
        None | Some([]) => DEFAULT_ROUNDS,
        Some([flag, rounds]) if flag == "--rounds" => rounds.parse()?,
        Some(_) => return Err(USAGE.into()),
    };
    let mut candidates: Vec<Candidate<'_>> = groups.map(Candidate::new).collect::<Outcome<_>>()?;
    if candidates.is_empty() || rounds == 0 {
        return Err(USAGE.into());
    }
    // The first run brings the files into memory and is not counted.
    for candidate in &candidates {
        Usage::of(candidate.command)?;
    }
    for round in 0..rounds {
        if round % 2 == 0 {
            candidates.iter_mut().try_for_each(Candidate::measure)?;
        } else {
            candidates.iter_mut().rev().try_for_each(Candidate::measure)?;
        }
    }
    print_table(&candidates);
    Ok(())
}

/// A command and what each of its runs used.
struct Candidate<'a> {
    name: &'a str,
    command: &'a [String],
    measured: Vec<Usage>,
}

impl<'a> Candidate<'a> {
    fn new(group: &'a [String]) -> Outcome<Self> {
        match group {
            [name, command @ ..] if !command.is_empty() => Ok(Self { name, command, measured: Vec::new() }),
            _ => Err(USAGE.into()),
        }
    }

    fn measure(&mut self) -> Outcome<()> {
        self.measured.push(Usage::of(self.command)?);
        Ok(())
    }

    /// CPU time in milliseconds.
    fn cpu(&self) -> Spread {
        Spread::new(self.measured.iter().map(|usage| usage.cpu).collect(), 1000.0)
    }

    /// Peak memory in MiB.
    fn memory(&self) -> Spread {
        Spread::new(self.measured.iter().map(|usage| usage.memory).collect(), 1024.0)
    }
}

/// What one process used.
struct Usage {
    /// User and system time, in microseconds.
    cpu: u64,
    /// The most memory it ever had, in KiB.
    memory: u64,
}

impl Usage {
    /// Runs a command under a copy of this program.
    ///
    /// The kernel keeps the peak memory of all children together, hence a parent of its own for each. That parent is
    /// small, and has to be: a new process starts from the peak of the one that made it.
    fn of(command: &[String]) -> Outcome<Self> {
        let output =
            Command::new(env::current_exe()?).arg(ONCE).args(command).stderr(Stdio::inherit()).output()?;
        let text = String::from_utf8(output.stdout)?;
        match text.trim().split_once(' ') {
            Some((cpu, memory)) => Ok(Self { cpu: cpu.parse()?, memory: memory.parse()? }),
            None => Err(format!("`{}` was not measured", command.join(" ")).into()),
        }
    }
}

fn run(command: &[String]) -> Outcome<Usage> {
    let (program, arguments) = command.split_first().ok_or(USAGE)?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status()?;
    if !status.success() {
        return Err(format!("`{program}` ended with {status}; run it by hand to see why").into());
    }
    used_by_children()
}

#[cfg(unix)]
fn used_by_children() -> Outcome<Usage> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;

    let used = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cpu = used.user_time().num_microseconds() + used.system_time().num_microseconds();
    // Apple's kernels count bytes where the others count KiB.
    let unit = if cfg!(target_vendor = "apple") { 1024 } else { 1 };
    Ok(Usage { cpu: u64::try_from(cpu)?, memory: u64::try_from(used.max_rss())? / unit })
}

#[cfg(not(unix))]
fn used_by_children() -> Outcome<Usage> {
    Err("what a process used can only be asked on Unix".into())
}

fn print_table(candidates: &[Candidate<'_>]) {
    println!("| | CPU, median | min | max | ratio | peak memory, median | max | ratio |");
    println!("|---|--:|--:|--:|--:|--:|--:|--:|");
    let first = candidates.first().map(|first| (first.cpu().median, first.memory().median));
    let (first_cpu, first_memory) = first.unwrap_or_default();
    for candidate in candidates {
        let (cpu, memory) = (candidate.cpu(), candidate.memory());
        println!(
            "| {} | {:.2} ms | {:.2} ms | {:.2} ms | {:.2} | {:.1} MiB | {:.1} MiB | {:.2} |",
            candidate.name,
            cpu.median,
            cpu.min,
            cpu.max,
            cpu.median / first_cpu,
            memory.median,
            memory.max,
            memory.median / first_memory,
        );
    }
}

struct Spread {
    min: f64,
    median: f64,
    max: f64,
}

impl Spread {
    fn new(mut sorted: Vec<u64>, unit: f64) -> Self {
        sorted.sort_unstable();
        let at = |index: usize| sorted.get(index).map_or(f64::NAN, |value| *value as f64 / unit);
        let last = sorted.len().saturating_sub(1);
        let median = f64::midpoint(at(last / 2), at(sorted.len() / 2));
        Self { min: at(0), median, max: at(last) }
    }
}
