//! Integers as Clojure's reader takes them: `0`, `12`, `0x1F`, `017` and `2r101`, the first four with an
//! optional `N`.

/// The parts of an integer's text, without its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntegerLiteral<'a> {
    /// The digits, at least one, all of the radix.
    pub digits: &'a str,
    /// From 2 to 36.
    pub radix: u32,
    /// Whether an `N` says that it is of arbitrary size, even if it is small.
    pub is_arbitrary: bool,
}

impl<'a> IntegerLiteral<'a> {
    /// The integer that a token without sign is; `None` if it is none.
    #[must_use]
    pub fn parse(token: &'a str) -> Option<IntegerLiteral<'a>> {
        if let Some((radix, digits)) = token.split_once(['r', 'R']) {
            // In radixes that have the digit N a final one is a digit, in others a mistake.
            let is_written = !radix.starts_with('0') && matches!(radix.len(), 1 | 2);
            let radix = Some(radix).filter(|_| is_written)?.parse().ok()?;
            return (2..=36)
                .contains(&radix)
                .then(|| IntegerLiteral::of(digits, radix, false))?;
        }
        let (body, is_arbitrary) = match token.strip_suffix('N') {
            Some(body) => (body, true),
            None => (token, false),
        };
        if let Some(digits) = body.strip_prefix("0x").or_else(|| body.strip_prefix("0X")) {
            return IntegerLiteral::of(digits, 16, is_arbitrary);
        }
        match body.strip_prefix('0') {
            Some(digits) if !digits.is_empty() => IntegerLiteral::of(digits, 8, is_arbitrary),
            _ => IntegerLiteral::of(body, 10, is_arbitrary),
        }
    }

    fn of(digits: &'a str, radix: u32, is_arbitrary: bool) -> Option<IntegerLiteral<'a>> {
        let are_digits = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        are_digits.then_some(IntegerLiteral {
            digits,
            radix,
            is_arbitrary,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_taken_apart() {
        let parts = |token| {
            let literal = IntegerLiteral::parse(token)?;
            Some((literal.digits, literal.radix, literal.is_arbitrary))
        };
        for (token, expected) in [
            ("0", ("0", 10, false)),
            ("0N", ("0", 10, true)),
            ("12", ("12", 10, false)),
            ("12N", ("12", 10, true)),
            ("0x1F", ("1F", 16, false)),
            ("0XffN", ("ff", 16, true)),
            ("017", ("17", 8, false)),
            ("017N", ("17", 8, true)),
            ("2r101", ("101", 2, false)),
            ("36RZZN", ("ZZN", 36, false)),
            ("24rN", ("N", 24, false)),
        ] {
            assert_eq!(parts(token), Some(expected), "{token}");
        }
        for token in [
            "", "N", "0x", "0xN", "08", "1r0", "0r0", "37r1", "2r2", "2r", "r1", "16rFFN",
            "2r101N", "02r1", "1_0", "+1", "2r-1", "1M",
        ] {
            assert_eq!(parts(token), None, "{token}");
        }
    }
}
