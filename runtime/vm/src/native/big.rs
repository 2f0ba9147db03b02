//! Natives of large numbers: the pieces that `ox.core.big` makes its operations of, and what it gives
//! back to walks that have met one.

use super::{Native, NativeCall, NativeResult, Trap};
use crate::object::Kind;
use crate::value::error::wrong_type;
use crate::value::fault::{Fallible, Fault, OrThrow};
use crate::value::number::large::{self, Divided};
use crate::value::number::{Num, convert, make_big, try_int};
use crate::value::string::{is_ascii, text, try_text};
use crate::value::vector;
use crate::value::walk::give;
use crate::word::Word;
use num_bigint::BigInt;

pub(super) const NATIVES: &[Native] = &[
    Native::new("ox.core/big-bits", 1, 1, |call| {
        let bits = large::bits(call.heap, call.args[0]).or_throw(call.heap)?;
        Ok(Word::small(bits as i64))
    }),
    Native::new("ox.core/big-high", 2, 2, |call| part(call, large::high)),
    Native::new("ox.core/big-low", 2, 2, |call| part(call, large::low)),
    Native::new("ox.core/big-shift", 2, 2, |call| part(call, large::shifted)),
    Native::new("ox.core/big-divide", 2, 2, divide),
    Native::new("ox.core/big-gcd-step", 2, 2, gcd_step),
    Native::new("ox.core/big-ratio", 2, 2, |call| {
        let ratio = large::ratio(call.heap, call.args[0], call.args[1]).or_throw(call.heap)?;
        Ok(ratio.make(call.heap))
    }),
    Native::new("ox.core/big-digits", 2, 2, digits),
    Native::new("ox.core/big-read", 3, 3, read),
    Native::new("ox.core/walk-give", 2, 2, |call| {
        give(call.heap, call.args[0], call.args[1])?;
        Ok(Word::NIL)
    }),
];

/// An argument, an integer not below 0.
fn natural(call: &mut NativeCall<'_>, index: usize) -> Result<u64, Trap> {
    let word = call.args[index];
    try_int(call.heap, word)
        .and_then(|n| u64::try_from(n).ok())
        .ok_or_else(|| wrong_type(call.heap, word, "an integer not below 0"))
}

/// A part of an integer, at so many bits.
fn part(
    call: &mut NativeCall<'_>,
    of: fn(&crate::heap::Heap, Word, u64) -> Fallible<BigInt>,
) -> NativeResult {
    let bits = natural(call, 1)?;
    let part = of(call.heap, call.args[0], bits).or_throw(call.heap)?;
    let word = make_big(call.heap, &part);
    // About as long as what it is a part of; copied a few times.
    call.fiber.fuel_spent = call.heap.header(word).size() / 32;
    Ok(word)
}

fn divide(call: &mut NativeCall<'_>) -> NativeResult {
    const SLOW: &str = "big-divide*slow";
    let at_once = call.image.hook(SLOW).is_none();
    let words = [call.args[0], call.args[1]];
    let divided = large::divide(call.heap, words, at_once, &mut call.fiber.fuel_spent);
    match divided.or_throw(call.heap)? {
        Divided::Large => Err(Trap::Slow(SLOW)),
        Divided::Done(q, r) => {
            let words = [make_big(call.heap, &q), make_big(call.heap, &r)];
            Ok(vector::make(call.heap, &words))
        }
    }
}

fn gcd_step(call: &mut NativeCall<'_>) -> NativeResult {
    let left = large::gcd_step(
        call.heap,
        call.args[0],
        call.args[1],
        &mut call.fiber.fuel_spent,
    );
    match left.or_throw(call.heap)? {
        None => Ok(Word::NIL),
        Some((a, b)) => {
            let words = [a, b].map(|n| make_big(call.heap, &BigInt::from(n)));
            Ok(vector::make(call.heap, &words))
        }
    }
}

fn digits(call: &mut NativeCall<'_>) -> NativeResult {
    let width = usize::try_from(natural(call, 1)?).unwrap_or(usize::MAX);
    let text = large::digits(call.heap, call.args[0], width).or_throw(call.heap)?;
    call.fiber.fuel_spent = text.len() as u32 / 4;
    Ok(crate::value::string::make_string(call.heap, &text))
}

fn read(call: &mut NativeCall<'_>) -> NativeResult {
    let (from, to) = (natural(call, 1)? as usize, natural(call, 2)? as usize);
    let word = call.args[0];
    if call.heap.kind_of(word) != Some(Kind::Str) {
        return Err(wrong_type(call.heap, word, "a string"));
    }
    let object = call.heap.object(word);
    let digits = text(object)
        .get(from..to)
        .filter(|digits| is_ascii(object) && digits.len() <= large::TEXT_DIGITS);
    let read = digits.map(|digits| convert::parse_big(digits, 10));
    let value = match read {
        Some(Ok(Some(value))) => Ok(value),
        Some(Err(fault)) => Err(fault),
        _ => Err(Fault::new("number-format", "these are no digits")),
    };
    call.fiber.fuel_spent = to.saturating_sub(from) as u32 / 4;
    let value = value.or_throw(call.heap)?;
    Ok(Num::Big(value).make(call.heap))
}

/// Whether `bigint` of this text is left to the library: an ASCII numeral of many digits, not of too
/// many.
pub(super) fn is_long_numeral(call: &NativeCall<'_>, word: Word) -> bool {
    let Some(text) = try_text(call.heap, word) else {
        return false;
    };
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    large::are_many_digits(call.heap, unsigned.len())
        && crate::value::number::check_bits(text.len() as u64 * 10 / 3).is_ok()
        && unsigned.bytes().all(|b| b.is_ascii_digit())
        && call.image.hook("bigint*slow").is_some()
}
