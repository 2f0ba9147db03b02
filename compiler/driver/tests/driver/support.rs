//! Workspaces of a few texts, and what the tests ask of them.

use crate::generate;
use driver::packages::Packages;
use driver::project::{Found, FoundFile, Manifest};
use driver::{Built, Database, Workspace};
use source::render::SourceFiles as _;
use source::{Diagnostic, LineIndex};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use vm::heap::Heap;
use vm::image::LoadedImage;
use vm::interp::{Outcome, Zeal};
use vm::process::Process;
use vm::value::print;

/// A project of these namespaces; the last is the entry.
pub(crate) fn found(files: &[(&str, &str)]) -> Found {
    let all = files.iter().map(|(namespace, text)| {
        let file = FoundFile {
            namespace: (*namespace).to_owned(),
            path: format!("{}.ox", driver::project::namespace_path(namespace)),
            text: (*text).to_owned(),
        };
        (file.namespace.clone(), file)
    });
    Found {
        root: PathBuf::new(),
        is_project: false,
        manifest: Manifest::default(),
        files: all.collect(),
        entry: files.last().map(|(namespace, _)| (*namespace).to_owned()),
        packages: Packages::default(),
    }
}

/// A generated project as found on disk.
#[must_use]
pub(crate) fn generated(texts: &BTreeMap<String, String>) -> Found {
    let files = texts.iter().map(|(namespace, text)| {
        let file = FoundFile {
            namespace: namespace.clone(),
            path: generate::path_of(namespace),
            text: text.clone(),
        };
        (namespace.clone(), file)
    });
    Found {
        root: PathBuf::new(),
        is_project: true,
        manifest: Manifest {
            name: "gen".to_owned(),
            main: Some("gen.main".to_owned()),
            paths: vec!["src".to_owned()],
            ..Manifest::default()
        },
        files: files.collect(),
        entry: Some("gen.main".to_owned()),
        packages: Packages::default(),
    }
}

/// What is wrong with a program of these namespaces; the last is the entry.
pub(crate) fn wrong(files: &[(&str, &str)]) -> String {
    let mut workspace = Workspace::of(found(files));
    let diagnostics = match workspace.build() {
        Ok(built) => built.warnings,
        Err(diagnostics) => diagnostics,
    };
    listed(&workspace, &diagnostics)
}

/// Diagnostics as lines.
pub(crate) fn listed(workspace: &Workspace, diagnostics: &[Diagnostic]) -> String {
    let files = workspace.files();
    let mut out = String::new();
    for diagnostic in diagnostics {
        let span = diagnostic.primary.span;
        let place = LineIndex::new(files.text(span.file)).line_column(span.range.start());
        let (path, line, column) = (files.path(span.file), place.line + 1, place.column + 1);
        let _ = writeln!(
            out,
            "{path}:{line}:{column} {} {}",
            diagnostic.code, diagnostic.message
        );
        for note in &diagnostic.notes {
            let note = without_library_lines(note);
            let _ = writeln!(out, "  {}", note.replace('\n', "\n    "));
        }
    }
    out
}

/// A note whose frames of the library say the file alone: its lines move with every edit of it.
fn without_library_lines(note: &str) -> String {
    let mut parts = note.split("(ox/");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (place, rest) = part.split_once(')').unwrap_or((part, ""));
        let file = place.split(':').next().unwrap_or(place);
        let _ = write!(out, "(ox/{file}){rest}");
    }
    out
}

/// The value of a program's entry body, printed.
pub(crate) fn value(built: Built) -> String {
    let slot = built.entry_slot.expect("the program has something to run");
    let image = Arc::new(LoadedImage::load(Arc::new(built.image)).expect("the image is valid"));
    let heap = Heap::new(Arc::clone(image.boot()));
    let mut process = Process::start(Arc::clone(&image), slot, &[], heap).unwrap();
    let mut fuel = 10_000_000;
    match process.run(&mut fuel, Zeal::default()) {
        Outcome::Done(id) => {
            let word = process.remove_fiber(id).unwrap().request;
            let mut text = String::new();
            let options = print::Options::READABLE;
            print::print(
                &mut process.heap,
                &image,
                &mut text,
                word,
                options,
                "print*slow",
            )
            .unwrap();
            text
        }
        other => format!("{other:?}"),
    }
}

/// The queries that a database runs.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn database(&self) -> Database {
        Database::with_log(Arc::clone(&self.0))
    }

    /// How often each query has run since the last call.
    pub(crate) fn take(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for query in self.0.lock().unwrap().drain(..) {
            let name = query.split('(').next().unwrap_or(&query).to_owned();
            *counts.entry(name).or_insert(0) += 1;
        }
        counts
    }

    /// Whether a query with this name has run since the last call of [`Log::take`].
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0
            .lock()
            .unwrap()
            .iter()
            .any(|query| query.split('(').next() == Some(name))
    }
}

/// The files of a cache with an extension.
pub(crate) fn stored(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths
}

/// Removes the whole builds of a cache, so that the summaries in it are used.
pub(crate) fn forget_builds(folder: &Path) {
    for path in stored(folder, "oxi") {
        // Another thread may have been quicker.
        let _ = std::fs::remove_file(path);
    }
}

/// Small numbers that look random.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// The definition hashes of a project's namespaces, by qualified name.
pub(crate) fn hashes(workspace: &mut Workspace, namespaces: &[String]) -> BTreeMap<String, String> {
    let files: Vec<_> = namespaces
        .iter()
        .filter_map(|namespace| Some((namespace, workspace.file(namespace)?)))
        .collect();
    let db = workspace.database();
    let mut all = BTreeMap::new();
    for (namespace, file) in files {
        for (name, hash) in hir::namespace_hashes(db, file) {
            all.insert(format!("{namespace}/{name}"), hash.to_string());
        }
    }
    all
}

/// Damages a file in many ways, one after another: at each of about `places` places, and at those named
/// besides, one bit is another, or the file ends there. `check` is told where, and whether it ends, and finds
/// the damaged file in its place.
pub(crate) fn damaged(path: &Path, places: usize, besides: &[usize], check: impl Fn(&str)) {
    let whole = std::fs::read(path).unwrap();
    let even = (0..whole.len()).step_by(whole.len() / places);
    let last = whole.len() - 1;
    for at in even.chain(besides.iter().copied()).chain([last]) {
        for ends in [false, true] {
            let mut damaged = whole.clone();
            damaged[at] ^= 4;
            if ends {
                damaged.truncate(at);
            }
            std::fs::write(path, &damaged).unwrap();
            let how = if ends { "ends at" } else { "differs in" };
            check(&format!("the file {how} byte {at}"));
        }
    }
}
