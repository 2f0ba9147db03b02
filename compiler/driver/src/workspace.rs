//! A project with its database: what the command line asks.
//!
//! # Invariants
//! - All that is compiled is found out by queries of the database. What is answered depends on the files
//!   alone: neither on what was asked before nor on what the cache holds.

use crate::cache;
use crate::database::Database;
use crate::evaluate::{self, Reason};
use crate::extend;
use crate::link::{self, LinkError, Purpose, View};
use crate::packages::{Names, Options, Packages};
use crate::project::{self, Found, FoundFile, ProjectError, Target};
use crate::summaries::Summaries;
use crate::top_level::top_level_errors;
use crate::unit::{Places, first_origin};
use bytecode::Image;
use hir::body::DefName;
use hir::contributions::Scope;
use hir::package::Seen;
use hir::{LastForm, Project, SourceFile, Stage};
use source::render::SourceFiles;
use source::{Code, Diagnostic, FileId, Severity, Span, TextRange};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A linked program.
#[derive(Clone, Debug)]
pub struct Built {
    /// The image.
    pub image: Image,
    /// The project's files it was made of: path relative to the root, blake3 of the text.
    pub sources: Vec<(String, [u8; 32])>,
    /// Slot of the entry body.
    pub entry_slot: Option<u32>,
    /// Slot of `-main` or `main` of the entry namespace.
    pub main_slot: Option<u32>,
    /// Warnings.
    pub warnings: Vec<Diagnostic>,
}

/// A project and its database.
#[derive(Debug)]
pub struct Workspace {
    db: Database,
    found: Found,
    /// The project's files by namespace.
    files: BTreeMap<Arc<str>, SourceFile>,
    /// Those of the packages that it needs, by key.
    of_packages: BTreeMap<Arc<str>, SourceFile>,
    library: BTreeMap<Arc<str>, SourceFile>,
    summaries: Summaries,
}

/// A file as the database has it, without its place on a disk.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    /// The key of its namespace.
    pub(crate) key: Arc<str>,
    pub(crate) package: Arc<str>,
    pub(crate) path: Arc<str>,
    pub(crate) text: Arc<str>,
    pub(crate) seen: Option<Arc<Seen>>,
}

/// Paths and texts of all files, for renderers.
#[derive(Clone, Debug, Default)]
pub struct Files {
    all: BTreeMap<u32, (String, Arc<str>)>,
}

impl Files {
    /// Has a text beside them.
    pub(crate) fn insert(&mut self, file: FileId, path: &str, text: &str) {
        self.all.insert(file.0, (path.to_owned(), Arc::from(text)));
    }
}

impl SourceFiles for Files {
    fn path(&self, file: FileId) -> String {
        self.all
            .get(&file.0)
            .map_or_else(|| "<unknown>".to_owned(), |(path, _)| path.clone())
    }

    fn text(&self, file: FileId) -> &str {
        self.all.get(&file.0).map_or("", |(_, text)| text)
    }
}

/// Number of the first library file; project files have smaller ones.
const FIRST_LIBRARY_FILE: u32 = 1 << 24;

impl Workspace {
    /// Finds and reads what a target names, and the packages that it needs.
    ///
    /// # Errors
    /// When it is not there, or one of these cannot be had.
    pub fn open(target: &Target, cwd: &Path, options: &Options) -> Result<Workspace, ProjectError> {
        let found = project::find(target, cwd, options)?;
        project::require_parts(&found)?;
        Ok(Workspace::of(found))
    }

    /// As [`Workspace::open`], with the tests of a project.
    ///
    /// # Errors
    /// As `open`.
    pub fn open_with_tests(
        target: &Target,
        cwd: &Path,
        options: &Options,
    ) -> Result<Workspace, ProjectError> {
        let found = project::find_among(target, cwd, options, true)?;
        project::require_parts(&found)?;
        Ok(Workspace::of(found))
    }

    /// A workspace of one text, in namespace `user`.
    #[must_use]
    pub fn of_text(name: &str, text: &str) -> Workspace {
        let file = project::FoundFile {
            namespace: "user".to_owned(),
            path: name.to_owned(),
            text: text.to_owned(),
        };
        Workspace::of(Found {
            root: PathBuf::new(),
            is_project: false,
            manifest: project::Manifest::default(),
            files: BTreeMap::from([("user".to_owned(), file)]),
            entry: Some("user".to_owned()),
            packages: Packages::default(),
        })
    }

    /// A workspace of files that have been found.
    #[must_use]
    pub fn of(found: Found) -> Workspace {
        Workspace::with_database(found, Database::default())
    }

    /// A workspace over a database of the caller, for tests that watch its queries.
    #[must_use]
    pub fn with_database(found: Found, db: Database) -> Workspace {
        let package = if found.manifest.name.is_empty() {
            hir::package::NO_PACKAGE
        } else {
            &found.manifest.name
        };
        let text_of = |key: &Arc<str>, package: &str, file: &FoundFile, seen| Text {
            key: Arc::clone(key),
            package: Arc::from(package),
            path: Arc::from(file.path.as_str()),
            text: Arc::from(file.text.as_str()),
            seen,
        };
        let packages = &found.packages.all;
        let view = (!packages.is_empty()).then(|| Names::of(&found.packages, &found.files));
        let seen = view.as_ref().map(|view| &view.seen_by_project);
        let own = found.files.iter();
        let own = own.map(|(name, file)| {
            text_of(&name.as_str().into(), package, file, seen.map(Arc::clone))
        });
        let mut texts: Vec<Text> = own.collect();
        let own_count = texts.len();
        if let Some(view) = &view {
            for (index, package) in packages.iter().enumerate() {
                for (name, file) in &package.files {
                    let key = &view.keys[index][name];
                    let seen = Some(Arc::clone(&view.seen[index]));
                    texts.push(text_of(key, &package.name, file, seen));
                }
            }
        }
        Workspace::assemble(found, texts, own_count, db)
    }

    /// The workspace of a program whose texts are at hand, all of which count as its own.
    pub(crate) fn of_texts(found: Found, texts: Vec<Text>) -> Workspace {
        let own_count = texts.len();
        Workspace::assemble(found, texts, own_count, Database::default())
    }

    /// A workspace of these texts, the first of which are the project's own.
    fn assemble(found: Found, texts: Vec<Text>, own_count: usize, mut db: Database) -> Workspace {
        let library = db.add_library(FIRST_LIBRARY_FILE);
        let mut files = BTreeMap::new();
        let mut of_packages = BTreeMap::new();
        for (number, one) in (0u32..).zip(texts) {
            let source = SourceFile::new(
                &db,
                FileId(number),
                one.path,
                Arc::clone(&one.key),
                one.package,
                false,
                one.text,
            );
            if let Some(seen) = one.seen {
                hir::set_seen(&mut db, source, seen);
            }
            match (number as usize) < own_count {
                true => files.insert(one.key, source),
                false => of_packages.insert(one.key, source),
            };
        }
        let mut all = library.clone();
        all.extend(of_packages.clone());
        all.extend(files.clone());
        hir::set_files(&mut db, all);
        let features = found
            .manifest
            .features
            .iter()
            .map(|feature| Arc::from(feature.as_str()));
        hir::set_features(&mut db, features.collect());
        let entry = found
            .entry
            .as_deref()
            .and_then(|entry| files.get(entry).copied());
        hir::set_entry(&mut db, entry);
        Workspace {
            db,
            found,
            files,
            of_packages,
            library,
            summaries: Summaries::default(),
        }
    }

    /// The project's root folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.found.root
    }

    /// Whether it has an `ox.edn`.
    #[must_use]
    pub fn is_project(&self) -> bool {
        self.found.is_project
    }

    /// The namespace to run.
    #[must_use]
    pub fn entry(&self) -> Option<&str> {
        self.found.entry.as_deref()
    }

    /// Whether the namespace to run needs this one, directly or not.
    #[must_use]
    pub fn entry_reaches(&self, namespace: &str) -> bool {
        let entry = self.entry().and_then(|entry| self.file(entry));
        let reached = entry.map(|entry| hir::project::reachable(&self.db, entry));
        reached.is_some_and(|reached| reached.iter().any(|ns| &**ns == namespace))
    }

    /// The database, for tests.
    pub fn database(&mut self) -> &mut Database {
        &mut self.db
    }

    /// The file of a namespace of the project.
    #[must_use]
    pub fn file(&self, namespace: &str) -> Option<SourceFile> {
        self.files.get(namespace).copied()
    }

    /// Replaces the text of a namespace's file.
    pub fn edit(&mut self, namespace: &str, text: &str) {
        if let Some(file) = self.file(namespace) {
            hir::set_text(&mut self.db, file, text);
        }
        if let Some(found) = self.found.files.get_mut(namespace) {
            text.clone_into(&mut found.text);
        }
    }

    /// Says what the program of the entry does with the value of the last form. Summaries are taken after.
    pub fn set_last_form(&mut self, last_form: LastForm) {
        hir::set_last_form(&mut self.db, last_form);
    }

    /// Says how many forms of the entry its program leaves out, from its start.
    pub(crate) fn set_forms_run(&mut self, count: usize) {
        hir::set_forms_run(&mut self.db, count);
    }

    /// The database.
    pub(crate) fn db(&self) -> &Database {
        &self.db
    }

    /// What the compiler needs to extend the program while it runs.
    fn program(&self, entry: &str) -> Vec<u8> {
        let all = self.files.iter().chain(&self.of_packages);
        let texts: Vec<Text> = all
            .map(|(key, file)| Text {
                key: Arc::clone(key),
                package: Arc::clone(file.package(&self.db)),
                path: Arc::clone(file.path(&self.db)),
                text: Arc::clone(file.text(&self.db)),
                seen: file.seen(&self.db).clone(),
            })
            .collect();
        extend::encode(entry, Project::get(&self.db).features(&self.db), &texts)
    }

    /// Paths and texts, for renderers.
    #[must_use]
    pub fn files(&self) -> Files {
        let mut all = BTreeMap::new();
        for (file, prefix) in self
            .files
            .values()
            .chain(self.of_packages.values())
            .map(|file| (file, ""))
            .chain(self.library.values().map(|file| (file, "stdlib/")))
        {
            let path = format!("{prefix}{}", file.path(&self.db));
            all.insert(file.id(&self.db).0, (path, Arc::clone(file.text(&self.db))));
        }
        Files { all }
    }

    /// All diagnostics of the project.
    pub fn check(&mut self) -> Vec<Diagnostic> {
        let mut all = Vec::new();
        let mut reached: BTreeSet<&Arc<str>> = BTreeSet::new();
        for file in self.files.values() {
            all.extend(hir::diagnostics(&self.db, *file).iter().cloned());
            reached.extend(hir::project::reachable(&self.db, *file));
        }
        all.extend(
            reached
                .into_iter()
                .flat_map(|key| self.errors_of_package(key)),
        );
        all
    }

    /// The errors of a namespace, if it is a package's. What is warned of is its author's business.
    fn errors_of_package(&self, key: &Arc<str>) -> impl Iterator<Item = Diagnostic> {
        let file = self.of_packages.get(key);
        let all = file
            .into_iter()
            .flat_map(|file| hir::diagnostics(&self.db, *file));
        all.filter(|one| one.severity == Severity::Error).cloned()
    }

    /// The file of a namespace of the project or one of its packages.
    fn file_of_program(&self, key: &Arc<str>) -> Option<SourceFile> {
        let file = self.files.get(key).or_else(|| self.of_packages.get(key));
        file.copied()
    }

    /// The project's own files, by namespace.
    pub(crate) fn own_files(&self) -> Vec<(Arc<str>, SourceFile)> {
        let files = self.files.iter();
        files
            .map(|(name, file)| (Arc::clone(name), *file))
            .collect()
    }

    /// The packages that the project needs.
    #[must_use]
    pub fn packages(&self) -> &Packages {
        &self.found.packages
    }

    /// All diagnostics of the project, also of values of definitions that cannot be computed, whether
    /// the entry needs them or not.
    pub fn check_linked(&mut self) -> Vec<Diagnostic> {
        let mut all = self.check();
        let is_sound = |file: &&SourceFile| {
            let diagnostics = self.entry_diagnostics(**file);
            diagnostics
                .iter()
                .all(|one| one.severity != Severity::Error)
        };
        let sound: Vec<SourceFile> = self.files.values().filter(is_sound).copied().collect();
        let Some(&first) = sound.first() else {
            return all;
        };
        let names = sound
            .iter()
            .flat_map(|file| hir::definitions(&self.db, *file));
        let roots: Vec<_> = names.map(|name| hir::definition(&self.db, name)).collect();
        let whole = |file: &SourceFile| Scope {
            file: *file,
            stage: Stage::ALL,
        };
        let view = View::new(&self.db, sound.iter().map(whole).collect());
        let linked = link::link(&view, &roots, Purpose::Program);
        let mut errors = linked.err().unwrap_or_default();
        if errors.is_empty() {
            all.extend(self.effect_diagnostics(&sound));
        }
        // What nobody requires is a script, whose expressions may do anything.
        let required: BTreeSet<&Arc<str>> = self
            .files
            .values()
            .flat_map(|file| hir::project::reachable(&self.db, *file))
            .collect();
        let required = sound
            .iter()
            .filter(|file| required.contains(file.ns(&self.db)));
        self.add_top_level_errors(&mut errors, required);
        all.extend(self.link_diagnostics(&errors, first));
        all
    }

    /// Adds what is wrong with the expressions at the top level of required namespaces.
    fn add_top_level_errors<'a>(
        &self,
        errors: &mut Vec<LinkError>,
        required: impl Iterator<Item = &'a SourceFile>,
    ) {
        for file in required.filter(|file| !hir::is_entry(&self.db, **file)) {
            for error in top_level_errors(&self.db, *file) {
                // A value that both needed is said once.
                if !errors.contains(error) {
                    errors.push(error.clone());
                }
            }
        }
    }

    /// The diagnostics of a namespace of the project; none if there is no such namespace.
    pub fn check_namespace(&mut self, namespace: &str) -> Vec<Diagnostic> {
        self.file(namespace)
            .map(|file| hir::diagnostics(&self.db, file).clone())
            .unwrap_or_default()
    }

    /// The text of a namespace of the project.
    #[must_use]
    pub fn text(&self, namespace: &str) -> Option<Arc<str>> {
        self.file(namespace)
            .map(|file| Arc::clone(file.text(&self.db)))
    }

    /// Names of the macros of a namespace of the project.
    #[must_use]
    pub fn macros(&self, namespace: &str) -> BTreeSet<Arc<str>> {
        let names = self
            .file(namespace)
            .map(|file| hir::definitions(&self.db, file));
        let is_macro = |name: &&DefName| {
            let info = hir::definition_info(&self.db, hir::definition(&self.db, name));
            info.as_ref()
                .is_some_and(|info| matches!(info.kind, hir::definition::DefKind::Macro(_)))
        };
        let macros = names.iter().flat_map(|names| names.iter()).filter(is_macro);
        macros.map(|name| Arc::clone(&name.name)).collect()
    }

    /// The diagnostics of the entry, and of all that it reaches.
    pub(crate) fn check_entry(&mut self) -> Vec<Diagnostic> {
        let entry = self.found.entry.as_deref();
        let entry = entry.and_then(|entry| self.file(entry));
        entry.map_or_else(Vec::new, |entry| self.entry_diagnostics(entry))
    }

    /// The diagnostics of the files that the entry reaches.
    fn entry_diagnostics(&self, entry: SourceFile) -> Vec<Diagnostic> {
        let mut all = hir::diagnostics(&self.db, entry).clone();
        for namespace in hir::project::reachable(&self.db, entry) {
            if let Some(file) = self.files.get(namespace)
                && *file != entry
            {
                all.extend(hir::diagnostics(&self.db, *file).iter().cloned());
            }
            all.extend(self.errors_of_package(namespace));
        }
        all
    }

    /// Links the entry namespace's program.
    ///
    /// # Errors
    /// The diagnostics, if one is an error.
    pub fn build(&mut self) -> Result<Built, Vec<Diagnostic>> {
        self.build_from(false)
    }

    /// As [`Workspace::build`], with all definitions of the entry namespace, whether or not what is run
    /// reaches them, by the summaries that the binary holds.
    ///
    /// # Errors
    /// As `build`.
    pub fn build_whole(&mut self) -> Result<Built, Vec<Diagnostic>> {
        self.take_summaries(None);
        self.build_from(true)
    }

    fn build_from(&mut self, whole: bool) -> Result<Built, Vec<Diagnostic>> {
        let Some(entry) = self
            .found
            .entry
            .as_deref()
            .and_then(|entry| self.file(entry))
        else {
            let span = Span::new(FileId(0), TextRange::empty(0.into()));
            let message = "there is no namespace to run";
            let note =
                "name one in ox.edn, `:main app.core`, or name a file: `oxc run src/app/core.ox`";
            return Err(vec![
                Diagnostic::error(Code::LINK, message, span).note(note),
            ]);
        };
        let diagnostics = self.entry_diagnostics(entry);
        if diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
        {
            return Err(diagnostics);
        }
        let namespace = Arc::clone(entry.ns(&self.db));
        let names = hir::definitions(&self.db, entry);
        let name = |wanted: &str| {
            let name = names.iter().find(|name| &*name.name == wanted)?;
            let def = hir::definition(&self.db, name);
            let is_function = hir::definition_info(&self.db, def)
                .as_ref()
                .is_some_and(|info| matches!(info.kind, hir::definition::DefKind::Function { .. }));
            is_function.then_some(def)
        };
        let entry_body = name(hir::ENTRY);
        let main = name("-main").or_else(|| name("main"));
        let arguments = DefName::new("ox.core.print", "*command-line-args*");
        let mut roots: Vec<_> = entry_body.into_iter().chain(main).collect();
        let arguments = hir::definition(&self.db, &arguments);
        if hir::definition_info(&self.db, arguments).is_some() {
            roots.push(arguments);
        }
        if whole {
            let all = names.iter().map(|name| hir::definition(&self.db, name));
            let others: Vec<_> = all.filter(|def| !roots.contains(def)).collect();
            roots.extend(others);
        }
        let mut errors = Vec::new();
        let view = View::of_file(&self.db, entry);
        let linked = link::link(&view, &roots, Purpose::Program);
        let linked = linked.map_err(|found| errors = found).ok();
        let required = hir::project::reachable(&self.db, entry).iter();
        let required: Vec<SourceFile> = required
            .filter_map(|namespace| self.file_of_program(namespace))
            .collect();
        self.add_top_level_errors(&mut errors, required.iter());
        let (mut image, slots) = match linked {
            Some(linked) if errors.is_empty() => linked,
            _ => return Err(self.link_diagnostics(&errors, entry)),
        };
        let program: Vec<SourceFile> = required.iter().copied().chain([entry]).collect();
        let exceeded = self.effect_diagnostics(&program);
        if !exceeded.is_empty() {
            return Err(exceeded);
        }
        let mut slots = slots.into_iter();
        let entry_slot = entry_body.and_then(|_| slots.next());
        let main_slot = main.and_then(|_| slots.next());
        image.entry = entry_slot;
        image.main = main_slot;
        if extend::may_ask(&image) {
            image.source_map.program.push(self.program(&namespace));
        }
        let mut sources = vec![self.source_hash(entry)];
        for other in hir::project::reachable(&self.db, entry) {
            if let Some(file) = self.file_of_program(other).filter(|_| *other != namespace) {
                sources.push(self.source_hash(file));
            }
        }
        sources.sort();
        Ok(Built {
            image,
            sources,
            entry_slot,
            main_slot,
            warnings: diagnostics,
        })
    }

    fn source_hash(&self, file: SourceFile) -> (String, [u8; 32]) {
        let hash = blake3::hash(file.text(&self.db).as_bytes());
        (file.path(&self.db).to_string(), *hash.as_bytes())
    }

    /// As [`Workspace::build`], by the compiled cache when nothing has changed since.
    ///
    /// # Errors
    /// As `build`.
    pub fn build_cached(&mut self, folder: &Path) -> Result<Built, Vec<Diagnostic>> {
        let key = cache::key(&self.found);
        if let Some(built) = cache::load(folder, &key) {
            return Ok(built);
        }
        let built = self.build_by_summaries(Some(folder))?;
        cache::save(folder, &key, &built);
        Ok(built)
    }

    /// Has the summaries of the standard library kept in a folder of their own, which programs
    /// share.
    pub fn keep_library_in(&mut self, folder: PathBuf) {
        self.summaries.library = Some(folder);
    }

    /// Takes the library's summaries from these bytes in place of those in the binary: what
    /// [`crate::summaries_of_library`] made.
    pub fn embed_library(&mut self, summaries: Vec<u8>) {
        self.summaries.embedded = summaries.into();
    }

    /// As [`Workspace::check_linked`], by the summaries of namespaces that have not changed: without
    /// a folder those of the library that the binary holds.
    pub fn check_linked_cached(&mut self, folder: Option<&Path>) -> Vec<Diagnostic> {
        let files: Vec<SourceFile> = self.files.values().copied().collect();
        self.summaries
            .load(&mut self.db, &self.found, folder, files.iter().copied());
        let all = self.check_linked();
        if let Some(folder) = folder {
            if all.iter().all(|one| one.severity != Severity::Error) {
                self.summaries.save(&self.db, &self.found, folder, files);
            } else {
                self.summaries.save_code(&self.db, folder, files);
            }
        }
        all
    }

    /// Has what the entry reaches answered by summaries, as far as there are any: those of a folder, and
    /// those of the library that the binary holds.
    pub fn take_summaries(&mut self, folder: Option<&Path>) {
        let entry = self.found.entry.as_deref();
        let entry = entry.and_then(|entry| self.file(entry));
        self.summaries
            .load(&mut self.db, &self.found, folder, entry);
    }

    /// As [`Workspace::build`], by the summaries of namespaces that have not changed: without a
    /// folder those of the library that the binary holds.
    fn build_by_summaries(&mut self, folder: Option<&Path>) -> Result<Built, Vec<Diagnostic>> {
        self.take_summaries(folder);
        let built = self.build();
        if let Some(folder) = folder {
            let entry = self.found.entry.as_deref();
            let entry = entry.and_then(|entry| self.file(entry));
            match &built {
                Ok(_) => self.summaries.save(&self.db, &self.found, folder, entry),
                Err(_) => self.summaries.save_code(&self.db, folder, entry),
            }
        }
        built
    }

    /// The program as it is run: of a file with both expressions at top level and a `-main`, the
    /// call of `-main` is the last of its expressions. By the compiled cache if a folder is given.
    ///
    /// # Errors
    /// As `build`.
    pub fn build_to_run(&mut self, folder: Option<&Path>) -> Result<Built, Vec<Diagnostic>> {
        let Some(folder) = folder else {
            let built = self.build_by_summaries(None)?;
            return match self.call_of_main(&built) {
                Some((entry, called)) => self.with_main_called(&entry, &called, None, built),
                None => Ok(built),
            };
        };
        let key = cache::key_to_run(&self.found);
        if let Some(built) = cache::load(folder, &key) {
            return Ok(built);
        }
        let built = self.build_cached(folder)?;
        let Some((entry, called)) = self.call_of_main(&built) else {
            return Ok(built);
        };
        let built = self.with_main_called(&entry, &called, Some(folder), built)?;
        cache::save(folder, &key, &built);
        Ok(built)
    }

    /// Entry namespace and its text with the call of `-main` at its end, if there are expressions
    /// at top level besides.
    fn call_of_main(&self, built: &Built) -> Option<(String, String)> {
        built.entry_slot?;
        let main = &built.image.slots[built.main_slot? as usize].name;
        let entry = self.found.entry.clone()?;
        let text = self.text(&entry)?;
        let call = format!("(ox.core/apply {main} ox.core/*command-line-args*)");
        Some((entry, format!("{text}\n{call}\n")))
    }

    /// Links the entry with another text, and leaves the text as it was if that succeeds: errors
    /// are shown in the text that has them.
    fn with_main_called(
        &mut self,
        entry: &str,
        called: &str,
        folder: Option<&Path>,
        built: Built,
    ) -> Result<Built, Vec<Diagnostic>> {
        let text = self.text(entry).unwrap_or_default();
        self.edit(entry, called);
        self.summaries.try_again(entry);
        let mut image = self.build_by_summaries(folder)?.image;
        self.edit(entry, &text);
        // The entry body is what runs.
        image.main = None;
        Ok(Built {
            entry_slot: image.entry,
            main_slot: None,
            image,
            ..built
        })
    }

    pub(crate) fn link_diagnostics(
        &self,
        errors: &[LinkError],
        entry: SourceFile,
    ) -> Vec<Diagnostic> {
        let mut all: Vec<Diagnostic> = errors
            .iter()
            .map(|error| self.link_diagnostic(error, entry))
            .collect();
        all.sort_by_key(|diagnostic| {
            let span = diagnostic.primary.span;
            (span.file, span.range.start())
        });
        all
    }

    fn link_diagnostic(&self, error: &LinkError, entry: SourceFile) -> Diagnostic {
        let db: &dyn hir::Db = &self.db;
        let is_piece = |name: &&DefName| hir::is_entry_name(&name.name);
        let is_piece = error.definition.as_ref().filter(is_piece).is_some();
        let place_of = |name: &DefName| {
            let lowered = hir::lowered_def(db, hir::definition(db, name))?;
            let places = Places::of(db, lowered.info.file, lowered.info.form);
            let origin = match is_piece {
                true => first_origin(lowered),
                false => lowered.name_origin,
            };
            Some(Span::new(lowered.info.file.id(db), places.range(origin)))
        };
        let at = error.definition.as_ref().and_then(place_of);
        let span = at.unwrap_or_else(|| Span::new(entry.id(&self.db), TextRange::empty(0.into())));
        if let Reason::Contribution(message, other) = &error.reason {
            let diagnostic = Diagnostic::error(Code::CONTRIBUTION, message.clone(), span);
            return match other.as_ref().and_then(place_of) {
                Some(other) => diagnostic.secondary(other, "the other"),
                None => diagnostic,
            };
        }
        let mut diagnostic = if is_piece {
            of_top_level(&error.reason, span)
        } else {
            // Where it went wrong is what is to be mended; whose value it was is said beside it.
            let fault = self.db.fault_in_project(&error.trace);
            let diagnostic =
                Diagnostic::error(Code::LINK, error.to_string(), fault.unwrap_or(span));
            match (fault, &error.definition) {
                (Some(_), Some(name)) => {
                    let name = evaluate::shown_definition(name);
                    diagnostic.secondary(span, format!("for the value of {name}"))
                }
                _ => diagnostic,
            }
        };
        if matches!(error.reason, Reason::Change(..)) {
            diagnostic = diagnostic.note(
                "every process begins with its own copy of it, as its definition makes it: the change would be lost",
            );
        }
        for frame in hir::trace_lines(db, &error.trace) {
            diagnostic = diagnostic.note(format!("in {frame}"));
        }
        diagnostic
    }
}

/// What is said of an expression at the top level of a namespace: of a required one, unless it has no code.
fn of_top_level(reason: &Reason, span: Span) -> Diagnostic {
    let who = "an expression at the top level of a required namespace";
    let message = match reason {
        Reason::Code(message) => {
            let message = format!("an expression at top level cannot be compiled: {message}");
            return Diagnostic::error(Code::LINK, message, span);
        }
        Reason::Contribution(..) | Reason::Unbound(_) | Reason::Other(_) => {
            return Diagnostic::error(Code::TOP_LEVEL, format!("{who} failed: {reason}"), span);
        }
        _ => format!("{who} must be pure: {reason}"),
    };
    Diagnostic::error(Code::TOP_LEVEL, message, span).note(
        "move it into a function that the program calls, from `-main` say; only in the file that is run may it stand at top level",
    )
}
