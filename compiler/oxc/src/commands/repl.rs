//! `oxc repl`: a prompt in a program.
//!
//! # Invariants
//! - A session is a run as any other: it is kept, can be looked at and gone on with.

use super::run;
use crate::args::Format;
use crate::args::Repl;
use crate::compile::{Compiled, Purpose, not_opened, shown_and_built};
use crate::failure::{Failure, Outcome, io};
use crate::folder::Folder;
use crate::manner::Manner;
use crate::output::Output;
use crate::target::Program;
use driver::{Target, Workspace, project, session};
use std::path::Path;

/// What a session is called that begins with no file.
const LABEL: &str = "repl";

/// Runs a session; its exit status.
pub(crate) fn run(output: Output, args: &Repl) -> Outcome {
    let mut manner = Manner::default();
    manner.limit(&args.limit)?;
    let dir = std::env::current_dir().map_err(io("find the working folder"))?;
    let options = args.packages.options();
    let program = args
        .program
        .as_deref()
        .map(|text| Program::named(Some(text)));
    let program = program.transpose()?;
    let (found, label) = match &program {
        Some(Program::Image(path)) => {
            return Err(Failure::new(format!(
                "{} is an image: a prompt needs the texts of a program",
                path.display()
            ))
            .help("name the file or the namespace that it was built from"));
        }
        Some(Program::Source(target)) => {
            let found = project::find(target, &dir, &options);
            (found, args.program.clone().unwrap_or_default())
        }
        None if Folder::around(Path::new(".")).is_ok_and(|folder| folder.is_project) => {
            let mut found = project::find(&Target::Folder(dir.clone()), &dir, &options);
            if let Ok(found) = &mut found {
                found.entry = None;
            }
            (found, LABEL.to_owned())
        }
        None => (Ok(session::of_nothing()), LABEL.to_owned()),
    };
    let found = found.map_err(|error| not_opened(output, error, Format::Text))?;
    let folder = match &program {
        Some(program) => program.folder(),
        None => Folder::around(Path::new(".")),
    };
    let progress = output.progress("compiling");
    let mut workspace = Workspace::of(session::at_prompt(found));
    workspace.take_summaries(None);
    let built = workspace.build();
    drop(progress);
    let mut compiled: Compiled = shown_and_built(output, &workspace, built, Purpose::Run)?;
    // The texts have the prompt at their end: they are those of no file.
    compiled.sources.clear();
    output.mention("`:help` says what there is, Ctrl-D ends it");
    if args.ephemeral {
        return run::begin(output, compiled, None, &manner, &label, &[]);
    }
    run::begin(
        output,
        compiled,
        Some((&folder?, args.store.store.as_deref())),
        &manner,
        &label,
        &[],
    )
}
