//! Extents: what a `with-handlers` has in force while its body runs.
//!
//! An extent is made where its body is called, and is over when that call has its value. Until then its
//! body runs, or is detached from the stack because a request of it is being handled.
//!
//! # Invariants
//! - `turn` counts how often the body was detached. A request is answered by who knows the turn of it, so
//!   at most once.
//! - `bindings` are the dynamic bindings of the other side: those outside while the body is attached,
//!   those inside while it is detached.

use super::{map, number::make_int};
use crate::heap::Heap;
use crate::native::Trap;
use crate::object::Kind;
use crate::word::Word;

/// What is said of a request that cannot be answered any more.
pub(crate) const ANSWERED: &str =
    "a request is answered once, in the fiber that made it, before its with-handlers has its value";

const SERIAL: usize = 1;
const HANDLERS: u32 = 2;
const TURN: u32 = 3;
const DETACHED: u32 = 4;
const BINDINGS: u32 = 5;

/// Makes an extent: its handlers are a map from what a request [asks for](asked) to functions.
pub fn make(heap: &mut Heap, handlers: Word) -> Word {
    let serial = heap.fresh_serial();
    let turn = Word::small(0);
    let words = [handlers, turn, Word::FALSE, Word::NIL];
    heap.make(Kind::Extent, 0, 0, &[serial], &words)
}

/// Whether a word is an extent.
#[must_use]
pub fn is_extent(heap: &Heap, word: Word) -> bool {
    heap.kind_of(word) == Some(Kind::Extent)
}

/// Its number, of all that the process has made.
#[must_use]
pub fn serial(heap: &Heap, extent: Word) -> u64 {
    heap.object(extent).raw(SERIAL)
}

/// The function that handles what is asked for, if there is one.
///
/// # Errors
/// What asking a map for a key can trap with.
pub fn handler(heap: &mut Heap, extent: Word, asked: Word) -> Result<Option<Word>, Trap> {
    let handlers = heap.word(extent, HANDLERS);
    map::get(heap, handlers, asked)
}

/// How often its body was detached.
#[must_use]
pub fn turn(heap: &Heap, extent: Word) -> Word {
    heap.word(extent, TURN)
}

/// The turn of an extent whose body is detached, nil of another.
#[must_use]
pub fn detached_turn(heap: &Heap, extent: Word) -> Word {
    if heap.word(extent, DETACHED).is_truthy() {
        turn(heap, extent)
    } else {
        Word::NIL
    }
}

/// Its body is detached once more. The bindings inside are kept, those outside in force.
pub fn detach(heap: &mut Heap, extent: Word, bindings: Word) -> Word {
    let turn = heap.word(extent, TURN).as_small().unwrap_or(0);
    let next = make_int(heap, turn + 1);
    heap.write(extent, TURN, next);
    heap.write(extent, DETACHED, Word::TRUE);
    swap_bindings(heap, extent, bindings)
}

/// Its body is attached. The bindings outside are kept, those inside in force.
pub fn attach(heap: &mut Heap, extent: Word, bindings: Word) -> Word {
    heap.write(extent, DETACHED, Word::FALSE);
    swap_bindings(heap, extent, bindings)
}

/// Keeps the bindings of one side, and gives those of the other.
pub fn swap_bindings(heap: &mut Heap, extent: Word, bindings: Word) -> Word {
    let other = heap.word(extent, BINDINGS);
    heap.write(extent, BINDINGS, bindings);
    other
}
