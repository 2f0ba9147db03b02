//! Applying a group of encoded operations to the active table.
//!
//! A patch needs the value it changes and a deleted range the keys in it, both
//! perhaps from redb, where reading may fail. So what lies below the table is
//! fetched first; after that nothing can fail, and the log may be written
//! between the two.
//!
//! Invariant: applying the same groups to the same folded part gives the same
//! table, which is what recovery relies on.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::batch::{Malformed, Op, Ops};
use crate::error::StoreError;
use crate::key::KeyRange;
use crate::table::{Live, Value};
use crate::view::View;

/// The operations of a group.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Payload<'a> {
    /// In a buffer that is used again: what is kept is copied.
    Lent(&'a [u8]),
    /// Read from the log into memory of its own, which large values go on lying in.
    Kept(&'a Arc<Vec<u8>>),
}

/// Values shorter than this are copied: each would keep all of a record in memory.
const PART_BYTES_MIN: usize = 4096;

impl<'a> Payload<'a> {
    pub(crate) fn bytes(self) -> &'a [u8] {
        match self {
            Self::Lent(bytes) => bytes,
            Self::Kept(bytes) => bytes,
        }
    }

    /// A value among the operations, as a part of the record.
    fn kept(self, value: &[u8]) -> Option<Value> {
        let Self::Kept(record) = self else {
            return None;
        };
        if value.len() < PART_BYTES_MIN {
            return None;
        }
        let at = (value.as_ptr() as usize).checked_sub(record.as_ptr() as usize)?;
        Some(Value::part(record, at..at + value.len()))
    }
}

/// What a group needs of the layers below the active table.
#[derive(Debug, Default)]
pub(crate) struct Below {
    /// Values that patches begin from; an error where the record is damaged.
    values: FxHashMap<Vec<u8>, Result<Option<Value>, StoreError>>,
    /// The keys of each deleted range, in the order of the operations.
    ranges: Vec<Vec<Vec<u8>>>,
    /// What of the deleted ranges cannot be told.
    hidden: Vec<StoreError>,
}

impl Below {
    /// What the group wants to change in part, or to delete, and cannot for damage.
    pub(crate) fn damaged(&self) -> impl Iterator<Item = &StoreError> {
        let values = self
            .values
            .values()
            .filter_map(|value| value.as_ref().err());
        values.chain(&self.hidden)
    }
}

fn key_range(start: &[u8], end: Option<&[u8]>) -> KeyRange {
    KeyRange {
        start: start.to_vec(),
        end: end.map(<[u8]>::to_vec),
    }
}

/// Fetches what the operations need. What is damaged is kept as such: it stays
/// damaged, and is told to who commits.
///
/// # Errors
/// When the system refuses to read.
pub(crate) fn fetch_below(view: &View, payload: &[u8]) -> Result<Below, StoreError> {
    let mut below = Below::default();
    for op in Ops::new(payload) {
        match op {
            Ok(Op::Patch {
                key, bytes, total, ..
            }) => {
                // A patch of the whole value begins from nothing.
                let needs_base = bytes.len() < total;
                if needs_base && !below.values.contains_key(key) && !view.active.knows(key) {
                    let value = view.get_below(key, u64::MAX);
                    if let Err(error @ StoreError::Io { .. }) = value {
                        return Err(error);
                    }
                    below.values.insert(key.to_vec(), value);
                }
            }
            Ok(Op::DeleteRange { start, end }) => {
                let range = key_range(start, end);
                let mut keys = Vec::new();
                if let Some(folded) = &view.folded {
                    folded.keys(&range, &mut keys, &mut below.hidden)?;
                }
                if let Some(frozen) = &view.frozen {
                    keys.extend(frozen.keys(&range).into_iter().map(Vec::from));
                }
                below.ranges.push(keys);
            }
            Ok(Op::Put { .. } | Op::Delete { .. }) | Err(Malformed) => {}
        }
    }
    Ok(below)
}

/// Applies a group and makes it visible.
///
/// A patch of a damaged value is left out: the record stays damaged until it
/// is put anew or deleted. So do records of a deleted range that are hidden.
///
/// # Errors
/// [`Malformed`] if the bytes are no operations; the group is then invisible.
pub(crate) fn apply(
    view: &View,
    live: &Live,
    seq: u64,
    parts: &[Payload<'_>],
    below: &Below,
) -> Result<(), Malformed> {
    let mut writer = view.active.write(seq, live);
    let mut ranges = below.ranges.iter();
    let ops = parts
        .iter()
        .flat_map(|part| Ops::new(part.bytes()).map(move |op| (part, op)));
    for (part, op) in ops {
        match op? {
            Op::Put { key, value } => match part.kept(value) {
                Some(value) => writer.put_value(key, &value),
                None => writer.put(key, value),
            },
            Op::Delete { key } => writer.delete(key),
            Op::DeleteRange { start, end } => {
                for key in ranges.next().into_iter().flatten() {
                    writer.delete(key);
                }
                for key in writer.keys(&key_range(start, end)) {
                    writer.delete(&key);
                }
            }
            Op::Patch {
                key,
                at,
                bytes,
                total,
            } => match below.values.get(key) {
                Some(Err(_)) if !writer.knows(key) => {}
                Some(Ok(base)) => writer.patch(key, at, bytes, total, || base.clone()),
                _ => writer.patch(key, at, bytes, total, || None),
            },
        }
    }
    writer.finish();
    Ok(())
}
