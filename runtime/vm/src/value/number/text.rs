//! Numerals: how numbers are written and read.
//!
//! # Invariants
//! - Reading what was written gives the same number, of the same type.
//! - A double is written with the fewest digits that read back as it, as Java writes them
//!   (`1.0`, `1.0E10`, `4.9E-324`), on every machine the same.

use super::arithmetic::fraction;
use super::convert::parse_big;
use super::decimal::Decimal;
use super::{Num, try_int};
use crate::heap::Heap;
use crate::value::fault::{Fallible, Fault};
use crate::word::Word;
use num_bigint::BigInt;
use num_traits::Zero;
use std::fmt::Write as _;

/// The shortest digits of a finite positive double and the exponent of the first one.
fn shortest_digits(d: f64) -> (String, i32) {
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(d);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().expect("an exponent");
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = format!("{whole}{part}");
    let leading = digits.bytes().take_while(|&b| b == b'0').count();
    let first = exponent + i32::try_from(whole.len()).expect("short")
        - 1
        - i32::try_from(leading).expect("short");
    digits.drain(..leading);
    digits.truncate(digits.trim_end_matches('0').len());
    if digits.len() == 1 {
        // Java writes two digits at least, and then the best two: 4.9E-324, not 5.0E-324.
        let two = format!("{d:.1e}");
        if two.parse() == Ok(d)
            && let Some((mantissa, exponent)) = two.split_once('e')
        {
            let digits: String = mantissa.chars().filter(|&c| c != '.').collect();
            let digits = digits.trim_end_matches('0').to_owned();
            return (digits, exponent.parse().expect("an exponent"));
        }
    }
    (digits, first)
}

/// Writes a finite double as Java does: with a point from 10^-3 to below 10^7, else with an exponent.
pub(crate) fn write_double(out: &mut String, d: f64) {
    debug_assert!(d.is_finite());
    if d.is_sign_negative() {
        out.push('-');
    }
    let d = libm::fabs(d);
    if d == 0.0 {
        out.push_str("0.0");
        return;
    }
    let (digits, exponent) = shortest_digits(d);
    let length = i32::try_from(digits.len()).expect("at most 17 digits");
    if !(-3..7).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let rest = if rest.is_empty() { "0" } else { rest };
        write!(out, "{first}.{rest}E{exponent}").expect("strings take all text");
    } else if exponent < 0 {
        out.push_str("0.");
        (1..-exponent).for_each(|_| out.push('0'));
        out.push_str(&digits);
    } else if length <= exponent + 1 {
        out.push_str(&digits);
        (length..=exponent).for_each(|_| out.push('0'));
        out.push_str(".0");
    } else {
        let (whole, part) = digits.split_at(exponent as usize + 1);
        out.push_str(whole);
        out.push('.');
        out.push_str(part);
    }
}

/// Writes any double as `str` does.
pub(crate) fn write_plain_double(out: &mut String, d: f64) {
    match special_double(d) {
        Some(text) => out.push_str(text),
        None => write_double(out, d),
    }
}

fn special_double(d: f64) -> Option<&'static str> {
    if d.is_nan() {
        Some("NaN")
    } else if d == f64::INFINITY {
        Some("Infinity")
    } else if d == f64::NEG_INFINITY {
        Some("-Infinity")
    } else {
        None
    }
}

/// Writes a decimal as Java does: with an exponent when the scale is negative or the number small.
pub(crate) fn write_decimal(out: &mut String, d: &Decimal) {
    let text = d.unscaled.magnitude().to_string();
    if d.unscaled < BigInt::zero() {
        out.push('-');
    }
    let length = i64::try_from(text.len()).expect("numbers have a greatest size");
    let adjusted = length - 1 - d.scale;
    if d.scale == 0 {
        out.push_str(&text);
    } else if d.scale > 0 && adjusted >= -6 {
        if d.scale < length {
            let (whole, part) = text.split_at((length - d.scale) as usize);
            out.push_str(whole);
            out.push('.');
            out.push_str(part);
        } else {
            out.push_str("0.");
            (length..d.scale).for_each(|_| out.push('0'));
            out.push_str(&text);
        }
    } else {
        let (first, rest) = text.split_at(1);
        out.push_str(first);
        if !rest.is_empty() {
            out.push('.');
            out.push_str(rest);
        }
        if adjusted != 0 {
            write!(out, "E{adjusted:+}").expect("strings take all text");
        }
    }
}

/// Writes any double; `readable` as the reader takes it (`##Inf`), else as `str` does.
pub(crate) fn write_any_double(out: &mut String, d: f64, readable: bool) {
    if d.is_finite() || !readable {
        return write_plain_double(out, d);
    }
    out.push_str(if d.is_nan() {
        "##NaN"
    } else if d > 0.0 {
        "##Inf"
    } else {
        "##-Inf"
    });
}

/// Writes a number; `readable` with the marks by which it is read back (`1N`, `1.5M`, `##Inf`).
/// False, and nothing is written, when the word is no number.
pub fn write_number(out: &mut String, heap: &Heap, word: Word, readable: bool) -> bool {
    if let Some(n) = try_int(heap, word) {
        write!(out, "{n}").expect("strings take all text");
        return true;
    }
    match Num::of(heap, word) {
        None => return false,
        Some(Num::Int(n)) => write!(out, "{n}").expect("strings take all text"),
        Some(Num::Big(n)) => {
            out.push_str(&n.to_string());
            if readable {
                out.push('N');
            }
        }
        Some(Num::Ratio(n, d)) => write!(out, "{n}/{d}").expect("strings take all text"),
        Some(Num::Decimal(d)) => {
            write_decimal(out, &d);
            if readable {
                out.push('M');
            }
        }
        Some(Num::Double(d)) => write_any_double(out, d, readable),
    }
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
        return Ok(match fraction(if negative { -n } else { n }, d)? {
            Num::Big(n) => i64::try_from(&n).map_or(Num::Big(n), Num::Int),
            ratio => ratio,
        });
    }
    if let Some((digits, radix, arbitrary)) = integer_digits(unsigned) {
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
        super::check_bits(digits.len() as u64 * 10 / 3)?;
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

/// Digits, radix and "arbitrary" of an integer numeral without sign.
fn integer_digits(text: &str) -> Option<(&str, u32, bool)> {
    let all = |s: &str, radix: u32| !s.is_empty() && s.chars().all(|c| c.is_digit(radix));
    // `N` is a digit of radices above 23: the radix forms are tried without it first.
    for (body, arbitrary) in [(text.strip_suffix('N'), true), (Some(text), false)] {
        let Some(body) = body else { continue };
        if body == "0" || (!body.starts_with('0') && all(body, 10)) {
            return Some((body, 10, arbitrary));
        }
        if let Some(hex) = body.strip_prefix("0x").or_else(|| body.strip_prefix("0X")) {
            if all(hex, 16) {
                return Some((hex, 16, arbitrary));
            }
        } else if let Some(octal) = body.strip_prefix('0')
            && all(octal, 8)
        {
            return Some((octal, 8, arbitrary));
        }
        if let Some((radix, digits)) = body.split_once(['r', 'R'])
            && let Ok(radix) = radix.parse::<u32>()
            && (2..=36).contains(&radix)
            && all(digits, radix)
        {
            return Some((digits, radix, arbitrary));
        }
    }
    None
}
