//! Doubles and decimals as text, as Java prints them.

use std::fmt;

use num_bigint::{BigInt, Sign};

/// As `Double.toString`: shortest digits that read back, exponent form outside `1e-3 .. 1e7`.
pub(super) fn write_double(f: &mut fmt::Formatter<'_>, value: f64) -> fmt::Result {
    if value.is_nan() {
        return f.write_str("##NaN");
    }
    if value.is_infinite() {
        return f.write_str(if value > 0.0 { "##Inf" } else { "##-Inf" });
    }
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-3..1e7).contains(&magnitude) {
        return write!(f, "{value:?}");
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text
        .split_once('e')
        .expect("the exponent form has an exponent");
    let fraction = if digits.contains('.') { "" } else { ".0" };
    write!(f, "{digits}{fraction}E{exponent}")
}

/// As `BigDecimal.toString` with `M` after it.
pub(super) fn write_decimal(
    f: &mut fmt::Formatter<'_>,
    unscaled: &BigInt,
    scale: i32,
) -> fmt::Result {
    let digits = unscaled.magnitude().to_string();
    if unscaled.sign() == Sign::Minus {
        f.write_str("-")?;
    }
    let scale = i64::from(scale);
    let exponent = digits.len() as i64 - 1 - scale;
    if scale == 0 {
        return write!(f, "{digits}M");
    }
    if scale > 0 && exponent >= -6 {
        return match usize::try_from(scale) {
            Ok(places) if places < digits.len() => {
                let (whole, fraction) = digits.split_at(digits.len() - places);
                write!(f, "{whole}.{fraction}M")
            }
            Ok(places) => write!(f, "0.{digits:0>places$}M"),
            Err(_) => Err(fmt::Error),
        };
    }
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    write!(f, "{first}{point}{rest}E{exponent:+}M")
}
