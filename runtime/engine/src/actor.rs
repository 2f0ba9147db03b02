//! A process as the engine holds it: the machine's process, its record, and what has happened
//! since its last checkpoint.
//!
//! # Invariants
//! - Whoever runs or checkpoints an actor has it alone: it is taken out of its slot meanwhile.
//! - What is in `sent`, `consumed` and `events` becomes durable with the next checkpoint, together
//!   with the state that made it.

use crate::letter::Letter;
use crate::record::{ActorRecord, FiberNote};
use std::collections::BTreeMap;
use vm::fiber::FiberId;
use vm::process::Process;

/// A letter sent and not yet durable.
#[derive(Clone, Debug)]
pub(crate) struct Posted {
    /// Number of the receiver.
    pub(crate) to: u64,
    /// Its place in the order of all letters of the store.
    pub(crate) sequence: u64,
    /// The letter's bytes.
    pub(crate) bytes: Vec<u8>,
}

/// A process in memory.
#[derive(Debug)]
pub(crate) struct Actor {
    /// Its number within the run.
    pub(crate) number: u64,
    /// The machine's part.
    pub(crate) process: Process,
    /// The engine's part.
    pub(crate) record: ActorRecord,
    /// The engine's part of each fiber.
    pub(crate) notes: BTreeMap<FiberId, FiberNote>,
    /// Letters sent since the last checkpoint.
    pub(crate) sent: Vec<Posted>,
    /// Sequences of letters taken in since the last checkpoint.
    pub(crate) consumed: Vec<u64>,
    /// Events of its life since the last checkpoint.
    pub(crate) events: Vec<Vec<u8>>,
    /// Epoch in which it has changed since its last checkpoint.
    pub(crate) dirty_in: Option<u64>,
    /// Set when nothing of it shall be kept but its record: it has ended.
    pub(crate) ended: bool,
    /// Set when its last checkpoint is to be kept as it is: it has failed or is parked.
    pub(crate) keeps_past: bool,
}

impl Actor {
    /// An actor around a process.
    pub(crate) fn new(number: u64, process: Process, record: ActorRecord) -> Actor {
        Actor {
            number,
            process,
            record,
            notes: BTreeMap::new(),
            sent: Vec::new(),
            consumed: Vec::new(),
            events: Vec::new(),
            dirty_in: None,
            ended: false,
            keeps_past: false,
        }
    }

    /// The engine's note of a fiber.
    pub(crate) fn note(&mut self, fiber: FiberId) -> &mut FiberNote {
        self.notes.entry(fiber).or_default()
    }

    /// Whether a fiber can run.
    pub(crate) fn can_run(&self) -> bool {
        !self.ended && !self.keeps_past && !self.process.run_queue.is_empty()
    }

    /// The earliest time something of it happens by itself.
    pub(crate) fn wake_at(&self) -> Option<u64> {
        let note_times = |note: &FiberNote| {
            let deadline = note.deadlines.iter().filter(|d| !d.thrown).map(|d| d.at).min();
            let attempt = note.activity.as_ref().and_then(|activity| activity.next_attempt);
            [note.until, deadline, attempt].into_iter().flatten().min()
        };
        self.notes.values().filter_map(note_times).min()
    }
}

/// What reaches an actor from outside.
#[derive(Clone, Debug)]
pub(crate) enum Incoming {
    /// A letter, durable until taken in.
    Letter {
        /// Its sequence.
        sequence: u64,
        /// The letter.
        letter: Letter,
    },
    /// The result of an attempt; asked again after a crash.
    Attempt {
        /// Which.
        id: crate::transport::AttemptId,
        /// Its result.
        result: Result<crate::data::Data, crate::transport::TaskError>,
    },
    /// Standard input for a fiber.
    Input {
        /// The fiber.
        fiber: FiberId,
        /// Serial of its request.
        request: u64,
        /// What was read, `None` at the end.
        text: Option<String>,
    },
    /// All output before this number has left.
    Flushed(u64),
    /// A time it waits for may have come.
    Wake,
}
