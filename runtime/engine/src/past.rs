//! Before a failure: which earlier checkpoints of a process are kept, and for which errors.
//!
//! What ends with an uncaught error is kept as it was before. Nothing has to be done for that while
//! no checkpoint is made between the error and the end: the last one stays. A handler that waits
//! makes some, so from the first of them on the one before the error is kept: a [`Past`].
//! `persist/past.rs` says how.
//!
//! # Invariants
//! - [`Root::UnderWay`] is an array `[error checkpoint …]`: the errors under way, each with the past
//!   that is kept for it. It is stored with the process, and so are the pasts.
//! - Pasts are in the order of their checkpoints. One is dropped when none of its errors is under way
//!   and none is kept above it: what a process goes back to may have errors under way itself.
//! - What is kept is bounded: [`PASTS_MAX`] pasts, and letters of [`LETTER_WORDS_MAX`] words. Beyond
//!   it less of the past is kept, and nothing else happens.

use crate::actor::Actor;
use crate::parcel;
use crate::record::Past;
use vm::Word;
use vm::object::Kind;
use vm::process::Root;
use vm::value::error::cause_of;

/// Pasts that are kept at the same time, for handlers within handlers.
pub(crate) const PASTS_MAX: usize = 4;
/// Words of the letters that were taken in since a past, and are kept with it: 16 MB.
pub(crate) const LETTER_WORDS_MAX: u64 = 1 << 21;
/// What a letter counts besides its message.
pub(crate) const LETTER_WORDS: u64 = 8;
/// Errors in a chain of causes that are looked at.
const CAUSES_MAX: usize = 64;

/// What a checkpoint changes about the past.
#[derive(Debug, Default)]
pub(crate) struct Change {
    /// No longer kept, and whether it was the uppermost: then the one below takes over what it had.
    pub(crate) dropped: Vec<(Past, bool)>,
    /// Whether the last checkpoint is kept from now on.
    pub(crate) begins: bool,
}

/// Whether an error asks a process to stop: its end keeps nothing.
pub(crate) fn is_interruption(heap: &vm::heap::Heap, error: Word) -> bool {
    matches!(parcel::error_kind(heap, error), Some("cancelled" | "exit"))
}

impl Actor {
    /// The errors under way and the checkpoints kept for them.
    fn under_way(&self) -> Vec<(Word, u64)> {
        let process = &self.process;
        let Some(array) = process.heap.try_object(process.root(Root::UnderWay)) else {
            return Vec::new();
        };
        let pairs = array.words()[1..].chunks_exact(2);
        pairs
            .filter_map(|pair| {
                let checkpoint = u64::try_from(Word(pair[1]).as_small()?).ok()?;
                let is_kept = self.record.pasts.iter();
                is_kept
                    .map(|past| past.checkpoint)
                    .any(|kept| kept == checkpoint)
                    .then_some((Word(pair[0]), checkpoint))
            })
            .collect()
    }

    fn set_under_way(&mut self, errors: &[(Word, u64)]) {
        let words: Vec<Word> = errors
            .iter()
            .filter_map(|&(error, checkpoint)| {
                Some([error, Word::try_int(i64::try_from(checkpoint).ok()?)?])
            })
            .flatten()
            .collect();
        let array = if words.is_empty() {
            Word::NIL
        } else {
            self.process.heap.make(Kind::Array, 0, 0, &[], &words)
        };
        self.process.set_root(Root::UnderWay, array);
    }

    /// What was kept for an error, or for what caused it.
    pub(crate) fn past_of(&self, error: Word) -> Option<&Past> {
        let under_way = self.under_way();
        let heap = &self.process.heap;
        let mut next = Some(error);
        for _ in 0..CAUSES_MAX {
            let error = next?;
            if let Some(&(_, checkpoint)) = under_way.iter().find(|(kept, _)| *kept == error) {
                let mut pasts = self.record.pasts.iter();
                return pasts.find(|past| past.checkpoint == checkpoint);
            }
            next = cause_of(heap, error);
        }
        None
    }

    /// Looks, right before a checkpoint, which errors are under way.
    pub(crate) fn look_at_past(&mut self) -> Change {
        if self.is_failing {
            // This is the checkpoint to which it goes back.
            return Change::default();
        }
        let held = self.process.errors_under_way();
        let mut change = Change::default();
        if held.is_empty() && self.record.pasts.is_empty() {
            return change;
        }
        let before = self.under_way();
        let mut errors = before.clone();
        errors.retain(|&(error, _)| held.iter().any(|held| held.error == error));
        let heap = &self.process.heap;
        let new: Vec<Word> = held
            .iter()
            .filter(|held| held.is_new && !is_interruption(heap, held.error))
            .map(|held| held.error)
            .filter(|&error| before.iter().all(|&(known, _)| known != error))
            .collect();
        // The errors that were under way at the last checkpoint will be again, if it is gone back to.
        let ends = new.is_empty();
        let pasts = &mut self.record.pasts;
        while let Some(last) = pasts.pop_if(|last| {
            ends && errors
                .iter()
                .all(|&(_, checkpoint)| checkpoint != last.checkpoint)
        }) {
            if let Some(below) = pasts.last_mut() {
                below.letter_words += last.letter_words;
                below.last_letter = below.last_letter.max(last.last_letter);
            }
            change.dropped.push((last, true));
        }
        if !new.is_empty() {
            let pasts = &mut self.record.pasts;
            if pasts.len() == PASTS_MAX {
                change.dropped.push((pasts.remove(0), false));
            }
            let checkpoint = self.record.checkpoints;
            pasts.push(Past {
                checkpoint,
                levels: self.record.levels.clone(),
                failed_request: self.failed_request,
                letter_words: 0,
                last_letter: 0,
            });
            errors.extend(new.into_iter().map(|error| (error, checkpoint)));
            change.begins = true;
        }
        let pasts = &mut self.record.pasts;
        if let Some(last) = pasts.last_mut() {
            last.letter_words += self.taken_words;
            let taken = self.consumed.iter().map(|taken| taken.sequence);
            last.last_letter = taken.fold(last.last_letter, u64::max);
        }
        if pasts.iter().map(|past| past.letter_words).sum::<u64>() > LETTER_WORDS_MAX {
            let all = std::mem::take(pasts).into_iter();
            change.dropped.extend(all.map(|past| (past, false)));
            change.begins = false;
        }
        let pasts = &self.record.pasts;
        errors.retain(|&(_, checkpoint)| pasts.iter().any(|past| past.checkpoint == checkpoint));
        self.set_under_way(&errors);
        change
    }
}
