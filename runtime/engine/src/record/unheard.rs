//! Fibers that have failed and whose error nobody has seen.
//!
//! # Invariants
//! - A fiber is here from its failure until somebody waits for its future, if there is room: it is in
//!   every checkpoint, so only of some the report is kept, and of many nothing. The process's log has
//!   them all.
//! - Those of which nobody has heard by the end stay with it ([`super::Ending`]). A process that goes
//!   on from a checkpoint has those of that checkpoint: what has failed since will come again, or not.

use crate::wire::{Reader, WireError, Writer};
use vm::fiber::FiberId;

/// A fiber that has failed while nobody waited for its future.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unheard {
    /// The fiber.
    pub fiber: FiberId,
    /// Message, data and trace, cut to [`Unheard::BYTES_MAX`]; empty if there was no room.
    pub report: String,
}

impl Unheard {
    /// How many a process keeps.
    pub const MOST: usize = 64;
    /// Of how many it keeps the report.
    pub const REPORTS_MOST: usize = 4;
    /// Longest report, in bytes.
    pub const BYTES_MAX: usize = 256;

    /// Adds a fiber, if there is room.
    pub(crate) fn add(all: &mut Vec<Unheard>, fiber: FiberId, mut report: String) {
        // After a retry fibers get the numbers of those that were before.
        all.retain(|unheard| unheard.fiber != fiber);
        if all.len() == Unheard::MOST {
            return;
        }
        let reports = all.iter().filter(|unheard| !unheard.report.is_empty());
        if reports.count() >= Unheard::REPORTS_MOST {
            report.clear();
        }
        all.push(Unheard { fiber, report });
    }
}

pub(super) fn encode(w: &mut Writer, all: &[Unheard]) {
    w.number(all.len() as u64);
    for unheard in all {
        w.number(unheard.fiber).text(&unheard.report);
    }
}

pub(super) fn decode(r: &mut Reader<'_>) -> Result<Vec<Unheard>, WireError> {
    let mut all = Vec::new();
    for _ in 0..r.count(2)? {
        all.push(Unheard {
            fiber: r.number()?,
            report: r.text()?.to_owned(),
        });
    }
    Ok(all)
}
