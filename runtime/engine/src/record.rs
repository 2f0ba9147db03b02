//! What the store keeps of a process besides its memory and stacks, and how it is written.
//!
//! # Invariants
//! - A record begins with its version; a newer one is refused, older ones are read.
//! - An engine writes the store's own record with its first commit. So a store that a newer engine
//!   has written anything to, records without a version included, is refused at that record.
//! - Everything here is as of the process's last checkpoint.

mod fiber;
mod lists;
mod notes;
mod past;
mod unheard;

pub use fiber::{ActivityNote, Deadline, FiberNote, Scope, Wait, decode_fiber, encode_fiber};
pub use notes::Notes;
pub use past::Past;
pub use unheard::Unheard;

use lists::{levels, monitors, numbers, read_levels, read_monitors, read_numbers, read_runs, runs};

use crate::limits::Limits;
use crate::wire::{Reader, WireError, Writer};
use vm::checkpoint::ProcessRecord;
use vm::fiber::FiberId;

/// Version of all records of this module but the description. 2: with pasts. 3: with attempts whose
/// body is told to stop for its time, and cancellations under way. 4: with the greatest attempt and the
/// end of a body; fibers as runs. 5: with the time of the end, and fibers whose error nobody has seen or
/// that somebody has waited for. 6: with those of which nobody had heard at the end. 7: with the ends
/// that deadlines are set in; every fiber that has thrown one says so. 10: with these ends by number, and
/// cancellations that wait for one. 11: with the bodies of handlers. 12: dynamic bindings have boxes, which
/// an older version would take for values.
pub const RECORD_VERSION: u8 = 12;
/// Version of a run's description. 2: with limits.
pub const DESCRIPTION_VERSION: u8 = 2;

/// Number of the image that a run is started with; those of its extensions follow.
pub(crate) const FIRST_IMAGE: u32 = 1;

/// Of the whole store: who it belongs to and the counters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreRecord {
    /// Number of the run.
    pub run: u64,
    /// Random bits that no other store has: part of idempotency keys.
    pub identity: [u64; 2],
    /// Whether standard input has been read: what was in a pipe then is lost after a crash.
    pub stdin_used: bool,
    /// Number of the next process.
    pub next_process: u64,
    /// All segments have smaller numbers.
    pub next_segment: u64,
    /// All outputs have smaller numbers.
    pub next_output: u64,
    /// Number of the next extension of the image.
    pub next_image: u32,
    /// What was run, for people: `deploy.ox`.
    pub command: String,
    /// Arguments of the run.
    pub args: Vec<String>,
    /// Source text hashes of the program's files at the start: `(path, blake3)`.
    pub sources: Vec<(String, [u8; 32])>,
    /// What one process may use.
    pub limits: Limits,
}

/// What a process is doing, as people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Status {
    /// Can run, waits for its turn.
    Ready = 0,
    /// Is running.
    Running = 1,
    /// Waits for something.
    Waiting = 2,
    /// Stopped before a failing effect, waits for a decision.
    Parked = 3,
    /// Interrupted; goes on when resumed.
    Suspended = 4,
    /// Has ended normally.
    Done = 5,
    /// Has ended with an error; its last checkpoint is kept.
    Failed = 6,
    /// Was cancelled.
    Cancelled = 7,
    /// Was killed.
    Killed = 8,
    /// Its records are damaged.
    Damaged = 9,
}

impl Status {
    /// The status with this number.
    #[must_use]
    pub fn from_u8(n: u8) -> Option<Status> {
        use Status as S;
        let all = [
            S::Ready,
            S::Running,
            S::Waiting,
            S::Parked,
            S::Suspended,
            S::Done,
            S::Failed,
            S::Cancelled,
            S::Killed,
            S::Damaged,
        ];
        all.get(usize::from(n)).copied()
    }

    /// The word for people and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Status::Ready => "ready",
            Status::Running => "running",
            Status::Waiting => "waiting",
            Status::Parked => "parked",
            Status::Suspended => "suspended",
            Status::Done => "done",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
            Status::Killed => "killed",
            Status::Damaged => "damaged",
        }
    }

    /// Whether nothing more will happen unless somebody asks for it.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        matches!(
            self,
            Status::Done | Status::Failed | Status::Cancelled | Status::Killed | Status::Damaged
        )
    }
}

/// One level of a process's sealed memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentRef {
    /// The segment.
    pub segment: u64,
    /// Its words.
    pub words: u32,
}

/// A process that watches another's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Monitor {
    /// Serial of the reference.
    pub reference: u64,
    /// The process at the other side.
    pub process: u64,
}

/// A process is the body of an activity that this fiber asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyOf {
    /// The process that asked.
    pub process: u64,
    /// Its fiber.
    pub fiber: FiberId,
    /// Serial of the request.
    pub request: u64,
    /// The attempt, from 1.
    pub attempt: u32,
    /// The idempotency key, the same in all attempts.
    pub key: String,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Exit reason or error, a message of words (`vm::value::message`).
    pub reason: Vec<u64>,
    /// Exit status it asks for, of a main process.
    pub exit_status: u8,
    /// What to tell people: message, data, trace in source terms; empty of a normal end.
    pub report: String,
    /// Fiber and serial of the request whose failure ended it, if one did.
    pub failed_request: Option<(FiberId, u64)>,
    /// Messages that were in the mailbox, and their words.
    pub mailbox: (u64, u64),
    /// When, milliseconds since 1970; `None` in records that did not say.
    pub at_ms: Option<u64>,
    /// Fibers that had failed and whose error nobody had seen by then, as in [`ActorRecord::unheard`].
    pub unheard: Vec<Unheard>,
}

/// A process record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActorRecord {
    /// What it is doing.
    pub status: Status,
    /// Number of its image.
    pub image: u32,
    /// What it was started with, for people: `app.core/-main`.
    pub function: String,
    /// Who spawned it.
    pub parent: Option<u64>,
    /// When it was started, milliseconds since 1970.
    pub started_ms: u64,
    /// Checkpoints so far.
    pub checkpoints: u64,
    /// Steps so far: effects that waited.
    pub steps: u64,
    /// Recoveries in a row without a step, or anything else that shows that they did not end the engine.
    pub recoveries: u32,
    /// Fixed part of the machine's state.
    pub vm: ProcessRecord,
    /// Sealed levels, oldest first.
    pub levels: Vec<SegmentRef>,
    /// Fibers that exist.
    pub fibers: Vec<FiberId>,
    /// Linked processes.
    pub links: Vec<u64>,
    /// Processes it monitors.
    pub monitors: Vec<Monitor>,
    /// Processes that monitor it.
    pub watchers: Vec<Monitor>,
    /// Whether exit signals become messages.
    pub traps_exits: bool,
    /// Registered name, as printed data, in a record of an older version: names are stored by themselves.
    pub name: Option<String>,
    /// Sequence of the next event of its life.
    pub next_event: u64,
    /// Serial of the next token (scopes, deadlines).
    pub next_token: u64,
    /// Earliest time it waits for, milliseconds since 1970: the armed timer.
    pub wake_at: Option<u64>,
    /// Whether something besides time and messages is under way: it is loaded at recovery.
    pub is_active: bool,
    /// Set of the body of an activity.
    pub body_of: Option<BodyOf>,
    /// Set once it has ended, failed or been parked.
    pub ending: Option<Ending>,
    /// Earlier checkpoints that are kept, oldest first.
    pub pasts: Vec<Past>,
    /// Greatest number of an attempt that any fiber has made, also after the checkpoint to which the
    /// process has gone back.
    pub greatest_attempt: u32,
    /// When it is killed, milliseconds since 1970, if it has not ended by then: an activity's body that
    /// was told to stop.
    pub kill_at: Option<u64>,
    /// Fibers that have failed and whose error nobody has seen yet, oldest first: at most
    /// [`Unheard::MOST`]. Of a process that has failed or is parked as at the checkpoint that it goes
    /// on from.
    pub unheard: Vec<Unheard>,
    /// Whether it was retried when the main process had ended for good, or its parent was: it goes on
    /// without it.
    pub outlives_main: bool,
    /// Whether the stored record has more than one piece; not part of it.
    pub(crate) has_pieces: bool,
}

impl StoreRecord {
    /// The bytes of what changes now and then.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.u8(RECORD_VERSION)
            .number(self.run)
            .word(self.identity[0])
            .word(self.identity[1]);
        w.number(self.next_segment)
            .number(self.next_output)
            .number(self.next_process);
        w.number(u64::from(self.next_image)).bool(self.stdin_used);
        w.bytes
    }

    /// The bytes of what stays as it was at the start.
    #[must_use]
    pub fn encode_description(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.u8(DESCRIPTION_VERSION)
            .text(&self.command)
            .number(self.args.len() as u64);
        for arg in &self.args {
            w.text(arg);
        }
        w.number(self.sources.len() as u64);
        for (path, hash) in &self.sources {
            w.text(path).bytes(hash);
        }
        self.limits.encode(&mut w);
        w.bytes
    }

    /// Reads a record and, if there is one, its description.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn decode(bytes: &[u8], description: Option<&[u8]>) -> Result<StoreRecord, WireError> {
        let mut r = Reader::new(bytes);
        version(&mut r)?;
        let mut record = StoreRecord {
            run: r.number()?,
            identity: [r.word()?, r.word()?],
            next_segment: r.number()?,
            next_output: r.number()?,
            next_process: r.number()?,
            next_image: r.small()?,
            stdin_used: r.bool()?,
            ..StoreRecord::default()
        };
        r.end()?;
        let Some(description) = description else {
            return Ok(record);
        };
        let mut r = Reader::new(description);
        let version = version_up_to(&mut r, DESCRIPTION_VERSION)?;
        r.text()?.clone_into(&mut record.command);
        for _ in 0..r.count(1)? {
            record.args.push(r.text()?.to_owned());
        }
        for _ in 0..r.count(2)? {
            let path = r.text()?.to_owned();
            let hash = r.bytes()?.try_into().or_else(|_| r.error())?;
            record.sources.push((path, hash));
        }
        // The first version had none.
        if version > 1 {
            record.limits = Limits::decode(&mut r)?;
        }
        r.end()?;
        Ok(record)
    }
}

fn version(r: &mut Reader<'_>) -> Result<(), WireError> {
    version_up_to(r, RECORD_VERSION).map(|_| ())
}

pub(crate) fn version_up_to(r: &mut Reader<'_>, supported: u8) -> Result<u8, WireError> {
    match r.u8()? {
        0 => r.error(),
        found if found > supported => Err(WireError::TooNew { found, supported }),
        found => Ok(found),
    }
}

impl ActorRecord {
    /// A process that has just been started.
    #[must_use]
    pub fn new(image: u32, function: String, parent: Option<u64>, started_ms: u64) -> ActorRecord {
        ActorRecord {
            status: Status::Ready,
            image,
            function,
            parent,
            started_ms,
            checkpoints: 0,
            steps: 0,
            recoveries: 0,
            vm: ProcessRecord::default(),
            levels: Vec::new(),
            fibers: Vec::new(),
            links: Vec::new(),
            monitors: Vec::new(),
            watchers: Vec::new(),
            traps_exits: false,
            name: None,
            next_event: 1,
            next_token: 1,
            wake_at: None,
            is_active: false,
            body_of: None,
            ending: None,
            pasts: Vec::new(),
            greatest_attempt: 0,
            kill_at: None,
            unheard: Vec::new(),
            outlives_main: false,
            has_pieces: false,
        }
    }

    /// Whether it was parked because it seemed to end the engine: no request of it has failed, nothing
    /// was given up, and it can be taken up as after a crash.
    #[must_use]
    pub fn is_parked_by_recoveries(&self) -> bool {
        let ending = self.ending.as_ref();
        self.status == Status::Parked
            && ending.is_some_and(|ending| ending.failed_request.is_none())
    }

    /// The record's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.u8(RECORD_VERSION)
            .u8(self.status as u8)
            .number(u64::from(self.image));
        w.number(self.checkpoints)
            .number(self.steps)
            .number(u64::from(self.recoveries));
        w.number(self.next_event).number(self.next_token);
        w.optional(self.wake_at).bool(self.is_active);
        for &root in &self.vm.roots[..past::STORED_ROOTS] {
            w.value(root);
        }
        w.number(self.vm.next_fiber)
            .number(self.vm.next_request)
            .number(self.vm.next_serial);
        numbers(&mut w, &self.vm.run_queue);
        levels(&mut w, &self.levels);
        runs(&mut w, &self.fibers);
        numbers(&mut w, &self.links);
        monitors(&mut w, &self.monitors);
        monitors(&mut w, &self.watchers);
        w.bool(self.traps_exits);
        w.text(&self.function)
            .optional(self.parent)
            .number(self.started_ms);
        match &self.name {
            Some(name) => w.u8(1).text(name),
            None => w.u8(0),
        };
        match &self.body_of {
            Some(body) => w
                .u8(1)
                .number(body.process)
                .number(body.fiber)
                .number(body.request)
                .number(u64::from(body.attempt))
                .text(&body.key),
            None => w.u8(0),
        };
        match &self.ending {
            Some(ending) => {
                w.u8(1)
                    .words(&ending.reason)
                    .u8(ending.exit_status)
                    .text(&ending.report);
                match ending.failed_request {
                    Some((fiber, request)) => w.u8(1).number(fiber).number(request),
                    None => w.u8(0),
                };
                w.number(ending.mailbox.0)
                    .number(ending.mailbox.1)
                    .optional(ending.at_ms)
            }
            None => w.u8(0),
        };
        self.encode_pasts(&mut w);
        w.number(u64::from(self.greatest_attempt))
            .optional(self.kill_at);
        unheard::encode(&mut w, &self.unheard);
        let ending = self.ending.as_ref();
        unheard::encode(&mut w, ending.map_or(&[], |ending| &ending.unheard));
        w.bool(self.outlives_main);
        w.bytes
    }

    /// Reads a record.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn decode(bytes: &[u8]) -> Result<ActorRecord, WireError> {
        let mut r = Reader::new(bytes);
        let version = version_up_to(&mut r, RECORD_VERSION)?;
        let status = Status::from_u8(r.u8()?);
        let Some(status) = status else {
            return r.error();
        };
        let image = r.small()?;
        let mut record = ActorRecord::new(image, String::new(), None, 0);
        record.status = status;
        record.checkpoints = r.number()?;
        record.steps = r.number()?;
        record.recoveries = r.small()?;
        record.next_event = r.number()?;
        record.next_token = r.number()?;
        record.wake_at = r.optional()?;
        record.is_active = r.bool()?;
        let mut roots = past::no_roots();
        for root in &mut roots[..past::STORED_ROOTS] {
            *root = r.value()?;
        }
        record.vm = ProcessRecord {
            roots,
            next_fiber: r.number()?,
            next_request: r.number()?,
            next_serial: r.number()?,
            run_queue: read_numbers(&mut r)?,
        };
        record.levels = read_levels(&mut r)?;
        record.fibers = if version > 3 {
            read_runs(&mut r)?
        } else {
            read_numbers(&mut r)?
        };
        record.links = read_numbers(&mut r)?;
        record.monitors = read_monitors(&mut r)?;
        record.watchers = read_monitors(&mut r)?;
        record.traps_exits = r.bool()?;
        record.function = r.text()?.to_owned();
        record.parent = r.optional()?;
        record.started_ms = r.number()?;
        record.name = if r.bool()? {
            Some(r.text()?.to_owned())
        } else {
            None
        };
        if r.bool()? {
            record.body_of = Some(BodyOf {
                process: r.number()?,
                fiber: r.number()?,
                request: r.number()?,
                attempt: r.small()?,
                key: r.text()?.to_owned(),
            });
        }
        if r.bool()? {
            record.ending = Some(Ending {
                reason: r.words()?,
                exit_status: r.u8()?,
                report: r.text()?.to_owned(),
                failed_request: if r.bool()? {
                    Some((r.number()?, r.number()?))
                } else {
                    None
                },
                mailbox: if version > 1 {
                    (r.number()?, r.number()?)
                } else {
                    (0, 0)
                },
                at_ms: if version > 4 { r.optional()? } else { None },
                unheard: Vec::new(),
            });
        }
        if version > 1 {
            record.decode_pasts(&mut r)?;
        }
        if version > 3 {
            record.greatest_attempt = r.small()?;
            record.kill_at = r.optional()?;
        }
        if version > 4 {
            record.unheard = unheard::decode(&mut r)?;
        }
        if version > 5 {
            let unheard = unheard::decode(&mut r)?;
            match &mut record.ending {
                Some(ending) => ending.unheard = unheard,
                None if unheard.is_empty() => {}
                None => return r.error(),
            }
        }
        if version > 8 {
            record.outlives_main = r.bool()?;
        }
        r.end()?;
        Ok(record)
    }
}

#[cfg(test)]
mod tests;
