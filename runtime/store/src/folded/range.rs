//! Iterating over the folded part, behind damaged pages too.
//!
//! Going on behind a page that redb cannot read takes knowing where its interval of keys ends. That
//! is found by asking; the records that are whole in it are taken from what was read of the page,
//! and the rest is named as hidden.
//!
//! Invariant: keys ascend, and between two entries nothing is missing, unless an error stands there.

use std::collections::VecDeque;
use std::iter::FusedIterator;
use std::ops::Bound;
use std::sync::Arc;

use redb::ReadableTable as _;

use super::boundary::first_not_low;
use super::{Fault, FoldedView, Records, from_redb, guarded, opened};
use crate::blocks::Blocks;
use crate::error::StoreError;
use crate::key::KeyRange;
use crate::table::Value;
use crate::wreck::Part;

/// Entries, and bytes of values, that are read at a time.
const PAGE_ENTRIES: usize = 64;
const PAGE_BYTES: usize = 256 << 10;

/// An entry without a value is deleted.
type Entry = (Vec<u8>, Option<Value>);

/// Greater than every key.
fn top() -> Vec<u8> {
    vec![0xFF; crate::KEY_BYTES_MAX + 1]
}

fn successor(key: &[u8]) -> Vec<u8> {
    let mut next = key.to_vec();
    next.push(0);
    next
}

fn is_less(key: &[u8], limit: Option<&[u8]>) -> bool {
    limit.is_none_or(|limit| key < limit)
}

/// One table of redb's.
struct TableRange {
    table: Arc<Records>,
    blocks: Blocks,
    /// What has been read and not given out.
    ready: VecDeque<Result<Entry, StoreError>>,
    /// No less key is to be read.
    at: Vec<u8>,
    end: Option<Vec<u8>>,
    done: bool,
}

impl TableRange {
    fn new(table: &Arc<Records>, blocks: &Blocks, range: &KeyRange) -> Self {
        Self {
            table: Arc::clone(table),
            blocks: blocks.clone(),
            ready: VecDeque::new(),
            at: range.start.clone(),
            end: range.end.clone(),
            done: range.is_empty(),
        }
    }

    /// Reads on from `at`.
    fn fill(&mut self) {
        let (table, ready) = (&self.table, &mut self.ready);
        let (at, end) = (&mut self.at, self.end.as_deref());
        let (mut entries, mut bytes) = (0, 0);
        let filled = guarded(|| {
            let start = Bound::Included(at.clone());
            let start = start.as_ref().map(Vec::as_slice);
            let mut cursor = table.lower_bound(start).map_err(from_redb)?;
            while entries < PAGE_ENTRIES && bytes < PAGE_BYTES {
                let Some((key, wrapped)) = cursor.next().map_err(from_redb)? else {
                    return Ok(true);
                };
                let key = key.value();
                if !is_less(key, end) {
                    return Ok(true);
                }
                *at = successor(key);
                entries += 1;
                bytes += wrapped.value().len();
                let value = opened(key, wrapped.value());
                ready.push_back(value.map(|value| (key.to_vec(), value)));
            }
            Ok(false)
        });
        match filled {
            Ok(is_all) => self.done = is_all,
            Err(Fault::Refused(refusal)) => self.go_around(refusal),
            Err(Fault::Store(StoreError::DamagedStore { .. })) => self.give_up(),
            Err(Fault::Store(error)) => {
                self.done = true;
                self.ready.push_back(Err(error));
            }
        }
    }

    /// All that is left may be hidden.
    fn give_up(&mut self) {
        self.done = true;
        self.ready.push_back(Err(StoreError::Hidden {
            after: self.at.clone(),
            before: self.end.clone(),
            claimed: None,
        }));
    }

    /// Whether reading on from `key` ends at this page before it comes to a record.
    fn leads_into(&self, refusal: u32, key: &[u8]) -> bool {
        let found = guarded(|| {
            let mut cursor = self
                .table
                .lower_bound(Bound::Included(key))
                .map_err(from_redb)?;
            cursor.next().map(drop).map_err(from_redb)
        });
        matches!(found, Err(Fault::Refused(found)) if found == refusal)
    }

    /// Nothing that can be read is between `at` and this page: gives out what is left of it, and
    /// goes on behind.
    fn go_around(&mut self, refusal: u32) {
        let wreck = self.blocks.wreck(refusal);
        let Some(wreck) = wreck.filter(|_| self.leads_into(refusal, &self.at)) else {
            return self.give_up();
        };
        let far = self.end.clone().unwrap_or_else(top);
        let border = if self.leads_into(refusal, &far) {
            None
        } else {
            let leads = |key: &[u8]| self.leads_into(refusal, key);
            Some(first_not_low(&self.at, &far, leads))
        };
        let limit = border.clone().or_else(|| self.end.clone());
        let limit = limit.as_deref();
        for part in wreck.parts() {
            match part {
                Part::Record { key, value } => {
                    if key >= self.at.as_slice() && is_less(key, limit) {
                        let value = Some(Value::new(value.to_vec()));
                        self.ready.push_back(Ok((key.to_vec(), value)));
                    }
                }
                Part::Hole {
                    above,
                    below,
                    claimed,
                } => {
                    let after = above
                        .map_or(self.at.clone(), successor)
                        .max(self.at.clone());
                    let below = below.filter(|below| is_less(below, limit)).or(limit);
                    if is_less(&after, below) {
                        let fits = |key: &&[u8]| *key >= after.as_slice() && is_less(key, below);
                        self.ready.push_back(Err(StoreError::Hidden {
                            claimed: claimed.filter(fits).map(<[u8]>::to_vec),
                            before: below.map(<[u8]>::to_vec),
                            after,
                        }));
                    }
                }
            }
        }
        match border {
            Some(border) => self.at = border,
            None => self.done = true,
        }
    }
}

impl Iterator for TableRange {
    type Item = Result<Entry, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(found) = self.ready.pop_front() {
                return Some(found);
            }
            if self.done || !is_less(&self.at, self.end.as_deref()) {
                return None;
            }
            self.fill();
        }
    }
}

/// Iterates over the folded part. Behind damage it goes on; it ends where the system refuses to read.
pub(crate) struct FoldedRange {
    records: TableRange,
    /// Hides the same keys of the other.
    displaced: Option<TableRange>,
    record: Option<Entry>,
    other: Option<Entry>,
}

impl std::fmt::Debug for FoldedRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FoldedRange(from {:?})", self.records.at)
    }
}

impl FoldedRange {
    pub(super) fn new(view: &FoldedView, range: &KeyRange) -> Self {
        let of = |table| TableRange::new(table, &view.blocks, range);
        Self {
            records: of(&view.records),
            displaced: view.displaced.as_ref().map(of),
            record: None,
            other: None,
        }
    }

    fn next_entry(&mut self) -> Option<Result<Entry, StoreError>> {
        let heads = [
            (Some(&mut self.records), &mut self.record),
            (self.displaced.as_mut(), &mut self.other),
        ];
        for (table, head) in heads {
            if let (Some(table), None) = (table, &head) {
                match table.next() {
                    Some(Ok(entry)) => *head = Some(entry),
                    Some(Err(error)) => return Some(Err(error)),
                    None => {}
                }
            }
        }
        match (&self.record, &self.other) {
            (None, None) => None,
            (Some(_), None) => self.record.take().map(Ok),
            (Some((record, _)), Some((other, _))) if record < other => self.record.take().map(Ok),
            (record, Some((other, _))) => {
                if record.as_ref().is_some_and(|(record, _)| record == other) {
                    self.record = None;
                }
                self.other.take().map(Ok)
            }
        }
    }
}

impl Iterator for FoldedRange {
    type Item = Result<(Vec<u8>, Value), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.next_entry()? {
                Ok((key, Some(value))) => return Some(Ok((key, value))),
                Ok((_, None)) => {}
                // Its place is known, and something newer is there.
                Err(StoreError::DamagedRecord { key })
                    if self.other.as_ref().is_some_and(|(other, _)| *other == key) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl FusedIterator for FoldedRange {}
