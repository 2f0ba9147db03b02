//! Digits: integers of any length, decimals, instants and base64, for the text of constants.
//!
//! # Invariants
//! - Integers are two's complement bytes, little-endian, as short as possible; zero is one byte.
//! - Nothing here is arithmetic of the language: it is what printing and reading needs, so that the
//!   crate needs no library of big numbers.

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

fn is_negative(bytes: &[u8]) -> bool {
    bytes.last().is_some_and(|b| *b >= 0x80)
}

/// Whether the integer is greater than one.
pub(crate) fn is_above_one(bytes: &[u8]) -> bool {
    !is_negative(bytes) && (bytes.iter().skip(1).any(|b| *b != 0) || bytes.first() > Some(&1))
}

/// Two's complement of the same length.
fn negate(bytes: &mut [u8]) {
    let mut carry = true;
    for byte in bytes {
        let (sum, overflow) = (!*byte).overflowing_add(u8::from(carry));
        (*byte, carry) = (sum, overflow);
    }
}

fn magnitude(bytes: &[u8]) -> Vec<u8> {
    let mut magnitude = bytes.to_vec();
    if is_negative(bytes) {
        negate(&mut magnitude);
    }
    magnitude
}

/// The shortest bytes of an integer given by sign and magnitude.
fn from_magnitude(negative: bool, mut magnitude: Vec<u8>) -> Vec<u8> {
    magnitude.push(0);
    if negative {
        negate(&mut magnitude);
    }
    while magnitude.len() > 1 && !is_minimal(&magnitude) {
        magnitude.pop();
    }
    magnitude
}

const CHUNK_DIGITS: usize = 9;
const CHUNK: u64 = 1_000_000_000;

fn digits(magnitude: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut limbs: Vec<u32> = magnitude
        .chunks(4)
        .map(|c| c.iter().rev().fold(0, |n, b| n << 8 | u32::from(*b)))
        .collect();
    let mut chunks = Vec::new();
    loop {
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        if limbs.is_empty() {
            break;
        }
        let mut rest = 0u64;
        for limb in limbs.iter_mut().rev() {
            let n = rest << 32 | u64::from(*limb);
            *limb = (n / CHUNK) as u32;
            rest = n % CHUNK;
        }
        chunks.push(rest);
    }
    let mut out = String::new();
    match chunks.pop() {
        None => out.push('0'),
        Some(first) => {
            let _ = write!(out, "{first}");
            for chunk in chunks.iter().rev() {
                let _ = write!(out, "{chunk:0CHUNK_DIGITS$}");
            }
        }
    }
    out
}

/// The integer as text, without suffix.
pub(crate) fn integer(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    if is_negative(bytes) {
        out.push('-');
    }
    let magnitude = magnitude(bytes);
    if bytes.len() > DECIMAL_BYTES_MAX {
        out.push_str("0x");
        for byte in magnitude.iter().rev() {
            let _ = write!(out, "{byte:02x}");
        }
    } else {
        out.push_str(&digits(&magnitude));
    }
    out
}

/// Reads what [`integer`] writes.
pub(crate) fn read_integer(text: &str) -> Option<Vec<u8>> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let magnitude = if let Some(hex) = unsigned.strip_prefix("0x") {
        hex_bytes(hex)?
    } else {
        if unsigned.is_empty() || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut limbs: Vec<u32> = Vec::new();
        for chunk in unsigned.as_bytes().chunks(CHUNK_DIGITS) {
            let mut carry = 0u64;
            let mut scale = 1u64;
            for digit in chunk {
                carry = carry * 10 + u64::from(digit - b'0');
                scale *= 10;
            }
            for limb in &mut limbs {
                let n = u64::from(*limb) * scale + carry;
                *limb = n as u32;
                carry = n >> 32;
            }
            if carry > 0 {
                limbs.push(carry as u32);
            }
        }
        limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect()
    };
    Some(from_magnitude(negative, magnitude))
}

/// Hexadecimal digits, most significant first, as little-endian bytes.
fn hex_bytes(hex: &str) -> Option<Vec<u8>> {
    if hex.is_empty() || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let padded = if hex.len() % 2 == 1 {
        format!("0{hex}")
    } else {
        hex.to_owned()
    };
    let mut bytes = Vec::with_capacity(padded.len() / 2);
    for pair in padded.as_bytes().chunks(2).rev() {
        let pair = std::str::from_utf8(pair).ok()?;
        bytes.push(u8::from_str_radix(pair, 16).ok()?);
    }
    Some(bytes)
}

/// A decimal as `java.math.BigDecimal` prints it, with the suffix `M`.
pub(crate) fn decimal(out: &mut String, unscaled: &[u8], scale: i32) {
    use std::fmt::Write as _;
    if unscaled.len() > DECIMAL_BYTES_MAX {
        let _ = write!(out, "#ox/decimal [{}N {scale}]", integer(unscaled));
        return;
    }
    let digits = digits(&magnitude(unscaled));
    if is_negative(unscaled) {
        out.push('-');
    }
    let exponent = digits.len() as i64 - 1 - i64::from(scale);
    if scale == 0 {
        out.push_str(&digits);
    } else if scale > 0 && exponent >= -6 {
        let scale = scale as usize;
        if digits.len() > scale {
            let (whole, fraction) = digits.split_at(digits.len() - scale);
            let _ = write!(out, "{whole}.{fraction}");
        } else {
            let _ = write!(out, "0.{digits:0>scale$}");
        }
    } else {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let _ = write!(out, "{first}{point}{rest}E{exponent:+}");
    }
    out.push('M');
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

const DAY_SECONDS: i64 = 86_400;

/// `2020-01-31T12:00:00.000-00:00`, of years from 0 to 9999.
pub(crate) fn instant(seconds: i64, nanos: u32) -> Option<String> {
    let (days, second) = (
        seconds.div_euclid(DAY_SECONDS),
        seconds.rem_euclid(DAY_SECONDS),
    );
    // Year 0 to 9999, counted from 1970.
    if !(-719_528..=2_932_896).contains(&days) || nanos >= 1_000_000_000 {
        return None;
    }
    // Days to date in years that begin with March (Hinnant's `civil_from_days`).
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let fraction = if nanos.is_multiple_of(1_000_000) {
        format!("{:03}", nanos / 1_000_000)
    } else {
        format!("{nanos:09}")
    };
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction}-00:00"
    ))
}

/// Reads what [`instant`] writes.
pub(crate) fn read_instant(text: &str) -> Option<(i64, u32)> {
    let text = text.strip_suffix("-00:00")?;
    let (whole, fraction) = text.split_once('.')?;
    let nanos: u32 = match fraction.len() {
        3 => fraction.parse::<u32>().ok()? * 1_000_000,
        9 => fraction.parse().ok()?,
        _ => return None,
    };
    let (date, time) = whole.split_once('T')?;
    let part = |text: &str, n: usize, by: char| text.split(by).nth(n)?.parse::<i64>().ok();
    let (year, month, day) = (
        part(date, 0, '-')?,
        part(date, 1, '-')?,
        part(date, 2, '-')?,
    );
    let (hour, minute, second) = (
        part(time, 0, ':')?,
        part(time, 1, ':')?,
        part(time, 2, ':')?,
    );
    if !(0..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let march_year = year - i64::from(month <= 2);
    let (era, year_of_era) = (march_year.div_euclid(400), march_year.rem_euclid(400));
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * 146_097 + day_of_era - 719_468;
    let seconds = days * DAY_SECONDS + hour * 3600 + minute * 60 + second;
    // A date that does not exist, or a time beyond the day, prints otherwise.
    (instant(seconds, nanos)? == format!("{text}-00:00")).then_some((seconds, nanos))
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding.
pub(crate) fn base64(out: &mut String, bytes: &[u8]) {
    for group in bytes.chunks(3) {
        let n = group.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - group.len()));
        for i in 0..4 {
            if i <= group.len() {
                out.push(char::from(BASE64[(n >> (18 - 6 * i)) as usize & 63]));
            } else {
                out.push('=');
            }
        }
    }
}

/// Reads what [`base64`] writes.
pub(crate) fn read_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let digits = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    for group in digits.as_bytes().chunks(4) {
        let mut n = 0u32;
        for digit in group {
            let value = BASE64.iter().position(|d| d == digit)?;
            n = n << 6 | value as u32;
        }
        n <<= 6 * (4 - group.len());
        let [_, a, b, c] = n.to_be_bytes();
        bytes.extend_from_slice(&[a, b, c][..group.len().checked_sub(1)?]);
    }
    Some(bytes)
}
