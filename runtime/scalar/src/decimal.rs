//! Decimals as `java.math.BigDecimal` prints them: with an exponent when the scale is negative or
//! the number small.

use num_bigint::{BigInt, Sign};
use std::fmt;

/// `unscaled` × 10^-`scale`, which prints without the suffix `M`.
#[derive(Clone, Copy, Debug)]
pub struct Decimal<'a> {
    /// All digits, as an integer.
    pub unscaled: &'a BigInt,
    /// How many of them are behind the point.
    pub scale: i64,
}

impl fmt::Display for Decimal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.unscaled.magnitude().to_string();
        if self.unscaled.sign() == Sign::Minus {
            f.write_str("-")?;
        }
        let exponent = digits.len() as i64 - 1 - self.scale;
        if self.scale == 0 {
            return f.write_str(&digits);
        }
        if self.scale > 0 && exponent >= -6 {
            // At most six places more than digits.
            let places = self.scale as usize;
            return match digits.len().checked_sub(places) {
                Some(whole @ 1..) => write!(f, "{}.{}", &digits[..whole], &digits[whole..]),
                _ => write!(f, "0.{digits:0>places$}"),
            };
        }
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        write!(f, "{first}{point}{rest}E{exponent:+}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_print_as_in_java() {
        for (unscaled, scale, text) in [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (0, 7, "0E-7"),
            (0, -3, "0E+3"),
            (15, 1, "1.5"),
            (-15, 2, "-0.15"),
            (15, 3, "0.015"),
            (1, 6, "0.000001"),
            (1, 7, "1E-7"),
            (123, 9, "1.23E-7"),
            (123, -2, "1.23E+4"),
            (-1, -1, "-1E+1"),
        ] {
            let unscaled = &BigInt::from(unscaled);
            assert_eq!(Decimal { unscaled, scale }.to_string(), text);
        }
    }
}
