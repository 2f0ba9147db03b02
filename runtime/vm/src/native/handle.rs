//! Natives of handlers: extents, their bodies, and the answers to requests.

use super::{Native, NativeCall, Resumption};
use crate::native::{NativeResult, Trap};
use crate::object::Kind;
use crate::value::error::wrong_type;
use crate::value::{extent, map};
use crate::word::Word;

fn extent_new(call: &mut NativeCall<'_>) -> NativeResult {
    let handlers = call.args[0];
    if !map::is_map(call.heap, handlers) {
        return Err(wrong_type(call.heap, handlers, "a map of handlers"));
    }
    Ok(extent::make(call.heap, handlers))
}

fn expect_extent(call: &mut NativeCall<'_>) -> Result<Word, Trap> {
    let word = call.args[0];
    if extent::is_extent(call.heap, word) {
        Ok(word)
    } else {
        Err(wrong_type(call.heap, word, "an extent of handlers"))
    }
}

fn extent_enter(call: &mut NativeCall<'_>) -> NativeResult {
    let extent = expect_extent(call)?;
    let body = call.args[1];
    if call.heap.kind_of(body) != Some(Kind::Function) {
        return Err(wrong_type(call.heap, body, "a function"));
    }
    Err(Trap::Enter(extent, body))
}

/// `(extent-resume extent turn value error)`
fn extent_resume(call: &mut NativeCall<'_>) -> NativeResult {
    let extent = expect_extent(call)?;
    let (turn, value, error) = (call.args[1], call.args[2], call.args[3]);
    if !error.is_nil() && call.heap.kind_of(error) != Some(Kind::Error) {
        return Err(wrong_type(call.heap, error, "an error"));
    }
    if turn != extent::turn(call.heap, extent) {
        return Err(answered(call));
    }
    Err(Trap::Resume(Resumption {
        extent,
        value,
        error,
    }))
}

fn answered(call: &mut NativeCall<'_>) -> Trap {
    let message = crate::value::extent::ANSWERED;
    call.error("state", message)
}

/// The natives of this family.
pub(super) const NATIVES: &[Native] = &[
    Native::new("ox.core/extent-new", 1, 1, extent_new),
    Native::new("ox.core/extent-enter", 2, 2, extent_enter),
    Native::new("ox.core/extent-resume", 4, 4, extent_resume),
    Native::new("ox.core/extent-detached", 1, 1, |call| {
        let extent = expect_extent(call)?;
        Ok(extent::detached_turn(call.heap, extent))
    }),
];
