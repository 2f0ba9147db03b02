//! `oxc check`: all diagnostics of a program and its tests, without running it.

use crate::args::{Check, Deny, Format};
use crate::compile::{count, not_opened, show, shown_files, summary};
use crate::failure::{FAILED, Failure, Outcome, io};
use crate::folder::Folder;
use crate::output::{self, Output};
use crate::target::Program;
use driver::Workspace;
use source::Severity;

/// Checks each target. The exit status is 1 if one has errors, or warnings that are denied.
pub(crate) fn run(output: Output, args: &Check) -> Outcome {
    let targets: Vec<Option<&str>> = if args.targets.is_empty() {
        vec![None]
    } else {
        args.targets
            .iter()
            .map(|text| Some(text.as_str()))
            .collect()
    };
    let dir = std::env::current_dir().map_err(io("find the working folder"))?;
    let (mut errors, mut warnings) = (0, 0);
    for target in targets {
        let Program::Source(target) = Program::named(target)? else {
            return Err(Failure::usage("an image file holds no source to check"));
        };
        let mut workspace = Workspace::open_with_tests(&target, &dir, &args.packages.options())
            .map_err(|error| not_opened(output, error, args.format))?;
        let progress = output.progress("checking");
        // A check makes no folder: it takes what compiled before has left, and adds to it.
        let folder = Folder::around(workspace.root()).ok();
        let folder = folder.filter(Folder::has_cache);
        if let Some(library) = folder.as_ref().and_then(Folder::library_cache) {
            workspace.keep_library_in(library);
        }
        let cache = folder.as_ref().map(Folder::cache);
        let diagnostics = workspace.check_linked_cached(cache.as_deref());
        drop(progress);
        match args.format {
            Format::Json => output::print(&source::render::json::render(
                &diagnostics,
                &shown_files(&workspace),
            ))?,
            Format::Text => show(output, &workspace, &diagnostics),
        }
        errors += count(&diagnostics, Severity::Error);
        warnings += count(&diagnostics, Severity::Warning);
    }
    if args.format == Format::Text {
        output.say(summary(errors, warnings));
    }
    let denied = args.deny == Some(Deny::Warnings) && warnings > 0;
    Ok(if errors > 0 || denied { FAILED } else { 0 })
}
