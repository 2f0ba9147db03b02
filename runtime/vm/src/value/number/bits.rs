//! Bit operations on 64-bit integers.

use super::{make_int, try_int};
use crate::heap::Heap;
use crate::native::NativeResult;
use crate::value::fault::{Fallible, Fault, describe};
use crate::word::Word;

fn operand(heap: &Heap, word: Word) -> Fallible<i64> {
    try_int(heap, word).ok_or_else(|| {
        let what = describe(heap, word);
        Fault::new(
            "argument",
            format!("bit operation not supported for {what}"),
        )
        .with("value", word)
    })
}

/// Applies an operation on two 64-bit integers.
///
/// # Errors
/// `:ox/argument` for anything else than 64-bit integers.
pub fn apply(heap: &mut Heap, a: Word, b: Word, op: fn(i64, i64) -> i64) -> NativeResult {
    let operands = operand(heap, a).and_then(|a| Ok((a, operand(heap, b)?)));
    match operands {
        Ok((a, b)) => Ok(make_int(heap, op(a, b))),
        Err(fault) => Err(fault.trap(heap)),
    }
}

/// Shift left by the low six bits of `n`.
#[must_use]
pub fn shift_left(x: i64, n: i64) -> i64 {
    x.wrapping_shl(n as u32)
}

/// Shift right by the low six bits of `n`, keeping the sign.
#[must_use]
pub fn shift_right(x: i64, n: i64) -> i64 {
    x.wrapping_shr(n as u32)
}

/// Shift right by the low six bits of `n`, filling with zeros.
#[must_use]
pub fn shift_right_unsigned(x: i64, n: i64) -> i64 {
    (x as u64).wrapping_shr(n as u32) as i64
}
