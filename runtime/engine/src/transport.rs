//! What the engine asks of the world: the time, chance, and somebody who carries out attempts and
//! takes what is printed. Real ones are made by who starts the engine; tests make virtual ones.

use crate::data::Data;
use crate::record::Status;
use std::fmt::Debug;

/// Time and chance.
pub trait Clock: Debug + Send + Sync {
    /// Wall time, milliseconds since 1970.
    fn now_ms(&self) -> u64;
    /// Nanoseconds of a clock that never goes back, within this run of the engine.
    fn monotonic_ns(&self) -> u64;
    /// 64 random bits.
    fn random(&self) -> u64;
    /// Nanoseconds of the clock that programs measure with: as `monotonic_ns`, if it is the world's.
    fn program_ns(&self) -> u64 {
        self.monotonic_ns()
    }
    /// Attempts are under way outside, or none is any more: a clock that stands still goes on meanwhile.
    fn outside(&self, _is_under_way: bool) {}
    /// Nothing can happen before this time. A clock that is not the world's goes there at once; whether it did.
    fn skip_to(&self, _wall_ms: u64) -> bool {
        false
    }
    /// How long to wait for `wall_ms`. Virtual clocks advance instead.
    fn park_until(&self, wall_ms: Option<u64>) -> Option<std::time::Duration> {
        wall_ms.map(|at| std::time::Duration::from_millis(at.saturating_sub(self.now_ms())))
    }
}

/// One attempt at an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttemptId {
    /// The process that asked.
    pub process: u64,
    /// Its fiber.
    pub fiber: u64,
    /// Serial of the request.
    pub request: u64,
    /// From 1.
    pub attempt: u32,
}

/// What an attempt is to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Which attempt this is.
    pub id: AttemptId,
    /// The activity's name, `ox.sh/run`.
    pub name: String,
    /// Its queue.
    pub queue: String,
    /// Its arguments.
    pub args: Vec<Data>,
    /// The same in all attempts and after every crash.
    pub idempotency_key: String,
    /// Time the attempt may take, milliseconds.
    pub start_to_close_ms: Option<u64>,
}

/// Why an attempt has failed.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskError {
    /// `exit timeout lost rejected unreachable error`
    pub reason: &'static str,
    /// What happened, one line: `exit 2: no rule to make target`.
    pub message: String,
    /// Further keys of the error's data.
    pub data: Vec<(String, Data)>,
    /// Whether trying again can help.
    pub is_retryable: bool,
}

/// Where a process's output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Stream {
    /// Standard output.
    Stdout = 1,
    /// Standard error.
    Stderr = 2,
}

impl Stream {
    /// The stream with this number.
    #[must_use]
    pub fn from_u8(n: u8) -> Option<Stream> {
        match n {
            1 => Some(Stream::Stdout),
            2 => Some(Stream::Stderr),
            _ => None,
        }
    }
}

/// Nothing can be written to the stream any more: its reader is gone, its disk is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamClosed;

/// A process other than the main one that has failed or is parked, durably.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallen {
    /// Its number.
    pub process: u64,
    /// What it was started with.
    pub function: String,
    /// Failed or parked.
    pub status: Status,
    /// What to tell people.
    pub report: String,
}

/// Who carries out attempts and takes output. All calls return at once, but for `write`.
pub trait Transport: Debug + Send + Sync {
    /// Whether somebody serves this activity; `None` for built-in ones: always.
    fn workers(&self, name: &str, queue: &str) -> Option<usize>;
    /// Starts an attempt; its result is reported by [`crate::Engine::complete`]. Of an activity
    /// that workers serve, [`crate::Engine::attempt_started`] says when one has taken it.
    fn start(&self, task: Task);
    /// Asks an attempt to stop; it still reports.
    fn cancel(&self, attempt: AttemptId);
    /// Writes output that is durable now.
    ///
    /// # Errors
    /// When it cannot be written. Of standard output the engine then writes no more: what is kept of
    /// it leaves when the run is taken up again.
    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), StreamClosed>;
    /// A process that nobody else speaks of has failed or is parked.
    fn fallen(&self, _fallen: &Fallen) {}
    /// Whether the standard input of a run that is taken up goes on where the earlier engine's
    /// ended, as a terminal's does.
    fn stdin_continues(&self) -> bool {
        false
    }
    /// Reads one or more lines with their ends (or all, when `all`) of standard input, one read at a time; reported by
    /// [`crate::Engine::complete_read`].
    fn read(&self, all: bool);
}
