//! Dynamic bindings: a map from vars to boxes, or nil, that belongs to a fiber.
//!
//! A box holds what a var is bound to, so that `set!` changes the binding also for maps that were made of this one:
//! those of bindings further in, of the bodies of handlers, and of fibers. It is a volatile that is marked.
//!
//! # Invariants
//! - The map is a value like any other: binding makes a new one, leaving goes back to the old one.
//! - A program never gets a box: what it gets of bindings is a map of values.
//! - A box is changed by the fiber that made it.
//! - Processes that were stored before there were boxes have values in their place: both are read.

use super::error::wrong_state;
use super::{map, trie};
use crate::heap::Heap;
use crate::native::{NativeResult, Trap};
use crate::object::{Kind, Object};
use crate::word::Word;

/// What tells a box from a volatile of a program.
const BOX: u16 = 1;
/// Where a box has its fiber, and its value.
const FIBER: usize = 1;
const VALUE: usize = 2;

/// A box of a binding that a fiber makes.
pub fn boxed(heap: &mut Heap, fiber: u64, value: Word) -> Word {
    heap.make(Kind::Volatile, 0, BOX, &[fiber], &[value])
}

fn box_at(heap: &Heap, word: Word) -> Option<Object<'_>> {
    let is_box =
        |object: &Object<'_>| object.kind() == Kind::Volatile && object.header().aux() == BOX;
    heap.try_object(word).filter(is_box)
}

fn content(heap: &Heap, word: Word) -> Word {
    box_at(heap, word).map_or(word, |object| object.word(VALUE))
}

/// The map from vars to values of bindings.
///
/// # Errors
/// None that a program sees: vars are finished keys.
pub(crate) fn values(heap: &mut Heap, bindings: Word) -> NativeResult {
    let mut words = match bindings.is_nil() {
        true => Vec::new(),
        false => map::entries(heap, bindings),
    };
    for pair in words.chunks_exact_mut(2) {
        pair[1] = content(heap, pair[1]);
    }
    map::from_pairs(heap, &words)
}

/// Gives a binding another value; the bindings that are in force then.
///
/// # Errors
/// `:ox/state` if the var is not bound, or is by another fiber.
pub(crate) fn set(
    heap: &mut Heap,
    bindings: Word,
    fiber: u64,
    var: Word,
    value: Word,
) -> Result<Word, Trap> {
    let bound = match bindings.is_nil() {
        true => None,
        false => map::get(heap, bindings, var)?,
    };
    let Some(bound) = bound else {
        return Err(wrong_state(heap, "set! needs a binding of the var"));
    };
    let Some(object) = box_at(heap, bound) else {
        return map::assoc(heap, bindings, var, value);
    };
    if object.raw(FIBER) != fiber {
        return Err(wrong_state(
            heap,
            "set! of a binding that another fiber has made",
        ));
    }
    heap.write(bound, VALUE as u32, value);
    Ok(bindings)
}

/// The value bound to the definition in `slot`, if one is.
#[must_use]
pub fn binding(heap: &Heap, bindings: Word, slot: u32) -> Option<Word> {
    place(heap, bindings, slot).map(|word| content(heap, word))
}

/// The box, or value of before, that the map has for the definition in `slot`.
fn place(heap: &Heap, bindings: Word, slot: u32) -> Option<Word> {
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

/// The var of the definition in `slot`, of the name that this symbol is.
pub(crate) fn make_var(heap: &mut Heap, slot: u32, name: Word) -> Word {
    heap.make(Kind::Var, 0, 0, &[u64::from(slot)], &[name])
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
    let var = make_var(heap, slot, symbol);
    let base = if bindings.is_nil() {
        map::empty(heap, Word::NIL)
    } else {
        bindings
    };
    map::assoc(heap, base, var, value).expect("a var is a finished key")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const SLOT: u32 = 7;
    const FIBER: u64 = 1;

    /// Bindings as `bind` makes them, and as they are now.
    fn both(heap: &mut Heap) -> [Word; 2] {
        let name = ("user", "*x*");
        let plain = bind(heap, Word::NIL, SLOT, name, Word::small(1));
        let value = boxed(heap, FIBER, Word::small(1));
        [plain, bind(heap, Word::NIL, SLOT, name, value)]
    }

    fn var(heap: &Heap, bindings: Word) -> Word {
        map::entries(heap, bindings)[0]
    }

    #[test]
    fn values_of_processes_of_before_are_read_and_changed() {
        let mut heap = Heap::new(Arc::from(Vec::new()));
        for bindings in both(&mut heap) {
            assert_eq!(binding(&heap, bindings, SLOT), Some(Word::small(1)));
            assert_eq!(binding(&heap, bindings, SLOT + 1), None);
            let var = var(&heap, bindings);
            let values = values(&mut heap, bindings).expect("it is a map");
            assert_eq!(map::get(&mut heap, values, var), Ok(Some(Word::small(1))));
            let changed = set(&mut heap, bindings, FIBER, var, Word::small(2));
            let changed = changed.expect("it is bound");
            assert_eq!(binding(&heap, changed, SLOT), Some(Word::small(2)));
        }
    }

    #[test]
    fn a_box_is_shared_and_changed_by_its_fiber() {
        let mut heap = Heap::new(Arc::from(Vec::new()));
        let [_, outer] = both(&mut heap);
        let inner = bind(&mut heap, outer, SLOT + 1, ("user", "*y*"), Word::NIL);
        let var = var(&heap, outer);
        assert!(set(&mut heap, inner, FIBER + 1, var, Word::small(2)).is_err());
        assert_eq!(set(&mut heap, inner, FIBER, var, Word::small(2)), Ok(inner));
        assert_eq!(binding(&heap, outer, SLOT), Some(Word::small(2)));
        assert!(set(&mut heap, Word::NIL, FIBER, var, Word::NIL).is_err());
    }
}
