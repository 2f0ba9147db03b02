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
use crate::persist;
use crate::pid::MAIN;
use crate::record::{Ending, Status, StoreRecord};
use crate::transport::{AttemptId, Clock, TaskError, Transport};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use store::{Batch, Store};
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
    /// Letters that wait while it is parked.
    waiting: Option<Box<parked::Waiting>>,
}

impl Slot {
    /// The status for people.
    fn status_now(&self) -> Status {
        match self.status {
            Status::Ready | Status::Waiting if self.in_turn => Status::Running,
            status => status,
        }
    }
}

impl Slot {
    /// Whether a process does nothing more unless another process does something.
    fn waits_for_others(&mut self) -> bool {
        let is_idle = match &mut self.place {
            Place::Here(actor) => !actor.is_active() && actor.held_until.is_none(),
            // Whoever asks for something outside was read to ask for it.
            Place::Stored => true,
            Place::Away => false,
        };
        is_idle && !self.queued && self.incoming.is_empty() && self.armed.is_none()
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
}

/// One actor's contribution to a batch.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) batch: Batch,
    pub(crate) sent: Vec<Posted>,
    pub(crate) consumed: Vec<(u64, Taken)>,
    /// Letters among these of which the store has nothing, and that are kept with a past.
    pub(crate) kept: Option<Kept>,
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
    /// When the first change of the open epoch happened.
    dirty_since_ms: Option<u64>,
    /// Somebody waits for the next commit.
    commit_wanted: bool,
    commits: u64,
    /// Time and process; [`RUN`] stands for the end of the run's last seconds.
    timers: BinaryHeap<Reverse<(u64, u64)>>,
    /// Text that was committed by an earlier engine and is not known to have left.
    unwritten: Vec<Text>,
    /// Text that is durable and has not left.
    leaving: leaving::Leaving,
    stdout_closed: bool,
    /// Memory that no checkpoint holds, in bytes: the sum over all slots.
    unsealed_bytes: u64,
    /// Letters sent in the open epoch, in bytes.
    sent_bytes: u64,
    /// Processes started in the open epoch.
    newborn: usize,
    /// The main process has ended for good: the others follow.
    shutting_down: bool,
    names: names::Names,
    children: names::Children,
    record: StoreRecord,
    /// The bytes of the record as it was written last.
    stored_record: Vec<u8>,
    /// Actors whose turn began in an epoch and is not over, by epoch.
    away: BTreeMap<u64, usize>,
    failed: Option<EngineError>,
    stopping: bool,
    /// Attempts handed out and not reported.
    attempts: BTreeSet<AttemptId>,
    /// Letters in `extra`.
    outside: Vec<Posted>,
    /// Processes whose records cannot be read, and why.
    damaged: Vec<(u64, String)>,
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
    images: Mutex<BTreeMap<u32, Arc<LoadedImage>>>,
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

    /// An image of the store.
    ///
    /// # Errors
    /// When it is missing, damaged, or needs a newer `oxc`.
    pub fn image(&self, number: u32) -> Result<Arc<LoadedImage>, EngineError> {
        self.inner.image(number)
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

    /// Reports what was read from standard input for a fiber.
    pub fn complete_read(&self, process: u64, fiber: u64, request: u64, text: Option<String>) {
        self.inner.deliver(
            process,
            Incoming::Input {
                fiber,
                request,
                text,
            },
        );
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

    /// From now on no attempt is handed out: what asks for one begins it when the run is resumed.
    pub fn suspend(&self) {
        self.inner.is_suspended.store(true, Ordering::SeqCst);
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

    /// Sends a letter from outside, durably. False if there is no such process any more.
    ///
    /// # Errors
    /// When the engine has failed.
    pub fn post(&self, process: u64, letter: Letter) -> Result<bool, EngineError> {
        self.inner.post_from_outside(process, &letter)
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

mod commit;
mod leaving;
mod names;
mod parked;
mod recover;
mod resident;
pub(crate) mod retry;
mod signal;
pub(crate) mod turn;

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

    /// Gives an actor something from outside and makes it run.
    pub(crate) fn deliver(&self, process: u64, incoming: Incoming) {
        let mut shared = self.lock();
        let epoch = shared.epoch;
        shared.deliver(process, epoch, incoming);
        let wants_worker = shared.wants_worker();
        drop(shared);
        if wants_worker {
            self.work.notify_one();
        }
    }

    fn complete(&self, id: AttemptId, result: Result<Data, TaskError>) {
        let mut shared = self.lock();
        shared.attempts.remove(&id);
        let epoch = shared.epoch;
        shared.deliver(id.process, epoch, Incoming::Attempt { id, result });
        let wants_worker = shared.wants_worker();
        drop(shared);
        if wants_worker {
            self.work.notify_one();
        }
    }

    fn not_begun(&self, id: AttemptId) {
        let mut shared = self.lock();
        shared.attempts.remove(&id);
        let epoch = shared.epoch;
        shared.deliver(id.process, epoch, Incoming::NotBegun(id));
        drop(shared);
        self.work.notify_one();
    }

    /// Waits until no report of an attempt waits for its process, which may be in a long slice.
    fn wait_for_reports(&self) {
        let mut shared = self.lock();
        while !shared.stopping && shared.has_reports() {
            if self.options.threads == 0 {
                drop(shared);
                self.turn_once();
                shared = self.lock();
                continue;
            }
            // Nobody tells of the end of a turn; this happens once in the life of an engine.
            let waited = self.progress.wait_timeout(shared, REPORTS_LOOK);
            shared = waited
                .expect("no thread panics while it holds the engine's state")
                .0;
        }
    }

    /// A letter from outside: durable with the next commit, which this waits for.
    fn post_from_outside(&self, process: u64, letter: &Letter) -> Result<bool, EngineError> {
        let mut shared = self.lock();
        let Some(slot) = shared.slots.get_mut(&process).filter(|slot| !slot.ended) else {
            return Ok(false);
        };
        if slot.status == Status::Parked && matches!(letter, Letter::Cancel | Letter::Kill) {
            shared.go_on(process, self.options.durable);
            let epoch = shared.epoch;
            shared.deliver(process, epoch, Incoming::Revive);
        }
        self.post_letter(&mut shared, process, letter);
        self.work.notify_one();
        self.wait_for_commit(shared)?;
        Ok(true)
    }

    /// A letter that belongs to no process's step.
    fn post_letter(&self, shared: &mut Shared, process: u64, letter: &Letter) {
        if self.has_no_room(shared, process, letter) {
            return;
        }
        let sequence = self.next_letter();
        let bytes = letter.encode();
        persist::write_letter(&mut shared.extra, process, sequence, &bytes);
        let epoch = shared.epoch;
        let large = persist::is_large(bytes.len());
        let letter = Arc::new(letter.clone());
        shared.outside.push(Posted {
            to: process,
            sequence,
            letter: Arc::clone(&letter),
        });
        shared.deliver(
            process,
            epoch,
            Incoming::Letter {
                sequence,
                letter,
                large,
            },
        );
    }

    /// The place of the next letter in the order of all.
    pub(crate) fn next_letter(&self) -> u64 {
        self.next_letter.fetch_add(1, Ordering::Relaxed)
    }

    /// The number of the next text output.
    pub(crate) fn next_output(&self) -> u64 {
        self.next_output.fetch_add(1, Ordering::Relaxed)
    }

    /// The number of the next process.
    pub(crate) fn next_process(&self) -> u64 {
        self.next_process.fetch_add(1, Ordering::Relaxed)
    }

    /// The name of the next segment.
    pub(crate) fn next_segment(&self) -> u64 {
        self.next_segment.fetch_add(1, Ordering::Relaxed)
    }

    /// Which process has a registered name.
    pub(crate) fn whereis(&self, name: &str) -> Option<u64> {
        self.lock().names.holder(name)
    }

    /// Registers a name, if it is free and the process exists (or is just being made) and has none.
    pub(crate) fn register(&self, name: &str, process: u64, just_made: bool) -> bool {
        let mut shared = self.lock();
        let exists = just_made || shared.slots.get(&process).is_some_and(|slot| !slot.ended);
        exists && shared.names.give(name, process)
    }

    /// Frees a name; who had it.
    pub(crate) fn unregister(&self, name: &str) -> Option<u64> {
        self.lock().names.take(name)
    }

    /// Whether a process has not ended.
    pub(crate) fn is_alive(&self, process: u64) -> bool {
        self.lock()
            .slots
            .get(&process)
            .is_some_and(|slot| !slot.ended)
    }

    /// Whether a process has neither ended nor is parked.
    pub(crate) fn is_at_work(&self, process: u64) -> bool {
        let shared = self.lock();
        let slot = shared.slots.get(&process);
        slot.is_some_and(|slot| !slot.ended && slot.end_status.is_none())
    }

    /// Why a process has ended, if it has.
    pub(crate) fn exit_reason(&self, process: u64) -> Option<Vec<u64>> {
        let shared = self.lock();
        let slot = shared.slots.get(&process).filter(|slot| slot.ended)?;
        slot.ending.as_ref().map(|ending| ending.reason.clone())
    }

    /// The processes that a process has started and that have not ended, attempts aside.
    pub(crate) fn children_of(&self, process: u64) -> Vec<u64> {
        self.lock().children_of(process)
    }

    /// The main process has ended: the processes that are left, which have some seconds to follow.
    /// None are if it is kept with what it has started; but its attempts end then, too.
    pub(crate) fn begin_shutdown(&self, keeps_others: bool) -> Vec<u64> {
        let mut shared = self.lock();
        let at = self.clock.now_ms().saturating_add(SHUTDOWN_MS);
        shared.timers.push(Reverse((at, RUN)));
        if keeps_others {
            return Vec::new();
        }
        shared.shutting_down = true;
        let mut numbers = shared.left_processes();
        numbers.sort_unstable();
        numbers
    }

    /// Whether the main process has ended for good.
    pub(crate) fn is_shutting_down(&self) -> bool {
        self.lock().shutting_down
    }

    /// Whether no attempt is handed out any more.
    pub(crate) fn is_suspended(&self) -> bool {
        self.is_suspended.load(Ordering::SeqCst)
    }

    /// Number of the run.
    pub(crate) fn run(&self) -> u64 {
        self.run.load(Ordering::Relaxed)
    }

    /// The number that the next text output will have.
    pub(crate) fn outputs_said(&self) -> u64 {
        self.next_output.load(Ordering::Relaxed)
    }

    /// Whether nobody reads standard output any more.
    pub(crate) fn is_stdout_closed(&self) -> bool {
        self.lock().stdout_closed
    }

    /// Whether there is a standard input to read; from now on it counts as read.
    pub(crate) fn may_read_stdin(&self) -> bool {
        if self.stdin_lost && !self.transport.stdin_continues() {
            return false;
        }
        self.lock().record.stdin_used = true;
        true
    }

    /// The key of a request: the same after every crash, and no other store's.
    pub(crate) fn idempotency_key(&self, process: u64, request: u64) -> String {
        let identity = self.lock().record.identity;
        let mut hasher = blake3::Hasher::new();
        for number in [identity[0], identity[1], self.run(), process, request] {
            hasher.update(&number.to_le_bytes());
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        let bits = u128::from_be_bytes(bytes);
        // Version 8 of RFC 9562: the bits are the maker's own.
        let bits = bits & !(0xf << 76) & !(0b11 << 62) | 0x8 << 76 | 0b10 << 62;
        scalar::Uuid(bits).to_string()
    }

    fn wait_for_end(&self, process: u64) -> Result<Option<Standing>, EngineError> {
        let mut shared = self.lock();
        loop {
            if let Some(error) = &shared.failed {
                return Err(error.clone());
            }
            if shared.is_at_end(process) && (process != MAIN || shared.has_come_to_its_end()) {
                break;
            }
            if shared.stopping {
                return Ok(None);
            }
            shared = self
                .progress
                .wait(shared)
                .expect("no thread panics while it holds the engine's state");
        }
        drop(shared);
        Ok(self.standing(process))
    }

    /// How a process stands; an end only once it is durable.
    pub(crate) fn standing(&self, process: u64) -> Option<Standing> {
        let shared = self.lock();
        let slot = shared.slots.get(&process)?;
        let ending = slot
            .ending
            .as_ref()
            .filter(|_| slot.status.has_ended() || slot.status == Status::Parked);
        let (exit_status, mut report) = ending.map_or((0, String::new()), |ending| {
            (ending.exit_status, ending.report.clone())
        });
        if slot.status == Status::Damaged {
            let damage = shared
                .damaged
                .iter()
                .filter(|(damaged, _)| *damaged == process);
            report = damage
                .map(|(_, what)| what.as_str())
                .collect::<Vec<_>>()
                .join("; ");
        }
        Some(Standing {
            status: slot.status_now(),
            exit_status,
            report,
        })
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
    /// Puts something into an actor's slot and queues the actor. What is for nobody is dropped, as
    /// a message to an ended process is.
    fn deliver(&mut self, process: u64, epoch: u64, incoming: Incoming) {
        let Some(slot) = self.slots.get_mut(&process) else {
            return;
        };
        if slot.ended {
            if let Incoming::Letter {
                sequence, large, ..
            } = incoming
            {
                persist::delete_letter(&mut self.extra, process, sequence, large);
            }
            return;
        }
        if let Incoming::Letter { letter, .. } = &incoming {
            self.count_for_parked(process, letter);
        }
        let Some(slot) = self.slots.get_mut(&process) else {
            return;
        };
        slot.incoming.push_back((epoch, incoming));
        if slot.status != Status::Parked {
            self.enqueue(process);
        }
    }

    /// Notes how much memory of a process no checkpoint holds.
    fn weigh(&mut self, process: u64, unsealed_bytes: u64) {
        if let Some(slot) = self.slots.get_mut(&process) {
            let before = std::mem::replace(&mut slot.unsealed_bytes, unsealed_bytes);
            self.unsealed_bytes = self.unsealed_bytes - before + unsealed_bytes;
        }
    }

    /// Whether a process has ended or is parked, durably.
    fn is_at_end(&self, process: u64) -> bool {
        self.slots
            .get(&process)
            .is_none_or(|slot| slot.status.has_ended() || slot.status == Status::Parked)
    }

    /// Whether a report of an attempt waits for a process that will take it in.
    fn has_reports(&self) -> bool {
        let running = self.slots.values().filter(|slot| {
            slot.end_status.is_none() && !matches!(slot.status, Status::Parked | Status::Damaged)
        });
        running
            .flat_map(|slot| &slot.incoming)
            .any(|(_, incoming)| {
                matches!(incoming, Incoming::Attempt { .. } | Incoming::NotBegun(_))
            })
    }

    /// Processes besides the main one that have not ended and are not parked. When the main process
    /// has failed and is kept, its own attempts only: the others are kept with it.
    fn left_processes(&self) -> Vec<u64> {
        let keeps_others = self.slots.get(&MAIN).is_some_and(|main| main.is_kept);
        let left = self.slots.iter().filter(|&(&number, slot)| {
            number != MAIN
                && !slot.status.has_ended()
                && slot.status != Status::Parked
                && !slot.ended
                && (!keeps_others || slot.is_body && slot.parent == Some(MAIN))
        });
        left.map(|(&number, _)| number).collect()
    }

    /// Whether, now that the main process has ended, nothing more comes: the others have ended, too.
    /// Of a damaged one they cannot hear that, so it is enough if they wait for others only.
    fn has_come_to_its_end(&mut self) -> bool {
        let mut left = self.left_processes().into_iter();
        let main = self.slots.get(&MAIN);
        if main.is_none_or(|main| main.status != Status::Damaged) {
            return left.next().is_none();
        }
        let mut waits = |number| {
            let slot = self.slots.get_mut(&number);
            slot.is_none_or(Slot::waits_for_others)
        };
        self.attempts.is_empty() && left.all(&mut waits)
    }

    /// Queues an actor, unless it is queued or in the hands of a thread (which looks itself).
    fn enqueue(&mut self, process: u64) {
        let Some(slot) = self.slots.get_mut(&process) else {
            return;
        };
        if !slot.queued && !slot.is_held && !matches!(slot.place, Place::Away) {
            slot.queued = true;
            self.ready.push_back(process);
            self.take_from_rest(process);
        }
    }
}
