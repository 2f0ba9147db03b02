//! Long strings and byte strings, written a few thousand bytes at a time.

use super::leaf::write_escaped;
use super::{PART, Printer, QUOTE};
use crate::object::{Kind, Object};
use crate::value::string;
use crate::value::walk::window;
use crate::word::Word;
use scalar::Base64;
use std::fmt::Write as _;

impl Printer<'_> {
    /// Whether a value is a long string or byte string, which is written in parts.
    pub(super) fn is_long(&self, object: Object<'_>) -> bool {
        matches!(object.kind(), Kind::Str | Kind::Bytes)
            && object.raw(1) as u32 as usize > self.sizes.call_bytes
    }

    /// Begins with a long string or byte string.
    pub(super) fn long(&mut self, value: Word) {
        let is_bytes = self.heap.header(value).kind() == Kind::Bytes;
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
                write_escaped(&mut self.out, &part.text);
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
