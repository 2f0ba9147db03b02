//! Views of words as bytes and text, without copying. One of the two modules with `unsafe`.
//!
//! # Invariants
//! - Bytes lie in words in little-endian order, whatever the machine: big-endian machines are
//!   refused at compile time rather than served wrongly.
//! - Text is validated where it enters the process's memory: by `&str` when it is made here, by
//!   the verifier when it is read from a store.
#![expect(unsafe_code, reason = "the one place where words are seen as bytes")]

#[cfg(target_endian = "big")]
compile_error!("stored words are little-endian; this machine would need a translating loader");

/// The bytes of words, in stored order.
#[must_use]
pub fn bytes_of(words: &[u64]) -> &[u8] {
    // SAFETY: a u64 has no padding, any byte is a valid u8, and the length in bytes is exactly that
    // of the borrowed words; u8 has no alignment need.
    unsafe { std::slice::from_raw_parts(words.as_ptr().cast::<u8>(), size_of_val(words)) }
}

/// The text in the first `length` bytes of words that hold a string's bytes.
#[must_use]
pub(crate) fn text_of(words: &[u64], length: usize) -> &str {
    let bytes = &bytes_of(words)[..length];
    debug_assert!(std::str::from_utf8(bytes).is_ok());
    // SAFETY: string objects are made from `&str` (`value::string::make_string`) or verified when a
    // process or image is loaded (`verify`), and string bytes are never written afterwards.
    unsafe { std::str::from_utf8_unchecked(bytes) }
}
