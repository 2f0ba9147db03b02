//! Where the characters of long strings lie: samples of byte indices, so that a character is found by
//! its index without reading the text before it.
//!
//! # Invariants
//! - It is a cache beside the memory, no part of the process: what it says follows from the text alone.
//! - An entry is dropped when its string may have moved.

use crate::word::Word;
use std::cell::RefCell;

/// Bytes from which on a string that is not ASCII gets an entry; a shorter one is read.
pub(crate) const LONG_BYTES: usize = 1024;
/// Characters from one sample to the next.
const STRIDE: usize = 64;
/// Strings that have an entry.
const ENTRIES: usize = 4;

/// The samples of a process's strings, the last used first.
#[derive(Debug, Default)]
pub(crate) struct Places(RefCell<Vec<Entry>>);

#[derive(Debug)]
struct Entry {
    string: Word,
    /// Byte indices of every 64th character.
    samples: Vec<u32>,
}

impl Places {
    /// Byte index of a character within a string.
    pub(crate) fn byte_of(&self, string: Word, text: &str, index: usize) -> usize {
        let start = self.with(string, text, |samples| {
            samples[(index / STRIDE).min(samples.len() - 1)] as usize
        });
        let mut rest = text[start..].char_indices();
        rest.nth(index % STRIDE)
            .map_or(text.len(), |(byte, _)| start + byte)
    }

    /// Index of the character that begins at a byte of a string, or their number at its end.
    pub(crate) fn char_of(&self, string: Word, text: &str, byte: usize) -> usize {
        let (nth, start) = self.with(string, text, |samples| {
            let nth = samples.partition_point(|&sample| sample as usize <= byte) - 1;
            (nth, samples[nth] as usize)
        });
        nth * STRIDE + text[start..byte].chars().count()
    }

    fn with<T>(&self, string: Word, text: &str, read: impl FnOnce(&[u32]) -> T) -> T {
        let mut entries = self.0.borrow_mut();
        match entries.iter().position(|entry| entry.string == string) {
            Some(0) => {}
            Some(at) => entries[..=at].rotate_right(1),
            None => {
                entries.truncate(ENTRIES - 1);
                let starts = text.char_indices().step_by(STRIDE);
                let samples = starts.map(|(byte, _)| byte as u32).collect();
                entries.insert(0, Entry { string, samples });
            }
        }
        read(&entries[0].samples)
    }

    /// Drops what is known of strings at or above an address.
    pub(crate) fn forget_from(&mut self, address: u32) {
        let entries = self.0.get_mut();
        entries.retain(|entry| entry.string.is_boot() || entry.string.offset() < address);
    }
}
