//! The packages of a program: what `:deps` of project files name, found, read, and locked in `ox.lock`.
//!
//! A *package* is a folder with sources and an `ox.edn`: the project itself, a folder elsewhere, or one of a git
//! repository. What several depend on is there once if it is the same; two versions of one package are two packages
//! of one program.
//!
//! # Invariants
//! - Nothing is fetched but what the lock does not have, or this machine has not; and that from nowhere but where
//!   the project files say. With `offline` nothing is fetched at all.
//! - What is fetched is what the lock says, or an error.
//! - The order of everything here depends on names and the project files alone.

pub(crate) mod content;
mod edit;
pub(crate) mod git;
mod kept;
pub(crate) mod lock;
mod names;

pub(crate) use names::Names;

use crate::project::dependency::{Dependency, Git, Revision, Source};
use crate::project::{self, Found, FoundFile, MANIFEST, Manifest, ProjectError, manifest};
use content::{Content, ContentHash};
use git::Past;
use kept::Kept;
use lock::{LOCK, Lock, Locked};
use source::{Code, Diagnostic, FileId, Span, TextRange};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// How packages are looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Fetch nothing.
    pub offline: bool,
    /// Fail if the lock has to be changed.
    pub locked: bool,
    /// Leave the lock as it is, whatever is found.
    pub keeps_lock: bool,
    /// Look up anew what the lock has of packages of these names; of all if it is empty.
    pub renewed: Option<Vec<String>>,
    /// The folder of packages, in place of that of this machine.
    pub kept: Option<PathBuf>,
}

/// A package that the project needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its `:version`.
    pub version: Option<String>,
    /// What tells it from others of the program: its name, with the version if there are several.
    pub label: String,
    /// Where it is.
    pub source: Source,
    /// The commit, of one in git.
    pub commit: Option<String>,
    /// The hash of its content.
    pub hash: ContentHash,
    /// The packages it needs itself: names, and where they are among all.
    pub deps: BTreeMap<String, usize>,
    /// Its files by namespace.
    pub files: BTreeMap<String, FoundFile>,
}

/// The packages of a program besides the project itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packages {
    /// All, what is needed before what needs it.
    pub all: Vec<Package>,
    /// What the project needs itself.
    pub deps: BTreeMap<String, usize>,
    /// The lock's text as it should be; none if there are no packages.
    pub lock: Option<String>,
}

/// Where a package's own dependencies are looked for.
#[derive(Clone, Debug)]
enum Base {
    /// From a folder, whose name is shown as `shown`.
    Folder { path: PathBuf, shown: String },
    /// From a folder of a repository at a commit.
    Git {
        url: String,
        commit: String,
        root: Option<String>,
    },
    /// From nowhere: a package that is known by its hash.
    Nowhere,
}

/// Why a package cannot be had.
struct Trouble {
    code: Code,
    message: String,
    notes: Vec<String>,
}

impl Trouble {
    fn new(code: Code, message: impl Into<String>) -> Box<Trouble> {
        Box::new(Trouble {
            code,
            message: message.into(),
            notes: Vec::new(),
        })
    }

    fn note(mut self: Box<Self>, note: impl Into<String>) -> Box<Trouble> {
        self.notes.push(note.into());
        self
    }
}

fn invalid(message: impl Into<String>) -> Box<Trouble> {
    Trouble::new(Code::INVALID_DEPENDENCY, message)
}

struct Resolver<'a> {
    options: &'a Options,
    root: &'a Path,
    kept: Result<Kept, String>,
    lock: Lock,
    /// The revision at which folders of its repository are read.
    past: Option<Past>,
    /// What was looked up so far, in place of the lock's.
    found: BTreeMap<Git, (String, ContentHash)>,
    locked: Vec<Locked>,
    all: Vec<Package>,
    /// Where folders are among all.
    by_folder: BTreeMap<PathBuf, usize>,
    /// Where other packages are: by name, content and what they need.
    by_content: BTreeMap<(String, ContentHash, Vec<usize>), usize>,
    /// What is being looked up, outermost first: names, and what they are.
    stack: Vec<(String, String)>,
}

/// Finds the packages of a project, whose file has this text, and writes its lock.
///
/// # Errors
/// What is wrong, at the dependencies of the project file.
pub(crate) fn resolve(
    root: &Path,
    manifest: &Manifest,
    text: &str,
    options: &Options,
) -> Result<Packages, ProjectError> {
    resolve_at(root, manifest, text, options, None)
}

/// The same, with folders as they were at a revision if they are in its repository.
fn resolve_at(
    root: &Path,
    manifest: &Manifest,
    text: &str,
    options: &Options,
    past: Option<Past>,
) -> Result<Packages, ProjectError> {
    let lock_path = root.join(LOCK);
    let lock_error = |message: String| ProjectError::Lock {
        path: lock_path.display().to_string(),
        message,
    };
    let old = match std::fs::read_to_string(&lock_path) {
        Ok(old) => Some(old),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(lock_error(error.to_string())),
    };
    if manifest.deps.is_empty() && old.is_none() {
        return Ok(Packages::default());
    }
    let mut lock = match &old {
        Some(old) => Lock::read(old).map_err(|wrong| {
            lock_error(format!(
                "{wrong}; remove it, and `oxc update` makes it anew"
            ))
        })?,
        None => Lock::default(),
    };
    if let Some(renewed) = &options.renewed {
        lock.0
            .retain(|one| !renewed.is_empty() && !renewed.contains(&one.name));
    }
    let mut resolver = Resolver {
        options,
        root,
        kept: options
            .kept
            .clone()
            .or_else(folder)
            .map(|folder| Kept { folder })
            .ok_or_else(|| {
                "there is no place for packages: neither XDG_CACHE_HOME nor HOME is set".to_owned()
            }),
        lock,
        past,
        found: BTreeMap::new(),
        locked: Vec::new(),
        all: Vec::new(),
        by_folder: BTreeMap::new(),
        by_content: BTreeMap::new(),
        stack: Vec::new(),
    };
    let absolute = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let base = Base::Folder {
        path: absolute.clone(),
        shown: String::new(),
    };
    resolver
        .stack
        .push((manifest.name.clone(), absolute.display().to_string()));
    let mut deps = BTreeMap::new();
    let mut wrong = Vec::new();
    for dep in &manifest.deps {
        let depth = resolver.stack.len();
        match resolver.package(dep, &base) {
            Ok(index) => {
                deps.insert(dep.name.clone(), index);
            }
            Err(trouble) => {
                let at = manifest::place_of_dependency(text, &dep.name)
                    .unwrap_or_else(|| TextRange::empty(0.into()));
                let mut diagnostic =
                    Diagnostic::error(trouble.code, trouble.message, Span::new(FileId(0), at));
                let within = &resolver.stack[depth.min(resolver.stack.len())..];
                if within.len() > 1 {
                    let names: Vec<String> =
                        within.iter().map(|(name, _)| format!("`{name}`")).collect();
                    diagnostic = diagnostic.note(format!("by way of {}", names.join(" → ")));
                }
                for note in trouble.notes {
                    diagnostic = diagnostic.note(note);
                }
                wrong.push(diagnostic);
                resolver.stack.truncate(depth);
            }
        }
    }
    if !wrong.is_empty() {
        return Err(ProjectError::Manifest {
            path: root.join(MANIFEST).display().to_string(),
            text: text.to_owned(),
            diagnostics: wrong,
        });
    }
    let new = Lock(resolver.locked);
    let has_fetched = new.0.iter().any(|one| one.hash.is_some());
    let new_text = match new.0.is_empty() && old.is_none() {
        true => None,
        false => Some(new.text()),
    };
    if old != new_text && !options.keeps_lock {
        if options.locked {
            return Err(lock_error(match old {
                Some(_) => "it does not fit the `:deps` of ox.edn any more, and --locked leaves it as it is; run the command without".to_owned(),
                None => "it is not there, and --locked makes none; run the command without".to_owned(),
            }));
        }
        let written = write(&lock_path, new_text.as_deref().unwrap_or_default());
        // Without it only folders would be looked up, which are looked at anyway.
        if let Err(error) = written
            && has_fetched
        {
            return Err(lock_error(error.to_string()));
        }
    }
    let mut packages = Packages {
        all: resolver.all,
        deps,
        lock: new_text,
    };
    packages.label();
    Ok(packages)
}

/// A change of what a project depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// This dependency is added, or takes the place of one of its name.
    Add(Dependency),
    /// The dependency of this name is removed.
    Remove(String),
}

/// Changes what a project depends on: its file and its lock, both or, after an error, none.
///
/// # Errors
/// As of [`resolve`]; and when there is nothing to remove.
pub fn change(
    root: &Path,
    changes: &[Change],
    options: &Options,
) -> Result<Packages, ProjectError> {
    let (manifest, text) = project::read_manifest(root)?;
    let path = root.join(MANIFEST);
    let wrong = |message: String| ProjectError::Edit {
        path: path.display().to_string(),
        message,
    };
    let mut text = text.unwrap_or_default();
    let mut expected = manifest;
    for change in changes {
        match change {
            Change::Add(dep) => {
                text = edit::with_dependency(&text, &dep.name, &dep.source).map_err(wrong)?;
                expected.deps.retain(|known| known.name != dep.name);
                expected.deps.push(dep.clone());
            }
            Change::Remove(name) => {
                let edited = edit::without_dependency(&text, name).map_err(wrong)?;
                text = edited.ok_or_else(|| wrong(format!("there is no dependency `{name}`")))?;
                expected.deps.retain(|known| known.name != *name);
            }
        }
    }
    expected
        .deps
        .sort_by(|one, other| one.name.cmp(&other.name));
    let manifest = manifest::parse(&text).map_err(|diagnostics| ProjectError::Manifest {
        path: path.display().to_string(),
        text: text.clone(),
        diagnostics,
    })?;
    if manifest != expected {
        return Err(wrong("`:deps` cannot be edited; do it by hand".to_owned()));
    }
    let looking = Options {
        keeps_lock: true,
        ..options.clone()
    };
    let packages = resolve(root, &manifest, &text, &looking)?;
    let written = write(&path, &text);
    written.map_err(|error| wrong(error.to_string()))?;
    if let Some(lock) = &packages.lock {
        let written = write(&root.join(LOCK), lock);
        written.map_err(|error| wrong(error.to_string()))?;
    }
    Ok(packages)
}

/// Looks up the packages of a project as its lock has them, or, as the options say, anew.
///
/// # Errors
/// As of [`resolve`].
pub fn look_up(root: &Path, options: &Options) -> Result<Packages, ProjectError> {
    let (manifest, text) = project::read_manifest(root)?;
    resolve(root, &manifest, &text.unwrap_or_default(), options)
}

/// A project as it was at a revision of the repository that it is in, with the folders of this repository that it
/// depends on. Its other dependencies are looked for as those of the project now.
///
/// # Errors
/// When there is no such revision, and as of [`resolve`].
pub fn at_revision(root: &Path, revision: &str, options: &Options) -> Result<Found, ProjectError> {
    let wrong = |message: String| ProjectError::Revision {
        revision: revision.to_owned(),
        message,
    };
    let options = Options {
        keeps_lock: true,
        ..options.clone()
    };
    let folder = options.kept.clone().or_else(folder);
    let folder = folder.unwrap_or_else(std::env::temp_dir);
    let (past, package) = git::at_revision(root, revision).map_err(wrong)?;
    let content = past.content(&folder, &package);
    let content = content.ok_or_else(|| wrong("the package is not in it".to_owned()))?;
    let content = content.map_err(wrong)?;
    let manifest = manifest_of(&content).map_err(|trouble| wrong(trouble.message))?;
    let text = content
        .0
        .get(MANIFEST)
        .map(|text| String::from_utf8_lossy(text).into_owned());
    let text = text.unwrap_or_default();
    let packages = resolve_at(root, &manifest, &text, &options, Some(past))?;
    let read = Read {
        manifest,
        content,
        base: Base::Nowhere,
        shown: Some(revision.to_owned()),
        pinned: true,
        commit: None,
    };
    let files = files(&read, revision).map_err(|trouble| wrong(trouble.message))?;
    Ok(Found {
        root: PathBuf::new(),
        is_project: true,
        manifest: read.manifest,
        files,
        entry: None,
        packages,
    })
}

/// Writes a file so that it is there whole or as it was.
pub(crate) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    std::fs::write(&temporary, text)?;
    std::fs::rename(&temporary, path).inspect_err(|_| {
        let _ = std::fs::remove_file(&temporary);
    })
}

/// The folder of packages of this machine.
fn folder() -> Option<PathBuf> {
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(cache.join("ox").join("packages"))
}

/// A path without `.` and `..`, as far as it is no way up.
fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if path.starts_with('/') {
        format!("/{joined}")
    } else {
        joined
    }
}

/// The address of a repository as the project says it, of one that a package says. A path starts at the package's
/// folder; of a package in git that is a place below the address of its repository, so that packages beside each other
/// find one another wherever both are.
fn address_from(url: &str, base: &Base) -> Result<String, Box<Trouble>> {
    // As git tells them apart: `host:path` has no slash before the colon.
    let is_local = |url: &str| match (url.find(':'), url.find('/')) {
        (Some(colon), Some(slash)) => slash < colon,
        (Some(_), None) => false,
        (None, _) => true,
    };
    if !is_local(url) || url.starts_with('/') {
        return Ok(url.to_owned());
    }
    let (head, folder) = match base {
        Base::Folder { shown, .. } if shown.is_empty() => return Ok(url.to_owned()),
        Base::Folder { shown, .. } => ("", shown.clone()),
        Base::Git { url: of, root, .. } => {
            let host = match of.find("://") {
                Some(at) => of[at + 3..].find('/').map_or(of.len(), |end| at + 3 + end),
                None if is_local(of) => 0,
                None => of.find(':').map_or(0, |colon| colon + 1),
            };
            let (head, path) = of.split_at(host);
            let root = root.as_deref().unwrap_or_default();
            (head, format!("{path}/{root}"))
        }
        Base::Nowhere => {
            return Err(invalid(format!(
                "`{url}` is a repository beside a package that is known by its hash alone"
            )));
        }
    };
    let found = plain(&format!("{folder}/{url}"));
    let leaves = found.starts_with("/..") || (!head.is_empty() && found.starts_with(".."));
    if leaves || found.trim_matches('/').is_empty() {
        let at = match base {
            Base::Git { url, .. } => format!("{url}, where the package is"),
            _ => "the package's folder".to_owned(),
        };
        return Err(invalid(format!(
            "`{url}`, seen from {at}, is no repository"
        )));
    }
    // A path stays one.
    match head.is_empty() && !is_local(&found) {
        true => Ok(format!("./{found}")),
        false => Ok(format!("{head}{found}")),
    }
}

/// What was read of a package.
struct Read {
    manifest: Manifest,
    content: Content,
    base: Base,
    /// What its paths begin with when they are shown; `None` if that is its label.
    shown: Option<String>,
    /// Text for the lock, of all but a folder.
    pinned: bool,
    commit: Option<String>,
}

impl Resolver<'_> {
    /// Where a dependency is among all.
    fn package(&mut self, dep: &Dependency, base: &Base) -> Result<usize, Box<Trouble>> {
        let source = self.source_from(dep, base)?;
        // The way here is part of what is told if it fails.
        self.stack.push((dep.name.clone(), String::new()));
        let folder = match (&source, base) {
            (Source::Path(path), Base::Folder { path: from, .. }) => {
                let folder = from.join(path);
                // What was there need not be there now.
                let was = PathBuf::from(plain(&folder.to_string_lossy()));
                let folder = folder.canonicalize().ok().filter(|folder| folder.is_dir());
                let past = self.past.as_ref();
                let folder = folder.or_else(|| past?.has(&was).then_some(was));
                let folder = folder.ok_or_else(|| {
                    invalid(format!(
                        "`{path}`, where `{}` should be, is no folder",
                        dep.name
                    ))
                    .note("a `:path` starts at the folder of the project file")
                })?;
                if let Some(&index) = self.by_folder.get(&folder) {
                    self.check_name(&dep.name, &self.all[index].name)?;
                    self.stack.pop();
                    return Ok(index);
                }
                Some(folder)
            }
            _ => None,
        };
        let read = match &source {
            Source::Path(path) => {
                let folder = folder.clone().unwrap_or_default();
                self.read_folder(&folder, path, base)?
            }
            Source::Git(git) => {
                let read = self.read_git(&dep.name, git)?;
                check_hash(dep, git, &read)?;
                read
            }
            Source::Hash(hash) => self.read_kept(hash)?,
        };
        let identity = match (&folder, &read.base) {
            (Some(folder), _) => folder.display().to_string(),
            (None, Base::Git { url, commit, root }) => format!("{url} {commit} {root:?}"),
            (None, _) => source.to_string(),
        };
        if let Some(from) = self.stack.iter().position(|(_, known)| *known == identity) {
            let names: Vec<String> = self.stack[from..]
                .iter()
                .map(|(name, _)| format!("`{name}`"))
                .collect();
            let message = format!(
                "packages need one another in a circle: {}",
                names.join(" → ")
            );
            return Err(invalid(message));
        }
        if let Some(last) = self.stack.last_mut() {
            last.1 = identity;
        }
        let name = match &*read.manifest.name {
            "" => dep.name.clone(),
            name => name.to_owned(),
        };
        self.check_name(&dep.name, &name)?;
        let mut deps = BTreeMap::new();
        for dep in &read.manifest.deps {
            deps.insert(dep.name.clone(), self.package(dep, &read.base)?);
        }
        self.stack.pop();
        let hash = read.content.hash();
        self.locked.push(Locked {
            name: name.clone(),
            source: match (&source, &read.base) {
                (Source::Path(_), Base::Folder { shown, .. }) => Source::Path(shown.clone()),
                _ => source.clone(),
            },
            commit: read.commit.clone(),
            hash: read.pinned.then_some(hash),
            deps: deps.keys().cloned().collect(),
        });
        let index = self.all.len();
        match folder {
            Some(folder) => {
                self.by_folder.insert(folder, index);
            }
            None => {
                let needs = deps.values().copied().collect();
                let known = self.by_content.entry((name.clone(), hash, needs));
                let known = *known.or_insert(index);
                if known != index {
                    return Ok(known);
                }
            }
        }
        let files = files(&read, &name)?;
        self.all.push(Package {
            label: name.clone(),
            name,
            version: read.manifest.version.clone(),
            source: match (&source, &read.base) {
                (Source::Path(_), Base::Folder { shown, .. }) => Source::Path(shown.clone()),
                _ => source,
            },
            commit: read.commit,
            hash,
            deps,
            files,
        });
        Ok(index)
    }

    fn check_name(&self, wanted: &str, found: &str) -> Result<(), Box<Trouble>> {
        if wanted == found {
            return Ok(());
        }
        Err(invalid(format!("the package that `{wanted}` names is `{found}`"))
            .note(format!("write `{found}` in place of `{wanted}`: what a package is called, its own ox.edn says")))
    }

    /// Where a dependency is, seen from the package that needs it: within a repository a path is one of that, and the
    /// address of a repository that is a path starts at the package.
    fn source_from(&self, dep: &Dependency, base: &Base) -> Result<Source, Box<Trouble>> {
        let path = match &dep.source {
            Source::Path(path) => path,
            Source::Git(git) => {
                let url = address_from(&git.url, base)?;
                return Ok(Source::Git(Git { url, ..git.clone() }));
            }
            Source::Hash(_) => return Ok(dep.source.clone()),
        };
        match base {
            Base::Folder { .. } => Ok(dep.source.clone()),
            Base::Git { url, commit, root } => {
                let within = format!("{}/{path}", root.as_deref().unwrap_or_default());
                let within = plain(within.trim_start_matches('/'));
                if path.starts_with('/') || within.starts_with("..") {
                    return Err(invalid(format!("`{path}` leads out of the repository")));
                }
                Ok(Source::Git(Git {
                    url: url.clone(),
                    at: Revision::Commit(commit.clone()),
                    root: (!within.is_empty()).then_some(within),
                }))
            }
            Base::Nowhere => Err(invalid(format!(
                "`{path}` is a folder beside a package that is known by its hash alone"
            ))),
        }
    }

    /// The manifest and the content of a folder, now or then.
    fn content_of(&self, folder: &Path, path: &str) -> Result<(Manifest, Content), Box<Trouble>> {
        let failed = |error: ProjectError| match error {
            ProjectError::Manifest {
                path, diagnostics, ..
            } => {
                let first = diagnostics.first().map(|one| one.message.clone());
                invalid(format!("{path}: {}", first.unwrap_or_default()))
            }
            error => invalid(match std::error::Error::source(&error) {
                Some(source) => format!("{error}: {source}"),
                None => error.to_string(),
            }),
        };
        if let Some(past) = &self.past
            && let Some(content) = past.content(&self.kept()?.folder, folder)
        {
            let content = content.map_err(|wrong| invalid(format!("{path}: {wrong}")))?;
            return Ok((manifest_of(&content)?, content));
        }
        let (manifest, text) = project::read_manifest(folder).map_err(failed)?;
        let files =
            project::read_texts(folder, &manifest.paths, &project::EXTENSIONS).map_err(failed)?;
        let mut content = Content::default();
        content
            .0
            .extend(text.map(|text| (MANIFEST.to_owned(), text.into_bytes())));
        content.0.extend(
            files
                .into_iter()
                .map(|(path, text)| (path, text.into_bytes())),
        );
        Ok((manifest, content))
    }

    fn read_folder(&self, folder: &Path, path: &str, base: &Base) -> Result<Read, Box<Trouble>> {
        let (manifest, content) = self.content_of(folder, path)?;
        let place = match base {
            Base::Folder { shown, .. } if !shown.is_empty() && !path.starts_with('/') => {
                plain(&format!("{shown}/{path}"))
            }
            _ => plain(path),
        };
        Ok(Read {
            base: Base::Folder {
                path: folder.to_owned(),
                shown: place.clone(),
            },
            manifest,
            content,
            // A path of a machine must be in no image.
            shown: (!place.starts_with('/')).then_some(place),
            pinned: false,
            commit: None,
        })
    }

    fn kept(&self) -> Result<&Kept, Box<Trouble>> {
        let kept = self.kept.as_ref();
        kept.map_err(|wrong| Trouble::new(Code::UNAVAILABLE_DEPENDENCY, wrong.clone()))
    }

    fn read_kept(&self, hash: &str) -> Result<Read, Box<Trouble>> {
        let hash = hash_of(hash)?;
        let content = self.kept()?.load(hash).ok_or_else(|| {
            Trouble::new(
                Code::UNAVAILABLE_DEPENDENCY,
                "this machine has no package with this hash",
            )
            .note("a hash does not say where a package could be fetched from: give a `:git`, too")
        })?;
        Ok(Read {
            manifest: manifest_of(&content)?,
            content,
            base: Base::Nowhere,
            shown: None,
            pinned: true,
            commit: None,
        })
    }

    fn read_git(&mut self, name: &str, git: &Git) -> Result<Read, Box<Trouble>> {
        let known = self.found.get(git).cloned().or_else(|| {
            let locked = self.lock.git(git)?;
            Some((locked.commit.clone()?, locked.hash?))
        });
        let kept = self.kept()?;
        let content = known.as_ref().and_then(|(commit, hash)| {
            // What another machine could not fetch must not pass here because the content happens to be known.
            let is_of = self.options.offline || kept.is_of(*hash, commit);
            is_of.then(|| kept.load(*hash)).flatten()
        });
        let (commit, content) = match (known, content) {
            (Some((commit, _)), Some(content)) => (commit, content),
            (known, _) => {
                let (commit, content) = self.fetch(name, git, known)?;
                self.found
                    .insert(git.clone(), (commit.clone(), content.hash()));
                (commit, content)
            }
        };
        Ok(Read {
            manifest: manifest_of(&content)?,
            base: Base::Git {
                url: git.url.clone(),
                commit: commit.clone(),
                root: git.root.clone(),
            },
            content,
            shown: None,
            pinned: true,
            commit: Some(commit),
        })
    }

    /// Fetches a package and keeps it. If the lock has it, it must be what that says.
    fn fetch(
        &self,
        name: &str,
        git: &Git,
        known: Option<(String, ContentHash)>,
    ) -> Result<(String, Content), Box<Trouble>> {
        let unavailable = |message: String| Trouble::new(Code::UNAVAILABLE_DEPENDENCY, message);
        if self.options.locked && known.is_none() {
            let message = format!("ox.lock does not say what `{name}` is");
            return Err(
                unavailable(message).note("--locked looks nothing up; run the command without")
            );
        }
        if self.options.offline {
            let message = format!("`{name}` is not on this machine, and --offline fetches nothing");
            return Err(unavailable(message).note("run the command once without --offline"));
        }
        let wanted = match &known {
            Some((commit, _)) => Git {
                at: Revision::Commit(commit.clone()),
                ..git.clone()
            },
            None => git.clone(),
        };
        let kept = self.kept()?;
        let (commit, content) = git::fetch(&kept.folder, self.root, &wanted).map_err(|wrong| {
            unavailable(format!("`{name}` cannot be fetched: {wrong}"))
                .note(format!("from {}", git.url))
        })?;
        if let Some((locked, hash)) = known
            && (content.hash() != hash || commit != locked)
        {
            let message = format!("what was fetched of `{name}` is not what ox.lock says");
            return Err(Trouble::new(Code::CHANGED_DEPENDENCY, message)
                .note(format!("from {}, commit {locked}", git.url))
                .note(format!(
                    "its content has the hash {}, in ox.lock is {hash}",
                    content.hash()
                )));
        }
        if content.0.keys().all(|path| path == MANIFEST) {
            return Err(invalid(format!("there are no sources in `{name}`"))
                .note("they are below `src`, or where `:paths` of its ox.edn says; `:root` names a folder within the repository"));
        }
        kept.save(&content, &commit)
            .map_err(|error| unavailable(format!("`{name}` cannot be kept: {error}")))?;
        Ok((commit, content))
    }
}

fn hash_of(text: &str) -> Result<ContentHash, Box<Trouble>> {
    ContentHash::read(text).ok_or_else(|| invalid("the hash of a package is 64 hexadecimal digits"))
}

/// Whether a package in git is what its `:hash` says.
fn check_hash(dep: &Dependency, git: &Git, read: &Read) -> Result<(), Box<Trouble>> {
    let Some(wanted) = &dep.hash else {
        return Ok(());
    };
    let (wanted, found) = (hash_of(wanted)?, read.content.hash());
    if wanted == found {
        return Ok(());
    }
    let commit = read.commit.as_deref().unwrap_or_default();
    let message = format!("`{}` is not what its `:hash` says", dep.name);
    Err(Trouble::new(Code::CHANGED_DEPENDENCY, message)
        .note(format!("from {}, commit {commit}", git.url))
        .note(format!(
            "its content has the hash {found}, `:hash` says {wanted}"
        )))
}

fn manifest_of(content: &Content) -> Result<Manifest, Box<Trouble>> {
    let Some(text) = content.0.get(MANIFEST) else {
        return Ok(Manifest::of_nothing());
    };
    manifest::parse(&String::from_utf8_lossy(text)).map_err(|wrong| {
        let first = wrong.first().map(|one| one.message.clone());
        invalid(format!(
            "its ox.edn is wrong: {}",
            first.unwrap_or_default()
        ))
    })
}

/// The files of a package by namespace.
fn files(read: &Read, name: &str) -> Result<BTreeMap<String, FoundFile>, Box<Trouble>> {
    let mut texts = BTreeMap::new();
    for (path, text) in read.content.0.iter().filter(|(path, _)| *path != MANIFEST) {
        let text = String::from_utf8(text.clone())
            .map_err(|_| invalid(format!("`{path}` of `{name}` is not UTF-8 text")))?;
        texts.insert(path.clone(), text);
    }
    let mut files = project::by_namespace(texts, &read.manifest.paths);
    if let Some(shown) = &read.shown {
        for file in files.values_mut() {
            file.path = format!("{shown}/{}", file.path);
        }
    }
    Ok(files)
}

impl Packages {
    /// Gives each package a label that no other has.
    fn label(&mut self) {
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, package) in self.all.iter().enumerate() {
            by_name.entry(package.name.clone()).or_default().push(index);
        }
        let mut labels = BTreeSet::new();
        for (name, indices) in by_name {
            let name = name.replace('/', ".");
            for &index in &indices {
                let package = &self.all[index];
                let version = package.version.as_deref();
                let is_alone = indices.len() == 1;
                let of_version = indices
                    .iter()
                    .filter(|other| self.all[**other].version.as_deref() == version);
                let commit = package.commit.as_ref().map(|commit| &commit[..7]);
                let mut label = match (is_alone, version, commit) {
                    (true, ..) => name.clone(),
                    (_, Some(version), _) if of_version.count() == 1 => format!("{name}@{version}"),
                    (_, _, Some(commit)) => format!("{name}@{commit}"),
                    (_, Some(version), None) => format!("{name}@{version}"),
                    (_, None, None) => format!("{name}@1"),
                };
                let plain = label.clone();
                let mut number = 1;
                while !labels.insert(label.clone()) {
                    number += 1;
                    label = format!("{plain}@{number}");
                }
                self.all[index].label = label;
            }
        }
        for package in &mut self.all {
            // Of others than folders of the project's neighborhood nobody has the path.
            let is_shown = matches!(&package.source, Source::Path(path) if !path.starts_with('/'));
            if !is_shown {
                for file in package.files.values_mut() {
                    file.path = format!("{}/{}", package.label, file.path);
                }
            }
        }
    }
}
