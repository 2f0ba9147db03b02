//! Keys of maps and elements of sets that are large: hashed and compared in steps.
//!
//! A look-up hashes and compares keys at once while they are small. A large one is left to the library
//! ([`Trap::HashKey`], [`Trap::CompareKeys`]), after which the same instruction runs again: it finds the
//! hash in the key, and here what became of the comparison.
//!
//! # Invariants
//! - Nothing here is part of the process: what is forgotten is found out again.
//! - What is known of two keys is dropped when one of them may have moved.
//! - Keys are left to the library only where the machine calls ([`handing_over`]), never within a walk.

use super::work::Budget;
use crate::heap::Heap;
use crate::word::Word;

/// Items of a key that are hashed or compared at once.
const AT_ONCE: u32 = 1 << 14;
/// Comparisons that are remembered.
const KNOWN: usize = 8;

/// What is known of keys, beside the memory.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// Whether the machine runs an instruction that can be run again.
    hands_over: bool,
    /// Pairs that were compared, the latest last, and whether they are equal.
    known: Vec<(Word, Word, bool)>,
}

impl Keys {
    /// Drops what is known of objects at or above an address.
    pub(crate) fn forget_from(&mut self, address: u32) {
        let stays = |word: Word| !word.is_reference() || word.offset() < address;
        self.known.retain(|&(a, b, _)| stays(a) && stays(b));
    }
}

/// Runs an operation on collections for an instruction that can be run again.
#[inline(always)]
pub(crate) fn handing_over<T>(heap: &mut Heap, operation: impl FnOnce(&mut Heap) -> T) -> T {
    heap.keys.hands_over = true;
    let result = operation(heap);
    heap.keys.hands_over = false;
    result
}

/// How much of a key is hashed at once: of one that keeps its hash.
pub(crate) fn hash_budget(heap: &Heap, key: Word) -> Budget {
    let keeps_hash = key.is_reference() && heap.header(key).kind().hash_word() != 0;
    if keeps_hash {
        budget(heap)
    } else {
        Budget::NONE
    }
}

/// How much of two keys is compared at once.
pub(crate) fn budget(heap: &Heap) -> Budget {
    if !heap.keys.hands_over {
        Budget::NONE
    } else if heap.short_steps {
        Budget::call(heap)
    } else {
        Budget::of(AT_ONCE)
    }
}

/// What became of comparing two keys in steps.
pub(crate) fn known(heap: &Heap, a: Word, b: Word) -> Option<bool> {
    let known = heap.keys.known.iter();
    known
        .rev()
        .find(|pair| (pair.0, pair.1) == (a, b))
        .map(|pair| pair.2)
}

/// Remembers it, until one of them moves.
pub(crate) fn remember(heap: &mut Heap, a: Word, b: Word, equal: bool) {
    let known = &mut heap.keys.known;
    if known.len() == KNOWN {
        known.remove(0);
    }
    known.push((a, b, equal));
}
