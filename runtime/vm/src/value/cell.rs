//! Cells of a process: atoms, volatiles, promises, and what `deref` reads.
//!
//! # Invariants
//! - Each has a serial of its process, which is what it hashes by.
//! - They change only through the write barrier. Atoms of the boot segment are copied into the
//!   process before they are touched.
//! - Where code must be pure, a cell that was there before cannot be changed ([`Heap::disown_cells`]).

use super::error::{wrong_state, wrong_type};
use super::lazy::{self, State};
use super::{string, vector};
use crate::heap::Heap;
use crate::native::{NativeResult, Trap};
use crate::object::Kind;
use crate::word::Word;

/// Index of the value word of an atom and a volatile.
const VALUE: u32 = 2;
const ATOM_HOOKS: u32 = 3;
const ATOM_META: u32 = 4;

/// Makes an atom.
pub fn make_atom(heap: &mut Heap, value: Word) -> Word {
    let serial = heap.fresh_serial();
    heap.make(Kind::Atom, 0, 0, &[serial], &[value, Word::NIL, Word::NIL])
}

/// Makes a volatile.
pub fn make_volatile(heap: &mut Heap, value: Word) -> Word {
    let serial = heap.fresh_serial();
    heap.make(Kind::Volatile, 0, 0, &[serial], &[value])
}

/// Makes a promise without a value.
pub fn make_promise(heap: &mut Heap) -> Word {
    let serial = heap.fresh_serial();
    heap.make(
        Kind::Promise,
        0,
        0,
        &[serial],
        &[Word::small(State::Unrealized as i64), Word::NIL],
    )
}

/// Gives a promise its value; false if it had one.
///
/// # Errors
/// `:ox/type`.
pub fn deliver(heap: &mut Heap, promise: Word, value: Word) -> Result<bool, Trap> {
    if heap.kind_of(promise) != Some(Kind::Promise) {
        return Err(wrong_type(heap, promise, "a promise"));
    }
    if heap.word(promise, 2) != Word::small(State::Unrealized as i64) {
        return Ok(false);
    }
    heap.write(promise, 2, Word::small(State::Realized as i64));
    heap.write(promise, 3, value);
    Ok(true)
}

/// State word of a future whose fiber was cancelled; the other states are [`State`]'s.
pub const CANCELLED: i64 = State::Failed as i64 + 1;

/// Makes the future of a fiber that runs.
pub fn make_future(heap: &mut Heap, fiber: u64) -> Word {
    heap.make(
        Kind::Future,
        0,
        0,
        &[fiber],
        &[Word::small(State::Unrealized as i64), Word::NIL],
    )
}

/// The fiber of a future.
#[must_use]
pub fn future_fiber(heap: &Heap, future: Word) -> Option<u64> {
    let object = heap.try_object(future)?;
    (object.kind() == Kind::Future).then(|| object.raw(1))
}

/// The serial of a promise, which no other of the process has.
#[must_use]
pub fn promise_serial(heap: &Heap, promise: Word) -> Option<u64> {
    let object = heap.try_object(promise)?;
    (object.kind() == Kind::Promise).then(|| object.raw(1))
}

/// State word and content of a future or promise: its value or error.
#[must_use]
pub fn outcome(heap: &Heap, cell: Word) -> Option<(i64, Word)> {
    let object = heap.try_object(cell)?;
    matches!(object.kind(), Kind::Future | Kind::Promise)
        .then(|| (object.word(2).small_value(), object.word(3)))
}

/// Whether it is a future or promise that has its outcome.
#[must_use]
pub fn has_ended(heap: &Heap, cell: Word) -> bool {
    outcome(heap, cell).is_some_and(|(state, _)| state >= State::Realized as i64)
}

/// Ends a future.
pub fn end_future(heap: &mut Heap, future: Word, state: i64, content: Word) {
    heap.write(future, 2, Word::small(state));
    heap.write(future, 3, content);
}

fn expect(heap: &mut Heap, word: Word, kind: Kind, expected: &'static str) -> Result<(), Trap> {
    if heap.kind_of(word) == Some(kind) {
        Ok(())
    } else {
        Err(wrong_type(heap, word, expected))
    }
}

fn set(heap: &mut Heap, cell: Word, index: u32, value: Word) -> Result<(), Trap> {
    if !cell.is_reference() {
        return Err(wrong_state(heap, "a shared cell cannot be changed"));
    }
    if heap.object(cell).raw(1) < heap.own_from && !is_memo(heap, cell)? {
        let op = string::make_keyword(heap, Some("ox"), "change");
        return Err(Trap::Effect(vector::make(heap, &[op, cell])));
    }
    heap.write(cell, index, value);
    Ok(())
}

/// Whether the cell is the table of a function that remembers its results.
#[cold]
fn is_memo(heap: &mut Heap, cell: Word) -> Result<bool, Trap> {
    if heap.kind_of(cell) != Some(Kind::Atom) || heap.word(cell, ATOM_META).is_nil() {
        return Ok(false);
    }
    let memo = string::make_keyword(heap, Some("ox"), "memo");
    let meta = heap.word(cell, ATOM_META);
    Ok(super::map::get(heap, meta, memo)?.is_some())
}

/// The value of an atom.
///
/// # Errors
/// `:ox/type`.
pub fn atom_value(heap: &mut Heap, atom: Word) -> NativeResult {
    expect(heap, atom, Kind::Atom, "an atom")?;
    Ok(heap.word(atom, VALUE))
}

/// Sets the value of an atom.
///
/// # Errors
/// `:ox/type`.
pub fn set_atom(heap: &mut Heap, atom: Word, value: Word) -> NativeResult {
    expect(heap, atom, Kind::Atom, "an atom")?;
    set(heap, atom, VALUE, value)?;
    Ok(value)
}

/// Validator and watches of an atom, a map or nil.
///
/// # Errors
/// `:ox/type`.
pub fn hooks(heap: &mut Heap, atom: Word) -> NativeResult {
    expect(heap, atom, Kind::Atom, "an atom")?;
    Ok(heap.word(atom, ATOM_HOOKS))
}

/// Sets the hooks of an atom.
///
/// # Errors
/// `:ox/type`.
pub fn set_hooks(heap: &mut Heap, atom: Word, hooks: Word) -> NativeResult {
    expect(heap, atom, Kind::Atom, "an atom")?;
    set(heap, atom, ATOM_HOOKS, hooks)?;
    Ok(Word::NIL)
}

/// Sets the metadata of an atom.
///
/// # Errors
/// `:ox/type`.
pub fn set_meta(heap: &mut Heap, atom: Word, meta: Word) -> NativeResult {
    expect(heap, atom, Kind::Atom, "an atom")?;
    if !meta.is_nil() && !super::map::is_map(heap, meta) {
        return Err(wrong_type(heap, meta, "a map or nil"));
    }
    set(heap, atom, ATOM_META, meta)?;
    Ok(meta)
}

/// Sets the value of a volatile.
///
/// # Errors
/// `:ox/type`.
pub fn set_volatile(heap: &mut Heap, volatile: Word, value: Word) -> NativeResult {
    expect(heap, volatile, Kind::Volatile, "a volatile")?;
    set(heap, volatile, VALUE, value)?;
    Ok(value)
}

/// `(deref reference)` of all but vars.
///
/// # Errors
/// `:ox/type`; [`Trap::Slow`] (`deref*slow`) when something is to be computed or waited for.
pub fn deref(heap: &mut Heap, reference: Word) -> NativeResult {
    let Some(object) = heap.try_object(reference) else {
        return Err(wrong_type(heap, reference, "a reference"));
    };
    match object.kind() {
        Kind::Atom | Kind::Volatile => Ok(object.word(2)),
        Kind::Reduced => Ok(object.word(1)),
        Kind::Delay | Kind::Promise | Kind::Future => {
            if object.word(2) == Word::small(State::Realized as i64) {
                Ok(object.word(3))
            } else {
                Err(Trap::Slow("deref*slow"))
            }
        }
        // A type of the program may say itself what it refers to.
        Kind::Instance | Kind::Record => Err(Trap::Slow("deref*slow")),
        _ => Err(wrong_type(heap, reference, "a reference")),
    }
}

/// `(realized? x)`
///
/// # Errors
/// `:ox/type`.
pub fn is_realized(heap: &mut Heap, cell: Word) -> Result<bool, Trap> {
    if let Some((state, _)) = lazy::read(heap, cell) {
        return Ok(matches!(state, State::Realized | State::Failed));
    }
    match heap.kind_of(cell) {
        Some(Kind::Promise | Kind::Future) => {
            let state = heap.word(cell, 2).small_value();
            Ok(state >= State::Realized as i64)
        }
        _ => Err(wrong_type(
            heap,
            cell,
            "a delay, lazy sequence, future or promise",
        )),
    }
}
