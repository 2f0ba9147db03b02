//! Digits: integers of any length and decimals, for the text of constants.
//!
//! # Invariants
//! - Integers are two's complement bytes, little-endian, as short as possible; zero is one byte.

use num_bigint::{BigInt, BigUint, Sign};
use scalar::Decimal;

/// Longest integer that is printed in decimal digits.
pub(crate) const DECIMAL_BYTES_MAX: usize = 4096;

/// Whether the bytes are an integer in its only allowed form.
pub(crate) fn is_minimal(bytes: &[u8]) -> bool {
    match bytes {
        [] => false,
        [_] => true,
        [.., before, last] => {
            let sign_repeats = (*last == 0 && *before < 0x80) || (*last == 0xff && *before >= 0x80);
            !sign_repeats
        }
    }
}

/// Whether the integer is greater than one.
pub(crate) fn is_above_one(bytes: &[u8]) -> bool {
    let negative = bytes.last().is_some_and(|b| *b >= 0x80);
    !negative && (bytes.iter().skip(1).any(|b| *b != 0) || bytes.first() > Some(&1))
}

/// The integer as text, without suffix.
pub(crate) fn integer(bytes: &[u8]) -> String {
    let integer = BigInt::from_signed_bytes_le(bytes);
    if bytes.len() > DECIMAL_BYTES_MAX {
        format!("{integer:#x}")
    } else {
        integer.to_string()
    }
}

/// Reads what [`integer`] writes.
pub(crate) fn read_integer(text: &str) -> Option<Vec<u8>> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let sign = if text.starts_with('-') {
        Sign::Minus
    } else {
        Sign::Plus
    };
    let (digits, radix) = match unsigned.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None => (unsigned, 10),
    };
    // The parser takes signs and underscores too.
    if !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let magnitude = BigUint::parse_bytes(digits.as_bytes(), radix)?;
    Some(BigInt::from_biguint(sign, magnitude).to_signed_bytes_le())
}

/// A decimal as Java prints it, with the suffix `M`.
pub(crate) fn decimal(out: &mut String, unscaled: &[u8], scale: i32) {
    use std::fmt::Write as _;
    let written = if unscaled.len() > DECIMAL_BYTES_MAX {
        write!(out, "#ox/decimal [{}N {scale}]", integer(unscaled))
    } else {
        let unscaled = &BigInt::from_signed_bytes_le(unscaled);
        let scale = i64::from(scale);
        write!(out, "{}M", Decimal { unscaled, scale })
    };
    written.expect("strings take all text");
}

/// Reads what [`decimal`] writes, without its suffix: unscaled value and scale.
pub(crate) fn read_decimal(text: &str) -> Option<(Vec<u8>, i32)> {
    let (digits, exponent) = match text.split_once(['E', 'e']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let scale = i64::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    if fraction.starts_with(['+', '-']) {
        return None;
    }
    let unscaled = read_integer(&format!("{whole}{fraction}"))?;
    Some((unscaled, i32::try_from(scale).ok()?))
}
