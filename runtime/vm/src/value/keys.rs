//! Keys of maps and elements of sets that are large: hashed and compared in steps.
//!
//! A look-up hashes and compares keys at once while they are small. A large one is left to the library
//! ([`Trap::HashKey`], [`Trap::CompareKeys`]), after which the same instruction runs again and finds here
//! what became of it. An instruction may need several such answers, and each may take long enough for keys
//! to move or for the process to be stored and read back. So what is known when the library is called goes
//! with the call, as an ordinary value ([`carried`]), and comes back with the new answer ([`know`]).
//!
//! ```text
//! known:  Array [a b answer …]    b is nil: answer is the hash of a; otherwise whether they are equal
//! ```
//!
//! # Invariants
//! - Nothing here is part of the process: what is forgotten is found out again.
//! - What is known of a key is dropped when it may have moved, and all when the instruction succeeds.
//! - Keys are left to the library only where the machine calls ([`handing_over`]), never within a walk.

use super::error::wrong_type;
use super::number::{make_int, try_int};
use super::work::Budget;
use crate::heap::Heap;
use crate::native::Trap;
use crate::object::Kind;
use crate::word::Word;
use rustc_hash::FxHashMap;

/// Items of a key that are hashed or compared at once.
const AT_ONCE: u32 = 1 << 14;
/// Most small vectors whose hash is remembered, a megabyte.
const PARTS: usize = 1 << 16;
/// Marks the array of what is known.
const KNOWN: u16 = 0x101;

/// What is known of keys, beside the memory.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// Whether the machine runs an instruction that can be run again.
    hands_over: bool,
    /// Keys and their hashes.
    hashed: Vec<(Word, u64)>,
    /// Pairs that were compared, and whether they are equal.
    compared: Vec<(Word, Word, bool)>,
    /// Hashes of small vectors, which keep none, inside of what is hashed in steps: one to which many ways
    /// lead is hashed once.
    parts: FxHashMap<Word, u64>,
}

impl Keys {
    /// Drops what is known of objects at or above an address.
    pub(crate) fn forget_from(&mut self, address: u32) {
        let stays = |word: Word| !word.is_reference() || word.offset() < address;
        self.hashed.retain(|&(key, _)| stays(key));
        self.compared.retain(|&(a, b, _)| stays(a) && stays(b));
        self.parts.retain(|&part, _| stays(part));
    }

    #[inline]
    fn is_empty(&self) -> bool {
        self.hashed.is_empty() && self.compared.is_empty()
    }

    #[cold]
    fn clear(&mut self) {
        self.hashed.clear();
        self.compared.clear();
    }
}

/// Runs the operation on collections that is the whole of an instruction, which can be run again.
#[inline(always)]
pub(crate) fn handing_over<T>(
    heap: &mut Heap,
    operation: impl FnOnce(&mut Heap) -> Result<T, Trap>,
) -> Result<T, Trap> {
    heap.keys.hands_over = true;
    let result = operation(heap);
    heap.keys.hands_over = false;
    if result.is_ok() && !heap.keys.is_empty() {
        heap.keys.clear();
    }
    result
}

/// Whether large keys are left to the library.
pub(crate) fn hands_over(heap: &Heap) -> bool {
    heap.keys.hands_over
}

/// How much of a key is hashed, or of two compared, at once.
pub(crate) fn budget(heap: &Heap) -> Budget {
    if !heap.keys.hands_over {
        Budget::NONE
    } else if heap.short_steps {
        Budget::call(heap)
    } else {
        Budget::of(AT_ONCE)
    }
}

/// The hash of a small vector inside of what is hashed in steps.
pub(super) fn part_hash(heap: &Heap, part: Word) -> Option<u64> {
    heap.keys.parts.get(&part).copied()
}

/// Remembers it, until it moves or the walk is at its end.
pub(super) fn know_part(heap: &mut Heap, part: Word, hash: u64) {
    let parts = &mut heap.keys.parts;
    if parts.len() == PARTS {
        parts.clear();
    }
    parts.insert(part, hash);
}

/// A walk is at its end.
pub(super) fn forget_parts(heap: &mut Heap) {
    heap.keys.parts = FxHashMap::default();
}

/// The hash of a key that the library has found.
pub(crate) fn known_hash(heap: &Heap, key: Word) -> Option<u64> {
    let mut known = heap.keys.hashed.iter();
    known.find(|known| known.0 == key).map(|known| known.1)
}

/// What became of comparing two keys in steps.
pub(crate) fn known_equal(heap: &Heap, a: Word, b: Word) -> Option<bool> {
    let mut known = heap.keys.compared.iter();
    known
        .find(|known| (known.0, known.1) == (a, b))
        .map(|known| known.2)
}

/// Remembers the hash of a key.
pub(crate) fn know_hash(heap: &mut Heap, key: Word, hash: u64) {
    heap.keys.hashed.push((key, hash));
}

/// Remembers whether two keys are equal.
pub(crate) fn know_equal(heap: &mut Heap, a: Word, b: Word, equal: bool) {
    heap.keys.compared.push((a, b, equal));
}

/// All that is known, as a value that goes with a call of the library.
pub(crate) fn carried(heap: &mut Heap) -> Word {
    let mut words = Vec::new();
    for index in 0..heap.keys.hashed.len() {
        let (key, hash) = heap.keys.hashed[index];
        words.extend([key, Word::NIL, make_int(heap, hash as i64)]);
    }
    for &(a, b, equal) in &heap.keys.compared {
        words.extend([a, b, Word::bool(equal)]);
    }
    heap.make(Kind::Array, 0, KNOWN, &[], &words)
}

/// Knows again what was [carried].
///
/// # Errors
/// `:ox/type` when `known` is something else.
pub(crate) fn know(heap: &mut Heap, known: Word) -> Result<(), Trap> {
    if heap.kind_of(known) != Some(Kind::Array) || heap.header(known).aux() != KNOWN {
        return Err(wrong_type(heap, known, "what is known of keys"));
    }
    heap.keys.clear();
    let words: Vec<Word> = heap
        .object(known)
        .elements()
        .iter()
        .map(|&raw| Word(raw))
        .collect();
    for entry in words.chunks_exact(3) {
        match try_int(heap, entry[2]) {
            Some(hash) => know_hash(heap, entry[0], hash as u64),
            None => know_equal(heap, entry[0], entry[1], entry[2].is_truthy()),
        }
    }
    Ok(())
}
