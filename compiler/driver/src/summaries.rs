//! Summaries of namespaces, and the code of definitions, between the cache and the database.
//!
//! # Invariants
//! - A file gets the summary of exactly its text, or none; whether that holds is asked of the
//!   database each time.
//! - Only a build without errors stores any: what is stored was made of a whole program. Code is
//!   that of its body whatever the program, so it is stored always.
//! - A summary holds no code. One without the code of its definitions is as none.

use crate::cache::{self, FolderPacks, OneFile};
use crate::chunks::{self, Packs};
use crate::database::Database;
use crate::embedded;
use crate::kept;
use crate::project::Found;
use hir::header::{CORE, is_core_family};
use hir::host::COMPAT;
use hir::stored::Stored;
use hir::{Hash, Project, SourceFile, file_of};
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What has been loaded and stored.
#[derive(Debug)]
pub(crate) struct Summaries {
    /// Those of the library that this binary holds.
    pub(crate) embedded: Cow<'static, [u8]>,
    /// Where others of the library are, if not with all others.
    pub(crate) library: Option<PathBuf>,
    /// Files that have been looked for, by namespace.
    tried: BTreeSet<Arc<str>>,
    /// Keys of what was loaded or stored, and how many bytes that is.
    known: BTreeMap<[u8; 32], u64>,
    /// Code on disk, by folder.
    packs: BTreeMap<PathBuf, FolderPacks>,
    /// The code that the database has.
    code: Option<Packs>,
}

impl Default for Summaries {
    fn default() -> Summaries {
        Summaries {
            embedded: Cow::Borrowed(embedded::IN_THIS_BINARY),
            library: None,
            tried: BTreeSet::new(),
            known: BTreeMap::new(),
            packs: BTreeMap::new(),
            code: None,
        }
    }
}

/// Whether a project takes the place of a part of the library. Then the library is not what the
/// compiler holds, and there are no summaries of anything.
fn replaces_library(found: &Found) -> bool {
    let mut namespaces = found.files.keys();
    namespaces.any(|ns| is_core_family(ns) || stdlib::source(ns).is_some())
}

fn key(db: &Database, found: &Found, file: SourceFile) -> [u8; 32] {
    cache::key_of_summary(OneFile {
        namespace: file.ns(db),
        package: file.package(db),
        seen: file.seen(db).as_deref(),
        features: &found.manifest.features,
        is_entry: Project::get(db).entry(db) == Some(file),
        text: (!file.library(db)).then(|| &**file.text(db)),
    })
}

/// Files and all that they reach, by namespace; the table of host calls if any of them may need it.
fn with_reached(
    db: &Database,
    files: impl IntoIterator<Item = SourceFile>,
) -> BTreeMap<&str, SourceFile> {
    let mut all = BTreeMap::new();
    for file in files {
        all.insert(&**file.ns(db), file);
        let reached = hir::project::reachable(db, file).iter();
        all.extend(reached.filter_map(|ns| Some((&**ns, file_of(db, ns)?))));
    }
    let calls = all.values().any(|file| may_call_host(db, *file));
    if let Some(table) = file_of(db, COMPAT).filter(|_| calls) {
        all.insert(&**table.ns(db), table);
        let reached = hir::project::reachable(db, table).iter();
        all.extend(reached.filter_map(|ns| Some((&**ns, file_of(db, ns)?))));
    }
    all
}

fn may_call_host(db: &Database, file: SourceFile) -> bool {
    !file.library(db) && hir::host::may_call(file.text(db))
}

/// The body hashes of what files define.
fn body_hashes(db: &Database, files: impl IntoIterator<Item = SourceFile>) -> FxHashSet<Hash> {
    let files = files.into_iter();
    let names = files.flat_map(|file| hir::definitions(db, file));
    let hashes = names.filter_map(|name| hir::body_hash(db, hir::definition(db, name)));
    hashes.collect()
}

impl Summaries {
    /// The folder for what is of the library, or of the project.
    fn folder<'a>(&'a self, of_library: bool, folder: &'a Path) -> &'a Path {
        match &self.library {
            Some(library) if of_library => library,
            _ => folder,
        }
    }

    /// Whether the library's summaries in the binary are those for a project.
    fn is_library_embedded(&self, found: &Found) -> bool {
        found.manifest.features.is_empty()
            && embedded::find(&self.embedded, hir::header::CORE).is_some()
    }

    /// Has the database know all code that is stored.
    fn load_code(&mut self, db: &mut Database, found: &Found, folder: Option<&Path>) {
        let is_embedded = self.is_library_embedded(found);
        let library = self.library.clone().filter(|_| !is_embedded);
        let mut is_new = self.code.is_none();
        for folder in folder.into_iter().chain(library.as_deref()) {
            if !self.packs.contains_key(folder) {
                let packs = FolderPacks::load(folder);
                self.packs.insert(folder.to_owned(), packs);
                is_new = true;
            }
        }
        if is_new {
            let embedded = is_embedded.then(|| embedded::pack(self.embedded.clone()));
            let mut packs: Vec<_> = embedded.flatten().map(Arc::new).into_iter().collect();
            let on_disk = self.packs.values().flat_map(FolderPacks::packs);
            packs.extend(on_disk.map(Arc::clone));
            let code = Packs::new(packs, folder.is_some());
            chunks::set(db, code.clone());
            self.code = Some(code);
        }
    }

    /// Stores the code that was generated, for `files` and all that they reach.
    pub(crate) fn save_code(
        &mut self,
        db: &Database,
        folder: &Path,
        files: impl IntoIterator<Item = SourceFile> + Clone,
    ) {
        let made = self.code.as_ref().map(Packs::take_made);
        let mut made = made.unwrap_or_default();
        for of_library in [false, true] {
            let folder = self.folder(of_library, folder).to_owned();
            let is_one = self.library.is_none();
            let here = made.extract_if(.., |_, made| is_one || made.of_library == of_library);
            let here = here.map(|(hash, made)| (hash, kept::code(&made.unit)));
            let used = || body_hashes(db, with_reached(db, files.clone()).into_values());
            if let Some(packs) = self.packs.get_mut(&folder) {
                packs.save(here, used);
            }
        }
    }

    /// Has a file looked for again: its text is another.
    pub(crate) fn try_again(&mut self, namespace: &str) {
        self.tried.remove(namespace);
    }

    /// A file's summary: what the binary holds, or else what the folder has.
    fn find(
        &mut self,
        db: &Database,
        found: &Found,
        folder: Option<&Path>,
        file: SourceFile,
    ) -> Option<Stored> {
        if file.library(db)
            && found.manifest.features.is_empty()
            && let Some(bytes) = embedded::find(&self.embedded, file.ns(db))
        {
            return self.decoded(bytes, file);
        }
        let key = key(db, found, file);
        let bytes = cache::load_summary(self.folder(file.library(db), folder?), &key)?;
        let stored = self.decoded(&bytes, file)?;
        self.known.insert(key, bytes.len() as u64);
        Some(stored)
    }

    /// The summary with these bytes, if there is code for it.
    fn decoded(&self, bytes: &[u8], file: SourceFile) -> Option<Stored> {
        let code = self.code.as_ref()?;
        let stored = Stored::decode(bytes, file)?;
        let has_all = stored.body_hashes().all(|hash| code.has(hash));
        has_all.then_some(stored)
    }

    /// Gives their summaries to files and all that they reach, as far as there are any. Without a
    /// folder those of the binary are all.
    pub(crate) fn load(
        &mut self,
        db: &mut Database,
        found: &Found,
        folder: Option<&Path>,
        files: impl IntoIterator<Item = SourceFile>,
    ) {
        let has_any = folder.is_some() || !self.embedded.is_empty();
        if !has_any {
            return;
        }
        self.load_code(db, found, folder);
        if replaces_library(found) {
            return;
        }
        let mut loaded: Vec<(SourceFile, Stored)> = Vec::new();
        let mut rest: Vec<SourceFile> = files.into_iter().collect();
        let mut seen: FxHashSet<SourceFile> = rest.iter().copied().collect();
        while let Some(file) = rest.pop() {
            let namespace = file.ns(db);
            let mut stored = None;
            if file.stored(db).is_none() && self.tried.insert(Arc::clone(namespace)) {
                stored = self.find(db, found, folder, file);
            }
            let mut needs: Vec<Arc<str>> = match &stored {
                Some(stored) => stored.needs().cloned().collect(),
                None => {
                    let header = hir::header::header(db, file);
                    header.needs().map(|need| Arc::clone(&need.ns)).collect()
                }
            };
            if !is_core_family(namespace) {
                needs.push(CORE.into());
            }
            if may_call_host(db, file) {
                needs.push(COMPAT.into());
            }
            let needed = needs.iter().filter_map(|ns| file_of(db, ns));
            rest.extend(needed.filter(|file| seen.insert(*file)));
            loaded.extend(stored.map(|stored| (file, stored)));
        }
        for (file, stored) in loaded {
            hir::set_stored(db, file, stored);
        }
    }

    /// Stores summaries of files and all that they reach, as far as they have none, and their code.
    pub(crate) fn save(
        &mut self,
        db: &Database,
        found: &Found,
        folder: &Path,
        files: impl IntoIterator<Item = SourceFile> + Clone,
    ) {
        if replaces_library(found) {
            return self.save_code(db, folder, files);
        }
        let mut made = Vec::new();
        for file in with_reached(db, files.clone()).into_values() {
            if hir::stored::is_stored(db, file) {
                continue;
            }
            let key = key(db, found, file);
            // What was loaded under this key does not hold, or it would be there.
            if file.stored(db).is_none() && self.known.contains_key(&key) {
                continue;
            }
            if let Some(stored) = hir::stored::make(db, file, |def| kept::source(db, def)) {
                made.push((file, key, stored.encode()));
            }
        }
        // Whoever finds a summary is to find the code.
        self.save_code(db, folder, files);
        let has_made = !made.is_empty();
        for (file, key, bytes) in made {
            cache::save_summary(self.folder(file.library(db), folder), &key, &bytes);
            self.known.insert(key, bytes.len() as u64);
        }
        if has_made {
            let used = self.known.values().sum();
            for folder in [Some(folder), self.library.as_deref()]
                .into_iter()
                .flatten()
            {
                cache::forget_summaries(folder, used);
            }
        }
    }
}
