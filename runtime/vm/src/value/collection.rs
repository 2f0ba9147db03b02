//! Operations on collections of any kind: lookup, counting, adding, taking away.
//!
//! # Invariants
//! - nil is an empty collection: nothing is found in it, it counts 0, and adding makes a list or map.
//! - `get` never throws but what comparing throws, in sorted collections; the other operations answer `:ox/type`
//!   for what they do not take.
//! - Of a sorted collection the library goes on where a native cannot ([`sorted`]): `get*slow` and the like.

use super::error::{bad_argument, out_of_bounds, wrong_state, wrong_type};
use super::seq::{Advance, Cursor};
use super::{
    lazy, list, map, meta, number, queue, record, seq, set, sorted, string, transient, vector,
};
use crate::heap::Heap;
use crate::native::{NativeResult, Trap};
use crate::object::Kind;
use crate::word::Word;

/// Steps that `count` and `nth` walk along a sequence before the slow path takes over.
const WALK_MAX: usize = 1024;

/// The index a word means, if it is a small integer that is not negative.
#[inline]
fn index_of(heap: &Heap, word: Word) -> Option<usize> {
    usize::try_from(super::number::try_place(heap, word)?).ok()
}

/// As Clojure: an index may be any number, truncated.
fn number_index(heap: &Heap, word: Word) -> Option<i64> {
    use super::number::{Num, convert, try_int};
    if let Some(integer) = try_int(heap, word) {
        return Some(integer);
    }
    match Num::expect(heap, word).ok()? {
        Num::Double(double) => double.is_finite().then_some(double as i64),
        other => convert::to_long(other).ok(),
    }
}

/// The character at an index of a string.
fn char_at(heap: &Heap, text: Word, index: usize) -> Option<Word> {
    let at = string::byte_index(heap, text, index)?;
    let rest = &string::text(heap.object(text))[at..];
    rest.chars().next().map(Word::char)
}

/// The value at a key, if there is one. Nothing is found in what has no keys.
///
/// # Errors
/// [`Trap::Force`] when a lazy cell in the key is unrealized.
#[inline]
pub fn find_value(heap: &mut Heap, collection: Word, key: Word) -> Result<Option<Word>, Trap> {
    let Some(kind) = heap.kind_of(collection) else {
        return Ok(None);
    };
    match kind {
        Kind::SmallMap | Kind::Map => map::get(heap, collection, key),
        Kind::SmallVector | Kind::Vector => {
            Ok(index_of(heap, key).and_then(|index| vector::nth(heap, collection, index)))
        }
        Kind::SmallSet | Kind::Set => set::get(heap, collection, key),
        Kind::SortedMap | Kind::SortedSet => sorted::get(heap, collection, key, "get*slow"),
        Kind::Record => record::get(heap, collection, key),
        Kind::Instance => Err(Trap::Slow("get*slow")),
        Kind::Str => Ok(number_index(heap, key)
            .and_then(|index| usize::try_from(index).ok())
            .and_then(|index| char_at(heap, collection, index))),
        Kind::Bytes => Ok(index_of(heap, key)
            .and_then(|index| string::bytes(heap.object(collection)).get(index).copied())
            .map(|byte| Word::small(i64::from(byte)))),
        Kind::TransientMap | Kind::TransientSet | Kind::TransientVector => {
            transient::find_value(heap, collection, key)
        }
        Kind::Tagged => Ok(match string::try_keyword(heap, key) {
            Some((None, "tag")) => Some(heap.word(collection, 1)),
            Some((None, "form")) => Some(heap.word(collection, 2)),
            _ => None,
        }),
        _ => Ok(None),
    }
}

/// `(get collection key default)`
///
/// # Errors
/// [`Trap::Force`] when a lazy cell in the key is unrealized.
#[inline]
pub fn get(heap: &mut Heap, collection: Word, key: Word, default: Word) -> NativeResult {
    Ok(find_value(heap, collection, key)?.unwrap_or(default))
}

/// `(nth collection index)`
///
/// # Errors
/// `:ox/index`, `:ox/type`; [`Trap::Slow`] (`nth*slow`) for sequences that have to be walked far.
#[inline]
pub fn nth(heap: &mut Heap, collection: Word, index: Word) -> NativeResult {
    if let Some(at) = index.as_small().and_then(|at| usize::try_from(at).ok())
        && matches!(
            heap.kind_of(collection),
            Some(Kind::SmallVector | Kind::Vector)
        )
        && let Some(word) = vector::nth(heap, collection, at)
    {
        return Ok(word);
    }
    nth_or(heap, collection, index, None)
}

/// `(nth collection index default)`; without a default, an index out of bounds is an error.
///
/// # Errors
/// As [`nth`].
#[inline(never)]
pub fn nth_or(
    heap: &mut Heap,
    collection: Word,
    index: Word,
    default: Option<Word>,
) -> NativeResult {
    let Some(integer) = number_index(heap, index) else {
        return Err(wrong_type(heap, index, "an integer as index"));
    };
    let Some(kind) = heap.kind_of(collection) else {
        return match collection {
            Word::NIL => Ok(default.unwrap_or(Word::NIL)),
            Word::EMPTY_LIST => default.ok_or_else(|| out_of_bounds(heap, index, 0)),
            _ => Err(wrong_type(heap, collection, "a sequence, vector or string")),
        };
    };
    let at = usize::try_from(integer).ok();
    let (found, count) = match kind {
        Kind::SmallVector | Kind::Vector => (
            at.and_then(|at| vector::nth(heap, collection, at)),
            vector::count(heap.object(collection)),
        ),
        Kind::Str => (
            at.and_then(|at| char_at(heap, collection, at)),
            string::char_count(heap.object(collection)),
        ),
        Kind::Bytes => {
            let bytes = string::bytes(heap.object(collection));
            (
                at.and_then(|at| bytes.get(at).map(|&byte| Word::small(i64::from(byte)))),
                bytes.len(),
            )
        }
        Kind::TransientVector => {
            transient::expect_live(heap, collection)?;
            let count = transient::count(heap, collection);
            (
                at.and_then(|at| transient::nth(heap, collection, at)),
                count,
            )
        }
        Kind::Array => {
            let words = heap.object(collection).values();
            (
                at.and_then(|at| words.get(at).map(|&word| Word(word))),
                words.len(),
            )
        }
        Kind::Cons
        | Kind::List
        | Kind::Lazy
        | Kind::Range
        | Kind::IndexSeq
        | Kind::NodeSeq
        | Kind::Queue => {
            let Some(at) = at else {
                return default.ok_or_else(|| out_of_bounds(heap, index, 0));
            };
            match walk_to(heap, collection, at)? {
                Ok(word) => (Some(word), 0),
                Err(count) => (None, count),
            }
        }
        Kind::Instance => return Err(Trap::Slow("nth*slow")),
        _ => return Err(wrong_type(heap, collection, "a sequence, vector or string")),
    };
    match (found, default) {
        (Some(word), _) | (None, Some(word)) => Ok(word),
        (None, None) => Err(out_of_bounds(heap, index, count)),
    }
}

/// The element of a sequence at an index, or how many there are.
fn walk_to(heap: &mut Heap, sequence: Word, index: usize) -> Result<Result<Word, usize>, Trap> {
    let mut cursor = Cursor::new(sequence);
    let mut skip = index;
    // Views and ranges need no walk.
    if let Some(object) = heap.try_object(sequence) {
        let jumps = match object.kind() {
            Kind::Range => true,
            Kind::IndexSeq => heap.header(object.word(2)).kind() != Kind::Str,
            _ => false,
        };
        if jumps {
            let count = seq::known_count(heap, sequence).unwrap_or(0);
            if index >= count {
                return Ok(Err(count));
            }
            let object = heap.object(sequence);
            if object.kind() == Kind::IndexSeq {
                cursor = Cursor {
                    collection: object.word(2),
                    index: object.raw(1),
                };
            }
            cursor.index += index as u64;
            skip = 0;
        }
    }
    for step in 0..WALK_MAX {
        match cursor.advance(heap) {
            Advance::Item(word) if step == skip => return Ok(Ok(word)),
            Advance::Item(_) => {}
            Advance::End => return Ok(Err(step)),
            Advance::Unfinished(_) => break,
        }
    }
    Err(Trap::Slow("nth*slow"))
}

/// The number of elements where it takes no walk.
#[inline]
fn quick_count(heap: &Heap, collection: Word) -> Option<usize> {
    let Some(object) = heap.try_object(collection) else {
        return matches!(collection, Word::NIL | Word::EMPTY_LIST).then_some(0);
    };
    Some(match object.kind() {
        Kind::SmallVector | Kind::Vector => vector::count(object),
        Kind::SmallMap | Kind::Map | Kind::SortedMap => map::count(object),
        Kind::SmallSet | Kind::Set | Kind::SortedSet => set::count(object),
        Kind::Str => string::char_count(object),
        Kind::Bytes | Kind::Queue => object.raw(1) as usize,
        Kind::Array => object.values().len(),
        Kind::Record => record::count(heap, collection),
        _ => return seq::known_count(heap, collection),
    })
}

/// `(count collection)`
///
/// # Errors
/// `:ox/type`; [`Trap::Slow`] (`count*slow`) for sequences that have to be walked far.
pub fn count(heap: &mut Heap, collection: Word) -> NativeResult {
    let count = match quick_count(heap, collection) {
        Some(count) => count,
        None => walk_count(heap, collection)?,
    };
    Ok(number::make_int(
        heap,
        i64::try_from(count).unwrap_or(i64::MAX),
    ))
}

fn walk_count(heap: &mut Heap, collection: Word) -> Result<usize, Trap> {
    match heap.kind_of(collection) {
        Some(Kind::Cons | Kind::Lazy | Kind::NodeSeq) => {}
        Some(Kind::TransientVector | Kind::TransientMap | Kind::TransientSet) => {
            transient::expect_live(heap, collection)?;
            return Ok(transient::count(heap, collection));
        }
        Some(Kind::Instance) => return Err(Trap::Slow("count*slow")),
        _ => {
            return Err(wrong_type(
                heap,
                collection,
                "a collection, a string or nil",
            ));
        }
    }
    let mut cursor = Cursor::new(collection);
    for step in 0..WALK_MAX {
        match cursor.advance(heap) {
            Advance::Item(_) => {}
            Advance::End => return Ok(step),
            Advance::Unfinished(_) => break,
        }
    }
    Err(Trap::Slow("count*slow"))
}

/// `(contains? collection key)`
///
/// # Errors
/// `:ox/type`; [`Trap::Force`].
pub fn contains(heap: &mut Heap, collection: Word, key: Word) -> Result<bool, Trap> {
    match heap.kind_of(collection) {
        None if collection.is_nil() => Ok(false),
        Some(
            Kind::SmallMap
            | Kind::Map
            | Kind::SmallVector
            | Kind::Vector
            | Kind::SmallSet
            | Kind::Set
            | Kind::Record
            | Kind::TransientMap
            | Kind::TransientSet
            | Kind::TransientVector,
        ) => Ok(find_value(heap, collection, key)?.is_some()),
        Some(Kind::SortedMap | Kind::SortedSet) => {
            Ok(!sorted::find(heap, collection, key, "contains?*slow")?.is_nil())
        }
        Some(Kind::Str) if super::number::is_number(heap, key) => {
            Ok(find_value(heap, collection, key)?.is_some())
        }
        Some(Kind::Instance) => Err(Trap::Slow("contains?*slow")),
        _ => Err(wrong_type(
            heap,
            collection,
            "a map, set, vector, string or nil",
        )),
    }
}

/// `(find collection key)`
///
/// # Errors
/// `:ox/type`; [`Trap::Force`].
pub fn find(heap: &mut Heap, collection: Word, key: Word) -> NativeResult {
    match heap.kind_of(collection) {
        None if collection.is_nil() => Ok(Word::NIL),
        Some(Kind::SmallMap | Kind::Map) => Ok(match map::find(heap, collection, key)? {
            Some((node, index)) => {
                let (key, value) = (heap.word(node, index), heap.word(node, index + 1));
                vector::make_entry(heap, key, value)
            }
            None => Word::NIL,
        }),
        Some(Kind::SortedMap) => {
            let node = sorted::find(heap, collection, key, "find*slow")?;
            Ok(if node.is_nil() {
                Word::NIL
            } else {
                sorted::element(heap, node)
            })
        }
        Some(
            Kind::SmallVector
            | Kind::Vector
            | Kind::Record
            | Kind::TransientMap
            | Kind::TransientVector,
        ) => Ok(match find_value(heap, collection, key)? {
            Some(value) => vector::make_entry(heap, key, value),
            None => Word::NIL,
        }),
        Some(Kind::Instance) => Err(Trap::Slow("find*slow")),
        _ => Err(wrong_type(heap, collection, "a map, a vector or nil")),
    }
}

/// `(conj collection x)`
///
/// # Errors
/// `:ox/type`, `:ox/argument`; [`Trap::Force`].
pub fn conj(heap: &mut Heap, collection: Word, x: Word) -> NativeResult {
    match heap.kind_of(collection) {
        Some(Kind::SmallVector | Kind::Vector) => Ok(vector::push(heap, collection, x)),
        Some(Kind::SmallMap | Kind::Map) => map::conj(heap, collection, x),
        Some(Kind::Record) => conj_record(heap, collection, x),
        Some(Kind::SmallSet | Kind::Set) => set::conj(heap, collection, x),
        Some(Kind::SortedMap | Kind::SortedSet) => sorted::conj(heap, collection, x),
        Some(Kind::Queue) => queue::push(heap, collection, x),
        Some(Kind::List) => Ok(list::push(heap, collection, x)),
        Some(Kind::Cons | Kind::Range | Kind::IndexSeq | Kind::NodeSeq) => {
            seq::cons(heap, x, collection)
        }
        // As in Clojure it is realized, and an empty one becomes a list.
        Some(Kind::Lazy) => match lazy::follow(heap, collection) {
            Ok(Word::NIL) => Ok(list::push(heap, Word::EMPTY_LIST, x)),
            Ok(found) => seq::cons(heap, x, found),
            Err(cell) => Err(Trap::Force(cell)),
        },
        None if matches!(collection, Word::NIL | Word::EMPTY_LIST) => {
            Ok(list::push(heap, Word::EMPTY_LIST, x))
        }
        Some(Kind::Instance) => Err(Trap::Slow("conj*slow")),
        _ => Err(wrong_type(heap, collection, "a collection")),
    }
}

/// A record with an entry more, or with those of a map or a sequence.
fn conj_record(heap: &mut Heap, record: Word, x: Word) -> NativeResult {
    if x.is_nil() {
        return Ok(record);
    }
    if let Some((key, value)) = map::entry_of(heap, x)? {
        return record::assoc(heap, record, key, value);
    }
    let words = match heap.kind_of(x) {
        Some(Kind::SmallMap) => map::entries(heap, x),
        Some(Kind::Record) => record::entries(heap, x),
        // Of many entries, and of what says them itself, the library adds one after the other.
        Some(Kind::Map | Kind::SortedMap | Kind::Instance) => {
            return Err(Trap::Slow("conj*slow"));
        }
        _ => {
            let pairs = map::entries_of_seq(heap, x)?;
            pairs
                .into_iter()
                .flat_map(|(key, value)| [key, value])
                .collect()
        }
    };
    let mut all = record;
    for pair in words.chunks_exact(2) {
        all = record::assoc(heap, all, pair[0], pair[1])?;
    }
    Ok(all)
}

/// `(assoc collection key value)`
///
/// # Errors
/// `:ox/type`, `:ox/index`; [`Trap::Force`].
pub fn assoc(heap: &mut Heap, collection: Word, key: Word, value: Word) -> NativeResult {
    match heap.kind_of(collection) {
        Some(Kind::SmallMap | Kind::Map) => map::assoc(heap, collection, key, value),
        Some(Kind::SortedMap) => sorted::add(heap, collection, key, value, "assoc*slow"),
        Some(Kind::Record) => record::assoc(heap, collection, key, value),
        Some(Kind::SmallVector | Kind::Vector) => {
            let count = vector::count(heap.object(collection));
            match index_of(heap, key) {
                Some(index) if index < count => Ok(vector::set(heap, collection, index, value)),
                Some(index) if index == count => Ok(vector::push(heap, collection, value)),
                _ if super::number::is_integer(heap, key) => Err(out_of_bounds(heap, key, count)),
                _ => Err(bad_argument(heap, "a vector's key is an integer", key)),
            }
        }
        Some(Kind::Instance) => Err(Trap::Slow("assoc*slow")),
        None if collection.is_nil() => Ok(map::make_small(heap, &[key, value], Word::NIL)),
        _ => Err(wrong_type(heap, collection, "a map, a vector or nil")),
    }
}

/// `(dissoc map key)`
///
/// # Errors
/// `:ox/type`; [`Trap::Force`].
pub fn dissoc(heap: &mut Heap, collection: Word, key: Word) -> NativeResult {
    match heap.kind_of(collection) {
        Some(Kind::SmallMap | Kind::Map) => map::dissoc(heap, collection, key),
        Some(Kind::SortedMap) => sorted::remove(heap, collection, key, "dissoc*slow"),
        Some(Kind::Record) => record::dissoc(heap, collection, key),
        Some(Kind::Instance) => Err(Trap::Slow("dissoc*slow")),
        None if collection.is_nil() => Ok(Word::NIL),
        _ => Err(wrong_type(heap, collection, "a map or nil")),
    }
}

/// `(disj set x)`
///
/// # Errors
/// `:ox/type`; [`Trap::Force`].
pub fn disj(heap: &mut Heap, collection: Word, x: Word) -> NativeResult {
    match heap.kind_of(collection) {
        Some(Kind::SmallSet | Kind::Set) => set::disj(heap, collection, x),
        Some(Kind::SortedSet) => sorted::remove(heap, collection, x, "disj*slow"),
        Some(Kind::Instance) => Err(Trap::Slow("disj*slow")),
        // Of false too, as of nil: Clojure asks for truth there.
        None if !collection.is_truthy() => Ok(Word::NIL),
        _ => Err(wrong_type(heap, collection, "a set or nil")),
    }
}

/// `(peek collection)`
///
/// # Errors
/// `:ox/type`.
pub fn peek(heap: &mut Heap, collection: Word) -> NativeResult {
    match heap.kind_of(collection) {
        Some(Kind::SmallVector | Kind::Vector) => {
            let count = vector::count(heap.object(collection));
            Ok(count
                .checked_sub(1)
                .and_then(|last| vector::nth(heap, collection, last))
                .unwrap_or(Word::NIL))
        }
        Some(Kind::List) => Ok(heap.word(collection, 3)),
        Some(Kind::Queue) => queue::peek(heap, collection),
        Some(Kind::Instance) => Err(Trap::Slow("peek*slow")),
        None if matches!(collection, Word::NIL | Word::EMPTY_LIST) => Ok(Word::NIL),
        _ => Err(wrong_type(heap, collection, "a vector, a list or nil")),
    }
}

/// `(pop collection)`
///
/// # Errors
/// `:ox/type`; `:ox/state` when it is empty.
pub fn pop(heap: &mut Heap, collection: Word) -> NativeResult {
    match heap.kind_of(collection) {
        Some(Kind::SmallVector | Kind::Vector) => {
            if vector::count(heap.object(collection)) == 0 {
                return Err(wrong_state(heap, "an empty vector has nothing to pop"));
            }
            Ok(vector::pop(heap, collection))
        }
        Some(Kind::List) => match heap.object(collection).raw(1) {
            0 => Err(wrong_state(heap, "an empty list has nothing to pop")),
            1 => {
                let meta = heap.object(collection).meta();
                Ok(list::empty(heap, meta))
            }
            _ => Ok(heap.word(collection, 4)),
        },
        Some(Kind::Queue) => queue::pop(heap, collection),
        Some(Kind::Instance) => Err(Trap::Slow("pop*slow")),
        None if collection.is_nil() => Ok(Word::NIL),
        None if collection == Word::EMPTY_LIST => {
            Err(wrong_state(heap, "an empty list has nothing to pop"))
        }
        _ => Err(wrong_type(heap, collection, "a vector, a list or nil")),
    }
}

/// `(subvec vector start end)`
///
/// # Errors
/// `:ox/type`, `:ox/index`; [`Trap::Walk`] of many elements.
pub fn subvec(heap: &mut Heap, collection: Word, start: Word, end: Option<Word>) -> NativeResult {
    if !vector::is_vector(heap, collection) {
        return Err(wrong_type(heap, collection, "a vector"));
    }
    let count = vector::count(heap.object(collection));
    let bound = |heap: &mut Heap, word: Word| match index_of(heap, word) {
        Some(index) if index <= count => Ok(index),
        _ if super::number::is_integer(heap, word) => Err(out_of_bounds(heap, word, count)),
        _ => Err(wrong_type(heap, word, "an integer as index")),
    };
    let from = bound(heap, start)?;
    let to = match end {
        Some(end) => bound(heap, end)?,
        None => count,
    };
    if from > to {
        return Err(out_of_bounds(heap, start, to));
    }
    super::slice::slice(heap, collection, from, to)
}

/// `(empty collection)`
pub fn empty(heap: &mut Heap, collection: Word) -> Word {
    let Some(kind) = heap.kind_of(collection) else {
        return if collection == Word::EMPTY_LIST {
            collection
        } else {
            Word::NIL
        };
    };
    let meta = meta::get(heap, collection);
    match kind {
        // As Clojure: the empty map entry is nil.
        Kind::SmallVector if vector::is_entry(heap, collection) => Word::NIL,
        Kind::SmallVector | Kind::Vector => {
            let vector = vector::make(heap, &[]);
            if meta.is_nil() {
                vector
            } else {
                meta::set_on(heap, vector, meta)
            }
        }
        Kind::SmallMap | Kind::Map => map::empty(heap, meta),
        Kind::SmallSet | Kind::Set => set::empty(heap, meta),
        Kind::SortedMap | Kind::SortedSet => sorted::empty(heap, collection),
        Kind::Queue => queue::empty(heap, meta),
        Kind::List => list::empty(heap, meta),
        Kind::Cons | Kind::Lazy | Kind::Range | Kind::IndexSeq | Kind::NodeSeq => Word::EMPTY_LIST,
        _ => Word::NIL,
    }
}

/// Whether a value is of a type of the program, which may say what a call of it does (`invoke*slow`).
#[must_use]
pub fn is_of_program(heap: &Heap, word: Word) -> bool {
    matches!(heap.kind_of(word), Some(Kind::Record | Kind::Instance))
}

/// Whether a value that is no function can be called, to look something up.
#[must_use]
pub fn is_lookup(heap: &Heap, word: Word) -> bool {
    matches!(
        heap.kind_of(word),
        Some(
            Kind::Keyword
                | Kind::Symbol
                | Kind::SmallMap
                | Kind::Map
                | Kind::SmallSet
                | Kind::Set
                | Kind::SortedMap
                | Kind::SortedSet
                | Kind::SmallVector
                | Kind::Vector
                | Kind::TransientMap
                | Kind::TransientSet
                | Kind::TransientVector
        )
    )
}

/// Most arguments of a call of a value for which [`is_lookup`] holds.
pub const LOOKUP_ARGS_MAX: usize = 2;

/// Most arguments of a call of a value for which [`is_of_program`] holds.
pub const INVOKE_ARGS_MAX: usize = 20;

/// The arguments of the call of `get` that a call of a value for which [`is_lookup`] holds stands for, where the
/// library goes on ([`Trap::Slow`]).
#[must_use]
pub fn lookup_args(heap: &Heap, callee: Word, args: &[Word]) -> Vec<Word> {
    let mut all = args.to_vec();
    let at = match heap.kind_of(callee) {
        Some(Kind::Keyword | Kind::Symbol) => 1,
        _ => 0,
    };
    all.insert(at, callee);
    all
}

/// A call of a value for which [`is_lookup`] or [`is_of_program`] holds.
///
/// # Errors
/// `:ox/arity`, `:ox/index`, `:ox/type`; [`Trap::Force`]; [`Trap::Slow`], with the arguments of [`lookup_args`].
pub fn lookup(heap: &mut Heap, callee: Word, args: &[Word]) -> NativeResult {
    let kind = heap.kind_of(callee);
    match (kind, args) {
        (Some(Kind::Keyword | Kind::Symbol), &[collection]) => {
            get(heap, collection, callee, Word::NIL)
        }
        (Some(Kind::Keyword | Kind::Symbol), &[collection, default]) => {
            get(heap, collection, callee, default)
        }
        (Some(Kind::SmallVector | Kind::Vector | Kind::TransientVector), &[index]) => {
            if !super::number::is_integer(heap, index) {
                return Err(bad_argument(heap, "a vector's key is an integer", index));
            }
            nth(heap, callee, index)
        }
        (Some(Kind::SmallMap | Kind::Map | Kind::SortedMap | Kind::TransientMap), &[key])
        | (Some(Kind::SmallSet | Kind::Set | Kind::SortedSet | Kind::TransientSet), &[key]) => {
            get(heap, callee, key, Word::NIL)
        }
        (
            Some(Kind::SmallMap | Kind::Map | Kind::SortedMap | Kind::TransientMap),
            &[key, default],
        ) => get(heap, callee, key, default),
        (Some(Kind::Record | Kind::Instance), _) => Err(Trap::Slow("invoke*slow")),
        _ => {
            let what = super::fault::describe(heap, callee);
            let message = format!("{what} cannot be called with {} arguments", args.len());
            Err(super::fault::Fault::new("arity", message).trap(heap))
        }
    }
}
