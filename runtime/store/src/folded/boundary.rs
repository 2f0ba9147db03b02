//! Where among all keys something ends that cannot be read.
//!
//! A page that redb cannot descend into answers for an interval of keys whose borders are in its
//! parent, where nobody but redb looks. They are found by asking.
//!
//! Invariant: what is found is exact: no key lies between the two sides.

/// Bytes of the keys that are tried first; longer ones only where that is not fine enough.
const SHORT: usize = 40;
/// More bytes than any key has.
const LONG: usize = crate::KEY_BYTES_MAX + 1;

/// The least key that is not low, where `low` is, `high` is not, and all that are low come first.
pub(super) fn first_not_low(
    low: &[u8],
    high: &[u8],
    mut is_low: impl FnMut(&[u8]) -> bool,
) -> Vec<u8> {
    let mut low = low.to_vec();
    let mut high = high.to_vec();
    for width in [SHORT, LONG] {
        if low.len() > width {
            continue;
        }
        if high.len() > width {
            let near = high[..width].to_vec();
            if near <= low || is_low(&near) {
                continue;
            }
            high = near;
        }
        narrow(&mut low, &mut high, width, &mut is_low);
        // Longer keys that begin like the low side are low too, or the border is among them.
        let mut greatest = low.clone();
        greatest.resize(LONG, 0xFF);
        if width == LONG || is_low(&greatest) {
            break;
        }
    }
    // Keys that differ in zeros at their end are the same to the halving.
    let ends_at = high
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |at| at + 1);
    let mut zeros = 0..high.len() - ends_at;
    while zeros.start < zeros.end {
        let middle = zeros.start + (zeros.end - zeros.start) / 2;
        let key = &high[..ends_at + middle];
        if key <= low.as_slice() || is_low(key) {
            zeros.start = middle + 1;
        } else {
            zeros.end = middle;
        }
    }
    high.truncate(ends_at + zeros.start);
    high
}

/// Halves the distance until the two are neighbors among the keys of `width` bytes.
fn narrow(
    low: &mut Vec<u8>,
    high: &mut Vec<u8>,
    width: usize,
    is_low: &mut impl FnMut(&[u8]) -> bool,
) {
    loop {
        let middle = middle(low, high, width);
        if middle <= *low || middle >= *high {
            return;
        }
        if is_low(&middle) {
            *low = middle;
        } else {
            *high = middle;
        }
    }
}

/// Half of the sum of two keys, as fractions of `width` bytes.
fn middle(low: &[u8], high: &[u8], width: usize) -> Vec<u8> {
    let byte = |key: &[u8], at: usize| u16::from(key.get(at).copied().unwrap_or(0));
    let mut sum = vec![0u8; width];
    let mut carry = 0;
    for at in (0..width).rev() {
        let digit = byte(low, at) + byte(high, at) + carry;
        sum[at] = (digit & 0xFF) as u8;
        carry = digit >> 8;
    }
    for digit in &mut sum {
        let shifted = carry << 8 | u16::from(*digit);
        *digit = (shifted >> 1) as u8;
        carry = shifted & 1;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(border: &[u8], low: &[u8], high: &[u8]) -> Vec<u8> {
        first_not_low(low, high, |key| key < border)
    }

    #[test]
    fn the_far_side_may_be_longer_than_every_key() {
        assert_eq!(found(b"m", b"a", &[0xFF; LONG]), b"m");
        assert_eq!(found(&[b'm'; 50], b"a", &[0xFF; LONG]), [b'm'; 50]);
    }

    #[test]
    fn the_border_is_found_whatever_its_length() {
        for border in [
            &b"m"[..],
            b"m\0",
            b"mmmm\x01",
            b"m\xff\xff",
            &[b'm'; 60],
            b"a\x00\x01",
        ] {
            let found = found(border, b"a", b"z");
            assert_eq!(found, border);
        }
    }

    #[test]
    fn neighbors_have_a_border_too() {
        assert_eq!(found(b"a\0", b"a", b"a\0"), b"a\0");
    }
}
