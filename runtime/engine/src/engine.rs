//! The engine: runs the processes of one store and makes them durable.
//!
//! Group commit by epochs. An actor that runs belongs to the epoch that is open then. To close an
//! epoch, the next is opened, and every actor that changed in the old one is checkpointed before it
//! does anything more: those at rest by the committer, those that run by their own thread at the end
//! of their slice. Their checkpoints make one batch, which is a consistent cut: an actor takes in a
//! letter of the new epoch only after its checkpoint of the old one, and a letter of the old one
//! that has not been taken in yet is in the batch itself.
//!
//! # Invariants
//! - Output leaves after the commit of the epoch in which it was said.
//! - An epoch is closed only because output waits, the loss bound has passed, somebody waits for a
//!   commit, or too much memory and too many letters are uncommitted. What is printed is bounded
//!   where it is said ([`leaving`]).
//! - One epoch is closed at a time. A failed commit stops the engine; nothing is released.
//! - An actor is in its slot, or alone in the hands of one thread.

use crate::actor::{Actor, Incoming, Posted, Taken};
use crate::data::Data;
use crate::key;
use crate::letter::Letter;
use crate::limits::Limits;
use crate::output::{Output, Text};
use crate::parcel;
use crate::persist::StoredName;
use crate::record::{Ending, Status, StoreRecord};
use crate::transport::{AttemptId, Clock, TaskError, Transport};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use store::{Batch, Store};
use vm::checkpoint::State;
use vm::image::LoadedImage;

/// How an engine works.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Threads that run processes at the same time. As many more stand by for those that a large
    /// collection, a checkpoint or a slow native holds up.
    pub threads: usize,
    /// Greatest fuel of one slice.
    pub slice_fuel: i64,
    /// Greatest time of computation that a crash may lose, milliseconds.
    pub loss_bound_ms: u64,
    /// Memory and letters that may be uncommitted, bytes: beyond it an epoch is closed sooner.
    pub uncommitted_max: u64,
    /// What one process may use, of a new run; an older one keeps its own.
    pub limits: Limits,
    /// Whether anything is kept: without, no checkpoints are made.
    pub durable: bool,
    /// Whether an activity that has failed for good parks its process instead of throwing.
    pub park: bool,
    /// Processes at rest may stay in memory up to this number,
    pub resident_max: usize,
    /// and up to this sum of their memory, bytes.
    pub resident_bytes_max: u64,
    /// How machines run, for tests.
    pub zeal: vm::interp::Zeal,
    /// What is done with each checkpoint, for tests.
    pub oracle: Oracle,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            threads: 2,
            slice_fuel: 50_000,
            loss_bound_ms: 1_000,
            uncommitted_max: 256 << 20,
            limits: Limits::default(),
            durable: true,
            park: false,
            resident_max: 4_096,
            resident_bytes_max: 1 << 30,
            zeal: vm::interp::Zeal::default(),
            oracle: Oracle::default(),
        }
    }
}

/// Why an engine has stopped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The store refused a commit: nothing said since the last one has left.
    #[error("the store cannot be written: {0}")]
    Commit(String),
    /// A record of the store is damaged.
    #[error("{0}")]
    Load(String),
    /// The system refused to read the store: nothing is known of it.
    #[error("{0}")]
    Read(String),
    /// A newer version has written to the store: nothing is wrong with it.
    #[error("{0}")]
    TooNew(String),
    /// An invariant of the engine or the machine is broken: nothing of the step is kept.
    #[error("internal error, a bug in oxc: {0}; everything up to the last commit is safe")]
    Internal(String),
}

/// Where an actor is.
#[derive(Debug)]
enum Place {
    /// At rest in memory.
    Here(Box<Actor>),
    /// In the hands of a thread.
    Away,
    /// In the store only.
    Stored,
}

/// What is known of a process without its memory.
#[derive(Debug)]
struct Slot {
    place: Place,
    incoming: VecDeque<(u64, Incoming)>,
    queued: bool,
    /// Epoch in which it has changed and is not checkpointed.
    dirty_in: Option<u64>,
    /// As people are told: an end only once it is durable.
    status: Status,
    /// Place among those at rest in memory: see [`resident`].
    rested: Option<u64>,
    /// Set when it has ended, durable or not: nothing reaches it any more.
    ended: bool,
    /// The status of its end, or that it is parked, durable or not.
    end_status: Option<Status>,
    /// The epoch of the turn that has ended or parked it, if this engine has seen it: in the turns of
    /// an earlier one it is alive yet.
    ended_in: Option<u64>,
    /// How it has ended.
    ending: Option<Arc<Ending>>,
    /// Who has started it.
    parent: Option<u64>,
    /// Whether it is an attempt at an activity.
    is_body: bool,
    /// Time for which it is in the queue of timers.
    armed: Option<u64>,
    /// Memory that no checkpoint holds, in bytes, as its last turn left it.
    unsealed_bytes: u64,
    /// Whether a thread runs it.
    in_turn: bool,
    /// Its turn, while that is suspended; a thread has it in hand otherwise.
    suspended: Option<Box<turn::Turn>>,
    /// Set while it takes no turn before its next checkpoint: it starts processes faster than they are
    /// stored.
    is_held: bool,
    /// Set when it has failed, and what was before is kept for a retry.
    is_kept: bool,
    /// Whether it was retried when the main process had ended for good, or its parent was.
    outlives_main: bool,
    /// Letters that wait while it is parked.
    waiting: Option<Box<parked::Waiting>>,
}

impl Slot {
    /// Whether it has ended as a turn of this epoch sees it.
    fn has_ended(&self, epoch: u64) -> bool {
        self.ended && !self.ends_after(epoch)
    }

    /// Whether it has neither ended nor is parked, as a turn of this epoch sees it.
    fn is_at_work(&self, epoch: u64) -> bool {
        !self.ended && self.end_status.is_none() || self.ends_after(epoch)
    }

    fn ends_after(&self, epoch: u64) -> bool {
        self.ended_in.is_some_and(|ended| ended > epoch)
    }

    /// The status for people.
    fn status_now(&self) -> Status {
        match self.status {
            Status::Ready | Status::Waiting if self.in_turn => Status::Running,
            status => status,
        }
    }
}

/// An epoch being closed.
#[derive(Debug)]
struct Closing {
    epoch: u64,
    /// Actors whose checkpoint is missing.
    waiting_for: BTreeSet<u64>,
    parts: Vec<Part>,
    outputs: Vec<Output>,
    /// Names that have changed in it.
    names: Vec<(u64, StoredName)>,
    /// Processes whose recoveries are taken back with it.
    uncounted: BTreeSet<u64>,
}

/// One actor's contribution to a batch.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) batch: Batch,
    pub(crate) sent: Vec<Posted>,
    pub(crate) consumed: Vec<(u64, Taken)>,
    /// Letters among these of which the store has nothing, and that are kept with a past.
    pub(crate) kept: Option<Kept>,
    /// In tests: all that the process was before, and what the part says that it is.
    before: Option<State>,
    witness: Option<oracle::Witness>,
}

/// Letters that were sent and taken in in one epoch, and are kept.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) process: u64,
    pub(crate) past: u64,
    pub(crate) letters: Vec<u64>,
}

#[derive(Debug)]
struct Shared {
    slots: HashMap<u64, Slot>,
    ready: VecDeque<u64>,
    resident: resident::Resident,
    /// Threads that have an actor's turn in hand, and how many may.
    at_work: usize,
    at_work_max: usize,
    /// Turns begun.
    turns: u64,
    /// A thread watches whether those at work come to an end.
    watched: bool,
    /// Actors that have changed in the open epoch.
    dirty: BTreeSet<u64>,
    epoch: u64,
    closing: Option<Closing>,
    /// The group of the epoch that was closed last is being written or released.
    committing: bool,
    outputs: Vec<Output>,
    /// Operations of the next batch that belong to no actor.
    extra: Batch,
    /// When the first change of the open epoch happened, by the clock that never goes back.
    dirty_since_ns: Option<u64>,
    /// The committer sleeps without a time, as nothing has changed: the first change has to wake it.
    awaits_change: bool,
    /// Somebody waits for the next commit.
    commit_wanted: bool,
    commits: u64,
    /// Time and process; [`RUN`] stands for the end of the run's last seconds, [`recoveries::TAKEN_UP`]
    /// for the end of the first.
    timers: BinaryHeap<Reverse<(u64, u64)>>,
    /// Text that was committed by an earlier engine and is not known to have left.
    unwritten: Vec<Text>,
    /// Text that is durable and has not left.
    leaving: leaving::Leaving,
    stdin: stdin::Stdin,
    stdout_closed: bool,
    /// Memory that no checkpoint holds, in bytes: the sum over all slots.
    unsealed_bytes: u64,
    /// Letters sent in the open epoch, in bytes.
    sent_bytes: u64,
    /// Processes started in the open epoch.
    newborn: usize,
    /// The main process has ended for good, in a turn of this epoch: the others follow.
    shutting_down: Option<u64>,
    /// Who was spawned in the epoch before that, and is told of it with the next group: in that of the
    /// epoch itself the main process is alive.
    untold: Vec<u64>,
    /// When the others are killed, if that still holds: who retries the main process gives them its time.
    run_ends_at: Option<u64>,
    names: names::Names,
    children: names::Children,
    record: StoreRecord,
    /// The bytes of the record as it was written last.
    stored_record: Vec<u8>,
    /// Actors whose turn began in an epoch and is not over, by epoch.
    away: BTreeMap<u64, usize>,
    failed: Option<EngineError>,
    stopping: bool,
    /// Whether a thread commits; until then whoever wants a commit makes it.
    has_committer: bool,
    /// Attempts handed out and not reported.
    attempts: BTreeSet<AttemptId>,
    /// Letters in `extra`.
    outside: Vec<Posted>,
    /// Processes whose records cannot be read, and why.
    damaged: Vec<(u64, String)>,
    /// Processes that this engine has taken up and of which the store counts recoveries.
    counted: BTreeSet<u64>,
    /// Parked processes of which somebody wishes that they end.
    wished: BTreeSet<u64>,
    /// Who may take turns while the run is not taken up, if not everybody; with the main process, all.
    awake: Option<BTreeSet<u64>>,
}

/// See [`Engine`].
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) options: Options,
    /// What one process of the run may use.
    pub(crate) limits: Limits,
    shared: Mutex<Shared>,
    /// Something can run.
    work: Signal,
    /// Something may be committed.
    commit: Signal,
    /// Something has been committed, has left or has ended.
    progress: Condvar,
    /// Text may leave.
    leave: Condvar,
    /// Text that was said and has not left, in bytes.
    unsent_bytes: AtomicU64,
    /// The image of the run with all its extensions, and the number of the last.
    image: Mutex<Option<(u32, Arc<LoadedImage>)>>,
    /// That number, to look at without the lock.
    newest_image: AtomicU32,
    next_segment: AtomicU64,
    next_letter: AtomicU64,
    next_output: AtomicU64,
    next_process: AtomicU64,
    /// Number of the run, to look at without the lock.
    run: AtomicU64,
    /// Whether an earlier engine has read standard input.
    stdin_lost: bool,
    /// The open epoch, to look at without the lock.
    open_epoch: AtomicU64,
    /// No attempt is handed out any more: see [`Engine::suspend`].
    is_suspended: AtomicBool,
    /// What was taken up has not ended the engine: see [`recoveries`].
    is_proven: AtomicBool,
}

/// The number in the queue of timers that stands for the run itself.
const RUN: u64 = 0;
/// Time between two looks at whether reports have been taken in.
const REPORTS_LOOK: std::time::Duration = std::time::Duration::from_millis(1);
/// Time that processes have to end after the main process has, milliseconds.
const SHUTDOWN_MS: u64 = 5_000;

/// A running engine over one store.
///
/// Dropping it does not stop it; call [`Engine::stop`].
#[derive(Clone, Debug)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

/// How a process stands, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What it is doing.
    pub status: Status,
    /// Exit status it asks for, once it has ended.
    pub exit_status: u8,
    /// What to tell people about its end.
    pub report: String,
}

impl Engine {
    /// An engine over a store, which may be new. Processes of an older run are known but do not run
    /// until [`Engine::resume`].
    ///
    /// # Errors
    /// When the store's own record is damaged.
    pub fn open(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        transport: Arc<dyn Transport>,
        options: Options,
    ) -> Result<Engine, EngineError> {
        let inner = Inner::open(store, clock, transport, options)?;
        Ok(Engine {
            inner: Arc::new(inner),
        })
    }

    /// Starts the threads that run processes, commit and write. The one that writes is not among
    /// those returned: who does not read what it writes may hold it up for ever.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn run_threads(&self) -> std::io::Result<Vec<std::thread::JoinHandle<()>>> {
        let mut threads = Vec::new();
        self.inner.lock().has_committer = true;
        for number in 0..2 * self.inner.options.threads {
            let inner = Arc::clone(&self.inner);
            let name = format!("ox-run-{number}");
            threads.push(
                std::thread::Builder::new()
                    .name(name)
                    .spawn(move || inner.guarded(Inner::work))?,
            );
        }
        let inner = Arc::clone(&self.inner);
        let name = "ox-write".to_owned();
        std::thread::Builder::new()
            .name(name)
            .spawn(move || inner.guarded(Inner::write_loop))?;
        let inner = Arc::clone(&self.inner);
        let name = "ox-commit".to_owned();
        threads.push(
            std::thread::Builder::new()
                .name(name)
                .spawn(move || inner.guarded(Inner::commit_loop))?,
        );
        Ok(threads)
    }

    /// One turn of everything on this thread, for simulation: runs a ready process or commits.
    /// Whether anything was done.
    pub fn turn(&self) -> bool {
        self.inner.turn_once()
    }

    /// The store's own record.
    #[must_use]
    pub fn store_record(&self) -> StoreRecord {
        self.inner.lock().record.clone()
    }

    /// Sets what was run, before the first process is started.
    pub fn describe(
        &self,
        run: u64,
        command: &str,
        args: &[String],
        sources: Vec<(String, [u8; 32])>,
    ) {
        let mut shared = self.inner.lock();
        shared.record.run = run;
        self.inner.run.store(run, Ordering::Relaxed);
        command.clone_into(&mut shared.record.command);
        shared.record.args = args.to_vec();
        shared.record.sources = sources;
        shared.record.limits = self.inner.limits;
        let description = shared.record.encode_description();
        for (piece, bytes) in (0u32..).zip(description.chunks(key::PIECE_BYTES)) {
            shared.extra.put(&key::description_piece(piece), bytes);
        }
    }

    /// Puts an image into the store with the next commit; its number.
    pub fn add_image(&self, image: Arc<LoadedImage>) -> u32 {
        self.inner.add_image(image)
    }

    /// The image of the run with all its extensions. To a process that has not come so far it means the same.
    ///
    /// # Errors
    /// When it is missing, damaged, or needs a newer `oxc`.
    pub fn image(&self) -> Result<Arc<LoadedImage>, EngineError> {
        self.inner.image()
    }

    /// Puts an extension of [`Engine::image`] into the store with the next commit. Processes go on in it from
    /// their next turns on. Whoever makes extensions makes one after the other.
    ///
    /// # Errors
    /// When the image cannot be read that it extends, or is another.
    pub fn extend_image(&self, image: Arc<LoadedImage>) -> Result<(), EngineError> {
        self.inner.extend_image(image)
    }

    /// Starts the main process: calls the definition in `slot` with `args`, strings.
    ///
    /// # Errors
    /// When the definition takes no such arguments.
    pub fn start_main(
        &self,
        image: u32,
        slot: u32,
        args: &[Data],
        function: &str,
    ) -> Result<u64, EngineError> {
        self.inner.start_main(image, slot, args, function)
    }

    /// Takes up everything unfinished of an older run; the processes that go on.
    ///
    /// # Errors
    /// When records are damaged beyond one process.
    pub fn resume(&self) -> Result<Vec<u64>, EngineError> {
        self.inner.resume()
    }

    /// Reports the result of an attempt.
    pub fn complete(&self, id: AttemptId, result: Result<Data, TaskError>) {
        self.inner.complete(id, result);
    }

    /// Reports what was read from standard input: a line with its end, or all of it; an empty text at
    /// the end.
    pub fn complete_read(&self, text: String) {
        self.inner.complete_read(text);
    }

    /// Reports that a worker has taken an attempt.
    pub fn attempt_started(&self, id: AttemptId) {
        self.inner.deliver(id.process, Incoming::Started(id));
    }

    /// Reports a sign of life of an attempt.
    pub fn heartbeat(&self, id: AttemptId) {
        self.inner.deliver(id.process, Incoming::Beat(id));
    }

    /// Waits until a process has ended or is parked, or the engine has stopped. With the main
    /// process, all processes.
    ///
    /// # Errors
    /// When the engine has failed.
    pub fn wait_for_end(&self, process: u64) -> Result<Option<Standing>, EngineError> {
        self.inner.wait_for_end(process)
    }

    /// Whether that is so now: who has been retried since is at no end.
    #[must_use]
    pub fn is_over(&self, process: u64) -> bool {
        self.inner.lock().is_over(process)
    }

    /// From now on no attempt is handed out: what asks for one begins it when the run is resumed. What
    /// was taken up has not ended this engine, and that becomes durable.
    pub fn suspend(&self) {
        self.inner.is_suspended.store(true, Ordering::SeqCst);
        self.inner.prove(&mut self.inner.lock());
    }

    /// Reports that attempts which were handed out have not begun and will not: they begin when the
    /// run is resumed, those that may not be repeated too.
    pub fn not_begun(&self, attempts: &[AttemptId]) {
        for &id in attempts {
            self.inner.not_begun(id);
        }
    }

    /// Waits until the attempts reported so far are taken in by their processes, and all that is
    /// durable.
    ///
    /// # Errors
    /// When the engine has failed.
    pub fn flush_reports(&self) -> Result<(), EngineError> {
        self.inner.wait_for_reports();
        self.inner.wait_for_commit(self.inner.lock())
    }

    /// Waits until everything said so far is durable and has left; false if the engine was stopped
    /// before it had.
    ///
    /// # Errors
    /// When the engine has failed.
    pub fn flush(&self) -> Result<bool, EngineError> {
        self.inner.flush(None)
    }

    /// The same, but waits for those who read what is printed only so long.
    ///
    /// # Errors
    /// When the engine has failed.
    pub fn flush_within(&self, limit: std::time::Duration) -> Result<bool, EngineError> {
        self.inner.flush(Some(limit))
    }

    /// Sends a letter from outside, durably. False if there is no such process any more. A letter
    /// that is sent after [`Engine::resume`] and before [`Engine::run_threads`] is there when the
    /// process has its first turn.
    ///
    /// # Errors
    /// When the engine has failed.
    pub fn post(&self, process: u64, letter: Letter) -> Result<bool, EngineError> {
        self.inner.post_from_outside(process, &letter)
    }

    /// Of a run that is not taken up only processes for which this is said take turns: the others are
    /// left as they are, and hear when the run is resumed of what these have come to. Said for the main
    /// process, all take turns, for all end with it.
    pub fn wake_only(&self, process: u64) {
        let mut shared = self.inner.lock();
        shared.awake.get_or_insert_default().insert(process);
    }

    /// Goes on with a process that has failed or is parked from its last checkpoint, with a value
    /// in place of the effect that failed if one is given. Not durable before it has had a turn: who
    /// is to be told that it was done waits for [`Engine::await_retry`].
    ///
    /// # Errors
    /// When nothing of it was kept, or the value has no place to go to.
    pub fn retry(&self, process: u64, value: Option<Data>) -> Result<(), RetryError> {
        self.inner.retry(process, value)
    }

    /// Whether that can be done, as things are. It may be asked before [`Engine::resume`], after which
    /// there would be something to take back.
    ///
    /// # Errors
    /// When it cannot.
    pub fn can_retry(&self, process: u64, has_value: bool) -> Result<(), RetryError> {
        self.inner.kept(process, has_value).map(|_| ())
    }

    /// Waits until a retry is durable. Somebody has to run the engine meanwhile.
    ///
    /// # Errors
    /// When the process turns out to be damaged, or the engine has failed or was stopped before.
    pub fn await_retry(&self, process: u64) -> Result<(), RetryError> {
        self.inner.await_retry(process)
    }

    /// Removes all that is stored of a process that has ended. False if it has not.
    ///
    /// # Errors
    /// When the engine has failed.
    pub fn remove(&self, process: u64) -> Result<bool, EngineError> {
        self.inner.remove(process)
    }

    /// How a process stands; `None` if there is no such process.
    #[must_use]
    pub fn standing(&self, process: u64) -> Option<Standing> {
        self.inner.standing(process)
    }

    /// When something happens by itself next, milliseconds since 1970.
    #[must_use]
    pub fn next_timer(&self) -> Option<u64> {
        self.inner.lock().timers.peek().map(|timer| timer.0.0)
    }

    /// Why the engine has stopped by itself, if it has.
    #[must_use]
    pub fn failure(&self) -> Option<EngineError> {
        self.inner.lock().failed.clone()
    }

    /// Whether nobody reads what the run prints any more.
    #[must_use]
    pub fn is_stdout_closed(&self) -> bool {
        self.inner.is_stdout_closed()
    }

    /// Processes whose records cannot be read, and why.
    #[must_use]
    pub fn damaged(&self) -> Vec<(u64, String)> {
        self.inner.lock().damaged.clone()
    }

    /// Stops: no process runs any more; what is committed stays, what has been said is flushed.
    pub fn stop(&self) {
        self.inner.stop();
    }

    /// Attempts handed out that have not reported.
    #[must_use]
    pub fn attempts(&self) -> usize {
        self.inner.lock().attempts.len()
    }

    /// Numbers of all processes with their status.
    #[must_use]
    pub fn processes(&self) -> Vec<(u64, Status)> {
        self.inner.standings()
    }

    /// Processes that are in memory: the others are in the store only.
    #[must_use]
    pub fn resident(&self) -> usize {
        let shared = self.inner.lock();
        let in_memory = |slot: &&Slot| !matches!(slot.place, Place::Stored);
        shared.slots.values().filter(in_memory).count()
    }

    /// Commits so far.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.inner.lock().commits
    }
}

mod asked;
mod commit;
mod ends;
mod leaving;
mod names;
mod oracle;
mod parked;
mod recover;
mod recoveries;
mod reports;
mod resident;
pub(crate) mod retry;
mod signal;
pub(crate) mod stdin;
pub(crate) mod turn;

pub use oracle::Oracle;
pub(crate) use recover::unit_double;
pub use retry::RetryError;
use signal::Signal;

/// What a letter that reaches a process no more is answered with: the receiver and the answer.
pub(crate) fn bounce(process: u64, letter: &Letter) -> Option<(u64, Letter)> {
    let reason = parcel::keyword("noproc");
    match *letter {
        Letter::Link { from, on: true } => Some((
            from,
            Letter::Exit {
                from: process,
                reason,
                linked: true,
            },
        )),
        Letter::Watch {
            from,
            reference,
            on: true,
        } => Some((
            from,
            Letter::Down {
                reference,
                process,
                reason,
            },
        )),
        _ => None,
    }
}

impl Inner {
    /// A thread's life; if it panics, the engine stops instead of waiting for it for ever.
    fn guarded(self: Arc<Self>, life: fn(Arc<Inner>)) {
        let inner = Arc::clone(&self);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| life(self)));
        if let Err(panic) = result {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            inner.fail(EngineError::Internal(
                text.unwrap_or("no message").to_owned(),
            ));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // A thread that panicked under the lock has broken an invariant; going on would make its
        // state durable.
        self.shared
            .lock()
            .expect("no thread panics while it holds the engine's state")
    }

    fn stop(&self) {
        self.lock().stopping = true;
        self.work.notify_all();
        self.commit.notify_all();
        self.leave.notify_all();
        self.progress.notify_all();
    }

    fn fail(&self, error: EngineError) {
        let mut shared = self.lock();
        shared.failed.get_or_insert(error);
        shared.stopping = true;
        drop(shared);
        self.work.notify_all();
        self.commit.notify_all();
        self.leave.notify_all();
        self.progress.notify_all();
    }
}

impl Shared {
    /// Notes how much memory of a process no checkpoint holds.
    fn weigh(&mut self, process: u64, unsealed_bytes: u64) {
        if let Some(slot) = self.slots.get_mut(&process) {
            let before = std::mem::replace(&mut slot.unsealed_bytes, unsealed_bytes);
            self.unsealed_bytes = self.unsealed_bytes - before + unsealed_bytes;
        }
    }

    /// The run is taken up: whoever slept and has something to take in may do so.
    fn wake_all(&mut self) {
        if self.awake.take().is_none() {
            return;
        }
        let slots = self.slots.iter();
        let told: Vec<u64> = slots
            .filter(|(_, slot)| !slot.incoming.is_empty() && slot.status != Status::Parked)
            .map(|(&number, _)| number)
            .collect();
        for number in told {
            self.enqueue(number);
        }
    }

    /// Queues an actor, unless it is queued or in the hands of a thread (which looks itself).
    fn enqueue(&mut self, process: u64) {
        let Some(slot) = self.slots.get_mut(&process) else {
            return;
        };
        let sleeps =
            |awake: &BTreeSet<u64>| !awake.contains(&process) && !awake.contains(&crate::pid::MAIN);
        if self.awake.as_ref().is_some_and(sleeps) {
            // What comes for it is stored, and read by who takes the run up.
            return;
        }
        if !slot.queued && !slot.is_held && !matches!(slot.place, Place::Away) {
            slot.queued = true;
            self.ready.push_back(process);
            self.take_from_rest(process);
        }
    }
}
