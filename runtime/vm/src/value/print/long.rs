//! Long strings and byte strings, written a few thousand bytes at a time, and long numbers, which the
//! library writes.

use super::leaf::{Quoting, write_escaped};
use super::{ARBITRARY, PART, Printer, QUOTE};
use crate::object::{Kind, Object};
use crate::value::number::large;
use crate::value::string;
use crate::value::walk::{gives_numbers, window};
use crate::word::Word;
use scalar::Base64;
use std::fmt::Write as _;

impl Printer<'_> {
    /// Whether a value is a long string or byte string, which is written in parts, or a number that the
    /// library writes.
    pub(super) fn is_long(&self, value: Word, object: Object<'_>) -> bool {
        match object.kind() {
            Kind::Str | Kind::Bytes => object.raw(1) as u32 as usize > self.sizes.call_bytes,
            Kind::BigInt | Kind::Ratio => {
                large::is_long_text(self.heap, value) && gives_numbers(self.image)
            }
            _ => false,
        }
    }

    /// Begins with a long value.
    pub(super) fn long(&mut self, value: Word) {
        let kind = self.heap.header(value).kind();
        if matches!(kind, Kind::BigInt | Kind::Ratio) {
            if kind == Kind::BigInt {
                self.push_text(ARBITRARY);
            }
            self.number = Some(value);
            return;
        }
        let is_bytes = kind == Kind::Bytes;
        if is_bytes {
            self.out.push_str("#bytes ");
        }
        if is_bytes || self.options.readably {
            self.out.push('"');
            self.push_text(QUOTE);
        }
        self.work.push_item(&[value, Word::small(0)], PART);
    }

    /// Writes a few thousand bytes of a long string or byte string.
    pub(super) fn part(&mut self, value: Word, at: usize) {
        let next = if self.heap.header(value).kind() == Kind::Bytes {
            let bytes = string::bytes(self.heap.object(value));
            // Three bytes are four characters, without padding before the end.
            let next = (at + self.sizes.step_bytes / 4 * 3).min(bytes.len());
            let _ = write!(self.out, "{}", Base64(&bytes[at..next]));
            (next < bytes.len()).then_some(next)
        } else {
            let part =
                window(self.heap, value, at, self.sizes.step_bytes).expect("a string is UTF-8");
            if self.options.readably {
                write_escaped(&mut self.out, &part.text, Quoting::Language);
            } else {
                self.out.push_str(&part.text);
            }
            (!part.last).then_some(at + part.text.len())
        };
        if let Some(next) = next {
            self.work
                .push_item(&[value, Word::small(next as i64)], PART);
        }
    }
}
