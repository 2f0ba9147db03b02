//! What effects ask of the engine while they are carried out: numbers that nobody else has, names,
//! and how it is with other processes and the run.
//!
//! # Invariants
//! - What one process does to another is not done here but said, and done when its turn is over. Names
//!   are the exception: who asks for one in the open epoch has it at once, and who does in the one that is
//!   being closed asks again in its next turn.
//! - A turn goes on for a while when its epoch is closed. What others do in the next one it does not see:
//!   it would be stored, and said, before they have done it.

use super::{Inner, SHUTDOWN_MS};
use std::sync::atomic::Ordering;

impl Inner {
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

    /// Which process has a registered name, for a turn of this epoch.
    pub(crate) fn whereis(
        &self,
        name: &str,
        epoch: u64,
        has_just_spawned: impl Fn(u64) -> bool,
    ) -> Option<u64> {
        self.lock().holder(name, epoch, has_just_spawned)
    }

    /// Registers a name, if it is free and the process exists (or is just being made) and has none;
    /// whether it has. `None` in a turn of an epoch that is being closed: others may have changed the names
    /// in the next.
    pub(crate) fn register(
        &self,
        name: &str,
        process: u64,
        epoch: u64,
        just_made: bool,
    ) -> Option<bool> {
        let mut shared = self.lock();
        if epoch < shared.epoch {
            return None;
        }
        let exists = just_made || shared.slots.get(&process).is_some_and(|slot| !slot.ended);
        Some(exists && shared.names.give(name, process))
    }

    /// Frees a name; who had it. `None` in a turn of an epoch that is being closed.
    pub(crate) fn unregister(&self, name: &str, epoch: u64) -> Option<Option<u64>> {
        let mut shared = self.lock();
        (epoch == shared.epoch).then(|| shared.names.take(name))
    }

    /// A process ends: its name is free.
    pub(crate) fn free_name_of(&self, process: u64) {
        self.lock().names.take_of(process);
    }

    /// Whether a process has not ended, for a turn of this epoch.
    pub(crate) fn is_alive(&self, process: u64, epoch: u64) -> bool {
        let shared = self.lock();
        let slot = shared.slots.get(&process);
        slot.is_some_and(|slot| !slot.has_ended(epoch))
    }

    /// Whether a process has neither ended nor is parked, for a turn of this epoch.
    pub(crate) fn is_at_work(&self, process: u64, epoch: u64) -> bool {
        let shared = self.lock();
        let slot = shared.slots.get(&process);
        slot.is_some_and(|slot| slot.is_at_work(epoch))
    }

    /// Why a process has ended, if it has, for a turn of this epoch.
    pub(crate) fn exit_reason(&self, process: u64, epoch: u64) -> Option<Vec<u64>> {
        let shared = self.lock();
        let slot = shared.slots.get(&process);
        let slot = slot.filter(|slot| slot.has_ended(epoch))?;
        slot.ending.as_ref().map(|ending| ending.reason.clone())
    }

    /// The processes that a process has started and that have not ended, attempts aside.
    pub(crate) fn children_of(&self, process: u64) -> Vec<u64> {
        self.lock().children_of(process)
    }

    /// The main process has ended in a turn of this epoch: the processes that are left, which have some
    /// seconds to follow. None are if it is kept with what it has started; but its attempts end then, too.
    pub(crate) fn begin_shutdown(&self, keeps_others: bool, epoch: u64) -> Vec<u64> {
        let mut shared = self.lock();
        let at = self.clock.now_ms().saturating_add(SHUTDOWN_MS);
        shared.end_run_at(at);
        if keeps_others {
            return Vec::new();
        }
        shared.shutting_down = Some(epoch);
        let mut numbers = shared.left_for(epoch);
        numbers.sort_unstable();
        numbers
    }

    /// Whether the main process has ended for good.
    pub(crate) fn is_shutting_down(&self) -> bool {
        self.lock().shutting_down.is_some()
    }

    /// Whether a process goes on whether or not the main process has ended.
    pub(crate) fn outlives_main(&self, process: u64) -> bool {
        let shared = self.lock();
        let slot = shared.slots.get(&process);
        slot.is_some_and(|slot| slot.outlives_main)
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
}
