//! The `oxc` command: what users type, and what they are told.
//!
//! Read `args` for the command line, `commands/` for what each command does, `host` for how a
//! program runs in the foreground, `access` for how its store is looked at from elsewhere.
//!
//! # Invariants
//! - Standard output carries what was asked for; all that `oxc` itself says goes to standard error.
//! - Exit status: 0 done, 1 the program or check failed, 2 wrong usage, 101 a mistake of `oxc`
//!   itself, 130 interrupted; of `oxc run` what the program says.

mod access;
mod answers;
mod args;
mod at_once;
mod bug;
mod changed;
mod commands;
mod compile;
mod dependencies;
mod extending;
mod facts;
mod failure;
mod fault;
mod folder;
mod host;
mod manner;
mod memory;
mod output;
mod place;
mod prompt;
mod served;
mod signals;
mod socket;
mod target;
mod time;

use args::{Cli, Command};
use clap::{CommandFactory as _, FromArgMatches as _};
use output::Output;
use std::process::ExitCode;

fn main() -> ExitCode {
    bug::tell_of_panics();
    // How commands of programs are started: see `activities`.
    if std::env::args_os()
        .nth(1)
        .is_some_and(|arg| arg == "__exec")
    {
        return activities::supervise();
    }
    let command = Cli::command().color(args::early_color(std::env::args_os()));
    let matches = command
        .try_get_matches()
        .unwrap_or_else(|error| args::with_suggestion(error).exit());
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let output = Output::new(cli.global.color, cli.global.verbose);
    let directory = cli.global.directory.as_deref();
    match bug::contained(|| enter(directory).and_then(|()| run(output, &cli.command))) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            output.fail(&failure);
            ExitCode::from(failure.code)
        }
    }
}

/// Goes to the folder of `-C`.
fn enter(directory: Option<&std::path::Path>) -> Result<(), failure::Failure> {
    place::remember_start();
    let Some(directory) = directory else {
        return Ok(());
    };
    std::env::set_current_dir(directory).map_err(failure::io(format_args!(
        "go to the folder {}",
        directory.display()
    )))
}

fn run(output: Output, command: &Command) -> failure::Outcome {
    match command {
        Command::Run(args) => commands::run::run(output, args),
        Command::Eval(args) => commands::eval::run(output, args),
        Command::Repl(args) => commands::repl::run(output, args),
        Command::Resume(args) => commands::resume::run(output, args),
        Command::Retry(args) => commands::retry::run(output, args),
        Command::Ps(args) => commands::ps::run(output, args),
        Command::Inspect(args) => commands::inspect::run(output, args),
        Command::Logs(args) => commands::logs::run(output, args),
        Command::Cancel(args) => commands::cancel::run(output, args),
        Command::Kill(args) => commands::kill::run(output, args),
        Command::Send(args) => commands::send::run(output, args),
        Command::Rm(args) => commands::rm::run(output, args),
        Command::Check(args) => commands::check::run(output, args),
        Command::Test(args) => commands::test::run(output, args),
        Command::Build(args) => commands::build::run(output, args),
        Command::New(args) => commands::new::run(output, args),
        Command::Explain(args) => commands::explain::run(args),
        Command::Add(args) => commands::add::run(output, args),
        Command::Remove(args) => commands::remove::run(output, args),
        Command::Update(args) => commands::update::run(output, args),
        Command::Semver(args) => commands::semver::run(output, args),
        Command::Effects(args) => commands::effects::run(output, args),
        Command::Tree(args) => commands::tree::run(output, args),
        Command::Disasm(args) => commands::disasm::run(output, args),
        Command::Verify(args) => commands::verify::run(output, args),
        Command::Version(args) => commands::version::run(args),
        Command::Completions(args) => commands::completions::run(args),
        Command::Man(args) => commands::man::run(output, args),
    }
}
