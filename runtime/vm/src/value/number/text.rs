//! Numerals: how numbers are written and read.
//!
//! # Invariants
//! - Reading what was written gives the same number, of the same type.

use super::arithmetic::fraction;
use super::convert::parse_big;
use super::decimal::Decimal;
use super::{Num, large, try_int};
use crate::heap::Heap;
use crate::value::fault::{Fallible, Fault};
use crate::word::Word;
use scalar::{Double, DoubleLiteral, IntegerLiteral};
use std::fmt::Write as _;

/// Writes a number; `readable` with the marks by which it is read back (`1N`, `1.5M`, `##Inf`).
/// False, and nothing is written, when the word is no number.
pub fn write_number(out: &mut String, heap: &Heap, word: Word, readable: bool) -> bool {
    if let Some(n) = try_int(heap, word) {
        write!(out, "{n}").expect("strings take all text");
        return true;
    }
    let written = match Num::of(heap, word) {
        None => return false,
        Some(Num::Int(n)) => write!(out, "{n}"),
        Some(Num::Big(n)) => write!(out, "{n}{}", if readable { "N" } else { "" }),
        Some(Num::Ratio(n, d)) => write!(out, "{n}/{d}"),
        Some(Num::Decimal(d)) => write!(out, "{}{}", d.shown(), if readable { "M" } else { "" }),
        Some(Num::Double(d)) if readable => write!(out, "{}", DoubleLiteral(d)),
        Some(Num::Double(d)) => write!(out, "{}", Double(d)),
    };
    written.expect("strings take all text");
    true
}

/// `(parse-long s)`: the 64-bit integer that a string writes in decimal.
#[must_use]
pub fn parse_long(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// `[digits][.digits][e[+-]digits]`, one digit at least before the exponent.
fn is_decimal_numeral(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    digits(whole)
        && digits(part)
        && whole.len() + part.len() > 0
        && exponent.is_none_or(|e| {
            let e = e.strip_prefix(['+', '-']).unwrap_or(e);
            !e.is_empty() && digits(e)
        })
}

/// `(parse-double s)`: the double that a string writes as Java's `Double.valueOf` reads it,
/// hexadecimal numerals excepted.
#[must_use]
pub fn parse_double(text: &str) -> Option<f64> {
    let text = text.trim_matches(|c| c <= ' ');
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match unsigned {
        "NaN" => return Some(f64::NAN),
        "Infinity" if text.starts_with('-') => return Some(f64::NEG_INFINITY),
        "Infinity" => return Some(f64::INFINITY),
        _ => {}
    }
    let text = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    if is_decimal_numeral(text) {
        text.parse().ok()
    } else {
        None
    }
}

/// The decimal that a numeral writes; `None` when it is none or its exponent has no 32 bits.
#[must_use]
pub(crate) fn parse_decimal(text: &str) -> Option<Decimal> {
    if !is_decimal_numeral(text) {
        return None;
    }
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let unscaled = parse_big(&format!("{whole}{part}"), 10).ok()??;
    let scale = i64::try_from(part.len()).ok()? - i64::from(exponent);
    i32::try_from(scale).ok()?;
    Some(Decimal { unscaled, scale })
}

fn invalid(text: &str) -> Box<Fault> {
    let shown: String = text.chars().take(64).collect();
    Fault::new("number-format", format!("Invalid number: {shown}"))
}

/// Reads a numeral of the language, `text` being a whole token that begins with a digit, or a sign
/// and a digit.
///
/// # Errors
/// `:ox/number-format` when it is no numeral; `:ox/arithmetic` for a ratio over 0;
/// `:ox/memory-limit` for a number above the greatest.
pub(crate) fn parse_numeral(text: &str) -> Fallible<Num> {
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if let Some((numerator, denominator)) = unsigned.split_once('/') {
        let part = |digits: &str| {
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return Err(invalid(text));
            }
            parse_big(digits, 10)?.ok_or_else(|| invalid(text))
        };
        let (n, d) = (part(numerator)?, part(denominator)?);
        let are_small = i64::try_from(&n).is_ok() && i64::try_from(&d).is_ok();
        return Ok(match fraction(if negative { -n } else { n }, d)? {
            Num::Big(n) if are_small => i64::try_from(&n).map_or(Num::Big(n), Num::Int),
            number => number,
        });
    }
    if let Some(integer) = IntegerLiteral::parse(unsigned) {
        let (digits, radix, arbitrary) = (integer.digits, integer.radix, integer.is_arbitrary);
        let magnitude = match i64::from_str_radix(digits, radix) {
            Ok(n) if !arbitrary => return Ok(Num::Int(if negative { -n } else { n })),
            _ => parse_big(digits, radix)?.ok_or_else(|| invalid(text))?,
        };
        let value = if negative { -magnitude } else { magnitude };
        return Ok(match i64::try_from(&value) {
            Ok(n) if !arbitrary => Num::Int(n),
            _ => Num::Big(value),
        });
    }
    // As in Clojure, a point needs a digit before it, and integers with a leading 0 are octal.
    let is_float = |s: &str| s.starts_with(|c: char| c.is_ascii_digit()) && is_decimal_numeral(s);
    if let Some(digits) = unsigned.strip_suffix('M')
        && is_float(digits)
    {
        super::check_decimal_bits(digits.len() as u64 * 10 / 3)?;
        let signed = if negative {
            format!("-{digits}")
        } else {
            digits.to_owned()
        };
        return parse_decimal(&signed)
            .map(Num::Decimal)
            .ok_or_else(|| invalid(text));
    }
    if is_float(unsigned) && unsigned.contains(['.', 'e', 'E']) {
        let value: f64 = unsigned.parse().map_err(|_| invalid(text))?;
        return Ok(Num::Double(if negative { -value } else { value }));
    }
    Err(invalid(text))
}

/// What the library's `numeral` takes, if a token is a decimal integer or a ratio of too many digits to
/// be read at once.
#[must_use]
pub(crate) fn long_numeral<'t>(heap: &Heap, token: &'t str) -> Option<&'t str> {
    if !large::are_many_digits(heap, token.len()) {
        return None;
    }
    let numeral = token.strip_suffix('N').unwrap_or(token);
    let unsigned = numeral.strip_prefix(['+', '-']).unwrap_or(numeral);
    let all = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let is_one = match unsigned.split_once('/') {
        Some((n, d)) => numeral == token && all(n) && all(d),
        None => !unsigned.starts_with('0') && all(unsigned),
    };
    is_one.then_some(numeral)
}
