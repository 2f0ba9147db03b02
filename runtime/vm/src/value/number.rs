//! Numbers: 64-bit integers, arbitrary integers, ratios, decimals and doubles, with Clojure's
//! rules for what two of different types make.
//!
//! | with | integer | arbitrary | ratio | decimal | double |
//! |---|---|---|---|---|---|
//! | **integer** | integer, or overflow | arbitrary | ratio | decimal | double |
//! | **arbitrary** | | arbitrary | ratio | decimal | double |
//! | **ratio** | | | ratio | decimal | double |
//! | **decimal** | | | | decimal | double |
//!
//! # Invariants
//! - An integer is [`Kind::Int`] or immediate exactly when it is a "long"; an arbitrary integer
//!   stays one however small it gets: `(+ 1N 1)` is `2N`.
//! - A ratio is in lowest terms and its denominator is above 1. Its parts are integers where 64 bits
//!   hold them.
//! - No operation makes a number above [`BIG_BITS_MAX`] bits; it is refused before any work is done.
//! - What an operation costs beyond a constant is known before ([`cost`]); one that is too large to be
//!   done at once is left to the library ([`large`]).
//!
//! The functions here take words of any kind and answer with an error for what is no number; the
//! interpreter has done two small integers and two doubles itself before it comes here.

pub mod arithmetic;
pub mod bits;
pub mod compare;
pub(crate) mod context;
pub mod convert;
pub mod decimal;
pub(crate) mod large;
pub mod text;

use crate::heap::Heap;
use crate::native::NativeResult;
use crate::object::{FLAG_NEGATIVE, Kind, Object};
use crate::value::fault::{Fallible, Fault};
use crate::word::Word;
pub use compare::{Integer, equal, integer_parts, stripped_decimal};
use decimal::Decimal;
use num_bigint::{BigInt, BigUint, Sign};
use num_traits::Zero;

/// Greatest size of an arbitrary integer, in bits: 1.26 million decimal digits.
pub const BIG_BITS_MAX: u64 = 4 * 1024 * 1024;

/// Greatest size of the parts of a ratio, in bits: 157,000 decimal digits.
pub const RATIO_BITS_MAX: u64 = 512 * 1024;

/// Greatest size of the unscaled integer of a decimal, in bits: 39,456 decimal digits. One operation of
/// such decimals takes about a millisecond.
pub const DECIMAL_BITS_MAX: u64 = 128 * 1024;

/// Word operations of arbitrary arithmetic that cost one unit of fuel.
const WORD_OPS_PER_FUEL: u64 = 16;

/// Words up to which numbers are multiplied word by word.
const SMALL_WORDS: u64 = 64;

/// A number, taken out of the heap.
#[derive(Clone, Debug, PartialEq)]
pub enum Num {
    /// 64-bit integer
    Int(i64),
    /// arbitrary integer
    Big(BigInt),
    /// ratio in lowest terms: numerator, denominator above 1
    Ratio(BigInt, BigInt),
    /// decimal
    Decimal(Decimal),
    /// double
    Double(f64),
}

impl Num {
    /// The number a word is, if it is one.
    #[must_use]
    pub fn of(heap: &Heap, word: Word) -> Option<Num> {
        if let Some(n) = word.as_small() {
            return Some(Num::Int(n));
        }
        if let Some(d) = word.as_double() {
            return Some(Num::Double(d));
        }
        let object = heap.try_object(word)?;
        Some(match object.kind() {
            Kind::Int => Num::Int(object.raw(1) as i64),
            Kind::BigInt => Num::Big(big_of(object)),
            Kind::Ratio => Num::Ratio(
                integer_of(heap, object.word(1)),
                integer_of(heap, object.word(2)),
            ),
            Kind::Decimal => Num::Decimal(Decimal {
                scale: object.raw(1) as i64,
                unscaled: integer_of(heap, object.word(2)),
            }),
            _ => return None,
        })
    }

    /// The number a word is.
    ///
    /// # Errors
    /// `:ox/type` when it is none.
    pub fn expect(heap: &Heap, word: Word) -> Fallible<Num> {
        Num::of(heap, word).ok_or_else(|| Fault::type_error(heap, word, "a number"))
    }

    /// The word for this number.
    pub fn make(self, heap: &mut Heap) -> Word {
        match self {
            Num::Int(n) => make_int(heap, n),
            Num::Big(n) => make_big(heap, &n),
            Num::Ratio(n, d) => {
                let (n, d) = (make_part(heap, &n), make_part(heap, &d));
                heap.make(Kind::Ratio, 0, 0, &[], &[n, d])
            }
            Num::Decimal(d) => {
                let unscaled = make_part(heap, &d.unscaled);
                heap.make(Kind::Decimal, 0, 0, &[d.scale as u64], &[unscaled])
            }
            Num::Double(d) => Word::double(d),
        }
    }
}

/// The 64-bit integer a word is, if it is one.
#[must_use]
#[inline]
pub fn try_int(heap: &Heap, word: Word) -> Option<i64> {
    if let Some(n) = word.as_small() {
        return Some(n);
    }
    let object = heap.try_object(word)?;
    (object.kind() == Kind::Int).then(|| object.raw(1) as i64)
}

/// The value of an integer of any kind, if 64 bits hold it: what is given as a place.
#[must_use]
#[inline]
pub fn try_place(heap: &Heap, word: Word) -> Option<i64> {
    word.as_small().or_else(|| place_of_object(heap, word))
}

#[cold]
fn place_of_object(heap: &Heap, word: Word) -> Option<i64> {
    let object = heap.try_object(word)?;
    match object.kind() {
        Kind::Int => Some(object.raw(1) as i64),
        // Only the small ones are worth decoding.
        Kind::BigInt if object.words().len() <= 2 => i64::try_from(&big_of(object)).ok(),
        _ => None,
    }
}

/// Whether a word is an integer of any kind.
#[must_use]
pub fn is_integer(heap: &Heap, word: Word) -> bool {
    word.is_small() || matches!(heap.kind_of(word), Some(Kind::Int | Kind::BigInt))
}

/// Whether a word is a number.
#[must_use]
pub fn is_number(heap: &Heap, word: Word) -> bool {
    word.is_small()
        || word.is_double()
        || matches!(
            heap.kind_of(word),
            Some(Kind::Int | Kind::BigInt | Kind::Ratio | Kind::Decimal)
        )
}

/// Makes a 64-bit integer, immediate when it can be.
#[inline]
pub fn make_int(heap: &mut Heap, value: i64) -> Word {
    match Word::try_int(value) {
        Some(word) => word,
        None => heap.make(Kind::Int, 0, 0, &[value as u64], &[]),
    }
}

/// Makes an arbitrary integer, however small it is.
pub fn make_big(heap: &mut Heap, value: &BigInt) -> Word {
    let flags = if value.sign() == Sign::Minus {
        FLAG_NEGATIVE
    } else {
        0
    };
    let digits: Vec<u64> = value.magnitude().iter_u64_digits().collect();
    heap.make(Kind::BigInt, flags, 0, &digits, &[])
}

/// A part of a ratio or decimal: an integer, arbitrary only when it must be.
fn make_part(heap: &mut Heap, value: &BigInt) -> Word {
    match i64::try_from(value) {
        Ok(n) => make_int(heap, n),
        Err(_) => make_big(heap, value),
    }
}

fn big_of(object: Object<'_>) -> BigInt {
    let bytes = crate::view::bytes_of(&object.words()[1..]);
    let sign = if object.header().flags() & FLAG_NEGATIVE != 0 {
        Sign::Minus
    } else {
        Sign::Plus
    };
    BigInt::from_biguint(sign, BigUint::from_bytes_le(bytes))
}

/// An integer word of either type as an arbitrary integer; zero for what is none, which no part of
/// a verified number is.
fn integer_of(heap: &Heap, word: Word) -> BigInt {
    match Num::of_integer(heap, word) {
        Some(n) => n,
        None => BigInt::zero(),
    }
}

impl Num {
    fn of_integer(heap: &Heap, word: Word) -> Option<BigInt> {
        if let Some(n) = try_int(heap, word) {
            return Some(BigInt::from(n));
        }
        let object = heap.try_object(word)?;
        (object.kind() == Kind::BigInt).then(|| big_of(object))
    }
}

/// Words that a number's parts have beyond one, for charging.
pub(crate) fn extra_words(heap: &Heap, word: Word) -> u64 {
    let Some(object) = heap.try_object(word) else {
        return 0;
    };
    match object.kind() {
        Kind::BigInt => u64::from(object.header().size()) - 1,
        Kind::Ratio => extra_words(heap, object.word(1)) + extra_words(heap, object.word(2)) + 1,
        Kind::Decimal => extra_words(heap, object.word(2)) + 1,
        _ => 0,
    }
}

/// Fuel of an operation that looks once at each word of two numbers.
pub(crate) fn look_cost(heap: &Heap, a: Word, b: Word) -> u32 {
    let words = extra_words(heap, a) + extra_words(heap, b);
    u32::try_from(words / WORD_OPS_PER_FUEL).unwrap_or(u32::MAX)
}

/// Fuel that an operation on two numbers costs besides the instruction: an upper bound, computed
/// before the operation. 0 unless one of them is neither integer nor double.
#[must_use]
pub fn cost(heap: &Heap, a: Word, b: Word) -> u32 {
    if !a.is_object() && !b.is_object() {
        return 0;
    }
    words_cost(extra_words(heap, a) + 1, extra_words(heap, b) + 1)
}

/// Fuel of a product or quotient of numbers of so many words.
fn words_cost(a: u64, b: u64) -> u32 {
    // Word by word while small; large numbers are multiplied and divided in less.
    let (less, more) = (a.min(b), a.max(b));
    let per_word = if less <= SMALL_WORDS {
        less
    } else {
        SMALL_WORDS * (less / SMALL_WORDS).isqrt()
    };
    u32::try_from(more * per_word / WORD_OPS_PER_FUEL).unwrap_or(u32::MAX)
}

/// Refuses decimals above [`DECIMAL_BITS_MAX`] bits before they are computed.
pub(crate) fn check_decimal_bits(bits: u64) -> Fallible<()> {
    if bits > DECIMAL_BITS_MAX {
        return Err(Fault::too_big("a decimal of more than 131,072 bits"));
    }
    Ok(())
}

/// Refuses integers above [`BIG_BITS_MAX`] bits before they are computed.
pub(crate) fn check_bits(bits: u64) -> Fallible<()> {
    if bits > BIG_BITS_MAX {
        return Err(Fault::too_big("a number of more than 4,194,304 bits"));
    }
    Ok(())
}

macro_rules! binary {
    ($( $(#[doc = $doc:literal])* $name:ident = $op:path; )*) => { $(
        $(#[doc = $doc])*
        ///
        /// # Errors
        /// `:ox/type` for what is no number; `:ox/arithmetic`; `:ox/memory-limit` for a result above
        /// [`BIG_BITS_MAX`] bits.
        pub fn $name(heap: &mut Heap, a: Word, b: Word) -> NativeResult {
            let result = Num::expect(heap, a)
                .and_then(|x| Ok((x, Num::expect(heap, b)?)))
                .and_then(|(x, y)| $op(x, y));
            match result {
                Ok(num) => Ok(num.make(heap)),
                Err(fault) => Err(fault.trap(heap)),
            }
        }
    )* };
}

binary! {
    /// `(+ a b)`
    add = arithmetic::add;
    /// `(- a b)`
    sub = arithmetic::sub;
    /// `(* a b)`
    mul = arithmetic::mul;
    /// `(/ a b)`
    div = arithmetic::div;
    /// `(quot a b)`
    quot = arithmetic::quot;
    /// `(rem a b)`
    rem = arithmetic::rem;
    /// `(mod a b)`
    modulo = arithmetic::modulo;
    /// `(+' a b)`
    add_promoting = arithmetic::add_promoting;
    /// `(-' a b)`
    sub_promoting = arithmetic::sub_promoting;
    /// `(*' a b)`
    mul_promoting = arithmetic::mul_promoting;
    /// `(unchecked-add a b)`
    add_unchecked = arithmetic::add_unchecked;
    /// `(unchecked-subtract a b)`
    sub_unchecked = arithmetic::sub_unchecked;
    /// `(unchecked-multiply a b)`
    mul_unchecked = arithmetic::mul_unchecked;
}

/// `(inc a)`
///
/// # Errors
/// As [`add`].
pub fn inc(heap: &mut Heap, a: Word) -> NativeResult {
    add(heap, a, Word::small(1))
}

/// `(dec a)`
///
/// # Errors
/// As [`sub`].
pub fn dec(heap: &mut Heap, a: Word) -> NativeResult {
    sub(heap, a, Word::small(1))
}

macro_rules! relation {
    ($( $(#[doc = $doc:literal])* $name:ident = $op:path; )*) => { $(
        $(#[doc = $doc])*
        ///
        /// # Errors
        /// `:ox/type` for what is no number.
        pub fn $name(heap: &mut Heap, a: Word, b: Word) -> NativeResult {
            match compare::relate(heap, a, b) {
                Ok(order) => Ok(Word::bool($op(order))),
                Err(fault) => Err(fault.trap(heap)),
            }
        }
    )* };
}

relation! {
    /// `(< a b)`
    less = compare::is_less;
    /// `(<= a b)`
    less_eq = compare::is_less_eq;
    /// `(== a b)`
    num_equal = compare::is_same;
}
