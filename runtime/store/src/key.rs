//! Keys: byte strings compared as such, and ranges of them.
//!
//! Numbers go in big-endian, so that the order of bytes is the order of
//! numbers; keys that are written together should sort together, since the
//! fold pays for each piece of the file it touches.

/// Builds a composed key part by part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyBuilder(Vec<u8>);

impl KeyBuilder {
    /// An empty key.
    pub fn new() -> Self {
        Self::default()
    }

    /// A key that begins with the byte `kind`, the usual first part.
    pub fn of_kind(kind: u8) -> Self {
        Self(vec![kind])
    }

    /// Appends one byte.
    #[must_use]
    pub fn u8(mut self, part: u8) -> Self {
        self.0.push(part);
        self
    }

    /// Appends four bytes, big-endian.
    #[must_use]
    pub fn u32(mut self, part: u32) -> Self {
        self.0.extend_from_slice(&part.to_be_bytes());
        self
    }

    /// Appends eight bytes, big-endian.
    #[must_use]
    pub fn u64(mut self, part: u64) -> Self {
        self.0.extend_from_slice(&part.to_be_bytes());
        self
    }

    /// Appends bytes as they are. Only the last part of a key may vary in
    /// length, else two different keys could be composed of the same bytes.
    #[must_use]
    pub fn bytes(mut self, part: &[u8]) -> Self {
        self.0.extend_from_slice(part);
        self
    }

    /// The key.
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Reads a composed key part by part; `None` where it is too short.
#[derive(Clone, Copy, Debug)]
pub struct KeyReader<'a>(&'a [u8]);

impl<'a> KeyReader<'a> {
    /// Starts at the first byte of `key`.
    pub fn new(key: &'a [u8]) -> Self {
        Self(key)
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (part, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*part)
    }

    /// Takes one byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.take::<1>().map(|part| part[0])
    }

    /// Takes a big-endian number of four bytes.
    pub fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }

    /// Takes a big-endian number of eight bytes.
    pub fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }

    /// What is left.
    pub fn rest(self) -> &'a [u8] {
        self.0
    }
}

/// A range of keys: from `start`, up to but without `end`; no `end` means to
/// the last key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRange {
    /// First key of the range.
    pub start: Vec<u8>,
    /// First key behind the range.
    pub end: Option<Vec<u8>>,
}

impl KeyRange {
    /// Every key.
    pub fn all() -> Self {
        Self::default()
    }

    /// The keys from `start` up to but without `end`.
    pub fn between(start: &[u8], end: &[u8]) -> Self {
        Self {
            start: start.to_vec(),
            end: Some(end.to_vec()),
        }
    }

    /// The keys from `start` on.
    pub fn from(start: &[u8]) -> Self {
        Self {
            start: start.to_vec(),
            end: None,
        }
    }

    /// The keys that begin with `prefix`.
    pub fn prefix(prefix: &[u8]) -> Self {
        Self {
            start: prefix.to_vec(),
            end: prefix_end(prefix),
        }
    }

    /// Whether `key` is in the range.
    pub fn contains(&self, key: &[u8]) -> bool {
        key >= self.start.as_slice() && self.end.as_deref().is_none_or(|end| key < end)
    }

    /// Whether no key can be in the range.
    pub fn is_empty(&self) -> bool {
        self.end
            .as_deref()
            .is_some_and(|end| end <= self.start.as_slice())
    }
}

/// The first key behind all that begin with `prefix`; `None` if there is none.
pub fn prefix_end(prefix: &[u8]) -> Option<Vec<u8>> {
    let kept = prefix.iter().rposition(|&byte| byte != 0xFF)?;
    let mut end = prefix[..=kept].to_vec();
    end[kept] += 1;
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_as_numbers() {
        let key = |n| KeyBuilder::of_kind(b'p').u64(n).finish();
        assert!(key(255) < key(256));
        assert!(key(u64::from(u32::MAX)) < key(1 << 32));
    }

    #[test]
    fn reader_takes_what_builder_put() {
        let key = KeyBuilder::of_kind(7).u32(8).u64(9).bytes(b"rest").finish();
        let mut reader = KeyReader::new(&key);
        assert_eq!(reader.u8(), Some(7));
        assert_eq!(reader.u32(), Some(8));
        assert_eq!(reader.u64(), Some(9));
        assert_eq!(reader.u64(), None);
        assert_eq!(reader.rest(), b"rest");
    }

    #[test]
    fn prefix_ends_behind_its_last_key() {
        assert_eq!(prefix_end(b"ab"), Some(b"ac".to_vec()));
        assert_eq!(prefix_end(b"a\xFF\xFF"), Some(b"b".to_vec()));
        assert_eq!(prefix_end(b"\xFF"), None);
        assert_eq!(prefix_end(b""), None);
        let range = KeyRange::prefix(b"a\xFF");
        assert!(range.contains(b"a\xFF\xFF\xFF"));
        assert!(!range.contains(b"b"));
    }
}
