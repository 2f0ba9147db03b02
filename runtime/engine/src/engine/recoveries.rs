//! Recoveries in a row: a process that ends the engine whenever it is taken up is parked.
//!
//! Each time that a process which can run or waits outside is taken up, its record counts that, before
//! anything runs. A step of it begins the count anew, and so does whatever shows that the engine was not
//! ended by what it had taken up: that it is suspended, or lives for [`PROVEN_MS`]. Then the counts that
//! are left are taken back in one commit, from the records alone: nobody is read into memory for it.
//!
//! # Invariants
//! - Of the processes that this engine has taken up the store counts recoveries only of those in
//!   `counted`.
//! - From when the engine is proven no part of a group counts one: a group that is begun after that
//!   takes back what is counted, and its parts, which come later in it, do not bring it back.

use super::{Inner, Shared};
use crate::event::{Event, EventKind};
use crate::persist;
use crate::persist::life::Life;
use crate::record::{ActorRecord, Ending, Status};
use crate::transport::Fallen;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use store::Batch;

/// Recoveries in a row without a step after which a process is parked.
const RECOVERIES_MAX: u32 = 3;
/// The number in the queue of timers that stands for the time at which the engine is proven.
pub(super) const TAKEN_UP: u64 = u64::MAX;
/// An engine that lives for so long was not ended by what it has taken up, milliseconds.
pub(super) const PROVEN_MS: u64 = 10_000;

impl Inner {
    /// A process that has something to do is taken up: counts that, or parks it; whether it goes on.
    pub(super) fn count_recovery(
        &self,
        batch: &mut Batch,
        number: u64,
        record: &mut ActorRecord,
    ) -> bool {
        record.recoveries += 1;
        if record.recoveries <= RECOVERIES_MAX {
            return true;
        }
        // Somebody must look at it.
        let now = self.clock.now_ms();
        let report = format!(
            "the engine ended {RECOVERIES_MAX} times in a row just after this process was taken up, without a step of it\n"
        );
        self.log_stored(batch, number, record, EventKind::Parked(report.clone()));
        record.status = Status::Parked;
        record.ending = Some(Ending {
            reason: Vec::new(),
            exit_status: 1,
            report,
            failed_request: None,
            mailbox: (0, 0),
            at_ms: Some(now),
            unheard: record.unheard.clone(),
        });
        false
    }

    /// Notes an event of the life of a process that is in the store only; its record is to be written.
    pub(super) fn log_stored(
        &self,
        batch: &mut Batch,
        number: u64,
        record: &mut ActorRecord,
        kind: EventKind,
    ) {
        let at_ms = self.clock.now_ms();
        let event = Event { at_ms, kind };
        Life::default().write(batch, number, record.next_event, &event);
        record.next_event += 1;
    }

    /// Tells that a process was parked so.
    pub(super) fn tell_parked(&self, number: u64, record: &ActorRecord) {
        let ending = record.ending.as_ref();
        self.transport.fallen(&Fallen {
            process: number,
            function: record.function.clone(),
            status: Status::Parked,
            report: ending.map_or(String::new(), |ending| ending.report.clone()),
        });
    }

    /// From now on it is known that what was taken up has not ended the engine.
    pub(super) fn prove(&self, shared: &mut Shared) {
        self.is_proven.store(true, Ordering::SeqCst);
        if !shared.counted.is_empty() {
            shared.commit_wanted = true;
            self.commit.notify_one();
        }
    }

    /// The processes whose recoveries the group that is begun takes back.
    pub(super) fn take_counted(&self, shared: &mut Shared) -> BTreeSet<u64> {
        if self.is_proven.load(Ordering::SeqCst) {
            std::mem::take(&mut shared.counted)
        } else {
            BTreeSet::new()
        }
    }

    /// What a part says of a process's recoveries.
    pub(super) fn count_no_more(&self, record: &mut ActorRecord) {
        if self.is_proven.load(Ordering::SeqCst) {
            record.recoveries = 0;
        }
    }

    /// Takes recoveries back. What cannot be read is found where it is needed.
    pub(super) fn uncount(&self, processes: &BTreeSet<u64>, batch: &mut Batch) {
        if processes.is_empty() {
            return;
        }
        let snapshot = self.store.snapshot();
        for &number in processes {
            let Ok(mut record) = persist::read_record(&snapshot, number) else {
                continue;
            };
            if record.recoveries > 0 && !record.status.has_ended() {
                record.recoveries = 0;
                persist::write_record(batch, number, &mut record);
            }
        }
    }
}
