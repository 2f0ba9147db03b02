//! Which processes at rest stay in memory.
//!
//! A process that waits needs no memory: what it is lies in the store, and comes back when there is
//! something to do. Reading it costs more than keeping it, so those that came to rest last stay, up to
//! a number and up to a sum of bytes. Of those that sleep it is known when they are needed: who does
//! for long leaves as soon as it is stored.
//!
//! # Invariants
//! - A slot's `rested` is its place in the order, and is set only while its actor is here, equal to
//!   what is stored, and has nothing to do. Whoever takes an actor in hand takes it out of the order.

use super::{Options, Place, Shared};
use std::collections::BTreeMap;

/// Who sleeps for longer than this leaves memory, milliseconds.
const LONG_SLEEP_MS: u64 = 2_000;

/// Processes at rest in memory, in the order in which they came to rest.
#[derive(Debug, Default)]
pub(super) struct Resident {
    /// Number and bytes of each, by when it came to rest.
    by_age: BTreeMap<u64, (u64, u64)>,
    next: u64,
    bytes: u64,
    /// Those that slept when they came to rest: place in the order, number, and until when.
    asleep: Vec<(u64, u64, u64)>,
}

impl Shared {
    /// An actor was put into its slot. It is at rest if nothing of it is missing in the store and
    /// nothing waits for it to be done.
    pub(super) fn rest(&mut self, number: u64) {
        self.take_from_rest(number);
        let Some(slot) = self.slots.get_mut(&number) else {
            return;
        };
        let Place::Here(actor) = &mut slot.place else {
            return;
        };
        let has_work = !slot.incoming.is_empty() || actor.can_run() || !actor.unasked.is_empty();
        if slot.dirty_in.is_some() || slot.queued || has_work {
            return;
        }
        let bytes = 8 * (u64::from(actor.process.heap.used_words()) + actor.process.stack_words());
        let resident = &mut self.resident;
        slot.rested = Some(resident.next);
        resident.by_age.insert(resident.next, (number, bytes));
        if let Some(until) = actor.sleeps_until() {
            resident.asleep.push((resident.next, number, until));
        }
        resident.next += 1;
        resident.bytes += bytes;
    }

    /// An actor leaves its slot, or has something to do.
    pub(super) fn take_from_rest(&mut self, number: u64) {
        let slot = self.slots.get_mut(&number);
        let rested = slot.and_then(|slot| slot.rested.take());
        if let Some((_, bytes)) = rested.and_then(|age| self.resident.by_age.remove(&age)) {
            self.resident.bytes -= bytes;
        }
    }

    /// Takes processes out of memory when too many are at rest there, the oldest first. What is at
    /// rest is durable: this comes after a commit.
    pub(super) fn page_out(&mut self, options: &Options, now_ms: u64) {
        for (age, number, until) in std::mem::take(&mut self.resident.asleep) {
            let is_long = until.saturating_sub(now_ms) > LONG_SLEEP_MS;
            let is_at_rest = self.resident.by_age.contains_key(&age);
            if is_long && is_at_rest {
                self.leave_memory(number);
            }
        }
        let is_too_much = |resident: &Resident| {
            let count = resident.by_age.len();
            // One alone stays, whatever its size: it is as likely as any to be needed next.
            count > options.resident_max || count > 1 && resident.bytes > options.resident_bytes_max
        };
        while is_too_much(&self.resident) {
            let Some((_, &(number, _))) = self.resident.by_age.first_key_value() else {
                return;
            };
            self.leave_memory(number);
        }
    }

    /// Nothing is stored, so nobody can leave.
    pub(super) fn keep_in_memory(&mut self) {
        self.resident.asleep.clear();
    }

    pub(super) fn leave_memory(&mut self, number: u64) {
        self.take_from_rest(number);
        if let Some(slot) = self.slots.get_mut(&number) {
            slot.place = Place::Stored;
        }
    }
}
