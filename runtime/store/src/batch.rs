//! Batches: what is committed together, in the form the commit log stores.
//!
//! A batch encodes its operations as they are added, so that committing is one
//! copy into the log's buffer. All numbers are little-endian.
//!
//! | operation    | bytes                                                              |
//! |--------------|--------------------------------------------------------------------|
//! | put          | 1, key length u16, value length u32, key, value                    |
//! | delete       | 2, key length u16, key                                             |
//! | delete range | 3, start length u16, end length u16 (0: none), start, end          |
//! | patch        | 4, key length u16, at u32, total u32, length u32, key, bytes       |
//!
//! Invariant: decoding never panics and never reads outside, whatever the bytes.

use crate::key::KeyRange;
use crate::{KEY_BYTES_MAX, VALUE_BYTES_MAX};

const PUT: u8 = 1;
const DELETE: u8 = 2;
const DELETE_RANGE: u8 = 3;
const PATCH: u8 = 4;

/// Operations that become durable and visible together, applied in order.
///
/// Breaking a bound (empty or too long key, too long value, a patch outside
/// its value) is noted here and refused by the commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    bytes: Vec<u8>,
    operations: usize,
    invalid: Option<String>,
}

/// One operation, borrowed from encoded bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op<'a> {
    Put {
        key: &'a [u8],
        value: &'a [u8],
    },
    Delete {
        key: &'a [u8],
    },
    DeleteRange {
        start: &'a [u8],
        end: Option<&'a [u8]>,
    },
    Patch {
        key: &'a [u8],
        at: usize,
        bytes: &'a [u8],
        total: usize,
    },
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty batch with room for so many bytes in the commit log.
    pub fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            ..Self::default()
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.operations == 0 && self.invalid.is_none()
    }

    /// How many operations are in it.
    pub fn operations(&self) -> usize {
        self.operations
    }

    /// Empties the batch and keeps its memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.operations = 0;
        self.invalid = None;
    }

    pub(crate) fn encoded(&self) -> Result<&[u8], &str> {
        match &self.invalid {
            None => Ok(&self.bytes),
            Some(what) => Err(what),
        }
    }

    fn accepts(&mut self, ok: bool, what: impl FnOnce() -> String) -> bool {
        if !ok && self.invalid.is_none() {
            self.invalid = Some(what());
        }
        ok
    }

    fn accepts_key(&mut self, key: &[u8]) -> bool {
        self.accepts((1..=KEY_BYTES_MAX).contains(&key.len()), || {
            format!(
                "a key of {} bytes; keys have 1 to {KEY_BYTES_MAX}",
                key.len()
            )
        })
    }

    /// Sets the value at `key`.
    pub fn put(&mut self, key: &[u8], value: &[u8]) -> &mut Self {
        let fits = self.accepts(value.len() <= VALUE_BYTES_MAX, || {
            format!(
                "a value of {} bytes; values have at most {VALUE_BYTES_MAX}",
                value.len()
            )
        });
        if fits && self.accepts_key(key) {
            self.bytes.push(PUT);
            self.push_u16(key.len());
            self.push_u32(value.len());
            self.bytes.extend_from_slice(key);
            self.bytes.extend_from_slice(value);
            self.operations += 1;
        }
        self
    }

    /// Removes the value at `key`, if there is one.
    pub fn delete(&mut self, key: &[u8]) -> &mut Self {
        if self.accepts_key(key) {
            self.bytes.push(DELETE);
            self.push_u16(key.len());
            self.bytes.extend_from_slice(key);
            self.operations += 1;
        }
        self
    }

    /// Removes every key that begins with `prefix`.
    pub fn delete_prefix(&mut self, prefix: &[u8]) -> &mut Self {
        self.delete_range(&KeyRange::prefix(prefix))
    }

    /// Removes every key in `range`.
    pub fn delete_range(&mut self, range: &KeyRange) -> &mut Self {
        if range.is_empty() {
            return self;
        }
        let end = range.end.as_deref().unwrap_or_default();
        let fits = self.accepts(
            range.start.len() <= KEY_BYTES_MAX && end.len() <= KEY_BYTES_MAX,
            || format!("a range with a bound of more than {KEY_BYTES_MAX} bytes"),
        );
        if fits {
            self.bytes.push(DELETE_RANGE);
            self.push_u16(range.start.len());
            self.push_u16(end.len());
            self.bytes.extend_from_slice(&range.start);
            self.bytes.extend_from_slice(end);
            self.operations += 1;
        }
        self
    }

    /// Resizes the value at `key` to `total` bytes (a missing value is empty,
    /// new bytes are zero) and overwrites `bytes` at offset `at`. Only this
    /// change goes to the commit log.
    pub fn patch(&mut self, key: &[u8], at: u32, bytes: &[u8], total: u32) -> &mut Self {
        let end = at as usize + bytes.len();
        let fits = self.accepts(
            end <= total as usize && total as usize <= VALUE_BYTES_MAX,
            || {
                format!(
                    "a patch of bytes {at} to {end} of a value of {total}; values have at most {VALUE_BYTES_MAX}"
                )
            },
        );
        if fits && self.accepts_key(key) {
            self.bytes.push(PATCH);
            self.push_u16(key.len());
            self.push_u32(at as usize);
            self.push_u32(total as usize);
            self.push_u32(bytes.len());
            self.bytes.extend_from_slice(key);
            self.bytes.extend_from_slice(bytes);
            self.operations += 1;
        }
        self
    }

    fn push_u16(&mut self, number: usize) {
        let number = u16::try_from(number).expect("lengths were checked");
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    fn push_u32(&mut self, number: usize) {
        let number = u32::try_from(number).expect("lengths were checked");
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }
}

/// Iterates over encoded operations; ends after the first that is no operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ops<'a>(&'a [u8]);

/// Encoded bytes are not operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

impl<'a> Ops<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (part, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(part)
    }

    fn u16(&mut self) -> Option<usize> {
        let (part, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_le_bytes(*part) as usize)
    }

    fn u32(&mut self) -> Option<usize> {
        let (part, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*part) as usize)
    }

    fn op(&mut self) -> Option<Op<'a>> {
        let op = match self.take(1)?[0] {
            PUT => {
                let (key, value) = (self.u16()?, self.u32()?);
                Op::Put {
                    key: self.take(key)?,
                    value: self.take(value)?,
                }
            }
            DELETE => {
                let key = self.u16()?;
                Op::Delete {
                    key: self.take(key)?,
                }
            }
            DELETE_RANGE => {
                let (start, end) = (self.u16()?, self.u16()?);
                Op::DeleteRange {
                    start: self.take(start)?,
                    end: Some(self.take(end)?).filter(|end| !end.is_empty()),
                }
            }
            PATCH => {
                let (key, at) = (self.u16()?, self.u32()?);
                let (total, len) = (self.u32()?, self.u32()?);
                if total > VALUE_BYTES_MAX || at.checked_add(len)? > total {
                    return None;
                }
                Op::Patch {
                    key: self.take(key)?,
                    at,
                    bytes: self.take(len)?,
                    total,
                }
            }
            _ => return None,
        };
        Some(op)
    }
}

impl<'a> Iterator for Ops<'a> {
    type Item = Result<Op<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let op = self.op();
        if op.is_none() {
            self.0 = &[];
        }
        Some(op.ok_or(Malformed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_was_added() {
        let mut batch = Batch::new();
        batch
            .put(b"k", b"value")
            .delete(b"gone")
            .delete_prefix(b"p")
            .delete_range(&KeyRange::from(b"z"))
            .patch(b"k", 2, b"xy", 9);
        let ops: Vec<_> = Ops::new(&batch.bytes)
            .collect::<Result<_, _>>()
            .expect("well formed");
        assert_eq!(
            ops,
            [
                Op::Put {
                    key: b"k",
                    value: b"value"
                },
                Op::Delete { key: b"gone" },
                Op::DeleteRange {
                    start: b"p",
                    end: Some(b"q")
                },
                Op::DeleteRange {
                    start: b"z",
                    end: None
                },
                Op::Patch {
                    key: b"k",
                    at: 2,
                    bytes: b"xy",
                    total: 9
                },
            ]
        );
    }

    #[test]
    fn bounds_are_noted() {
        let invalid = |fill: fn(&mut Batch)| {
            let mut batch = Batch::new();
            fill(&mut batch);
            batch.encoded().is_err()
        };
        assert!(invalid(|b| {
            b.put(b"", b"");
        }));
        assert!(invalid(|b| {
            b.put(&[0; KEY_BYTES_MAX + 1], b"");
        }));
        assert!(invalid(|b| {
            b.put(b"k", &[0; VALUE_BYTES_MAX + 1]);
        }));
        assert!(invalid(|b| {
            b.patch(b"k", 3, b"ab", 4);
        }));
        assert!(!invalid(|b| {
            b.patch(b"k", 2, b"ab", 4);
        }));
    }

    #[test]
    fn cut_bytes_are_malformed() {
        let mut batch = Batch::new();
        batch.patch(b"key", 2, b"xy", 9);
        for len in 1..batch.bytes.len() {
            let ops: Vec<_> = Ops::new(&batch.bytes[..len]).collect();
            assert_eq!(ops, [Err(Malformed)], "{len} bytes");
        }
    }
}
