//! The argument that says when output has colours.

use clap::{Args, ValueEnum};

/// Of everything that is printed.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ColorArgs {
    /// When to use colour.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN", help_heading = "Output")]
    color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Color {
    /// On a terminal.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

impl ColorArgs {
    /// Makes it the choice for everything that is printed.
    pub(crate) fn apply(&self) {
        let choice = match self.color {
            Color::Auto => return,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}
