//! Natives of hashing, order and readiness, and the step natives of the slow paths.

use super::{Native, NativeCall};
use crate::heap::Heap;
use crate::native::{NativeResult, Trap};
use crate::value::error::wrong_type;
use crate::value::number::large::{self, Op};
use crate::value::number::make_int;
use crate::value::work::{Stop, Walk};
use crate::value::{equal, hash, order, ready};
use crate::word::Word;
use std::cmp::Ordering;

/// Fuel of a step that comes to its end, and of one that does not.
const LAST_FUEL: u32 = 64;
const STEP_FUEL: u32 = 4096;

/// What a step native answers.
fn step<T>(
    call: &mut NativeCall<'_>,
    walk: Walk,
    step: fn(&mut Heap, Word) -> Result<T, Stop>,
    answer: fn(&mut Heap, T) -> Word,
) -> NativeResult {
    let state = call.args[0];
    if !walk.has(call.heap, state) {
        return Err(wrong_type(call.heap, state, "a state of a step"));
    }
    call.fiber.fuel_spent = LAST_FUEL;
    match step(call.heap, state) {
        Ok(result) => {
            Walk::end(call.heap, state);
            Ok(answer(call.heap, result))
        }
        Err(Stop::Budget) => {
            call.fiber.fuel_spent = STEP_FUEL;
            Ok(Word::NIL)
        }
        Err(Stop::Unfinished(word) | Stop::Library(word)) => Ok(word),
        Err(Stop::Throw(error)) => Err(Trap::Throw(error)),
    }
}

fn order_word(order: Ordering) -> Word {
    Word::small(order as i64)
}

fn hash_word(heap: &mut Heap, hash: u64) -> Word {
    make_int(heap, hash as i64)
}

/// The natives of this family.
pub(super) const NATIVES: &[Native] = &[
    Native::new("ox.core/hash", 1, 1, |call| {
        let hash = hash::of_value(call.heap, call.args[0])?;
        Ok(hash_word(call.heap, hash))
    }),
    Native::new("ox.core/hash-code", 1, 1, |call| {
        match hash::of_value(call.heap, call.args[0]) {
            Ok(hash) => Ok(Word::small(i64::from(hash as i32))),
            Err(Trap::Slow(_)) => Err(Trap::Slow("hash-code*slow")),
            Err(trap) => Err(trap),
        }
    }),
    Native::new(
        "ox.core/identity-hash",
        1,
        1,
        |call| match hash::of_identity(call.heap, call.args[0]) {
            Some(hash) => Ok(hash_word(call.heap, hash)),
            None => Err(wrong_type(
                call.heap,
                call.args[0],
                "an instance of a type of the program",
            )),
        },
    ),
    Native::new("ox.core/compare", 2, 2, |call| {
        let (a, b) = (call.args[0], call.args[1]);
        call.fiber.fuel_spent = large::cost(call.heap, Op::Compare, a, b);
        order::compare(call.heap, a, b).map(order_word)
    }),
    Native::new("ox.core/equal-start", 2, 2, |call| {
        Ok(equal::start(call.heap, call.args[0], call.args[1]))
    }),
    Native::new("ox.core/equal-step", 1, 1, |call| {
        step(call, Walk::Equal, equal::step, |_, same| Word::bool(same))
    }),
    Native::new("ox.core/hash-start", 1, 1, |call| {
        Ok(hash::start(call.heap, call.args[0]))
    }),
    Native::new("ox.core/hash-step", 1, 1, |call| {
        step(call, Walk::Hash, hash::step, hash_word)
    }),
    Native::new("ox.core/compare-start", 2, 2, |call| {
        Ok(order::start(call.heap, call.args[0], call.args[1]))
    }),
    Native::new("ox.core/compare-step", 1, 1, |call| {
        step(call, Walk::Order, order::step, |_, order| order_word(order))
    }),
    Native::new("ox.core/ready-start", 1, 1, |call| {
        Ok(ready::start(call.heap, call.args[0]))
    }),
    Native::new("ox.core/ready-step", 1, 1, |call| {
        step(call, Walk::Ready, ready::step, |_, ()| Word::TRUE)
    }),
    Native::new("ox.core/ready?", 1, 1, |call| {
        Ok(Word::bool(ready::is_ready(call.heap, call.args[0])))
    }),
];
