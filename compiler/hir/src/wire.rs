//! Bytes of what is kept between processes: numbers, texts, lists.
//!
//! Invariants:
//! - [`Reader`] reads back what [`Writer`] wrote; of other bytes it says `None`, and never more than
//!   the bytes can hold is allocated.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// Writes.
#[derive(Debug, Default)]
pub struct Writer {
    /// What has been written.
    pub bytes: Vec<u8>,
    names: FxHashMap<Arc<str>, u32>,
}

impl Writer {
    /// A number: seven bits a byte, the lowest first.
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    /// A length or an index.
    pub fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    /// A truth value.
    pub fn flag(&mut self, flag: bool) {
        self.bytes.push(u8::from(flag));
    }

    /// Bytes whose number the reader knows.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Bytes with their number.
    pub fn blob(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.raw(bytes);
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }

    /// A text that is likely to come again: then only its number is written.
    pub fn name(&mut self, name: &Arc<str>) {
        if let Some(number) = self.names.get(name) {
            return self.number(u64::from(*number));
        }
        let number = self.names.len() as u32;
        self.names.insert(name.clone(), number);
        self.number(u64::from(number));
        self.text(name);
    }

    /// Items with their number.
    pub fn list<T>(
        &mut self,
        items: impl ExactSizeIterator<Item = T>,
        mut each: impl FnMut(&mut Writer, T),
    ) {
        self.count(items.len());
        for item in items {
            each(self, item);
        }
    }

    /// Something or nothing.
    pub fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Writer, T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }
}

/// Reads what a [`Writer`] wrote.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    names: Vec<Arc<str>>,
}

impl<'a> Reader<'a> {
    /// A reader at the start of the bytes.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader {
            bytes,
            names: Vec::new(),
        }
    }

    /// What has not been read.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    /// As many bytes.
    pub fn raw(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.bytes.split_at_checked(count)?;
        self.bytes = tail;
        Some(head)
    }

    /// An array of bytes.
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.raw(N)?.try_into().ok()
    }

    /// A number.
    pub fn number(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            let part = u64::from(byte & 0x7f);
            if part << shift >> shift != part {
                return None;
            }
            number |= part << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// A number of a smaller type.
    pub fn narrow<T: TryFrom<u64>>(&mut self) -> Option<T> {
        T::try_from(self.number()?).ok()
    }

    /// A truth value.
    pub fn flag(&mut self) -> Option<bool> {
        match self.array()? {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }

    /// Bytes with their number.
    pub fn blob(&mut self) -> Option<&'a [u8]> {
        let count = self.narrow()?;
        self.raw(count)
    }

    /// A text.
    pub fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.blob()?).ok()
    }

    /// A text that may have come before.
    pub fn name(&mut self) -> Option<Arc<str>> {
        let number: usize = self.narrow()?;
        if number == self.names.len() {
            let name: Arc<str> = self.text()?.into();
            self.names.push(name);
        }
        self.names.get(number).cloned()
    }

    /// Items with their number.
    pub fn list<T, C: FromIterator<T>>(
        &mut self,
        mut each: impl FnMut(&mut Reader<'a>) -> Option<T>,
    ) -> Option<C> {
        let count: usize = self.narrow()?;
        (0..count).map(|_| each(self)).collect()
    }

    /// Something or nothing.
    pub fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Reader<'a>) -> Option<T>,
    ) -> Option<Option<T>> {
        if self.flag()? {
            read(self).map(Some)
        } else {
            Some(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let mut w = Writer::default();
        let numbers = [0, 127, 128, 1 << 32, u64::MAX];
        w.list(numbers.iter(), |w, number| w.number(*number));
        let names: [Arc<str>; 3] = ["a".into(), "b".into(), "a".into()];
        w.list(names.iter(), Writer::name);
        w.option(Some("text"), Writer::text);
        w.option(None, Writer::text);
        let mut r = Reader::new(&w.bytes);
        assert_eq!(r.list::<_, Vec<_>>(Reader::number), Some(numbers.to_vec()));
        assert_eq!(r.list::<_, Vec<_>>(Reader::name), Some(names.to_vec()));
        assert_eq!(r.option(Reader::text), Some(Some("text")));
        assert_eq!(r.option(Reader::text), Some(None));
        assert!(r.rest().is_empty());
        for end in 0..w.bytes.len() {
            let mut r = Reader::new(&w.bytes[..end]);
            let mut all = || {
                r.list::<_, Vec<_>>(Reader::number)?;
                r.list::<_, Vec<_>>(Reader::name)?;
                r.option(Reader::text)?;
                r.option(Reader::text)
            };
            assert_eq!(all(), None, "{end} bytes");
        }
    }

    #[test]
    fn a_number_too_large_is_none() {
        assert_eq!(Reader::new(&[0xff; 12]).number(), None);
        assert_eq!(
            Reader::new(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]).number(),
            None
        );
    }
}
