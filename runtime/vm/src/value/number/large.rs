//! Numbers that are too large for one call: which operations are left to the library, and the
//! pieces of work that it makes them of.
//!
//! `ox.core.big` multiplies, divides, reduces and writes large numbers by halves: each half is an
//! operation like the whole, so what it does is a tree of calls of Ox code, whose leaves are done
//! here. A process can stop between any two of them.
//!
//! # Invariants
//! - A piece is at most linear in the greatest number, or about a millisecond of work.
//! - An operation that is refused for the size of its result is refused before it is left to the
//!   library.

use super::{BIG_BITS_MAX, Num, RATIO_BITS_MAX, extra_words};
use crate::heap::Heap;
use crate::object::Kind;
use crate::value::fault::{Fallible, Fault};
use crate::value::number::arithmetic::{combine_leading, divide_by_zero};
use crate::word::Word;
use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::Zero;

/// Fuel of the largest operation that is done at once: most of a slice.
const AT_ONCE_FUEL: u64 = 40_000;
/// Words of the integers that are brought to lowest terms at once.
const FRACTION_WORDS: u64 = 96;
/// Words of the longest number that is written or read at once: 39,456 digits.
pub(crate) const TEXT_WORDS: u64 = 2048;
/// The same in digits, rounded down.
pub(crate) const TEXT_DIGITS: usize = 39_000;
/// In tests, words up to which anything is done at once.
const SHORT_WORDS: u64 = 4;
/// In tests, digits that are read at once.
const SHORT_DIGITS: usize = 64;
/// Words by which a dividend may be longer than its divisor to be divided at once.
const QUOTIENT_WORDS: u64 = 2;
/// Fuel of one call of [`gcd_step`].
const GCD_FUEL: u64 = 20_000;

/// An operation of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Quot,
    Rem,
    Mod,
    /// By size; never left to the library.
    Compare,
}

/// The library function that an operation on these numbers is left to, if it is too large to be done
/// at once.
#[must_use]
pub(crate) fn slow(heap: &Heap, op: Op, a: Word, b: Word) -> Option<&'static str> {
    if !a.is_object() && !b.is_object() {
        return None;
    }
    let kinds = [a, b].map(|word| heap.kind_of(word));
    if kinds.iter().zip([a, b]).any(|(kind, word)| match kind {
        Some(kind) => !matches!(kind, Kind::Int | Kind::BigInt | Kind::Ratio),
        None => !word.is_small(),
    }) {
        return None;
    }
    if op == Op::Compare {
        return None;
    }
    let (m, n) = (extra_words(heap, a) + 1, extra_words(heap, b) + 1);
    let is_large = if kinds.contains(&Some(Kind::Ratio)) {
        m + n > bound(heap, FRACTION_WORDS)
    } else {
        match op {
            Op::Add | Op::Sub | Op::Compare => false,
            Op::Mul => {
                (m + n - 1) * 64 <= BIG_BITS_MAX
                    && m.max(n) > bound(heap, 0)
                    && (heap.short_steps || u64::from(super::cost(heap, a, b)) > AT_ONCE_FUEL)
            }
            Op::Div => m.min(n) > bound(heap, FRACTION_WORDS) || is_long_division(heap, m, n),
            Op::Quot | Op::Rem | Op::Mod => is_long_division(heap, m, n),
        }
    };
    is_large.then_some(match op {
        Op::Add => "plus*slow",
        Op::Sub => "minus*slow",
        Op::Mul => "times*slow",
        Op::Div => "divide*slow",
        Op::Quot => "quot*slow",
        Op::Rem => "rem*slow",
        Op::Mod => "mod*slow",
        Op::Compare => return None,
    })
}

/// Fuel of an operation that is done at once: an upper bound, computed before.
#[must_use]
pub(crate) fn cost(heap: &Heap, op: Op, a: Word, b: Word) -> u32 {
    if !a.is_object() && !b.is_object() {
        return 0;
    }
    let are_integers = [a, b].iter().all(|&word| {
        word.is_small() || matches!(heap.kind_of(word), Some(Kind::Int | Kind::BigInt))
    });
    if !are_integers {
        return super::cost(heap, a, b);
    }
    let (m, n) = (extra_words(heap, a) + 1, extra_words(heap, b) + 1);
    let fuel = match op {
        Op::Add | Op::Sub | Op::Compare => (m + n) / super::WORD_OPS_PER_FUEL,
        Op::Quot | Op::Rem | Op::Mod => division_fuel(m, n) + (m + n) / super::WORD_OPS_PER_FUEL,
        Op::Mul | Op::Div => return super::cost(heap, a, b),
    };
    u32::try_from(fuel).unwrap_or(u32::MAX)
}

fn bound(heap: &Heap, words: u64) -> u64 {
    if heap.short_steps { SHORT_WORDS } else { words }
}

/// Fuel of dividing numbers of so many words, word by word.
fn division_fuel(m: u64, n: u64) -> u64 {
    (m + 1).saturating_sub(n).saturating_mul(n) / super::WORD_OPS_PER_FUEL
}

fn is_long_division(heap: &Heap, m: u64, n: u64) -> bool {
    m > n + QUOTIENT_WORDS
        && (division_fuel(m, n) > AT_ONCE_FUEL || heap.short_steps && n > SHORT_WORDS)
}

/// Whether a number is too long to be written at once.
#[must_use]
pub(crate) fn is_long_text(heap: &Heap, word: Word) -> bool {
    matches!(heap.kind_of(word), Some(Kind::BigInt | Kind::Ratio))
        && extra_words(heap, word) >= bound(heap, TEXT_WORDS)
}

/// Whether so many digits are too many to be read at once.
#[must_use]
pub(crate) fn are_many_digits(heap: &Heap, digits: usize) -> bool {
    digits
        > if heap.short_steps {
            SHORT_DIGITS
        } else {
            TEXT_DIGITS
        }
}

/// Refuses what `format` cannot write at once.
///
/// # Errors
/// `:ox/memory-limit` for integers of more than 131,072 bits.
pub(crate) fn check_formatted(heap: &Heap, word: Word) -> Fallible<()> {
    if extra_words(heap, word) > 2 * TEXT_WORDS {
        return Err(Fault::too_big(
            "a formatted number of integers of more than 131,072 bits",
        ));
    }
    Ok(())
}

/// An integer of either type.
///
/// # Errors
/// `:ox/type`.
fn integer(heap: &Heap, word: Word) -> Fallible<BigInt> {
    Num::of_integer(heap, word).ok_or_else(|| Fault::type_error(heap, word, "an integer"))
}

fn words_of(n: &BigInt) -> u64 {
    n.bits().div_ceil(64)
}

/// Number of bits of an integer's absolute value.
pub(crate) fn bits(heap: &Heap, word: Word) -> Fallible<u64> {
    Ok(integer(heap, word)?.bits())
}

/// An integer without its last bits, rounded towards zero.
pub(crate) fn high(heap: &Heap, word: Word, bits: u64) -> Fallible<BigInt> {
    let n = integer(heap, word)?;
    Ok(BigInt::from_biguint(n.sign(), n.magnitude() >> bits))
}

/// An integer times a power of two.
///
/// # Errors
/// `:ox/memory-limit` beyond twice the greatest number: parts of a division may pass it a little.
pub(crate) fn shifted(heap: &Heap, word: Word, bits: u64) -> Fallible<BigInt> {
    let n = integer(heap, word)?;
    super::check_bits((n.bits() + bits) / 2)?;
    Ok(n << bits)
}

/// The last bits of an integer, with its sign.
pub(crate) fn low(heap: &Heap, word: Word, bits: u64) -> Fallible<BigInt> {
    let n = integer(heap, word)?;
    let words = usize::try_from(bits / 64).unwrap_or(usize::MAX);
    let mut kept: Vec<u32> = n
        .magnitude()
        .iter_u32_digits()
        .take(words.saturating_mul(2).saturating_add(2))
        .collect();
    let spare = bits % 64;
    for (at, digit) in kept.iter_mut().enumerate().skip(words * 2) {
        let within = spare.saturating_sub((at - words * 2) as u64 * 32);
        *digit = if within >= 32 {
            *digit
        } else {
            *digit & ((1 << within) - 1)
        };
    }
    Ok(BigInt::from_slice(n.sign(), &kept))
}

/// Quotient and rest of a division, towards zero.
pub(crate) enum Divided {
    /// They are.
    Done(BigInt, BigInt),
    /// It is left to the library.
    Large,
}

/// Divides integers, if that is short or `at_once`; `spent` grows by the fuel.
///
/// # Errors
/// `:ox/arithmetic` when the divisor is 0.
pub(crate) fn divide(
    heap: &Heap,
    [a, b]: [Word; 2],
    at_once: bool,
    spent: &mut u32,
) -> Fallible<Divided> {
    let (x, y) = (integer(heap, a)?, integer(heap, b)?);
    if y.is_zero() {
        return Err(divide_by_zero());
    }
    let (m, n) = (words_of(&x), words_of(&y));
    if !at_once && is_long_division(heap, m, n) {
        return Ok(Divided::Large);
    }
    let fuel = division_fuel(m, n) + (m + n) / super::WORD_OPS_PER_FUEL;
    *spent = spent.saturating_add(u32::try_from(fuel).unwrap_or(u32::MAX));
    let (q, r) = x.div_rem(&y);
    Ok(Divided::Done(q, r))
}

/// Goes on with Euclid's algorithm on positive integers, the second not above the first: those that
/// are left, or `None` when the next quotient is long, so that they have to be divided first.
///
/// # Errors
/// `:ox/memory-limit` when the second has more than [`RATIO_BITS_MAX`] bits.
pub(crate) fn gcd_step(
    heap: &Heap,
    a: Word,
    b: Word,
    spent: &mut u32,
) -> Fallible<Option<(BigUint, BigUint)>> {
    let (a, b) = (integer(heap, a)?, integer(heap, b)?);
    let (mut a, mut b) = (a.into_parts().1, b.into_parts().1);
    if a < b {
        std::mem::swap(&mut a, &mut b);
    }
    check_ratio(b.bits())?;
    let budget = if heap.short_steps { 1 } else { GCD_FUEL };
    let (mut fuel, mut rounds) = (0, 0);
    while fuel < budget && !b.is_zero() {
        let words = a.bits().div_ceil(64);
        fuel += words / 2 + 8;
        if words > b.bits().div_ceil(64) + QUOTIENT_WORDS {
            if rounds == 0 {
                return Ok(None);
            }
            break;
        }
        (a, b) = combine_leading(&a, &b);
        rounds += 1;
    }
    *spent = spent.saturating_add(u32::try_from(fuel).unwrap_or(u32::MAX));
    Ok(Some((a, b)))
}

/// Refuses parts of ratios above [`RATIO_BITS_MAX`] bits.
pub(crate) fn check_ratio(bits: u64) -> Fallible<()> {
    if bits > RATIO_BITS_MAX {
        return Err(Fault::too_big(
            "a ratio of integers of more than 524,288 bits",
        ));
    }
    Ok(())
}

/// The ratio of two integers in lowest terms, the second not 0; of a divisor of 1 or -1, an integer.
///
/// # Errors
/// `:ox/memory-limit` for parts above [`RATIO_BITS_MAX`] bits.
pub(crate) fn ratio(heap: &Heap, n: Word, d: Word) -> Fallible<Num> {
    let (mut n, mut d) = (integer(heap, n)?, integer(heap, d)?);
    if d.is_zero() {
        return Err(divide_by_zero());
    }
    if d.sign() == Sign::Minus {
        (n, d) = (-n, -d);
    }
    if d.magnitude() == &BigUint::from(1u8) {
        return Ok(Num::Big(n));
    }
    check_ratio(n.bits().max(d.bits()))?;
    Ok(Num::Ratio(n, d))
}

/// The digits of an integer, with zeros in front up to `width` of them.
///
/// # Errors
/// `:ox/argument` for what is not written at once.
pub(crate) fn digits(heap: &Heap, word: Word, width: usize) -> Fallible<String> {
    let n = integer(heap, word)?;
    if words_of(&n) > 2 * TEXT_WORDS || width > TEXT_DIGITS {
        return Err(Fault::new("argument", "too many digits"));
    }
    Ok(format!("{n:0>width$}"))
}
