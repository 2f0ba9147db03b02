//! Dying at a chosen commit, for the tests of durability: `OX_TEST_KILL_AT_COMMIT=N` makes the
//! command kill itself as `kill -9` does before its N-th commit is written, `N+` when that is
//! durable and nothing of it has left.
//!
//! # Invariants
//! - Without the variable the store is used as it is.

use signal_hook::consts::SIGKILL;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Batch, CommitError, CommitSeq, Snapshot, Stats, Store, StoreError};

/// The variable.
const VARIABLE: &str = "OX_TEST_KILL_AT_COMMIT";

/// The store, or one that kills the command at a commit if the environment asks for it.
pub(crate) fn armed(store: impl Store + 'static) -> Arc<dyn Store> {
    let wanted = std::env::var(VARIABLE).unwrap_or_default();
    let (number, is_after) = match wanted.strip_suffix('+') {
        Some(number) => (number, true),
        None => (wanted.as_str(), false),
    };
    match number.parse() {
        Ok(at) => Arc::new(Deadly {
            inner: store,
            commits: AtomicU64::new(0),
            at,
            is_after,
        }),
        Err(_) => Arc::new(store),
    }
}

#[derive(Debug)]
struct Deadly<S> {
    inner: S,
    commits: AtomicU64,
    at: u64,
    is_after: bool,
}

impl<S: Store> Store for Deadly<S> {
    fn commit(&self, batches: &[Batch]) -> Result<CommitSeq, CommitError> {
        let is_last = self.commits.fetch_add(1, Ordering::Relaxed) + 1 == self.at;
        if is_last && !self.is_after {
            let _ = signal_hook::low_level::raise(SIGKILL);
        }
        let committed = self.inner.commit(batches);
        if is_last {
            let _ = signal_hook::low_level::raise(SIGKILL);
        }
        committed
    }

    fn snapshot(&self) -> Snapshot {
        self.inner.snapshot()
    }

    fn take_damage(&self) -> Vec<StoreError> {
        self.inner.take_damage()
    }

    fn stats(&self) -> Stats {
        self.inner.stats()
    }
}
