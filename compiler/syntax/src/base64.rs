//! The text form of byte strings: base64 (RFC 4648, section 4), with padding.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0u32, |word, i| {
            word << 8 | u32::from(*chunk.get(i).unwrap_or(&0))
        });
        for i in 0..4 {
            let digit = (word >> (18 - 6 * i)) & 63;
            text.push(if i <= chunk.len() {
                ALPHABET[digit as usize] as char
            } else {
                '='
            });
        }
    }
    text
}

/// The bytes, or `None` if the text is not base64 with its padding. Bits that padding leaves over
/// must be 0, so each byte string has one text.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let chunk_count = text.len() / 4;
    for (index, chunk) in text.as_bytes().chunks(4).enumerate() {
        let padding = chunk.iter().rev().take_while(|byte| **byte == b'=').count();
        if padding > 2 || (padding > 0 && index + 1 < chunk_count) {
            return None;
        }
        let mut word = 0u32;
        for byte in &chunk[..4 - padding] {
            let digit = ALPHABET.iter().position(|letter| letter == byte)?;
            word = word << 6 | digit as u32;
        }
        word <<= 6 * padding as u32;
        if word & ((1 << (8 * padding)) - 1) != 0 {
            return None;
        }
        bytes.extend_from_slice(&word.to_be_bytes()[1..4 - padding]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_go_to_text_and_back() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v")] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
        }
    }

    #[test]
    fn what_is_not_base64_is_refused() {
        for text in ["Z", "Zg=", "Zg==Zg==", "Zh==", "Zm9*", "===="] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
