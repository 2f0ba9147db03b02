//! Pasts in the store: what checkpoints since have overwritten.
//!
//! Below `U process checkpoint` are the records that differ from that checkpoint, under their own
//! keys, as they were; empty is what was not there. So keeping a past costs what has changed since,
//! and going back is writing that. Segments do not change: those that a past names are not deleted.
//!
//! # Invariants
//! - A checkpoint writes what it overwrites for the uppermost past only. When that one is dropped,
//!   the one below takes over what it has not itself.
//! - Letters taken in since a past are kept with it, and are there again when the process goes back.

use super::{
    LoadError, delete_segment, read_record_by, segment_ref, with_length, write_record,
    write_segment,
};
use crate::actor::Taken;
use crate::key::{self, STACK_CHUNK_WORDS};
use crate::past::Change;
use crate::record::{ActorRecord, FiberNote, Past, SegmentRef, encode_fiber};
use std::collections::{BTreeMap, BTreeSet};
use store::{Batch, KeyRange, Snapshot, StoreError};
use vm::checkpoint::Delta;
use vm::process::Process;

/// Adds to a past.
struct Keeper<'a> {
    batch: &'a mut Batch,
    snapshot: &'a Snapshot,
    number: u64,
    past: u64,
    /// Keys added here.
    added: BTreeSet<Vec<u8>>,
}

impl Keeper<'_> {
    /// Keeps a value, unless an older one is there.
    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        let kept = key::past_record(self.number, self.past, key);
        if !self.added.contains(key) && self.snapshot.get(&kept)?.is_none() {
            self.batch.put(&kept, value);
            self.added.insert(key.to_vec());
        }
        Ok(())
    }

    /// Keeps what is at a key.
    fn key(&mut self, key: &[u8]) -> Result<(), StoreError> {
        let value = self.snapshot.get(key)?;
        self.put(key, value.as_deref().unwrap_or_default())
    }

    /// Keeps what is in a range; how many records.
    fn range(&mut self, range: KeyRange) -> Result<usize, StoreError> {
        let mut records = 0;
        for entry in self.snapshot.range(range) {
            let (key, value) = entry?;
            self.put(&key, &value)?;
            records += 1;
        }
        Ok(records)
    }

    /// Keeps what a checkpoint overwrites.
    fn overwritten(&mut self, delta: &Delta) -> Result<(), StoreError> {
        let number = self.number;
        self.key(&key::process(number))?;
        self.range(key::process_pieces(number))?;
        if !delta.dropped_segments.is_empty() {
            self.range(key::overlays_from(number, delta.overlay_end))?;
        }
        for &(address, _) in &delta.overlay {
            self.key(&key::overlay(number, address))?;
        }
        for &fiber in &delta.removed_fibers {
            self.key(&key::fiber(number, fiber))?;
            self.range(key::stacks(number, fiber))?;
        }
        for fiber in &delta.fibers {
            self.key(&key::fiber(number, fiber.id))?;
            for (index, (part, record)) in (0u32..).zip(fiber.parts.iter().zip(&fiber.record.parts))
            {
                for (start, words) in &part.ranges {
                    let end = start + words.len() as u32;
                    for chunk in start / STACK_CHUNK_WORDS..end.div_ceil(STACK_CHUNK_WORDS) {
                        self.key(&key::stack_chunk(number, fiber.id, index, chunk))?;
                    }
                }
                // Those above the height may be deleted.
                let needed = record.height.div_ceil(STACK_CHUNK_WORDS);
                self.range(key::stack_chunks_from(number, fiber.id, index, needed))?;
            }
            // So may those of parts that there are no more.
            let parts = fiber.record.parts.len() as u32;
            self.range(key::stack_parts_from(number, fiber.id, parts))?;
        }
        Ok(())
    }

    /// Keeps the records of a process at its beginning, which has no checkpoint of its own.
    fn beginning(&mut self, beginning: &Beginning) -> Result<(), StoreError> {
        let (number, delta) = (self.number, &beginning.delta);
        let mut record = beginning.record.clone();
        record.levels.extend(beginning.level());
        if let Some(segment) = &delta.segment {
            write_segment(self.batch, segment);
        }
        record.vm = delta.record.clone();
        for fiber in &delta.fibers {
            record.fibers.push(fiber.id);
            let mut note = FiberNote::default();
            for (index, part) in (0u32..).zip(&fiber.parts) {
                let words: Vec<u64> = part
                    .ranges
                    .iter()
                    .flat_map(|(_, words)| words)
                    .copied()
                    .collect();
                let mut chunks = 0;
                for words in words.chunks(STACK_CHUNK_WORDS as usize) {
                    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
                    self.put(&key::stack_chunk(number, fiber.id, index, chunks), &bytes)?;
                    chunks += 1;
                }
                note.stored_chunks.push(chunks);
            }
            let bytes = encode_fiber(&fiber.record, &note);
            self.put(&key::fiber(number, fiber.id), &bytes)?;
        }
        let bytes = with_length(record.encode());
        for (piece, bytes) in (0u32..).zip(bytes.chunks(key::PIECE_BYTES)) {
            let key = match piece {
                0 => key::process(number),
                piece => key::process_piece(number, piece),
            };
            self.put(&key, bytes)?;
        }
        Ok(())
    }
}

/// A process as it was born.
pub(crate) struct Beginning {
    /// Its first checkpoint.
    pub(crate) delta: Delta,
    /// Its record, without what the machine knows.
    pub(crate) record: ActorRecord,
}

impl Beginning {
    /// Its memory.
    pub(crate) fn level(&self) -> Option<SegmentRef> {
        let segment = self.delta.segment.as_ref()?;
        Some(segment_ref(segment))
    }
}

/// Adds to a batch what a checkpoint of process `number` changes about its past. `record` is the
/// one before, its pasts those from now on. The letters taken in of which the store has nothing, and
/// the past that is to have them.
///
/// # Errors
/// When what is overwritten cannot be read. Then nothing of the past is kept ([`give_up`]).
pub(crate) fn keep(
    batch: &mut Batch,
    snapshot: &Snapshot,
    number: u64,
    record: &ActorRecord,
    change: &Change,
    (delta, beginning): (&Delta, Option<Beginning>),
    taken: &[Taken],
) -> Result<Option<(u64, Vec<u64>)>, StoreError> {
    // The one that takes over is the same for all that were above it; of those the oldest counts.
    let mut heir = None;
    for (past, was_uppermost) in change.dropped.iter().rev() {
        drop_past(batch, number, past, record);
        let mut below = record.pasts.iter().rev().map(|kept| kept.checkpoint);
        let below = below.find(|&kept| *was_uppermost && kept < past.checkpoint);
        let Some(below) = below else {
            continue;
        };
        let (_, added) = heir.take().unwrap_or((below, BTreeSet::new()));
        let mut keeper = Keeper {
            batch: &mut *batch,
            snapshot,
            number,
            past: below,
            added,
        };
        for entry in snapshot.range(key::past(number, past.checkpoint)) {
            let (key, value) = entry?;
            keeper.put(key::of_past_record(&key), &value)?;
        }
        heir = Some((below, keeper.added));
    }
    let Some(last) = record.pasts.last() else {
        return Ok(None);
    };
    let mut keeper = Keeper {
        batch,
        snapshot,
        number,
        past: last.checkpoint,
        added: heir
            .filter(|(heir, _)| *heir == last.checkpoint)
            .map(|(_, added)| added)
            .unwrap_or_default(),
    };
    if let Some(beginning) = beginning {
        keeper.beginning(&beginning)?;
    }
    keeper.overwritten(delta)?;
    let mut unstored = Vec::new();
    for taken in taken {
        if keeper.range(key::message_pieces(number, taken.sequence))? == 0 {
            unstored.push(taken.sequence);
        }
    }
    Ok(Some((last.checkpoint, unstored)))
}

/// Keeps a letter that was sent and taken in in one epoch, of which the store has nothing.
pub(crate) fn keep_letter(batch: &mut Batch, number: u64, past: u64, sequence: u64, letter: &[u8]) {
    let bytes = with_length(letter.to_vec());
    for (piece, bytes) in (0u32..).zip(bytes.chunks(key::PIECE_BYTES)) {
        let key = key::message(number, sequence, piece);
        batch.put(&key::past_record(number, past, &key), bytes);
    }
}

/// Keeps nothing of a process's past any more.
pub(crate) fn give_up(batch: &mut Batch, number: u64, record: &mut ActorRecord, change: &Change) {
    let kept = std::mem::take(&mut record.pasts);
    let dropped = change.dropped.iter().map(|(past, _)| past);
    for past in dropped.chain(&kept) {
        drop_past(batch, number, past, record);
    }
}

/// Deletes what is stored of a past. The pasts of the record are those that stay.
fn drop_past(batch: &mut Batch, number: u64, past: &Past, record: &ActorRecord) {
    batch.delete_range(&key::past(number, past.checkpoint));
    for &level in &past.levels {
        if !record.levels.contains(&level) && !record.keeps(level) {
            delete_segment(batch, level);
        }
    }
}

/// Makes the stored process what it was at a checkpoint that is kept, but for the counters of what
/// others know by number: `process` is as far as it came.
///
/// # Errors
/// When what was kept is damaged or the past is none; then nothing was added to the batch.
pub(crate) fn go_back(
    batch: &mut Batch,
    snapshot: &Snapshot,
    number: u64,
    (record, process): (&mut ActorRecord, &Process),
    checkpoint: u64,
) -> Result<(), LoadError> {
    let missing = LoadError::Missing {
        record: "the past",
        process: number,
    };
    let pasts = record.pasts.iter();
    let Some(index) = pasts
        .map(|past| past.checkpoint)
        .position(|kept| kept == checkpoint)
    else {
        return Err(missing);
    };
    let mut records: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    // Of several the oldest counts.
    for past in record.pasts[index..].iter().rev() {
        for entry in snapshot.range(key::past(number, past.checkpoint)) {
            let (key, value) = entry?;
            records.insert(key::of_past_record(&key).to_vec(), value.to_vec());
        }
    }
    let base = read_record_by(number, |key| Ok(records.get(key).cloned()))?;
    for (key, value) in &records {
        if key::is_process_record(key) {
            continue;
        }
        if value.is_empty() {
            batch.delete(key);
        } else {
            batch.put(key, value);
        }
    }
    for &fiber in &record.fibers {
        if !base.fibers.contains(&fiber) {
            batch.delete(&key::fiber(number, fiber));
            batch.delete_range(&key::stacks(number, fiber));
        }
    }
    let levels = std::mem::replace(&mut record.levels, base.levels);
    let ended = record.pasts.split_off(index);
    for &level in &levels {
        if !record.levels.contains(&level) && !record.keeps(level) {
            delete_segment(batch, level);
        }
    }
    for past in &ended {
        drop_past(batch, number, past, record);
    }
    record.vm = base.vm;
    // What has been handed out since may be answered late, and must not be taken for something new.
    record.vm.count_on_from(process);
    record.fibers = base.fibers;
    record.traps_exits = base.traps_exits;
    record.unheard = base.unheard;
    record.next_token = record.next_token.max(base.next_token);
    write_record(batch, number, record);
    Ok(())
}
