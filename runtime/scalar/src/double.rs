//! Doubles with the fewest digits that read back as them, as Java writes them (`1.0`, `1.0E10`,
//! `4.9E-324`), on every machine the same.

use std::fmt::{self, Write as _};

/// A double that prints as `Double.toString` does: with a point from 10^-3 to below 10^7, else with
/// an exponent; `NaN`, `Infinity`, `-Infinity`.
#[derive(Clone, Copy, Debug)]
pub struct Double(pub f64);

/// A double that prints as the reader takes it: as [`Double`], but `##NaN`, `##Inf`, `##-Inf`.
#[derive(Clone, Copy, Debug)]
pub struct DoubleLiteral(pub f64);

impl fmt::Display for Double {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self.0, ["NaN", "Infinity", "-Infinity"])
    }
}

impl fmt::Display for DoubleLiteral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self.0, ["##NaN", "##Inf", "##-Inf"])
    }
}

fn write(f: &mut fmt::Formatter<'_>, d: f64, specials: [&str; 3]) -> fmt::Result {
    if d.is_nan() {
        return f.write_str(specials[0]);
    }
    if d.is_infinite() {
        return f.write_str(specials[if d > 0.0 { 1 } else { 2 }]);
    }
    if d.is_sign_negative() {
        f.write_char('-')?;
    }
    let d = d.abs();
    if d == 0.0 {
        return f.write_str("0.0");
    }
    let (digits, exponent) = shortest_digits(d);
    if !(-3..7).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let rest = if rest.is_empty() { "0" } else { rest };
        return write!(f, "{first}.{rest}E{exponent}");
    }
    match usize::try_from(exponent) {
        Err(_) => {
            let places = digits.len() + exponent.unsigned_abs() as usize - 1;
            write!(f, "0.{digits:0>places$}")
        }
        Ok(exponent) if digits.len() <= exponent + 1 => {
            write!(f, "{digits:0<width$}.0", width = exponent + 1)
        }
        Ok(exponent) => {
            let (whole, part) = digits.split_at(exponent + 1);
            write!(f, "{whole}.{part}")
        }
    }
}

/// The shortest digits of a finite positive double and the exponent of the first one.
fn shortest_digits(d: f64) -> (String, i32) {
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(d);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().expect("an exponent");
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = format!("{whole}{part}");
    let leading = digits.bytes().take_while(|&b| b == b'0').count();
    let first = exponent + whole.len() as i32 - 1 - leading as i32;
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn doubles_print_as_in_java() {
        for (d, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-1.5, "-1.5"),
            (100.0, "100.0"),
            (123.456, "123.456"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (1.25e10, "1.25E10"),
            (0.001, "0.001"),
            (0.0125, "0.0125"),
            (9.99e-4, "9.99E-4"),
            (4.9e-324, "4.9E-324"),
            (2e-323, "2.0E-323"),
            (f64::MAX, "1.7976931348623157E308"),
        ] {
            assert_eq!(Double(d).to_string(), text);
        }
        assert_eq!(Double(f64::NEG_INFINITY).to_string(), "-Infinity");
        assert_eq!(DoubleLiteral(f64::NEG_INFINITY).to_string(), "##-Inf");
        assert_eq!(DoubleLiteral(f64::NAN).to_string(), "##NaN");
    }

    proptest! {
        #[test]
        fn doubles_are_read_back(d in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL) {
            prop_assert_eq!(Double(d).to_string().parse(), Ok(d));
        }
    }
}
