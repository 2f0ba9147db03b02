//! Byte strings as base64 (RFC 4648, section 4), with padding.

use base64::Engine as _;
use base64::display::Base64Display;
use base64::prelude::BASE64_STANDARD;
use std::fmt;

/// Bytes that print as base64.
#[derive(Clone, Copy, Debug)]
pub struct Base64<'a>(pub &'a [u8]);

impl fmt::Display for Base64<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Base64Display::new(self.0, &BASE64_STANDARD).fmt(f)
    }
}

/// The bytes, or `None` if the text is not base64 with its padding. Bits that padding leaves over
/// must be 0, so that equal bytes have one spelling.
#[must_use]
pub fn parse_base64(text: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_vectors_of_the_rfc() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(Base64(bytes.as_bytes()).to_string(), text);
            assert_eq!(parse_base64(text).as_deref(), Some(bytes.as_bytes()));
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "Zg",
            "Zg=",
            "Zh==",
            "Z===",
            "====",
            "Zm9v Zg==",
            "Zm9-",
            "é",
        ] {
            assert_eq!(parse_base64(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn bytes_are_read_back(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(parse_base64(&Base64(&bytes).to_string()), Some(bytes));
        }
    }
}
