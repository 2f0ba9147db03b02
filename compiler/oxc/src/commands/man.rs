//! `oxc man`: man pages, generated from the command line's definition.

use crate::args::{Cli, Man};
use crate::failure::{Failure, Outcome, io};
use crate::output::Output;
use clap::CommandFactory as _;
use std::path::Path;

/// Writes `oxc.1` and a page for each command.
pub(crate) fn run(output: Output, args: &Man) -> Outcome {
    std::fs::create_dir_all(&args.dir)
        .map_err(io(format_args!("make the folder {}", args.dir.display())))?;
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = 1;
    write_page(&args.dir, "oxc", command.clone())?;
    for sub in command.get_subcommands() {
        let name = format!("oxc-{}", sub.get_name());
        write_page(&args.dir, &name, sub.clone())?;
        pages += 1;
    }
    output.mention(format!("{pages} pages in {}", args.dir.display()));
    Ok(0)
}

fn write_page(dir: &Path, name: &str, command: clap::Command) -> Result<(), Failure> {
    let path = dir.join(format!("{name}.1"));
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .and_then(|()| std::fs::write(&path, page))
        .map_err(io(format_args!("write {}", path.display())))
}
