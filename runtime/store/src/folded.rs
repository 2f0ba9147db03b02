//! The folded part: redb, and everything that has to do with it.
//!
//! Invariants
//! - A fold is one redb transaction that also records the last group in it, so
//!   the folded part is always exactly the history up to that group.
//! - It is committed in two phases with quick repair: opening never walks the
//!   file, whatever happened.
//! - Each stored value begins with a checksum of its key and itself.
//! - A damaged page is never changed or removed: what belongs into it goes into
//!   a table of its own, which hides the other. So damage stops neither reading
//!   nor folding of anything else.
//! - No panic leaves: redb may run into one on bytes it did not write.

use std::cell::Cell;
use std::io;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use redb::{Database, ReadOnlyTable, ReadableDatabase as _, ReadableTable as _, TableDefinition};

use crate::blocks::{Blocks, refusal_in};
use crate::error::StoreError;
use crate::key::KeyRange;
use crate::table::{Table, Value};
use crate::wreck::Lookup;

mod boundary;
mod range;

pub(crate) use range::FoldedRange;

const RECORDS: TableDefinition<'static, &'static [u8], &'static [u8]> =
    TableDefinition::new("records");
/// Records whose place in [`RECORDS`] is in a damaged page; with an empty value, deleted ones.
const DISPLACED: TableDefinition<'static, &'static [u8], &'static [u8]> =
    TableDefinition::new("displaced");
const META: TableDefinition<'static, &'static str, u64> = TableDefinition::new("meta");
const META_FOLDED: &str = "folded";
/// Salt of the log file that the last group in redb is in, and where it ends there.
const META_LOG: &str = "log";
const META_LOG_END: &str = "log-end";
/// Salt of the log file that follows, and that of the one it follows: a version that does not know
/// these two leaves them when it folds.
const META_NEXT: &str = "next-log";
const META_NEXT_OF: &str = "next-log-of";
const CHECK_BYTES: usize = 4;

/// A deleted record, where removing it could touch a damaged page.
const DELETED: &[u8] = &[];

type Records = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// Why redb has no answer.
#[derive(Clone, Debug)]
enum Fault {
    /// The way leads through a damaged page: the number of its refusal.
    Refused(u32),
    Store(StoreError),
}

fn damaged(what: impl std::fmt::Display) -> StoreError {
    StoreError::DamagedStore {
        what: format!("folded part: {what}"),
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(_) => damaged("a page of its own"),
            Fault::Store(error) => error,
        }
    }
}

fn from_redb(error: impl Into<redb::Error>) -> Fault {
    Fault::Store(match error.into() {
        // redb asks for what lies within the file as it knows it.
        redb::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            damaged("the main file is too short")
        }
        redb::Error::Io(error) => StoreError::Io {
            what: error.to_string(),
        },
        redb::Error::PreviousIo => StoreError::Io {
            what: "an earlier operation failed".into(),
        },
        redb::Error::Corrupted(what) => match refusal_in(&what) {
            Some(refusal) => return Fault::Refused(refusal),
            None => damaged(what),
        },
        error => damaged(error),
    })
}

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is in code that may panic on damaged pages. The panic becomes an error that
/// names the damage: whoever tells of panics says nothing of it.
#[must_use]
pub fn panic_is_damage() -> bool {
    IS_GUARDED.get()
}

/// Runs something that may panic on damaged pages.
fn guarded<T>(run: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    let was_guarded = IS_GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    IS_GUARDED.set(was_guarded);
    result.unwrap_or_else(|_| Err(damaged("unreadable structure").into()))
}

/// Names the record a failed read was for.
fn at_key(fault: Fault, key: &[u8]) -> StoreError {
    match fault {
        Fault::Refused(_) | Fault::Store(StoreError::DamagedStore { .. }) => {
            StoreError::DamagedRecord { key: key.to_vec() }
        }
        Fault::Store(other) => other,
    }
}

pub(crate) fn wrap(key: &[u8], value: &[u8], wrapped: &mut Vec<u8>) {
    wrapped.clear();
    wrapped.extend_from_slice(&record_check(key, value).to_le_bytes());
    wrapped.extend_from_slice(value);
}

pub(crate) fn unwrap<'a>(key: &[u8], wrapped: &'a [u8]) -> Result<&'a [u8], StoreError> {
    match wrapped.split_first_chunk::<CHECK_BYTES>() {
        Some((stored, value)) if record_check(key, value) == u32::from_le_bytes(*stored) => {
            Ok(value)
        }
        _ => Err(StoreError::DamagedRecord { key: key.to_vec() }),
    }
}

/// The value of a record of redb's; `None` where it is deleted.
fn opened(key: &[u8], wrapped: &[u8]) -> Result<Option<Value>, StoreError> {
    if wrapped == DELETED {
        return Ok(None);
    }
    Ok(Some(Value::new(unwrap(key, wrapped)?.to_vec())))
}

fn record_check(key: &[u8], value: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&(key.len() as u64).to_le_bytes());
    hasher.update(key);
    hasher.update(value);
    hasher.finalize()
}

/// How far a commit log is folded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The last group.
    pub(crate) last: u64,
    /// Salt of the log file that it is in; 0 if that is not known.
    pub(crate) salt: u64,
    /// Where it ends there.
    pub(crate) end: u64,
    /// Salt of the log file that the groups behind it go into; 0 if that is not known.
    pub(crate) next: u64,
}

/// redb, open.
#[derive(Clone, Debug)]
pub(crate) struct Folded {
    database: Arc<Database>,
    blocks: Blocks,
}

impl Folded {
    /// Opens redb, or sets it up where there is nothing yet.
    pub(crate) fn open(blocks: &Blocks, cache_bytes: usize) -> Result<Self, StoreError> {
        let database = guarded(|| {
            Database::builder()
                .set_cache_size(cache_bytes)
                .create_with_backend(blocks.clone())
                .map_err(from_redb)
        })?;
        Ok(Self {
            database: Arc::new(database),
            blocks: blocks.clone(),
        })
    }

    /// The last group that is folded, and a view of everything up to it;
    /// nothing where redb is set up but no fold was ever committed.
    pub(crate) fn view(&self) -> Result<Option<(Mark, FoldedView)>, StoreError> {
        let view = guarded(|| {
            let transaction = self.database.begin_read().map_err(from_redb)?;
            let meta = match transaction.open_table(META) {
                Err(redb::TableError::TableDoesNotExist(_)) => return Ok(None),
                meta => meta.map_err(from_redb)?,
            };
            let number = |name| {
                let found = meta.get(name).map_err(from_redb)?;
                Ok::<_, Fault>(found.map(|number| number.value()))
            };
            let last = number(META_FOLDED)?;
            let salt = number(META_LOG)?.unwrap_or(0);
            let is_known = number(META_NEXT_OF)? == Some(salt);
            let next = number(META_NEXT)?.filter(|_| is_known);
            let mark = Mark {
                last: last.ok_or_else(|| damaged("the last group is not recorded"))?,
                salt,
                end: number(META_LOG_END)?.unwrap_or(0),
                next: next.unwrap_or(0),
            };
            let records = transaction.open_table(RECORDS).map_err(from_redb)?;
            let displaced = match transaction.open_table(DISPLACED) {
                Err(redb::TableError::TableDoesNotExist(_)) => None,
                displaced => Some(Arc::new(displaced.map_err(from_redb)?)),
            };
            let view = FoldedView {
                records: Arc::new(records),
                displaced,
                blocks: self.blocks.clone(),
                _database: Arc::clone(&self.database),
            };
            Ok(Some((mark, view)))
        });
        Ok(view?)
    }

    /// Folds a frozen table, whose last group is that of the mark.
    pub(crate) fn fold(&self, table: &Table, mark: Mark) -> Result<(), StoreError> {
        match self.try_fold(table, mark, false) {
            Err(first @ Fault::Refused(_)) => {
                let again = self.try_fold(table, mark, true);
                Ok(again.map_err(|fault| match fault {
                    // It was not the records, and redb says less when it is asked again.
                    Fault::Store(StoreError::DamagedStore { .. }) => first,
                    fault => fault,
                })?)
            }
            result => Ok(result?),
        }
    }

    /// With care, damaged pages are gone around; without, they end it.
    fn try_fold(&self, table: &Table, mark: Mark, with_care: bool) -> Result<(), Fault> {
        guarded(|| {
            let mut transaction = self.database.begin_write().map_err(from_redb)?;
            transaction.set_quick_repair(true);
            {
                let mut records = transaction.open_table(RECORDS).map_err(from_redb)?;
                let has_displaced = transaction
                    .list_tables()
                    .map_err(from_redb)?
                    .any(|table| redb::TableHandle::name(&table) == "displaced");
                let mut displaced = if with_care || has_displaced {
                    Some(transaction.open_table(DISPLACED).map_err(from_redb)?)
                } else {
                    None
                };
                let mut wrapped = Vec::new();
                table.for_each_newest(|key, value| {
                    match value {
                        Some(value) => wrap(key, value, &mut wrapped),
                        None => wrapped.clear(),
                    }
                    let Some(displaced) = &mut displaced else {
                        if value.is_some() {
                            records.insert(key, wrapped.as_slice()).map_err(from_redb)?;
                        } else {
                            records.remove(key).map_err(from_redb)?;
                        }
                        return Ok(());
                    };
                    let is_there = match records.get(key).map_err(from_redb) {
                        Ok(found) => found.is_some(),
                        Err(Fault::Refused(_)) => {
                            displaced
                                .insert(key, wrapped.as_slice())
                                .map_err(from_redb)?;
                            return Ok(());
                        }
                        Err(fault) => return Err(fault),
                    };
                    displaced.remove(key).map_err(from_redb)?;
                    if value.is_some() || is_there {
                        // A removal may join pages, and a neighbor may be damaged.
                        records.insert(key, wrapped.as_slice()).map_err(from_redb)?;
                    }
                    Ok(())
                })?;
                let mut meta = transaction.open_table(META).map_err(from_redb)?;
                for (name, number) in [
                    (META_FOLDED, mark.last),
                    (META_LOG, mark.salt),
                    (META_LOG_END, mark.end),
                    (META_NEXT, mark.next),
                    (META_NEXT_OF, mark.salt),
                ] {
                    meta.insert(name, number).map_err(from_redb)?;
                }
            }
            transaction.commit().map_err(from_redb)
        })
    }
}

/// The folded part at one moment.
#[derive(Clone)]
pub(crate) struct FoldedView {
    records: Arc<Records>,
    displaced: Option<Arc<Records>>,
    blocks: Blocks,
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

/// What a table of redb's knows of a key; `Some(None)`: deleted.
fn get_in(
    table: &Records,
    blocks: &Blocks,
    key: &[u8],
) -> Result<Option<Option<Value>>, StoreError> {
    let found = guarded(|| {
        let Some(guard) = table.get(key).map_err(from_redb)? else {
            return Ok(None);
        };
        Ok(Some(opened(key, guard.value())?))
    });
    match found {
        Err(Fault::Refused(refusal)) => match blocks.wreck(refusal).map(|wreck| wreck.get(key)) {
            Some(Lookup::Found(value)) => Ok(Some(Some(value))),
            Some(Lookup::Absent) => Ok(None),
            Some(Lookup::Unknown) | None => Err(StoreError::DamagedRecord { key: key.to_vec() }),
        },
        found => found.map_err(|fault| at_key(fault, key)),
    }
}

impl FoldedView {
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Value>, StoreError> {
        if let Some(displaced) = &self.displaced
            && let Some(value) = get_in(displaced, &self.blocks, key)?
        {
            return Ok(value);
        }
        Ok(get_in(&self.records, &self.blocks, key)?.flatten())
    }

    pub(crate) fn range(&self, range: &KeyRange) -> FoldedRange {
        FoldedRange::new(self, range)
    }

    /// Appends the keys of `range`, as far as they can be told, and what may hide others.
    ///
    /// # Errors
    /// When the system refuses to read.
    pub(crate) fn keys(
        &self,
        range: &KeyRange,
        keys: &mut Vec<Vec<u8>>,
        hidden: &mut Vec<StoreError>,
    ) -> Result<(), StoreError> {
        if range.is_empty() {
            return Ok(());
        }
        let known = keys.len();
        if self.displaced.is_none() {
            // Values are not looked at where nothing is wrong.
            let all = guarded(|| {
                let range = self.records.range::<&[u8]>(bounds(range));
                for entry in range.map_err(from_redb)? {
                    let (key, _) = entry.map_err(from_redb)?;
                    keys.push(key.value().to_vec());
                }
                Ok(())
            });
            if all.is_ok() {
                return Ok(());
            }
            keys.truncate(known);
        }
        for entry in self.range(range) {
            match entry {
                Ok((key, _)) | Err(StoreError::DamagedRecord { key }) => keys.push(key),
                Err(error @ StoreError::Hidden { .. }) => hidden.push(error),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
