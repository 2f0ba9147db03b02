//! Reading: the layers of the store at one moment, merged.
//!
//! Invariant: what a newer layer knows of a key, deletions included, hides
//! every older layer. A view's tables and folded part meet without a gap: the
//! folded part holds everything up to where the oldest table begins.

use std::collections::VecDeque;
use std::iter::FusedIterator;
use std::sync::Arc;

use crate::CommitSeq;
use crate::error::StoreError;
use crate::folded::{FoldedRange, FoldedView};
use crate::key::KeyRange;
use crate::table::{Entry, Live, Table, Value};

/// The layers, newest first.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) active: Arc<Table>,
    pub(crate) frozen: Option<Arc<Table>>,
    pub(crate) folded: Option<FoldedView>,
}

impl View {
    /// What lies below the active table.
    pub(crate) fn get_below(&self, key: &[u8], seq: u64) -> Result<Option<Value>, StoreError> {
        if let Some(value) = self.frozen.as_ref().and_then(|table| table.get(key, seq)) {
            return Ok(value);
        }
        match &self.folded {
            Some(folded) => folded.get(key),
            None => Ok(None),
        }
    }

    fn get(&self, key: &[u8], seq: u64) -> Result<Option<Value>, StoreError> {
        match self.active.get(key, seq) {
            Some(value) => Ok(value),
            None => self.get_below(key, seq),
        }
    }
}

/// A consistent view of a store, unchanged by later commits. After the store
/// is dropped, what is not in memory can no longer be read.
#[derive(Debug)]
pub struct Snapshot {
    view: Arc<View>,
    live: Arc<Live>,
    seq: u64,
}

impl Snapshot {
    pub(crate) fn new(view: Arc<View>, live: Arc<Live>) -> Self {
        let seq = view.active.enter(&live);
        Self { view, live, seq }
    }

    /// The last group that this snapshot sees.
    pub fn seq(&self) -> CommitSeq {
        CommitSeq(self.seq)
    }

    /// The value at `key`.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot say what is there.
    pub fn get(&self, key: &[u8]) -> Result<Option<Value>, StoreError> {
        self.view.get(key, self.seq)
    }

    /// Keys and values of `range`, ascending.
    pub fn range(&self, range: KeyRange) -> Range<'_> {
        Range::new(self, range)
    }

    /// Keys and values whose key begins with `prefix`, ascending.
    pub fn prefix(&self, prefix: &[u8]) -> Range<'_> {
        self.range(KeyRange::prefix(prefix))
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        self.live.leave(self.seq);
    }
}

/// One table's entries of a range, fetched in pages so that commits wait
/// shortly only.
#[derive(Debug)]
struct TableCursor<'a> {
    table: Option<&'a Table>,
    page: std::vec::IntoIter<Entry>,
    after: Option<Box<[u8]>>,
    done: bool,
    head: Option<Entry>,
}

impl<'a> TableCursor<'a> {
    fn new(table: Option<&'a Table>, range: &KeyRange, seq: u64) -> Self {
        let mut cursor = Self {
            table,
            page: Vec::new().into_iter(),
            after: None,
            done: false,
            head: None,
        };
        cursor.advance(range, seq);
        cursor
    }

    fn advance(&mut self, range: &KeyRange, seq: u64) {
        loop {
            self.head = self.page.next();
            if self.head.is_some() || self.done {
                return;
            }
            let Some(table) = self.table else {
                self.done = true;
                return;
            };
            let (page, done) = table.page(range, self.after.as_deref(), seq);
            if let Some((key, _)) = page.last() {
                self.after = Some(key.clone());
            }
            self.done = done;
            self.page = page.into_iter();
        }
    }

    fn key(&self) -> Option<&[u8]> {
        self.head.as_ref().map(|(key, _)| key.as_ref())
    }
}

/// Iterates over a range. An error stands where something is damaged or
/// hidden; behind it the range goes on.
#[derive(Debug)]
pub struct Range<'a> {
    range: KeyRange,
    seq: u64,
    active: TableCursor<'a>,
    frozen: TableCursor<'a>,
    folded: Option<FoldedRange>,
    folded_head: Option<(Vec<u8>, Value)>,
    /// What stands in the folded part before `folded_head`.
    damage: VecDeque<StoreError>,
}

impl<'a> Range<'a> {
    fn new(snapshot: &'a Snapshot, range: KeyRange) -> Self {
        let (view, seq) = (&snapshot.view, snapshot.seq);
        let mut merged = Self {
            active: TableCursor::new(Some(&view.active), &range, seq),
            frozen: TableCursor::new(view.frozen.as_deref(), &range, seq),
            folded: view.folded.as_ref().map(|folded| folded.range(&range)),
            folded_head: None,
            damage: VecDeque::new(),
            range,
            seq,
        };
        merged.advance_folded();
        merged
    }

    fn advance_folded(&mut self) {
        let Some(folded) = &mut self.folded else {
            return;
        };
        self.folded_head = loop {
            match folded.next() {
                Some(Ok(entry)) => break Some(entry),
                Some(Err(error)) => self.damage.push_back(error),
                None => break None,
            }
        };
    }

    /// Whether a newer layer says what is at a damaged key.
    fn is_hidden(&self, error: &StoreError) -> bool {
        let StoreError::DamagedRecord { key } = error else {
            return false;
        };
        let knows =
            |table: Option<&Table>| table.is_some_and(|table| table.get(key, self.seq).is_some());
        knows(self.active.table) || knows(self.frozen.table)
    }
}

impl Iterator for Range<'_> {
    type Item = Result<(Vec<u8>, Value), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(error) = self.damage.pop_front() {
                if self.is_hidden(&error) {
                    continue;
                }
                return Some(Err(error));
            }
            let folded_key = self.folded_head.as_ref().map(|(key, _)| key.as_slice());
            let least = [self.active.key(), self.frozen.key(), folded_key]
                .into_iter()
                .flatten()
                .min()?;
            let in_active = self.active.key() == Some(least);
            let in_frozen = self.frozen.key() == Some(least);
            let in_folded = folded_key == Some(least);
            let mut newest = None;
            if in_active {
                newest = self.active.head.take();
                self.active.advance(&self.range, self.seq);
            }
            if in_frozen {
                newest = newest.or(self.frozen.head.take());
                self.frozen.advance(&self.range, self.seq);
            }
            if in_folded {
                let entry = self.folded_head.take();
                newest = newest.or(entry.map(|(key, value)| (key.into(), Some(value))));
                self.advance_folded();
            }
            if let Some((key, Some(value))) = newest {
                return Some(Ok((key.into(), value)));
            }
        }
    }
}

impl FusedIterator for Range<'_> {}
