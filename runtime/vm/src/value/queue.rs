//! Queues: added to at the end, taken from at the front, both in constant time.
//!
//! ```text
//! [count][hash] front rear (meta)
//! ```
//!
//! # Invariants
//! - The front is a sequence over a vector, nil only if the queue is empty; the rear is a vector of what comes
//!   after it, or nil. When the front is used up the rear takes its place (Hood and Melville, 1981).
//! - Its sequence is that of its front, or, while there is a rear, a node sequence of front and rear.

use super::{seq, vector};
use crate::heap::Heap;
use crate::native::NativeResult;
use crate::object::{FLAG_META, Kind};
use crate::word::Word;

const FRONT: u32 = 3;
const REAR: u32 = 4;

/// Makes a queue; `meta` is a map or nil.
fn make(heap: &mut Heap, count: u64, front: Word, rear: Word, meta: Word) -> Word {
    if meta.is_nil() {
        heap.make(Kind::Queue, 0, 0, &[count, 0], &[front, rear])
    } else {
        heap.make(Kind::Queue, FLAG_META, 0, &[count, 0], &[front, rear, meta])
    }
}

/// The empty queue.
pub(crate) fn empty(heap: &mut Heap, meta: Word) -> Word {
    make(heap, 0, Word::NIL, Word::NIL, meta)
}

/// `(conj queue x)`
pub(crate) fn push(heap: &mut Heap, queue: Word, x: Word) -> NativeResult {
    let object = heap.object(queue);
    let (count, meta) = (object.raw(1), object.meta());
    let (mut front, mut rear) = (heap.word(queue, FRONT), heap.word(queue, REAR));
    if front.is_nil() {
        let first = vector::make(heap, &[x]);
        front = seq::seq(heap, first)?;
    } else if rear.is_nil() {
        rear = vector::make(heap, &[x]);
    } else {
        rear = vector::push(heap, rear, x);
    }
    Ok(make(heap, count + 1, front, rear, meta))
}

/// `(peek queue)`
pub(crate) fn peek(heap: &mut Heap, queue: Word) -> NativeResult {
    let front = heap.word(queue, FRONT);
    seq::first(heap, front)
}

/// `(pop queue)`: of the empty one itself.
pub(crate) fn pop(heap: &mut Heap, queue: Word) -> NativeResult {
    let object = heap.object(queue);
    let (count, meta) = (object.raw(1), object.meta());
    if count == 0 {
        return Ok(queue);
    }
    let (front, rear) = (heap.word(queue, FRONT), heap.word(queue, REAR));
    let next = seq::next(heap, front)?;
    Ok(if next.is_nil() {
        let front = seq::seq(heap, rear)?;
        make(heap, count - 1, front, Word::NIL, meta)
    } else {
        make(heap, count - 1, next, rear, meta)
    })
}

/// The sequence of a queue, or nil.
pub(crate) fn seq_of(heap: &mut Heap, queue: Word) -> Word {
    let (front, rear) = (heap.word(queue, FRONT), heap.word(queue, REAR));
    both(heap, front, rear)
}

fn both(heap: &mut Heap, front: Word, rear: Word) -> Word {
    if rear.is_nil() {
        return front;
    }
    heap.make(Kind::NodeSeq, 0, 0, &[0], &[front, rear])
}

/// The sequence behind the first element of one of front and rear.
pub(crate) fn advance(heap: &mut Heap, sequence: Word) -> Word {
    let (front, rear) = (heap.word(sequence, 2), heap.word(sequence, 3));
    let found = match seq::next(heap, front) {
        Ok(Word::NIL) => seq::seq(heap, rear),
        Ok(next) => Ok(both(heap, next, rear)),
        Err(trap) => Err(trap),
    };
    found.expect("vectors are finished storage")
}

/// The first element of a front.
pub(crate) fn element(heap: &mut Heap, front: Word) -> Word {
    seq::first(heap, front).expect("vectors are finished storage")
}
