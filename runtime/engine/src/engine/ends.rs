//! How processes stand, and when the run has come to its end.
//!
//! # Invariants
//! - An end is told once it is durable.

use super::{EngineError, Inner, Place, RUN, Shared, Slot, Standing};
use crate::pid::MAIN;
use crate::record::Status;
use std::cmp::Reverse;

impl Inner {
    pub(super) fn wait_for_end(&self, process: u64) -> Result<Option<Standing>, EngineError> {
        let mut shared = self.lock();
        loop {
            if let Some(error) = &shared.failed {
                return Err(error.clone());
            }
            if shared.is_over(process) {
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
}

impl Shared {
    /// Whether a process has ended or is parked, durably.
    pub(super) fn is_at_end(&self, process: u64) -> bool {
        self.slots
            .get(&process)
            .is_none_or(|slot| slot.status.has_ended() || slot.status == Status::Parked)
    }

    /// Whether a process is at its end, and with the main process all.
    pub(super) fn is_over(&mut self, process: u64) -> bool {
        self.is_at_end(process) && (process != MAIN || self.has_come_to_its_end())
    }

    /// Processes besides the main one that have not ended and are not parked. When the main process
    /// has failed and is kept, its own attempts only: the others are kept with it.
    pub(super) fn left_processes(&self) -> Vec<u64> {
        self.left_for(u64::MAX)
    }

    /// The same as a turn of this epoch sees it.
    pub(super) fn left_for(&self, epoch: u64) -> Vec<u64> {
        let keeps_others = self.slots.get(&MAIN).is_some_and(|main| main.is_kept);
        let left = self.slots.iter().filter(|&(&number, slot)| {
            number != MAIN
                && !slot.status.has_ended()
                && slot.status != Status::Parked
                && !slot.has_ended(epoch)
                && (!keeps_others || slot.is_body && slot.parent == Some(MAIN))
        });
        left.map(|(&number, _)| number).collect()
    }

    /// Those of them that follow it when it has ended for good: not who was retried after that.
    pub(super) fn left_to_follow(&self) -> Vec<u64> {
        let mut left = self.left_processes();
        left.retain(|number| {
            !self
                .slots
                .get(number)
                .is_some_and(|slot| slot.outlives_main)
        });
        left
    }

    /// The others are killed then, if they have not ended.
    pub(super) fn end_run_at(&mut self, at: u64) {
        self.run_ends_at = Some(at);
        self.timers.push(Reverse((at, RUN)));
    }

    /// Whether, now that the main process has ended, nothing more comes: the others have ended, too.
    /// Of a damaged one they cannot hear that, so it is enough if they wait for others only.
    pub(super) fn has_come_to_its_end(&mut self) -> bool {
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
}

impl Slot {
    /// Whether a process does nothing more unless another process does something.
    pub(super) fn waits_for_others(&mut self) -> bool {
        let is_idle = match &mut self.place {
            Place::Here(actor) => !actor.is_active() && actor.held_until.is_none(),
            // Whoever asks for something outside was read to ask for it.
            Place::Stored => true,
            Place::Away => false,
        };
        is_idle && !self.queued && self.incoming.is_empty() && self.armed.is_none()
    }
}
