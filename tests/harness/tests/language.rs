//! The chapters of `tests/language`, each section in every mode. Their form is in `tests/README.md`.
//!
//! The machine is driven without an engine; [`host`] answers the few effects of pure programs.
//! `LANGUAGE=text` runs the sections whose chapter or name contains it.
//!
//! # Invariants
//! - Every mode gives the same values, output and errors: those that are written in the chapter.
//! - The costly modes act at a bounded number of safepoints a section; from there on their slices
//!   grow, so that they end in time and still act now and then until the end.

pub(crate) mod host;
mod modes;
mod oracle;

use driver::Workspace;
use driver::project::{Found, FoundFile, Manifest};
use harness::root;
use harness::specification::{Chapter, Expected, Mark, Section};
use modes::{Mode, Report};
use source::Diagnostic;
use source::render::SourceFiles as _;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use vm::image::LoadedImage;

macro_rules! chapters {
    ($($name:ident)*) => {
        const CHAPTERS: &[&str] = &[$(stringify!($name)),*];
        $(#[test] fn $name() { run_chapter(stringify!($name)); })*
    };
}

chapters! {
    arithmetic
    arrays
    collections
    compat
    control
    core_collections
    core_forms
    core_functions
    core_more
    core_numbers
    core_sequences
    core_text
    depth
    destructuring
    equality
    errors
    evaluation
    found
    functions
    fusion
    handlers
    hashing
    hierarchies
    large_numbers
    library_check
    library_csv
    library_data
    library_edn
    library_match
    library_math
    library_ox
    library_pprint
    library_set
    library_string
    library_test
    library_walk
    library_zip
    limits
    long_texts
    macros
    multimethods
    namespaces
    print_methods
    printing
    protocols
    queues
    reader
    readers
    secrets
    sequences
    sorted
    state
    strings
    transducers
    types
}

#[test]
fn every_chapter_is_run() {
    let folder = std::fs::read_dir(root().join("tests/language")).expect("the chapters are there");
    for entry in folder {
        let path = entry.expect("the folder is listed").path();
        let name = path
            .file_stem()
            .expect("a file has a name")
            .to_string_lossy()
            .into_owned();
        assert!(
            CHAPTERS.contains(&name.as_str()),
            "{name} is not in the list above"
        );
    }
}

fn run_chapter(name: &str) {
    let path = root()
        .join("tests/language")
        .join(name)
        .with_extension("ox");
    let text = std::fs::read_to_string(&path).expect("the chapter can be read");
    let chapter = Chapter::read(&text).unwrap_or_else(|error| panic!("{name}.ox: {error}"));
    let filter = std::env::var("LANGUAGE").unwrap_or_default();
    let whole = name.contains(&filter);
    // One database for the sections of one file, so that the library is compiled once.
    let mut shared = None;
    let mut failures = String::new();
    for section in &chapter.sections {
        if !(whole || section.name.contains(&filter)) {
            continue;
        }
        if let Err(error) = run_section(section, &mut shared) {
            let _ = writeln!(
                failures,
                "{name}.ox:{}: {}\n{error}",
                section.line, section.name
            );
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

fn workspace_of(section: &Section) -> Workspace {
    let files = section.files.iter().map(|file| {
        let found = FoundFile {
            namespace: file.namespace.clone(),
            path: file.path.clone(),
            text: file.text.clone(),
        };
        (file.namespace.clone(), found)
    });
    let files: BTreeMap<_, _> = files.collect();
    Workspace::of(Found {
        root: PathBuf::new(),
        is_project: false,
        manifest: Manifest::default(),
        files,
        packages: driver::packages::Packages::default(),
        entry: section.files.last().map(|file| file.namespace.clone()),
    })
}

fn run_section(section: &Section, shared: &mut Option<Workspace>) -> Result<(), String> {
    let mut own;
    let workspace = match &section.files[..] {
        [file] if file.namespace == "user" => {
            let workspace = shared.get_or_insert_with(|| workspace_of(section));
            workspace.edit("user", &file.text);
            workspace
        }
        _ => {
            own = workspace_of(section);
            &mut own
        }
    };
    let built = workspace.build();
    if section.is_compiled_only() {
        let diagnostics = match built {
            Ok(built) => built.warnings,
            Err(diagnostics) => diagnostics,
        };
        return compare_diagnostics(section, workspace, &diagnostics);
    }
    let built = built.map_err(|diagnostics| {
        let files = workspace.files();
        let mut text = source::render::terminal::render(&diagnostics, &files, false);
        let offsets = section
            .files
            .iter()
            .map(|file| format!("{} begins on line {}", file.path, file.line));
        let _ = writeln!(text, "  ({})", offsets.collect::<Vec<_>>().join(", "));
        text
    })?;
    let image = LoadedImage::load(Arc::new(built.image)).map_err(|error| format!("  {error}"))?;
    let image = Arc::new(image);
    for mode in Mode::ALL {
        // A panic of the machine is a failure of this section alone.
        let run = AssertUnwindSafe(|| modes::run(&image, built.entry_slot, mode, section.config));
        let reports = catch_unwind(run)
            .unwrap_or_else(|_| Err("it panicked".to_owned()))
            .map_err(|error| format!("  {mode:?}: {error}"))?;
        compare(section, &reports).map_err(|error| format!("  {mode:?}:\n{error}"))?;
    }
    Ok(())
}

fn compare(section: &Section, reports: &[Report]) -> Result<(), String> {
    let mut wrong = String::new();
    for (number, mark) in section.marks.iter().enumerate() {
        let Some(report) = reports.iter().find(|report| report.number == number) else {
            let _ = writeln!(wrong, "    line {}: was not reached", mark.lines.start);
            continue;
        };
        compare_mark(&mut wrong, mark, report);
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn compare_mark(wrong: &mut String, mark: &Mark, report: &Report) {
    let line = mark.lines.start;
    let fits = match (&mark.result, &report.result) {
        (Expected::Anything, Ok(_)) => true,
        (Expected::Value(expected), Ok(value)) => expected == value,
        (Expected::Error(kind, part), Err((actual, message))) => {
            kind == actual && message.contains(part)
        }
        _ => false,
    };
    if !fits {
        let actual = match &report.result {
            Ok(value) => format!(";=> {value}"),
            Err((kind, message)) => format!(";! {kind} {message:?}"),
        };
        let _ = writeln!(
            wrong,
            "    line {line}: expected {}\n              got {actual}",
            mark.result
        );
    }
    if !same_lines(&mark.output, &report.output) {
        let _ = writeln!(
            wrong,
            "    line {line}: expected output {:?}\n                     got {:?}",
            mark.output, report.output
        );
    }
}

/// Lines are compared without spaces at their ends, and the last one's end is no matter.
fn same_lines(expected: &str, actual: &str) -> bool {
    expected
        .lines()
        .map(str::trim_end)
        .eq(actual.lines().map(str::trim_end))
}

/// That the diagnostics are those that are marked, each at its form.
fn compare_diagnostics(
    section: &Section,
    workspace: &Workspace,
    diagnostics: &[Diagnostic],
) -> Result<(), String> {
    let files = workspace.files();
    let mut wrong = String::new();
    let mut open: Vec<&Mark> = section.marks.iter().collect();
    for diagnostic in diagnostics {
        let at = diagnostic.primary.span;
        let path = files.path(at.file);
        let Some(file) = section.files.iter().position(|file| file.path == path) else {
            let _ = writeln!(
                wrong,
                "    {path}: {} {}",
                diagnostic.code, diagnostic.message
            );
            continue;
        };
        let before = &section.files[file].text[..usize::from(at.range.start())];
        let line = section.files[file].line + before.matches('\n').count();
        let found = open.iter().position(|mark| {
            let Expected::Diagnostic(code, part) = &mark.result else {
                return false;
            };
            mark.file == file
                && mark.lines.contains(&line)
                && *code == diagnostic.code.to_string()
                && diagnostic.message.contains(part)
        });
        match found {
            Some(found) => {
                open.remove(found);
            }
            None => {
                let _ = writeln!(
                    wrong,
                    "    line {line}: got {} {:?}",
                    diagnostic.code, diagnostic.message
                );
            }
        }
    }
    for mark in open {
        let _ = writeln!(
            wrong,
            "    line {}: expected {}",
            mark.lines.start, mark.result
        );
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}
