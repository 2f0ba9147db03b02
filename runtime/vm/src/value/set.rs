//! Sets: up to 8 elements in insertion order in one object, above that a hash trie.
//!
//! # Invariants
//! - As maps': pairwise unequal elements, canonical tries, metadata kept.

use super::error::bad_argument;
use super::map::{SMALL_MAX, find_small};
use super::trie::{self, Shape};
use super::{equal, hash};
use crate::heap::Heap;
use crate::native::{NativeResult, Trap};
use crate::object::{FLAG_META, Kind, Object};
use crate::word::Word;

/// Makes the empty set.
pub fn empty(heap: &mut Heap, meta: Word) -> Word {
    if meta.is_nil() {
        heap.make(Kind::SmallSet, 0, 0, &[0], &[])
    } else {
        heap.make(Kind::SmallSet, FLAG_META, 0, &[0], &[meta])
    }
}

/// Makes a hash set of a trie.
pub(crate) fn make_large(heap: &mut Heap, count: u64, root: Word, meta: Word) -> Word {
    if meta.is_nil() {
        heap.make(Kind::Set, 0, 0, &[count, 0], &[root])
    } else {
        heap.make(Kind::Set, FLAG_META, 0, &[count, 0], &[root, meta])
    }
}

/// Makes a set of words, as a literal does.
///
/// # Errors
/// `:ox/argument` when two are equal; [`Trap::Force`].
pub fn from_words(heap: &mut Heap, words: &[Word]) -> NativeResult {
    if words.len() <= SMALL_MAX {
        for (index, &element) in words.iter().enumerate() {
            for &other in &words[..index] {
                if equal::keys(heap, other, element)? {
                    return Err(bad_argument(
                        heap,
                        "a set has the same element twice",
                        element,
                    ));
                }
            }
        }
        return Ok(heap.make(Kind::SmallSet, 0, words.len() as u16, &[0], words));
    }
    let mut root = Word::NIL;
    for &element in words {
        let hash = hash::of_key(heap, element)?;
        let inserted = trie::insert(heap, Shape::Set, root, hash, element, Word::NIL, None)?;
        if !inserted.added {
            return Err(bad_argument(
                heap,
                "a set has the same element twice",
                element,
            ));
        }
        root = inserted.root;
    }
    Ok(make_large(heap, words.len() as u64, root, Word::NIL))
}

/// Whether a word is a set.
#[must_use]
pub fn is_set(heap: &Heap, word: Word) -> bool {
    matches!(
        heap.kind_of(word),
        Some(Kind::SmallSet | Kind::Set | Kind::SortedSet)
    )
}

/// Number of elements of a set object.
#[must_use]
pub fn count(object: Object<'_>) -> usize {
    match object.kind() {
        Kind::SmallSet => usize::from(object.header().aux()),
        _ => object.raw(1) as usize,
    }
}

/// The element of a set that is equal to `key`, if there is one.
///
/// # Errors
/// [`Trap::Force`].
pub fn get(heap: &mut Heap, set: Word, key: Word) -> Result<Option<Word>, Trap> {
    let object = heap.object(set);
    if object.kind() == Kind::SmallSet {
        let count = usize::from(object.header().aux());
        return Ok(find_small(heap, set, 1, count, key)?.map(|index| heap.word(set, index)));
    }
    let root = object.word(3);
    let hash = hash::of_key(heap, key)?;
    Ok(trie::find(heap, Shape::Set, root, hash, key)?
        .map(|found| heap.word(found.node, found.index)))
}

/// The set with an element; an equal one stays.
///
/// # Errors
/// [`Trap::Force`].
pub fn conj(heap: &mut Heap, set: Word, element: Word) -> NativeResult {
    let object = heap.object(set);
    let header = object.header();
    if object.kind() == Kind::SmallSet {
        let count = usize::from(header.aux());
        if find_small(heap, set, 1, count, element)?.is_some() {
            return Ok(set);
        }
        if count < SMALL_MAX {
            let end = 2 + count;
            return Ok(heap.make_from(
                Kind::SmallSet,
                header.flags(),
                header.aux() + 1,
                header.size() + 1,
                set,
                |old, new| {
                    new[1] = 0;
                    new[2..end].copy_from_slice(&old[2..end]);
                    new[end] = element.0;
                    new[end + 1..].copy_from_slice(&old[end..]);
                },
            ));
        }
        let (root, meta) = (to_trie(heap, set, None)?, heap.object(set).meta());
        let hash = hash::of_key(heap, element)?;
        let inserted = trie::insert(heap, Shape::Set, root, hash, element, Word::NIL, None)?;
        return Ok(make_large(heap, count as u64 + 1, inserted.root, meta));
    }
    let (count, root, meta) = (object.raw(1), object.word(3), object.meta());
    let hash = hash::of_key(heap, element)?;
    let inserted = trie::insert(heap, Shape::Set, root, hash, element, Word::NIL, None)?;
    if inserted.root == root {
        return Ok(set);
    }
    Ok(make_large(
        heap,
        count + u64::from(inserted.added),
        inserted.root,
        meta,
    ))
}

/// A trie of a small set's elements.
pub(crate) fn to_trie(heap: &mut Heap, small: Word, owner: Option<Word>) -> NativeResult {
    let count = u32::from(heap.header(small).aux());
    let mut root = Word::NIL;
    for index in 2..2 + count {
        let element = heap.word(small, index);
        let hash = hash::of_key(heap, element)?;
        root = trie::insert(heap, Shape::Set, root, hash, element, Word::NIL, owner)?.root;
    }
    Ok(root)
}

/// The set without an element.
///
/// # Errors
/// [`Trap::Force`].
pub fn disj(heap: &mut Heap, set: Word, element: Word) -> NativeResult {
    let object = heap.object(set);
    let header = object.header();
    if object.kind() == Kind::SmallSet {
        let Some(index) = find_small(heap, set, 1, usize::from(header.aux()), element)? else {
            return Ok(set);
        };
        let at = index as usize;
        return Ok(heap.make_from(
            Kind::SmallSet,
            header.flags(),
            header.aux() - 1,
            header.size() - 1,
            set,
            |old, new| {
                new[1] = 0;
                new[2..at].copy_from_slice(&old[2..at]);
                new[at..].copy_from_slice(&old[at + 1..]);
            },
        ));
    }
    let (count, root, meta) = (object.raw(1), object.word(3), object.meta());
    let hash = hash::of_key(heap, element)?;
    match trie::remove(heap, Shape::Set, root, hash, element, None)? {
        None => Ok(set),
        Some(root) => Ok(make_large(heap, count - 1, root, meta)),
    }
}

/// All elements in iteration order.
#[must_use]
pub fn elements(heap: &Heap, set: Word) -> Vec<Word> {
    let object = heap.object(set);
    if object.kind() == Kind::SmallSet {
        return object.elements().iter().map(|&word| Word(word)).collect();
    }
    let mut words = Vec::with_capacity(count(object));
    trie::each(heap, object.word(3), &mut |found| {
        words.push(heap.word(found.node, found.index))
    });
    words
}
