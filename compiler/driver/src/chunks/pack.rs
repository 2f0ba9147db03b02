//! A pack as bytes.
//!
//! ```text
//! count  (body hash:256  length)*  entries
//! ```
//!
//! # Invariants
//! - What was written last comes first; a body hash comes once.
//! - Entries are bytes of `kept`; what is in them is looked at when they are asked for.

use hir::hash::Hash;
use hir::wire::{Reader, Writer};
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::ops::Range;

/// Chunks with the hashes by which they are found.
#[derive(Debug)]
pub(crate) struct Pack {
    bytes: Cow<'static, [u8]>,
    /// Hash and place of each.
    pub(crate) entries: Vec<(Hash, Range<usize>)>,
}

impl Pack {
    /// Reads a pack; `None` if the bytes are none.
    pub(crate) fn decode(bytes: Cow<'static, [u8]>) -> Option<Pack> {
        let mut r = Reader::new(&bytes);
        let lengths: Vec<(Hash, usize)> = r.list(|r| Some((Hash(r.array()?), r.narrow()?)))?;
        let mut start = bytes.len() - r.rest().len();
        let mut entries = Vec::with_capacity(lengths.len());
        for (hash, len) in lengths {
            let end = start.checked_add(len)?;
            entries.push((hash, start..end));
            start = end;
        }
        (start == bytes.len()).then_some(Pack { bytes, entries })
    }

    /// The bytes of an entry.
    pub(crate) fn entry(&self, index: usize) -> &[u8] {
        &self.bytes[self.entries[index].1.clone()]
    }

    /// How many bytes it has.
    pub(crate) fn size(&self) -> u64 {
        self.bytes.len() as u64
    }
}

/// A pack that is being made.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    lengths: Vec<(Hash, usize)>,
    known: FxHashSet<Hash>,
    bytes: Vec<u8>,
}

impl Builder {
    /// Adds an entry, if the hash has none.
    pub(crate) fn add(&mut self, hash: Hash, entry: &[u8]) {
        if self.known.insert(hash) {
            self.lengths.push((hash, entry.len()));
            self.bytes.extend_from_slice(entry);
        }
    }

    /// Bytes of entries so far.
    pub(crate) fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The pack's bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.list(self.lengths.iter(), |w, (hash, len)| {
            w.raw(&hash.0);
            w.count(*len);
        });
        w.raw(&self.bytes);
        w.bytes
    }
}
