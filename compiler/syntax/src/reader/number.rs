//! Numbers, as Clojure's reader takes them.

use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::{One, ToPrimitive, Zero};
use scalar::IntegerLiteral;

use crate::datum::DatumKind;

/// Longer numbers are refused: turning digits into binary takes time that grows with the square.
const MAX_DIGITS: usize = 100_000;

/// Why a number could not be read: what to say, and what else to say.
pub(super) struct NumberError {
    pub(super) message: String,
    pub(super) note: Option<&'static str>,
}

impl NumberError {
    fn new(message: impl Into<String>, note: Option<&'static str>) -> Self {
        Self {
            message: message.into(),
            note,
        }
    }
}

/// Reads a token that starts with a digit, or with a sign and a digit.
pub(super) fn number(text: &str) -> Result<DatumKind, NumberError> {
    if text.len() > MAX_DIGITS {
        let message = format!("a number of {} characters", text.len());
        return Err(NumberError::new(
            message,
            Some("a number in a source file has at most 100,000"),
        ));
    }
    let (negative, unsigned) = match text.as_bytes()[0] {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if let Some(result) = integer(unsigned, negative) {
        return result;
    }
    if let Some(result) = ratio(unsigned, negative) {
        return result;
    }
    if let Some(result) = float(unsigned, negative) {
        return result;
    }
    let note = if unsigned.starts_with('0') && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        Some("a number that starts with `0` is octal: its digits are 0 to 7")
    } else if unsigned.contains('_') {
        Some("digits are not grouped with `_`")
    } else {
        Some("a name does not start with a digit")
    };
    Err(NumberError::new(format!("`{text}` is not a number"), note))
}

fn integer(text: &str, negative: bool) -> Option<Result<DatumKind, NumberError>> {
    if let Some(literal) = IntegerLiteral::parse(text) {
        return Some(Ok(from_digits(literal, negative)));
    }
    let (radix, rest) = text.split_once(['r', 'R'])?;
    let is_written = matches!(radix.len(), 1 | 2)
        && !radix.starts_with('0')
        && all_digits(radix, 10)
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let radix: u32 = Some(radix).filter(|_| is_written)?.parse().ok()?;
    Some(Err(if (2..=36).contains(&radix) {
        let message = format!("`{rest}` has digits that radix {radix} does not have");
        let note = rest
            .strip_suffix('N')
            .filter(|digits| all_digits(digits, radix))
            .map(|_| "a number with a radix takes no `N`");
        NumberError::new(message, note)
    } else {
        NumberError::new(
            format!("there is no radix {radix}"),
            Some("the radix before `r` is 2 to 36"),
        )
    }))
}

fn all_digits(text: &str, radix: u32) -> bool {
    !text.is_empty() && text.chars().all(|char| char.is_digit(radix))
}

fn parse_digits(digits: &str, radix: u32) -> BigInt {
    BigInt::parse_bytes(digits.as_bytes(), radix).expect("only digits of the radix")
}

fn from_digits(literal: IntegerLiteral<'_>, negative: bool) -> DatumKind {
    let IntegerLiteral {
        digits,
        radix,
        is_arbitrary,
    } = literal;
    if !is_arbitrary && digits.len() <= 12 {
        // 12 digits of radix 36 fit.
        let value = i64::from_str_radix(digits, radix).expect("only digits of the radix");
        return DatumKind::Int(if negative { -value } else { value });
    }
    let magnitude = parse_digits(digits, radix);
    let value = if negative { -magnitude } else { magnitude };
    if is_arbitrary {
        DatumKind::BigInt(Arc::new(value))
    } else {
        reduced(value)
    }
}

/// An integer of 64 bits if it fits, else a large one.
fn reduced(value: BigInt) -> DatumKind {
    match value.to_i64() {
        Some(value) => DatumKind::Int(value),
        None => DatumKind::BigInt(Arc::new(value)),
    }
}

/// `1/3`
fn ratio(text: &str, negative: bool) -> Option<Result<DatumKind, NumberError>> {
    let (numerator, denominator) = text.split_once('/')?;
    if !all_digits(numerator, 10) || !all_digits(denominator, 10) {
        return None;
    }
    let numerator = parse_digits(numerator, 10);
    let denominator = parse_digits(denominator, 10);
    if denominator.is_zero() {
        return Some(Err(NumberError::new(
            "a ratio whose denominator is 0",
            None,
        )));
    }
    let divisor = gcd(numerator.clone(), denominator.clone());
    let numerator = if negative { -numerator } else { numerator } / &divisor;
    let denominator = denominator / divisor;
    Some(Ok(if denominator.is_one() {
        reduced(numerator)
    } else {
        DatumKind::Ratio(Arc::new((numerator, denominator)))
    }))
}

fn gcd(mut left: BigInt, mut right: BigInt) -> BigInt {
    while !right.is_zero() {
        (left, right) = (right.clone(), left % right);
    }
    left
}

/// `1.5`, `1.`, `1e3`, and with `M` a decimal.
fn float(text: &str, negative: bool) -> Option<Result<DatumKind, NumberError>> {
    let (body, decimal) = match text.strip_suffix('M') {
        Some(body) => (body, true),
        None => (text, false),
    };
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (body, None),
    };
    let is_integer = !decimal && exponent.is_none() && !mantissa.contains('.');
    if is_integer {
        // `08`: neither octal nor decimal.
        return None;
    }
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_digits =
        exponent.map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    let well_formed = all_digits(whole, 10)
        && (fraction.is_empty() || all_digits(fraction, 10))
        && exponent_digits.is_none_or(|digits| all_digits(digits, 10));
    if !well_formed {
        return None;
    }
    if !decimal {
        let value: f64 = body.parse().ok()?;
        return Some(Ok(DatumKind::double(if negative { -value } else { value })));
    }
    let exponent: Option<i64> = exponent.map_or(Some(0), |exponent| exponent.parse().ok());
    let scale = exponent
        .and_then(|exponent| (fraction.len() as i64).checked_sub(exponent))
        .and_then(|scale| i32::try_from(scale).ok());
    let Some(scale) = scale else {
        return Some(Err(NumberError::new(
            "the exponent of a decimal is too large",
            None,
        )));
    };
    let magnitude = parse_digits(&format!("{whole}{fraction}"), 10);
    let unscaled = if negative { -magnitude } else { magnitude };
    Some(Ok(DatumKind::Decimal(Arc::new((unscaled, scale)))))
}
