//! Metadata: a map that collections, symbols and functions carry without being changed by it.
//!
//! # Invariants
//! - Metadata is a map or nil and no part of the value: equality and hashes ignore it.
//! - An object with metadata has [`FLAG_META`] and it as its last word; lazy cells and atoms have a
//!   word of their own.

use super::error::wrong_type;
use super::{lazy, list, map};
use crate::heap::Heap;
use crate::native::{NativeResult, Trap};
use crate::object::{FLAG_META, Kind};
use crate::word::Word;

/// The metadata of any value; nil of what has none.
#[must_use]
pub fn get(heap: &Heap, value: Word) -> Word {
    let Some(object) = heap.try_object(value) else {
        return Word::NIL;
    };
    match object.kind() {
        Kind::Lazy => object.word(3),
        Kind::Atom => object.word(4),
        _ => object.meta(),
    }
}

/// `(with-meta value meta)`
///
/// # Errors
/// `:ox/type`; [`Trap::Force`] of an unrealized lazy sequence.
pub fn with(heap: &mut Heap, value: Word, meta: Word) -> NativeResult {
    if !meta.is_nil() && !map::is_map(heap, meta) {
        return Err(wrong_type(heap, meta, "a map or nil"));
    }
    if value == Word::EMPTY_LIST {
        return Ok(list::empty(heap, meta));
    }
    match heap.kind_of(value) {
        // Clojure's entries carry none.
        Some(Kind::SmallVector) if super::vector::is_entry(heap, value) => {
            Err(wrong_type(heap, value, "what carries metadata"))
        }
        Some(Kind::Lazy) => {
            let content = lazy::follow(heap, value).map_err(Trap::Force)?;
            Ok(lazy::make_realized(heap, content, meta))
        }
        Some(Kind::Record) => Ok(super::record::with_meta(heap, value, meta)),
        Some(Kind::Instance) => Err(Trap::Slow("with-meta*slow")),
        Some(Kind::List) if heap.object(value).raw(1) == 0 => Ok(list::empty(heap, meta)),
        Some(
            Kind::Symbol
            | Kind::Function
            | Kind::Cons
            | Kind::List
            | Kind::Vector
            | Kind::SmallVector
            | Kind::SmallMap
            | Kind::Map
            | Kind::SmallSet
            | Kind::Set
            | Kind::SortedMap
            | Kind::SortedSet
            | Kind::Queue
            | Kind::Range
            | Kind::IndexSeq
            | Kind::NodeSeq,
        ) => Ok(set_on(heap, value, meta)),
        _ => Err(wrong_type(
            heap,
            value,
            "a collection, a symbol or a function",
        )),
    }
}

/// A copy of an object with other metadata, a map or nil.
pub(crate) fn set_on(heap: &mut Heap, value: Word, meta: Word) -> Word {
    let header = heap.header(value);
    let had = u32::from(header.has_meta());
    let has = u32::from(!meta.is_nil());
    let content = (header.size() - had) as usize;
    let flags = header.flags() & !FLAG_META | if has == 1 { FLAG_META } else { 0 };
    heap.make_from(
        header.kind(),
        flags,
        header.aux(),
        content as u32 + has,
        value,
        |old, new| {
            new[1..content].copy_from_slice(&old[1..content]);
            if has == 1 {
                new[content] = meta.0;
            }
        },
    )
}
