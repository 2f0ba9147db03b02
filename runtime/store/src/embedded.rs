//! The embedded store: commit log, tables and redb put together.
//!
//! Commits go one after another under the writer's lock: encode, fetch what
//! lies below, write and sync the log, apply to the active table. When the log
//! is long enough the active table is frozen, the log switches files and the
//! frozen table is folded into redb, by a thread or, for a deterministic run,
//! by a later commit.
//!
//! Invariants
//! - At most one table is frozen, so at most two log files are needed; a log
//!   file is reused only after its table is folded.
//! - The first failure of a write or sync stops the store for good.
//! - The view changes in the writer (freeze) and after a fold only, as a whole.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::thread::JoinHandle;

use crate::apply::{Payload, apply, fetch_below};
use crate::blocks::Blocks;
use crate::disk::{Counters, Disk, LockGuard, OsDisk};
use crate::error::{CommitError, OpenError, StoreError};
use crate::folded::{Folded, Mark};
use crate::log::Log;
use crate::table::{Live, Table};
use crate::view::{Snapshot, View};
use crate::{Batch, CommitSeq, GROUP_BYTES_MAX, Stats, Store};

mod create;
mod open;

use create::Creation;
pub(crate) use open::{Mode, Opened, open_files};

/// However short a log should be, it may be twice this long while a fold is under way, in bytes.
const LOG_SLACK: u64 = 512 << 10;

/// A log that is longer than this, in bytes, is not kept waiting for the next commit to be folded.
const FOLD_AT_ONCE: u64 = 2 << 20;

/// When frozen tables are folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldMode {
    /// By a thread of the store.
    Background,
    /// Inside the commit that comes this many groups after freezing: the same
    /// order of file operations in every run.
    Inline {
        /// Groups between freezing and folding.
        after: u64,
    },
}

/// How an embedded store works.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The active log is folded at the latest when it is longer than this, in bytes.
    pub fold_bytes: u64,
    /// It is not folded before it is longer than this. Between the two it is when folding writes at
    /// most half of what the log has: a short log is soon replayed, a long one folded less often.
    pub fold_bytes_min: u64,
    /// The active table is folded when it is larger than this, in bytes:
    /// small patches of large values fill memory before they fill the log.
    pub table_bytes: u64,
    /// Memory for redb's pages, in bytes.
    pub cache_bytes: usize,
    /// Who folds.
    pub fold: FoldMode,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            fold_bytes: 8 << 20,
            fold_bytes_min: 64 << 10,
            table_bytes: 96 << 20,
            cache_bytes: 64 << 20,
            fold: FoldMode::Background,
        }
    }
}

/// A store in files.
#[derive(Debug)]
pub struct EmbeddedStore {
    shared: Arc<Shared>,
    writer: Mutex<Writer>,
    folder: Mutex<Option<FolderThread>>,
    lock: Mutex<Option<LockGuard>>,
}

/// The thread that folds, and the way to it: it ends when that is dropped.
type FolderThread = (Sender<Frozen>, JoinHandle<()>);

/// A frozen table and how far it goes.
#[derive(Debug)]
struct Frozen {
    table: Arc<Table>,
    mark: Mark,
}

#[derive(Debug)]
struct Shared {
    view: RwLock<Arc<View>>,
    live: Arc<Live>,
    counters: Arc<Counters>,
    options: Options,
    /// Missing while a new store has no files yet.
    main: Mutex<Main>,
    folded_seq: AtomicU64,
    folds: AtomicU64,
    /// Bytes that the last fold has written; 0 before the first.
    fold_cost: AtomicU64,
    stopped: OnceLock<String>,
    fold_ended: (Mutex<()>, Condvar),
}

/// The main file and redb in it.
#[derive(Debug, Default)]
struct Main {
    blocks: Option<Blocks>,
    folded: Option<Folded>,
}

#[derive(Debug)]
struct Writer {
    /// Missing in a store that is open for reading.
    log: Option<Log>,
    next: u64,
    /// What the first group of a new store has to finish.
    creation: Option<Creation>,
    /// A table that was frozen when the store was opened. The first commit has it folded: before,
    /// nothing but the log was looked at, and who opened the store may not go on.
    left: Option<Frozen>,
    /// The frozen table that a later commit folds, and which one.
    pending: Option<(u64, Frozen)>,
    log_bytes: u64,
    /// What commits have run into, not asked for yet.
    damage: Vec<StoreError>,
}

fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set_view(&self, change: impl FnOnce(&View) -> View) {
        let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
        let changed = change(&view);
        *view = Arc::new(changed);
    }

    fn stop(&self, reason: &str) {
        let _ = self.stopped.set(reason.to_owned());
        self.wake();
    }

    fn wake(&self) {
        // Taking the lock orders the change before the waiter's next look.
        drop(hold(&self.fold_ended.0));
        self.fold_ended.1.notify_all();
    }

    fn check_running(&self) -> Result<(), CommitError> {
        match self.stopped.get() {
            None => Ok(()),
            Some(reason) => Err(CommitError::Poisoned {
                reason: reason.clone(),
            }),
        }
    }

    /// Folds a frozen table; a failure stops the store.
    fn fold(&self, frozen: &Frozen) {
        match self.try_fold(frozen) {
            Ok(()) => self.wake(),
            // What the system refuses here is mostly a write.
            Err(StoreError::Io { what }) => self.stop(&format!("folding the commit log: {what}")),
            Err(error) => self.stop(&format!("folding the commit log: {error}")),
        }
    }

    fn try_fold(&self, frozen: &Frozen) -> Result<(), StoreError> {
        let mut main = hold(&self.main);
        let blocks = main.blocks.clone().expect("a committed store has files");
        blocks.release().map_err(|error| StoreError::Io {
            what: error.to_string(),
        })?;
        let folded = match &main.folded {
            Some(folded) => folded.clone(),
            None => main
                .folded
                .insert(Folded::open(&blocks, self.options.cache_bytes)?)
                .clone(),
        };
        drop(main);
        let before = self.counters.block_bytes.load(Ordering::Relaxed);
        folded.fold(&frozen.table, frozen.mark)?;
        let written = self.counters.block_bytes.load(Ordering::Relaxed) - before;
        self.fold_cost.store(written, Ordering::Relaxed);
        let (mark, view) = folded.view()?.expect("a fold was committed");
        self.folded_seq.store(mark.last, Ordering::Release);
        self.folds.fetch_add(1, Ordering::Relaxed);
        self.set_view(|current| View {
            active: Arc::clone(&current.active),
            frozen: None,
            folded: Some(view),
        });
        Ok(())
    }

    /// Waits until no table is frozen.
    fn await_fold(&self) -> Result<(), CommitError> {
        let mut guard = hold(&self.fold_ended.0);
        loop {
            self.check_running()?;
            if self.view().frozen.is_none() {
                return Ok(());
            }
            guard = self
                .fold_ended
                .1
                .wait(guard)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl EmbeddedStore {
    /// Opens the store whose main file is `path`, or begins a new one there.
    /// The files of a new one appear when its first group is durable.
    ///
    /// # Errors
    /// [`OpenError`]; see there for what was touched.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_with(Arc::new(OsDisk), path.as_ref(), Options::default())
    }

    /// Opens a store on a given disk in a given way.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_with(
        disk: Arc<dyn Disk>,
        path: &Path,
        options: Options,
    ) -> Result<Self, OpenError> {
        Self::start(open_files(disk, path, options, Mode::Write)?, options)
    }

    /// Opens an existing store for reading, without its lock: right as long as
    /// nobody works on it, and nothing is ever written.
    ///
    /// # Errors
    /// [`OpenError::NotFound`] and others of [`OpenError`].
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_read_only_with(Arc::new(OsDisk), path.as_ref(), Options::default())
    }

    /// Opens an existing store for reading on a given disk.
    ///
    /// # Errors
    /// As [`EmbeddedStore::open_read_only`].
    pub fn open_read_only_with(
        disk: Arc<dyn Disk>,
        path: &Path,
        options: Options,
    ) -> Result<Self, OpenError> {
        Self::start(open_files(disk, path, options, Mode::Read)?, options)
    }

    fn start(opened: Opened, options: Options) -> Result<Self, OpenError> {
        let Opened {
            view,
            blocks,
            folded,
            folded_seq,
            last,
            log,
            creation,
            counters,
            lock,
            frozen,
        } = opened;
        let log_bytes = log.as_ref().map_or(0, Log::bytes);
        let is_writable = log.is_some() || creation.is_some();
        let frozen = frozen.and_then(|mark| {
            let table = Arc::clone(view.frozen.as_ref()?);
            Some(Frozen { table, mark })
        });
        let shared = Arc::new(Shared {
            view: RwLock::new(Arc::new(view)),
            live: Arc::default(),
            counters,
            options,
            main: Mutex::new(Main { blocks, folded }),
            folded_seq: AtomicU64::new(folded_seq),
            folds: AtomicU64::new(0),
            fold_cost: AtomicU64::new(0),
            stopped: OnceLock::new(),
            fold_ended: (Mutex::default(), Condvar::new()),
        });
        let store = Self {
            folder: Mutex::default(),
            writer: Mutex::new(Writer {
                log,
                next: last + 1,
                creation,
                left: frozen.filter(|_| is_writable),
                pending: None,
                log_bytes,
                damage: Vec::new(),
            }),
            shared,
            lock: Mutex::new(lock),
        };
        if is_writable && options.fold == FoldMode::Background {
            *hold(&store.folder) = Some(start_folder(&store.shared)?);
        }
        Ok(store)
    }

    /// Freezes the active table and switches the log. What a burst has made of the other file beyond
    /// four times what is due now is given back.
    fn freeze(&self, writer: &mut Writer, due_bytes: u64) -> Result<(), CommitError> {
        let log = writer.log.as_mut().expect("committed before");
        let len_max = due_bytes.saturating_mul(4);
        let (salt, end) = (log.salt(), log.bytes());
        let len_max = len_max.min(self.shared.options.fold_bytes.saturating_mul(2));
        log.switch(writer.next, len_max)
            .map_err(|error| self.fail(error))?;
        let next = log.salt();
        writer.log_bytes = 0;
        let view = self.shared.view();
        let last = view.active.last();
        let frozen = Frozen {
            mark: Mark {
                last,
                salt,
                end,
                next,
            },
            table: Arc::clone(&view.active),
        };
        self.shared.set_view(|current| View {
            active: Arc::new(Table::starting_at(last)),
            frozen: Some(Arc::clone(&current.active)),
            folded: current.folded.clone(),
        });
        let mode = self.shared.options.fold;
        hand_over(hold(&self.folder).as_ref(), mode, writer, frozen);
        Ok(())
    }

    fn fail(&self, error: std::io::Error) -> CommitError {
        let error = CommitError::from_write(error);
        self.shared.stop(&error.to_string());
        error
    }

    /// How long the active log may be.
    fn due_bytes(&self) -> u64 {
        let options = &self.shared.options;
        let cost = self.shared.fold_cost.load(Ordering::Relaxed);
        let due_bytes = cost.saturating_mul(2).max(options.fold_bytes_min);
        due_bytes.min(options.fold_bytes)
    }

    /// Makes room for a group: folds or freezes what is due.
    fn before_commit(&self, writer: &mut Writer, group_bytes: u64) -> Result<(), CommitError> {
        let Options {
            fold_bytes,
            table_bytes,
            ..
        } = self.shared.options;
        let due_bytes = self.due_bytes();
        if let Some(left) = writer.left.take() {
            let mode = self.shared.options.fold;
            hand_over(hold(&self.folder).as_ref(), mode, writer, left);
        }
        if let Some((due, frozen)) = writer.pending.take() {
            if writer.next >= due {
                self.shared.fold(&frozen);
                self.shared.check_running()?;
            } else {
                writer.pending = Some((due, frozen));
            }
        }
        let view = self.shared.view();
        let (log, table) = (writer.log_bytes, view.active.bytes());
        if log <= due_bytes && table <= table_bytes {
            // One group is behind no other that takes as long to be read again.
            if group_bytes > fold_bytes && view.frozen.is_some() {
                self.end_fold(writer)?;
            }
            return Ok(());
        }
        if view.frozen.is_some() {
            // A fold that is late holds commits up before the log is much longer than it should be.
            let log_max = due_bytes.max(LOG_SLACK).min(fold_bytes).saturating_mul(2);
            let is_full = log > log_max || table > table_bytes.saturating_mul(2);
            if !is_full && group_bytes <= fold_bytes {
                return Ok(());
            }
            self.end_fold(writer)?;
        }
        self.freeze(writer, due_bytes)?;
        if group_bytes > fold_bytes {
            self.end_fold(writer)?;
        }
        Ok(())
    }

    /// Folds the frozen table, or waits until it is folded.
    fn end_fold(&self, writer: &mut Writer) -> Result<(), CommitError> {
        match writer.pending.take() {
            Some((_, frozen)) => self.shared.fold(&frozen),
            None => self.shared.await_fold()?,
        }
        self.shared.check_running()
    }

    /// After a commit: what would take long to be read again is folded at once, since the next
    /// commit may be a long time away. A failure stops the store, and the next commit says so.
    fn after_commit(&self, writer: &mut Writer) {
        let due_bytes = self.due_bytes().max(FOLD_AT_ONCE);
        if writer.log_bytes > due_bytes && self.shared.view().frozen.is_none() {
            let _ = self.freeze(writer, due_bytes);
        }
    }
}

fn hand_over(folder: Option<&FolderThread>, mode: FoldMode, writer: &mut Writer, frozen: Frozen) {
    match (folder, mode) {
        (Some((sender, _)), _) => {
            // The thread ends only when the sender is dropped.
            let _ = sender.send(frozen);
        }
        (None, FoldMode::Inline { after }) => {
            writer.pending = Some((writer.next.saturating_add(after), frozen));
        }
        (None, FoldMode::Background) => {}
    }
}

fn start_folder(shared: &Arc<Shared>) -> Result<FolderThread, OpenError> {
    let (sender, receiver): (_, Receiver<Frozen>) = channel();
    let shared = Arc::clone(shared);
    let thread = std::thread::Builder::new()
        .name("store-fold".into())
        .spawn(move || {
            for frozen in receiver {
                if shared.stopped.get().is_none() {
                    shared.fold(&frozen);
                }
            }
        })
        .map_err(OpenError::io("start a thread"))?;
    Ok((sender, thread))
}

impl EmbeddedStore {
    /// Ends what works on the files, and then gives up the lock. Nobody commits any more.
    fn let_go(&self) {
        let folder = hold(&self.folder).take();
        if let Some((sender, thread)) = folder {
            drop(sender);
            // The thread catches what it runs into; there is nothing to add.
            let _ = thread.join();
        }
        // A snapshot may keep redb open after the lock is given up.
        if let Some(blocks) = &hold(&self.shared.main).blocks {
            blocks.close();
        }
        drop(hold(&self.lock).take());
    }
}

impl Drop for EmbeddedStore {
    fn drop(&mut self) {
        self.let_go();
    }
}

impl Store for EmbeddedStore {
    fn commit(&self, batches: &[Batch]) -> Result<CommitSeq, CommitError> {
        let mut guard = hold(&self.writer);
        let writer = &mut *guard;
        self.shared.check_running()?;
        if writer.log.is_none() && writer.creation.is_none() {
            return Err(CommitError::ReadOnly);
        }
        let mut total = 0;
        for batch in batches {
            let encoded = batch
                .encoded()
                .map_err(|what| CommitError::Invalid { what: what.into() })?;
            total += encoded.len();
        }
        if total > GROUP_BYTES_MAX {
            return Err(CommitError::Invalid {
                what: format!("a group of {total} bytes; groups have at most {GROUP_BYTES_MAX}"),
            });
        }
        self.before_commit(writer, total as u64)?;
        if let Some(creation) = &mut writer.creation
            && writer.log.is_none()
        {
            writer.log = Some(creation.begin().map_err(|error| self.fail(error))?);
        }
        let log = writer.log.as_mut().expect("made above");
        let buffer = log.begin();
        buffer.reserve(total);
        for batch in batches {
            buffer.extend_from_slice(batch.encoded().expect("checked above"));
        }
        let view = self.shared.view();
        let below = fetch_below(&view, log.payload())?;
        let damage: Vec<StoreError> = below.damaged().cloned().collect();
        let payload_len = log.payload().len();
        log.append(writer.next).map_err(|error| self.fail(error))?;
        if let Some(creation) = writer.creation.take() {
            let blocks = creation.finish().map_err(|error| self.fail(error))?;
            hold(&self.shared.main).blocks = Some(blocks);
        }
        let seq = writer.next;
        let payload = &log.payload()[..payload_len];
        apply(
            &view,
            &self.shared.live,
            seq,
            &[Payload::Lent(payload)],
            &below,
        )
        .expect("a batch encodes operations");
        writer.log_bytes = log.bytes();
        writer.next += 1;
        writer.damage.extend(damage);
        self.after_commit(writer);
        Ok(CommitSeq(seq))
    }

    fn take_damage(&self) -> Vec<StoreError> {
        std::mem::take(&mut hold(&self.writer).damage)
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.shared.view(), Arc::clone(&self.shared.live))
    }

    fn close(&self) {
        // Who is committing comes to the end of it; what is frozen the next to open the store folds.
        let writer = hold(&self.writer);
        self.shared.stop("the store has been closed");
        self.let_go();
        drop(writer);
    }

    fn bytes_written(&self) -> u64 {
        self.shared.counters.bytes_written.load(Ordering::Relaxed)
    }

    fn stats(&self) -> Stats {
        let shared = &self.shared;
        let view = shared.view();
        let frozen = view.frozen.as_ref().map_or(0, |table| table.bytes());
        let writer = hold(&self.writer);
        let main = hold(&shared.main);
        let counters = &shared.counters;
        Stats {
            bytes_written: counters.bytes_written.load(Ordering::Relaxed),
            writes: counters.writes.load(Ordering::Relaxed),
            syncs: counters.syncs.load(Ordering::Relaxed),
            folds: shared.folds.load(Ordering::Relaxed),
            last: CommitSeq(writer.next - 1),
            folded: CommitSeq(shared.folded_seq.load(Ordering::Acquire)),
            table_bytes: view.active.bytes() + frozen,
            log_bytes: writer.log_bytes,
            file_bytes: main
                .blocks
                .as_ref()
                .and_then(|blocks| blocks.file_bytes().ok())
                .unwrap_or(0),
            repaired_bits: counters.repaired_bits.load(Ordering::Relaxed),
        }
    }
}
