//! The folded part: redb, and everything that has to do with it.
//!
//! Invariants
//! - A fold is one redb transaction that also records the last group in it, so
//!   the folded part is always exactly the history up to that group.
//! - It is committed in two phases with quick repair: opening never walks the
//!   file, whatever happened.
//! - Each stored value begins with a checksum of its key and itself.
//! - No panic leaves: redb may run into one on bytes it did not write.

use std::iter::FusedIterator;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use redb::{Database, ReadOnlyTable, ReadableDatabase as _, TableDefinition};

use crate::blocks::Blocks;
use crate::error::StoreError;
use crate::key::KeyRange;
use crate::table::{Table, Value};

const RECORDS: TableDefinition<'static, &'static [u8], &'static [u8]> =
    TableDefinition::new("records");
const META: TableDefinition<'static, &'static str, u64> = TableDefinition::new("meta");
const META_FOLDED: &str = "folded";
const CHECK_BYTES: usize = 4;

fn damaged(what: impl std::fmt::Display) -> StoreError {
    StoreError::DamagedStore {
        what: format!("folded part: {what}"),
    }
}

fn from_redb(error: impl Into<redb::Error>) -> StoreError {
    match error.into() {
        redb::Error::Io(error) => StoreError::Io {
            what: error.to_string(),
        },
        redb::Error::PreviousIo => StoreError::Io {
            what: "an earlier operation failed".into(),
        },
        error => damaged(error),
    }
}

/// Runs something that may panic on damaged pages.
fn guarded<T>(run: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err(damaged("unreadable structure")))
}

/// Names the record a failed read was for.
fn at_key(error: StoreError, key: &[u8]) -> StoreError {
    match error {
        StoreError::DamagedStore { .. } => StoreError::DamagedRecord { key: key.to_vec() },
        other => other,
    }
}

fn wrap(key: &[u8], value: &[u8], wrapped: &mut Vec<u8>) {
    wrapped.clear();
    wrapped.extend_from_slice(&record_check(key, value).to_le_bytes());
    wrapped.extend_from_slice(value);
}

fn unwrap<'a>(key: &[u8], wrapped: &'a [u8]) -> Result<&'a [u8], StoreError> {
    match wrapped.split_first_chunk::<CHECK_BYTES>() {
        Some((stored, value)) if record_check(key, value) == u32::from_le_bytes(*stored) => {
            Ok(value)
        }
        _ => Err(StoreError::DamagedRecord { key: key.to_vec() }),
    }
}

fn record_check(key: &[u8], value: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&(key.len() as u64).to_le_bytes());
    hasher.update(key);
    hasher.update(value);
    hasher.finalize()
}

/// redb, open.
#[derive(Clone, Debug)]
pub(crate) struct Folded(Arc<Database>);

impl Folded {
    /// Opens redb, or sets it up where there is nothing yet.
    pub(crate) fn open(blocks: &Blocks, cache_bytes: usize) -> Result<Self, StoreError> {
        guarded(|| {
            Database::builder()
                .set_cache_size(cache_bytes)
                .create_with_backend(blocks.clone())
                .map(|database| Self(Arc::new(database)))
                .map_err(from_redb)
        })
    }

    /// The last group that is folded, and a view of everything up to it;
    /// nothing where redb is set up but no fold was ever committed.
    pub(crate) fn view(&self) -> Result<Option<(u64, FoldedView)>, StoreError> {
        guarded(|| {
            let transaction = self.0.begin_read().map_err(from_redb)?;
            let meta = match transaction.open_table(META) {
                Err(redb::TableError::TableDoesNotExist(_)) => return Ok(None),
                meta => meta.map_err(from_redb)?,
            };
            let folded = meta
                .get(META_FOLDED)
                .map_err(from_redb)?
                .ok_or_else(|| damaged("the last group is not recorded"))?
                .value();
            let records = transaction.open_table(RECORDS).map_err(from_redb)?;
            let view = FoldedView {
                records: Arc::new(records),
                _database: Arc::clone(&self.0),
            };
            Ok(Some((folded, view)))
        })
    }

    /// Folds a frozen table, whose last group is `last`.
    pub(crate) fn fold(&self, table: &Table, last: u64) -> Result<(), StoreError> {
        guarded(|| {
            let mut transaction = self.0.begin_write().map_err(from_redb)?;
            transaction.set_quick_repair(true);
            {
                let mut records = transaction.open_table(RECORDS).map_err(from_redb)?;
                let mut wrapped = Vec::new();
                table.for_each_newest(|key, value| {
                    match value {
                        Some(value) => {
                            wrap(key, value, &mut wrapped);
                            records.insert(key, wrapped.as_slice()).map_err(from_redb)?;
                        }
                        None => {
                            records.remove(key).map_err(from_redb)?;
                        }
                    }
                    Ok::<_, StoreError>(())
                })?;
                let mut meta = transaction.open_table(META).map_err(from_redb)?;
                meta.insert(META_FOLDED, last).map_err(from_redb)?;
            }
            transaction.commit().map_err(from_redb)
        })
    }
}

/// The folded part at one moment.
#[derive(Clone)]
pub(crate) struct FoldedView {
    records: Arc<ReadOnlyTable<&'static [u8], &'static [u8]>>,
    /// A closed database refuses to read.
    _database: Arc<Database>,
}

impl std::fmt::Debug for FoldedView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FoldedView")
    }
}

fn bounds(range: &KeyRange) -> (Bound<&[u8]>, Bound<&[u8]>) {
    let end = match range.end.as_deref() {
        Some(end) => Bound::Excluded(end),
        None => Bound::Unbounded,
    };
    (Bound::Included(range.start.as_slice()), end)
}

impl FoldedView {
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Value>, StoreError> {
        guarded(|| {
            let Some(guard) = self.records.get(key).map_err(from_redb)? else {
                return Ok(None);
            };
            let value = unwrap(key, guard.value())?;
            Ok(Some(Value::new(value.to_vec())))
        })
        .map_err(|error| at_key(error, key))
    }

    pub(crate) fn range(&self, range: &KeyRange) -> Result<FoldedRange, StoreError> {
        let inner = if range.is_empty() {
            None
        } else {
            let inner = guarded(|| {
                self.records
                    .range::<&[u8]>(bounds(range))
                    .map_err(from_redb)
            });
            Some(inner.map_err(|error| at_key(error, &range.start))?)
        };
        Ok(FoldedRange {
            inner,
            last: range.start.clone(),
            lenient: false,
        })
    }

    /// Appends the keys of `range`.
    pub(crate) fn keys(&self, range: &KeyRange, keys: &mut Vec<Vec<u8>>) -> Result<(), StoreError> {
        if range.is_empty() {
            return Ok(());
        }
        let mut last = range.start.clone();
        guarded(|| {
            for entry in self
                .records
                .range::<&[u8]>(bounds(range))
                .map_err(from_redb)?
            {
                let (key, _) = entry.map_err(from_redb)?;
                last = key.value().to_vec();
                keys.push(last.clone());
            }
            Ok(())
        })
        .map_err(|error| at_key(error, &last))
    }
}

/// Iterates over the folded part; ends after the first error, unless lenient.
pub(crate) struct FoldedRange {
    inner: Option<redb::Range<'static, &'static [u8], &'static [u8]>>,
    last: Vec<u8>,
    lenient: bool,
}

impl FoldedRange {
    /// Goes on behind a record with a wrong checksum.
    pub(crate) fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }
}

impl std::fmt::Debug for FoldedRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FoldedRange(after {:?})", self.last)
    }
}

impl Iterator for FoldedRange {
    type Item = Result<(Vec<u8>, Value), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let inner = self.inner.as_mut()?;
        let last = &mut self.last;
        let entry = guarded(|| {
            let Some(entry) = inner.next() else {
                return Ok(None);
            };
            let (key, value) = entry.map_err(from_redb)?;
            let key = key.value();
            key.clone_into(last);
            let value = unwrap(key, value.value())?;
            Ok(Some((key.to_vec(), Value::new(value.to_vec()))))
        });
        match entry {
            Ok(Some(entry)) => Some(Ok(entry)),
            Ok(None) => {
                self.inner = None;
                None
            }
            Err(error) => {
                let error = match (self.lenient, error) {
                    (true, error @ StoreError::DamagedRecord { .. }) => error,
                    (true, error) => {
                        self.inner = None;
                        error
                    }
                    (false, error) => {
                        self.inner = None;
                        at_key(error, &self.last)
                    }
                };
                Some(Err(error))
            }
        }
    }
}

impl FusedIterator for FoldedRange {}
