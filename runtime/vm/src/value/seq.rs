//! Sequences: `seq`, `first`, `next`, `rest`, `cons`, and walking without making sequences.
//!
//! # Invariants
//! - What [`seq`] returns is nil or a sequence with a first element. Sequences over finished storage
//!   are views of it ([`Kind::IndexSeq`], [`Kind::NodeSeq`]); nothing is copied.
//! - `next` takes a bounded time, and so do the others, but for chains of realized lazy cells.
//! - Only `next`, `seq`, `first` and `rest` of an unrealized lazy cell trap; `cons` and `rest` of a
//!   cons do not look at what follows.

use super::error::wrong_type;
use super::number::{make_int, try_int};
use super::work::Work;
use super::{lazy, list, queue, record, sorted, string, trie, vector};
use crate::heap::Heap;
use crate::native::{NativeResult, Trap};
use crate::object::Kind;
use crate::word::Word;

/// Greatest number of elements of a chunk.
const CHUNK_MAX: usize = 32;

fn not_seqable(heap: &mut Heap, value: Word) -> Trap {
    wrong_type(heap, value, "a collection, a string or nil")
}

/// Makes a view of `collection` from an index on.
#[inline]
fn index_seq(heap: &mut Heap, collection: Word, index: u64) -> Word {
    heap.make_with(Kind::IndexSeq, 0, 0, 3, |words| {
        words[0] = index;
        words[1] = collection.0;
    })
}

/// The element of ordered storage at an index, and the index after it.
#[inline]
fn element(heap: &mut Heap, collection: Word, index: u64) -> Option<(Word, u64)> {
    let object = heap.object(collection);
    let at = index as usize;
    let word = match object.kind() {
        Kind::SmallVector => {
            (at < usize::from(object.header().aux())).then(|| object.word(1 + at))?
        }
        Kind::Vector => vector::nth(heap, collection, at)?,
        Kind::SmallSet => (at < usize::from(object.header().aux())).then(|| object.word(2 + at))?,
        Kind::SmallMap => {
            if at >= usize::from(object.header().aux()) {
                return None;
            }
            let (key, value) = (object.word(2 + 2 * at), object.word(3 + 2 * at));
            vector::make_entry(heap, key, value)
        }
        Kind::Str => {
            let c = string::text(object)[at..].chars().next()?;
            return Some((Word::char(c), index + c.len_utf8() as u64));
        }
        Kind::Bytes => Word::small(i64::from(*string::bytes(object).get(at)?)),
        Kind::Array => object.values().get(at).map(|&word| Word(word))?,
        _ => return None,
    };
    Some((word, index + 1))
}

/// Index behind the last element of ordered storage.
fn end_index(heap: &Heap, collection: Word) -> u64 {
    let object = heap.object(collection);
    match object.kind() {
        Kind::Vector => vector::count(object) as u64,
        Kind::Str => string::byte_count(object) as u64,
        Kind::Bytes => object.raw(1),
        Kind::Array => object.values().len() as u64,
        _ => u64::from(object.header().aux()),
    }
}

// ---- tries ----

fn node_seq(heap: &mut Heap, node: Word, index: u32, parent: Word) -> Word {
    heap.make(Kind::NodeSeq, 0, 0, &[u64::from(index)], &[node, parent])
}

/// The sequence from the first entry of a node on; `parent` is where it goes on then.
fn descend(heap: &mut Heap, mut node: Word, mut parent: Word) -> Word {
    loop {
        let (entries_end, _) = trie::bounds(heap.object(node));
        if entries_end > 2 {
            return node_seq(heap, node, 2, parent);
        }
        (node, parent) = into_child(heap, node, entries_end, parent);
    }
}

/// The child at a word index, and where to go on after it.
fn into_child(heap: &mut Heap, node: Word, index: u32, parent: Word) -> (Word, Word) {
    let (_, children_end) = trie::bounds(heap.object(node));
    let child = heap.word(node, index);
    let parent = if index + 1 < children_end {
        node_seq(heap, node, index + 1, parent)
    } else {
        parent
    };
    (child, parent)
}

/// The sequence after `entries` more entries of the node a sequence is at.
fn advance_node(heap: &mut Heap, sequence: Word, entries: u32) -> Word {
    let object = heap.object(sequence);
    let (index, node, mut parent) = (object.raw(1) as u32, object.word(2), object.word(3));
    let at = heap.object(node);
    match at.kind() {
        kind if sorted::is_sorted_node(kind) => return sorted::advance(heap, sequence),
        Kind::IndexSeq => return queue::advance(heap, sequence),
        _ => {}
    }
    let (entries_end, children_end) = trie::bounds(at);
    let next = index + entries * trie::stride(at.kind());
    if next < entries_end {
        return node_seq(heap, node, next, parent);
    }
    let child = if children_end > entries_end {
        let (child, above) = into_child(heap, node, entries_end, parent);
        parent = above;
        child
    } else {
        if parent.is_nil() {
            return Word::NIL;
        }
        let frame = heap.object(parent);
        let (index, node, above) = (frame.raw(1) as u32, frame.word(2), frame.word(3));
        let (child, above) = into_child(heap, node, index, above);
        parent = above;
        child
    };
    descend(heap, child, parent)
}

/// The entry or element at a word index of a node.
fn node_element(heap: &mut Heap, node: Word, index: u32) -> Word {
    let object = heap.object(node);
    match object.kind() {
        kind if sorted::is_sorted_node(kind) => return sorted::element(heap, node),
        Kind::IndexSeq => return queue::element(heap, node),
        _ => {}
    }
    let key = object.word(index as usize);
    if trie::stride(object.kind()) == 1 {
        return key;
    }
    let value = object.word(index as usize + 1);
    vector::make_entry(heap, key, value)
}

// ---- ranges ----

/// Start, end and step of a range.
#[must_use]
pub fn range_parts(heap: &Heap, range: Word) -> (i64, i64, i64) {
    let object = heap.object(range);
    let part = |index| try_int(heap, object.word(index)).expect("a range's parts are integers");
    (part(1), part(2), part(3))
}

/// Makes the sequence of integers from `start` to before `end`; `()` if there are none.
pub fn make_range(heap: &mut Heap, start: i64, end: i64, step: i64) -> Word {
    debug_assert!(step != 0);
    let empty = if step > 0 { start >= end } else { start <= end };
    if empty {
        return Word::EMPTY_LIST;
    }
    let words = [
        make_int(heap, start),
        make_int(heap, end),
        make_int(heap, step),
    ];
    heap.make(Kind::Range, 0, 0, &[], &words)
}

/// Number of elements of a range.
#[must_use]
pub fn range_count(heap: &Heap, range: Word) -> u64 {
    let (start, end, step) = range_parts(heap, range);
    let (start, end, step) = (i128::from(start), i128::from(end), i128::from(step));
    let distance = end - start;
    let count = (distance + step - step.signum()) / step;
    u64::try_from(count.max(0)).unwrap_or(u64::MAX)
}

/// The range without its first `n` elements, nil if there are no more.
fn drop_from_range(heap: &mut Heap, range: Word, n: u64) -> Word {
    let object = heap.object(range);
    let words = (object.word(1), object.word(2), object.word(3));
    if n == 1
        && let (Some(start), Some(end), Some(step)) =
            (words.0.as_small(), words.1.as_small(), words.2.as_small())
    {
        let next = start + step;
        let over = if step > 0 { next >= end } else { next <= end };
        if over {
            return Word::NIL;
        }
        // Between two small integers, so small itself.
        return heap.make_with(Kind::Range, 0, 0, 4, |to| {
            to[0] = Word::small(next).0;
            to[1] = words.1.0;
            to[2] = words.2.0;
        });
    }
    let (start, end, step) = range_parts(heap, range);
    let next = i128::from(start) + i128::from(step) * i128::from(n);
    let over = if step > 0 {
        next >= i128::from(end)
    } else {
        next <= i128::from(end)
    };
    match i64::try_from(next) {
        Ok(next) if !over => make_range(heap, next, end, step),
        _ => Word::NIL,
    }
}

// ---- the operations ----

/// `(seq collection)`
///
/// # Errors
/// `:ox/type`; [`Trap::Force`].
#[inline]
pub fn seq(heap: &mut Heap, collection: Word) -> NativeResult {
    if !collection.is_object() {
        return match collection {
            Word::NIL | Word::EMPTY_LIST => Ok(Word::NIL),
            _ => Err(not_seqable(heap, collection)),
        };
    }
    let object = heap.object(collection);
    match object.kind() {
        Kind::Cons | Kind::IndexSeq | Kind::NodeSeq | Kind::Range => Ok(collection),
        Kind::List => Ok(if object.raw(1) == 0 {
            Word::NIL
        } else {
            collection
        }),
        Kind::Lazy => {
            let value = lazy::follow(heap, collection).map_err(Trap::Force)?;
            seq(heap, value)
        }
        Kind::SmallVector
        | Kind::Vector
        | Kind::SmallMap
        | Kind::SmallSet
        | Kind::Str
        | Kind::Bytes
        | Kind::Array => Ok(if end_index(heap, collection) == 0 {
            Word::NIL
        } else {
            index_seq(heap, collection, 0)
        }),
        Kind::Map | Kind::Set => {
            let root = object.word(3);
            Ok(if root.is_nil() {
                Word::NIL
            } else {
                descend(heap, root, Word::NIL)
            })
        }
        Kind::SortedMap | Kind::SortedSet => Ok(sorted::seq(heap, collection, false)),
        Kind::Queue => Ok(queue::seq_of(heap, collection)),
        Kind::Record => {
            let entries = record::as_map(heap, collection)?;
            seq(heap, entries)
        }
        _ => Err(not_seqable(heap, collection)),
    }
}

/// What an operation says of a value, or, of an instance of a type of the program, the library.
///
/// # Errors
/// Those of the operation; [`Trap::Slow`] of an instance.
#[inline]
pub fn or_by_type(
    heap: &mut Heap,
    x: Word,
    slow: &'static str,
    operation: fn(&mut Heap, Word) -> NativeResult,
) -> NativeResult {
    match heap.kind_of(x) {
        Some(Kind::Instance) => Err(Trap::Slow(slow)),
        _ => operation(heap, x),
    }
}

/// `(first collection)`
///
/// # Errors
/// `:ox/type`; [`Trap::Force`].
#[inline]
pub fn first(heap: &mut Heap, collection: Word) -> NativeResult {
    if !collection.is_object() {
        return match collection {
            Word::NIL | Word::EMPTY_LIST => Ok(Word::NIL),
            _ => Err(not_seqable(heap, collection)),
        };
    }
    let object = heap.object(collection);
    match object.kind() {
        Kind::Cons | Kind::Range => Ok(object.word(1)),
        Kind::List => Ok(object.word(3)),
        Kind::SmallVector => Ok(if object.header().aux() == 0 {
            Word::NIL
        } else {
            object.word(1)
        }),
        Kind::IndexSeq => {
            let (index, inner) = (object.raw(1), object.word(2));
            Ok(element(heap, inner, index).map_or(Word::NIL, |(word, _)| word))
        }
        Kind::NodeSeq => {
            let (index, node) = (object.raw(1) as u32, object.word(2));
            Ok(node_element(heap, node, index))
        }
        Kind::Lazy => {
            let value = lazy::follow(heap, collection).map_err(Trap::Force)?;
            first(heap, value)
        }
        _ => {
            let sequence = seq(heap, collection)?;
            first(heap, sequence)
        }
    }
}

/// `(next collection)`
///
/// # Errors
/// `:ox/type`; [`Trap::Force`].
#[inline]
pub fn next(heap: &mut Heap, collection: Word) -> NativeResult {
    if !collection.is_object() {
        return match collection {
            Word::NIL | Word::EMPTY_LIST => Ok(Word::NIL),
            _ => Err(not_seqable(heap, collection)),
        };
    }
    let object = heap.object(collection);
    match object.kind() {
        Kind::Cons => {
            let rest = object.word(2);
            seq(heap, rest)
        }
        Kind::List => Ok(if object.raw(1) <= 1 {
            Word::NIL
        } else {
            object.word(4)
        }),
        Kind::IndexSeq => {
            let (index, inner) = (object.raw(1), object.word(2));
            let next = match heap.header(inner).kind() {
                Kind::Str => element(heap, inner, index).map_or(u64::MAX, |(_, next)| next),
                _ => index + 1,
            };
            Ok(if next < end_index(heap, inner) {
                index_seq(heap, inner, next)
            } else {
                Word::NIL
            })
        }
        Kind::NodeSeq => Ok(advance_node(heap, collection, 1)),
        Kind::Range => Ok(drop_from_range(heap, collection, 1)),
        Kind::Lazy => {
            let value = lazy::follow(heap, collection).map_err(Trap::Force)?;
            next(heap, value)
        }
        Kind::SmallVector | Kind::Vector | Kind::SmallMap | Kind::SmallSet => {
            Ok(if end_index(heap, collection) > 1 {
                index_seq(heap, collection, 1)
            } else {
                Word::NIL
            })
        }
        _ => {
            let sequence = seq(heap, collection)?;
            next(heap, sequence)
        }
    }
}

/// `(rest collection)`
///
/// # Errors
/// `:ox/type`; [`Trap::Force`].
#[inline]
pub fn rest(heap: &mut Heap, collection: Word) -> NativeResult {
    if collection.is_object() {
        let object = heap.object(collection);
        match object.kind() {
            Kind::Cons => {
                let rest = object.word(2);
                return Ok(if rest.is_nil() {
                    Word::EMPTY_LIST
                } else {
                    rest
                });
            }
            Kind::List => return Ok(object.word(4)),
            Kind::Lazy => {
                let value = lazy::follow(heap, collection).map_err(Trap::Force)?;
                return rest(heap, value);
            }
            _ => {}
        }
    }
    let next = next(heap, collection)?;
    Ok(if next.is_nil() {
        Word::EMPTY_LIST
    } else {
        next
    })
}

/// `(cons x collection)`
///
/// # Errors
/// `:ox/type` when `collection` is none.
#[inline]
pub fn cons(heap: &mut Heap, x: Word, collection: Word) -> NativeResult {
    let rest = match heap.kind_of(collection) {
        Some(
            Kind::Cons | Kind::List | Kind::Lazy | Kind::IndexSeq | Kind::NodeSeq | Kind::Range,
        ) => collection,
        Some(_) => seq(heap, collection)?,
        None if collection == Word::EMPTY_LIST => collection,
        None if collection.is_nil() => return Ok(list::make(heap, &[x])),
        None => return Err(not_seqable(heap, collection)),
    };
    Ok(heap.make_with(Kind::Cons, 0, 0, 3, |words| {
        words[0] = x.0;
        words[1] = rest.0;
    }))
}

/// [`cons`]; before what an instance of a type of the program has as its sequence, the library.
///
/// # Errors
/// As [`cons`]; [`Trap::Slow`] of an instance.
pub fn cons_or_by_type(heap: &mut Heap, x: Word, collection: Word) -> NativeResult {
    match heap.kind_of(collection) {
        Some(Kind::Instance) => Err(Trap::Slow("cons*slow")),
        _ => cons(heap, x, collection),
    }
}

/// Whether a word is a sequence, `()` included.
#[must_use]
pub fn is_seq(heap: &Heap, word: Word) -> bool {
    match heap.kind_of(word) {
        Some(kind) => matches!(
            kind,
            Kind::Cons | Kind::List | Kind::Lazy | Kind::Range | Kind::IndexSeq | Kind::NodeSeq
        ),
        None => word == Word::EMPTY_LIST,
    }
}

/// The elements left of a view in constant time, if the sequence is one of known length.
#[must_use]
pub fn known_count(heap: &Heap, sequence: Word) -> Option<usize> {
    let Some(object) = heap.try_object(sequence) else {
        return (sequence == Word::EMPTY_LIST || sequence.is_nil()).then_some(0);
    };
    Some(match object.kind() {
        Kind::List => object.raw(1) as usize,
        Kind::Range => usize::try_from(range_count(heap, sequence)).unwrap_or(usize::MAX),
        Kind::IndexSeq => {
            let (index, inner) = (object.raw(1), object.word(2));
            let storage = heap.object(inner);
            if storage.kind() == Kind::Str
                && string::byte_count(storage) != string::char_count(storage)
            {
                string::text(storage)[index as usize..].chars().count()
            } else {
                (end_index(heap, inner) - index) as usize
            }
        }
        _ => return None,
    })
}

/// How many elements the chunk at a sequence has; 0 of sequences without chunks.
fn chunk_len(heap: &Heap, sequence: Word) -> usize {
    let Some(object) = heap.try_object(sequence) else {
        return 0;
    };
    match object.kind() {
        Kind::IndexSeq => {
            let (index, inner) = (object.raw(1), object.word(2));
            match heap.header(inner).kind() {
                Kind::Vector => vector::run(heap, inner, index as usize).len(),
                Kind::Str => string::text(heap.object(inner))[index as usize..]
                    .chars()
                    .take(CHUNK_MAX)
                    .count(),
                _ => ((end_index(heap, inner) - index) as usize).min(CHUNK_MAX),
            }
        }
        Kind::NodeSeq => {
            let node = heap.object(object.word(2));
            if sorted::is_sorted_node(node.kind()) || node.kind() == Kind::IndexSeq {
                return 0;
            }
            let words = trie::bounds(node).0 - object.raw(1) as u32;
            ((words / trie::stride(node.kind())) as usize).min(CHUNK_MAX)
        }
        Kind::Range => range_count(heap, sequence).min(CHUNK_MAX as u64) as usize,
        Kind::List => (object.raw(1) as usize).min(CHUNK_MAX),
        _ => 0,
    }
}

/// `(chunk sequence)`: a vector of the next 1 to 32 elements, nil where there are no chunks.
pub fn chunk(heap: &mut Heap, sequence: Word) -> Word {
    let len = chunk_len(heap, sequence);
    if len == 0 {
        return Word::NIL;
    }
    let object = heap.object(sequence);
    if object.kind() == Kind::IndexSeq {
        let (index, inner) = (object.raw(1), object.word(2));
        let header = heap.header(inner);
        if header.kind() == Kind::SmallVector && index == 0 && !header.has_meta() {
            return inner;
        }
    }
    let mut words = [Word::NIL; CHUNK_MAX];
    if object.kind() == Kind::NodeSeq {
        let (index, node) = (object.raw(1) as u32, object.word(2));
        let stride = trie::stride(heap.header(node).kind());
        for (n, slot) in words[..len].iter_mut().enumerate() {
            *slot = node_element(heap, node, index + n as u32 * stride);
        }
    } else {
        let mut cursor = Cursor::new(sequence);
        for slot in &mut words[..len] {
            if let Advance::Item(word) = cursor.advance(heap) {
                *slot = word;
            }
        }
    }
    vector::make(heap, &words[..len])
}

/// `(chunk-next sequence)`: what follows the elements of [`chunk`], nil at the end.
pub fn chunk_next(heap: &mut Heap, sequence: Word) -> Word {
    let len = chunk_len(heap, sequence);
    if len == 0 {
        return Word::NIL;
    }
    let object = heap.object(sequence);
    match object.kind() {
        Kind::NodeSeq => advance_node(heap, sequence, len as u32),
        Kind::Range => drop_from_range(heap, sequence, len as u64),
        Kind::List => {
            let mut list = sequence;
            for _ in 0..len {
                list = heap.word(list, 4);
            }
            if list.is_object() { list } else { Word::NIL }
        }
        _ => {
            let (mut index, inner) = (object.raw(1), object.word(2));
            if heap.header(inner).kind() == Kind::Str {
                let text = &string::text(heap.object(inner))[index as usize..];
                index += text
                    .char_indices()
                    .nth(len)
                    .map_or(text.len(), |(at, _)| at) as u64;
            } else {
                index += len as u64;
            }
            if index < end_index(heap, inner) {
                index_seq(heap, inner, index)
            } else {
                Word::NIL
            }
        }
    }
}

// ---- walking ----

/// What a cursor found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Advance {
    /// The next element.
    Item(Word),
    /// There are no more.
    End,
    /// This lazy cell must be realized first; the cursor has not moved.
    Unfinished(Word),
}

/// A place in a sequential collection. Unlike `next` it makes no objects but map entries and views
/// of tries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor {
    /// Where: ordered storage, a sequence, or nil.
    pub(crate) collection: Word,
    /// Index in ordered storage; number of elements taken from a range.
    pub(crate) index: u64,
}

impl Cursor {
    /// At the start of a sequential collection.
    pub(crate) fn new(collection: Word) -> Cursor {
        Cursor {
            collection,
            index: 0,
        }
    }

    /// Takes the next element.
    pub(crate) fn advance(&mut self, heap: &mut Heap) -> Advance {
        loop {
            if !self.collection.is_object() {
                return Advance::End;
            }
            let object = heap.object(self.collection);
            match object.kind() {
                Kind::Cons => {
                    let first = object.word(1);
                    *self = Cursor::new(object.word(2));
                    return Advance::Item(first);
                }
                Kind::List => {
                    if object.raw(1) == 0 {
                        return Advance::End;
                    }
                    let first = object.word(3);
                    *self = Cursor::new(object.word(4));
                    return Advance::Item(first);
                }
                Kind::Lazy => match lazy::follow(heap, self.collection) {
                    Ok(value) => *self = Cursor::new(value),
                    Err(cell) => return Advance::Unfinished(cell),
                },
                Kind::IndexSeq => {
                    *self = Cursor {
                        collection: object.word(2),
                        index: object.raw(1),
                    }
                }
                Kind::NodeSeq => {
                    let (index, node) = (object.raw(1) as u32, object.word(2));
                    let item = node_element(heap, node, index);
                    *self = Cursor::new(advance_node(heap, self.collection, 1));
                    return Advance::Item(item);
                }
                Kind::Queue => *self = Cursor::new(queue::seq_of(heap, self.collection)),
                Kind::Range => {
                    let (start, end, step) = range_parts(heap, self.collection);
                    let at = i128::from(start) + i128::from(step) * i128::from(self.index);
                    let over = if step > 0 {
                        at >= i128::from(end)
                    } else {
                        at <= i128::from(end)
                    };
                    return match i64::try_from(at) {
                        Ok(at) if !over => {
                            self.index += 1;
                            Advance::Item(make_int(heap, at))
                        }
                        _ => Advance::End,
                    };
                }
                _ => {
                    return match element(heap, self.collection, self.index) {
                        Some((word, next)) => {
                            self.index = next;
                            Advance::Item(word)
                        }
                        None => Advance::End,
                    };
                }
            }
        }
    }

    /// Pushes the cursor's two words.
    pub(crate) fn push(self, work: &mut Work) {
        work.push(self.collection);
        work.push(Word::small(self.index as i64));
    }

    /// Pops what [`Cursor::push`] pushed.
    pub(crate) fn pop(heap: &Heap, work: &mut Work) -> Cursor {
        let index = work.number(heap) as u64;
        let collection = work.operand(heap);
        Cursor { collection, index }
    }
}

/// All elements of what `seq` takes, finished ones only.
///
/// # Errors
/// `:ox/type`; [`Trap::Force`].
pub fn elements(heap: &mut Heap, collection: Word) -> Result<Vec<Word>, Trap> {
    let sequence = seq(heap, collection)?;
    let mut cursor = Cursor::new(sequence);
    let mut words = Vec::new();
    loop {
        match cursor.advance(heap) {
            Advance::Item(word) => words.push(word),
            Advance::End => return Ok(words),
            Advance::Unfinished(cell) => return Err(Trap::Force(cell)),
        }
    }
}
