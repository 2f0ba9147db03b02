//! All file operations of the store, so that tests can make them fail.
//!
//! Invariants
//! - Paths are only joined and handed on; nothing else touches the file system.
//! - What was written is durable after `sync` of its file; a name is durable
//!   after `sync_dir`. Nothing else is promised, in any order.

use std::any::Any;
use std::fmt::Debug;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

mod os;

pub use os::OsDisk;

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading an existing file.
    Read,
    /// Reading and writing an existing file.
    Write,
    /// Making the file anew, empty, readable by its owner only.
    Create,
}

/// A lock is held by someone else, or could not be asked for.
#[derive(Debug)]
pub enum LockError {
    /// Held by the process with this id, if it could be read.
    Held(Option<u32>),
    /// The operation failed.
    Io(io::Error),
}

/// What keeps a lock until it is dropped.
pub type LockGuard = Box<dyn Any + Send + Sync>;

/// A place for files.
pub trait Disk: Debug + Send + Sync {
    /// Opens a file.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] where there is none, unless it is created.
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>>;

    /// Renames a file, replacing what has the new name.
    ///
    /// # Errors
    /// The system's.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file; there being none is no error.
    ///
    /// # Errors
    /// The system's.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes a directory and its parents, accessible to their owner only, and
    /// its name and theirs durable.
    ///
    /// # Errors
    /// The system's.
    fn create_dir_all(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in a directory durable.
    ///
    /// # Errors
    /// The system's.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;

    /// Takes the lock file at `path`, writing this process's id into it.
    ///
    /// # Errors
    /// [`LockError`].
    fn lock(&self, path: &Path) -> Result<LockGuard, LockError>;
}

/// An open file.
#[allow(
    clippy::len_without_is_empty,
    reason = "a file's length, not a collection's"
)]
pub trait DiskFile: Debug + Send + Sync {
    /// Length in bytes.
    ///
    /// # Errors
    /// The system's.
    fn len(&self) -> io::Result<u64>;

    /// Fills `bytes` from `offset`.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] behind the end.
    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()>;

    /// Writes all of `bytes` at `offset`.
    ///
    /// # Errors
    /// The system's.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Makes bytes and length durable.
    ///
    /// # Errors
    /// The system's.
    fn sync(&self) -> io::Result<()>;

    /// Sets the length; new bytes are zero.
    ///
    /// # Errors
    /// The system's.
    fn set_len(&self, len: u64) -> io::Result<()>;
}

/// Counts of one store's writes.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) bytes_written: AtomicU64,
    /// Of these the blocks of the main file: what folding costs.
    pub(crate) block_bytes: AtomicU64,
    pub(crate) writes: AtomicU64,
    pub(crate) syncs: AtomicU64,
    pub(crate) repaired_bits: AtomicU64,
}

/// A file whose writes and syncs are counted.
#[derive(Clone, Debug)]
pub(crate) struct Counted {
    file: Arc<dyn DiskFile>,
    counters: Arc<Counters>,
}

impl Counted {
    pub(crate) fn new(file: Arc<dyn DiskFile>, counters: &Arc<Counters>) -> Self {
        Self {
            file,
            counters: Arc::clone(counters),
        }
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    pub(crate) fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    pub(crate) fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.file.read_at(offset, bytes)
    }

    pub(crate) fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.counters
            .bytes_written
            .fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.counters.writes.fetch_add(1, Ordering::Relaxed);
        self.file.write_at(offset, bytes)
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        self.counters.syncs.fetch_add(1, Ordering::Relaxed);
        self.file.sync()
    }

    pub(crate) fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }
}

/// The files of one store.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    pub(crate) main: PathBuf,
    pub(crate) main_new: PathBuf,
    pub(crate) logs: [PathBuf; 2],
    pub(crate) log_new: PathBuf,
    pub(crate) lock: PathBuf,
    pub(crate) dir: PathBuf,
}

impl Paths {
    pub(crate) fn new(main: &Path) -> Self {
        let with = |suffix: &str| {
            let mut name = main.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        let dir = match main.parent() {
            Some(dir) if !dir.as_os_str().is_empty() => dir.to_owned(),
            _ => PathBuf::from("."),
        };
        Self {
            main: main.to_owned(),
            main_new: with(".new"),
            logs: [with(".log-0"), with(".log-1")],
            log_new: with(".log-0.new"),
            lock: with(".lock"),
            dir,
        }
    }
}

/// Opens a file if it is there.
pub(crate) fn open_if_present(
    disk: &dyn Disk,
    path: &Path,
    access: Access,
) -> io::Result<Option<Arc<dyn DiskFile>>> {
    match disk.open(path, access) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
