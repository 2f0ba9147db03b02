//! The native that steps walks.

use super::{Native, NativeCall, NativeResult, Trap};
use crate::object::Kind;
use crate::value::error::wrong_type;
use crate::value::walk;
use crate::value::work::{Stop, Walk};
use crate::word::Word;

pub(super) const NATIVES: &[Native] = &[Native::new("ox.core/walk-step", 1, 1, step)];

/// Works on a walk for a bounded time: its answer as a reduced value, a lazy cell that has to be
/// realized first, a number to write or the text of one to read, or nil.
fn step(call: &mut NativeCall<'_>) -> NativeResult {
    let state = call.args[0];
    if Walk::of(call.heap, state).is_none() {
        return Err(wrong_type(call.heap, state, "a state of a walk"));
    }
    match walk::step(call.heap, call.image, state, &mut call.fiber.fuel_spent) {
        Ok(word) => {
            Walk::end(call.heap, state);
            Ok(call.heap.make(Kind::Reduced, 0, 0, &[], &[word]))
        }
        Err(Stop::Budget) => Ok(Word::NIL),
        Err(Stop::Unfinished(word) | Stop::Library(word)) => Ok(word),
        Err(Stop::Throw(error)) => Err(Trap::Throw(error)),
    }
}
