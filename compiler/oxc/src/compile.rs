//! From what the command line names to an image, with what the compiler has to say on the way.
//!
//! # Invariants
//! - Errors of the user's text are shown as diagnostics on standard error, never as a failure of
//!   `oxc`.

use crate::args::Format;
use crate::failure::{FAILED, Failure, io};
use crate::folder::Folder;
use crate::output::{self, Output};
use crate::place;
use crate::target::Program;
use bytecode::Image;
use driver::packages::Options;
use driver::{Built, Workspace};
use source::render::SourceFiles;
use source::{Diagnostic, FileId, Severity};
use std::path::{Path, PathBuf};

/// A program ready to run.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    /// Its image.
    pub(crate) image: Image,
    /// Path and hash of each source file; none of an image file.
    pub(crate) sources: Vec<(String, [u8; 32])>,
}

impl From<Built> for Compiled {
    fn from(built: Built) -> Compiled {
        Compiled {
            image: built.image,
            sources: built.sources,
        }
    }
}

/// Opens what is to be compiled. What is wrong with the project file is shown here, as the
/// diagnostics of other files are.
///
/// # Errors
/// When it is not there or its project file is wrong.
pub(crate) fn open(
    output: Output,
    target: &driver::Target,
    packages: &Options,
    format: Format,
) -> Result<Workspace, Failure> {
    let dir = std::env::current_dir().map_err(io("find the working folder"))?;
    Workspace::open(target, &dir, packages).map_err(|error| not_opened(output, error, format))
}

/// Why a project cannot be opened. What is wrong with its file is shown here.
pub(crate) fn not_opened(output: Output, error: driver::ProjectError, format: Format) -> Failure {
    match error {
        driver::ProjectError::Manifest {
            path,
            text,
            diagnostics,
        } => {
            let path = place::shown(Path::new(&path)).display().to_string();
            let file = source::render::SingleFile {
                path: &path,
                text: &text,
            };
            if format == Format::Json {
                let json = source::render::json::render(&diagnostics, &file);
                return match output::print(&json) {
                    Ok(()) => Failure::told(FAILED),
                    Err(failure) => failure,
                };
            }
            let shown = source::render::terminal::render(&diagnostics, &file, output.color_stderr);
            output.say(format!("{}\n", shown.trim_end_matches('\n')));
            output.say(summary(count(&diagnostics, Severity::Error), 0));
            Failure::told(FAILED)
        }
        driver::ProjectError::Read { path, error } => {
            let path = place::shown(Path::new(&path));
            io(format_args!("read {}", path.display()))(error)
        }
        error => Failure::new(crate::failure::chain(&error)),
    }
}

/// What a program is compiled for, and so is not done when it cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To run it.
    Run,
    /// To write its image.
    Write,
    /// To look at it.
    Look,
}

/// Compiles or loads a program.
///
/// # Errors
/// When it has errors, which have been shown then.
pub(crate) fn compile(
    output: Output,
    program: &Program,
    folder: Option<&Folder>,
    packages: &Options,
    purpose: Purpose,
) -> Result<Compiled, Failure> {
    match program {
        Program::Image(path) => load(path),
        Program::Source(target) => {
            let progress = output.progress("compiling");
            let mut workspace = open(output, target, packages, Format::Text)?;
            let cache = folder.map(Folder::cache);
            if let Some(library) = folder.and_then(Folder::library_cache) {
                workspace.keep_library_in(library);
            }
            let built = workspace.build_to_run(cache.as_deref());
            drop(progress);
            if let Ok(built) = &built {
                needs_something_to_run(target, &workspace, built)?;
            }
            shown_and_built(output, &workspace, built, purpose)
        }
    }
}

/// What was built, with its warnings shown.
///
/// # Errors
/// When it has errors, which have been shown then.
pub(crate) fn shown_and_built(
    output: Output,
    workspace: &Workspace,
    built: Result<Built, Vec<Diagnostic>>,
    purpose: Purpose,
) -> Result<Compiled, Failure> {
    let built = built.map_err(|diagnostics| rejected(output, workspace, &diagnostics, purpose))?;
    // Off a terminal, too: who reads the log of a job wants to know.
    show(output, workspace, &built.warnings);
    Ok(built.into())
}

/// The image of a program with all definitions of its entry namespace, also of one that there is
/// nothing to run in.
///
/// # Errors
/// As [`compile`].
pub(crate) fn compile_whole(output: Output, program: &Program) -> Result<Image, Failure> {
    match program {
        Program::Image(path) => Ok(load(path)?.image),
        Program::Source(target) => {
            let progress = output.progress("compiling");
            let mut workspace = open(output, target, &Options::default(), Format::Text)?;
            let built = workspace.build_whole();
            drop(progress);
            let built = built
                .map_err(|diagnostics| rejected(output, &workspace, &diagnostics, Purpose::Look))?;
            Ok(built.image)
        }
    }
}

fn load(path: &Path) -> Result<Compiled, Failure> {
    let bytes = std::fs::read(path).map_err(io(format_args!("read {}", path.display())))?;
    let image = Image::decode(&bytes).map_err(|error| {
        Failure::new(format!(
            "{} is no image that can be run: {error}",
            path.display()
        ))
        .help("build it again with `oxc build`")
    })?;
    Ok(Compiled {
        image,
        sources: Vec::new(),
    })
}

fn needs_something_to_run(
    target: &driver::Target,
    workspace: &Workspace,
    built: &Built,
) -> Result<(), Failure> {
    if built.entry_slot.is_some() || built.main_slot.is_some() {
        return Ok(());
    }
    let what = match target {
        driver::Target::File(path) => path.display().to_string(),
        _ => workspace.entry().unwrap_or("the program").to_owned(),
    };
    Err(Failure::new(format!(
        "there is nothing to run in {what}: no expression at top level, no `-main`"
    ))
    .help("define a function `-main`; it is called with the arguments as strings"))
}

/// Shows why a program cannot run.
fn rejected(
    output: Output,
    workspace: &Workspace,
    diagnostics: &[Diagnostic],
    purpose: Purpose,
) -> Failure {
    show(output, workspace, diagnostics);
    let errors = count(diagnostics, Severity::Error);
    let undone = match purpose {
        Purpose::Run => "; nothing was run",
        Purpose::Write => "; no image was written",
        Purpose::Look => "",
    };
    output.say(format!(
        "{}{undone}",
        summary(errors, count(diagnostics, Severity::Warning))
    ));
    Failure::told(FAILED)
}

/// Texts of a workspace, with paths as they are named from where the user is.
pub(crate) fn shown_files(workspace: &Workspace) -> impl SourceFiles {
    ShownFiles {
        files: workspace.files(),
        root: workspace.root().to_owned(),
    }
}

struct ShownFiles {
    files: driver::Files,
    root: PathBuf,
}

impl SourceFiles for ShownFiles {
    fn path(&self, file: FileId) -> String {
        let path = self.files.path(file);
        let on_disk = self.root.join(&path);
        // The library's files are inside of oxc, and so are those that were typed.
        if self.root.as_os_str().is_empty() || !on_disk.exists() {
            return path;
        }
        place::shown(&on_disk).display().to_string()
    }

    fn text(&self, file: FileId) -> &str {
        self.files.text(file)
    }
}

/// Shows diagnostics on standard error.
pub(crate) fn show(output: Output, workspace: &Workspace, diagnostics: &[Diagnostic]) {
    show_in(output, &shown_files(workspace), diagnostics);
}

/// Shows diagnostics of these files on standard error.
pub(crate) fn show_in(output: Output, files: &impl SourceFiles, diagnostics: &[Diagnostic]) {
    if diagnostics.is_empty() {
        return;
    }
    let text = source::render::terminal::render(diagnostics, files, output.color_stderr);
    output.say(text.trim_end_matches('\n'));
    output.say("");
}

/// How many diagnostics are of a severity.
pub(crate) fn count(diagnostics: &[Diagnostic], severity: Severity) -> usize {
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == severity)
        .count()
}

/// `2 errors, 1 warning`
pub(crate) fn summary(errors: usize, warnings: usize) -> String {
    let some = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{count} {what}s")),
    };
    let parts: Vec<String> = some(errors, "error")
        .into_iter()
        .chain(some(warnings, "warning"))
        .collect();
    if parts.is_empty() {
        "no errors".to_owned()
    } else {
        parts.join(", ")
    }
}
