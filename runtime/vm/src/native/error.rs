//! Natives of errors as values.

use super::{Native, NativeCall};
use crate::heap::Heap;
use crate::native::NativeResult;
use crate::object::Kind;
use crate::value::error::wrong_type;
use crate::value::string::make_keyword;
use crate::value::map;
use crate::word::Word;

const KIND: u32 = 1;
const MESSAGE: u32 = 2;
const DATA: u32 = 3;
const CAUSE: u32 = 4;
const TRACE: u32 = 5;

/// The value at `:ox/kind` of an error's data.
fn kind_in(heap: &mut Heap, data: Word) -> NativeResult {
    if data.is_nil() {
        return Ok(Word::NIL);
    }
    let key = make_keyword(heap, Some("ox"), "kind");
    Ok(map::get(heap, data, key)?.unwrap_or(Word::NIL))
}

fn expect_data(heap: &mut Heap, data: Word) -> NativeResult {
    if data.is_nil() || map::is_map(heap, data) { Ok(data) } else { Err(wrong_type(heap, data, "a map or nil")) }
}

fn new(call: &mut NativeCall<'_>) -> NativeResult {
    let (message, data, cause) = (call.args[0], call.args[1], call.args[2]);
    if !message.is_nil() && call.heap.kind_of(message) != Some(Kind::Str) {
        return Err(wrong_type(call.heap, message, "a string or nil"));
    }
    expect_data(call.heap, data)?;
    if !cause.is_nil() && call.heap.kind_of(cause) != Some(Kind::Error) {
        return Err(wrong_type(call.heap, cause, "an error or nil"));
    }
    let kind = kind_in(call.heap, data)?;
    Ok(call.heap.make(Kind::Error, 0, 0, &[], &[kind, message, data, cause, Word::NIL]))
}

fn with_data(call: &mut NativeCall<'_>) -> NativeResult {
    let (error, data) = (call.args[0], call.args[1]);
    if call.heap.kind_of(error) != Some(Kind::Error) {
        return Err(wrong_type(call.heap, error, "an error"));
    }
    expect_data(call.heap, data)?;
    let kind = kind_in(call.heap, data)?;
    let heap = &mut *call.heap;
    Ok(heap.make_from(Kind::Error, 0, 0, TRACE + 1, error, |old, new| {
        new[1..].copy_from_slice(&old[1..]);
        new[KIND as usize] = kind.0;
        new[DATA as usize] = data.0;
    }))
}

fn part(call: &NativeCall<'_>, index: u32) -> NativeResult {
    let is_error = call.heap.kind_of(call.args[0]) == Some(Kind::Error);
    Ok(if is_error { call.heap.word(call.args[0], index) } else { Word::NIL })
}

/// The natives of this family.
pub(super) const NATIVES: &[Native] = &[
    Native::new("ox.core/error-new", 3, 3, new),
    Native::new("ox.core/error-message", 1, 1, |call| part(call, MESSAGE)),
    Native::new("ox.core/error-data", 1, 1, |call| part(call, DATA)),
    Native::new("ox.core/error-cause", 1, 1, |call| part(call, CAUSE)),
    Native::new("ox.core/error-with-data", 2, 2, with_data),
];
