//! Projects on disk: `ox.edn`, source roots, loose scripts.
//!
//! A folder with an `ox.edn` is a project:
//! `{:name app :main app.core :paths ["src"] :test-paths ["test"] :features [:ox]}`. A file that
//! belongs to none is a *loose script*: its folder is its only source root.

pub(crate) mod dependency;
pub(crate) mod manifest;

use crate::packages::{self, Options, Packages};
pub use dependency::{Dependency, Git, Revision, Source};
pub use manifest::Manifest;
use source::Diagnostic;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};
use syntax::datum::{Datum, DatumKind};

/// What is to be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A source file.
    File(PathBuf),
    /// A folder with an `ox.edn`.
    Folder(PathBuf),
    /// A namespace of the project around the working directory.
    Namespace(String),
}

/// A project cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// A file cannot be read.
    #[error("{path}: {error}")]
    Read {
        /// Which.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// There is no `ox.edn` here or above.
    #[error("no ox.edn in {0} or above; `oxc new NAME` makes a project")]
    NoProject(String),
    /// The project file is not as it should be.
    #[error("{path} is not as it should be")]
    Manifest {
        /// Path of the project file.
        path: String,
        /// Its text.
        text: String,
        /// What is wrong; the file they name is this one.
        diagnostics: Vec<Diagnostic>,
    },
    /// The lock of the project is not as it should be.
    #[error("{path}: {message}")]
    Lock {
        /// Its path.
        path: String,
        /// What is wrong.
        message: String,
    },
    /// What a project was at a revision cannot be told.
    #[error("{revision}: {message}")]
    Revision {
        /// The revision.
        revision: String,
        /// Why.
        message: String,
    },
    /// The project file cannot be edited.
    #[error("{path}: {message}")]
    Edit {
        /// Its path.
        path: String,
        /// Why.
        message: String,
    },
    /// The namespace has no file.
    #[error("no file for namespace {namespace}: looked for {looked}")]
    NoNamespace {
        /// The namespace.
        namespace: String,
        /// The files that would have been it.
        looked: String,
    },
    /// The project file names no main namespace.
    #[error("{0} names no :main namespace, so there is nothing to run; add `:main app.core`")]
    NoMain(String),
}

/// A source file as found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// Its namespace by its path.
    pub namespace: String,
    /// Path relative to the project's root.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A project as found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its root folder.
    pub root: PathBuf,
    /// Whether it has an `ox.edn`.
    pub is_project: bool,
    /// Its settings.
    pub manifest: Manifest,
    /// Its files by namespace.
    pub files: BTreeMap<String, FoundFile>,
    /// The namespace to run.
    pub entry: Option<String>,
    /// The packages that it needs.
    pub packages: Packages,
}

/// Name of the project file.
pub(crate) const MANIFEST: &str = "ox.edn";
/// Extensions of source files, in the order in which they are preferred.
pub(crate) const EXTENSIONS: [&str; 2] = ["ox", "cljc"];
/// Those of tests, and of what lies beside a loose script: programs written for Clojure's own host are none
/// of Ox, but tests that were written for it may be.
pub const TEST_EXTENSIONS: [&str; 3] = ["ox", "cljc", "clj"];

fn read(path: &Path) -> Result<String, ProjectError> {
    let error = |error| ProjectError::Read {
        path: path.display().to_string(),
        error,
    };
    let bytes = std::fs::read(path).map_err(error)?;
    String::from_utf8(bytes).map_err(|wrong| {
        let at = wrong.utf8_error().valid_up_to();
        let before = &wrong.as_bytes()[..at];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let byte = wrong.as_bytes()[at];
        let what =
            format!("it is not UTF-8 text: byte 0x{byte:02x} at offset {at}, in line {line}");
        error(std::io::Error::new(std::io::ErrorKind::InvalidData, what))
    })
}

/// The folder with the project file, from `start` upwards.
fn find_root(start: &Path) -> Option<PathBuf> {
    start
        .ancestors()
        .find(|folder| folder.join(MANIFEST).is_file())
        .map(Path::to_path_buf)
}

/// Finds and reads what a target names.
///
/// # Errors
/// When it is not there or its project file is not as it should be.
pub fn find(target: &Target, cwd: &Path, options: &Options) -> Result<Found, ProjectError> {
    find_among(target, cwd, options, false)
}

/// As [`find`], with the tests of a project if they are wanted.
pub(crate) fn find_among(
    target: &Target,
    cwd: &Path,
    options: &Options,
    with_tests: bool,
) -> Result<Found, ProjectError> {
    match target {
        Target::Folder(folder) => {
            let folder = cwd.join(folder);
            let root = find_root(&folder)
                .ok_or_else(|| ProjectError::NoProject(folder.display().to_string()))?;
            let mut found = read_project(root, with_tests, options)?;
            found.entry.clone_from(&found.manifest.main);
            Ok(found)
        }
        Target::Namespace(namespace) => {
            let root =
                find_root(cwd).ok_or_else(|| ProjectError::NoProject(cwd.display().to_string()))?;
            let mut found = read_project(root, with_tests, options)?;
            if !found.files.contains_key(namespace) {
                return Err(ProjectError::NoNamespace {
                    namespace: namespace.clone(),
                    looked: looked(&found.manifest, namespace),
                });
            }
            found.entry = Some(namespace.clone());
            Ok(found)
        }
        Target::File(path) => find_file(&cwd.join(path), options, with_tests),
    }
}

/// The files that would be a namespace of a project.
pub(crate) fn looked(manifest: &Manifest, namespace: &str) -> String {
    let relative = namespace_path(namespace);
    let files: Vec<String> = manifest
        .paths
        .iter()
        .map(|path| format!("{path}/{relative}.ox"))
        .collect();
    files.join(", ")
}

/// A file is part of the project around it if it lies under one of its source roots; else it is a
/// loose script.
fn find_file(path: &Path, options: &Options, with_tests: bool) -> Result<Found, ProjectError> {
    let text = read(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    if let Some(root) = std::path::absolute(folder)
        .ok()
        .and_then(|folder| find_root(&folder))
    {
        let mut found = read_project(root, with_tests, options)?;
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let relative = absolute
            .strip_prefix(&found.root)
            .ok()
            .map(Path::to_path_buf);
        let entry = relative.and_then(|relative| {
            let relative = relative.to_string_lossy().into_owned();
            found
                .files
                .values()
                .find(|file| file.path == relative)
                .map(|f| f.namespace.clone())
        });
        if entry.is_some() {
            found.entry = entry;
            return Ok(found);
        }
    }
    let root = folder.to_path_buf();
    let manifest = Manifest {
        paths: vec![".".to_owned()],
        ..Manifest::default()
    };
    let mut found = Found {
        root,
        is_project: false,
        manifest,
        files: BTreeMap::new(),
        entry: None,
        packages: Packages::default(),
    };
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let namespace = declared_namespace(&text).unwrap_or_else(|| "user".to_owned());
    found.add_required(&text);
    found.files.insert(
        namespace.clone(),
        FoundFile {
            namespace: namespace.clone(),
            path: name,
            text,
        },
    );
    found.entry = Some(namespace);
    Ok(found)
}

/// The namespace that a file's `ns` form names, also if the form's first bracket is missing.
pub(crate) fn declared_namespace(text: &str) -> Option<String> {
    let parse = syntax::parse(text);
    let forms = syntax::program_forms(&parse, syntax::DEFAULT_FEATURES);
    let data: Vec<&Datum> = match forms.first()?.datum.as_list() {
        Some(items) => items.iter().collect(),
        None => forms.iter().map(|form| &form.datum).collect(),
    };
    data.first().filter(|head| head.is_symbol("ns"))?;
    data.get(1)?
        .as_symbol()
        .map(|symbol| symbol.name.to_string())
}

impl Found {
    /// The features that its files are read with.
    pub(crate) fn features(&self) -> Vec<String> {
        let usual = syntax::DEFAULT_FEATURES.iter().map(ToString::to_string);
        usual
            .chain(self.manifest.features.iter().cloned())
            .collect()
    }

    /// Of a loose script, the files beside it that it requires, directly or not.
    fn add_required(&mut self, text: &str) {
        let mut texts = vec![text.to_owned()];
        while let Some(text) = texts.pop() {
            for namespace in mentioned_namespaces(&text) {
                let known =
                    self.files.contains_key(&namespace) || stdlib::source(&namespace).is_some();
                if known {
                    continue;
                }
                for extension in TEST_EXTENSIONS {
                    let path = format!("{}.{extension}", namespace_path(&namespace));
                    let Ok(text) = read(&self.root.join(&path)) else {
                        continue;
                    };
                    texts.push(text.clone());
                    self.files.insert(
                        namespace.clone(),
                        FoundFile {
                            namespace,
                            path,
                            text,
                        },
                    );
                    break;
                }
            }
        }
    }
}

/// The arguments of `require`-like forms of a text.
pub(crate) fn header_data(text: &str) -> Vec<Datum> {
    let parse = syntax::parse(text);
    let mut all = Vec::new();
    for form in syntax::program_forms(&parse, syntax::DEFAULT_FEATURES) {
        let Some(items) = form.datum.as_list() else {
            continue;
        };
        let Some(head) = items.first() else { continue };
        // A clause of an `ns` form whose brackets are wrong may be a form of its own.
        let names = ["ns", "require", "use"];
        let is_clause = |name: &&str| head.as_keyword().is_some_and(|key| key.is(name));
        if names.iter().any(|name| head.is_symbol(name)) || names.iter().any(is_clause) {
            all.extend(items[1..].iter().cloned());
        }
    }
    all
}

/// Symbols in `require`-like places of a text: what might be namespaces it needs.
pub(crate) fn mentioned_namespaces(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut rest = header_data(text);
    while let Some(datum) = rest.pop() {
        match &datum.kind {
            DatumKind::Symbol(symbol) if symbol.ns.is_none() => all.push(symbol.name.to_string()),
            DatumKind::List(items) | DatumKind::Vector(items) => rest.extend(items.iter().cloned()),
            _ => {}
        }
    }
    all
}

/// `a.b-c` as `a/b_c`.
#[must_use]
pub fn namespace_path(namespace: &str) -> String {
    namespace.replace('-', "_").replace('.', "/")
}

/// Finds and reads a project with its tests, and says which of its namespaces these are: those below its
/// `:test-paths`.
///
/// # Errors
/// When its project file is not as it should be, or a file cannot be read.
pub fn find_with_tests(
    root: &Path,
    options: &Options,
) -> Result<(Found, Vec<String>), ProjectError> {
    let found = read_project(root.to_path_buf(), true, options)?;
    require_parts(&found)?;
    let is_test = |file: &&FoundFile| {
        let path = Path::new(&file.path);
        let folders = found.manifest.test_paths.iter();
        folders
            .map(Path::new)
            .any(|folder| path.starts_with(folder))
    };
    let tests = found.files.values().filter(is_test);
    let tests = tests.map(|file| file.namespace.clone()).collect();
    Ok((found, tests))
}

/// The project around a folder, without its packages: its root, and what its project file says.
///
/// # Errors
/// When there is none, or it is not as it should be.
pub fn around(folder: &Path) -> Result<(PathBuf, Manifest), ProjectError> {
    let root =
        find_root(folder).ok_or_else(|| ProjectError::NoProject(folder.display().to_string()))?;
    let (manifest, _) = read_manifest(&root)?;
    Ok((root, manifest))
}

/// What the project file of a folder says, and its text; if it has none, what one says in which nothing is.
pub(crate) fn read_manifest(root: &Path) -> Result<(Manifest, Option<String>), ProjectError> {
    let path = root.join(MANIFEST);
    if !path.exists() {
        return Ok((Manifest::of_nothing(), None));
    }
    let text = read(&path)?;
    match manifest::parse(&text) {
        Ok(manifest) => Ok((manifest, Some(text))),
        Err(diagnostics) => Err(ProjectError::Manifest {
            path: path.display().to_string(),
            text,
            diagnostics,
        }),
    }
}

/// The texts of all sources with these extensions below source roots, by path relative to their common root.
pub(crate) fn read_texts(
    root: &Path,
    source_roots: &[String],
    extensions: &[&str],
) -> Result<BTreeMap<String, String>, ProjectError> {
    let mut texts = BTreeMap::new();
    for source_root in source_roots {
        let mut sources = Vec::new();
        walk(&root.join(source_root), extensions, &mut sources)?;
        for source in sources {
            let path = source.strip_prefix(root).unwrap_or(&source);
            let path = path.to_string_lossy().into_owned();
            if let Entry::Vacant(new) = texts.entry(path) {
                new.insert(read(&source)?);
            }
        }
    }
    Ok(texts)
}

/// Sources as namespaces. `.ox` is preferred to `.cljc`, that to `.clj`; the first source root that has a
/// namespace wins.
pub(crate) fn by_namespace(
    texts: BTreeMap<String, String>,
    source_roots: &[String],
) -> BTreeMap<String, FoundFile> {
    let mut places: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for (number, source_root) in source_roots.iter().enumerate() {
        for path in texts.keys() {
            let Ok(relative) = Path::new(path).strip_prefix(below(source_root)) else {
                continue;
            };
            let namespace = relative
                .with_extension("")
                .to_string_lossy()
                .replace(std::path::MAIN_SEPARATOR, ".")
                .replace('_', "-");
            let rank = |path: &str| {
                let extension = Path::new(path).extension();
                TEST_EXTENSIONS
                    .iter()
                    .position(|one| extension.is_some_and(|it| it == *one))
            };
            let is_better = places
                .get(&namespace)
                .is_none_or(|(root, known)| *root == number && rank(path) < rank(known));
            if is_better {
                places.insert(namespace, (number, path.clone()));
            }
        }
    }
    let files = places.into_iter().map(|(namespace, (_, path))| {
        let text = texts.get(&path).cloned().unwrap_or_default();
        let file = FoundFile {
            namespace: namespace.clone(),
            path,
            text,
        };
        (namespace, file)
    });
    files.collect()
}

/// A source root as paths begin that are below it.
fn below(source_root: &str) -> &str {
    match source_root.trim_start_matches("./").trim_end_matches('/') {
        "." => "",
        root => root,
    }
}

/// A project's files, those of its tests too if they are wanted, and the packages it needs.
fn read_project(root: PathBuf, with_tests: bool, options: &Options) -> Result<Found, ProjectError> {
    let path = root.join(MANIFEST);
    let text = read(&path)?;
    let manifest = manifest::parse(&text).map_err(|diagnostics| ProjectError::Manifest {
        path: path.display().to_string(),
        text: text.clone(),
        diagnostics,
    })?;
    let packages = packages::resolve(&root, &manifest, &text, options)?;
    let mut source_roots = manifest.paths.clone();
    let mut texts = read_texts(&root, &source_roots, &EXTENSIONS)?;
    if with_tests {
        texts.extend(read_texts(&root, &manifest.test_paths, &TEST_EXTENSIONS)?);
        source_roots.extend(manifest.test_paths.iter().cloned());
    }
    let files = by_namespace(texts, &source_roots);
    Ok(Found {
        root,
        is_project: true,
        manifest,
        files,
        entry: None,
        packages,
    })
}

fn walk(folder: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) -> Result<(), ProjectError> {
    let error = |error| ProjectError::Read {
        path: folder.display().to_string(),
        error,
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(other) => return Err(error(other)),
    };
    for entry in entries {
        let entry = entry.map_err(error)?;
        let path = entry.path();
        let kind = entry.file_type().map_err(error)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if kind.is_dir() && !hidden {
            walk(&path, extensions, found)?;
        } else if path
            .extension()
            .is_some_and(|e| extensions.iter().any(|x| e == *x))
            && !hidden
        {
            found.push(path);
        }
    }
    Ok(())
}

/// That the source roots of a project and the namespace to run are there.
///
/// # Errors
/// What the manifest names that is not.
pub(crate) fn require_parts(found: &Found) -> Result<(), ProjectError> {
    if !found.is_project {
        return Ok(());
    }
    let path = found.root.join(MANIFEST);
    let text = read(&path)?;
    let mut diagnostics = Vec::new();
    // A key that is not there has its default, which may name what is not there.
    for (index, folder) in found.manifest.paths.iter().enumerate() {
        if !found.root.join(folder).is_dir()
            && let Some(at) = manifest::place_of(&text, "paths", Some(index))
        {
            let message = format!("`:paths` names `{folder}`, which is no folder");
            let note = "paths start at the folder of the project file";
            diagnostics.push(manifest::mistake(at, message).note(note));
        }
    }
    let main = found.manifest.main.as_deref();
    if let Some(main) = main.filter(|main| found.entry.as_deref() == Some(*main))
        && !found.files.contains_key(main)
        && let Some(at) = manifest::place_of(&text, "main", None)
    {
        let message = format!("`:main` names `{main}`, which has no file");
        let looked = looked(&found.manifest, main);
        let note = format!("looked for {looked}");
        diagnostics.push(manifest::mistake(at, message).note(note));
    }
    if diagnostics.is_empty() {
        return Ok(());
    }
    Err(ProjectError::Manifest {
        path: path.display().to_string(),
        text,
        diagnostics,
    })
}
