//! `arazzo completions` and `arazzo man`: what shells and `man` know of the command, made from its arguments.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args::Arguments;
use crate::exit::Exit;
use crate::output::{self, ERROR};

/// The arguments of `arazzo completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Where it goes:
  bash        arazzo completions bash > ~/.local/share/bash-completion/completions/arazzo
  zsh         arazzo completions zsh > \"${fpath[1]}/_arazzo\"
  fish        arazzo completions fish > ~/.config/fish/completions/arazzo.fish
  powershell  arazzo completions powershell >> $PROFILE
  elvish      arazzo completions elvish >> ~/.config/elvish/rc.elv")]
pub(crate) struct CompletionsArgs {
    /// Which shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// The arguments of `arazzo man`.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The folder for the pages of the command and of its subcommands; it is made if there is none.
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Prints the script for a shell.
pub(crate) fn complete(args: &CompletionsArgs) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::command(), NAME, &mut script);
    output::print(String::from_utf8_lossy(&script).trim_end());
    Exit::Success
}

/// Prints the page of the command, or writes all pages.
pub(crate) fn show(args: &ManArgs) -> Exit {
    let written = match &args.folder {
        None => page().map(|page| output::print(page.trim_end())).map_err(|error| error.to_string()),
        Some(folder) => write_pages(folder)
            .map_err(|error| format!("the pages cannot be written into `{}`: {error}", folder.display())),
    };
    match written {
        Ok(()) => Exit::Success,
        Err(problem) => {
            output::message(&format!("{ERROR}error{ERROR:#}: {problem}"));
            Exit::Stopped
        }
    }
}

/// What the command is called.
const NAME: &str = "arazzo";

fn page() -> io::Result<String> {
    let mut page = Vec::new();
    // There is no page of `arazzo help` to refer to.
    Man::new(Arguments::command().disable_help_subcommand(true)).render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

fn write_pages(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Arguments::command(), folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_can_complete_the_flags_of_run() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), NAME, &mut script);
            let script = String::from_utf8(script).unwrap();
            for word in ["check-responses", "deny-warnings", "concurrency"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }

    #[test]
    fn every_subcommand_has_a_page() {
        let folder = std::env::temp_dir().join(format!("arazzo-man-{}", std::process::id()));
        write_pages(&folder.join("man1")).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.join("man1").join(name)).unwrap();
        for subcommand in Arguments::command().get_subcommands() {
            assert!(read(&format!("arazzo-{}.1", subcommand.get_name())).contains(".SH DESCRIPTION"));
        }
        assert!(read("arazzo-run.1").contains("the run could not be carried on"));
        assert_eq!(read("arazzo.1"), page().unwrap());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
