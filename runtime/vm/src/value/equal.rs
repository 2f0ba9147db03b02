//! Equality: Clojure's `=`.
//!
//! # Invariants
//! - Numbers of different categories (integer, ratio, decimal, double) are never equal; NaN equals
//!   nothing. Sequential collections are equal by their elements, whatever their types; maps and
//!   sets by contents.
//! - Walks are iterative. A native handles what is small and finished; all else goes to the slow
//!   path, which drives [`step`].
//! - Two tries are compared place by place: they are canonical. Where an order is not canonical
//!   (small maps, collision nodes), keys are searched; a search that meets collections leaves a
//!   [`TRY`] mark, to which a difference above it falls back.
//! - A sorted collection is left to the library ([`Stop::Library`]): whether it has a key says its comparator. So is
//!   an instance of a type that says itself what it equals.

use super::class::{Class, class_of};
use super::number::Num;
use super::seq::{Advance, Cursor};
use super::work::{Budget, Stop, Walk, Work};
use super::{keys, lazy, map, record, secret, set, sorted, trie, vector};
use crate::heap::Heap;
use crate::native::Trap;
use crate::object::{Kind, Object};
use crate::word::Word;

/// Whether two words are the same object, or equal keywords.
#[must_use]
#[inline]
pub fn identical(heap: &Heap, a: Word, b: Word) -> bool {
    a == b
        || (a.is_object()
            && b.is_object()
            && heap.header(a).kind() == Kind::Keyword
            && heap.header(b).kind() == Kind::Keyword
            && same_name(heap, heap.object(a), heap.object(b)))
}

/// The answer where it takes no walk; `None` of two collections that may be equal.
#[inline]
pub(crate) fn quick(heap: &Heap, a: Word, b: Word) -> Option<bool> {
    if a == b {
        // The one word that is not equal to itself is NaN.
        return Some(a.as_double().is_none_or(|value| !value.is_nan()));
    }
    match (a.is_object(), b.is_object()) {
        (true, true) => quick_objects(heap, a, b),
        (false, false) => Some(a.as_double() == Some(0.0) && b.as_double() == Some(0.0)),
        (true, false) => quick_mixed(heap, b, a),
        (false, true) => quick_mixed(heap, a, b),
    }
}

fn quick_mixed(heap: &Heap, immediate: Word, reference: Word) -> Option<bool> {
    let object = heap.object(reference);
    match object.kind() {
        Kind::BigInt => Some(numbers(heap, immediate, reference)),
        kind if immediate == Word::EMPTY_LIST && class_of(kind) == Class::Sequential => {
            match kind {
                Kind::SmallVector => Some(object.header().aux() == 0),
                Kind::List | Kind::Queue => Some(object.raw(1) == 0),
                Kind::Lazy => None,
                _ => Some(false),
            }
        }
        Kind::Instance if record::has_own_equality(heap, reference) => None,
        _ => Some(false),
    }
}

fn quick_objects(heap: &Heap, a: Word, b: Word) -> Option<bool> {
    let (x, y) = (heap.object(a), heap.object(b));
    let (kind, other) = (x.kind(), y.kind());
    let class = class_of(kind);
    if class != Class::Leaf {
        return if class == class_of(other) {
            quick_collections(x, y)
        } else if record::has_own_equality(heap, b) {
            None
        } else {
            Some(false)
        };
    }
    if (kind == Kind::Instance || other == Kind::Instance)
        && (record::has_own_equality(heap, a) || record::has_own_equality(heap, b))
    {
        return None;
    }
    if kind != other {
        return Some(
            matches!(kind, Kind::Int | Kind::BigInt)
                && matches!(other, Kind::Int | Kind::BigInt)
                && numbers(heap, a, b),
        );
    }
    Some(match kind {
        Kind::Keyword | Kind::Symbol => same_name(heap, x, y),
        Kind::Str => same_text(x, y),
        Kind::Int | Kind::Inst | Kind::Uuid | Kind::Pid | Kind::Ref | Kind::Native => {
            x.words()[1..] == y.words()[1..]
        }
        Kind::BigInt | Kind::Ratio | Kind::Decimal => numbers(heap, a, b),
        Kind::Bytes => x.raw(1) == y.raw(1) && x.words()[3..] == y.words()[3..],
        Kind::Regex => same_text(heap.object(x.word(1)), heap.object(y.word(1))),
        Kind::Secret => secret::parts(heap, a) == secret::parts(heap, b),
        Kind::Var => x.raw(1) == y.raw(1),
        Kind::Type => {
            let fields = |object: Object<'_>| vector::elements(heap, object.word(2));
            let (ours, theirs) = (fields(x), fields(y));
            same_name(heap, heap.object(x.word(1)), heap.object(y.word(1)))
                && ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(&theirs)
                    .all(|(&a, &b)| identical(heap, a, b))
        }
        // The same code with the same captures; metadata does not count.
        Kind::Function => x.raw(1) == y.raw(1) && x.elements() == y.elements(),
        _ => false,
    })
}

/// Two collections of one class that are not the same object: false if their counts or hashes
/// differ.
fn quick_collections(x: Object<'_>, y: Object<'_>) -> Option<bool> {
    fn known(object: Object<'_>) -> Option<usize> {
        Some(match object.kind() {
            Kind::SmallVector | Kind::Vector => vector::count(object),
            Kind::SmallMap | Kind::Map | Kind::SortedMap => map::count(object),
            Kind::SmallSet | Kind::Set | Kind::SortedSet => set::count(object),
            Kind::List | Kind::Queue => object.raw(1) as usize,
            _ => return None,
        })
    }
    fn hash(object: Object<'_>) -> Option<u64> {
        let index = object.kind().hash_word();
        (index != 0 && object.raw(index) != 0).then(|| object.raw(index))
    }
    if let (Some(a), Some(b)) = (known(x), known(y)) {
        if a != b {
            return Some(false);
        }
        if a == 0 {
            return Some(true);
        }
    }
    if x.kind() == Kind::Range && y.kind() == Kind::Range && x.words()[1..4] == y.words()[1..4] {
        return Some(true);
    }
    if let (Some(a), Some(b)) = (hash(x), hash(y))
        && a != b
    {
        return Some(false);
    }
    None
}

fn same_text(x: Object<'_>, y: Object<'_>) -> bool {
    if x.raw(2) != 0 && y.raw(2) != 0 && x.raw(2) != y.raw(2) {
        return false;
    }
    x.raw(1) == y.raw(1) && x.words()[3..] == y.words()[3..]
}

fn same_name(heap: &Heap, x: Object<'_>, y: Object<'_>) -> bool {
    if x.raw(1) != 0 && y.raw(1) != 0 && x.raw(1) != y.raw(1) {
        return false;
    }
    let same = |index: usize| {
        let (a, b) = (x.word(index), y.word(index));
        a == b
            || match (heap.try_object(a), heap.try_object(b)) {
                (Some(a), Some(b)) => same_text(a, b),
                _ => false,
            }
    };
    same(3) && same(2)
}

#[cold]
fn numbers(heap: &Heap, a: Word, b: Word) -> bool {
    match (Num::of(heap, a), Num::of(heap, b)) {
        (Some(Num::Int(a)), Some(Num::Int(b))) => a == b,
        (Some(Num::Big(a)), Some(Num::Big(b))) => a == b,
        (Some(Num::Int(a)), Some(Num::Big(b))) | (Some(Num::Big(b)), Some(Num::Int(a))) => {
            i64::try_from(&b).is_ok_and(|b| a == b)
        }
        (Some(Num::Ratio(a, b)), Some(Num::Ratio(c, d))) => a == c && b == d,
        (Some(Num::Decimal(a)), Some(Num::Decimal(b))) => a.compare(&b).is_eq(),
        (Some(Num::Double(a)), Some(Num::Double(b))) => a == b,
        _ => false,
    }
}

// Items of the walk: all of them must hold.
const PAIR: i64 = 0; // a, b: two values
const SEQUENCES: i64 = 1; // collection, index, collection, index: what is left of two sequences
const NODES: i64 = 2; // a, b: two nodes of tries
const FIND: i64 = 3; // a, index, b: entries of `a` from an index on are in `b`
const TRY: i64 = 4; // a, index, b, index: what is above compares these two keys

/// Elements taken in one item.
const RUN: u32 = 32;

fn run(heap: &mut Heap, work: &mut Work, budget: &mut Budget, saved: bool) -> Result<bool, Stop> {
    while let Some(op) = work.pop(heap) {
        let op = op.small_value();
        let units = if op == TRY { 1 } else { RUN / 4 };
        if !budget.take(units) {
            work.push(Word::small(op));
            return Err(Stop::Budget);
        }
        let same = match op {
            PAIR => {
                let b = work.operand(heap);
                let a = work.operand(heap);
                open(heap, work, a, b)?
            }
            SEQUENCES => {
                let y = Cursor::pop(heap, work);
                let x = Cursor::pop(heap, work);
                sequences(heap, work, x, y)?
            }
            NODES => {
                let b = work.operand(heap);
                let a = work.operand(heap);
                nodes(heap, work, a, b)
            }
            FIND => {
                let b = work.operand(heap);
                let index = work.number(heap) as u32;
                let a = work.operand(heap);
                find(heap, work, a, index, b, 2)
            }
            _ => {
                // The keys are equal: their values must be, and the other entries.
                let other = work.number(heap) as u32;
                let b = work.operand(heap);
                let index = work.number(heap) as u32;
                let a = work.operand(heap);
                let stride = trie::stride(heap.header(a).kind());
                work.push_item(&[a, Word::small(i64::from(index + stride)), b], FIND);
                stride == 1 || values(heap, work, a, index, b, other)
            }
        };
        if !same && !fall_back(heap, work) {
            return Ok(false);
        }
        if saved {
            work.spill(heap);
        }
    }
    Ok(true)
}

/// After a difference: goes on with the innermost search that has candidates left. False when
/// there is none: the values differ.
fn fall_back(heap: &mut Heap, work: &mut Work) -> bool {
    while let Some(op) = work.pop(heap) {
        let operands = match op.small_value() {
            TRY => {
                let other = work.number(heap) as u32;
                let b = work.operand(heap);
                let index = work.number(heap) as u32;
                let a = work.operand(heap);
                let stride = trie::stride(heap.header(b).kind());
                if find(heap, work, a, index, b, other + stride) {
                    return true;
                }
                continue;
            }
            SEQUENCES => 4,
            FIND => 3,
            _ => 2,
        };
        for _ in 0..operands {
            work.operand(heap);
        }
    }
    false
}

/// Compares two values at once, or leaves an item for them.
#[inline]
fn pair(heap: &Heap, work: &mut Work, a: Word, b: Word) -> bool {
    quick(heap, a, b).unwrap_or_else(|| {
        work.push_item(&[a, b], PAIR);
        true
    })
}

/// Begins with two collections of one class.
fn open(heap: &mut Heap, work: &mut Work, a: Word, b: Word) -> Result<bool, Stop> {
    let behind = |word: Word| match lazy::follow(heap, word) {
        Ok(Word::NIL) if word.is_object() => Ok(Word::EMPTY_LIST),
        other => other,
    };
    let (x, y) = match (behind(a), behind(b)) {
        (Ok(x), Ok(y)) => (x, y),
        (Err(cell), _) | (_, Err(cell)) => {
            work.push_item(&[a, b], PAIR);
            return Err(Stop::Unfinished(cell));
        }
    };
    if let Some(answer) = quick(heap, x, y) {
        return Ok(answer);
    }
    if [x, y]
        .iter()
        .any(|&of| sorted::is_sorted(heap, of) || record::has_own_equality(heap, of))
    {
        let both = heap.make(Kind::Array, 0, 0, &[], &[x, y]);
        return Err(Stop::Library(both));
    }
    let (p, q) = (heap.object(x), heap.object(y));
    Ok(match (p.kind(), q.kind()) {
        (Kind::SmallVector, Kind::SmallVector) => {
            let count = usize::from(p.header().aux());
            // The last first, so that the first is on top.
            (1..=count)
                .rev()
                .all(|index| pair(heap, work, p.word(index), q.word(index)))
        }
        (Kind::Map, Kind::Map) | (Kind::Set, Kind::Set) => {
            work.push_item(&[p.word(3), q.word(3)], NODES);
            true
        }
        (Kind::SmallMap | Kind::Map, _) | (Kind::SmallSet | Kind::Set, _) => {
            let (x, y) = (flat(heap, x), flat(heap, y));
            find(heap, work, x, 2, y, 2)
        }
        (Kind::Record, _) => {
            let (a, b) = (record::parts(p), record::parts(q));
            pair(heap, work, a.2, b.2) && pair(heap, work, a.1, b.1) && pair(heap, work, a.0, b.0)
        }
        (Kind::Tagged, _) => {
            pair(heap, work, p.word(2), q.word(2)) && pair(heap, work, p.word(1), q.word(1))
        }
        _ => sequences(heap, work, Cursor::new(x), Cursor::new(y))?,
    })
}

/// The entries of a map or set that has as few as a small one, in one object.
fn flat(heap: &mut Heap, collection: Word) -> Word {
    let kind = heap.header(collection).kind();
    let (words, kind) = match kind {
        Kind::Map => (map::entries(heap, collection), Kind::SmallMap),
        Kind::Set => (set::elements(heap, collection), Kind::SmallSet),
        _ => return collection,
    };
    let count = words.len() / trie::stride(kind) as usize;
    heap.make(kind, 0, count as u16, &[0], &words)
}

fn sequences(heap: &mut Heap, work: &mut Work, mut x: Cursor, mut y: Cursor) -> Result<bool, Stop> {
    for _ in 0..RUN {
        let (at_x, at_y) = (x, y);
        match (x.advance(heap), y.advance(heap)) {
            (Advance::Item(a), Advance::Item(b)) => match quick(heap, a, b) {
                Some(true) => {}
                Some(false) => return Ok(false),
                None => {
                    push_sequences(work, x, y);
                    work.push_item(&[a, b], PAIR);
                    return Ok(true);
                }
            },
            (Advance::End, Advance::End) => return Ok(true),
            (Advance::Unfinished(cell), _) | (_, Advance::Unfinished(cell)) => {
                push_sequences(work, at_x, at_y);
                return Err(Stop::Unfinished(cell));
            }
            _ => return Ok(false),
        }
    }
    push_sequences(work, x, y);
    Ok(true)
}

fn push_sequences(work: &mut Work, x: Cursor, y: Cursor) {
    x.push(work);
    y.push(work);
    work.push(Word::small(SEQUENCES));
}

fn nodes(heap: &Heap, work: &mut Work, a: Word, b: Word) -> bool {
    if a == b {
        return true;
    }
    let (x, y) = (heap.object(a), heap.object(b));
    if x.kind() != y.kind() {
        return false;
    }
    if matches!(x.kind(), Kind::MapCollision | Kind::SetCollision) {
        return x.header().size() == y.header().size() && {
            work.push_item(&[a, Word::small(2), b], FIND);
            true
        };
    }
    if x.raw(1) != y.raw(1) {
        return false;
    }
    let (entries_end, children_end) = trie::bounds(x);
    for index in entries_end..children_end {
        let (child, other) = (x.word(index as usize), y.word(index as usize));
        if child != other {
            work.push_item(&[child, other], NODES);
        }
    }
    (2..entries_end)
        .rev()
        .all(|index| pair(heap, work, x.word(index as usize), y.word(index as usize)))
}

/// Finds the entries of `a` from `index` on in `b`, the first of them from `other` on.
fn find(heap: &Heap, work: &mut Work, a: Word, mut index: u32, b: Word, mut other: u32) -> bool {
    let (x, y) = (heap.object(a), heap.object(b));
    let stride = trie::stride(x.kind());
    let (end, end_b) = (trie::bounds(x).0, trie::bounds(y).0);
    while index < end {
        let key = x.word(index as usize);
        loop {
            if other >= end_b {
                return false;
            }
            match quick(heap, key, y.word(other as usize)) {
                Some(true) => break,
                Some(false) => other += stride,
                None => {
                    let operands = [
                        a,
                        Word::small(i64::from(index)),
                        b,
                        Word::small(i64::from(other)),
                    ];
                    work.push_item(&operands, TRY);
                    work.push_item(&[key, y.word(other as usize)], PAIR);
                    return true;
                }
            }
        }
        if stride == 2 && !values(heap, work, a, index, b, other) {
            return false;
        }
        index += stride;
        other = 2;
    }
    true
}

fn values(heap: &Heap, work: &mut Work, a: Word, index: u32, b: Word, other: u32) -> bool {
    pair(heap, work, heap.word(a, index + 1), heap.word(b, other + 1))
}

fn walk(heap: &mut Heap, a: Word, b: Word, mut budget: Budget) -> Result<bool, Stop> {
    let mut work = Work::new();
    work.push_item(&[a, b], PAIR);
    run(heap, &mut work, &mut budget, false)
}

/// Whether two keys are equal.
///
/// # Errors
/// [`Trap::CompareKeys`] of large or unfinished ones, where keys can be left to the library; elsewhere
/// [`Trap::Force`] when a lazy cell in one is unrealized.
#[inline]
pub fn keys(heap: &mut Heap, a: Word, b: Word) -> Result<bool, Trap> {
    match quick(heap, a, b) {
        Some(answer) => Ok(answer),
        None => {
            if let Some(answer) = keys::known_equal(heap, a, b) {
                return Ok(answer);
            }
            let budget = keys::budget(heap);
            walk(heap, a, b, budget).map_err(|stop| match stop {
                // The library goes on behind the cell; here comparing would begin again.
                Stop::Unfinished(_) if keys::hands_over(heap) => Trap::CompareKeys(a, b),
                Stop::Unfinished(cell) => Trap::Force(cell),
                Stop::Throw(error) => Trap::Throw(error),
                Stop::Budget | Stop::Library(_) => Trap::CompareKeys(a, b),
            })
        }
    }
}

/// `(= a b)`
///
/// # Errors
/// [`Trap::Slow`] (`=*slow`) when they are deep, large or unfinished.
#[inline]
pub fn equal(heap: &mut Heap, a: Word, b: Word) -> Result<bool, Trap> {
    match quick(heap, a, b) {
        Some(answer) => Ok(answer),
        None => {
            let budget = Budget::call(heap);
            walk(heap, a, b, budget).map_err(|_| Trap::Slow("=*slow"))
        }
    }
}

/// A state for [`step`].
pub fn start(heap: &mut Heap, a: Word, b: Word) -> Word {
    let mut work = Work::new();
    if pair(heap, &mut work, a, b) {
        return work.into_state(heap, Walk::Equal, Word::NIL);
    }
    // A difference seen at once is one that the walk sees again.
    work.push_item(&[Word::TRUE, Word::FALSE], PAIR);
    work.into_state(heap, Walk::Equal, Word::NIL)
}

/// Goes on with what the library has found out of the two values that the walk stopped at ([`Stop::Library`]).
pub(crate) fn give(heap: &mut Heap, state: Word, equal: bool) {
    if !equal {
        let mut work = Work::load(heap, state);
        work.push_item(&[Word::TRUE, Word::FALSE], PAIR);
        work.save(heap, state);
    }
}

/// Works on a state for a bounded time: the answer, or how the walk stopped.
pub(crate) fn step(heap: &mut Heap, state: Word) -> Result<bool, Stop> {
    let mut work = Work::load(heap, state);
    let mut budget = Budget::step(heap);
    let result = run(heap, &mut work, &mut budget, true);
    work.save(heap, state);
    result
}
