//! The in-memory table: what the commit log holds and redb does not yet.
//!
//! A key has its newest version, and older ones only while a snapshot can see
//! them. A deleted key stays as a version without a value, since an older one
//! may be in redb.
//!
//! Invariants
//! - Versions of one key ascend in sequence.
//! - All changes of a group happen under one hold of the write lock, so a
//!   reader that took its sequence under the read lock sees all or nothing.
//! - A frozen table never changes.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry as MapEntry;
use std::ops::{Bound, Deref};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::key::KeyRange;

/// Estimated bytes of memory of a key beside its own and its value's.
const KEY_OVERHEAD: u64 = 96;

/// Entries copied out of a table per hold of its lock.
const PAGE_ENTRIES: usize = 64;

/// A stored value; cheap to clone.
#[derive(Clone)]
pub struct Value(Arc<Content>);

/// Where a value's bytes are.
enum Content {
    Own(Vec<u8>),
    /// A part of a large record of the commit log, as it was read.
    Part {
        record: Arc<Vec<u8>>,
        at: std::ops::Range<usize>,
    },
}

impl Value {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Content::Own(bytes)))
    }

    /// A part of a record, which stays in memory as long as the value does.
    pub(crate) fn part(record: &Arc<Vec<u8>>, at: std::ops::Range<usize>) -> Self {
        Self(Arc::new(Content::Part {
            record: Arc::clone(record),
            at,
        }))
    }

    /// The bytes, without a copy where nobody else holds them.
    pub fn into_vec(self) -> Vec<u8> {
        match Arc::try_unwrap(self.0) {
            Ok(Content::Own(bytes)) => bytes,
            Ok(part @ Content::Part { .. }) => part.bytes().to_vec(),
            Err(shared) => shared.bytes().to_vec(),
        }
    }

    /// The bytes to be changed, if nobody else can see them.
    fn own_mut(&mut self) -> Option<&mut Vec<u8>> {
        match Arc::get_mut(&mut self.0)? {
            Content::Own(bytes) => Some(bytes),
            Content::Part { .. } => None,
        }
    }
}

impl Content {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Own(bytes) => bytes,
            Self::Part { record, at } => &record[at.clone()],
        }
    }
}

impl Default for Value {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Value {}

impl Deref for Value {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.bytes()
    }
}

impl AsRef<[u8]> for Value {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Value({} bytes)", self.len())
    }
}

/// Bytes of a key that are kept within the map's nodes.
const INLINE_BYTES: usize = 32;

/// A key of the table. Short ones, which are nearly all, lie in the map's nodes themselves, and are
/// compared eight bytes at a time: a search touches as many cache lines as nodes, not as keys.
#[derive(Clone, PartialEq, Eq)]
struct Key {
    /// The beginning, and zeros.
    bytes: [u8; INLINE_BYTES],
    len: u32,
    /// All of it, if it is longer.
    long: Option<Box<[u8]>>,
}

impl Key {
    fn new(key: &[u8]) -> Self {
        let mut bytes = [0; INLINE_BYTES];
        let head = key.len().min(INLINE_BYTES);
        bytes[..head].copy_from_slice(&key[..head]);
        Self {
            bytes,
            len: key.len() as u32,
            long: (key.len() > INLINE_BYTES).then(|| key.into()),
        }
    }
}

impl Deref for Key {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.long {
            None => &self.bytes[..self.len as usize],
            Some(bytes) => bytes,
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    /// As the bytes are ordered: where the beginnings are the same, padding included, a key that
    /// ends within them is a beginning of the other.
    fn cmp(&self, other: &Self) -> Ordering {
        let (mine, _) = self.bytes.as_chunks::<8>();
        let (theirs, _) = other.bytes.as_chunks::<8>();
        for (a, b) in mine.iter().zip(theirs) {
            let (a, b) = (u64::from_be_bytes(*a), u64::from_be_bytes(*b));
            if a != b {
                return a.cmp(&b);
            }
        }
        match (&self.long, &other.long) {
            (Some(a), Some(b)) => a.cmp(b),
            _ => self.len.cmp(&other.len),
        }
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({:?})", &**self)
    }
}

/// The sequences that live snapshots read at.
#[derive(Debug, Default)]
pub(crate) struct Live(Mutex<BTreeMap<u64, usize>>);

impl Live {
    fn hold(&self) -> MutexGuard<'_, BTreeMap<u64, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn enter(&self, seq: u64) {
        *self.hold().entry(seq).or_insert(0) += 1;
    }

    pub(crate) fn leave(&self, seq: u64) {
        let mut live = self.hold();
        if let Some(count) = live.get_mut(&seq) {
            *count -= 1;
            if *count == 0 {
                live.remove(&seq);
            }
        }
    }
}

#[derive(Debug)]
struct Slot {
    seq: u64,
    value: Option<Value>,
    older: Vec<(u64, Option<Value>)>,
}

impl Slot {
    /// Gives the key another version, and keeps those before that a snapshot sees.
    fn replace(&mut self, live: &BTreeMap<u64, usize>, seq: u64, value: Option<Value>) {
        let old = std::mem::replace(&mut self.value, value);
        let old_seq = std::mem::replace(&mut self.seq, seq);
        retain(live, self, old_seq, old);
    }

    fn at(&self, seq: u64) -> Option<&Option<Value>> {
        if self.seq <= seq {
            return Some(&self.value);
        }
        self.older
            .iter()
            .rev()
            .find(|(version, _)| *version <= seq)
            .map(|(_, value)| value)
    }
}

#[derive(Debug, Default)]
struct Inner {
    slots: BTreeMap<Key, Slot>,
    bytes: u64,
    last: u64,
    /// Nothing lies below: a deleted key need not be remembered.
    lowest: bool,
}

impl Inner {
    fn keys(&self, range: &KeyRange) -> Vec<Box<[u8]>> {
        if range.is_empty() {
            return Vec::new();
        }
        let end = match range.end.as_deref() {
            Some(end) => Bound::Excluded(Key::new(end)),
            None => Bound::Unbounded,
        };
        let bounds = (Bound::Included(Key::new(&range.start)), end);
        self.slots
            .range(bounds)
            .map(|(key, _)| Box::from(&**key))
            .collect()
    }
}

/// A table.
#[derive(Debug, Default)]
pub(crate) struct Table(RwLock<Inner>);

/// An entry copied out of a table: no value means deleted.
pub(crate) type Entry = (Box<[u8]>, Option<Value>);

impl Table {
    /// An empty table that stands at `last`.
    pub(crate) fn starting_at(last: u64) -> Self {
        Self(RwLock::new(Inner {
            last,
            ..Inner::default()
        }))
    }

    /// An empty table below which there is nothing.
    pub(crate) fn lowest() -> Self {
        Self(RwLock::new(Inner {
            lowest: true,
            ..Inner::default()
        }))
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last group applied.
    pub(crate) fn last(&self) -> u64 {
        self.read().last
    }

    /// The last group applied, noted in `live` before another can be.
    pub(crate) fn enter(&self, live: &Live) -> u64 {
        let inner = self.read();
        live.enter(inner.last);
        inner.last
    }

    /// Estimated bytes of memory.
    pub(crate) fn bytes(&self) -> u64 {
        self.read().bytes
    }

    /// What this table knows of `key` at `seq`; `Some(None)`: deleted.
    pub(crate) fn get(&self, key: &[u8], seq: u64) -> Option<Option<Value>> {
        self.read().slots.get(&Key::new(key))?.at(seq).cloned()
    }

    /// Whether the table knows `key`, if only as deleted.
    pub(crate) fn knows(&self, key: &[u8]) -> bool {
        self.read().slots.contains_key(&Key::new(key))
    }

    /// The keys of `range` that this table knows, if only as deleted.
    pub(crate) fn keys(&self, range: &KeyRange) -> Vec<Box<[u8]>> {
        self.read().keys(range)
    }

    /// Some entries of `range` behind `after`, ascending; the flag says that
    /// there are no more.
    pub(crate) fn page(
        &self,
        range: &KeyRange,
        after: Option<&[u8]>,
        seq: u64,
    ) -> (Vec<Entry>, bool) {
        if range.is_empty() {
            return (Vec::new(), true);
        }
        let start = match after {
            Some(after) => Bound::Excluded(Key::new(after)),
            None => Bound::Included(Key::new(&range.start)),
        };
        let end = match range.end.as_deref() {
            // An iterator that stands at the end would make an inverted range.
            Some(end) if after.is_some_and(|after| after >= end) => return (Vec::new(), true),
            Some(end) => Bound::Excluded(Key::new(end)),
            None => Bound::Unbounded,
        };
        let inner = self.read();
        let mut page = Vec::new();
        for (key, slot) in inner.slots.range((start, end)) {
            if page.len() == PAGE_ENTRIES {
                return (page, false);
            }
            if let Some(value) = slot.at(seq) {
                page.push((Box::from(&**key), value.clone()));
            }
        }
        (page, true)
    }

    /// Calls `each` with the newest version of every key, ascending.
    pub(crate) fn for_each_newest<E>(
        &self,
        mut each: impl FnMut(&[u8], Option<&Value>) -> Result<(), E>,
    ) -> Result<(), E> {
        for (key, slot) in &self.read().slots {
            each(key, slot.value.as_ref())?;
        }
        Ok(())
    }

    /// Begins to apply group `seq`.
    pub(crate) fn write<'a>(&'a self, seq: u64, live: &'a Live) -> TableWriter<'a> {
        let inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        TableWriter {
            inner,
            live: live.hold(),
            seq,
        }
    }
}

/// Applies one group; readers wait until it is dropped.
#[derive(Debug)]
pub(crate) struct TableWriter<'a> {
    inner: RwLockWriteGuard<'a, Inner>,
    live: MutexGuard<'a, BTreeMap<u64, usize>>,
    seq: u64,
}

impl TableWriter<'_> {
    /// Sets `key` to a copy of `bytes`.
    pub(crate) fn put(&mut self, key: &[u8], bytes: &[u8]) {
        self.set(key, bytes, || Value::new(bytes.to_vec()), true);
    }

    /// Sets `key` to a value that is in memory already.
    pub(crate) fn put_value(&mut self, key: &[u8], value: &Value) {
        self.set(key, value, || value.clone(), false);
    }

    fn set(&mut self, key: &[u8], bytes: &[u8], value: impl FnOnce() -> Value, may_copy: bool) {
        let inner = &mut *self.inner;
        let new_bytes = bytes.len() as u64;
        match inner.slots.entry(Key::new(key)) {
            MapEntry::Vacant(vacant) => {
                vacant.insert(Slot {
                    seq: self.seq,
                    value: Some(value()),
                    older: Vec::new(),
                });
                inner.bytes += KEY_OVERHEAD + key.len() as u64 + new_bytes;
            }
            MapEntry::Occupied(mut occupied) => {
                let slot = occupied.get_mut();
                let old_bytes = slot.value.as_ref().map_or(0, |value| value.len() as u64);
                if may_copy
                    && slot.older.is_empty()
                    && !is_seen(&self.live, slot.seq, self.seq)
                    && let Some(value) = slot.value.as_mut().and_then(Value::own_mut)
                {
                    // Nobody reads this version: its memory is used again.
                    value.clear();
                    value.extend_from_slice(bytes);
                    slot.seq = self.seq;
                } else {
                    slot.replace(&self.live, self.seq, Some(value()));
                }
                // Older versions are not counted: they last as long as a snapshot.
                inner.bytes = inner.bytes + new_bytes - old_bytes;
            }
        }
    }

    /// Deletes `key`.
    pub(crate) fn delete(&mut self, key: &[u8]) {
        let inner = &mut *self.inner;
        match inner.slots.entry(Key::new(key)) {
            MapEntry::Vacant(_) if inner.lowest => {}
            MapEntry::Vacant(vacant) => {
                vacant.insert(Slot {
                    seq: self.seq,
                    value: None,
                    older: Vec::new(),
                });
                inner.bytes += KEY_OVERHEAD + key.len() as u64;
            }
            MapEntry::Occupied(mut occupied) => {
                let slot = occupied.get_mut();
                inner.bytes -= slot.value.as_ref().map_or(0, |value| value.len() as u64);
                slot.replace(&self.live, self.seq, None);
                if inner.lowest && slot.older.is_empty() {
                    occupied.remove();
                    inner.bytes -= KEY_OVERHEAD + key.len() as u64;
                }
            }
        }
    }

    /// Patches the value of `key`, which is `below` where this table does not
    /// know the key.
    pub(crate) fn patch(
        &mut self,
        key: &[u8],
        at: usize,
        bytes: &[u8],
        total: usize,
        below: impl FnOnce() -> Option<Value>,
    ) {
        let overwrite = |value: &mut Vec<u8>| {
            value.resize(total, 0);
            value[at..at + bytes.len()].copy_from_slice(bytes);
        };
        let base = match self.inner.slots.get_mut(&Key::new(key)) {
            None => below(),
            Some(slot) => {
                let is_seen = is_seen(&self.live, slot.seq, self.seq);
                if !is_seen
                    && slot.older.is_empty()
                    && let Some(value) = slot.value.as_mut().and_then(Value::own_mut)
                {
                    // Nobody reads this version: change it in place.
                    let old_bytes = value.len() as u64;
                    overwrite(value);
                    slot.seq = self.seq;
                    self.inner.bytes = self.inner.bytes + total as u64 - old_bytes;
                    return;
                }
                slot.value.clone()
            }
        };
        let mut value = base.map(Value::into_vec).unwrap_or_default();
        overwrite(&mut value);
        self.put(key, &value);
    }

    /// The keys of `range` that this table knows.
    pub(crate) fn keys(&self, range: &KeyRange) -> Vec<Box<[u8]>> {
        self.inner.keys(range)
    }

    /// Whether the table knows `key`, if only as deleted.
    pub(crate) fn knows(&self, key: &[u8]) -> bool {
        self.inner.slots.contains_key(&Key::new(key))
    }

    /// Makes the group visible.
    pub(crate) fn finish(mut self) {
        self.inner.last = self.seq;
    }
}

/// Whether a snapshot sees a version that lasted from `from` until `until`.
fn is_seen(live: &BTreeMap<u64, usize>, from: u64, until: u64) -> bool {
    from < until && live.range(from..until).next().is_some()
}

/// Keeps a replaced version if a snapshot sees it, and drops the older ones
/// that none sees any more.
fn retain(live: &BTreeMap<u64, usize>, slot: &mut Slot, old_seq: u64, old: Option<Value>) {
    let seen = is_seen(live, old_seq, slot.seq);
    if slot.older.is_empty() && !seen {
        return;
    }
    slot.older.push((old_seq, old));
    let mut until = slot.seq;
    let mut kept = Vec::new();
    for (from, value) in slot.older.drain(..).rev() {
        if is_seen(live, from, until) {
            kept.push((from, value));
        }
        until = from;
    }
    kept.reverse();
    slot.older = kept;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(table: &Table, live: &Live, seq: u64, key: &[u8], value: Option<&[u8]>) {
        let mut writer = table.write(seq, live);
        match value {
            Some(bytes) => writer.put(key, bytes),
            None => writer.delete(key),
        }
        writer.finish();
    }

    fn get(table: &Table, key: &[u8], seq: u64) -> Option<Option<Vec<u8>>> {
        table.get(key, seq).map(|v| v.map(Value::into_vec))
    }

    #[test]
    fn a_snapshot_keeps_the_version_it_sees() {
        let (table, live) = (Table::default(), Live::default());
        set(&table, &live, 1, b"k", Some(b"one"));
        let seen = table.enter(&live);
        set(&table, &live, 2, b"k", Some(b"two"));
        set(&table, &live, 3, b"k", None);
        assert_eq!(get(&table, b"k", seen), Some(Some(b"one".to_vec())));
        assert_eq!(get(&table, b"k", 3), Some(None));
        assert_eq!(table.read().slots[&Key::new(b"k")].older.len(), 1);
        live.leave(seen);
        set(&table, &live, 4, b"k", Some(b"four"));
        assert!(table.read().slots[&Key::new(b"k")].older.is_empty());
    }

    #[test]
    fn patches_leave_a_snapshot_alone_and_count_bytes() {
        let (table, live) = (Table::default(), Live::default());
        let patch = |seq, at, bytes: &[u8], total| {
            let mut writer = table.write(seq, &live);
            writer.patch(b"k", at, bytes, total, || {
                Some(Value::new(b"base".to_vec()))
            });
            writer.finish();
        };
        patch(1, 1, b"XY", 6);
        assert_eq!(get(&table, b"k", 1), Some(Some(b"bXYe\0\0".to_vec())));
        let seen = table.enter(&live);
        patch(2, 0, b"Q", 2);
        assert_eq!(get(&table, b"k", seen), Some(Some(b"bXYe\0\0".to_vec())));
        assert_eq!(get(&table, b"k", 2), Some(Some(b"QX".to_vec())));
        live.leave(seen);
        patch(3, 0, b"R", 3);
        assert_eq!(table.bytes(), KEY_OVERHEAD + 1 + 3);
    }

    #[test]
    fn keys_are_ordered_as_their_bytes() {
        let mut keys: Vec<Vec<u8>> = vec![b"a".to_vec(), b"a\0".to_vec(), b"b".to_vec()];
        for len in [7, 8, 9, 31, 32, 33, 40] {
            for end in [0, 1, 255] {
                let mut key = vec![b'a'; len];
                key.push(end);
                keys.push(key.clone());
                key[len / 2] = end;
                keys.push(key);
                keys.push(vec![0; len]);
            }
        }
        for a in &keys {
            assert_eq!(*Key::new(a), **a);
            for b in &keys {
                assert_eq!(Key::new(a).cmp(&Key::new(b)), a.cmp(b), "{a:?} and {b:?}");
            }
        }
    }

    #[test]
    fn pages_go_on_where_they_stopped() {
        let (table, live) = (Table::default(), Live::default());
        for n in 0..200_u8 {
            set(&table, &live, u64::from(n) + 1, &[n], Some(&[n]));
        }
        let range = KeyRange::between(&[10], &[180]);
        let (mut keys, mut after) = (Vec::new(), None::<Box<[u8]>>);
        loop {
            let (page, done) = table.page(&range, after.as_deref(), 200);
            keys.extend(page.iter().map(|(key, _)| key[0]));
            after = page.last().map(|(key, _)| key.clone()).or(after);
            if done {
                break;
            }
        }
        assert_eq!(keys, (10..180).collect::<Vec<_>>());
    }
}
