//! Dynamic bindings: a map from vars to values, or nil, that belongs to a fiber.
//!
//! # Invariants
//! - The map is a value like any other: binding makes a new one, leaving goes back to the old one.

use super::trie;
use crate::heap::Heap;
use crate::object::Kind;
use crate::word::Word;

/// The value bound to the definition in `slot`, if one is.
#[must_use]
pub fn binding(heap: &Heap, bindings: Word, slot: u32) -> Option<Word> {
    let object = heap.try_object(bindings)?;
    let is_var = |word: Word| {
        heap.try_object(word)
            .is_some_and(|var| var.kind() == Kind::Var && var.raw(1) == u64::from(slot))
    };
    match object.kind() {
        Kind::SmallMap => {
            let count = usize::from(object.header().aux());
            (0..count)
                .map(|entry| 2 + 2 * entry)
                .find(|&at| is_var(object.word(at)))
                .map(|at| object.word(at + 1))
        }
        Kind::Map => {
            let mut found = None;
            trie::each(heap, object.word(3), &mut |place| {
                if is_var(heap.word(place.node, place.index)) {
                    found = Some(heap.word(place.node, place.index + 1));
                }
            });
            found
        }
        _ => None,
    }
}

/// Bindings in which the definition in `slot`, of this name, has a value. Keys are vars, whose
/// comparison never needs anything finished.
#[must_use]
pub fn bind(
    heap: &mut Heap,
    bindings: Word,
    slot: u32,
    (namespace, name): (&str, &str),
    value: Word,
) -> Word {
    let symbol = super::string::make_symbol(heap, Some(namespace), name);
    let var = heap.make(Kind::Var, 0, 0, &[u64::from(slot)], &[symbol]);
    let base = if bindings.is_nil() {
        super::map::empty(heap, Word::NIL)
    } else {
        bindings
    };
    super::map::assoc(heap, base, var, value).expect("a var is a finished key")
}
