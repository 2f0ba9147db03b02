//! What a process record says of an earlier checkpoint that is kept.

use super::{ActorRecord, SegmentRef};
use crate::wire::{Reader, WireError, Writer};
use vm::Word;
use vm::fiber::FiberId;
use vm::process::Root;

/// An earlier checkpoint of a process, kept for an error that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Checkpoints that had been made by then: its name.
    pub checkpoint: u64,
    /// Sealed levels then, oldest first.
    pub levels: Vec<SegmentRef>,
    /// Fiber and serial of the request that failed, if one did.
    pub failed_request: Option<(FiberId, u64)>,
    /// Words of the letters that were taken in since and are kept with it.
    pub letter_words: u64,
    /// The last of these letters, 0 if there are none: no other has its number.
    pub last_letter: u64,
}

impl ActorRecord {
    /// Whether a past names this segment.
    pub(crate) fn keeps(&self, level: SegmentRef) -> bool {
        self.pasts.iter().any(|past| past.levels.contains(&level))
    }

    /// Writes the pasts and the root that belongs to them.
    pub(super) fn encode_pasts(&self, w: &mut Writer) {
        w.number(self.pasts.len() as u64);
        if self.pasts.is_empty() {
            return;
        }
        w.value(self.vm.roots[Root::UnderWay as usize]);
        for past in &self.pasts {
            w.number(past.checkpoint);
            super::levels(w, &past.levels);
            match past.failed_request {
                Some((fiber, request)) => w.u8(1).number(fiber).number(request),
                None => w.u8(0),
            };
            w.number(past.letter_words).number(past.last_letter);
        }
    }

    pub(super) fn decode_pasts(&mut self, r: &mut Reader<'_>) -> Result<(), WireError> {
        let count = r.count(5)?;
        if count > 0 {
            self.vm.roots[Root::UnderWay as usize] = r.value()?;
        }
        for _ in 0..count {
            self.pasts.push(Past {
                checkpoint: r.number()?,
                levels: super::read_levels(r)?,
                failed_request: if r.bool()? {
                    Some((r.number()?, r.number()?))
                } else {
                    None
                },
                letter_words: r.number()?,
                last_letter: r.number()?,
            });
        }
        Ok(())
    }
}

/// Roots that a record begins with; the others come with the pasts, or are nil in every checkpoint.
pub(super) const STORED_ROOTS: usize = Root::UnderWay as usize;

/// The roots of a record that says nothing of them.
pub(super) fn no_roots() -> [u64; vm::process::ROOT_COUNT] {
    [Word::NIL.0; vm::process::ROOT_COUNT]
}
