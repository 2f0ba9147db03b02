//! Reading and writing the engine's records: little-endian, varints for counts.
//!
//! # Invariants
//! - Reading never panics and never allocates more than what the bytes can hold.

use vm::Word;

/// A record cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// It is none.
    #[error("a record ends early or holds a number out of range (byte {at})")]
    Malformed {
        /// Offset in the record.
        at: usize,
    },
    /// A newer version has written it: nothing is wrong with it.
    #[error(
        "it has version {found}, newer than {supported}, the newest known here; use a newer oxc"
    )]
    TooNew {
        /// Its version.
        found: u8,
        /// The newest known here.
        supported: u8,
    },
}

/// Writes a record.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn u8(&mut self, value: u8) -> &mut Writer {
        self.bytes.push(value);
        self
    }

    pub(crate) fn word(&mut self, value: u64) -> &mut Writer {
        self.bytes.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// An unsigned number in as many bytes as it needs (LEB128).
    pub(crate) fn number(&mut self, mut value: u64) -> &mut Writer {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
        self
    }

    /// A word of a process, in as few bytes as most of them need: nil and references are short.
    pub(crate) fn value(&mut self, word: u64) -> &mut Writer {
        let value = Word(word);
        if value.is_nil() {
            self.u8(0)
        } else if value == Word::reference(value.offset()) {
            self.u8(1).number(u64::from(value.offset()))
        } else if value == Word::boot(value.offset()) {
            self.u8(2).number(u64::from(value.offset()))
        } else {
            self.u8(3).word(word)
        }
    }

    pub(crate) fn bool(&mut self, value: bool) -> &mut Writer {
        self.u8(u8::from(value))
    }

    pub(crate) fn optional(&mut self, value: Option<u64>) -> &mut Writer {
        match value {
            Some(value) => self.u8(1).number(value),
            None => self.u8(0),
        }
    }

    pub(crate) fn bytes(&mut self, value: &[u8]) -> &mut Writer {
        self.number(value.len() as u64);
        self.bytes.extend_from_slice(value);
        self
    }

    pub(crate) fn text(&mut self, value: &str) -> &mut Writer {
        self.bytes(value.as_bytes())
    }

    pub(crate) fn words(&mut self, values: &[u64]) -> &mut Writer {
        self.number(values.len() as u64);
        let at = self.bytes.len();
        self.bytes.resize(at + 8 * values.len(), 0);
        for (bytes, value) in self.bytes[at..].chunks_exact_mut(8).zip(values) {
            bytes.copy_from_slice(&value.to_le_bytes());
        }
        self
    }
}

/// Reads a record.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, at: 0 }
    }

    pub(crate) fn error<T>(&self) -> Result<T, WireError> {
        Err(WireError::Malformed { at: self.at })
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], WireError> {
        match self.bytes.get(self.at..self.at.saturating_add(count)) {
            Some(bytes) => {
                self.at += count;
                Ok(bytes)
            }
            None => self.error(),
        }
    }

    pub(crate) fn u8(&mut self) -> Result<u8, WireError> {
        Ok(self.take(1)?[0])
    }

    pub(crate) fn word(&mut self) -> Result<u64, WireError> {
        let bytes = self.take(8)?;
        Ok(u64::from_le_bytes(
            bytes.try_into().expect("eight bytes were taken"),
        ))
    }

    pub(crate) fn number(&mut self) -> Result<u64, WireError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        self.error()
    }

    pub(crate) fn value(&mut self) -> Result<u64, WireError> {
        Ok(match self.u8()? {
            0 => Word::NIL.0,
            1 => Word::reference(self.small()?).0,
            2 => Word::boot(self.small()?).0,
            3 => self.word()?,
            _ => return self.error(),
        })
    }

    pub(crate) fn small(&mut self) -> Result<u32, WireError> {
        let value = self.number()?;
        u32::try_from(value).or_else(|_| self.error())
    }

    pub(crate) fn bool(&mut self) -> Result<bool, WireError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => self.error(),
        }
    }

    pub(crate) fn optional(&mut self) -> Result<Option<u64>, WireError> {
        if self.bool()? {
            Ok(Some(self.number()?))
        } else {
            Ok(None)
        }
    }

    /// A count of things of which each takes at least `least` bytes.
    pub(crate) fn count(&mut self, least: usize) -> Result<usize, WireError> {
        let count = self.number()?;
        let left = (self.bytes.len() - self.at) as u64;
        if count > left / least.max(1) as u64 {
            return self.error();
        }
        Ok(count as usize)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], WireError> {
        let count = self.count(1)?;
        self.take(count)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, WireError> {
        let bytes = self.bytes()?;
        std::str::from_utf8(bytes).or_else(|_| self.error())
    }

    pub(crate) fn words(&mut self) -> Result<Vec<u64>, WireError> {
        let count = self.count(8)?;
        (0..count).map(|_| self.word()).collect()
    }

    /// That nothing is left.
    pub(crate) fn end(&self) -> Result<(), WireError> {
        if self.at == self.bytes.len() {
            Ok(())
        } else {
            self.error()
        }
    }
}
