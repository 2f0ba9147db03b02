//! UUIDs: `f81d4fae-7dec-11d0-a765-00a0c91e6bf6`.

use std::fmt;

/// A UUID, which prints as its text.
#[derive(Clone, Copy, Debug)]
pub struct Uuid(pub u128);

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0;
        let (a, b, c) = (n >> 96, n >> 80 & 0xffff, n >> 64 & 0xffff);
        let (d, e) = (n >> 48 & 0xffff, n & 0xffff_ffff_ffff);
        write!(f, "{a:08x}-{b:04x}-{c:04x}-{d:04x}-{e:012x}")
    }
}

/// Reads five groups of hexadecimal digits. As in Java, a group may have fewer digits than it is
/// written with.
#[must_use]
pub fn parse_uuid(text: &str) -> Option<u128> {
    let mut groups = text.split('-');
    let mut number = 0;
    for width in [8, 4, 4, 4, 12] {
        let group = groups.next()?;
        if group.is_empty() || group.len() > width || !group.bytes().all(|b| b.is_ascii_hexdigit())
        {
            return None;
        }
        number = number << (4 * width) | u128::from_str_radix(group, 16).ok()?;
    }
    groups.next().is_none().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn uuids_are_read_and_written() {
        let text = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
        let uuid = parse_uuid(&text.to_uppercase()).expect("a UUID");
        assert_eq!(Uuid(uuid).to_string(), text);
        let short = parse_uuid("1-2-3-4-5").expect("short groups");
        assert_eq!(
            Uuid(short).to_string(),
            "00000001-0002-0003-0004-000000000005"
        );
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "f81d4fae-7dec-11d0-a765",
            "f81d4fae-7dec-11d0-a765-00a0c91e6bf6-0",
            "f81d4fae1-7dec-11d0-a765-00a0c91e6bf6",
            "g-2-3-4-5",
            "+1-2-3-4-5",
            "--3-4-5",
        ] {
            assert_eq!(parse_uuid(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn uuids_are_read_back(uuid: u128) {
            prop_assert_eq!(parse_uuid(&Uuid(uuid).to_string()), Some(uuid));
        }
    }
}
