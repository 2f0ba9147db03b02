//! A process as the engine holds it: the machine's process, its record, and what has happened
//! since its last checkpoint.
//!
//! # Invariants
//! - Whoever runs or checkpoints an actor has it alone: it is taken out of its slot meanwhile.
//! - What is in `sent`, `consumed` and `events` becomes durable with the next checkpoint, together
//!   with the state that made it.

use crate::awaiting::Awaiting;
use crate::event::{EventKind, Recent};
use crate::letter::Letter;
use crate::limits::Rate;
use crate::persist::life::Life;
use crate::record::{ActorRecord, FiberNote, Notes, Unheard, Wait};
use std::collections::BTreeMap;
use std::sync::Arc;
use vm::fiber::FiberId;
use vm::process::Process;

/// A letter sent and not yet durable.
#[derive(Clone, Debug)]
pub(crate) struct Posted {
    /// Number of the receiver.
    pub(crate) to: u64,
    /// Its place in the order of all letters of the store.
    pub(crate) sequence: u64,
    /// The letter.
    pub(crate) letter: Arc<Letter>,
}

/// What a process was started with, to start it again if it fails before its first checkpoint.
#[derive(Clone, Debug)]
pub(crate) enum Birth {
    /// A definition of the image, called with text.
    Main {
        /// Its slot.
        slot: u32,
        /// The arguments.
        args: Vec<crate::data::Data>,
    },
    /// `[function arguments]` as a message of words.
    Spawned(Vec<u64>),
}

/// A letter taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Its sequence.
    pub(crate) sequence: u64,
    /// Whether it is stored in more than one record.
    pub(crate) large: bool,
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
    pub(crate) notes: Notes,
    /// Letters sent since the last checkpoint.
    pub(crate) sent: Vec<Posted>,
    /// Letters taken in since the last checkpoint.
    pub(crate) consumed: Vec<Taken>,
    /// Letters that came too late, to one that has ended: gone with its last step, whatever is kept of it.
    pub(crate) refused: Vec<Taken>,
    /// Words of those taken in.
    pub(crate) taken_words: u64,
    /// Events of its life since the last checkpoint.
    pub(crate) events: Recent,
    /// Where the next of these goes.
    pub(crate) life: Life,
    /// Fibers that waited for something outside when an engine took the process up, until it is asked for
    /// again, in the first turn that does what is due; the request, and the attempt of an activity. Until
    /// then it stays in memory.
    pub(crate) unasked: BTreeMap<FiberId, (u64, u32)>,
    /// Until its first checkpoint: how it began.
    pub(crate) birth: Option<Birth>,
    /// Epoch in which it has changed since its last checkpoint.
    pub(crate) dirty_in: Option<u64>,
    /// Set when nothing of it shall be kept but its record: it has ended.
    pub(crate) ended: bool,
    /// Set when its last checkpoint is to be kept as it is: it has failed or is parked.
    pub(crate) keeps_past: bool,
    /// Checkpoint that it goes back to then, if that is not the last.
    pub(crate) goes_back_to: Option<u64>,
    /// Set when not even its record shall be kept: it was an attempt.
    pub(crate) vanishes: bool,
    /// The record's `unheard` as of the last checkpoint.
    pub(crate) stored_unheard: Vec<Unheard>,
    /// Fiber and serial of the request whose failure was thrown last.
    pub(crate) failed_request: Option<(FiberId, u64)>,
    /// The fiber that looks at a message, as its note says.
    pub(crate) looking: Option<FiberId>,
    /// Set from when it goes on to be cancelled until it is: fiber and serial of the request that it was
    /// parked before.
    pub(crate) parked_before: Option<(FiberId, u64)>,
    /// Its last checkpoint when that failure was thrown.
    pub(crate) failed_at: Option<u64>,
    /// Set when others have heard of it since its last checkpoint: it has sent or spawned.
    pub(crate) has_told: bool,
    /// Set while failures of what it waits for are kept from it until its next checkpoint.
    pub(crate) failures_wait: bool,
    /// Set when it does nothing more before its next checkpoint: it throws an error then that nobody
    /// catches, and goes back to there.
    pub(crate) is_failing: bool,
    /// Who waits for what another fiber makes.
    pub(crate) awaiting: Awaiting,
    /// Messages in the mailbox, and their words.
    pub(crate) mailbox: (u64, u64),
    /// How far it may compute at its rate.
    pub(crate) rate: Rate,
    /// Set when too many processes wait to be stored for it to start more.
    pub(crate) waits_for_newborn: bool,
    /// When it may go on computing, while it has used its rate up.
    pub(crate) held_until: Option<u64>,
    /// Place in the mailbox of the cell in [`vm::process::Root::MailboxHint`].
    pub(crate) mailbox_hint: u64,
}

impl Actor {
    /// An actor around a process.
    pub(crate) fn new(number: u64, process: Process, record: ActorRecord) -> Actor {
        Actor {
            number,
            process,
            record,
            notes: Notes::default(),
            sent: Vec::new(),
            consumed: Vec::new(),
            refused: Vec::new(),
            taken_words: 0,
            events: Recent::default(),
            life: Life::default(),
            unasked: BTreeMap::new(),
            dirty_in: None,
            birth: None,
            ended: false,
            keeps_past: false,
            goes_back_to: None,
            vanishes: false,
            stored_unheard: Vec::new(),
            failed_request: None,
            parked_before: None,
            looking: None,
            failed_at: None,
            has_told: false,
            failures_wait: false,
            is_failing: false,
            awaiting: Awaiting::default(),
            mailbox: (0, 0),
            rate: Rate::default(),
            waits_for_newborn: false,
            held_until: None,
            mailbox_hint: 0,
        }
    }

    /// Notes an event of its life.
    pub(crate) fn log(&mut self, at_ms: u64, kind: EventKind) {
        self.events.add(at_ms, kind);
    }

    /// Whether it does nothing more by itself.
    pub(crate) fn is_over(&self) -> bool {
        self.ended || self.keeps_past
    }

    /// The engine's note of a fiber.
    pub(crate) fn note(&mut self, fiber: FiberId) -> &mut FiberNote {
        self.notes.entry(fiber)
    }

    /// Whether a fiber can run.
    pub(crate) fn can_run(&self) -> bool {
        !self.ended && !self.keeps_past && !self.process.run_queue.is_empty()
    }

    /// The earliest time something of it happens by itself.
    pub(crate) fn wake_at(&mut self) -> Option<u64> {
        if self.is_over() {
            None
        } else {
            let waits = self.notes.wake_at();
            waits.into_iter().chain(self.record.kill_at).min()
        }
    }

    /// When it wakes, if time is all that it waits for.
    pub(crate) fn sleeps_until(&mut self) -> Option<u64> {
        let sleeps = self.notes.count_of(Wait::Timer) == self.notes.len();
        self.wake_at().filter(|_| sleeps)
    }

    /// Whether an engine that takes it up has something to do at once.
    pub(crate) fn is_active(&mut self) -> bool {
        self.can_run()
            || Wait::ASKED_OUTSIDE
                .into_iter()
                .any(|wait| self.notes.count_of(wait) > 0)
    }

    /// Whether a time limit of an activity has passed.
    pub(crate) fn has_late_activity(&mut self, now_ms: u64) -> bool {
        if self.notes.count_of(Wait::Activity) == 0 {
            return false;
        }
        let due = self.notes.due(now_ms);
        due.into_iter()
            .any(|fiber| self.wait_of(fiber) == Wait::Activity)
    }

    /// Memory that no checkpoint holds and that a checkpoint would add, in bytes.
    pub(crate) fn unsealed_bytes(&self) -> u64 {
        if self.is_over() {
            return 0;
        }
        8 * self.process.unstored_words()
    }

    /// Whether what it knows of who waits is what the requests say. Of many fibers it is not asked.
    #[cfg(debug_assertions)]
    pub(crate) fn knows_who_waits(&self) -> bool {
        self.is_over()
            || self.notes.len() > 100
            || (self.awaiting).agrees(&Awaiting::of_process(&self.process, &self.notes))
    }

    /// What a fiber waits for.
    pub(crate) fn wait_of(&self, fiber: FiberId) -> Wait {
        self.notes
            .get(fiber)
            .map_or(Wait::Nothing, |note| note.wait)
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
        letter: Arc<Letter>,
        /// Whether it is stored in more than one record.
        large: bool,
    },
    /// A letter that is not heeded any more; it is gone when the process has taken this in.
    Dropped {
        /// Its sequence.
        sequence: u64,
        /// Whether it is stored in more than one record.
        large: bool,
    },
    /// An engine has taken the process up: what it waits for outside must be asked for again.
    Recovered,
    /// Go on from the last checkpoint, with a value in place of the failing effect if there is one.
    Retry(Option<crate::data::Data>),
    /// A parked process takes part again, to end as it is asked to: what is still waited for then is asked
    /// for again.
    Revive,
    /// A worker has taken an attempt.
    Started(crate::transport::AttemptId),
    /// An attempt gives a sign of life.
    Beat(crate::transport::AttemptId),
    /// The result of an attempt; asked again after a crash.
    Attempt {
        /// Which.
        id: crate::transport::AttemptId,
        /// Its result.
        result: Result<crate::data::Data, crate::transport::TaskError>,
    },
    /// An attempt that was handed out has not begun, and will not in this life of the engine.
    NotBegun(crate::transport::AttemptId),
    /// Standard input is there for a fiber, if it still wants it.
    Input(crate::engine::stdin::Asker),
    /// All output before this number has left.
    Flushed(u64),
    /// A time it waits for may have come.
    Wake,
}

impl Incoming {
    /// Whether it says that something which a fiber waits for has failed.
    pub(crate) fn is_failure(&self) -> bool {
        match self {
            Incoming::Attempt { result, .. } => result.is_err(),
            Incoming::Letter { letter, .. } => {
                matches!(&**letter, Letter::BodyEnded { result: Err(_), .. })
            }
            _ => false,
        }
    }
}
