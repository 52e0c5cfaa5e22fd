//! The arguments of `arazzo run` for many runs of one workflow.

use clap::Args;

/// So many runs may be under way at a time. Each may hold a connection.
const MAX_CONCURRENCY: i64 = 10_000;

#[derive(Debug, Args)]
#[command(next_help_heading = "Many runs")]
pub(crate) struct ManyArgs {
    /// One run for each row: the members of each line of a `.jsonl` file, `-` for such lines from standard input, or the
    /// columns of a `.csv` file are inputs. They win over `--inputs`; `--input` wins over them. An empty cell is not
    /// given. All rows are checked before anything is sent.
    #[arg(long, value_name = "FILE|-", group = "many", conflicts_with_all = ["all", "dry_run"])]
    pub(crate) data: Option<String>,

    /// Run the workflow so many times and sum up: how many succeeded, how long they took.
    #[arg(
        long,
        value_name = "N",
        group = "many",
        conflicts_with_all = ["all", "dry_run"],
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub(crate) repeat: Option<u64>,

    /// So many of these runs at a time [default: 1].
    #[arg(
        long,
        value_name = "C",
        requires = "many",
        value_parser = clap::value_parser!(u16).range(1..=MAX_CONCURRENCY)
    )]
    pub(crate) concurrency: Option<u16>,
}
