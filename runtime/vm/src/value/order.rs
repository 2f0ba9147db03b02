//! Order: `compare`, and the order of keys in collision nodes.
//!
//! # Invariants
//! - `compare` is total within one type: numbers by value, texts by characters, vectors by length
//!   and then by element; nil is before everything; all else is an error.
//! - Walks are iterative, with a slow path as equality's.

use super::error::wrong_type;
use super::work::{Budget, Stop, Walk, Work};
use super::{number, record, string, vector};
use crate::heap::Heap;
use crate::native::Trap;
use crate::object::{Kind, Object};
use crate::word::Word;
use std::cmp::Ordering;

const PAIR: i64 = 0; // a, b: two values
const ELEMENTS: i64 = 1; // a, b, index: two vectors of one length from an index on

/// Elements taken in one item.
const RUN: usize = 32;

fn texts(x: Object<'_>, y: Object<'_>) -> Ordering {
    string::text(x).cmp(string::text(y))
}

fn names(heap: &Heap, x: Object<'_>, y: Object<'_>) -> Ordering {
    let (namespace_x, name_x) = string::parts_of(heap, x);
    let (namespace_y, name_y) = string::parts_of(heap, y);
    // `None` is before every namespace.
    (namespace_x, name_x).cmp(&(namespace_y, name_y))
}

/// Compares two values that are no vectors; `None` of two vectors.
fn leaves(heap: &mut Heap, a: Word, b: Word) -> Result<Option<Ordering>, Trap> {
    if a == b && !a.is_double() {
        return Ok(Some(Ordering::Equal));
    }
    if let (Some(x), Some(y)) = (a.as_small(), b.as_small()) {
        return Ok(Some(x.cmp(&y)));
    }
    if a.is_nil() {
        return Ok(Some(Ordering::Less));
    }
    if b.is_nil() {
        return Ok(Some(Ordering::Greater));
    }
    if number::is_number(heap, a) {
        if !number::is_number(heap, b) {
            return Err(wrong_type(heap, b, "a number, to compare with one"));
        }
        return match number::compare::compare(heap, a, b) {
            Ok(order) => Ok(Some(order)),
            Err(fault) => Err(fault.trap(heap)),
        };
    }
    if let (Some(x), Some(y)) = (a.as_char(), b.as_char()) {
        return Ok(Some(x.cmp(&y)));
    }
    if let (Some(x), Some(y)) = (a.as_bool(), b.as_bool()) {
        return Ok(Some(x.cmp(&y)));
    }
    if a.is_object() && b.is_object() {
        let (x, y) = (heap.object(a), heap.object(b));
        let order = match (x.kind(), y.kind()) {
            (Kind::Str, Kind::Str) => Some(texts(x, y)),
            (Kind::Keyword, Kind::Keyword) | (Kind::Symbol, Kind::Symbol) => {
                Some(names(heap, x, y))
            }
            (Kind::Inst, Kind::Inst) => {
                Some((x.raw(1) as i64, x.raw(2)).cmp(&(y.raw(1) as i64, y.raw(2))))
            }
            // Two signed halves, as in Java.
            (Kind::Uuid, Kind::Uuid) => {
                Some((x.raw(1) as i64, x.raw(2) as i64).cmp(&(y.raw(1) as i64, y.raw(2) as i64)))
            }
            (Kind::SmallVector | Kind::Vector, Kind::SmallVector | Kind::Vector) => {
                let by_count = vector::count(x).cmp(&vector::count(y));
                return Ok((by_count != Ordering::Equal).then_some(by_count));
            }
            _ => None,
        };
        if order.is_some() {
            return Ok(order);
        }
    }
    if record::says_itself(heap, a) {
        return Err(Trap::Slow("compare*slow"));
    }
    Err(incomparable(heap, a, b))
}

#[cold]
fn incomparable(heap: &mut Heap, a: Word, b: Word) -> Trap {
    use super::fault::{Fault, describe};
    let message = format!(
        "{} cannot be compared with {}",
        describe(heap, a),
        describe(heap, b)
    );
    Fault::new("type", message).with("value", b).trap(heap)
}

fn run(
    heap: &mut Heap,
    work: &mut Work,
    budget: &mut Budget,
    saved: bool,
) -> Result<Ordering, Stop> {
    while let Some(op) = work.pop(heap) {
        if !budget.take(RUN as u32 / 4) {
            work.push(op);
            return Err(Stop::Budget);
        }
        let order = match op.small_value() {
            PAIR => {
                let b = work.operand(heap);
                let a = work.operand(heap);
                pair(heap, work, a, b)?
            }
            _ => {
                let start = work.number(heap) as usize;
                let b = work.operand(heap);
                let a = work.operand(heap);
                elements(heap, work, a, b, start)?
            }
        };
        if order != Ordering::Equal {
            return Ok(order);
        }
        if saved {
            work.spill(heap);
        }
    }
    Ok(Ordering::Equal)
}

/// How a walk stops at two values that cannot be compared here.
fn stop(heap: &mut Heap, trap: Trap, a: Word, b: Word) -> Stop {
    match trap {
        Trap::Throw(error) => Stop::Throw(error),
        _ => Stop::Library(heap.make(Kind::Array, 0, 0, &[], &[a, b])),
    }
}

fn pair(heap: &mut Heap, work: &mut Work, a: Word, b: Word) -> Result<Ordering, Stop> {
    Ok(
        match leaves(heap, a, b).map_err(|trap| stop(heap, trap, a, b))? {
            Some(order) => order,
            None => {
                work.push_item(&[a, b, Word::small(0)], ELEMENTS);
                Ordering::Equal
            }
        },
    )
}

fn elements(
    heap: &mut Heap,
    work: &mut Work,
    a: Word,
    b: Word,
    start: usize,
) -> Result<Ordering, Stop> {
    for index in start..start + RUN {
        let (Some(x), Some(y)) = (vector::nth(heap, a, index), vector::nth(heap, b, index)) else {
            return Ok(Ordering::Equal);
        };
        let known = leaves(heap, x, y);
        if known.is_err() {
            work.push_item(&[a, b, Word::small(index as i64 + 1)], ELEMENTS);
        }
        match known.map_err(|trap| stop(heap, trap, x, y))? {
            Some(Ordering::Equal) => {}
            Some(order) => return Ok(order),
            None => {
                work.push_item(&[a, b, Word::small(index as i64 + 1)], ELEMENTS);
                work.push_item(&[x, y, Word::small(0)], ELEMENTS);
                return Ok(Ordering::Equal);
            }
        }
    }
    work.push_item(&[a, b, Word::small((start + RUN) as i64)], ELEMENTS);
    Ok(Ordering::Equal)
}

/// `(compare a b)`
///
/// # Errors
/// `:ox/type`; [`Trap::Slow`] (`compare*slow`) when they are deep or large, or of a type that says itself.
pub fn compare(heap: &mut Heap, a: Word, b: Word) -> Result<Ordering, Trap> {
    if let Some(order) = leaves(heap, a, b)? {
        return Ok(order);
    }
    let mut work = Work::new();
    work.push_item(&[a, b, Word::small(0)], ELEMENTS);
    let mut budget = Budget::call(heap);
    run(heap, &mut work, &mut budget, false).map_err(|stop| match stop {
        Stop::Throw(error) => Trap::Throw(error),
        _ => Trap::Slow("compare*slow"),
    })
}

/// A state for [`step`].
pub fn start(heap: &mut Heap, a: Word, b: Word) -> Word {
    let mut work = Work::new();
    work.push_item(&[a, b], PAIR);
    work.into_state(heap, Walk::Order, Word::NIL)
}

/// Goes on with the order that the library has found out of the two values that the walk stopped at
/// ([`Stop::Library`]).
pub(crate) fn give(heap: &mut Heap, state: Word, order: i64) {
    let mut work = Work::load(heap, state);
    work.push_item(&[Word::small(order.signum()), Word::small(0)], PAIR);
    work.save(heap, state);
}

/// Works on a state for a bounded time: the order, or how the walk stopped.
pub(crate) fn step(heap: &mut Heap, state: Word) -> Result<Ordering, Stop> {
    let mut work = Work::load(heap, state);
    let mut budget = Budget::step(heap);
    let result = run(heap, &mut work, &mut budget, true);
    work.save(heap, state);
    result
}

/// The order of two unequal keys of one hash in a collision node: by kind, then by content where
/// that is at hand. Keys that are not ordered (collections, NaNs) stay in the order of insertion.
#[cold]
pub(crate) fn of_collision(heap: &Heap, a: Word, b: Word) -> Ordering {
    if !a.is_object() || !b.is_object() {
        return a.is_object().cmp(&b.is_object()).then(if a.is_object() {
            Ordering::Equal
        } else {
            a.cmp(&b)
        });
    }
    let (x, y) = (heap.object(a), heap.object(b));
    let by_kind = (x.kind() as u8).cmp(&(y.kind() as u8));
    by_kind.then_with(|| match x.kind() {
        Kind::Str => texts(x, y),
        Kind::Keyword | Kind::Symbol => names(heap, x, y),
        Kind::Function
        | Kind::Native
        | Kind::Var
        | Kind::Atom
        | Kind::Volatile
        | Kind::Delay
        | Kind::Promise
        | Kind::Future
        | Kind::Extent
        | Kind::Int => x.raw(1).cmp(&y.raw(1)),
        Kind::Bytes => string::bytes(x).cmp(string::bytes(y)),
        Kind::Uuid | Kind::Inst | Kind::Pid | Kind::Ref => x.words().cmp(y.words()),
        _ => Ordering::Equal,
    })
}
