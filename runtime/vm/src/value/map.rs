//! Maps: up to 8 entries in insertion order in one object, above that a hash trie.
//!
//! # Invariants
//! - Keys are pairwise unequal. A small map has at most [`SMALL_MAX`] entries; a hash map may have
//!   any number (it stays one when it shrinks, as Clojure's do).
//! - The order of a hash map's entries is a function of its contents; of a small map's, the order
//!   of insertion.
//! - Updates keep the metadata. An update that changes nothing returns the map itself.

use super::equal;
use super::error::{bad_argument, wrong_type};
use super::hash;
use super::sorted;
use super::trie::{self, Shape};
use crate::heap::Heap;
use crate::native::{NativeResult, Trap};
use crate::object::{FLAG_META, Kind, Object};
use crate::word::Word;

/// Greatest number of entries of a small map.
pub(crate) const SMALL_MAX: usize = 8;

/// Makes the empty map.
pub fn empty(heap: &mut Heap, meta: Word) -> Word {
    make_small(heap, &[], meta)
}

/// Makes a small map of keys and values whose keys are known to differ.
pub(crate) fn make_small(heap: &mut Heap, words: &[Word], meta: Word) -> Word {
    let count = (words.len() / 2) as u16;
    if meta.is_nil() {
        return heap.make(Kind::SmallMap, 0, count, &[0], words);
    }
    let mut all = [Word::NIL; 2 * SMALL_MAX + 1];
    all[..words.len()].copy_from_slice(words);
    all[words.len()] = meta;
    heap.make(Kind::SmallMap, FLAG_META, count, &[0], &all[..=words.len()])
}

/// Makes a hash map of a trie.
pub(crate) fn make_large(heap: &mut Heap, count: u64, root: Word, meta: Word) -> Word {
    if meta.is_nil() {
        heap.make(Kind::Map, 0, 0, &[count, 0], &[root])
    } else {
        heap.make(Kind::Map, FLAG_META, 0, &[count, 0], &[root, meta])
    }
}

/// Makes a map of keys and values in turn, as a literal does.
///
/// # Errors
/// `:ox/argument` when two keys are equal; [`Trap::Force`].
pub fn from_pairs(heap: &mut Heap, words: &[Word]) -> NativeResult {
    if words.len() <= 2 * SMALL_MAX {
        for (index, &key) in words.iter().enumerate().step_by(2) {
            for &other in words[..index].iter().step_by(2) {
                if equal::keys(heap, other, key)? {
                    return Err(bad_argument(heap, "a map has the same key twice", key));
                }
            }
        }
        return Ok(heap.make(Kind::SmallMap, 0, (words.len() / 2) as u16, &[0], words));
    }
    let mut root = Word::NIL;
    for pair in words.chunks_exact(2) {
        let hash = hash::of_key(heap, pair[0])?;
        let inserted = trie::insert(heap, Shape::Map, root, hash, pair[0], pair[1], None)?;
        if !inserted.added {
            return Err(bad_argument(heap, "a map has the same key twice", pair[0]));
        }
        root = inserted.root;
    }
    Ok(make_large(heap, (words.len() / 2) as u64, root, Word::NIL))
}

/// Whether a word is a map.
#[must_use]
pub fn is_map(heap: &Heap, word: Word) -> bool {
    matches!(
        heap.kind_of(word),
        Some(Kind::SmallMap | Kind::Map | Kind::SortedMap)
    )
}

/// Number of entries of a map object.
#[must_use]
#[inline]
pub fn count(object: Object<'_>) -> usize {
    match object.kind() {
        Kind::SmallMap => usize::from(object.header().aux()),
        _ => object.raw(1) as usize,
    }
}

/// The place of a key among the `count` keys of a small map (stride 2) or set (stride 1): the index
/// of its word in the object.
#[inline]
pub(crate) fn find_small(
    heap: &mut Heap,
    holder: Word,
    stride: usize,
    count: usize,
    key: Word,
) -> Result<Option<u32>, Trap> {
    let words = heap.object(holder).words();
    let mut objects = false;
    for at in (2..2 + stride * count).step_by(stride) {
        let candidate = Word(words[at]);
        if candidate == key && !key.is_double() {
            return Ok(Some(at as u32));
        }
        objects |= candidate.is_object();
    }
    // Equal without being the same word: objects, and the doubles' zeros.
    if !objects && !key.is_object() && !key.is_double() {
        return Ok(None);
    }
    for at in (2..2 + stride * count).step_by(stride) {
        let candidate = heap.word(holder, at as u32);
        if equal::keys(heap, candidate, key)? {
            return Ok(Some(at as u32));
        }
    }
    Ok(None)
}

/// The value at a key of a map object, if there is one.
///
/// # Errors
/// [`Trap::Force`] when a lazy cell in the key is unrealized.
#[inline]
pub fn get(heap: &mut Heap, map: Word, key: Word) -> Result<Option<Word>, Trap> {
    Ok(find(heap, map, key)?.map(|(node, index)| heap.word(node, index + 1)))
}

/// The place of a key: an object and the index of the key's word in it; the value follows.
///
/// # Errors
/// [`Trap::Force`].
#[inline]
pub fn find(heap: &mut Heap, map: Word, key: Word) -> Result<Option<(Word, u32)>, Trap> {
    let object = heap.object(map);
    if object.kind() == Kind::SmallMap {
        let count = usize::from(object.header().aux());
        return Ok(find_small(heap, map, 2, count, key)?.map(|index| (map, index)));
    }
    let root = object.word(3);
    if object.kind() == Kind::SortedMap {
        // Programs' look-ups go by the comparator; this one is the machine's.
        return Ok(sorted::find_quick(heap, map, key));
    }
    let hash = hash::of_key(heap, key)?;
    Ok(trie::find(heap, Shape::Map, root, hash, key)?.map(|found| (found.node, found.index)))
}

/// The map with a value at a key.
///
/// # Errors
/// [`Trap::Force`].
pub fn assoc(heap: &mut Heap, map: Word, key: Word, value: Word) -> NativeResult {
    if sorted::is_sorted(heap, map) {
        return sorted::add(heap, map, key, value, "assoc*slow");
    }
    let object = heap.object(map);
    if object.kind() == Kind::SmallMap {
        return assoc_small(heap, map, key, value);
    }
    let (count, root, meta) = (object.raw(1), object.word(3), object.meta());
    let hash = hash::of_key(heap, key)?;
    let inserted = trie::insert(heap, Shape::Map, root, hash, key, value, None)?;
    if inserted.root == root {
        return Ok(map);
    }
    Ok(make_large(
        heap,
        count + u64::from(inserted.added),
        inserted.root,
        meta,
    ))
}

fn assoc_small(heap: &mut Heap, map: Word, key: Word, value: Word) -> NativeResult {
    let header = heap.header(map);
    let count = usize::from(header.aux());
    if let Some(index) = find_small(heap, map, 2, count, key)? {
        if heap.word(map, index + 1) == value {
            return Ok(map);
        }
        return Ok(heap.make_from(
            Kind::SmallMap,
            header.flags(),
            header.aux(),
            header.size(),
            map,
            |old, new| {
                new[1] = 0;
                new[2..].copy_from_slice(&old[2..]);
                new[index as usize + 1] = value.0;
            },
        ));
    }
    if count < SMALL_MAX {
        let end = 2 + 2 * count;
        return Ok(heap.make_from(
            Kind::SmallMap,
            header.flags(),
            header.aux() + 1,
            header.size() + 2,
            map,
            |old, new| {
                new[1] = 0;
                new[2..end].copy_from_slice(&old[2..end]);
                new[end] = key.0;
                new[end + 1] = value.0;
                new[end + 2..].copy_from_slice(&old[end..]);
            },
        ));
    }
    let (root, meta) = (to_trie(heap, map, None)?, heap.object(map).meta());
    let hash = hash::of_key(heap, key)?;
    let inserted = trie::insert(heap, Shape::Map, root, hash, key, value, None)?;
    Ok(make_large(heap, count as u64 + 1, inserted.root, meta))
}

/// A trie of a small map's entries.
pub(crate) fn to_trie(heap: &mut Heap, small: Word, owner: Option<Word>) -> NativeResult {
    let count = u32::from(heap.header(small).aux());
    let mut root = Word::NIL;
    for entry in 0..count {
        let (key, value) = (
            heap.word(small, 2 + 2 * entry),
            heap.word(small, 3 + 2 * entry),
        );
        let hash = hash::of_key(heap, key)?;
        root = trie::insert(heap, Shape::Map, root, hash, key, value, owner)?.root;
    }
    Ok(root)
}

/// The map without a key.
///
/// # Errors
/// [`Trap::Force`].
pub fn dissoc(heap: &mut Heap, map: Word, key: Word) -> NativeResult {
    if sorted::is_sorted(heap, map) {
        return sorted::remove(heap, map, key, "dissoc*slow");
    }
    let object = heap.object(map);
    let header = object.header();
    if object.kind() == Kind::SmallMap {
        let Some(index) = find_small(heap, map, 2, usize::from(header.aux()), key)? else {
            return Ok(map);
        };
        let at = index as usize;
        return Ok(heap.make_from(
            Kind::SmallMap,
            header.flags(),
            header.aux() - 1,
            header.size() - 2,
            map,
            |old, new| {
                new[1] = 0;
                new[2..at].copy_from_slice(&old[2..at]);
                new[at..].copy_from_slice(&old[at + 2..]);
            },
        ));
    }
    let (count, root, meta) = (object.raw(1), object.word(3), object.meta());
    let hash = hash::of_key(heap, key)?;
    match trie::remove(heap, Shape::Map, root, hash, key, None)? {
        None => Ok(map),
        Some(root) => Ok(make_large(heap, count - 1, root, meta)),
    }
}

/// All keys and values in iteration order: key, value, key, value …
#[must_use]
pub fn entries(heap: &Heap, map: Word) -> Vec<Word> {
    let object = heap.object(map);
    if object.kind() == Kind::SmallMap {
        return object.elements().iter().map(|&word| Word(word)).collect();
    }
    let mut words = Vec::with_capacity(2 * count(object));
    trie::each(heap, object.word(3), &mut |found| {
        words.push(heap.word(found.node, found.index));
        words.push(heap.word(found.node, found.index + 1));
    });
    words
}

/// Entries that `conj` adds at once.
const CONJ_MAX: usize = 32;

/// `(conj map x)`: `x` is an entry, a vector of two, a map, a record, or nil.
///
/// # Errors
/// `:ox/type`, `:ox/argument`, [`Trap::Force`]; [`Trap::Ready`] for an unfinished sequence of entries;
/// [`Trap::Slow`] (`conj*slow`) for a large map, and an instance of a type of the program.
pub fn conj(heap: &mut Heap, map: Word, x: Word) -> NativeResult {
    if x.is_nil() {
        return Ok(map);
    }
    if let Some((key, value)) = entry_of(heap, x)? {
        return assoc(heap, map, key, value);
    }
    if is_map(heap, x) {
        if count(heap.object(x)) > CONJ_MAX {
            return Err(Trap::Slow("conj*slow"));
        }
        let words = entries(heap, x);
        return with_entries(heap, map, &words);
    }
    match heap.kind_of(x) {
        Some(Kind::Record) if super::record::count(heap, x) > CONJ_MAX => {
            return Err(Trap::Slow("conj*slow"));
        }
        Some(Kind::Record) => {
            let words = super::record::entries(heap, x);
            return with_entries(heap, map, &words);
        }
        // What it has, its `seq` says.
        Some(Kind::Instance) => return Err(Trap::Slow("conj*slow")),
        _ => {}
    }
    let mut result = map;
    for (key, value) in entries_of_seq(heap, x)? {
        result = assoc(heap, result, key, value)?;
    }
    Ok(result)
}

fn with_entries(heap: &mut Heap, map: Word, words: &[Word]) -> NativeResult {
    let mut result = map;
    for pair in words.chunks_exact(2) {
        result = assoc(heap, result, pair[0], pair[1])?;
    }
    Ok(result)
}

/// Keys and values of the entries that are the elements of a sequence, a set or a string (the empty
/// one): `conj` of a map takes these too.
///
/// # Errors
/// `:ox/type`; [`Trap::Ready`] when the sequence is not finished.
pub(crate) fn entries_of_seq(heap: &mut Heap, x: Word) -> Result<Vec<(Word, Word)>, Trap> {
    let has_elements = x == Word::EMPTY_LIST
        || super::set::is_set(heap, x)
        || heap.kind_of(x) == Some(Kind::Str)
        || super::seq::is_seq(heap, x);
    if !has_elements {
        return Err(wrong_type(heap, x, "a map entry, a vector of two or a map"));
    }
    // Realized at once: this begins anew after every trap.
    let whole = |trap| match trap {
        Trap::Force(_) => Trap::Ready(x),
        other => other,
    };
    let mut entries = Vec::new();
    let mut rest = super::seq::seq(heap, x).map_err(whole)?;
    while !rest.is_nil() {
        let entry = super::seq::first(heap, rest).map_err(whole)?;
        if !super::vector::is_entry(heap, entry) {
            return Err(wrong_type(heap, entry, "a map entry"));
        }
        entries.push((heap.word(entry, 1), heap.word(entry, 2)));
        rest = super::seq::next(heap, rest).map_err(whole)?;
    }
    Ok(entries)
}

/// Key and value of what `conj` takes as an entry; `None` of what is no vector.
pub(crate) fn entry_of(heap: &mut Heap, x: Word) -> Result<Option<(Word, Word)>, Trap> {
    let Some(object) = heap.try_object(x) else {
        return Ok(None);
    };
    match object.kind() {
        Kind::SmallVector if object.header().aux() == 2 => {
            Ok(Some((object.word(1), object.word(2))))
        }
        Kind::SmallVector | Kind::Vector => Err(bad_argument(
            heap,
            "a vector that is to be a map entry has two elements",
            x,
        )),
        _ => Ok(None),
    }
}
