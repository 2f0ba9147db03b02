//! Going on with a process that has failed or is parked, and removing what is over.

use super::parked::Stopped;
use super::{EngineError, Inner, REPORTS_LOOK};
use crate::actor::{Actor, Incoming};
use crate::data::Data;
use crate::letter::Letter;
use crate::persist;
use crate::record::Status;
use store::Batch;
use vm::fiber::{FiberId, FiberState};
use vm::process::Process;

/// Why a process cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RetryError {
    /// There is no such process.
    #[error("there is no such process")]
    Unknown,
    /// It has not failed and is not parked.
    #[error("it is {}: only a process that has failed or is parked can be retried", .0.name())]
    NotFailed(Status),
    /// Nothing was kept.
    #[error("nothing of it was kept: it was ended from outside or has ended by itself")]
    NothingKept,
    /// Its records are damaged.
    #[error("{0}")]
    Damaged(String),
    /// No effect had failed, so that a value could take its place.
    #[error(
        "no effect of it was waiting when it failed: there is no place for a value, retry it without one"
    )]
    NoPlaceForValue,
    /// The engine has failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The engine was stopped before the process had taken it in.
    #[error("the engine was stopped first: it may have been retried or not")]
    Stopped,
}

/// The fiber in which a value takes the place of a failed effect: the one whose request failed, else
/// the main fiber.
pub(crate) fn target(process: &Process, failed: Option<(FiberId, u64)>) -> Option<FiberId> {
    let waits = |id: FiberId, request: Option<u64>| {
        let fiber = &process.fibers[process.fiber_index(id)?];
        let fits = request.is_none_or(|request| fiber.request_serial == request);
        (fiber.state == FiberState::Waiting && fits).then_some(id)
    };
    failed
        .and_then(|(fiber, request)| waits(fiber, Some(request)))
        .or_else(|| waits(0, None))
}

impl Inner {
    pub(super) fn retry(&self, number: u64, value: Option<Data>) -> Result<(), RetryError> {
        // What was read is of no use when somebody else has had it go on meanwhile.
        while !self.try_retry(number, value.as_ref())? {}
        self.work.notify_one();
        Ok(())
    }

    /// The same; false if the process has gone on while it was being read.
    fn try_retry(&self, number: u64, value: Option<&Data>) -> Result<bool, RetryError> {
        let (stopped, actor) = self.kept(number, value.is_some())?;
        // One that has failed nothing is taken up as after a crash: what it was told meanwhile counts.
        let is_taken_up = actor.record.is_parked_by_recoveries();
        let stored = self.stored_letters(number);
        let stored = stored.map_err(|error| RetryError::Damaged(error.to_string()))?;
        let image = self.image();
        let image = image.map_err(|error| RetryError::Damaged(error.to_string()))?;

        let mut shared = self.lock();
        let epoch = shared.epoch;
        let slot = shared.slots.get(&number).ok_or(RetryError::Unknown)?;
        if !slot.has_stopped_as(&stopped) {
            return Ok(false);
        }
        // Whoever asked it to stop did so before it was asked to go on.
        let is_dropped = |letter: &Letter| {
            !is_taken_up && (letter.is_wish(Some(&image)) || *letter == Letter::StdoutClosed)
        };
        let letters = self.wake_with_letters(&mut shared, number, stored, is_dropped);
        shared.count_child(number);
        let has_no_main = shared.shutting_down.is_some();
        if let Some(slot) = shared.slots.get_mut(&number) {
            slot.outlives_main |= has_no_main;
        }
        shared.deliver(number, epoch, Incoming::Retry(value.cloned()));
        for (_, letter) in letters {
            shared.deliver(number, epoch, letter);
        }
        Ok(true)
    }

    /// What was kept of a process that has failed or is parked, to go on with; and that there is a place
    /// for a value, if one is given.
    pub(super) fn kept(
        &self,
        number: u64,
        has_value: bool,
    ) -> Result<(Stopped, Actor), RetryError> {
        let stopped = self.stopped(number)?;
        let unreadable = |error| match error {
            persist::LoadError::Missing { .. } => RetryError::NothingKept,
            other => RetryError::Damaged(other.to_string()),
        };
        let record = persist::read_record(&self.store.snapshot(), number).map_err(unreadable)?;
        if record.fibers.is_empty() {
            return Err(RetryError::NothingKept);
        }
        let actor = self.load_actor(number).map_err(unreadable)?;
        let ending = actor.record.ending.as_ref();
        let failed = ending.and_then(|ending| ending.failed_request);
        if has_value && target(&actor.process, failed).is_none() {
            return Err(RetryError::NoPlaceForValue);
        }
        Ok((stopped, actor))
    }

    /// How a process stands that has failed or is parked, durably.
    fn stopped(&self, number: u64) -> Result<Stopped, RetryError> {
        let shared = self.lock();
        let slot = shared.slots.get(&number).ok_or(RetryError::Unknown)?;
        slot.stopped().ok_or(RetryError::NotFailed(slot.status))
    }

    /// Waits until the process has taken a retry in, and that is durable.
    pub(super) fn await_retry(&self, number: u64) -> Result<(), RetryError> {
        loop {
            let shared = self.lock();
            if let Some(error) = &shared.failed {
                return Err(error.clone().into());
            }
            let slot = shared.slots.get(&number).ok_or(RetryError::Unknown)?;
            if slot.status == Status::Damaged {
                let mut damaged = shared.damaged.iter();
                let what = damaged.find(|(process, _)| *process == number);
                let what = what.map_or(String::new(), |(_, what)| what.clone());
                return Err(RetryError::Damaged(what));
            }
            let is_retry = |(_, incoming): &(u64, Incoming)| matches!(incoming, Incoming::Retry(_));
            if !slot.incoming.iter().any(is_retry) {
                // The turn that took it in belongs to an epoch that the next commits hold.
                return Ok(self.wait_for_commit(shared)?);
            }
            if shared.stopping {
                return Err(RetryError::Stopped);
            }
            if self.options.threads > 0 {
                // Nobody tells of the beginning of a turn.
                let waited = self.progress.wait_timeout(shared, REPORTS_LOOK);
                drop(waited.expect("no thread panics while it holds the engine's state"));
                continue;
            }
            drop(shared);
            if !self.turn_once() {
                return Err(RetryError::Stopped);
            }
        }
    }

    pub(super) fn remove(&self, number: u64) -> Result<bool, EngineError> {
        // Out of the table first: who asks for it meanwhile is told that there is none.
        let slot = {
            let mut shared = self.lock();
            let slot = shared.slots.get(&number);
            if !slot.is_some_and(|slot| slot.status.has_ended()) {
                return Ok(false);
            }
            shared.slots.remove(&number)
        };
        let mut batch = Batch::new();
        match persist::read_record(&self.store.snapshot(), number) {
            Ok(record) => persist::delete_process(&mut batch, number, &record),
            // A damaged record names no segments; they stay until the store is rebuilt.
            Err(_) => persist::delete_process(
                &mut batch,
                number,
                &crate::record::ActorRecord::new(0, String::new(), None, 0),
            ),
        }
        if self.options.durable
            && let Err(error) = self.store.commit(&[batch])
        {
            if let Some(slot) = slot {
                self.lock().slots.insert(number, slot);
            }
            return Err(EngineError::Commit(error.to_string()));
        }
        Ok(true)
    }
}
