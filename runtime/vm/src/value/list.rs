//! Lists: counted chains of cells, `()` being an immediate.
//!
//! # Invariants
//! - The `rest` of a list cell is a list cell or [`Word::EMPTY_LIST`], and its count one less.
//! - The empty list is [`Word::EMPTY_LIST`], or a cell of count 0 that carries metadata.

use crate::heap::Heap;
use crate::object::{FLAG_META, Kind};
use crate::word::Word;

/// Makes a list of words.
pub fn make(heap: &mut Heap, words: &[Word]) -> Word {
    let mut list = Word::EMPTY_LIST;
    for (index, &word) in words.iter().rev().enumerate() {
        list = heap.make(Kind::List, 0, 0, &[index as u64 + 1, 0], &[word, list]);
    }
    list
}

/// Number of elements of a list word.
#[must_use]
pub fn count(heap: &Heap, list: Word) -> u64 {
    if list.is_object() {
        heap.object(list).raw(1)
    } else {
        0
    }
}

/// A list with one more element at its front; the metadata is the old list's.
pub fn push(heap: &mut Heap, list: Word, element: Word) -> Word {
    let count = count(heap, list);
    let (rest, meta) = match heap.try_object(list) {
        Some(object) if count == 0 => (Word::EMPTY_LIST, object.meta()),
        Some(object) => (list, object.meta()),
        None => (list, Word::NIL),
    };
    if meta.is_nil() {
        heap.make(Kind::List, 0, 0, &[count + 1, 0], &[element, rest])
    } else {
        heap.make(
            Kind::List,
            FLAG_META,
            0,
            &[count + 1, 0],
            &[element, rest, meta],
        )
    }
}

/// The empty list with metadata (a map or nil).
pub fn empty(heap: &mut Heap, meta: Word) -> Word {
    if meta.is_nil() {
        return Word::EMPTY_LIST;
    }
    heap.make(
        Kind::List,
        FLAG_META,
        0,
        &[0, 0],
        &[Word::NIL, Word::EMPTY_LIST, meta],
    )
}
