//! Summaries of namespaces between the cache and the database.
//!
//! # Invariants
//! - A file gets the summary of exactly its text, or none; whether that holds is asked of the
//!   database each time.
//! - Only a build without errors stores any: what is stored was made of a whole program.

use crate::cache::{self, OneFile};
use crate::database::Database;
use crate::embedded;
use crate::kept;
use crate::project::Found;
use hir::header::{CORE, is_core_family};
use hir::stored::Stored;
use hir::{Project, SourceFile, file_of};
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
}

impl Default for Summaries {
    fn default() -> Summaries {
        Summaries {
            embedded: Cow::Borrowed(embedded::IN_THIS_BINARY),
            library: None,
            tried: BTreeSet::new(),
            known: BTreeMap::new(),
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
        features: &found.manifest.features,
        is_entry: Project::get(db).entry(db) == Some(file),
        text: (!file.library(db)).then(|| &**file.text(db)),
    })
}

impl Summaries {
    /// The folder for a file's summary.
    fn folder<'a>(&'a self, db: &Database, file: SourceFile, folder: &'a Path) -> &'a Path {
        match &self.library {
            Some(library) if file.library(db) => library,
            _ => folder,
        }
    }

    /// Has a file looked for again: its text is another.
    pub(crate) fn try_again(&mut self, namespace: &str) {
        self.tried.remove(namespace);
    }

    /// The bytes of a file's summary: what the binary holds, or else what the folder has.
    fn find(
        &mut self,
        db: &Database,
        found: &Found,
        folder: Option<&Path>,
        file: SourceFile,
    ) -> Option<Vec<u8>> {
        if file.library(db)
            && found.manifest.features.is_empty()
            && let Some(bytes) = embedded::find(&self.embedded, file.ns(db))
        {
            return Some(bytes.to_vec());
        }
        let key = key(db, found, file);
        let bytes = cache::load_summary(self.folder(db, file, folder?), &key)?;
        self.known.insert(key, bytes.len() as u64);
        Some(bytes)
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
        if !has_any || replaces_library(found) {
            return;
        }
        let mut loaded: Vec<(SourceFile, Stored)> = Vec::new();
        let mut rest: Vec<SourceFile> = files.into_iter().collect();
        let mut seen: FxHashSet<SourceFile> = rest.iter().copied().collect();
        while let Some(file) = rest.pop() {
            let namespace = file.ns(db);
            let mut stored = None;
            if file.stored(db).is_none() && self.tried.insert(Arc::clone(namespace)) {
                let bytes = self.find(db, found, folder, file);
                stored = bytes.and_then(|bytes| Stored::decode(&bytes, file));
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
            let needed = needs.iter().filter_map(|ns| file_of(db, ns));
            rest.extend(needed.filter(|file| seen.insert(*file)));
            loaded.extend(stored.map(|stored| (file, stored)));
        }
        for (file, stored) in loaded {
            hir::set_stored(db, file, stored);
        }
    }

    /// Stores summaries of files and all that they reach, as far as they have none.
    pub(crate) fn save(
        &mut self,
        db: &Database,
        found: &Found,
        folder: &Path,
        files: impl IntoIterator<Item = SourceFile>,
    ) {
        if replaces_library(found) {
            return;
        }
        let mut all: BTreeMap<&str, SourceFile> = BTreeMap::new();
        for file in files {
            all.insert(file.ns(db), file);
            let reached = hir::project::reachable(db, file).iter();
            all.extend(reached.filter_map(|ns| Some((&**ns, file_of(db, ns)?))));
        }
        let mut has_saved = false;
        for file in all.into_values() {
            if hir::stored::is_stored(db, file) {
                continue;
            }
            let key = key(db, found, file);
            // What was loaded under this key does not hold, or it would be there.
            if file.stored(db).is_none() && self.known.contains_key(&key) {
                continue;
            }
            if let Some(stored) = hir::stored::make(db, file, |def| kept::bytes(db, def)) {
                let bytes = stored.encode();
                cache::save_summary(self.folder(db, file, folder), &key, &bytes);
                self.known.insert(key, bytes.len() as u64);
                has_saved = true;
            }
        }
        if has_saved {
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
