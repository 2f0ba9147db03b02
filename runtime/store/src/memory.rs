//! A store without files, for `--ephemeral` and for tests.
//!
//! Invariant: it behaves as the embedded store does, except that nothing
//! outlives it and nothing is written.

use std::sync::{Arc, Mutex, PoisonError};

use crate::apply::{Below, Payload, apply};
use crate::error::CommitError;
use crate::table::{Live, Table};
use crate::view::{Snapshot, View};
use crate::{Batch, CommitSeq, Stats, Store};

/// A store in memory.
#[derive(Debug)]
pub struct MemoryStore {
    view: Arc<View>,
    live: Arc<Live>,
    writer: Mutex<()>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self {
            view: Arc::new(View {
                active: Arc::new(Table::lowest()),
                frozen: None,
                folded: None,
            }),
            live: Arc::default(),
            writer: Mutex::new(()),
        }
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Store for MemoryStore {
    fn commit(&self, batches: &[Batch]) -> Result<CommitSeq, CommitError> {
        let _writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let parts = batches
            .iter()
            .map(|batch| batch.encoded().map(Payload::Lent))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|what| CommitError::Invalid { what: what.into() })?;
        let seq = self.view.active.last() + 1;
        apply(&self.view, &self.live, seq, &parts, &Below::default())
            .expect("a batch encodes operations");
        Ok(CommitSeq(seq))
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot::new(Arc::clone(&self.view), Arc::clone(&self.live))
    }

    fn stats(&self) -> Stats {
        Stats {
            last: CommitSeq(self.view.active.last()),
            table_bytes: self.view.active.bytes(),
            ..Stats::default()
        }
    }
}
