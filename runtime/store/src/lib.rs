//! The durable base: an ordered map from byte keys to byte values with atomic
//! batches and snapshot reads.
//!
//! Three layers hold the map, newest first: an in-memory *table* of what the
//! commit log holds and nothing else does yet, possibly a *frozen* table that
//! is being folded, and the *folded* part in redb. Reads merge them; only the
//! commit log is written when a batch commits.
//!
//! Invariants
//! - A batch is durable when `commit` returns, and visible to every later
//!   snapshot; no snapshot ever sees a part of one.
//! - The commit log is the truth. redb holds a prefix of it, and says inside
//!   itself which.
//! - A failed write or sync is final: nothing is acknowledged after it.
//! - Whatever bytes the files hold, a read answers rightly or names the damage.
//!
//! `docs/internals/store-format.md` draws the files.

mod apply;
mod batch;
mod blocks;
mod check;
pub mod disk;
mod embedded;
mod error;
mod folded;
mod hook;
pub mod key;
mod log;
mod memory;
pub mod sim;
mod table;
mod verify;
mod view;
mod wreck;

pub use batch::Batch;
pub use embedded::{EmbeddedStore, FoldMode, Options};
pub use error::{CommitError, OpenError, StoreError};
pub use folded::panic_is_damage;
pub use hook::Hooked;
pub use key::KeyRange;
pub use memory::MemoryStore;
pub use table::Value;
pub use verify::{Finding, Report, verify, verify_with};
pub use view::{Range, Snapshot};

use std::fmt::Debug;

/// Version of the files this crate writes; every older one is readable. 2: the main file says which
/// commit log follows what is folded.
pub const FORMAT_VERSION: u32 = 2;

/// Longest key, in bytes.
pub const KEY_BYTES_MAX: usize = 1024;

/// Longest value, in bytes. Larger things are stored in several records.
pub const VALUE_BYTES_MAX: usize = 64 * 1024;

/// The best size for the pieces of something large, in bytes.
///
/// redb gives a value its own run of pages, rounded up to a power of two; a
/// value of this size with its key and headers fills 64 KiB, while one of
/// [`VALUE_BYTES_MAX`] would take 128 KiB.
pub const VALUE_BYTES_FITTING: usize = 60 * 1024;

/// Most bytes of encoded batches in one group: more than any process has memory, for a collection of
/// everything has everything written again.
pub const GROUP_BYTES_MAX: usize = 16 << 30;

/// The place of a group in the history of a store: 1 for the first, then
/// counted up by one. 0 stands for the empty store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitSeq(pub u64);

/// Counts and sizes of a store, for `oxc` and for tests of cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Bytes passed to write calls since opening, of the log and of redb.
    pub bytes_written: u64,
    /// Write calls since opening.
    pub writes: u64,
    /// Sync calls since opening.
    pub syncs: u64,
    /// Folds finished since opening.
    pub folds: u64,
    /// Last committed group.
    pub last: CommitSeq,
    /// Last group that is in redb.
    pub folded: CommitSeq,
    /// Estimated bytes of the tables in memory.
    pub table_bytes: u64,
    /// Bytes of the active log in use.
    pub log_bytes: u64,
    /// Length of the main file, in bytes.
    pub file_bytes: u64,
    /// Single flipped bits that were found and put right since opening.
    pub repaired_bits: u64,
}

/// An ordered map with atomic, durable batches and snapshot reads.
pub trait Store: Debug + Send + Sync {
    /// Makes `batches` durable as one group, in order: one write and one sync.
    ///
    /// # Errors
    /// [`CommitError::Invalid`] and [`CommitError::Read`] leave the store as it
    /// was; after every other error each later commit is
    /// [`CommitError::Poisoned`], and whether the group will be there after
    /// reopening is open.
    fn commit(&self, batches: &[Batch]) -> Result<CommitSeq, CommitError>;

    /// What was found damaged since this was last asked while committing: a
    /// value that was to be changed in part, or keys of a range that was to be
    /// deleted. All else of those groups was done; this stays damaged.
    fn take_damage(&self) -> Vec<StoreError> {
        Vec::new()
    }

    /// A consistent view of everything committed so far. Cheap; a held
    /// snapshot costs the memory of what is overwritten meanwhile.
    fn snapshot(&self) -> Snapshot;

    /// Gives up what keeps others from the store, for who is done with it but cannot drop it. Commits are
    /// refused from then on, and nothing is read any more that another may write.
    fn close(&self) {}

    /// Bytes passed to write calls since opening.
    fn bytes_written(&self) -> u64 {
        self.stats().bytes_written
    }

    /// Counts and sizes.
    fn stats(&self) -> Stats;
}
