//! Hashing: 64 bits, unseeded, the same on every machine and for ever.
//!
//! # Invariants
//! - Values that are `=` have the same hash: sequential collections by their elements in order,
//!   maps and sets by their contents without order, integers by value whatever their box, decimals
//!   without trailing zeros.
//! - No hash depends on an address, on the numbering of an image (functions, natives), or on when
//!   it is computed. So hash tries can be stored, sent and shared between images as they are.
//! - A hash is never 0: 0 in a hash word means "not computed".
//! - Constants here are part of the stored format: iteration order of maps and sets follows from
//!   them.
//!
//! Functions of any template hash alike (apart from immediate captures), since their only name in
//! memory is a number of the image. Maps with many functions as keys therefore degrade to lists.

use super::class::{Class, class_of};
use super::keys;
use super::number::Num;
use super::seq::{Advance, Cursor};
use super::work::{Budget, Stop, Walk, Work};
use super::{record, trie, vector};
use crate::heap::Heap;
use crate::native::Trap;
use crate::object::{Kind, Object};
use crate::word::Word;
use num_bigint::Sign;

// Odd numbers with evenly spread bits: digits of pi.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
const FOLD: u64 = 0x13198a2e03707345 | 1;
const SEED_NIL: u64 = 0x243f6a8885a308d3;
const SEED_IMMEDIATE: u64 = 0xa4093822299f31d0;
const SEED_DOUBLE: u64 = 0x082efa98ec4e6c89;
const SEED_BIG: u64 = 0x452821e638d01377;
const SEED_RATIO: u64 = 0xbe5466cf34e90c6c;
const SEED_DECIMAL: u64 = 0xc0ac29b7c97c50dd;
const SEED_STRING: u64 = 0x3f84d5b5b5470917;
const SEED_BYTES: u64 = 0x9216d5d98979fb1b;
const SEED_SYMBOL: u64 = 0xd1310ba698dfb5ac;
const SEED_KEYWORD: u64 = 0x2ffd72dbd01adfb7;
const SEED_ORDERED: u64 = 0xb8e1afed6a267e96;
const SEED_SET: u64 = 0xba7c9045f12c7f99;
const SEED_MAP: u64 = 0x24a19947b3916cf7;
const SEED_OTHER: u64 = 0x0801f2e2858efc16;

/// Mixes a number so that every bit depends on all of it; different numbers stay different.
#[inline]
const fn mix(number: u64) -> u64 {
    let x = number.wrapping_add(MULTIPLIER);
    let x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

#[inline]
const fn fold(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    product as u64 ^ (product >> 64) as u64
}

#[inline]
const fn nonzero(hash: u64) -> u64 {
    if hash == 0 { 1 } else { hash }
}

/// The hash of a 64-bit integer.
#[must_use]
#[inline]
pub const fn of_int(value: i64) -> u64 {
    nonzero(mix(value as u64))
}

/// The hash of zero-padded words that hold `length` bytes.
fn of_words(seed: u64, words: &[u64], length: usize) -> u64 {
    let mut hash = seed ^ (length as u64).wrapping_mul(MULTIPLIER);
    for &word in &words[..length.div_ceil(8)] {
        hash = fold(hash ^ word, FOLD) ^ hash.rotate_left(29);
    }
    nonzero(mix(hash))
}

#[inline]
fn pair(seed: u64, a: u64, b: u64) -> u64 {
    mix(seed ^ fold(a ^ FOLD, MULTIPLIER).rotate_left(17) ^ b)
}

/// The hash of a string object.
#[must_use]
pub fn of_string(object: Object<'_>) -> u64 {
    match object.raw(2) {
        0 => of_words(
            SEED_STRING,
            &object.words()[3..],
            object.raw(1) as u32 as usize,
        ),
        cached => cached,
    }
}

/// The hash of a symbol or keyword object.
#[must_use]
pub fn of_named(heap: &Heap, object: Object<'_>) -> u64 {
    if object.raw(1) != 0 {
        return object.raw(1);
    }
    let namespace = match heap.try_object(object.word(2)) {
        Some(namespace) => of_string(namespace),
        None => SEED_NIL,
    };
    let name = of_string(heap.object(object.word(3)));
    of_name(object.kind(), Some(namespace), name)
}

/// The hash of a symbol or keyword from the hashes of its namespace and name.
pub(crate) fn of_name(kind: Kind, namespace: Option<u64>, name: u64) -> u64 {
    let seed = if kind == Kind::Keyword {
        SEED_KEYWORD
    } else {
        SEED_SYMBOL
    };
    nonzero(pair(seed, namespace.unwrap_or(SEED_NIL), name))
}

#[inline]
fn of_immediate(word: Word) -> u64 {
    if let Some(value) = word.as_small() {
        of_int(value)
    } else if let Some(value) = word.as_double() {
        // Both zeros are equal.
        nonzero(mix(SEED_DOUBLE ^ if value == 0.0 { 0 } else { word.0 }))
    } else if word == Word::EMPTY_LIST {
        finish_ordered(SEED_ORDERED, 0)
    } else {
        nonzero(mix(SEED_IMMEDIATE ^ word.0))
    }
}

/// The hash of a value that holds no others to be walked; `None` of collections.
#[inline]
fn of_leaf(heap: &Heap, word: Word) -> Option<u64> {
    if !word.is_object() {
        return Some(of_immediate(word));
    }
    let object = heap.object(word);
    Some(match object.kind() {
        Kind::Str => of_string(object),
        Kind::Symbol | Kind::Keyword => of_named(heap, object),
        kind if class_of(kind) != Class::Leaf => return None,
        Kind::Instance if record::has_own_equality(heap, word) => return None,
        _ => of_other(heap, word, object),
    })
}

/// The hash of a number that is not at hand as one word.
fn of_number(number: Num) -> u64 {
    match number {
        Num::Int(value) => of_int(value),
        Num::Double(value) => of_immediate(Word::double(value)),
        Num::Big(value) => match i64::try_from(&value) {
            Ok(value) => of_int(value),
            Err(_) => {
                let (sign, digits) = value.to_u64_digits();
                let sign = u64::from(sign == Sign::Minus);
                of_words(SEED_BIG ^ sign, &digits, digits.len() * 8)
            }
        },
        Num::Ratio(numerator, denominator) => nonzero(pair(
            SEED_RATIO,
            of_number(Num::Big(numerator)),
            of_number(Num::Big(denominator)),
        )),
        Num::Decimal(decimal) => {
            let decimal = decimal.normalized();
            let unscaled = of_number(Num::Big(decimal.unscaled));
            nonzero(pair(SEED_DECIMAL, unscaled, decimal.scale as u64))
        }
    }
}

fn of_other(heap: &Heap, word: Word, object: Object<'_>) -> u64 {
    let kind = object.kind();
    let seed = mix(SEED_OTHER ^ kind as u64);
    nonzero(match kind {
        Kind::Int => return of_int(object.raw(1) as i64),
        Kind::BigInt | Kind::Ratio | Kind::Decimal => match Num::of(heap, word) {
            Some(number) => of_number(number),
            None => seed,
        },
        Kind::Bytes => of_words(SEED_BYTES, &object.words()[3..], object.raw(1) as usize),
        Kind::Inst | Kind::Uuid | Kind::Pid | Kind::Ref => pair(seed, object.raw(1), object.raw(2)),
        // Identity: a serial of the process.
        Kind::Atom | Kind::Volatile | Kind::Delay | Kind::Promise | Kind::Future | Kind::Extent => {
            mix(seed ^ object.raw(1))
        }
        Kind::Type => mix(seed ^ of_named(heap, heap.object(object.word(1)))),
        Kind::Instance => mix(seed ^ object.raw(1)),
        Kind::Regex => mix(seed ^ of_string(heap.object(object.word(1)))),
        Kind::Var | Kind::Secret => mix(seed ^ of_leaf(heap, object.word(2)).unwrap_or(SEED_OTHER)),
        Kind::Function => {
            let mut hash = seed;
            for &capture in object.elements() {
                let capture = Word(capture);
                let part = if capture.is_object() {
                    SEED_OTHER
                } else {
                    of_immediate(capture)
                };
                hash = pair(hash, part, 0);
            }
            hash
        }
        _ => seed,
    })
}

#[inline]
fn ordered(accumulated: u64, element: u64) -> u64 {
    (accumulated.rotate_left(23) ^ element).wrapping_mul(MULTIPLIER)
}

#[inline]
fn finish_ordered(accumulated: u64, count: u64) -> u64 {
    nonzero(mix(accumulated ^ count.wrapping_mul(FOLD)))
}

#[inline]
fn entry(key: u64, value: u64) -> u64 {
    pair(SEED_MAP, key, value)
}

fn finish_unordered(kind: Kind, accumulated: u64, count: u64) -> u64 {
    let seed = if matches!(kind, Kind::SmallSet | Kind::Set | Kind::SortedSet) {
        SEED_SET
    } else {
        SEED_MAP
    };
    nonzero(mix(seed ^ accumulated ^ count.wrapping_mul(FOLD)))
}

// Items of the walk. Frames wait for the hash of the item above them.
const VALUE: i64 = 0; // value
const ORDERED: i64 = 1; // owner, collection, index, count, accumulated
const ENTRIES: i64 = 2; // holder, next word index, accumulated
const KEY_DONE: i64 = 3; // holder, next word index, accumulated; waits for the hash of a key
const ENTRY_DONE: i64 = 4; // key hash, and then as ENTRIES; waits for the hash of a value
const CHILD_DONE: i64 = 5; // as ENTRIES; waits for the sum of a child node
const WHOLE: i64 = 6; // map or set; waits for the sum of its root
const TAGGED: i64 = 7; // tagged literal; waits for the form
const GIVEN: i64 = 8; // hash: what the library has found out

/// Elements taken in one item, so that a budget is not overrun.
const RUN: u32 = 32;

/// Runs a walk to its end.
fn run(heap: &mut Heap, work: &mut Work, budget: &mut Budget, saved: bool) -> Result<u64, Stop> {
    loop {
        let op = work
            .pop(heap)
            .expect("a walk ends with its answer")
            .small_value();
        let done = match op {
            VALUE => {
                let value = work.operand(heap);
                let known = if saved {
                    keys::part_hash(heap, value)
                } else {
                    None
                };
                if known.is_none() && record::has_own_equality(heap, value) {
                    return Err(Stop::Library(value));
                }
                known.or_else(|| open(heap, work, value))
            }
            GIVEN => Some(work.raw(heap)),
            ORDERED => {
                let frame = OrderedFrame::pop(heap, work);
                if !budget.take(RUN) {
                    frame.push(work);
                    return Err(Stop::Budget);
                }
                let owner = frame.owner;
                let done = frame.run(heap, work)?;
                if saved
                    && let Some(hash) = done
                    && heap.header(owner).kind() == Kind::SmallVector
                {
                    keys::know_part(heap, owner, hash);
                }
                done
            }
            ENTRIES => {
                let frame = EntriesFrame::pop(heap, work);
                if !budget.take(RUN) {
                    frame.push(work, ENTRIES);
                    return Err(Stop::Budget);
                }
                frame.run(heap, work)
            }
            _ => unreachable!("the other items wait for a hash"),
        };
        if let Some(hash) = done
            && let Some(answer) = deliver(heap, work, hash)
        {
            return Ok(answer);
        }
        if saved {
            work.spill(heap);
        }
    }
}

/// Gives a hash to the frames that wait for it; the answer when none does.
fn deliver(heap: &mut Heap, work: &mut Work, mut hash: u64) -> Option<u64> {
    loop {
        let Some(op) = work.pop(heap) else {
            return Some(hash);
        };
        match op.small_value() {
            ORDERED => {
                let mut frame = OrderedFrame::pop(heap, work);
                frame.add(hash);
                frame.push(work);
                return None;
            }
            KEY_DONE => {
                let mut frame = EntriesFrame::pop(heap, work);
                let holder = heap.object(frame.holder);
                if trie::stride(holder.kind()) == 1 {
                    frame.add(mix(hash));
                    frame.push(work, ENTRIES);
                    return None;
                }
                let value = holder.word(frame.index as usize);
                frame.index += 1;
                if let Some(of_value) = of_leaf(heap, value) {
                    frame.add(entry(hash, of_value));
                    frame.push(work, ENTRIES);
                } else {
                    frame.push_parts(work);
                    work.push_raw(hash);
                    work.push(Word::small(ENTRY_DONE));
                    work.push_item(&[value], VALUE);
                }
                return None;
            }
            ENTRY_DONE => {
                let key = work.raw(heap);
                let mut frame = EntriesFrame::pop(heap, work);
                frame.add(entry(key, hash));
                frame.push(work, ENTRIES);
                return None;
            }
            CHILD_DONE => {
                let mut frame = EntriesFrame::pop(heap, work);
                frame.add(hash);
                frame.push(work, ENTRIES);
                return None;
            }
            WHOLE => {
                let owner = work.operand(heap);
                let object = heap.object(owner);
                let count = match object.kind() {
                    Kind::SmallMap | Kind::SmallSet => u64::from(object.header().aux()),
                    _ => object.raw(1),
                };
                hash = finish_unordered(object.kind(), hash, count);
                heap.cache_hash(owner, hash);
            }
            TAGGED => {
                let owner = work.operand(heap);
                let tag = of_leaf(heap, heap.word(owner, 1)).unwrap_or(SEED_OTHER);
                hash = nonzero(pair(SEED_OTHER, tag, hash));
            }
            _ => unreachable!("no frame waits for a hash"),
        }
    }
}

/// Begins with a value: its hash if it is at hand, else items.
fn open(heap: &mut Heap, work: &mut Work, value: Word) -> Option<u64> {
    if let Some(hash) = of_leaf(heap, value) {
        cache_leaf(heap, value, hash);
        return Some(hash);
    }
    let object = heap.object(value);
    let hash_word = object.kind().hash_word();
    if hash_word != 0 && object.raw(hash_word) != 0 {
        return Some(object.raw(hash_word));
    }
    match object.kind() {
        Kind::SmallMap | Kind::SmallSet => {
            work.push_item(&[value], WHOLE);
            EntriesFrame {
                holder: value,
                index: 2,
                accumulated: 0,
            }
            .push(work, ENTRIES);
        }
        Kind::Map | Kind::Set | Kind::SortedMap | Kind::SortedSet => {
            let root = object.word(3);
            work.push_item(&[value], WHOLE);
            if root.is_nil() {
                return Some(0);
            }
            EntriesFrame {
                holder: root,
                index: trie::start(heap.header(root).kind()),
                accumulated: 0,
            }
            .push(work, ENTRIES);
        }
        Kind::Tagged => {
            let form = object.word(2);
            work.push_item(&[value], TAGGED);
            work.push_item(&[form], VALUE);
        }
        Kind::Record => {
            let (_, values, extra) = record::parts(object);
            let parts = vector::make(heap, &[values, extra]);
            work.push_item(&[value], TAGGED);
            work.push_item(&[parts], VALUE);
        }
        _ => OrderedFrame {
            owner: value,
            cursor: Cursor::new(value),
            count: 0,
            accumulated: SEED_ORDERED,
        }
        .push(work),
    }
    None
}

struct OrderedFrame {
    owner: Word,
    cursor: Cursor,
    count: u64,
    accumulated: u64,
}

impl OrderedFrame {
    fn pop(heap: &Heap, work: &mut Work) -> OrderedFrame {
        let accumulated = work.raw(heap);
        let count = work.number(heap) as u64;
        let index = work.number(heap) as u64;
        let collection = work.operand(heap);
        let owner = work.operand(heap);
        OrderedFrame {
            owner,
            cursor: Cursor { collection, index },
            count,
            accumulated,
        }
    }

    fn push(&self, work: &mut Work) {
        work.push(self.owner);
        work.push(self.cursor.collection);
        work.push(Word::small(self.cursor.index as i64));
        work.push(Word::small(self.count as i64));
        work.push_raw(self.accumulated);
        work.push(Word::small(ORDERED));
    }

    fn add(&mut self, element: u64) {
        self.accumulated = ordered(self.accumulated, element);
        self.count += 1;
    }

    /// Takes some elements; the hash at the end.
    fn run(mut self, heap: &mut Heap, work: &mut Work) -> Result<Option<u64>, Stop> {
        for _ in 0..RUN {
            match self.cursor.advance(heap) {
                Advance::Item(element) => match of_leaf(heap, element) {
                    Some(hash) => {
                        cache_leaf(heap, element, hash);
                        self.add(hash);
                    }
                    None => {
                        self.push(work);
                        work.push_item(&[element], VALUE);
                        return Ok(None);
                    }
                },
                Advance::End => {
                    let hash = finish_ordered(self.accumulated, self.count);
                    if heap.header(self.owner).kind().hash_word() != 0 {
                        heap.cache_hash(self.owner, hash);
                    }
                    return Ok(Some(hash));
                }
                Advance::Unfinished(cell) => {
                    self.push(work);
                    return Err(Stop::Unfinished(cell));
                }
            }
        }
        self.push(work);
        Ok(None)
    }
}

/// Entries (then children) of a small map or set, or of a node.
struct EntriesFrame {
    holder: Word,
    index: u32,
    accumulated: u64,
}

impl EntriesFrame {
    fn pop(heap: &Heap, work: &mut Work) -> EntriesFrame {
        let accumulated = work.raw(heap);
        let index = work.number(heap) as u32;
        let holder = work.operand(heap);
        EntriesFrame {
            holder,
            index,
            accumulated,
        }
    }

    fn push_parts(&self, work: &mut Work) {
        work.push(self.holder);
        work.push(Word::small(i64::from(self.index)));
        work.push_raw(self.accumulated);
    }

    fn push(&self, work: &mut Work, op: i64) {
        self.push_parts(work);
        work.push(Word::small(op));
    }

    fn add(&mut self, hash: u64) {
        self.accumulated = self.accumulated.wrapping_add(hash);
    }

    fn run(mut self, heap: &mut Heap, work: &mut Work) -> Option<u64> {
        let (entries_end, children_end) = trie::bounds(heap.object(self.holder));
        for _ in 0..RUN {
            if (2..entries_end).contains(&self.index) {
                let key = heap.word(self.holder, self.index);
                self.index += 1;
                let Some(hash) = of_leaf(heap, key) else {
                    self.push(work, KEY_DONE);
                    work.push_item(&[key], VALUE);
                    return None;
                };
                let holder = heap.object(self.holder);
                if trie::stride(holder.kind()) == 1 {
                    self.add(mix(hash));
                    continue;
                }
                let value = holder.word(self.index as usize);
                let Some(of_value) = of_leaf(heap, value) else {
                    self.index += 1;
                    self.push_parts(work);
                    work.push_raw(hash);
                    work.push(Word::small(ENTRY_DONE));
                    work.push_item(&[value], VALUE);
                    return None;
                };
                self.index += 1;
                self.add(entry(hash, of_value));
            } else if self.index < children_end {
                let child = heap.word(self.holder, self.index);
                self.index += 1;
                if child.is_nil() {
                    continue;
                }
                self.push(work, CHILD_DONE);
                EntriesFrame {
                    holder: child,
                    index: trie::start(heap.header(child).kind()),
                    accumulated: 0,
                }
                .push(work, ENTRIES);
                return None;
            } else {
                return Some(self.accumulated);
            }
        }
        self.push(work, ENTRIES);
        None
    }
}

/// Keeps the hash of a string, symbol or keyword in its hash word.
#[inline]
fn cache_leaf(heap: &mut Heap, word: Word, hash: u64) {
    if word.is_reference()
        && matches!(
            heap.header(word).kind(),
            Kind::Str | Kind::Symbol | Kind::Keyword
        )
    {
        heap.cache_hash(word, hash);
    }
}

fn walk(heap: &mut Heap, value: Word, mut budget: Budget) -> Result<u64, Stop> {
    let mut work = Work::new();
    work.push_item(&[value], VALUE);
    run(heap, &mut work, &mut budget, false)
}

/// The hash of a key or element.
///
/// # Errors
/// [`Trap::HashKey`] of a large or unfinished one, where keys can be left to the library; elsewhere
/// [`Trap::Force`] when a lazy cell in it is unrealized.
#[inline]
pub fn of_key(heap: &mut Heap, key: Word) -> Result<u64, Trap> {
    if let Some(value) = key.as_small() {
        return Ok(of_int(value));
    }
    if let Some(hash) = of_leaf(heap, key) {
        cache_leaf(heap, key, hash);
        return Ok(hash);
    }
    if let Some(hash) = keys::known_hash(heap, key) {
        return Ok(hash);
    }
    let budget = keys::budget(heap);
    walk(heap, key, budget).map_err(|stop| match stop {
        // The library goes on behind the cell; here hashing would begin again.
        Stop::Unfinished(_) if keys::hands_over(heap) => Trap::HashKey(key),
        Stop::Unfinished(cell) => Trap::Force(cell),
        Stop::Throw(error) => Trap::Throw(error),
        Stop::Budget | Stop::Library(_) => Trap::HashKey(key),
    })
}

/// The hash of any value.
///
/// # Errors
/// [`Trap::Slow`] (`hash*slow`) when it is large or unfinished.
pub fn of_value(heap: &mut Heap, value: Word) -> Result<u64, Trap> {
    if let Some(hash) = of_leaf(heap, value) {
        cache_leaf(heap, value, hash);
        return Ok(hash);
    }
    let budget = Budget::call(heap);
    walk(heap, value, budget).map_err(|_| Trap::Slow("hash*slow"))
}

/// The hash of an instance that is equal to itself alone, whatever its type says.
#[must_use]
pub fn of_identity(heap: &Heap, instance: Word) -> Option<u64> {
    let object = heap.try_object(instance)?;
    (object.kind() == Kind::Instance).then(|| of_other(heap, instance, object))
}

/// A state for [`step`].
pub fn start(heap: &mut Heap, value: Word) -> Word {
    let mut work = Work::new();
    work.push_item(&[value], VALUE);
    work.into_state(heap, Walk::Hash, Word::NIL)
}

/// Goes on with the hash that the library has found out of the value that the walk stopped at ([`Stop::Library`]).
pub(crate) fn give(heap: &mut Heap, state: Word, hash: i64) {
    let mut work = Work::load(heap, state);
    work.push_raw(nonzero(hash as u64));
    work.push(Word::small(GIVEN));
    work.save(heap, state);
}

/// Works on a state for a bounded time: the hash, or how the walk stopped.
pub(crate) fn step(heap: &mut Heap, state: Word) -> Result<u64, Stop> {
    let mut work = Work::load(heap, state);
    let mut budget = Budget::step(heap);
    let result = run(heap, &mut work, &mut budget, true);
    work.save(heap, state);
    if result.is_ok() {
        keys::forget_parts(heap);
    }
    result
}
