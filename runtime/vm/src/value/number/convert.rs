//! Conversions between the types of numbers, as `long`, `double`, `bigint`, `bigdec` and
//! `rationalize` make them.

use super::decimal::{Decimal, power_of_ten, ratio_to_double, strip_factor};
use super::large::check_ratio;
use super::{Num, check_bits};
use crate::value::fault::{Fallible, Fault};
use num_bigint::BigInt;
use num_traits::{One, ToPrimitive, Zero};

/// The nearest double; of a ratio, the one that Clojure finds through 16 digits.
pub(crate) fn to_double(num: &Num) -> f64 {
    match num {
        Num::Int(n) => *n as f64,
        Num::Big(n) => n.to_f64().unwrap_or(f64::NAN),
        Num::Ratio(n, d) => ratio_to_double(n, d),
        Num::Decimal(d) => format!("{}e{}", d.unscaled, -d.scale)
            .parse()
            .expect("a numeral with an exponent"),
        Num::Double(d) => *d,
    }
}

/// The number truncated to an integer, doubles by the digits they print.
///
/// # Errors
/// `:ox/number-format` for infinities and NaN; `:ox/memory-limit`.
pub(crate) fn to_big(num: Num) -> Fallible<BigInt> {
    Ok(match num {
        Num::Int(n) => BigInt::from(n),
        Num::Big(n) => n,
        Num::Ratio(n, d) => n / d,
        Num::Decimal(d) => d.truncated()?,
        Num::Double(d) => Decimal::of_double(d)?.truncated()?,
    })
}

/// `(long x)`
///
/// # Errors
/// `:ox/argument` when 64 bits do not hold it.
pub(crate) fn to_long(num: Num) -> Fallible<i64> {
    let out_of_range =
        |shown: String| Fault::new("argument", format!("Value out of range for long: {shown}"));
    match num {
        Num::Int(n) => Ok(n),
        Num::Double(d) => {
            // The bounds are those of Clojure: 2^63 itself saturates.
            if d < i64::MIN as f64 || d > i64::MAX as f64 {
                return Err(out_of_range(scalar::Double(d).to_string()));
            }
            Ok(d as i64)
        }
        other => {
            let big = to_big(other)?;
            i64::try_from(&big).map_err(|_| {
                let shown = if big.bits() > 1024 {
                    "a larger integer".to_owned()
                } else {
                    big.to_string()
                };
                out_of_range(shown)
            })
        }
    }
}

/// `(unchecked-long x)`: the low 64 bits of the truncated number; doubles saturate.
///
/// # Errors
/// `:ox/memory-limit`.
pub(crate) fn to_long_unchecked(num: Num) -> Fallible<i64> {
    Ok(match num {
        Num::Int(n) => n,
        Num::Double(d) => d as i64,
        other => {
            let big = to_big(other)?;
            let low = big.magnitude().iter_u64_digits().next().unwrap_or(0);
            if big < BigInt::zero() {
                low.wrapping_neg() as i64
            } else {
                low as i64
            }
        }
    })
}

/// A decimal as an exact ratio; its denominator may be 1.
pub(crate) fn decimal_to_ratio(d: &Decimal) -> Fallible<Num> {
    if d.scale <= 0 {
        return Ok(Num::Ratio(d.rescaled(0)?, BigInt::one()));
    }
    Ok(Num::Ratio(
        d.unscaled.clone(),
        power_of_ten(d.scale.unsigned_abs())?,
    ))
}

/// `(rationalize x)`
///
/// # Errors
/// `:ox/number-format` for infinities and NaN; `:ox/memory-limit`.
pub(crate) fn rationalize(num: Num) -> Fallible<Num> {
    let decimal = match num {
        Num::Double(d) => Decimal::of_double(d)?,
        Num::Decimal(d) => d,
        exact => return Ok(exact),
    };
    let Ok(places @ 1..) = u64::try_from(decimal.scale) else {
        return Ok(Num::Big(decimal.rescaled(0)?));
    };
    // A power of ten has no other factors than two and five.
    let n = decimal.unscaled;
    if n.is_zero() {
        return Ok(Num::Big(n));
    }
    let twos = n.trailing_zeros().unwrap_or(0).min(places);
    let (fives, n) = strip_factor(n >> twos, 5, places);
    let d = power_of_ten(places)? / (BigInt::from(5u8).pow(fives as u32) << twos);
    if d.is_one() {
        return Ok(Num::Big(n));
    }
    check_ratio(n.bits().max(d.bits()))?;
    Ok(Num::Ratio(n, d))
}

/// Reads an integer numeral of any size.
///
/// # Errors
/// `:ox/memory-limit` before the work when it is above the greatest number; `None` when it is none.
pub(crate) fn parse_big(digits: &str, radix: u32) -> Fallible<Option<BigInt>> {
    // 16 bits a digit is an upper bound, 4 are enough below radix 17.
    let bits_per_digit = if radix <= 10 {
        10.0 / 3.0
    } else if radix <= 16 {
        4.0
    } else {
        5.2
    };
    check_bits((digits.len() as f64 * bits_per_digit) as u64)?;
    let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    if unsigned.is_empty() || !unsigned.chars().all(|c| c.is_digit(radix)) {
        return Ok(None);
    }
    let magnitude = parse_digits(unsigned.as_bytes(), radix, &mut Vec::new());
    Ok(Some(if digits.starts_with('-') {
        -magnitude
    } else {
        magnitude
    }))
}

/// Digits that are read one by one.
const DIGITS_AT_ONCE: usize = 1024;

/// Reads digits in halves, so that the work is that of multiplying; native recursion is as deep as
/// the logarithm of their number. `powers` has the radix to [`DIGITS_AT_ONCE`], twice that, and so on.
fn parse_digits(digits: &[u8], radix: u32, powers: &mut Vec<BigInt>) -> BigInt {
    if digits.len() <= DIGITS_AT_ONCE {
        return BigInt::parse_bytes(digits, radix).expect("digits of the radix");
    }
    let mut level = 0;
    while DIGITS_AT_ONCE << (level + 1) < digits.len() {
        level += 1;
    }
    while powers.len() <= level {
        let next = match powers.last() {
            Some(last) => last * last,
            None => BigInt::from(radix).pow(DIGITS_AT_ONCE as u32),
        };
        powers.push(next);
    }
    let (high, low) = digits.split_at(digits.len() - (DIGITS_AT_ONCE << level));
    let high = parse_digits(high, radix, powers);
    let low = parse_digits(low, radix, powers);
    high * &powers[level] + low
}
