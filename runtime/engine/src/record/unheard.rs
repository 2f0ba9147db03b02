//! Fibers that have failed and whose error nobody has seen.
//!
//! # Invariants
//! - A fiber is here from its failure until somebody waits for its future, or it has been told.

use crate::wire::{Reader, WireError, Writer};
use vm::fiber::FiberId;

/// A fiber that has failed while nobody waited for its future.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unheard {
    /// The fiber.
    pub fiber: FiberId,
    /// Message, data and trace, cut to [`Unheard::BYTES_MAX`].
    pub report: String,
}

impl Unheard {
    /// How many a process keeps: of more the oldest is told before its time.
    pub const MOST: usize = 8;
    /// Longest report, in bytes: it is in every checkpoint.
    pub const BYTES_MAX: usize = 1024;
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
