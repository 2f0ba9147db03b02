//! What the store keeps of a fiber: what it waits for, its deadlines and scopes, and how far the
//! activity is that it has asked for.
//!
//! # Invariants
//! - What a restarted engine needs to ask again is here or in the fiber's request.
//! - Times are milliseconds since 1970.

use super::lists::{numbers, read_numbers};
use super::{RECORD_VERSION, version_up_to};
use crate::wire::{Reader, WireError, Writer};
use vm::Word;
use vm::checkpoint::{FiberRecord, PartRecord};
use vm::fiber::FiberState;

/// What a fiber waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wait {
    /// Nothing: it can run.
    #[default]
    Nothing,
    /// Time.
    Timer,
    /// A message at or after this place of the mailbox.
    Message(u64),
    /// An activity.
    Activity,
    /// Standard input.
    Stdin,
    /// Another fiber's future, or a promise.
    Fiber,
    /// A lazy cell that another fiber computes.
    Cell,
    /// The end of all fibers of this scope and of those inside it.
    Scope(u64),
    /// That all text before this number has left.
    Flush(u64),
    /// The end of a process: serial of the reference.
    Exit(u64),
    /// Its next turn: what it asks for is not done in an epoch that is being closed.
    Turn,
}

impl Wait {
    pub(super) fn to_numbers(self) -> (u8, u64) {
        match self {
            Wait::Nothing => (0, 0),
            Wait::Timer => (1, 0),
            Wait::Message(from) => (2, from),
            Wait::Activity => (3, 0),
            Wait::Stdin => (4, 0),
            Wait::Fiber => (5, 0),
            Wait::Scope(token) => (6, token),
            Wait::Flush(before) => (7, before),
            Wait::Exit(reference) => (8, reference),
            Wait::Cell => (9, 0),
            Wait::Turn => (10, 0),
        }
    }

    pub(super) fn from_numbers(kind: u8, number: u64) -> Option<Wait> {
        Some(match kind {
            0 => Wait::Nothing,
            1 => Wait::Timer,
            2 => Wait::Message(number),
            3 => Wait::Activity,
            4 => Wait::Stdin,
            5 => Wait::Fiber,
            6 => Wait::Scope(number),
            7 => Wait::Flush(number),
            8 => Wait::Exit(number),
            9 => Wait::Cell,
            10 => Wait::Turn,
            _ => return None,
        })
    }

    /// Whether cancellation and deadlines reach a fiber that waits so. The end of a scope is
    /// waited for in any case: nothing of it may outlive it. The next turn comes anyway.
    pub(crate) fn is_interruptible(self) -> bool {
        !matches!(self, Wait::Nothing | Wait::Turn | Wait::Scope(_))
    }

    /// What an engine that takes the process up must ask for again, one of each kind.
    pub(crate) const ASKED_OUTSIDE: [Wait; 3] = [Wait::Activity, Wait::Stdin, Wait::Flush(0)];
}

/// What the engine keeps of a fiber.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FiberNote {
    /// What it waits for.
    pub wait: Wait,
    /// Since when, milliseconds since 1970.
    pub since_ms: u64,
    /// Whether it was shown a message that it has neither taken nor passed over yet.
    pub looks_at_message: bool,
    /// Exit reason to be thrown in it, a message of words.
    pub exit: Option<Vec<u64>>,
    /// When its wait ends by itself, milliseconds since 1970.
    pub until: Option<u64>,
    /// Deadlines that are on, in the order in which they were set.
    pub deadlines: Vec<Deadline>,
    /// Scopes it has entered, in this order.
    pub scopes: Vec<Scope>,
    /// Scope it was started in, 0 for none.
    pub scope: u64,
    /// Whether a cancellation waits for it.
    pub cancelled: bool,
    /// Whether one waits until the cancellation or exit that is under way in it is dealt with.
    pub cancelled_again: bool,
    /// Whether a message has found the mailbox full, which waits to be thrown in it.
    pub mailbox_full: bool,
    /// Whether anybody has waited for its future.
    pub is_awaited: bool,
    /// The activity it waits for.
    pub activity: Option<ActivityNote>,
    /// Chunks of each stack part that the store holds, those above its height included.
    pub stored_chunks: Vec<u32>,
}

/// A deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Its token.
    pub token: u64,
    /// Its time, milliseconds since 1970.
    pub at: u64,
    /// What it was given as, for the error.
    pub milliseconds: u64,
    /// Whether it has been thrown.
    pub thrown: bool,
    /// Cancellations and exits that had been thrown in the fiber when it was set: it is a part of what
    /// tidies up after them.
    pub ends: u64,
    /// Whether it has passed while a later one was under way, which is to leave it, or while the body that
    /// it is around was detached: it is looked at again where the fiber waits next, and by then that may
    /// have been caught, or the body go on.
    pub is_held_up: bool,
    /// Serial of the extent in whose body it was set, 0 for none: it is on while that is attached.
    pub extent: u64,
}

/// A scope that a fiber has entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Its token.
    pub token: u64,
    /// Serial of the extent in whose body it was entered, 0 for none.
    pub extent: u64,
}

impl Deadline {
    /// Whether it cuts a wait short when its time comes.
    pub(crate) fn is_armed(&self) -> bool {
        !self.thrown && !self.is_held_up
    }
}

/// How far an activity is. Times are milliseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityNote {
    /// Its name.
    pub name: String,
    /// Its queue.
    pub queue: String,
    /// The same in all attempts and after every crash.
    pub key: String,
    /// When it was asked for.
    pub asked_ms: u64,
    /// Attempts made or under way.
    pub attempt: u32,
    /// Greatest number of attempts.
    pub max_attempts: Option<u32>,
    /// When the next attempt starts, while it waits for that.
    pub next_attempt: Option<u64>,
    /// Whether the attempt may have been handed out.
    pub started: bool,
    /// Process that is the body's attempt.
    pub body: Option<u64>,
    /// When all of it is given up.
    pub give_up_at: Option<u64>,
    /// When the attempt must have been taken by a worker.
    pub start_by: Option<u64>,
    /// When the attempt must have ended.
    pub close_by: Option<u64>,
    /// When the attempt must have given its next sign of life.
    pub beat_by: Option<u64>,
    /// The last attempt's error, for people.
    pub last_error: String,
    /// Number of the last attempt before the process was retried, all of which do not count.
    pub earlier_attempts: u32,
    /// Whether the body that was told to stop was so because its time is over: the attempt has failed
    /// with `last_error` when it has stopped.
    pub is_late: bool,
}

impl ActivityNote {
    /// What the attempt under way is told apart by: no other of the request has the number.
    pub(crate) fn number(&self) -> u32 {
        self.earlier_attempts.saturating_add(self.attempt)
    }

    /// Whether the body has been told to stop; what comes then comes when it has.
    pub(crate) fn stops_body(&self) -> bool {
        self.body.is_some() && !self.started
    }

    /// Whether an engine that takes the process up has to ask for it: no body does it, which is a process
    /// of its own, and it is not the time of the next attempt that is waited for.
    pub(crate) fn is_outside(&self) -> bool {
        self.body.is_none() && (self.started || self.attempt == 0)
    }

    /// The earliest time at which something happens by itself.
    pub(crate) fn wake_at(&self) -> Option<u64> {
        if self.stops_body() {
            return self.close_by;
        }
        [
            self.next_attempt,
            self.give_up_at,
            self.start_by,
            self.close_by,
            self.beat_by,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn encode(&self, w: &mut Writer) {
        w.text(&self.name)
            .text(&self.queue)
            .text(&self.key)
            .number(self.asked_ms);
        w.number(u64::from(self.attempt))
            .optional(self.max_attempts.map(u64::from));
        w.optional(self.next_attempt)
            .bool(self.started)
            .optional(self.body);
        w.optional(self.give_up_at)
            .optional(self.start_by)
            .optional(self.close_by)
            .optional(self.beat_by);
        w.text(&self.last_error)
            .number(u64::from(self.earlier_attempts))
            .bool(self.is_late);
    }

    fn decode(r: &mut Reader<'_>, version: u8) -> Result<ActivityNote, WireError> {
        Ok(ActivityNote {
            name: r.text()?.to_owned(),
            queue: r.text()?.to_owned(),
            key: r.text()?.to_owned(),
            asked_ms: r.number()?,
            attempt: r.small()?,
            max_attempts: if r.bool()? { Some(r.small()?) } else { None },
            next_attempt: r.optional()?,
            started: r.bool()?,
            body: r.optional()?,
            give_up_at: r.optional()?,
            start_by: r.optional()?,
            close_by: r.optional()?,
            beat_by: r.optional()?,
            last_error: r.text()?.to_owned(),
            earlier_attempts: if version > 1 { r.small()? } else { 0 },
            is_late: version > 2 && r.bool()?,
        })
    }
}

impl FiberNote {
    /// The earliest time at which something happens to a fiber by itself.
    pub(crate) fn wake_at(&self) -> Option<u64> {
        if self.wait == Wait::Nothing {
            return None;
        }
        let deadline = || {
            self.deadlines
                .iter()
                .filter(|d| d.is_armed())
                .map(|d| d.at)
                .min()
        };
        let stops_body = self.activity.as_ref().is_some_and(ActivityNote::stops_body);
        let deadline = if self.wait.is_interruptible() && !stops_body {
            deadline()
        } else {
            None
        };
        let activity = self.activity.as_ref().and_then(ActivityNote::wake_at);
        [self.until, deadline, activity].into_iter().flatten().min()
    }
}

/// The bytes of a fiber's record.
#[must_use]
pub fn encode_fiber(record: &FiberRecord, note: &FiberNote) -> Vec<u8> {
    let mut w = Writer::default();
    w.u8(RECORD_VERSION)
        .u8(record.state as u8)
        .number(u64::from(record.answer_to));
    w.number(record.request_serial);
    w.value(record.request).value(record.bindings);
    w.value(record.future).value(record.pending_error);
    w.number(record.parts.len() as u64);
    for part in &record.parts {
        w.number(u64::from(part.base))
            .number(u64::from(part.pc))
            .number(u64::from(part.height));
    }
    let (wait, number) = note.wait.to_numbers();
    let bodies = Bodies::of(record, note);
    let has_ends = !Word(record.ends).is_nil() || record.ends_count > 0;
    w.u8(wait)
        .number(number)
        .number(note.since_ms)
        .u8(u8::from(note.looks_at_message)
            | u8::from(note.mailbox_full) << 1
            | u8::from(record.has_unnoted_ends) << 2
            | u8::from(note.is_awaited) << 3
            | u8::from(note.cancelled_again) << 4
            | u8::from(has_ends) << 5
            | u8::from(bodies.is_some()) << 6);
    match &note.exit {
        Some(reason) => w.u8(1).words(reason),
        None => w.u8(0),
    };
    w.optional(note.until)
        .bool(note.cancelled)
        .number(note.scope);
    let scopes: Vec<u64> = note.scopes.iter().map(|scope| scope.token).collect();
    numbers(&mut w, &scopes);
    w.number(note.deadlines.len() as u64);
    for deadline in &note.deadlines {
        w.number(deadline.token)
            .number(deadline.at)
            .number(deadline.milliseconds);
        w.bool(deadline.thrown)
            .number(deadline.ends)
            .bool(deadline.is_held_up);
    }
    w.number(note.stored_chunks.len() as u64);
    for &chunks in &note.stored_chunks {
        w.number(u64::from(chunks));
    }
    match &note.activity {
        Some(activity) => activity.encode(w.u8(1)),
        None => {
            w.u8(0);
        }
    }
    if has_ends {
        w.value(record.ends).number(record.ends_count);
    }
    if let Some(bodies) = bodies {
        bodies.encode(&mut w);
    }
    w.bytes
}

/// What is said of a fiber that is in a `with-handlers`: which parts of its stack are whose, and in which
/// extent each scope and deadline was begun. Nothing of any other.
struct Bodies {
    extents: Vec<u64>,
    attached: Vec<u32>,
    detached: Vec<Vec<u32>>,
    of_scopes: Vec<u64>,
    of_deadlines: Vec<u64>,
}

impl Bodies {
    fn of(record: &FiberRecord, note: &FiberNote) -> Option<Bodies> {
        let is_plain = record.parts.len() < 2
            && note.scopes.iter().all(|scope| scope.extent == 0)
            && note.deadlines.iter().all(|deadline| deadline.extent == 0);
        (!is_plain).then(|| Bodies {
            extents: record.parts.iter().map(|part| part.extent).collect(),
            attached: record.attached.clone(),
            detached: record.detached.clone(),
            of_scopes: note.scopes.iter().map(|scope| scope.extent).collect(),
            of_deadlines: note.deadlines.iter().map(|it| it.extent).collect(),
        })
    }

    fn encode(&self, w: &mut Writer) {
        for &extent in &self.extents {
            w.value(extent);
        }
        write_places(w, &self.attached);
        w.number(self.detached.len() as u64);
        for body in &self.detached {
            write_places(w, body);
        }
        for &extent in self.of_scopes.iter().chain(&self.of_deadlines) {
            w.number(extent);
        }
    }

    fn decode(
        r: &mut Reader<'_>,
        record: &mut FiberRecord,
        note: &mut FiberNote,
    ) -> Result<(), WireError> {
        for part in &mut record.parts {
            part.extent = r.value()?;
        }
        record.attached = read_places(r)?;
        for _ in 0..r.count(1)? {
            record.detached.push(read_places(r)?);
        }
        for scope in &mut note.scopes {
            scope.extent = r.number()?;
        }
        for deadline in &mut note.deadlines {
            deadline.extent = r.number()?;
        }
        Ok(())
    }
}

fn write_places(w: &mut Writer, places: &[u32]) {
    w.number(places.len() as u64);
    for &place in places {
        w.number(u64::from(place));
    }
}

fn read_places(r: &mut Reader<'_>) -> Result<Vec<u32>, WireError> {
    (0..r.count(1)?).map(|_| r.small()).collect()
}

/// Reads a fiber's record.
///
/// # Errors
/// When the bytes are none.
pub fn decode_fiber(bytes: &[u8]) -> Result<(FiberRecord, FiberNote), WireError> {
    let mut r = Reader::new(bytes);
    let version = version_up_to(&mut r, RECORD_VERSION)?;
    let Some(state) = FiberState::from_u8(r.u8()?) else {
        return r.error();
    };
    let answer_to = r.small()?;
    let answer_to = u16::try_from(answer_to).or_else(|_| r.error())?;
    let mut record = FiberRecord {
        state,
        answer_to,
        request_serial: r.number()?,
        request: r.value()?,
        bindings: r.value()?,
        future: r.value()?,
        pending_error: r.value()?,
        ends: Word::NIL.0,
        ends_count: 0,
        has_unnoted_ends: false,
        parts: Vec::new(),
        attached: Vec::new(),
        detached: Vec::new(),
    };
    for _ in 0..r.count(3)? {
        record.parts.push(PartRecord {
            base: r.small()?,
            pc: r.small()?,
            height: r.small()?,
            extent: Word::NIL.0,
        });
    }
    let wait = Wait::from_numbers(r.u8()?, r.number()?);
    let Some(wait) = wait else { return r.error() };
    let since_ms = r.number()?;
    let flags = r.u8()?;
    let known = match version {
        ..=9 => 0b1111,
        10 => 0b11_1111,
        _ => 0b111_1111,
    };
    if flags > known {
        return r.error();
    }
    // Older engines did not note what the fiber had thrown itself, and then only that it had.
    record.has_unnoted_ends = version < 7 || flags & 4 != 0;
    let mut note = FiberNote {
        wait,
        since_ms,
        looks_at_message: flags & 1 != 0,
        mailbox_full: flags & 2 != 0,
        is_awaited: flags & 8 != 0,
        cancelled_again: flags & 16 != 0,
        exit: if r.bool()? { Some(r.words()?) } else { None },
        until: r.optional()?,
        cancelled: r.bool()?,
        scope: r.number()?,
        scopes: read_numbers(&mut r)?
            .into_iter()
            .map(|token| Scope { token, extent: 0 })
            .collect(),
        ..FiberNote::default()
    };
    let deadline_bytes = if version > 6 { 6 } else { 4 };
    for _ in 0..r.count(deadline_bytes)? {
        note.deadlines.push(Deadline {
            token: r.number()?,
            at: r.number()?,
            milliseconds: r.number()?,
            thrown: r.bool()?,
            ends: if version > 6 { r.number()? } else { 0 },
            is_held_up: version > 6 && r.bool()?,
            extent: 0,
        });
    }
    for _ in 0..r.count(1)? {
        note.stored_chunks.push(r.small()?);
    }
    if r.bool()? {
        note.activity = Some(ActivityNote::decode(&mut r, version)?);
    }
    if flags & 32 != 0 {
        record.ends = r.value()?;
        record.ends_count = r.number()?;
    } else if version < 10 {
        // They were counted where a deadline was set: a later one has a greater number.
        let counts = note.deadlines.iter().map(|deadline| deadline.ends);
        record.ends_count = counts.max().unwrap_or(0);
    }
    if flags & 64 != 0 {
        Bodies::decode(&mut r, &mut record, &mut note)?;
    } else {
        record.attached = (0..record.parts.len() as u32).collect();
    }
    r.end()?;
    Ok((record, note))
}
