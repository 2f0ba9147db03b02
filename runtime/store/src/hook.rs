//! A store whose commits go through a function: to count them, to tell of them, to crash at one.
//!
//! # Invariants
//! - All else is the store's own.

use crate::{Batch, CommitError, CommitSeq, Snapshot, Stats, Store, StoreError};
use std::fmt;
use std::sync::Arc;

/// What is done instead of a commit: it has the store, and may commit there.
type Commit = dyn Fn(&dyn Store, &[Batch]) -> Result<CommitSeq, CommitError> + Send + Sync;

/// See the file's header.
pub struct Hooked {
    inner: Arc<dyn Store>,
    commit: Box<Commit>,
}

impl Hooked {
    /// A store over another, with what is done when something is committed.
    pub fn new(
        inner: Arc<dyn Store>,
        commit: impl Fn(&dyn Store, &[Batch]) -> Result<CommitSeq, CommitError> + Send + Sync + 'static,
    ) -> Hooked {
        Hooked {
            inner,
            commit: Box::new(commit),
        }
    }
}

impl fmt::Debug for Hooked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Hooked").field(&self.inner).finish()
    }
}

impl Store for Hooked {
    fn commit(&self, batches: &[Batch]) -> Result<CommitSeq, CommitError> {
        (self.commit)(&*self.inner, batches)
    }

    fn take_damage(&self) -> Vec<StoreError> {
        self.inner.take_damage()
    }

    fn snapshot(&self) -> Snapshot {
        self.inner.snapshot()
    }

    fn close(&self) {
        self.inner.close();
    }

    fn bytes_written(&self) -> u64 {
        self.inner.bytes_written()
    }

    fn stats(&self) -> Stats {
        self.inner.stats()
    }
}
