//! One process's checkpoints in a store, without an engine around them.
//!
//! Tests of the language go through it: a process made again from here has been through the very
//! records that the engine writes and reads.
//!
//! Invariant: nothing but the store is looked at in reading.

use crate::persist::{self, LoadError};
use crate::record::{ActorRecord, Notes};
use store::{Batch, CommitError, MemoryStore, Store};
use vm::checkpoint::{Delta, State};
use vm::fiber::FiberId;

/// Number of the one process.
const PROCESS: u64 = 1;

/// The checkpoints of one process, in a store in memory.
#[derive(Debug)]
pub struct Archive {
    store: MemoryStore,
    record: ActorRecord,
    notes: Notes,
}

impl Default for Archive {
    fn default() -> Archive {
        Archive {
            store: MemoryStore::new(),
            record: ActorRecord::new(0, String::new(), None, 0),
            notes: Notes::default(),
        }
    }
}

impl Archive {
    /// Adds a checkpoint of the process, whose fibers are now these.
    ///
    /// # Errors
    /// When the store refuses it.
    pub fn add(&mut self, delta: &Delta, fibers: &[FiberId]) -> Result<(), CommitError> {
        let mut batch = Batch::new();
        self.notes.keep_only(fibers);
        persist::write_checkpoint(
            &mut batch,
            PROCESS,
            delta,
            &mut self.record,
            &mut self.notes,
            fibers,
        );
        self.store.commit(&[batch]).map(drop)
    }

    /// The process as the store has it.
    ///
    /// # Errors
    /// When a record is damaged or missing.
    pub fn read(&self) -> Result<State, LoadError> {
        let snapshot = self.store.snapshot();
        let record = persist::read_record(&snapshot, PROCESS)?;
        let (state, _) = persist::read_state(&snapshot, PROCESS, &record)?;
        Ok(state)
    }
}
