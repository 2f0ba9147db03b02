//! `oxc completions`: shell completions, generated from the command line's definition.

use crate::args::{Cli, Completions};
use crate::failure::Outcome;
use crate::output;
use clap::CommandFactory as _;

/// Prints the completions of one shell.
pub(crate) fn run(args: &Completions) -> Outcome {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "oxc", &mut text);
    output::answer(&String::from_utf8_lossy(&text))
}
