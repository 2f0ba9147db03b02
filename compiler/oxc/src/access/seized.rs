//! Removing a store: it is taken, looked into and removed under one lock.
//!
//! # Invariants
//! - Wherever a removal is cut off, the store is there as a whole, or what is left keeps nobody from
//!   beginning another in its place.

use super::{AtRest, LOOK, Patience, Surveyed, is_run, is_there};
use crate::failure::{Failure, io};
use crate::manner::{
    BASE_SUFFIX, FINISHED_SUFFIX, FOLDER_SUFFIX, PARK_SUFFIX, SERVE_SUFFIX, sync_folder_of,
    with_suffix,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::disk::{Disk as _, LockError, LockGuard, OsDisk};
use store::{EmbeddedStore, OpenError};

/// A store that nobody else can take or look at, so that what it is found to be it still is when it is
/// removed.
pub(crate) struct Seized {
    store: PathBuf,
    _lock: LockGuard,
}

/// Takes a store to remove it. Who has it for a moment only is waited for.
///
/// # Errors
/// When somebody else has it, or its lock cannot be asked for.
pub(crate) fn seize(store: &Path) -> Result<Seized, Failure> {
    let lock = store.with_added_extension("lock");
    let mut patience = Patience::new();
    loop {
        let held = match OsDisk.lock(&lock) {
            Ok(lock) => {
                return Ok(Seized {
                    store: store.to_owned(),
                    _lock: lock,
                });
            }
            Err(LockError::Held(pid)) => OpenError::Held {
                path: store.to_owned(),
                pid,
            },
            Err(LockError::Io(error)) => {
                return Err(io(format_args!("lock {}", lock.display()))(error));
            }
        };
        if !patience.lasts(&held) || is_run(store) {
            return Err(held.into());
        }
        std::thread::sleep(LOOK);
    }
}

impl Seized {
    /// What it holds; none if there is no store.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn survey(&self) -> Result<Option<Surveyed>, Failure> {
        let opened = match EmbeddedStore::open_read_only(&self.store) {
            Ok(opened) => opened,
            Err(OpenError::NotFound { .. }) => return is_there(&self.store).map(|_| None),
            Err(error) => return Err(error.into()),
        };
        let survey = AtRest::open(Arc::new(opened), None)?.subject.survey()?;
        Ok(Some(Surveyed::of(survey, &self.store, false)))
    }

    /// Removes its files. The lock file stays, so that nobody locks another of its name.
    ///
    /// The main file gets the name of one that is being begun before anything goes, and goes last: what is
    /// left if that is cut off is no store, and whoever begins one there clears it away.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub(crate) fn remove(&self) -> Result<(), Failure> {
        let new = with_suffix(&self.store, ".new");
        if self.store.exists() {
            let renamed = OsDisk
                .rename(&self.store, &new)
                .and_then(|()| sync_folder_of(&new));
            renamed.map_err(io(format_args!("remove {}", self.store.display())))?;
        }
        let beside = [
            ".log-0.new",
            ".log-0",
            ".log-1",
            ".groups",
            ".sock",
            FOLDER_SUFFIX,
            BASE_SUFFIX,
            PARK_SUFFIX,
            FINISHED_SUFFIX,
            SERVE_SUFFIX,
        ];
        for path in beside.map(|suffix| with_suffix(&self.store, suffix)) {
            let removed = OsDisk.remove(&path);
            removed.map_err(io(format_args!("remove {}", path.display())))?;
        }
        // The system may make names durable in another order than they were given.
        let removed = sync_folder_of(&new).and_then(|()| OsDisk.remove(&new));
        removed.map_err(io(format_args!("remove {}", new.display())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::Store as _;

    /// A removal that is cut off, as one is that fails: what is left keeps nobody from beginning there.
    #[test]
    fn what_a_removal_leaves_that_is_cut_off_is_no_store() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s.redb");
        let beside = |suffix| with_suffix(&path, suffix);
        let begin = || {
            let store = EmbeddedStore::open(&path).expect("a store");
            let mut batch = store::Batch::new();
            batch.put(b"key", b"value");
            store.commit(&[batch]).expect("written");
            store.close();
        };
        for stuck in [".log-0", ".log-1", ".groups", FINISHED_SUFFIX] {
            begin();
            let (at, aside) = (beside(stuck), folder.path().join("aside"));
            let had = std::fs::rename(&at, &aside).is_ok();
            std::fs::create_dir(&at).expect("made");
            let seized = seize(&path).expect("nobody has it");
            assert!(seized.remove().is_err());
            drop(seized);
            std::fs::remove_dir(&at).expect("nothing is in it");
            if had {
                std::fs::rename(&aside, &at).expect("put back");
            }
            assert!(matches!(is_there(&path), Ok(false)), "{stuck}");
        }
        begin();
        assert!(matches!(is_there(&path), Ok(true)));
        seize(&path).expect("nobody has it").remove().expect("gone");
        let left: Vec<_> = std::fs::read_dir(folder.path())
            .expect("listed")
            .map(|entry| entry.expect("listed").file_name())
            .collect();
        assert_eq!(left, ["s.redb.lock"]);
    }
}
