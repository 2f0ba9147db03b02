//! Decimals that are rounded: what `*math-context*` makes of arithmetic.
//!
//! A context is a map of `:precision`, a number of digits (0: all), and `:rounding`, a symbol that Java's
//! `RoundingMode` has. While one is bound, each result that is a decimal is rounded to so many digits;
//! nobody else asks for it: numbers of other types never come here.
//!
//! # Invariants
//! - Scales are those of Java's `BigDecimal` with a `MathContext`, since printing shows them.
//! - What an operation costs is charged before it, by its operands and the digits of the context.

use super::decimal::{Decimal, digits, power_of_ten};
use super::large::Op;
use super::{DECIMAL_BITS_MAX, Num, arithmetic, check_decimal_bits, extra_words, words_cost};
use crate::heap::Heap;
use crate::image::LoadedImage;
use crate::native::NativeResult;
use crate::object::Kind;
use crate::value::fault::{Fallible, Fault, OrThrow};
use crate::value::string::{try_keyword, try_symbol};
use crate::value::{dynamic, map};
use crate::word::Word;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, Zero};

/// What is left of a number whose last digits are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rounding {
    Up,
    Down,
    Ceiling,
    Floor,
    HalfUp,
    HalfDown,
    HalfEven,
    Unnecessary,
}

/// How many digits results have, and how they are rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Context {
    /// 0: all of them
    precision: u64,
    rounding: Rounding,
}

/// A word of arithmetic with decimals is this many bits of ten's powers: 64 / log2(10), rounded down.
const DIGITS_PER_WORD: u64 = 19;

impl Rounding {
    fn named(name: &str) -> Option<Rounding> {
        Some(match name {
            "UP" => Rounding::Up,
            "DOWN" => Rounding::Down,
            "CEILING" => Rounding::Ceiling,
            "FLOOR" => Rounding::Floor,
            "HALF_UP" => Rounding::HalfUp,
            "HALF_DOWN" => Rounding::HalfDown,
            "HALF_EVEN" => Rounding::HalfEven,
            "UNNECESSARY" => Rounding::Unnecessary,
            _ => return None,
        })
    }

    /// The integer next to a quotient.
    fn divide(self, n: &BigInt, d: &BigInt) -> Fallible<BigInt> {
        let (q, r) = n.div_rem(d);
        if r.is_zero() {
            return Ok(q);
        }
        let is_negative = n.is_negative() != d.is_negative();
        let half = (r.abs() * 2u8).cmp(&d.abs());
        let is_away = match self {
            Rounding::Up => true,
            Rounding::Down => false,
            Rounding::Ceiling => !is_negative,
            Rounding::Floor => is_negative,
            Rounding::HalfUp => half.is_ge(),
            Rounding::HalfDown => half.is_gt(),
            Rounding::HalfEven => half.is_gt() || half.is_eq() && q.is_odd(),
            Rounding::Unnecessary => return Err(Fault::new("arithmetic", "Rounding necessary")),
        };
        Ok(match (is_away, is_negative) {
            (false, _) => q,
            (true, false) => q + 1u8,
            (true, true) => q - 1u8,
        })
    }
}

impl Context {
    /// The context that is bound, for an operation on these operands: none if no decimal is among them.
    pub(crate) fn bound(
        heap: &Heap,
        image: &LoadedImage,
        bindings: Word,
        operands: &[Word],
    ) -> Fallible<Option<Context>> {
        let is_decimal = |&word: &Word| heap.kind_of(word) == Some(Kind::Decimal);
        if bindings.is_nil() || !operands.iter().any(is_decimal) {
            return Ok(None);
        }
        Context::of_division(heap, image, bindings)
    }

    /// The context that is bound, for what becomes a decimal by a division.
    pub(crate) fn of_division(
        heap: &Heap,
        image: &LoadedImage,
        bindings: Word,
    ) -> Fallible<Option<Context>> {
        let word = image
            .math_context()
            .and_then(|slot| dynamic::binding(heap, bindings, slot));
        match word {
            None | Some(Word::NIL) => Ok(None),
            Some(word) => Context::of(heap, word).map(Some),
        }
    }

    fn of(heap: &Heap, word: Word) -> Fallible<Context> {
        let (mut precision, mut rounding) = (None, None);
        if map::is_map(heap, word) {
            for pair in map::entries(heap, word).chunks_exact(2) {
                match try_keyword(heap, pair[0]) {
                    Some((None, "precision")) => {
                        precision =
                            super::try_int(heap, pair[1]).and_then(|n| u64::try_from(n).ok());
                    }
                    Some((None, "rounding")) => {
                        let name = try_symbol(heap, pair[1]).map(|(_, name)| name);
                        rounding = name.and_then(Rounding::named);
                    }
                    _ => {}
                }
            }
        }
        match (precision, rounding) {
            (Some(precision), Some(rounding)) => Ok(Context {
                precision,
                rounding,
            }),
            _ => Err(Fault::type_error(
                heap,
                word,
                "a context of `with-precision`",
            )),
        }
    }

    /// A decimal of no more digits than the context has.
    pub(crate) fn round(&self, decimal: Decimal) -> Fallible<Decimal> {
        let Decimal {
            mut unscaled,
            mut scale,
        } = decimal;
        loop {
            // Rounding 9.99 up makes a digit more.
            let drop = digits(&unscaled).saturating_sub(self.precision);
            if self.precision == 0 || drop == 0 {
                return Ok(Decimal { unscaled, scale });
            }
            unscaled = self.rounding.divide(&unscaled, &power_of_ten(drop)?)?;
            scale -= i64::try_from(drop).expect("decimals have a greatest size");
        }
    }

    /// The quotient; where it is exact without zeros at its end, but for those of the preferred scale.
    fn divide(&self, x: &Decimal, y: &Decimal) -> Fallible<Decimal> {
        if self.precision == 0 || x.unscaled.is_zero() || y.unscaled.is_zero() {
            return x.div(y);
        }
        let preferred = x.scale - y.scale;
        let size = |n: u64| i64::try_from(n).unwrap_or(i64::MAX / 4);
        // As many digits as are asked for, or one more.
        let shift = size(self.precision) - size(digits(&x.unscaled)) + size(digits(&y.unscaled));
        let at = |shift: i64| -> Fallible<(BigInt, BigInt)> {
            let power = power_of_ten(shift.unsigned_abs())?;
            let longer = if shift < 0 { &y.unscaled } else { &x.unscaled };
            check_decimal_bits(power.bits() + longer.bits())?;
            Ok(if shift < 0 {
                (x.unscaled.clone(), &y.unscaled * power)
            } else {
                (&x.unscaled * power, y.unscaled.clone())
            })
        };
        let (mut n, mut d) = at(shift)?;
        let mut scale = preferred + shift;
        if digits(&(&n / &d)) > self.precision {
            (n, d) = at(shift - 1)?;
            scale -= 1;
        }
        let unscaled = self.rounding.divide(&n, &d)?;
        let rounded = self.round(Decimal { unscaled, scale })?;
        if (n % d).is_zero() {
            return Ok(rounded.without_zeros(preferred));
        }
        Ok(rounded)
    }

    /// The integer part of the quotient, which must have no more digits than the context.
    fn quot(&self, x: &Decimal, y: &Decimal) -> Fallible<Decimal> {
        let exact = x.quot(y)?;
        if self.precision == 0 || exact.unscaled.is_zero() {
            return Ok(exact);
        }
        let whole = exact.without_zeros(i64::MIN);
        if digits(&whole.unscaled) > self.precision {
            return Err(Fault::new("arithmetic", "Division impossible"));
        }
        // Zeros up to the preferred scale, as far as there are digits for them.
        let preferred = x.scale - y.scale;
        let spare = i64::try_from(self.precision - digits(&whole.unscaled)).unwrap_or(i64::MAX / 4);
        let scale = preferred.clamp(whole.scale, whole.scale + spare);
        Ok(Decimal {
            unscaled: whole.rescaled(scale)?,
            scale,
        })
    }

    /// The decimal a number is; a ratio has as many digits as the context.
    pub(crate) fn decimal(&self, num: Num) -> Fallible<Decimal> {
        match num {
            Num::Ratio(n, d) => self.divide(&Decimal::of(Num::Big(n))?, &Decimal::of(Num::Big(d))?),
            other => Decimal::of(other),
        }
    }

    /// What the operation makes of two numbers of which one is a decimal; with a double it is one.
    fn compute(&self, op: Op, a: Num, b: Num) -> Fallible<Option<Num>> {
        if matches!(a, Num::Double(_)) || matches!(b, Num::Double(_)) {
            return Ok(None);
        }
        // A difference is the sum with the negated number, which is rounded as any result is.
        let b = if op == Op::Sub { self.negated(b)? } else { b };
        let (x, y) = (self.decimal(a)?, self.decimal(b)?);
        let rem = |x: &Decimal| x.sub(&self.quot(x, &y)?.mul(&y)?);
        Ok(Some(Num::Decimal(match op {
            Op::Add | Op::Sub => self.round(x.add(&y)?)?,
            Op::Mul => self.round(x.mul(&y)?)?,
            Op::Div => self.divide(&x, &y)?,
            Op::Quot => self.quot(&x, &y)?,
            Op::Rem => rem(&x)?,
            Op::Mod => {
                let r = rem(&x)?;
                if r.unscaled.is_zero() || x.unscaled.is_positive() == y.unscaled.is_positive() {
                    r
                } else {
                    self.round(r.add(&y)?)?
                }
            }
            Op::Compare => return Ok(None),
        })))
    }

    fn negated(&self, num: Num) -> Fallible<Num> {
        Ok(match num {
            Num::Ratio(n, d) => Num::Ratio(-n, d),
            Num::Decimal(d) => Num::Decimal(self.round(d.negative())?),
            other => Num::Decimal(Decimal::of(other)?.negative()),
        })
    }

    /// Fuel of an operation on these, besides what it costs without rounding.
    fn cost(&self, heap: &Heap, a: Word, b: Word) -> u32 {
        // What has more is refused.
        let digits = self.precision.min(DECIMAL_BITS_MAX) / DIGITS_PER_WORD + 1;
        let words = extra_words(heap, a) + extra_words(heap, b) + 2;
        words_cost(words + digits, words)
    }
}

/// The answer of an operation on two numbers if a context is bound that it asks for, and the fuel that
/// it costs besides the operation.
pub(crate) fn rounded(
    heap: &mut Heap,
    image: &LoadedImage,
    bindings: Word,
    op: Op,
    [a, b]: [Word; 2],
) -> Option<(NativeResult, u32)> {
    if op == Op::Compare {
        return None;
    }
    let context = match Context::bound(heap, image, bindings, &[a, b]) {
        Ok(context) => context?,
        Err(fault) => return Some((Err(fault.trap(heap)), 0)),
    };
    let fuel = context.cost(heap, a, b);
    let result = Num::expect(heap, a)
        .and_then(|x| Ok((x, Num::expect(heap, b)?)))
        .and_then(|(x, y)| context.compute(op, x, y));
    match result.or_throw(heap) {
        Ok(num) => Some((Ok(num?.make(heap)), fuel)),
        Err(trap) => Some((Err(trap), fuel)),
    }
}

/// The absolute value, rounded if a context asks for it.
pub(crate) fn abs(num: Num, context: Option<Context>) -> Fallible<Num> {
    match (arithmetic::abs(num), context) {
        (Num::Decimal(decimal), Some(context)) => Ok(Num::Decimal(context.round(decimal)?)),
        (num, _) => Ok(num),
    }
}
