//! `+ - * /`, `quot rem mod` and their promoting and wrapping variants.
//!
//! # Invariants
//! - Two numbers are brought to the more general of their types first; each type has one
//!   implementation of each operation.
//! - Doubles are computed by IEEE operations alone, never fused: the same on every machine.

use super::decimal::Decimal;
use super::large::check_ratio;
use super::{Num, check_bits};
use crate::value::fault::{Fallible, Fault};
use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, Signed, Zero};

#[cold]
pub(crate) fn overflow() -> Box<Fault> {
    Fault::new("arithmetic", "integer overflow")
}

#[cold]
pub(crate) fn divide_by_zero() -> Box<Fault> {
    Fault::new("arithmetic", "Divide by zero")
}

/// Two numbers of one type.
pub(crate) enum Pair {
    Int(i64, i64),
    Big(BigInt, BigInt),
    Ratio([BigInt; 2], [BigInt; 2]),
    Decimal(Decimal, Decimal),
    Double(f64, f64),
}

/// Position of a type in the order of generality.
fn rank(num: &Num) -> u8 {
    match num {
        Num::Int(_) => 0,
        Num::Big(_) => 1,
        Num::Ratio(..) => 2,
        Num::Decimal(_) => 3,
        Num::Double(_) => 4,
    }
}

fn to_ratio(num: Num) -> [BigInt; 2] {
    match num {
        Num::Ratio(n, d) => [n, d],
        other => [to_big(other), BigInt::one()],
    }
}

/// An integer of either type; callers pass nothing else.
fn to_big(num: Num) -> BigInt {
    match num {
        Num::Int(n) => BigInt::from(n),
        Num::Big(n) => n,
        Num::Ratio(..) | Num::Decimal(_) | Num::Double(_) => {
            unreachable!("only integers are brought to arbitrary integers")
        }
    }
}

impl Pair {
    /// Brings two numbers to the more general of their types.
    pub(crate) fn of(a: Num, b: Num) -> Fallible<Pair> {
        Ok(match rank(&a).max(rank(&b)) {
            0 | 1 => match (a, b) {
                (Num::Int(a), Num::Int(b)) => Pair::Int(a, b),
                (a, b) => Pair::Big(to_big(a), to_big(b)),
            },
            2 => Pair::Ratio(to_ratio(a), to_ratio(b)),
            3 => Pair::Decimal(Decimal::of(a)?, Decimal::of(b)?),
            _ => Pair::Double(super::convert::to_double(&a), super::convert::to_double(&b)),
        })
    }
}

/// The exact quotient of two integers: an arbitrary integer or a ratio.
///
/// # Errors
/// `:ox/arithmetic` when the divisor is 0; `:ox/memory-limit` for a ratio of parts of more than
/// [`RATIO_BITS_MAX`](super::RATIO_BITS_MAX) bits.
pub(crate) fn fraction(n: BigInt, d: BigInt) -> Fallible<Num> {
    if d.is_zero() {
        return Err(divide_by_zero());
    }
    let (whole, rest) = n.div_rem(&d);
    if rest.is_zero() {
        return Ok(Num::Big(whole));
    }
    let gcd = gcd(d.magnitude(), rest.magnitude())?;
    let (mut n, mut d) = if gcd.is_one() {
        (n, d)
    } else {
        let gcd = BigInt::from(gcd);
        (n / &gcd, d / gcd)
    };
    if d.is_negative() {
        (n, d) = (-n, -d);
    }
    check_ratio(n.bits().max(d.bits()))?;
    Ok(Num::Ratio(n, d))
}

/// The greatest common divisor of two positive integers, the second below the first.
fn gcd(a: &BigUint, b: &BigUint) -> Fallible<BigUint> {
    let (mut a, mut b) = (a.clone(), b.clone());
    check_ratio(b.bits())?;
    while !b.is_zero() {
        (a, b) = combine_leading(&a, &b);
    }
    Ok(a)
}

/// Steps of Euclid's algorithm on positive integers: numbers with the same greatest common divisor,
/// the second of which is shorter.
///
/// Lehmer's algorithm (Knuth, "The Art of Computer Programming" 4.5.2, algorithm L): steps of
/// Euclid's on the leading 62 bits, thirty bits or so at a time applied to the whole numbers.
pub(crate) fn combine_leading(a: &BigUint, b: &BigUint) -> (BigUint, BigUint) {
    if let (Ok(mut x), Ok(mut y)) = (u64::try_from(a), u64::try_from(b)) {
        while y != 0 {
            (x, y) = (y, x % y);
        }
        return (BigUint::from(x), BigUint::ZERO);
    }
    let shift = a.bits().saturating_sub(62);
    let leading =
        |n: &BigUint| i128::from(u64::try_from(n >> shift).expect("at most 62 bits are left"));
    let (mut high_a, mut high_b) = (leading(a), leading(b));
    // The numbers are (k·a + l·b, m·a + n·b) of those at the start.
    let (mut k, mut l, mut m, mut n) = (1i128, 0i128, 0i128, 1i128);
    while high_b + m != 0 && high_b + n != 0 {
        let quotient = (high_a + k) / (high_b + m);
        if quotient != (high_a + l) / (high_b + n) {
            break;
        }
        (k, m) = (m, k - quotient * m);
        (l, n) = (n, l - quotient * n);
        (high_a, high_b) = (high_b, high_a - quotient * high_b);
    }
    if l == 0 {
        return (b.clone(), a % b);
    }
    let combine = |x: i128, y: i128| {
        let (x_part, y_part) = (a * x.unsigned_abs(), b * y.unsigned_abs());
        if x <= 0 {
            y_part - x_part
        } else {
            x_part - y_part
        }
    };
    (combine(k, l), combine(m, n))
}

fn check_product(a: &BigInt, b: &BigInt) -> Fallible<()> {
    check_bits(a.bits() + b.bits())
}

fn product(a: &BigInt, b: &BigInt) -> Fallible<BigInt> {
    check_product(a, b)?;
    Ok(a * b)
}

/// What `+ - *` do when 64 bits do not hold the result.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Overflow {
    Throw,
    Promote,
    Wrap,
}

#[derive(Clone, Copy)]
enum Ring {
    Add,
    Sub,
    Mul,
}

fn ring(op: Ring, a: Num, b: Num, on_overflow: Overflow) -> Fallible<Num> {
    Ok(match Pair::of(a, b)? {
        Pair::Int(a, b) => {
            let (wrapped, overflowed) = match op {
                Ring::Add => a.overflowing_add(b),
                Ring::Sub => a.overflowing_sub(b),
                Ring::Mul => a.overflowing_mul(b),
            };
            if !overflowed || on_overflow == Overflow::Wrap {
                Num::Int(wrapped)
            } else if on_overflow == Overflow::Throw {
                return Err(overflow());
            } else {
                Num::Big(ring_big(op, &BigInt::from(a), &BigInt::from(b))?)
            }
        }
        Pair::Big(a, b) => Num::Big(ring_big(op, &a, &b)?),
        Pair::Ratio([an, ad], [bn, bd]) => {
            let (n, d) = match op {
                Ring::Mul => (product(&an, &bn)?, product(&ad, &bd)?),
                Ring::Add => (product(&an, &bd)? + product(&bn, &ad)?, product(&ad, &bd)?),
                Ring::Sub => (product(&an, &bd)? - product(&bn, &ad)?, product(&ad, &bd)?),
            };
            fraction(n, d)?
        }
        Pair::Decimal(a, b) => Num::Decimal(match op {
            Ring::Add => a.add(&b)?,
            Ring::Sub => a.sub(&b)?,
            Ring::Mul => a.mul(&b)?,
        }),
        Pair::Double(a, b) => Num::Double(match op {
            Ring::Add => a + b,
            Ring::Sub => a - b,
            Ring::Mul => a * b,
        }),
    })
}

fn ring_big(op: Ring, a: &BigInt, b: &BigInt) -> Fallible<BigInt> {
    match op {
        Ring::Mul => product(a, b),
        Ring::Add | Ring::Sub => {
            check_bits(a.bits().max(b.bits()) + 1)?;
            Ok(if matches!(op, Ring::Add) {
                a + b
            } else {
                a - b
            })
        }
    }
}

macro_rules! rings {
    ($( $name:ident = $op:ident, $overflow:ident; )*) => { $(
        pub(crate) fn $name(a: Num, b: Num) -> Fallible<Num> {
            ring(Ring::$op, a, b, Overflow::$overflow)
        }
    )* };
}

rings! {
    add = Add, Throw;
    sub = Sub, Throw;
    mul = Mul, Throw;
    add_promoting = Add, Promote;
    sub_promoting = Sub, Promote;
    mul_promoting = Mul, Promote;
    add_unchecked = Add, Wrap;
    sub_unchecked = Sub, Wrap;
    mul_unchecked = Mul, Wrap;
}

pub(crate) fn div(a: Num, b: Num) -> Fallible<Num> {
    match Pair::of(a, b)? {
        Pair::Int(a, b) => {
            // Only the least integer by -1 leaves 64 bits; as in Clojure, it wraps to itself.
            match (a.checked_div(b), a.checked_rem(b)) {
                (Some(q), Some(0)) => Ok(Num::Int(q)),
                (None, _) if b != 0 => Ok(Num::Int(a)),
                _ => match fraction(BigInt::from(a), BigInt::from(b))? {
                    Num::Big(n) => Ok(i64::try_from(&n).map_or(Num::Big(n), Num::Int)),
                    ratio => Ok(ratio),
                },
            }
        }
        Pair::Big(a, b) => fraction(a, b),
        Pair::Ratio([an, ad], [bn, bd]) => {
            if bn.is_zero() {
                return Err(divide_by_zero());
            }
            fraction(product(&an, &bd)?, product(&ad, &bn)?)
        }
        Pair::Decimal(a, b) => Ok(Num::Decimal(a.div(&b)?)),
        Pair::Double(a, b) => Ok(Num::Double(a / b)),
    }
}

/// A double's quotient truncated to an integer, as a double; exact beyond 64 bits too.
fn quot_double(a: f64, b: f64) -> Fallible<f64> {
    if b == 0.0 {
        return Err(divide_by_zero());
    }
    let q = a / b;
    if !q.is_finite() {
        return Err(Fault::new("number-format", "Infinite or NaN"));
    }
    // `+ 0.0`: Clojure goes through an integer, which has no negative zero.
    Ok(libm::trunc(q) + 0.0)
}

pub(crate) fn quot(a: Num, b: Num) -> Fallible<Num> {
    match Pair::of(a, b)? {
        Pair::Int(_, 0) => Err(divide_by_zero()),
        Pair::Int(a, b) => Ok(Num::Int(a.wrapping_div(b))),
        Pair::Big(a, b) => {
            if b.is_zero() {
                return Err(divide_by_zero());
            }
            Ok(Num::Big(a / b))
        }
        Pair::Ratio([an, ad], [bn, bd]) => {
            if bn.is_zero() {
                return Err(divide_by_zero());
            }
            Ok(Num::Big(product(&an, &bd)? / product(&ad, &bn)?))
        }
        Pair::Decimal(a, b) => Ok(Num::Decimal(a.quot(&b)?)),
        Pair::Double(a, b) => Ok(Num::Double(quot_double(a, b)?)),
    }
}

pub(crate) fn rem(a: Num, b: Num) -> Fallible<Num> {
    match Pair::of(a, b)? {
        Pair::Int(_, 0) => Err(divide_by_zero()),
        Pair::Int(a, b) => Ok(Num::Int(a.wrapping_rem(b))),
        Pair::Big(a, b) => {
            if b.is_zero() {
                return Err(divide_by_zero());
            }
            Ok(Num::Big(a % b))
        }
        Pair::Ratio([an, ad], [bn, bd]) => {
            if bn.is_zero() {
                return Err(divide_by_zero());
            }
            // (an/ad) rem (bn/bd) over the common denominator ad*bd
            let (left, right) = (product(&an, &bd)?, product(&bn, &ad)?);
            fraction(left % right, product(&ad, &bd)?)
        }
        Pair::Decimal(a, b) => {
            let q = a.quot(&b)?;
            Ok(Num::Decimal(a.sub(&q.mul(&b)?)?))
        }
        Pair::Double(a, b) => Ok(Num::Double(a - quot_double(a, b)? * b)),
    }
}

/// Sign of a number: -1, 0 or 1; NaN has 0.
pub(crate) fn signum(num: &Num) -> i32 {
    fn of(n: &BigInt) -> i32 {
        i32::from(n.is_positive()) - i32::from(n.is_negative())
    }
    match num {
        Num::Int(n) => n.signum() as i32,
        Num::Big(n) | Num::Ratio(n, _) => of(n),
        Num::Decimal(d) => of(&d.unscaled),
        Num::Double(d) => i32::from(*d > 0.0) - i32::from(*d < 0.0),
    }
}

pub(crate) fn modulo(a: Num, b: Num) -> Fallible<Num> {
    // Of doubles, the remainder's sign may differ from the dividend's by rounding; the dividend's counts.
    let is_positive = signum(&a) > 0;
    let m = rem(a, b.clone())?;
    let zero = matches!(&m, Num::Double(d) if *d == 0.0)
        || !matches!(m, Num::Double(_)) && signum(&m) == 0;
    if zero || is_positive == (signum(&b) > 0) {
        Ok(m)
    } else {
        add(m, b)
    }
}

pub(crate) fn abs(num: Num) -> Num {
    match num {
        Num::Int(n) => Num::Int(n.wrapping_abs()),
        Num::Big(n) => Num::Big(n.abs()),
        Num::Ratio(n, d) => Num::Ratio(n.abs(), d),
        Num::Decimal(d) => Num::Decimal(Decimal {
            unscaled: d.unscaled.abs(),
            scale: d.scale,
        }),
        Num::Double(d) => Num::Double(libm::fabs(d)),
    }
}
