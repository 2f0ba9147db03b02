//! What reaches processes from outside: reports of attempts, letters of commands, input.
//!
//! # Invariants
//! - A letter from outside is stored with the next commit, and acknowledged after it.
//! - What comes for a process that has ended goes nowhere.

use super::{EngineError, Inner, REPORTS_LOOK, Shared};
use crate::actor::{Incoming, Posted};
use crate::data::Data;
use crate::letter::Letter;
use crate::persist;
use crate::record::Status;
use crate::transport::{AttemptId, TaskError};
use std::sync::Arc;

impl Inner {
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

    pub(super) fn complete(&self, id: AttemptId, result: Result<Data, TaskError>) {
        let mut shared = self.lock();
        shared.attempts.remove(&id);
        self.tell_clock(&shared);
        let epoch = shared.epoch;
        shared.deliver(id.process, epoch, Incoming::Attempt { id, result });
        let wants_worker = shared.wants_worker();
        drop(shared);
        if wants_worker {
            self.work.notify_one();
        }
    }

    pub(super) fn not_begun(&self, id: AttemptId) {
        let mut shared = self.lock();
        shared.attempts.remove(&id);
        self.tell_clock(&shared);
        let epoch = shared.epoch;
        shared.deliver(id.process, epoch, Incoming::NotBegun(id));
        drop(shared);
        self.work.notify_one();
    }

    /// Time that attempts take goes by.
    pub(super) fn tell_clock(&self, shared: &Shared) {
        self.clock.outside(!shared.attempts.is_empty());
    }

    /// Waits until no report of an attempt waits for its process, which may be in a long slice.
    pub(super) fn wait_for_reports(&self) {
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
    pub(super) fn post_from_outside(
        &self,
        process: u64,
        letter: &Letter,
    ) -> Result<bool, EngineError> {
        let mut shared = self.lock();
        if shared.slots.get(&process).is_none_or(|slot| slot.ended) {
            return Ok(false);
        }
        self.post_letter(&mut shared, process, letter);
        self.work.notify_one();
        self.wait_for_commit(shared)?;
        Ok(true)
    }

    /// A letter that belongs to no process's step.
    pub(super) fn post_letter(&self, shared: &mut Shared, process: u64, letter: &Letter) {
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
}

impl Shared {
    /// Puts something into an actor's slot and queues the actor. What is for nobody is dropped, as
    /// a message to an ended process is.
    pub(super) fn deliver(&mut self, process: u64, epoch: u64, incoming: Incoming) {
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
            self.note_wish(process, letter);
        }
        let Some(slot) = self.slots.get_mut(&process) else {
            return;
        };
        slot.incoming.push_back((epoch, incoming));
        if slot.status != Status::Parked {
            self.enqueue(process);
        }
    }

    /// Whether a report of an attempt waits for a process that will take it in.
    pub(super) fn has_reports(&self) -> bool {
        let running = self.slots.values().filter(|slot| {
            slot.end_status.is_none() && !matches!(slot.status, Status::Parked | Status::Damaged)
        });
        running
            .flat_map(|slot| &slot.incoming)
            .any(|(_, incoming)| {
                matches!(incoming, Incoming::Attempt { .. } | Incoming::NotBegun(_))
            })
    }
}
