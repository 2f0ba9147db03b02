//! Decimals: an integer times a power of ten, `unscaled * 10^-scale`.
//!
//! The scale of a result is Java's "preferred scale", since printing shows it: `(+ 1.50M 1.5M)` is
//! `3.00M`, `(/ 10M 5M)` is `2M`.
//!
//! # Invariants
//! - A scale fits 32 bits; leaving that range is an error.
//! - A power of ten is computed only after its size was checked.

use super::{Num, check_decimal_bits};
use crate::value::fault::{Fallible, Fault};
use crate::value::number::arithmetic::divide_by_zero;
use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, Zero};
use std::cmp::Ordering;

/// A decimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// The digits.
    pub unscaled: BigInt,
    /// Digits after the point; negative: zeros before it.
    pub scale: i64,
}

/// 10^n.
///
/// # Errors
/// `:ox/memory-limit` when it is above twice the greatest decimal.
pub(crate) fn power_of_ten(n: u64) -> Fallible<BigInt> {
    // 3.33 bits a digit; twice, since what has as many digits as a decimal must be made.
    check_decimal_bits(n.saturating_mul(10) / 6)?;
    let n = u32::try_from(n).expect("checked against the greatest number of bits");
    Ok(BigInt::from(10u8).pow(n))
}

fn checked_scale(scale: i64) -> Fallible<i64> {
    if i32::try_from(scale).is_err() {
        let what = if scale > 0 { "Underflow" } else { "Overflow" };
        return Err(Fault::new("arithmetic", what));
    }
    Ok(scale)
}

fn non_terminating() -> Box<Fault> {
    Fault::new(
        "arithmetic",
        "Non-terminating decimal expansion; no exact representable decimal result.",
    )
}

/// Number of decimal digits of an integer; 1 for zero.
pub(crate) fn digits(n: &BigInt) -> u64 {
    if n.is_zero() {
        return 1;
    }
    // 1233/4096 is just above log10(2) / 1: the estimate is exact or one too many.
    let bits = n.bits();
    let estimate = ((bits - 1) as f64 * std::f64::consts::LOG10_2) as u64;
    match power_of_ten(estimate + 1) {
        Ok(power) if n.magnitude() >= power.magnitude() => estimate + 2,
        _ => match power_of_ten(estimate) {
            Ok(power) if n.magnitude() >= power.magnitude() => estimate + 1,
            _ => estimate,
        },
    }
}

/// Divides by a factor as often as it goes, `most` times at most; how often, and what is left.
///
/// By powers of the factor that double while they divide: the work is that of a few divisions,
/// not of one a time.
pub(super) fn strip_factor(mut n: BigInt, factor: u8, most: u64) -> (u64, BigInt) {
    if n.is_zero() {
        return (0, n);
    }
    let mut times = 0;
    let mut divide = |power: &(u64, BigInt)| {
        if times + power.0 > most {
            return false;
        }
        let (q, r) = n.div_rem(&power.1);
        let divides = r.is_zero();
        if divides {
            n = q;
            times += power.0;
        }
        divides
    };
    let mut powers = vec![(1, BigInt::from(factor))];
    while let Some(power) = powers.last()
        && divide(power)
    {
        let square = (power.0 * 2, &power.1 * &power.1);
        powers.push(square);
    }
    // What is left of the exponent is below that of the greatest power: its binary digits.
    for power in powers.iter().rev().skip(1) {
        divide(power);
    }
    (times, n)
}

impl Decimal {
    /// A number other than a double as a decimal.
    ///
    /// # Errors
    /// `:ox/arithmetic` for a ratio without a finite expansion.
    pub(crate) fn of(num: Num) -> Fallible<Decimal> {
        Ok(match num {
            Num::Int(n) => Decimal {
                unscaled: BigInt::from(n),
                scale: 0,
            },
            Num::Big(n) => {
                check_decimal_bits(n.bits())?;
                Decimal {
                    unscaled: n,
                    scale: 0,
                }
            }
            Num::Ratio(n, d) => {
                check_decimal_bits(n.bits().max(d.bits()))?;
                let whole = |unscaled| Decimal { unscaled, scale: 0 };
                whole(n).div(&whole(d))?
            }
            Num::Decimal(d) => d,
            Num::Double(d) => Decimal::of_double(d)?,
        })
    }

    /// This decimal as it prints, without its suffix.
    pub(crate) fn shown(&self) -> scalar::Decimal<'_> {
        let Decimal { unscaled, scale } = self;
        scalar::Decimal {
            unscaled,
            scale: *scale,
        }
    }

    /// The decimal that a double prints as.
    ///
    /// # Errors
    /// `:ox/number-format` for infinities and NaN.
    pub(crate) fn of_double(d: f64) -> Fallible<Decimal> {
        if !d.is_finite() {
            return Err(Fault::new("number-format", "Infinite or NaN"));
        }
        let text = scalar::Double(d).to_string();
        Ok(super::text::parse_decimal(&text).expect("a double prints as a numeral"))
    }

    /// The same value with a greater or equal scale.
    pub(crate) fn rescaled(&self, scale: i64) -> Fallible<BigInt> {
        debug_assert!(scale >= self.scale);
        if scale == self.scale {
            return Ok(self.unscaled.clone());
        }
        let power = power_of_ten(scale.abs_diff(self.scale))?;
        check_decimal_bits(power.bits() + self.unscaled.bits())?;
        Ok(&self.unscaled * power)
    }

    pub(crate) fn add(&self, other: &Decimal) -> Fallible<Decimal> {
        let scale = self.scale.max(other.scale);
        let unscaled = self.rescaled(scale)? + other.rescaled(scale)?;
        check_decimal_bits(unscaled.bits())?;
        Ok(Decimal { unscaled, scale })
    }

    pub(crate) fn sub(&self, other: &Decimal) -> Fallible<Decimal> {
        let scale = self.scale.max(other.scale);
        let unscaled = self.rescaled(scale)? - other.rescaled(scale)?;
        check_decimal_bits(unscaled.bits())?;
        Ok(Decimal { unscaled, scale })
    }

    pub(crate) fn mul(&self, other: &Decimal) -> Fallible<Decimal> {
        check_decimal_bits(self.unscaled.bits() + other.unscaled.bits())?;
        let scale = checked_scale(self.scale + other.scale)?;
        Ok(Decimal {
            unscaled: &self.unscaled * &other.unscaled,
            scale,
        })
    }

    /// The exact quotient, with the least scale that is not below the preferred one.
    pub(crate) fn div(&self, other: &Decimal) -> Fallible<Decimal> {
        if other.unscaled.is_zero() {
            return Err(divide_by_zero());
        }
        let preferred = self.scale - other.scale;
        if self.unscaled.is_zero() {
            let scale = preferred.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
            return Ok(Decimal {
                unscaled: BigInt::zero(),
                scale,
            });
        }
        // Only what the divisor has besides twos and fives must divide the dividend; of twos and
        // fives, as many as the dividend lacks make digits.
        let (mut n, d) = (self.unscaled.clone(), other.unscaled.abs());
        if other.unscaled.is_negative() {
            n = -n;
        }
        let twos = d.trailing_zeros().unwrap_or(0);
        let (fives, rest) = strip_factor(&d >> twos, 5, u64::MAX);
        if !rest.is_one() && !(&n % &rest).is_zero() {
            return Err(non_terminating());
        }
        let own_twos = n.trailing_zeros().unwrap_or(0);
        let (own_fives, _) = strip_factor(n.clone(), 5, fives);
        let more = twos.saturating_sub(own_twos).max(fives - own_fives);
        let power = power_of_ten(more)?;
        check_decimal_bits(power.bits() + n.bits())?;
        let more = i64::try_from(more).expect("a power that fits is small");
        Ok(Decimal {
            unscaled: n * power / d,
            scale: checked_scale(preferred + more)?,
        })
    }

    /// The integer part of the quotient, at the scale that Java's `divideToIntegralValue` gives it.
    pub(crate) fn quot(&self, other: &Decimal) -> Fallible<Decimal> {
        if other.unscaled.is_zero() {
            return Err(divide_by_zero());
        }
        let preferred = checked_scale(self.scale - other.scale)?;
        let scale = self.scale.max(other.scale);
        let q = self.rescaled(scale)? / other.rescaled(scale)?;
        if preferred >= 0 || q.is_zero() {
            let whole = Decimal {
                unscaled: q,
                scale: 0.min(preferred),
            };
            return Ok(Decimal {
                unscaled: whole.rescaled(preferred)?,
                scale: preferred,
            });
        }
        let (zeros, q) = strip_factor(q, 10, preferred.unsigned_abs());
        Ok(Decimal {
            unscaled: q,
            scale: -i64::try_from(zeros).expect("at most what the scales differ"),
        })
    }

    /// The same digits with the other sign.
    pub(crate) fn negative(self) -> Decimal {
        Decimal {
            unscaled: -self.unscaled,
            scale: self.scale,
        }
    }

    /// The same value without zeros at its end, but for those that make its scale no less than `least`.
    pub(crate) fn without_zeros(self, least: i64) -> Decimal {
        let most = self.scale.saturating_sub(least).max(0).unsigned_abs();
        if self.unscaled.is_zero() {
            return self;
        }
        let (zeros, unscaled) = strip_factor(self.unscaled, 10, most);
        Decimal {
            unscaled,
            scale: self.scale - i64::try_from(zeros).expect("numbers have a greatest size"),
        }
    }

    /// Order by value.
    pub(crate) fn compare(&self, other: &Decimal) -> Ordering {
        let sign = |d: &Decimal| match d.unscaled.sign() {
            Sign::Minus => -1,
            Sign::NoSign => 0,
            Sign::Plus => 1,
        };
        let by_sign = sign(self).cmp(&sign(other));
        if by_sign != Ordering::Equal || self.unscaled.is_zero() {
            return by_sign;
        }
        // Far apart exponents decide without computing huge powers of ten.
        let exponent =
            |d: &Decimal| i64::try_from(digits(&d.unscaled)).unwrap_or(i64::MAX / 2) - d.scale;
        let by_exponent = exponent(self).cmp(&exponent(other));
        if by_exponent != Ordering::Equal {
            return if sign(self) < 0 {
                by_exponent.reverse()
            } else {
                by_exponent
            };
        }
        let scale = self.scale.max(other.scale);
        // Same exponent: the scales differ by at most the digits of the longer one, which a rescaled
        // number has too.
        let scaled = |d: &Decimal| {
            let power = power_of_ten(scale.abs_diff(d.scale)).expect("at most a decimal's digits");
            &d.unscaled * power
        };
        scaled(self).cmp(&scaled(other))
    }

    /// The value without trailing zeros: equal decimals are the same then.
    pub(crate) fn normalized(&self) -> Decimal {
        if self.unscaled.is_zero() {
            return Decimal {
                unscaled: BigInt::zero(),
                scale: 0,
            };
        }
        self.clone().without_zeros(i64::MIN)
    }

    /// Truncated to an integer.
    ///
    /// # Errors
    /// `:ox/memory-limit` when it is above the greatest number.
    pub(crate) fn truncated(&self) -> Fallible<BigInt> {
        if self.scale <= 0 {
            return self.rescaled(0);
        }
        if digits(&self.unscaled) <= self.scale.unsigned_abs() {
            return Ok(BigInt::zero());
        }
        Ok(&self.unscaled / power_of_ten(self.scale.unsigned_abs())?)
    }

    /// Rounded half-up to `places` digits after the point, as formatting does.
    ///
    /// # Errors
    /// `:ox/memory-limit` when it is above the greatest number.
    pub(crate) fn rounded(&self, places: i64) -> Fallible<Decimal> {
        if places >= self.scale {
            return Ok(Decimal {
                unscaled: self.rescaled(places)?,
                scale: places,
            });
        }
        let dropped = self.scale.abs_diff(places);
        if dropped > digits(&self.unscaled) + 1 {
            return Ok(Decimal {
                unscaled: BigInt::zero(),
                scale: places,
            });
        }
        let power = power_of_ten(dropped)?;
        let half = &power / 2u8;
        let magnitude = (self.unscaled.abs() + half) / power;
        let unscaled = if self.unscaled.is_negative() {
            -magnitude
        } else {
            magnitude
        };
        Ok(Decimal {
            unscaled,
            scale: places,
        })
    }
}

/// Bits of a ratio's parts that decide what double it becomes; more than the exponents of doubles span.
const LEADING_BITS: u64 = 4096;

/// The quotient of two integers as a double, through 16 significant digits as Clojure's ratios do.
pub(crate) fn ratio_to_double(n: &BigInt, d: &BigInt) -> f64 {
    const PRECISION: i64 = 16;
    // Of large parts the leading bits say the same: no double is so large that a ratio of them could
    // lie between two numerals of 16 digits exactly.
    let spare = n.bits().min(d.bits()).saturating_sub(LEADING_BITS);
    let difference = n.bits().abs_diff(d.bits());
    if difference > LEADING_BITS {
        let magnitude = if n.bits() > d.bits() {
            f64::INFINITY
        } else {
            0.0
        };
        return if n.is_negative() {
            -magnitude
        } else {
            magnitude
        };
    }
    let (n, d) = (&(n.abs() >> spare) * n.signum(), d >> spare);
    let estimate = |x: &BigInt| i64::try_from(digits(x)).unwrap_or(i64::MAX / 4);
    // One digit more than needed or exactly as many, then rounded half to even.
    let mut scale = PRECISION - (estimate(&n) - estimate(&d));
    loop {
        let power = |e: i64| BigInt::from(10u8).pow(u32::try_from(e).expect("a small exponent"));
        let (top, bottom) = if scale >= 0 {
            (n.abs() * power(scale), d.clone())
        } else {
            (n.abs(), &d * power(-scale))
        };
        let (mut q, r) = top.div_rem(&bottom);
        if estimate(&q) > PRECISION {
            scale -= 1;
            continue;
        }
        let twice = r * 2u8;
        if twice > bottom || (twice == bottom && q.is_odd()) {
            q += 1u8;
        }
        let sign = if n.is_negative() { "-" } else { "" };
        return format!("{sign}{q}e{}", -scale).parse().expect("a numeral");
    }
}
