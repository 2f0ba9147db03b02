//! Bytes: what every encoding of this crate is made of.
//!
//! # Invariants
//! - Little-endian; numbers of variable length are LEB128 of at most 64 bits, signed ones zigzag.
//! - One value has one encoding: longer forms of a number, other truth values than 0 and 1 and bytes
//!   after the end are refused, so equal bytes and equal values are the same thing.
//! - A count is checked against the bytes that are left before anything is made from it, and memory
//!   grows with what was read, never with what was promised.

/// Why bytes are not what they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes begin otherwise.
    #[error("these bytes are no {what}")]
    NotThis {
        /// What was expected.
        what: &'static str,
    },
    /// Written by a later version.
    #[error("the {what} has format {found}; this version reads up to {supported}")]
    NewerFormat {
        /// What is encoded so.
        what: &'static str,
        /// The version found.
        found: u16,
        /// The newest version known here.
        supported: u16,
    },
    /// The bytes end too early.
    #[error("the bytes end within {what}, at byte {offset}")]
    Truncated {
        /// What was being read.
        what: &'static str,
        /// Where it begins.
        offset: usize,
    },
    /// A count that what is left cannot hold.
    #[error("{what} at byte {offset}: {count} of them do not fit into the {left} bytes left")]
    TooMany {
        /// What was being read.
        what: &'static str,
        /// Where the count is.
        offset: usize,
        /// The count.
        count: u64,
        /// Bytes left.
        left: usize,
    },
    /// A number outside its range, or in a longer form than needed.
    #[error("{what} at byte {offset}: {found} is not allowed")]
    BadNumber {
        /// What was being read.
        what: &'static str,
        /// Where it is.
        offset: usize,
        /// What was found.
        found: u64,
    },
    /// Text that is not UTF-8.
    #[error("{what} at byte {offset}: not UTF-8")]
    BadText {
        /// What was being read.
        what: &'static str,
        /// Where it is.
        offset: usize,
    },
    /// A constant nested too deep.
    #[error("a constant at byte {offset} is nested deeper than {max} levels")]
    TooDeep {
        /// Where the level begins that is one too many.
        offset: usize,
        /// The bound.
        max: usize,
    },
    /// Bytes after the end.
    #[error("{count} bytes after the end of the {what}")]
    Trailing {
        /// What had ended.
        what: &'static str,
        /// How many.
        count: usize,
    },
    /// A checksum that does not fit.
    #[error("the {what} is damaged: its checksum does not fit")]
    Checksum {
        /// The part.
        what: &'static str,
    },
    /// An instruction of an older encoding that has no meaning there.
    #[error("prototype {proto}, pc {pc}: no instruction of code version {version}: {word:#018x}")]
    Untranslatable {
        /// The code version of the chunk.
        version: u16,
        /// Index of the prototype.
        proto: usize,
        /// Index of the instruction.
        pc: usize,
        /// The instruction word.
        word: u64,
    },
}

/// Appends values to bytes.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn u8(&mut self, n: u8) {
        self.bytes.push(n);
    }
    pub(crate) fn bool(&mut self, b: bool) {
        self.bytes.push(u8::from(b));
    }
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
    pub(crate) fn u16(&mut self, n: u16) {
        self.raw(&n.to_le_bytes());
    }
    pub(crate) fn u64(&mut self, n: u64) {
        self.raw(&n.to_le_bytes());
    }
    pub(crate) fn number(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.bytes.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.bytes.push(n as u8);
    }
    pub(crate) fn signed(&mut self, n: i64) {
        self.number(((n << 1) ^ (n >> 63)) as u64);
    }
    pub(crate) fn count(&mut self, n: usize) {
        self.number(n as u64);
    }
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.raw(bytes);
    }
    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }
    /// 0 for nothing, else 1 and the value.
    pub(crate) fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Writer, T)) {
        self.bool(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }
}

/// Reads values from bytes; `what` names in errors what was being read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

type Read<T> = Result<T, DecodeError>;

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, at: 0 }
    }
    pub(crate) fn offset(&self) -> usize {
        self.at
    }
    pub(crate) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }
    pub(crate) fn raw(&mut self, count: usize, what: &'static str) -> Read<&'a [u8]> {
        if count > self.left() {
            return Err(DecodeError::Truncated {
                what,
                offset: self.at,
            });
        }
        let taken = &self.bytes[self.at..self.at + count];
        self.at += count;
        Ok(taken)
    }
    pub(crate) fn array<const N: usize>(&mut self, what: &'static str) -> Read<[u8; N]> {
        let bytes = self.raw(N, what)?;
        Ok(bytes
            .try_into()
            .expect("raw gives as many bytes as asked for"))
    }
    pub(crate) fn u8(&mut self, what: &'static str) -> Read<u8> {
        Ok(self.array::<1>(what)?[0])
    }
    pub(crate) fn u16(&mut self, what: &'static str) -> Read<u16> {
        Ok(u16::from_le_bytes(self.array(what)?))
    }
    pub(crate) fn u64(&mut self, what: &'static str) -> Read<u64> {
        Ok(u64::from_le_bytes(self.array(what)?))
    }
    pub(crate) fn bool(&mut self, what: &'static str) -> Read<bool> {
        let offset = self.at;
        match self.u8(what)? {
            0 => Ok(false),
            1 => Ok(true),
            found => Err(DecodeError::BadNumber {
                what,
                offset,
                found: u64::from(found),
            }),
        }
    }
    pub(crate) fn number(&mut self, what: &'static str) -> Read<u64> {
        let offset = self.at;
        let mut n = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8(what)?;
            let bits = u64::from(byte & 0x7f);
            n |= bits << shift;
            let overflows = shift == 63 && bits > 1;
            let padded = byte == 0 && shift > 0;
            if overflows || padded {
                return Err(DecodeError::BadNumber {
                    what,
                    offset,
                    found: n,
                });
            }
            if byte & 0x80 == 0 {
                return Ok(n);
            }
        }
        Err(DecodeError::BadNumber {
            what,
            offset,
            found: n,
        })
    }
    /// A number below 2^bits of the target type.
    pub(crate) fn narrow<T: TryFrom<u64>>(&mut self, what: &'static str) -> Read<T> {
        let offset = self.at;
        let found = self.number(what)?;
        T::try_from(found).map_err(|_| DecodeError::BadNumber {
            what,
            offset,
            found,
        })
    }
    pub(crate) fn signed(&mut self, what: &'static str) -> Read<i64> {
        let n = self.number(what)?;
        Ok((n >> 1) as i64 ^ -((n & 1) as i64))
    }
    pub(crate) fn narrow_signed<T: TryFrom<i64>>(&mut self, what: &'static str) -> Read<T> {
        let offset = self.at;
        let n = self.signed(what)?;
        T::try_from(n).map_err(|_| DecodeError::BadNumber {
            what,
            offset,
            found: n as u64,
        })
    }
    /// A count of things of at least `least` bytes each.
    pub(crate) fn count(&mut self, least: usize, what: &'static str) -> Read<usize> {
        let offset = self.at;
        let count = self.number(what)?;
        let left = self.left();
        match usize::try_from(count) {
            Ok(n)
                if n.checked_mul(least.max(1))
                    .is_some_and(|bytes| bytes <= left) =>
            {
                Ok(n)
            }
            _ => Err(DecodeError::TooMany {
                what,
                offset,
                count,
                left,
            }),
        }
    }
    pub(crate) fn bytes(&mut self, what: &'static str) -> Read<&'a [u8]> {
        let count = self.count(1, what)?;
        self.raw(count, what)
    }
    pub(crate) fn text(&mut self, what: &'static str) -> Read<String> {
        let offset = self.at;
        let bytes = self.bytes(what)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(DecodeError::BadText { what, offset }),
        }
    }
    pub(crate) fn option<T>(
        &mut self,
        what: &'static str,
        read: impl FnOnce(&mut Reader<'a>) -> Read<T>,
    ) -> Read<Option<T>> {
        Ok(if self.bool(what)? {
            Some(read(self)?)
        } else {
            None
        })
    }
    /// A counted sequence of things of at least `least` bytes each.
    pub(crate) fn sequence<T>(
        &mut self,
        least: usize,
        what: &'static str,
        mut read: impl FnMut(&mut Reader<'a>) -> Read<T>,
    ) -> Read<Vec<T>> {
        let count = self.count(least, what)?;
        // Elements may be wider in memory than in bytes; beyond a page let the vector grow.
        let mut items = Vec::with_capacity(count.min(64));
        for _ in 0..count {
            items.push(read(self)?);
        }
        Ok(items)
    }
    /// Words of eight bytes each.
    pub(crate) fn words(&mut self, what: &'static str) -> Read<Vec<u64>> {
        let count = self.count(8, what)?;
        let bytes = self.raw(count * 8, what)?;
        Ok(bytes
            .chunks_exact(8)
            .map(|b| u64::from_le_bytes(b.try_into().expect("chunks of eight")))
            .collect())
    }
    /// Refuses bytes after the end.
    pub(crate) fn end(&self, what: &'static str) -> Read<()> {
        match self.left() {
            0 => Ok(()),
            count => Err(DecodeError::Trailing { what, count }),
        }
    }
    /// The magic of an encoding and its version, not newer than `supported`.
    pub(crate) fn header(
        &mut self,
        magic: [u8; 4],
        what: &'static str,
        supported: u16,
    ) -> Read<u16> {
        if self.array::<4>(what)? != magic {
            return Err(DecodeError::NotThis { what });
        }
        let offset = self.at;
        let found = self.u16(what)?;
        // Formats are numbered from 1.
        if found == 0 {
            return Err(DecodeError::BadNumber {
                what,
                offset,
                found: 0,
            });
        }
        if found > supported {
            return Err(DecodeError::NewerFormat {
                what,
                found,
                supported,
            });
        }
        Ok(found)
    }
}
