//! Order and equality of numbers.
//!
//! `== < <=` compare by value, whatever the types; `=` also wants one category: integer, ratio,
//! decimal, double. NaN is equal to nothing, and neither before nor after.
//!
//! # Invariants
//! - Exact numbers are compared exactly, however far apart they are in size, at a cost bounded by
//!   their digits.

use super::arithmetic::Pair;
use super::{Num, try_int};
use crate::heap::Heap;
use crate::object::{FLAG_NEGATIVE, Kind, Object};
use crate::value::fault::Fallible;
use crate::word::Word;
use num_bigint::{BigInt, Sign};
use std::cmp::Ordering;

/// Order by value; `None` when one is NaN.
///
/// # Errors
/// `:ox/type` for what is no number.
pub fn relate(heap: &Heap, a: Word, b: Word) -> Fallible<Option<Ordering>> {
    if let (Some(a), Some(b)) = (try_int(heap, a), try_int(heap, b)) {
        return Ok(Some(a.cmp(&b)));
    }
    let (a, b) = (Num::expect(heap, a)?, Num::expect(heap, b)?);
    order(a, b)
}

/// Order by value; `None` when one is NaN.
///
/// # Errors
/// `:ox/memory-limit`, for products of ratios above the greatest number.
pub(crate) fn order(a: Num, b: Num) -> Fallible<Option<Ordering>> {
    let (a, b) = match (a, b) {
        // A ratio may have no finite decimal; both have a ratio.
        (Num::Ratio(n, d), Num::Decimal(x)) => {
            (Num::Ratio(n, d), super::convert::decimal_to_ratio(&x)?)
        }
        (Num::Decimal(x), Num::Ratio(n, d)) => {
            (super::convert::decimal_to_ratio(&x)?, Num::Ratio(n, d))
        }
        pair => pair,
    };
    Ok(match Pair::of(a, b)? {
        Pair::Int(a, b) => Some(a.cmp(&b)),
        Pair::Big(a, b) => Some(a.cmp(&b)),
        Pair::Ratio([an, ad], [bn, bd]) => {
            let (left, right) = (an.bits() + bd.bits(), bn.bits() + ad.bits());
            super::check_bits(left.max(right))?;
            // Mostly the lengths decide; a product is a bit shorter at most.
            Some(if an.sign() == bn.sign() && left.abs_diff(right) > 1 {
                match an.sign() {
                    Sign::Minus => right.cmp(&left),
                    Sign::NoSign | Sign::Plus => left.cmp(&right),
                }
            } else {
                (an * bd).cmp(&(bn * ad))
            })
        }
        Pair::Decimal(a, b) => Some(a.compare(&b)),
        Pair::Double(a, b) => a.partial_cmp(&b),
    })
}

pub(crate) fn is_less(order: Option<Ordering>) -> bool {
    order == Some(Ordering::Less)
}

pub(crate) fn is_less_eq(order: Option<Ordering>) -> bool {
    matches!(order, Some(Ordering::Less | Ordering::Equal))
}

pub(crate) fn is_same(order: Option<Ordering>) -> bool {
    order == Some(Ordering::Equal)
}

/// The value of an integer object, of either type.
#[derive(Clone, Copy, Debug)]
pub enum Integer<'h> {
    /// fits 64 bits
    Fixed(i64),
    /// does not: sign and magnitude, little-endian words without leading zeros
    Big {
        /// below zero
        negative: bool,
        /// absolute value
        magnitude: &'h [u64],
    },
}

/// The value of an object of kind [`Kind::Int`] or [`Kind::BigInt`], for equality and hashing,
/// which do not tell the two apart.
#[must_use]
pub fn integer_parts(object: Object<'_>) -> Integer<'_> {
    if object.kind() == Kind::Int {
        return Integer::Fixed(object.raw(1) as i64);
    }
    let negative = object.header().flags() & FLAG_NEGATIVE != 0;
    let words = &object.words()[1..];
    let length = words
        .iter()
        .rposition(|&word| word != 0)
        .map_or(0, |last| last + 1);
    let magnitude = &words[..length];
    let fixed = match *magnitude {
        [] => Some(0),
        [low] => {
            let value = if negative {
                -i128::from(low)
            } else {
                i128::from(low)
            };
            i64::try_from(value).ok()
        }
        _ => None,
    };
    match fixed {
        Some(value) => Integer::Fixed(value),
        None => Integer::Big {
            negative,
            magnitude,
        },
    }
}

/// Unscaled value and scale of a decimal object without trailing zeros: the same for equal decimals.
#[must_use]
pub fn stripped_decimal(heap: &Heap, object: Object<'_>) -> (BigInt, i64) {
    let decimal = super::Decimal {
        scale: object.raw(1) as i64,
        unscaled: super::integer_of(heap, object.word(2)),
    }
    .normalized();
    (decimal.unscaled, decimal.scale)
}

/// Category of `=`: numbers of different categories are never equal.
fn category(num: &Num) -> u8 {
    match num {
        Num::Int(_) | Num::Big(_) => 0,
        Num::Ratio(..) => 1,
        Num::Decimal(_) => 2,
        Num::Double(_) => 3,
    }
}

/// Clojure's `=` of two words; false when one is no number.
#[must_use]
pub fn equal(heap: &Heap, a: Word, b: Word) -> bool {
    if let (Some(a), Some(b)) = (try_int(heap, a), try_int(heap, b)) {
        return a == b;
    }
    match (Num::of(heap, a), Num::of(heap, b)) {
        (Some(Num::Ratio(an, ad)), Some(Num::Ratio(bn, bd))) => an == bn && ad == bd,
        (Some(a), Some(b)) if category(&a) == category(&b) => {
            matches!(order(a, b), Ok(Some(Ordering::Equal)))
        }
        _ => false,
    }
}

/// Clojure's `compare` of two numbers: NaN is equal to all.
///
/// # Errors
/// `:ox/type` for what is no number.
pub fn compare(heap: &Heap, a: Word, b: Word) -> Fallible<Ordering> {
    Ok(relate(heap, a, b)?.unwrap_or(Ordering::Equal))
}
